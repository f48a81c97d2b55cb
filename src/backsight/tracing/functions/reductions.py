"""Folding axes, by NumPy's names."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from backsight.errors import ShapeError, TraceError
from backsight.ops.shapes import normal_axes
from backsight.ops.value import apply, innermost
from backsight.tracing.functions.common import Table, listed, quiet, rank, values
from backsight.tracing.functions.elementwise import isclose
from backsight.tracing.functions.shaping import ravel, reshape


def _reduction(op: str) -> Callable[..., Any]:
    def run(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        x = listed(x)
        return apply(op, x, axes=normal_axes(axis, rank(x)), keepdims=bool(keepdims))

    return run


def _spread(op: str) -> Callable[..., Any]:
    def run(
        x: Any, axis: Any = None, *, ddof: Any = 0, keepdims: bool = False, correction: Any = None
    ) -> Any:
        fewer = ddof if correction is None else correction
        if not isinstance(fewer, int | float) or fewer != int(fewer) or fewer < 0:
            raise TraceError(f"ddof must be a whole number, not {fewer!r}", remedy="write ddof=0 or ddof=1")
        x = listed(x)
        axes = normal_axes(axis, rank(x))
        return apply(op, x, axes=axes, keepdims=bool(keepdims), ddof=int(fewer))

    return run


def _place(op: str) -> Callable[..., Any]:
    """np.argmax or np.argmin; without an axis, the place in the flattened array."""

    def run(x: Any, axis: int | None = None, *, keepdims: bool = False) -> Any:
        if axis is not None:
            return apply(op, x, axis=normal_axes(axis, rank(x))[0], keepdims=bool(keepdims))
        flat = quiet(x, lambda: ravel(x))
        if not keepdims:
            return apply(op, flat, axis=0, keepdims=False)
        return reshape(quiet(x, lambda: apply(op, flat, axis=0, keepdims=False)), (1,) * rank(x))

    return run


def _softmax(op: str) -> Callable[..., Any]:
    """Along one axis; without one, or along several, over all of their entries."""

    def run(x: Any, axis: Any = -1) -> Any:
        axes = normal_axes(axis, rank(x))
        if len(axes) == 1:
            return apply(op, x, axis=axes[0])
        total = quiet(x, lambda: apply("logsumexp", x, axes=axes, keepdims=True))
        if op == "log_softmax":
            return apply("sub", x, total)
        return apply("exp", quiet(x, lambda: x - total))

    return run


def average(x: Any, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Any:
    """np.average: each number counts as much as its weight says."""
    if weights is None:
        return _reduction("mean")(x, axis, keepdims)
    axes = normal_axes(axis, rank(x))
    x, weights = values(x, weights)  # weights may be a list

    def lined_up() -> Any:
        if rank(weights) == rank(x):
            return weights
        if rank(weights) != 1 or len(axes) != 1:
            raise ShapeError(
                f"weights of {rank(weights)} dimensions do not fit {rank(x)} dimensions along {axes}",
                remedy="give one weight for each number along one axis, or weights of the array's shape",
            )
        return reshape(weights, (-1, *(1,) * (rank(x) - axes[0] - 1)))

    fitting = quiet(x, lined_up)
    products = quiet(x, lambda: apply("sum", fitting * x, axes=axes, keepdims=keepdims))
    over = tuple(a - rank(x) + rank(fitting) for a in axes)
    return apply("div", products, quiet(x, lambda: apply("sum", fitting, axes=over, keepdims=keepdims)))


def ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    low = quiet(x, lambda: _reduction("min")(x, axis, keepdims))
    return apply("sub", quiet(x, lambda: _reduction("max")(x, axis, keepdims)), low)


def count_nonzero(x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return _reduction("sum")(quiet(x, lambda: apply("ne", x, 0.0)), axis, keepdims)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """np.linalg.norm: of vectors any order but a matrix's 2 and "nuc", which need singular values.

    Raises:
        TraceError: the order is not one of these, or is not defined for so many axes.
    """
    axes = normal_axes(axis, rank(x))
    if ord is None or (ord == 2 and len(axes) == 1) or (ord == "fro" and len(axes) == 2):
        return apply("norm", x, axes=axes, keepdims=bool(keepdims))
    if len(axes) == 1 and isinstance(ord, int | float):
        return _vector_norm(x, float(ord), axes, keepdims)
    if len(axes) == 2 and ord in (1, -1, math.inf, -math.inf):
        return _matrix_norm(x, float(ord), axes if axis is None else tuple(axis), keepdims)
    raise TraceError(
        f"np.linalg.norm of order {ord!r} along {len(axes)} axes is not traced",
        remedy='use ord=1, 2 or np.inf of vectors, or 1, np.inf or "fro" of matrices',
    )


def vector_norm(x: Any, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """np.linalg.vector_norm: several axes count as one long one."""
    axes = normal_axes(axis, rank(x))
    if ord == 2:
        return apply("norm", x, axes=axes, keepdims=bool(keepdims))
    return _vector_norm(x, float(ord), axes, keepdims)


def _vector_norm(x: Any, order: float, axes: tuple[int, ...], keepdims: bool) -> Any:
    options = {"axes": axes, "keepdims": keepdims}
    if order == 0:
        return apply("sum", quiet(x, lambda: apply("ne", x, 0.0)), **options)
    size = quiet(x, lambda: apply("abs", x))
    if order in (1, math.inf, -math.inf):
        return apply("sum" if order == 1 else "max" if order > 0 else "min", size, **options)
    total = quiet(x, lambda: apply("sum", size**order, **options))
    return apply("pow", total, 1 / order)


def _matrix_norm(x: Any, order: float, axes: tuple[int, ...], keepdims: bool) -> Any:
    """The largest (or smallest) sum of sizes of a column, or of a row where the order is infinite."""
    along, across = axes if abs(order) == 1 else axes[::-1]
    size = quiet(x, lambda: apply("abs", x))
    sums = quiet(x, lambda: _reduction("sum")(size, along, True))
    op = "max" if order > 0 else "min"
    both = normal_axes(axes, rank(x))
    if keepdims:
        return _reduction(op)(sums, across, True)
    extreme = quiet(x, lambda: _reduction(op)(sums, across, True))
    return apply("squeeze", extreme, axes=both)


def _without_nan(op: str, neutral: float) -> Callable[..., Any]:
    """np.nansum and its like: NaN counts for nothing."""

    def run(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        known = quiet(x, lambda: apply("where", apply("isnan", x), neutral, x))
        return _reduction(op)(known, axis, keepdims)

    return run


def nanmean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    total = quiet(x, lambda: _without_nan("sum", 0.0)(x, axis, keepdims))

    def known() -> Any:
        return _reduction("sum")(apply("logical_not", apply("isnan", x)), axis, keepdims)

    return apply("div", total, quiet(x, known))


def allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8) -> Any:
    close = quiet(innermost((a, b)), lambda: isclose(a, b, rtol, atol))
    return _reduction("all")(close)


TABLE: Table = {
    **{name: _reduction(name) for name in ("sum", "mean", "prod", "max", "min", "all", "any", "logsumexp")},
    "amax": _reduction("max"),
    "amin": _reduction("min"),
    "ptp": ptp,
    "average": average,
    "var": _spread("var"),
    "std": _spread("std"),
    "linalg.norm": norm,
    "linalg.vector_norm": vector_norm,
    "linalg.matrix_norm": lambda x, *, keepdims=False, ord="fro": norm(x, ord, (-2, -1), keepdims),
    "argmax": _place("argmax"),
    "argmin": _place("argmin"),
    "count_nonzero": count_nonzero,
    "softmax": _softmax("softmax"),
    "log_softmax": _softmax("log_softmax"),
    "nansum": _without_nan("sum", 0.0),
    "nanprod": _without_nan("prod", 1.0),
    "nanmax": _without_nan("max", -math.inf),
    "nanmin": _without_nan("min", math.inf),
    "nanmean": nanmean,
    "allclose": allclose,
}

# `np.add.reduce` and friends.
REDUCTIONS: Table = {
    "add": _reduction("sum"),
    "multiply": _reduction("prod"),
    "maximum": _reduction("max"),
    "minimum": _reduction("min"),
    "logical_and": _reduction("all"),
    "logical_or": _reduction("any"),
    "logaddexp": _reduction("logsumexp"),
}
