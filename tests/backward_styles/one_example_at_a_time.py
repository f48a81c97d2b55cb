"""Forward sees the whole batch; backward goes through it example by example and adds up in place."""

import numpy as np


def forward(w1, c1, w2, c2, inputs, targets):
    hidden = np.tanh(inputs @ w1 + c1)
    output = hidden @ w2 + c2
    return 0.5 * np.mean(np.sum((output - targets) ** 2, axis=1))


def backward(w1, c1, w2, c2, inputs, targets):
    grad_w1 = np.zeros_like(w1)
    grad_c1 = np.zeros_like(c1)
    grad_w2 = np.zeros_like(w2)
    grad_c2 = np.zeros_like(c2)
    count = len(inputs)
    for i in range(count):
        x = inputs[i]
        h = np.tanh(x @ w1 + c1)
        error = h @ w2 + c2 - targets[i]
        grad_w2 += np.outer(h, error)
        grad_c2 += error
        back = w2 @ error
        back = back * (1 - h * h)
        grad_w1 += np.outer(x, back)
        grad_c1 += back
    return grad_w1 / count, grad_c1 / count, grad_w2 / count, grad_c2 / count


r = np.random.default_rng(7)
example = (
    r.normal(size=(2, 4)),
    np.zeros(4),
    r.normal(size=(4, 3)),
    np.zeros(3),
    r.normal(size=(5, 2)),
    r.normal(size=(5, 3)),
)
