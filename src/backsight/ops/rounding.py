"""Rounding, and what is left over after dividing.

Rounding is flat wherever it has a slope, and its slope at the steps is 0. Remainders keep their first
operand's slope; by the second it is minus the whole number of times that it fits. Dividing by 0 leaves NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from backsight.ir.op import ADD, ATOM, MULTIPLY, Form, Notation, Op, call, infix, repeated
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


def _rounding(name: str, says: str, function: Callable[[float], float], js: str, tex: str, sheet: Form) -> Op:
    write = Notation(call(f"np.{name}({{0}})"), call(f"{js}({{0}})"), call(tex), sheet=sheet)
    return flat(name, says, _finite(function), _STEP, write, _PLACES)


floor = _rounding(
    "floor",
    "rounds down",
    math.floor,
    "Math.floor",
    r"\left\lfloor {0} \right\rfloor",
    call("INT({0})"),
)
ceil = _rounding(
    "ceil",
    "rounds up",
    math.ceil,
    "Math.ceil",
    r"\left\lceil {0} \right\rceil",
    Form("-INT(-{0})", ADD, (ATOM,)),
)
trunc = _rounding(
    "trunc",
    "rounds towards 0",
    math.trunc,
    "Math.trunc",
    r"\operatorname{{trunc}}\left({0}\right)",
    call("TRUNC({0})"),
)
rint = _rounding(
    "rint",
    "rounds to the nearest whole number, halves to the even one",
    round,
    "rint",
    r"\operatorname{{round}}\left({0}\right)",
    repeated("IF(ABS({0}-TRUNC({0}))=0.5,2*ROUND({0}/2,0),ROUND({0},0))", ATOM),
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
        sheet=Form("INT({0}/{1})", ATOM, (MULTIPLY, ATOM)),
    ),
    _OFF_STEPS,
)
mod = several(
    "mod",
    "keeps what is left after dividing, with the divisor's sign",
    _mod,
    lambda y, a, b: (1.0, -apply("floor_divide", a, b)),
    "the remainder moves with what is divided; a larger divisor takes away as often as it fits",
    Notation(
        infix("{0} % {1}", MULTIPLY),
        call("mod({0}, {1})"),
        infix(r"{0} \bmod {1}", MULTIPLY),
        sheet=call("MOD({0},{1})"),
    ),
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
        sheet=repeated("SIGN({0})*MOD(ABS({0}),ABS({1}))", MULTIPLY),
    ),
    _OFF_STEPS,
)
