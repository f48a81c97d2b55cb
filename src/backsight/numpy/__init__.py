"""The `np` for traced functions anywhere: NumPy's names, and sigmoid, relu, softplus, softmax, logsumexp ….

On traced values every name is recorded. On plain values NumPy computes where it is installed; without it,
backsight's reference evaluator does.
"""

from __future__ import annotations

import math
from abc import ABCMeta
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from backsight.errors import TraceError
from backsight.ir.evaluate import to_array
from backsight.numpy import linalg
from backsight.numpy.calls import array_library, function, run
from backsight.numpy.grids import (
    bartlett,
    blackman,
    diag_indices,
    hamming,
    hanning,
    mgrid,
    tri,
    tril_indices,
    triu_indices,
)
from backsight.numpy.making import (
    arange,
    empty,
    eye,
    full,
    identity,
    linspace,
    logspace,
    of_type,
    ones,
    zeros,
)
from backsight.numpy.plain import PlainArray
from backsight.tracing.functions import FUNCTIONS
from backsight.tracing.numpy import Tracer, has_tracer
from backsight.tracing.writing import copyto, fill_diagonal

__all__ = [
    "arange",
    "array",
    "asanyarray",
    "asarray",
    "bartlett",
    "blackman",
    "copyto",
    "diag_indices",
    "e",
    "empty",
    "errstate",
    "eye",
    "fill_diagonal",
    "float64",
    "full",
    "hamming",
    "hanning",
    "identity",
    "inf",
    "int64",
    "linalg",
    "linspace",
    "logspace",
    "mgrid",
    "nan",
    "ndarray",
    "newaxis",
    "ones",
    "pi",
    "tri",
    "tril_indices",
    "triu_indices",
    "vectorize",
    "zeros",
]
__all__ += sorted({name for name in FUNCTIONS if "." not in name} - {*__all__})  # for `from numpy import *`


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


asarray = asanyarray = array
float64, int64 = float, int


ndarray = ABCMeta("ndarray", (), {"__doc__": "What `isinstance` asks for: arrays here, and traced values."})
ndarray.register(PlainArray)
ndarray.register(Tracer)


class vectorize:
    """np.vectorize: a function of numbers applied entry by entry, to broadcast arrays."""

    def __init__(self, pyfunc: Callable[..., Any]) -> None:
        self.pyfunc = pyfunc
        self.__doc__ = pyfunc.__doc__

    def __call__(self, *args: Any) -> Any:
        given = [array(a) if isinstance(a, list | tuple) else a for a in args]
        if not any(getattr(a, "shape", ()) for a in given):
            return self.pyfunc(*given)
        arrays = [a if isinstance(a, Tracer) else array(a) for a in given]
        whole = run("broadcast_arrays", tuple(arrays), {}) if len(arrays) > 1 else arrays
        lines = [x.reshape(-1) for x in whole]
        entries = [self.pyfunc(*numbers) for numbers in zip(*lines, strict=True)]
        return array(entries).reshape(whole[0].shape)


@contextmanager
def errstate(**kinds: str) -> Iterator[None]:
    """np.errstate: nothing warns here, so there is nothing to silence."""
    yield


def _constant(owner: Tracer, value: Any) -> Any:
    atom = owner.lift(value)
    if atom is None:
        raise TraceError(f"np.array cannot hold a {type(value).__name__}")
    return owner.like(atom)
