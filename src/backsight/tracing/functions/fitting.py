"""Polynomials, slopes of samples, covariances, and functions applied in pieces: by NumPy's names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from backsight.errors import ShapeError, TraceError
from backsight.ops.shapes import normal_axes
from backsight.ops.value import Value, apply
from backsight.tracing.functions.common import Table, listed, rank, values
from backsight.tracing.functions.joining import concatenate, cut, size_along
from backsight.tracing.functions.linalg import matmul
from backsight.tracing.functions.matrices import lstsq
from backsight.tracing.functions.shaping import expand_dims, moveaxis, reshape


def _entry(x: Any, *places: int) -> Any:
    return apply("index", x, key=tuple(("int", i) for i in places))


def polyval(p: Any, x: Any) -> Any:
    """np.polyval by Horner's rule: the highest power comes first."""
    p, x = values(listed(p), listed(x))
    size = size_along(p, 0, "np.polyval")
    if not size:
        return x * 0.0
    total = _entry(p, 0) + 0.0 * x
    for i in range(1, size):
        total = total * x + _entry(p, i)
    return total


def polyfit(x: Any, y: Any, deg: int) -> Any:
    """np.polyfit: the coefficients of least squares, the highest power first."""
    x, y = values(listed(x), listed(y))
    powers = [apply("pow", x, float(k)) if k > 1 else x for k in range(deg, 0, -1)]
    ones = apply("broadcast", values(x, 1.0)[1], shape=x.type.shape)
    columns = apply("stack", *powers, ones, axis=1)
    return lstsq(columns, y)[0]


def gradient(f: Any, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """np.gradient on equal distances: central differences, one-sided at the ends."""
    f = listed(f)
    axes = normal_axes(axis, rank(f))
    if edge_order != 1 or len(spacing) not in (0, 1, len(axes)) or any(rank(s) for s in spacing):
        raise TraceError("np.gradient is recorded for equal distances", remedy="pass one distance an axis")
    steps = spacing * len(axes) if len(spacing) == 1 else spacing or (1.0,) * len(axes)
    found = [_slopes(f, a, step) for a, step in zip(axes, steps, strict=True)]
    return found[0] if len(found) == 1 else found


def _slopes(f: Any, axis: int, step: Any) -> Any:
    size = size_along(f, axis, "np.gradient")
    if size < 2:
        raise ShapeError("np.gradient needs two samples or more along an axis")
    first = (cut(f, axis, 1, 2) - cut(f, axis, 0, 1)) / step
    last = (cut(f, axis, size - 1, size) - cut(f, axis, size - 2, size - 1)) / step
    inner = [(cut(f, axis, 2, size) - cut(f, axis, 0, size - 2)) / (2.0 * step)] if size > 2 else []
    return concatenate([first, *inner, last], axis)


def cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None) -> Any:
    """np.cov: variables are rows unless `rowvar` is false."""
    x = listed(m)
    if y is not None:
        raise TraceError("np.cov of two arrays is not recorded", remedy="write np.cov(np.stack([x, y]))")
    if rank(x) == 1:
        x = expand_dims(x, 0)
    elif not rowvar:
        x = moveaxis(x, 1, 0)
    count = size_along(x, 1, "np.cov")
    fewer = (0 if bias else 1) if ddof is None else ddof
    centred = x - apply("mean", x, axes=(1,), keepdims=True)
    whole = matmul(centred, moveaxis(centred, 1, 0)) / float(count - fewer)
    return _entry(whole, 0, 0) if rank(listed(m)) == 1 else whole


def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    """np.corrcoef: the covariances over both deviations."""
    if y is not None:
        both = values(listed(x), listed(y))
        if any(rank(v) != 1 for v in both):
            raise TraceError("np.corrcoef of two matrices is not recorded", remedy="stack their rows first")
        x = apply("stack", *both, axis=0)
    whole = cov(x, rowvar=rowvar)
    if rank(whole) == 0:
        return whole / whole
    spread = apply("sqrt", apply("diagonal", whole, offset=0))
    return whole / expand_dims(spread, 1) / expand_dims(spread, 0)


def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
    """np.piecewise: the last condition that holds chooses; every function sees the whole of x."""
    conditions = list(condlist) if isinstance(condlist, list | tuple) else [condlist]
    others = [*funclist]
    if len(others) == len(conditions) + 1:
        result = _piece(others.pop(), x, args, kwargs)
    elif len(others) == len(conditions):
        result = 0.0
    else:
        raise TraceError("np.piecewise needs as many functions as conditions, or one more")
    for condition, function in zip(conditions, others, strict=True):
        result = apply("where", condition, _piece(function, x, args, kwargs), result)
    return result


def _piece(function: Any, x: Any, args: Sequence[Any], kwargs: Any) -> Any:
    return function(x, *args, **kwargs) if callable(function) else function


def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """np.apply_along_axis: what the function makes of each line along an axis stands in its place."""
    (arr,) = values(listed(arr))
    place = normal_axes(axis, rank(arr))[0]
    moved = moveaxis(arr, place, -1)
    sizes = [size_along(moved, i, "np.apply_along_axis") for i in range(rank(arr) - 1)]
    if not sizes:
        return func1d(arr, *args, **kwargs)
    lines = [func1d(_entry(moved, *at), *args, **kwargs) for at in product(*map(range, sizes))]
    if not any(isinstance(line, Value) for line in lines):
        raise TraceError("the function of np.apply_along_axis does not depend on the traced array")
    flat = listed(lines)
    whole = reshape(flat, (*sizes, *flat.type.shape[1:]))
    return moveaxis(whole, -1, place) if rank(flat) == 2 else whole


TABLE: Table = {
    "polyval": polyval,
    "polyfit": polyfit,
    "gradient": gradient,
    "cov": cov,
    "corrcoef": corrcoef,
    "piecewise": piecewise,
    "apply_along_axis": apply_along_axis,
}
