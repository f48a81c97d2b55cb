"""Rounding, and what is left over after dividing.

Rounding is flat wherever it has a slope, and its slope at the steps is 0. Remainders keep their first
operand's slope; by the second it is minus the whole number of times that it fits. Dividing by 0 leaves NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from backsight.ir.op import MULTIPLY, Notation, call, infix
from backsight.ops.arithmetic import divide
from backsight.ops.maps import NAN, flat, several
from backsight.ops.value import apply


def _finite(function: Callable[[float], float]) -> Callable[[float], float]:
    """Infinities and NaN have nothing to round; what rounds to 0 keeps its sign, as IEEE has it."""
    return lambda x: math.copysign(float(function(x)), x) if math.isfinite(x) else x


def _mod(a: float, b: float) -> float:
    return NAN if b == 0 or math.isinf(a) else a % b


def _fmod(a: float, b: float) -> float:
    return NAN if b == 0 or math.isinf(a) else math.fmod(a, b)


def _floor_divide(a: float, b: float) -> float:
    return divide(a, b) if b == 0 else a // b


_STEP = "a step is flat wherever it has a slope"
_PLACES = ([0.3, -0.7, 2.6, 4.9],)
_OFF_STEPS = ([0.5, -2.0, 3.1], [1.5, 0.7, 2.3])

floor = flat(
    "floor",
    "rounds down",
    _finite(math.floor),
    _STEP,
    Notation(call("np.floor({0})"), call("Math.floor({0})"), call(r"\left\lfloor {0} \right\rfloor")),
    _PLACES,
)
ceil = flat(
    "ceil",
    "rounds up",
    _finite(math.ceil),
    _STEP,
    Notation(call("np.ceil({0})"), call("Math.ceil({0})"), call(r"\left\lceil {0} \right\rceil")),
    _PLACES,
)
trunc = flat(
    "trunc",
    "rounds towards 0",
    _finite(math.trunc),
    _STEP,
    Notation(call("np.trunc({0})"), call("Math.trunc({0})"), call(r"\operatorname{{trunc}}\left({0}\right)")),
    _PLACES,
)
rint = flat(
    "rint",
    "rounds to the nearest whole number, halves to the even one",
    _finite(round),
    _STEP,
    Notation(call("np.rint({0})"), call("rint({0})"), call(r"\operatorname{{round}}\left({0}\right)")),
    _PLACES,
)
floor_divide = flat(
    "floor_divide",
    "divides and rounds down",
    _floor_divide,
    _STEP,
    Notation(
        infix("{0} // {1}", MULTIPLY),
        call("floor_divide({0}, {1})"),
        call(r"\left\lfloor \frac{{{0}}}{{{1}}} \right\rfloor"),
    ),
    _OFF_STEPS,
)
mod = several(
    "mod",
    "keeps what is left after dividing, with the divisor's sign",
    _mod,
    lambda y, a, b: (1.0, -apply("floor_divide", a, b)),
    "the remainder moves with what is divided; a larger divisor takes away as often as it fits",
    Notation(infix("{0} % {1}", MULTIPLY), call("mod({0}, {1})"), infix(r"{0} \bmod {1}", MULTIPLY)),
    _OFF_STEPS,
)
fmod = several(
    "fmod",
    "keeps what is left after dividing, with the sign of what is divided",
    _fmod,
    lambda y, a, b: (1.0, -apply("trunc", a / b)),
    "the remainder moves with what is divided; a larger divisor takes away as often as it fits",
    Notation(
        call("np.fmod({0}, {1})"),
        infix("{0} % {1}", MULTIPLY),
        call(r"\operatorname{{fmod}}\left({0}, {1}\right)"),
    ),
    _OFF_STEPS,
)
