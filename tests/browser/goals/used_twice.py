"""What a learner who knows would do on the figure, step by step."""

from __future__ import annotations

import re
from itertools import pairwise

from playwright.sync_api import Page

from tests.browser.hands import Mouse


def colour(hands: Mouse, page: Page, *paths: str) -> None:
    for path in paths:
        nodes = path.split()
        for start, end in pairwise(nodes):
            hands.press(page.get_by_role("button", name=re.compile(f"Edge from {start} to {end}:")))


def mend(hands: Mouse, page: Page) -> None:
    hands.choose(page.get_by_role("group", name="The second line writes with"), 1)


GOALS = {
    "twice": lambda hands, page: colour(hands, page, "price income", "price cups income"),
    "predict": lambda hands, page: hands.press(page.get_by_role("button", name="Nudge the price")),
    "sum": lambda hands, page: hands.slide("price of a cup", 0.5, ["PageUp"]),
    "overwrite": mend,
    "three": lambda hands, page: colour(
        hands, page, "price income left", "price cups income left", "price cups cost left"
    ),
}
