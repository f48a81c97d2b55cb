"""Loop forms of moves that windows, diagonals and triangles need; see `nodes`."""

from __future__ import annotations

from typing import Any

from backsight.errors import EmitError
from backsight.ir.program import Equation, Shape
from backsight.lower.index import ZERO, Index
from backsight.lower.loops import LOW, Number, Whole
from backsight.lower.nodes import RULES, Compute, Definitions, Node, Position

Numbers = tuple[int, ...]


def _not_the_rows(d: Definitions, e: Equation, shape: Shape, axes: Numbers) -> None:
    if d.rows is not None and any(d.size(shape[a]) == d.rows for a in axes):
        raise EmitError(
            f"{e.op} along the examples has no loop form on a window of them",
            origin=e.origin,
            remedy="emit without rows",
        )


def _seen(at: Position, rank: int, axes: Numbers, strides: Numbers, dilations: Numbers) -> Position:
    """Where an element of a window lies in the array it looks at."""
    place = list(at[:rank])
    for number, axis in enumerate(axes):
        stride, dilation = Index.of(strides[number]), Index.of(dilations[number])
        place[axis] = place[axis] * stride + at[rank + number] * dilation
    return tuple(place)


def window(
    d: Definitions, e: Equation, axes: Numbers, strides: Numbers, dilations: Numbers, **_: Any
) -> list[Node]:
    _not_the_rows(d, e, e.inputs[0].type.shape, axes)
    rank = e.inputs[0].type.rank
    return d.view(e, lambda at: _seen(at, rank, axes, strides, dilations))


def unwindow(
    d: Definitions, e: Equation, axes: Numbers, strides: Numbers, dilations: Numbers, **_: Any
) -> list[Node]:
    shape = e.output.type.shape
    _not_the_rows(d, e, shape, axes)
    loops, at = d.span(shape)
    clear = d.node(e.output.name, loops, at, Number(0.0), whole=False)
    loops, at = d.span(e.inputs[0].type.shape)
    place = _seen(at, len(shape), axes, strides, dilations)
    return [clear, d.node(e.output.name, loops, place, d.read(e.inputs[0], at), whole=False, adds=True)]


def _on_diagonal(at: Position, offset: int) -> Position:
    row, column = max(0, -offset), max(0, offset)
    return (*at[:-1], at[-1] + Index.of(row), at[-1] + Index.of(column))


def diagonal(d: Definitions, e: Equation, offset: int) -> list[Node]:
    return d.view(e, lambda at: _on_diagonal(at, offset))


def undiagonal(d: Definitions, e: Equation, offset: int, shape: Shape) -> list[Node]:
    loops, at = d.span(e.output.type.shape)
    clear = d.node(e.output.name, loops, at, Number(0.0), whole=False)
    loops, at = d.span(e.inputs[0].type.shape)
    return [
        clear,
        d.node(e.output.name, loops, _on_diagonal(at, offset), d.read(e.inputs[0], at), whole=False),
    ]


def _triangle(keeps: str) -> Any:
    def rule(d: Definitions, e: Equation, k: int) -> list[Node]:
        shape = e.output.type.shape
        _not_the_rows(d, e, shape, (len(shape) - 2, len(shape) - 1))
        loops, at = d.span(shape)
        kept = Compute(keeps, (Whole(at[-1] - at[-2]), Number(k)))
        term = Compute("where", (kept, d.read(e.inputs[0], at), Number(0.0)))
        return [d.node(e.output.name, loops, at, term)]

    return rule


def arange(d: Definitions, e: Equation, dim: int | str) -> list[Node]:
    loops, at = d.span((dim,))
    place = at[0] - (Index.of(LOW) if d.rows is not None and d.size(dim) == d.rows else ZERO)
    return [d.node(e.output.name, loops, at, Whole(place))]


RULES.update(
    window=window,
    unwindow=unwindow,
    diagonal=diagonal,
    undiagonal=undiagonal,
    tril=_triangle("le"),
    triu=_triangle("ge"),
    arange=arange,
)
