"""The functions behind "Same net, other view?": a net of three hidden units on a disc inside a ring.

`act` chooses the activation: 0 is ReLU, 1 sigmoid, 2 none (linear). The trained weights and the data are in
made.json, which make.py writes.
"""

from backsight import numpy as np

POINTS, CLOUD, DIMENSIONS = 200, 24, 100


def squash(z, act):
    """One of three activations."""
    bent = np.where(act > 0.5, 1 / (1 + np.exp(-z)), np.maximum(z, 0))
    return np.where(act > 1.5, z, bent)


def net(x1, x2, w11, w21, b1, w12, w22, b2, w13, w23, b3, v1, v2, v3, c, act):
    """Every neuron of the net at one point."""
    z1 = x1 * w11 + x2 * w21 + b1
    z2 = x1 * w12 + x2 * w22 + b2
    z3 = x1 * w13 + x2 * w23 + b3
    a1 = squash(z1, act)
    a2 = squash(z2, act)
    a3 = squash(z3, act)
    out = a1 * v1 + a2 * v2 + a3 * v3 + c
    return out


def hits(x1, x2, ring, w11, w21, b1, w12, w22, b2, w13, w23, b3, v1, v2, v3, c, act):
    """How many points lie on their own side: the ring where the output is above zero, the disc elsewhere."""
    a1 = squash(x1 * w11 + x2 * w21 + b1, act)
    a2 = squash(x1 * w12 + x2 * w22 + b2, act)
    a3 = squash(x1 * w13 + x2 * w23 + b3, act)
    out = a1 * v1 + a2 * v2 + a3 * v3 + c
    said = np.where(out > 0, 1.0, 0.0)
    count = np.sum(np.where(said == ring, 1.0, 0.0))
    return count


def hits_of(x1, x2, ring, weights):
    """The same for a ReLU net whose 13 numbers come in one list, in the order of `hits`."""
    W = np.reshape(weights[:9], (3, 3))
    z = x1[:, None] * W[:, 0] + x2[:, None] * W[:, 1] + W[:, 2]
    out = np.maximum(z, 0) @ weights[9:12] + weights[12]
    said = np.where(out > 0, 1.0, 0.0)
    count = np.sum(np.where(said == ring, 1.0, 0.0))
    return count


def hits_deep(x1, x2, side, weights):
    """The same for a ReLU net of layers of 4 and 3 whose 31 numbers come in one list, layer by layer."""
    W1, W2 = np.reshape(weights[:8], (2, 4)), np.reshape(weights[12:24], (4, 3))
    z1 = x1[:, None] * W1[0] + x2[:, None] * W1[1] + weights[8:12]
    z2 = np.maximum(z1, 0) @ W2 + weights[24:27]
    out = np.maximum(z2, 0) @ weights[27:30] + weights[30]
    said = np.where(out > 0, 1.0, 0.0)
    count = np.sum(np.where(said == side, 1.0, 0.0))
    return count


def escape(w11, w21, b1, w12, w22, b2, v1, v2, c, act, far):
    """The output of a net of two units, `far` out on a way that it cannot rise along.

    Along d the output changes by v1 w1·d and v2 w2·d, each times a slope that is never negative. Against the
    middle of the two directions v1 w1 and v2 w2, neither is above zero.
    """
    p1, p2 = v1 * w11, v1 * w21
    q1, q2 = v2 * w12, v2 * w22
    p = np.sqrt(p1**2 + p2**2 + 1e-12)
    q = np.sqrt(q1**2 + q2**2 + 1e-12)
    e1 = -(p1 / p + q1 / q)
    e2 = -(p2 / p + q2 / q)
    e = np.sqrt(e1**2 + e2**2 + 1e-12)
    d1 = e1 / e
    d2 = e2 / e
    x1 = far * d1
    x2 = far * d2
    a1 = squash(x1 * w11 + x2 * w21 + b1, act)
    a2 = squash(x1 * w12 + x2 * w22 + b2, act)
    out = a1 * v1 + a2 * v2 + c
    return out


