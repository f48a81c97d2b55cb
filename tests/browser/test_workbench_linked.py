"""A value that nobody named has one name in all views, and is lit in all of them together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.test_workbench import HEAVY, Bench

VALUE = "v2"
"""Of the starter “Softmax”: np.sum(np.exp(shifted)), which stands in the middle of a line."""


@pytest.fixture
def bench(browser: Browser, site_url: str) -> Iterator[Bench]:
    made = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=site_url)
    opened = Bench(made.new_page())
    opened.page.emulate_media(reduced_motion="reduce")
    opened.open("/workbench/")
    opened.page.get_by_role("button", name="Examples").click()
    opened.page.get_by_role("button", name=re.compile("^Softmax")).first.click()
    expect(opened.page.get_by_label("The function")).to_have_value(re.compile("log_shares"))
    yield opened
    made.close()


def graph(bench: Bench) -> Locator:
    """Its row in the list of the graph, whose steps are folded."""
    view = bench.page.locator("[data-view=graph]")
    listed = view.get_by_role("tree")
    expect(view.locator("[data-level=arrays]")).to_be_visible()
    if not listed.is_visible():
        view.get_by_text("The graph as a list").click()
    return listed.get_by_role("treeitem", name=re.compile(rf"^{VALUE},"))


def derivation(bench: Bench) -> Locator:
    return bench.page.locator(f"[data-view=derivation] [data-adjoint={VALUE}]")


def code(bench: Bench) -> Locator:
    view = bench.page.locator("[data-view=code]")
    return view.locator(".line").filter(has_text=re.compile(rf"^ +d?{VALUE} = "))


def sheet(bench: Bench) -> Locator:
    view = bench.page.locator("[data-view=sheet]")
    return view.locator(".cell.name").filter(has_text=re.compile(rf"^d?{VALUE}$"))


VIEWS: dict[str, Callable[[Bench], Locator]] = {
    "graph": graph,
    "derivation": derivation,
    "code": code,
    "sheet": sheet,
}


def put(bench: Bench, pane: int, view: str) -> None:
    """Chooses the view of a pane; the two begin with views that no test asks for."""
    shown = bench.page.locator("section[data-view]").nth(pane)
    shown.get_by_role("combobox", name="View").select_option(view)
    expect(shown).to_have_attribute("data-view", view)


@pytest.mark.parametrize("pointed", VIEWS)
def test_what_is_pointed_at_is_lit_in_the_other_views(bench: Bench, pointed: str) -> None:
    lit = re.compile(r"\blit\b")
    put(bench, 0, "landscape")
    put(bench, 1, "steps")
    put(bench, 0, pointed)
    here = VIEWS[pointed](bench).first
    expect(here).to_be_visible()
    expect(here).not_to_have_class(lit)
    for other in (name for name in VIEWS if name != pointed):
        put(bench, 1, other)
        there = VIEWS[other](bench)
        expect(there.first).to_be_visible()
        if pointed == "graph":
            here.click()  # a row of its list is chosen, as with the keys
        else:
            expect(there.first).not_to_have_class(lit)
            here.hover()
        for at in range(there.count()):
            expect(there.nth(at)).to_have_class(lit)
        if pointed != "graph":
            bench.page.mouse.move(0, 0)
            expect(there.first).not_to_have_class(lit)
    assert [url for url in bench.requests if HEAVY.search(url)] == []
    assert bench.errors() == []
