"""Contractions, reductions and running sums as formulas over cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backsight.emit.sheet_cells import (
    INFINITE,
    Piece,
    Place,
    arguments,
    entry,
    number,
    range_name,
    rectangle,
)
from backsight.ir.evaluate import Array, indices
from backsight.ir.op import ADD, ATOM, COMPARE, MULTIPLY, REGISTRY
from backsight.ir.program import Equation

WRITTEN_OUT = 3
"""Sums of up to so many products are written out; longer ones are SUMPRODUCT if their cells form ranges."""
SHORT = 12
"""Sums of up to so many products are written out where they do not."""


class Terms:
    """A sum of products: what the reference rule of a contraction makes of pieces."""

    def __init__(self, terms: list[tuple[Piece, ...]]) -> None:
        self.terms = terms

    def __rmul__(self, one: float) -> Terms:
        return Terms(list(self.terms))

    def __mul__(self, other: Terms) -> Terms:
        return Terms([a + b for a in self.terms for b in other.terms])

    def __radd__(self, nothing: float) -> Terms:
        return self

    def __iadd__(self, other: Terms) -> Terms:
        self.terms += other.terms
        return self


def contraction(e: Equation, operands: Sequence[Array], shape: tuple[int, ...]) -> list[Piece]:
    """Each entry as a sum of products."""
    reference = REGISTRY["contract"].reference
    assert reference is not None  # every contraction has one
    arrays = [Array(a.shape, [Terms([(x.as_number(),)]) for x in a.data]) for a in operands]
    sums = reference(arrays, shape, {}, **e.options)
    return [_sum_of_products(s.terms) if isinstance(s, Terms) else number(0.0) for s in sums]


def _sum_of_products(terms: Sequence[tuple[Piece, ...]]) -> Piece:
    kept = [t for t in terms if all(p.text != "0" for p in t)]
    if not kept:
        return number(0.0)
    factors = {len(t) for t in kept}
    if factors == {1}:
        return total([t[0] for t in kept])
    if len(kept) > WRITTEN_OUT and factors == {2}:
        together = _sumproduct([(a, b) for a, b in kept], may_turn=len(kept) > SHORT)
        if together is not None:
            return together
    return Piece("+".join(map(_product, kept)), ADD if len(kept) > 1 else MULTIPLY)


def _product(factors: Sequence[Piece]) -> str:
    kept = [f for f in factors if f.text != "1"] or factors[:1]
    if len(kept) == 2 and kept[0] == kept[1]:
        return f"{kept[0].within(ATOM)}^2"
    return "*".join(f.within(MULTIPLY) for f in kept)


def _sumproduct(pairs: Sequence[tuple[Piece, Piece]], may_turn: bool) -> Piece | None:
    """SUMPRODUCT of two ranges of one shape, or the product of a row and a column if that saves much."""
    ordered = sorted(pairs, key=lambda pair: pair[0].place or (0, 0))
    first, second = (rectangle([pair[k].place for pair in ordered]) for k in (0, 1))
    if first is None or second is None:
        return None
    if first == second:
        return Piece(f"SUMSQ({range_name(first)})")
    if _extent(first) == _extent(second):
        return Piece(f"SUMPRODUCT({range_name(first)},{range_name(second)})")
    if not may_turn:
        return None
    row, column = (first, second) if _extent(first)[0] == 1 else (second, first)
    if _extent(row)[0] == 1 and _extent(column)[1] == 1:
        return Piece(f"MMULT({range_name(row)},{range_name(column)})")
    return None


def _extent(corners: tuple[Place, Place]) -> tuple[int, int]:
    (top, left), (bottom, right) = corners
    return bottom - top + 1, right - left + 1


# Reductions -------------------------------------------------------------------------------------------------


def total(cell: Sequence[Piece]) -> Piece:
    """A sum; the sum of nothing is 0."""
    kept = [p.as_number() for p in cell if p.text != "0"]
    if len(kept) < 2:
        return kept[0] if kept else number(0.0)
    text = arguments(kept)
    if ":" in text:
        return Piece(f"SUM({text})")
    return Piece("+".join(p.within(ADD) for p in kept), ADD)


def _mean(cell: Sequence[Piece]) -> Piece:
    if not cell:
        return Piece("0/0", MULTIPLY)
    text = arguments(cell)
    return Piece(f"AVERAGE({text})") if ":" in text or len(cell) == 1 else _over(total(cell), len(cell))


def _over(piece: Piece, count: int) -> Piece:
    return Piece(f"{piece.within(MULTIPLY)}/{count}", MULTIPLY)


def _fold(function: str, nothing: str) -> Callable[[Sequence[Piece]], Piece]:
    def write(cell: Sequence[Piece]) -> Piece:
        return Piece(f"{function}({arguments(cell)})") if cell else Piece(nothing, ADD)

    return write


_largest = _fold("MAX", f"-{INFINITE}")


def _exponentials(cell: Sequence[Piece]) -> str:
    """Σ exp(x - max), which cannot overflow."""
    top, cells = _largest(cell).text, arguments(cell)
    if ":" in cells:
        return f"SUMPRODUCT(EXP({cells}-{top}))"
    return "+".join(f"EXP({p.within(ADD)}-{top})" for p in cell)


def _logsumexp(cell: Sequence[Piece]) -> Piece:
    if len(cell) < 2:
        return cell[0] if cell else Piece(f"-{INFINITE}", ADD)
    return Piece(f"{_largest(cell).text}+LN({_exponentials(cell)})", ADD)


def _product_of(cell: Sequence[Piece]) -> Piece:
    return Piece(f"PRODUCT({arguments(cell)})") if cell else number(1.0)


def _variance(cell: Sequence[Piece], ddof: int) -> Piece:
    squares = f"DEVSQ({arguments(cell)})" if cell else "0"
    return Piece(f"{squares}/{max(len(cell) - ddof, 0)}", MULTIPLY)


def _truth(function: str, nothing: str) -> Callable[[Sequence[Piece]], Piece]:
    def write(cell: Sequence[Piece]) -> Piece:
        return Piece(f"{function}({arguments(cell)})", truth=True) if cell else Piece(nothing)

    return write


def _position(function: str) -> Callable[[Sequence[Piece]], Piece]:
    def write(cell: Sequence[Piece]) -> Piece:
        best = f"{function}({arguments(cell)})"
        corners = rectangle([p.place for p in cell])
        if corners and 1 in _extent(corners):
            return Piece(f"MATCH({best},{range_name(corners)},0)-1", ADD)
        text = number(len(cell) - 1).text
        for place in range(len(cell) - 2, -1, -1):
            text = f"IF({cell[place].within(COMPARE + 1)}={best},{place},{text})"
        return Piece(text)

    return write


FOLDS: Mapping[str, Callable[..., Piece]] = {
    "sum": total,
    "mean": _mean,
    "max": _largest,
    "min": _fold("MIN", INFINITE),
    "prod": _product_of,
    "logsumexp": _logsumexp,
    "var": _variance,
    "std": lambda cell, ddof: Piece(f"SQRT({_variance(cell, ddof).text})"),
    "norm": lambda cell: Piece(f"SQRT(SUMSQ({arguments(cell)}))") if cell else number(0.0),
    "all": _truth("AND", "1"),
    "any": _truth("OR", "0"),
    "argmax": _position("MAX"),
    "argmin": _position("MIN"),
}
"""One piece from the entries that are folded into it."""


def _softmax(place: int, cell: Sequence[Piece]) -> Piece:
    share = f"EXP({cell[place].within(ADD)}-{_largest(cell).text})"
    return Piece(f"{share}/{_in_parentheses(_exponentials(cell))}", MULTIPLY)


def _in_parentheses(text: str) -> str:
    return text if text.startswith("SUMPRODUCT") else f"({text})"


def _log_softmax(place: int, cell: Sequence[Piece]) -> Piece:
    return Piece(f"{cell[place].within(ADD)}-{_logsumexp(cell).within(MULTIPLY)}", ADD)


def _others(place: int, cell: Sequence[Piece]) -> Piece:
    rest = [p for i, p in enumerate(cell) if i != place]
    return Piece("*".join(p.within(MULTIPLY) for p in rest), MULTIPLY) if rest else number(1.0)


SPREAD: Mapping[str, Callable[[int, Sequence[Piece]], Piece]] = {
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "prod_others": _others,
}
"""One piece for each entry, from all entries along its axes."""


def reduction(e: Equation, x: Array) -> list[Piece]:
    """The folds of an array's cells, or each entry among those along its axes."""
    options = {k: v for k, v in e.options.items() if k not in ("axes", "axis", "keepdims")}
    axes = e.options["axes"] if "axes" in e.options else (e.options["axis"],)
    cells = _cells(x, axes)
    if e.op in FOLDS:
        return [FOLDS[e.op]([x.data[k] for k in cell], **options) for cell in cells]
    result: list[Piece] = [number(0.0)] * len(x.data)
    for cell in cells:
        line = [x.data[k] for k in cell]
        for place, k in enumerate(cell):
            result[k] = SPREAD[e.op](place, line)
    return result


