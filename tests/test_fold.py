"""A function's layers, replayed on a plane of points: the kernel's numbers against NumPy's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from backsight import browser
from backsight.browser.fold import SIDE
from backsight.guide.starters import starters
from tests.javascript import Job, execute

NET = """
import numpy as np

def cost(W1, b1, W2, b2, X, T):
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    y = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
    return np.mean((y - T) ** 2)
"""
ONE = """
import numpy as np

def cost(scale, W, b, v, x):
    hidden = np.tanh((scale * W) @ x + b)
    y = v @ hidden
    return (y - 1) ** 2
"""
W1, B1 = [[0.5, -1.0, 2.0], [1.0, 0.3, -0.7]], [0.1, -0.2, 0.3]
W2, B2 = [[1.0], [-2.0], [0.5]], [0.4]
X, T = [[0.0, 1.0], [2.0, -1.0]], [[1.0], [0.0]]


def asked(source: str, **example: Any) -> dict[str, Any]:
    answer = browser.handle({"kind": "fold", "source": source, "example": example})
    assert answer["ok"], answer
    return dict(answer["value"])


def run(value: dict[str, Any], points: Any, **inputs: Any) -> dict[str, Any]:
    arrays = {name: np.ravel(inputs[name]).tolist() for name in value["inputs"]}
    arrays[value["points"]] = np.ravel(points).tolist()
    found = execute([Job(value["module"], "fold", {}, arrays)])[0]
    names = {layer[part] for layer in value["layers"] for part in ("linear", "shift", "activation")}
    return {name: np.array(found[name]).reshape(value["rows"], -1) for name in names}


def points(rows: int) -> Any:
    angle = np.arange(rows) * 0.7
    return np.stack([3 * np.cos(angle), 2 * np.sin(angle * 1.3)], axis=1)


def test_every_layer_of_a_net_on_every_point() -> None:
    inputs = {"W1": W1, "b1": B1, "W2": W2, "b2": B2, "X": X, "T": T}
    value = asked(NET, **inputs)
    assert (value["features"], value["labels"], value["rows"]) == ("X", "T", SIDE**2 + 3)
    assert [layer["width"] for layer in value["layers"]] == [3, 1]
    plane = points(value["rows"])
    found = run(value, plane, **inputs)
    first, last = value["layers"]
    np.testing.assert_allclose(found[first["linear"]], plane @ W1, rtol=1e-12, atol=1e-14)
    z1 = plane @ W1 + B1
    np.testing.assert_allclose(found[first["shift"]], z1, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found[first["activation"]], np.maximum(z1, 0), rtol=1e-12, atol=1e-14)
    z2 = np.maximum(z1, 0) @ W2 + B2
    np.testing.assert_allclose(found[last["shift"]], z2, rtol=1e-12, atol=1e-13)


def test_the_features_are_told_from_weights_of_the_same_shape() -> None:
    source = """
import numpy as np

def cost(W, b, v, X, T):
    return np.mean((np.tanh(X @ W + b) @ v - T) ** 2)
"""
    value = asked(
        source, W=np.eye(2).tolist(), b=[0.1, 0.2], v=[1.0, 2.0], X=[[0.0, 1.0], [2.0, 3.0]], T=[1, 0]
    )
    assert (value["features"], value["labels"]) == ("X", "T")


def test_one_example_is_replayed_for_many() -> None:
    W, b, v, x = [[0.5, -1.0], [2.0, 0.3]], [0.1, 0.2], [1.0, -1.0], [0.4, 0.6]
    inputs = {"scale": 1.5, "W": W, "b": b, "v": v, "x": x}
    value = asked(ONE, **inputs)
    assert (value["features"], value["labels"], value["rows"]) == ("x", None, SIDE**2 + 2)
    plane = points(value["rows"])
    found = run(value, plane, **inputs)
    first, last = value["layers"]
    hidden = np.tanh(1.5 * plane @ np.transpose(W) + b)
    np.testing.assert_allclose(found[first["activation"]], hidden, rtol=1e-12)
    np.testing.assert_allclose(found[last["shift"]][:, 0], hidden @ v, rtol=1e-12, atol=1e-14)


def test_numbers_that_are_none_stay_so() -> None:
    inputs = {"W1": W1, "b1": [math.nan, math.inf, 0.0], "W2": W2, "b2": B2, "X": X, "T": T}
    value = asked(NET, **inputs)
    found = run(value, points(value["rows"]), **inputs)[value["layers"][0]["activation"]]
    assert np.isnan(found[:, 0]).all() and np.isposinf(found[:, 1]).all() and np.isfinite(found[:, 2]).all()


@pytest.mark.parametrize(
    ("source", "example"),
    [
        ("def f(x):\n    return x**2", {"x": 1.0}),
        ("import numpy as np\ndef f(w, x):\n    return np.tanh(w @ x)", {"w": [1.0, 2.0], "x": [0.0, 1.0]}),
        ("import numpy as np\ndef f(W, X):\n    return np.sum(X @ W)", {"W": W1, "X": X}),
        ("import numpy as np\ndef f(w, X):\n    return np.mean((X @ w - 1) ** 2)", {"w": [1.0, 2.0], "X": X}),
        # Examples look at one another: no point goes its own way.
        (
            "import numpy as np\ndef f(W, X):\n    return np.sum(np.tanh((X - np.mean(X, axis=0)) @ W))",
            {"W": W1, "X": X},
        ),
        ("import numpy as np\ndef f(W, X):\n    return np.sum(np.tanh(X @ W))", {"W": [[1.0]], "X": [[1.0]]}),
    ],
)
def test_what_is_no_such_net_is_told_what_it_needs(source: str, example: dict[str, Any]) -> None:
    assert "needs an argument of two features" in asked(source, **example)["refused"]


def test_of_the_starters_the_net_folds() -> None:
    folding = {s.slug for s in starters() if "layers" in _value(s.source, s.example)}
    assert folding == {"two-layers"}


def _value(source: str, example: str) -> dict[str, Any]:
    return dict(browser.handle({"kind": "fold", "source": source, "example": example})["value"])
