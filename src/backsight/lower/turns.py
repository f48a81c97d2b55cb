"""Writes a group: its loops, and in them the values of several rows and units at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backsight.lower.elements import ROW, Element, Key
from backsight.lower.index import ZERO, Index, offset
from backsight.lower.loops import Apply, Expression, Load, Local, Note, Number, Whole
from backsight.lower.memory import Memory, label
from backsight.lower.nodes import NEUTRAL, Compute, Read, Term
from backsight.lower.schedule import Group
from backsight.lower.tidy import TEMPORARY
from backsight.lower.writer import Writer

JAM = 2
"""Turns of a group's outer loop worked on at once: each activation that is loaded serves all of them."""

Scalars = dict[tuple[Key, int], Local | Number]
"""Values in locals that later groups see, by element and lane."""


@dataclass(frozen=True)
class Turn:
    """One row and one turn of a group's loops: each loop's position, and the values made in it so far."""

    lane: int
    unit: int
    row: Index | None
    positions: Mapping[int, Index]
    values: dict[Key, Local | Number] = field(default_factory=dict)


class GroupWriter:
    """Writes groups into one function.

    Attributes:
        scalars: locals of groups without loops, innermost scope last.
        totals: accumulators that are locals.
    """

    def __init__(self, memory: Memory, writer: Writer, named: frozenset[str]) -> None:
        self.memory, self.writer, self.named = memory, writer, named
        self.elements, self.schedule = memory.elements, memory.schedule
        self.scalars: list[Scalars] = [{}]
        self.totals: dict[Key, Local] = {}

    def write(self, group: Group, lanes: int = 1, row: str | None = None) -> None:
        """The loops of a group, for `lanes` rows from `row` on."""
        named = [e for e in group.elements if e.variable in self.named]
        if named:
            origins = (e.equation.origin for e in named if e.equation and e.equation.origin)
            names = ", ".join(dict.fromkeys(e.variable for e in named))
            self.writer.add(Note(names, tuple(dict.fromkeys(origins))))
        self._nest(group, lanes, row, [{}])
        self.writer.flush()

    # --- loops --------------------------------------------------------------------------------------------

    def _nest(self, group: Group, lanes: int, row: str | None, units: list[dict[int, Index]]) -> None:
        """The loops that are not open yet; `units` are the turns worked on at once, by loop and position."""
        depth = len(units[0])
        if depth == len(group.sizes):
            self._body(group, self._turns(lanes, row, units))
            return
        start, size = ZERO, group.sizes[depth]
        if depth == 0 and row is not None and _worth_jamming(group):
            start = self.writer.whole("pairs", ZERO, size, JAM)
            self._loop(group, lanes, row, units, ZERO, start, JAM)
        if start != size:
            self._loop(group, lanes, row, units, start, size, 1)

    def _loop(
        self,
        group: Group,
        lanes: int,
        row: str | None,
        units: list[dict[int, Index]],
        start: Index,
        stop: Index,
        step: int,
    ) -> None:
        depth = len(units[0])
        with self.writer.loop("ijkl"[min(depth, 3)], start, stop, step) as variable:
            inside = [{**u, depth: Index.of(variable) + Index.of(k)} for u in units for k in range(step)]
            self._nest(group, lanes, row, inside)

    def _turns(self, lanes: int, row: str | None, units: list[dict[int, Index]]) -> list[Turn]:
        rows = [None if row is None else Index.of(row) + Index.of(lane) for lane in range(lanes)]
        return [Turn(lane, u, rows[lane], at) for u, at in enumerate(units) for lane in range(lanes)]

    def _body(self, group: Group, turns: list[Turn]) -> None:
        """One turn, or several at once: values in waves, each wave's folds in common loops."""
        for wave in self._waves(group):
            for e in wave:
                if not (e.accumulates or e.folds):
                    for turn in turns:
                        self._define(e, turn, self._expression(e.term, e, turn, self._symbols(e, turn)))
            self._fold([e for e in wave if e.folds], turns)
        for e in group.elements:
            if e.accumulates:
                self._accumulate(e, turns)

    def _waves(self, group: Group) -> list[list[Element]]:
        """Elements by how many folds of this group they wait for."""
        number: dict[Key, int] = {}
        waves: list[list[Element]] = []
        for e in group.elements:
            waits = [
                number[k] + self.elements.table[k].folds for k in self.schedule.sources(e) if k in number
            ]
            number[e.key] = max(waits, default=0)
            while len(waves) <= number[e.key]:
                waves.append([])
            waves[number[e.key]].append(e)
        return waves

    # --- elements -----------------------------------------------------------------------------------------

    def _define(self, e: Element, turn: Turn, expression: Expression) -> None:
        value = self.writer.value(expression, self._wanted(e, turn))
        turn.values[e.key] = value
        if not e.axes:
            self.scalars[-1 if e.row else 0][e.key, turn.lane] = value
        symbols = self._symbols(e, turn)
        if self.memory.has_array(e.variable):
            self.writer.store(self.memory.array(e.variable), self.memory.place(e, symbols), value)
        elif e.key in self.memory.scratch:
            at = self.memory.scratch_place(e, [symbols[a.symbol] for a in e.axes], turn.lane)
            self.writer.store(self.memory.scratch[e.key], at, value)

    def _fold(self, folds: list[Element], turns: list[Turn]) -> None:
        """Folds over axes of the same sizes share their loops."""
        by_size: dict[tuple[Index, ...], list[Element]] = {}
        for e in folds:
            by_size.setdefault(tuple(a.stop - a.start for a in e.inner), []).append(e)
        for sizes, elements in by_size.items():
            totals = {
                (e.key, i): self.writer.accumulator(self._wanted(e, turn), NEUTRAL[e.fold or "add"])
                for e in elements
                for i, turn in enumerate(turns)
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
            with self.writer.loop("klm"[min(depth, 2)], ZERO, sizes[depth]) as variable:
                self._fold_loops(elements, turns, totals, sizes, {**positions, depth: Index.of(variable)})
            return
        for e in elements:
            inner = {a.symbol: positions[i] for i, a in enumerate(e.inner)}
            for i, turn in enumerate(turns):
                term = self._expression(e.term, e, turn, self._symbols(e, turn) | inner)
                self.writer.update(totals[e.key, i], e.fold or "add", term)

    def _accumulate(self, e: Element, turns: list[Turn]) -> None:
        """The lanes' terms are added up first: one load and one store for all rows."""
        for unit in sorted({t.unit for t in turns}):
            lanes = [t for t in turns if t.unit == unit]
            total: Expression | None = None
            for turn in lanes:
                term = self._expression(e.term, e, turn, self._symbols(e, turn))
                total = term if total is None else Apply("add", (total, term))
            assert total is not None
            if e.key in self.totals:
                self.writer.update(self.totals[e.key], "add", total)
            else:
                at = self.memory.place(e, self._symbols(e, lanes[0]))
                self.writer.store(self.memory.array(e.variable), at, total, "add")

    def _symbols(self, e: Element, turn: Turn) -> dict[str, Index]:
        """What an element's own symbols mean in a turn of its group's loops."""
        found = {a.symbol: at for a, at in zip(e.nest, turn.positions.values(), strict=False)}
        return found if turn.row is None else {**found, ROW: turn.row}

    def _wanted(self, e: Element, turn: Turn) -> str:
        if e.variable not in self.named:
            return TEMPORARY
        several = e.row and not e.accumulates
        return label(e.key) + (f"${turn.lane}" if several else "") + (f"_{turn.unit}" if turn.unit else "")

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
        at = tuple(p.replace(symbols) for p in read.at)
        if not self.elements.is_element(read.variable):
            return self._load(read.variable, at)
        key = self.elements.key(read)
        if key in turn.values and self.schedule.aligned(reader, read):
            return turn.values[key]
        for scalars in reversed(self.scalars):
            for lane in (turn.lane, 0):
                if (key, lane) in scalars:
                    return scalars[key, lane]
        if self.memory.has_array(read.variable):
            return self._load(read.variable, at)
        source = self.elements.table[key]
        positions = [p.replace(symbols) for p in self.elements.long_positions(read)]
        return Load(self.memory.scratch[key], self.memory.scratch_place(source, positions, turn.lane))

    def _load(self, variable: str, at: tuple[Index, ...]) -> Expression:
        return Load(self.memory.array(variable), offset(self.memory.definitions.shape(variable), at))


def _worth_jamming(group: Group) -> bool:
    """Whether two turns of the outer loop would load the same values in their inner loops."""
    return len(group.sizes) > 1 or any(e.folds for e in group.elements)
