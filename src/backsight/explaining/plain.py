"""An explanation as rows of text: what a terminal shows, with or without colour."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TypeVar

from backsight.errors import BacksightError
from backsight.explaining.explanation import Adjoint, Decision, Explanation, Paths, Step, Use
from backsight.explaining.shown import Shown, number
from backsight.ir.program import Origin

ENDS = 30
"""Of a longer part, so many rows are shown from either end."""
_PATHS = 8

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a part.

    Attributes:
        name: what it is about, at the left.
        lines: (sign, text) below each other: "=" or "+" and what stands after it.
        words: in a sentence.
        place: the line of the source.
    """

    name: str
    lines: tuple[tuple[str, str], ...]
    words: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, what to know before reading, and rows."""

    title: str
    lead: str
    rows: tuple[Row, ...]


def parts(e: Explanation, order: str | None = None) -> list[Part]:
    """The parts of an explanation: all of them, or "forward", "reverse" or "paths" alone.

    Raises:
        BacksightError: there is no such order.
    """
    made: dict[str, Callable[[Explanation], list[Part]]] = {
        "forward": lambda e: [_forward(e)],
        "reverse": lambda e: [_reverse(e)],
        "paths": lambda e: [_paths(e), _counts(e)],
    }
    if order is None:
        return [part for write in made.values() for part in write(e)]
    if order not in made:
        raise BacksightError(f"there is no order {order!r}", remedy=f"use {', '.join(made)}")
    return made[order](e)


def title(e: Explanation) -> str:
    given = ", ".join(s.name for s in e.forward if s.kind == "input")
    return f"{e.name}({given}), differentiated by {', '.join(e.wrt)}"


def result(e: Explanation) -> list[Row]:
    """The value and the gradient."""
    value = next((s.value.text for s in e.forward if s.name == e.output), e.output)
    rows = [Row(e.output, (("=", value),))]
    return rows + [Row(f"∂{e.output}/∂{name}", _value(g)) for name, g in e.gradients.items()]


def remarks(e: Explanation) -> list[str]:
    """What else there is to know: the ways that an `if` went, and what is left out."""
    found = []
    same: dict[tuple[Origin | None, bool], list[Decision]] = {}
    for d in e.decisions:
        same.setdefault((d.origin, d.outcome), []).append(d)
    for (origin, outcome), decisions in same.items():
        first, more = decisions[0], len(decisions) - 1
        numbers = f" ({first.numbers})" if first.numbers else ""
        where = f" at {place(origin)}" if origin else ""
        again = f", and {more} more times so" if more else ""
        found.append(
            f"This took the branch where {first.text}{numbers} is {outcome}{where}{again}; "
            "the other way has other slopes."
        )
    return found + [f"{note}." for note in e.notes]


def place(origin: Origin | None) -> str:
    return f"line {origin.line}" if origin is not None else ""


def text(e: Explanation, order: str | None = None) -> str:
    """The explanation as plain text."""
    file = f"  {PurePath(e.listings[0].file).name}:{e.listings[0].first}" if e.listings else ""
    lines = [title(e) + file]
    for part in parts(e, order):
        lines += [
            "",
            part.title,
            *([f"  {part.lead}"] if part.lead and part.rows else []),
            *_table(part.rows),
        ]
    lines += ["", "Result", *_table(result(e)), *(f"  {r}" for r in remarks(e))]
    return "\n".join(lines)


def _table(rows: Sequence[Row]) -> list[str]:
    wide = max((len(r.name) for r in rows), default=0)
    lines = []
    for row in rows:
        for i, (sign, written) in enumerate(row.lines or (("", ""),)):
            line = f"  {row.name if i == 0 else '':<{wide}} {sign} {written}".rstrip()
            lines.append(f"{line:<62}  {row.place}" if i == 0 and row.place else line)
        if row.words:
            lines.append(f"  {'':<{wide}}   {row.words}")
    return lines


def _ends(found: Sequence[T], row: Callable[[T], Row]) -> tuple[Row, ...]:
    """All rows, or those at either end with a note between them."""
    if len(found) <= 2 * ENDS:
        return tuple(map(row, found))
    left_out = Row("…", (("", f"{len(found) - 2 * ENDS} more; data() and the page have them all"),))
    return (*map(row, found[:ENDS]), left_out, *map(row, found[-ENDS:]))


def _forward(e: Explanation) -> Part:
    def row(s: Step) -> Row:
        if s.kind != "step":
            return Row(s.name, _value(s.value), "" if s.kind == "input" else s.words)
        numbers = s.numbers.text if s.numbers is not None else ""
        written = [("=", w) for w in dict.fromkeys((*s.symbols.where, s.symbols.text, numbers)) if w]
        if written[-1][1] == s.value.text:
            written.pop()
        return Row(s.name, (*written, *_value(s.value)), s.words, place(s.origin))

    return Part(f"Forward: from the inputs to {e.output}", "", _ends(e.forward, row))


def _reverse(e: Explanation) -> Part:
    symbols = {a.name: a.symbol for a in e.reverse}

    def row(a: Adjoint) -> Row:
        lines = [("=" if i == 0 else "+", _share(u, symbols[u.through])) for i, u in enumerate(a.uses)]
        products = [u.numbers for u in a.uses]
        lines += [("=", n) for n in (" + ".join(products) if all(products) else "", a.numbers) if n]
        lines += _value(a.value)
        words = a.words if not a.uses else "; ".join(dict.fromkeys(w for u in a.uses for w in u.why))
        through = ", ".join(dict.fromkeys(u.through for u in a.uses))
        lines_of = ", ".join(dict.fromkeys(str(u.origin.line) for u in a.uses if u.origin is not None))
        where = f"through {through}, line {lines_of}" if lines_of else f"through {through}" if through else ""
        return Row(a.symbol, tuple(lines), words, where)

    lead = f"d… is how much {e.output} moves per unit of a value: the next one's, times the local slope."
    return Part(f"Backward: from {e.output} to {', '.join(e.wrt)}", lead, _ends(e.reverse, row))


def _share(u: Use, adjoint: str) -> str:
    if u.kind == "number" and u.slope is not None:
        return f"{adjoint} × {bracketed(u.slope.text)}"
    return "; ".join([u.symbols.text, *u.symbols.where])


def bracketed(expression: str) -> str:
    """A factor: in parentheses unless it is one name, number or call."""
    simple = re.fullmatch(r"[\w.]+(\([^()]*\))?", expression)
    return expression if simple else f"({expression})"


def _value(value: Shown) -> tuple[tuple[str, str], ...]:
    """A value; a matrix that is shown whole has its rows below each other, in columns."""
    if value.entries is None or len(value.shape) != 2 or not all(value.shape):
        return (("=", value.text),)
    cells = [[number(x) for x in row] for row in value.entries]
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = [", ".join(f"{x:>{w}}" for x, w in zip(row, wide, strict=True)) for row in cells]
    marks = ["[", *[" "] * (len(rows) - 1)], [*[","] * (len(rows) - 1), "]"]
    lines = [f"{start}[{row}]{end}" for start, row, end in zip(marks[0], rows, marks[1], strict=True)]
    return tuple(("=" if i == 0 else " ", line) for i, line in enumerate(lines))


def _paths(e: Explanation) -> Part:
    rows = tuple(row for p in e.paths for row in _path_rows(e, p))
    return Part("Sum over paths", "Multiply the local slopes along each path, then add up the paths.", rows)


def entry_name(p: Paths) -> str:
    return f"{p.source}[{', '.join(map(str, p.entry))}]" if p.entry else p.source


def _path_rows(e: Explanation, p: Paths) -> list[Row]:
    if p.entry is None:
        return [Row(f"∂{e.output}/∂{p.source}", (("", f"{p.source} has no entries"),))]
    rows = []
    for route in p.listed[:_PATHS]:
        along = " ← ".join(reversed(route.stops))
        product = f"{route.numbers} = " if "×" in route.numbers else ""
        rows.append(Row("", (("", along), ("=", f"{product}{number(route.contribution)}"))))
    more = p.count - len(rows)
    if more:
        rest = p.derivative - sum(r.contribution for r in p.listed[:_PATHS])
        rows.append(Row("", (("", f"… and {more:,} more paths, together {number(rest)}"),)))
    count = "no path" if p.count == 0 else "1 path" if p.count == 1 else f"{p.count:,} paths, together"
    head = Row(f"∂{e.output}/∂{entry_name(p)}", (("=", f"{number(p.derivative)}, by {count}"),))
    return [head, *rows]


def _counts(e: Explanation) -> Part:
    c = e.counts
    one = "one pass" if c.passes == 1 else f"{c.passes:,} passes, one for each number of {', '.join(e.wrt)}"
    rows = [
        Row("reverse mode", (("", f"{c.reverse:,} in one pass, from {e.output} back"),)),
        Row("forward mode", (("", f"{c.forward:,} in {one}"),)),
    ]
    if c.by_paths is not None:
        rows.append(Row("path by path", (("", f"{c.by_paths:,}"),)))
    return Part("Multiplies by local slopes", f"{c.words}.", tuple(rows))
