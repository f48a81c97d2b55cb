"""A Program as a spreadsheet: cells with live formulas, so that a changed input changes everything after it.

Every value that a person named is a block of cells, with its name and its line of source beside it. Unnamed
steps are a part of the formula that uses them; where they are used twice, or a formula would grow too long,
they have a block too. Moves (transpose, slices, …) have no cells: what reads them reads the cells they came
from. Formulas use functions that Excel, LibreOffice and Google Sheets share.

Spreadsheets are not IEEE. They have no infinity and no NaN: an infinite constant or input is ±1E+307, a
division by 0 is #DIV/0!, what overflows or has no value (EXP of 710, LN of 0) is #NUM!, and an error spreads
to every cell that reads it. An equals sign compares some 15 digits, so nearly equal numbers count as a tie.
They have no log1p and expm1, which lose digits near 0 here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from backsight.emit.sheet_arrays import FOLDS, RUNNING, SPREAD, contraction, reduction, running
from backsight.emit.sheet_cells import (
    PARTS,
    Block,
    Cell,
    Kind,
    Part,
    Piece,
    Place,
    Sheet,
    cell_name,
    constant,
    entry,
    number,
    shown_value,
)
from backsight.emit.sheet_picking import gathered, scattered
from backsight.errors import EmitError
from backsight.ir.evaluate import Array, broadcast_to, evaluate_all, indices
from backsight.ir.op import COMPARE, REGISTRY, Family
from backsight.ir.program import Atom, Constant, Equation, Origin, Program, Var

MOST_FORMULAS = 20_000
MOST_COLUMNS = 16_000
"""Excel has 16,384."""
LONGEST = 8000
"""Characters of a formula; Excel takes 8192."""
MOST_ARGUMENTS, DEEPEST = 250, 60
"""Of a function, and functions within functions; Excel takes 255 and 64."""
FOLDED = 60
"""Characters up to which an unnamed step is part of the formula that uses it."""
TALL = 12
"""A vector with more numbers than this is a column."""
NAME, LINE, HEAD, FIRST = range(4)
"""The columns of names, of lines of source, of row numbers, and the first column of numbers."""
TITLES: Mapping[Part, str] = {
    "input": "inputs: change these numbers",
    "forward": "forward",
    "backward": "backward",
    "update": "update: one step down the slope",
}
REFUSED: Mapping[str, str] = {
    "digamma": "no spreadsheet has the digamma function",
    "polygamma": "no spreadsheet has the polygamma function",
    **dict.fromkeys(
        ("solve", "inv", "det", "slogdet_sign", "slogdet_log", "cholesky"),
        "a linear system is no formula of single cells",
    ),
    **dict.fromkeys(("sort", "argsort", "searchsorted"), "sorting is no formula of single cells"),
}
"""Operations that have no formula, and why."""

PICKING = {"gather": gathered, "scatter": scattered}

_PASSED_ON = ("copy", "stop_gradient", "custom")
_TAKES_TRUTH = {"logical_and": (0, 1), "logical_or": (0, 1), "logical_not": (0,), "where": (0,)}
"""The operands that may be TRUE or FALSE rather than 1 or 0."""


def lay_out(
    program: Program,
    inputs: Sequence[Any] | None = None,
    *,
    parts: Mapping[str, Part] | None = None,
    every_step: bool = False,
) -> Sheet:
    """The Program as cells.

    Args:
        program: all its dimensions are numbers.
        inputs: a value for each input; where None, the cells of the inputs are empty and no cell has a value.
        parts: which part a value belongs to, by name. Others are "input" or "forward".
        every_step: a block of cells for unnamed steps, too.

    Raises:
        EmitError: a dimension is only a name, an operation has no formula, or there would be too many cells.
    """
    if program.dims:
        raise EmitError(
            f"a spreadsheet has a fixed number of cells, but the size of {program.dims[0]!r} is open",
            remedy="trace with example arrays and without named dimensions",
        )
    return _Layout(program, inputs, dict(parts or {}), every_step).run()


def emit_sheet(program: Program, *, inputs: Sequence[Any] | None = None, every_step: bool = False) -> str:
    """The cells as CSV: formulas as text, which spreadsheets read as formulas.

    Raises:
        EmitError: see `lay_out`.
    """
    return to_csv(lay_out(program, inputs, every_step=every_step))


def to_csv(sheet: Sheet) -> str:
    """One row per row of the sheet."""
    grid: dict[Place, Any] = {
        (c.row, c.column): c.text or ("" if c.value is None else c.value) for c in sheet.cells
    }
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    columns = range(sheet.columns)
    writer.writerows([grid.get((row, column), "") for column in columns] for row in range(sheet.rows))
    return file.getvalue()


class _Layout:
    def __init__(
        self, program: Program, inputs: Sequence[Any] | None, parts: dict[str, Part], every_step: bool
    ) -> None:
        self.program, self.parts, self.every_step = program, parts, every_step
        self.known = evaluate_all(program, inputs) if inputs is not None else {}
        self.sheet = Sheet(program.name)
        self.row = 0
        self.part: Part | None = None
        self.values: dict[str, Array] = {}
        self.folded: dict[str, Equation] = {}  # written out where they are used, without cells of their own
        self.formulas = 0
        self.uses = _uses(program)
        self.asked_for = {str(a) for a in (*program.outputs, *(g.variable for g in program.guards))}
        self.made = {e.output.name: e for e in program.equations}

    def run(self) -> Sheet:
        self._word(0, NAME, "head", "input", "value", -1)
        self._word(0, LINE, "head", "input", "line of the source", -1)
        self.row = 1
        steps: list[Var | Equation] = [*self.program.inputs, *self.program.equations]
        for step in sorted(steps, key=self._rank):
            if isinstance(step, Var):
                self._input(step)
            else:
                self._equation(step)
        for a in self.program.outputs:
            if isinstance(a, Var) and a.name in self.folded:
                self._unfold(a.name)
        return self.sheet

    def _rank(self, step: Var | Equation) -> int:
        return PARTS.index(self._part(step.name if isinstance(step, Var) else step.output.name))

    def _part(self, name: str) -> Part:
        return self.parts.get(name, "forward" if name in self.made else "input")

    # Blocks -------------------------------------------------------------------------------------------------

    def _input(self, var: Var) -> None:
        own = self.values[var.name] = self._place(var, None)
        block = len(self.sheet.blocks) - 1
        data = self.known[var.name].data if var.name in self.known else [None] * len(own.data)
        for index, (piece, value) in enumerate(zip(own.data, data, strict=True)):
            shown = None if value is None else shown_value(value)
            row, column = piece.place
            part = self._part(var.name)
            self.sheet.cells.append(Cell(row, column, "number", part, "", shown, block, index))

    def _place(self, var: Var, origin: Origin | None) -> Array:
        """Give a value a block of cells, below the last one; its entries as cells."""
        shape = _sizes(var)
        part = self._part(var.name)
        if part != self.part:
            self._title(part)
        tall = len(shape) == 1 and shape[0] > TALL
        columns = 1 if tall or not shape else shape[-1]
        if columns > MOST_COLUMNS:
            raise self._too_large(f"{var.name} has {columns:,} columns", origin)
        block = len(self.sheet.blocks)
        heads = len(shape) > 1 and columns > 1
        if heads:
            for column in range(columns):
                self._word(self.row, FIRST + column, "head", part, str(column), block)
            self.row += 1
        places = [(self.row + k // columns, FIRST + k % columns) for k in range(_size(shape))]
        label = self.program.name if not var.named and var.name in self.asked_for else var.name
        self.sheet.blocks.append(Block(var.name, label, part, shape, self.row, FIRST, origin))
        self._word(self.row, NAME, "name", part, label, block)
        if origin is not None:
            back = "back through  " if part == "backward" else ""
            self._word(self.row, LINE, "line", part, back + origin.text.strip(), block)
        if tall or len(shape) > 1:
            rows = shape if tall else shape[:-1]
            for k, index in enumerate(indices(rows)):
                self._word(self.row + k, HEAD, "head", part, ",".join(map(str, index)), block)
        self.row += max(1, _size(shape) // max(1, columns)) + (1 if heads or tall else 0)
        return Array(shape, [Piece(cell_name(p), place=p) for p in places], var.type.dtype)

    def _title(self, part: Part) -> None:
        self.row += 1 if self.row > 1 else 0
        self._word(self.row, NAME, "title", part, TITLES[part], -1)
        self.row += 1
        self.part = part

    def _word(self, row: int, column: int, kind: Kind, part: Part, text: str, block: int) -> None:
        self.sheet.cells.append(Cell(row, column, kind, part, text, None, block))

    def _fill(self, e: Equation, own: Array, pieces: Sequence[Any]) -> None:
        """Write the formulas of a block."""
        block = len(self.sheet.blocks) - 1
        name = e.output.name
        self.formulas += len(pieces)
        if self.formulas > MOST_FORMULAS:
            raise self._too_large(f"it would have more than {MOST_FORMULAS:,} formulas", e.origin)
        data = self.known[name].data if name in self.known else [None] * len(pieces)
        for index, (at, piece, value) in enumerate(zip(own.data, pieces, data, strict=True)):
            text = f"={entry(piece).as_number().text}"
            if len(text) > LONGEST or text.count(",") > MOST_ARGUMENTS or text.count("IF(") > DEEPEST:
                raise self._too_large(f"the formula of {name} would have {len(text):,} characters", e.origin)
            shown = None if value is None else shown_value(value)
            row, column = at.place
            self.sheet.cells.append(Cell(row, column, "formula", self._part(name), text, shown, block, index))
        self.values[name] = own

    def _too_large(self, what: str, origin: Origin | None) -> EmitError:
        return EmitError(
            f"{self.program.name} is too large for a spreadsheet: {what}",
            origin=origin,
            remedy="take fewer examples or fewer units: a sheet is for reading",
        )

    # Equations ----------------------------------------------------------------------------------------------

    def _equation(self, e: Equation) -> None:
        if e.op in REFUSED:
            raise self._refusal(e, REFUSED[e.op])
        operands = self._operands(e)
        if e.op in RUNNING:
            own = self._place(e.output, e.origin)
            self._fill(e, own, running(e, operands, own))
            return
        pieces = self._pieces(e, operands)
        if self._may_fold(e, pieces):
            self.values[e.output.name] = Array(_sizes(e.output), pieces, e.output.type.dtype)
            self.folded[e.output.name] = e
        else:
            self._fill(e, self._place(e.output, e.origin), pieces)

    def _refusal(self, e: Equation, why: str) -> EmitError:
        return EmitError(
            f"a spreadsheet cannot express {e.op!r}: {why}",
            origin=e.origin,
            remedy="export Python instead, or put only the steps before or after it on a sheet",
        )

    def _may_fold(self, e: Equation, pieces: Sequence[Piece]) -> bool:
        name = e.output.name
        if e.output.named or self.every_step or name in self.asked_for:
            return False
        if all(p.atomic for p in pieces):
            return True  # it only moves: whoever reads it reads the cells it came from
        return self.uses.get(name, 0) <= 1 and all(len(p.text) <= FOLDED for p in pieces)

    def _operands(self, e: Equation) -> list[Array]:
        """The operands' entries; those of which an entry would be written more than once get cells first."""
        family = REGISTRY[e.op].family
        form = REGISTRY[e.op].write.sheet
        for position, a in enumerate(e.inputs):
            if not isinstance(a, Var) or a.name not in self.folded or a.name not in self.values:
                continue
            repeated = form is not None and form.template.count(f"{{{position}}}") > 1
            stretched = _size(_sizes(e.output)) > len(self.values[a.name].data)
            arrays = family not in (Family.MAP, Family.MOVE) or e.op == "pow"
            if (repeated or stretched or arrays) and not all(p.atomic for p in self.values[a.name].data):
                self._unfold(a.name)
        return [self._value(a) for a in e.inputs]

    def _unfold(self, name: str) -> None:
        e = self.folded.pop(name)
        pieces = self.values[name].data
        self._fill(e, self._place(e.output, e.origin), pieces)

    def _value(self, a: Atom) -> Array:
        if isinstance(a, Constant):
            return Array((), [constant(a)], a.type.dtype)
        return self.values[a.name]

    def _pieces(self, e: Equation, operands: Sequence[Array]) -> list[Piece]:
        op = REGISTRY[e.op]
        shape = _sizes(e.output)
        if e.op in _PASSED_ON:
            return list(broadcast_to(operands[0], shape).data)
        if op.family is Family.MAP:
            columns = [broadcast_to(a, shape).data for a in operands]
            return [_map(e, xs) for xs in zip(*columns, strict=True)]
        if op.family is Family.CONTRACT:
            return contraction(e, operands, shape)
        if e.op in PICKING:
            return PICKING[e.op](e, operands, shape)
        if e.op in FOLDS or e.op in SPREAD:
            return reduction(e, operands[0])
        if op.family is Family.MOVE and op.reference is not None:
            # The reference evaluator's own rule, on pieces instead of numbers.
            return [entry(x) for x in op.reference(operands, shape, {}, **e.options)]
        raise self._refusal(e, "it works on whole arrays")


