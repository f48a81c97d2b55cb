"""Lessons: their Markdown is read or refused with a place and a remedy, their code and exercises are true."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path

import jax
import pytest

from backsight.errors import LessonError, LoadError
from backsight.guide.authoring import new_lesson
from backsight.guide.contract import faults
from backsight.guide.course import course
from backsight.guide.markdown import Lesson, render_lesson
from backsight.guide.model import load_functions
from backsight.guide.values import LessonValues, blocks

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = sorted(path.parent for path in (ROOT / "lessons").glob("*/index.md"))

every_lesson = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def at_start(slug: str) -> tuple[Lesson, LessonValues]:
    lesson = render_lesson(ROOT / "lessons" / slug)
    return lesson, LessonValues(lesson)


@every_lesson
def test_keeps_the_contract(folder: Path) -> None:
    """Its form, the numbers of its code, its exercise: see `backsight.guide.contract`."""
    assert [str(fault) for fault in faults(folder)] == []


# Answers are true -------------------------------------------------------------------------------------------


def test_the_chain_rule_of_the_dials_is_what_a_nudge_measures() -> None:
    _, found = at_start("how-slopes-combine")
    for x in (0.3, 1.0, 2.2):
        whole = found.of("s", {"x": x})
        assert whole == pytest.approx(found.of("g1", {"x": x}) * found.of("f1", {"x": x}), rel=1e-12)
        assert whole == pytest.approx(found.of("rate", {"x": x}), rel=0.002)
        assert abs(found.of("wrong", {"x": x}) - whole) > 0.2


def test_only_one_rule_fits() -> None:
    lesson, found = at_start("how-slopes-combine")
    (_, rule), *_ = blocks(lesson, "rule")
    fitting = []
    for i, first in enumerate(rule["slot"][0]["options"]):
        for j, second in enumerate(rule["slot"][1]["options"]):
            for join in rule["joins"]:
                pairs = [
                    (
                        found.of(first["value"], at),
                        found.of(second["value"], at),
                        found.of(rule["answer"], at),
                    )
                    for at in rule["at"]
                ]
                results = [(a * b if join == "×" else a + b, truth) for a, b, truth in pairs]
                if all(yours == pytest.approx(truth, rel=1e-9) for yours, truth in results):
                    fitting.append((i, j, join))
    assert fitting == [(0, 1, "×")]


def test_the_paths_of_the_stall_add_up_to_its_slope() -> None:
    lesson, values = at_start("used-twice")
    graph = lesson.data["stage"]["options"]["graphs"]["stall"]
    slopes = {(edge["from"], edge["to"]): edge["slope"] for edge in graph["edges"]}
    for p in (0.5, 2.0, 5.5):
        products = []
        for path in graph["paths"]:
            along = [values.of(slopes[pair], {"p": p}) for pair in pairwise(path["via"])]
            products.append(math.prod(along))
            assert values.of(path["product"], {"p": p}) == pytest.approx(products[-1], rel=1e-12)
        assert sum(products) == pytest.approx(values.of(graph["total"], {"p": p}), rel=1e-12)
        if p == 2.0:
            assert products == [80.0, -40.0, 10.0]
            assert values.of("total", {"p": p}) == 50.0


def test_at_the_corner_libraries_answer_what_lesson_1_says() -> None:
    # PyTorch's answers are in tests_torch.
    _, values = at_start("what-a-nudge-does")
    assert values.of("corner", {"x": 2.0}) == 0.0
    assert jax.grad(jax.nn.relu)(0.0) == 0.0
    assert jax.grad(lambda x: jax.numpy.maximum(0.0, x))(0.0) == 0.5


def test_saturation_kills_the_packet_but_not_the_error() -> None:
    _, found = at_start("one-neuron")
    sure = {"b": -6.0}
    assert found.of("error", sure) < -0.98
    assert abs(found.of("dz", sure)) < 0.02
    assert found.of("dz", {}) == pytest.approx(-0.125)


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


# The contract finds what is missing -------------------------------------------------------------------------


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A lesson as `backsight new-lesson` begins it."""
    new_lesson(tmp_path / "carpet")
    return tmp_path / "carpet"


def test_a_new_lesson_keeps_the_contract(fresh: Path) -> None:
    assert faults(fresh) == []
    assert render_lesson(fresh).title == "Carpet"


def test_a_title_may_hold_anything(tmp_path: Path) -> None:
    title = 'Why "\\n" — and\twhy {{number}}?'
    new_lesson(tmp_path / "a", title=title)
    assert render_lesson(tmp_path / "a").title.replace("\t", " ").startswith('Why "\\n" — and why')


