"""Every operation backsight knows, one record each. Importing this package fills the registry."""

from backsight.ops import (
    activations,
    arithmetic,
    choices,
    comparison,
    elementwise,
    linalg,
    reduction,
    rounding,
    shaping,
    special,
    trigonometry,
)
from backsight.ops.value import Value, apply

__all__ = [
    "Value",
    "activations",
    "apply",
    "arithmetic",
    "choices",
    "comparison",
    "elementwise",
    "linalg",
    "reduction",
    "rounding",
    "shaping",
    "special",
    "trigonometry",
]
