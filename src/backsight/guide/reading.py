"""Reading a directive's TOML against its form: every error names the lesson's file and line, and a remedy.

A *reader* takes a value and the place it stands at and returns what crosses to the browser.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backsight.errors import LessonError
from backsight.guide import expression
from backsight.ir.program import Origin


@dataclass(frozen=True)
class Names:
    """What a lesson's text may name: filled from its stage and its model.py."""

    variables: Callable[[str], Mapping[str, str | float]]
    quantities: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()

    @property
    def values(self) -> frozenset[str]:
        return self.quantities | self.inputs | self.given


@dataclass(frozen=True)
class Place:
    """Where a value stands: the directive's lines, and the path of keys within it."""

    file: str
    line: int
    body: str
    names: Names
    inline: Callable[[str, Place], str]
    block: Callable[[str, Place], str]
    path: tuple[str, ...] = field(default=())

    def inside(self, key: str) -> Place:
        return replace(self, path=(*self.path, key))

    def fail(self, message: str, remedy: str) -> LessonError:
        """The error for this place; its line is the one that holds the innermost key, where that is clear."""
        name = ".".join(self.path)
        line, text = self._line_of(self.path[-1] if self.path else "")
        return LessonError(
            f"{name}: {message}" if name else message, origin=Origin(self.file, line, text), remedy=remedy
        )

    def _line_of(self, key: str) -> tuple[int, str]:
        lines = self.body.splitlines()
        for offset, text in enumerate(lines):
            if key and re.search(rf"(^|[\s{{,\[.]){re.escape(key)}\s*(=|\]|\.)", text):
                return self.line + 1 + offset, text
        return self.line, ""


Reader = Callable[[Any, Place], Any]


def nearest(name: str, known: Collection[str]) -> str:
    """A remedy: the closest known name, or all of them."""
    close = difflib.get_close_matches(name, list(known), 1)
    return f"did you mean `{close[0]}`?" if close else f"known: {', '.join(sorted(known)) or 'none'}"


def _expect(kind: type | tuple[type, ...], says: str) -> Reader:
    def read(value: Any, place: Place) -> Any:
        # In Python a bool is an int; in a lesson it is a slip.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise place.fail(f"expected {says}, found {value!r}", f"write {says} here")
        return value

    return read


text = _expect(str, "a text")
number = _expect((int, float), "a number")
yes_no = _expect(bool, "true or false")
anything: Reader = lambda value, place: value  # noqa: E731


def inline(value: Any, place: Place) -> str:
    """One paragraph of Markdown, as HTML."""
    return place.inline(text(value, place), place)


def block(value: Any, place: Place) -> str:
    """Several paragraphs of Markdown, as HTML."""
    return place.block(text(value, place), place)


def value(raw: Any, place: Place) -> expression.Expression:
    """A value expression; see `backsight.guide.expression`."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise place.fail(
            f"expected a value, found {raw!r}", "write a quantity or function(argument=value).variable"
        )
    try:
        parsed = expression.parse(raw, place.names.variables, place.names.calls)
    except expression.BadExpression as error:
        raise place.fail(
            str(error), "a value is a name or function(argument=value).variable: lessons/README.md"
        ) from None
    for name in free_names(parsed):
        if name not in place.names.values:
            raise place.fail(f"nothing is called `{name}`", nearest(name, place.names.values))
    return parsed


def computed(raw: Any, place: Place) -> expression.Expression:
    """A value that must come from the model: a typed number is refused."""
    if isinstance(raw, int | float):
        raise place.fail(
            "an answer is never typed", "write the expression that computes it, as in press(x=2).dx"
        )
    return value(raw, place)


def free_names(parsed: expression.Expression) -> list[str]:
    if isinstance(parsed, str):
        return [parsed]
    if isinstance(parsed, dict):
        return [n for v in parsed.get("arguments", {}).values() for n in free_names(v)]
    return []


def quantity(raw: Any, place: Place) -> str:
    """The name of a quantity of the stage."""
    name = str(text(raw, place))
    if name not in place.names.quantities:
        raise place.fail(f"the stage has no quantity `{name}`", nearest(name, place.names.quantities))
    return name


def input_name(raw: Any, place: Place) -> str:
    name = str(text(raw, place))
    if name not in place.names.inputs:
        raise place.fail(f"the stage has no input `{name}`", nearest(name, place.names.inputs))
    return name


def many(reader: Reader) -> Reader:
    def read(raw: Any, place: Place) -> list[Any]:
        if not isinstance(raw, list):
            raise place.fail(f"expected a list, found {raw!r}", "write it in [ ]")
        return [reader(item, place) for item in raw]

    return read


def table(reader: Reader) -> Reader:
    """Any keys, values of one form."""

    def read(raw: Any, place: Place) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            raise place.fail(f"expected a table, found {raw!r}", "write it as key = value")
        return {key: reader(item, place.inside(key)) for key, item in raw.items()}

    return read


def settings(raw: Any, place: Place) -> dict[str, float]:
    """Inputs of the stage and the numbers they are set to."""
    found = table(number)(raw, place)
    for key in found:
        input_name(key, place.inside(key))
    return {key: float(item) for key, item in found.items()}


def options(raw: Any, place: Place) -> Any:
    """A figure's own settings: anything, in which a text that begins with "=" is a value expression."""
    if isinstance(raw, Mapping):
        return {key: options(item, place.inside(key)) for key, item in raw.items()}
    if isinstance(raw, list):
        return [options(item, place) for item in raw]
    return value(raw[1:], place) if isinstance(raw, str) and raw.startswith("=") else raw


def record(required: Mapping[str, Reader], optional: Mapping[str, Reader] | None = None) -> Reader:
    """Exactly these keys. `given`, if allowed, is read first: it adds names for the other fields."""
    rest = optional or {}

    def read(raw: Any, place: Place) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            raise place.fail(f"expected a table, found {raw!r}", "write it as key = value")
        known = {**required, **rest}
        for key in raw:
            if key not in known:
                raise place.inside(key).fail("this key is not known here", nearest(key, known))
        for key in required:
            if key not in raw:
                raise place.fail(f"`{key}` is missing", f"add a line `{key} = …`")
        here = place
        if "given" in known and "given" in raw:
            here = replace(place, names=replace(place.names, given=frozenset(raw["given"])))
        return {
            key: known[key](item, (place if key == "given" else here).inside(key))
            for key, item in raw.items()
        }

    return read
