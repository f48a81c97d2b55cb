"""Scalar definitions of further folds: products, spread, length, truths, where an extreme number stands."""

from __future__ import annotations

from collections.abc import Callable

from backsight.ir.program import Atom, Equation, Shape
from backsight.lower.index import ZERO, Index
from backsight.lower.loops import LOW, Number, Whole
from backsight.lower.nodes import RULES, Compute, Definitions, Node, Position, Read, Term

Axes = tuple[int, ...]


def _kept(shape: Shape, axes: Axes) -> Shape:
    return tuple(1 if i in axes else d for i, d in enumerate(shape))


def _low(at: Position, axes: Axes) -> Position:
    """Where the cell of an entry stands in an array that keeps folded axes as 1."""
    return tuple(ZERO if i in axes else p for i, p in enumerate(at))


def _folded(
    d: Definitions, e: Equation, name: str, axes: Axes, fold: str, term: Callable[[Term, Position], Term]
) -> tuple[str, Node]:
    """A variable of this lowering: a term of every entry, folded; its axes stay as 1."""
    (operand,) = e.inputs
    variable = d.hide(f"{name}_{e.output.name}", _kept(operand.type.shape, axes))
    node = d.fold(variable, lambda at: term(d.read(operand, at), at), operand.type.shape, axes, True, fold)
    return variable, node


def _finished(
    d: Definitions, e: Equation, axes: Axes, keepdims: bool, term: Callable[[Position], Term]
) -> Node:
    """The output, from what was folded."""
    loops, at = d.span(e.output.type.shape)
    position = iter(at)
    rank = e.inputs[0].type.rank
    full = at if keepdims else tuple(ZERO if i in axes else next(position) for i in range(rank))
    return d.node(e.output.name, loops, at, term(_low(full, axes)))


def _times(*terms: Term) -> Term:
    result = terms[0]
    for term in terms[1:]:
        result = Compute("mul", (result, term))
    return result


def _count(d: Definitions, operand: Atom, axes: Axes) -> Term:
    return _times(Number(1), *(d.count(operand.type.shape[axis]) for axis in axes))


def _if(condition: Term, yes: Term, no: Term) -> Term:
    return Compute("where", (condition, yes, no))


def _is(a: Term, number: float) -> Term:
    return Compute("eq", (a, Number(number)))


def prod(d: Definitions, e: Equation, axes: Axes, keepdims: bool) -> list[Node]:
    return d.folded(e, axes, keepdims, "mul")


def least(d: Definitions, e: Equation, axes: Axes, keepdims: bool) -> list[Node]:
    return d.folded(e, axes, keepdims, "minimum")


def _variance(
    d: Definitions, e: Equation, axes: Axes, ddof: int
) -> tuple[list[Node], Callable[[Position], Term]]:
    count = _count(d, e.inputs[0], axes)
    total, first = _folded(d, e, "sum", axes, "add", lambda x, at: x)

    def square(x: Term, at: Position) -> Term:
        mean = Compute("div", (Read(total, _low(at, axes)), count))
        distance = Compute("sub", (x, mean))
        return _times(distance, distance)

    squares, second = _folded(d, e, "squares", axes, "add", square)
    degrees = Compute("maximum", (Compute("sub", (count, Number(ddof))), Number(0)))
    return [first, second], lambda at: Compute("div", (Read(squares, at), degrees))


def var(d: Definitions, e: Equation, axes: Axes, keepdims: bool, ddof: int) -> list[Node]:
    nodes, variance = _variance(d, e, axes, ddof)
    return [*nodes, _finished(d, e, axes, keepdims, variance)]


def std(d: Definitions, e: Equation, axes: Axes, keepdims: bool, ddof: int) -> list[Node]:
    nodes, variance = _variance(d, e, axes, ddof)
    return [*nodes, _finished(d, e, axes, keepdims, lambda at: Compute("sqrt", (variance(at),)))]


