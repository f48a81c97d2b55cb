"""Calling a function by NumPy's name: recorded on traced values, computed on plain ones."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from backsight.ir.evaluate import Array, to_array
from backsight.numpy.plain import plain
from backsight.tracing.functions import ACCUMULATIONS, FUNCTIONS, REDUCTIONS
from backsight.tracing.functions.common import Table
from backsight.tracing.functions.picking import outer_of
from backsight.tracing.numpy import has_tracer, record
from backsight.tracing.writing import add_at, subtract_at


def array_library() -> Any:
    try:
        return import_module("numpy")
    except ImportError:
        return None


def _plain(name: str, *args: Any, **kwargs: Any) -> Any:
    """Run a function on plain values by tracing it and evaluating the Program."""
    library = array_library()
    own = _attribute(library, name)
    if own is not None:
        return own(*args, **kwargs)
    from backsight.api import compile as compile_function

    given = [_operand(a) for a in args]
    # Whole numbers are axes and sizes, unless nothing else is there to compute with.
    moving = [i for i, a in enumerate(given) if not _steers(a)] or range(len(given))

    def traced(*operands: Any) -> Any:
        placed = dict(zip(moving, operands, strict=True))
        return FUNCTIONS[name](*(placed.get(i, a) for i, a in enumerate(given)), **kwargs)

    operands = [given[i] for i in moving]
    return plain(compile_function(traced, *operands)(*operands))


def _steers(argument: Any) -> bool:
    """Whether an argument says what to do rather than what to do it with: an axis, a shape, a slice."""
    if isinstance(argument, tuple):
        return all(map(_steers, argument))
    return argument is None or callable(argument) or isinstance(argument, int | str | slice)


def _attribute(library: Any, name: str) -> Any:
    """A library's function by its dotted name, None if it has none."""
    for part in name.split("."):
        library = getattr(library, part, None)
    return library


def _operand(argument: Any) -> Any:
    """Nested lists of numbers as an array; a shape or axes stay a tuple, arrays to join stay a list."""
    if isinstance(argument, list) and not any(isinstance(a, Array) for a in argument):
        return to_array(argument)
    return argument


def run(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if has_tracer([*args, *kwargs.values()]):
        return record(FUNCTIONS[name], f"np.{name}", args, kwargs)
    return _plain(name, *args, **kwargs)


def function(name: str, module: str) -> Callable[..., Any]:
    """The function of that dotted name, for a module's `__getattr__`.

    Raises:
        AttributeError: there is none.
    """
    if name not in FUNCTIONS:
        raise AttributeError(f"{module} has no {name.rpartition('.')[2]!r}; dir({module}) lists what it has")

    found = Function(name)
    found.__doc__ = FUNCTIONS[name].__doc__
    return found


class Function:
    """A function by NumPy's name, with what NumPy's have: `out`, `reduce`, `accumulate`, `outer`, `at`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.__name__ = self.__qualname__ = name.rpartition(".")[2]

    def __repr__(self) -> str:
        return f"<function {self.name}>"

    def __call__(self, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        result = run(self.name, args, kwargs)
        if out is None:
            return result
        out[...] = result
        return out

    def _of(self, table: Table, method: str) -> str:
        if self.name not in table:
            raise AttributeError(f"np.{self.name} has no {method!r} here", name=method)
        return f"{self.name}.{method}"

    def reduce(self, x: Any, axis: Any = 0, keepdims: bool = False) -> Any:
        name = self._of(REDUCTIONS, "reduce")
        return _by_table(REDUCTIONS[self.name], name, (x,), {"axis": axis, "keepdims": keepdims})

    def accumulate(self, x: Any, axis: int = 0) -> Any:
        name = self._of(ACCUMULATIONS, "accumulate")
        return _by_table(ACCUMULATIONS[self.name], name, (x,), {"axis": axis})

    def outer(self, a: Any, b: Any) -> Any:
        return _by_table(lambda x, y: outer_of(FUNCTIONS[self.name], x, y), f"{self.name}.outer", (a, b), {})

    def at(self, array: Any, places: Any, part: Any) -> None:
        self._of({"add": add_at, "subtract": subtract_at}, "at")
        signed = part if self.name == "add" else run("negative", (part,), {})
        array[...] = run("add_at", (array, places, signed), {})


def _by_table(function: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if has_tracer(args):
        return record(function, f"np.{name}", args, kwargs)
    own = _attribute(array_library(), name)
    if own is not None:
        return own(*args, **kwargs)
    from backsight.api import compile as compile_function

    operands = [_operand(a) for a in args]
    return plain(compile_function(lambda *xs: function(*xs, **kwargs), *operands)(*operands))
