"""Lessons: their Markdown is read or refused with a place and a remedy, their code and exercises are true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backsight.errors import LessonError
from backsight.guide import expression
from backsight.guide.course import course
from backsight.guide.markdown import Lesson, render_lesson

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = sorted(path.parent for path in (ROOT / "lessons").glob("*/index.md"))
WORDS_BEFORE_A_TASK = 90

every_lesson = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


class Values:
    """A lesson's values by the reference evaluator, at its first inputs or at others."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson, self.stage = lesson, lesson.data["stage"]

    def at(self, inputs: dict[str, float]) -> dict[str, Any]:
        quantities = {name: q["of"] for name, q in self.stage["quantities"].items()}
        first = {name: float(i["value"]) for name, i in self.stage["inputs"].items()}
        return {**quantities, **first, **self.stage.get("data", {}), **inputs}

    def of(self, parsed: expression.Expression, inputs: dict[str, float]) -> Any:
        def run(function: str, arguments: dict[str, Any]) -> dict[str, Any]:
            return self.lesson.functions[function].run(arguments)

        return expression.evaluate(parsed, self.at(inputs), self.stage["calls"], run)


def blocks(lesson: Lesson, kind: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(step, b) for step in lesson.data["steps"] for b in step["blocks"] if b["kind"] == kind]


# The contract of every lesson -------------------------------------------------------------------------------


@every_lesson
def test_keeps_the_contract(folder: Path) -> None:
    lesson = render_lesson(folder)
    steps = lesson.data["steps"]
    assert 6 <= lesson.minutes <= 12
    assert [b["kind"] for b in steps[0]["blocks"]] == ["quiz"]
    assert len(steps[0]["blocks"][0]["question"]) == 2
    for kind in ("predict", "code", "misconception", "decision"):
        assert blocks(lesson, kind), f"no {kind}"
    assert steps[-1]["blocks"][-1]["kind"] == "decision"
    assert any(step["scene"].get("blanks") for step in steps)
    assert all(step.get("notes") for step in steps), "every step has teacher notes"
    assert all(step["blocks"] for step in steps), "every screen asks something"


@every_lesson
def test_a_task_comes_soon(folder: Path) -> None:
    html = render_lesson(folder).html
    for section in re.findall(r"<section.*?</section>", html, re.DOTALL):
        before = re.sub(r"<[^>]+>", " ", section.split('<div class="block"')[0])
        assert len(before.split()) <= WORDS_BEFORE_A_TASK, section[:80]


# Code and exercises -----------------------------------------------------------------------------------------


@every_lesson
def test_the_code_reproduces_the_figures_numbers(folder: Path) -> None:
    lesson = render_lesson(folder)
    values = Values(lesson)
    shift = {name: (i["max"] - i["min"]) / 7 for name, i in values.stage["inputs"].items()}
    for step, block in blocks(lesson, "code"):
        for moved in (0.0, 1.0):
            inputs = {n: v + moved * shift[n] for n, v in at_step(values, step, block["inputs"]).items()}
            found = run_code(block["code"], inputs)
            for name, quantity in block["checks"].items():
                assert found[name] == pytest.approx(values.of(quantity, inputs), rel=1e-12), name


def at_step(values: Values, step: dict[str, Any], names: list[str]) -> dict[str, float]:
    """The inputs a step begins with."""
    return {n: float(step["scene"].get("set", {}).get(n, values.stage["inputs"][n]["value"])) for n in names}


def run_code(code: str, inputs: dict[str, float]) -> dict[str, Any]:
    """Run a lesson's code with the figure's inputs written into it, as the page does."""
    for name, number in inputs.items():
        code, count = re.subn(
            rf"^{name} = [^#\n]*", f"{name} = {number!r} ", code, count=1, flags=re.MULTILINE
        )
        assert count == 1, f"the code has no line for {name}"
    found: dict[str, Any] = {}
    # Weights that a step moves keep the value they had when the slopes were taken.
    exec(compile(code, "lesson code", "exec"), found)
    return found


@every_lesson
def test_the_exercise_fails_until_it_is_solved(folder: Path) -> None:
    def run(name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, str(folder / name)], capture_output=True, text=True)

    assert "blank" in run("start.py").stderr
    solved = run("solution.py")
    assert solved.returncode == 0, solved.stderr
    assert "agrees" in solved.stdout


# Answers are true -------------------------------------------------------------------------------------------


def test_the_chain_rule_of_the_dials_is_what_a_nudge_measures() -> None:
    lesson = render_lesson(ROOT / "lessons/how-slopes-combine")
    values = Values(lesson)
    for x in (0.3, 1.0, 2.2):
        whole = values.of("s", {"x": x})
        assert whole == pytest.approx(values.of("g1", {"x": x}) * values.of("f1", {"x": x}), rel=1e-12)
        assert whole == pytest.approx(values.of("rate", {"x": x}), rel=0.002)
        assert abs(values.of("wrong", {"x": x}) - whole) > 0.2


