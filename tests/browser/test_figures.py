"""Each figure on a page of its own: it opens, its address keeps what is set, axe finds nothing serious."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from backsight.guide.demos import demos
from backsight.guide.markdown import render_lesson
from tests.browser.test_lesson_walks import serious

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = sorted(path.parent for path in (ROOT / "lessons").glob("*/index.md"))
FIGURES = demos([render_lesson(folder) for folder in FOLDERS])


def opened(page: Page, name: str, hash: str = "") -> list[str]:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto("about:blank")
    page.goto(f"/figures/{name}/{hash}")
    expect(page.locator("html")).to_have_attribute("data-ready", "true")
    return errors


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_by_itself(page: Page, name: str) -> None:
    errors = opened(page, name)
    expect(page.get_by_role("region", name="Figure")).to_be_visible()
    assert serious(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    assert errors == []


@pytest.mark.parametrize("name", [name for name, data in FIGURES.items() if data["stage"]["inputs"]])
def test_the_address_keeps_what_is_set(page: Page, name: str) -> None:
    opened(page, name)
    slider = page.get_by_role("group", name="Inputs").get_by_role("slider").first
    before = slider.input_value()
    slider.press("ArrowRight" if before == slider.get_attribute("min") else "ArrowLeft")
    after = slider.input_value()
    assert after != before
    expect(page).to_have_url(re.compile(r"#.+="))
    opened(page, name, "#" + page.url.split("#")[1])
    assert float(slider.input_value()) == pytest.approx(float(after))
    page.get_by_role("button", name="As it began").click()
    assert slider.input_value() == before


def test_the_list_leads_to_each(page: Page) -> None:
    page.goto("/figures/")
    links = page.get_by_role("main").get_by_role("link")
    expect(links).to_have_count(len(FIGURES))
    links.first.click()
    expect(page.get_by_role("region", name="Figure")).to_be_visible()
