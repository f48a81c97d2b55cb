"""The functions behind "Can you write it, and trust it?": one hidden sigmoid, small enough to write by hand.

x goes in, w and b are a weight and a bias, z the sum, a its sigmoid, v the next weight, y the answer,
t the target.
"""

from backsight import numpy as np


def net(x, w, b, v, t):
    """Forward, one name per line."""
    z = w * x + b
    a = 1 / (1 + np.exp(-z))
    y = v * a
    cost = (y - t) ** 2 / 2
    return cost


def nudge(x, w, b, v, t, h):
    """What the cost really does when w is nudged by h, per unit of w."""
    before = (v / (1 + np.exp(-(w * x + b))) - t) ** 2 / 2
    after = (v / (1 + np.exp(-((w + h) * x + b))) - t) ** 2 / 2
    rate = (after - before) / h
    return rate


def careless(x, w, b, v, t):
    """A backward pass that forgets the slope of the sigmoid: what it takes for the slope of the cost by w."""
    a = 1 / (1 + np.exp(-(w * x + b)))
    y = v * a
    missed = y - t
    packet = missed * v
    said = packet * x
    return said


def trained(x, w, b, v, t, rate, slips):
    """The cost after twenty steps down; with slips = 1 the slope of the sigmoid is forgotten in each."""
    for _ in range(20):
        a = 1 / (1 + np.exp(-(w * x + b)))
        dy = v * a - t
        dz = dy * v * (slips + (1 - slips) * a * (1 - a))
        w = w - rate * dz * x
        b = b - rate * dz
        v = v - rate * dy * a
    cost = (v / (1 + np.exp(-(w * x + b))) - t) ** 2 / 2
    return cost


def both(a, b):
    """Two uses, added."""
    total = a + b
    return total


def through(da, a):
    """A packet that goes back through a sigmoid whose output is a."""
    dz = da * a * (1 - a)
    return dz


def estimate(slope, h):
    """What a slope promises for a nudge h."""
    change = slope * h
    return change


_EXAMPLE = {"x": 1.5, "w": 0.8, "b": -0.5, "v": 2.0, "t": 1.0}
# Name: the function, an example to trace it with, and what its gradient is taken by.
FIGURES = {
    "net": (net, _EXAMPLE, ["w", "b", "v"]),
    "nudge": (nudge, {**_EXAMPLE, "h": 0.001}, ["h"]),
    "careless": (careless, _EXAMPLE, ["w"]),
    "trained": (trained, {**_EXAMPLE, "rate": 0.1, "slips": 0.0}, ["rate"]),
    "both": (both, {"a": 2.5, "b": -1.0}, ["a"]),
    "through": (through, {"da": 0.5, "a": 0.8}, ["da"]),
    "estimate": (estimate, {"slope": 2.0, "h": 0.1}, ["h"]),
}
