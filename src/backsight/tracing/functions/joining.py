"""Joining, cutting, repeating and turning arrays, by NumPy's names: written with the few moves there are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

from backsight.errors import ShapeError, TraceError
from backsight.ops.shapes import normal_axes
from backsight.ops.shaping import BACKWARD, WHOLE
from backsight.ops.value import apply
from backsight.tracing.functions.common import Table, full, rank, untraced, values
from backsight.tracing.functions.shaping import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    expand_dims,
    ravel,
    reshape,
    swapaxes,
)


def size_along(x: Any, axis: int, what: str) -> int:
    """The size of an axis that must be known.

    Raises:
        ShapeError: it has a name instead.
    """
    size = x.type.shape[axis]
    if isinstance(size, str):
        raise ShapeError(
            f"{what} along the named axis {size!r} has no known shape",
            remedy="trace with an array of fixed size along this axis",
        )
    found: int = size
    return found


def cut(x: Any, axis: int, start: int, stop: int, step: int = 1) -> Any:
    """x[start:stop:step] along an axis; `start` and `stop` count from 0."""
    return apply("index", x, key=(WHOLE,) * axis + (("slice", start, stop, step),))


def flip(x: Any, axis: Any = None) -> Any:
    axes = normal_axes(axis, rank(x))
    key = [BACKWARD if a in axes else WHOLE for a in range(rank(x))]
    while key and key[-1] == WHOLE:
        key.pop()
    return apply("index", x, key=tuple(key)) if key else x


# joining ----------------------------------------------------------------------------------------------------


def stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    xs = values(*arrays)
    return apply("stack", *xs, axis=normal_axes(axis, rank(xs[0]) + 1)[0])


def concatenate(arrays: Sequence[Any], axis: int | None = 0) -> Any:
    xs = values(*arrays)
    if axis is None:
        return apply("concatenate", *map(ravel, xs), axis=0)
    if any(rank(x) == 0 for x in xs):
        raise ShapeError("scalars cannot be joined end to end", remedy="np.stack makes an array of scalars")
    return apply("concatenate", *xs, axis=normal_axes(axis, rank(xs[0]))[0])


def vstack(arrays: Sequence[Any]) -> Any:
    return concatenate([atleast_2d(x) for x in values(*arrays)], 0)


def hstack(arrays: Sequence[Any]) -> Any:
    xs = [atleast_1d(x) for x in values(*arrays)]
    return concatenate(xs, 0 if rank(xs[0]) == 1 else 1)


def dstack(arrays: Sequence[Any]) -> Any:
    return concatenate([atleast_3d(x) for x in values(*arrays)], 2)


def column_stack(arrays: Sequence[Any]) -> Any:
    xs = values(*arrays)
    if all(rank(x) == 1 for x in xs):
        return apply("stack", *xs, axis=1)
    return concatenate([x if rank(x) > 1 else expand_dims(atleast_1d(x), 1) for x in xs], 1)


def append(x: Any, more: Any, axis: int | None = None) -> Any:
    return concatenate([x, more], axis)


def block(rows: Any) -> Any:
    """np.block: nested lists, the innermost joined along the last axis, those around along the one before.

    Raises:
        ShapeError: some lists lie deeper than others, or one is empty.
    """
    depth, level = 0, rows
    while isinstance(level, list) and level:
        depth, level = depth + 1, level[0]
    parts = values(*_parts(rows))
    widest = max(depth, *map(rank, parts))
    rest = iter(parts)

    def joined(part: Any, axis: int) -> Any:
        if isinstance(part, list) != (axis < 0) or part == []:
            raise ShapeError(
                "np.block got lists that lie at different depths, or are empty",
                remedy="give every row as a list of blocks: [[A, B], [C, D]]",
            )
        if axis < 0:
            return concatenate([joined(p, axis + 1) for p in part], axis)
        x = next(rest)
        return reshape(x, (1,) * (widest - rank(x)) + tuple(x.type.shape)) if rank(x) < widest else x

    return joined(rows, -depth)


def _parts(rows: Any) -> list[Any]:
    return [x for part in rows for x in _parts(part)] if isinstance(rows, list) else [rows]


# cutting ----------------------------------------------------------------------------------------------------


def split(x: Any, sections: Any, axis: int = 0) -> list[Any]:
    """np.split: equal parts, or cuts at the given places."""
    sections = untraced(sections)
    axis = normal_axes(axis, rank(x))[0]
    size = size_along(x, axis, "a split")
    if isinstance(sections, int) and (sections < 1 or size % sections):
        raise ShapeError(
            f"an axis of size {size} cannot be split into {sections} equal parts",
            remedy="np.array_split makes parts of different sizes",
        )
    return array_split(x, sections, axis)


def array_split(x: Any, sections: Any, axis: int = 0) -> list[Any]:
    sections = untraced(sections)
    axis = normal_axes(axis, rank(x))[0]
    size = size_along(x, axis, "a split")
    if isinstance(sections, int):
        if sections < 1:
            raise ShapeError(f"an array cannot be split into {sections} parts")
        sizes = [size // sections + (i < size % sections) for i in range(sections)]
        edges = [0, *accumulate(sizes)]
    else:
        places = sections.tolist() if hasattr(sections, "tolist") else sections
        edges = [0, *(slice(None, int(p)).indices(size)[1] for p in places), size]
    return [cut(x, axis, a, max(a, b)) for a, b in pairwise(edges)]


# repeating --------------------------------------------------------------------------------------------------


def tile(x: Any, reps: Any) -> Any:
    """np.tile: stretched along new axes, which are then laid into the old ones."""
    times = [int(r) for r in (reps if isinstance(reps, tuple | list) else (reps,))]
    times = [1] * (rank(x) - len(times)) + times
    shape = (1,) * (len(times) - rank(x)) + tuple(x.type.shape)
    wide: list[Any] = []
    folded: list[Any] = []
    whole: list[Any] = []
    for r, dim in zip(times, shape, strict=True):
        if isinstance(dim, str) and r != 1:
            raise ShapeError(
                f"np.tile along the named axis {dim!r} has no known shape", remedy="trace with a fixed size"
            )
        new = r != 1
        wide += [1, dim] if new else [dim]
        folded += [r, dim] if new else [dim]
        whole.append(r * dim if new else dim)
    return reshape(apply("broadcast", reshape(x, tuple(wide)), shape=tuple(folded)), tuple(whole))


def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """np.repeat: every entry several times, one after the other."""
    (x,), repeats = values(x), untraced(repeats)
    if axis is None:
        x, axis = ravel(x), 0
    axis = normal_axes(axis, rank(x))[0]
    size = size_along(x, axis, "np.repeat")
    if not isinstance(repeats, int):
        times = repeats.tolist() if hasattr(repeats, "tolist") else list(repeats)
        times = [int(r) for r in (times * size if len(times) == 1 else times)]
        if len(times) != size:
            raise ShapeError(f"np.repeat has {len(times)} counts for an axis of size {size}")
        places = [i for i, r in enumerate(times) for _ in range(r)]
        return apply("gather", x, x.like(x.builder.capture(places, "places")), axis=axis, batch=0)
    shape = x.type.shape
    wide = (*shape[: axis + 1], repeats, *shape[axis + 1 :])
    return reshape(
        apply("broadcast", expand_dims(x, axis + 1), shape=wide),
        (*shape[:axis], size * repeats, *shape[axis + 1 :]),
    )


# turning ----------------------------------------------------------------------------------------------------


def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """np.roll: two slices change places."""
    if axis is None:
        return reshape(roll(ravel(x), shift, 0), x.type.shape)
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    shifts = shift if isinstance(shift, tuple | list) else (shift,) * len(axes)
    for by, one in zip(shifts, axes, strict=True):
        place = normal_axes(one, rank(x))[0]
        size = size_along(x, place, "np.roll")
        by = int(by) % size if size else 0
        if by:
            ends = [cut(x, place, size - by, size), cut(x, place, 0, size - by)]
            x = apply("concatenate", *ends, axis=place)
    return x


def rot90(x: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    first, second = axes
    if k % 4 == 2:
        return flip(x, (first, second))
    if k % 4 == 1:
        return swapaxes(flip(x, second), first, second)
    return flip(swapaxes(x, first, second), second) if k % 4 else x


# padding ----------------------------------------------------------------------------------------------------


def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    """np.pad: constant, edge, reflect, symmetric, wrap."""
    (x,) = values(x)
    widths = _widths(untraced(pad_width), rank(x))
    if mode == "constant":
        number = constant_values.tolist() if hasattr(constant_values, "tolist") else constant_values
        if not isinstance(number, int | float):
            raise TraceError("np.pad with several constants is not traced", remedy="use np.concatenate")
        return _padded_with_zeros(x, widths) if number == 0 else _padded(x, widths, _constant(float(number)))
    if mode not in _SIDES:
        raise TraceError(
            f"np.pad with mode={mode!r} is not traced", remedy=f"use constant, {', '.join(_SIDES)}"
        )
    return _padded(x, widths, _SIDES[mode])


def _widths(given: Any, count: int) -> list[tuple[int, int]]:
    nested = given.tolist() if hasattr(given, "tolist") else given
    if isinstance(nested, int):
        widths = [(nested, nested)] * count
    elif all(isinstance(w, int) for w in nested):
        pair = (nested[0], nested[-1])
        widths = [pair] * count
    else:
        pairs = [(w, w) if isinstance(w, int) else (w[0], w[-1]) for w in nested]
        widths = pairs * count if len(pairs) == 1 else pairs
    if len(widths) != count or any(w < 0 for pair in widths for w in pair):
        raise ShapeError(
            f"np.pad needs a width of 0 or more before and after each of {count} axes, not {given}"
        )
    return widths


def _padded_with_zeros(x: Any, widths: Sequence[tuple[int, int]]) -> Any:
    key: list[Any] = []
    shape: list[Any] = []
    for axis, (before, after) in enumerate(widths):
        if (before, after) == (0, 0):
            key.append(WHOLE)
            shape.append(x.type.shape[axis])
        else:
            size = size_along(x, axis, "np.pad")
            key.append(("slice", before, before + size, 1))
            shape.append(before + size + after)
    while key and key[-1] == WHOLE:
        key.pop()
    return apply("unindex", x, key=tuple(key), shape=tuple(shape))


def _padded(x: Any, widths: Sequence[tuple[int, int]], side: Any) -> Any:
    for axis, (before, after) in enumerate(widths):
        if before or after:
            size = size_along(x, axis, "np.pad")
            ends = [side(x, axis, size, before, False)] if before else []
            tail = [side(x, axis, size, after, True)] if after else []
            x = apply("concatenate", *ends, x, *tail, axis=axis)
    return x


def _constant(number: float) -> Any:
    def side(x: Any, axis: int, size: int, width: int, behind: bool) -> Any:
        return full(x, number, (*x.type.shape[:axis], width, *x.type.shape[axis + 1 :]))

    return side


def _edge(x: Any, axis: int, size: int, width: int, behind: bool) -> Any:
    end = cut(x, axis, size - 1, size) if behind else cut(x, axis, 0, 1)
    return apply("broadcast", end, shape=(*x.type.shape[:axis], width, *x.type.shape[axis + 1 :]))


def _mirrored(gap: int) -> Any:
    """The entries next to the end, backward; `gap` leaves the end itself out."""

    def side(x: Any, axis: int, size: int, width: int, behind: bool) -> Any:
        _fits(width, size - gap)
        start = size - gap - width if behind else gap
        return flip(cut(x, axis, start, start + width), axis)

    return side


def _wrap(x: Any, axis: int, size: int, width: int, behind: bool) -> Any:
    _fits(width, size)
    return cut(x, axis, 0, width) if behind else cut(x, axis, size - width, size)


def _fits(width: int, most: int) -> None:
    if width > most:
        raise ShapeError(
            f"np.pad needs {width} entries to take from, but there are {most}",
            remedy="pad by less, or twice",
        )


_SIDES = {"edge": _edge, "reflect": _mirrored(1), "symmetric": _mirrored(0), "wrap": _wrap}

TABLE: Table = {
    "stack": stack,
    "concatenate": concatenate,
    "concat": concatenate,
    "vstack": vstack,
    "row_stack": vstack,
    "hstack": hstack,
    "dstack": dstack,
    "column_stack": column_stack,
    "append": append,
    "block": block,
    "split": split,
    "array_split": array_split,
    "vsplit": lambda x, sections: split(x, sections, 0),
    "hsplit": lambda x, sections: split(x, sections, 0 if rank(x) == 1 else 1),
    "dsplit": lambda x, sections: split(x, sections, 2),
    "tile": tile,
    "repeat": repeat,
    "flip": flip,
    "flipud": lambda x: flip(x, 0),
    "fliplr": lambda x: flip(x, 1),
    "roll": roll,
    "rot90": rot90,
    "pad": pad,
}
