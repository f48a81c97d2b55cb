"""Elements picked by data: gather and its adjoint scatter, which adds; sorting, which picks by the order."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from backsight.errors import ShapeError
from backsight.ir.evaluate import Array, indices
from backsight.ir.op import Family, Op, register
from backsight.ir.program import ArrayType, Shape
from backsight.ops.shapes import show
from backsight.ops.shaping import every_example, inverse_order
from backsight.ops.value import Value, apply

_MATRIX = [[0.5, -1.0, 2.0], [0.3, 0.7, -0.2]]
_TYPES = Sequence[ArrayType]


def _checked(whole: Shape, places: _TYPES, axis: int, batch: int) -> Shape:
    """The common shape of the arrays of places, checked against the array they point into."""
    shape = places[0].shape
    if any(t.dtype != "int64" for t in places):
        raise ShapeError(
            f"an array of places holds {next(t.dtype for t in places if t.dtype != 'int64')}, not integers",
            remedy="index with integers (dtype int64)",
        )
    if any(t.shape != shape for t in places):
        raise ShapeError(f"arrays of places need equal shapes, not {', '.join(map(str, places))}")
    if axis + len(places) > len(whole):
        raise ShapeError(f"too many indices for an array of shape {show(whole)}")
    if not batch <= axis or shape[:batch] != whole[:batch]:
        raise ShapeError(f"places of shape {show(shape)} do not fit the leading axes of {show(whole)}")
    return shape


def _gather_result(types: _TYPES, axis: int, batch: int) -> ArrayType:
    x, *places = types
    inner = _checked(x.shape, places, axis, batch)[batch:]
    return ArrayType((*x.shape[:axis], *inner, *x.shape[axis + len(places) :]), x.dtype)


def _scatter_result(types: _TYPES, axis: int, batch: int, shape: Shape) -> ArrayType:
    expected = _gather_result((ArrayType(shape), *types[1:]), axis, batch)
    if expected.shape != types[0].shape:
        raise ShapeError(f"a part of shape {show(types[0].shape)} does not fit places in {show(shape)}")
    return ArrayType(shape)


def _sources(
    whole: tuple[int, ...], part: tuple[int, ...], places: Sequence[Array], axis: int, batch: int
) -> list[int]:
    """Positions in the flat data of the whole array, in the order of the part's elements."""
    steps = Array(whole, []).strides()
    inner = len(places[0].shape) - batch
    found = []
    for at in indices(part):
        row = (*at[:batch], *at[axis : axis + inner])
        picked = [_place(p.at(row), whole[axis + j]) for j, p in enumerate(places)]
        full = (*at[:axis], *picked, *at[axis + inner :])
        found.append(sum(i * s for i, s in zip(full, steps, strict=True)))
    return found


def _place(index: Any, size: int) -> int:
    if not -size <= index < size:
        raise ShapeError(f"index {index} is outside an axis of size {size}")
    return int(index) % size


def _gather_reference(
    arrays: Sequence[Array], shape: tuple[int, ...], dims: Any, axis: int, batch: int
) -> list[Any]:
    x, *places = arrays
    return [x.data[i] for i in _sources(x.shape, shape, places, axis, batch)]


def _scatter_reference(
    arrays: Sequence[Array], shape: tuple[int, ...], dims: Any, /, axis: int, batch: int, **_: Any
) -> list[Any]:
    part, *places = arrays
    data = [0.0] * prod(shape)
    for source, number in zip(_sources(shape, part.shape, places, axis, batch), part.data, strict=True):
        data[source] += number
    return data


def _sizes(whole: Shape, places: _TYPES, axis: int, batch: int) -> list[Shape]:
    count = len(places)
    after = whole[axis + count :]
    return [
        whole[:batch],
        whole[batch:axis],
        places[0].shape[batch:],
        after,
        *((d,) for d in whole[axis : axis + count]),
    ]


def _gather_batch(batched: Sequence[bool], x: Value, *places: Value, axis: int, batch: int) -> Any:
    if batched[0] and not any(batched[1:]) and not batch:
        return apply("gather", x, *places, axis=axis + 1, batch=0)
    if not batched[0] and not axis:
        return apply("gather", x, *every_example(batched[1:], places), axis=0, batch=0)
    return apply("gather", *every_example(batched, [x, *places]), axis=axis + 1, batch=batch + 1)


def _scatter_batch(
    batched: Sequence[bool], part: Value, *places: Value, axis: int, batch: int, shape: Shape
) -> Any:
    owner = [part, *places][list(batched).index(True)]
    whole = (owner.type.shape[0], *shape)
    if batched[0] and not any(batched[1:]) and not batch:
        return apply("scatter", part, *places, axis=axis + 1, batch=0, shape=whole)
    operands = every_example(batched, [part, *places])
    return apply("scatter", *operands, axis=axis + 1, batch=batch + 1, shape=whole)


