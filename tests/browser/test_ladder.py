"""Why? A derivative of a lesson, from `grad` down to a difference quotient: the same number on every rung."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_lesson_walks import open_lesson, serious

RUNGS = ["Just ask", "The chain rule", "The rule of each step", "Nudge it, and divide"]


def rungs(page: Page, says: str) -> Locator:
    panel = page.get_by_role("region", name=f"Why: {says}")
    expect(panel.get_by_role("heading", name="Nudge it, and divide")).to_be_visible()
    return panel


@pytest.mark.parametrize(
    ("address", "heads"),
    [
        (
            "one-neuron/#ledger",
            ["Just ask", "The chain rule", "The rule of each step", "Nudge it, and divide"],
        ),
        ("used-twice/#sum", ["Just ask", "The rule of each step", "Nudge it, and divide"]),
    ],
)
def test_the_same_number_on_every_rung(page: Page, address: str, heads: list[str]) -> None:
    slug = address.split("/")[0]
    errors = open_lesson(page, slug)
    page.goto(f"/lessons/{address}")
    button = page.get_by_role("region", name="Ledger").get_by_role("button", name="Why: ").last
    says = (button.get_attribute("aria-label") or "").removeprefix("Why: ")
    button.press("Enter")
    panel = rungs(page, says)
    assert panel.get_by_role("heading", level=4).all_text_contents() == heads
    numbers = panel.locator("output").all_text_contents()
    assert len(numbers) == len(heads) and len(set(numbers)) == 1, numbers
    assert serious(page) == []
    page.get_by_role("button", name="Close").click()
    expect(panel).to_have_count(0)
    assert errors == []


def test_it_follows_the_figure(page: Page) -> None:
    open_lesson(page, "used-twice")
    page.goto("/lessons/used-twice/#sum")
    page.get_by_role("region", name="Ledger").get_by_role("button", name="Why: ").first.click()
    panel = page.get_by_role("region", name="Why: path A")
    before = panel.locator("output").first.text_content()
    page.get_by_role("slider", name="price of a cup").press("ArrowRight")
    expect(panel.locator("output").first).not_to_have_text(before or "")
    assert len(set(panel.locator("output").all_text_contents())) == 1


def test_what_is_still_to_be_found_is_not_given_away(page: Page) -> None:
    open_lesson(page, "one-neuron")
    page.goto("/lessons/one-neuron/#ledger")
    ledger = page.get_by_role("region", name="Ledger")
    rows = ledger.get_by_role("listitem").filter(has=page.get_by_role("textbox"))
    assert rows.count() == 4
    expect(rows.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("scope", ["this example", "the whole batch"])
def test_the_sandbox_has_it_too(page: Page, scope: str) -> None:
    """By keyboard, for a weight and for a bias, and still so after a step of training."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/sandbox/")
    page.get_by_role("button", name=re.compile("^weight from x1 to hidden 1.2")).press("Enter")
    page.get_by_role("radio", name=scope).check()
    page.get_by_role("button", name="Why: weight from x1 to hidden 1.2").press("Enter")
    panel = rungs(page, "weight from x1 to hidden 1.2")
    assert panel.get_by_role("heading", level=4).all_text_contents() == RUNGS
    the_same_on_every_rung(panel)
    for slope, nudge in zip(full(panel, "slope"), full(panel, "nudged"), strict=True):
        assert nudge == pytest.approx(slope, abs=1e-4)
    gradient = page.get_by_role("region", name="Chain rule").get_attribute("data-gradient")
    assert full(panel, "number")[0] == float(gradient or "nan")
    assert serious(page) == []

    page.get_by_role("button", name="One step: one update").click()
    expect(panel.locator("output").first).not_to_have_attribute("data-number", gradient or "")
    the_same_on_every_rung(panel)
    page.get_by_role("button", name=re.compile("^bias of hidden 1.1")).first.press("Enter")
    the_same_on_every_rung(rungs(page, "bias of hidden 1.1"))
    page.get_by_role("button", name="Close").press("Enter")
    expect(page.get_by_role("heading", name="Nudge it, and divide")).to_have_count(0)
    assert errors == []


def full(panel: Locator, name: str) -> list[float]:
    """Numbers in full, where they are written short."""
    found = panel.locator(f"[data-{name}]")
    return [float(x) for x in found.evaluate_all(f"all => all.map((e) => e.dataset.{name})")]


def the_same_on_every_rung(panel: Locator) -> None:
    numbers = full(panel, "number")
    assert len(numbers) == len(RUNGS)
    # The lowest is a quotient of differences for a nudge of 0.00001: what it lacks is rounding.
    assert numbers[1:] == pytest.approx([numbers[0]] * 3, abs=1e-8)
    assert abs(numbers[0]) > 1e-3, "a number that could be anything"
    assert len(set(panel.locator("output").all_text_contents())) == 1


def test_on_a_phone_it_opens_below_the_figure_that_stays(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_lesson(page, "used-twice")
    page.goto("/lessons/used-twice/#sum")
    page.get_by_role("region", name="Ledger").get_by_role("button", name="Why: ").first.press("Enter")
    panel = rungs(page, "path A")
    stays = page.locator(".figure").first
    expect(stays).to_have_css("position", "sticky")
    gap = "(panel, stays) => panel.getBoundingClientRect().top - stays.getBoundingClientRect().bottom"
    for _ in range(50):  # frames, until it has been scrolled to
        if -1 <= panel.evaluate(gap, stays.element_handle()) <= 60:
            break
        page.wait_for_timeout(20)
    assert -1 <= panel.evaluate(gap, stays.element_handle()) <= 60
    panel.get_by_role("heading", name="Nudge it, and divide").evaluate("rung => rung.scrollIntoView()")
    last = panel.get_by_role("heading", name="Nudge it, and divide")
    assert last.evaluate(gap, stays.element_handle()) >= 0
