"""Add, subtract, multiply, divide, negate, power: the slopes everybody starts from.

Powers at the edges: values are IEEE's (anything to the 0 is 1, 1 to anything is 1, a negative base to a
fractional power is NaN, 0 to a negative power inf). The base's slope is 0 where the exponent is 0, and inf at
base 0 where the exponent lies between 0 and 1. The exponent's slope is 0 at base 0 with a positive exponent,
and NaN for a negative base, which has no logarithm.
"""

from __future__ import annotations

import math
from typing import Any

from backsight.ir.op import (
    ADD,
    ATOM,
    MULTIPLY,
    POWER,
    UNARY,
    Family,
    Form,
    Notation,
    Op,
    call,
    infix,
    register,
)
from backsight.ir.program import Constant
from backsight.ops.shapes import arithmetic_type, map_type
from backsight.ops.value import Value, apply, is_constant

NAN = float("nan")
PAIRS = ([0.5, -2.0, 3.0, 0.0], [1.5, 0.7, -0.3, 2.0])


def plus(a: Any, b: Any) -> Any:
    """A sum of tangents, where None stands for zero."""
    return b if a is None else a if b is None else a + b


def divide(a: float, b: float) -> float:
    """IEEE division on Python numbers."""
    if b == 0:
        if a == 0 or math.isnan(a):
            return NAN
        return math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


def power(a: float, b: float) -> float:
    """IEEE power on Python numbers."""
    try:
        result = float(a) ** float(b)
    except OverflowError:
        return -math.inf if a < 0 and b % 2 == 1 else math.inf
    except ZeroDivisionError:
        return math.copysign(math.inf, a) if b % 2 == 1 else math.inf
    return NAN if isinstance(result, complex) else result


add = register(
    Op(
        "add",
        Family.MAP,
        says="adds",
        result=arithmetic_type,
        scalar=lambda a, b: a + b,
        vjp=lambda g, y, a, b: (g, g),
        jvp=lambda da, db, y, a, b: plus(da, db),
        why="a nudge of either side moves the sum by just as much",
        write=Notation(
            infix("{0} + {1}", ADD),
            infix("{0} + {1}", ADD),
            Form("{0} + {1}", ADD, (ADD, ADD)),
            sheet=Form("{0}+{1}", ADD, (ADD, ADD)),
        ),
        try_at=PAIRS,
    )
)

sub = register(
    Op(
        "sub",
        Family.MAP,
        says="subtracts",
        result=arithmetic_type,
        scalar=lambda a, b: a - b,
        vjp=lambda g, y, a, b: (g, -g),
        jvp=lambda da, db, y, a, b: (
            da - db if da is not None and db is not None else da if db is None else -db
        ),
        why="a nudge of the second side moves the difference the other way",
        write=Notation(
            infix("{0} - {1}", ADD),
            infix("{0} - {1}", ADD),
            infix("{0} - {1}", ADD),
            sheet=infix("{0}-{1}", ADD),
        ),
        try_at=PAIRS,
    )
)

mul = register(
    Op(
        "mul",
        Family.MAP,
        says="multiplies",
        result=arithmetic_type,
        scalar=lambda a, b: a * b,
        vjp=lambda g, y, a, b: (g * b, g * a),
        jvp=lambda da, db, y, a, b: plus(None if da is None else da * b, None if db is None else a * db),
        why="a nudge of one side is scaled by the other",
        write=Notation(
            infix("{0} * {1}", MULTIPLY),
            infix("{0} * {1}", MULTIPLY),
            Form(r"{0} \, {1}", MULTIPLY, (MULTIPLY, MULTIPLY)),
            sheet=Form("{0}*{1}", MULTIPLY, (MULTIPLY, MULTIPLY)),
        ),
        try_at=PAIRS,
    )
)

div = register(
    Op(
        "div",
        Family.MAP,
        says="divides",
        result=map_type("float64"),
        scalar=divide,
        vjp=lambda g, y, a, b: (g / b, -g * y / b),
        jvp=lambda da, db, y, a, b: plus(
            None if da is None else da / b, None if db is None else -(y * db) / b
        ),
        why=(
            "the numerator's nudge is divided too; "
            "the denominator's pulls the quotient back by itself over the denominator"
        ),
        write=Notation(
            infix("{0} / {1}", MULTIPLY),
            infix("{0} / {1}", MULTIPLY),
            Form(r"\frac{{{0}}}{{{1}}}", ATOM),
            sheet=infix("{0}/{1}", MULTIPLY),
        ),
        try_at=([0.5, -2.0, 3.0, 0.0], [1.5, 0.7, -0.3, 2.0]),
    )
)

neg = register(
    Op(
        "neg",
        Family.MAP,
        says="changes the sign",
        result=arithmetic_type,
        scalar=lambda a: -a,
        vjp=lambda g, y, a: (-g,),
        jvp=lambda da, y, a: -da,
        why="a nudge comes out with the other sign",
        write=Notation(
            Form("-{0}", UNARY, (POWER,)),
            Form("-{0}", UNARY, (ATOM,)),
            Form("-{0}", ADD, (MULTIPLY,)),
            sheet=Form("-{0}", ADD, (ATOM,)),  # there a sign binds more tightly than a power
        ),
        try_at=([0.5, -2.0, 0.0],),
    )
)


def _base_slope(a: Value, b: Value) -> Any:
    if is_constant(b, 2):
        return 2 * a
    if isinstance(b.atom, Constant):
        return b * a ** (b - 1) if b.atom.value != 0 else 0.0 * a
    # Anything to the power 0 is 1, at base 0 too, where 0 * 0 ** -1 would be NaN.
    flat = apply("eq", b, 0.0)
    return b * a ** apply("where", flat, 1.0, b - 1)


def _exponent_slope(y: Value, a: Value) -> Any:
    # 0 to a positive power stays 0, though its logarithm is -inf; a negative base has no logarithm (NaN).
    return y * apply("log", apply("where", apply("eq", a, 0.0), 1.0, a))


def _power_vjp(g: Value, y: Value, a: Value, b: Value) -> tuple[Any, Any]:
    fixed = isinstance(b.atom, Constant)
    return (g * _base_slope(a, b), None if fixed else g * _exponent_slope(y, a))


def _power_jvp(da: Any, db: Any, y: Value, a: Value, b: Value) -> Any:
    return plus(
        None if da is None else da * _base_slope(a, b), None if db is None else db * _exponent_slope(y, a)
    )


pow_ = register(
    Op(
        "pow",
        Family.MAP,
        says="raises to a power",
        result=map_type("float64"),
        scalar=power,
        vjp=_power_vjp,
        jvp=_power_jvp,
        why=(
            "the power comes down in front and loses one; "
            "the exponent's slope is the value times the logarithm of the base"
        ),
        write=Notation(
            Form("{0} ** {1}", POWER, (ATOM, UNARY)),
            call("Math.pow({0}, {1})"),
            Form("{0}^{{{1}}}", POWER, (ATOM,)),
            sheet=Form("{0}^{1}", POWER, (ATOM, ATOM)),
        ),
        try_at=([0.5, 2.0, 3.0, 1.2], [1.5, 2.0, -1.0, 0.3]),
    )
)
