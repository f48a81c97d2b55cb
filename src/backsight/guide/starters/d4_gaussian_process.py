"""A Gaussian process: how likely are these points for this scale?
Science"""

import numpy as np


def cost(scale, noise, x, y):
    apart = x[:, None] - x[None, :]
    K = np.exp(-(apart**2) / (2 * scale**2)) + noise**2 * np.eye(len(x))
    _, logdet = np.linalg.slogdet(K)
    return 0.5 * y @ np.linalg.solve(K, y) + 0.5 * logdet


# Where to look
scale = 0.8
noise = 0.3
x = [0.0, 0.5, 1.1, 1.9, 2.6]
y = [0.1, 0.6, 0.9, 0.4, -0.3]
