"""Real notebooks, driven in Chromium as a person does. Nothing beyond this machine may be asked for."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import ConsoleMessage, Error, Page, Route, expect

from tools import chromium

ROOT = Path(__file__).resolve().parents[2]
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **chromium.launch_options()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": {"width": 1280, "height": 720}}


@pytest.fixture(scope="session")
def base_url() -> str:
    """Addresses are whole here."""
    return ""


def environment(folder: Path) -> dict[str, str]:
    """Settings and caches of the servers go into a folder of the test's own."""
    places = (
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
        "IPYTHONDIR",
        "XDG_CONFIG_HOME",
    )
    paths = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        **{p: str(folder / p.lower()) for p in places},
        "PYTHONPATH": os.pathsep.join(paths),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(command: Sequence[str], folder: Path, address: str) -> Iterator[str]:
    """Start a server, wait until it answers, and end it with all that it started."""
    written = folder / "server.log"
    with written.open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(folder), stdout=log, stderr=log, start_new_session=True
        )
    try:
        if not answers(process, address):
            pytest.fail(f"no notebook server\n{written.read_text()[-3000:]}")
        yield address
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(process: subprocess.Popen[bytes], address: str) -> bool:
    """Wait until the server answers; False where it ends before."""
    for _ in range(600):
        if process.poll() is not None:
            return False
        try:
            urlopen(address, timeout=2).close()
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return True
    return False


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Where JupyterLab opens notebooks, without a token, and the folder it serves."""
    folder = tmp_path_factory.mktemp("jupyter")
    settings = folder / "jupyter_config_dir/lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    for address in _jupyter("jupyterlab", folder):
        yield f"{address}/doc/tree", folder


@pytest.fixture(scope="session")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Where Jupyter Notebook opens notebooks, and the folder it serves."""
    folder = tmp_path_factory.mktemp("notebook")
    for address in _jupyter("notebook", folder):
        yield f"{address}/notebooks", folder


def _jupyter(module: str, folder: Path) -> Iterator[str]:
    port = free_port()
    command = [
        *(sys.executable, "-m", module, "--no-browser", "--allow-root", f"--port={port}"),
        *("--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.port_retries=0"),
        *(f"--ServerApp.root_dir={folder}", "--LabApp.news_url=", "--LabApp.check_for_updates_class="
          "jupyterlab.NeverCheckForUpdate"),
    ]  # fmt: skip
    for address in serve(command, folder, f"http://127.0.0.1:{port}/api"):
        yield address.removesuffix("/api")


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A page that fails its test when it logs an error or asks for anything beyond this machine."""
    wrong: list[str] = []

    def logged(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(f"{message.text} {message.location.get('url', '')}")

    def failed(error: Error) -> None:
        # Jupyter Notebook 7.6 fails so on its own settings, whatever the notebook holds.
        own = "reading 'schema'" in str(error) and "/static/notebook/notebook_core" in (error.stack or "")
        if not own:
            wrong.append(str(error))

    def outside(route: Route) -> None:
        wrong.append(route.request.url)
        route.abort()

    page.on("console", logged)
    page.on("pageerror", failed)
    page.route(
        lambda url: not url.startswith(("http://127.0.0.1", "data:", "blob:", "ws://127.0.0.1", "file:")),
        outside,
    )
    yield page
    assert not wrong
