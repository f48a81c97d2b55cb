"""The outputs only, as fast as we can: fused loops, four rows at a time, two units at once.

See `elements` (what), `schedule` (when) and `writer` (where); this module walks the schedule and writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backsight.ir.program import Program
from backsight.lower.elements import ROW, Element, Elements, Key, Opaque
from backsight.lower.index import ONE, ZERO, Index, offset
from backsight.lower.inspect import NEUTRAL, Unfused
from backsight.lower.loops import (
    HIGH,
    LOW,
    Apply,
    Expression,
    Fill,
    Load,
    Local,
    LoopProgram,
    Note,
    Number,
    Whole,
)
from backsight.lower.nodes import Compute, Definitions, Read, Term
from backsight.lower.schedule import Group, Schedule, Stage
from backsight.lower.storage import Storage
from backsight.lower.tidy import TEMPORARY, tidy
from backsight.lower.writer import Writer

LANES = 4
"""Rows worked on at once: each weight that is loaded serves all of them."""

JAM = 2
"""Turns of a group's outer loop worked on at once: each activation that is loaded serves all of them."""


@dataclass(frozen=True)
class Turn:
    """One row and one turn of a group's loops: what symbols mean in it."""

    lane: int
    unit: int
    symbols: Mapping[str, Index]
    values: dict[Key, Local | Number] = field(default_factory=dict)


