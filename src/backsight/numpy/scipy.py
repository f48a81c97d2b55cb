"""The parts of SciPy that people import for models, where SciPy is missing: special, stats.norm and linalg.

A source in the browser gets them for `from scipy.special import expit` and its like. All of it is made of
what `backsight.numpy` records.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backsight.numpy import linalg as numpy_linalg
from backsight.numpy.calls import function, run

__all__ = ["linalg", "special", "stats"]

_SPECIAL = frozenset(
    [
        *("expit", "logit", "log_expit", "erf", "erfc", "erfinv", "erfcinv", "ndtr", "log_ndtr", "ndtri"),
        *("gammaln", "digamma", "psi", "polygamma", "betaln", "xlogy", "xlog1py", "entr", "logsumexp"),
        *("exp2", "expm1", "log1p", "cbrt"),
    ]
)


class _Part:
    """A module of SciPy, as far as it is here."""

    def __init__(self, name: str, own: dict[str, Any], find: Callable[[str], Any]) -> None:
        self.__name__, self._own, self._find = name, own, find

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._own:
            return self._own[name]
        return self._find(name)


def _special_function(name: str) -> Any:
    if name not in _SPECIAL:
        raise AttributeError(
            f"backsight.numpy has no scipy.special.{name}: it has {', '.join(sorted(_SPECIAL))}", name=name
        )
    return function(name, "backsight.numpy.scipy.special")


def _of_all(name: str) -> Callable[..., Any]:
    """softmax and its logarithm are over all entries unless an axis is given."""
    return lambda x, axis=None: run(name, (x, axis), {})


special = _Part(
    "scipy.special",
    {
        "softmax": _of_all("softmax"),
        "log_softmax": _of_all("log_softmax"),
        "loggamma": lambda x: run("gammaln", (x,), {}),
        "beta": lambda a, b: run("exp", (run("betaln", (a, b), {}),), {}),
    },
    _special_function,
)


class Normal:
    """scipy.stats.norm, as it is or with `loc` and `scale` given once."""

    def __init__(self, loc: Any = 0, scale: Any = 1) -> None:
        self._loc, self._scale = loc, scale

    def __call__(self, loc: Any = 0, scale: Any = 1) -> Normal:
        return Normal(loc, scale)

    def _of(self, name: str, x: Any, loc: Any, scale: Any) -> Any:
        place = self._loc if loc is None else loc
        return run(name, (x, place, self._scale if scale is None else scale), {})

    def pdf(self, x: Any, loc: Any = None, scale: Any = None) -> Any:
        return self._of("norm_pdf", x, loc, scale)

    def logpdf(self, x: Any, loc: Any = None, scale: Any = None) -> Any:
        return self._of("norm_logpdf", x, loc, scale)

    def cdf(self, x: Any, loc: Any = None, scale: Any = None) -> Any:
        return self._of("norm_cdf", x, loc, scale)

    def logcdf(self, x: Any, loc: Any = None, scale: Any = None) -> Any:
        return self._of("norm_logcdf", x, loc, scale)

    def ppf(self, q: Any, loc: Any = None, scale: Any = None) -> Any:
        return self._of("norm_ppf", q, loc, scale)

    def sf(self, x: Any, loc: Any = None, scale: Any = None) -> Any:
        """The share above x: 1 - cdf, without the rounding of that difference."""
        place = self._loc if loc is None else loc
        return self._of("norm_cdf", 2 * place - x, place, scale)


def _no_distribution(name: str) -> Any:
    raise AttributeError(f"backsight.numpy has no scipy.stats.{name}: it has norm", name=name)


stats = _Part("scipy.stats", {"norm": Normal()}, _no_distribution)


def _lower_factor(a: Any, lower: bool) -> Any:
    """The lower Cholesky factor, of the triangle that SciPy reads."""
    return run("linalg.cholesky", (a if lower else run("transpose", (a,), {}),), {})


def _cho_factor(a: Any, lower: bool = False) -> tuple[Any, bool]:
    return _lower_factor(a, lower), True


def _cho_solve(factor: tuple[Any, bool], b: Any) -> Any:
    return run("cho_solve", (factor[0], b), {})


def _scipy_cholesky(a: Any, lower: bool = False) -> Any:
    """scipy.linalg.cholesky: upper unless told."""
    factor = _lower_factor(a, lower)
    return factor if lower else run("transpose", (factor,), {})


def _solve_triangular(a: Any, b: Any, lower: bool = False) -> Any:
    part = run("tril" if lower else "triu", (a,), {})
    return run("linalg.solve", (part, b), {})


linalg = _Part(
    "scipy.linalg",
    {
        "expm": lambda a: run("expm", (a,), {}),
        "cho_factor": _cho_factor,
        "cho_solve": _cho_solve,
        "cholesky": _scipy_cholesky,
        "solve_triangular": _solve_triangular,
    },
    lambda name: getattr(numpy_linalg, name),
)
