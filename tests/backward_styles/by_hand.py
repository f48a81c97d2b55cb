"""Single numbers, the way it is worked on paper: dL_d of everything."""

import math

import numpy as np


def forward(w1, w2, w3, b1, b2, x1, x2, y):
    z = w1 * x1 + w2 * x2 + b1
    a = np.tanh(z)
    q = w3 * a + b2
    p = 1 / (1 + np.exp(-q))
    L = -(y * np.log(p) + (1 - y) * np.log(1 - p)) + 0.1 * w3**2
    return L


def backward(w1, w2, w3, b1, b2, x1, x2, y):
    z = w1 * x1 + w2 * x2 + b1
    a = math.tanh(z)
    q = w3 * a + b2
    p = 1 / (1 + math.exp(-q))
    dL_dp = -y / p + (1 - y) / (1 - p)
    dp_dq = p * (1 - p)
    dL_dq = dL_dp * dp_dq
    dL_db2 = dL_dq
    dL_dw3 = dL_dq * a + 0.2 * w3
    dL_da = dL_dq * w3
    da_dz = 1 - a**2
    dL_dz = dL_da * da_dz
    dL_dw1 = dL_dz * x1
    dL_dw2 = dL_dz * x2
    dL_db1 = dL_dz
    return [dL_dw1, dL_dw2, dL_dw3, dL_db1, dL_db2]


example = (0.7, -1.2, 0.9, 0.3, -0.4, 1.5, 0.8, 1.0)
