"""One step of gradient descent as a Program: forward, backward, and what each argument becomes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backsight.emit.sheet import lay_out
from backsight.emit.sheet_cells import Part, Sheet
from backsight.explaining.inspection import inspect
from backsight.exporting.subject import Subject
from backsight.ir.builder import Builder
from backsight.ir.program import ArrayType, Program, Var
from backsight.transforms.rewrite import prune, substitute

RATE = 0.1


@dataclass(frozen=True)
class Step:
    """The Program, the part each of its values belongs to, and the numbers of its inputs."""

    program: Program
    parts: dict[str, Part]
    values: tuple[Any, ...]

    @classmethod
    def of(cls, subject: Subject, rate: float = RATE) -> Step:
        """Forward, backward and update of a function.

        The new value of an argument w is called `new_w`; the learning rate is the last input, `rate`. Where
        nothing is differentiated by, only the forward part is there.

        Raises:
            DifferentiationError: see `gradient`.
        """
        forward = subject.forward
        if not subject.wrt:
            return cls(forward, {}, subject.values)
        inspection = inspect(forward, subject.wrt)
        known = forward.variables()
        early = _forward_part(inspection.program, known)
        plain = _named_once(inspection.program, early)
        builder = Builder(forward.name)
        builder.adopt(plain)
        learning = builder.input("rate", ArrayType())
        new: list[Var] = []
        for name, slope in zip(subject.wrt, plain.outputs[1:], strict=True):
            builder.origin, builder.note = None, "update"
            amount = builder.apply("mul", (learning, slope))
            new.append(builder.apply("sub", (known[name], amount), name=f"new_{name}"))
        adjoints = [v for name, v in plain.variables().items() if _is_adjoint(name, inspection.adjoints)]
        program = prune(builder.finish([*plain.outputs, *adjoints, *new]))
        parts: dict[str, Part] = {v.name: "input" for v in forward.inputs}
        parts |= {name: "forward" for name in early if name not in parts}
        parts |= {e.output.name: "backward" for e in plain.equations if e.output.name not in parts}
        parts |= {name: "update" for name in program.variables() if name not in parts}
        return cls(program, parts, (*subject.values, rate))

    def sheet(self) -> Sheet:
        """The step as cells.

        Raises:
            EmitError: see `lay_out`.
        """
        return lay_out(self.program, self.values, parts=self.parts)


def _is_adjoint(name: str, adjoints: Any) -> bool:
    return any(isinstance(a, Var) and a.name == name for a in adjoints.values())


def _forward_part(program: Program, forward: Mapping[str, Var]) -> set[str]:
    """What the value, the decisions and all that a person named are computed from.

    Unnamed steps of the backward pass may have names that the forward pass alone gives to others.
    """
    kept = [v for name, v in program.variables().items() if name in forward and v.named]
    return set(prune(replace(program, outputs=(program.outputs[0], *kept))).variables())


def _named_once(program: Program, forward: Collection[str]) -> Program:
    """Where a backward step was copied only to be given a name, it has that name from the start."""
    made = {e.output.name for e in program.equations} - set(forward)
    renamed: dict[str, Var] = {}
    dropped: set[str] = set()
    for e in program.equations:
        source: Any = e.inputs[0] if e.op == "copy" and e.output.named else None
        mine = isinstance(source, Var) and source.name in made and not source.named
        if mine and renamed.setdefault(source.name, e.output) is e.output:
            dropped.add(e.output.name)
    kept = Program(
        program.name,
        program.inputs,
        tuple(e for e in program.equations if e.output.name not in dropped),
        program.outputs,
        program.guards,
    )
    return substitute(kept, renamed)
