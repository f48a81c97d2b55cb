"""Twelve cards of lesson 12: what a learner said of them is there when the page is opened again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_lesson_walks import open_lesson

ADDRESS = "/lessons/stuck-starts/#cards"
TRAINED = 30_000
"""Milliseconds that four hundred starts may take on a busy machine."""


def card(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=f"Card {number}", exact=True)


def dealt(page: Page) -> None:
    expect(card(page, 12)).to_be_visible(timeout=TRAINED)


def judge(page: Page, numbers: range) -> None:
    for number in numbers:
        card(page, number).get_by_role("radio", name="stuck" if number % 2 else "learns").check()


@pytest.mark.parametrize("width", [1280, 390])
def test_they_lie_as_they_lay(browser: Browser, base_url: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, base_url=base_url)
    page = context.new_page()
    errors = open_lesson(page, "stuck-starts")
    page.goto(ADDRESS)
    dealt(page)
    judge(page, range(1, 6))

    page.reload()
    dealt(page)
    expect(page.get_by_text("5 of 12 judged")).to_be_visible()
    expect(card(page, 5).get_by_role("radio", name="stuck")).to_be_checked()
    expect(card(page, 6).get_by_role("radio", name="stuck")).not_to_be_checked()
    judge(page, range(6, 13))
    page.get_by_role("button", name="Turn the cards").click()
    right = page.get_by_role("status").filter(has_text="of 12 right").text_content() or ""
    said = [card(page, number).text_content() for number in range(1, 13)]
    task = page.get_by_role("group", name="Do it")
    expect(task).to_contain_text(right.split()[0] + " of 12.")

    page.reload()
    expect(page.get_by_text(right)).to_be_visible(timeout=TRAINED)
    assert [card(page, number).text_content() for number in range(1, 13)] == said
    expect(task).to_contain_text(right.split()[0] + " of 12.")
    page.get_by_role("button", name="Judge them again").click()
    expect(page.get_by_text("0 of 12 judged")).to_be_visible()
    page.reload()
    dealt(page)
    expect(page.get_by_text("0 of 12 judged")).to_be_visible()
    assert errors == []
    context.close()
