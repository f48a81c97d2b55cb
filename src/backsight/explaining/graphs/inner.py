"""The numbers of steps that are no stops: the explanation's kernel lacks them, so a graph brings its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from backsight.emit.javascript import emit_module
from backsight.explaining.live import Live, sendable
from backsight.ir.program import Atom, Constant, Program, Var
from backsight.transforms import gradient
from backsight.transforms.rewrite import prune

MOST = 1000
"""Equations; where there are more, nobody reads each of them, and the kernel would take seconds to write."""


@dataclass(frozen=True)
class Inner:
    """What computes the steps.

    Attributes:
        program: on arrays or on numbers, as the graph is.
        given: by name of an input of the Program: the array it is or is an entry of, and which entry.
        steps: by position of a node, the variable it shows.
    """

    program: Program
    given: dict[str, tuple[str, int | None]]
    steps: dict[int, str]

    def data(self, wrt: Collection[str]) -> dict[str, Any] | None:
        """The kernel `inner`, and where it has each step's value and adjoint; None for too many.

        Args:
            wrt: names of the arrays the gradient is taken by.
        """
        if not self.steps or len(self.program.equations) > MOST:
            return None
        live = self._live(wrt)
        return {
            "module": emit_module({"inner": live.lowered()}, f"the steps of {self.program.name}"),
            "inputs": [[v.name, *self.given[v.name]] for v in live.program.inputs],
            "steps": {
                str(node): [
                    _place(live.numbers[kind, name])
                    for kind in ("value", "adjoint")
                    if (kind, name) in live.numbers
                ]
                for node, name in self.steps.items()
            },
        }

    def _live(self, wrt: Collection[str]) -> Live:
        moving = [
            v.name for v in self.program.inputs if v.type.dtype == "float64" and self.given[v.name][0] in wrt
        ]
        variables = self.program.variables()
        numbers: dict[tuple[str, ...], Atom] = {("value", n): variables[n] for n in self.steps.values()}
        program, output = self.program, self.program.outputs[0]
        if moving and isinstance(output, Var):
            found = gradient(self.program, moving)
            program = found.program
            numbers |= {("adjoint", n): found.adjoints[n] for n in self.steps.values() if n in found.adjoints}
        outputs = tuple(dict.fromkeys(numbers.values()))
        # What an `if` looked at is known: where it turns, the code is traced anew and drawn again.
        return Live(prune(replace(program, outputs=outputs, guards=())), numbers)


def _place(atom: Atom) -> Any:
    return sendable(float(atom.value)) if isinstance(atom, Constant) else atom.name
