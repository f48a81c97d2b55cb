"""Widgets in a real marimo."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.notebooks.conftest import free_port, serve
from tests.notebooks.doing import await_starts, look_further, nudge, take_one_step

APP = Path(__file__).with_name("app.py")


@pytest.fixture
def marimo(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "marimo", "-y", "run", str(APP), "--headless", "--no-token",
               "--host=127.0.0.1", f"--port={port}"]  # fmt: skip
    yield from serve(command, tmp_path, f"http://127.0.0.1:{port}")


def test_views(watched: Page, marimo: str) -> None:
    watched.goto(marimo)
    nudge(watched)
    watched.get_by_role("button", name="Ask Python").click()
    expect(watched.get_by_text("Python says: w is 1.01")).to_be_visible()
    watched.get_by_role("button", name="Let Python move").click()
    expect(watched.get_by_label("w, typed")).to_have_value("−1.25")
    node = watched.locator(".graph [data-node=cost]")
    node.click()
    expect(watched.locator(".graph output.says")).to_contain_text("cost")

    take_one_step(watched)
    watched.get_by_role("button", name="Which epoch?").click()
    expect(watched.get_by_text("Python counts to 1")).to_be_visible()

    far = look_further(watched)
    watched.get_by_role("button", name="How far?").click()
    expect(watched.get_by_text(f"Python looks at {far}")).to_be_visible()
    watched.get_by_role("button", name="Let Python lift").click()
    expect(watched.locator(".fold").get_by_text("4.25").first).to_be_visible()

    await_starts(watched)
    watched.get_by_role("button", name="How many?").click()
    expect(watched.get_by_text("Python knows 400 starts")).to_be_visible()
    watched.get_by_role("button", name="Let Python pick").click()
    expect(watched.get_by_text("Start 7", exact=True)).to_be_visible()
