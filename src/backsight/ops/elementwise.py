"""Exponentials, logarithms, roots and size: functions of one number, and two that add or scale logarithms.

Slopes are written in the output where that is cheaper. What happens at the edges:

| op | value | slope |
|---|---|---|
| abs, sign | | 0 at 0 (JAX: 1 for abs) |
| sqrt, cbrt, log, log1p | NaN or -inf outside their domain, as in NumPy | inf at 0 (log1p: at -1) |
| logaddexp | -inf with -inf is -inf | NaN where both are the same infinity |
| xlogy, xlog1py | 0 where x is 0 and y is not NaN | by y: 0 where x is 0, even at y = 0 |
| logit | -inf at 0, inf at 1, NaN outside | inf at 0 and 1 |
"""

from __future__ import annotations

import math
from typing import Any

from backsight.ir.op import (
    ADD,
    ATOM,
    MULTIPLY,
    POWER,
    Family,
    Form,
    Notation,
    Op,
    call,
    register,
    repeated,
)
from backsight.ops.arithmetic import divide
from backsight.ops.maps import NAN, POSITIVE, called, flat, from_scipy, safe, several, unary
from backsight.ops.value import Value, apply

LN2, LN10 = math.log(2), math.log(10)


def log_(x: float) -> float:
    """The logarithm, as IEEE has it."""
    return -math.inf if x == 0 else math.log(x) if x > 0 else NAN


def _log2(x: float) -> float:
    return -math.inf if x == 0 else math.log2(x) if x > 0 else NAN


def _log10(x: float) -> float:
    return -math.inf if x == 0 else math.log10(x) if x > 0 else NAN


def _log1p(x: float) -> float:
    return -math.inf if x == -1 else math.log1p(x) if x > -1 else NAN


def _sign(x: float) -> float:
    return x if math.isnan(x) else float((x > 0) - (x < 0))


def _logaddexp(a: float, b: float) -> float:
    if a == b:
        return a + LN2
    difference = abs(a - b)
    return a + b if math.isnan(difference) else max(a, b) + math.log1p(math.exp(-difference))


def _xlogy(x: float, y: float) -> float:
    return 0.0 if x == 0 and not math.isnan(y) else x * log_(y)


def _xlog1py(x: float, y: float) -> float:
    return 0.0 if x == 0 and not math.isnan(y) else x * _log1p(y)


