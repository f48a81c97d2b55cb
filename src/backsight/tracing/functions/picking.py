"""Entries by place, order or condition; diagonals and running sums; by NumPy's names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from backsight.errors import DataShapeError, ShapeError, TraceError
from backsight.ir.evaluate import broadcast_to as broadcast_array
from backsight.ir.evaluate import to_array
from backsight.ops.gathering import take_along
from backsight.ops.shapes import broadcast_shapes, normal_axes
from backsight.ops.shaping import WHOLE
from backsight.ops.value import Value, apply
from backsight.tracing.functions.common import Table, dim_of, full, rank, untraced, values
from backsight.tracing.functions.joining import cut, flip, pad, size_along
from backsight.tracing.functions.shaping import broadcast_to, expand_dims, moveaxis, ravel


def _lines(op: str, default: int | None) -> Any:
    """A routine along an axis; None lays the array flat first."""

    def run(x: Any, axis: int | None = default, *_: Any, **__: Any) -> Any:
        (x,) = values(x)
        if axis is None:
            x, axis = ravel(x), 0
        if rank(x) == 0:
            raise ShapeError(f"np.{op} needs an array, not a single number")
        return apply(op, x, axis=normal_axes(axis, rank(x))[0])

    return run


sort, argsort = _lines("sort", -1), _lines("argsort", -1)
cumsum, cumprod = _lines("cumsum", None), _lines("cumprod", None)


def partition(x: Any, kth: Any, axis: int = -1) -> Any:
    """np.partition: sorted altogether, which is one of the orders it may answer with."""
    return sort(x, axis)


def take(x: Any, places: Any, axis: int | None = None, mode: str = "raise") -> Any:
    from backsight.tracing.indexing import read

    (x,) = values(x)
    if axis is None:
        x, axis = ravel(x), 0
    return read(x, (slice(None),) * normal_axes(axis, rank(x))[0] + (places,))


def take_along_axis(x: Any, places: Any, axis: int | None = -1) -> Any:
    x, places = values(x, places)
    if axis is None:
        x, axis = ravel(x), 0
    axis = normal_axes(axis, rank(x))[0]
    if rank(places) != rank(x):
        raise ShapeError(
            f"take_along_axis needs as many axes of places as the array has: {rank(x)}, not {rank(places)}",
            remedy="insert an axis: places[:, None]",
        )
    sizes = [tuple(d for a, d in enumerate(v.type.shape) if a != axis) for v in (x, places)]
    rest = broadcast_shapes(sizes)
    x, places = (broadcast_to(v, (*rest[:axis], v.type.shape[axis], *rest[axis:])) for v in (x, places))
    return take_along(x, places, axis)


def select(conditions: Sequence[Any], choices: Sequence[Any], default: Any = 0) -> Any:
    """np.select: the choice whose condition comes first."""
    if len(conditions) != len(choices):
        raise ShapeError(f"np.select has {len(conditions)} conditions for {len(choices)} choices")
    result = default
    for condition, choice in reversed(list(zip(conditions, choices, strict=True))):
        result = apply("where", *values(condition, choice, result))
    return result


def choose(places: Any, choices: Sequence[Any]) -> Any:
    """np.choose: for each place, the entry of that number's choice."""
    return select([apply("eq", places, i) for i in range(len(choices))], list(choices), choices[-1])


# diagonals and triangles ------------------------------------------------------------------------------------


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    (x,) = values(x)
    return apply("diagonal", moveaxis(x, (axis1, axis2), (-2, -1)), offset=int(offset))


def diag(x: Any, k: int = 0) -> Any:
    """np.diag: the diagonal of a matrix, or a matrix with that diagonal."""
    (x,) = values(x)
    if rank(x) == 2:
        return apply("diagonal", x, offset=int(k))
    if rank(x) != 1:
        raise ShapeError(f"np.diag takes a vector or a matrix, not an array of {rank(x)} dimensions")
    size = x.type.shape[0]
    if k:
        size = size_along(x, 0, "np.diag") + abs(int(k))
    return apply("undiagonal", x, offset=int(k), shape=(size, size))


def _triangle(op: str) -> Any:
    return lambda x, k=0: apply(op, *values(x), k=int(k))


# running ----------------------------------------------------------------------------------------------------


def outer_of(function: Any, a: Any, b: Any) -> Any:
    """`np.add.outer` and its like: every entry of a with every entry of b."""
    a, b = values(a, b)
    return function(expand_dims(a, tuple(range(rank(a), rank(a) + rank(b)))) if rank(b) else a, b)


