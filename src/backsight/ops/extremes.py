"""The largest and the smallest number of an axis, where they stand, and whether all or any are true.

Ties of max and min share the slope evenly (as in JAX); NaN wins. argmax and argmin name the first of several,
and NaN before all; places and truths do not move, so nothing passes back. No numbers have no largest; all of
no numbers is true, any is false.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backsight.ir.evaluate import Array
from backsight.ir.op import Family, Op, register
from backsight.ir.program import ArrayType
from backsight.ops.reduction import MATRIX, TRIALS, fold, largest, result_, result_of_some, spread
from backsight.ops.value import Value, apply


def _smallest(cell: list[float]) -> float:
    return math.nan if any(math.isnan(v) for v in cell) else min(cell, default=math.inf)


def _share(y: Value, x: Value, axes: tuple[int, ...], keepdims: bool) -> Any:
    """1 where an element is the one that was kept, shared evenly among ties."""
    winners = apply("eq", x, spread(y, x.type.shape, axes, keepdims)) * 1.0
    return winners / apply("sum", winners, axes=axes, keepdims=True)


def _vjp(g: Value, y: Value, x: Value, axes: tuple[int, ...], keepdims: bool) -> tuple[Any]:
    return (spread(g, x.type.shape, axes, keepdims) * _share(y, x, axes, keepdims),)


def _jvp(dx: Value, y: Value, x: Value, axes: tuple[int, ...], keepdims: bool) -> Any:
    return apply("sum", dx * _share(y, x, axes, keepdims), axes=axes, keepdims=keepdims)


def _extreme(name: str, says: str, choose: Callable[[list[float]], float]) -> Op:
    return register(
        Op(
            name,
            Family.REDUCE,
            says=f"keeps the {says}",
            result=result_of_some,
            reference=fold(choose),
            vjp=_vjp,
            jvp=_jvp,
            why=f"only the {says} matters; ties share the slope evenly",
            try_at=MATRIX,
            try_params=TRIALS,
        )
    )


max_ = _extreme("max", "largest", largest)
min_ = _extreme("min", "smallest", _smallest)


def _place_type(types: Sequence[ArrayType], axis: int, keepdims: bool) -> ArrayType:
    return ArrayType(result_of_some(types, (axis,), keepdims).shape, "int64")


def _place(name: str, says: str, choose: Callable[[list[float]], float]) -> Op:
    def first(cell: list[float]) -> int:
        wanted = choose(cell)
        return next(i for i, v in enumerate(cell) if v == wanted or math.isnan(v))

    def reference(
        arrays: Sequence[Array], shape: tuple[int, ...], dims: Mapping[str, int], axis: int, keepdims: bool
    ) -> list[Any]:
        return fold(first)(arrays, shape, dims, (axis,), keepdims)

    return register(
        Op(
            name,
            Family.REDUCE,
            says=f"finds where the {says} stands",
            result=_place_type,
            reference=reference,
            vjp=lambda g, y, x, axis, keepdims: (None,),
            jvp=lambda dx, y, x, axis, keepdims: None,
            why="a place does not move with a small nudge",
            try_at=MATRIX,
            try_params=({"axis": 1, "keepdims": False}, {"axis": 0, "keepdims": True}),
        )
    )


argmax = _place("argmax", "largest", largest)
argmin = _place("argmin", "smallest", _smallest)


def _truth_type(types: Sequence[ArrayType], axes: tuple[int, ...], keepdims: bool) -> ArrayType:
    return ArrayType(result_(types, axes, keepdims).shape, "bool")


def _truth(name: str, says: str, decide: Callable[[list[Any]], bool]) -> Op:
    return register(
        Op(
            name,
            Family.REDUCE,
            says=says,
            result=_truth_type,
            reference=fold(decide),
            vjp=lambda g, y, x, axes, keepdims: (None,),
            jvp=lambda dx, y, x, axes, keepdims: None,
            why="true and false do not move with a small nudge",
            try_at=([[0.5, 0.0, 2.0], [0.3, 0.7, -0.2]],),
            try_params=TRIALS,
        )
    )


all_ = _truth("all", "asks whether all are true", all)
any_ = _truth("any", "asks whether any is true", any)
