"""What a spreadsheet is made of: cells, the blocks they form, and the pieces that formulas are built from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from backsight.ir.op import ADD, ATOM, MULTIPLY
from backsight.ir.program import Constant, Origin

Part = Literal["input", "forward", "backward", "update"]
PARTS: tuple[Part, ...] = ("input", "forward", "backward", "update")

Kind = Literal["title", "name", "line", "head", "number", "formula"]
"""A number is there to be changed; a formula follows it; the others are words."""

Place = tuple[int, int]
"""Row and column, counted from 0."""

INFINITE = "1E+307"
"""What stands for infinity, which spreadsheets do not have; larger numbers than this cannot be typed."""

_KNOWN = {
    math.pi: ("PI()", ATOM),
    2 * math.pi: ("2*PI()", MULTIPLY),
    math.log(2): ("LN(2)", ATOM),
    math.log(10): ("LN(10)", ATOM),
    math.sqrt(2): ("SQRT(2)", ATOM),
    math.sqrt(math.pi): ("SQRT(PI())", ATOM),
    math.sqrt(2 * math.pi): ("SQRT(2*PI())", ATOM),
    2 / math.sqrt(math.pi): ("2/SQRT(PI())", MULTIPLY),
    math.sqrt(math.pi) / 2: ("SQRT(PI())/2", MULTIPLY),
}
"""Numbers that say more as what they are."""


def column_name(column: int) -> str:
    """The letters of a column: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, last = divmod(column - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters


def cell_name(place: Place) -> str:
    """`(2, 3)` is D3."""
    return f"{column_name(place[1])}{place[0] + 1}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a formula, and how tightly it binds.

    Attributes:
        place: the cell, where the piece is a cell and nothing else.
        truth: it is TRUE or FALSE, which spreadsheets do not add up as they do 1 and 0.
    """

    text: str
    strength: int = ATOM
    place: Place | None = None
    truth: bool = False

    def within(self, need: int) -> str:
        """The text, in parentheses where what is around it binds more tightly."""
        return self.text if self.strength >= need else f"({self.text})"

    def as_number(self) -> Piece:
        return Piece(f"IF({self.text},1,0)") if self.truth else self

    @property
    def atomic(self) -> bool:
        """A cell or a number: nothing is computed twice where it stands twice."""
        return self.place is not None or self.text.lstrip("-").replace(".", "").isalnum()

    # What the reference rules of moves do with entries: some of them add.

    def __add__(self, other: Any) -> Piece:
        if not isinstance(other, Piece):
            return self if other == 0 else self + number(other)
        return Piece(f"{self.as_number().within(ADD)}+{other.as_number().within(ADD)}", ADD)

    def __radd__(self, other: Any) -> Piece:
        return self if other == 0 else number(other) + self


def number(value: float | int | bool) -> Piece:
    """A number as it stands in a formula. Infinity is as large as a spreadsheet goes, NaN is an error."""
    if isinstance(value, bool | int):
        return _signed(str(int(value)))
    if math.isnan(value):
        return Piece("NA()")
    if math.isinf(value):
        return _signed(INFINITE if value > 0 else f"-{INFINITE}")
    if value in _KNOWN:
        return Piece(*_KNOWN[value])
    return _signed(repr(value).removesuffix(".0").upper())


def _signed(text: str) -> Piece:
    return Piece(text, ADD if text.startswith("-") else ATOM)


def entry(x: Any) -> Piece:
    """A piece from what a reference rule gives: a piece, or a plain number, as the 0 around a diagonal."""
    return x if isinstance(x, Piece) else number(x)


def rectangle(places: Sequence[Place | None]) -> tuple[Place, Place] | None:
    """The corners of the range in which these cells lie row by row; None where they form none."""
    if not places or any(p is None for p in places):
        return None
    cells: list[Place] = [p for p in places if p is not None]
    (top, left), (bottom, right) = cells[0], cells[-1]
    if bottom < top or right < left:
        return None
    whole = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    return (cells[0], cells[-1]) if whole == cells else None


def range_name(corners: tuple[Place, Place]) -> str:
    first, last = corners
    return cell_name(first) if first == last else f"{cell_name(first)}:{cell_name(last)}"


def arguments(pieces: Sequence[Piece]) -> str:
    """Cells as the arguments of SUM, MAX and their like, where order is nothing: a range if they form one."""
    ordered = sorted(pieces, key=lambda p: p.place or (0, 0))
    corners = rectangle([p.place for p in ordered])
    return range_name(corners) if corners else ",".join(p.as_number().text for p in pieces)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: words, or a formula with its equals sign; "" for a number.
        value: the number that is there now, or an error such as "#NUM!".
        block: which of the sheet's blocks it belongs to; -1 for a title.
        index: of a number or a formula: the place in its array, row by row.
    """

    row: int
    column: int
    kind: Kind
    part: Part
    text: str = ""
    value: float | int | str | None = None
    block: int = -1
    index: int = -1


@dataclass(frozen=True, slots=True)
class Block:
    """The cells of one value of the Program.

    Attributes:
        name: in the Program.
        label: what the sheet calls it.
        row, column: of its first number.
    """

    name: str
    label: str
    part: Part
    shape: tuple[int, ...]
    row: int
    column: int
    origin: Origin | None


@dataclass(slots=True)
class Sheet:
    """A Program as cells, in the order they were written; see `backsight.emit.sheet.lay_out`."""

    name: str
    cells: list[Cell] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return 1 + max((c.row for c in self.cells), default=-1)

    @property
    def columns(self) -> int:
        return 1 + max((c.column for c in self.cells), default=-1)

    def formulas(self) -> int:
        return sum(c.kind == "formula" for c in self.cells)


def shown_value(value: Any) -> float | int | str:
    """A value as a cell can hold it."""
    if isinstance(value, bool):
        return int(value)
    if math.isnan(value):
        return "#NUM!"
    return math.copysign(float(INFINITE), value) if math.isinf(value) else value


def constant(atom: Constant) -> Piece:
    return number(atom.value)
