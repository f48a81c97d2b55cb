"""Functions in as many styles as people write: each gradient is JAX's, and that of differences.

The same text runs with NumPy, with JAX, and with `backsight.numpy` in NumPy's place.
"""

from __future__ import annotations

import sys
import types
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import backsight
import backsight.numpy
import backsight.numpy.linalg
from backsight.errors import BacksightError, ShapeError
from tests import functions_people_write as people
from tests.agreement import assert_close, assert_slopes
from tests.functions_people_write import CASES, Case

SOURCE = Path(people.__file__).read_text("utf-8")
IN_JAX = {
    "import numpy as np": "import jax.numpy as np",
    "import numpy.linalg as la": "import jax.numpy.linalg as la",
    "import scipy.special as special": "import jax.scipy.special as special",
    "import backsight.numpy as bnp": (
        "import jax\n"
        "bnp = type('bnp', (), dict(logsumexp=jax.nn.logsumexp, softmax=jax.nn.softmax, take=np.take))"
    ),
}
# They run once: what takes time is the compiling, so nothing is made fast.
QUICKLY = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
BY_NAME = {case.name: case for case in CASES}


def again(name: str, replaced: dict[str, str]) -> dict[str, Case]:
    """The same functions from the same text, with other modules in NumPy's place."""
    text = SOURCE
    for line, other in replaced.items():
        assert f"\n{line}\n" in text
        text = text.replace(f"\n{line}\n", f"\n{other}\n")
    module = types.ModuleType(name)
    sys.modules[name] = module  # a dataclass looks itself up
    exec(compile(text, name, "exec"), module.__dict__)
    return {case.name: case for case in module.CASES}


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """JAX's value and gradient of every function: those without decisions compiled as one."""
    cases = again("people_in_jax", IN_JAX)
    del sys.modules["people_in_jax"]

    def answer(name: str, args: tuple[Any, ...]) -> Any:
        argnums = _argnums(cases[name])
        return jax.value_and_grad(cases[name].function, argnums=argnums)(*args)

    operands = {name: tuple(map(numbers, case.args)) for name, case in BY_NAME.items()}
    apart = {name: answer(name, operands.pop(name)) for name in DECIDE}
    together = jax.jit(lambda operands: {name: answer(name, args) for name, args in operands.items()})
    return apart | together.lower(operands).compile(QUICKLY)(operands)


def _argnums(case: Case) -> Any:
    return case.argnums if len(case.argnums) > 1 else case.argnums[0]


def leaves(tree: Any) -> list[Any]:
    return [np.asarray(x, dtype=float) for x in jax.tree.leaves(tree)]


def numbers(tree: Any) -> Any:
    """Arrays as JAX's, and numbers that may be nudged: lists and whole numbers stay as they are."""
    return jax.tree.map(lambda x: jax.numpy.asarray(x) if not isinstance(x, int) else float(x), tree)


# NumPy makes an array of a list of traced numbers before anybody can record it: refused where it says so.
# The same text works with backsight.numpy.
REFUSED = {
    "rebuilt_instead_of_assigned": "np.array(rows)",
    "array_of_arrays": "np.array([[A[0, 0]",
    "pendulum_by_runge_kutta": "np.array([omega",
    "rotation": "np.array([[c, -s",
    "enumerate_rows": "np.array([row.sum()",
}
# They need names that backsight.numpy lacks: float32, multiply.outer.
NUMPY_ALONE = {"single_precision"}
# They decide by values or pick by a mask, which JAX can do only where it does not compile; the last it makes
# inf and NaN where it compiles all at once.
DECIDE = {
    *("builtin_max_and_min", "if_and_while", "waiting_time", "if_on_reductions", "map_filter_reduce"),
    *("slices_of_every_kind", "convolution_by_shifts"),
}


def witnessed(case: Case, theirs: Any) -> None:
    """Compare the value with the function's own and the gradient with JAX's; elsewhere with differences."""
    single = case.name == "single_precision"
    derived = backsight.value_and_grad(case.function, argnums=_argnums(case))
    first = derived(*case.args)
    assert_close(leaves(first), leaves(theirs), 1e-5 if single else 1e-9, "JAX")
    if case.others is None:
        return
    args = (*case.others, *case.args[len(case.others) :])
    value, gradient = derived(*args)
    assert_close([value], [case.function(*args)], 1e-12, "the value")
    moved = [args[n] for n in case.argnums]
    along = [np.cos(np.arange(np.size(x))).reshape(np.shape(x)) for x in moved]

    def plain(xs: list[Any]) -> list[Any]:
        return [np.asarray(case.function(*(*xs, *args[len(xs) :])))]

    slope = sum(np.sum(g * d) for g, d in zip(leaves(gradient), along, strict=True))
    assert_slopes(
        [np.asarray(slope)], plain, [np.asarray(x, float) for x in moved], along, 1e-7, "differences"
    )
    assert_close(leaves(derived(*case.args)), leaves(first), 1e-15, "back at the first arguments")


