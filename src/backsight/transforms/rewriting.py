"""The state of a rewriting pass: the Program being rebuilt, and what is known of its values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backsight.ir.builder import Builder
from backsight.ir.program import Atom, Constant, Equation, Program, Var

Inputs = tuple[Atom, ...]
Params = dict[str, Any]


def is_number(atom: Atom | None, number: float) -> bool:
    """Whether an atom is that number, written into the Program."""
    return isinstance(atom, Constant) and not isinstance(atom.value, bool) and atom.value == number


class Rewriting:
    """Rebuilds a Program equation by equation; `rewrite` may answer each with a better value.

    Temporaries get fresh names, so that names people gave stay free for their values.
    """

    def __init__(
        self, program: Program, rewrite: Callable[[Rewriting, str, Inputs, Params], Atom | None]
    ) -> None:
        self.builder = Builder(program.name)
        self._rewrite = rewrite
        self._old_uses = _count_uses(program)
        self._new_uses: dict[str, int] = {}
        self._known: dict[str, Atom] = {}
        self._made: dict[str, Equation] = {}
        self._shared: dict[Any, Var] = {}
        self._boundaries: set[str] = set()
        for v in program.inputs:
            self._known[v.name] = self.builder.input(v.name, v.type)
        for v in program.variables().values():
            if v.named and v.name not in self._known:
                self.builder.fresh(v.name)

    def carry_over(self, e: Equation) -> Atom:
        """Rebuild one equation of the old Program."""
        self.builder.origin, self.builder.note = e.origin, e.note
        result = self.emit(e.op, tuple(map(self.atom, e.inputs)), e.options)
        self._known[e.output.name] = result
        if isinstance(result, Var):
            self._new_uses[result.name] = self._new_uses.get(result.name, 0) + self._old_uses.get(
                e.output.name, 0
            )
            # A person's value is a boundary: algebra does not reach through it.
            if e.output.named:
                self._boundaries.add(result.name)
        return result

    def atom(self, a: Atom) -> Atom:
        """What stands for an old atom in the new Program."""
        return self._known[a.name] if isinstance(a, Var) else a

    def source(self, a: Atom | None) -> Equation | None:
        """The new equation that computes an atom."""
        return self._made.get(a.name) if isinstance(a, Var) else None

    def operand_of(self, op: str, a: Atom | None) -> Atom | None:
        """x, where `a` is `op(x)`."""
        source = self.source(a)
        return source.inputs[0] if source is not None and source.op == op else None

    def may_dissolve(self, a: Atom) -> bool:
        """Whether an expression may be taken apart: nobody named it, and nobody else needs it whole.

        A scalar may be computed twice: that costs nothing.
        """
        if not isinstance(a, Var) or a.name in self._boundaries:
            return False
        return a.type.shape == () or self._new_uses.get(a.name, 1) <= 1

    def emit(self, op: str, inputs: Inputs, params: Params) -> Atom:
        """Rewrite an operation, or append it."""
        better = self._rewrite(self, op, inputs, params)
        return better if better is not None else self.append(op, inputs, params)

    def found(self, op: str, inputs: Inputs, params: Params) -> Var | None:
        """The value that an equation further up already computes, if one does."""
        return self._shared.get(_key(op, inputs, params))

    def is_named(self, var: Var) -> bool:
        """Whether a person gave the value its name."""
        return var.name in self._boundaries

    def append(self, op: str, inputs: Inputs, params: Params) -> Var:
        """Append an operation as it is, or find the equation that already computes it."""
        key = _key(op, inputs, params)
        if key not in self._shared:
            var = self.builder.apply(op, inputs, **params)
            self._made[var.name] = self.builder.equations[-1]
            self._shared[key] = var
        return self._shared[key]


def _key(op: str, inputs: Inputs, params: Params) -> Any:
    operands = tuple([a.name if isinstance(a, Var) else (a.type.dtype, repr(a.value)) for a in inputs])
    return (op, operands, tuple(sorted(params.items())) if params else ())


def _count_uses(program: Program) -> dict[str, int]:
    uses: dict[str, int] = {}
    for a in (*(a for e in program.equations for a in e.inputs), *program.outputs):
        if isinstance(a, Var):
            uses[a.name] = uses.get(a.name, 0) + 1
    return uses
