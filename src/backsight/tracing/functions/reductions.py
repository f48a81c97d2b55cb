"""Folding axes, by NumPy's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backsight.ops.shapes import normal_axes
from backsight.ops.value import apply
from backsight.tracing.functions.common import Table, rank


def _reduction(op: str) -> Callable[..., Any]:
    def run(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return apply(op, x, axes=normal_axes(axis, rank(x)), keepdims=bool(keepdims))

    return run


def softmax(x: Any, axis: int = -1) -> Any:
    return apply("softmax", x, axis=normal_axes(axis, rank(x))[0])


TABLE: Table = {
    "sum": _reduction("sum"),
    "mean": _reduction("mean"),
    "average": _reduction("mean"),
    "max": _reduction("max"),
    "amax": _reduction("max"),
    "logsumexp": _reduction("logsumexp"),
    "softmax": softmax,
}

# `np.add.reduce` and friends.
REDUCTIONS: Table = {
    "add": _reduction("sum"),
    "maximum": _reduction("max"),
    "logaddexp": _reduction("logsumexp"),
}
