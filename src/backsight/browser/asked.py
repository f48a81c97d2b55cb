"""The function that a request is about: chosen in the source, given numbers, traced, differentiated."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backsight.api import explain, trace_call
from backsight.browser import running
from backsight.emit.compiled import compile as compile_program
from backsight.errors import BacksightError, DifferentiationError, ShapeError, TraceError
from backsight.explaining.segments import with_stops
from backsight.ir.evaluate import Array, to_array
from backsight.ir.program import Program
from backsight.tracing.trees import flatten, rebuilt, unflatten
from backsight.transforms import gradient, simplify

if TYPE_CHECKING:
    from backsight.explaining.explanation import Explanation

Request = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """The function, its arguments, and the positions of those to differentiate by."""

    function: Callable[..., Any]
    arguments: dict[str, Any]
    argnums: tuple[int, ...]
    namespace: dict[str, Any]

    @classmethod
    def of(cls, request: Request) -> Asked:
        """Run the source, choose the function, and give every argument a value.

        Raises:
            BacksightError: there is no such function or argument, or a number is missing.
            BaseException: whatever the person's code raises.
        """
        source = request["source"]
        namespace = running.run_source(source)
        function = running.chosen(source, namespace, request.get("function"))
        example = _example(request.get("example"), namespace)
        names = parameters(function)
        arguments = _arguments(function, names, example)
        if request.get("at") is not None:
            arguments = _elsewhere(arguments, request["at"])
        asked_for = request.get("wrt") or names
        for name in asked_for:
            if name not in arguments:
                raise DifferentiationError(
                    f"{function.__name__} has no argument {name!r}", remedy=f"it has {', '.join(names)}"
                )
            arguments[name] = _moving(arguments[name])
        return cls(function, arguments, tuple(names.index(name) for name in asked_for), namespace)

    def traced(self) -> Differentiated:
        """The function traced at its arguments, and differentiated.

        Raises:
            BacksightError: it cannot be; it names the function where no line is known.
        """
        with self.placed():
            traced = trace_call(self.function, list(self.arguments.values()), {})
            wrt = [leaf for position in self.argnums for leaf in traced.arguments[position]]
            if len(traced.program.outputs) != 1:
                raise DifferentiationError(
                    f"{traced.program.name} returns {len(traced.program.outputs)} values",
                    remedy="return the cost alone",
                )
            forward = with_stops(simplify(traced.program))
            reverse = simplify(gradient(forward, wrt, name=f"grad_{forward.name}").program)
        values = [*_leaves(list(self.arguments.values())), *traced.captured]
        return Differentiated(self.function, forward, reverse, wrt, values)

    def explained(self) -> Explanation:
        """How the gradient comes about.

        Raises:
            BacksightError: as `traced`.
        """
        with self.placed():
            return explain(self.function, *self.arguments.values(), argnums=self.argnums)

    @contextlib.contextmanager
    def placed(self) -> Iterator[None]:
        """An error without a line in what the person wrote gets the one being run, or the function's."""
        try:
            yield
        except BacksightError as error:
            if error.origin is None or error.origin.file not in (running.FILE, running.EXAMPLE):
                error.origin = running.raised_in(error) or running.origin_of(self.function)
            raise


@dataclass(frozen=True)
class Differentiated:
    """A function's Program with the stops of its explanation, its gradient's, and the inputs' numbers."""

    function: Callable[..., Any]
    forward: Program
    reverse: Program
    wrt: list[str]
    values: list[Any]

    @property
    def name(self) -> str:
        return self.forward.name

    def evaluated(self) -> dict[str, Any]:
        """The value, and the gradient by each argument's name."""
        value, *slopes = compile_program(self.reverse)(*self.values)
        return {
            "value_at": plain(value),
            "gradient_at": {n: plain(g) for n, g in zip(self.wrt, slopes, strict=True)},
        }


def _example(given: Any, namespace: dict[str, Any]) -> dict[str, Any]:
    if given is None:
        return {}
    return running.run_example(given, namespace) if isinstance(given, str) else dict(given)


def parameters(function: Callable[..., Any]) -> list[str]:
    code = getattr(function, "__code__", None)
    if code is None:
        raise TraceError(f"{function!r} is not a function written here", remedy="write it with def")
    return list(code.co_varnames[: code.co_argcount])


def _arguments(function: Callable[..., Any], names: list[str], example: dict[str, Any]) -> dict[str, Any]:
    """A value for every parameter: from the example, else from the function's own default."""
    defaults = function.__defaults__ or ()
    known = {**dict(zip(names[len(names) - len(defaults) :], defaults, strict=True)), **example}
    missing = [n for n in names if n not in known]
    if missing:
        raise TraceError(
            f"{function.__name__} needs a number for {', '.join(missing)}",
            origin=running.origin_of(function),
            remedy=f"say where to look: {missing[0]} = 0.5, below the function",
        )
    return {n: _as_array(known[n]) for n in names}


def _elsewhere(arguments: dict[str, Any], at: Sequence[Any]) -> dict[str, Any]:
    """The arguments with other numbers, one nested list per leaf, in order."""
    leaves, structure = flatten(arguments)
    if len(at) != len(leaves):
        raise TraceError(
            f"there are {len(leaves)} inputs, and numbers for {len(at)}", remedy="run the code again"
        )
    moved = [_as_array(_numbers(x)) if _is_number(old) else old for x, old in zip(at, leaves, strict=True)]
    found: dict[str, Any] = unflatten(structure, moved)
    return found


def _is_number(value: Any) -> bool:
    return not isinstance(value, str) and value is not None and not callable(value)


def _numbers(value: Any) -> Any:
    """Numbers as JSON sends them: those that it lacks are words."""
    if isinstance(value, list):
        return [_numbers(v) for v in value]
    return float(value) if isinstance(value, str) else value


def _as_array(value: Any) -> Any:
    """Lists of numbers are arrays, as they are to NumPy, also within dicts and lists of other things."""
    if isinstance(value, dict):
        return {k: _as_array(v) for k, v in value.items()}
    if isinstance(value, list) and all(isinstance(leaf, bool | int | float) for leaf in _leaves(value)):
        try:
            return to_array(value)
        except ShapeError:  # rows of different lengths, or an array beside a number: arguments in a list
            return [_as_array(v) for v in value]
    return rebuilt(type(value), map(_as_array, value)) if isinstance(value, list | tuple) else value


def _moving(value: Any) -> Any:
    """A number that may be nudged: whole numbers that a person types are meant as places on the line."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, Array) and value.dtype == "int64":
        return Array(value.shape, [float(x) for x in value.data])
    if isinstance(value, dict):
        return {k: _moving(v) for k, v in value.items()}
    return rebuilt(type(value), map(_moving, value)) if isinstance(value, list | tuple) else value


def _leaves(values: list[Any]) -> list[Any]:
    return flatten(values)[0]


def plain(value: Any) -> Any:
    """An array as nested lists."""
    return value.tolist() if hasattr(value, "tolist") else value
