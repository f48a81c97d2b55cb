"""One function that computes forward again and then backward, line by line; dz1 belongs to z1."""

import numpy as np


def forward(params, x, t):
    W1, b1, W2, b2, W3, b3 = params
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    a2 = np.maximum(z2, 0)
    z3 = a2 @ W3 + b3
    y = 1 / (1 + np.exp(-z3))
    return np.sum((y - t) ** 2) / len(x)


def backward(params, x, t):
    W1, b1, W2, b2, W3, b3 = params
    n = len(x)
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    a2 = np.maximum(z2, 0)
    z3 = a2 @ W3 + b3
    y = 1 / (1 + np.exp(-z3))
    dy = 2 * (y - t) / n
    dz3 = dy * y * (1 - y)
    dW3 = a2.T @ dz3
    db3 = dz3.sum(axis=0)
    da2 = dz3 @ W3.T
    dz2 = da2 * (z2 > 0)
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0)
    da1 = dz2 @ W2.T
    dz1 = da1 * (z1 > 0)
    dW1 = x.T @ dz1
    db1 = dz1.sum(axis=0)
    return dW1, db1, dW2, db2, dW3, db3


r = np.random.default_rng(1)
example = (
    [
        r.normal(size=(3, 4)),
        r.normal(size=4),
        r.normal(size=(4, 4)),
        r.normal(size=4),
        r.normal(size=(4, 2)),
        r.normal(size=2),
    ],
    r.normal(size=(6, 3)),
    r.integers(0, 2, size=(6, 2)).astype(float),
)
