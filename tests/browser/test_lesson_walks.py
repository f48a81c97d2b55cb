"""Every lesson walked to the end as a person would: by mouse, by keyboard alone, and on a phone."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from backsight.guide import expression
from backsight.guide.markdown import Lesson, render_lesson
from tests.browser.hands import Keyboard, Mouse, Thumb, point_at

HANDLE = "turns of the handle"
ROOT = Path(__file__).resolve().parent.parent.parent
SLUGS = [path.parent.name for path in sorted((ROOT / "lessons").glob("*/index.md"))]
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"


# tests/browser/goals has a file per lesson: what a learner who knows would do, a function per step ----------


def goals_of(slug: str) -> dict[str, Callable[[Mouse, Page], None]]:
    module = importlib.import_module(f"tests.browser.goals.{slug.replace('-', '_')}")
    return cast("dict[str, Callable[[Mouse, Page], None]]", module.GOALS)


class Learner:
    """Walks a lesson; the answers come from the lesson's functions by the reference evaluator in Python."""

    def __init__(self, page: Page, hands: Mouse, lesson: Lesson) -> None:
        self.page, self.hands, self.lesson = page, hands, lesson
        self.stage = lesson.data["stage"]
        self.text = page.get_by_role("main")

    def value(self, parsed: expression.Expression, given: dict[str, Any] | None = None) -> float:
        """At the stage's present inputs, which its table of the figure knows."""
        names = {n: q["of"] for n, q in self.stage["quantities"].items()}
        names |= dict.fromkeys(self.stage.get("found", {}), 0.0)
        names |= {**self.stage.get("data", {}), **self.inputs, **(given or {})}

        def run(function: str, arguments: dict[str, Any]) -> dict[str, Any]:
            return self.lesson.functions[function].run(arguments)

        return float(expression.evaluate(parsed, names, self.stage["calls"], run))

    def walk(self, step: dict[str, Any]) -> None:
        first = {name: float(i["value"]) for name, i in self.stage["inputs"].items()}
        self.inputs = {**getattr(self, "inputs", first), **step["scene"].get("set", {})}
        rows = step["scene"].get("ledger", [])
        blanks = rows[len(rows) - step["scene"].get("blanks", 0) :]
        for block in step["blocks"]:
            alike = [b for b in step["blocks"] if LABELS[b["kind"]] == LABELS[block["kind"]]]
            task = self.text.get_by_role("group", name=LABELS[block["kind"]]).nth(alike.index(block))
            if block["kind"] == "check" and blanks:
                expect(task, "a check looks back on the blanks").to_have_count(0)
                blanks = self.fill_blanks(blanks)
            getattr(self, block["kind"])(block, task, step)
        self.fill_blanks(blanks)
        if step is not self.lesson.data["steps"][-1]:
            expect(self.page.get_by_role("link", name="Next", exact=True)).to_be_visible()

    def answer(self, part: dict[str, Any], task: Locator) -> None:
        if "choices" in part:
            self.hands.choose(task.get_by_role("radiogroup").last, self.right_choice(part))
        else:
            truth = self.value(part["answer"], part.get("given"))
            self.hands.write(task.get_by_role("textbox").last, f"{truth:.4f}")

    def right_choice(self, part: dict[str, Any]) -> int:
        for index, choice in enumerate(part["choices"]):
            if choice.get("right"):
                return index
        truth = self.value(part["answer"], part.get("given"))
        values = [self.value(c["value"], part.get("given")) for c in part["choices"]]
        return min(range(len(values)), key=lambda i: abs(values[i] - truth))

    # One method per kind of block

    def quiz(self, block: dict[str, Any], task: Locator, step: dict[str, Any]) -> None:
        for part in block.get("question") or block["part"]:
            self.answer(part, task)
            if "choices" not in part:
                self.hands.press(task.get_by_role("button", name="Check"))
        expect(task.get_by_text("Yes.")).to_have_count(len(block.get("question") or block["part"]))

    check = quiz

    def predict(self, block: dict[str, Any], task: Locator, step: dict[str, Any]) -> None:
        for cover in step["scene"].get("cover", []):
            assert cover in self.stage["quantities"]
        for index, part in enumerate(block["part"]):
            if "choices" in part:
                self.hands.choose(task.get_by_role("radiogroup").nth(index), self.right_choice(part))
            else:
                self.answer(part, task)
        self.hands.press(task.get_by_role("button", name="Lock it in"))
        expect(task.get_by_role("button", name="Lock it in")).to_have_count(0)

    def goal(self, block: dict[str, Any], task: Locator, step: dict[str, Any]) -> None:
        goals_of(self.lesson.slug)[step["slug"]](self.hands, self.page)
        # A busy machine takes long over what a goal sets going, such as the training of hundreds of starts.
        expect(task.locator(".done").first).to_be_visible(timeout=60_000)

    def rule(self, block: dict[str, Any], task: Locator, step: dict[str, Any]) -> None:
        for index, option in enumerate((1, 1, 2)):
            self.hands.select(task.get_by_role("combobox").nth(index), option)
        expect(task.get_by_text("That is the chain rule", exact=False)).to_be_visible()

    def code(self, block: dict[str, Any], task: Locator, step: dict[str, Any]) -> None:
        line = task.get_by_role("button", name=re.compile("^" + re.escape(block["line"])))
        self.hands.press(line.first)
        expect(task.locator(".yes")).to_be_visible()

    def misconception(self, block: dict[str, Any], task: Locator, step: dict[str, Any]) -> None:
        right = next(i for i, choice in enumerate(block["choices"]) if choice.get("right"))
        self.hands.choose(task.get_by_role("radiogroup"), right)
        self.hands.press(task.get_by_role("button", name=block["try"]))
        expect(task.get_by_role("table")).to_be_visible()
        self.inputs |= block.get("set", {})

    def exercise(self, block: dict[str, Any], task: Locator, step: dict[str, Any]) -> None:
        """Misses twice, asks to be shown, and goes on: tests/browser/test_practice.py answers rightly."""
        expect(task.get_by_role("button", name="Check")).to_be_visible()
        for guess in range(3):
            if task.get_by_role("button", name="Check").count():
                misses[block["exercise"]["kind"]](self.hands, task, guess)
                self.hands.press(task.get_by_role("button", name="Check"))
        if (show := task.get_by_role("button", name="Show me")).count():
            self.hands.press(show)
        expect(task.get_by_role("button", name="Another one")).to_be_visible()

    def decision(self, block: dict[str, Any], task: Locator, step: dict[str, Any]) -> None:
        self.hands.choose(task.get_by_role("radiogroup"), len(block["option"]) - 1)
        expect(task.locator(".reply")).to_be_visible()

    def fill_blanks(self, quantities: list[str]) -> list[str]:
        if quantities:
            expect(self.text.get_by_text("Now the ledger")).to_be_visible()
        for quantity in quantities:
            self.fill_blank(quantity)
        expect(self.text.get_by_text("Now the ledger")).to_have_count(0)
        return []

    def fill_blank(self, quantity: str) -> None:
        data = self.stage["quantities"][quantity]
        ledger = self.page.get_by_role("region", name="Ledger")
        # The handle may have been turned: the figure's own inputs decide.
        for name in self.inputs:
            slider = self.page.locator(f"[role=slider][aria-label='{self.stage['inputs'][name]['says']}']")
            if slider.count():
                self.inputs[name] = float(slider.first.get_attribute("aria-valuenow") or "nan")
        value = self.value(quantity)
        self.hands.write(
            ledger.get_by_role("textbox", name=re.compile("^" + re.escape(data["says"]))),
            f"{value:.{int(data.get('digits', 2))}f}",
        )


