"""The `np` for traced functions anywhere: NumPy's names, and sigmoid, relu, softplus, softmax, logsumexp ….

On traced values every name is recorded. On plain values NumPy computes where it is installed; without it,
backsight's reference evaluator does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

from backsight.errors import TraceError
from backsight.ir.evaluate import Array, to_array
from backsight.tracing.functions import FUNCTIONS
from backsight.tracing.numpy import Tracer, has_tracer, record


class _Reducible:
    """A NumPy function with `.reduce`, such as np.logaddexp."""

    def __init__(self, name: str, reduced: str) -> None:
        self.__name__, self._reduced = name, reduced

    def __call__(self, *args: Any) -> Any:
        return _run(self.__name__, args, {})

    def reduce(self, x: Any, axis: Any = 0, keepdims: bool = False) -> Any:
        return _run(self._reduced, (x, axis, keepdims), {})


logaddexp = _Reducible("logaddexp", "logsumexp")
pi = math.pi
e = math.e
inf = math.inf
nan = math.nan
newaxis = None


def _array_library() -> Any:
    try:
        return import_module("numpy")
    except ImportError:
        return None


def _plain(name: str, *args: Any, **kwargs: Any) -> Any:
    """Run a function on plain values by tracing it and evaluating the Program."""
    library = _array_library()
    own = getattr(library, name, None) if library is not None else None
    if own is not None:
        return own(*args, **kwargs)
    from backsight.api import compile as compile_function

    given = [_operand(a) for a in args]
    # Whole numbers are axes and sizes, unless nothing else is there to compute with.
    moving = [i for i, a in enumerate(given) if not isinstance(a, int | str | None)] or range(len(given))

    def traced(*operands: Any) -> Any:
        placed = dict(zip(moving, operands, strict=True))
        return FUNCTIONS[name](*(placed.get(i, a) for i, a in enumerate(given)), **kwargs)

    operands = [given[i] for i in moving]
    return compile_function(traced, *operands)(*operands)


def _operand(argument: Any) -> Any:
    """Nested lists of numbers as an array; a shape or axes stay a tuple, arrays to join stay a list."""
    if isinstance(argument, list) and not any(isinstance(a, Array) for a in argument):
        return to_array(argument)
    return argument


def _run(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if has_tracer(args):
        return record(FUNCTIONS[name], f"np.{name}", args, kwargs)
    return _plain(name, *args, **kwargs)


def __getattr__(name: str) -> Callable[..., Any]:
    if name not in FUNCTIONS:
        raise AttributeError(f"backsight.numpy has no {name!r}; dir(backsight.numpy) lists what it has")

    def function(*args: Any, **kwargs: Any) -> Any:
        return _run(name, args, kwargs)

    function.__name__ = function.__qualname__ = name
    return function


def __dir__() -> list[str]:
    return sorted({*globals(), *FUNCTIONS})


def array(values: Any) -> Any:
    """An array of plain numbers; traced values are stacked.

    Raises:
        TraceError: traced and nested values are mixed in a way that cannot be stacked.
    """
    if isinstance(values, Tracer):
        return values
    if has_tracer(values if isinstance(values, list | tuple) else ()):
        rows = [array(v) if isinstance(v, list | tuple) else v for v in values]
        owner = next((r for r in rows if isinstance(r, Tracer)), None)
        if owner is None:
            raise TraceError("np.array of traced values needs at least one traced entry")
        return FUNCTIONS["stack"]([r if isinstance(r, Tracer) else _constant(owner, r) for r in rows])
    library = _array_library()
    if library is not None:
        return library.array(values, dtype=float)
    return to_array(values)


asarray = array


def _constant(owner: Tracer, value: Any) -> Any:
    atom = owner.lift(value)
    if atom is None:
        raise TraceError(f"np.array cannot hold a {type(value).__name__}")
    return owner.like(atom)
