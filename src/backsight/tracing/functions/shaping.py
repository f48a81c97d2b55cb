"""Shapes, by NumPy's names."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from backsight.errors import ShapeError, TraceError
from backsight.ir.program import Dim
from backsight.ops.shapes import broadcast_shapes, normal_axes, show
from backsight.ops.value import apply
from backsight.tracing.functions.common import Table, dim_of, full, rank, values


def transpose(x: Any, axes: Any = None) -> Any:
    count = rank(x)
    order = tuple(reversed(range(count))) if axes is None else tuple(a % count for a in axes)
    return apply("transpose", x, axes=order)


def swapaxes(x: Any, first: int, second: int) -> Any:
    order = list(range(rank(x)))
    for axis in (first, second):
        normal_axes(axis, rank(x))
    order[first], order[second] = order[second], order[first]
    return _ordered(x, order)


def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """np.moveaxis; the other axes keep their order."""
    count = rank(x)
    old, new = (
        [normal_axes(a, count)[0] for a in (axes if isinstance(axes, tuple | list) else (axes,))]
        for axes in (source, destination)
    )
    if len(old) != len(new):
        raise ShapeError(f"np.moveaxis of {len(old)} axes to {len(new)} places")
    order = [a for a in range(count) if a not in old]
    for place, axis in sorted(zip(new, old, strict=True)):
        order.insert(place, axis)
    return _ordered(x, order)


def _ordered(x: Any, order: Sequence[int]) -> Any:
    return x if list(order) == list(range(len(order))) else apply("transpose", x, axes=tuple(order))


def rollaxis(x: Any, axis: int, start: int = 0) -> Any:
    count = rank(x)
    axis, start = axis % count, start + count if start < 0 else start
    return moveaxis(x, axis, start - 1 if axis < start else start)


def matrix_transpose(x: Any) -> Any:
    return swapaxes(x, -1, -2)


def reshape(x: Any, shape: Any, order: str = "C") -> Any:
    if order != "C":
        raise TraceError(f"reshape with order={order!r} is not traced", remedy="transpose first")
    wanted = [dim_of(d) for d in (shape if isinstance(shape, tuple | list) else (shape,))]
    return apply("reshape", x, shape=_complete(x.type.shape, wanted))


def ravel(x: Any) -> Any:
    return x if rank(x) == 1 else reshape(x, -1)


def _complete(have: Sequence[Dim], wanted: Sequence[Dim]) -> tuple[Dim, ...]:
    """Replace -1 by what is left over."""
    if -1 not in wanted:
        return tuple(wanted)
    rest: list[Dim] = list(have)
    number = 1
    for d in wanted:
        if isinstance(d, str) and d in rest:
            rest.remove(d)
        elif isinstance(d, int) and d != -1:
            number *= d
    names = [d for d in rest if isinstance(d, str)]
    left = prod(d for d in rest if isinstance(d, int))
    if len(names) > 1 or (names and left != number) or (number == 0) or left % number:
        raise ShapeError(
            f"cannot reshape {show(tuple(have))} into {show(tuple(wanted))}", remedy="give every size"
        )
    fill: Dim = names[0] if names else left // number
    return tuple(fill if d == -1 else d for d in wanted)


def broadcast_to(x: Any, shape: Any) -> Any:
    wanted = tuple(dim_of(d) for d in (shape if isinstance(shape, tuple | list) else (shape,)))
    return x if x.type.shape == wanted else apply("broadcast", x, shape=wanted)


def broadcast_arrays(*arrays: Any) -> list[Any]:
    xs = values(*arrays)
    shape = broadcast_shapes([x.type.shape for x in xs])
    return [broadcast_to(x, shape) for x in xs]


def expand_dims(x: Any, axis: Any) -> Any:
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    count = rank(x) + len(axes)
    return apply("expand_dims", x, axes=normal_axes(tuple(axes), count))


def squeeze(x: Any, axis: Any = None) -> Any:
    if axis is None:
        gone = tuple(i for i, d in enumerate(x.type.shape) if d == 1)
        return apply("squeeze", x, axes=gone) if gone else x
    return apply("squeeze", x, axes=normal_axes(axis, rank(x)))


def atleast_1d(*arrays: Any) -> Any:
    return _each(arrays, lambda x: reshape(x, (1,)) if rank(x) == 0 else x)


def atleast_2d(*arrays: Any) -> Any:
    return _each(
        arrays, lambda x: x if rank(x) >= 2 else expand_dims(x, 0) if rank(x) else reshape(x, (1, 1))
    )


def atleast_3d(*arrays: Any) -> Any:
    def wide(x: Any) -> Any:
        if rank(x) >= 3:
            return x
        return expand_dims(x, 2) if rank(x) == 2 else expand_dims(atleast_1d(x), (0, 2))

    return _each(arrays, wide)


def _each(arrays: Sequence[Any], change: Any) -> Any:
    xs = [change(x) for x in values(*arrays)]
    return xs[0] if len(xs) == 1 else xs


# filled like another ----------------------------------------------------------------------------------------


def full_like(x: Any, fill_value: Any, dtype: Any = None, shape: Any = None) -> Any:
    x, value = values(x, fill_value)
    wanted = x.type.shape if shape is None else tuple(dim_of(d) for d in _sequence(shape))
    number = value.atom.value if not hasattr(value.atom, "name") else None
    if number is not None and x.type.dtype != "int64":
        return full(x, float(number), wanted)
    return broadcast_to(value, wanted)


def _sequence(shape: Any) -> Sequence[Any]:
    return shape if isinstance(shape, tuple | list) else (shape,)


def zeros_like(x: Any, dtype: Any = None, shape: Any = None) -> Any:
    return full_like(x, 0.0, dtype, shape)


def ones_like(x: Any, dtype: Any = None, shape: Any = None) -> Any:
    return full_like(x, 1.0, dtype, shape)


def meshgrid(*arrays: Any, indexing: str = "xy", sparse: bool = False) -> list[Any]:
    xs = [ravel(x) for x in values(*arrays)]
    count = len(xs)
    places = list(range(count))
    if indexing == "xy" and count > 1:
        places[0], places[1] = 1, 0
    lined = [
        expand_dims(x, tuple(a for a in range(count) if a != place))
        for x, place in zip(xs, places, strict=True)
    ]
    return lined if sparse else broadcast_arrays(*lined)


TABLE: Table = {
    "transpose": transpose,
    "permute_dims": transpose,
    "matrix_transpose": matrix_transpose,
    "linalg.matrix_transpose": matrix_transpose,
    "swapaxes": swapaxes,
    "moveaxis": moveaxis,
    "rollaxis": rollaxis,
    "reshape": reshape,
    "ravel": ravel,
    "broadcast_to": broadcast_to,
    "broadcast_arrays": broadcast_arrays,
    "expand_dims": expand_dims,
    "squeeze": squeeze,
    "atleast_1d": atleast_1d,
    "atleast_2d": atleast_2d,
    "atleast_3d": atleast_3d,
    "full_like": full_like,
    "zeros_like": zeros_like,
    "ones_like": ones_like,
    "empty_like": zeros_like,
    "meshgrid": meshgrid,
    "shape": lambda x: x.shape,
    "ndim": rank,
    "size": lambda x: x.size,
    "copy": lambda x: x,
}
