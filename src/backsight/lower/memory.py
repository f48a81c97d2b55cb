"""Where each element's value is kept: in a local where all that uses it can see that, else in an array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backsight.ir.program import Program
from backsight.lower.elements import Element, Elements, Key
from backsight.lower.index import ONE, ZERO, Index, offset
from backsight.lower.nodes import Definitions
from backsight.lower.schedule import Schedule
from backsight.lower.storage import Storage

LANES, LANES_UNROLLED = 4, 2
"""Rows worked on at once, with loops inside a row and without: each weight that is loaded serves all of them.

Without loops every weight and every sum is a local as well, and fewer rows fill the registers.
"""

Frame = tuple[int, int] | None
"""A function of its own (its stage and number), or None: the run itself."""


class Memory:
    """Allocates the buffers of a kernel.

    Args:
        cuts: for stages whose pass is cut into functions, the number of the function of each group.

    Attributes:
        lanes: rows worked on at once.
    """

    def __init__(
        self,
        program: Program,
        definitions: Definitions,
        schedule: Schedule,
        dims: Sequence[str],
        cuts: Mapping[int, Sequence[int]],
    ) -> None:
        self.definitions, self.schedule = definitions, schedule
        self.elements: Elements = schedule.elements
        self.storage = Storage(program, dims)
        self.scratch: dict[Key, str] = {}
        looping = any(e.nest or e.inner for s in schedule.stages for g in s.rows for e in g.elements)
        self.lanes = LANES if looping else LANES_UNROLLED
        self.frames: dict[int, Frame] = {}
        for number, numbers in cuts.items():
            for group, function in zip(schedule.stages[number].rows, numbers, strict=True):
                self.frames[id(group)] = (number, function)
        self._ports(program)
        self.constants = self.storage.constants(program)
        self._arrays()

    def frame(self, e: Element) -> Frame:
        return self.frames.get(id(self.schedule.group_of[e.key]))

    def has_array(self, variable: str) -> bool:
        return variable in self.storage.buffers

    def array(self, variable: str) -> str:
        """The name of the buffer that holds all of a variable."""
        return self.storage.buffers[variable].name

    def has_total(self, e: Element) -> bool:
        """Whether an accumulator is a local of the run."""
        return not e.axes and self.frame(e) is None

    def place(self, e: Element, symbols: Mapping[str, Index]) -> Index:
        """Where an element lies in the array of its variable."""
        return offset(self.definitions.shape(e.variable), tuple(p.replace(symbols) for p in e.at))

    def scratch_place(self, e: Element, positions: Sequence[Index], lane: int) -> Index:
        """Where it lies in a buffer of its own; the rows worked on at once lie side by side."""
        place = ZERO
        for axis, position in zip(e.axes, positions, strict=True):
            place = place * (axis.stop - axis.start) + position
        return place * Index.of(self.lanes) + Index.of(lane) if e.row else place

    def _ports(self, program: Program) -> None:
        outside = {v.name for v in program.inputs} | self.storage.outputs | self.storage.guards
        for name in program.variables():
            if name in outside:
                self.storage.port(name, self.definitions.shape(name))

    def _arrays(self) -> None:
        whole = {*self.elements.opaque, *self.schedule.stored}
        elements = [i for i in self.elements.items if isinstance(i, Element)]
        whole |= {e.variable for e in elements if e.accumulates and not self.has_total(e)}
        # Arrays without entries have no elements, yet a routine takes them.
        for name in dict.fromkeys([*self.elements.opaque, *(e.variable for e in elements), *sorted(whole)]):
            if name in whole and not self.has_array(name):
                self.storage.scratch(name, self.definitions.shape(name))
        for e in elements:
            if not self.has_array(e.variable) and not e.accumulates and self._needs_memory(e):
                self._scratch(e)

    def _needs_memory(self, e: Element) -> bool:
        if e.axes:
            return self.schedule.is_kept(e.key)
        return any(self.frame(user) != self.frame(e) for user, _ in self.schedule.uses[e.key])

    def _scratch(self, e: Element) -> None:
        length = Index.of(self.lanes) if e.row else ONE
        for axis in e.axes:
            length = length * (axis.stop - axis.start)
        self.scratch[e.key] = self.storage.scratch(f"{label(e.key)}_kept", (), length).name


def label(key: Key) -> str:
    """A variable's name with the numbers of its unrolled axes."""
    variable, coordinates = key
    return "_".join([variable, *(str(c) for c in coordinates if c is not None)])