def neighbours(cloud, order, dim):
    """How far the nearest of 24 points is, as a share of the farthest; the mean over all 24.

    The points are drawn evenly in a cube of 100 dimensions, of which the first `dim` count.
    """
    points = np.reshape(cloud, (CLOUD, DIMENSIONS))
    counts = np.where(order <= dim, 1.0, 0.0)
    gap = points[:, None, :] - points[None, :, :]
    squared = np.sum(gap**2 * counts, axis=2)
    distance = np.sqrt(squared + 1e-18)
    farthest = np.max(distance, axis=1)
    share = distance / farthest[:, None]
    others = np.where(squared > 0, share, 1.0)  # nobody is their own neighbour
    ratio = np.mean(np.min(others, axis=1))
    return ratio


def strip(cloud, order, dim):
    """How far the 23 other points are from the first, as shares of the farthest, in `dim` dimensions."""
    points = np.reshape(cloud, (CLOUD, DIMENSIONS))
    counts = np.where(order <= dim, 1.0, 0.0)
    gap = points[1:] - points[0]
    distance = np.sqrt(np.sum(gap**2 * counts, axis=1))
    share = distance / np.max(distance)
    nearest = np.min(share)
    return nearest


def most(a, b, c):
    """The largest of three counts."""
    count = np.maximum(np.maximum(a, b), c)
    return count


def unit(x1, x2, w1, w2, b):
    """One ReLU neuron: the first warm-up."""
    z = x1 * w1 + x2 * w2 + b
    a = np.maximum(z, 0)
    return a


def blame(x, dz):
    """The cost's change per unit of a weight: the second warm-up."""
    dw = dz * x
    return dw


_W1 = {"w11": 0.26, "w21": -2.2, "b1": -3.74, "w12": -3.0, "w22": 1.35, "b2": -5.22}
_W3 = {"w13": 2.13, "w23": 1.48, "b3": -3.86}
_V = {"v1": 6.84, "v2": 2.67, "v3": 3.09, "c": -6.58}
_NET = {**_W1, **_W3, **_V, "act": 0.0}
_DATA = {"x1": [0.3] * POINTS, "x2": [-0.2] * POINTS, "ring": [0.0] * POINTS}
_CLOUD = [(0.618034 * i + 0.7548777 * (i // DIMENSIONS) ** 2) % 1 for i in range(CLOUD * DIMENSIONS)]

# Name: the function, an example to trace it with, and what its gradient is taken by.
FIGURES = {
    "net": (net, {"x1": 4.0, "x2": 1.0, **_NET}, ["w11", "w21", "b1", "v1", "c"]),
    "hits": (hits, {**_DATA, **_NET}, ["b1"]),
    "hits_of": (hits_of, {**_DATA, "weights": [*_W1.values(), *_W3.values(), *_V.values()]}, ["weights"]),
    "hits_deep": (
        hits_deep,
        {
            "x1": _DATA["x1"],
            "x2": _DATA["x2"],
            "side": _DATA["ring"],
            "weights": [0.37 * (i % 7) - 1 for i in range(31)],
        },
        ["weights"],
    ),
    "escape": (escape, {**_W1, "v1": 6.84, "v2": 2.67, "c": -6.58, "act": 0.0, "far": 4.4}, ["far"]),
    "neighbours": (
        neighbours,
        {"cloud": _CLOUD, "order": [float(i + 1) for i in range(DIMENSIONS)], "dim": 100.0},
        [],
    ),
    "strip": (
        strip,
        {"cloud": _CLOUD, "order": [float(i + 1) for i in range(DIMENSIONS)], "dim": 100.0},
        [],
    ),
    "most": (most, {"a": 1.0, "b": 3.0, "c": 2.0}, ["a"]),
    "unit": (unit, {"x1": 2.0, "x2": 1.0, "w1": 1.0, "w2": -3.0, "b": 0.5}, ["w1", "w2", "b"]),
    "blame": (blame, {"x": 2.0, "dz": -0.3}, ["x"]),
}
