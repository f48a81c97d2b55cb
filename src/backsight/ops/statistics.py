"""Spread and length along axes: variance, standard deviation, Euclidean norm.

A norm or a deviation of 0 has a kink there, as abs has; its slope is taken as 0, in the middle of all
directions (JAX: NaN). With no more numbers than `ddof` the variance divides by 0, as in NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from backsight.ir.evaluate import Array
from backsight.ir.op import Family, Op, register
from backsight.ir.program import ArrayType
from backsight.ops.arithmetic import divide
from backsight.ops.reduction import TRIALS, count, fold, result_, spread
from backsight.ops.value import Value, apply


def _variance(cell: list[float], ddof: int) -> float:
    mean = divide(math.fsum(cell), len(cell)) if all(map(math.isfinite, cell)) else math.nan
    return divide(sum((v - mean) ** 2 for v in cell), max(len(cell) - ddof, 0))


def _deviation(cell: list[float], ddof: int) -> float:
    return math.sqrt(_variance(cell, ddof))


def _length(cell: list[float]) -> float:
    return math.sqrt(sum(v * v for v in cell))


def _spread_type(types: Sequence[ArrayType], axes: tuple[int, ...], keepdims: bool, ddof: int) -> ArrayType:
    return result_(types, axes, keepdims)


def _centred(x: Value, axes: tuple[int, ...]) -> Any:
    return x - apply("mean", x, axes=axes, keepdims=True)


def _degrees(x: Value, axes: tuple[int, ...], ddof: int) -> Any:
    """How many numbers count: all but `ddof`."""
    number = count(x, axes)
    return number - ddof if ddof else number


def _unless_zero(y: Value) -> Any:
    """y, or 1 where it is 0: nothing divided by it stays nothing."""
    return apply("where", apply("eq", y, 0.0), 1.0, y)


def _var_slope(y: Value, x: Value, axes: tuple[int, ...], keepdims: bool, ddof: int) -> Any:
    return _centred(x, axes) * (2 / _degrees(x, axes, ddof))


def _std_slope(y: Value, x: Value, axes: tuple[int, ...], keepdims: bool, ddof: int) -> Any:
    deviation = spread(_unless_zero(y), x.type.shape, axes, keepdims)
    return _centred(x, axes) / (deviation * _degrees(x, axes, ddof))


def _norm_slope(y: Value, x: Value, axes: tuple[int, ...], keepdims: bool) -> Any:
    return x / spread(_unless_zero(y), x.type.shape, axes, keepdims)


def _measure(name: str, says: str, slope: Any, why: str, result: Any, reference: Any, **extra: Any) -> Op:
    def vjp(g: Value, y: Value, x: Value, axes: tuple[int, ...], keepdims: bool, **rest: Any) -> tuple[Any]:
        return (spread(g, x.type.shape, axes, keepdims) * slope(y, x, axes, keepdims, **rest),)

    def jvp(dx: Value, y: Value, x: Value, axes: tuple[int, ...], keepdims: bool, **rest: Any) -> Any:
        moved = dx * slope(y, x, axes, keepdims, **rest)
        return apply("sum", moved, axes=axes, keepdims=keepdims)

    return register(
        Op(
            name,
            Family.REDUCE,
            says=says,
            result=result,
            reference=reference,
            vjp=vjp,
            jvp=jvp,
            why=why,
            try_at=([[0.5, -1.0, 2.0], [0.3, 0.7, -0.2], [1.1, 0.4, -0.6]],),
            try_params=tuple(trial | extra for trial in TRIALS),
        )
    )


def _with_ddof(measure: Any) -> Any:
    def reference(
        arrays: Sequence[Array],
        shape: tuple[int, ...],
        dims: Mapping[str, int],
        axes: tuple[int, ...],
        keepdims: bool,
        ddof: int,
    ) -> list[Any]:
        return fold(lambda cell: measure(cell, ddof))(arrays, shape, dims, axes, keepdims)

    return reference


var = _measure(
    "var",
    "takes the variance",
    _var_slope,
    "a square's slope is twice its root: twice how far the number lies from the mean, over their number; "
    "that the mean moves too adds nothing, for the distances add up to 0",
    _spread_type,
    _with_ddof(_variance),
    ddof=0,
)
std = _measure(
    "std",
    "takes the standard deviation",
    _std_slope,
    "the root's slope is one over twice the root, which the output already is, times the variance's slope",
    _spread_type,
    _with_ddof(_deviation),
    ddof=0,
)
norm = _measure(
    "norm",
    "takes the Euclidean length",
    _norm_slope,
    "each number moves the length by its share of it, the cosine of its direction",
    result_,
    fold(_length),
)
