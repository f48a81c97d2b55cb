"""Which call of which helper, and which turn of which loop, a value was computed in.

An origin knows its line and its function, not the calls that led there. But a straight line of equations
is what was run, in order: where a line of a call or of a turn comes up again, another call or turn has begun.
"""

from __future__ import annotations

import ast
import linecache
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from backsight.explaining.graphs.parts import NOWHERE, Scope, ScopeKind
from backsight.ir.program import Equation, Origin

_COUNT = re.compile(r"_\d+$")
_INNER = re.compile(r"\.<locals>\.<(listcomp|genexpr|setcomp|dictcomp)>$")


@dataclass(frozen=True, slots=True)
class _Key:
    """What a scope is of: a function, or the loop that begins on a line."""

    kind: ScopeKind
    label: str
    line: int = 0


@dataclass
class _Open:
    """A scope that the equations are in at present; `seen` are the places directly in it."""

    key: _Key
    scope: int
    seen: set[tuple[int, str]] = field(default_factory=set)


class Places:
    """Finds the scope of each stop, in the order in which they were computed."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.scopes: list[Scope] = []
        self._open: list[_Open] = []
        self._loops: dict[str, list[tuple[int, int, str]]] = {}
        self._turns: Counter[int] = Counter()

    def of(self, stop: Equation) -> int:
        """The innermost scope a stop lies in, or -1."""
        if stop.origin is None:
            return NOWHERE
        keys = self._keys(stop.origin)
        place = (stop.origin.line, _stem(stop))
        kept = 0
        while kept < min(len(keys), len(self._open)) and self._open[kept].key == keys[kept]:
            kept += 1
        if kept == len(keys) and kept and place in self._open[kept - 1].seen:
            kept -= 1  # the same line of the same call: it is another one
        del self._open[kept:]
        for key in keys[kept:]:
            self._enter(key)
        if not self._open:
            return NOWHERE
        self._open[-1].seen.add(place)
        return self._open[-1].scope

    def _enter(self, key: _Key) -> None:
        parent = self._open[-1].scope if self._open else NOWHERE
        if key.kind == "turn":
            self._turns[parent] += 1
            self._add(key, Scope(f"turn {self._turns[parent]}", "turn", parent))
        else:
            self._add(key, Scope(key.label, key.kind, parent))

    def _add(self, key: _Key, scope: Scope) -> None:
        self.scopes.append(scope)
        self._open.append(_Open(key, len(self.scopes) - 1))

    def _keys(self, origin: Origin) -> list[_Key]:
        function = _INNER.sub("", origin.scope)
        keys: list[_Key] = []
        if function not in ("", self.root):
            keys.append(_Key("function", function.rpartition("<locals>.")[2]))
        for first, last, text in self._of_file(origin.file):
            if first < origin.line <= last:
                keys += [_Key("loop", text, first), _Key("turn", text, first)]
        return keys

    def _of_file(self, file: str) -> list[tuple[int, int, str]]:
        """First line, last line and text of each loop, outer ones first."""
        if file not in self._loops:
            self._loops[file] = _loops("".join(linecache.getlines(file)))
        return self._loops[file]


def _loops(source: str) -> list[tuple[int, int, str]]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    lines = source.splitlines()
    found = [
        (node.lineno, node.end_lineno or node.lineno, lines[node.lineno - 1].strip().rstrip(":"))
        for node in ast.walk(tree)
        if isinstance(node, ast.For | ast.While)
    ]
    return sorted(found, key=lambda loop: (loop[0], -loop[1]))


def _stem(stop: Equation) -> str:
    """What a line calls its value each time; "" for the only one, as callers name what helpers return."""
    several = stop.origin is not None and "," in stop.origin.text.partition("=")[0]
    return _COUNT.sub("", stop.output.name) if several else ""


def tidied(scopes: Sequence[Scope], members: Sequence[int]) -> tuple[list[Scope], list[int]]:
    """Without scopes that hold a single thing: folding them would change nothing.

    Args:
        members: of each node, the scope it is in.

    Returns:
        The scopes that are left, and of each node the scope it is in now.
    """
    content = [0] * len(scopes)
    for scope in members:
        if scope != NOWHERE:
            content[scope] += 1
    instead = list(range(len(scopes)))
    for place in reversed(range(len(scopes))):  # inner scopes come after those around them
        parent = scopes[place].parent
        if content[place] <= 1:
            instead[place] = parent
        if parent != NOWHERE:
            content[parent] += 1 if content[place] else 0

    def kept(place: int) -> int:
        while place != NOWHERE and instead[place] != place:
            place = instead[place]
        return place

    left = [place for place in range(len(scopes)) if instead[place] == place]
    number = {place: i for i, place in enumerate(left)} | {NOWHERE: NOWHERE}
    found = [replace(scopes[place], parent=number[kept(scopes[place].parent)]) for place in left]
    return found, [number[kept(place)] for place in members]
