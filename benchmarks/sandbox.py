"""What the benchmarks of the page share: the sandbox's small net, and reading and printing figures."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from rich.console import Console
from rich.table import Table

# 133 points, a quarter of them kept for testing: 100 are trained on.
SMALL = "v=1&data=rings&points=133&test=0.25&hidden=3&speed=full"
# Seconds in which a small net learns what it can.
PATIENCE = 4.0
PLAIN = f"{SMALL}&opt=gd&out=squared&rate=0.5"


def number(page: Page, name: str) -> float:
    """A number that the sandbox's root element carries, e.g. "epoch"."""
    return float(page.get_by_role("main").get_attribute(f"data-{name}") or "nan")


def is_running(page: Page) -> bool:
    return page.get_by_role("main").get_attribute("data-status") == "running"


def keep_running(page: Page) -> None:
    """Press Play, and again once the page finds there is no more to learn: from then on it just goes on."""
    for _ in range(2):
        page.get_by_role("button", name="Play").click()
        deadline = time.monotonic() + PATIENCE
        page.wait_for_timeout(200)
        while is_running(page) and time.monotonic() < deadline:
            page.wait_for_timeout(50)
        if is_running(page):
            return


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; the first column stands left, figures stand right."""
    drawn = Table(title=title, title_justify="left")
    for position, column in enumerate(columns):
        drawn.add_column(column, justify="left" if position == 0 else "right", no_wrap=True)
    for row in rows:
        drawn.add_row(*map(str, row))
    Console(width=110).print(drawn)


def record(name: str, browser: Browser, report: Mapping[str, Any]) -> None:
    """Keep the figures of a run in benchmarks/results."""
    path = Path(__file__).parent / "results" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    machine = {"browser": f"Chromium {browser.version}", "machine": platform.machine()}
    path.write_text(json.dumps({**machine, **report}, indent=2) + "\n", "utf-8")


def verdict(claims: dict[str, bool]) -> None:
    """Say which claims hold, and end with status 1 if one does not."""
    for claim, holds in claims.items():
        print(f"{'holds ' if holds else 'MISSED'}  {claim}")
    raise SystemExit(not all(claims.values()))