class Fused:
    """Writes the loops of one Program."""

    def __init__(self, program: Program, rows: str | None, bind: dict[str, int]) -> None:
        self.program, self.rows, self.bind = program, rows, bind
        self.definitions = Definitions(program, rows, bind)
        self.elements = Elements(program, self.definitions)
        self.schedule = Schedule(self.elements)
        self.dims = tuple(d for d in program.dims if d not in bind)
        self.storage = Storage(program, self.dims)
        self.writer = Writer()
        self.named = {name for name, var in program.variables().items() if var.named}
        self.scratch: dict[Key, str] = {}
        self.totals: dict[Key, Local] = {}
        self.scalars: list[dict[tuple[Key, int], Local | Number]] = [{}]
        self._unfused: Unfused | None = None

    def lower(self) -> LoopProgram:
        self._allocate()
        for stage in self.schedule.stages:
            for group in stage.before:
                self._group(group, 1)
                self.writer.flush()
            if stage.rows:
                self._pass(stage)
        return LoopProgram(
            self.program.name,
            self.dims,
            self.rows,
            tuple(self.storage.buffers.values()),
            tidy(
                (*self.writer.scopes[0].statements, *self.writer.scopes[0].stores), self.storage.names.taken
            ),
            tuple(self.bind.items()),
            self.constants,
        )

    # --- storage ------------------------------------------------------------------------------------------

    def _allocate(self) -> None:
        shape = self.definitions.shape
        outside = {v.name for v in self.program.inputs} | self.storage.outputs | self.storage.guards
        for name in self.program.variables():
            if name in outside:
                self.storage.port(name, shape(name))
        self.constants = self.storage.constants(self.program)
        for name in [*self.elements.opaque, *sorted(self.schedule.stored)]:
            if name not in self.storage.buffers:
                self.storage.scratch(name, shape(name))
        for item in self.elements.items:
            if isinstance(item, Element):
                self._allocate_element(item)

    def _allocate_element(self, e: Element) -> None:
        if e.variable in self.storage.buffers or not e.axes:
            return
        if e.accumulates:
            self.storage.scratch(e.variable, self.definitions.shape(e.variable))
        elif self.schedule.is_kept(e.key):
            length = Index.of(LANES) if e.row else ONE
            for axis in e.axes:
                length = length * (axis.stop - axis.start)
            label = _label(e.key)
            self.scratch[e.key] = self.storage.scratch(f"{label}_row" if e.row else label, (), length).name
            if e.row:
                self.writer.buffer_depth[self.scratch[e.key]] = 1

    def _in_array(self, variable: str) -> bool:
        return variable in self.storage.buffers

    # --- passes -------------------------------------------------------------------------------------------

    def _pass(self, stage: Stage) -> None:
        """One walk over the rows: in fours, then the rest one by one."""
        writer = self.writer
        accumulators = [e for g in stage.rows for e in g.elements if e.accumulates]
        self._clear(accumulators)
        low, high = Index.of(LOW), Index.of(HIGH)
        fours = writer.whole("fours", low, high, LANES)
        for lanes, start, stop in ((LANES, low, fours), (1, fours, high)):
            with writer.loop("r", start, stop, lanes) as row:
                self.scalars.append({})
                for group in stage.rows:
                    self._group(group, lanes, row)
                    writer.flush()
                self.scalars.pop()
        for e in accumulators:
            if e.key in self.totals:
                self.scalars[0][e.key, 0] = self.totals[e.key]
                if self._in_array(e.variable):
                    writer.store(self._array(e.variable), self._place(e, {}), self.totals[e.key])
        writer.flush()

    def _clear(self, accumulators: Sequence[Element]) -> None:
        cleared: set[str] = set()
        for e in accumulators:
            if not e.axes:
                self.totals[e.key] = self.writer.accumulator(self._wanted(e, 0, 0), 0.0)
            elif e.variable not in cleared:
                cleared.add(e.variable)
                self.writer.add(Fill(self._array(e.variable)))

    def _array(self, variable: str) -> str:
        return self.storage.buffers[variable].name

    # --- groups -------------------------------------------------------------------------------------------

    def _group(self, group: Group, lanes: int, row: str | None = None) -> None:
        if group.items and isinstance(group.items[0], Opaque):
            self._opaque(group.items[0])
            return
        self._note(group)
        self._nest(group, lanes, row, 0, [{}])

    def _note(self, group: Group) -> None:
        names = dict.fromkeys(e.variable for e in group.elements if e.variable in self.named)
        if names:
            self.writer.add(Note(", ".join(names)))

    def _nest(
        self, group: Group, lanes: int, row: str | None, depth: int, units: list[dict[int, Index]]
    ) -> None:
        """The loops of a group from `depth` inwards; `units` are the turns worked on at once."""
        if depth == len(group.sizes):
            self._body(group, self._turns(group, lanes, row, units))
            return
        size = group.sizes[depth]
        jam = JAM if depth == 0 and row is not None and self._worth_jamming(group) else 1
        start = ZERO
        if jam > 1:
            stop = self.writer.whole("pairs", ZERO, size, jam)
            with self.writer.loop("ijkl"[depth], ZERO, stop, jam) as variable:
                pair = [{**u, depth: Index.of(variable) + Index.of(k)} for u in units for k in range(jam)]
                self._nest(group, lanes, row, depth + 1, pair)
            start = stop
        with self.writer.loop("ijkl"[depth], start, size) as variable:
            self._nest(group, lanes, row, depth + 1, [{**u, depth: Index.of(variable)} for u in units])

    def _worth_jamming(self, group: Group) -> bool:
        return len(group.sizes) > 1 or any(e.fold and e.inner and not e.accumulates for e in group.elements)

    def _turns(self, group: Group, lanes: int, row: str | None, units: list[dict[int, Index]]) -> list[Turn]:
        turns = []
        for unit, positions in enumerate(units):
            for lane in range(lanes):
                symbols = {f"{ROW}{depth}": index for depth, index in positions.items()}
                if row is not None:
                    symbols[ROW] = Index.of(row) + Index.of(lane)
                turns.append(Turn(lane, unit, symbols))
        return turns

    def _symbols(self, e: Element, turn: Turn) -> dict[str, Index]:
        """What an element's own symbols mean in a turn of its group's loops."""
        found = {a.symbol: turn.symbols[f"{ROW}{depth}"] for depth, a in enumerate(e.nest)}
        if ROW in turn.symbols:
            found[ROW] = turn.symbols[ROW]
        return found

    def _body(self, group: Group, turns: list[Turn]) -> None:
        """One turn (or several at once): values in waves, each wave's folds in common loops."""
        waves = self._waves(group)
        for wave in waves:
            plain = [e for e in wave if not (e.fold and e.inner and not e.accumulates)]
            folds = [e for e in wave if e not in plain]
            for e in plain:
                if not e.accumulates:
                    for turn in turns:
                        self._define(e, turn, self._expression(e.term, e, turn, self._symbols(e, turn)))
            self._fold(folds, turns)
        for e in group.elements:
            if e.accumulates:
                self._accumulate(e, turns)

    def _waves(self, group: Group) -> list[list[Element]]:
        """Elements by how many folds of this group they wait for."""
        wave: dict[Key, int] = {}
        waves: list[list[Element]] = []
        own = {e.key: e for e in group.elements}
        for e in group.elements:
            number = 0
            for key in self.schedule.sources(e):
                if key in wave:
                    number = max(number, wave[key] + bool(own[key].fold))
            wave[e.key] = number
            while len(waves) <= number:
                waves.append([])
            waves[number].append(e)
        return waves

    # --- elements -----------------------------------------------------------------------------------------

    def _define(self, e: Element, turn: Turn, expression: Expression) -> None:
        value = self.writer.value(expression, self._wanted(e, turn.lane, turn.unit))
        turn.values[e.key] = value
        if not e.axes:
            self.scalars[-1 if e.row else 0][e.key, turn.lane] = value
        symbols = self._symbols(e, turn)
        if self._in_array(e.variable):
            self.writer.store(self._array(e.variable), self._place(e, symbols), value)
        elif e.key in self.scratch:
            at = self._scratch_place(e, [symbols[a.symbol] for a in e.axes], turn.lane)
            self.writer.store(self.scratch[e.key], at, value)

    def _fold(self, folds: list[Element], turns: list[Turn]) -> None:
        """Folds over axes of the same sizes share their loops."""
        by_size: dict[tuple[Index, ...], list[Element]] = {}
        for e in folds:
            by_size.setdefault(tuple(a.stop - a.start for a in e.inner), []).append(e)
        for sizes, elements in by_size.items():
            totals = {
                (e.key, i): self.writer.accumulator(self._wanted(e, t.lane, t.unit), NEUTRAL[e.fold or "add"])
                for e in elements
                for i, t in enumerate(turns)
            }
            self._fold_loops(elements, turns, totals, sizes, {})
            for e in elements:
                for i, turn in enumerate(turns):
                    self._define(e, turn, totals[e.key, i])

    def _fold_loops(
        self,
        elements: list[Element],
        turns: list[Turn],
        totals: Mapping[tuple[Key, int], Local],
        sizes: tuple[Index, ...],
        positions: dict[int, Index],
    ) -> None:
        depth = len(positions)
        if depth < len(sizes):
            with self.writer.loop("klmpq"[depth], ZERO, sizes[depth]) as variable:
                self._fold_loops(elements, turns, totals, sizes, {**positions, depth: Index.of(variable)})
            return
        for e in elements:
            inner = {a.symbol: positions[i] for i, a in enumerate(e.inner)}
            for i, turn in enumerate(turns):
                term = self._expression(e.term, e, turn, self._symbols(e, turn) | inner)
                self.writer.update(totals[e.key, i], e.fold or "add", term)

    def _accumulate(self, e: Element, turns: list[Turn]) -> None:
        """Add the lanes' terms up first: one load and one store for all rows."""
        for unit in sorted({t.unit for t in turns}):
            lanes = [t for t in turns if t.unit == unit]
            terms = [self._expression(e.term, e, t, self._symbols(e, t)) for t in lanes]
            total = terms[0]
            for term in terms[1:]:
                total = Apply("add", (total, term))
            if e.key in self.totals:
                self.writer.update(self.totals[e.key], "add", total)
            else:
                at = self._place(e, self._symbols(e, lanes[0]))
                self.writer.store(self._array(e.variable), at, total, "add")

    def _place(self, e: Element, symbols: Mapping[str, Index]) -> Index:
        return offset(self.definitions.shape(e.variable), tuple(p.replace(symbols) for p in e.at))

    def _scratch_place(self, e: Element, positions: Sequence[Index], lane: int) -> Index:
        place = ZERO
        for axis, position in zip(e.axes, positions, strict=True):
            place = place * (axis.stop - axis.start) + position
        return place * Index.of(LANES) + Index.of(lane) if e.row else place

    def _wanted(self, e: Element, lane: int, unit: int) -> str:
        if e.variable not in self.named:
            return TEMPORARY
        return (
            _label(e.key)
            + (f"${'abcd'[lane]}" if e.row and not e.accumulates else "")
            + (f"{unit}" if unit else "")
        )

    # --- expressions --------------------------------------------------------------------------------------

    def _expression(
        self, term: Term, reader: Element, turn: Turn, symbols: Mapping[str, Index]
    ) -> Expression:
        if isinstance(term, Read):
            return self._read(term, reader, turn, symbols)
        if isinstance(term, Compute):
            inputs = tuple(self._expression(t, reader, turn, symbols) for t in term.inputs)
            return Apply(term.op, inputs, term.params)
        return Whole(term.index.replace(symbols)) if isinstance(term, Whole) else term

    def _read(self, read: Read, reader: Element, turn: Turn, symbols: Mapping[str, Index]) -> Expression:
        elements = self.elements
        at = tuple(p.replace(symbols) for p in read.at)
        if not elements.is_element(read.variable):
            return self._load(read.variable, at)
        key = elements.key(read)
        source = elements.table[key]
        if key in turn.values and self.schedule.aligned(reader, read):
            return turn.values[key]
        for scalars in reversed(self.scalars):
            for lane in (turn.lane, 0):
                if (key, lane) in scalars:
                    return scalars[key, lane]
        if self._in_array(read.variable):
            return self._load(read.variable, at)
        positions = [p.replace(symbols) for p in elements.long_positions(read)]
        return Load(self.scratch[key], self._scratch_place(source, positions, turn.lane))

    def _load(self, variable: str, at: tuple[Index, ...]) -> Expression:
        return Load(self._array(variable), offset(self.definitions.shape(variable), at))

    # --- opaque variables ---------------------------------------------------------------------------------

    def _opaque(self, opaque: Opaque) -> None:
        self._unfused = self._unfused or Unfused(self.definitions, self.storage)
        self.writer.add(Note(opaque.variable))
        for node in opaque.nodes:
            for statement in self._unfused.loops(node):
                self.writer.add(statement)


def _label(key: Key) -> str:
    """A variable's name with the numbers of its unrolled axes."""
    variable, coordinates = key
    return "_".join([variable, *(str(c) for c in coordinates if c is not None)])


def lower_fused(program: Program, rows: str | None, bind: dict[str, int]) -> LoopProgram:
    """Outputs and guards of a Program, fused.

    Raises:
        EmitError: an operation has no loop form.
    """
    return Fused(program, rows, bind).lower()
