"""Softmax and cross-entropy: three classes, one right answer
Fitting"""

import numpy as np


def cost(W, b, x, target):
    logits = W @ x + b
    shifted = logits - np.max(logits)
    log_shares = shifted - np.log(np.sum(np.exp(shifted)))
    return -np.sum(target * log_shares)


# Where to look
W = [[0.2, -0.4], [0.7, 0.1], [-0.3, 0.5]]
b = [0.0, 0.1, -0.1]
x = [1.5, -0.5]
target = [0.0, 1.0, 0.0]
