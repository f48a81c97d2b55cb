"""How numbers are shown: a few digits, small arrays whole, larger ones by shape, range and length."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from backsight.ir.evaluate import Array

DIGITS = 4
"""Numbers are shown with so many significant digits."""
WHOLE = 4
"""Arrays of at most so many rows and columns are shown whole."""


def number(value: float | int | bool, digits: int = DIGITS) -> str:
    """A number with a few significant digits; a whole number as one."""
    if isinstance(value, bool):
        return str(value)
    if math.isnan(value) or math.isinf(value):
        return str(float(value))
    if value == int(value) and abs(value) < 10**6:
        return str(int(value))
    if 1e-4 <= abs(value) < 10**6:
        # Significant digits, but never fewer than show the whole part.
        return f"{value:.{max(digits, len(str(int(abs(value)))))}g}"
    return f"{value:.{digits - 1}e}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as it is shown.

    Attributes:
        text: in a line of text.
        shape: of the value; () for one number.
        entries: the number itself, or nested lists in full precision; None for an array larger than 4 × 4.
        least, greatest, norm: over all entries (NaN where one is); None for a single number or no numbers.
    """

    text: str
    shape: tuple[int, ...]
    entries: Any
    least: float | None = None
    greatest: float | None = None
    norm: float | None = None


def shown(array: Array) -> Shown:
    """What is shown of an array."""
    if not array.shape:
        return Shown(number(array.data[0]), (), array.data[0])
    sizes = " × ".join(map(str, array.shape)) if len(array.shape) > 1 else f"{array.shape[0]} numbers"
    if not array.data:
        return Shown(f"{sizes}, none at all", array.shape, array.tolist())
    least, greatest, norm = _extent([float(x) for x in array.data])
    if len(array.shape) <= 2 and max(array.shape) <= WHOLE:
        return Shown(_whole(array.tolist()), array.shape, array.tolist(), least, greatest, norm)
    if array.dtype == "bool":
        text = f"{sizes}, true for {sum(map(bool, array.data))} of {len(array.data)}"
    else:
        text = f"{sizes}, {number(least)} to {number(greatest)}, norm {number(norm)}"
    return Shown(text, array.shape, None, least, greatest, norm)


def _extent(entries: list[float]) -> tuple[float, float, float]:
    if any(map(math.isnan, entries)):
        return math.nan, math.nan, math.nan
    largest = max(map(abs, entries))
    if largest == 0 or math.isinf(largest):
        return min(entries), max(entries), largest
    # Divided by the largest first: squares of large numbers overflow.
    return min(entries), max(entries), largest * math.sqrt(sum((x / largest) ** 2 for x in entries))


def _whole(nested: Any) -> str:
    if not isinstance(nested, list):
        return number(nested)
    return f"[{', '.join(map(_whole, nested))}]"
