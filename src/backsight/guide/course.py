"""The course as a whole: `lessons/map.toml` says which lesson comes after which, and which are the fast path.

What is open is never written there: a lesson is open when a folder with its number exists.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backsight.errors import LessonError
from backsight.ir.program import Origin

if TYPE_CHECKING:
    from backsight.guide.markdown import Lesson

_KEYS = {"number": int, "name": str, "question": str, "at": list}


def course(folder: Path, lessons: Sequence[Lesson]) -> dict[str, Any]:
    """What the home page needs to know: every lesson of the map, and the pages of those that are open.

    Args:
        folder: holds map.toml; without one, the open lessons stand alone.
        lessons: those that were rendered.

    Raises:
        LessonError: the map is no TOML, lacks a key, or names a lesson that it does not have.
    """
    pages = [_page(lesson) for lesson in lessons]
    path = folder / "map.toml"
    if not path.exists():
        return {"lessons": pages, "map": [], "fast": []}
    text = path.read_text(encoding="utf-8")
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _error(path, text, "", f"map.toml is not TOML: {error}") from None
    entries = [_entry(path, text, raw) for raw in found.get("lesson", [])]
    known = {entry["number"] for entry in entries}
    for entry in entries:
        for number in entry["after"]:
            if number not in known:
                mark = f"number = {entry['number']}\n"
                raise _error(path, text, mark, f"lesson {entry['number']} comes after {number}, unknown here")
    return {"lessons": pages, "map": entries, "fast": found.get("fast", [])}


def _entry(path: Path, text: str, raw: dict[str, Any]) -> dict[str, Any]:
    for key, kind in _KEYS.items():
        if not isinstance(raw.get(key), kind):
            mark = f"number = {raw.get('number')}\n"
            raise _error(path, text, mark, f"a lesson of the map has no `{key}`, or another kind of it")
    return {**{key: raw[key] for key in _KEYS}, "after": raw.get("after", [])}


def _page(lesson: Lesson) -> dict[str, Any]:
    fields = ("slug", "title", "number", "part", "question", "minutes", "tasks")
    return {field: getattr(lesson, field) for field in fields}


def _error(path: Path, text: str, mark: str, message: str) -> LessonError:
    line = text[: text.find(mark)].count("\n") + 1 if mark and mark in text else 1
    excerpt = text.splitlines()[line - 1] if text else ""
    return LessonError(
        message,
        origin=Origin(str(path), line, excerpt),
        remedy="every [[lesson]] has number, name, question, at = [column, row], and after = [numbers]",
    )
