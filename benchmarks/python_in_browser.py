"""Python in the browser: bytes over the wire, and seconds from pressing Run to the gradient, cold and warm.

    python -m benchmarks.python_in_browser [--runs 3]

*Cold* is a browser that has never been here. *Warm, no snapshot* is the same browser again, its files cached
and its kept memory of Python thrown away; *warm* has that too. *After a stop* runs from stopping an endless
loop to the next answer. The snapshot's size is what this costs on disk and, compressed, what sending it would
have cost over the wire (docs/decisions/0006). Rounds are interleaved: other work on the machine strikes all.
"""

from __future__ import annotations

import argparse
import base64
import statistics
import time
from dataclasses import dataclass

import brotli
from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.first_visit import Relay, relayed
from benchmarks.sandbox import record, table, verdict
from tools import served

BYTES = 7_000_000
STORE = "backsight-python"
LONG = 120_000
ENDLESS = "def cost(w, b, x, target):\n    while True:\n        pass\n"
FORGET = f"() => caches.delete('{STORE}')"
KEPT = f"""async () => {{
  const cache = await caches.open('{STORE}');
  const [key] = await cache.keys();
  const bytes = new Uint8Array(await (await cache.match(key)).arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}}"""


@dataclass
class Run:
    """From pressing Run to the gradient."""

    seconds: float
    bytes: int


def answered(page: Page, relay: Relay) -> Run:
    """Press Run and wait for the first slope."""
    before, begun = relay.received, time.perf_counter()
    page.get_by_role("button", name="Run").click()
    page.locator("td[data-gradient]").first.wait_for(timeout=LONG)
    seconds = time.perf_counter() - begun
    page.locator("[data-speed]").wait_for(timeout=LONG)
    return Run(seconds, relay.received - before)


def visited(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(f"{url}/python/")
    page.wait_for_load_state("networkidle")
    return page


def one_round(browser: Browser, url: str, relay: Relay) -> tuple[dict[str, Run], bytes]:
    """Every case once, and the snapshot that was kept."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    runs: dict[str, Run] = {}
    page = visited(context, url)
    runs["cold"] = answered(page, relay)
    page.evaluate(FORGET)
    page.close()
    page = visited(context, url)
    runs["warm, no snapshot"] = answered(page, relay)
    page.close()
    page = visited(context, url)
    runs["warm"] = answered(page, relay)
    source = page.get_by_label("Your function").input_value()
    page.get_by_label("Your function").fill(ENDLESS)
    page.get_by_role("button", name="Run").click()
    page.locator("main[data-state=running]").wait_for(timeout=LONG)
    page.get_by_label("Your function").fill(source)
    page.get_by_role("button", name="Stop").click()
    runs["after a stop"] = answered(page, relay)
    snapshot = base64.b64decode(page.evaluate(KEPT))
    context.close()
    return runs, snapshot


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.python_in_browser", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    count = parser.parse_args().runs
    with relayed() as (url, relay), served.browser() as browser:
        rounds = [one_round(browser, url, relay) for _ in range(count)]
        snapshot = rounds[-1][1]
        cases = {
            name: {
                "seconds": statistics.median(runs[name].seconds for runs, _ in rounds),
                "bytes": max(runs[name].bytes for runs, _ in rounds),
            }
            for name in rounds[0][0]
        }
        sizes = {"raw": len(snapshot), "brotli": len(brotli.compress(snapshot, quality=9))}
        record("python_in_browser", browser, {"rounds": count, "cases": cases, "snapshot_bytes": sizes})
    table(
        f"From Run to the gradient (medians of {count})",
        ["case", "seconds", "kB over the wire"],
        [[name, f"{c['seconds']:.2f}", f"{c['bytes'] / 1000:.1f}"] for name, c in cases.items()],
    )
    print(f"Snapshot: {sizes['raw'] / 1e6:.1f} MB, {sizes['brotli'] / 1e6:.1f} MB as brotli")
    cold, slow, warm = (cases[name] for name in ("cold", "warm, no snapshot", "warm"))
    verdict(
        {
            f"{cold['bytes'] / 1e6:.2f} MB cold, at most {BYTES / 1e6:.0f}": cold["bytes"] <= BYTES,
            f"{warm['bytes'] / 1000:.1f} kB warm, at most 10": warm["bytes"] <= 10_000,
            f"the snapshot saves half a warm start ({slow['seconds']:.1f} to {warm['seconds']:.1f} s)": (
                warm["seconds"] <= slow["seconds"] / 2
            ),
        }
    )


if __name__ == "__main__":
    main()
