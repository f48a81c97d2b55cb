"""Whatever holds numbers (floats, nested lists, NumPy arrays) as plain arrays, compared with one another."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from importlib import import_module
from math import prod
from typing import Any

from backsight.errors import BacksightError
from backsight.ir.evaluate import Array, to_array

TOLERANCE = 1e-6
"""Largest difference, relative to the largest entry, of numbers that count as equal."""


def numeric(value: Any) -> Array | None:
    """The numbers of a value, or None if it holds anything else."""
    if isinstance(value, bool | int | float):
        return Array((), [value])
    if isinstance(value, Array):  # also backsight.numpy's, which has no truth value
        return Array(value.shape, value.data, value.dtype)
    if hasattr(type(value), "ravel") and hasattr(value, "dtype"):
        return Array(tuple(value.shape), value.ravel().tolist()) if value.dtype.kind in "fiub" else None
    if not isinstance(value, list | tuple) or not value or _holds_itself(value, ()):
        return None
    try:
        array = to_array(value)
    except (BacksightError, TypeError, IndexError):
        return None
    return array if all(isinstance(x, int | float) for x in array.data) else None


def _holds_itself(value: list[Any] | tuple[Any, ...], above: tuple[int, ...]) -> bool:
    """Whether a list contains itself, at whatever depth: there is no end to its numbers."""
    inside = (*above, id(value))
    return any(id(v) in inside or _holds_itself(v, inside) for v in value if isinstance(v, list | tuple))


def size(array: Array) -> int:
    return len(array.data)


def largest(data: Sequence[float]) -> float:
    return max((abs(x) for x in data if math.isfinite(x)), default=0.0)


def same(a: Array, b: Array, tolerance: float = TOLERANCE) -> bool:
    """Equal shapes and, but for rounding, equal numbers; NaN equals nothing."""
    return a.shape == b.shape and same_data(a.data, b.data, tolerance)


def same_data(a: Sequence[float], b: Sequence[float], tolerance: float = TOLERANCE) -> bool:
    allowed = tolerance * max(largest(a), largest(b)) + 1e-14
    return all(x == y or abs(x - y) <= allowed for x, y in zip(a, b, strict=True))


def difference(a: Array, b: Array) -> float:
    """The largest difference relative to the largest entry of `b`; infinite for other shapes and for NaN."""
    if a.shape != b.shape:
        return math.inf
    gaps = [abs(x - y) if x != y else 0.0 for x, y in zip(a.data, b.data, strict=True)]
    if any(math.isnan(g) for g in gaps):
        return math.inf
    return max(gaps, default=0.0) / (largest(b.data) or 1.0)


def ratio(a: Array, b: Array) -> float | None:
    """The number c with a = c · b, if there is one (neither 0 nor 1)."""
    if a.shape != b.shape or not b.data:
        return None
    pivot = max(range(len(b.data)), key=lambda i: abs(b.data[i]) if math.isfinite(b.data[i]) else 0.0)
    if not b.data[pivot] or not a.data[pivot] or not math.isfinite(a.data[pivot]):
        return None
    c = a.data[pivot] / b.data[pivot]
    scaled = [c * x for x in b.data]
    return c if abs(c - 1) > TOLERANCE and same_data(a.data, scaled) else None


def transposed(array: Array) -> Array:
    rows, columns = array.shape
    return Array((columns, rows), [array.data[r * columns + c] for c in range(columns) for r in range(rows)])


def summed(array: Array, axis: int) -> Array:
    """The sum over one axis."""
    before, length, after = prod(array.shape[:axis]), array.shape[axis], prod(array.shape[axis + 1 :])
    data = [
        sum(array.data[(i * length + j) * after + k] for j in range(length))
        for i in range(before)
        for k in range(after)
    ]
    return Array(array.shape[:axis] + array.shape[axis + 1 :], data)


def squeezed(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(s for s in shape if s != 1)


def like(original: Any, shape: tuple[int, ...], data: list[Any]) -> Any:
    """Numbers in the kind of container that `original` is; a lone number gives way to an array."""
    if isinstance(original, Array):
        return type(original)(shape, data)
    alone = isinstance(original, int | float) and shape and "numpy" in sys.modules
    if hasattr(original, "ravel") or alone:
        numpy = import_module("numpy")
        return numpy.array(data, dtype=float).reshape(shape)[()]
    nested = Array(shape, data).tolist()
    return tuple(nested) if isinstance(original, tuple) else nested
