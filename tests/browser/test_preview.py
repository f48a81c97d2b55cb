"""A lesson while it is being written, in a browser beside the editor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from backsight.guide.authoring import new_lesson


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_lesson(tmp_path / "carpet")
    return tmp_path / "carpet"


@pytest.fixture
def preview(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "backsight", "preview", str(folder), "--port", "0", "--no-browser"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://" in line, line
        yield "http://" + line.split("http://")[1].split()[0]
        process.send_signal(signal.SIGINT)


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_the_page_follows_the_files(page: Page, preview: str, folder: Path) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(preview)
    expect(page.locator("html")).to_have_attribute("data-ready", "true")
    page.goto(f"{page.url}#predict")
    expect(page.locator("h2[tabindex]")).to_have_text("One more metre")
    text = page.get_by_role("main")
    expect(text).to_contain_text("costs 120 coins")

    change(folder / "index.md", "## One more metre", "## Another metre")
    expect(page.locator("h2[tabindex]")).to_have_text("Another metre")

    # The source of a function is read anew, too: its names and its numbers.
    change(folder / "model.py", "p = 30 * a", "p = 40 * a")
    expect(text).to_contain_text("costs 160 coins")

    change(folder / "index.md", "{live}`p|0`", "{live}`price|0`")
    expect(text).to_contain_text("cannot be shown yet")
    expect(text).to_contain_text("index.md:")
    expect(text).to_contain_text("nothing is called `price`")

    change(folder / "index.md", "{live}`price|0`", "{live}`p|0`")
    change(folder / "model.py", "p = 40 * a", "p = 50 * b")
    expect(text).to_contain_text("model.py:10")

    change(folder / "model.py", "p = 50 * b", "p = 50 * a")
    expect(page.locator("h2[tabindex]")).to_have_text("Another metre")
    expect(text).to_contain_text("costs 200 coins")
    assert errors == []
