"""The `np` for traced functions anywhere: NumPy's names, and sigmoid, relu, softplus, softmax, logsumexp ….

On traced values every name is recorded. On plain values NumPy computes where it is installed; without it,
backsight's reference evaluator does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from backsight.errors import TraceError
from backsight.ir.evaluate import to_array
from backsight.numpy import linalg
from backsight.numpy.calls import array_library, function, run
from backsight.numpy.making import arange, eye, full, identity, linspace, of_type, ones, zeros
from backsight.numpy.plain import PlainArray
from backsight.tracing.functions import FUNCTIONS
from backsight.tracing.numpy import Tracer, has_tracer

__all__ = [
    "arange",
    "array",
    "asarray",
    "e",
    "eye",
    "full",
    "identity",
    "inf",
    "linalg",
    "linspace",
    "logaddexp",
    "nan",
    "newaxis",
    "ones",
    "pi",
    "zeros",
]


class _Reducible:
    """A NumPy function with `.reduce`, such as np.logaddexp."""

    def __init__(self, name: str, reduced: str) -> None:
        self.__name__, self._reduced = name, reduced

    def __call__(self, *args: Any) -> Any:
        return run(self.__name__, args, {})

    def reduce(self, x: Any, axis: Any = 0, keepdims: bool = False) -> Any:
        return run(self._reduced, (x, axis, keepdims), {})


logaddexp = _Reducible("logaddexp", "logsumexp")
pi = math.pi
e = math.e
inf = math.inf
nan = math.nan
newaxis = None


def __getattr__(name: str) -> Callable[..., Any]:
    return function(name, "backsight.numpy")


def __dir__() -> list[str]:
    return sorted({*globals(), *(name for name in FUNCTIONS if "." not in name)})


def array(values: Any, dtype: Any = None) -> Any:
    """An array of plain numbers; traced values are stacked.

    Args:
        values: a number, an array or nested lists.
        dtype: float, int or bool; as the numbers are if None.

    Raises:
        TraceError: traced and nested values are mixed in a way that cannot be stacked.
    """
    if isinstance(values, Tracer):
        return values if dtype is None else values.astype(dtype)
    if has_tracer(values if isinstance(values, list | tuple) else ()):
        rows = [array(v) if isinstance(v, list | tuple) else v for v in values]
        owner = next((r for r in rows if isinstance(r, Tracer)), None)
        if owner is None:
            raise TraceError("np.array of traced values needs at least one traced entry")
        return FUNCTIONS["stack"]([r if isinstance(r, Tracer) else _constant(owner, r) for r in rows])
    library = array_library()
    if library is not None:
        return library.array(values, dtype=dtype)
    given = to_array(values)
    data = list(map(float, given.data)) if given.dtype == "float64" else given.data
    return of_type(PlainArray(given.shape, data, given.dtype), dtype)


asarray = array


def _constant(owner: Tracer, value: Any) -> Any:
    atom = owner.lift(value)
    if atom is None:
        raise TraceError(f"np.array cannot hold a {type(value).__name__}")
    return owner.like(atom)
