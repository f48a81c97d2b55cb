"""Windows that slide over axes (convolution, pooling), diagonals and triangles: moves, and what puts back.

The adjoint of overlapping windows adds up where they overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from backsight.errors import ShapeError
from backsight.ir.evaluate import Array, indices
from backsight.ir.op import Family, Op, register
from backsight.ir.program import ArrayType, Dim, Shape
from backsight.ops.shapes import show
from backsight.ops.value import Value, apply

_MATRIX = [[0.5, -1.0, 2.0], [0.3, 0.7, -0.2], [1.5, 0.1, -0.6]]
_TYPES = Sequence[ArrayType]
_Numbers = tuple[int, ...]


# window -----------------------------------------------------------------------------------------------------


def _window_shape(
    shape: Shape, axes: _Numbers, sizes: _Numbers, strides: _Numbers, dilations: _Numbers
) -> Shape:
    """Each of `axes` gives the number of windows along it; their sizes follow as new last axes."""
    result: list[Dim] = list(shape)
    for axis, size, stride, dilation in zip(axes, sizes, strides, dilations, strict=True):
        dim = shape[axis]
        if isinstance(dim, str):
            raise ShapeError(
                f"windows along the named axis {dim!r} have no known number",
                remedy="trace with an array of fixed size along this axis",
            )
        if size < 1 or stride < 1 or dilation < 1:
            raise ShapeError(
                f"a window of size {size}, stride {stride} and dilation {dilation}: each must be 1 or more"
            )
        reach = (size - 1) * dilation + 1
        if reach > dim:
            raise ShapeError(
                f"a window that reaches over {reach} entries does not fit an axis of size {dim}",
                remedy="pad the array, or take a smaller window",
            )
        result[axis] = (dim - reach) // stride + 1
    return (*result, *sizes)


def _window_result(types: _TYPES, axes: _Numbers, **params: _Numbers) -> ArrayType:
    return ArrayType(_window_shape(types[0].shape, axes, **params), types[0].dtype)


def _window_sources(
    whole: _Numbers, part: _Numbers, axes: _Numbers, strides: _Numbers, dilations: _Numbers
) -> list[int]:
    steps = Array(whole, []).strides()
    found = []
    for at in indices(part):
        place = list(at[: len(whole)])
        for number, axis in enumerate(axes):
            place[axis] = place[axis] * strides[number] + at[len(whole) + number] * dilations[number]
        found.append(sum(i * s for i, s in zip(place, steps, strict=True)))
    return found


def _window_reference(
    arrays: Sequence[Array],
    shape: _Numbers,
    dims: Any,
    /,
    axes: _Numbers,
    strides: _Numbers,
    dilations: _Numbers,
    **_: Any,
) -> list[Any]:
    return [arrays[0].data[i] for i in _window_sources(arrays[0].shape, shape, axes, strides, dilations)]


def _unwindow_result(types: _TYPES, axes: _Numbers, shape: Shape, **params: _Numbers) -> ArrayType:
    expected = _window_shape(shape, axes, **params)
    if expected != types[0].shape:
        raise ShapeError(f"windows of shape {show(types[0].shape)} are not those of {show(shape)}")
    return ArrayType(shape)


def _unwindow_reference(
    arrays: Sequence[Array],
    shape: _Numbers,
    dims: Any,
    /,
    axes: _Numbers,
    strides: _Numbers,
    dilations: _Numbers,
    **_: Any,
) -> list[Any]:
    data = [0.0] * prod(shape)
    sources = _window_sources(shape, arrays[0].shape, axes, strides, dilations)
    for source, number in zip(sources, arrays[0].data, strict=True):
        data[source] += number
    return data


def _window_vjp(g: Value, y: Value, x: Value, **params: Any) -> tuple[Any]:
    return (apply("unwindow", g, shape=x.type.shape, **params),)


def _later(axes: _Numbers) -> _Numbers:
    return tuple(axis + 1 for axis in axes)


window = register(
    Op(
        "window",
        Family.MOVE,
        says="looks through a window that slides along",
        result=_window_result,
        reference=_window_reference,
        vjp=_window_vjp,
        jvp=lambda dx, y, x, **params: apply("window", dx, **params),
        batch=lambda batched, x, axes, **params: apply("window", x, axes=_later(axes), **params),
        why="a number seen through several windows collects the slopes of all of them",
        try_at=(_MATRIX,),
        try_params=(
            {"axes": (1,), "sizes": (2,), "strides": (1,), "dilations": (1,)},
            {"axes": (0, 1), "sizes": (2, 2), "strides": (1, 1), "dilations": (1, 2)},
        ),
    )
)
unwindow = register(
    Op(
        "unwindow",
        Family.MOVE,
        says="adds windows up where they were cut out",
        result=_unwindow_result,
        reference=_unwindow_reference,
        vjp=lambda g, y, x, shape, **params: (apply("window", g, **params),),
        jvp=lambda dx, y, x, **params: apply("unwindow", dx, **params),
        batch=lambda batched, x, axes, shape, **params: apply(
            "unwindow", x, axes=_later(axes), shape=(x.type.shape[0], *shape), **params
        ),
        why="each number of a window is added at one place",
        try_at=([[0.5, -1.0], [0.3, 0.7]],),
        try_params=({"axes": (0,), "sizes": (2,), "strides": (1,), "dilations": (1,), "shape": (3,)},),
    )
)

# diagonals --------------------------------------------------------------------------------------------------


def diagonal_size(rows: Dim, columns: Dim, offset: int) -> Dim:
    """How long the diagonal is that starts `offset` to the right of the corner.

    Raises:
        ShapeError: a named size leaves that open.
    """
    if isinstance(rows, int) and isinstance(columns, int):
        return max(0, min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns))
    if rows == columns and offset == 0:
        return rows
    raise ShapeError(
        f"the diagonal {offset} of a matrix of size {rows} by {columns} has no known length",
        remedy="trace with arrays of fixed size",
    )


def _diagonal_result(types: _TYPES, offset: int) -> ArrayType:
    (x,) = types
    if x.rank < 2:
        raise ShapeError(f"a diagonal needs a matrix, not an array of shape {show(x.shape)}")
    return ArrayType((*x.shape[:-2], diagonal_size(x.shape[-2], x.shape[-1], offset)), x.dtype)


def _on_diagonal(at: _Numbers, offset: int) -> _Numbers:
    """Where an entry of a diagonal lies in its matrix."""
    return (*at[:-1], at[-1] + max(0, -offset), at[-1] + max(0, offset))


def _diagonal_reference(arrays: Sequence[Array], shape: _Numbers, dims: Any, offset: int) -> list[Any]:
    return [arrays[0].at(_on_diagonal(at, offset)) for at in indices(shape)]


def _undiagonal_result(types: _TYPES, offset: int, shape: Shape) -> ArrayType:
    (x,) = types
    if len(shape) != 2 or not x.shape or diagonal_size(shape[0], shape[1], offset) != x.shape[-1]:
        raise ShapeError(f"{show(x.shape)} is not the diagonal {offset} of a matrix of shape {show(shape)}")
    return ArrayType((*x.shape[:-1], *shape), x.dtype)


def _undiagonal_reference(
    arrays: Sequence[Array], shape: _Numbers, dims: Any, /, offset: int, **_: Any
) -> list[Any]:
    whole = Array(shape, [0.0] * prod(shape))
    for at, number in zip(indices(arrays[0].shape), arrays[0].data, strict=True):
        place = _on_diagonal(at, offset)
        whole.data[sum(i * s for i, s in zip(place, whole.strides(), strict=True))] = number
    return whole.data


diagonal = register(
    Op(
        "diagonal",
        Family.MOVE,
        says="takes the diagonal",
        result=_diagonal_result,
        reference=_diagonal_reference,
        vjp=lambda g, y, x, offset: (apply("undiagonal", g, offset=offset, shape=x.type.shape[-2:]),),
        jvp=lambda dx, y, x, offset: apply("diagonal", dx, offset=offset),
        batch=lambda batched, x, offset: apply("diagonal", x, offset=offset),
        why="only the numbers on the diagonal matter",
        try_at=(_MATRIX,),
        try_params=({"offset": 0}, {"offset": 1}, {"offset": -1}),
    )
)
undiagonal = register(
    Op(
        "undiagonal",
        Family.MOVE,
        says="lays numbers along a diagonal among zeros",
        result=_undiagonal_result,
        reference=_undiagonal_reference,
        vjp=lambda g, y, x, offset, shape: (apply("diagonal", g, offset=offset),),
        jvp=lambda dx, y, x, offset, shape: apply("undiagonal", dx, offset=offset, shape=shape),
        batch=lambda batched, x, offset, shape: apply("undiagonal", x, offset=offset, shape=shape),
        why="each number stands on the diagonal once",
        try_at=([0.5, -1.0],),
        try_params=({"offset": 0, "shape": (2, 2)}, {"offset": 1, "shape": (2, 4)}),
    )
)

# triangles --------------------------------------------------------------------------------------------------


def _triangle(name: str, says: str, keeps: Any) -> Op:
    def result(types: _TYPES, k: int) -> ArrayType:
        if types[0].rank < 2:
            raise ShapeError(f"a triangle needs a matrix, not an array of shape {show(types[0].shape)}")
        return types[0]

    def reference(arrays: Sequence[Array], shape: _Numbers, dims: Any, k: int) -> list[Any]:
        return [
            number if keeps(at[-1] - at[-2], k) else 0.0
            for at, number in zip(indices(shape), arrays[0].data, strict=True)
        ]

    return register(
        Op(
            name,
            Family.MOVE,
            says=says,
            result=result,
            reference=reference,
            vjp=lambda g, y, x, k: (apply(name, g, k=k),),
            jvp=lambda dx, y, x, k: apply(name, dx, k=k),
            batch=lambda batched, x, k: apply(name, x, k=k),
            why="what was kept passes its slope on, what became 0 passes none",
            try_at=(_MATRIX,),
            try_params=({"k": 0}, {"k": 1}, {"k": -1}),
        )
    )


tril = _triangle("tril", "keeps the lower triangle", lambda ahead, k: ahead <= k)
triu = _triangle("triu", "keeps the upper triangle", lambda ahead, k: ahead >= k)
