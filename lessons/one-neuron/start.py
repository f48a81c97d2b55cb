"""Exercise: the backward pass of one neuron, for any fruit.

Fill in the five blanks (...), from the cost back to the weights, then run this file: it compares
them with nudges.
"""

import numpy as np


def forward(x1, x2, w1, w2, b, t):
    """The cost of one fruit."""
    z = x1 * w1 + x2 * w2 + b
    a = 1 / (1 + np.exp(-z))
    return (a - t) ** 2 / 2


def backward(x1, x2, w1, w2, b, t):
    """The change of cost per unit of w1, w2 and b."""
    z = x1 * w1 + x2 * w2 + b
    a = 1 / (1 + np.exp(-z))

    da = ...  # per unit of a
    dz = ...  # per unit of z: da, times the slope of the squash
    dw1 = ...
    dw2 = ...
    db = ...
    return dw1, dw2, db


def check():
    h = 1e-6
    for fruit in ((0.8, -0.6, 1.0, 0.5, -0.5, 1.0), (0.35, 0.9, -1.0, 2.0, 0.3, 0.0)):
        yours = backward(*fruit)
        for name, position, slope in zip(("dw1", "dw2", "db"), (2, 3, 4), yours, strict=True):
            assert slope is not ..., f"{name} is still blank"
            up, down = list(fruit), list(fruit)
            up[position] += h
            down[position] -= h
            nudged = (forward(*up) - forward(*down)) / (2 * h)
            assert abs(slope - nudged) < 1e-8, f"{name}: a nudge says {nudged:.5f}, you say {slope:.5f}"
    print("Your backward pass agrees with the nudges.")


if __name__ == "__main__":
    check()
