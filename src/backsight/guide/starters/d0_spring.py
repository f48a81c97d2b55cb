"""A spring: its stiffness and damping from measurements
Science"""

import numpy as np


def cost(stiffness, damping, times, measured):
    beat = np.sqrt(stiffness - damping**2 / 4)
    swing = np.exp(-damping * times / 2) * np.cos(beat * times)
    return np.mean((swing - measured) ** 2)


# Where to look
stiffness = 3.0
damping = 0.4
times = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
measured = [1.0, 0.52, -0.29, -0.75, -0.60, -0.08, 0.41]
