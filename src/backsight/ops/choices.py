"""Choosing between numbers: the larger, the smaller, within bounds; a step; another number's sign.

| op | at a tie or an edge |
|---|---|
| maximum, minimum, fmax, fmin | half of the slope to each side; NaN wins (fmax, fmin: loses) |
| clip | the slope is 1 on the bounds, as it is between them; if the bounds cross, the upper one wins |
| heaviside | its second operand at 0; slope 0 |
| copysign | -0 counts as negative; slope 0 at 0, and by the sign's giver |
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from backsight.ir.op import ADD, ATOM, COMPARE, Form, Notation, call, repeated
from backsight.ops.maps import NAN, PAIR, several
from backsight.ops.value import Value, apply


def larger(a: float, b: float) -> float:
    return NAN if math.isnan(a) or math.isnan(b) else max(a, b)


def smaller(a: float, b: float) -> float:
    return NAN if math.isnan(a) or math.isnan(b) else min(a, b)


def _known(choose: Callable[[float, float], float]) -> Callable[[float, float], float]:
    """The choice among those of two that are numbers."""
    return lambda a, b: b if math.isnan(a) else a if math.isnan(b) else choose(a, b)


def _shares(y: Value, a: Value, b: Value) -> tuple[Any, Any]:
    """How much of the slope each side has: the one that is the result, half each at a tie."""
    half = apply("where", apply("eq", a, b), 0.5, 1.0)
    return (apply("eq", a, y) * half, apply("eq", b, y) * half)


_KEPT = "only the number that was kept matters; at a tie each has half the slope"
for _name, _js, _word, _says, _scalar in (
    ("maximum", "Math.max", "max", "keeps the larger of two numbers", larger),
    ("minimum", "Math.min", "min", "keeps the smaller of two numbers", smaller),
    ("fmax", "fmax", "max", "keeps the larger of two numbers, and a number rather than NaN", _known(max)),
    ("fmin", "fmin", "min", "keeps the smaller of two numbers, and a number rather than NaN", _known(min)),
):
    several(
        _name,
        _says,
        _scalar,
        _shares,
        _KEPT,
        Notation(
            call(f"np.{_name}({{0}}, {{1}})"),
            call(f"{_js}({{0}}, {{1}})"),
            call(rf"\{_word}\left({{0}}, {{1}}\right)"),
            sheet=call(f"{_word.upper()}({{0}},{{1}})"),
        ),
    )


def _bounded_slopes(y: Value, x: Value, low: Value, high: Value) -> tuple[Any, Any, Any]:
    inside = apply("logical_and", x >= low, x <= high)
    upper = apply("maximum", x, low) > high
    lower = apply("logical_and", x < low, low <= high)
    return (inside, lower, upper)


clip = several(
    "clip",
    "keeps each number within two bounds",
    lambda x, low, high: smaller(larger(x, low), high),
    _bounded_slopes,
    "between the bounds the number itself moves the result, outside only the bound that was hit",
    Notation(
        call("np.clip({0}, {1}, {2})"),
        call("Math.min(Math.max({0}, {1}), {2})"),
        call(r"\min\left(\max\left({0}, {1}\right), {2}\right)"),
        sheet=call("MIN(MAX({0},{1}),{2})"),
    ),
    ([0.5, -2.0, 3.0, 0.1], [-0.7, -1.0, 0.2, -0.5], [1.5, 0.7, 2.3, 0.9]),
)
heaviside = several(
    "heaviside",
    "steps from 0 to 1; at 0 it is the second number",
    lambda x, half: x if math.isnan(x) else half if x == 0 else float(x > 0),
    lambda y, x, half: (None, apply("eq", x, 0.0)),
    "a step is flat wherever it has a slope; the second number matters at 0 only",
    Notation(
        call("np.heaviside({0}, {1})"),
        Form("({0} === 0 ? {1} : {0} > 0 ? 1 : {0} < 0 ? 0 : NaN)", ATOM, (ATOM, COMPARE + 1)),
        call(r"H\left({0}, {1}\right)"),
        sheet=Form("IF({0}=0,{1},IF({0}>0,1,0))", ATOM, (ATOM,)),
    ),
)
copysign = several(
    "copysign",
    "gives a number the sign of another",
    math.copysign,
    lambda y, a, b: (apply("sign", a) * apply("copysign", 1.0, b), None),
    "the size passes on, turned round where the sign changed; the giver's size does not matter",
    Notation(
        call("np.copysign({0}, {1})"),
        call("copysign({0}, {1})"),
        repeated(r"\left|{0}\right| \operatorname{{sign}}\left({1}\right)", ATOM, 2),
        sheet=Form("IF({1}<0,-ABS({0}),ABS({0}))", ATOM, (ATOM, ADD)),
    ),
    PAIR,
)
