"""A lesson's numbers by the reference evaluator: what its contract and its tests hold the text to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backsight.guide import expression
from backsight.guide.markdown import Lesson


class LessonValues:
    """The values of a lesson's expressions, at its first inputs or at others."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson, self.stage = lesson, lesson.data["stage"]

    def at(self, inputs: Mapping[str, float]) -> dict[str, Any]:
        """Everything that an expression may name."""
        quantities = {name: q["of"] for name, q in self.stage["quantities"].items()}
        first = {name: float(i["value"]) for name, i in self.stage["inputs"].items()}
        first |= dict.fromkeys(self.stage.get("found", {}), 0.0)
        return {**quantities, **first, **self.stage.get("data", {}), **inputs}

    def of(self, parsed: expression.Expression, inputs: Mapping[str, float] = {}) -> Any:
        """The value of an expression; `inputs` replace the first ones, and add those of a question."""

        def run(function: str, arguments: dict[str, Any]) -> dict[str, Any]:
            return self.lesson.functions[function].run(arguments)

        return expression.evaluate(parsed, self.at(inputs), self.stage["calls"], run)

    def beginning(self, step: Mapping[str, Any], names: Sequence[str]) -> dict[str, float]:
        """The inputs that a step begins with."""
        given = {**{n: i["value"] for n, i in self.stage["inputs"].items()}, **step["scene"].get("set", {})}
        return {name: float(given[name]) for name in names}


def blocks(lesson: Lesson, kind: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every block of a kind, with its step."""
    for step in lesson.data["steps"]:
        yield from ((step, block) for block in step["blocks"] if block["kind"] == kind)
