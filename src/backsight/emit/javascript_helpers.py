"""JavaScript functions that `Math` lacks; those that a kernel calls are written above it.

The normal distribution's and the gamma function's are those of `backsight.ops.numerics`, with the same
numbers. erf and erfc: for small numbers the series 7.6.2 of the NIST Handbook of Mathematical Functions,
whose terms are all positive; beyond, the trapezoidal rule with the correction of its pole (C. Chiarella &
A. Reichel, "On the evaluation of integrals related to the error function", Mathematics of Computation 22,
1968). gammaln: its series around 2, Abramowitz & Stegun 6.1.33, and Stirling's, 6.1.40.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import fsum

from backsight.ops.numerics import (
    BERNOULLI,
    CENTRE,
    FAR,
    FAR_TAIL,
    HALF_LOG_TWO_PI,
    ROOT_HALF,
    TAIL,
    TERMS,
)


def _list(numbers: Sequence[float]) -> str:
    return f"[{', '.join(map(repr, numbers))}]"


def _ratio(name: str, coefficients: tuple[Sequence[float], Sequence[float]]) -> str:
    above, below = map(_list, coefficients)
    return f"const {name} = [\n  {above},\n  {below},\n];"


_EULER = 0.5772156649015329


def _zeta_less_one(k: int) -> float:
    """Riemann's zeta(k) - 1, its tail by Euler and Maclaurin: the coefficients of log gamma around 2."""
    n = 50.0
    tail = n ** (1 - k) / (k - 1) + n**-k / 2 + k * n ** (-k - 1) / 12
    correction = k * (k + 1) * (k + 2) * n ** (-k - 3) / 720 * (1 - (k + 3) * (k + 4) / 42 / n**2)
    return fsum([*(float(m) ** -k for m in range(2, int(n))), tail, -correction])


