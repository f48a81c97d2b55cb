"""The landscape of the workbench: drawn without Python, moved by mouse and keys, descended, turned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from backsight.guide.starters import starters
from tests.browser.test_lesson_walks import serious
from tests.browser.test_workbench import HEAVY, Bench

DATA = (np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.2, 0.9, 2.1, 2.9]))


def cost(slope: float, height: float) -> float:
    """What the starter `line` computes."""
    x, y = DATA
    return float(np.mean((slope * x + height - y) ** 2))


def opened(page: Page, title: str, name: str) -> Locator:
    """The first view, with a starter on the bench."""
    starter = next(s for s in starters() if s.title.startswith(title))
    page.get_by_role("button", name="Examples").click()
    page.get_by_role("button", name=re.compile("^" + re.escape(starter.title))).first.click()
    expect(page.get_by_label("The function")).to_have_value(starter.source)
    page.locator("section[data-view]").first.get_by_role("combobox").first.select_option(label=name)
    return page.get_by_role("region", name=name, exact=True)


def landscape(page: Page, title: str) -> Locator:
    view = opened(page, title, "Landscape")
    expect(view.locator("[data-words]")).to_contain_text("the value is")
    return view


@pytest.fixture(scope="module")
def bench(browser: Browser, site_url: str) -> Iterator[Bench]:
    made = browser.new_context(
        viewport={"width": 1280, "height": 900}, base_url=site_url, reduced_motion="reduce"
    )
    opened = Bench(made.new_page())
    opened.open("/workbench/")
    yield opened
    made.close()


def said(view: Locator, pattern: str) -> list[float]:
    """Numbers in the words beside the picture."""
    found = re.search(pattern, (view.locator("[data-words]").text_content() or "").replace("−", "-"))
    assert found, view.locator("[data-words]").text_content()
    return [float(number) for number in found.groups()]


NUMBER = r"(-?[\d.]+(?:e[+-]?\d+)?)"
WHERE = rf"slope = {NUMBER}, height = {NUMBER} the value is {NUMBER}\."


def is_painted(view: Locator) -> bool:
    """Whether the canvas soon shows more than a few colours."""
    page = view.page
    for _ in range(50):
        colours = view.locator("canvas").evaluate(
            """canvas => new Set(new Uint32Array(canvas.getContext('2d')
            .getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
        )
        if colours > 8:
            return True
        page.wait_for_timeout(100)
    return False


def test_the_point_is_moved_by_keys_and_mouse_and_moves_the_inputs(bench: Bench) -> None:
    page = bench.page
    view = landscape(page, "A straight line")
    assert is_painted(view)
    slope, height, value = said(view, WHERE)
    assert value == pytest.approx(cost(slope, height), rel=5e-3)
    point = view.get_by_role("slider", name="slope and height")
    point.press("ArrowRight")
    point.press("ArrowUp")
    expect(view.locator("[data-words]")).to_contain_text("slope = 0.600, height = 0.100")
    expect(page.get_by_role("slider", name="slope", exact=True)).to_have_value("0.6")
    edge = view.locator("svg .edge")
    box = edge.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    expect(view.locator("[data-words]")).to_contain_text(re.compile("slope = −0.5"))
    slope, height, value = said(view, WHERE)
    assert value == pytest.approx(cost(slope, height), rel=5e-3)
    # And the other way round: an input moves the point.
    page.get_by_role("button", name="As typed").click()
    expect(view.locator("[data-words]")).to_contain_text("slope = 0.500, height = 0.00")
    assert [url for url in bench.requests if HEAVY.search(url)] == []


def test_it_descends_to_the_least_squares_line(bench: Bench) -> None:
    view = landscape(bench.page, "A straight line")
    view.get_by_text("Ellipse of the second derivatives").click()
    expect(view.locator("path.ring")).to_have_count(1)
    view.get_by_role("button", name="Descend").click()
    expect(view).to_contain_text("60 steps downhill", timeout=15_000)
    slope, height, value = said(view, WHERE)
    assert view.locator("circle.step").count() == 61
    best = np.polyfit(*DATA, 1)
    assert [slope, height] == pytest.approx(best.tolist(), abs=0.05)
    assert value <= cost(*best) * 1.2
    assert serious(bench.page) == []


def test_the_curve_has_its_tangent_and_the_surface_turns(bench: Bench) -> None:
    view = landscape(bench.page, "A straight line")
    view.get_by_text("Curve", exact=True).click()
    expect(view.locator("path.curve")).to_have_attribute("d", re.compile(r"^M.{400}"))
    expect(view.locator("path.tangent")).to_have_attribute("d", re.compile("^M"))
    view.get_by_role("button", name="Closer").click()
    view.get_by_text("Surface").click()
    turned = view.get_by_role("slider", name=re.compile("as a surface"))
    assert is_painted(view)
    turned.press("ArrowRight")
    expect(turned).to_have_attribute("aria-valuetext", re.compile("turned 35 degrees"))
    view.get_by_label("Up").select_option(label="along the gradient")
    expect(view.locator("[data-words]")).to_contain_text("distance along the gradient = 0")
    assert serious(bench.page) == []
    assert bench.errors() == []


def test_one_number_has_a_curve_alone(bench: Bench) -> None:
    view = landscape(bench.page, "x²")
    expect(view.get_by_role("radio", name="Contour")).to_be_disabled()
    assert said(view, rf"the value is {NUMBER}\. The slope is {NUMBER}") == [2.25, 3.0]
    expect(view.locator("[data-words]")).to_contain_text("second derivative 2.00")


def test_a_net_folds_its_plane_and_other_functions_say_what_they_lack(bench: Bench) -> None:
    view = opened(bench.page, "A net with one hidden layer", "Fold")
    expect(view.locator("[data-fold] canvas").first).to_be_visible()
    expect(view.get_by_role("slider", name=re.compile("through the net"))).to_have_attribute("max", "3")
    sheet = view.get_by_role("slider", name=re.compile("the folded sheet")).locator("canvas")
    picture = "canvas => canvas.toDataURL()"
    before = sheet.evaluate(picture)
    bench.page.get_by_text("W1", exact=True).first.click()
    entry = bench.page.get_by_label("W1[0, 0]", exact=True)
    entry.fill("-3")
    entry.press("Enter")
    bench.page.wait_for_function(
        f"([canvas, before]) => ({picture})(canvas) !== before", arg=[sheet.element_handle(), before]
    )
    assert serious(bench.page) == []
    view = opened(bench.page, "x²", "Fold")
    expect(view.locator("[data-refused]")).to_contain_text("an argument of two features")
    assert bench.errors() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(browser: Browser, site_url: str, scheme: Any) -> None:
    made = browser.new_context(
        viewport={"width": 390, "height": 844}, base_url=site_url, has_touch=True, color_scheme=scheme
    )
    bench = Bench(made.new_page())
    bench.open("/workbench/")
    view = landscape(bench.page, "A straight line")
    for form in ("Curve", "Surface", "Contour"):
        view.get_by_text(form, exact=True).click()
        assert bench.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, form
        assert serious(bench.page) == []
    assert is_painted(view)
    made.close()
