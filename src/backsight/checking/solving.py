"""The value at one place that makes every gradient right, if there is one, found by Gauss and Newton.

It needs no name: the numbers of `second` that mend `dx = f(first, second)` are worked out from `dx`. That
they exist is evidence only where the gradients ask for more numbers than there are to choose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from backsight.checking.numbers import like, numeric
from backsight.checking.watching import Place
from backsight.ir.evaluate import Array

MOST_UNKNOWNS = 24
_STEPS = 6

Residuals = Callable[[list[list[float]]], "list[float] | None"]


def solved(place: Place, residuals: Residuals) -> tuple[Array, ...] | None:
    """The arrays, one for each run of a place, that make all residuals 0; None if there are none such.

    Args:
        residuals: of the gradients, with the numbers of each run replaced; None if they cannot be compared.
    """
    sizes = [len(a.data) for a in place.arrays]
    count = sum(sizes)
    x = [float(v) for a in place.arrays for v in a.data]

    def at(values: Sequence[float]) -> list[float] | None:
        rest = iter(values)
        return residuals([[next(rest) for _ in range(n)] for n in sizes])

    r = at(x)
    if r is None or not 0 < count <= MOST_UNKNOWNS:
        return None
    for _ in range(_STEPS):
        rows = _columns(at, x, r)
        asked = sum(any(row[i] for row in rows) for i in range(len(r)))
        if asked <= count:
            return None
        x = [a - b for a, b in zip(x, _least_squares(rows, r), strict=True)]
        before, r = _length(r), at(x)
        if r is None or not _length(r) < 0.9 * before:
            return None
        if _length(r) < 1e-9 * max(1.0, _length(x)):
            break
    rest = iter(x)
    return tuple(Array(a.shape, [next(rest) for _ in a.data]) for a in place.arrays)


def _length(values: Sequence[float]) -> float:
    return max(map(abs, values), default=0.0)


def _columns(
    at: Callable[[Sequence[float]], list[float] | None], x: list[float], r: list[float]
) -> list[list[float]]:
    """How every residual moves with each number; nothing where that cannot be measured."""
    found = []
    for i, value in enumerate(x):
        width = 1e-6 * max(1.0, abs(value))
        sides = [at([*x[:i], value + w, *x[i + 1 :]]) for w in (width, -width)]
        if any(s is None or len(s) != len(r) for s in sides):
            return []
        up, down = sides
        found.append([(a - b) / (2 * width) for a, b in zip(up or [], down or [], strict=True)])
    return found


def _least_squares(rows: list[list[float]], r: list[float]) -> list[float]:
    """The step that removes most of the residuals: the normal equations, numbers without effect left at 0."""
    n = len(rows)
    table = [
        [*(sum(a * b for a, b in zip(rows[i], rows[j], strict=True)) for j in range(n)),
         sum(a * b for a, b in zip(rows[i], r, strict=True))]
        for i in range(n)
    ]  # fmt: skip
    floor = 1e-11 * max((abs(table[i][i]) for i in range(n)), default=0.0)
    used: list[tuple[int, int]] = []
    free = set(range(n))
    for column in range(n):
        pivot = max(free, key=lambda i: abs(table[i][column]), default=None)
        if pivot is None or abs(table[pivot][column]) <= floor:
            continue
        free.discard(pivot)
        used.append((pivot, column))
        for i in range(n):
            if i != pivot and table[i][column]:
                factor = table[i][column] / table[pivot][column]
                table[i] = [a - factor * b for a, b in zip(table[i], table[pivot], strict=True)]
    step = [0.0] * n
    for pivot, column in used:
        step[column] = table[pivot][n] / table[pivot][column]
    return step


def put(arrays: Sequence[list[float]]) -> Callable[[Any, int], Any]:
    """A change that gives each run its own numbers, in the container it had."""

    def change(value: Any, count: int) -> Any:
        shape = (numeric(value) or Array((), [])).shape
        return like(value, shape, list(arrays[min(count, len(arrays) - 1)]))

    return change
