"""The normal distribution and the gamma function on plain numbers, to nearly double precision.

Sources: M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
Statistics 37 (1988), for the quantile; Abramowitz & Stegun, Handbook of Mathematical Functions: 26.2.12 (tail
of the normal distribution), 6.4.6, 6.4.7 and 6.4.11 (recurrence, reflection and asymptotic series of
polygamma).
"""

from __future__ import annotations

import math

from backsight.ops.arithmetic import power

ROOT_HALF = math.sqrt(0.5)
HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)
FAR = -10.0
"""Below it the tail's series of TERMS terms is exact to the last digit."""
TERMS = 16

# fmt: off
# AS 241: numerator and denominator in the middle, in the tails, and far out; highest power first.
CENTRE = (
    (2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987,
     13731.69376550946, 1971.5909503065513, 133.14166789178438, 3.3871328727963665),
    (5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597,
     5394.196021424751, 687.1870074920579, 42.31333070160091, 1.0),
)
TAIL = (
    (0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
     3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835),
    (1.0507500716444169e-09, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
     0.6897673349851, 1.6763848301838038, 2.053191626637759, 1.0),
)
FAR_TAIL = (
    (2.0103343992922881e-07, 2.7115555687434876e-05, 0.0012426609473880784, 0.026532189526576124,
     0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103),
    (2.0442631033899397e-15, 1.421511758316446e-07, 1.8463183175100548e-05, 0.0007868691311456133,
     0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1.0),
)
# fmt: on
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)
"""The even Bernoulli numbers from the second on."""


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], r: float) -> float:
    top = bottom = 0.0
    for above, below in zip(*coefficients, strict=True):
        top, bottom = top * r + above, bottom * r + below
    return top / bottom


def ndtr(x: float) -> float:
    """The share of the standard normal distribution below x."""
    return 0.5 * math.erfc(-x * ROOT_HALF)


def log_ndtr(x: float) -> float:
    """The logarithm of that share; below -10 by the tail's asymptotic series."""
    if x > -1:
        return math.log1p(-ndtr(-x))
    if x > FAR:
        return math.log(ndtr(x))
    term = total = 1.0
    for k in range(1, TERMS):
        term *= -(2 * k - 1) / x / x
        total += term
    return -0.5 * x * x - HALF_LOG_TWO_PI - math.log(-x) + math.log(total)


def quantile(distance: float, tail: float) -> float:
    """The number with `tail` of the distribution beyond it; `distance` is how far that is from the middle."""
    if abs(distance) <= 0.425:
        return distance * _ratio(CENTRE, 0.180625 - distance * distance)
    if not tail > 0:
        return math.copysign(math.inf, distance) if tail == 0 else math.nan
    r = math.sqrt(-math.log(tail))
    return math.copysign(_ratio(TAIL, r - 1.6) if r <= 5 else _ratio(FAR_TAIL, r - 5), distance)


def ndtri(p: float) -> float:
    """The number below which a share p of the standard normal distribution lies."""
    return quantile(p - 0.5, min(p, 1 - p) if not math.isnan(p) else p)


def erfinv(x: float) -> float:
    return quantile(0.5 * x, 0.5 * (1 - abs(x))) * ROOT_HALF


def _cotangent_slope(c: float, order: int) -> float:
    """The derivative of that order of cot, where cot is c: a polynomial in c."""
    powers = [0.0, 1.0]
    for _ in range(order):
        slope = [k * p for k, p in enumerate(powers)][1:]
        powers = [-(a + b) for a, b in zip([*slope, 0.0, 0.0], [0.0, 0.0, *slope], strict=True)]
    total = 0.0
    for p in reversed(powers):
        total = total * c + p
    return total


def _at_poles(x: float, order: int) -> float:
    """At 0 and the negative whole numbers: digamma has a sign at 0 only, even orders are -inf."""
    if order == 0:
        return math.copysign(math.inf, -x) if x == 0 else math.nan
    return math.inf if order % 2 else -math.inf


def polygamma(x: float, order: int) -> float:
    """The derivative of that order of digamma; order 0 is digamma itself."""
    if x == -math.inf:
        return math.nan
    if x <= 0:
        if x == math.floor(x):
            return _at_poles(x, order)
        mirrored = polygamma(1 - x, order) * (-1.0 if order % 2 else 1.0)
        cotangent = 1 / math.tan(math.pi * (x - round(x)))
        return mirrored - math.pow(math.pi, order + 1) * _cotangent_slope(cotangent, order)
    if math.isinf(x):
        return x if order == 0 else 0.0
    factorial = float(math.factorial(order))
    total = 0.0
    while x < 10 + order:
        total += factorial * power(x, -(order + 1))
        x += 1
    total += factorial / 2 * x ** -(order + 1)
    total -= math.log(x) if order == 0 else -factorial / order * x**-order
    # (2k + order - 1)! / ((2k)! x^(2k + order)), from k = 1 on.
    term = factorial / 2 * (order + 1) * x ** -(order + 2)
    for k, bernoulli in enumerate(BERNOULLI, 1):
        total += bernoulli * term
        term *= (2 * k + order) * (2 * k + order + 1) / ((2 * k + 1) * (2 * k + 2)) / x / x
    return total if order % 2 else -total
