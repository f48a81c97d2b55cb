"""What stands in for `math`, SciPy and NumPy in a person's source gives the same numbers and slopes."""

from __future__ import annotations

import contextlib
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.special
import scipy.stats

from backsight import grad, value_and_grad
from backsight.browser import handle
from backsight.errors import TraceError
from backsight.numpy import mathematics
from backsight.numpy import scipy as ours
from tests.agreement import assert_slopes
from tests.test_browser_service import alone

WRITTEN = """
exp(x); expm1(x); exp2(x); log(x); log1p(x); log2(x); log10(x); sqrt(x); cbrt(x)
hypot(x, 2); hypot(x, x, 1.0)
sin(x); cos(x); tan(x); asin(x); acos(x); atan(x); atan2(x, 2.0); sinh(x); cosh(x); tanh(x); asinh(x)
atanh(x); acosh(1 + x); degrees(x); radians(x); copysign(x, -1.0); fmod(3 * x, 1.0); erf(x); erfc(x)
lgamma(x); gamma(x); fabs(-x); pow(x, 3); log(x, 2); log(3.0, 1 + x); dist([x, 1.0], [0.0, 3 * x])
fsum([x, x * x]); prod([x, x, 2])
floor(3 * x) * x; ceil(3 * x) * x; trunc(-3 * x) * x; pi * x; (2 if isfinite(x) and not isnan(x) else 3) * x
"""
TEXTS = [text.strip() for text in WRITTEN.replace("\n", ";").split(";") if text.strip()]


@pytest.mark.parametrize("text", TEXTS)
def test_math_of_traced_numbers(text: str) -> None:
    theirs, mine = ({n: getattr(m, n) for n in dir(math) if n[0] != "_"} for m in (math, mathematics))
    function = eval(f"lambda x: {text}", mine)
    plain = eval(f"lambda x: {text}", theirs)
    value, slope = value_and_grad(function)(0.4)
    assert value == pytest.approx(plain(0.4), rel=1e-13)
    assert function(0.4) == pytest.approx(plain(0.4), rel=1e-13)
    at = np.array(0.4)
    assert_slopes(
        [slope], lambda xs: [np.array(plain(float(xs[0])))], [at], [np.array(1.0)], 1e-8, text, terms=1.0
    )


def test_math_refuses_what_python_refuses() -> None:
    for text in ("log(x - x)", "sqrt(-x)", "acosh(x)", "exp(x * 1e5)"):
        with pytest.raises((ValueError, OverflowError)):
            grad(eval(f"lambda x: m.{text}", {"m": mathematics}))(0.4)
    with pytest.raises(TraceError, match="one number") as caught:
        grad(lambda x: mathematics.exp(x)[0])(np.ones(2))
    assert "np.exp" in caught.value.remedy
    with pytest.raises(TraceError, match="positive"):
        grad(mathematics.gamma)(-0.5)
    with pytest.raises(AttributeError, match="'math' has no attribute 'sine'"):
        _ = mathematics.sine


def test_an_error_of_math_can_be_caught_as_python_catches_it() -> None:
    lines = ("import math", "def f(x):", "    try:", "        return math.log(x)")
    source = "\n".join((*lines, "    except ValueError:", "        return x * 3"))
    for x, slope in ((2.0, 0.5), (-2.0, 3.0)):
        value = handle({"kind": "value_and_grad", "source": source, "example": {"x": x}})["value"]
        assert value["gradient_at"] == {"x": slope}


M = np.array([[2.0, 0.3, 0.1], [0.5, 1.5, -0.4], [0.2, 0.1, 3.0]])
SCIPY = """
special.softmax(x); special.softmax(x, 0); special.log_softmax(x, axis=1); special.logsumexp(x, axis=0)
special.expit(x); special.beta(x + 1, 2.0); special.loggamma(x + 1); special.entr(x + 1)
special.erfcinv(x / 4 + 1)
stats.norm.pdf(x); stats.norm.cdf(x, 0.5, 2.0); stats.norm.ppf(x / 8 + 0.5); stats.norm.sf(x, loc=0.3)
stats.norm.logpdf(x, scale=2.0); stats.norm.logcdf(x); stats.norm(0.5, 2.0).sf(x); stats.norm(1.0).pdf(x)
linalg.expm(x); linalg.expm(20 * x); linalg.cho_solve(linalg.cho_factor(x), x[0]); linalg.cholesky(x)
linalg.cho_solve(linalg.cho_factor(x, lower=True), x); linalg.cholesky(x, lower=True)
linalg.solve_triangular(x, x[0]); linalg.solve_triangular(x, x[0], lower=True); linalg.inv(x); linalg.det(x)
"""


