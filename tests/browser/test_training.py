"""Training in a real browser: the worker, its speeds, its stops, and what is said of a stuck start."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

# Three ReLU units that all die on the way: found by trying seeds.
STUCK = "#v=1&hidden=3&act=relu&start=uniform&std=0&rate=0.1&data=fruit&seed=9&dataseed=9&speed=full"


def root(page: Page) -> Locator:
    return page.locator("main#sandbox")


def number(page: Page, name: str) -> float:
    return float(root(page).get_attribute(f"data-{name}") or "nan")


def status(page: Page) -> str:
    return root(page).get_attribute("data-status") or ""


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def open_sandbox(page: Page, fragment: str) -> None:
    # A fragment alone would not load the page anew.
    page.goto("about:blank")
    page.goto(f"/sandbox/{fragment}")
    expect(root(page)).to_have_attribute("data-ready", "true", timeout=20_000)


def play(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Play")).first.click()


def test_speed_changes_the_time_it_takes_and_nothing_else(page: Page) -> None:
    ends = []
    for speed in ("fast", "full"):
        open_sandbox(page, f"#v=1&batch=16&seed=4&speed={speed}")
        play(page)
        until(lambda: status(page) == "done")
        ends.append((number(page, "epoch"), number(page, "cost")))
    assert ends[0] == ends[1]


def test_the_page_answers_at_full_speed(page: Page) -> None:
    """Layers, units and data change in mid-run, and training goes on."""
    # So small a rate has not learned the spiral before this test is over.
    open_sandbox(page, "#v=1&speed=full&data=spiral&hidden=6&rate=0.0005")
    plot = page.get_by_role("application", name=re.compile("^The data"))
    changes: list[Callable[[], None]] = [
        lambda: page.get_by_role("button", name="add a neuron to hidden layer 1").click(),
        lambda: page.get_by_role("button", name="add a hidden layer after hidden layer 1").click(),
        lambda: plot.click(position={"x": 44, "y": 24}),
        lambda: page.get_by_role("button", name="remove hidden layer 2").click(),
    ]
    play(page)
    for change in changes:
        change()
        epoch = number(page, "epoch")
        until(lambda epoch=epoch: number(page, "epoch") > epoch)  # type: ignore[misc]
        assert status(page) == "running"
    page.get_by_role("button", name=re.compile("^Pause")).first.click()
    assert status(page) == "paused"
    time.sleep(0.5)
    epoch = number(page, "epoch")
    time.sleep(0.3)
    assert number(page, "epoch") == epoch


def test_a_start_whose_units_die_is_proved_stuck_and_compared(page: Page) -> None:
    open_sandbox(page, STUCK)
    play(page)
    until(lambda: status(page) == "stuck")
    expect(page.get_by_text("proved", exact=True)).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Every unit of hidden layer 1 is dead and stays so")).to_be_visible()
    take = page.get_by_role("button", name="Take the start that succeeds")
    expect(take).to_be_visible(timeout=30_000)
    take.click()
    until(lambda: status(page) == "paused" and number(page, "epoch") == 0)
    play(page)
    until(lambda: status(page) == "done")


def test_one_example_after_another(page: Page) -> None:
    open_sandbox(page, "#v=1&batch=4&speed=example")
    play(page)
    cost = number(page, "cost")
    until(lambda: number(page, "cost") != cost)
    assert number(page, "epoch") == 0


@pytest.mark.parametrize("fragment", ["#v=1&rate=fast", "#v=7", "#nonsense", "#v=1&weights=%00"])
def test_a_damaged_link_is_answered(page: Page, fragment: str) -> None:
    open_sandbox(page, fragment)
    expect(page.get_by_text("This link is damaged")).to_be_visible()
    play(page)
    until(lambda: number(page, "epoch") > 0)
