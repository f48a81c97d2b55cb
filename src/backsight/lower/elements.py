"""Nodes with small axes unrolled and moves seen through: what remains is arithmetic along long axes.

An element is a variable with a number in the place of every short axis, e.g. column 0 of `y: (n, 2)`. Reading
it needs positions along the long axes only. What cannot be seen through (a join along a long axis, a reshape
of one, anything that reads other rows than its own) stays opaque: whole arrays in, a whole array out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product as combinations
from math import prod
from typing import TypeAlias

from backsight.ir.op import REGISTRY
from backsight.ir.program import Dim, Equation, Program, Var
from backsight.lower.index import Index
from backsight.lower.loops import Number, Whole
from backsight.lower.nodes import (
    NEUTRAL,
    Axis,
    Compute,
    Definitions,
    Node,
    Position,
    Read,
    Routine,
    Term,
    reads,
    replace_reads,
)

ROW = "$row"
"""The row that is being worked on; the same symbol in every element."""

LIMITS = (8, 4, 2, 1)
"""Axes up to this size are unrolled: the first limit that keeps the number of elements below MOST."""

MOST = 400

Key: TypeAlias = tuple[str, tuple[int | None, ...]]


@dataclass(frozen=True, slots=True)
class Element:
    """`variable[at] = term`, folded over `inner` first where `fold` says how.

    Attributes:
        row: computed once per row, because the variable has rows or because rows are folded.
        accumulates: rows are folded, so the value is known only after the last one.
    """

    key: Key
    axes: tuple[Axis, ...]
    at: Position
    term: Term
    inner: tuple[Axis, ...]
    fold: str | None
    row: bool
    accumulates: bool
    equation: Equation | None

    @property
    def variable(self) -> str:
        return self.key[0]

    @property
    def folds(self) -> bool:
        """Folded by loops of its own inside those of its group."""
        return bool(self.inner) and not self.accumulates

    @property
    def nest(self) -> tuple[Axis, ...]:
        """The loops around one evaluation of the term; those of an accumulator can stand in any order."""
        return self.axes + self.inner if self.accumulates else self.axes


@dataclass(frozen=True, slots=True)
class Opaque:
    """A variable computed from whole arrays by loops of its own."""

    variable: str
    nodes: tuple[Node, ...]


Item: TypeAlias = Element | Opaque


class _CannotSeeThrough(Exception):
    """This variable has to be opaque."""


class Elements:
    """The elements a Program's outputs need, in an order in which they can be computed.

    Attributes:
        items: elements and opaque variables, operands first.
        table: elements by key.
        opaque: opaque variables by name.
    """

    def __init__(self, program: Program, definitions: Definitions) -> None:
        self.definitions = definitions
        self.inputs = {v.name for v in program.inputs}
        self.table: dict[Key, Element] = {}
        self.opaque: dict[str, Opaque] = {}
        self.items: list[Item] = []
        variables = _definitions_by_variable(program, definitions)
        self.limit = _limit([n for nodes in variables.values() for n in nodes])
        for variable, nodes in variables.items():
            self._define(variable, nodes)
        kept = {a.name for a in program.outputs if isinstance(a, Var)} | {
            g.variable.name for g in program.guards
        }
        self.stored = {v for o in self.opaque.values() for v in _operands(o)} | kept
        self._prune()

    def key(self, read: Read) -> Key:
        """The element that a read reads."""
        return (read.variable, self._coordinates(read.variable, read.at))

    def short(self, dim: Dim) -> bool:
        return isinstance(dim, int) and dim <= self.limit

    def long_positions(self, read: Read) -> Position:
        """Positions along the long axes other than the rows, with the sizes of those axes."""
        shape = self.definitions.shape(read.variable)
        return tuple(
            p for d, p in zip(shape, read.at, strict=True) if not self.short(d) and d != self.definitions.rows
        )

    def long_dims(self, variable: str) -> tuple[Dim, ...]:
        shape = self.definitions.shape(variable)
        return tuple(d for d in shape if not self.short(d) and d != self.definitions.rows)

    # --- unrolling ----------------------------------------------------------------------------------------

    def _define(self, variable: str, nodes: Sequence[Node]) -> None:
        try:
            made = [e for node in nodes for e in self._unroll(node)]
        except _CannotSeeThrough:
            self.opaque[variable] = Opaque(variable, tuple(nodes))
            self.items.append(self.opaque[variable])
            return
        # Later pieces of a variable stand over earlier ones: a part put back among zeros.
        last = {e.key: e for e in made}
        self.table.update(last)
        self.items.extend(last.values())

    def _unroll(self, node: Node) -> Iterator[Element]:
        if node.adds:
            raise _CannotSeeThrough
        if node.flat:
            yield from self._reshaped(node)
            return
        node = _with_row(node)
        short = [a for a in node.axes if self._static(a) is not None]
        inner = [a for a in node.inner if self._static(a) is not None]
        for values in combinations(*(range(self._static(a) or 0) for a in short)):
            known = {a.symbol: Index.of(v) for a, v in zip(short, values, strict=True)}
            terms = [
                _place(
                    _scalar(node), known | {a.symbol: Index.of(v) for a, v in zip(inner, inside, strict=True)}
                )
                for inside in combinations(*(range(self._static(a) or 0) for a in inner))
            ]
            yield self._element(node, known, [self._see_through(t) for t in terms])

    def _element(self, node: Node, known: dict[str, Index], terms: list[Term]) -> Element:
        at = tuple(p.replace(known) for p in node.at)
        axes = tuple(a for a in node.axes if a.symbol not in known and not a.rows)
        folded = tuple(a for a in node.inner if self._static(a) is None)
        loops = tuple(a for a in folded if not a.rows)
        accumulates = len(loops) < len(folded)
        if accumulates and node.fold != "add":
            raise _CannotSeeThrough
        shape = self.definitions.shape(node.output)
        long = [p.symbol for d, p in zip(shape, at, strict=True) if not self.short(d)]
        if [s for s in long if s != ROW] != [a.symbol for a in axes]:
            raise _CannotSeeThrough
        # A part that starts where the whole does may still end before it.
        ends = {p.symbol: Index.of(d) for d, p in zip(shape, at, strict=True)}
        if any(a.stop - a.start != ends[a.symbol] for a in axes):
            raise _CannotSeeThrough
        term = terms[0] if terms else Number(NEUTRAL[node.fold or "add"])
        for other in terms[1:]:
            term = Compute(node.fold or "add", (term, other))
        return Element(
            (node.output, self._coordinates(node.output, at)),
            axes,
            at,
            term,
            loops,
            node.fold if folded else None,
            accumulates or ROW in long,
            accumulates,
            node.equation,
        )

    def _static(self, axis: Axis) -> int | None:
        """The size of an axis that is unrolled."""
        size = (axis.stop - axis.start).number
        return size if size is not None and size <= self.limit and not axis.rows else None

    def _coordinates(self, variable: str, at: Position) -> tuple[int | None, ...]:
        found: list[int | None] = []
        for dim, position in zip(self.definitions.shape(variable), at, strict=True):
            if self.short(dim) and position.number is None:
                raise _CannotSeeThrough
            found.append(position.number if self.short(dim) else None)
        return tuple(found)

    def _reshaped(self, node: Node) -> Iterator[Element]:
        """A reshape between small arrays, element by element."""
        if not isinstance(node.term, Read):
            raise _CannotSeeThrough
        shape, source = (self._sizes(v) for v in (node.output, node.term.variable))
        places = zip(combinations(*map(range, shape)), combinations(*map(range, source)), strict=True)
        for target, origin in places:
            term = Read(node.term.variable, tuple(map(Index.of, origin)))
            at = tuple(map(Index.of, target))
            yield self._element(replace(node, axes=(), at=at, flat=False), {}, [self._see_through(term)])

    def _sizes(self, variable: str) -> list[int]:
        dims = self.definitions.shape(variable)
        sizes = [d for d in dims if isinstance(d, int) and self.short(d)]
        if len(sizes) != len(dims):
            raise _CannotSeeThrough
        return sizes

    # --- moves --------------------------------------------------------------------------------------------

    def _see_through(self, term: Term) -> Term:
        return replace_reads(term, self._resolve)

    def _resolve(self, read: Read) -> Term:
        """The read itself, or what the variable it reads is a mere view of."""
        if read.variable in self.inputs or read.variable in self.opaque:
            return read
        shape = self.definitions.shape(read.variable)
        element = self.table[self.key(read)]
        rows = [p for d, p in zip(shape, read.at, strict=True) if d == self.definitions.rows]
        if any(p.symbol != ROW for p in rows) or len(rows) > 1:
            raise _CannotSeeThrough
        if element.fold is None and isinstance(element.term, Read | Number):
            at = zip(element.at, read.at, strict=True)
            known = {p.symbol: q for p, q in at if p.symbol is not None and p.symbol != ROW}
            return _place(element.term, known)
        return read

    # --- liveness -----------------------------------------------------------------------------------------

    def is_element(self, variable: str) -> bool:
        """Whether a variable is neither an input nor opaque: its elements are computed here."""
        return variable not in self.inputs and variable not in self.opaque

    def _prune(self) -> None:
        wanted: set[Key] = set()
        kept: list[Item] = []
        for item in reversed(self.items):
            if isinstance(item, Opaque):
                kept.append(item)
            elif item.variable in self.stored or item.key in wanted:
                kept.append(item)
                wanted.update(self.key(r) for r in reads(item.term) if self.is_element(r.variable))
        self.items = kept[::-1]


def _definitions_by_variable(program: Program, definitions: Definitions) -> dict[str, list[Node]]:
    """The nodes of every variable that an output or a guard needs."""
    live = {a.name for a in program.outputs if isinstance(a, Var)} | {g.variable.name for g in program.guards}
    for equation in reversed(program.equations):
        if equation.output.name in live:
            live.update(a.name for a in equation.inputs if isinstance(a, Var))
    found: dict[str, list[Node]] = {}
    for equation in program.equations:
        if equation.output.name in live:
            for node in definitions.nodes(equation):
                found.setdefault(node.output, []).append(node)
    return found


def _limit(nodes: Sequence[Node]) -> int:
    """How long an axis may be to be unrolled."""

    def copies(node: Node, limit: int) -> int:
        sizes = [(a.stop - a.start).number for a in (*node.axes, *node.inner) if not a.rows]
        return prod(s for s in sizes if s is not None and s <= limit)

    return next((x for x in LIMITS if sum(copies(n, x) for n in nodes) <= MOST), 1)


def _operands(opaque: Opaque) -> set[str]:
    return {r.variable for node in opaque.nodes for r in reads(node.term)}


def _scalar(node: Node) -> Term:
    """What a node computes at one position; a routine computes whole arrays."""
    if isinstance(node.term, Routine):
        raise _CannotSeeThrough
    return node.term


def _with_row(node: Node) -> Node:
    """The node with its row axis under the common symbol; two of them cannot be seen through."""
    rows = [a for a in (*node.axes, *node.inner) if a.rows]
    if len(rows) > 1:
        raise _CannotSeeThrough
    if not rows:
        return node
    known = {rows[0].symbol: Index.of(ROW)}

    def rename(axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
        return tuple(replace(a, symbol=ROW) if a.rows else a for a in axes)

    at = tuple(p.replace(known) for p in node.at)
    return replace(
        node, axes=rename(node.axes), inner=rename(node.inner), at=at, term=_place(_scalar(node), known)
    )


def _place(term: Term, known: dict[str, Index]) -> Term:
    """Put indices in the place of symbols in every read."""
    if isinstance(term, Read):
        return Read(term.variable, tuple(p.replace(known) for p in term.at), term.flat)
    if isinstance(term, Compute):
        return _decided(Compute(term.op, tuple(_place(t, known) for t in term.inputs), term.params))
    if isinstance(term, Whole):
        index = term.index.replace(known)
        return Whole(index) if index.number is None else Number(index.number)
    return term


def _decided(term: Compute) -> Term:
    """A choice whose condition compares two numbers, which is what unrolling leaves of a triangle."""
    if term.op != "where" or not isinstance(term.inputs[0], Compute):
        return term
    condition = term.inputs[0]
    numbers = [t.value for t in condition.inputs if isinstance(t, Number)]
    scalar = REGISTRY[condition.op].scalar
    if scalar is None or len(numbers) < len(condition.inputs):
        return term
    return term.inputs[1 if scalar(*numbers, **dict(condition.params)) else 2]