def test_only_one_rule_fits() -> None:
    lesson = render_lesson(ROOT / "lessons/how-slopes-combine")
    values = Values(lesson)
    (_, rule), *_ = blocks(lesson, "rule")
    fitting = []
    for i, first in enumerate(rule["slot"][0]["options"]):
        for j, second in enumerate(rule["slot"][1]["options"]):
            for join in rule["joins"]:
                pairs = [
                    (
                        values.of(first["value"], at),
                        values.of(second["value"], at),
                        values.of(rule["answer"], at),
                    )
                    for at in rule["at"]
                ]
                results = [(a * b if join == "×" else a + b, truth) for a, b, truth in pairs]
                if all(yours == pytest.approx(truth, rel=1e-9) for yours, truth in results):
                    fitting.append((i, j, join))
    assert fitting == [(0, 1, "×")]


def test_saturation_kills_the_packet_but_not_the_error() -> None:
    values = Values(render_lesson(ROOT / "lessons/one-neuron"))
    sure = {"b": -6.0}
    assert values.of("error", sure) < -0.98
    assert abs(values.of("dz", sure)) < 0.02
    assert values.of("dz", {}) == pytest.approx(-0.125)


# Errors have a place and a remedy ---------------------------------------------------------------------------

MODEL = """
def double(x):
    y = 2 * x * x
    return y

FIGURES = {"double": (double, {"x": 1.0}, ["x"])}
"""
HEAD = """---
number = 1
title = "T"
question = "Q?"
minutes = 6
---

:::{stage}
figure = "dials"
inputs = { x = { value = 1, min = 0, max = 2, step = 0.1, says = "x" } }
calls = { now = "double(x=x)" }
quantities = { y = { of = "now.y", tex = "y", says = "y" } }
:::

## Step

"""


def lesson_with(folder: Path, body: str, head: str = HEAD) -> Path:
    (folder / "model.py").write_text(MODEL)
    (folder / "index.md").write_text(head + body)
    return folder


@pytest.mark.parametrize(
    ("body", "message", "remedy"),
    [
        (":::{quizz}\n:::\n", "no directive `quizz`", "`quiz`"),
        (':::{quiz}\nfrom = "x\n:::\n', "not TOML", "quotes"),
        (":::{scene}\ncovr = []\n:::\n", "not known", "`cover`"),
        (':::{scene}\ncover = ["z"]\n:::\n', "no quantity `z`", "known"),
        (':::{goal}\nask = "?"\nvalue = "double(x=2).z"\n:::\n', "computes no `z`", "value"),
        (':::{goal}\nask = "?"\nvalue = "x + 1"\n:::\n', "neither a name nor", "value"),
        (':::{check}\n[[part]]\nask = "?"\nanswer = 3\n:::\n', "never typed", "expression"),
        (":::{predict}\n:::\n", "`part` is missing", "part"),
        ("The height is {live}`hight`.\n", "nothing is called `hight`", "known"),
        ("The {lively}`y`.\n", "no role `lively`", "live"),
    ],
)
def test_a_slip_is_told_with_its_line(tmp_path: Path, body: str, message: str, remedy: str) -> None:
    with pytest.raises(LessonError) as caught:
        render_lesson(lesson_with(tmp_path, body))
    error = caught.value
    assert message in error.message
    assert remedy in error.remedy
    assert error.origin is not None
    assert error.origin.file.endswith("index.md")
    start = HEAD.count("\n") + 1
    assert start <= error.origin.line <= start + body.count("\n")


def test_a_slip_in_the_stage(tmp_path: Path) -> None:
    head = HEAD.replace("now.y", "now.dzz")
    with pytest.raises(LessonError, match="computes no `dzz`"):
        render_lesson(lesson_with(tmp_path, "", head))


def test_html_is_not_let_through(tmp_path: Path) -> None:
    lesson = render_lesson(lesson_with(tmp_path, "<script>alert(1)</script>\n"))
    assert "<script" not in lesson.html


def test_prose_becomes_placeholders_for_numbers(tmp_path: Path) -> None:
    html = render_lesson(
        lesson_with(tmp_path, "The height $y$ is {live}`y|3`, costs $5 or {quantity}`y`.\n")
    ).html
    assert '<span class="math">y</span>' in html
    assert '<span class="live" data-live="y" data-digits="3"></span>' in html
    assert "costs $5" in html
    assert '<span class="quantity" data-quantity="y"></span>' in html


# The course as a whole --------------------------------------------------------------------------------------


def test_the_map_has_every_lesson_and_only_pages_that_exist() -> None:
    lessons = [render_lesson(folder) for folder in FOLDERS]
    found = course(ROOT / "lessons", lessons)
    assert [entry["number"] for entry in found["map"]] == list(range(1, 23))
    assert found["fast"] == [1, 2, 3, 8, 9]
    assert {page["number"] for page in found["lessons"]} <= set(range(1, 23))
    assert all(page["tasks"] >= 6 for page in found["lessons"])


def test_a_slip_in_the_map_is_told_with_its_line(tmp_path: Path) -> None:
    entry = '[[lesson]]\nnumber = 1\nname = "One"\nquestion = "?"\nat = [0, 0]\n'
    for text, message, line in [
        ('[[lesson]\nnumber = 1"', "not TOML", 1),
        ("\n[[lesson]]\nnumber = 1\n", "no `name`", 3),
        (f"\n{entry}after = [7]\n", "comes after 7", 3),
    ]:
        (tmp_path / "map.toml").write_text(text)
        with pytest.raises(LessonError, match=message) as caught:
            course(tmp_path, [])
        assert caught.value.origin is not None
        assert caught.value.origin.line == line