@pytest.mark.parametrize("name", BY_NAME)
def test_the_gradient_is_right(name: str, answers: dict[str, Any]) -> None:
    case = BY_NAME[name]
    if name not in REFUSED:
        witnessed(case, answers[name])
        return
    with pytest.raises(BacksightError) as caught:
        backsight.grad(case.function, case.argnums)(*case.args)
    assert caught.value.origin is not None
    assert REFUSED[name] in caught.value.origin.text
    assert "bnp.array" in caught.value.remedy


def test_the_same_text_works_on_our_own_np(answers: dict[str, Any]) -> None:
    """As in the browser: backsight.numpy in NumPy's place, here on NumPy's arrays."""
    cases = again("people_with_ours", {})
    module = sys.modules.pop("people_with_ours")
    module.np, module.la, module.special = backsight.numpy, backsight.numpy.linalg, backsight.numpy  # type: ignore[attr-defined]
    lacking = set()
    for name, case in cases.items():
        try:
            found = backsight.value_and_grad(case.function, _argnums(case))(*case.args)
        except AttributeError:
            lacking.add(name)
            continue
        assert_close(leaves(found), leaves(answers[name]), 1e-9, name)
    assert lacking == NUMPY_ALONE


def test_our_own_np_takes_a_list_for_an_array() -> None:
    """As NumPy does: of numbers, and of traced values."""
    bnp = backsight.numpy

    def cost(x: Any) -> Any:
        parts = [bnp.sin(x[0]), x[1] * 2.0, 3.0]
        return bnp.sum(parts) + bnp.mean(parts) + bnp.prod(parts) + bnp.std(parts) + bnp.max([parts, parts])

    x = np.array([0.4, 0.7])
    np.testing.assert_allclose(
        backsight.grad(cost)(x),
        jax.grad(lambda x: _of_parts(jax.numpy.stack([jax.numpy.sin(x[0]), x[1] * 2.0, 3.0])))(x),
        rtol=1e-12,
    )


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
def test_quantiles_are_numpys(axis: Any) -> None:
    x = np.sin(np.arange(12.0)).reshape(3, 4)

    def function(x: Any, q: Any, np: Any = np) -> Any:
        return np.sum(np.quantile(x, np.array(q), axis=axis, keepdims=True) ** 2)

    places = (0.0, 0.3, 0.5, 1.0, [0.1, 0.9])
    theirs = jax.jit(lambda x: [jax.grad(partial(function, q=q, np=jax.numpy))(x) for q in places])(x)
    for q, gradient_by_jax in zip(places, theirs, strict=True):
        value, gradient = backsight.value_and_grad(partial(function, q=q))(x)
        assert_close([value], [function(x, q)], 1e-12, "value")
        assert_close([gradient], [gradient_by_jax], 1e-12, "JAX")
    assert backsight.grad(lambda x: np.percentile(x, 25))(x).sum() == pytest.approx(1.0)
    for wrong in (
        lambda x: np.quantile(x, 1.5),
        lambda x: np.quantile(x, x[0, 0]),
        lambda x: np.quantile(x[:0], 0.5),
    ):
        with pytest.raises(BacksightError):
            backsight.grad(wrong)(x)


def test_blocks_are_joined_as_numpy_joins_them() -> None:
    A, b = np.sin(np.arange(6.0)).reshape(2, 3), np.array([1.0, 2.0, 3.0])
    for function in (
        lambda A, b, np: np.sum(np.block([[A], [b]]) ** 2),
        lambda A, b, np: np.sum(np.block([b, b[:1] * 2, 3.0]) ** 3),
        lambda A, b, np: np.sum(np.block([[A, A * 2], [b, b]]) ** 3),
        lambda A, b, np: np.sum(np.block([[[A]], [[A]]]) ** 2) * b[0],
    ):
        ours = backsight.value_and_grad(lambda A, b: function(A, b, np), (0, 1))(A, b)  # noqa: B023
        by_jax = jax.jit(jax.value_and_grad(lambda A, b: function(A, b, jax.numpy), (0, 1)))  # noqa: B023
        theirs = by_jax(A, b)
        assert_close(leaves(ours), leaves(theirs), 1e-12, "JAX")
    with pytest.raises(ShapeError, match="different depths"):
        backsight.grad(lambda b: np.sum(np.block([[b, [b]]])))(b)


def test_weights_may_be_a_list() -> None:
    x = np.array([0.4, 0.7, 1.0])
    gradient = backsight.grad(lambda x: np.average(x**2, weights=[1, 2, 3]))(x)
    np.testing.assert_allclose(gradient, 2 * x * np.array([1, 2, 3]) / 6, rtol=1e-12)


def _of_parts(parts: Any) -> Any:
    return parts.sum() + parts.mean() + parts.prod() + parts.std() + parts.max()


def test_places_that_are_traced_are_looked_up_by_take() -> None:
    values = np.array([1.0, 4.0, 9.0])

    def cost(x: Any) -> Any:
        k = np.searchsorted(values, x)
        return np.sum(values[k] * x)

    assert backsight.grad(cost)(2.0) == 4.0  # one place: a decision
    with pytest.raises(BacksightError, match="places") as caught:
        backsight.grad(cost)(np.array([2.0, 5.0]))
    assert "bnp.take" in caught.value.remedy
