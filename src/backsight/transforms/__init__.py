"""Program → Program."""

from backsight.transforms import custom
from backsight.transforms.batch import batch
from backsight.transforms.forward import pushforward
from backsight.transforms.jacobian import Mode, jacobian
from backsight.transforms.reverse import Gradient, gradient, pullback
from backsight.transforms.scalarize import entries, scalarize
from backsight.transforms.simplify import simplify
from backsight.transforms.split import split

__all__ = [
    "Gradient",
    "Mode",
    "batch",
    "custom",
    "entries",
    "gradient",
    "jacobian",
    "pullback",
    "pushforward",
    "scalarize",
    "simplify",
    "split",
]
