"""What a page needs to stay true when a person moves a number: the Programs behind its numbers, as kernels.

A number on the page is known by a key: `value z`, `adjoint z`, `slope x z` and `share x z` of the edge from x
to z, `nudge x z` and `path x z cost`. A kernel computes each; formulas say by key which number stands where.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backsight.emit.compiled import compile as compile_program
from backsight.emit.javascript import emit_module
from backsight.errors import EmitError
from backsight.explaining.ladder import NUDGES
from backsight.ir.builder import Builder
from backsight.ir.evaluate import Array, to_array
from backsight.ir.program import Atom, Program, Var
from backsight.lower import LoopProgram, lower
from backsight.transforms import simplify

if TYPE_CHECKING:
    from backsight.explaining.explanation import Explanation
    from backsight.notebook import ExplanationView

Key = tuple[str, ...]

MOST_NUMBERS = 8
"""An array of more entries gets no sliders."""


@dataclass(frozen=True, slots=True)
class Live:
    """A Program of numbers, to compute them again at other inputs.

    Attributes:
        program: its inputs are the function's; its outputs are the numbers.
        numbers: by key, a variable of the Program or a constant: ("value", name), ("adjoint", name),
            ("share", source, through), ("slope", source, through), ("nudge", …) or ("path", …).
    """

    program: Program
    numbers: Mapping[Key, Atom]

    @classmethod
    def of(cls, builder: Builder, numbers: Mapping[Key, Atom]) -> Live:
        # A Program has at least one output: where there is no number, there is nothing to run.
        program = builder.finish(tuple(numbers.values())) if numbers else Program(builder.name, (), (), ())
        return cls(program, numbers)

    def simplified(self) -> Live:
        program = simplify(self.program)
        return Live(program, dict(zip(self.numbers, program.outputs, strict=True)))

    def at(self, *places: Sequence[Any]) -> list[dict[Key, Array]]:
        """The numbers by key, at each of these places: values of the inputs."""
        if not self.numbers:
            return [{} for _ in places]
        compute = compile_program(self.program)
        return [dict(zip(self.numbers, map(to_array, compute(*inputs)), strict=True)) for inputs in places]

    @property
    def computes(self) -> bool:
        """Whether any number changes with the inputs."""
        return any(isinstance(a, Var) for a in self.numbers.values())

    def lowered(self) -> LoopProgram:
        """As loops that store each value once, and what the `if`s looked at."""
        given = {v.name for v in self.program.inputs}
        asked = [*self.program.outputs, *(g.variable for g in self.program.guards)]
        outputs = {a.name: a for a in asked if isinstance(a, Var) and a.name not in given}
        program = Program(
            self.program.name, self.program.inputs, self.program.equations, tuple(outputs.values())
        )
        return lower(program, mode="fused")

    def places(self) -> dict[str, Any]:
        """By key: the name of the kernel's array, or the number where it always is one."""
        return {
            " ".join(key): a.name if isinstance(a, Var) else sendable(a.value)
            for key, a in self.numbers.items()
        }

    def shapes(self) -> dict[str, list[int | str]]:
        """By key, the shape of what is no single number."""
        return {" ".join(key): list(a.type.shape) for key, a in self.numbers.items() if a.type.shape}


@dataclass(frozen=True)
class Recipe:
    """What an explanation was made of.

    Attributes:
        inputs: one value per input of the Programs.
        wrt: names of the inputs the gradient is taken by.
        numbers: values, adjoints, shares and slopes.
        nudges: quotients, by a further last input h, the size of the nudge; None where there are none.
        paths: what each listed path brings.
        captured: how many of the inputs, the last ones, the function closes over: nobody moves these.
        formulas: by key, the TeX in which `\\live{…}` stands for a number.
        again: the explanation at other inputs.
        views: the one live view of the explanation, once somebody has asked for it.
    """

    inputs: Sequence[Any]
    wrt: Sequence[str]
    numbers: Live
    nudges: Live | None
    paths: Live
    formulas: Mapping[str, str] = field(default_factory=dict)
    captured: int = 0
    again: Callable[[Sequence[Any]], Explanation] | None = None
    views: list[ExplanationView] = field(default_factory=list)

    def kernels(self) -> str:
        """A JavaScript module that computes every number of the page; "" where JavaScript cannot."""
        parts = {"numbers": self.numbers, "nudges": self.nudges, "paths": self.paths}
        try:
            return emit_module(
                {name: part.lowered() for name, part in parts.items() if part is not None and part.computes},
                "Written by backsight: every number of this explanation.",
            )
        except EmitError:
            return ""

    def data(self) -> dict[str, Any]:
        """What the page's script is told, as JSON values."""
        guards = [
            {"name": g.variable.name, "expected": g.expected, "line": g.origin.line if g.origin else None}
            for g in self.numbers.program.guards
        ]
        own = len(self.inputs) - self.captured
        values = enumerate(zip(self.numbers.program.inputs, self.inputs, strict=True))
        return {
            "inputs": [_input(var, to_array(value), place < own) for place, (var, value) in values],
            "numbers": self.numbers.places(),
            "nudges": self.nudges.places() if self.nudges is not None else {},
            "sizes": list(NUDGES),
            "paths": self.paths.places(),
            "shapes": {**self.numbers.shapes(), **self.paths.shapes()},
            "guards": guards,
        }


def sendable(value: Any) -> Any:
    """Live that JSON lacks as words."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return [sendable(v) for v in value] if isinstance(value, list) else value


def _input(var: Var, value: Array, given: bool) -> dict[str, Any]:
    """An input with its numbers; how far its slider reaches, where it has one."""
    numbers = [float(x) for x in value.data]
    finite = all(map(math.isfinite, numbers))
    slides = given and bool(numbers) and len(numbers) <= MOST_NUMBERS and finite and value.dtype == "float64"
    reach = _reach(max(map(abs, numbers))) if slides else None
    return {
        "name": var.name,
        "shape": list(value.shape),
        "data": sendable(numbers),
        "given": given,
        "reach": reach,
    }


def _reach(size: float) -> float:
    """A round number of at least twice the size: a slider goes as far to either side of zero."""
    if size == 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(2 * size))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= 2 * size * 0.999)
