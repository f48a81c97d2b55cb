"""Shape rules shared by operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backsight.errors import ShapeError
from backsight.ir.program import ArrayType, Dim, DType, Shape


def broadcast_shapes(shapes: Sequence[Shape]) -> Shape:
    """NumPy's rule, with named dimensions: a name matches itself or a literal 1.

    Raises:
        ShapeError: says which two dimensions do not match.
    """
    if shapes and all(s == shapes[0] for s in shapes):
        return shapes[0]
    rank = max((len(s) for s in shapes), default=0)
    result: list[Dim] = []
    for axis in range(rank):
        dim: Dim = 1
        for shape in shapes:
            position = axis - (rank - len(shape))
            here = shape[position] if position >= 0 else 1
            if here in (1, dim):
                continue
            if dim != 1:
                raise ShapeError(
                    f"shapes {' and '.join(map(show, shapes))} do not fit together: {dim} against {here}",
                    remedy="make the sizes equal, or insert an axis of size 1 (for example x[:, None])",
                )
            dim = here
        result.append(dim)
    return tuple(result)


def show(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def map_type(dtype: DType | None = None) -> Callable[..., ArrayType]:
    """The rule of elementwise ops: shapes broadcast, the dtype is given or float64."""

    def result(types: Sequence[ArrayType], **params: object) -> ArrayType:
        return ArrayType(broadcast_shapes([t.shape for t in types]), dtype or "float64")

    return result


def arithmetic_type(types: Sequence[ArrayType], **params: object) -> ArrayType:
    """Integers stay integers among themselves; anything else is float64."""
    whole = all(t.dtype == "int64" for t in types)
    return ArrayType(broadcast_shapes([t.shape for t in types]), "int64" if whole else "float64")


def normal_axes(axes: object, rank: int) -> tuple[int, ...]:
    """Axes as a sorted tuple of non-negative numbers; None means all.

    Raises:
        ShapeError: an axis does not exist or is named twice.
    """
    if axes is None:
        return tuple(range(rank))
    given = axes if isinstance(axes, tuple | list) else (axes,)
    found = []
    for axis in given:
        if not isinstance(axis, int) or not -rank <= axis < rank:
            raise ShapeError(
                f"there is no axis {axis} in an array of {rank} dimensions",
                remedy="axes count from 0, and from -1 at the end",
            )
        found.append(axis % rank)
    if len(set(found)) != len(found):
        raise ShapeError(f"an axis is named twice in {tuple(given)}", remedy="name each axis once")
    return tuple(sorted(found))


def without_axes(shape: Shape, axes: Sequence[int], keepdims: bool) -> Shape:
    if keepdims:
        return tuple(1 if i in axes else d for i, d in enumerate(shape))
    return tuple(d for i, d in enumerate(shape) if i not in axes)
