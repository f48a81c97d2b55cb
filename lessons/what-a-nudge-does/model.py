"""The functions behind "What does a nudge do?": a path over a hill and down to a lake.

x is the place on the path in kilometres, y the height there in metres, h = 10**-j a nudge in kilometres.
"""

from backsight import numpy as np


def hill(x):
    """The height of the path, in metres above the lake's foot."""
    y = 4 * x**3 - 30 * x**2 + 48 * x + 60
    return y


def nudge(x, j):
    """A nudge of 10**-j kilometres: how far the height really changes, and how far per kilometre."""
    h = 10.0**-j
    moved = x + h
    before = 4 * x**3 - 30 * x**2 + 48 * x + 60
    after = 4 * moved**3 - 30 * moved**2 + 48 * moved + 60
    change = after - before
    rate = change / h
    return rate


def rise(x, d):
    """How much higher the path is d kilometres further on: what the figure draws, at every zoom."""
    moved = x + d
    before = 4 * x**3 - 30 * x**2 + 48 * x + 60
    after = 4 * moved**3 - 30 * moved**2 + 48 * moved + 60
    change = after - before
    return change


def zoomed(k):
    """The scale of the window after k tenfold zooms."""
    scale = 10.0**-k
    return scale


def bend(x, k, slope):
    """How far the path leaves its straight line within the window, as a share of the window's height."""
    scale = 10.0**-k
    d = 3 * scale
    moved = x + d
    before = 4 * x**3 - 30 * x**2 + 48 * x + 60
    after = 4 * moved**3 - 30 * moved**2 + 48 * moved + 60
    gap = np.abs(after - before - slope * d)
    share = gap / (100 * scale)
    return share


def estimate(slope, h):
    """What a slope promises for a nudge h."""
    change = slope * h
    return change


def per(amount, count):
    """So much for so many: how much for one."""
    rate = amount / count
    return rate


def miss(x, j):
    """How far the measured ratio is from the slope."""
    h = 10.0**-j
    moved = x + h
    before = 4 * x**3 - 30 * x**2 + 48 * x + 60
    after = 4 * moved**3 - 30 * moved**2 + 48 * moved + 60
    rate = (after - before) / h
    slope = 12 * x**2 - 60 * x + 48
    error = np.abs(rate - slope)
    return error


def gap(promise, change):
    """How far a promise is from what happened."""
    size = np.abs(change - promise)
    return size


def least(a, b, c):
    """The smallest of three errors."""
    error = np.minimum(a, np.minimum(b, c))
    return error


def ramp(x):
    """A level road that becomes a ramp at 2 km."""
    y = 40 * np.maximum(0, x - 2)
    return y


def ramp_rise(x, d):
    """How much higher the ramp is d kilometres further on."""
    before = 40 * np.maximum(0, x - 2)
    after = 40 * np.maximum(0, x + d - 2)
    change = after - before
    return change


def sides(x, j):
    """The ramp nudged both ways by 10**-j kilometres: what each side says per kilometre."""
    h = 10.0**-j
    here = 40 * np.maximum(0, x - 2)
    behind = 40 * np.maximum(0, x - h - 2)
    ahead = 40 * np.maximum(0, x + h - 2)
    left = (here - behind) / h
    right = (ahead - here) / h
    both = left + right
    return both


# Name: the function, an example to trace it with, and what its gradient is taken by.
FIGURES = {
    "hill": (hill, {"x": 0.5}, ["x"]),
    "nudge": (nudge, {"x": 0.5, "j": 1.0}, ["x"]),
    "rise": (rise, {"x": 0.5, "d": 0.1}, ["d"]),
    "zoomed": (zoomed, {"k": 1.0}, ["k"]),
    "bend": (bend, {"x": 0.5, "k": 1.0, "slope": 21.0}, ["slope"]),
    "estimate": (estimate, {"slope": 2.0, "h": 0.1}, ["h"]),
    "per": (per, {"amount": 12.0, "count": 3.0}, ["amount"]),
    "miss": (miss, {"x": 0.5, "j": 1.0}, ["x"]),
    "gap": (gap, {"promise": 21.0, "change": 1.0}, ["promise"]),
    "least": (least, {"a": 3.0, "b": 1.0, "c": 2.0}, ["a"]),
    "ramp": (ramp, {"x": 2.0}, ["x"]),
    "ramp_rise": (ramp_rise, {"x": 2.0, "d": 0.1}, ["d"]),
    "sides": (sides, {"x": 2.0, "j": 1.0}, ["x"]),
}
