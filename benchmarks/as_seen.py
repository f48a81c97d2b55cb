"""Training as a person sees it: epochs per second at full speed, and the page's own work per frame.

    python -m benchmarks.as_seen [--seconds 5]

Epochs are those the sandbox shows, per second of the page's own clock, while it draws everything it always
draws. The main thread's work is taken from Chromium's own trace: its tasks (`RunTask`) on the page's main
thread, added up from one frame's beginning (`BeginMainThreadFrame`) to the next; training itself runs in a
worker, on another thread. Wall time decides, which counts against us whatever the machine does meanwhile;
processor time stands beside it.
"""

from __future__ import annotations

import argparse
import bisect
import json
import statistics
from dataclasses import asdict, dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.sandbox import PLAIN, SMALL, is_running, keep_running, number, record, table, verdict
from tools import served

EPOCHS = 20_000
MILLISECONDS = 12.0
CATEGORIES = ["disabled-by-default-devtools.timeline", "disabled-by-default-devtools.timeline.frame"]
NETS = {
    "sigmoid, gradient descent": f"{PLAIN}&act=sigmoid",
    "ReLU, gradient descent": f"{PLAIN}&act=relu&start=he",
    "tanh, softmax, Adam (as it opens)": SMALL,
}
READ = "() => [performance.now(), Number(document.querySelector('main').dataset.epoch)]"


@dataclass(frozen=True)
class Seen:
    """One net at full speed."""

    epochs: float
    frames: float
    #: Milliseconds of main thread per frame: median and 95th percentile of the clock, 95th of the processor.
    work: tuple[float, float, float]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def frame_work(trace: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Milliseconds of work on the page's main thread per frame: of the clock, and of the processor."""
    events = trace["traceEvents"]
    beginnings = sorted((e["pid"], e["tid"], e["ts"]) for e in events if e["name"] == "BeginMainThreadFrame")
    if not beginnings:
        raise SystemExit("backsight: this Chromium traces no frames")
    # Of the renderers' main threads, the page's: the one that drew.
    thread = statistics.mode((pid, tid) for pid, tid, _ in beginnings)
    times = [ts for pid, tid, ts in beginnings if (pid, tid) == thread]
    wall, processor = [0.0] * (len(times) - 1), [0.0] * (len(times) - 1)
    for event in events:
        if event["name"] != "RunTask" or (event["pid"], event["tid"]) != thread:
            continue
        frame = bisect.bisect_right(times, event["ts"]) - 1
        if 0 <= frame < len(wall):
            wall[frame] += event.get("dur", 0) / 1000
            processor[frame] += event.get("tdur", 0) / 1000
    return wall, processor


def watch(browser: Browser, url: str, settings: str, seconds: float) -> Seen:
    """Play at full speed and watch."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.goto(f"{url}/sandbox/#{settings}")
    keep_running(page)
    (start, before), (end, after) = measure(page, seconds)
    trace = traced(browser, page, seconds)
    running, cost = is_running(page), number(page, "cost")
    context.close()
    if not (running and cost >= 0):
        raise SystemExit(f"backsight: training did not go on ({settings})")
    wall, processor = frame_work(trace)
    return Seen(
        epochs=(after - before) / (end - start) * 1000,
        frames=len(wall) / seconds,
        work=(percentile(wall, 0.5), percentile(wall, 0.95), percentile(processor, 0.95)),
    )


def measure(page: Page, seconds: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """(time, epoch) before and after, without a trace running."""
    before = tuple(page.evaluate(READ))
    page.wait_for_timeout(seconds * 1000)
    return (before[0], before[1]), tuple(page.evaluate(READ))


def traced(browser: Browser, page: Page, seconds: float) -> dict[str, Any]:
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.wait_for_timeout(seconds * 1000)
    trace: dict[str, Any] = json.loads(browser.stop_tracing())
    return trace


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.as_seen", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    seconds = parser.parse_args().seconds
    with served.site() as url, served.browser() as browser:
        seen = {name: watch(browser, url, settings, seconds) for name, settings in NETS.items()}
        record("as_seen", browser, {"results": {name: asdict(found) for name, found in seen.items()}})
    table(
        f"The sandbox at full speed: 2-3-2, 100 training points, {seconds:g} s each",
        ["net", "epochs/s", "frames/s", "work/frame ms", "95% ms", "95% processor ms"],
        [
            [name, f"{s.epochs:,.0f}", f"{s.frames:.0f}", *map("{:.1f}".format, s.work)]
            for name, s in seen.items()
        ],
    )
    plain = [s for name, s in seen.items() if "gradient descent" in name]
    slowest, busiest = min(s.epochs for s in plain), max(s.work[1] for s in seen.values())
    verdict(
        {
            f"{slowest:,.0f} epochs a second, at least {EPOCHS:,}": slowest >= EPOCHS,
            f"{busiest:.1f} ms of main thread per frame (95%), at most {MILLISECONDS:g}": busiest
            <= MILLISECONDS,
        }
    )


if __name__ == "__main__":
    main()
