"""Folding axes: sum, mean, log-sum-exp; softmax and its logarithm, which normalise along one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backsight.errors import ShapeError
from backsight.ir.evaluate import Array, indices
from backsight.ir.op import Family, Op, register
from backsight.ir.program import ArrayType, Shape
from backsight.ops.arithmetic import divide
from backsight.ops.shapes import without_axes
from backsight.ops.value import Value, apply

MATRIX = ([[0.5, -1.0, 2.0], [0.3, 0.7, -0.2]],)
TRIALS: tuple[dict[str, Any], ...] = (
    {"axes": (0, 1), "keepdims": False},
    {"axes": (1,), "keepdims": False},
    {"axes": (0,), "keepdims": True},
)


def result_(types: Sequence[ArrayType], axes: tuple[int, ...], keepdims: bool) -> ArrayType:
    if any(axis >= types[0].rank for axis in axes):
        raise ShapeError(f"there is no axis {max(axes)} in {types[0]}")
    return ArrayType(without_axes(types[0].shape, axes, keepdims))


def result_of_some(types: Sequence[ArrayType], axes: tuple[int, ...], keepdims: bool) -> ArrayType:
    """As `result_`, for folds that nothing has no answer to; a named axis without rows gives -inf."""
    if any(dim == 0 for axis, dim in enumerate(types[0].shape) if axis in axes):
        raise ShapeError(
            f"no numbers lie along axes {axes} of {types[0]}, so there is no largest",
            remedy="leave out arrays without entries",
        )
    return result_(types, axes, keepdims)


def fold(function: Callable[[list[float]], float]) -> Callable[..., list[float]]:
    """A reference that collects the numbers of each cell of the result and folds them."""

    def reference(
        arrays: Sequence[Array], shape: tuple[int, ...], dims: Mapping[str, int], axes: Any, keepdims: bool
    ) -> list[float]:
        (array,) = arrays
        kept = [i for i in range(len(array.shape)) if i not in axes]
        cells: dict[tuple[int, ...], list[float]] = {
            i: [] for i in indices(tuple(array.shape[k] for k in kept))
        }
        for index, number in zip(indices(array.shape), array.data, strict=True):
            cells[tuple(index[k] for k in kept)].append(number)
        return [function(cell) for cell in cells.values()]

    return reference


def spread(g: Value, shape: Shape, axes: tuple[int, ...], keepdims: bool) -> Any:
    """Give every folded element the number of its cell: the adjoint of a sum."""
    widened = g if keepdims or not axes else apply("expand_dims", g, axes=axes)
    return apply("broadcast", widened, shape=shape)


def count(x: Value, axes: tuple[int, ...]) -> Any:
    """How many elements each cell folds: a number, or a product with named dimensions' sizes."""
    number, names = 1, []
    for axis in axes:
        dim = x.type.shape[axis]
        if isinstance(dim, int):
            number *= dim
        else:
            names.append(x.like(x.builder.apply("dim", (), dim=dim)))
    total: Any = float(number)
    for size in names:
        total = size if total == 1.0 else total * size
    return total


def largest(cell: list[float]) -> float:
    return math.nan if any(math.isnan(v) for v in cell) else max(cell, default=-math.inf)


def _logsumexp(cell: list[float]) -> float:
    top = largest(cell)
    return top + math.log(sum(math.exp(v - top) for v in cell)) if math.isfinite(top) else top


def _sum_vjp(g: Value, y: Value, x: Value, axes: tuple[int, ...], keepdims: bool) -> tuple[Any]:
    return (spread(g, x.type.shape, axes, keepdims),)


def _mean_vjp(g: Value, y: Value, x: Value, axes: tuple[int, ...], keepdims: bool) -> tuple[Any]:
    return (spread(g / count(x, axes), x.type.shape, axes, keepdims),)


def _shares(y: Value, x: Value, axes: tuple[int, ...], keepdims: bool) -> Any:
    if len(axes) == 1:
        return apply("softmax", x, axis=axes[0])
    return apply("exp", x - spread(y, x.type.shape, axes, keepdims))


def _logsumexp_vjp(g: Value, y: Value, x: Value, axes: tuple[int, ...], keepdims: bool) -> tuple[Any]:
    return (spread(g, x.type.shape, axes, keepdims) * _shares(y, x, axes, keepdims),)