def _cells(x: Array, axes: Sequence[int]) -> list[list[int]]:
    """The places in the flat data that are folded together, for each place on the other axes."""
    kept = [i for i in range(len(x.shape)) if i not in axes]
    cells: dict[tuple[int, ...], list[int]] = {i: [] for i in indices(tuple(x.shape[k] for k in kept))}
    for place, index in enumerate(indices(x.shape)):
        cells[tuple(index[k] for k in kept)].append(place)
    return list(cells.values())


# Running sums -----------------------------------------------------------------------------------------------


def _added(before: Piece, x: Piece) -> Piece:
    return before + x


def _multiplied(before: Piece, x: Piece) -> Piece:
    return Piece(f"{before.text}*{x.within(MULTIPLY)}", MULTIPLY)


def _recurred(before: Piece, a: Piece, b: Piece) -> Piece:
    return Piece(f"{a.within(MULTIPLY)}*{before.text}+{b.within(ADD)}", ADD)


RUNNING: Mapping[str, Callable[..., Piece]] = {
    "cumsum": _added,
    "cumprod": _multiplied,
    "recurrence": _recurred,
}
"""The next entry from the one before it and the operands' entries."""


def running(e: Equation, operands: Sequence[Array], own: Array) -> list[Piece]:
    """Each entry from the one before it, which is a cell of its own block."""
    result: list[Any] = [None] * len(own.data)
    for line in _cells(own, (e.options["axis"],)):
        for position, k in enumerate(line):
            xs = [entry(a.data[k]).as_number() for a in operands]
            result[k] = RUNNING[e.op](own.data[line[position - 1]], *xs) if position else xs[-1]
    return result
