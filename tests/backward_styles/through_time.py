"""A recurrent net: backward through time, the same weights used at every step."""

import numpy as np


def forward(U, V, W, b, c, x, t):
    h = np.zeros(3)
    cost = 0.0
    for k in range(len(x)):
        h = np.tanh(x[k] @ U + h @ V + b)
        y = h @ W + c
        cost = cost + 0.5 * np.sum((y - t[k]) ** 2)
    return cost


def backward(U, V, W, b, c, x, t):
    T = len(x)
    h = {-1: np.zeros(3)}
    y = {}
    for k in range(T):
        h[k] = np.tanh(x[k] @ U + h[k - 1] @ V + b)
        y[k] = h[k] @ W + c
    dU, dV, dW = np.zeros_like(U), np.zeros_like(V), np.zeros_like(W)
    db, dc = np.zeros_like(b), np.zeros_like(c)
    dh_next = np.zeros(3)
    for k in reversed(range(T)):
        dy = y[k] - t[k]
        dW += np.outer(h[k], dy)
        dc += dy
        dh = W @ dy + dh_next
        draw = (1 - h[k] ** 2) * dh
        db += draw
        dU += np.outer(x[k], draw)
        dV += np.outer(h[k - 1], draw)
        dh_next = V @ draw
    return dU, dV, dW, db, dc


r = np.random.default_rng(9)
example = (
    r.normal(size=(2, 3)),
    r.normal(size=(3, 3)),
    r.normal(size=(3, 2)),
    np.zeros(3),
    np.zeros(2),
    r.normal(size=(5, 2)),
    r.normal(size=(5, 2)),
)