def diff(x: Any, n: int = 1, axis: int = -1) -> Any:
    (x,) = values(x)
    axis = normal_axes(axis, rank(x))[0]
    for _ in range(n):
        size = size_along(x, axis, "np.diff")
        x = cut(x, axis, min(1, size), size) - cut(x, axis, 0, max(0, size - 1))
    return x


def ediff1d(x: Any) -> Any:
    return diff(ravel(x))


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The area under a line through points."""
    if x is None:
        (y,) = values(y)
        steps = dx
    else:
        y, x = values(y, x)
        steps = diff(x) if rank(x) == 1 else diff(x, axis=axis)
    axis = normal_axes(axis, rank(y))[0]
    if rank(steps) == 1 and axis != rank(y) - 1:
        steps = expand_dims(steps, tuple(range(1, rank(y) - axis)))
    size = size_along(y, axis, "np.trapezoid")
    means = (cut(y, axis, min(1, size), size) + cut(y, axis, 0, max(0, size - 1))) / 2.0
    return apply("sum", steps * means, axes=(axis,), keepdims=False)


def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """np.convolve of two vectors: windows over one, times the other backward."""
    a, v = values(a, v)
    if rank(a) != 1 or rank(v) != 1:
        raise ShapeError("np.convolve takes two vectors", remedy="backsight.numpy.conv1d takes batches")
    sizes = [size_along(x, 0, "np.convolve") for x in (a, v)]
    if sizes[1] > sizes[0]:
        a, v, sizes = v, a, sizes[::-1]
    reach = sizes[1] - 1
    # "same" is the middle of "full".
    widths = {"full": (reach, reach), "same": (reach - reach // 2, reach // 2), "valid": (0, 0)}
    if mode not in widths:
        raise TraceError(f"np.convolve has no mode {mode!r}", remedy="use full, same or valid")
    padded = pad(a, widths[mode]) if any(widths[mode]) else a
    seen = apply("window", padded, axes=(0,), sizes=(sizes[1],), strides=(1,), dilations=(1,))
    return apply("contract", seen, flip(v), spec="ij,j->i")


def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    a, v = values(a, v)
    if size_along(v, 0, "np.correlate") > size_along(a, 0, "np.correlate"):
        return flip(convolve(flip(a), v, mode))
    return convolve(a, flip(v), mode)


def sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Any:
    (x,) = values(x)
    sizes = tuple(window_shape) if isinstance(window_shape, tuple | list) else (window_shape,)
    given = range(rank(x)) if axis is None else axis if isinstance(axis, tuple | list) else (axis,)
    axes = tuple(normal_axes(a, rank(x))[0] for a in given)
    if len(axes) != len(sizes):
        raise ShapeError(f"{len(sizes)} window sizes for {len(axes)} axes")
    ones = (1,) * len(axes)
    return apply("window", x, axes=axes, sizes=sizes, strides=ones, dilations=ones)


def median(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The middle number, or the mean of the middle two; NaN where there is one."""
    return _ranked(x, [0.5], axis, keepdims, "np.median")[0]


def quantile(x: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: bool = False) -> Any:
    """Between the two sorted numbers beside the place q·(n - 1); NaN where there is one.

    Raises:
        TraceError: q is traced or beyond [0, 1], or the method is another than "linear".
        ShapeError: there are no numbers.
    """
    levels = _levels(q)
    if method != "linear" or not all(0 <= level <= 1 for level in levels):
        raise TraceError(
            f"quantiles {levels} by method {method!r} cannot be recorded",
            remedy='take levels from 0 to 1 (percentiles from 0 to 100) and method="linear"',
        )
    found = _ranked(x, levels, axis, keepdims, "np.quantile")
    return apply("stack", *found, axis=0) if _several(q) else found[0]


def percentile(x: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: bool = False) -> Any:
    levels = [level / 100 for level in _levels(q)]
    return quantile(x, levels if _several(q) else levels[0], axis, method=method, keepdims=keepdims)


def _several(q: Any) -> bool:
    return isinstance(q, list | tuple) or rank(q) > 0


def _levels(q: Any) -> list[float]:
    known = untraced(q)
    if isinstance(known, Value):
        raise TraceError(
            "a traced value cannot say which quantile to take", remedy="give it as a plain number"
        )
    known = known.tolist() if hasattr(known, "tolist") else known
    return [float(level) for level in (known if isinstance(known, list | tuple) else [known])]


