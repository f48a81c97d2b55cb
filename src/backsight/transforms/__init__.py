"""Program → Program."""

from backsight.transforms.batch import batch
from backsight.transforms.forward import pushforward
from backsight.transforms.reverse import Gradient, gradient, pullback
from backsight.transforms.simplify import simplify

__all__ = ["Gradient", "batch", "gradient", "pullback", "pushforward", "simplify"]