def _map(e: Equation, operands: Sequence[Piece]) -> Piece:
    """One entry of an elementwise operation."""
    form = REGISTRY[e.op].write.sheet
    if form is None:
        raise EmitError(f"a spreadsheet cannot express {e.op!r}", origin=e.origin)
    takes = _TAKES_TRUTH.get(e.op, ())
    given = [p if i in takes else p.as_number() for i, p in enumerate(operands)]
    pieces = [p.within(form.need(i)) for i, p in enumerate(given)]
    params = {k: number(v).text if isinstance(v, float) else v for k, v in e.params}
    text = form.template.format(*pieces, **params)
    if e.op == "pow" and not isinstance(e.inputs[1], Constant):
        return Piece(f"IF({given[1].within(COMPARE + 1)}=0,1,{text})")  # 0 to the 0 is 1, not an error
    return Piece(text, form.strength, truth=e.output.type.dtype == "bool" and e.op != "where")


def _uses(program: Program) -> dict[str, int]:
    """How often each value is read."""
    counts: dict[str, int] = {}
    for e in program.equations:
        for a in e.inputs:
            counts[str(a)] = counts.get(str(a), 0) + 1
    return counts


def _sizes(var: Var) -> tuple[int, ...]:
    return tuple(int(d) for d in var.type.shape)


def _size(shape: Sequence[int]) -> int:
    size = 1
    for n in shape:
        size *= n
    return size