def _gather_vjp(g: Value, y: Value, x: Value, *places: Value, axis: int, batch: int) -> tuple[Any, ...]:
    back = apply("scatter", g, *places, axis=axis, batch=batch, shape=x.type.shape)
    return (back, *(None for _ in places))


def _gather_jvp(dx: Any, *values: Any, axis: int, batch: int) -> Any:
    places = values[len(values) // 2 + 1 :]
    return None if dx is None else apply("gather", dx, *places, axis=axis, batch=batch)


def _scatter_vjp(
    g: Value, y: Value, part: Value, *places: Value, axis: int, batch: int, shape: Shape
) -> tuple[Any, ...]:
    return (apply("gather", g, *places, axis=axis, batch=batch), *(None for _ in places))


def _scatter_jvp(dx: Any, *values: Any, axis: int, batch: int, shape: Shape) -> Any:
    places = values[len(values) // 2 + 1 :]
    return None if dx is None else apply("scatter", dx, *places, axis=axis, batch=batch, shape=shape)


gather = register(
    Op(
        "gather",
        Family.ROUTINE,
        says="picks out the entries at given places",
        result=_gather_result,
        reference=_gather_reference,
        vjp=_gather_vjp,
        jvp=_gather_jvp,
        batch=_gather_batch,
        sizes=lambda types, axis, batch: _sizes(types[0].shape, types[1:], axis, batch),
        why="only the entries that were picked matter; one that was picked twice collects both slopes",
        try_at=(_MATRIX, [1, 0, -1]),
        try_params=({"axis": 0, "batch": 0}, {"axis": 1, "batch": 0}),
        variadic=True,
    )
)
scatter = register(
    Op(
        "scatter",
        Family.ROUTINE,
        says="adds entries up at given places",
        result=_scatter_result,
        reference=_scatter_reference,
        vjp=_scatter_vjp,
        jvp=_scatter_jvp,
        batch=_scatter_batch,
        sizes=lambda types, axis, batch, shape: _sizes(shape, types[1:], axis, batch),
        why="every entry reaches the result at its place only",
        try_at=(_MATRIX, [1, 0]),
        try_params=({"axis": 0, "batch": 0, "shape": (3, 3)},),
        variadic=True,
    )
)

arange = register(
    Op(
        "arange",
        Family.MOVE,
        says="counts along an axis",
        result=lambda types, dim: ArrayType((dim,), "int64"),
        reference=lambda arrays, shape, dims, dim: list(range(shape[0])),
        vjp=lambda g, y, dim: (),
        jvp=lambda y, dim: None,
        why="a place does not move",
        try_params=({"dim": 3},),
    )
)

# along an axis ----------------------------------------------------------------------------------------------


def _last(x: Any, axis: int) -> Any:
    """The array with one axis moved to the end."""
    order = [a for a in range(x.ndim) if a != axis] + [axis]
    return x if axis == x.ndim - 1 else apply("transpose", x, axes=tuple(order))


def _from_last(x: Any, axis: int) -> Any:
    order = [a for a in range(x.ndim) if a != axis] + [axis]
    return x if axis == x.ndim - 1 else apply("transpose", x, axes=inverse_order(order))


def take_along(x: Value, places: Value, axis: int) -> Any:
    """Along one axis, the entries at the places given for each line: NumPy's take_along_axis."""
    rank = x.ndim
    picked = apply("gather", _last(x, axis), _last(places, axis), axis=rank - 1, batch=rank - 1)
    return _from_last(picked, axis)


def put_along(part: Value, places: Value, axis: int, shape: Shape) -> Any:
    """The adjoint of `take_along`."""
    rank = len(shape)
    moved = (*(d for i, d in enumerate(shape) if i != axis), shape[axis])
    back = apply(
        "scatter", _last(part, axis), _last(places, axis), axis=rank - 1, batch=rank - 1, shape=moved
    )
    return _from_last(back, axis)


def line_sizes(types: _TYPES, axis: int) -> list[Shape]:
    """What a routine along an axis needs to know: how many before it, how long it is, how many after it."""
    shape = types[0].shape
    return [shape[:axis], shape[axis : axis + 1], shape[axis + 1 :]]


def along_axis(types: _TYPES, axis: int) -> ArrayType:
    """The shape rule of routines that work along an axis."""
    if axis >= types[0].rank:
        raise ShapeError(f"there is no axis {axis} in {types[0]}")
    return types[0]


def lines(shape: tuple[int, ...], axis: int) -> list[list[int]]:
    """The places in flat data of each line along an axis."""
    step, size = prod(shape[axis + 1 :]), shape[axis]
    starts = (b * size * step + a for b in range(prod(shape[:axis])) for a in range(step))
    return [[start + k * step for k in range(size)] for start in starts]


def each_line(function: Callable[..., Sequence[Any]]) -> Callable[..., list[Any]]:
    """A reference that works on the numbers of one line at a time."""

    def reference(
        arrays: Sequence[Array], shape: tuple[int, ...], dims: Mapping[str, int], axis: int
    ) -> list[Any]:
        data = [0.0] * prod(shape)
        for places in lines(shape, axis):
            found = function(*([a.data[p] for p in places] for a in arrays))
            for place, number in zip(places, found, strict=True):
                data[place] = number
        return data

    return reference


def later(op: str) -> Callable[..., Any]:
    """The batch rule of routines along an axis: it lies behind the leading one."""

    def batch(batched: Sequence[bool], *xs: Value, axis: int) -> Any:
        return apply(op, *every_example(batched, xs), axis=axis + 1)

    return batch


def _order(line: Sequence[float]) -> list[int]:
    return sorted(range(len(line)), key=lambda i: (math.isnan(line[i]), line[i]))


def _sorted(line: Sequence[float]) -> list[float]:
    return [line[i] for i in _order(line)]


argsort = register(
    Op(
        "argsort",
        Family.ROUTINE,
        says="asks in which order the numbers grow",
        result=lambda types, axis: ArrayType(along_axis(types, axis).shape, "int64"),
        reference=each_line(_order),
        vjp=lambda g, y, x, axis: (None,),
        jvp=lambda dx, y, x, axis: None,
        batch=later("argsort"),
        sizes=line_sizes,
        why="an order does not move with a small nudge; among equal numbers the first comes first",
        try_at=(_MATRIX,),
        try_params=({"axis": 1}, {"axis": 0}),
    )
)
sort = register(
    Op(
        "sort",
        Family.ROUTINE,
        says="sorts the numbers",
        result=along_axis,
        reference=each_line(_sorted),
        vjp=lambda g, y, x, axis: (put_along(g, apply("argsort", x, axis=axis), axis, x.type.shape),),
        jvp=lambda dx, y, x, axis: take_along(dx, apply("argsort", x, axis=axis), axis),
        batch=later("sort"),
        sizes=line_sizes,
        why="each number only changes its place; its slope goes back to where it came from",
        try_at=(_MATRIX,),
        try_params=({"axis": 1}, {"axis": 0}),
    )
)


def _searchsorted_result(types: _TYPES, right: bool, batch: int) -> ArrayType:
    line, x = types
    if line.rank != batch + 1 or x.shape[:batch] != line.shape[:batch]:
        raise ShapeError(
            f"searchsorted looks in a sorted vector, not in an array of shape {show(line.shape)}",
            remedy="lay it flat, or take one row",
        )
    return ArrayType(x.shape, "int64")


def _searchsorted_reference(
    arrays: Sequence[Array], shape: Any, dims: Any, right: bool, batch: int
) -> list[int]:
    # NaN is greater than any number, and all NaN are equal.
    line, numbers = ([(math.isnan(v), 0.0 if math.isnan(v) else v) for v in a.data] for a in arrays)
    size, rows = arrays[0].shape[-1], prod(shape[:batch])
    find = bisect_right if right else bisect_left
    lines = [line[i * size : (i + 1) * size] for i in range(rows)]
    share = len(numbers) // rows if rows else 0
    return [find(lines[i // share], number) for i, number in enumerate(numbers)]


def _searchsorted_batch(batched: Sequence[bool], line: Value, x: Value, right: bool, batch: int) -> Any:
    if not batched[0] and not batch:
        return apply("searchsorted", line, x, right=right, batch=0)
    return apply("searchsorted", *every_example(batched, [line, x]), right=right, batch=batch + 1)


searchsorted = register(
    Op(
        "searchsorted",
        Family.ROUTINE,
        says="finds the place in a sorted list",
        result=_searchsorted_result,
        reference=_searchsorted_reference,
        vjp=lambda g, y, line, x, right, batch: (None, None),
        jvp=lambda dl, dx, y, line, x, right, batch: None,
        batch=_searchsorted_batch,
        sizes=lambda types, right, batch: [
            types[1].shape[:batch],
            types[0].shape[batch:],
            types[1].shape[batch:],
            (1,) if right else (0,),
        ],
        why="a place does not move with a small nudge",
        try_at=([-1.0, 0.5, 0.5, 2.0], [0.5, -3.0, 0.7, 2.0]),
        try_params=({"right": False, "batch": 0}, {"right": True, "batch": 0}),
    )
)
