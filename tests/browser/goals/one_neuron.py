"""What a learner who knows would do on the figure, step by step."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browser.hands import Mouse


def send_packets(hands: Mouse, page: Page) -> None:
    for _ in range(5):
        hands.press(page.get_by_role("button", name="Send the next packet"))


def take_steps(hands: Mouse, page: Page) -> None:
    hands.slide("learning rate", 0.5, ["ArrowRight"] * 3)
    for _ in range(5):
        if page.locator(".task .done").count() == 0:
            hands.press(page.get_by_role("button", name="Take one step"))


GOALS = {
    "numbers": lambda hands, page: hands.fruit(re.compile("plum: sour 0.50")),
    "weights": lambda hands, page: hands.weight("weight w2", -2.5),
    "squash": lambda hands, page: hands.fruit(re.compile("plum: sour 0.35")),
    "blame": send_packets,
    "error": lambda hands, page: hands.weight("bias b", 5.5),
    "update": take_steps,
}
