"""Sums of parts among zeros become joins: the same numbers, and no more work than the loop had steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from backsight.api import trace
from backsight.transforms import gradient, simplify
from tests.agreement import Batch, assert_close, run_numpy, run_reference


def recurrent(np: Any, X: Any, W: Any) -> Any:
    h = 0.0 * X[0]
    for t in range(X.shape[0]):
        h = np.tanh(h @ W + X[t])
    return np.sum(h**2)


def gates(np: Any, X: Any, W: Any) -> Any:
    z = X @ W
    return np.sum(z[:, 2:] * np.tanh(z[:, :2])) + np.sum(z[:, 1] ** 2)


def halves_out_of_order(np: Any, X: Any, W: Any) -> Any:
    return np.sum(X[2:] ** 2) + np.sum(X[0]) * np.sum(X[1] ** 3) + np.sum(W[1:, 0]) * W[0, 0]


def every_entry(np: Any, X: Any, W: Any) -> Any:
    total = 0.0
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            total = total + (i + 1) * X[i, j] ** 2 * W[j, 0]
    return total


def overlapping(np: Any, X: Any, W: Any) -> Any:
    return np.sum(X[:3] * X[1:]) + np.sum(X[1:3] ** 2) + np.sum(X)


def some_only(np: Any, X: Any, W: Any) -> Any:
    return np.sum(np.sin(X[1])) + np.sum(np.cos(X[2])) + X[0, 0] * X[0, 1] + W[1, 1]


FUNCTIONS = [recurrent, gates, halves_out_of_order, every_entry, overlapping, some_only]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_joined_gradients_agree_with_jax(function: Callable[..., Any]) -> None:
    random = np.random.default_rng(3)
    X, W = random.normal(size=(4, 4)), random.normal(size=(4, 4))
    program = simplify(gradient(simplify(trace(lambda X, W: function(np, X, W), X, W))).program)
    value, gradients = jax.value_and_grad(lambda X, W: function(jnp, X, W), (0, 1))(X, W)
    expected = [np.asarray(value), *map(np.asarray, gradients)]
    assert_close(run_reference(program, (X, W)), expected, 1e-12, "reference")
    assert_close(run_numpy(program, (X, W)), expected, 1e-12, "NumPy")
    batch = Batch()
    batch.add(program, (X, W), expected, function.__name__)
    batch.check()


def test_a_loop_over_steps_leaves_one_stack() -> None:
    X, W = np.ones((50, 2)), np.ones((2, 2))
    program = simplify(gradient(simplify(trace(lambda X, W: recurrent(np, X, W), X, W))).program)
    ops = [e.op for e in program.equations]
    assert "unindex" not in ops and ops.count("stack") == 1


def test_entries_taken_one_by_one_are_put_together_again() -> None:
    X, W = np.ones((3, 2)), np.ones((2, 1))
    program = simplify(gradient(simplify(trace(lambda X, W: every_entry(np, X, W), X, W)), ["X"]).program)
    assert "unindex" not in [e.op for e in program.equations]


def test_what_overlaps_is_added() -> None:
    X, W = np.ones((4, 2)), np.ones((1, 1))
    program = simplify(gradient(simplify(trace(lambda X, W: overlapping(np, X, W), X, W)), ["X"]).program)
    assert "unindex" in [e.op for e in program.equations]
