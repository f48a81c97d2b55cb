"""What a learner who knows would do on the figure, step by step."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.hands import Mouse

WEIGHT = "weight into output lemon from hidden neuron 1"


def send(times: int, hands: Mouse, page: Page) -> None:
    for _ in range(times):
        hands.press(page.get_by_role("button", name="Send the next packet"))


def train(hands: Mouse, page: Page) -> None:
    hands.press(page.get_by_role("button", name="Train", exact=True))
    expect(page.locator(".task .done").last).to_be_visible(timeout=30_000)


def bend(hands: Mouse, page: Page) -> None:
    hands.choose(page.get_by_role("group", name="Hidden layer"), 1)
    train(hands, page)


GOALS = {
    "names": lambda hands, page: hands.edge(
        page.get_by_role("button", name="weight from hidden 1.2 to output lemon")
    ),
    "forward": lambda hands, page: send(4, hands, page),
    "cost": lambda hands, page: hands.fruit(re.compile("^lemon: sour 0.55")),
    "curve": lambda hands, page: hands.pull(WEIGHT, -17, ["ArrowLeft"] * 14),
    "factors": lambda hands, page: send(2, hands, page),
    "paths": lambda hands, page: send(3, hands, page),
    "train": train,
    "bend": bend,
}
