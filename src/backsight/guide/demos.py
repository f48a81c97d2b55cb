"""The pages of the lessons' figures: each by itself, with the functions of the lesson it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backsight.guide.markdown import Lesson


def demos(lessons: Sequence[Lesson]) -> dict[str, dict[str, Any]]:
    """What each figure's page carries, by the figure's name; the types are in web/src/pages/figures/data.ts.

    A figure that several lessons use is shown as the first of them has it.
    """
    found: dict[str, dict[str, Any]] = {}
    for lesson in lessons:
        stage = lesson.data["stage"]
        found.setdefault(
            stage["figure"],
            {
                "name": stage["figure"],
                "lesson": {
                    "slug": lesson.slug,
                    "number": lesson.number,
                    "title": lesson.title,
                    "question": lesson.question,
                },
                "functions": lesson.data["functions"],
                "stage": stage,
                "scene": _scene(lesson),
                "inputs": stage.get("demo", {}).get("inputs", list(stage["inputs"])),
            },
        )
    return found


def _scene(lesson: Lesson) -> dict[str, Any]:
    """The stage's `demo`, else the last scene of the lesson, with nothing hidden."""
    if "demo" in lesson.data["stage"]:
        return {key: value for key, value in lesson.data["stage"]["demo"].items() if key != "inputs"}
    scenes = [step["scene"] for step in lesson.data["steps"] if step["scene"]]
    last = scenes[-1] if scenes else {}
    return {key: last[key] for key in ("set", "options") if key in last}
