"""What a person does to a widget, the same wherever it stands; the test then asks Python what it heard."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

STARTING = 60_000
"""A kernel that starts and a net that trains take their time, in milliseconds."""


def nudge(page: Page, *, times: int = 1) -> Locator:
    """Move the input w of the explained neuron to the right; gives the cost as it is then shown."""
    cost = page.locator("[data-live='value cost'][data-form=plain]").first
    expect(cost).to_have_text("0.09055", timeout=STARTING)
    page.get_by_role("slider", name="w").focus()
    for _ in range(times):
        page.keyboard.press("ArrowRight")
    expect(cost).not_to_have_text("0.09055")
    return cost


def take_one_step(page: Page) -> Locator:
    """Let the net learn for an epoch; gives the net."""
    train = page.locator("div.train")
    page.get_by_role("button", name="One step").click(timeout=STARTING)
    expect(train).to_have_attribute("data-epoch", "1")
    page.wait_for_timeout(500)  # the view tells Python every fifth of a second
    return train


def look_further(page: Page) -> str:
    """Go a page on through the folded net; gives how far, as it is shown."""
    slider = page.get_by_role("slider", name="through the net")
    slider.focus()
    page.keyboard.press("PageUp")
    expect(slider).not_to_have_attribute("aria-valuetext", "0.00")
    page.wait_for_timeout(300)
    return slider.get_attribute("aria-valuetext") or ""


def await_starts(page: Page) -> None:
    """Wait until all starts are trained, and Python has been told."""
    expect(page.get_by_text("400 starts,")).to_be_visible(timeout=STARTING)
    page.wait_for_timeout(600)  # it tells Python about three times a second
