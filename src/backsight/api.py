"""The functions people call: trace, grad, value_and_grad, compile, check_grads."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backsight.emit.calling import MISS
from backsight.emit.compiled import compile as compile_program
from backsight.errors import BacksightError, DifferentiationError, GuardError, TraceError
from backsight.ir.evaluate import array_type, to_array
from backsight.ir.program import ArrayType, Dim, Origin, Program
from backsight.tracing.numpy import TraceBuilder, Tracer, finish
from backsight.tracing.trees import flatten, leaf_names, leaves_like, unflatten
from backsight.transforms import gradient, simplify

Axes = Mapping[str, Sequence[Dim | None]]


@dataclass(frozen=True, slots=True)
class Traced:
    """A Program with what is needed to call it like the function it came from."""

    program: Program
    arguments: tuple[tuple[str, ...], ...]
    captured: tuple[Any, ...]
    structure: Any


def trace(function: Callable[..., Any], /, *args: Any, axes: Axes | None = None) -> Program:
    """Record what a function does to example arguments, as a Program.

    Args:
        function: plain Python with operators and NumPy calls.
        args: one example per parameter: a number, an array, an `ArrayType` (then no `if` on values), or a
            tuple, list or dict of these. Arrays that the function closes over become further inputs.
        axes: names for axes whose size may vary, by argument name: `axes={"X": ("n", None)}`.

    Returns:
        The Program, with names and origins from the function's source.

    Raises:
        TraceError: the function does something that cannot be recorded; the error names the line and the
            remedy.
        ShapeError: operands do not fit together.
    """
    return trace_call(function, args, axes or {}).program


def trace_call(function: Callable[..., Any], args: Sequence[Any], axes: Axes) -> Traced:
    """`trace`, keeping also how arguments and result are nested."""
    if not callable(function):
        raise TraceError(f"{function!r} is not a function", remedy="pass the function itself, not its result")
    builder = TraceBuilder(_name(function), _run_quietly)
    names = _parameter_names(function, len(args))
    values: list[Any] = []
    argument_names: list[tuple[str, ...]] = []
    for name, argument in zip(names, args, strict=True):
        leaves, structure = flatten(argument)
        tracers = [
            _input(builder, leaf_name, leaf, axes)
            for leaf_name, leaf in zip(leaf_names(argument, name), leaves, strict=True)
        ]
        argument_names.append(tuple(str(t.atom) for t in tracers))
        values.append(unflatten(structure, tracers))
    unknown = set(axes) - {name for leaf_names in argument_names for name in leaf_names}
    if unknown:
        raise TraceError(
            f"axes names axes of {', '.join(map(repr, sorted(unknown)))}, but there is no argument "
            f"{sorted(unknown)[0]!r}",
            remedy=f"the arguments are {', '.join(n for group in argument_names for n in group)}",
        )
    try:
        result = function(*values)
    except (TypeError, ValueError) as error:
        raise _explained(error, function) from error
    program, structure = finish(builder, result)
    return Traced(program, tuple(argument_names), tuple(v for _, v in builder.captured), structure)


def _run_quietly(program: Program, inputs: Sequence[Any]) -> Sequence[Any]:
    """Run a Program on an example: an overflow there is for the function itself to warn of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return compile_program(program)(*inputs)


def _explained(error: Exception, function: Callable[..., Any]) -> Exception:
    """An error about a Tracer means a call that cannot be recorded; any other is the user's own."""
    if isinstance(error.__cause__, BacksightError):
        return error.__cause__  # NumPy's words around a refusal of ours
    if "Tracer" not in str(error) and "must be real number" not in str(error):
        return error
    trace_back, origin = error.__traceback__, None
    code = inspect.unwrap(function).__code__ if hasattr(inspect.unwrap(function), "__code__") else None
    while trace_back is not None:
        if code is None or trace_back.tb_frame.f_code.co_filename == code.co_filename:
            import linecache

            file, line = trace_back.tb_frame.f_code.co_filename, trace_back.tb_lineno
            origin = Origin(file, line, linecache.getline(file, line).strip())
        trace_back = trace_back.tb_next
    return TraceError(
        str(error).replace("Tracer", "traced value"), origin=origin, remedy="use operators and np.* functions"
    )


