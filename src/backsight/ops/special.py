"""Functions that statistics needs: error function, normal distribution, gamma function.

| op | at the edges |
|---|---|
| erf, erfc, ndtr | their limits at ±inf |
| erfinv | ±inf at ±1, NaN outside [-1, 1] |
| ndtri | -inf at 0, inf at 1, NaN outside [0, 1]; its slope 1/pdf is inf there |
| log_ndtr | exact far into the tail, where ndtr itself is 0; -inf at -inf |
| gammaln | inf at 0 and the negative whole numbers; at -inf libraries differ, as for polygamma |
| digamma | -inf at 0, inf at -0, NaN at the negative whole numbers |
| polygamma | inf at those (-inf for even orders) |
| entr | 0 at 0, -inf below; slope inf at 0 |
"""

from __future__ import annotations

import math
from typing import Any

from backsight.ir.op import ADD, ATOM, MULTIPLY, Form, Notation, call, repeated
from backsight.ops.elementwise import log_
from backsight.ops.maps import from_scipy, unary
from backsight.ops.numerics import erfinv as erfinv_
from backsight.ops.numerics import log_ndtr as log_ndtr_
from backsight.ops.numerics import ndtr as ndtr_
from backsight.ops.numerics import ndtri as ndtri_
from backsight.ops.numerics import polygamma as polygamma_
from backsight.ops.value import Value, apply

ROOT_PI, ROOT_TWO_PI = math.sqrt(math.pi), math.sqrt(2 * math.pi)
_SHARES = ([0.3, 0.7, 0.05, 0.96],)


def _gammaln(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):
        return math.inf


def _entr(x: float) -> float:
    return -x * log_(x) if x > 0 else 0.0 if x == 0 else -math.inf if x < 0 else x


def bell(x: Any) -> Any:
    """The bell curve's height."""
    return apply("exp", -(x**2) / 2) / ROOT_TWO_PI


erf = unary(
    "erf",
    "takes the error function",
    math.erf,
    lambda y, x: 2 / ROOT_PI * apply("exp", -(x**2)),
    "it is the area under a bell curve, so its slope is the curve's height, 2/√π e^(-x²)",
    from_scipy("erf", "erf", r"\operatorname{{erf}}", call("ERF({0})")),
)
erfc = unary(
    "erfc",
    "takes one less the error function, exact in the tail",
    math.erfc,
    lambda y, x: -2 / ROOT_PI * apply("exp", -(x**2)),
    "what the error function gains it loses",
    from_scipy("erfc", "erfc", r"\operatorname{{erfc}}", call("ERFC({0})")),
    ([0.0, 0.3, -0.7, 1.8, -1.5],),
)
erfinv = unary(
    "erfinv",
    "undoes the error function",
    erfinv_,
    lambda y, x: ROOT_PI / 2 * apply("exp", y**2),
    "it undoes erf, so its slope is one over the slope of erf at the output",
    from_scipy(
        "erfinv",
        "erfinv",
        r"\operatorname{{erf}}^{{-1}}",
        Form("NORM.S.INV((1+{0})/2)/SQRT(2)", MULTIPLY, (ADD,)),
    ),
    ([0.3, -0.7, 0.05, -0.9],),
)
ndtr = unary(
    "ndtr",
    "finds the share of a standard normal distribution below each number",
    ndtr_,
    lambda y, x: bell(x),
    "the area under the bell curve grows by the curve's height",
    from_scipy("ndtr", "ndtr", r"\Phi", call("NORM.S.DIST({0},TRUE)")),
)
log_ndtr = unary(
    "log_ndtr",
    "takes the logarithm of the share of a standard normal distribution below each number",
    log_ndtr_,
    lambda y, x: apply("exp", -(x**2) / 2 - y) / ROOT_TWO_PI,
    "the bell curve's height over the area below: both as exponentials, so that the tail divides exactly",
    from_scipy("log_ndtr", "log_ndtr", r"\ln\Phi", call("LN(NORM.S.DIST({0},TRUE))")),
)
ndtri = unary(
    "ndtri",
    "finds the number below which that share of a standard normal distribution lies",
    ndtri_,
    lambda y, x: ROOT_TWO_PI * apply("exp", y**2 / 2),
    "it undoes the area under the bell curve, so its slope is one over the curve's height at the output",
    from_scipy("ndtri", "ndtri", r"\Phi^{{-1}}", call("NORM.S.INV({0})")),
    _SHARES,
)
gammaln = unary(
    "gammaln",
    "takes the logarithm of the gamma function's size",
    _gammaln,
    lambda y, x: apply("digamma", x),
    "digamma is by definition the slope of the logarithm of gamma",
    from_scipy("gammaln", "gammaln", r"\ln\Gamma", call("GAMMALN({0})")),
    ([0.3, 0.7, 2.5, 40.0],),
)
digamma = unary(
    "digamma",
    "takes the digamma function",
    lambda x: polygamma_(x, 0),
    lambda y, x: apply("polygamma", x, order=1),
    "polygamma of order 1 is by definition the slope of digamma",
    from_scipy("digamma", "digamma", r"\psi", None),
    ([0.3, 0.7, 2.5, 40.0],),
)


def _next_order(y: Value, x: Value, order: int) -> Any:
    return apply("polygamma", x, order=order + 1)


polygamma = unary(
    "polygamma",
    "takes a derivative of digamma",
    polygamma_,
    _next_order,
    "the slope of each derivative is the next one",
    Notation(
        Form("polygamma({order}, {0})", uses=("polygamma",)),
        call("polygamma({0}, {order})"),
        Form(r"\psi^{{({order})}}\left({0}\right)", ATOM),
        call("special.polygamma({order}, {0})"),
    ),
    ([0.3, 0.7, 2.5, 40.0],),
    ({"order": 1}, {"order": 2}, {"order": 3}),
)
entr = unary(
    "entr",
    "takes the entropy's term -x ln(x), which is 0 at 0",
    _entr,
    lambda y, x: -apply("log", x) - 1,
    "a product's slope: minus the logarithm, minus x times one over x",
    from_scipy("entr", "entr", r"\operatorname{{entr}}", repeated("IF({0}=0,0,-({0}*LN({0})))", ATOM)),
    ([0.3, 0.7, 2.0, 4.0],),
)
