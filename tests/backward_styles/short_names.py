"""One-letter names, softmax and cross-entropy in one step, and the mean taken at the very end."""

import numpy as np


def forward(A, B, x, k):
    u = x @ A
    h = np.log1p(np.exp(u))
    s = h @ B
    m = np.max(s, axis=1, keepdims=True)
    l = m + np.log(np.sum(np.exp(s - m), axis=1, keepdims=True))
    return np.mean(np.sum(k * (l - s), axis=1)) + 0.05 * np.sum(B**2)


def backward(A, B, x, k):
    n = x.shape[0]
    u = x @ A
    h = np.log1p(np.exp(u))
    s = h @ B
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d = p - k
    g = h.T @ d / n + 0.1 * B
    d = d @ B.T
    d = d / (1 + np.exp(-u))
    f = x.T @ d / n
    return f, g


r = np.random.default_rng(10)
example = (
    r.normal(size=(3, 4)),
    r.normal(size=(4, 4)),
    r.normal(size=(6, 3)),
    np.eye(4)[r.integers(0, 4, size=6)],
)
