"""Which units of a layer are dead, for good? Solved.

Run this file: it trains a net on and looks whether what you said comes true.
"""

import numpy as np


def dead_units(X, W, b):
    """For each ReLU unit of the first layer: is its slope 0 on every example?

    X (n, 2) are the examples, W (2, h) and b (h) the layer's weights. Returns h truth values.
    """
    Z = X @ W + b
    slopes = np.where(Z > 0, 1.0, 0.0)
    dead = np.all(slopes == 0, axis=0)
    return dead


def gradient(X, T, W, b, v):
    """The slopes of the mean cost by W, b and v (h), for y = relu(X W + b) v and C = (y - T)²/2."""
    Z = X @ W + b
    A = np.maximum(0, Z)
    dY = (A @ v - T) / len(X)
    dA = np.outer(dY, v)
    dZ = dA * np.where(Z > 0, 1.0, 0.0)
    return X.T @ dZ, dZ.sum(axis=0), A.T @ dY


def check():
    random = np.random.default_rng(12)
    found = 0
    for _ in range(60):
        X = random.uniform(0, 10, (12, 2))
        T = (X.sum(axis=1) > 10) * 1.0
        W, b, v = random.uniform(-0.5, 0.5, (2, 3)), np.zeros(3), random.uniform(-0.5, 0.5, 3)
        dead = dead_units(X, W, b)
        assert dead is not ..., "dead_units is still blank"
        before = W.copy()
        for _ in range(300):
            dW, db, dv = gradient(X, T, W, b, v)
            W, b, v = W - 0.005 * dW, b - 0.005 * db, v - 0.005 * dv
        moved = np.any(before != W, axis=0)
        assert not np.any(moved & dead), "a unit that you called dead has moved"
        assert np.all(moved | dead), "a unit that you called alive never moved"
        found += dead.sum()
    print(f"Training on agrees with you, in 60 nets: {found} units were dead, and stayed so.")


if __name__ == "__main__":
    check()
