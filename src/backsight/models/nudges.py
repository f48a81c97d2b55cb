"""What a slope is before the nudge shrinks to nothing: the lowest rung under a net's gradient."""

from __future__ import annotations

from typing import Any

from backsight import numpy as np


def nudged(w: Any, h: Any) -> Any:
    """One weight, moved by `h`."""
    moved = w + h
    return moved


def quotient(before: Any, after: Any, start: Any, end: Any) -> Any:
    """How far a value moved per unit that another one moved, from `start` to `end`.

    The way is taken as it really was: `w + h` in floating point is seldom `h` away from `w`. NaN where
    nothing moved at all.
    """
    rate = (after - before) / (end - start)
    return rate


def corner(ahead: Any, behind: Any, far_ahead: Any, far_behind: Any, cost: Any) -> Any:
    """1 where the quotients ahead and behind stay apart while the nudge shrinks, else 0.

    Where a slope exists, the gap between them shrinks as the nudge does. What is left then is rounding, which
    is of the size of the cost and grows as the nudge shrinks.

    Args:
        ahead, behind: the quotients for the smallest nudge.
        far_ahead, far_behind: those for one at least a hundred times as large.
        cost: the value whose change was divided.
    """
    gap = np.abs(ahead - behind)
    far = np.abs(far_ahead - far_behind)
    apart = np.where(gap > 0.1 * far, np.where(gap > 1e-8 * (np.abs(cost) + 1e-8), 1.0, 0.0), 0.0)
    return apart
