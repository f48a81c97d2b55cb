"""Forward keeps what it computed in a dict; backward takes it and returns another. Softmax, cross-entropy."""

import numpy as np


def forward(params, X, Y):
    Z1 = X @ params["W1"] + params["b1"]
    A1 = np.tanh(Z1)
    Z2 = A1 @ params["W2"] + params["b2"]
    E = np.exp(Z2)
    P = E / np.sum(E, axis=1, keepdims=True)
    cost = -np.sum(Y * np.log(P)) / X.shape[0]
    cache = {"X": X, "Y": Y, "Z1": Z1, "A1": A1, "Z2": Z2, "P": P, "W1": params["W1"], "W2": params["W2"]}
    return cost, cache


def backward(cache):
    m = cache["X"].shape[0]
    dZ2 = (cache["P"] - cache["Y"]) / m
    grads = {}
    grads["W2"] = np.dot(cache["A1"].T, dZ2)
    grads["b2"] = np.sum(dZ2, axis=0)
    dA1 = np.dot(dZ2, cache["W2"].T)
    dZ1 = dA1 * (1 - np.square(cache["A1"]))
    grads["W1"] = np.dot(cache["X"].T, dZ1)
    grads["b1"] = np.sum(dZ1, axis=0)
    return grads


r = np.random.default_rng(2)
example = (
    {"W1": r.normal(size=(4, 3)), "b1": np.zeros(3), "W2": r.normal(size=(3, 3)), "b2": np.zeros(3)},
    r.normal(size=(5, 4)),
    np.eye(3)[r.integers(0, 3, size=5)],
)
