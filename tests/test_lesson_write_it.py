"""Lesson 9: what is asked for is missing, what is planted is found, what is solved is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backsight.browser import handle
from backsight.guide.markdown import render_lesson
from backsight.guide.values import LessonValues
from tests.browser.goals.write_it import CELLS, SOLVED

LESSON = Path(__file__).resolve().parent.parent / "lessons/write-it"


def judged(source: str) -> dict[str, Any]:
    answer = handle({"kind": "edges", "source": source})
    assert answer["ok"], answer
    found: dict[str, Any] = answer["value"]
    return found


@pytest.mark.parametrize("cell", CELLS)
def test_solved_cells_are_right_and_given_ones_are_not_yet(cell: str) -> None:
    assert judged(SOLVED[cell])["ok"]
    assert judged(CELLS[cell]["source"])["ok"] == (cell == "right")


@pytest.mark.parametrize(
    ("cell", "name", "line"),
    [
        ("twice", "dw", "dw = 0.2 * w"),
        ("sum", "db1", "db1 = dZ1.sum()"),
        ("stale", "dA1", "W2 = W2 - 0.5 * dW2"),
    ],
)
def test_a_planted_bug_is_one_edge_and_its_line(cell: str, name: str, line: str) -> None:
    source = CELLS[cell]["source"]
    wrong = [e for e in judged(source)["edges"] if e["state"] == "wrong"]
    assert [e["name"] for e in wrong] == [name]
    assert source.splitlines()[wrong[0]["accused"] - 1].strip() == line


def test_the_boxes_of_a_cell_are_its_forward_values() -> None:
    nets = render_lesson(LESSON).data["stage"]["options"]["nets"]
    for name, cell in CELLS.items():
        drawn = {node["of"] for node in nets[cell["net"]]["nodes"]}
        assert {e["of"] for e in judged(SOLVED[name])["edges"]} <= drawn, name
        assert {end for edge in nets[cell["net"]]["edges"] for end in edge} == drawn, name


def test_kims_pass_trains_and_is_wrong() -> None:
    values = LessonValues(render_lesson(LESSON))
    assert values.of("slipped") < values.of("cost") / 10
    assert values.of("after") < values.of("cost") / 10
    assert values.of("dw") == pytest.approx(values.of("rate"), rel=1e-3)
    assert values.of("slip") > 4 * values.of("rate")
