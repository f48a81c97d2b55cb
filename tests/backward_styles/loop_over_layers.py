"""Lists of weights and biases, a loop over the layers, and delta carried from one to the next."""

import itertools

import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


def forward(weights, biases, x, y):
    a = x
    for w, b in zip(weights, biases):
        z = w @ a + b
        a = sigmoid(z)
    return 0.5 * np.sum((a - y) ** 2)


def backward(weights, biases, x, y):
    activations = [x]
    zs = []
    for w, b in zip(weights, biases):
        z = w @ activations[-1] + b
        zs.append(z)
        activations.append(sigmoid(z))
    nabla_w = [np.zeros(w.shape) for w in weights]
    nabla_b = [np.zeros(b.shape) for b in biases]
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    nabla_b[-1] = delta
    nabla_w[-1] = np.outer(delta, activations[-2])
    for l in range(2, len(weights) + 1):
        delta = (weights[-l + 1].T @ delta) * sigmoid_prime(zs[-l])
        nabla_b[-l] = delta
        nabla_w[-l] = np.outer(delta, activations[-l - 1])
    return nabla_w, nabla_b


r = np.random.default_rng(6)
sizes = [3, 4, 4, 2]
example = (
    [r.normal(size=(m, n)) for n, m in itertools.pairwise(sizes)],
    [r.normal(size=m) for m in sizes[1:]],
    r.normal(size=3),
    np.array([1.0, 0.0]),
)
