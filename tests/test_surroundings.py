"""What a function reads besides its arguments may change between calls: the next gradient knows."""

from __future__ import annotations

import functools
import random
from typing import Any

import numpy as np
import pytest

from backsight import grad, hessian, value_and_grad, vmap

scale, table, settings = 2.0, np.ones(3), {"rate": 1.0}
X = np.array([1.0, 2.0, 3.0])


def helper(x: Any) -> Any:
    return scale * np.sum(table * x)


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"scale": 2.0, "table": np.ones(3), "settings": {"rate": 1.0}}.items():
        monkeypatch.setitem(globals(), name, value)


def test_globals_and_what_they_hold() -> None:
    global scale, table
    slope = grad(lambda x: helper(x) * settings["rate"])
    assert np.array_equal(slope(X), [2, 2, 2])
    scale = 5.0
    assert np.array_equal(slope(X), [5, 5, 5])
    table = np.array([0.0, 1.0, 2.0])
    assert np.array_equal(slope(X), [0, 5, 10])
    table[0] = 7
    assert np.array_equal(slope(X), [35, 5, 10])
    settings["rate"] = 2.0
    assert np.array_equal(slope(X), [70, 10, 20])


def test_numbers_made_of_an_array_before_it_is_an_operand() -> None:
    slope = grad(lambda x: np.sum(x * (1 - table)) * float(table[0]))
    assert np.array_equal(slope(X), [0, 0, 0])
    table[:] = 3.0
    assert np.array_equal(slope(X), [-6, -6, -6])


def test_closures_attributes_and_partials() -> None:
    power = 2

    def cost(x: Any) -> Any:
        return np.sum(x**power)

    class Model:
        rate = 1.0

        def __init__(self) -> None:
            self.weights = np.ones(3)

        def cost(self, x: Any) -> Any:
            return self.rate * np.sum(self.weights * x)

    slope = grad(cost)
    assert np.array_equal(slope(X), 2 * X)
    power = 3
    assert np.allclose(slope(X), 3 * X**2)
    model = Model()
    of_model = grad(model.cost)
    assert np.array_equal(of_model(X), [1, 1, 1])
    model.weights = np.arange(3.0)
    assert np.array_equal(of_model(X), [0, 1, 2])
    Model.rate = 10.0
    assert np.array_equal(of_model(X), [0, 10, 20])
    keywords = {"k": 1.0}
    partial = grad(functools.partial(lambda x, k: np.sum(k["k"] * x), k=keywords))
    assert np.array_equal(partial(X), [1, 1, 1])
    keywords["k"] = 4.0
    assert np.array_equal(partial(X), [4, 4, 4])


def test_a_helper_that_is_defined_anew() -> None:
    global helper
    before = helper
    slope = value_and_grad(lambda x: helper(x))
    assert slope(X)[0] == 12.0
    try:
        helper = lambda x: np.sum(x**2)  # noqa: E731
        assert np.array_equal(slope(X)[1], 2 * X)
    finally:
        helper = before


def test_modes_of_modes_look_at_the_innermost_function() -> None:
    global scale
    second = hessian(lambda x: scale * np.sum(x**2))
    each = vmap(grad(lambda x: scale * x**2))
    assert second(X)[0, 0] == 4.0 and each(X)[0] == 4.0
    scale = 3.0
    assert second(X)[0, 0] == 6.0 and each(X)[0] == 6.0


def test_random_numbers_are_drawn_at_every_call() -> None:
    generator = np.random.default_rng(1)
    drawing = [
        lambda x: np.sum(x * generator.normal(size=3)),
        lambda x: np.sum(x) * random.random(),
        lambda x: np.sum(x * np.random.rand(3)),
    ]
    for cost in drawing:
        slope = grad(cost)
        assert not np.array_equal(slope(X), slope(X))


def test_nothing_is_traced_again_without_a_reason(traces: list[int]) -> None:
    slope = grad(helper)
    for _ in range(4):
        slope(X)
    assert len(traces) == 1
