"""Functions as graphs of arrays, neurons and scalars: what is a node, what folds, whose numbers they are."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import numpy as np
import pytest

from backsight.browser import handle
from backsight.explaining.graphs.scalars import MOST
from backsight.guide.starters import Starter, starters

LAYERS = """
import numpy as np

def layer(x, W, b):
    z = x @ W + b
    return np.tanh(z)

def cost(X, W1, b1, W2, b2, T):
    a1 = layer(X, W1, b1)
    a2 = layer(a1, W2, b2)
    d = a2 - T
    return np.sum(d**2) / 2
"""

RECURRENT = """
import numpy as np

def cost(W, U, h, xs):
    for x in xs:
        s = W @ h + U @ x
        h = np.tanh(s)
    return np.sum(h**2)
"""
RECURRENT_AT = (
    "W = np.eye(2); U = np.ones((2, 2)); h = np.zeros(2); xs = [np.ones(2), np.ones(2), np.ones(2)]"
)


def net(n: int, d: int, h: int, k: int) -> str:
    return (
        f"X = np.full(({n}, {d}), 0.1); W1 = np.full(({d}, {h}), 0.1); b1 = np.zeros({h}); "
        f"W2 = np.full(({h}, {k}), 0.2); b2 = np.zeros({k}); T = np.ones(({n}, {k}))"
    )


def drawn(source: str, example: str, level: str) -> dict[str, Any]:
    answer = handle({"kind": "graph", "source": source, "example": example, "level": level})
    assert answer["ok"], answer
    value: dict[str, Any] = answer["value"]
    sound(value)
    return value


def refused(source: str, example: str, level: str) -> dict[str, Any]:
    answer = handle({"kind": "graph", "source": source, "example": example, "level": level})
    assert not answer["ok"]
    error: dict[str, Any] = answer["error"]
    assert error["message"] and error["remedy"]
    return error


def sound(graph: dict[str, Any]) -> None:
    """What every graph keeps to: links lead onward, scopes nest, and nothing points nowhere."""
    nodes, scopes = graph["nodes"], graph["scopes"]
    if graph["level"] != "neurons":
        assert all(source < target for source, target, *_ in graph["links"])
    assert {end for link in graph["links"] for end in link[:2]} <= set(range(len(nodes)))
    parents = [s["parent"] for s in scopes]
    for place, scope in enumerate(scopes):
        depth = 0
        while place != -1:
            place, depth = parents[place], depth + 1
            assert depth <= len(scopes), "scopes nest"
        assert -1 <= scope["shows"] < len(nodes)
    assert all(-1 <= n.get("scope", -1) < len(scopes) for n in nodes)
    inside = Counter([n.get("scope", -1) for n in nodes] + parents)
    if graph["level"] != "neurons":
        assert all(inside[place] > 1 for place in range(len(scopes))), "folding one thing changes nothing"
    assert all(n["op"] in graph["operations"] for n in nodes if "op" in n)
    assert [n.get("kind") for n in nodes].count("output") >= 1


def labels(graph: dict[str, Any]) -> list[str]:
    return [n["label"] for n in graph["nodes"]]


def test_arrays_have_a_node_per_value_and_fold_into_calls_and_steps() -> None:
    graph = drawn(LAYERS, net(2, 2, 3, 1), "arrays")
    assert labels(graph)[:6] == ["X", "W1", "b1", "W2", "b2", "T"]
    at = {n["label"]: place for place, n in enumerate(graph["nodes"])}
    kinds = [(s["kind"], s["label"], graph["nodes"][s["shows"]]["label"]) for s in graph["scopes"]]
    assert kinds == [
        ("function", "layer", "a1"),
        ("function", "layer", "a2"),
        ("steps", "z", "z"),
        ("steps", "z_2", "z_2"),
    ]
    assert graph["scopes"][graph["nodes"][at["z"]]["scope"]]["parent"] == 0
    assert [at["z"], at["a1"]] in graph["links"]
    assert graph["nodes"][at["a1"]] == {
        "label": "a1", "op": "tanh", "shape": [2, 3], "value": "a1", "line": 6, "scope": 0
    }  # fmt: skip
    assert graph["nodes"][at["cost"]]["kind"] == "output"
    assert graph["lines"]["6"] == "return np.tanh(z)"


def test_a_loop_folds_into_its_turns() -> None:
    graph = drawn(RECURRENT, RECURRENT_AT, "arrays")
    kinds = [(s["kind"], s["label"], s["parent"]) for s in graph["scopes"]]
    assert kinds == [("loop", "for x in xs", -1), *(("turn", f"turn {i}", 0) for i in (1, 2, 3))]
    turns = Counter(n["scope"] for n in graph["nodes"] if "scope" in n)
    assert turns == {1: 4, 2: 4, 3: 4}


def test_loops_in_loops_and_calls_in_turns() -> None:
    source = """
