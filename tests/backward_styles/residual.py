"""A skip connection and tied weights: values used twice collect both gradients."""

import numpy as np


def forward(W, V, b, x, t):
    z = x @ W + b
    h = z / (1 + np.exp(-z))
    r = x + h @ V
    o = np.sin(r @ W)
    return np.mean(np.abs(o - t)) + np.sum(o * o) / len(x)


def backward(W, V, b, x, t):
    z = x @ W + b
    s = 1 / (1 + np.exp(-z))
    h = z * s
    r = x + h @ V
    q = r @ W
    o = np.sin(q)
    do = np.sign(o - t) / o.size + 2 * o / len(x)
    dq = do * np.cos(q)
    dW = r.T @ dq
    dr = dq @ W.T
    dx = dr.copy()
    dV = h.T @ dr
    dh = dr @ V.T
    dz = dh * (s + z * s * (1 - s))
    dW += x.T @ dz
    dx += dz @ W.T
    db = np.sum(dz, 0)
    return dW, dV, db, dx


rng = np.random.default_rng(15)
example = (
    rng.normal(size=(3, 3)),
    rng.normal(size=(3, 3)),
    rng.normal(size=3),
    rng.normal(size=(5, 3)),
    rng.normal(size=(5, 3)),
)