@pytest.mark.parametrize("name", ["My lesson", "a--b", "-a", "lektion_1", "ä"])
def test_a_name_that_is_no_address_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LessonError, match="cannot stand in an address"):
        new_lesson(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_nothing_of_theirs_is_written_over(tmp_path: Path) -> None:
    mine = tmp_path / "carpet/index.md"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(LessonError, match="something in"):
        new_lesson(mine.parent)
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(LessonError, match="something in"):
        new_lesson(tmp_path / "notes")
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    ("file", "old", "new", "message", "at"),
    [
        ("index.md", "minutes = 6", "minutes = 30", "takes 30 minutes", "---"),
        ("index.md", ":::{predict}", ":::{check}", "no predict", "---"),
        ("index.md", "blanks = 1", "", "no ledger has blanks", "---"),
        ("index.md", "ds = 2 * s * 30", "ds = 2 * s * 31", "the figure says", ":::{code}"),
        ("index.md", "ds = 2 * s * 30", "ds = 2 * s * 30 / 0", "ZeroDivisionError", ":::{code}"),
        ("index.md", "ds = 2 * s * 30\nprint(p, ds)", "print(p)", "has no `ds`", ":::{code}"),
        ("index.md", "s = 2.0  # metres", "s: float = 2", "no line `s", ":::{code}"),
        ("index.md", "Say first, then see.", "word " * 91, "words come before", "## One more"),
        ("start.py", "dv = ...", "dv = 0.9", "", ""),
        ("start.py", "yours is ...", "False", "must fail", "Exercise"),
        ("solution.py", "dv * 3", "dv * 2", "must end well", "Solved"),
        ("solution.py", "agrees", "is fine", "must end well", "Solved"),
    ],
)
def test_what_breaks_the_contract_is_told_with_its_line(
    fresh: Path, file: str, old: str, new: str, message: str, at: str
) -> None:
    text = (fresh / file).read_text()
    assert old in text
    (fresh / file).write_text(text.replace(old, new, 1))
    found = faults(fresh)
    if not message:
        assert found == []
        return
    fitting = [f for f in found if message in f"{f.message} {f.remedy}"]
    assert fitting, [str(f) for f in found]
    origin = fitting[0].origin
    assert origin is not None and origin.file.endswith(file) and at in origin.text


def test_a_step_that_asks_nothing_and_says_nothing_to_teachers(fresh: Path) -> None:
    text = (fresh / "index.md").read_text()
    (fresh / "index.md").write_text(text.replace("## Choose", "## Quiet {#quiet}\n\nNothing.\n\n## Choose"))
    assert [f.message for f in faults(fresh)] == [
        "this step asks nothing",
        "this step has no notes for teachers",
    ]


def test_a_mistake_in_model_py_has_its_line(fresh: Path) -> None:
    text = (fresh / "model.py").read_text()
    (fresh / "model.py").write_text(text.replace("FIGURES = {", "width = height\n\nFIGURES = {"))
    with pytest.raises(LoadError, match="height") as caught:
        render_lesson(fresh)
    assert caught.value.origin is not None and caught.value.origin.text == "width = height"


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


def test_the_table_of_concepts_leads_to_steps_that_exist() -> None:
    page = (ROOT / "docs/concepts.md").read_text("utf-8")
    steps = {f.name: {s["slug"] for s in render_lesson(f).data["steps"]} for f in FOLDERS}
    found = re.findall(r"\]\(\.\./lessons/([a-z0-9-]+)/index\.md#([a-z0-9-]+)\)", page)
    assert len(found) >= 40
    assert [(slug, step) for slug, step in found if step not in steps.get(slug, ())] == []
    assert {slug for slug, _ in found} == set(steps), "every lesson teaches something"


def test_an_array_from_outside_is_refused(fresh: Path) -> None:
    """The browser would know nothing of it, and compute with zeros."""
    model = fresh / "model.py"
    before = model.read_text("utf-8") + "\nfrom backsight import numpy as np\n"
    model.write_text(
        before + "def outside(x):\n    y = np.sum(x * np.eye(3))\n    return y\n\n\n"
        'FIGURES["outside"] = (outside, {"x": 2.0}, ["x"])\n',
        "utf-8",
    )
    with pytest.raises(LessonError, match="`outside` uses an array that is none of its arguments") as caught:
        _ = load_functions(fresh)["outside"].inspection
    assert caught.value.origin is not None
    assert caught.value.origin.line == before.count("\n") + 1


def test_a_scene_begins_with_what_a_script_made(fresh: Path) -> None:
    page = fresh / "index.md"
    (fresh / "made.json").write_text('{"inputs": {"large": {"s": 3.5, "h": 0.25}}}', "utf-8")
    text = page.read_text("utf-8")
    page.write_text(text.replace("set = { s = 2.0 }", 'from = "large"\nset = { s = 3.0 }', 1), "utf-8")
    scenes = [step["scene"] for step in render_lesson(fresh).data["steps"] if step["scene"]]
    assert scenes[0]["set"] == {"s": 3.0, "h": 0.25}  # the scene's own numbers go before
    assert "h" not in scenes[1]["set"]
    page.write_text(text.replace("set = { s = 2.0 }", 'from = "larg"', 1), "utf-8")
    with pytest.raises(LessonError, match=r"made\.json has no inputs called `larg`") as caught:
        render_lesson(fresh)
    assert "large" in (caught.value.remedy or "")