def _ranked(x: Any, levels: Sequence[float], axis: Any, keepdims: bool, what: str) -> list[Any]:
    """What lies at these parts of the way from the least number to the largest."""
    (x,) = values(x)
    axes = normal_axes(axis, rank(x))
    kept = [a for a in range(rank(x)) if a not in axes]
    last = moveaxis(x, (*kept, *axes), tuple(range(rank(x))))
    count = math.prod(size_along(x, a, what) for a in axes)
    if not count:
        raise ShapeError(f"no numbers, so there is no {what.removeprefix('np.')}")
    flat = last if len(axes) == 1 else apply("reshape", last, shape=(*(x.type.shape[a] for a in kept), count))
    line = apply("sort", flat, axis=len(kept))

    def entry(i: int) -> Any:
        return apply("index", line, key=(WHOLE,) * len(kept) + (("int", i),))

    def between(level: float) -> Any:
        place = level * (count - 1)
        below, beyond = int(place), place - int(place)
        if beyond == 0:
            return entry(below)
        if beyond == 0.5:
            return (entry(below) + entry(below + 1)) * 0.5
        return entry(below) * (1 - beyond) + entry(below + 1) * beyond

    picked = [between(level) for level in levels]
    largest = entry(count - 1)
    known = apply("eq", largest, largest)
    found = [apply("where", known, one, largest) for one in picked]
    return [expand_dims(one, axes) if keepdims and axes else one for one in found]


def one_hot(labels: Any, count: Any) -> Any:
    """Rows of zeros with a 1 at each label: `(...) int64` to `(..., count)`."""
    (labels,) = values(labels)
    if labels.type.dtype != "int64":
        raise TraceError(
            f"labels must be integers, not {labels.type.dtype}", remedy="pass an array of dtype int64"
        )
    places = labels.like(labels.builder.apply("arange", (), dim=dim_of(count)))
    return apply("eq", expand_dims(labels, rank(labels)), places) * 1.0


def with_part(x: Any, key: Any, part: Any) -> Any:
    """A copy of x with `part` at `key`: what `x[key] = part` would make of x.

    Args:
        key: numbers and slices (`np.s_[1:3, 0]`), a mask, or arrays of places, none of which comes twice.

    Raises:
        DataShapeError: an array, whose length would depend on data, is to fill the places of a traced mask.
        TraceError: a place comes twice, or arrays of places stand apart from each other.
    """
    from backsight.tracing.indexing import parted

    x, part = values(x, part)
    if str(getattr(key, "dtype", "")) == "bool" and (rank(part) == 0 or isinstance(key, Value)):
        return _where_masked(x, key, part)
    basic, places, adjacent = parted(x, key)
    if not places:
        return _laid(x, part, "index", "unindex", (), key=tuple(basic))
    if not adjacent or [a for a, _ in places] != list(range(places[0][0], places[0][0] + len(places))):
        raise TraceError(
            "arrays of places that stand apart are not assigned to",
            remedy="assign in two steps: one for each array of places",
        )
    if all(item == WHOLE for item in basic):
        return _scattered(x, part, places)
    filled = _scattered(apply("index", x, key=tuple(basic)), part, places)
    return _laid(x, filled, "index", "unindex", (), key=tuple(basic))


def _where_masked(x: Any, mask: Any, part: Any) -> Any:
    mask = values(mask, x)[0]
    if rank(part):
        raise DataShapeError(
            "how many entries a mask has depends on data, but shapes are fixed when tracing",
            remedy="choose by condition: x = np.where(mask, other, x)",
        )
    if rank(mask) < rank(x):
        mask = expand_dims(mask, tuple(range(rank(mask), rank(x))))
    return apply("where", mask, part, x)


def _scattered(x: Any, part: Any, places: Sequence[tuple[int, Any]]) -> Any:
    arrays = [array for _, array in places]
    shape = broadcast_shapes([a.type.shape for a in arrays])
    arrays = [a if a.type.shape == shape else apply("broadcast", a, shape=shape) for a in arrays]
    first = places[0][0]
    known = [untraced(a) for _, a in places]
    if not any(isinstance(k, Value) for k in known):
        sizes = x.type.shape[first : first + len(known)]
        lines = [broadcast_array(to_array(k), tuple(map(int, shape))).data for k in known]
        named = [tuple(p % s for p, s in zip(at, sizes, strict=True)) for at in zip(*lines, strict=True)]
        if len(set(named)) < len(named):
            raise TraceError(
                "a place is assigned to twice, and the last one counts", remedy="name every place once"
            )
    return _laid(x, part, "gather", "scatter", arrays, axis=first, batch=0)


