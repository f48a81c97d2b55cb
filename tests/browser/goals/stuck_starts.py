"""What a learner who knows would do on the figure, step by step."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.hands import Mouse


def all_trained(page: Page) -> None:
    expect(page.get_by_text("400 starts,", exact=False)).to_be_visible(timeout=20_000)


def pick(hands: Mouse, page: Page, *outcomes: str) -> None:
    """The first start with each of these outcomes."""
    all_trained(page)
    for outcome in outcomes:
        start = page.get_by_role("gridcell", name=re.compile(f"^start \\d+: {outcome}")).first
        number = re.search(r"\d+", start.get_attribute("aria-label") or "")
        assert number is not None
        hands.start(int(number[0]))
        expect(page.get_by_role("region", name=f"Start {number[0]}", exact=True)).to_be_visible()
        if "certificate" in outcomes:
            expect(page.get_by_text(outcome).last).to_be_visible()


def put_to_sleep(hands: Mouse, page: Page) -> None:
    """First asleep, then a hundred steps that move nothing."""
    if page.get_by_text("Asleep on every fruit.").count():
        hands.press(page.get_by_role("button", name="Take 100 steps downhill"))
        expect(page.get_by_text("moved w₁ by 0.00", exact=False)).to_be_visible()
    else:
        hands.slide("bias b", 0.3, ["PageDown"] * 4)


def wake(hands: Mouse, page: Page) -> None:
    hands.slide("bias b", 0.62, ["PageUp"] * 4)
    for _ in range(12):
        if page.get_by_role("group", name="Do it").locator(".tick").count() == 0:
            hands.press(page.get_by_role("button", name="Take 100 steps downhill"))


def rescue(hands: Mouse, page: Page) -> None:
    all_trained(page)
    hands.press(page.get_by_role("button", name="four units, not three"))
    expect(page.get_by_text(re.compile(r"\d+ of \d+ saved"))).to_be_visible(timeout=20_000)


def judge(hands: Mouse, page: Page) -> None:
    all_judged = page.get_by_role("button", name="Turn the cards")
    expect(page.get_by_role("group", name="Card 12", exact=True)).to_be_visible(timeout=20_000)
    for card in range(1, 13):
        hands.choose(page.get_by_role("group", name=f"Card {card} will be"), card % 2)
    hands.press(all_judged)


def truth_arrives(page: Page) -> None:
    """A prediction waits for what the figure finds out."""
    truth = page.get_by_role("group", name="Predict first").locator(".truth dd")
    expect(truth).to_have_text(re.compile(r"^\d+$"))


def wait_for_all(hands: Mouse, page: Page) -> None:
    all_trained(page)
    truth_arrives(page)


def wait_for_the_last(hands: Mouse, page: Page) -> None:
    expect(page.get_by_text(re.compile(r"\d+ of \d+ saved"))).to_be_visible(timeout=30_000)
    truth_arrives(page)


GOALS = {
    "four-hundred": wait_for_all,
    "again": lambda hands, page: pick(hands, page, "evidence"),
    "cards": judge,
    "longer": wait_for_the_last,
    "certificates": lambda hands, page: pick(hands, page, "proved", "evidence", "still slow"),
    "asleep": put_to_sleep,
    "finished": wake,
    "rescue": rescue,
}
