"""The atlas of starts: how long 400 starts of 1,000 epochs take, and what becomes of them.

    python -m benchmarks.atlas [--all]

The figure is opened on its own page, once for the lesson's settings and once for a rate of 5, where
most starts need a certificate; with `--all`, for every activation and initialisation too. Seconds are
the figure's own: from the first order given to a worker to the last answer, on as many workers as it
takes here, the workers' own start and the loading of the kernels included.
"""

from __future__ import annotations

import argparse
import os
import re
from typing import Any

from playwright.sync_api import Browser

from benchmarks.sandbox import record, table, verdict
from tools import served

SECONDS = 6.0
ACTIVATIONS = ("relu", "leaky_relu", "tanh", "sigmoid", "softplus")
STARTS = ("he", "xavier", "uniform")
FATES = ("learned", "still slow", "evidence", "proved")


def trained(browser: Browser, url: str, address: str) -> dict[str, Any]:
    """Open the figure at an address; what it says once all starts are trained."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.goto(f"{url}/figures/atlas/#{address}")
    said = page.get_by_text(re.compile(r"^400 starts, .* epochs, in .* s here"))
    said.wait_for(timeout=120_000)
    seconds = re.search(r"in ([\d.]+) s", said.text_content() or "")
    names = [cell.get_attribute("aria-label") or "" for cell in page.get_by_role("gridcell").all()]
    context.close()
    assert seconds is not None
    counts = {fate: sum(f": {fate}," in name for name in names) for fate in FATES}
    return {"seconds": float(seconds[1]), **counts}


def addresses(everything: bool) -> dict[str, str]:
    """What is tried, by name."""
    found = {"as the lesson has it (ReLU, He, rate 0.5)": "rate=0.5", "rate 5": "rate=5"}
    if everything:
        for act, activation in enumerate(ACTIVATIONS):
            for init, start in enumerate(STARTS):
                found[f"{activation}, {start}"] = f"rate=0.5&act={act}&init={init}"
    return found


def main() -> None:
    """The command line; ends with status 1 if it takes longer than the lesson promises."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.atlas", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every activation and initialisation")
    given = parser.parse_args()
    with served.site() as url, served.browser() as browser:
        found = {name: trained(browser, url, address) for name, address in addresses(given.all).items()}
        record("atlas", browser, {"cores": os.cpu_count(), "fields": found})
    table(
        "400 starts of 1,000 epochs each",
        ["settings", "seconds", *FATES],
        [[name, *field.values()] for name, field in found.items()],
    )
    slowest = max(field["seconds"] for field in found.values())
    verdict({f"{slowest:.1f} s at most for a field, {SECONDS:g} allowed": slowest <= SECONDS})


if __name__ == "__main__":
    main()
