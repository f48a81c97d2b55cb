"""The functions behind "Who is to blame in this fruit net?": two features, two hidden neurons, two outputs.

A fruit has two features, x1 (how sour, 0 to 1) and x2 (its colour: -1 green, 0 yellow, 1 purple), and a
label t: 1 for a lemon, 0 for a plum. The targets of the two outputs are t and 1 - t. `w1_12` is a weight of
layer 1, to its neuron 1, from input 2. `kind` is the hidden layer's activation: 0 sigmoid, 1 ReLU, 2 none.
"""

import backsight
from backsight import numpy as np


def sigmoid(z):
    """Any number, squashed between 0 and 1."""
    return 1 / (1 + np.exp(-z))


def bend(z, kind):
    """What a hidden neuron makes of its sum."""
    return np.where(kind > 1.5, z, np.where(kind > 0.5, np.maximum(z, 0.0), sigmoid(z)))


def net(x1, x2, t, kind, w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2):
    """One fruit, forward to its cost."""
    z1_1 = w1_11 * x1 + w1_12 * x2 + b1_1
    z1_2 = w1_21 * x1 + w1_22 * x2 + b1_2
    a1_1 = bend(z1_1, kind)
    a1_2 = bend(z1_2, kind)
    z2_1 = w2_11 * a1_1 + w2_12 * a1_2 + b2_1
    z2_2 = w2_21 * a1_1 + w2_22 * a1_2 + b2_2
    a2_1 = sigmoid(z2_1)
    a2_2 = sigmoid(z2_2)
    t_2 = 1 - t
    c_1 = (a2_1 - t) ** 2 / 2
    c_2 = (a2_2 - t_2) ** 2 / 2
    cost = c_1 + c_2
    return cost


def answers(x1, x2, kind, w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2):
    """Both outputs, for one fruit or for many."""
    a1_1 = bend(w1_11 * x1 + w1_12 * x2 + b1_1, kind)
    a1_2 = bend(w1_21 * x1 + w1_22 * x2 + b1_2, kind)
    lemon = sigmoid(w2_11 * a1_1 + w2_12 * a1_2 + b2_1)
    plum = sigmoid(w2_21 * a1_1 + w2_22 * a1_2 + b2_2)
    return lemon, plum


def bowl(x1, x2, t, kind, w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2):
    """The mean cost over a whole bowl of fruit."""
    weights = (w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2)
    lemon, plum = answers(x1, x2, kind, *weights)
    costs = (lemon - t) ** 2 / 2 + (plum - (1 - t)) ** 2 / 2
    cost = np.mean(costs)
    return cost


def hits(x1, x2, t, kind, w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2):
    """How many fruit are called by their name: the larger output is the right one."""
    weights = (w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2)
    lemon, plum = answers(x1, x2, kind, *weights)
    lead = (lemon - plum) * (2 * t - 1)
    count = np.sum(np.where(lead > 0, 1.0, 0.0))
    return count


def surface(x1, x2, kind, w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2):
    """The net's answer all over the paper: `lemonness` is above one half where it says lemon."""
    weights = (w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2)
    lemon, plum = answers(x1, x2, kind, *weights)
    lemonness = (1 + lemon - plum) / 2
    share = np.mean(lemonness)
    return share


def epoch(
    x1, x2, t, kind, w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2, rate
):
    """One look at every fruit of the bowl, and one step downhill for every weight."""
    weights = (w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2)
    slope = backsight.grad(bowl, argnums=tuple(range(4, 16)))(x1, x2, t, kind, *weights)
    new_w1_11 = w1_11 - rate * slope[0]
    new_w1_12 = w1_12 - rate * slope[1]
    new_w1_21 = w1_21 - rate * slope[2]
    new_w1_22 = w1_22 - rate * slope[3]
    new_b1_1 = b1_1 - rate * slope[4]
    new_b1_2 = b1_2 - rate * slope[5]
    new_w2_11 = w2_11 - rate * slope[6]
    new_w2_12 = w2_12 - rate * slope[7]
    new_w2_21 = w2_21 - rate * slope[8]
    new_w2_22 = w2_22 - rate * slope[9]
    new_b2_1 = b2_1 - rate * slope[10]
    new_b2_2 = b2_2 - rate * slope[11]
    new = (new_w1_11, new_w1_12, new_w1_21, new_w1_22, new_b1_1, new_b1_2)
    new = (*new, new_w2_11, new_w2_12, new_w2_21, new_w2_22, new_b2_1, new_b2_2)
    lemon, plum = answers(x1, x2, kind, *new)
    after = np.mean((lemon - t) ** 2 / 2 + (plum - (1 - t)) ** 2 / 2)
    return after