import numpy as np

def cost(x):
    total = 0.0
    for i in range(2):
        z = x * (i + 2)
        for j in range(3):
            y = np.sin(z) * x
            z = y + (j + 2) * x
        total = total + z
    return total
"""
    graph = drawn(source, "x = 0.5", "arrays")
    tree = [(s["kind"], s["parent"]) for s in graph["scopes"] if s["kind"] in ("loop", "turn")]
    assert tree.count(("loop", -1)) == 1
    outer = [i for i, s in enumerate(graph["scopes"]) if s["kind"] == "turn" and s["parent"] == 0]
    assert len(outer) == 2
    inner = [i for i, s in enumerate(graph["scopes"]) if s["kind"] == "loop" and s["parent"] in outer]
    assert len(inner) == 2
    assert [sum(s["parent"] == i and s["kind"] == "turn" for s in graph["scopes"]) for i in inner] == [3, 3]


@pytest.mark.parametrize(
    "product",
    ["X @ W1 + b1", "np.dot(X, W1) + b1", "(W1.T @ X.T).T + b1", "np.einsum('ni,ih->nh', X, W1) + b1"],
)
def test_neurons_know_their_weights(product: str) -> None:
    """Summed over its links, with the numbers that they name, a neuron is what NumPy says it is."""
    source = f"import numpy as np\ndef cost(X, W1, b1):\n    z = {product}\n    return np.sum(np.exp(z))"
    rng = np.random.default_rng(1)
    X, W1, b1 = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), np.zeros(2)
    example = f"X = np.array({X.tolist()}); W1 = np.array({W1.tolist()}); b1 = np.array({b1.tolist()})"
    graph = drawn(source, example, "neurons")
    nodes = graph["nodes"]
    numbers = {"X": X.ravel(), "W1": W1.ravel(), "z": (X @ W1 + b1).ravel()}
    assert [n["value"] for n in nodes] == ["X"] * 3 + ["z"] * 2 + ["cost"]
    assert [n["label"] for n in nodes[:5]] == ["X[:,0]", "X[:,1]", "X[:,2]", "z[:,0]", "z[:,1]"]

    def at(node: dict[str, Any], row: int) -> float:
        return float(numbers[node["value"]][node.get("index", 0) + row * node.get("stride", 0)])

    for unit in (3, 4):
        into = [link for link in graph["links"] if link[1] == unit]
        assert len(into) == 3
        for row in range(4):
            total = sum(at(nodes[s], row) * numbers[name][entry] for s, _, name, entry in into)
            assert total == pytest.approx(at(nodes[unit], row), rel=1e-12)
    assert [link for link in graph["links"] if link[1] == 5] == [[3, 5], [4, 5]]


def test_layers_follow_one_another_and_sums_of_products_are_one() -> None:
    graph = drawn(LAYERS, net(2, 2, 3, 1), "neurons")
    assert [(s["label"], s["kind"]) for s in graph["scopes"]] == [
        ("X", "layer"), ("a1", "layer"), ("a2", "layer")
    ]  # fmt: skip
    assert Counter(link[2] for link in graph["links"] if len(link) > 2) == {"W1": 6, "W2": 3}
    graph = drawn(RECURRENT, RECURRENT_AT, "neurons")
    assert [s["label"] for s in graph["scopes"]] == ["h", "xs_0", "h_2", "xs_1", "h_3", "xs_2", "h_4"]
    column = "import numpy as np\ndef logistic(w, b, X, t):\n    p = 1 / (1 + np.exp(-(X @ w + b)))\n" + (
        "    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))"
    )
    graph = drawn(column, "w = [0.5, -1.0]; b = 0.1; X = [[1.0, 2.0], [3.0, 1.0]]; t = [0.0, 1.0]", "neurons")
    assert labels(graph) == ["X[:,0]", "X[:,1]", "p", "logistic"]
    assert graph["nodes"][2]["rows"] == 2
    assert graph["nodes"][2]["stride"] == 1


def test_what_is_added_belongs_to_the_neurons_and_no_layer_is_lost() -> None:
    driven = """
import numpy as np

def cost(W, U, h, x):
    for t in range(3):
        h = np.tanh(W @ h + U * x[t])
    return np.sum(h**2)
