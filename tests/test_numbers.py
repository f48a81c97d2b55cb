"""Functions of numbers by the names of NumPy, SciPy and jax.nn: traced, differentiated, and without SciPy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special as special
import scipy.stats

import backsight.numpy as bnp
from backsight import compile, grad, trace
from backsight.errors import LostGradientError, TraceError

ANY = np.array([0.3, -0.7, 2.0, -4.0, 0.0])
SHARES = np.array([0.3, 0.7, 0.05, 0.96])
POSITIVE = np.array([0.3, 0.7, 2.5, 40.0])

Function = Callable[[Any], Any]
TRACED: list[tuple[np.ndarray, list[Function]]] = [
    (
        ANY,
        [
            *(np.exp2, np.expm1, np.cbrt, np.arctan, np.arcsinh, np.rint, np.trunc, np.sinc, np.square),
            *(np.round, np.degrees, np.rad2deg, np.radians, np.deg2rad, np.signbit, np.nan_to_num),
            *(special.erf, special.erfc, special.expit, special.ndtr, special.log_ndtr, special.log_expit),
            lambda x: np.clip(x, -1, 1),
            lambda x: np.clip(x, None, 1),
            lambda x: np.clip(x, a_min=-1, a_max=None),
            lambda x: x.clip(-1, 1).round(),
            lambda x: x % 3,
            lambda x: 5 % (x + 10),
            lambda x: x // 0.3,
            lambda x: 7 // (x + 10),
            lambda x: divmod(x, 3.0)[0] + np.divmod(x, 3.0)[1],
            lambda x: np.logaddexp(x, 2 * x) + np.logaddexp2(x, 1.0) + np.logaddexp(0, x),
            lambda x: np.round(x, 1) + np.round(10 * x, -1),
            lambda x: np.select([x > 1, x > 0], [2 * x, 3 * x], -1.0),
            lambda x: np.hypot(x, 2) + np.arctan2(x, 2.0) + np.copysign(3.0, x + 0.1),
            lambda x: special.xlogy(x, 2.0) + special.xlog1py(2.0, x + 5),
            lambda x: ((x > 0) ^ (x > 1)) * 1.0,
            lambda x: np.heaviside(x, 0.5) + np.fmax(x, 0.0) - np.fmin(1.0, x),
            lambda x: np.float_power(x, 2.0) + np.power(2.0, x),
            lambda x: np.isnan(x) | ~np.isfinite(x) | np.isinf(x),
        ],
    ),
    (SHARES, [special.erfinv, special.erfcinv, special.ndtri, special.logit, special.entr]),
    (SHARES, [np.arcsin, np.arccos, np.arctanh, np.reciprocal]),
    (POSITIVE, [special.gammaln, special.psi, special.digamma, lambda x: special.betaln(x, 2.0)]),
    (POSITIVE, [np.log2, np.log10, np.log1p, lambda x: np.arccosh(x + 1)]),
]


@pytest.mark.parametrize(("x", "functions"), TRACED)
def test_numpy_and_scipy_functions_are_traced(x: np.ndarray, functions: list[Function]) -> None:
    for function in functions:
        np.testing.assert_allclose(compile(function, x)(x), function(x), rtol=1e-13, atol=1e-15)


IN_JAX: dict[str, Function] = {
    **{
        name: getattr(jax.nn, name) for name in ("selu", "silu", "swish", "elu", "relu6", "hard_tanh", "mish")
    },
    **{
        name: getattr(jax.nn, name)
        for name in ("hard_sigmoid", "hard_swish", "log_sigmoid", "relu", "softplus")
    },
    "softsign": jax.nn.soft_sign,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "norm_cdf": jax.scipy.stats.norm.cdf,
    "norm_logcdf": jax.scipy.stats.norm.logcdf,
    "norm_pdf": jax.scipy.stats.norm.pdf,
    "norm_logpdf": jax.scipy.stats.norm.logpdf,
}


@pytest.mark.parametrize("name", IN_JAX)
def test_functions_that_numpy_lacks(name: str) -> None:
    function, theirs, x = getattr(bnp, name), IN_JAX[name], ANY[:4]
    np.testing.assert_allclose(function(x), theirs(x), rtol=1e-13)
    np.testing.assert_allclose(function(0.3), theirs(0.3), rtol=1e-13)
    slope = jax.grad(lambda x: jnp.sum(theirs(x)))(x)
    np.testing.assert_allclose(grad(lambda x: np.sum(function(x)))(x), slope, rtol=1e-12)


def test_the_approximate_gelu() -> None:
    def ours(x: Any) -> Any:
        return np.sum(bnp.gelu(x, approximate=True))

    np.testing.assert_allclose(ours(ANY), jnp.sum(jax.nn.gelu(ANY)), rtol=1e-13)
    np.testing.assert_allclose(grad(ours)(ANY), jax.grad(lambda x: jnp.sum(jax.nn.gelu(x)))(ANY), rtol=1e-11)


def test_the_normal_distribution_with_a_mean_and_a_deviation() -> None:
    mean, deviation = 0.5, 1.5
    for ours, theirs in (
        (bnp.norm_cdf, scipy.stats.norm.cdf),
        (bnp.norm_pdf, scipy.stats.norm.pdf),
        (bnp.norm_logpdf, scipy.stats.norm.logpdf),
        (bnp.norm_ppf, scipy.stats.norm.ppf),
    ):
        found = compile(ours, SHARES, mean, deviation)(SHARES, mean, deviation)
        np.testing.assert_allclose(found, theirs(SHARES, mean, deviation), rtol=1e-13)
        np.testing.assert_allclose(ours(SHARES, mean, deviation), found, rtol=1e-14)
    by_deviation = grad(lambda s: bnp.norm_ppf(0.9, mean, s))(deviation)
    np.testing.assert_allclose(by_deviation, scipy.stats.norm.ppf(0.9), rtol=1e-14)


def test_the_quantile_has_one_over_the_density_as_slope() -> None:
    for p in (1e-300, 1e-12, 0.2, 0.5, 1 - 1e-12):
        density = scipy.stats.norm.pdf(scipy.stats.norm.ppf(p))
        np.testing.assert_allclose(grad(special.ndtri)(p), 1 / density, rtol=1e-11)


def test_the_logarithm_of_the_tail_keeps_its_slope() -> None:
    """Far out the share itself is 0; the slope of its logarithm is about -x."""
    for x in (-20.0, -40.0, -1e4):
        mills = 1 / -x * (1 - 1 / x**2 + 3 / x**4 - 15 / x**6 + 105 / x**8)
        np.testing.assert_allclose(grad(special.log_ndtr)(x), 1 / mills, rtol=1e-9 + x * x * 1e-16)


WITHOUT = """
import sys
sys.modules["scipy"] = sys.modules["scipy.special"] = None
import {first}
import numpy as np
import backsight.numpy as bnp
from backsight import compile, grad, trace
x = np.array([[0.3, 0.7], [0.05, 0.96]])
for name in ("erf", "erfc", "erfinv", "ndtr", "ndtri", "log_ndtr", "gammaln", "digamma", "entr", "gelu"):
    print(name, *np.ravel(getattr(bnp, name)(x)), getattr(bnp, name)(0.3))
