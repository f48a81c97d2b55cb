"""The graph of scalars: a node per number, within the entry and the array that it is a step towards."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from backsight.errors import EmitError
from backsight.explaining.graphs.arrays import operands, owners, stand_ins, step_scopes
from backsight.explaining.graphs.inner import Inner
from backsight.explaining.graphs.parts import NOWHERE, Frame, Graph, Kind, Link, Node, Scope, entry_label
from backsight.explaining.graphs.scopes import Places
from backsight.explaining.graphs.signs import sign
from backsight.ir.memory import without_collection
from backsight.ir.program import ArrayType, Equation, Program
from backsight.transforms.scalarize import Scalars, scalars

MOST = 20_000
"""Nodes; more would be a picture of nothing."""


@without_collection()
def numbers(program: Program, frame: Frame) -> Graph:
    """The graph of a Program's numbers. All dimensions must be numbers.

    Raises:
        EmitError: there are more than `MOST`, or an operation works on whole arrays only.
    """
    given = sum(prod(map(int, v.type.shape)) for v in program.inputs)
    if given > MOST:
        raise _too_many(program, given)
    try:
        apart = scalars(program, limit=4 * MOST)
    except EmitError as error:
        if "equations" in error.message:
            raise _too_many(program, 4 * MOST) from None
        raise
    count = len(apart.program.inputs) + len(apart.program.equations)
    if count > MOST:
        raise _too_many(program, count)
    return _Drawing(program, apart, frame).graph


class _Drawing:
    def __init__(self, program: Program, apart: Scalars, frame: Frame) -> None:
        self.program, self.apart, self.frame = program, apart, frame
        self.graph = Graph(program.name, "scalars")
        self.types: Mapping[str, ArrayType] = {v.name: v.type for v in program.variables().values()}
        self.places = Places(frame.root)
        self.owner = owners(program)
        self.array_scopes = self._array_scopes()
        self.where: dict[str, int] = {}
        self._inputs()
        self._steps()
        stand_ins(self.graph, self.places.scopes)
        for scope in self.graph.scopes:
            if scope.kind == "array":
                scope.shows, scope.value, scope.shape = NOWHERE, scope.label, self.types[scope.label].shape
        steps = {at: name for name, at in self.where.items() if not self.graph.nodes[at].value}
        given = {v.name: apart.entries[v.name] for v in apart.program.inputs}
        self.graph.inner = Inner(apart.program, dict(given), steps)

    def _array_scopes(self) -> dict[str, int]:
        """By name of an argument or of a stop, the scope of its numbers."""
        found = {}
        for var in self.program.inputs:
            self.places.scopes.append(Scope(var.name, "array"))
            found[var.name] = len(self.places.scopes) - 1
        found |= step_scopes(self.program, self.frame, self.places)
        for place in found.values():
            self.places.scopes[place].kind = "array"
        return found

    def _inputs(self) -> None:
        for var in self.apart.program.inputs:
            array, index = self.apart.entries[var.name]
            kind: Kind = "constant" if array in self.frame.captured else "input"
            self._add(var.name, Node("", kind, scope=self.array_scopes[array]), (array, index))

    def _steps(self) -> None:
        outputs = {str(a) for a in self.apart.program.outputs}
        towards = self._entries_towards()
        entry_scopes: dict[tuple[str, int], int] = {}
        for e in self.apart.program.equations:
            name = e.output.name
            entry = towards.get(name)
            if entry is not None and entry not in entry_scopes:
                label = entry_label(entry[0], self._shape(entry[0]), entry[1])
                self.places.scopes.append(Scope(label, "entry", self.array_scopes[entry[0]]))
                entry_scopes[entry] = len(self.places.scopes) - 1
            stop = self.owner.get(self.apart.within.get(name, ""), "")
            scope = entry_scopes[entry] if entry is not None else self.array_scopes.get(stop, NOWHERE)
            kind: Kind = "output" if name in outputs else "step"
            node = Node(sign(e), kind, e.op, origin=e.origin, scope=scope)
            position = self._add(name, node, self.apart.entries.get(name))
            self.graph.links += [Link(self.where[n], position) for n in operands(e)]

    def _add(self, name: str, node: Node, entry: tuple[str, int] | None) -> int:
        if entry is not None:
            array, index = entry
            shape = self._shape(array)
            node.label, node.value = entry_label(array, shape, index), array
            node.index = index if shape else None
        self.where[name] = len(self.graph.nodes)
        self.graph.nodes.append(node)
        return self.where[name]

    def _shape(self, array: str) -> tuple[int, ...]:
        return tuple(map(int, self.types[array].shape))

    def _entries_towards(self) -> dict[str, tuple[str, int]]:
        """By name of a number, the one entry of a stop that it is a step towards, within the same stop."""
        found: dict[str, tuple[str, int] | None] = {}
        for e in reversed(self.apart.program.equations):
            name = e.output.name
            own = self.apart.entries.get(name)
            goal = own if own is not None else found.get(name)
            found[name] = goal
            if goal is not None:
                self._reach(e, goal, found)
            else:
                found |= dict.fromkeys(operands(e))
        return {name: goal for name, goal in found.items() if goal is not None and name in self.apart.within}

    def _reach(self, e: Equation, goal: tuple[str, int], found: dict[str, tuple[str, int] | None]) -> None:
        for name in operands(e):
            stop = self.owner.get(self.apart.within.get(name, ""), "")
            same = stop == goal[0] and found.get(name, goal) == goal
            found[name] = goal if same else None


def _too_many(program: Program, count: int) -> EmitError:
    return EmitError(
        f"taken apart, {program.name} would be a graph of more than {min(count, MOST):,} numbers",
        remedy="look at its arrays or neurons, or give it a smaller example: fewer rows, narrower layers",
    )
