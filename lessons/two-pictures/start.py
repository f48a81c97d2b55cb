"""Exercise: fold a whole grid, and find the way out that two neurons always leave.

Fill in the three blanks (...), then run this file. It checks the fold against the neurons one by one, and
your way out on a thousand random nets of two neurons.
"""

import numpy as np


def fold(X, W, b):
    """Points X (n, 2) after a ReLU layer with weights W (2, units) and biases b."""
    Z = ...  # times, plus: all points and all units at once
    A = ...  # fold
    return A


def way_out(W, v):
    """A direction, not zero, along which the output of two ReLU neurons never rises, from any point.

    Along d, neuron j moves the output by v[j] * (W[:, j] @ d) times a slope of 0 or 1.
    """
    first = v[0] * W[:, 0] / np.linalg.norm(v[0] * W[:, 0])
    second = v[1] * W[:, 1] / np.linalg.norm(v[1] * W[:, 1])
    return ...  # a direction against both


def check():
    rng = np.random.default_rng(0)
    grid = np.stack(np.meshgrid(np.linspace(-6, 6, 9), np.linspace(-6, 6, 9)), axis=-1).reshape(-1, 2)
    for _ in range(1000):
        W, b, v = rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=2)
        folded, d = fold(grid, W, b), way_out(W, v)
        assert folded is not ... and d is not ..., "there is still a blank"
        one_by_one = [[max(x @ W[:, j] + b[j], 0.0) for j in range(2)] for x in grid]
        assert np.allclose(folded, one_by_one), "the fold differs from the neurons one by one"
        further = fold(grid + 3 * d / np.linalg.norm(d), W, b)
        assert np.all(further @ v <= folded @ v + 1e-9), "along your way the output rises somewhere"
    print("Your fold agrees with the neurons, and your way out holds on 1,000 nets.")


if __name__ == "__main__":
    check()
