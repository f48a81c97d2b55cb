"""A third machine, solved. The juice is sold by its height: v = y**2 / 4 cents for y millimetres.

Run this file: it compares the slope with real nudges.
"""

import numpy as np


def value(x):
    """What x turns of the handle are worth, in cents."""
    u = 5 * x - x**2  # spoons
    y = 6 * np.sqrt(u)  # millimetres
    return y**2 / 4


def slope_of_value(x):
    """How many cents one more turn brings, at x."""
    u = 5 * x - x**2
    y = 6 * np.sqrt(u)

    du_dx = 5 - 2 * x
    dy_du = 3 / np.sqrt(u)  # at u, what the glass is fed
    dv_dy = y / 2  # at y, what the price is fed
    return du_dx * dy_du * dv_dy


def check():
    h = 1e-6
    for x in (0.5, 1.0, 2.0):
        nudged = (value(x + h) - value(x - h)) / (2 * h)
        yours = slope_of_value(x)
        assert yours is not ..., "there is still a blank"
        assert abs(yours - nudged) < 1e-6, f"at x = {x} a nudge says {nudged:.4f}, you say {yours:.4f}"
    print("Your slope agrees with the nudges.")


if __name__ == "__main__":
    check()