LABELS = {
    "quiz": "Warm-up",
    "check": "Your turn",
    "predict": "Predict first",
    "goal": "Do it",
    "rule": "Write the rule",
    "code": "The code",
    "misconception": "A tempting idea",
    "exercise": "An exercise",
    "decision": "You decide",
}


# A wrong answer to an exercise of each kind: most often; a lucky one is as good ---------------------------


def _miss_formula(hands: Mouse, task: Locator, guess: int) -> None:
    if (plain := task.get_by_role("button", name="Type it as plain text")).count():
        hands.press(plain)
    hands.write(task.get_by_role("textbox"), f"{guess} + 1")


def _miss_number(hands: Mouse, task: Locator, guess: int) -> None:
    hands.write(task.get_by_role("textbox"), f"{1000 + guess}")


def _miss_arrow(hands: Mouse, task: Locator, guess: int) -> None:
    nodes = task.get_by_role("group", name="The drawing").get_by_role("button")
    hands.press(nodes.nth(0))
    hands.press(nodes.nth(1 + guess))


def _miss_edges(hands: Mouse, task: Locator, guess: int) -> None:
    hands.press(task.get_by_role("group", name="The drawing").get_by_role("button").nth(guess))


def _miss_order(hands: Mouse, task: Locator, guess: int) -> None:
    while (left := task.get_by_role("button", name="Place it next")).count():
        hands.press(left.first)
    hands.press(task.get_by_role("button", name="Take it out").first)
    hands.press(task.get_by_role("button", name="Place it next"))


