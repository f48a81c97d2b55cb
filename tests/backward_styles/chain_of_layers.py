"""Layer objects in a list, each with a forward and a backward of its own."""

import numpy as np


class Linear:
    def __init__(self, inputs, outputs, seed):
        r = np.random.default_rng(seed)
        self.weight = r.normal(size=(inputs, outputs)) / np.sqrt(inputs)
        self.bias = np.zeros(outputs)

    def forward(self, x):
        self.x = x
        return x @ self.weight + self.bias

    def backward(self, grad):
        self.weight_grad = self.x.T @ grad
        self.bias_grad = grad.sum(axis=0)
        return grad @ self.weight.T


class LeakyReLU:
    def __init__(self, leak):
        self.leak = leak

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.leak * x)

    def backward(self, grad):
        return grad * np.where(self.x > 0, 1.0, self.leak)


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad):
        return grad * (1 - self.y**2)


class SquaredError:
    def forward(self, prediction, target):
        self.error = prediction - target
        return (self.error**2).mean()

    def backward(self):
        return 2 * self.error / self.error.size


loss = SquaredError()


def forward(layers, loss, x, target):
    for layer in layers:
        x = layer.forward(x)
    return loss.forward(x, target)


def backward(layers, loss):
    grad = loss.backward()
    for layer in reversed(layers):
        grad = layer.backward(grad)


r = np.random.default_rng(5)
example = (
    [Linear(3, 5, 1), LeakyReLU(0.1), Linear(5, 4, 2), Tanh(), Linear(4, 2, 3)],
    SquaredError(),
    r.normal(size=(6, 3)),
    r.normal(size=(6, 2)),
)
