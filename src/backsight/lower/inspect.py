"""One operation at a time, every variable stored under its own name: what figures read their numbers from."""

from __future__ import annotations

from backsight.ir.program import Program
from backsight.lower.index import Index, offset
from backsight.lower.loops import (
    Apply,
    Expression,
    Let,
    Load,
    Local,
    Loop,
    LoopProgram,
    Note,
    Number,
    Run,
    Statement,
    Store,
    Update,
    Whole,
)
from backsight.lower.nodes import NEUTRAL, Axis, Compute, Definitions, Node, Read, Routine, Term
from backsight.lower.storage import Storage


class Unfused:
    """Writes loops for one node after the other over whole arrays."""

    def __init__(self, definitions: Definitions, storage: Storage) -> None:
        self.definitions, self.storage = definitions, storage
        names = storage.names
        self.row = names.row
        self.letters = [names.fresh(x, f"{x}_axis") for x in "ijklpqst"]

    def loops(self, node: Node) -> list[Statement]:
        if isinstance(node.term, Routine):
            return [self._routine(node.output, node.term)]
        symbols = self._symbols(node)
        at = tuple(p.replace(symbols) for p in node.at)
        value = self.expression(node.term, symbols)
        body: list[Statement] = []
        if node.fold is not None and node.inner:
            folded = self.storage.names.fresh(f"{node.output}_so_far")
            body.append(Let(folded, Number(NEUTRAL[node.fold]), changes=True))
            body += self._nest(node.inner, symbols, [Update(folded, node.fold, value)])
            value = Local(folded)
        place = self._offset(node.output, at, node.flat)
        body.append(Store(self.storage.buffers[node.output].name, place, value, "add" if node.adds else None))
        return self._nest(node.axes, symbols, body)

    def _routine(self, output: str, term: Routine) -> Run:
        buffers = self.storage.buffers
        operands = tuple(buffers[r.variable].name for r in term.operands)
        return Run(term.name, operands, buffers[output].name, term.sizes)

    def expression(self, term: Term, symbols: dict[str, Index]) -> Expression:
        if isinstance(term, Read):
            at = tuple(p.replace(symbols) for p in term.at)
            return Load(self.storage.buffers[term.variable].name, self._offset(term.variable, at, term.flat))
        if isinstance(term, Compute):
            return Apply(term.op, tuple(self.expression(t, symbols) for t in term.inputs), term.params)
        return Whole(term.index.replace(symbols)) if isinstance(term, Whole) else term

    def _offset(self, variable: str, at: tuple[Index, ...], flat: bool) -> Index:
        return at[0] if flat else offset(self.definitions.shape(variable), at)

    def _symbols(self, node: Node) -> dict[str, Index]:
        letters = iter(self.letters)
        return {a.symbol: Index.of(self.row if a.rows else next(letters)) for a in self._once(node)}

    def _once(self, node: Node) -> list[Axis]:
        """The node's axes; of two that walk the examples only one can have the row's name."""
        seen, found = False, []
        for axis in (*node.axes, *node.inner):
            found.append(Axis(axis.symbol, axis.start, axis.stop, axis.rows and not seen))
            seen = seen or axis.rows
        return found

    def _nest(
        self, axes: tuple[Axis, ...], symbols: dict[str, Index], body: list[Statement]
    ) -> list[Statement]:
        for axis in reversed(axes):
            variable = symbols[axis.symbol].symbol
            assert variable is not None
            body = [Loop(variable, axis.start, axis.stop, tuple(body))]
        return body


def lower_inspect(program: Program, rows: str | None, bind: dict[str, int]) -> LoopProgram:
    """Every equation as its own loops.

    Raises:
        EmitError: an operation has no loop form.
    """
    definitions = Definitions(program, rows, bind)
    dims = tuple(d for d in program.dims if d not in bind)
    storage = Storage(program, dims)
    for name in program.variables():
        storage.port(name, definitions.shape(name))
    body: list[Statement] = []
    constants = storage.constants(program)
    writer: Unfused | None = None
    for equation in program.equations:
        nodes = definitions.nodes(equation)
        for name in definitions.hidden:
            if name not in storage.buffers:
                storage.scratch(name, definitions.shape(name))
        writer = writer or Unfused(definitions, storage)
        body.append(
            Note(f"{equation.output.name} = {equation.op}", (equation.origin,) if equation.origin else ())
        )
        for node in nodes:
            body += writer.loops(node)
    return LoopProgram(
        program.name, dims, rows, tuple(storage.buffers.values()), tuple(body), tuple(bind.items()), constants
    )
