"""Functions of one number, and the two-number maximum and minimum.

Slopes are written in the output where that is cheaper. At kinks: abs, relu and sign have slope 0 at 0,
leaky relu its leak, and a tie of maximum or minimum gives half to each side. JAX agrees but for abs (1 at 0).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from backsight.ir.op import ADD, ATOM, MULTIPLY, Family, Form, Notation, Op, call, register, repeated
from backsight.ops.arithmetic import plus
from backsight.ops.shapes import map_type
from backsight.ops.value import Value, apply

NAN = float("nan")
POINTS = ([0.0, 0.3, -0.7, 2.0, -4.0],)
POSITIVE = ([0.3, 0.7, 2.0, 40.0],)


def _safe(function: Callable[[float], float], overflow: float = math.inf) -> Callable[[float], float]:
    """A math function that answers NaN or inf where Python would raise."""

    def run(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return overflow
        except ValueError:
            return NAN

    return run


def _log(x: float) -> float:
    return -math.inf if x == 0 else math.log(x) if x > 0 else NAN


def _log1p(x: float) -> float:
    return -math.inf if x == -1 else math.log1p(x) if x > -1 else NAN


def _sign(x: float) -> float:
    return x if math.isnan(x) else float((x > 0) - (x < 0))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _softplus(x: float) -> float:
    return x if math.isnan(x) else max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _floor(x: float) -> float:
    return float(math.floor(x)) if math.isfinite(x) else x


def _larger(a: float, b: float) -> float:
    return NAN if math.isnan(a) or math.isnan(b) else max(a, b)


def _smaller(a: float, b: float) -> float:
    return NAN if math.isnan(a) or math.isnan(b) else min(a, b)


def _unary(
    name: str,
    says: str,
    scalar: Callable[[float], float],
    slope: Callable[[Value, Value], Any],
    why: str,
    write: Notation,
    try_at: tuple[Any, ...] = POINTS,
) -> Op:
    """A function of one number is its value and its slope; both modes multiply by the same slope."""
    return register(
        Op(
            name,
            Family.MAP,
            says=says,
            result=map_type("float64"),
            scalar=scalar,
            vjp=lambda g, y, x: (g * slope(y, x),),
            jvp=lambda dx, y, x: dx * slope(y, x),
            why=why,
            write=write,
            try_at=try_at,
        )
    )


def _function(numpy: str, js: str, tex: str) -> Notation:
    return Notation(call(f"{numpy}({{0}})"), call(f"{js}({{0}})"), call(rf"{tex}\left({{0}}\right)"))


exp = _unary(
    "exp",
    "takes the exponential",
    _safe(math.exp),
    lambda y, x: y,
    "the exponential is its own slope",
    Notation(call("np.exp({0})"), call("Math.exp({0})"), Form("e^{{{0}}}", MULTIPLY)),
)
log = _unary(
    "log",
    "takes the logarithm",
    _log,
    lambda y, x: 1 / x,
    "the slope of the logarithm is one over the input",
    _function("np.log", "Math.log", r"\ln"),
    POSITIVE,
)
log1p = _unary(
    "log1p",
    "takes the logarithm of one plus the input",
    _log1p,
    lambda y, x: 1 / (1 + x),
    "the slope is one over one plus the input",
    Notation(call("np.log1p({0})"), call("Math.log1p({0})"), call(r"\ln\left(1 + {0}\right)")),
    POSITIVE,
)
sqrt = _unary(
    "sqrt",
    "takes the square root",
    _safe(math.sqrt),
    lambda y, x: 0.5 / y,
    "the slope is one over twice the root, which the output already is",
    Notation(call("np.sqrt({0})"), call("Math.sqrt({0})"), call(r"\sqrt{{{0}}}")),
    POSITIVE,
)
abs_ = _unary(
    "abs",
    "drops the sign",
    abs,
    lambda y, x: apply("sign", x),
    "the slope is the sign of the input, and 0 at 0",
    Notation(call("np.abs({0})"), call("Math.abs({0})"), call(r"\left|{0}\right|")),
    ([0.3, -0.7, 2.0],),
)
sin = _unary(
    "sin",
    "takes the sine",
    _safe(math.sin),
    lambda y, x: apply("cos", x),
    "the slope of the sine is the cosine",
    _function("np.sin", "Math.sin", r"\sin"),
)
cos = _unary(
    "cos",
    "takes the cosine",
    _safe(math.cos),
    lambda y, x: -apply("sin", x),
    "the slope of the cosine is minus the sine",
    _function("np.cos", "Math.cos", r"\cos"),
)
tanh = _unary(
    "tanh",
    "squashes each number into (-1, 1)",
    math.tanh,
    lambda y, x: 1 - y**2,
    "the slope, 1 - tanh squared, reuses the output we already have",
    _function("np.tanh", "Math.tanh", r"\tanh"),
)
sigmoid = _unary(
    "sigmoid",
    "squashes each number into (0, 1)",
    _sigmoid,
    lambda y, x: y * (1 - y),
    "the slope is the output times what it lacks to 1",
    Notation(
        Form("1 / (1 + np.exp(-{0}))", MULTIPLY, (ATOM,)),
        Form("1 / (1 + Math.exp(-{0}))", MULTIPLY, (ATOM,)),
        call(r"\sigma\left({0}\right)"),
    ),
)
relu = _unary(
    "relu",
    "keeps positive numbers and sets the others to 0",
    lambda x: x if math.isnan(x) else max(x, 0.0),
    lambda y, x: y > 0,
    "the slope is 1 where something came through and 0 where nothing did",
    Notation(call("np.maximum({0}, 0)"), call("Math.max({0}, 0)"), call(r"\max\left({0}, 0\right)")),
    ([0.3, -0.7, 2.0, -4.0],),
)
softplus = _unary(
    "softplus",
    "bends smoothly from 0 to the input itself",
    _softplus,
    lambda y, x: apply("sigmoid", x),
    "the slope of softplus is the sigmoid",
    Notation(
        call("np.logaddexp({0}, 0)"),
        repeated("Math.max({0}, 0) + Math.log1p(Math.exp(-Math.abs({0})))", ADD),
        call(r"\ln\left(1 + e^{{{0}}}\right)"),
    ),
)
sign = register(
    Op(
        "sign",
        Family.MAP,
        says="keeps only the sign",
        result=map_type("float64"),
        scalar=_sign,
        vjp=lambda g, y, x: (None,),
        jvp=lambda dx, y, x: None,
        why="the sign is flat wherever it has a slope",
        # JavaScript's sign of -0 is -0; adding 0 makes it NumPy's 0.
        write=Notation(
            call("np.sign({0})"),
            Form("Math.sign({0}) + 0", ADD),
            call(r"\operatorname{{sign}}\left({0}\right)"),
        ),
        try_at=([0.3, -0.7, 2.0],),
    )
)
floor = register(
    Op(
        "floor",
        Family.MAP,
        says="rounds down",
        result=map_type("float64"),
        scalar=_floor,
        vjp=lambda g, y, x: (None,),
        jvp=lambda dx, y, x: None,
        why="a step is flat wherever it has a slope",
        write=Notation(
            call("np.floor({0})"), call("Math.floor({0})"), call(r"\left\lfloor {0} \right\rfloor")
        ),
        try_at=([0.3, -0.7, 2.5],),
    )
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
        write=Notation(Form("{0}"), Form("{0}"), Form("{0}")),
        try_at=([0.3, -0.7],),
    )
)


def _leaky_slope(x: Value, slope: float) -> Any:
    return apply("where", x > 0, 1.0, slope)


leaky_relu = register(
    Op(
        "leaky_relu",
        Family.MAP,
        says="keeps positive numbers and lets a little of the others through",
        result=map_type("float64"),
        scalar=lambda x, slope: x if x > 0 else slope * x,
        vjp=lambda g, y, x, slope: (g * _leaky_slope(x, slope),),
        jvp=lambda dx, y, x, slope: dx * _leaky_slope(x, slope),
        why="the slope is 1 for positive inputs and the leak for the others",
        write=Notation(
            repeated("np.where({0} > 0, {0}, {slope} * {0})", ATOM),
            Form("({0} > 0 ? {0} : {slope} * {0})", ATOM, (ATOM,)),
            call(r"\max\left({0}, {slope}\,{0}\right)"),
        ),
        try_at=([0.3, -0.7, 2.0, -4.0],),
        try_params=({"slope": 0.01},),
    )
)


def _tie(a: Value, b: Value, y: Value) -> tuple[Any, Any]:
    """How much of the slope each side has: the one that is the result, half each at a tie."""
    half = apply("where", apply("eq", a, b), 0.5, 1.0)
    return (apply("eq", a, y) * half, apply("eq", b, y) * half)


def _pick_vjp(g: Value, y: Value, a: Value, b: Value) -> tuple[Any, Any]:
    left, right = _tie(a, b, y)
    return (g * left, g * right)


def _pick_jvp(da: Any, db: Any, y: Value, a: Value, b: Value) -> Any:
    left, right = _tie(a, b, y)
    return plus(None if da is None else da * left, None if db is None else db * right)


for _name, _says, _scalar in (
    ("maximum", "keeps the larger", _larger),
    ("minimum", "keeps the smaller", _smaller),
):
    _short = _name[:3]
    register(
        Op(
            _name,
            Family.MAP,
            says=f"{_says} of two numbers",
            result=map_type("float64"),
            scalar=_scalar,
            vjp=_pick_vjp,
            jvp=_pick_jvp,
            why="only the number that was kept matters; at a tie each has half the slope",
            write=Notation(
                call(f"np.{_name}({{0}}, {{1}})"),
                call(f"Math.{_short}({{0}}, {{1}})"),
                call(rf"\{_short}\left({{0}}, {{1}}\right)"),
            ),
            try_at=([0.5, -2.0, 3.0], [1.5, 0.7, -0.3]),
        )
    )
