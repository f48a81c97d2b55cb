"""Finds a Chromium for the browser tests, the benchmarks and the contact sheet; gets one where there is none.

    python tools/chromium.py        prints the path; used by `make test`

Asked in this order: $BACKSIGHT_CHROMIUM, the system's, Playwright's own, then @sparticuz/chromium from npm,
which needs no libraries of the system (Linux on x86-64; elsewhere Playwright's is downloaded).
"""

from __future__ import annotations

import functools
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / "tests" / "chromium"
UNPACKED = OWN / "unpacked"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
# No traffic of its own, and the same picture on every machine.
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]
# The libraries of the npm package come first: they are one consistent set.
WRAPPER = """#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
[ -d /etc/fonts ] || export FONTCONFIG_PATH="$here"
exec "$here/chromium" "$@"
"""


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("BACKSIGHT_CHROMIUM"):
        yield Path(named)
        return
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    yield MAC
    yield _playwrights_own()
    yield UNPACKED / "chromium.sh"


def _playwrights_own() -> Path:
    # In a process of its own: Playwright does not start a second time within one.
    ask = "from playwright.sync_api import *\nwith sync_playwright() as p: print(p.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
    return Path(answer.stdout.strip())


def _runs(path: Path) -> bool:
    """Whether it starts at all: some systems have a stub in its place, or lack its libraries."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except OSError:
        return False


def find() -> Path | None:
    """The Chromium to use, if this machine has one."""
    return next((path for path in _candidates() if path.is_file() and _runs(path)), None)


@functools.cache
def ensure() -> Path:
    """The Chromium to use, downloaded if need be; ends the program with a remedy if none can be had."""
    found = find()
    if found is None and "BACKSIGHT_CHROMIUM" not in os.environ:
        if sys.platform == "linux" and platform.machine() == "x86_64":
            _unpack()
        else:
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        found = find()
    if found is None:
        raise SystemExit(
            "backsight: the browser tests need Chromium: install it (Debian: apt install chromium), "
            "or name one in BACKSIGHT_CHROMIUM"
        )
    return found


def launch_options() -> dict[str, Any]:
    """What Playwright's `chromium.launch` needs: `playwright.chromium.launch(**launch_options())`."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return {"executable_path": str(ensure()), "args": [*ARGUMENTS, *(["--no-sandbox"] if root else [])]}


def _unpack() -> None:
    import brotli

    sys.path.insert(0, str(ROOT / "tools"))
    import webbuild

    webbuild.install(OWN)
    package = OWN / "node_modules" / "@sparticuz" / "chromium" / "bin"
    UNPACKED.mkdir(exist_ok=True)
    for archive in package.glob("*.tar.br"):
        with tarfile.open(fileobj=io.BytesIO(brotli.decompress(archive.read_bytes()))) as files:
            files.extractall(UNPACKED, filter="data")
    program, wrapper = UNPACKED / "chromium", UNPACKED / "chromium.sh"
    program.write_bytes(brotli.decompress((package / "chromium.br").read_bytes()))
    wrapper.write_text(WRAPPER)
    settings = UNPACKED / "fonts.conf"
    settings.write_text(settings.read_text().replace("/tmp/fonts<", f"{UNPACKED}/fonts<"))
    for path in (program, wrapper):
        path.chmod(0o755)


if __name__ == "__main__":
    print(ensure())
