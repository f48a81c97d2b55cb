"""Two hundred functions as people write them, each a source and numbers to try it at, as a page sends them.

In every file of this folder, `# %% name · style` begins a function's source, and `# %% at` the assignments
that give its arguments; `# %% at, by x y` differentiates by those alone. They are kept as first written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Written:
    """One function of the list."""

    name: str
    field: str
    style: str
    source: str
    example: str
    wrt: tuple[str, ...] | None

    def request(self, kind: str) -> dict[str, Any]:
        """What a page asks of Python about it."""
        asked: dict[str, Any] = {"kind": kind, "source": self.source, "example": self.example}
        return asked if self.wrt is None else {**asked, "wrt": list(self.wrt)}


def _read(path: Path) -> list[Written]:
    head, *rest = re.split(r"(?m)^# %% ", path.read_text("utf-8"))
    assert not head.strip() and len(rest) % 2 == 0, path
    found = []
    for cell, given in zip(rest[::2], rest[1::2], strict=True):
        title, _, source = cell.partition("\n")
        name, _, style = title.partition(" · ")
        to, _, example = given.partition("\n")
        assert style and re.match(r"at($|, by \w)", to), (path, title, to)
        wrt = tuple(to.removeprefix("at, by").split()) if to != "at" else None
        found.append(Written(name, path.stem.replace("_", " "), style, source, example, wrt))
    return found


FUNCTIONS = [f for path in sorted(Path(__file__).parent.glob("[a-z]*.py")) for f in _read(path)]
"""All of them, by file."""
