"""Convolution: one small kernel slides along a signal
Nets"""

import numpy as np


def cost(kernel, signal, target):
    width = len(kernel)
    places = len(signal) - width + 1
    out = 0.0
    for i in range(places):
        response = np.sum(kernel * signal[i : i + width])
        out = out + (response - target[i]) ** 2
    return out / places


# Where to look
kernel = [0.5, -1.0, 0.5]
signal = [0.0, 0.2, 1.0, 0.9, 0.1, -0.3, 0.0]
target = [0.3, -0.5, -0.4, 0.2, 0.3]
