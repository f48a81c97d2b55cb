"""A net with one hidden layer: 2-3-1, a batch of four
Nets"""

import numpy as np


def cost(W1, b1, W2, b2, X, T):
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2 + b2
    y = 1 / (1 + np.exp(-z2))
    return np.mean((y - T) ** 2)


# Where to look
W1 = [[0.6, -0.4, 0.2], [-0.3, 0.8, 0.5]]
b1 = [0.1, 0.0, -0.2]
W2 = [[0.7], [-0.5], [0.9]]
b2 = [0.05]
X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
T = [[0.0], [1.0], [1.0], [0.0]]