@pytest.mark.parametrize("text", [t.strip() for t in SCIPY.replace("\n", ";").split(";") if t.strip()])
def test_scipy_of_traced_arrays(text: str) -> None:
    function, plain = (
        eval(f"lambda x: {text}", {part: getattr(m, part) for part in ("special", "stats", "linalg")})
        for m in (ours, scipy)
    )
    expected = np.asarray(plain(M), dtype=float)
    weight = np.cos(np.arange(expected.size)).reshape(expected.shape) / np.max(np.abs(expected))
    value, slopes = value_and_grad(lambda x: np.sum(weight * function(x)))(M)
    assert value == pytest.approx(np.sum(weight * expected), rel=1e-10, abs=1e-12)
    np.testing.assert_allclose(np.asarray(function(M), dtype=float), expected, rtol=1e-9, atol=1e-12)
    for direction in (np.eye(3), np.sin(np.arange(9.0)).reshape(3, 3)):
        slope = np.asarray(np.sum(slopes * direction))
        assert_slopes(
            [slope], lambda xs: [np.sum(weight * plain(xs[0]))], [M], [direction], 1e-6, text, terms=1.0
        )


def test_what_scipy_has_beyond_is_named() -> None:
    with pytest.raises(AttributeError, match="it has norm"):
        _ = ours.stats.gamma
    with pytest.raises(AttributeError, match="gammaln"):
        _ = ours.special.zeta


PLAIN = """
import json
import numpy as np

def show(*values):
    print(json.dumps([v.tolist() if hasattr(v, "tolist") else v for v in values]))

show(np.hanning(6), np.hamming(5), np.blackman(4), np.bartlett(5), np.hanning(1), np.hanning(0))
show(*np.triu_indices(3, 1), *np.tril_indices(3), *np.triu_indices(2, 0, 4), *np.diag_indices(3))
show(np.mgrid[0:1:3j, 0:2], np.mgrid[1:7:2], np.tri(3, 4, 1), np.eye(2, 3, 1), np.identity(2))
show(np.linspace(0, 1, 4, endpoint=False), np.linspace(2, 3, 1), np.logspace(0, 2, 3), np.arange(0, 1, 0.3))
show(np.empty((2, 0)), np.arange(3, dtype=float))
show(np.arange(3.0) // 2, 7 % np.arange(2.0, 5), ~(np.ones(2) > 0), +np.ones(1))
show(np.ones((2, 2)).astype(int), np.zeros(2, dtype=bool))
f = np.vectorize(lambda a, b: a + b if a > b else a * b)
show(f(np.array([1.0, 3.0]), 2.0), f([[1.0], [5.0]], np.array([2.0, 4.0])), float(f(1.0, 2.0)))
show(np.allclose(np.ones(2), np.ones(2) + 1e-9), np.isclose(np.array([1.0, 2.0]), 1.0))
show(isinstance(np.ones(2), np.ndarray), isinstance([1.0], np.ndarray))
with np.errstate(divide="ignore"):
    show(np.float64(3))

def cost(x):
    t = np.linspace(x[0], x[1], 4)
    assert isinstance(t, np.ndarray) and isinstance(x, np.ndarray)
    i, j = np.triu_indices(3, 1)
    scaled = np.vectorize(lambda a, b: a * b if a > 0.5 else a)(x, 2.0)
    return np.sum(t**2) + (x[i] * x[j]).sum() + np.sum(scaled**2) + np.sum(np.square([x[0], x[2], 3.0]))
"""


def test_our_np_makes_what_numpy_makes(tmp_path: Path) -> None:
    request = {"kind": "value_and_grad", "source": PLAIN, "example": {"x": [0.5, 1.0, -0.7]}}
    (there,) = alone(tmp_path, request)
    assert there["ok"], there
    here: dict[str, Any] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(PLAIN, here)
    for mine, theirs in zip(there["stdout"].splitlines(), printed.getvalue().splitlines(), strict=True):
        for value, other in zip(json.loads(mine), json.loads(theirs), strict=True):
            np.testing.assert_allclose(
                np.array(value, float), np.array(other, float), rtol=1e-12, atol=1e-15, err_msg=theirs
            )
    x, slopes = np.array([0.5, 1.0, -0.7]), np.array(there["value"]["gradient_at"]["x"])
    assert there["value"]["value_at"] == pytest.approx(here["cost"](x), rel=1e-12)
    for i, along in enumerate(np.eye(3)):
        moved = 0.0 * along + x
        assert_slopes([slopes[i]], lambda xs: [np.array(here["cost"](xs[0]))], [moved], [along], 1e-7, str(i))


def test_what_np_lacks_says_what_to_do(tmp_path: Path) -> None:
    requests = [
        {
            "kind": "trace",
            "source": f"import numpy as np\ndef f(x):\n    return {text}\n",
            "example": {"x": [1.0]},
        }
        for text in ("np.fft.fft(x)", "np.random.randn(3) @ x", "np.linalg.svd(x)", "np.linalg.eig(x)")
    ]
    remedies = [answer["error"]["remedy"] for answer in alone(tmp_path, *requests)]
    for remedy, word in zip(remedies, ("sines and cosines", "random", "v = A @ v", "v = A @ v"), strict=True):
        assert word in remedy
