"""The outputs only, as fast as we can: fused loops, several rows and two units at once.

See `elements` (what is computed), `schedule` (when), `memory` (where it is kept), `turns` and `writer` (how
it is written). This module walks the schedule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backsight.ir.program import Program
from backsight.lower.elements import Element, Elements, Opaque
from backsight.lower.index import Index
from backsight.lower.inspect import Unfused
from backsight.lower.loops import (
    HIGH,
    LOW,
    Call,
    Fill,
    Function,
    LoopProgram,
    Note,
    Statement,
    cost,
    symbols,
)
from backsight.lower.memory import Memory, label
from backsight.lower.nodes import Definitions
from backsight.lower.schedule import Group, Schedule, Stage
from backsight.lower.tidy import tidy
from backsight.lower.turns import GroupWriter
from backsight.lower.writer import Writer

LONGEST = 500
"""The most one function may hold (see `loops.cost`).

Optimising compilers take much longer for long functions, and give up on very long ones.
"""

Cuts = Mapping[int, Sequence[int]]
"""For stages whose pass is cut into functions, the number of the function of each group."""


class Fused:
    """Writes the loops of one Program.

    Attributes:
        costs: for each stage with a pass, the cost of each of its groups; known after `lower`.
    """

    def __init__(self, program: Program, rows: str | None, bind: Mapping[str, int], cuts: Cuts) -> None:
        self.program, self.rows, self.bind, self.cuts = program, rows, dict(bind), cuts
        self.dims = tuple(d for d in program.dims if d not in bind)
        self.definitions = Definitions(program, rows, self.bind)
        self.schedule = Schedule(Elements(program, self.definitions))
        self.memory = Memory(program, self.definitions, self.schedule, self.dims, cuts)
        self.unfused: Unfused | None = None
        self.named = frozenset(name for name, var in program.variables().items() if var.named)
        self.writer = Writer()
        self.groups = GroupWriter(self.memory, self.writer, self.named)
        self.functions: list[Function] = []
        self.costs: dict[int, list[int]] = {}

    def lower(self) -> LoopProgram:
        for number, stage in enumerate(self.schedule.stages):
            for group in stage.before:
                if isinstance(group.items[0], Opaque):
                    self._opaque(group.items[0])
                else:
                    self.groups.write(group)
            if stage.rows:
                self._pass(number, stage)
        storage = self.memory.storage
        return LoopProgram(
            self.program.name,
            self.dims,
            self.rows,
            tuple(storage.buffers.values()),
            tidy(self.writer.finish(), storage.names.taken - {storage.names.row}),
            tuple(self.bind.items()),
            self.memory.constants,
            tuple(self.functions),
        )

    def _opaque(self, opaque: Opaque) -> None:
        self.unfused = self.unfused or Unfused(self.definitions, self.memory.storage)
        self.writer.add(Note(opaque.variable))
        for node in opaque.nodes:
            for statement in self.unfused.loops(node):
                self.writer.add(statement)

    # --- passes -------------------------------------------------------------------------------------------

    def _pass(self, number: int, stage: Stage) -> None:
        """One walk over the rows: several at once, then the rest one by one."""
        accumulators = [e for g in stage.rows for e in g.elements if e.accumulates]
        self._clear(accumulators)
        low, high = Index.of(LOW), Index.of(HIGH)
        tiled = self.writer.whole("tiled", low, high, self.memory.lanes)
        for lanes, start, stop in ((self.memory.lanes, low, tiled), (1, tiled, high)):
            with self.writer.loop("r", start, stop, lanes) as row:
                if number in self.cuts:
                    self._calls(number, stage, lanes, row)
                else:
                    self._groups(number, stage, lanes, row)
        for e in accumulators:
            if e.key in self.groups.totals:
                total = self.groups.scalars[0][e.key, 0] = self.groups.totals[e.key]
                if self.memory.has_array(e.variable):
                    self.writer.store(self.memory.array(e.variable), self.memory.place(e, {}), total)
        self.writer.flush()

    def _clear(self, accumulators: Sequence[Element]) -> None:
        """A run starts its sums anew."""
        for e in accumulators:
            if self.memory.has_total(e):
                wanted = label(e.key) if e.variable in self.named else "total"
                self.groups.totals[e.key] = self.writer.accumulator(wanted, 0.0)
        arrays = (e.variable for e in accumulators if not self.memory.has_total(e))
        for variable in dict.fromkeys(arrays):
            self.writer.add(Fill(self.memory.array(variable)))

    def _groups(self, number: int, stage: Stage, lanes: int, row: str) -> None:
        self.groups.scalars.append({})
        self._rows_in_depth(self.writer)
        costs = self.costs.setdefault(number, [0] * len(stage.rows))
        for place, group in enumerate(stage.rows):
            before = len(self.writer.here.statements)
            self.groups.write(group, lanes, row)
            costs[place] += cost(self.writer.here.statements[before:])
        self.groups.scalars.pop()

    def _rows_in_depth(self, writer: Writer) -> None:
        """What is kept per row cannot be loaded before the row is worked on."""
        table = self.schedule.elements.table
        writer.buffer_depth = {name: 1 for key, name in self.memory.scratch.items() if table[key].row}

    # --- passes cut into functions ------------------------------------------------------------------------

    def _calls(self, number: int, stage: Stage, lanes: int, row: str) -> None:
        for function in dict.fromkeys(self.cuts[number]):
            own = [g for g, f in zip(stage.rows, self.cuts[number], strict=True) if f == function]
            made = self._function(f"{'tile' if lanes > 1 else 'row'}_{function + 1}", own, lanes)
            self.functions.append(made)
            window = [Index.of(p) for p in made.parameters[1:]]
            self.writer.add(Call(made.name, (Index.of(row), *window)))

    def _function(self, wanted: str, groups: Sequence[Group], lanes: int) -> Function:
        """Some groups of a pass as a function of the row."""
        names = self.memory.storage.names
        writer = Writer()
        writer.open()
        self._rows_in_depth(writer)
        row = names.row
        writer.depth[row] = 1
        inside = GroupWriter(self.memory, writer, self.named)
        inside.scalars.append({})
        for group in groups:
            inside.write(group, lanes, row)
        body: tuple[Statement, ...] = tidy(writer.finish(), {*names.taken, row})
        window = [s for s in (LOW, HIGH) if s in symbols(body)]
        return Function(names.fresh(wanted), (row, *window), body)


def lower_fused(program: Program, rows: str | None, bind: Mapping[str, int]) -> LoopProgram:
    """Outputs and guards of a Program, fused.

    Raises:
        EmitError: an operation has no loop form.
    """
    fused = Fused(program, rows, bind, {})
    whole = fused.lower()
    cuts = {number: _cut(costs) for number, costs in fused.costs.items() if sum(costs) > LONGEST}
    return Fused(program, rows, bind, cuts).lower() if cuts else whole


def _cut(costs: Sequence[int]) -> list[int]:
    """Consecutive groups share a function while they fit."""
    numbers, size, number = [], 0, 0
    for group in costs:
        if size and size + group > LONGEST:
            number, size = number + 1, 0
        numbers.append(number)
        size += group
    return numbers
