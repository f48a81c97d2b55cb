"""Moving elements without computing any.

The adjoint of a move puts them back, adding where several came from one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from backsight.errors import ShapeError
from backsight.ir.evaluate import Array, broadcast_to, indices
from backsight.ir.op import Family, Op, register
from backsight.ir.program import ArrayType, Dim, DType, Shape
from backsight.ops.shapes import broadcast_shapes, show
from backsight.ops.value import Value, apply

Key = tuple[tuple[Any, ...], ...]
_MATRIX = ([[0.5, -1.0, 2.0], [0.3, 0.7, -0.2]],)
_TYPES = Sequence[ArrayType]
WHOLE = ("slice", 0, None, 1)


def resolve(shape: Shape, dims: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(dims[d] if isinstance(d, str) else d for d in shape)


# many examples at once -------------------------------------------------------------------------------------
# (`batched[i]` says whether operand i has the examples along its leading axis; see `Op.batch`.)


def _later(axes: Sequence[int]) -> tuple[int, ...]:
    """Axes of one example, counted behind the leading one."""
    return tuple(axis + 1 for axis in axes)


def aligned(x: Any, rank: int) -> Any:
    """Insert axes behind the leading one, so that examples of `rank` axes line up at the right."""
    missing = rank + 1 - x.ndim
    return apply("expand_dims", x, axes=_later(range(missing))) if missing > 0 else x


def every_example(batched: Sequence[bool], xs: Sequence[Value]) -> list[Any]:
    """All operands with the leading axis: those that lack it are the same for every example."""
    size = next(x.type.shape[0] for x, many in zip(xs, batched, strict=True) if many)
    return [
        x if many else apply("broadcast", x, shape=(size, *x.type.shape))
        for x, many in zip(xs, batched, strict=True)
    ]


def _shift(op: str) -> Any:
    """The batch rule of a move whose only parameter is `axes` or `axis`."""

    def batch(batched: Sequence[bool], *xs: Value, **params: Any) -> Any:
        later = {k: v + 1 if isinstance(v, int) else _later(v) for k, v in params.items()}
        return apply(op, *every_example(batched, xs), **later)

    return batch


# transpose --------------------------------------------------------------------------------------------------


def _transpose_result(types: _TYPES, axes: tuple[int, ...]) -> ArrayType:
    if sorted(axes) != list(range(types[0].rank)):
        raise ShapeError(f"axes {axes} are not an order of the {types[0].rank} axes of {types[0]}")
    return ArrayType(tuple(types[0].shape[a] for a in axes), types[0].dtype)


def _transpose_reference(arrays: Sequence[Array], shape: Any, dims: Any, axes: tuple[int, ...]) -> list[Any]:
    steps = [arrays[0].strides()[a] for a in axes]
    return [arrays[0].data[sum(i * s for i, s in zip(index, steps, strict=True))] for index in indices(shape)]


def inverse_order(axes: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(range(len(axes)), key=lambda i: axes[i]))


transpose = register(
    Op(
        "transpose",
        Family.MOVE,
        says="turns axes round",
        result=_transpose_result,
        reference=_transpose_reference,
        vjp=lambda g, y, x, axes: (apply("transpose", g, axes=inverse_order(axes)),),
        jvp=lambda dx, y, x, axes: apply("transpose", dx, axes=axes),
        batch=lambda batched, x, axes: apply("transpose", x, axes=(0, *_later(axes))),
        why="nudges turn the same way, and turn back going backward",
        try_at=_MATRIX,
        try_params=({"axes": (1, 0)},),
    )
)

# reshape, expand_dims, squeeze ------------------------------------------------------------------------------


def _reshape_result(types: _TYPES, shape: Shape) -> ArrayType:
    def size(dims: Shape) -> tuple[int, list[str]]:
        return prod(d for d in dims if isinstance(d, int)), sorted(d for d in dims if isinstance(d, str))

    if size(shape) != size(types[0].shape):
        raise ShapeError(
            f"cannot reshape {show(types[0].shape)} into {show(shape)}: the number of elements differs",
            remedy="the products of both shapes must be equal",
        )
    return ArrayType(shape, types[0].dtype)


def _same_data(arrays: Sequence[Array], shape: Any, dims: Any, /, **params: Any) -> list[Any]:
    return arrays[0].data


reshape = register(
    Op(
        "reshape",
        Family.MOVE,
        says="lays the numbers out in another shape",
        result=_reshape_result,
        reference=_same_data,
        vjp=lambda g, y, x, shape: (apply("reshape", g, shape=x.type.shape),),
        jvp=lambda dx, y, x, shape: apply("reshape", dx, shape=shape),
        batch=lambda batched, x, shape: apply("reshape", x, shape=(x.type.shape[0], *shape)),
        why="each number only changes its place",
        try_at=_MATRIX,
        try_params=({"shape": (3, 2)}, {"shape": (6,)}),
    )
)


def _expand_result(types: _TYPES, axes: tuple[int, ...]) -> ArrayType:
    rank = types[0].rank + len(axes)
    rest = iter(types[0].shape)
    if any(axis >= rank for axis in axes):
        raise ShapeError(f"cannot insert axis {max(axes)} into {types[0]}")
    return ArrayType(tuple(1 if i in axes else next(rest) for i in range(rank)), types[0].dtype)


expand_dims = register(
    Op(
        "expand_dims",
        Family.MOVE,
        says="inserts an axis of size 1",
        result=_expand_result,
        reference=_same_data,
        vjp=lambda g, y, x, axes: (apply("squeeze", g, axes=axes),),
        jvp=lambda dx, y, x, axes: apply("expand_dims", dx, axes=axes),
        batch=_shift("expand_dims"),
        why="no number changes",
        try_at=_MATRIX,
        try_params=({"axes": (1,)}, {"axes": (0, 3)}),
    )
)


def _squeeze_result(types: _TYPES, axes: tuple[int, ...]) -> ArrayType:
    if any(axis >= types[0].rank or types[0].shape[axis] != 1 for axis in axes):
        raise ShapeError(f"cannot drop axes {axes} of {show(types[0].shape)}: only axes of size 1 can go")
    return ArrayType(tuple(d for i, d in enumerate(types[0].shape) if i not in axes), types[0].dtype)


squeeze = register(
    Op(
        "squeeze",
        Family.MOVE,
        says="drops an axis of size 1",
        result=_squeeze_result,
        reference=_same_data,
        vjp=lambda g, y, x, axes: (apply("expand_dims", g, axes=axes),),
        jvp=lambda dx, y, x, axes: apply("squeeze", dx, axes=axes),
        batch=_shift("squeeze"),
        why="no number changes",
        try_at=([[[0.5, -1.0]], [[0.3, 0.7]]],),
        try_params=({"axes": (1,)},),
    )
)

# broadcast --------------------------------------------------------------------------------------------------


def _broadcast_result(types: _TYPES, shape: Shape) -> ArrayType:
    if broadcast_shapes([types[0].shape, shape]) != tuple(shape):
        raise ShapeError(f"cannot stretch {show(types[0].shape)} to {show(shape)}")
    return ArrayType(shape, types[0].dtype)


def _broadcast_reference(
    arrays: Sequence[Array], shape: tuple[int, ...], dims: Any, /, **params: Any
) -> list[Any]:
    return broadcast_to(arrays[0], shape).data


def unbroadcast(g: Any, shape: Shape) -> Any:
    """Sum a cotangent over the axes along which a value of `shape` was stretched."""
    have = g.type.shape
    offset = len(have) - len(shape)
    leading = tuple(range(offset))
    stretched = tuple(i for i in range(offset, len(have)) if shape[i - offset] == 1 and have[i] != 1)
    if stretched:
        g = apply("sum", g, axes=stretched, keepdims=True)
    return apply("sum", g, axes=leading, keepdims=False) if leading else g


broadcast = register(
    Op(
        "broadcast",
        Family.MOVE,
        says="repeats along an axis",
        result=_broadcast_result,
        reference=_broadcast_reference,
        vjp=lambda g, y, x, shape: (unbroadcast(g, x.type.shape),),
        jvp=lambda dx, y, x, shape: apply("broadcast", dx, shape=shape),
        batch=lambda batched, x, shape: apply(
            "broadcast", aligned(x, len(shape)), shape=(x.type.shape[0], *shape)
        ),
        why="one number used many times collects the blame of every use",
        try_at=([[0.5], [0.3]],),
        try_params=({"shape": (2, 3)}, {"shape": (4, 2, 3)}),
    )
)

# index and its adjoint --------------------------------------------------------------------------------------


BACKWARD = ("slice", None, None, -1)
"""A whole axis, last entry first."""


def _positions(size: int, item: tuple[Any, ...]) -> range:
    """The entries a slice picks from an axis of that size, as Python has it."""
    return range(*slice(*item[1:]).indices(size))


def _index_result(types: _TYPES, key: Key) -> ArrayType:
    result: list[Dim] = []
    axis = 0
    for item in key:
        if item[0] == "new":
            result.append(1)
            continue
        if axis >= types[0].rank:
            raise ShapeError(f"too many indices for {types[0]}")
        dim = types[0].shape[axis]
        axis += 1
        if item[0] == "int":
            if isinstance(dim, int) and not 0 <= item[1] < dim:
                raise ShapeError(f"index {item[1]} is outside an axis of size {dim}")
        elif item in (WHOLE, BACKWARD):
            result.append(dim)
        elif isinstance(dim, str):
            raise ShapeError(
                f"a slice of the named dimension {dim!r} has no known size",
                remedy="trace with an array of fixed size, or take the whole axis",
            )
        else:
            result.append(len(_positions(dim, item)))
    return ArrayType((*result, *types[0].shape[axis:]), types[0].dtype)


def _sources(shape: tuple[int, ...], key: Key) -> list[int]:
    """Positions in the flat data of an array of `shape` that `key` picks, in the order of the result."""
    array = Array(shape, [])
    ranges: list[Any] = []
    axis = 0
    for item in key:
        if item[0] == "new":
            continue
        ranges.append([item[1]] if item[0] == "int" else _positions(shape[axis], item))
        axis += 1
    ranges += [range(n) for n in shape[axis:]]
    steps = array.strides()
    picked = [[i * step for i in positions] for positions, step in zip(ranges, steps, strict=True)]
    flat = [0]
    for positions in picked:
        flat = [base + p for base in flat for p in positions]
    return flat


def _index_reference(arrays: Sequence[Array], shape: Any, dims: Any, key: Key) -> list[Any]:
    return [arrays[0].data[i] for i in _sources(arrays[0].shape, key)]


def _index_vjp(g: Value, y: Value, x: Value, key: Key) -> tuple[Any]:
    if all(item in (WHOLE, BACKWARD) for item in key):
        return (apply("index", g, key=key),)
    return (apply("unindex", g, key=key, shape=x.type.shape),)


index = register(
    Op(
        "index",
        Family.MOVE,
        says="picks out a part",
        result=_index_result,
        reference=_index_reference,
        vjp=_index_vjp,
        jvp=lambda dx, y, x, key: apply("index", dx, key=key),
        batch=lambda batched, x, key: apply("index", x, key=(WHOLE, *key)),
        why="only the numbers that were picked matter",
        try_at=_MATRIX,
        try_params=(
            {"key": (("int", 1),)},
            {"key": (("slice", 0, None, 1), ("slice", 0, None, 2))},
            {"key": (("slice", 0, 1, 1), ("new",), ("int", 2))},
            {"key": (BACKWARD, ("slice", 2, 0, -1))},
        ),
    )
)


def _unindex_reference(
    arrays: Sequence[Array], shape: tuple[int, ...], dims: Any, /, key: Key, **_: Any
) -> list[Any]:
    data = [0.0] * prod(shape)
    for source, number in zip(_sources(shape, key), arrays[0].data, strict=True):
        data[source] += number
    return data


unindex = register(
    Op(
        "unindex",
        Family.MOVE,
        says="puts a part back among zeros",
        result=lambda types, key, shape: ArrayType(shape, types[0].dtype),
        reference=_unindex_reference,
        vjp=lambda g, y, x, key, shape: (apply("index", g, key=key),),
        jvp=lambda dx, y, x, key, shape: apply("unindex", dx, key=key, shape=shape),
        batch=lambda batched, x, key, shape: apply(
            "unindex", x, key=(WHOLE, *key), shape=(x.type.shape[0], *shape)
        ),
        why="what was not picked has no part in the result",
        try_at=([0.5, -1.0],),
        try_params=({"key": (("slice", 0, 2, 1), ("int", 1)), "shape": (2, 3)},),
    )
)

# stack and concatenate --------------------------------------------------------------------------------------


def _stack_result(types: _TYPES, axis: int) -> ArrayType:
    if any(t.shape != types[0].shape for t in types):
        raise ShapeError(
            f"stack needs equal shapes, not {' and '.join(show(t.shape) for t in types)}",
            remedy="np.concatenate joins arrays of different lengths",
        )
    shape = list(types[0].shape)
    shape.insert(axis, len(types))
    return ArrayType(tuple(shape), _common(types))


def _common(types: _TYPES) -> DType:
    kinds = {t.dtype for t in types}
    return kinds.pop() if len(kinds) == 1 else "float64"


def _stack_reference(arrays: Sequence[Array], shape: Any, dims: Any, axis: int) -> list[Any]:
    return [arrays[i[axis]].at(i[:axis] + i[axis + 1 :]) for i in indices(shape)]


def _pick(axis: int, start: int, stop: int | None) -> Key:
    item: tuple[Any, ...] = ("int", start) if stop is None else ("slice", start, stop, 1)
    return (WHOLE,) * axis + (item,)


def _stack_vjp(g: Value, y: Value, *xs: Value, axis: int) -> tuple[Any, ...]:
    return tuple(apply("index", g, key=_pick(axis, i, None)) for i in range(len(xs)))


def _zeros_like(x: Value) -> Any:
    return x.like(apply("broadcast", x * 0.0, shape=x.type.shape).atom)


def _join_jvp(op: str) -> Any:
    def jvp(*values: Any, axis: int) -> Any:
        count = len(values) // 2
        dxs, xs = values[:count], values[count + 1 :]
        return apply(
            op, *[_zeros_like(x) if dx is None else dx for dx, x in zip(dxs, xs, strict=True)], axis=axis
        )

    return jvp


stack = register(
    Op(
        "stack",
        Family.MOVE,
        says="stacks arrays along a new axis",
        result=_stack_result,
        reference=_stack_reference,
        vjp=_stack_vjp,
        jvp=_join_jvp("stack"),
        batch=_shift("stack"),
        why="each array keeps its own layer",
        try_at=([0.5, -1.0], [0.3, 0.7]),
        try_params=({"axis": 0}, {"axis": 1}),
        variadic=True,
    )
)


def _concatenate_result(types: _TYPES, axis: int) -> ArrayType:
    sizes: list[int] = []
    for type in types:
        others = [d for i, d in enumerate(type.shape) if i != axis]
        if type.rank != types[0].rank or others != [d for i, d in enumerate(types[0].shape) if i != axis]:
            raise ShapeError(
                f"arrays joined along axis {axis} must agree elsewhere, unlike "
                f"{' and '.join(show(t.shape) for t in types)}",
                remedy="join along the axis in which they differ, or reshape one of them",
            )
        dim = type.shape[axis]
        if isinstance(dim, str):
            raise ShapeError(
                f"cannot concatenate along the named dimension {dim!r}",
                remedy="join along an axis of known size",
            )
        sizes.append(dim)
    shape = list(types[0].shape)
    shape[axis] = sum(sizes)
    return ArrayType(tuple(shape), _common(types))


def _concatenate_reference(arrays: Sequence[Array], shape: Any, dims: Any, axis: int) -> list[Any]:
    owner = [(a, i) for a in arrays for i in range(a.shape[axis])]
    result = []
    for at in indices(shape):
        array, place = owner[at[axis]]
        result.append(array.at((*at[:axis], place, *at[axis + 1 :])))
    return result


def _concatenate_vjp(g: Value, y: Value, *xs: Value, axis: int) -> tuple[Any, ...]:
    parts, start = [], 0
    for x in xs:
        size = x.type.shape[axis]
        stop = start + (size if isinstance(size, int) else 0)
        parts.append(apply("index", g, key=_pick(axis, start, stop)))
        start = stop
    return tuple(parts)


concatenate = register(
    Op(
        "concatenate",
        Family.MOVE,
        says="joins arrays end to end",
        result=_concatenate_result,
        reference=_concatenate_reference,
        vjp=_concatenate_vjp,
        jvp=_join_jvp("concatenate"),
        batch=_shift("concatenate"),
        why="each array keeps its own stretch",
        try_at=([[0.5, -1.0]], [[0.3, 0.7], [2.0, 0.1]]),
        try_params=({"axis": 0},),
        variadic=True,
    )
)

# sizes ------------------------------------------------------------------------------------------------------

dim = register(
    Op(
        "dim",
        Family.MOVE,
        says="is the size of an axis",
        result=lambda types, dim: ArrayType((), "int64"),
        reference=lambda arrays, shape, dims, dim: [dims[dim]],
        vjp=lambda g, y, dim: (),
        jvp=lambda y, dim: None,
        why="a size does not move",
        try_params=({"dim": "n"},),
    )
)

eye = register(
    Op(
        "eye",
        Family.MOVE,
        says="is 1 on the diagonal and 0 beside it",
        result=lambda types, dim: ArrayType((dim, dim)),
        reference=lambda arrays, shape, dims, dim: [float(i == j) for i, j in indices(shape)],
        vjp=lambda g, y, dim: (),
        jvp=lambda y, dim: None,
        why="its ones and zeros do not move",
        try_params=({"dim": 3},),
    )
)
