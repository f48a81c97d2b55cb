"""What a learner who knows would do on the figure, step by step."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.hands import Mouse

FLAG = "nudge: how many tenfolds"


def zoom_in(times: int, hands: Mouse, page: Page) -> None:
    for _ in range(times):
        hands.press(page.get_by_role("button", name="Zoom in"))
    page.wait_for_timeout(500)


GOALS = {
    "nudge": lambda hands, page: hands.pull(FLAG, -38, ["ArrowLeft"] * 4),
    "zoom": lambda hands, page: zoom_in(6, hands, page),
    "promise": lambda hands, page: zoom_in(6, hands, page),
    "level": lambda hands, page: hands.pull("place on the path", -190, ["PageDown"] * 6),
    "corner": lambda hands, page: zoom_in(10, hands, page),
    "dust": lambda hands, page: hands.slide("zoom", 0.53, ["PageUp"] * 6),
}
