"""Activations, and what statistics needs, by the names of jax.nn and scipy.special."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from backsight.errors import TraceError
from backsight.ir.op import REGISTRY
from backsight.ops.special import ROOT_TWO_PI
from backsight.ops.value import apply, innermost
from backsight.tracing.functions.common import Table, direct, quiet
from backsight.tracing.functions.elementwise import clip

_SELU = 1.0507009873554805, 1.6732632423543772
"""Scale and alpha of Klambauer et al., "Self-normalizing neural networks" (2017)."""


def _within(*xs: Any) -> Callable[[Callable[[], Any]], Any]:
    """Builds the inner part of an expression of these operands, at least one of which is traced."""
    owner = innermost(xs)
    return lambda build: quiet(owner, build)


def _value(op: str, x: Any) -> Any:
    """An operation on a traced value or on a plain number."""
    scalar = REGISTRY[op].scalar
    return scalar(float(x)) if isinstance(x, int | float) and scalar is not None else apply(op, x)


def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    return apply("leaky_relu", x, slope=float(slope))


def elu(x: Any, alpha: float = 1.0) -> Any:
    return apply("elu", x, alpha=float(alpha))


def selu(x: Any) -> Any:
    scale, alpha = _SELU
    return apply("mul", scale, quiet(x, lambda: elu(x, alpha)))


def gelu(x: Any, approximate: bool = False) -> Any:
    """x times the share of a normal distribution below it; `approximate` is the formula with tanh."""
    if not approximate:
        return apply("gelu", x)
    inner = quiet(x, lambda: 1 + apply("tanh", math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return apply("mul", quiet(x, lambda: 0.5 * x), inner)


def log_sigmoid(x: Any) -> Any:
    return apply("neg", quiet(x, lambda: apply("softplus", -x)))


def softsign(x: Any) -> Any:
    return apply("div", x, quiet(x, lambda: 1 + apply("abs", x)))


def mish(x: Any) -> Any:
    return apply("mul", x, quiet(x, lambda: apply("tanh", apply("softplus", x))))


def hard_sigmoid(x: Any) -> Any:
    return apply("div", quiet(x, lambda: clip(x + 3, 0, 6)), 6.0)


def hard_swish(x: Any) -> Any:
    return apply("mul", x, quiet(x, lambda: hard_sigmoid(x)))


def polygamma(n: Any, x: Any) -> Any:
    if not isinstance(n, int | float) or n < 0 or n != int(n):
        raise TraceError("polygamma needs a plain order", remedy="write a number: polygamma(1, x)")
    return apply("polygamma", x, order=int(n)) if n else apply("digamma", x)


def betaln(a: Any, b: Any) -> Any:
    within = _within(a, b)
    parts = within(lambda: _value("gammaln", a) + _value("gammaln", b))
    return apply("sub", parts, within(lambda: apply("gammaln", a + b)))


def erfcinv(x: Any) -> Any:
    return apply("div", quiet(x, lambda: apply("ndtri", x / 2)), -math.sqrt(2))


def _is_number(x: Any, number: float) -> bool:
    return isinstance(x, int | float) and x == number


def _standard(x: Any, loc: Any, scale: Any) -> Any:
    """How many standard deviations x lies above the mean."""
    distance = x if _is_number(loc, 0) else x - loc
    return distance if _is_number(scale, 1) else distance / scale


def norm_cdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """The share of a normal distribution below x."""
    return apply("ndtr", _within(x, loc, scale)(lambda: _standard(x, loc, scale)))


def norm_logcdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    return apply("log_ndtr", _within(x, loc, scale)(lambda: _standard(x, loc, scale)))


def norm_ppf(q: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """The quantile: the number below which a share q of a normal distribution lies."""
    within = _within(q, loc, scale)
    if _is_number(loc, 0) and _is_number(scale, 1):
        return apply("ndtri", q)
    stretched = within(lambda: _value("ndtri", q))
    if _is_number(loc, 0):
        return apply("mul", scale, stretched)
    return apply("add", loc, stretched if _is_number(scale, 1) else within(lambda: scale * stretched))


def norm_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """The logarithm of a normal distribution's density: -z²/2 - ln(scale) - ln(2π)/2."""
    within = _within(x, loc, scale)
    exponent = within(lambda: -(_standard(x, loc, scale) ** 2) / 2)
    constant = 0.5 * math.log(2 * math.pi)
    if isinstance(scale, int | float):
        return apply("sub", exponent, constant + (0.0 if scale == 1 else math.log(scale)))
    return apply("sub", within(lambda: exponent - apply("log", scale)), constant)


def norm_pdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """A normal distribution's density: the bell curve, of area 1."""
    within = _within(x, loc, scale)
    curve = within(lambda: apply("exp", -(_standard(x, loc, scale) ** 2) / 2))
    return apply("div", curve, ROOT_TWO_PI if _is_number(scale, 1) else within(lambda: scale * ROOT_TWO_PI))


_SAME_NAME = (
    *("sigmoid", "relu", "softplus", "silu", "logit"),
    *("erf", "erfc", "erfinv", "ndtr", "log_ndtr", "ndtri", "gammaln", "digamma", "xlogy", "xlog1py", "entr"),
)
TABLE: Table = {
    **{name: direct(name) for name in _SAME_NAME},
    "expit": direct("sigmoid"),
    "swish": direct("silu"),
    "psi": direct("digamma"),
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": selu,
    "gelu": gelu,
    "relu6": lambda x: clip(x, 0, 6),
    "hard_tanh": lambda x: clip(x, -1, 1),
    "hard_sigmoid": hard_sigmoid,
    "hard_swish": hard_swish,
    "log_sigmoid": log_sigmoid,
    "log_expit": log_sigmoid,
    "softsign": softsign,
    "mish": mish,
    "polygamma": polygamma,
    "betaln": betaln,
    "erfcinv": erfcinv,
    "norm_cdf": norm_cdf,
    "norm_logcdf": norm_logcdf,
    "norm_ppf": norm_ppf,
    "norm_pdf": norm_pdf,
    "norm_logpdf": norm_logpdf,
}
