"""New arrays by NumPy's names. A size may be that of a named axis, known only when the Program runs."""

from __future__ import annotations

import math
from math import prod
from typing import Any

from backsight.errors import TraceError
from backsight.ir.evaluate import to_array
from backsight.ir.program import DType
from backsight.numpy.calls import array_library
from backsight.numpy.plain import PlainArray, plain
from backsight.tracing.functions.common import dim_of
from backsight.tracing.functions.common import full as filled
from backsight.tracing.numpy import SizeTracer, Tracer


def of_type(array: PlainArray, dtype: Any) -> PlainArray:
    """The same numbers as float, int or bool; as they are if None.

    Raises:
        TraceError: there are no arrays of that type here.
    """
    if dtype is None:
        return array
    called = getattr(dtype, "__name__", str(dtype)).rstrip("_0123456789")
    kinds: dict[str, tuple[type, DType]] = {
        "float": (float, "float64"),
        "int": (int, "int64"),
        "bool": (bool, "bool"),
    }
    if called not in kinds:
        raise TraceError(f"an array here cannot hold {called}", remedy="take float, int or bool")
    kind, name = kinds[called]
    return PlainArray(array.shape, [kind(x) for x in array.data], name)


def full(shape: Any, fill_value: Any, dtype: Any = float) -> Any:
    """An array of one number."""
    sizes = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    named = next((d for d in sizes if isinstance(d, SizeTracer)), None)
    if named is not None:
        return filled(named, fill_value, tuple(map(dim_of, sizes)))
    library = array_library()
    if library is not None:
        return library.full(sizes, fill_value, dtype=dtype)
    return of_type(PlainArray(sizes, [float(fill_value)] * prod(sizes)), dtype)


def zeros(shape: Any, dtype: Any = float) -> Any:
    return full(shape, 0.0, dtype)


def ones(shape: Any, dtype: Any = float) -> Any:
    return full(shape, 1.0, dtype)


empty = zeros


def eye(N: Any, M: int | None = None, k: int = 0, dtype: Any = float) -> Any:
    """The identity matrix, or ones on the k-th diagonal of N rows and M columns."""
    if isinstance(N, SizeTracer):
        return N.like(N.builder.apply("eye", (), dim=dim_of(N)))
    library = array_library()
    if library is not None:
        return library.eye(N, M, k, dtype=dtype)
    columns = N if M is None else M
    return of_type(plain(to_array([[float(j == i + k) for j in range(columns)] for i in range(N)])), dtype)


def identity(n: Any) -> Any:
    """The identity matrix."""
    return eye(n)


def arange(*limits: Any, dtype: Any = None) -> Any:
    """Whole numbers (or steps of another size) from a start, 0 by default, below a stop."""
    if len(limits) == 1 and isinstance(limits[0], SizeTracer):
        size = limits[0]
        return size.like(size.builder.apply("arange", (), dim=dim_of(size)))
    library = array_library()
    if library is not None:
        return library.arange(*limits, dtype=dtype)
    start, stop, step = (0, *limits, 1)[-3:] if len(limits) == 1 else (*limits, 1)[:3]
    count = max(0, math.ceil((stop - start) / step))
    kind = float if dtype is None and any(isinstance(x, float) for x in limits) else dtype
    return of_type(plain(to_array([start + i * step for i in range(count)])), kind)


def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True) -> Any:
    """`num` numbers at equal distances, both ends among them unless `endpoint` is false."""
    if isinstance(start, Tracer) or isinstance(stop, Tracer):
        steps = linspace(0.0, 1.0, num, endpoint)
        return start * (1.0 - steps) + stop * steps
    library = array_library()
    if library is not None:
        return library.linspace(start, stop, num, endpoint)
    gaps = max(1, num - 1 if endpoint else num)
    return plain(to_array([float(start + (stop - start) * i / gaps) for i in range(num)]))


def logspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: float = 10.0) -> Any:
    """Powers of `base`, whose exponents lie at equal distances."""
    return base ** linspace(start, stop, num, endpoint)
