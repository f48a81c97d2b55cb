"""What a neuron does with its sum: sigmoid, the relu family, gelu, silu, softplus.

At kinks: relu has slope 0 at 0, leaky relu its leak, elu its alpha. At -inf silu and gelu are NaN
(-inf times 0), as they are in NumPy's words; elu and softplus keep their limits.
"""

from __future__ import annotations

import math
from typing import Any

from backsight.ir.op import ADD, ATOM, MULTIPLY, Form, Notation, call, repeated
from backsight.ops.arithmetic import divide
from backsight.ops.maps import safe, unary
from backsight.ops.numerics import ndtr
from backsight.ops.value import Value, apply

_AWAY_FROM_ZERO = ([0.3, -0.7, 2.0, -4.0],)
_exp, _expm1 = safe(math.exp), safe(math.expm1)


def sigmoid_(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _softplus(x: float) -> float:
    return x if math.isnan(x) else max(x, 0.0) + math.log1p(math.exp(-abs(x)))


sigmoid = unary(
    "sigmoid",
    "squashes each number into (0, 1)",
    sigmoid_,
    lambda y, x: y * (1 - y),
    "the slope is the output times what it lacks to 1",
    Notation(
        Form("1 / (1 + np.exp(-{0}))", MULTIPLY, (ATOM,)),
        Form("1 / (1 + Math.exp(-{0}))", MULTIPLY, (ATOM,)),
        call(r"\sigma\left({0}\right)"),
        call("jax.nn.sigmoid({0})"),
        Form("1/(1+EXP(-{0}))", MULTIPLY, (ATOM,)),
    ),
)
relu = unary(
    "relu",
    "keeps positive numbers and sets the others to 0",
    lambda x: x if math.isnan(x) else max(x, 0.0),
    lambda y, x: y > 0,
    "the slope is 1 where something came through and 0 where nothing did",
    Notation(
        call("np.maximum({0}, 0)"),
        call("Math.max({0}, 0)"),
        call(r"\operatorname{{ReLU}}\left({0}\right)"),
        call("jax.nn.relu({0})"),
        call("MAX({0},0)"),
    ),
    _AWAY_FROM_ZERO,
)
softplus = unary(
    "softplus",
    "bends smoothly from 0 to the input itself",
    _softplus,
    lambda y, x: apply("sigmoid", x),
    "the slope of softplus is the sigmoid",
    Notation(
        call("np.logaddexp({0}, 0)"),
        repeated("Math.max({0}, 0) + Math.log1p(Math.exp(-Math.abs({0})))", ADD),
        call(r"\ln\left(1 + e^{{{0}}}\right)"),
        call("jax.nn.softplus({0})"),
        repeated("MAX({0},0)+LN(1+EXP(-ABS({0})))", ADD),
    ),
)


def _leaky_slope(y: Value, x: Value, slope: float) -> Any:
    return apply("where", x > 0, 1.0, slope)


leaky_relu = unary(
    "leaky_relu",
    "keeps positive numbers and lets a little of the others through",
    lambda x, slope: x if x > 0 else slope * x,
    _leaky_slope,
    "the slope is 1 for positive inputs and the leak for the others",
    Notation(
        repeated("np.where({0} > 0, {0}, {slope} * {0})", ATOM),
        Form("({0} > 0 ? {0} : {slope} * {0})", ATOM, (ATOM,)),
        call(r"\max\left({0}, {slope}\,{0}\right)"),
        call("jax.nn.leaky_relu({0}, {slope})"),
        repeated("IF({0}>0,{0},{slope}*{0})", ATOM),
    ),
    _AWAY_FROM_ZERO,
    ({"slope": 0.01},),
)
elu = unary(
    "elu",
    "keeps positive numbers and bends the others smoothly towards minus alpha",
    lambda x, alpha: x if x > 0 else alpha * _expm1(x),
    lambda y, x, alpha: apply("where", x > 0, 1.0, y + alpha),
    "the slope is 1 for positive inputs and alpha e^x, which is the output plus alpha, for the others",
    Notation(
        repeated("np.where({0} > 0, {0}, {alpha} * np.expm1({0}))", ATOM),
        Form("({0} > 0 ? {0} : {alpha} * Math.expm1({0}))", ATOM, (ATOM,)),
        call(r"\operatorname{{elu}}_{{{alpha}}}\left({0}\right)"),
        call("jax.nn.elu({0}, {alpha})"),
        repeated("IF({0}>0,{0},{alpha}*(EXP({0})-1))", ATOM),
    ),
    _AWAY_FROM_ZERO,
    ({"alpha": 1.0}, {"alpha": 0.5}),
)


def _silu_slope(y: Value, x: Value) -> Any:
    share = apply("sigmoid", x)
    return share + y * (1 - share)


silu = unary(
    "silu",
    "multiplies each number by its sigmoid",
    lambda x: divide(x, 1 + _exp(-x)),
    _silu_slope,
    "a product's slope: the sigmoid, plus the input times the sigmoid's own slope",
    Notation(
        repeated("{0} / (1 + np.exp(-{0}))", MULTIPLY),
        repeated("{0} / (1 + Math.exp(-{0}))", MULTIPLY),
        Form(r"{0} \, \sigma\left({0}\right)", MULTIPLY, (ATOM,)),
        call("jax.nn.silu({0})"),
        repeated("{0}/(1+EXP(-{0}))", MULTIPLY),
    ),
)


def _gelu_slope(y: Value, x: Value) -> Any:
    return apply("ndtr", x) + x * (apply("exp", -(x**2) / 2) / math.sqrt(2 * math.pi))


gelu = unary(
    "gelu",
    "multiplies each number by the share of a normal distribution that lies below it",
    lambda x: x * ndtr(x),
    _gelu_slope,
    "a product's slope: the share below, plus the input times the bell curve",
    Notation(
        Form("{0} * ndtr({0})", MULTIPLY, (ATOM,), ("ndtr",)),
        repeated("{0} * ndtr({0})", MULTIPLY),
        Form(r"{0} \, \Phi\left({0}\right)", MULTIPLY, (ATOM,)),
        call("jax.nn.gelu({0}, approximate=False)"),
        repeated("{0}*NORM.S.DIST({0},TRUE)", MULTIPLY),
    ),
)
