"""Folds by NumPy's names: traced, differentiated, at zeros, ties and kinks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special as special

import backsight.numpy as bnp
from backsight import compile, grad, trace
from backsight.errors import ShapeError, TraceError
from tests.agreement import program_of, run_javascript, run_numpy, run_reference
from tests.test_every_op import first_order, second_order

X = np.array([[[0.5, -1.0, 2.0], [0.3, 0.7, -0.2]], [[1.5, 0.1, -2.0], [0.9, 0.4, -0.6]]])
WITH_NAN = np.where(X == 0.7, np.nan, X)
WEIGHTS = np.array([0.2, 0.5, 1.3])

FUNCTIONS: list[Callable[[Any, Any], Any]] = [
    lambda np, x: np.prod(x, axis=1) + np.prod(x),
    lambda np, x: np.min(x, axis=(0, 2)) + np.max(x) - np.min(x),
    lambda np, x: np.ptp(x, axis=-1),
    lambda np, x: np.var(x) + np.var(x, axis=0, ddof=1) + x.var(axis=2, keepdims=True),
    lambda np, x: np.std(x) + np.std(x, axis=(0, 1), ddof=1) + x.std(keepdims=True),
    lambda np, x: np.average(x, axis=2) + np.average(x),
    lambda np, x: np.average(x, axis=2, weights=WEIGHTS),
    lambda np, x: np.average(x, weights=x * x) + np.average(x, axis=1, weights=x * x),
    lambda np, x: np.linalg.norm(x) + np.linalg.norm(x, axis=0) + np.linalg.norm(x, axis=-1, keepdims=True),
    lambda np, x: np.linalg.norm(x, 1, axis=1) + np.linalg.norm(x, np.inf, axis=1),
    lambda np, x: np.linalg.norm(x, 3, axis=2) + np.linalg.norm(x, -np.inf, axis=2),
    lambda np, x: np.linalg.norm(x, axis=(0, 2)) + np.linalg.norm(x, "fro", axis=(0, 2)),
    lambda np, x: np.linalg.norm(x, 1, axis=(0, 2)) + np.linalg.norm(x, np.inf, axis=(2, 0)),
    lambda np, x: np.linalg.vector_norm(x) + np.linalg.vector_norm(x, axis=(0, 1), ord=1),
    lambda np, x: np.linalg.matrix_norm(x) + np.linalg.matrix_norm(x, ord=1),
    lambda np, x: np.linalg.norm(x[0], -1, keepdims=True) + np.linalg.norm(x[0], -np.inf),
    lambda np, x: np.sum(x * (np.argmax(x, axis=1, keepdims=True) + np.argmin(x))),
    lambda np, x: x.sum(axis=0) + x.mean(axis=0) + x.max(axis=0) + x.min(axis=0) + x.prod(axis=0),
    lambda np, x: x[0] * np.count_nonzero(x) + x[1] * np.count_nonzero(x, axis=0),
]
NAN_FUNCTIONS: list[Callable[[Any, Any], Any]] = [
    lambda np, x: np.nansum(x, axis=1) + np.nanprod(x, axis=1) + np.nanmean(x, axis=1),
    lambda np, x: np.nanmax(x, axis=2) + np.nanmin(x),
]


@pytest.mark.parametrize("number", range(len(FUNCTIONS) + len(NAN_FUNCTIONS)))
def test_values_and_gradients(number: int) -> None:
    function = (FUNCTIONS + NAN_FUNCTIONS)[number]
    x = X if number < len(FUNCTIONS) else WITH_NAN
    traced = lambda x: function(np, x)  # noqa: E731
    np.testing.assert_allclose(compile(traced, x)(x), function(np, x), rtol=1e-13)
    ours = grad(lambda x: np.sum(function(np, x) ** 2))(x)
    theirs = jax.grad(lambda x: jnp.sum(function(jnp, x) ** 2))(jnp.asarray(x))
    # Where NaN is passed over JAX has NaN for a slope, or 0, as the function has it; ours is 0.
    np.testing.assert_allclose(ours, np.nan_to_num(theirs), rtol=1e-11, atol=1e-12)


def test_truths() -> None:
    for function in (
        lambda x: np.all(x > -5) | np.any(x > 5),
        lambda x: np.all(x, axis=1),
        lambda x: np.any(x > 1, axis=(0, 2)),
        lambda x: np.logical_and.reduce(x > 0, axis=0) ^ (x > 1).any(axis=0),
        lambda x: np.argmax(x),
        lambda x: x.argmin(axis=1),
        lambda x: np.argmax(x, keepdims=True),
    ):
        found, wanted = compile(function, X)(X), function(X)
        np.testing.assert_array_equal(found, wanted)
        assert np.asarray(found).dtype == wanted.dtype


@pytest.mark.parametrize("axis", [-1, 0, None, (0, 2)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_and_its_logarithm(name: str, axis: Any) -> None:
    ours, theirs, in_jax = getattr(bnp, name), getattr(special, name), getattr(jax.nn, name)
    found = compile(lambda x: ours(x, axis=axis), X)(X)
    np.testing.assert_allclose(found, theirs(X, axis=axis), rtol=1e-13)
    slope = jax.grad(lambda x: jnp.sum(in_jax(x, axis=axis) ** 2))(X)
    found = grad(lambda x: np.sum(ours(x, axis=axis) ** 2))(X)
    np.testing.assert_allclose(found, slope, rtol=1e-11, atol=1e-13)


def test_reductions_of_ufuncs() -> None:
    for ufunc in (np.add, np.multiply, np.maximum, np.minimum, np.logaddexp):
        for axis in (0, 2):
            function = lambda x: ufunc.reduce(x, axis=axis)  # noqa: B023, E731
            np.testing.assert_allclose(compile(function, X)(X), function(X), rtol=1e-13)


@pytest.mark.parametrize("zeros", [(), (1,), (1, 3), (0, 1, 3)])
def test_products_with_zeros_have_slopes_and_curvature(zeros: tuple[int, ...]) -> None:
    """Without a division by zero: one zero keeps its own slope, two keep each other's curvature."""
    x = np.array([0.5, -1.5, 2.0, 0.7])
    x[list(zeros)] = 0.0
    function = lambda x: np.prod(x)  # noqa: E731
    np.testing.assert_allclose(grad(function)(x), jax.grad(jnp.prod)(x), rtol=1e-13)
    hessian = jax.hessian(jnp.prod)(x)
    direction = np.array([0.3, -0.2, 0.9, 0.4])
    second = grad(lambda x: np.sum(grad(function)(x) * direction))
    np.testing.assert_allclose(second(x), hessian @ direction, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("zeros", [(), (1,), (1, 3), (0, 1, 3)])
def test_every_target_agrees_on_products_with_zeros(zeros: tuple[int, ...]) -> None:
    from tests.test_every_op import Case

    x = np.array([[0.5, -1.5, 2.0, 0.7], [1.0, 2.0, 3.0, 4.0]])
    x[0, list(zeros)] = 0.0
    case = Case("prod", 0, (x,), {"axes": (1,), "keepdims": False})
    tasks = [(case.program, [x]), first_order(case), second_order(case)]
    for (program, inputs), kernel in zip(tasks, run_javascript(tasks), strict=True):
        for a, b, c in zip(run_reference(program, inputs), run_numpy(program, inputs), kernel, strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-13, atol=1e-15)
            np.testing.assert_allclose(c, a, rtol=1e-13, atol=1e-15)


def test_lengths_and_deviations_of_nothing_have_slope_0() -> None:
    for function in (np.linalg.norm, np.std, lambda x: np.sum(np.linalg.norm(x[None] * x, axis=0))):
        np.testing.assert_array_equal(grad(function)(np.zeros(3)), np.zeros(3))
    np.testing.assert_array_equal(grad(np.std)(np.full(4, 2.5)), np.zeros(4))


def test_ties_of_the_smallest_share_its_slope() -> None:
    np.testing.assert_array_equal(grad(np.min)(np.array([2.0, 1.0, 1.0])), [0, 0.5, 0.5])


def test_places_of_ties_and_nan_are_the_first() -> None:
    rows = np.array([[1.0, 3.0, 3.0, 0.0], [2.0, np.nan, 5.0, np.nan], [-np.inf, -np.inf, -np.inf, -np.inf]])
    for op, wanted in (("argmax", np.argmax(rows, 1)), ("argmin", np.argmin(rows, 1))):
        program = program_of(op, [rows], {"axis": 1, "keepdims": False})
        for found in (
            run_reference(program, [rows]),
            run_numpy(program, [rows]),
            *run_javascript([(program, [rows])]),
        ):
            np.testing.assert_array_equal(found[0], wanted)


def test_folds_of_nothing() -> None:
    nothing = np.zeros((2, 0))
    for op, wanted in (("sum", 0.0), ("prod", 1.0), ("norm", 0.0), ("all", 1.0), ("any", 0.0)):
        program = program_of(op, [nothing], {"axes": (1,), "keepdims": False})
        for found in (
            run_reference(program, [nothing]),
            run_numpy(program, [nothing]),
            *run_javascript([(program, [nothing])]),
        ):
            np.testing.assert_array_equal(found[0], [wanted] * 2)
    with pytest.raises(ShapeError, match="no largest"):
        trace(lambda x: np.argmax(x, axis=1), nothing)


def test_examples_can_be_any_number() -> None:
    """A named axis: the number of examples is read off when the Program runs."""

    def function(X: Any) -> Any:
        return np.var(X, ddof=1) + np.std(X, axis=0)[0] + np.linalg.norm(X) + np.prod(X[:, 0]) * np.min(X)

    value = compile(function, X[0], axes={"X": ("n", None)})
    for rows in (X[0], X[:, 0], np.vstack([X[0], X[1]])):
        np.testing.assert_allclose(value(rows), function(rows), rtol=1e-13)


@pytest.mark.parametrize(
    ("function", "remedy"),
    [
        (lambda x: np.linalg.norm(x[0], 2), "fro"),
        (lambda x: np.linalg.norm(x[0], "nuc"), "fro"),
        (lambda x: np.var(x, ddof=0.5), "ddof=1"),
        (lambda x: np.average(x, weights=np.ones(2)), "one weight"),
    ],
)
def test_what_is_refused(function: Callable[[Any], Any], remedy: str) -> None:
    with pytest.raises((TraceError, ShapeError)) as caught:
        trace(function, X)
    assert remedy in caught.value.remedy
    assert caught.value.origin is not None and caught.value.origin.file == __file__


def test_it_reads_well() -> None:
    def spread(x: Any) -> Any:
        v = np.var(x)
        return v

    source = grad(spread).program(X[0, 0]).emit("numpy")
    assert "v = np.var(x)" in source and "dx = 2 / 3 * (x - np.mean(x" in source
