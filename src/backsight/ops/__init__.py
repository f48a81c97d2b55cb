"""Every operation backsight knows, one record each. Importing this package fills the registry."""

from backsight.ops import (
    activations,
    arithmetic,
    choices,
    comparison,
    decompositions,
    elementwise,
    gathering,
    linalg,
    reduction,
    rounding,
    running,
    shaping,
    special,
    trigonometry,
    windows,
)
from backsight.ops.value import Value, apply

__all__ = [
    "Value",
    "activations",
    "apply",
    "arithmetic",
    "choices",
    "comparison",
    "decompositions",
    "elementwise",
    "gathering",
    "linalg",
    "reduction",
    "rounding",
    "running",
    "shaping",
    "special",
    "trigonometry",
    "windows",
]