SCALARS = {
    "power": """\
/** As IEEE has it: 1 to any power is 1, and so is -1 to an infinite one. */
function power(base, exponent) {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return Math.pow(base, exponent);
}""",
    "rint": """\
/** The nearest whole number, halves to the even one. */
function rint(x) {
  const below = Math.floor(x);
  const rest = x - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  const rounded = up ? below + 1 : below;
  return rounded === 0 ? x * 0 : rounded;
}""",
    "floor_divide": """\
/** The whole number of times that b fits into a, rounded down. */
function floor_divide(a, b) {
  if (b === 0) return a / b;
  const left = a % b;
  const times = Math.round((a - left) / b) - (left !== 0 && left < 0 !== b < 0 ? 1 : 0);
  return Number.isFinite(a) ? times : NaN;
}""",
    "mod": """\
/** What is left of a after dividing by b, with the sign of b. */
function mod(a, b) {
  const left = a % b;
  if (left === 0) return b > 0 ? 0 : -0;
  return left < 0 !== b < 0 ? left + b : left;
}""",
    "fmax": """\
/** The larger of two numbers; NaN only if neither is one. */
function fmax(a, b) {
  return Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b);
}""",
    "fmin": """\
/** The smaller of two numbers; NaN only if neither is one. */
function fmin(a, b) {
  return Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b);
}""",
    "copysign": """\
/** The size of one number with the sign of another, -0 included. */
function copysign(size, sign) {
  return sign < 0 || Object.is(sign, -0) ? -Math.abs(size) : Math.abs(size);
}""",
    "logaddexp": """\
/** log(e^a + e^b) without overflow. */
function logaddexp(a, b) {
  if (a === b) return a + Math.LN2;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}""",
    "xlogy": """\
/** x log(y), where 0 times anything is 0. */
function xlogy(x, y) {
  return x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y);
}""",
    "xlog1py": """\
/** x log(1 + y), where 0 times anything is 0. */
function xlog1py(x, y) {
  return x === 0 && !Number.isNaN(y) ? 0 : x * Math.log1p(y);
}""",
    "entr": """\
/** -x log(x), which is 0 at 0. */
function entr(x) {
  return x > 0 ? -x * Math.log(x) : x === 0 ? 0 : x < 0 ? -Infinity : NaN;
}""",
    "sinc": """\
/** sin(πx) / (πx). */
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}""",
    "bell": """\
/** e^(-x²), with the rounding error of the square made good. */
function bell(x) {
  const near = Math.fround(x);
  return Number.isFinite(near) ? Math.exp(-near * near) * Math.exp((near - x) * (near + x)) : 0;
}""",
    "erf": """\
/** The error function. */
function erf(x) {
  if (!(Math.abs(x) < 1)) return x < 0 ? erfc(-x) - 1 : 1 - erfc(x);
  let term = 1;
  let total = 1;
  for (let k = 1; k < 20; k++) {
    term *= (2 * x * x) / (2 * k + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * x * Math.exp(-x * x) * total;
}""",
    "erfc": """\
/** One less the error function, exact in the tail. */
function erfc(x) {
  if (Math.abs(x) < 0.5) return 1 - erf(x);
  if (x < 0) return 2 - erfc(-x);
  if (x > 28) return 0;
  let total = 0.5 / (x * x);
  for (let k = 1; k < 14; k++) total += Math.exp(-0.25 * k * k) / (0.25 * k * k + x * x);
  const pole = x < 6.3 ? 2 / (1 - Math.exp(4 * Math.PI * x)) : 0;
  return (bell(x) * x * total) / Math.PI + pole;
}""",
    "ndtr": f"""\
/** The share of the standard normal distribution below x. */
function ndtr(x) {{
  return 0.5 * erfc(-x * {ROOT_HALF!r});
}}""",
    "log_ndtr": f"""\
/** The logarithm of the share of the standard normal distribution below x; far out by the tail's series. */
function log_ndtr(x) {{
  if (x > -1) return Math.log1p(-ndtr(-x));
  if (!(x <= {FAR!r})) return Math.log(ndtr(x));
  let term = 1;
  let total = 1;
  for (let k = 1; k < {TERMS}; k++) {{
    term *= -(2 * k - 1) / x / x;
    total += term;
  }}
  return -0.5 * x * x - {HALF_LOG_TWO_PI!r} - Math.log(-x) + Math.log(total);
}}""",
    "quantile": f"""\
{_ratio("CENTRE", CENTRE)}
{_ratio("TAIL", TAIL)}
{_ratio("FAR_TAIL", FAR_TAIL)}
/** A ratio of polynomials. */
function ratio([above, below], r) {{
  const value = (p) => p.reduce((total, c) => total * r + c, 0);
  return value(above) / value(below);
}}
/** The number with `tail` of the normal distribution beyond it: Wichura's AS 241. */
function quantile(distance, tail) {{
  if (Math.abs(distance) <= 0.425) return distance * ratio(CENTRE, 0.180625 - distance * distance);
  if (!(tail > 0)) return tail === 0 ? distance * Infinity : NaN;
  const r = Math.sqrt(-Math.log(tail));
  return Math.sign(distance) * (r <= 5 ? ratio(TAIL, r - 1.6) : ratio(FAR_TAIL, r - 5));
}}""",
    "ndtri": """\
/** The number below which a share p of the standard normal distribution lies. */
function ndtri(p) {
  return quantile(p - 0.5, Math.min(p, 1 - p));
}""",
    "erfinv": f"""\
/** Undoes the error function. */
function erfinv(x) {{
  return quantile(0.5 * x, 0.5 * (1 - Math.abs(x))) * {ROOT_HALF!r};
}}""",
    "gammaln": f"""\
const ZETA = {_list([_zeta_less_one(k) for k in range(2, 27)])};
/** The logarithm of the gamma function's size: a series around 2 with steps to it; Stirling's from 10 on. */
function gammaln(x) {{
  if (x === -Infinity || (x <= 0 && x === Math.floor(x))) return Infinity;
  if (x < 0) return Math.log(Math.PI / Math.abs(x * Math.sin(Math.PI * (x - Math.round(x))))) - gammaln(-x);
  if (x === Infinity) return x;
  if (x >= 10) {{
    let term = 1 / x;
    let total = {HALF_LOG_TWO_PI!r};
    {_list(BERNOULLI[:8])}.forEach((b, k) => {{
      total += (b * term) / ((2 * k + 1) * (2 * k + 2));
      term /= x * x;
    }});
    return (x - 0.5) * (Math.log(x) - 1) - 0.5 + total;
  }}
  let above = 1;
  let below = 1;
  while (x > 2.5) above *= --x;
  while (x < 1.5) below *= x++;
  let power = -(x - 2);
  let total = {1 - _EULER!r} * (x - 2);
  ZETA.forEach((z, k) => {{
    power *= -(x - 2);
    total += (z * power) / (k + 2);
  }});
  return Math.log(above) - Math.log(below) + total;
}}""",
    "digamma": """\
/** The slope of the logarithm of the gamma function. */
function digamma(x) {
  return polygamma(x, 0);
}""",
    "polygamma": f"""\
const BERNOULLI = {_list(BERNOULLI)};
/** The slope of that order of cot, where cot is c: a polynomial in c. */
function cotangentSlope(c, order) {{
  let powers = [0, 1];
  for (let n = 0; n < order; n++) {{
    const slope = powers.map((p, k) => k * p).slice(1);
    powers = [...slope, 0, 0].map((a, k) => -(a + (k < 2 ? 0 : slope[k - 2])));
  }}
  return powers.reduceRight((total, p) => total * c + p, 0);
}}
/** The slope of that order of digamma: steps up to where its asymptotic series is exact. */
function polygamma(x, order) {{
  const sign = order % 2 ? 1 : -1;
  if (x === -Infinity) return NaN;
  if (x <= 0) {{
    if (x === Math.floor(x)) return order ? sign * Infinity : x === 0 ? -1 / x : NaN;
    const slope = cotangentSlope(1 / Math.tan(Math.PI * (x - Math.round(x))), order);
    return -sign * polygamma(1 - x, order) - Math.pow(Math.PI, order + 1) * slope;
  }}
  if (x === Infinity) return order ? 0 : x;
  let factorial = 1;
  for (let k = 2; k <= order; k++) factorial *= k;
  let total = 0;
  for (; x < 10 + order; x++) total += factorial * Math.pow(x, -order - 1);
  total += (factorial / 2) * Math.pow(x, -order - 1);
  total += order ? (factorial / order) * Math.pow(x, -order) : -Math.log(x);
  let term = (factorial / 2) * (order + 1) * Math.pow(x, -order - 2);
  BERNOULLI.forEach((b, k) => {{
    total += b * term;
    term *= ((2 * k + 2 + order) * (2 * k + 3 + order)) / ((2 * k + 3) * (2 * k + 4)) / x / x;
  }});
  return sign * total;
}}""",
}
"""By the name of the function a kernel calls. A helper may call others."""


def needed(source: Sequence[str], helpers: Mapping[str, str]) -> list[str]:
    """The helpers that the source calls, and those which these call, in the order of the table."""
    wanted: set[str] = set()
    looked_at = list(source)
    while looked_at:
        called = set(re.findall(r"(?<![\w.])(\w+)\(", looked_at.pop()))
        found = (called & helpers.keys()) - wanted
        wanted |= found
        looked_at += [helpers[name] for name in found]
    return [text for name, text in helpers.items() if name in wanted]