def nudged(
    x1, x2, t, kind, w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2, h
):
    """What the cost of one fruit really does, per unit, when the weight w1_21 is moved by h."""
    rest = (b1_1, b1_2, w2_11, w2_12, w2_21, w2_22, b2_1, b2_2)
    before = bowl(x1, x2, t, kind, w1_11, w1_12, w1_21, w1_22, *rest)
    after = bowl(x1, x2, t, kind, w1_11, w1_12, w1_21 + h, w1_22, *rest)
    change = after - before
    rate = change / h
    return rate


def merged(w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, b2_1):
    """Two layers without a bend are one: the weights and the bias it has into the first output."""
    u_1 = w2_11 * w1_11 + w2_12 * w1_21
    u_2 = w2_11 * w1_12 + w2_12 * w1_22
    c = w2_11 * b1_1 + w2_12 * b1_2 + b2_1
    total = u_1 + u_2 + c
    return total


def straight(x1, x2, w1_11, w1_12, w1_21, w1_22, b1_1, b1_2, w2_11, w2_12, b2_1):
    """The same output by the one merged layer."""
    u_1 = w2_11 * w1_11 + w2_12 * w1_21
    u_2 = w2_11 * w1_12 + w2_12 * w1_22
    c = w2_11 * b1_1 + w2_12 * b1_2 + b2_1
    z = u_1 * x1 + u_2 * x2 + c
    return z


def step(w, slope, rate):
    """One step of gradient descent for one weight."""
    new = w - rate * slope
    return new


def two(a, b):
    """Slopes in a row (lesson 2)."""
    product = a * b
    return product


def three(a, b, c):
    """Three factors in a row."""
    product = a * b * c
    return product


def both(a, b):
    """Two uses of one value: their shares are added (lesson 3)."""
    total = a + b
    return total


def way(slope):
    """Which way: 1 up, -1 down, 0 neither."""
    sign = np.sign(slope)
    return sign


_WEIGHTS = {
    **{"w1_11": 1.0, "w1_12": 2.0, "w1_21": 0.5, "w1_22": -2.0, "b1_1": -0.5, "b1_2": 0.0},
    **{"w2_11": 1.0, "w2_12": 0.5, "w2_21": -0.5, "w2_22": 1.5, "b2_1": -1.0, "b2_2": 0.0},
}
_FRUIT = {"x1": 0.8, "x2": 0.1, "t": 1.0, "kind": 0.0, **_WEIGHTS}
_BOWL = {
    "x1": np.array([0.8, 0.55, 0.95, 0.4, 0.9, 0.65, 0.35, 0.75, 0.2, 0.5, 0.75, 0.1]),
    "x2": np.array([0.1, -0.15, -0.1, 0.2, -0.75, -0.95, -0.7, -0.5, 0.6, 0.75, 0.6, 0.9]),
    "t": np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    "kind": 0.0,
    **_WEIGHTS,
}
CELLS = 28  # as many as the drawing of the bowl has, each way
_PAPER = {
    "x1": np.array([0.5] * CELLS**2),
    "x2": np.array([0.0] * CELLS**2),
    "kind": 0.0,
    **_WEIGHTS,
}
_FIRST_OUTPUT = {
    name: _WEIGHTS[name]
    for name in ("w1_11", "w1_12", "w1_21", "w1_22", "b1_1", "b1_2", "w2_11", "w2_12", "b2_1")
}

# Name: the function, an example to trace it with, and what its gradient is taken by.
FIGURES = {
    "net": (net, _FRUIT, list(_WEIGHTS)),
    "bowl": (bowl, _BOWL, list(_WEIGHTS)),
    "hits": (hits, _BOWL, []),
    "surface": (surface, _PAPER, []),
    "epoch": (epoch, {**_BOWL, "rate": 5.0}, []),
    "nudged": (nudged, {**_FRUIT, "h": 0.01}, ["w1_21"]),
    "merged": (merged, _FIRST_OUTPUT, []),
    "straight": (straight, {"x1": 0.8, "x2": 0.1, **_FIRST_OUTPUT}, ["x1", "x2"]),
    "step": (step, {"w": 1.0, "slope": -0.1, "rate": 1.0}, ["rate"]),
    "two": (two, {"a": 2.0, "b": -0.5}, ["a", "b"]),
    "three": (three, {"a": 2.0, "b": -0.5, "c": 0.2}, ["a", "b", "c"]),
    "both": (both, {"a": 2.0, "b": -0.5}, ["a", "b"]),
    "way": (way, {"slope": -0.1}, []),
}
