"""Building a Program one equation at a time, with names kept unique."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from backsight.errors import BacksightError, ShapeError
from backsight.ir.op import result_type
from backsight.ir.program import ArrayType, Atom, Constant, Equation, Guard, Origin, Program, Var

_TEMPORARY = re.compile(r"t\d+")
_TRAILING_COUNT = re.compile(r"_\d+$")


def freeze(value: Any) -> Any:
    """Params are hashable: lists become tuples."""
    return tuple(freeze(v) for v in value) if isinstance(value, list | tuple) else value


class Builder:
    """A Program under construction.

    `level` is how many other Programs are being traced around this one: where values of several meet, the
    innermost records what is done to them.

    `locate` is asked for the origin and the name of every value that is not named explicitly; the tracer sets
    it to read the user's source.
    """

    level = 0

    def __init__(self, name: str) -> None:
        self.name = name
        self.inputs: list[Var] = []
        self.equations: list[Equation] = []
        self.guards: list[Guard] = []
        self.note = ""
        self.origin: Origin | None = None
        self.locate: Callable[[], tuple[Origin | None, str]] | None = None
        self.made: dict[str, Equation] = {}
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def fresh(self, wanted: str) -> str:
        """`wanted`, or `wanted_2`, `wanted_3` … if it is taken."""
        if wanted not in self._taken:
            self._taken.add(wanted)
            return wanted
        stem = _TRAILING_COUNT.sub("", wanted)
        count = self._next.get(stem, 2)
        while f"{stem}_{count}" in self._taken:
            count += 1
        self._next[stem] = count + 1
        self._taken.add(f"{stem}_{count}")
        return f"{stem}_{count}"

    def is_taken(self, name: str) -> bool:
        """Whether a value has that name."""
        return name in self._taken

    def _fresh_temporary(self) -> str:
        count = self._next.get("t", 1)
        while f"t{count}" in self._taken:
            count += 1
        self._next["t"] = count + 1
        self._taken.add(f"t{count}")
        return f"t{count}"

    def input(self, name: str, type: ArrayType) -> Var:
        var = Var(self.fresh(name), type, named=True)
        self.inputs.append(var)
        return var

    def apply(self, op: str, inputs: Sequence[Atom], *, name: str = "", **params: Any) -> Var:
        """Append `op(*inputs, **params)`; the type follows from the op's shape rule.

        Raises:
            ShapeError: the operands do not fit; the error carries the origin of this equation.
        """
        origin, found = self.locate() if self.locate else (self.origin, "")
        wanted = name or found
        frozen = tuple(sorted((k, freeze(v)) for k, v in params.items())) if params else ()
        try:
            type = result_type(op, tuple([a.type for a in inputs]), frozen)
        except BacksightError as error:
            if error.origin is None:
                raise error.__class__(error.message, origin=origin, remedy=error.remedy) from None
            raise
        chosen = self.fresh(wanted) if wanted else self._fresh_temporary()
        output = Var(chosen, type, named=bool(wanted))
        self._append(Equation(op, tuple(inputs), frozen, output, origin, self.note))
        return output

    def _append(self, equation: Equation) -> None:
        self.equations.append(equation)
        self.made[equation.output.name] = equation

    def name_last(self, var: Var, wanted: str) -> Var:
        """Give the value that was made last a person's name, while nothing else refers to it."""
        if not self.equations or self.equations[-1].output is not var or var.named:
            return var
        equation = self.equations.pop()
        del self.made[var.name]
        self._taken.discard(var.name)
        if _TEMPORARY.fullmatch(var.name):
            self._next["t"] = int(var.name[1:])
        named = Var(self.fresh(wanted), var.type, named=True)
        self._append(replace(equation, output=named))
        return named

    def copy(self, equation: Equation) -> None:
        """Append an equation of another Program as it is; its names must be free here."""
        self._taken.add(equation.output.name)
        self._append(equation)

    def reserve(self, program: Program) -> None:
        """Keep a Program's names free for the values that will have them."""
        self._taken.update(v.name for v in program.inputs)
        self._taken.update(e.output.name for e in program.equations)

    def adopt(self, program: Program) -> None:
        """Start from a whole Program: its inputs, equations and guards."""
        for var in program.inputs:
            self._taken.add(var.name)
            self.inputs.append(var)
        for equation in program.equations:
            self.copy(equation)
        self.guards.extend(program.guards)

    def inline(self, program: Program, inputs: Sequence[Atom]) -> list[Atom]:
        """Append a whole Program, with these atoms in the place of its inputs; returns its outputs.

        Equations that do not know where they come from get the present origin and note.

        Raises:
            ShapeError: an atom has another type than the input it stands for.
        """
        known: dict[str, Atom] = {}
        for var, atom in zip(program.inputs, inputs, strict=True):
            if atom.type != var.type:
                raise ShapeError(f"{var.name} must be {var.type}, not {atom.type}")
            known[var.name] = atom

        def here(a: Atom) -> Atom:
            return known[a.name] if isinstance(a, Var) else a

        for e in program.equations:
            old = e.output
            name = self.fresh(old.name) if old.named else self._fresh_temporary()
            output = Var(name, old.type, old.named)
            known[old.name] = output
            origin, note = e.origin or self.origin, e.note or self.note
            self._append(Equation(e.op, tuple(map(here, e.inputs)), e.params, output, origin, note))
        for g in program.guards:
            decided = here(g.variable)
            if isinstance(decided, Var):
                self.guards.append(Guard(decided, g.expected, g.origin))
        return [here(a) for a in program.outputs]

    def finish(self, outputs: Sequence[Atom], name: str | None = None) -> Program:
        from backsight.ir.checker import check

        program = Program(
            name or self.name, tuple(self.inputs), tuple(self.equations), tuple(outputs), tuple(self.guards)
        )
        check(program)
        return program


def constant(value: float | int | bool) -> Constant:
    return Constant(value)
