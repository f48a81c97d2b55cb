"""Backward and the optimiser's step in one: parameters are overwritten once they are not needed."""

import numpy as np


def forward(model, x, t):
    a = x @ model["W"]
    h = np.exp(-(a**2))
    b = h @ model["V"] + model["c"]
    p = 1 / (1 + np.exp(-b))
    penalty = 0.01 * (np.sum(model["W"] ** 2) + np.sum(model["V"] ** 2))
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p)) + penalty


def backward(model, x, t, rate=0.1):
    a = x @ model["W"]
    h = np.exp(-(a**2))
    b = h @ model["V"] + model["c"]
    p = 1 / (1 + np.exp(-b))
    delta = (p - t) / t.size
    grad_V = h.T @ delta + 0.02 * model["V"]
    grad_c = delta.sum(axis=0)
    delta_h = delta @ model["V"].T
    model["V"] -= rate * grad_V
    model["c"] -= rate * grad_c
    delta_a = delta_h * h
    delta_a = -2 * a * delta_a
    grad_W = x.T @ delta_a + 0.02 * model["W"]
    model["W"] -= rate * grad_W
    return {"grad_W": grad_W, "grad_V": grad_V, "grad_c": grad_c}


r = np.random.default_rng(14)
example = (
    {"W": r.normal(size=(3, 4)), "V": r.normal(size=(4, 2)), "c": np.zeros(2)},
    r.normal(size=(7, 3)),
    r.integers(0, 2, size=(7, 2)).astype(float),
)
