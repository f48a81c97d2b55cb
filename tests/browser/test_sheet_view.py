"""The spreadsheet on the workbench: read by keyboard, changed, taken along, recomputed by another engine."""

from __future__ import annotations

import contextlib
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from backsight import grad
from tests.browser.test_lesson_walks import serious
from tests.browser.test_workbench import HEAVY, SLOW, Bench
from tests.spreadsheets import read_workbook, recomputed

MINE = """import numpy as np

def cost(w, x):
    z = np.sum(w * x)
    y = np.tanh(z)
    return (y - 1.0) ** 2
"""
EXAMPLE = "w = [0.5, -0.3]\nx = [1.0, 2.0]"


@pytest.fixture(scope="module")
def opened(browser: Browser, site_url: str) -> Any:
    """A page with the spreadsheet beside the derivation."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, base_url=site_url, accept_downloads=True
    )
    bench = Bench(context.new_page())
    bench.open("/workbench/")
    yield bench
    context.close()


def sheet(bench: Bench) -> Any:
    """The view; chosen where it is not there."""
    view = bench.view("Spreadsheet")
    if not view.count():
        bench.page.locator("section[data-view] select").first.select_option("sheet")
    expect(view.get_by_role("grid")).to_be_visible()
    return view


def cell_at(view: Any, name: str) -> Any:
    """The first number of a value: the fourth column of the row with that name."""
    row = view.get_by_role("row").filter(has=view.page.get_by_role("gridcell", name=name, exact=True))
    return row.locator("[aria-colindex='4']")


def shown(text: str | None) -> float:
    return float((text or "nan").replace("−", "-"))


def test_a_starters_sheet_needs_no_python_and_follows_a_slider(opened: Bench) -> None:
    opened.page.get_by_role("button", name="Examples").click()
    opened.page.get_by_role("button", name=re.compile("^x²")).click()
    view = sheet(opened)
    x = cell_at(view, "x")
    expect(x).to_have_text("1.500")
    slider = opened.page.get_by_role("slider", name="x", exact=True)
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    at = float(slider.input_value())
    expect(cell_at(view, "dx")).to_have_text(f"{2 * at:.3f}")
    expect(cell_at(view, "new_x")).to_have_text(f"{at - 0.1 * 2 * at:.3f}")
    assert [url for url in opened.requests if HEAVY.search(url)] == []


def test_it_is_read_and_changed_with_the_keyboard(opened: Bench) -> None:
    view = sheet(opened)
    grid = view.get_by_role("grid")
    cell_at(view, "dx").click()
    expect(view.get_by_label("Formula", exact=True)).to_have_text(re.compile(r"^=2\*D\d+$"))
    expect(view.locator(".read")).to_have_count(1)
    selected = view.locator("[aria-selected=true]")
    assert grid.get_attribute("aria-activedescendant") == selected.get_attribute("id")
    # Up to the input, and another number into it.
    for _ in range(12):
        if view.get_by_role("spinbutton").count():
            break
        grid.press("ArrowUp")
    grid.press("Enter")
    field = view.get_by_role("spinbutton")
    expect(field).to_be_focused()
    field.fill("4")
    field.press("Enter")
    expect(cell_at(view, "dx")).to_have_text("8.000")
    assert serious(opened.page) == []
    assert opened.errors() == []


def test_what_is_taken_along_computes_elsewhere(opened: Bench) -> None:
    """Typed here, its numbers moved here, saved here; changed in the file and recomputed by HyperFormula."""
    opened.run(MINE, EXAMPLE)
    view = sheet(opened)
    expect(cell_at(view, "dz")).not_to_have_text("", timeout=SLOW)
    slope = grad(lambda w: (np.tanh(np.sum(w * np.array([1.0, 2.0]))) - 1.0) ** 2)
    assert shown(cell_at(view, "dw").text_content()) == pytest.approx(
        slope(np.array([0.5, -0.3]))[0], rel=1e-3
    )

    files = {format: saved(opened, view, format) for format in ("xlsx", "py", "ipynb")}
    page = read_workbook(files["xlsx"])[0]
    names = {str(v).removeprefix("'"): at for at, v in page.contents.items() if at[1] == 0}
    w, dw = names["w"][0], names["dw"][0]
    ((before, after),) = recomputed([(page, {(w, 3): 0.9, (w, 4): 0.1})])
    assert before[dw][3:5] == pytest.approx(list(slope(np.array([0.5, -0.3]))), rel=1e-9)
    assert after[dw][3:5] == pytest.approx(list(slope(np.array([0.9, 0.1]))), rel=1e-9)

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(files["py"], {"__name__": "__main__"})
    assert "The gradient agrees with differences." in printed.getvalue()
    assert json.loads(files["ipynb"])["nbformat"] == 4
    assert opened.errors() == []


def saved(bench: Bench, view: Any, format: str) -> bytes:
    with bench.page.expect_download(timeout=SLOW) as download:
        view.get_by_role("button", name=f".{format}: save").click()
    assert download.value.suggested_filename == f"cost.{format}"
    return download.value.path().read_bytes()


def test_what_is_no_sheet_says_why(opened: Bench) -> None:
    source = "import numpy as np\n\ndef f(A):\n    return np.sum(np.linalg.inv(A))\n"
    opened.run(source, "A = [[2.0, 0.0], [0.0, 1.0]]")
    view = opened.view("Spreadsheet")
    expect(view).to_contain_text("Line 4", timeout=SLOW)
    expect(view).to_contain_text("inv")
    # The other formats have words for it.
    with opened.page.expect_download(timeout=SLOW):
        view.get_by_role("button", name=".py: save").click()
