"""Calling a function by NumPy's name: recorded on traced values, computed on plain ones."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from backsight.ir.evaluate import Array, to_array
from backsight.numpy.plain import plain
from backsight.tracing.functions import FUNCTIONS
from backsight.tracing.numpy import has_tracer, record


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

    def call(*args: Any, **kwargs: Any) -> Any:
        return run(name, args, kwargs)

    call.__name__ = call.__qualname__ = name.rpartition(".")[2]
    call.__doc__ = FUNCTIONS[name].__doc__
    return call
