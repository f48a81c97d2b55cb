"""The backward-pass notebook of lesson 9: what is accepted, what is crossed; nothing of theirs is lost."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.goals.write_it import CELLS, SOLVED, check
from tests.browser.hands import Mouse
from tests.browser.test_lesson_walks import open_lesson, serious

LABEL = "Your backward pass"
ONE, FIVE = CELLS["one"]["source"], CELLS["five"]["source"]


def at(page: Page, step: str) -> Locator:
    page.goto(f"/lessons/write-it/#{step}")
    expect(page.locator(".notebook")).to_be_visible()
    return page.get_by_role("region", name="Stage")


def said(page: Page, text: str) -> None:
    Mouse(page).code(LABEL, text)
    check(page)


def edges(stage: Locator) -> list[str]:
    return stage.get_by_role("list", name="Edges").get_by_role("listitem").all_text_contents()


def test_python_and_the_editor_are_fetched_only_when_they_are_needed(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_lesson(page, "write-it")
    at(page, "wake")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "pyodide" in url or "editor" in url or "python.worker" in url]
    said(page, SOLVED["right"])
    assert [url for url in asked if "editor" in url] and [url for url in asked if "python.worker" in url]


def test_any_spelling_of_a_right_line_is_right_and_a_wrong_one_is_crossed(page: Page) -> None:
    errors = open_lesson(page, "write-it")
    stage = at(page, "one")
    for wrong, says in [("da * a", "dz"), ("da", "dz"), ("undefined_name * da", "not known here")]:
        said(page, ONE.replace("___", wrong))
        assert "dz: wrong" in edges(stage) and "dy: right" in edges(stage)
        expect(stage.locator(".cm-wrong")).to_contain_text("dz =")
        expect(stage).to_contain_text("Line 17, dz")
        assert says in (stage.text_content() or "").lower()
    assert serious(page) == []
    for right in ("(1 - a) * a * da", "da * (a - a**2)", "dy * v * np.exp(-(np.log(a / (1 - a)))) * a * a"):
        said(page, ONE.replace("___", right))
        assert edges(stage) == [f"{name}: right" for name in ("dy", "dv", "da", "dz", "dw", "db")], right
        expect(stage).to_contain_text("All 6 edges are right")
    # Names of one's own, and steps taken at once.
    own = SOLVED["five"].replace("dz = da * a * (1 - a)", "blame = da * a * (1 - a)")
    said(page, own.replace("dz * x", "blame * x").replace("db = dz", "db = blame"))
    expect(stage).to_contain_text("edges are right")
    assert errors == []


def test_what_is_half_written_is_judged_so_far(page: Page) -> None:
    open_lesson(page, "write-it")
    stage = at(page, "five")
    said(page, FIVE.replace("dv = ___", "dv = dy * a"))
    assert edges(stage)[:3] == ["dy: right", "dv: right", "da: not written yet"]
    expect(stage).to_contain_text("Still to write")
    page.reload()
    field = page.get_by_role("textbox", name=LABEL)
    assert field.input_value().rstrip() == FIVE.replace("dv = ___", "dv = dy * a")
    page.get_by_role("button", name="As it was given").click()
    expect(page.get_by_role("textbox", name=LABEL)).to_have_value(FIVE)


def test_a_slip_of_python_has_its_line_and_an_endless_loop_can_be_stopped(page: Page) -> None:
    open_lesson(page, "write-it")
    stage = at(page, "one")
    said(page, ONE.replace("dz = ___", "dz = da * (a"))
    expect(stage).to_contain_text("Line 17")
    Mouse(page).code(LABEL, ONE.replace("dz = ___", "dz = da\n    while True: pass"))
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(stage).to_contain_text("You stopped this")
    said(page, SOLVED["one"])
    expect(stage).to_contain_text("All 6 edges are right")