def _input(builder: TraceBuilder, name: str, leaf: Any, axes: Axes) -> Tracer:
    if isinstance(leaf, ArrayType):
        return Tracer(builder, builder.add_input(name, _checked_names(leaf)))
    try:
        type = array_type(leaf)
    except (BacksightError, TypeError, AttributeError):
        raise TraceError(
            f"the argument {name!r} is a {leaf.__class__.__name__}, not a number or an array of numbers",
            remedy="pass numbers, NumPy arrays, or tuples, lists and dicts of them",
        ) from None
    sizes = type.shape
    if name in axes:
        if len(axes[name]) != len(type.shape):
            raise TraceError(
                f"axes[{name!r}] names {len(axes[name])} axes, but {name} has shape {type.shape}"
            )
        shape = tuple(size if dim is None else dim for dim, size in zip(axes[name], type.shape, strict=True))
        type = _checked_names(ArrayType(shape, type.dtype))
    return Tracer(builder, builder.add_input(name, type, sizes, leaf))


def _checked_names(type: ArrayType) -> ArrayType:
    for dim in type.shape:
        if isinstance(dim, str) and not dim.isidentifier():
            raise TraceError(
                f"{dim!r} is not a name for an axis", remedy="use letters, digits and _, as in 'n'"
            )
    return type


def _name(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    return name if name.isidentifier() else "function"


def _parameter_names(function: Callable[..., Any], count: int) -> list[str]:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return [f"x{i + 1}" for i in range(count)]
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [
        p
        for p in parameters
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty
    ]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
    if count < len(required) or (count > len(positional) and rest is None):
        raise TraceError(
            f"{_name(function)} takes {len(required)} arguments, but {count} examples were given",
            remedy=f"give one example for each of: {', '.join(positional)}",
        )
    names = positional[:count]
    return names + [f"{rest}_{i}" for i in range(count - len(names))]


def value_and_grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, *, axes: Axes | None = None
) -> Callable[..., tuple[Any, Any]]:
    """A function that returns the value of `function` and its gradient.

    The function is traced and differentiated at the first call, and again when shapes change or an `if` goes
    another way; the gradient is then plain NumPy code, at hand as `.source(*args)` and as `.program(*args)`.

    Args:
        function: returns one number.
        argnums: which arguments to differentiate by; the gradient has the argument's structure and shapes.
        axes: names for axes whose size may vary (see `trace`).

    Raises:
        DifferentiationError: the output is not a single number, or an argument holds integers.
    """
    return _Differentiated(function, argnums, axes or {}, with_value=True)


def grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, *, axes: Axes | None = None
) -> Callable[..., Any]:
    """A function that returns the gradient of `function`; see `value_and_grad`."""
    return _Differentiated(function, argnums, axes or {}, with_value=False)


