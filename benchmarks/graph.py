"""The graph of 10,000 scalars while someone pans it, and how long it takes to come.

    python -m benchmarks.graph [--seconds 3]

A net of two layers is typed into the workbench and taken apart into more than 10,000 numbers, all unfolded.
At three distances (all of it, boxes, boxes with numbers) the picture is dragged with the mouse, to and fro, a
move per frame; the main thread's tasks per frame come from Chromium's own trace, as in `benchmarks.as_seen`.
The times are from the click: Python in the browser takes the function apart, a worker lays the graph out.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict, dataclass
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from benchmarks.as_seen import CATEGORIES, frame_work, percentile
from benchmarks.sandbox import record, table, verdict
from tools import served

MILLISECONDS = 10.0
NODES = 10_000
WAIT = 60_000
SOURCE = """\
import numpy as np

def layer(x, W, b):
    z = x @ W + b
    return np.tanh(z)

def cost(X, W1, b1, W2, b2, T):
    a1 = layer(X, W1, b1)
    a2 = layer(a1, W2, b2)
    d = a2 - T
    return np.sum(d**2) / 2
"""
EXAMPLE = """\
X = np.cos(np.arange(14 * 16)).reshape(14, 16)
W1 = np.sin(np.arange(16 * 16)).reshape(16, 16)
b1 = np.zeros(16)
W2 = np.cos(np.arange(16 * 4) + 1.0).reshape(16, 4)
b2 = np.zeros(4)
T = np.ones((14, 4))
"""
DISTANCES = {"all of it": 0, "boxes": 0.3, "boxes with numbers": 0.7}


@dataclass(frozen=True)
class Panned:
    """One distance: pixels per unit of the drawing, and the main thread's milliseconds per frame."""

    scale: float
    frames: int
    median: float
    high: float
    processor: float


def write(page: Page, label: str, text: str) -> None:
    """Replace what an editor holds."""
    editor = page.get_by_role("textbox", name=label)
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def opened(page: Page, url: str) -> Locator:
    """The picture of the graph of arrays, of the net above."""
    page.goto(f"{url}/workbench/")
    page.locator("html[data-ready]").wait_for(state="attached")
    write(page, "The function", SOURCE)
    write(page, "Where to look", EXAMPLE)
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator("main[data-busy=true]").wait_for()
    page.locator("main[data-busy=false]").wait_for(timeout=WAIT)
    page.get_by_label("View").first.select_option("graph")
    page.get_by_role("button", name="Close this view").last.click()
    picture = page.locator("[data-places]")
    picture.wait_for()
    return picture


def timed(page: Page, button: Locator, places: int) -> float:
    """Seconds from a click until at least so many scalars are shown."""
    before = page.evaluate("performance.now()")
    button.click()
    page.wait_for_function(
        """least => {
            const { level, places } = document.querySelector('[data-places]').dataset;
            return level === 'scalars' && Number(places) >= least;
        }""",
        arg=places,
        timeout=WAIT,
    )
    return float(page.evaluate("performance.now()") - before) / 1000


def approach(page: Page, picture: Locator, scale: float) -> None:
    """Zoom in with the wheel where the crowd is, until boxes are that large."""
    box = picture.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    while (now := float(picture.get_attribute("data-scale") or "1")) < scale * 0.98:
        page.mouse.wheel(0, -min(400.0, math.log(scale / now) / math.log(1.0016)))
        page.evaluate("new Promise(requestAnimationFrame)")


def pan(page: Page, picture: Locator, seconds: float) -> None:
    """To and fro, in both directions at once, some 12 pixels per frame."""
    box = picture.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    for frame in range(round(seconds * 60)):
        way = frame * 2 * math.pi / 90
        page.mouse.move(middle[0] + 180 * math.sin(way), middle[1] + 110 * math.sin(way * 0.7))
        page.evaluate("new Promise(requestAnimationFrame)")
    page.mouse.up()


def measured(browser: Browser, page: Page, picture: Locator, seconds: float) -> Panned:
    pan(page, picture, 0.5)  # warm
    browser.start_tracing(page=page, categories=CATEGORIES)
    pan(page, picture, seconds)
    trace: dict[str, Any] = json.loads(browser.stop_tracing())
    wall, processor = frame_work(trace)
    scale = float(picture.get_attribute("data-scale") or "nan")
    return Panned(
        scale, len(wall), percentile(wall, 0.5), percentile(wall, 0.95), percentile(processor, 0.95)
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.graph", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    seconds = parser.parse_args().seconds
    with served.site() as url, served.browser() as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        picture = opened(page, url)
        apart = timed(page, page.get_by_text("scalars", exact=True), 1)
        unfolded = timed(page, page.get_by_role("button", name="Unfold all"), NODES)
        nodes = int(picture.get_attribute("data-places") or 0)
        page.get_by_role("button", name="Fit").click()
        panned: dict[str, Panned] = {}
        for name, scale in DISTANCES.items():
            if scale:
                approach(page, picture, scale)
            panned[name] = measured(browser, page, picture, seconds)
        report = {"nodes": nodes, "seconds": {"taken apart": apart, "unfolded": unfolded}}
        record("graph", browser, {**report, "panning": {n: asdict(p) for n, p in panned.items()}})
    table(
        f"Panning {nodes:,} nodes: main-thread work per frame, ms",
        ["distance", "scale", "frames", "median", "95%", "95% processor"],
        [
            [name, f"{p.scale:.3f}", p.frames, f"{p.median:.1f}", f"{p.high:.1f}", f"{p.processor:.1f}"]
            for name, p in panned.items()
        ],
    )
    print(f"taken apart in {apart:.2f} s, unfolded and laid out in {unfolded:.2f} s")
    worst = max(p.high for p in panned.values())
    verdict(
        {
            f"{worst:.1f} ms of main thread per frame (95%), at most {MILLISECONDS:g}": worst <= MILLISECONDS,
            f"{nodes:,} nodes, at least {NODES:,}": nodes >= NODES,
        }
    )


if __name__ == "__main__":
    main()
