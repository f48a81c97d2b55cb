"""A pendulum: forty steps in time, and where it ends
Science"""

import numpy as np


def angle_at_the_end(angle, length, push):
    speed = push
    for _ in range(40):
        speed = speed - 0.05 * 9.81 / length * np.sin(angle)
        angle = angle + 0.05 * speed
    return angle


# Where to look
angle = 0.6
length = 1.0
push = 0.0
