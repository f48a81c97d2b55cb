"""Logistic regression: yes or no from two features
Fitting"""

import numpy as np


def cost(w, b, X, labels):
    scores = X @ w + b
    # log(1 + exp(-s)) for a yes, log(1 + exp(s)) for a no, without overflow
    losses = np.logaddexp(0, scores) - labels * scores
    return np.mean(losses)


# Where to look
w = [0.4, -0.2]
b = 0.1
X = [[1.2, 0.7], [-0.5, 1.4], [0.3, -1.1], [-1.6, -0.4], [2.0, 1.5]]
labels = [1.0, 0.0, 1.0, 0.0, 1.0]