"""
    graph = drawn(driven, "W = np.eye(2); U = np.ones(2); h = np.zeros(2); x = np.ones(3)", "neurons")
    assert [s["label"] for s in graph["scopes"]] == ["h", "h_2", "h_3", "h_4"]
    normed = """
import numpy as np

def cost(X, W1, W2):
    a = np.tanh(X @ W1)
    normed = a / np.sum(a, axis=1, keepdims=True)
    return np.sum(normed @ W2)
"""
    error = refused(normed, "X = np.ones((2, 3)); W1 = np.ones((3, 4)); W2 = np.ones((4, 2))", "neurons")
    assert "normed, which is multiplied with W2, mixes those of a layer" in error["message"]
    assert error["line"] == 7


def test_what_has_no_layers_is_refused_in_words() -> None:
    assert "no layers" in refused("def f(x): return x**2", "x = 3.0", "neurons")["message"]
    attention = "import numpy as np\ndef f(X, Q, K):\n    q = X @ Q\n    k = X @ K\n    s = q @ k.T\n" + (
        "    return np.sum(s**2)"
    )
    graph = drawn(attention, "X = np.eye(3); Q = np.eye(3); K = np.eye(3)", "neurons")
    assert "s[0,0]" not in labels(graph), "a product of two values is no layer"
    wide = "X = np.ones((2, 400)); W1 = np.ones((400, 400)); b1 = np.zeros(400); " + (
        "W2 = np.ones((400, 1)); b2 = np.zeros(1); T = np.ones((2, 1))"
    )
    assert "too many" in refused(LAYERS, wide, "neurons")["message"]


def test_scalars_are_within_their_entries_and_these_within_their_arrays() -> None:
    graph = drawn(LAYERS, net(1, 2, 2, 1), "scalars")
    scopes = graph["scopes"]
    path = []
    place = next(n for n in graph["nodes"] if n["label"] == "z[0,1]")["scope"]
    while place != -1:
        path.append((scopes[place]["kind"], scopes[place]["label"]))
        place = scopes[place]["parent"]
    assert path == [("entry", "z[0,1]"), ("array", "z"), ("function", "layer")]
    steps = [n["label"] for n in graph["nodes"] if n.get("scope") == 8]
    assert steps == ["×", "×", "+", "z[0,0]"]
    entries = [(n["value"], n.get("index")) for n in graph["nodes"] if "value" in n]
    assert len(entries) == len(set(entries)), "no entry is there twice"
    assert {index for value, index in entries if value == "W1"} == {0, 1, 2, 3}


def test_ten_thousand_scalars_in_seconds_and_far_more_are_refused() -> None:
    start = time.perf_counter()
    graph = drawn(LAYERS, net(14, 16, 16, 4), "scalars")
    assert 10_000 <= len(graph["nodes"]) <= MOST
    assert time.perf_counter() - start < 10
    error = refused(LAYERS, net(50, 16, 16, 4), "scalars")
    assert f"more than {MOST:,} numbers" in error["message"]
    assert (
        "whole arrays"
        in refused(
            "import numpy as np\ndef f(A, b): return np.sum(np.linalg.solve(A, b))",
            "A = np.eye(2); b = np.ones(2)",
            "scalars",
        )["message"]
    )


@pytest.mark.parametrize("starter", starters(), ids=lambda starter: starter.slug)
def test_every_starter_is_a_graph_or_is_refused_in_words(starter: Starter) -> None:
    drawn(starter.source, starter.example, "arrays")
    for level in ("neurons", "scalars"):
        request = {"source": starter.source, "example": starter.example, "level": level}
        answer = handle({"kind": "graph", **request})
        if answer["ok"]:
            sound(answer["value"])
        else:
            assert answer["error"]["code"] == "BS401", answer["error"]
            assert answer["error"]["remedy"]


def test_what_is_asked_for_wrongly() -> None:
    assert "arrays, neurons, scalars" in refused("def f(x): return x", "x = 1.0", "atoms")["remedy"]
    assert "returns 2 values" in refused("def f(x): return x, x * 2", "x = 1.0", "arrays")["message"]
    constant = drawn("def f(x): return 3.0 * x", "x = 1.0", "arrays")
    assert labels(constant) == ["x", "f"]
    closed = "import numpy as np\nA = np.ones(3)\ndef f(x): return np.sum(A * x)"
    assert {n["label"]: n.get("kind") for n in drawn(closed, "x = np.ones(3)", "arrays")["nodes"]}[
        "A"
    ] == "constant"
