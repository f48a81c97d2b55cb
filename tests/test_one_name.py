"""A value has one name on the workbench: in the graph, the derivation, the code and the spreadsheet."""

from __future__ import annotations

import re
from typing import Any

import pytest

from backsight import browser
from backsight.guide.starters import Starter, starters

UNNAMED = """import numpy as np

def cost(w, x):
    return np.mean(np.tanh(np.exp(w) * np.sin(x)) ** 2)
"""
TAKEN = """import numpy as np

def v1(x):
    dv2 = np.exp(x) * np.sin(x)
    return np.tanh(dv2 * np.cos(x)) ** 2
"""
MINE = [
    Starter("unnamed", "", "", "", UNNAMED, "w = 0.5\nx = [0.1, 0.2, 0.3]"),
    Starter("taken", "", "", "", TAKEN, "x = 0.4"),
]


def ask(kind: str, starter: Starter) -> Any:
    answer = browser.handle({"kind": kind, "source": starter.source, "example": starter.example})
    assert answer["ok"], answer
    return answer["value"]


@pytest.mark.parametrize("starter", [*MINE, *starters()], ids=lambda s: s.slug)
def test_every_view_calls_a_value_the_same(starter: Starter) -> None:
    explanation = ask("workbench", starter)["explanation"]
    stops = {step["name"] for step in explanation["forward"]}
    symbols = {adjoint["symbol"] for adjoint in explanation["reverse"]}

    graph = ask("graph", starter)
    assert {node["value"] for node in graph["nodes"] if "value" in node} == stops

    code = ask("sources", starter)
    lines = {name for line in code["numpy"]["lines"] for name in line["variables"]}
    assigned = {m[1] for m in re.finditer(r"^ +(\w+) = ", code["numpy"]["text"], re.MULTILINE)}
    made = {step["name"] for step in explanation["forward"] if step["kind"] == "step"}
    assert made <= lines
    assert made == assigned & (made | stops)
    assert {n for n in assigned if re.fullmatch(r"v\d+", n)} <= stops
    # An adjoint that is a sum of one thing needs no line; one that has a line is called as it is explained.
    assert {n for n in assigned if n.startswith("d") and n not in stops} <= symbols

    sheet = ask("sheet", starter)
    if "refused" not in sheet:
        blocks = {block["name"] for block in sheet["blocks"]}
        assert made <= blocks
        assert {n for n in blocks if re.fullmatch(r"d?v\d+", n)} <= stops | symbols


def test_the_value_is_called_after_the_function() -> None:
    square = next(s for s in starters() if s.slug == "square")
    assert "return square, dx" in ask("sources", square)["numpy"]["text"]
    assert [b["name"] for b in ask("sheet", square)["blocks"] if b["part"] == "forward"] == ["square"]
