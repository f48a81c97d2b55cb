"""Every operation backsight knows, one record each. Importing this package fills the registry."""

from backsight.ops import arithmetic, comparison, elementwise, linalg, reduction, shaping
from backsight.ops.value import Value, apply

__all__ = ["Value", "apply", "arithmetic", "comparison", "elementwise", "linalg", "reduction", "shaping"]
