"""One neuron: two inputs, a target, and how wrong it is
First steps"""

import numpy as np


def cost(w, b, x, target):
    z = w @ x + b
    a = np.tanh(z)
    miss = a - target
    return miss**2


# Where to look
w = [0.5, -0.3]
b = 0.1
x = [1.0, 0.5]
target = 1.0
