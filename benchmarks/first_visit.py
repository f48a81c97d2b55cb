"""A first visit: bytes over the wire, and seconds until the sandbox can be used.

    python -m benchmarks.first_visit [--runs 5]

Every visit is by a browser that has never been here, so nothing comes from a cache except what the visit
itself fetched before (page and worker load some of the same files). Bytes are counted on the wire, by a relay
between browser and server: headers, the worker's files and fonts included. Time runs from the start of the
navigation to the first drawn frame in which Play can be pressed and every neuron shows its value. The other
pages are weighed alone, each by a browser of its own: the workbench as it opens, before Python is asked for.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Request

from benchmarks.sandbox import record, table, verdict
from tools import served

BYTES = 350_000
SECONDS = 1.5
OTHERS = {"home": "", "lesson one-neuron": "lessons/one-neuron/", "workbench": "workbench/"}

# Watches every drawn frame; performance.now() counts from the navigation.
WATCH = """
(() => {
  const usable = () => {
    const main = document.querySelector('main');
    const play = [...(main?.querySelectorAll('button') ?? [])].find((b) => /^\\s*Play/.test(b.textContent));
    const texts = [...(main?.querySelectorAll('svg[role=group] text') ?? [])];
    const values = texts.filter((text) => /\\d\\.\\d/.test(text.textContent));
    return play && !play.disabled && values.length >= 9 && Number.isFinite(Number(main.dataset.cost));
  };
  const look = () => {
    if (!usable()) return requestAnimationFrame(look);
    // The next frame begins once this one is drawn.
    requestAnimationFrame(() => (document.documentElement.dataset.usableAt = performance.now()));
  };
  requestAnimationFrame(look);
})();
"""


class Relay:
    """Passes bytes between a browser and a server of this machine, and counts those that come back."""

    def __init__(self, port: int) -> None:
        self.received = 0
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            threading.Thread(target=self._pass, args=(browser, server, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, browser, True), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(65536):
                if counted:
                    self.received += len(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one side has gone

    def close(self) -> None:
        self._listener.close()


@dataclass
class Visit:
    """What one visit cost."""

    bytes: int
    seconds: float
    #: By address: bytes on the wire, as the browser tells it.
    files: dict[str, int] = field(default_factory=dict)


@contextmanager
def relayed() -> Iterator[tuple[str, Relay]]:
    """The site's URL through a relay."""
    with served.site() as url:
        relay = Relay(int(url.rsplit(":", 1)[1]))
        try:
            yield f"http://127.0.0.1:{relay.port}", relay
        finally:
            relay.close()


def visit(browser: Browser, url: str, relay: Relay) -> Visit:
    """One visit by a browser that has never been here."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.add_init_script(WATCH)
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    before = relay.received
    page.goto(f"{url}/sandbox/", wait_until="commit")
    html = page.locator("html[data-usable-at]")
    html.wait_for(state="attached", timeout=30_000)
    milliseconds = float(html.get_attribute("data-usable-at") or "nan")
    page.wait_for_load_state("networkidle")
    received = relay.received - before
    files: dict[str, int] = {}
    for request in finished:
        sizes = request.sizes()
        name = request.url.removeprefix(url)
        files[name] = files.get(name, 0) + sizes["responseBodySize"] + sizes["responseHeadersSize"]
    context.close()
    return Visit(received, milliseconds / 1000, files)


def weight(browser: Browser, url: str, relay: Relay, address: str) -> int:
    """Bytes over the wire until nothing more is asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    before = relay.received
    page.goto(f"{url}/{address}")
    page.get_by_role("main").wait_for()
    page.wait_for_load_state("networkidle")
    received = relay.received - before
    context.close()
    return received


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_visit", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with relayed() as (url, relay), served.browser() as browser:
        visits = [visit(browser, url, relay) for _ in range(runs)]
        others = {name: weight(browser, url, relay, address) for name, address in OTHERS.items()}
        seen = [{"bytes": v.bytes, "seconds": v.seconds} for v in visits]
        record("first_visit", browser, {"visits": seen, "others": others})
    table(
        "First visits to the sandbox",
        ["visit", "kB", "seconds"],
        [[i, f"{v.bytes / 1000:.1f}", f"{v.seconds:.2f}"] for i, v in enumerate(visits, 1)],
    )
    table("First visits elsewhere", ["page", "kB"], [[n, f"{size / 1000:.1f}"] for n, size in others.items()])
    files = sorted(visits[-1].files.items(), key=lambda pair: -pair[1])
    table("Files of the last visit", ["file", "kB"], [[name, f"{size / 1000:.1f}"] for name, size in files])
    most = max(*(v.bytes for v in visits), *others.values())
    median = statistics.median(v.seconds for v in visits)
    verdict(
        {
            f"{most / 1000:.0f} kB over the wire, at most {BYTES / 1000:.0f}": most <= BYTES,
            f"usable within {median:.2f} s (median of {runs}), at most {SECONDS}": median <= SECONDS,
        }
    )


if __name__ == "__main__":
    main()