exp = unary(
    "exp",
    "takes the exponential",
    safe(math.exp),
    lambda y, x: y,
    "the exponential is its own slope",
    Notation(call("np.exp({0})"), call("Math.exp({0})"), Form("e^{{{0}}}", MULTIPLY), sheet=call("EXP({0})")),
)
expm1 = unary(
    "expm1",
    "takes the exponential less one, exact near 0",
    safe(math.expm1),
    lambda y, x: y + 1,
    "the exponential is its own slope, and the output is one less than it",
    Notation(
        call("np.expm1({0})"),
        call("Math.expm1({0})"),
        Form("e^{{{0}}} - 1", ADD),
        sheet=Form("EXP({0})-1", ADD),
    ),
)
exp2 = unary(
    "exp2",
    "takes two to the power of the input",
    safe(math.exp2),
    lambda y, x: y * LN2,
    "two is e to the power of ln 2, so the exponential's slope is multiplied by ln 2",
    Notation(
        call("np.exp2({0})"),
        call("Math.pow(2, {0})"),
        Form("2^{{{0}}}", MULTIPLY),
        sheet=Form("2^{0}", POWER, (ATOM,)),
    ),
)
log = unary(
    "log",
    "takes the logarithm",
    log_,
    lambda y, x: 1 / x,
    "the slope of the logarithm is one over the input",
    called("np.log", "Math.log", r"\ln", call("LN({0})")),
    POSITIVE,
)
log2 = unary(
    "log2",
    "takes the logarithm to base 2",
    _log2,
    lambda y, x: 1 / (x * LN2),
    "a logarithm to another base is ln divided by the ln of that base",
    called("np.log2", "Math.log2", r"\log_2", call("LOG({0},2)")),
    POSITIVE,
)
log10 = unary(
    "log10",
    "takes the logarithm to base 10",
    _log10,
    lambda y, x: 1 / (x * LN10),
    "a logarithm to another base is ln divided by the ln of that base",
    called("np.log10", "Math.log10", r"\log_{{10}}", call("LOG10({0})")),
    POSITIVE,
)
log1p = unary(
    "log1p",
    "takes the logarithm of one plus the input",
    _log1p,
    lambda y, x: 1 / (1 + x),
    "the slope is one over one plus the input",
    Notation(
        call("np.log1p({0})"),
        call("Math.log1p({0})"),
        call(r"\ln\left(1 + {0}\right)"),
        sheet=Form("LN(1+{0})", ATOM, (ADD,)),
    ),
    POSITIVE,
)
logit = unary(
    "logit",
    "turns a probability into log-odds",
    lambda x: log_(divide(x, 1 - x)),
    lambda y, x: 1 / (x * (1 - x)),
    "it undoes the sigmoid, so its slope is one over the sigmoid's, x (1 - x)",
    Notation(
        repeated("np.log({0} / (1 - {0}))", ATOM),
        repeated("Math.log({0} / (1 - {0}))", ATOM),
        call(r"\operatorname{{logit}}\left({0}\right)"),
        sheet=repeated("LN({0}/(1-{0}))", ATOM),
    ),
    ([0.3, 0.7, 0.05, 0.96],),
)
sqrt = unary(
    "sqrt",
    "takes the square root",
    safe(math.sqrt),
    lambda y, x: 0.5 / y,
    "the slope is one over twice the root, which the output already is",
    Notation(call("np.sqrt({0})"), call("Math.sqrt({0})"), call(r"\sqrt{{{0}}}"), sheet=call("SQRT({0})")),
    POSITIVE,
)
cbrt = unary(
    "cbrt",
    "takes the cube root",
    math.cbrt,
    lambda y, x: 1 / (3 * y**2),
    "the cube's slope is three times the square, and undoing it divides",
    Notation(
        call("np.cbrt({0})"),
        call("Math.cbrt({0})"),
        call(r"\sqrt[3]{{{0}}}"),
        sheet=repeated("SIGN({0})*ABS({0})^(1/3)", MULTIPLY),
    ),
    ([0.3, -0.7, 2.0, -40.0],),
)
abs_ = unary(
    "abs",
    "drops the sign",
    abs,
    lambda y, x: apply("sign", x),
    "the slope is the sign of the input, and 0 at 0",
    Notation(call("np.abs({0})"), call("Math.abs({0})"), call(r"\left|{0}\right|"), sheet=call("ABS({0})")),
    ([0.3, -0.7, 2.0],),
)
sign = flat(
    "sign",
    "keeps only the sign",
    _sign,
    "the sign is flat wherever it has a slope",
    # JavaScript's sign of -0 is -0; adding 0 makes it NumPy's 0.
    Notation(
        call("np.sign({0})"),
        Form("Math.sign({0}) + 0", ADD),
        call(r"\operatorname{{sign}}\left({0}\right)"),
        sheet=call("SIGN({0})"),
    ),
    ([0.3, -0.7, 2.0],),
)
copy = register(
    Op(
        "copy",
        Family.MAP,
        says="passes the value on unchanged",
        result=lambda types: types[0],
        scalar=lambda x: x,
        vjp=lambda g, y, x: (g,),
        jvp=lambda dx, y, x: dx,
        why="a nudge passes through as it is",
        write=Notation(Form("{0}"), Form("{0}"), Form("{0}"), sheet=Form("{0}", ATOM, (ATOM,))),
        try_at=([0.3, -0.7],),
    )
)
stop_gradient = register(
    Op(
        "stop_gradient",
        Family.MAP,
        says="passes the value on and lets no blame back",
        result=lambda types: types[0],
        scalar=lambda x: x,
        vjp=lambda g, y, x: (None,),
        jvp=lambda dx, y, x: None,
        why="the value counts as a constant from here on, because a person said so",
        write=Notation(Form("{0}"), Form("{0}"), Form("{0}"), sheet=Form("{0}", ATOM, (ATOM,))),
        try_at=([0.3, -0.7],),
    )
)
logaddexp = several(
    "logaddexp",
    "adds two numbers that are given as logarithms",
    _logaddexp,
    lambda y, a, b: (apply("exp", a - y), apply("exp", b - y)),
    "the slope with respect to each side is its share of the sum",
    Notation(
        call("np.logaddexp({0}, {1})"),
        call("logaddexp({0}, {1})"),
        call(r"\ln\left(e^{{{0}}} + e^{{{1}}}\right)"),
        sheet=repeated("MAX({0},{1})+LN(1+EXP(-ABS({0}-{1})))", ADD, 2),
    ),
)


def _over(x: Value, y: Any) -> Any:
    """x / y, but 0 / 0 is 0."""
    nothing = apply("logical_and", apply("eq", x, 0.0), apply("eq", y, 0.0))
    return x / apply("where", nothing, 1.0, y)


xlogy = several(
    "xlogy",
    "multiplies by a logarithm, where 0 times anything is 0",
    _xlogy,
    lambda y, a, b: (apply("log", b), _over(a, b)),
    "a product's slopes: the logarithm, and x times the logarithm's slope 1 / y",
    from_scipy("xlogy", "xlogy", r"\operatorname{{xlogy}}", repeated("IF({0}=0,0,{0}*LN({1}))", ATOM, 1), 2),
    ([0.5, -2.0, 3.0, 0.0], [1.5, 0.7, 0.3, 2.0]),
)
xlog1py = several(
    "xlog1py",
    "multiplies by the logarithm of one plus a number, where 0 times anything is 0",
    _xlog1py,
    lambda y, a, b: (apply("log1p", b), _over(a, 1 + b)),
    "a product's slopes: the logarithm, and x times the logarithm's slope 1 / (1 + y)",
    from_scipy(
        "xlog1py", "xlog1py", r"\operatorname{{xlog1py}}", repeated("IF({0}=0,0,{0}*LN(1+{1}))", ATOM, 2), 2
    ),
    ([0.5, -2.0, 3.0, 0.0], [1.5, 0.7, -0.3, 2.0]),
)
