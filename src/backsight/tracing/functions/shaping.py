"""Moving elements, by NumPy's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backsight.errors import ShapeError
from backsight.ir.program import Dim
from backsight.ops.shapes import normal_axes
from backsight.ops.value import apply
from backsight.tracing.functions.common import Table, dim_of, rank


def transpose(x: Any, axes: Any = None) -> Any:
    count = rank(x)
    order = tuple(reversed(range(count))) if axes is None else tuple(a % count for a in axes)
    return apply("transpose", x, axes=order)


def swapaxes(x: Any, first: int, second: int) -> Any:
    order = list(range(rank(x)))
    order[first], order[second] = order[second], order[first]
    return apply("transpose", x, axes=tuple(order))


def reshape(x: Any, shape: Any) -> Any:
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
    left = 1
    for d in rest:
        left *= d if isinstance(d, int) else 1
    if len(names) > 1 or (names and left != number) or (number == 0) or left % number:
        raise ShapeError(f"cannot reshape {tuple(have)} into {tuple(wanted)}", remedy="give every size")
    fill: Dim = names[0] if names else left // number
    return tuple(fill if d == -1 else d for d in wanted)


def broadcast_to(x: Any, shape: Any) -> Any:
    wanted = tuple(dim_of(d) for d in (shape if isinstance(shape, tuple | list) else (shape,)))
    return x if x.type.shape == wanted else apply("broadcast", x, shape=wanted)


def expand_dims(x: Any, axis: Any) -> Any:
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    count = rank(x) + len(axes)
    return apply("expand_dims", x, axes=tuple(sorted(a % count for a in axes)))


def squeeze(x: Any, axis: Any = None) -> Any:
    if axis is None:
        return apply("squeeze", x, axes=tuple(i for i, d in enumerate(x.type.shape) if d == 1))
    return apply("squeeze", x, axes=normal_axes(axis, rank(x)))


def stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    return apply("stack", *arrays, axis=axis % (rank(arrays[0]) + 1))


def concatenate(arrays: Sequence[Any], axis: int = 0) -> Any:
    return apply("concatenate", *arrays, axis=axis % rank(arrays[0]))


TABLE: Table = {
    "transpose": transpose,
    "swapaxes": swapaxes,
    "reshape": reshape,
    "ravel": ravel,
    "broadcast_to": broadcast_to,
    "expand_dims": expand_dims,
    "squeeze": squeeze,
    "stack": stack,
    "concatenate": concatenate,
    "shape": lambda x: x.shape,
    "ndim": rank,
}
