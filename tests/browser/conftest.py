"""The browser tests: a Chromium of this machine, and the built site served as `make run` serves it.

def test_something(page):          # Playwright's page; addresses are relative to the site
    page.goto("/sandbox/")
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tools import chromium

# A machine that does other things as well takes its time; a test that passes never waits for it.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **chromium.launch_options()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], base_url: str) -> dict[str, Any]:
    # Tests elsewhere may have asked for the plugin's own arguments first: those know nothing of our site.
    return {**browser_context_args, "viewport": {"width": 1280, "height": 720}, "base_url": base_url}


@pytest.fixture(scope="session")
def site_url() -> Iterator[str]:
    """The URL of the built site, served by the real command on a free port."""
    command = [sys.executable, "-m", "backsight", "serve", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if "http://" not in line:
            pytest.fail("the site is not being served: run `make web` first")
        yield "http://" + line.split("http://")[1].split()[0]
        process.terminate()


@pytest.fixture(scope="session")
def base_url(site_url: str) -> str:
    """Where Playwright's relative addresses start."""
    return site_url


@pytest.fixture(scope="session")
def folder_url(built_site: Path) -> Iterator[str]:
    """`python -m http.server` knows nothing of us; the site lies two folders down."""
    root = built_site.parent.parent
    command = [
        sys.executable,
        "-u",
        "-m",
        "http.server",
        "0",
        "--bind",
        "127.0.0.1",
        "--directory",
        str(root),
    ]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **quiet) as process:
        assert process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
        assert found, "http.server says where it listens"
        yield f"{found[0]}/{built_site.relative_to(root).as_posix()}"
        process.terminate()
