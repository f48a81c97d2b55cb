"""Does memory stay level? Full speed, a resize and a change of the data every second, for ten minutes.

    python -m benchmarks.soak [--minutes 10]

After forced garbage collections, the page's heap and its worker's are compared between a fifth of the time
(minute 2 of 10) and the end; what lies outside the heaps (typed arrays) and the number of nodes and listeners
are watched too.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page

from benchmarks.sandbox import SMALL, is_running, number, record, table, verdict
from tools import served

WITHIN = 0.10
DATA = ("XOR", "two fruits", "spiral", "rings")
SIZES = ((1280, 720), (1100, 800), (900, 700), (390, 844))


class Worker:
    """The training worker, spoken to through the page: it has a heap of its own."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._targets: list[str] = []
        self._answers: dict[int, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        session.on("Target.attachedToTarget", self._attached)
        session.on("Target.receivedMessageFromTarget", self._received)
        session.send(
            "Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
        )

    def _attached(self, event: dict[str, Any]) -> None:
        if event["targetInfo"]["type"] == "worker":
            self._targets.append(event["sessionId"])

    def _received(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._answers[message["id"]] = message.get("result", {})

    def send(self, page: Page, method: str) -> dict[str, Any]:
        number = next(self._numbers)
        message = json.dumps({"id": number, "method": method})
        self._session.send("Target.sendMessageToTarget", {"sessionId": self._targets[-1], "message": message})
        while number not in self._answers:
            page.wait_for_timeout(20)
        return self._answers.pop(number)


@dataclass(frozen=True)
class Sample:
    """Memory at one moment, in bytes, after forced collections."""

    minute: float
    page: float
    worker: float
    arrays: float
    nodes: int
    listeners: int
    epoch: float


def rest(page: Page) -> None:
    """The same state before every sample: rings, at their start, at rest; what is left over leaked."""
    page.get_by_role("group", name="Data").get_by_role("button", name="rings").click()
    page.get_by_role("button", name="Back to the same start").click()
    if is_running(page):
        page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(500)


def sample(page: Page, session: CDPSession, worker: Worker, minute: float) -> Sample:
    epoch = number(page, "epoch")
    rest(page)
    for _ in range(2):  # what finalisers let go is collected the second time
        session.send("HeapProfiler.collectGarbage")
        worker.send(page, "HeapProfiler.collectGarbage")
    heap, other = session.send("Runtime.getHeapUsage"), worker.send(page, "Runtime.getHeapUsage")
    counters = session.send("Memory.getDOMCounters")
    return Sample(
        minute,
        heap["usedSize"],
        other["usedSize"],
        heap.get("backingStorageSize", 0) + other.get("backingStorageSize", 0),
        counters["nodes"],
        counters["jsEventListeners"],
        epoch,
    )


def change_data(page: Page, turn: int) -> None:
    """Another data set, or a point of one's own."""
    if turn % 2 == 0:
        name = DATA[turn // 2 % len(DATA)]
        page.get_by_role("group", name="Data").get_by_role("button", name=name).click()
        return
    plot = page.get_by_role("application")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    plot.click(position={"x": box["width"] * 0.97, "y": box["width"] * (0.1 + 0.02 * (turn % 31))})


def disturb(page: Page, turn: int, until: float) -> int:
    """One second of a restless person; how often training, having learned all it could, was started again."""
    width, height = SIZES[turn % len(SIZES)]
    page.set_viewport_size({"width": width, "height": height})
    change_data(page, turn)
    restarts = 0
    while True:
        if not is_running(page):
            page.get_by_role("button", name="Play").click()
            restarts += 1
        left = until - time.monotonic()
        if left <= 0:
            return restarts
        page.wait_for_timeout(min(left, 0.25) * 1000)


def soak(url: str, page: Page, minutes: float) -> tuple[list[Sample], int]:
    """Samples at every tenth of the time, and how often training was started again."""
    session = page.context.new_cdp_session(page)
    worker = Worker(session)
    page.goto(f"{url}/sandbox/#{SMALL}")
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1000)  # the worker is there by now
    session.send("HeapProfiler.enable")
    worker.send(page, "HeapProfiler.enable")
    worker.send(page, "Runtime.enable")
    samples: list[Sample] = []
    restarts = 0
    start = time.monotonic()
    for turn in itertools.count():
        elapsed = (time.monotonic() - start) / 60
        if elapsed >= minutes * (len(samples) + 1) / 10:
            samples.append(sample(page, session, worker, elapsed))
            if len(samples) == 10:
                return samples, restarts
        restarts += disturb(page, turn, until=start + turn + 1)
    raise AssertionError


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    minutes = parser.parse_args().minutes
    faults: list[str] = []
    with served.site() as url, served.browser() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.on("pageerror", lambda error: faults.append(str(error)))
        samples, restarts = soak(url, page, minutes)
        record(
            "soak", browser, {"minutes": minutes, "samples": [asdict(s) for s in samples], "errors": faults}
        )
    report(samples, restarts, faults)


def report(samples: list[Sample], restarts: int, faults: list[str]) -> None:
    """The samples as a table, and what they say."""
    table(
        f"MB at full speed, after forced collection; training started again {restarts} times",
        ["minute", "page heap", "worker heap", "arrays", "nodes", "listeners", "epoch"],
        [
            [
                f"{s.minute:.1f}",
                *(f"{size / 1e6:.2f}" for size in (s.page, s.worker, s.arrays)),
                s.nodes,
                s.listeners,
                f"{s.epoch:,.0f}",
            ]
            for s in samples
        ],
    )
    early, late = samples[1], samples[-1]
    when = f"from minute {early.minute:.1f} to {late.minute:.1f}, within {WITHIN:.0%}"
    pairs = {
        "page heap": (early.page, late.page),
        "worker heap": (early.worker, late.worker),
        "nodes": (early.nodes, late.nodes),
    }
    verdict(
        {f"{name} {b / a - 1:+.1%} {when}": b <= (1 + WITHIN) * a for name, (a, b) in pairs.items()}
        | {"; ".join(["no error on the page", *faults]): not faults}
    )


if __name__ == "__main__":
    main()
