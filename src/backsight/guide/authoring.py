"""A new lesson's folder: one that works from the start, to be changed line by line.

The files lie in `template/`, as text that is copied: `index.md`, `model.py`, `start.py`, `solution.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

from backsight.errors import LessonError

TEMPLATE = Path(__file__).resolve().parent / "template"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def new_lesson(folder: Path, title: str = "", number: int = 1) -> list[Path]:
    """Write the files of a lesson that keeps the contract, into a new or empty folder.

    Args:
        folder: its name becomes the lesson's address: small letters, digits, single hyphens.
        title: the lesson's; made from the folder's name if left out.
        number: the lesson's number in its course.

    Returns:
        The files written.

    Raises:
        LessonError: the name is no address, the folder holds something, or it cannot be written.
    """
    name = folder.resolve().name
    if not _NAME.fullmatch(name):
        wished = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "my-lesson"
        raise LessonError(
            f"{name!r} cannot stand in an address", remedy=f"call the folder {folder.with_name(wished)}"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LessonError(f"there is something in {folder} already", remedy="name a new or an empty folder")
    filled = {"{{title}}": _in_toml(title or name.replace("-", " ").capitalize()), "{{number}}": str(number)}
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted(TEMPLATE.glob("*.txt")):
            text = source.read_text("utf-8")
            for mark, value in filled.items():
                text = text.replace(mark, value)
            written.append(folder / source.stem)
            written[-1].write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise LessonError(
            f"{folder} cannot be written: {error.strerror}", remedy="name another folder"
        ) from error
    return written


def _in_toml(text: str) -> str:
    """As it stands between the quotes of a TOML text."""
    plain = re.sub(r"[\x00-\x1f\x7f]+", " ", text)
    return plain.replace("\\", "\\\\").replace('"', '\\"')