print("xlogy", *np.ravel(bnp.xlogy(x, 2 * x)))
print("polygamma", *np.ravel(compile(lambda x: bnp.polygamma(1, x), x)(x)))
"""


def test_without_scipy_the_same_numbers() -> None:
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(first="numpy")], capture_output=True, text=True, check=True
    )
    x = np.array([0.3, 0.7, 0.05, 0.96])
    wanted: dict[str, Any] = {"gelu": x * special.ndtr(x), "xlogy": special.xlogy(x, 2 * x)}
    wanted["polygamma"] = special.polygamma(1, x)
    for line in run.stdout.splitlines():
        name, *numbers = line.split()
        expected = wanted.get(name)
        found = np.array(numbers, dtype=float)
        np.testing.assert_allclose(
            found[:4], getattr(special, name)(x) if expected is None else expected, rtol=1e-13
        )
        assert len(found) == 4 or found[4] == pytest.approx(found[0], rel=1e-14)


def test_the_source_says_where_a_function_comes_from() -> None:
    source = grad(lambda p: np.sum(special.ndtri(p))).program(SHARES).emit("numpy")
    assert source.startswith("import numpy as np\nfrom scipy.special import ndtri\n\n\ndef ")
    assert "np.sqrt(2 * np.pi) * np.exp(" in source


def _scipy_in_python(x: Any) -> Any:
    return special.logsumexp(x)


def _not_there(x: Any) -> Any:
    return special.jv(1, x)


def test_what_scipy_writes_in_python_is_refused_with_the_way_out() -> None:
    with pytest.raises(LostGradientError, match=r"backsight\.numpy") as caught:
        trace(_scipy_in_python, ANY)
    assert caught.value.origin is not None and caught.value.origin.file == __file__
    with pytest.raises(TraceError, match=r"scipy\.special\.jv"):
        trace(_not_there, ANY)


def test_every_name_is_listed() -> None:
    assert {"ndtri", "erf", "gelu", "norm_cdf", "arctan2", "clip"} <= set(dir(bnp))
