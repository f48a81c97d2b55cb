"""The built site, served, and a Chromium to visit it with: for benchmarks and the contact sheet."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tools import chromium

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def site() -> Iterator[str]:
    """The URL of the built site, served by the real command on a free port of this machine."""
    command = [sys.executable, "-m", "backsight", "serve", "--port", "0", "--no-browser"]
    paths = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if "http://" not in line:
            raise SystemExit("backsight: the site is not being served: run `make web` first")
        try:
            yield "http://" + line.split("http://")[1].split()[0]
        finally:
            process.terminate()


@contextmanager
def browser(*arguments: str) -> Iterator[Browser]:
    """A Chromium of this machine, with further command-line arguments."""
    options = chromium.launch_options()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(**{**options, "args": [*options["args"], *arguments]})
        try:
            yield found
        finally:
            found.close()
