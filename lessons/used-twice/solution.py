"""Solved: a walk in the rain. With every step per second v one is out for t = 60 / v seconds, and gets wet:
w = 0.5 * t + 0.2 * v * t + v**2 drops (from above, from the front, from puddles).

Run this file: it compares the slope with real nudges.
"""


def wet(v):
    """Drops, at v steps per second."""
    t = 60 / v
    return 0.5 * t + 0.2 * v * t + v**2


def slope_of_wet(v):
    """How many drops one more step per second brings, at v."""
    t = 60 / v

    dt = 0.5  # the first use of t
    dt += 0.2 * v  # the second use of t

    dv = 0.2 * t  # v from the front
    dv += 2 * v  # v in the puddles
    dv += dt * -60 / v**2  # v through t, where the slope is -60 / v**2
    return dv


def check():
    h = 1e-6
    for v in (1.0, 2.0, 4.0):
        nudged = (wet(v + h) - wet(v - h)) / (2 * h)
        yours = slope_of_wet(v)
        assert abs(yours - nudged) < 1e-6, f"at v = {v} a nudge says {nudged:.4f}, you say {yours:.4f}"
    print("Your slope agrees with the nudges.")


if __name__ == "__main__":
    check()