class _Differentiated:
    """The gradient of a function: traces on demand, keeps what it compiled for each kind of arguments."""

    def __init__(
        self, function: Callable[..., Any], argnums: int | Sequence[int], axes: Axes, with_value: bool
    ) -> None:
        self._function, self._argnums, self._axes, self._with_value = function, argnums, axes, with_value
        self._variants: list[_Variant] = []
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: Any, **named: Any) -> Any:
        if named:
            raise TraceError(
                f"{_name(self._function)} was given {', '.join(named)} by name",
                remedy="pass all arguments by position: argnums counts them",
            )
        return self._fitting(args)[1]

    def program(self, *args: Any) -> Program:
        """The value and the gradient as a Program, for arguments like these."""
        return self._fitting(args)[0].program

    def source(self, *args: Any) -> str:
        """The value and the gradient as NumPy source, for arguments like these."""
        return self.program(*args).emit("numpy")

    def _fitting(self, args: tuple[Any, ...]) -> tuple[_Variant, Any]:
        """The variant made for such arguments, and its answer; the latest used is tried first."""
        for variant in self._variants:
            try:
                result = variant.entry(args)
            except GuardError:
                continue
            if result is not MISS:
                if variant is not self._variants[0]:
                    self._variants.remove(variant)
                    self._variants.insert(0, variant)
                return variant, result
        variant = self._traced(args)
        self._variants.insert(0, variant)
        return variant, variant.entry(args)

    def _traced(self, args: Sequence[Any]) -> _Variant:
        traced = trace_call(self._function, args, self._axes)
        positions = (self._argnums,) if isinstance(self._argnums, int) else tuple(self._argnums)
        if any(not -len(args) <= p < len(args) for p in positions):
            raise DifferentiationError(
                f"argnums={self._argnums!r} names an argument that {len(args)} arguments lack"
            )
        wrt = [name for p in positions for name in traced.arguments[p]]
        if len(traced.program.outputs) != 1:
            raise DifferentiationError(
                f"{traced.program.name} returns {len(traced.program.outputs)} values",
                remedy="return the cost alone",
            )
        program = simplify(
            gradient(simplify(traced.program), wrt, name=f"grad_{traced.program.name}").program
        )
        return _Variant(program, self._entry(program, traced, args, positions))

    def _entry(
        self, program: Program, traced: Traced, args: Sequence[Any], positions: Sequence[int]
    ) -> Callable[[tuple[Any, ...]], Any]:
        leaves, structures = flatten(tuple(args))
        shapes = [v.type.shape for v in program.inputs[: len(leaves)]]
        # The value is number 0 of what is computed; the gradients follow.
        parts, number = [], 1
        for p in positions:
            found, structure = flatten(args[p], number)
            parts.append(structure)
            number += len(found)
        result = parts[0] if isinstance(self._argnums, int) else tuple(parts)
        result = (0, result) if self._with_value else result
        return compile_program(program).entry(structures, leaves, shapes, traced.captured, result)


@dataclass(frozen=True, slots=True)
class _Variant:
    program: Program
    entry: Callable[[tuple[Any, ...]], Any]


def compile(
    program: Program | Callable[..., Any], /, *examples: Any, axes: Axes | None = None
) -> Callable[..., Any]:
    """A Python function that runs a Program with NumPy (with plain Python numbers where NumPy is missing).

    Args:
        program: a Program, or a function to trace with `examples`.

    Raises:
        GuardError: (when called) the arguments take another branch than the example did.
        ShapeError: (when called) the arguments have other shapes, or are nested otherwise.
    """
    if isinstance(program, Program):
        return compile_program(program)
    traced = trace_call(program, examples, axes or {})
    compiled = compile_program(simplify(traced.program))
    structure = flatten(tuple(examples))[1]

    @functools.wraps(program)
    def run(*args: Any) -> Any:
        return unflatten(traced.structure, compiled(*leaves_like(structure, args), *traced.captured))

    return run


def gradient_program(function: Callable[..., Any], example: Mapping[str, Any], wrt: Sequence[str]) -> Program:
    """The value and the gradient of a function as a Program, traced at named example arguments.

    Args:
        function: returns one number.
        example: an argument for each parameter; lists are arrays.
        wrt: the parameters to differentiate by.

    Raises:
        TraceError: see `trace`.
        DifferentiationError: see `value_and_grad`.
    """
    return simplify(
        gradient(simplify(example_program(function, example)), wrt, name=f"grad_{_name(function)}").program
    )


def example_program(function: Callable[..., Any], example: Mapping[str, Any]) -> Program:
    """`trace` at named example arguments; lists are arrays."""
    return trace(function, *(to_array(example[name]) for name in _parameter_names(function, len(example))))
