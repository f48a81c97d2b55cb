"""The functions behind "One neuron to its gradient": is this fruit a lemon?

A fruit has two features, x1 (how sour, 0 to 1) and x2 (its colour, -1 yellow to 1 purple), and a label
t: 1 for a lemon, 0 for a plum.
"""

from backsight import numpy as np


def neuron(x1, x2, w1, w2, b, t):
    """One fruit, forward to its cost."""
    z = x1 * w1 + x2 * w2 + b
    a = 1 / (1 + np.exp(-z))
    cost = (a - t) ** 2 / 2
    return cost


def squash(z):
    """The activation alone."""
    a = 1 / (1 + np.exp(-z))
    return a


def gap(a, t):
    """How far the answer is from the label: the error that people speak of."""
    error = a - t
    return error


def bowl(x1, x2, w1, w2, b, t):
    """The mean cost over a whole bowl of fruit."""
    z = x1 * w1 + x2 * w2 + b
    a = 1 / (1 + np.exp(-z))
    costs = (a - t) ** 2 / 2
    cost = np.mean(costs)
    return cost


def surface(x1, x2, w1, w2, b):
    """The answer `a` all over the paper."""
    z = x1 * w1 + x2 * w2 + b
    a = 1 / (1 + np.exp(-z))
    share = np.mean(a)
    return share


def hits(x1, x2, w1, w2, b, t):
    """How many fruit are on their own side of the line."""
    z = x1 * w1 + x2 * w2 + b
    side = z * (2 * t - 1)
    count = np.sum(np.where(side > 0, 1.0, 0.0))
    return count


def nudge_bias(x1, x2, w1, w2, b, t, h):
    """What the cost really does when the bias is moved by h: what z feels."""
    moved = b + h
    a1 = 1 / (1 + np.exp(-(x1 * w1 + x2 * w2 + b)))
    a2 = 1 / (1 + np.exp(-(x1 * w1 + x2 * w2 + moved)))
    before = (a1 - t) ** 2 / 2
    after = (a2 - t) ** 2 / 2
    change = after - before
    rate = change / h
    return rate


def nudge_weight(x1, x2, w1, w2, b, t, h):
    """What the cost really does when w1 is moved by h."""
    moved = w1 + h
    a1 = 1 / (1 + np.exp(-(x1 * w1 + x2 * w2 + b)))
    a2 = 1 / (1 + np.exp(-(x1 * moved + x2 * w2 + b)))
    before = (a1 - t) ** 2 / 2
    after = (a2 - t) ** 2 / 2
    change = after - before
    rate = change / h
    return rate


def update(w, slope, rate):
    """One step downhill."""
    step = rate * slope
    new = w - step
    return new


def way(slope):
    """Which way: 1 up, -1 down, 0 neither."""
    sign = np.sign(slope)
    return sign


def chain(p, q):
    """Two slopes, one after the other (lesson 2)."""
    slope = p * q
    return slope


def line(x):
    """The inner part of a warm-up from lesson 2."""
    u = 3 * x - 1
    return u


def square_of_line(x):
    """The warm-up from lesson 2: a line, then a square."""
    u = 3 * x - 1
    y = u**2
    return y


_FRUIT = {"x1": 0.8, "x2": -0.6, "w1": 1.0, "w2": 0.5, "b": -0.5}
_BOWL = {
    "x1": np.array([0.8, 0.9, 0.6, 0.7, 0.2, 0.35, 0.1, 0.5]),
    "x2": np.array([-0.6, -0.7, -0.2, -0.95, 0.7, 0.9, 0.35, 0.5]),
    "t": np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
}
CELLS = 28  # as many as the drawing of the bowl has, each way
_PAPER = {**_FRUIT, "x1": np.array([0.8] * CELLS**2), "x2": np.array([-0.6] * CELLS**2)}

# Name: the function, an example to trace it with, and what its gradient is taken by.
FIGURES = {
    "neuron": (neuron, {**_FRUIT, "t": 1.0}, ["x1", "x2", "w1", "w2", "b"]),
    "squash": (squash, {"z": 0.0}, ["z"]),
    "gap": (gap, {"a": 0.5, "t": 1.0}, ["a"]),
    "bowl": (bowl, {**_FRUIT, **_BOWL}, ["w1", "w2", "b"]),
    "surface": (surface, _PAPER, []),
    "hits": (hits, {**_FRUIT, **_BOWL}, []),
    "nudge_bias": (nudge_bias, {**_FRUIT, "t": 1.0, "h": 0.01}, ["b"]),
    "nudge_weight": (nudge_weight, {**_FRUIT, "t": 1.0, "h": 0.01}, ["w1"]),
    "update": (update, {"w": 1.0, "slope": -0.1, "rate": 1.0}, ["rate"]),
    "way": (way, {"slope": -0.1}, []),
    "chain": (chain, {"p": 3.0, "q": 1.5}, ["p", "q"]),
    "line": (line, {"x": 1.0}, ["x"]),
    "square_of_line": (square_of_line, {"x": 1.0}, ["x"]),
}
