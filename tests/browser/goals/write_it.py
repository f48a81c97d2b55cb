"""What a learner who knows would write, cell by cell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from backsight.guide.markdown import render_lesson
from tests.browser.hands import Mouse

LESSON = Path(__file__).resolve().parents[3] / "lessons/write-it"
CELLS: dict[str, Any] = render_lesson(LESSON).data["stage"]["options"]["cells"]
SCALAR = {"dv": "dy * a", "da": "dy * v", "dz": "da * a * (1 - a)", "dw": "dz * x", "db": "dz"}
ALONE = """
    dY = (Y - T) / len(X)
    dW2 = A1.T @ dY
    db2 = dY.sum(axis=0)
    dA1 = dY @ W2.T
    dZ1 = dA1 * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
"""


def filled(cell: str) -> str:
    source: str = CELLS[cell]["source"]
    return re.sub(r"(\w+) = ___", lambda blank: f"{blank[1]} = {SCALAR[blank[1]]}", source)


SOLVED = {
    "right": CELLS["right"]["source"],
    "one": filled("one"),
    "five": filled("five"),
    "twice": CELLS["twice"]["source"].replace("dw = 0.2 * w", "dw += 0.2 * w"),
    "sum": CELLS["sum"]["source"].replace("dZ1.sum()", "dZ1.sum(axis=0)"),
    "stale": CELLS["stale"]["source"].replace("    W2 = W2 - 0.5 * dW2\n", ""),
    "alone": re.sub(
        r"\n    # From the cost.*?\n\n", lambda _: ALONE, CELLS["alone"]["source"], flags=re.DOTALL
    ),
}


def write(hands: Mouse, page: Page, cell: str) -> None:
    hands.code("Your backward pass", SOLVED[cell])
    check(page)


def check(page: Page) -> None:
    """The first time Python has to wake."""
    notebook = page.locator(".notebook")
    before = int(notebook.get_attribute("data-checks") or "")
    page.keyboard.press("Control+Enter")
    page.locator(f".notebook[data-checks='{before + 1}']").wait_for(timeout=90_000)


GOALS = {
    "wake": lambda hands, page: write(hands, page, "right"),
    "one": lambda hands, page: write(hands, page, "one"),
    "five": lambda hands, page: write(hands, page, "five"),
    "twice": lambda hands, page: write(hands, page, "twice"),
    "sum": lambda hands, page: write(hands, page, "sum"),
    "stale": lambda hands, page: write(hands, page, "stale"),
    "alone": lambda hands, page: write(hands, page, "alone"),
}
