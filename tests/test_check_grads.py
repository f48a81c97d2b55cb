"""check_grads: lets right gradients pass, names the wrong entry of wrong ones with both numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backsight import check_grads
from backsight.errors import DifferentiationError, GradientMismatch
from backsight.ir.op import REGISTRY
from backsight.ops.value import Value


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (lambda x: x**3, (2.0,)),
        (lambda x, y: np.sum(np.sin(x) * y), (np.array([0.3, 2.0]), np.array([1.0, -4.0]))),
        (lambda p: np.sum(p["W"] @ p["x"]) ** 2, ({"W": np.ones((2, 3)), "x": np.arange(3.0)},)),
        (lambda x: np.sum(1e6 * x**2), (np.array([1e3, -2e3]),)),
        (lambda x: np.sum(1e-6 * x**2), (np.array([0.1]),)),
        (lambda x: x if x > 0 else 2 * x, (-3.0,)),
        (lambda x: np.sum(x), (np.ones((0, 2)),)),
    ],
)
def test_right_gradients_pass(function: Any, args: tuple[Any, ...]) -> None:
    check_grads(function, args)


@pytest.fixture
def wrong_tanh() -> Iterator[None]:
    """tanh with the derivative of a beginner."""
    right = REGISTRY["tanh"]

    def vjp(g: Value, y: Value, x: Value) -> tuple[Any]:
        return (g * (1 - y),)

    REGISTRY["tanh"] = replace(right, vjp=vjp)
    yield
    REGISTRY["tanh"] = right


def test_a_wrong_rule_is_found(wrong_tanh: None) -> None:
    with pytest.raises(GradientMismatch) as caught:
        check_grads(lambda x, w: np.sum(np.tanh(x) * w), (np.array([0.0, 0.8]), np.ones(2)))
    message = str(caught.value)
    assert "entry 1 of x" in message
    assert f"{1 - np.tanh(0.8):.10f}"[:10] in message and f"{1 - np.tanh(0.8) ** 2:.6f}"[:7] in message
    assert "kink" in caught.value.remedy
    # The other argument's gradient is right, and can be checked alone.
    check_grads(lambda x, w: np.sum(np.tanh(x) * w), (np.array([0.0, 0.8]), np.ones(2)), 1)


def test_the_entry_of_a_nested_argument_is_named(wrong_tanh: None) -> None:
    with pytest.raises(GradientMismatch, match="entry 3 of W2"):
        check_grads(lambda p: np.sum(np.tanh(p["W2"])), ({"W2": np.array([[0.0, 0.0], [0.0, 0.5]])},))


def test_a_kink_is_found() -> None:
    with pytest.raises(GradientMismatch, match=r"entry 0 of x is 0\.0"):
        check_grads(lambda x: np.sum(np.maximum(x, 0)), (np.array([0.0, 1.0]),))


def test_nan_does_not_pass() -> None:
    with np.errstate(all="ignore"), pytest.raises(GradientMismatch, match="nan"):
        check_grads(lambda x: np.sum(np.sqrt(x)), (np.array([-1.0]),))


def test_tolerance() -> None:
    def rough(x: Any) -> Any:
        return np.sum(np.sin(1000 * x))

    with pytest.raises(GradientMismatch):
        check_grads(rough, (np.array([0.3]),), step=1e-3)
    check_grads(rough, (np.array([0.3]),), step=1e-3, tolerance=1)


def test_what_cannot_be_differentiated_says_so() -> None:
    with pytest.raises(DifferentiationError):
        check_grads(lambda x: x, (np.ones(2),))
    with pytest.raises(DifferentiationError):
        check_grads(lambda x: x**2, (3,))