def _logsumexp_jvp(dx: Value, y: Value, x: Value, axes: tuple[int, ...], keepdims: bool) -> Any:
    return apply("sum", dx * _shares(y, x, axes, keepdims), axes=axes, keepdims=keepdims)


sum_ = register(
    Op(
        "sum",
        Family.REDUCE,
        says="adds up",
        result=result_,
        reference=fold(lambda cell: math.fsum(cell) if all(map(math.isfinite, cell)) else sum(cell)),
        vjp=_sum_vjp,
        jvp=lambda dx, y, x, axes, keepdims: apply("sum", dx, axes=axes, keepdims=keepdims),
        why="every term of a sum moves it by just as much",
        try_at=MATRIX,
        try_params=TRIALS,
    )
)
mean = register(
    Op(
        "mean",
        Family.REDUCE,
        says="takes the mean",
        result=result_,
        reference=fold(lambda cell: divide(sum(cell), len(cell))),
        vjp=_mean_vjp,
        jvp=lambda dx, y, x, axes, keepdims: apply("mean", dx, axes=axes, keepdims=keepdims),
        why="every term moves the mean by one part in as many as there are",
        try_at=MATRIX,
        try_params=TRIALS,
    )
)
logsumexp = register(
    Op(
        "logsumexp",
        Family.REDUCE,
        says="takes the logarithm of the sum of exponentials",
        result=result_of_some,
        reference=fold(_logsumexp),
        vjp=_logsumexp_vjp,
        jvp=_logsumexp_jvp,
        why="the slope with respect to each term is its share of the sum: softmax",
        try_at=MATRIX,
        try_params=TRIALS,
    )
)


def _softmax_reference(
    arrays: Sequence[Array], shape: tuple[int, ...], dims: Mapping[str, int], axis: int
) -> list[Any]:
    (x,) = arrays
    kept = tuple(1 if i == axis else n for i, n in enumerate(x.shape))
    total = Array(kept, fold(_logsumexp)(arrays, kept, dims, (axis,), True))
    cells = (tuple(0 if i == axis else k for i, k in enumerate(index)) for index in indices(x.shape))
    return [_share(v, total.at(cell)) for v, cell in zip(x.data, cells, strict=True)]


def _share(number: float, total: float) -> float:
    return math.exp(number - total) if not math.isinf(total) else math.nan


def _softmax_vjp(g: Value, y: Value, x: Value, axis: int) -> tuple[Any]:
    return (y * (g - apply("sum", g * y, axes=(axis,), keepdims=True)),)


softmax = register(
    Op(
        "softmax",
        Family.REDUCE,
        says="turns numbers into shares that add up to 1",
        result=lambda types, axis: types[0],
        reference=_softmax_reference,
        vjp=_softmax_vjp,
        jvp=lambda dx, y, x, axis: y * (dx - apply("sum", dx * y, axes=(axis,), keepdims=True)),
        why="a share grows by itself times how much more than the average its number was nudged",
        try_at=MATRIX,
        try_params=({"axis": 1}, {"axis": 0}),
    )
)


def _log_softmax_reference(
    arrays: Sequence[Array], shape: tuple[int, ...], dims: Mapping[str, int], axis: int
) -> list[Any]:
    (x,) = arrays
    kept = tuple(1 if i == axis else n for i, n in enumerate(x.shape))
    total = Array(kept, fold(_logsumexp)(arrays, kept, dims, (axis,), True))
    cells = (tuple(0 if i == axis else k for i, k in enumerate(index)) for index in indices(x.shape))
    return [v - total.at(cell) for v, cell in zip(x.data, cells, strict=True)]


log_softmax = register(
    Op(
        "log_softmax",
        Family.REDUCE,
        says="takes the logarithms of shares that add up to 1",
        result=lambda types, axis: types[0],
        reference=_log_softmax_reference,
        vjp=lambda g, y, x, axis: (g - apply("exp", y) * apply("sum", g, axes=(axis,), keepdims=True),),
        jvp=lambda dx, y, x, axis: dx - apply("sum", apply("exp", y) * dx, axes=(axis,), keepdims=True),
        why="its own nudge moves it by as much, less what the total grows by: the shares' mean of all nudges",
        try_at=MATRIX,
        try_params=({"axis": 1}, {"axis": 0}),
    )
)
