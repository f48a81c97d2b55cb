"""Circular and hyperbolic functions, their inverses, and what is measured with them: angle, distance, sinc.

| op | at the edges |
|---|---|
| sin, cos, tan | NaN at ±inf |
| arcsin, arccos | NaN outside [-1, 1]; slope ±inf at ±1 |
| arccosh, arctanh | NaN outside their domain; arctanh ±inf at ±1; slopes inf there |
| arctan2 | as in C: the quadrant by the signs, -0 included; slopes NaN at the origin |
| hypot | inf with any infinity, even beside NaN; slopes 0 at the origin (as abs has) |
| sinc | 1 at 0, NaN at ±inf (where its limit is 0), as the sine is |
"""

from __future__ import annotations

import math
from typing import Any

from backsight.ir.op import ATOM, Form, Notation, call, repeated
from backsight.ops.maps import PAIR, called, safe, several, unary
from backsight.ops.value import Value, apply

_INSIDE = ([0.3, -0.7, 0.05, -0.9],)
PI = math.pi


def _sinh(x: float) -> float:
    return safe(math.sinh, math.copysign(math.inf, x))(x)


def _arctanh(x: float) -> float:
    return math.copysign(math.inf, x) if abs(x) == 1 else safe(math.atanh)(x)


def _sinc(x: float) -> float:
    return 1.0 if x == 0 else safe(math.sin)(PI * x) / (PI * x)


sin = unary(
    "sin",
    "takes the sine",
    safe(math.sin),
    lambda y, x: apply("cos", x),
    "the slope of the sine is the cosine",
    called("np.sin", "Math.sin", r"\sin", call("SIN({0})")),
)
cos = unary(
    "cos",
    "takes the cosine",
    safe(math.cos),
    lambda y, x: -apply("sin", x),
    "the slope of the cosine is minus the sine",
    called("np.cos", "Math.cos", r"\cos", call("COS({0})")),
)
tan = unary(
    "tan",
    "takes the tangent",
    safe(math.tan),
    lambda y, x: 1 + y**2,
    "the slope, 1 + tan squared, reuses the output we already have",
    called("np.tan", "Math.tan", r"\tan", call("TAN({0})")),
    ([0.0, 0.3, -0.7, 1.2],),
)
arcsin = unary(
    "arcsin",
    "finds the angle of a sine",
    safe(math.asin),
    lambda y, x: 1 / apply("sqrt", 1 - x**2),
    "it undoes the sine, so its slope is one over the cosine of the angle, which is √(1 - x²)",
    called("np.arcsin", "Math.asin", r"\arcsin", call("ASIN({0})")),
    _INSIDE,
)
arccos = unary(
    "arccos",
    "finds the angle of a cosine",
    safe(math.acos),
    lambda y, x: -1 / apply("sqrt", 1 - x**2),
    "it undoes the cosine, so its slope is minus one over the sine of the angle, which is √(1 - x²)",
    called("np.arccos", "Math.acos", r"\arccos", call("ACOS({0})")),
    _INSIDE,
)
arctan = unary(
    "arctan",
    "finds the angle of a tangent",
    math.atan,
    lambda y, x: 1 / (1 + x**2),
    "it undoes the tangent, whose slope is 1 + tan squared",
    called("np.arctan", "Math.atan", r"\arctan", call("ATAN({0})")),
)
sinh = unary(
    "sinh",
    "takes the hyperbolic sine",
    _sinh,
    lambda y, x: apply("cosh", x),
    "the slope of sinh is cosh",
    called("np.sinh", "Math.sinh", r"\sinh", call("SINH({0})")),
)
cosh = unary(
    "cosh",
    "takes the hyperbolic cosine",
    safe(math.cosh),
    lambda y, x: apply("sinh", x),
    "the slope of cosh is sinh",
    called("np.cosh", "Math.cosh", r"\cosh", call("COSH({0})")),
)
tanh = unary(
    "tanh",
    "squashes each number into (-1, 1)",
    math.tanh,
    lambda y, x: 1 - y**2,
    "the slope, 1 - tanh squared, reuses the output we already have",
    called("np.tanh", "Math.tanh", r"\tanh", call("TANH({0})")),
)
arcsinh = unary(
    "arcsinh",
    "undoes the hyperbolic sine",
    math.asinh,
    lambda y, x: 1 / apply("sqrt", 1 + x**2),
    "its slope is one over the cosh of the output, which is √(1 + x²)",
    called("np.arcsinh", "Math.asinh", r"\operatorname{{arsinh}}", call("ASINH({0})")),
)
arccosh = unary(
    "arccosh",
    "undoes the hyperbolic cosine",
    safe(math.acosh),
    lambda y, x: 1 / apply("sqrt", x**2 - 1),
    "its slope is one over the sinh of the output, which is √(x² - 1)",
    called("np.arccosh", "Math.acosh", r"\operatorname{{arcosh}}", call("ACOSH({0})")),
    ([1.3, 1.7, 2.0, 40.0],),
)
arctanh = unary(
    "arctanh",
    "undoes tanh",
    _arctanh,
    lambda y, x: 1 / (1 - x**2),
    "it undoes tanh, whose slope is 1 - tanh squared",
    called("np.arctanh", "Math.atanh", r"\operatorname{{artanh}}", call("ATANH({0})")),
    _INSIDE,
)


def _angle_slopes(y: Value, a: Value, b: Value) -> tuple[Any, Any]:
    square = a**2 + b**2
    return (b / square, -a / square)


arctan2 = several(
    "arctan2",
    "finds the angle of a point with this height and this distance to the right",
    math.atan2,
    _angle_slopes,
    "each side turns the point by the other side over the square of the radius",
    called("np.arctan2", "Math.atan2", r"\operatorname{{atan2}}", call("ATAN2({1},{0})"), 2),
)


def _distance_slopes(y: Value, a: Value, b: Value) -> tuple[Any, Any]:
    radius = apply("where", apply("eq", y, 0.0), 1.0, y)
    return (a / radius, b / radius)


hypot = several(
    "hypot",
    "measures the distance from the origin",
    math.hypot,
    _distance_slopes,
    "each side moves the distance by its share of it: the cosine and the sine of the direction",
    Notation(
        call("np.hypot({0}, {1})"),
        call("Math.hypot({0}, {1})"),
        call(r"\sqrt{{{0}^2 + {1}^2}}"),
        sheet=Form("SQRT({0}^2+{1}^2)", ATOM, (ATOM, ATOM)),
    ),
    PAIR,
)


def _sinc_slope(y: Value, x: Value) -> Any:
    """(cos πx - sinc x) / x; near 0, where the two cancel, the first terms of its series."""
    near = apply("abs", x) < 0.01
    square = (PI * x) ** 2
    series = PI**2 * x * (-1 / 3 + square / 30 - square**2 / 840)
    return apply("where", near, series, (apply("cos", PI * x) - y) / apply("where", near, 1.0, x))


sinc = unary(
    "sinc",
    "takes sin(πx) / (πx), which is 1 at 0",
    _sinc,
    _sinc_slope,
    "the quotient rule: the sine's slope, less what dividing by a growing x takes away",
    Notation(
        call("np.sinc({0})"),
        call("sinc({0})"),
        call(r"\operatorname{{sinc}}\left({0}\right)"),
        sheet=repeated("IF({0}=0,1,SIN(PI()*{0})/(PI()*{0}))", ATOM),
    ),
    ([0.0, 0.3, -0.7, 2.2, 0.004],),
)