def _laid(x: Any, part: Any, pick: str, lay: str, more: Sequence[Any], **options: Any) -> Any:
    """x, but `part` where `pick` would read; `lay` puts numbers there, among zeros."""
    picked = apply(pick, x, *more, **options).type.shape
    part = part * 1.0 if part.type.dtype == "int64" and x.type.dtype == "float64" else part
    if lay == "unindex" and all(item == WHOLE for item in options["key"]):
        return broadcast_to(part, picked)
    hole = apply(lay, full(x, 1.0, picked), *more, shape=x.type.shape, **options)
    filled = apply(lay, broadcast_to(part, picked), *more, shape=x.type.shape, **options)
    return apply("where", apply("ne", hole, 0.0), filled, x)


def add_at(x: Any, places: Any, part: Any) -> Any:
    """x with every entry of `part` added at its place along the first axis: np.add.at, out of place."""
    x, places, part = values(x, places, part)
    shape = (*places.type.shape, *x.type.shape[1:])
    whole = apply("scatter", broadcast_to(part, shape), places, axis=0, batch=0, shape=x.type.shape)
    return x + whole


def searchsorted(line: Any, x: Any, side: str = "left") -> Any:
    return apply("searchsorted", *values(line, x), right=side == "right", batch=0)


def _entry(x: Any, i: int) -> Any:
    return apply("index", x, key=(("int", i),))


def interp(x: Any, points: Any, heights: Any, left: Any = None, right: Any = None) -> Any:
    """np.interp: the height at x of the line through points, which grow; level beyond both ends."""
    if left is not None or right is not None:
        raise TraceError("np.interp with left or right is not traced", remedy="choose with np.where")
    x, points, heights = values(x, points, heights)
    last = size_along(points, 0, "np.interp") - 1
    if last < 1:
        raise ShapeError("np.interp needs two points or more")
    inside = apply("minimum", apply("maximum", x, _entry(points, 0)), _entry(points, last))
    found = apply("searchsorted", cut(points, 0, 1, last), inside, right=True, batch=0)
    ends = [[apply("gather", v, found + i, axis=0, batch=0) for i in (0, 1)] for v in (points, heights)]
    (start, stop), (low, high) = ends
    return low + (inside - start) * (high - low) / (stop - start)


def _depends_on_data(name: str) -> Any:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise DataShapeError(
            f"how many numbers np.{name} answers with depends on data, but shapes are fixed when tracing",
            remedy="keep all entries and choose by condition: np.where(mask, x, 0.0)",
        )

    return refuse


TABLE: Table = {
    "sort": sort,
    "argsort": argsort,
    "partition": partition,
    "argpartition": lambda x, kth, axis=-1: argsort(x, axis),
    "take": take,
    "take_along_axis": take_along_axis,
    "select": select,
    "choose": choose,
    "diagonal": diagonal,
    "linalg.diagonal": lambda x, offset=0: diagonal(x, offset, -2, -1),
    "diag": diag,
    "diagflat": lambda x, k=0: diag(ravel(x), k),
    "tril": _triangle("tril"),
    "triu": _triangle("triu"),
    "cumsum": cumsum,
    "cumulative_sum": cumsum,
    "cumprod": cumprod,
    "cumulative_prod": cumprod,
    "diff": diff,
    "ediff1d": ediff1d,
    "trapezoid": trapezoid,
    "trapz": trapezoid,
    "convolve": convolve,
    "correlate": correlate,
    "lib.stride_tricks.sliding_window_view": sliding_window_view,
    "sliding_window_view": sliding_window_view,
    "median": median,
    "quantile": quantile,
    "percentile": percentile,
    "searchsorted": searchsorted,
    "interp": interp,
    "one_hot": one_hot,
    "with_part": with_part,
    "add_at": add_at,
    **{
        name: _depends_on_data(name)
        for name in (
            *("nonzero", "flatnonzero", "argwhere", "unique", "compress", "extract", "trim_zeros"),
            *("delete", "unique_values", "union1d", "intersect1d", "setdiff1d"),
        )
    },
}

# `np.add.accumulate` and its like, which count axes from 0.
ACCUMULATIONS: Table = {
    "add": lambda x, axis=0: cumsum(x, axis),
    "multiply": lambda x, axis=0: cumprod(x, axis),
}
