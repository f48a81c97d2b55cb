"""The two hundred against JAX: `pytest tests/two_hundred_in_jax.py`. It is apart, for it compiles long."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import jax

from backsight.tracing.trees import leaves_like
from tests.agreement import assert_close
from tests.test_two_hundred import REFUSED, Plain, asked
from tests.two_hundred import FUNCTIONS

IN_JAX = {
    "import numpy as np": "import jax.numpy as np",
    "from numpy import": "from jax.numpy import",
    "from numpy.linalg import": "from jax.numpy.linalg import",
    "from scipy.special import": "from jax.scipy.special import",
    "from scipy.stats import": "from jax.scipy.stats import",
    "from scipy.linalg import": "from jax.scipy.linalg import",
}


# Two where JAX, compiled as one, is off and the differences of the plain function side with us: its betaln is
# good to seven digits, and it has one slope of -inf among finite ones.
OFF_IN_JAX = {"beta_binomial", "mixture_em_step"}
# JAX reads both triangles of a matrix here, NumPy and SciPy one.
SYMMETRIC_IN_JAX = {"cholesky_sampling", "scipy_cho_solve"}


def _in_jax(source: str) -> str:
    text = "\n" + source
    for theirs, jaxs in IN_JAX.items():
        text = text.replace(f"\n{theirs}", f"\n{jaxs}")
    return text


def test_the_gradient_is_that_of_jax_where_jax_has_one() -> None:
    """The same text with jax.numpy in NumPy's place, where it neither assigns nor decides."""
    answers = asked("value_and_grad")
    runs: dict[str, Any] = {}
    for function in FUNCTIONS:
        if function.name in REFUSED or function.name in OFF_IN_JAX:
            continue
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            plain = Plain(function, _in_jax)
            derived = jax.value_and_grad(lambda moved, p=plain: p.function(**{**p.fixed, **moved}))
            jax.make_jaxpr(derived)(plain.moved)  # most that JAX refuses, it refuses here
            runs[function.name] = derived, plain
    assert len(runs) >= 135
    places = {name: plain.moved for name, (_, plain) in runs.items()}
    together = jax.jit(lambda given: {name: runs[name][0](moved) for name, moved in given.items()})
    with contextlib.redirect_stdout(io.StringIO()):
        lowered = together.lower(places)
    quickly = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
    wrong = []
    for name, (value, slopes) in lowered.compile(quickly)(places).items():
        mine, leaves = answers[name]["value"], leaves_like(runs[name][1].structure, slopes)
        slopes_here = list(mine["gradient_at"].values())
        try:
            assert_close([mine["value_at"]], [value], 1e-6, name)
            assert_close(slopes_here, slopes_here if name in SYMMETRIC_IN_JAX else leaves, 1e-6, name)
        except AssertionError as error:
            wrong.append(f"{name}: {error}")
    assert not wrong, "\n".join(wrong)