def norm(d: Definitions, e: Equation, axes: Axes, keepdims: bool) -> list[Node]:
    squares, node = _folded(d, e, "squares", axes, "add", lambda x, at: _times(x, x))
    return [node, _finished(d, e, axes, keepdims, lambda at: Compute("sqrt", (Read(squares, at),)))]


def every(d: Definitions, e: Equation, axes: Axes, keepdims: bool) -> list[Node]:
    """No entry is 0."""
    zeros, node = _folded(d, e, "zeros", axes, "add", lambda x, at: _if(_is(x, 0), Number(1), Number(0)))
    return [node, _finished(d, e, axes, keepdims, lambda at: _is(Read(zeros, at), 0))]


def some(d: Definitions, e: Equation, axes: Axes, keepdims: bool) -> list[Node]:
    """Not every entry is 0."""
    others, node = _folded(d, e, "true", axes, "add", lambda x, at: _if(_is(x, 0), Number(0), Number(1)))
    return [node, _finished(d, e, axes, keepdims, lambda at: Compute("gt", (Read(others, at), Number(0))))]


def _place(fold: str) -> Callable[..., list[Node]]:
    """The lowest position whose entry is the extreme one, or NaN."""

    def rule(d: Definitions, e: Equation, axis: int, keepdims: bool) -> list[Node]:
        start = Index.of(LOW) if d.size(e.inputs[0].type.shape[axis]) == d.rows else ZERO
        top, first = _folded(d, e, "top", (axis,), fold, lambda x, at: x)

        def place(x: Term, at: Position) -> Term:
            known = Compute("eq", (x, Read(top, _low(at, (axis,)))))
            wanted = Compute("logical_or", (known, Compute("isnan", (x,))))
            return _if(wanted, Whole(at[axis] - start), Number(float("inf")))

        lowest, second = _folded(d, e, "place", (axis,), "minimum", place)
        return [first, second, _finished(d, e, (axis,), keepdims, lambda at: Read(lowest, at))]

    return rule


def prod_others(d: Definitions, e: Equation, axes: Axes) -> list[Node]:
    """The product over the entry itself; where there are zeros, only a lone one has a product beside it."""
    zeros, first = _folded(d, e, "zeros", axes, "add", lambda x, at: _if(_is(x, 0), Number(1), Number(0)))
    product, second = _folded(d, e, "product", axes, "mul", lambda x, at: _if(_is(x, 0), Number(1), x))
    loops, at = d.span(e.output.type.shape)
    x, number, whole = d.read(e.inputs[0], at), Read(zeros, _low(at, axes)), Read(product, _low(at, axes))
    lone = _if(_is(number, 1), whole, Number(0))
    rest = _if(_is(number, 0), Compute("div", (whole, x)), Number(0))
    return [first, second, d.node(e.output.name, loops, at, _if(_is(x, 0), lone, rest))]


def log_softmax(d: Definitions, e: Equation, axis: int) -> list[Node]:
    top, first = _folded(d, e, "max", (axis,), "maximum", lambda x, at: x)

    def raised(x: Term, at: Position) -> Term:
        return Compute("exp", (Compute("sub", (x, Read(top, _low(at, (axis,))))),))

    total, second = _folded(d, e, "sum", (axis,), "add", raised)
    loops, at = d.span(e.output.type.shape)
    low = _low(at, (axis,))
    logarithm = Compute("add", (Read(top, low), Compute("log", (Read(total, low),))))
    return [
        first,
        second,
        d.node(e.output.name, loops, at, Compute("sub", (d.read(e.inputs[0], at), logarithm))),
    ]


RULES.update(
    prod=prod,
    min=least,
    var=var,
    std=std,
    norm=norm,
    all=every,
    any=some,
    argmax=_place("maximum"),
    argmin=_place("minimum"),
    prod_others=prod_others,
    log_softmax=log_softmax,
)
