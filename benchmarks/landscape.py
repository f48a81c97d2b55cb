"""The landscape of the workbench while someone drags: work on the main thread per frame.

    python -m benchmarks.landscape [--seconds 3]

For each starter, its curve and its contour are dragged at their point, and its surface is turned, a move per
frame; the other views that are open follow, as they do for a person. Measured as in `benchmarks.as_seen`.
Beside it stands what the processor had to do: the clock also counts what else a machine does.
"""

from __future__ import annotations

import argparse
import json
import math
import re

from playwright.sync_api import Browser, Locator, Page

from benchmarks.as_seen import CATEGORIES, frame_work, percentile
from benchmarks.sandbox import record, table, verdict
from tools import served

MILLISECONDS = 10.0
STARTERS = ("A straight line", "One neuron", "A net with one hidden layer")
FORMS = {"Curve": ".ring", "Contour": ".ring", "Surface": "[role=slider] canvas"}


def opened(page: Page, url: str, starter: str) -> Locator:
    """The landscape of a starter, alone in its view."""
    page.goto(f"{url}/workbench/")
    page.locator("html[data-ready]").wait_for(state="attached")
    page.get_by_role("button", name="Examples").click()
    page.get_by_role("button", name=re.compile(f"^{starter}")).first.click()
    page.locator("section[data-view]").first.get_by_role("combobox").first.select_option(label="Landscape")
    view = page.locator("section[data-view=landscape]")
    view.locator("[data-words]").wait_for()
    return view


def drag(page: Page, what: Locator, frames: int) -> None:
    """Round and round, a move per frame."""
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for frame in range(frames):
        angle = frame / 15
        page.mouse.move(x + 60 * math.sin(angle), y + 40 * math.sin(1.7 * angle))
        page.evaluate("new Promise(requestAnimationFrame)")
    page.mouse.up()


def work(browser: Browser, url: str, starter: str, seconds: float) -> dict[str, list[float]]:
    """By form, milliseconds of main thread per frame: median, 95%, 95% of the processor's; and the frames."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    view = opened(page, url, starter)
    found = {}
    for form, handle in FORMS.items():
        view.get_by_text(form, exact=True).click()
        what = view.locator(f"[data-landscape] {handle}").first
        drag(page, what, 20)  # warm
        browser.start_tracing(page=page, categories=CATEGORIES)
        drag(page, what, round(seconds * 60))
        wall, processor = frame_work(json.loads(browser.stop_tracing()))
        found[form] = [percentile(wall, 0.5), percentile(wall, 0.95), percentile(processor, 0.95), len(wall)]
    page.close()
    return found


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.landscape", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    given = parser.parse_args()
    with served.site() as url, served.browser() as browser:
        found = {starter: work(browser, url, starter, given.seconds) for starter in STARTERS}
        record("landscape", browser, found)
    rows = [
        [starter, form, f"{median:.1f}", f"{high:.1f}", f"{busy:.1f}", frames]
        for starter, forms in found.items()
        for form, (median, high, busy, frames) in forms.items()
    ]
    columns = ["starter", "form", "median", "95%", "processor 95%", "frames"]
    table("Main-thread work per frame while dragging, ms", columns, rows)
    busiest = max(high for forms in found.values() for _, high, *_ in forms.values())
    verdict(
        {
            f"{busiest:.1f} ms of main thread per frame (95%), at most {MILLISECONDS:g}": busiest
            <= MILLISECONDS
        }
    )


if __name__ == "__main__":
    main()
