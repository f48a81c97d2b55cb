"""Writes statements so that nothing is computed twice, nor in a loop when it could be computed before it.

Every expression is placed in the outermost open scope in which all it depends on is known; an expression
already there is used again. This is what hoists loads and index arithmetic out of loops.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from backsight.lower.index import ZERO, Index
from backsight.lower.loops import (
    Apply,
    Expression,
    Let,
    LetIndex,
    LetWhole,
    Load,
    Local,
    Loop,
    Number,
    Statement,
    Store,
    Update,
    Whole,
)


@dataclass
class Scope:
    """An open block: its statements, those that end it, and what is already computed in it."""

    statements: list[Statement] = field(default_factory=list)
    stores: list[Statement] = field(default_factory=list)
    known: dict[Expression, Local | Number] = field(default_factory=dict)
    indices: dict[Index, str] = field(default_factory=dict)
    wholes: dict[tuple[Index, Index, int], str] = field(default_factory=dict)


class Writer:
    """Open scopes, innermost last. Scope 0 is the whole run.

    Names it makes are of the form `wanted@number`, unique; `tidy` gives the final ones.
    """

    def __init__(self) -> None:
        self.scopes = [Scope()]
        self.depth: dict[str, int] = {}
        self.buffer_depth: dict[str, int] = {}
        self._numbers = count()

    @property
    def here(self) -> Scope:
        return self.scopes[-1]

    def name(self, wanted: str) -> str:
        return f"{wanted}@{next(self._numbers)}"

    def add(self, statement: Statement) -> None:
        self.here.statements.append(statement)

    def open(self) -> None:
        """A scope for the rest of a function: what is known outside it is computed before it."""
        self.scopes.append(Scope())

    def finish(self) -> tuple[Statement, ...]:
        """All statements of the scopes that are open, outer ones first."""
        return tuple(s for scope in self.scopes for s in (*scope.statements, *scope.stores))

    @contextmanager
    def loop(self, wanted: str, start: Index, stop: Index, step: int = 1) -> Iterator[str]:
        """A loop around what is written inside the `with`; gives the loop variable."""
        start, stop = self.index(start), self.index(stop)
        variable = self.name(wanted)
        self.scopes.append(Scope())
        self.depth[variable] = len(self.scopes) - 1
        yield variable
        scope = self.scopes.pop()
        self.add(Loop(variable, start, stop, (*scope.statements, *scope.stores), step))

    def whole(self, wanted: str, start: Index, stop: Index, step: int) -> Index:
        """Where a loop in steps ends; without symbols, a number."""
        size = (stop - start).number
        if size is not None:
            return start + Index.of(size - size % step)
        depth = max(self._index_depth(start), self._index_depth(stop))
        wholes = self.scopes[depth].wholes
        if (start, stop, step) not in wholes:
            name = wholes[start, stop, step] = self.name(wanted)
            self.depth[name] = depth
            self.scopes[depth].statements.append(LetWhole(name, start, stop, step))
        return Index.of(wholes[start, stop, step])

    # --- values -------------------------------------------------------------------------------------------

    def value(self, expression: Expression, wanted: str = "t") -> Local | Number:
        """The expression as a local, computed as far out as it can be."""
        if isinstance(expression, Local | Number):
            return expression
        flat = self._flatten(expression)
        depth = self._value_depth(flat)
        scope = self.scopes[depth]
        if flat not in scope.known:
            local = Local(self.name(flat.buffer if isinstance(flat, Load) else wanted))
            self.depth[local.name] = depth
            scope.statements.append(Let(local.name, flat))
            scope.known[flat] = local
        return scope.known[flat]

    def _flatten(self, expression: Expression) -> Expression:
        """The expression with locals for its operands."""
        if isinstance(expression, Load):
            return Load(expression.buffer, self.index(expression.at))
        if not isinstance(expression, Apply):
            return expression
        inputs = tuple(self.value(e) for e in expression.inputs)
        if expression.op == "div" and self._divisor_is_further_out(*inputs):
            return Apply("mul", (inputs[0], self.value(Apply("div", (Number(1.0), inputs[1])), "per")))
        return Apply(expression.op, inputs, expression.params)

    def _divisor_is_further_out(self, dividend: Expression, divisor: Expression) -> bool:
        """Then one division outside the loop serves, and a product inside it."""
        return isinstance(divisor, Local) and self._value_depth(dividend) > self._value_depth(divisor)

    def _value_depth(self, expression: Expression) -> int:
        match expression:
            case Local():
                return self.depth[expression.name]
            case Load():
                return max(self._index_depth(expression.at), self.buffer_depth.get(expression.buffer, 0))
            case Whole():
                return self._index_depth(expression.index)
            case Apply():
                return max((self._value_depth(e) for e in expression.inputs), default=0)
            case _:
                return 0

    # --- indices ------------------------------------------------------------------------------------------

    def index(self, index: Index) -> Index:
        """The index with products of outer symbols computed where those are known."""
        deepest = self._index_depth(index)
        parts: dict[int, Index] = {}
        for monomial, coefficient in index.terms:
            depth = max((self.depth.get(s, 0) for s in monomial), default=deepest)
            parts[depth] = parts.get(depth, ZERO) + Index(((monomial, coefficient),))
        total = ZERO
        for depth, part in sorted(parts.items()):
            total = total + part
            if depth < deepest and total.symbol is None:
                total = self._let_index(total, depth)
        return total

    def _let_index(self, index: Index, depth: int) -> Index:
        scope = self.scopes[depth]
        if index not in scope.indices:
            name = self.name("at")
            self.depth[name] = depth
            scope.indices[index] = name
            scope.statements.append(LetIndex(name, index))
        return Index.of(scope.indices[index])

    def _index_depth(self, index: Index) -> int:
        return max((self.depth.get(s, 0) for s in index.symbols), default=0)

    # --- effects ------------------------------------------------------------------------------------------

    def accumulator(self, wanted: str, start: float) -> Local:
        """A local that updates follow."""
        local = Local(self.name(wanted))
        self.depth[local.name] = len(self.scopes) - 1
        self.add(Let(local.name, Number(start), changes=True))
        return local

    def update(self, local: Local, op: str, value: Expression) -> None:
        self.add(Update(local.name, op, self.value(value)))

    def store(self, buffer: str, at: Index, value: Expression, op: str | None = None) -> None:
        """Stores come at the end of their scope: an output may be the same array as an input."""
        value = self.value(value)
        self.here.stores.append(Store(buffer, self.index(at), value, op))

    def flush(self) -> None:
        """Write the stores so far now."""
        self.here.statements.extend(self.here.stores)
        self.here.stores.clear()
