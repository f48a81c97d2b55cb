"""What a learner who knows would do on the figure, step by step."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.hands import Mouse


def by_hand(hands: Mouse, page: Page) -> None:
    hands.slide("stiffness k", 0.455, ["PageUp"] * 2)
    hands.slide("friction c", 0.125, ["ArrowRight"] * 3)


def descend(hands: Mouse, page: Page) -> None:
    hands.press(page.get_by_role("button", name="50 steps"))
    expect(page.get_by_role("button", name="50 steps")).to_be_visible()


def choose(group: str, index: int, hands: Mouse, page: Page) -> None:
    hands.choose(page.get_by_role("region", name="Stage").get_by_role("group", name=group), index)


def add_friction(hands: Mouse, page: Page) -> None:
    choose("The model", 1, hands, page)
    descend(hands, page)


def count_less(hands: Mouse, page: Page) -> None:
    choose("The score", 0, hands, page)
    descend(hands, page)


GOALS = {
    "by-hand": by_hand,
    "returns": descend,
    "model": add_friction,
    "flat": count_less,
    "bakery": descend,
    "wall": lambda hands, page: hands.press(page.get_by_role("button", name="One step")),
    "quantile": descend,
    "open": lambda hands, page: hands.slide("share p", 0.99, ["End"]),
}
