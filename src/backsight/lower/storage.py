"""Buffers and identifiers of a LoopProgram."""

from __future__ import annotations

from collections.abc import Iterable

from backsight.ir.program import Constant, Program, Shape, Var
from backsight.lower.index import Index, product
from backsight.lower.loops import HIGH, LOW, Buffer, Role


class Names:
    """Hands out identifiers that are unique in a LoopProgram."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = {LOW, HIGH, *taken}
        self.row = self.fresh("r", "row")

    def fresh(self, *wanted: str) -> str:
        """The first of `wanted` that is free, else the last with a number."""
        for name in wanted:
            if name not in self.taken:
                self.taken.add(name)
                return name
        number = 2
        while f"{wanted[-1]}_{number}" in self.taken:
            number += 1
        self.taken.add(f"{wanted[-1]}_{number}")
        return f"{wanted[-1]}_{number}"


class Storage:
    """The buffers made so far, by the variable they hold."""

    def __init__(self, program: Program, dims: Iterable[str]) -> None:
        self.names = Names(dims)
        self.buffers: dict[str, Buffer] = {}
        self.outputs = {a.name for a in program.outputs if isinstance(a, Var)}
        self.inputs = {v.name for v in program.inputs}
        self.guards = {g.variable.name for g in program.guards}

    def port(self, variable: str, shape: Shape) -> Buffer:
        """The buffer that the outside reaches under the variable's name."""
        role: Role = "input" if variable in self.inputs else "output" if variable in self.outputs else "local"
        return self._add(variable, Buffer(self.names.fresh(variable), variable, shape, product(shape), role))

    def scratch(self, variable: str, shape: Shape, length: Index | None = None) -> Buffer:
        """A buffer of the kernel's own."""
        return self._add(variable, Buffer(self.names.fresh(variable), None, shape, length or product(shape)))

    def _add(self, variable: str, buffer: Buffer) -> Buffer:
        self.buffers[variable] = buffer
        return buffer

    def constants(self, program: Program) -> tuple[tuple[str, float], ...]:
        """Ports for outputs that are plain numbers, named `output_<position>`."""
        found = []
        for position, atom in enumerate(program.outputs):
            if isinstance(atom, Constant):
                name = f"output_{position}"
                buffer = Buffer(self.names.fresh(name), name, (), product(()), "output")
                self._add(f"={position}", buffer)
                found.append((buffer.name, float(atom.value)))
        return tuple(found)
