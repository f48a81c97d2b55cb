"""The lessons' figures while someone drags, and what a lesson weighs.

    python -m benchmarks.lessons [--seconds 2] [--rounds 3] [NAME…]

Each figure is opened on a page of its own (`/figures/<name>/`); every slider there is dragged to and fro with
the mouse, a move per frame, and the main thread's tasks per frame are taken from Chromium's own trace, as in
`benchmarks.as_seen`; medians of all rounds. A lesson's weight is what comes over the wire when it is opened
by a browser that has been to the home page and to nothing else: scripts, payload, fonts. Parts that wait for
the learner's first act (the editor, Python, MathLive) are not asked for by then.
"""

from __future__ import annotations

import argparse
import json
import statistics
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from benchmarks.as_seen import CATEGORIES, frame_work, percentile
from benchmarks.first_visit import Relay, relayed
from benchmarks.sandbox import record, table, verdict
from tools import served

MILLISECONDS = 10.0
BYTES = 300_000


def names(page: Page, url: str) -> list[str]:
    """The figures that have a page."""
    page.goto(f"{url}/figures/")
    page.locator("html[data-ready]").wait_for(state="attached")
    links = page.get_by_role("main").get_by_role("link").all()
    return [str(link.get_attribute("href")).strip("/") for link in links]


def slugs(page: Page, url: str) -> list[str]:
    """The lessons that are open."""
    page.goto(f"{url}/")
    page.get_by_role("main").wait_for()
    course: dict[str, Any] = json.loads(page.locator("#course").text_content() or "{}")
    return [str(lesson["slug"]) for lesson in course["lessons"]]


def drag(page: Page, slider: Locator, seconds: float) -> None:
    """The whole way and back, as often as the time allows."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    if box is None:
        return
    middle, left, right = box["y"] + box["height"] / 2, box["x"] + 12, box["x"] + box["width"] - 12
    frames = max(8, round(seconds * 60))
    page.mouse.move(left, middle)
    page.mouse.down()
    for frame in range(frames):
        way = frame % 60 / 30
        page.mouse.move(left + (right - left) * (way if way <= 1 else 2 - way), middle)
        page.evaluate("new Promise(requestAnimationFrame)")
    page.mouse.up()


def dragged(browser: Browser, url: str, name: str, seconds: float) -> tuple[float, float, float, int]:
    """Milliseconds of main thread per frame while dragging: median, 95th percentile, and the latter of the
    processor alone; and the frames."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.goto(f"{url}/figures/{name}/")
    page.locator("html[data-ready]").wait_for(state="attached")
    sliders = page.get_by_role("group", name="Inputs").get_by_role("slider").all()
    if not sliders:
        context.close()
        return 0.0, 0.0, 0.0, 0
    drag(page, sliders[0], 0.3)  # warm
    browser.start_tracing(page=page, categories=CATEGORIES)
    for slider in sliders:
        drag(page, slider, seconds / len(sliders))
    wall, processor = frame_work(json.loads(browser.stop_tracing()))
    context.close()
    return percentile(wall, 0.5), percentile(wall, 0.95), percentile(processor, 0.95), len(wall)


def middle(rounds: list[tuple[float, float, float, int]]) -> tuple[float, float, float, int]:
    """The median of each figure: one round in three meets something else that the machine has to do."""
    median, high, processor, frames = (statistics.median(each) for each in zip(*rounds, strict=True))
    return median, high, processor, int(frames)


def weight(browser: Browser, url: str, relay: Relay, slug: str) -> int:
    """Bytes over the wire for one lesson, after the home page."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.goto(f"{url}/")
    page.wait_for_load_state("networkidle")
    before = relay.received
    page.goto(f"{url}/lessons/{slug}/")
    page.locator("html[data-ready]").wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    received = relay.received - before
    context.close()
    return received


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lessons", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("names", nargs="*", help="figures; all if left out")
    given = parser.parse_args()
    with relayed() as (url, relay), served.browser() as browser:
        page = browser.new_page()
        chosen, lessons = given.names or names(page, url), slugs(page, url)
        page.close()
        rounds = [
            {name: dragged(browser, url, name, given.seconds) for name in chosen} for _ in range(given.rounds)
        ]
        work = {name: middle([each[name] for each in rounds]) for name in chosen}
        bytes_ = {} if given.names else {slug: weight(browser, url, relay, slug) for slug in lessons}
        record("lessons", browser, {"work": work, "bytes": bytes_})
    table(
        "Main-thread work per frame while dragging, ms",
        ["figure", "median", "95%", "95% of the processor", "frames"],
        [
            [name, f"{median:.1f}", f"{high:.1f}", f"{processor:.1f}", frames]
            for name, (median, high, processor, frames) in work.items()
        ],
    )
    table(
        "A lesson after the home page",
        ["lesson", "kB"],
        [[slug, f"{size / 1000:.1f}"] for slug, size in bytes_.items()],
    )
    busiest, heaviest = max(w[1] for w in work.values()), max(bytes_.values(), default=0)
    verdict(
        {
            f"{busiest:.1f} ms of main thread per frame (95%), at most {MILLISECONDS:g}": busiest
            <= MILLISECONDS,
            f"{heaviest / 1000:.0f} kB for a lesson, at most {BYTES / 1000:.0f}": heaviest <= BYTES,
        }
    )


if __name__ == "__main__":
    main()
