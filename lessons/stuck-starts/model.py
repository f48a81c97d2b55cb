"""The functions behind "Why is this start stuck?": one ReLU unit, a bowl of fruit, and counts of starts.

A fruit has two features as they come, unscaled: x1 (how sour) and x2 (how yellow), each from 0 to 10, and a
label t: 1 for a lemon, 0 for a plum. The field of starts itself is trained by the nets' own kernels.
"""

from backsight import numpy as np


def unit(x1, x2, w1, w2, b, t):
    """One fruit through one ReLU unit, to its cost."""
    z = x1 * w1 + x2 * w2 + b
    a = np.relu(z)
    cost = (a - t) ** 2 / 2
    return cost


def relu(z):
    """The activation alone."""
    a = np.relu(z)
    return a


def bowl(x1, x2, w1, w2, b, t):
    """The mean cost over a bowl of fruit."""
    z = x1 * w1 + x2 * w2 + b
    a = np.relu(z)
    costs = (a - t) ** 2 / 2
    cost = np.mean(costs)
    return cost


def awake(x1, x2, w1, w2, b):
    """On how many fruit the unit's sum is above zero."""
    z = x1 * w1 + x2 * w2 + b
    count = np.sum(np.where(z > 0, 1.0, 0.0))
    return count


def plane(x1, x2, w1, w2, b):
    """The unit's activation all over the plane; its sum is of no use."""
    z = x1 * w1 + x2 * w2 + b
    a = np.relu(z)
    total = np.sum(a)
    return total


def update(w, slope, rate):
    """One step downhill."""
    step = rate * slope
    new = w - step
    return new


def tally(learned, slow, evidence, proved, overflow):
    """How many starts did not learn, and their share."""
    stuck = slow + evidence + proved + overflow
    share = stuck / np.maximum(stuck + learned, 1.0)
    return share


def part(some, whole):
    """The share of a part in the whole; nothing of nothing is nothing."""
    share = some / np.maximum(whole, 1.0)
    return share


def squash(z):
    """The sigmoid, for a warm-up from lesson 8."""
    a = 1 / (1 + np.exp(-z))
    return a


def packet(arriving, slope):
    """A packet behind one step: what arrives, times the step's slope (lesson 8)."""
    passed = arriving * slope
    return passed


_FRUIT1 = np.array([7.5, 8.5, 6.5, 9.0, 7.0, 8.0, 2.0, 1.5, 3.0, 3.5, 2.5, 4.5])
_FRUIT2 = np.array([8.0, 6.5, 7.0, 8.5, 9.0, 5.5, 2.5, 4.0, 1.5, 3.5, 1.0, 2.0])
_LEMON = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
_UNIT = {"w1": 0.1, "w2": 0.05, "b": -0.2}
_BOWL = {"x1": _FRUIT1, "x2": _FRUIT2}
# 96 cells along each side.
_CELLS = np.array([0.5] * 96**2)

# Name: the function, an example to trace it with, and what its gradient is taken by.
FIGURES = {
    "unit": (unit, {"x1": 7.5, "x2": 8.0, **_UNIT, "t": 1.0}, ["w1", "w2", "b"]),
    "relu": (relu, {"z": 0.95}, ["z"]),
    "bowl": (bowl, {**_BOWL, **_UNIT, "t": _LEMON}, ["w1", "w2", "b"]),
    "awake": (awake, {**_BOWL, **_UNIT}, []),
    "plane": (plane, {"x1": _CELLS, "x2": _CELLS, **_UNIT}, []),
    "update": (update, {"w": 0.1, "slope": -0.5, "rate": 0.005}, ["rate"]),
    "tally": (
        tally,
        {"learned": 300.0, "slow": 36.0, "evidence": 64.0, "proved": 0.0, "overflow": 0.0},
        ["slow"],
    ),
    "part": (part, {"some": 20.0, "whole": 100.0}, ["some"]),
    "squash": (squash, {"z": 0.0}, ["z"]),
    "packet": (packet, {"arriving": -0.6, "slope": 0.25}, ["arriving", "slope"]),
}
