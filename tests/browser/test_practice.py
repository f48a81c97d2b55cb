"""Practice and exam as people meet them: every kind by mouse and keyboard, on a phone, dark, printed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.hands import Keyboard, Mouse
from tests.browser.test_lesson_walks import misses, serious

SKILLS = {
    "formula": ("formula.chain", "formula.reuse"),
    "number": ("number.chain", "number.graph", "number.relu", "number.inverse"),
    "arrow": ("arrow.graph",),
    "edges": ("edges.graph", "edges.relu"),
    "order": ("order.graph",),
}
EACH = [(kind, skill) for kind, skills in SKILLS.items() for skill in skills]


def open_watched(page: Page, place: str) -> list[str]:
    """Opens a page; returns the list that errors will be added to, what the policy stopped among them."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(place)
    page.wait_for_load_state("networkidle")
    return errors


def address(skill: str, level: int = 1, seed: int = 11) -> str:
    return f"/practice/#what={skill}&level={level}&seed={seed}"


def shown_solution(page: Page, hands: Mouse, kind: str) -> Any:
    """Misses until a right answer is offered, and reads it."""
    main = page.get_by_role("main")
    for guess in range(3):
        misses[kind](hands, main, guess)
        hands.press(main.get_by_role("button", name="Check"))
    hands.press(main.get_by_role("button", name="Show me"))
    said = main.get_by_role("status").last
    expect(said).to_contain_text("One way to put it")
    if kind in ("formula", "number"):
        tex = main.get_by_text("One way to put it").locator("..").locator("annotation").first
        expect(tex).to_be_attached()
        return (tex.text_content() or "").split("=", 1)[1]
    if kind == "order":
        return [line.text_content() for line in main.locator("[role=status] annotation").all()][1:]
    arrows = said.locator(".arrows annotation")
    expect(arrows.first).to_be_attached()
    return [tex.split(r" \to ") for tex in arrows.all_text_contents()]


def give(page: Page, hands: Mouse, kind: str, solution: Any) -> None:
    main = page.get_by_role("main")
    if kind == "formula":
        if (plain := main.get_by_role("button", name="Type it as plain text")).count():
            hands.press(plain)
        hands.write(main.get_by_role("textbox"), solution)
    elif kind == "number":
        hands.write(main.get_by_role("textbox"), re.split(r"=|\\approx", solution)[-1].strip())
    elif kind == "order":
        for tex in solution:
            left = main.locator("ul button", has=page.locator("annotation", has_text=exactly(tex)))
            hands.press(left)
    else:
        drawing = main.get_by_role("group", name="The drawing")
        for source, target in solution:
            if kind == "edges":
                hands.press(drawing.get_by_role("button", name=f"{source} to {target}"))
            else:
                hands.press(node(drawing, source))
                hands.press(node(drawing, target))


def exactly(tex: str) -> re.Pattern[str]:
    return re.compile("^" + re.escape(tex) + "$")


def node(drawing: Locator, name: str) -> Locator:
    return drawing.get_by_role("button", name=re.compile(f"^{name}[,:]"))


@pytest.mark.parametrize("hands", [Mouse, Keyboard], ids=["mouse", "keyboard"])
@pytest.mark.parametrize(("kind", "skill"), EACH, ids=[skill for _, skill in EACH])
def test_what_is_shown_as_right_is_right(page: Page, kind: str, skill: str, hands: type[Mouse]) -> None:
    wrong = open_watched(page, address(skill))
    solution = shown_solution(page, hands(page), kind)
    if hands is Mouse:
        assert serious(page) == []
    page.goto("about:blank")
    page.goto(address(skill))
    give(page, hands(page), kind, solution)
    hands(page).press(page.get_by_role("button", name="Check"))
    expect(page.get_by_role("main").get_by_role("status").first).to_be_attached()
    expect(page.get_by_text("1 right")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Right")
    assert wrong == []


def test_a_formula_in_mathematical_type(page: Page) -> None:
    wrong = open_watched(page, "/exam/#exam=42&answers=2x")
    field = page.locator("math-field")
    expect(field).to_be_visible()
    assert field.evaluate("f => f.value") == "2x"
    expect(field.locator(".ML__latex")).to_contain_text("2x")
    expect(field.locator(".ML__latex")).to_be_visible()
    field.click()
    expect(field).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("3u^2")
    expect(page).to_have_url(re.compile(r"answers=3u"))
    assert wrong == []


def test_an_arrow_is_dragged(page: Page) -> None:
    page.goto(address("arrow.graph"))
    knots = page.get_by_role("group", name="The drawing").get_by_role("button")
    expect(knots.first).to_be_visible()
    names = [(knot.get_attribute("aria-label") or "?")[0] for knot in knots.all()]
    knots.nth(0).drag_to(knots.nth(2))
    expect(page.get_by_text(f"Your arrow: {names[0]} → {names[2]}")).to_be_visible()
    # Dropped beside everything it leaves the arrow as it was.
    box = knots.nth(1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 25, box["y"] + 25)
    page.mouse.down()
    page.mouse.move(box["x"] + 25, box["y"] - 300, steps=4)
    page.mouse.up()
    expect(page.get_by_text(f"Your arrow: {names[0]} → {names[2]}")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(browser: Browser, base_url: str, scheme: Any) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,
        reduced_motion="reduce",
        has_touch=True,
        is_mobile=True,
        base_url=base_url,
    )
    page = context.new_page()
    everywhere = [address(skill, 3) for _, skill in EACH]
    everywhere += [
        "/exam/",
        "/exam/#exam=42",
        "/exam/#exam=42&show=print",
        "/exam/#exam=42&show=result&answers=x~w>p",
    ]
    for place in everywhere:
        page.goto("about:blank")
        page.goto(place)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, place
        assert serious(page) == [], place
    context.close()


def test_an_exam_is_sat_handed_in_and_opened_by_somebody_else(
    page: Page, browser: Browser, base_url: str
) -> None:
    wrong = open_watched(page, "/exam/")
    page.get_by_role("spinbutton").fill("42")
    page.get_by_role("spinbutton").press("Enter")
    page.get_by_role("button", name="Begin").click()
    main = page.get_by_role("main")
    kinds = ["formula", "arrow", "edges", "number"]
    for index, kind in enumerate(kinds):
        expect(main.get_by_role("heading", name=f"Question {index + 1}")).to_be_visible()
        misses[kind](Mouse(page), main, 0)
        main.get_by_role("button", name="Next").click()
    expect(main).to_contain_text("4 of 12 answered")
    main.get_by_role("button", name="Question 12").click()
    main.get_by_role("button", name="Hand in").click()
    expect(main).to_contain_text("8 questions are still open")
    main.get_by_role("button", name="Hand in").click()
    expect(main).to_contain_text("proves nothing about who gave them")
    score = main.locator(".score").text_content()
    assert serious(page) == []
    other = browser.new_context(base_url=base_url).new_page()
    other.goto(page.url)
    expect(other.locator(".score")).to_have_text(score or "?")
    expect(other.get_by_text("left open")).to_have_count(8)
    other.context.close()
    page.go_back()
    expect(main.get_by_role("heading", name="Question 12")).to_be_visible()
    assert wrong == []


def test_on_paper_the_key_has_a_page_of_its_own(page: Page) -> None:
    wrong = open_watched(page, "/exam/#exam=42&show=print")
    expect(page.locator(".questions > li")).to_have_count(12)
    expect(page.locator(".key li:visible").first).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator(".key").evaluate("key => getComputedStyle(key).breakBefore") == "page"
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("banner")).to_be_hidden()
    paper = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    assert paper == "light"
    assert wrong == []
