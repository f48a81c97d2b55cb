"""The product along axes, and for each number the product of all the others, which is its slope.

No step divides by a number that may be 0: with one 0 only that entry has a slope, with two none has.
prod_others is right to second order at zeros too. In JavaScript an infinite entry makes it NaN.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from backsight.ir.evaluate import Array, indices
from backsight.ir.op import Family, Op, register
from backsight.ir.program import ArrayType
from backsight.ops.reduction import MATRIX, TRIALS, fold, result_, spread
from backsight.ops.value import Value, apply


def _others(x: Value, axes: tuple[int, ...]) -> Any:
    return apply("prod_others", x, axes=axes)


def _prod_vjp(g: Value, y: Value, x: Value, axes: tuple[int, ...], keepdims: bool) -> tuple[Any]:
    return (spread(g, x.type.shape, axes, keepdims) * _others(x, axes),)


prod = register(
    Op(
        "prod",
        Family.REDUCE,
        says="multiplies up",
        result=result_,
        reference=fold(math.prod),
        vjp=_prod_vjp,
        jvp=lambda dx, y, x, axes, keepdims: apply(
            "sum", dx * _others(x, axes), axes=axes, keepdims=keepdims
        ),
        why="each factor is multiplied by all the others, so they are its slope",
        try_at=MATRIX,
        try_params=TRIALS,
    )
)


def _others_type(types: Sequence[ArrayType], axes: tuple[int, ...]) -> ArrayType:
    result_(types, axes, True)
    return ArrayType(types[0].shape)


def _others_reference(
    arrays: Sequence[Array], shape: tuple[int, ...], dims: Mapping[str, int], axes: tuple[int, ...]
) -> list[Any]:
    (x,) = arrays
    cells: dict[tuple[int, ...], list[tuple[tuple[int, ...], float]]] = {}
    for index, number in zip(indices(x.shape), x.data, strict=True):
        cell = tuple(k for i, k in enumerate(index) if i not in axes)
        cells.setdefault(cell, []).append((index, number))
    found: dict[tuple[int, ...], float] = {}
    for members in cells.values():
        left = 1.0
        for index, number in members:
            found[index], left = left, left * number
        right = 1.0
        for index, number in reversed(members):
            found[index], right = found[index] * right, right * number
    return [found[index] for index in indices(x.shape)]


def _pairs(g: Value, x: Value, axes: tuple[int, ...]) -> Any:
    """Σ over the others i of g[i] times the product of all but i and the entry itself.

    With P the product of what is not 0: without zeros P (Σ g/x - own g/x) / x; one zero z gives P g[z] / x
    to the others and P Σ g/x to itself; two zeros give P times each other's g.
    """

    def total(value: Any) -> Any:
        return apply("sum", value, axes=axes, keepdims=True)

    zero = apply("eq", x, 0.0)
    zeros = total(zero * 1.0)
    known = apply("where", zero, 1.0, x)
    product = apply("prod", known, axes=axes, keepdims=True)
    ratio = apply("where", zero, 0.0, g / known)
    at_zero = apply("where", zero, g, 0.0)
    others = apply("where", zero, total(ratio), (total(ratio) + total(at_zero) - ratio) / known)
    lone = apply("where", zero, total(ratio), total(at_zero) / known)
    twins = apply("where", zero, total(at_zero) - g, 0.0)
    several = apply("where", apply("eq", zeros, 2.0), twins, 0.0)
    some = apply("where", apply("eq", zeros, 1.0), lone, several)
    return product * apply("where", apply("eq", zeros, 0.0), others, some)


prod_others = register(
    Op(
        "prod_others",
        Family.REDUCE,
        says="multiplies up all the others",
        result=_others_type,
        reference=_others_reference,
        vjp=lambda g, y, x, axes: (_pairs(g, x, axes),),
        jvp=lambda dx, y, x, axes: _pairs(dx, x, axes),
        why="each of the other factors is multiplied by all that are left without it and the entry itself",
        try_at=([[0.5, -1.0, 2.0], [0.3, 0.7, -0.2], [1.1, 0.4, -0.6]],),
        try_params=({"axes": (1,)}, {"axes": (0, 1)}, {"axes": (0,)}),
    )
)
