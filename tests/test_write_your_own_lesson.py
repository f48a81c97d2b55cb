"""docs/write-your-own-lesson.md, followed to the letter."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs/write-your-own-lesson.md"
FENCE = re.compile(r"^```(\w+)(?: (\w+)=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_says_what_happens(tmp_path: Path) -> None:
    replaced = ""
    followed = 0
    for language, action, file, body in FENCE.findall(PAGE.read_text("utf-8")):
        path = tmp_path / file
        if language == "console":
            follow(body, tmp_path)
        elif action == "file":
            assert path.exists()
            path.write_text(body, "utf-8")
        elif action == "replace":
            replaced = body.rstrip("\n")
        elif action == "with":
            text = path.read_text("utf-8")
            assert text.count(replaced) == 1
            path.write_text(text.replace(replaced, body.rstrip("\n")), "utf-8")
        else:
            raise AssertionError(f"what is one to do with this? {body[:80]}")
        followed += 1
    assert followed >= 8


def follow(transcript: str, folder: Path) -> None:
    """Run each `$ command`; what the page shows below it, if anything, is what it says."""
    for part in transcript.split("$ ")[1:]:
        line, _, shown = part.partition("\n")
        program, *arguments = shlex.split(line)
        assert program == "backsight"
        command = [sys.executable, "-m", "backsight", *arguments]
        answer = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if shown:
            assert answer.stdout + answer.stderr == shown
        else:
            assert answer.returncode == 0, answer.stderr
