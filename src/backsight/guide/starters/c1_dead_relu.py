"""A ReLU that sleeps: no slope comes back through it
Nets"""

import numpy as np


def cost(w, b, v, x, target):
    z = w * x + b
    a = np.maximum(z, 0)
    y = v * a
    return (y - target) ** 2


# Where to look
w = 0.8
b = -2.0
v = 1.5
x = 1.0
target = 1.0
