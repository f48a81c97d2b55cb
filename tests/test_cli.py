"""The command line, run as a person runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from backsight import __version__


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "backsight", *arguments], capture_output=True, text=True)


def test_version() -> None:
    answer = run("--version")
    assert answer.returncode == 0
    assert answer.stdout.startswith(f"backsight {__version__} ")


def test_help_names_the_commands() -> None:
    answer = run("--help")
    assert answer.returncode == 0
    assert "serve" in answer.stdout and "build" in answer.stdout


def test_the_command_line_starts_without_numpy() -> None:
    """NumPy alone takes as long to import as everything else here."""
    program = "import sys, backsight.cli; print([m for m in ('numpy', 'uvicorn', 'jax') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert answer.stdout.strip() == "[]"


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = run("serve", "--port", str(port), "--no-browser")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert f"Port {port}" in answer.stderr and "--port" in answer.stderr


def test_a_directory_with_other_files_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "thesis.txt"
    mine.write_text("years of work")
    answer = run("build", str(tmp_path))
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr and "empty" in answer.stderr
    assert mine.read_text() == "years of work"
    assert [*tmp_path.iterdir()] == [mine]


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_serves_until_interrupted_and_ends_quietly() -> None:
    command = [sys.executable, "-m", "backsight", "serve", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        url = process.stdout.readline().split(" at ")[1].split()[0]
        with urllib.request.urlopen(url, timeout=10) as response:
            assert response.status == 200
            assert b"<title>" in response.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert process.stderr.read() == ""
