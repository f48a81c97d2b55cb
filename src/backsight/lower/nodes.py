"""Every equation as scalar definitions over named axes: what is computed at one index, and over which.

Axes belong to a node, not to a name of a dimension: `W: (h, h)` has two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeAlias

from backsight.errors import EmitError
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import ArrayType, Atom, Constant, Dim, Equation, Program, Shape, Var
from backsight.lower.index import ONE, ZERO, Index, product
from backsight.lower.loops import HIGH, LOW, Number, Whole

Position: TypeAlias = tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """An element of a variable. `flat` positions count elements in row-major order."""

    variable: str
    at: Position
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Compute:
    """A MAP operation on scalars."""

    op: str
    inputs: tuple[Term, ...]
    params: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Routine:
    """A routine on whole arrays: the helper function `name` of the target gets them, the output and sizes."""

    name: str
    operands: tuple[Read, ...]
    sizes: tuple[Index, ...]


Term: TypeAlias = Read | Number | Whole | Compute

NEUTRAL = {"add": 0.0, "mul": 1.0, "maximum": float("-inf"), "minimum": float("inf")}
"""What a fold starts from."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A loop: `symbol` runs from `start` below `stop`. `rows` says that it walks the window of examples."""

    symbol: str
    start: Index
    stop: Index
    rows: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """`output[at] = term` for all `axes`; with `fold`, the term folded over `inner` first.

    `whole` says that this node alone defines the output, at the position its axes say; `adds` that the term
    is added to what is there. A routine has no axes: it fills the whole output.
    """

    output: str
    axes: tuple[Axis, ...]
    at: Position
    term: Term | Routine
    inner: tuple[Axis, ...] = ()
    fold: str | None = None
    whole: bool = True
    flat: bool = False
    adds: bool = False
    equation: Equation | None = field(default=None, compare=False)