misses: dict[str, Callable[[Mouse, Locator, int], None]] = {
    "formula": _miss_formula,
    "number": _miss_number,
    "arrow": _miss_arrow,
    "edges": _miss_edges,
    "order": _miss_order,
}


def serious(page: Page) -> list[str]:
    """What axe finds, of weight."""
    page.evaluate(AXE.read_text("utf-8"))
    # Without preload: axe copies the styles of a shadow root into an element that our policy refuses.
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'], preload: false })")
    return [
        f"{v['id']}: {json.dumps([n['html'][:120] for n in v['nodes']][:3])}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def open_lesson(page: Page, slug: str) -> list[str]:
    """Opens a lesson; returns the list that errors will be added to."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{error} {error.stack}"))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"/lessons/{slug}/")
    expect(page.locator("html")).to_have_attribute("data-ready", "true")
    return errors


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("kind", [Mouse, Keyboard, Thumb], ids=["mouse", "keyboard", "phone"])
def test_walked_to_the_end(browser: Browser, base_url: str, slug: str, kind: type[Mouse]) -> None:
    size = {"width": 390, "height": 844} if kind is Thumb else {"width": 1280, "height": 720}
    context = browser.new_context(viewport=size, has_touch=kind is Thumb, base_url=base_url)
    walk_to_the_end(context.new_page(), slug, kind)
    context.close()


def walk_to_the_end(page: Page, slug: str, kind: type[Mouse]) -> None:
    lesson = render_lesson(ROOT / "lessons" / slug)
    errors = open_lesson(page, slug)
    hands = kind(page)
    learner = Learner(page, hands, lesson)
    steps = lesson.data["steps"]
    for index, step in enumerate(steps):
        expect(page.get_by_role("heading", level=2)).to_have_text(step["title"].replace("'", "’"))
        learner.walk(step)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, step["slug"]
        if kind is not Keyboard:  # the same page, looked at already
            assert serious(page) == [], step["slug"]
        if step is not steps[-1]:
            hands.press(page.get_by_role("link", name="Next", exact=True))
            expect(page).to_have_url(re.compile(f"#{steps[index + 1]['slug']}$"))
    dots = page.get_by_role("navigation", name="Steps of the lesson").get_by_role("link")
    assert all(", done" in (name or "") for name in [d.get_attribute("aria-label") for d in dots.all()])
    assert errors == []
    go_on(page, hands, slug, steps[-1]["blocks"][-1].get("go"))


def go_on(page: Page, hands: Mouse, slug: str, place: dict[str, str] | None) -> None:
    """To where the last decision leads, or to the next lesson of the course."""
    if place:
        hands.press(page.get_by_role("link", name=place["says"]))
        expect(page).to_have_url(re.compile(re.escape(place["href"].replace("../", "")) + "$"))
        return
    course = sorted((render_lesson(ROOT / "lessons" / s) for s in SLUGS), key=lambda x: (x.number, x.part))
    following = course[[lesson.slug for lesson in course].index(slug) + 1]
    hands.press(page.get_by_role("link", name=f"Lesson {following.number}: {following.title}"))
    expect(page).to_have_url(re.compile(f"/lessons/{following.slug}/$"))


@pytest.mark.parametrize("address", ["/", "/lessons/how-slopes-combine/#bend", "/sandbox/#v=1&data=xor"])
def test_the_skip_link_skips_and_stays_where_one_is(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("main")).to_be_visible()
    page.wait_for_load_state("networkidle")  # figures that come later may still move what has the focus
    there = page.url
    skip = page.get_by_role("link", name="Skip to the content")
    if "/lessons/" in address:
        skip.focus()  # where an address names a step, a browser may begin to tab there
    else:
        page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    assert page.url == there


def test_a_prediction_is_kept_and_shown_beside_the_truth(page: Page) -> None:
    open_lesson(page, "how-slopes-combine")
    page.goto("/lessons/how-slopes-combine/#two-links")
    task = page.get_by_role("group", name="Predict first")
    # One over the dial, one over the glass that it reads.
    expect(page.locator("svg .cloth")).to_have_count(2)
    task.get_by_role("textbox").fill("2.5")
    task.get_by_role("button", name="Lock it in").click()
    expect(task).to_contain_text("You said")
    expect(task).to_contain_text("2.50 mm")
    expect(task).to_contain_text("3.00 mm")
    expect(page.locator("svg .cloth")).to_have_count(0)
    page.reload()
    task = page.get_by_role("group", name="Predict first")
    expect(task).to_contain_text("2.50 mm")
    expect(task.get_by_role("textbox")).to_have_count(0)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_code_shown_runs_and_gives_the_numbers_shown(page: Page, slug: str) -> None:
    open_lesson(page, slug)
    page.goto(f"/lessons/{slug}/#code")
    page.get_by_role("region", name="Stage").get_by_role("slider").first.press("PageUp")
    for blank in page.get_by_role("region", name="Ledger").get_by_role("textbox").all():
        expect(blank).to_be_editable()
    lines = page.get_by_role("group", name="Python code").locator(".line")
    code = "\n".join(
        line.locator(".text").text_content() or "" for line in lines.all() if line.locator(".text").count()
    )
    found: dict[str, Any] = {}
    exec(compile(code, "shown code", "exec"), found)
    checked = 0
    for line in lines.all():
        name = re.split(r" \+?= ", line.text_content() or "")[0].strip()
        value = line.locator(".value")
        if value.count() and (text := value.text_content()) != "?":
            assert float((text or "").replace("−", "-")) == pytest.approx(found[name], abs=5.1e-5)
            checked += 1
    assert checked >= 2


@pytest.mark.parametrize("slug", SLUGS)
def test_pointing_lights_the_same_thing_everywhere(page: Page, slug: str) -> None:
    """At each row of each ledger: its place in the figure, its numbers in the text, its line of code."""
    lesson = render_lesson(ROOT / "lessons" / slug)
    page.emulate_media(reduced_motion="reduce")
    open_lesson(page, slug)
    for step in lesson.data["steps"]:
        rows = step["scene"].get("ledger", [])
        if not rows:
            continue
        page.goto(f"/lessons/{slug}/#{step['slug']}")
        expect(page.get_by_role("heading", level=2)).to_have_text(step["title"].replace("'", "’"))
        drawn = page.locator("details table th[scope=row]").all_text_contents()
        lines = {q: name for b in step["blocks"] for name, q in b.get("checks", {}).items()}
        for index, name in enumerate(rows):
            where = f"{slug}#{step['slug']} {name}"
            point_at(page.get_by_role("region", name="Ledger").get_by_role("listitem").nth(index))
            if lesson.data["stage"]["quantities"][name]["says"] in drawn:
                lit = page.locator(".stage > .figure").locator("[data-lit], .lit")
                expect(lit, where).not_to_have_count(0)
            shown = page.locator(f"main [data-live='{name}'], main [data-quantity='{name}']")
            expect(shown.locator("xpath=self::*[not(@data-lit)]"), where).to_have_count(0)
            if name in lines and page.get_by_role("group", name="Python code").count():
                expect(page.locator(".line[data-lit], .line.lit"), where).not_to_have_count(0)


def test_the_table_of_the_figure_can_be_operated(page: Page) -> None:
    open_lesson(page, "how-slopes-combine")
    page.goto("/lessons/how-slopes-combine/#units")
    page.get_by_text("The figure as a table").click()
    table = page.get_by_role("table")
    table.get_by_role("spinbutton", name=HANDLE).fill("2")
    table.get_by_role("spinbutton", name=HANDLE).press("Enter")
    expect(table.get_by_role("row", name=re.compile("height of the juice"))).to_contain_text("12.00")
    expect(page.get_by_role("slider", name=HANDLE)).to_have_attribute("aria-valuenow", "2")


def test_arrow_keys_walk_and_the_address_follows(page: Page) -> None:
    open_lesson(page, "one-neuron")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("#numbers$"))
    expect(page.get_by_role("heading", level=2)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("#warm-up$"))


@pytest.mark.parametrize("slug", SLUGS)
def test_on_a_phone_in_the_dark_nothing_is_wider_than_the_screen(
    browser: Browser, base_url: str, slug: str
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        color_scheme="dark",
        reduced_motion="reduce",
        base_url=base_url,
    )
    page = context.new_page()
    lesson = render_lesson(ROOT / "lessons" / slug)
    open_lesson(page, slug)
    for step in lesson.data["steps"]:
        page.goto(f"/lessons/{slug}/#{step['slug']}")
        expect(page.get_by_role("heading", level=2)).to_have_text(step["title"].replace("'", "’"))
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, step["slug"]
    assert serious(page) == []
    context.close()
