"""Program → Program."""

from backsight.transforms.reverse import Gradient, gradient
from backsight.transforms.simplify import simplify

__all__ = ["Gradient", "gradient", "simplify"]