class Definitions:
    """Writes nodes for the equations of a Program.

    Attributes:
        types: every variable, including those that a composite op (softmax) needs on its way.
        shapes: the same with bound dimensions replaced by their sizes.
    """

    def __init__(self, program: Program, rows: str | None, bind: dict[str, int]) -> None:
        self.rows, self.bind = rows, bind
        self.types: dict[str, ArrayType] = {name: var.type for name, var in program.variables().items()}
        self.hidden: list[str] = []
        self._numbers = count()
        self._equation: Equation | None = None

    def shape(self, variable: str) -> Shape:
        return tuple(self.size(d) for d in self.types[variable].shape)

    def size(self, dim: Dim) -> Dim:
        return self.bind.get(dim, dim) if isinstance(dim, str) else dim

    def nodes(self, equation: Equation) -> list[Node]:
        """The nodes that compute an equation's output, in order.

        Raises:
            EmitError: the operation has no loop form.
        """
        self._equation = equation
        op = REGISTRY[equation.op]
        if op.family is Family.MAP:
            return self._map(equation)
        if op.family is Family.ROUTINE:
            return self._routine(equation)
        rule = RULES.get(equation.op)
        if rule is None:
            raise EmitError(f"{equation.op} has no loop form", origin=equation.origin)
        return rule(self, equation, **equation.options)

    # --- pieces -------------------------------------------------------------------------------------------

    def axis(self, dim: Dim) -> tuple[Axis | None, Index]:
        """A fresh loop over a dimension and the position it gives; size 1 needs no loop."""
        dim = self.size(dim)
        if dim == 1:
            return None, ZERO
        symbol = f"${next(self._numbers)}"
        rows = dim == self.rows
        start, stop = (Index.of(LOW), Index.of(HIGH)) if rows else (ZERO, Index.of(dim))
        return Axis(symbol, start, stop, rows), Index.of(symbol)

    def span(self, shape: Shape) -> tuple[tuple[Axis, ...], Position]:
        pairs = [self.axis(d) for d in shape]
        return tuple(a for a, _ in pairs if a is not None), tuple(p for _, p in pairs)

    def flat_axis(self, start: Index, stop: Index) -> tuple[Axis, Index]:
        symbol = f"${next(self._numbers)}"
        return Axis(symbol, start, stop), Index.of(symbol)

    def count(self, dim: Dim) -> Term:
        """A dimension as a number: for the rows, how many there are in the window."""
        dim = self.size(dim)
        if dim == self.rows:
            return Whole(Index.of(HIGH) - Index.of(LOW))
        return Whole(Index.of(dim)) if isinstance(dim, str) else Number(dim)

    def read(self, atom: Atom, at: Position) -> Term:
        return Number(atom.value) if isinstance(atom, Constant) else Read(atom.name, at)

    def aligned(self, atom: Atom, at: Position) -> Term:
        """Read an operand that is broadcast against `at`, right-aligned."""
        shape = tuple(self.size(d) for d in atom.type.shape)
        tail = at[len(at) - len(shape) :]
        return self.read(atom, tuple(ZERO if d == 1 else p for d, p in zip(shape, tail, strict=True)))

    def node(
        self, output: str, axes: Sequence[Axis], at: Position, term: Term | Routine, **options: Any
    ) -> Node:
        return Node(output, tuple(axes), at, term, equation=self._equation, **options)

    def hide(self, wanted: str, shape: Shape) -> str:
        """A variable that only this lowering knows."""
        name = wanted
        while name in self.types:
            name += "_"
        self.types[name] = ArrayType(shape)
        self.hidden.append(name)
        return name

    # --- families -----------------------------------------------------------------------------------------

    def _map(self, e: Equation) -> list[Node]:
        axes, at = self.span(e.output.type.shape)
        inputs = tuple(self.aligned(a, at) for a in e.inputs)
        if e.op in ("copy", "stop_gradient"):
            return [self.node(e.output.name, axes, at, inputs[0])]
        return [self.node(e.output.name, axes, at, Compute(e.op, inputs, e.params))]

    def _routine(self, e: Equation) -> list[Node]:
        types = [a.type for a in e.inputs]
        if self.rows is not None and any(self.rows in t.shape for t in (*types, e.output.type)):
            raise EmitError(
                f"{e.op} needs all examples at once, but this kernel works on a window of {self.rows!r}",
                origin=e.origin,
                remedy="emit without rows",
            )
        nodes: list[Node] = []
        operands = []
        for a in e.inputs:
            name = a.name if isinstance(a, Var) else self.hide("number", ())
            if isinstance(a, Constant):
                nodes.append(self.node(name, (), (), Number(a.value)))
            operands.append(Read(name, ()))
        shapes = (REGISTRY[e.op].sizes or _no_sizes)(types, **e.options)
        sizes = tuple(product(tuple(self.size(d) for d in shape)) for shape in shapes)
        return [*nodes, self.node(e.output.name, (), (), Routine(e.op, tuple(operands), sizes))]

    def view(self, e: Equation, where: Callable[[Position], Position]) -> list[Node]:
        """A move in which every element of the output is one element of the operand."""
        axes, at = self.span(e.output.type.shape)
        return [self.node(e.output.name, axes, at, self.read(e.inputs[0], where(at)))]

    def fold(
        self,
        output: str,
        source: Callable[[Position], Term],
        shape: Shape,
        axes: tuple[int, ...],
        keepdims: bool,
        fold: str,
    ) -> Node:
        """`source` of every entry, folded over `axes`."""
        loops, at = self.span(shape)
        inner = {p.symbol for i, p in enumerate(at) if i in axes}
        kept = tuple(ZERO if i in axes else p for i, p in enumerate(at) if keepdims or i not in axes)
        return self.node(
            output,
            [a for a in loops if a.symbol not in inner],
            kept,
            source(at),
            inner=tuple(a for a in loops if a.symbol in inner),
            fold=fold,
        )

    def folded(self, e: Equation, axes: tuple[int, ...], keepdims: bool, fold: str) -> list[Node]:
        """The equation's operand as it is, folded."""
        operand = e.inputs[0]
        return [
            self.fold(
                e.output.name, lambda at: self.read(operand, at), operand.type.shape, axes, keepdims, fold
            )
        ]

    def sum(self, e: Equation, axes: tuple[int, ...], keepdims: bool = False) -> list[Node]:
        return self.folded(e, axes, keepdims, "add")

    def max(self, e: Equation, axes: tuple[int, ...], keepdims: bool = False) -> list[Node]:
        return self.folded(e, axes, keepdims, "maximum")

    def mean(self, e: Equation, axes: tuple[int, ...], keepdims: bool = False) -> list[Node]:
        total = self.hide(f"sum_{e.output.name}", e.output.type.shape)
        operand = e.inputs[0]
        folded = self.fold(
            total, lambda at: self.read(operand, at), operand.type.shape, axes, keepdims, "add"
        )
        number: Term = Number(1)
        for position, axis in enumerate(axes):
            size = self.count(operand.type.shape[axis])
            number = Compute("mul", (number, size)) if position else size
        out, at = self.span(e.output.type.shape)
        return [folded, self.node(e.output.name, out, at, Compute("div", (Read(total, at), number)))]

    def contract(self, e: Equation, spec: str) -> list[Node]:
        inputs, _, result = spec.partition("->")
        sizes: dict[str, Dim] = {}
        for letters, atom in zip(inputs.split(","), e.inputs, strict=True):
            for letter, dim in zip(letters, atom.type.shape, strict=True):
                if sizes.get(letter, 1) == 1:
                    sizes[letter] = dim
        axes = {letter: self.axis(dim) for letter, dim in sizes.items()}
        at = {letter: position for letter, (_, position) in axes.items()}
        term: Term | None = None
        for letters, atom in zip(inputs.split(","), e.inputs, strict=True):
            place = tuple(
                ZERO if self.size(d) == 1 else at[x] for x, d in zip(letters, atom.type.shape, strict=True)
            )
            factor = self.read(atom, place)
            term = factor if term is None else Compute("mul", (term, factor))
        assert term is not None
        outer = [axes[x][0] for x in result]
        inner = [axis for x, (axis, _) in axes.items() if x not in result]
        return [
            self.node(
                e.output.name,
                [a for a in outer if a],
                tuple(at[x] for x in result),
                term,
                inner=tuple(a for a in inner if a),
                fold="add",
            )
        ]

    def logsumexp(self, e: Equation, axes: tuple[int, ...], keepdims: bool = False) -> list[Node]:
        """m + log(sum(exp(x - m))), where m is the largest x, or 0 where that is not finite."""
        operand, shape = e.inputs[0], e.inputs[0].type.shape
        kept = tuple(1 if i in axes else d for i, d in enumerate(shape))
        top = self.hide(f"max_{e.output.name}", kept)
        shift = self.hide(f"shift_{e.output.name}", kept)
        total = self.hide(f"sum_{e.output.name}", kept)

        def low(at: Position) -> Position:
            return tuple(ZERO if i in axes else p for i, p in enumerate(at))

        largest = self.fold(top, lambda at: self.read(operand, at), shape, axes, True, "maximum")
        loops, at = self.span(kept)
        finite = Compute("lt", (Compute("abs", (Read(top, at),)), Number(float("inf"))))
        shifted = self.node(shift, loops, at, Compute("where", (finite, Read(top, at), Number(0.0))))
        folded = self.fold(
            total,
            lambda at: Compute("exp", (Compute("sub", (self.read(operand, at), Read(shift, low(at)))),)),
            shape,
            axes,
            True,
            "add",
        )
        loops, at = self.span(e.output.type.shape)
        position = iter(at)
        full = at if keepdims else tuple(ZERO if i in axes else next(position) for i in range(len(shape)))
        result = Compute("add", (Read(shift, full), Compute("log", (Read(total, full),))))
        return [largest, shifted, folded, self.node(e.output.name, loops, at, result)]

    def softmax(self, e: Equation, axis: int) -> list[Node]:
        operand, shape = e.inputs[0], e.inputs[0].type.shape
        axis %= len(shape)
        kept = tuple(1 if i == axis else d for i, d in enumerate(shape))
        top = self.hide(f"max_{e.output.name}", kept)
        raised = self.hide(f"exp_{e.output.name}", shape)
        total = self.hide(f"sum_{e.output.name}", kept)

        def low(at: Position) -> Position:
            return tuple(ZERO if i == axis else p for i, p in enumerate(at))

        largest = self.fold(top, lambda at: self.read(operand, at), shape, (axis,), True, "maximum")
        loops, at = self.span(shape)
        powers = self.node(
            raised, loops, at, Compute("exp", (Compute("sub", (self.read(operand, at), Read(top, low(at)))),))
        )
        folded = self.fold(total, lambda at: Read(raised, at), shape, (axis,), True, "add")
        loops, at = self.span(shape)
        share = self.node(e.output.name, loops, at, Compute("div", (Read(raised, at), Read(total, low(at)))))
        return [largest, powers, folded, share]

    # --- moves --------------------------------------------------------------------------------------------

    def transpose(self, e: Equation, axes: tuple[int, ...]) -> list[Node]:
        return self.view(e, lambda at: tuple(at[axes.index(i)] for i in range(len(at))))

    def expand_dims(self, e: Equation, axes: tuple[int, ...]) -> list[Node]:
        rank = e.output.type.rank
        new = {a % rank for a in axes}
        return self.view(e, lambda at: tuple(p for i, p in enumerate(at) if i not in new))

    def squeeze(self, e: Equation, axes: tuple[int, ...]) -> list[Node]:
        rank = e.inputs[0].type.rank
        gone = {a % rank for a in axes}

        def where(at: Position) -> Position:
            left = iter(at)
            return tuple(ZERO if i in gone else next(left) for i in range(rank))

        return self.view(e, where)

    def broadcast(self, e: Equation, shape: Shape) -> list[Node]:
        axes, at = self.span(e.output.type.shape)
        return [self.node(e.output.name, axes, at, self.aligned(e.inputs[0], at))]

    def reshape(self, e: Equation, shape: Shape) -> list[Node]:
        source = tuple(self.size(d) for d in e.inputs[0].type.shape)
        target = tuple(self.size(d) for d in e.output.type.shape)
        operand = e.inputs[0]
        if isinstance(operand, Constant) or not source:
            return self.view(e, lambda at: ())
        axes: list[Axis] = []
        if self.rows is None or self.rows not in source:
            loop, at = self.flat_axis(ZERO, product(target))
            axes.append(loop)
        else:
            # Only the window's part: what stands before the rows, then the rows with all that follows.
            before, after = (s[: s.index(self.rows)] for s in (source, target))
            if product(before) != product(after):
                raise EmitError("a reshape that moves the examples has no loop form", origin=e.origin)
            rest = product(source[len(before) + 1 :])
            loop, at = self.flat_axis(Index.of(LOW) * rest, Index.of(HIGH) * rest)
            if product(before) != ONE:
                outer, step = self.flat_axis(ZERO, product(before))
                axes.append(outer)
                at = step * Index.of(self.rows) * rest + at
            axes.append(loop)
        term = Read(operand.name, (at,), flat=True)
        return [self.node(e.output.name, axes, (at,), term, flat=True)]

    def _places(self, key: tuple[Any, ...], at: Position, shape: Shape) -> Position:
        """Where an indexed element stands in the array that was indexed."""
        left = iter(at)
        found: list[Index] = []
        for part in key:
            dim = self.size(shape[len(found)]) if part[0] != "new" else None
            if part[0] == "new":
                next(left)
            elif part[0] == "int":
                found.append(Index.of(part[1]) + (Index.of(LOW) if dim == self.rows else ZERO))
            else:
                found.append(self._slice(part, next(left), dim))
        return (*found, *left)

    def _slice(self, part: tuple[Any, ...], position: Index, dim: Dim | None) -> Index:
        _, start, stop, step = part
        if dim == self.rows and self.rows is not None:
            if (start, step) != (0, 1) or stop not in (None, dim):
                raise EmitError("a slice of the examples has no loop form")
            return position
        # An axis of one element has no loop and stands at 0, whatever it was cut from.
        first = Index.of(start) if start is not None or dim is None else Index.of(dim) - ONE
        return first + position * Index.of(step)

    def index(self, e: Equation, key: tuple[Any, ...]) -> list[Node]:
        return self.view(e, lambda at: self._places(key, at, e.inputs[0].type.shape))

    def unindex(self, e: Equation, key: tuple[Any, ...], shape: Shape) -> list[Node]:
        axes, at = self.span(e.output.type.shape)
        clear = self.node(e.output.name, axes, at, Number(0.0), whole=False)
        axes, at = self.span(e.inputs[0].type.shape)
        place = self._places(key, at, e.output.type.shape)
        return [clear, self.node(e.output.name, axes, place, self.read(e.inputs[0], at), whole=False)]

    def stack(self, e: Equation, axis: int) -> list[Node]:
        axis %= e.output.type.rank
        nodes = []
        for number, atom in enumerate(e.inputs):
            axes, at = self.span(atom.type.shape)
            place = (*at[:axis], Index.of(number), *at[axis:])
            nodes.append(self.node(e.output.name, axes, place, self.read(atom, at), whole=False))
        return nodes

    def concatenate(self, e: Equation, axis: int) -> list[Node]:
        axis %= e.output.type.rank
        if self.rows is not None and self.size(e.output.type.shape[axis]) == self.rows:
            raise EmitError("joining arrays along the examples has no loop form", origin=e.origin)
        nodes, start = [], ZERO
        for atom in e.inputs:
            axes, at = self.span(atom.type.shape)
            place = (*at[:axis], start + at[axis], *at[axis + 1 :])
            nodes.append(self.node(e.output.name, axes, place, self.read(atom, at), whole=False))
            start = start + Index.of(self.size(atom.type.shape[axis]))
        return nodes

    def dim(self, e: Equation, dim: str) -> list[Node]:
        return [self.node(e.output.name, (), (), self.count(dim))]

    def custom(self, e: Equation, **rule: Any) -> list[Node]:
        return self.view(e, lambda at: at)

    def eye(self, e: Equation, dim: Dim) -> list[Node]:
        axes, at = self.span(e.output.type.shape)
        same = Compute("eq", (Whole(at[0]), Whole(at[1])))
        return [self.node(e.output.name, axes, at, Compute("where", (same, Number(1.0), Number(0.0))))]


RULES: dict[str, Callable[..., list[Node]]] = {
    name: getattr(Definitions, name)
    for name in [
        "sum",
        "mean",
        "max",
        "contract",
        "logsumexp",
        "softmax",
        "transpose",
        "expand_dims",
        "squeeze",
        "broadcast",
        "reshape",
        "index",
        "unindex",
        "stack",
        "concatenate",
        "custom",
        "dim",
        "eye",
    ]
}


def _no_sizes(types: Sequence[ArrayType], **params: Any) -> Sequence[Shape]:
    return ()


def reads(term: Term | Routine) -> Iterator[Read]:
    """All reads in a term."""
    if isinstance(term, Read):
        yield term
    elif isinstance(term, Routine):
        yield from term.operands
    elif isinstance(term, Compute):
        for part in term.inputs:
            yield from reads(part)


def replace_reads(term: Term, change: Callable[[Read], Term]) -> Term:
    """The term with every read replaced."""
    if isinstance(term, Read):
        return change(term)
    if isinstance(term, Compute):
        return Compute(term.op, tuple(replace_reads(t, change) for t in term.inputs), term.params)
    return term


def is_output(program: Program, variable: Var) -> bool:
    return any(isinstance(a, Var) and a.name == variable.name for a in program.outputs)
