"""Steps that nobody named have their numbers in the graph: those they have when somebody names them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from backsight.browser import handle
from backsight.explaining.graphs import inner
from tests.javascript import Job, execute

FOLDED = """import numpy as np
def cost(w, x, b):
    z = np.tanh(w[0] * x[0] + w[1] * x[1] + b) * 2.0
    return (z - 1.0) ** 2 + np.max(w)
"""


def numbers(
    source: str, example: str, level: str, **arrays: Any
) -> list[tuple[str, list[float], list[float]]]:
    """By step: its sign, its value and its adjoint, as the kernel has them."""
    answer = handle({"kind": "graph", "source": source, "example": example, "level": level})
    assert answer["ok"], answer
    graph = answer["value"]
    found = graph["inner"]
    given = {
        name: list(np.ravel(arrays[array])) if index is None else [np.ravel(arrays[array])[index]]
        for name, array, index in found["inputs"]
    }
    (run,) = execute([Job(found["module"], "inner", {}, given)])

    def at(place: Any) -> list[float]:
        return [float(x) for x in run[place]] if place in run else [float(place)]

    return [
        (graph["nodes"][int(node)]["label"], *(at(place) for place in places))  # type: ignore[misc]
        for node, places in found["steps"].items()
    ]


def expected(w: Any, x: Any, b: float) -> dict[str, tuple[float, float]]:
    """By hand, with the chain rule; what a step is called: its value and its adjoint."""
    s = w[0] * x[0] + w[1] * x[1] + b
    a = math.tanh(s)
    da = 2 * (2 * a - 1) * 2
    ds = da * (1 - a * a)
    return {
        "first": (w[0] * x[0], ds),
        "second": (w[1] * x[1], ds),
        "both": (w[0] * x[0] + w[1] * x[1], ds),
        "sum": (s, ds),
        "tanh": (a, da),
        "miss": (2 * a - 1, 2 * (2 * a - 1)),
    }


@pytest.mark.parametrize("level", ["arrays", "scalars"])
def test_each_step_has_its_value_and_its_adjoint(level: str) -> None:
    w, x, b = [0.7, -0.4], [1.5, 2.0], 0.3
    places = "w = [0.1, 0.2]; x = [1.0, 1.0]; b = 0.0"  # the numbers are those that the kernel is given
    steps = numbers(FOLDED, places, level, w=w, x=x, b=[b])
    flat = [(value[0], adjoint[0]) for _, value, *rest in steps for adjoint in rest if len(value) == 1]
    for name, pair in expected(w, x, b).items():
        stops = name in ("tanh",)  # this one bends: it is a stop of its own
        close = [p for p in flat if p == pytest.approx(pair, rel=1e-12)]
        assert stops or close, (name, pair, flat)


def test_what_is_a_stop_is_left_to_the_explanation() -> None:
    answer = handle({"kind": "graph", "source": FOLDED, "example": "w = [1.0, 2.0]; x = [1.0, 1.0]; b = 0.0"})
    nodes, steps = answer["value"]["nodes"], answer["value"]["inner"]["steps"]
    assert {int(at) for at in steps} == {at for at, node in enumerate(nodes) if "value" not in node}


def test_what_the_gradient_is_not_taken_by_has_no_adjoint() -> None:
    source = "def f(x, y):\n    return x * (2.0 + y * y)"
    request = {"kind": "graph", "source": source, "example": "x = 1.0; y = 3.0", "wrt": ["x"]}
    answer = handle(request)
    assert answer["ok"], answer
    steps = answer["value"].get("inner", {"steps": {}})["steps"]
    assert all(len(places) == 1 for places in steps.values())


def test_too_many_are_left_bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inner, "MOST", 3)
    answer = handle({"kind": "graph", "source": FOLDED, "example": "w = [1.0, 2.0]; x = [1.0, 1.0]; b = 0.0"})
    assert "inner" not in answer["value"]
