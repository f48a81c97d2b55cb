"""The functions behind "How do slopes combine?": a lemon press fills a glass.

Turns of the handle x give spoons of juice u, and spoons in the glass give millimetres of height y.
"""

from backsight import numpy as np


def straight(x, p, q):
    """An easy press and a straight glass: p spoons per turn, then q millimetres per spoon, everywhere."""
    u = p * x
    y = q * u
    return y


def product(x, p, q):
    """The same two rules multiplied instead of wired: not the same machine."""
    u = p * x
    v = q * x
    y = u * v
    return y


def press(x):
    """A real lemon: every turn gives less than the one before."""
    u = 5 * x - x**2
    return u


def glass(u):
    """A glass that widens upwards: every spoon raises the juice less than the one before."""
    y = 6 * np.sqrt(u)
    return y


def dials(x):
    """The press, then the glass."""
    u = 5 * x - x**2
    y = 6 * np.sqrt(u)
    return y


def nudge_straight(x, p, q, h):
    """What the height really does when the handle of the easy press is turned by h."""
    moved = x + h
    before = q * (p * x)
    after = q * (p * moved)
    change = after - before
    rate = change / h
    return rate


def nudge_product(x, p, q, h):
    """What the multiplied machine does when its handle is turned by h."""
    moved = x + h
    before = (p * x) * (q * x)
    after = (p * moved) * (q * moved)
    change = after - before
    rate = change / h
    return rate


def nudge(x, h):
    """What the height really does when the handle of the real press is turned by h."""
    moved = x + h
    before = 6 * np.sqrt(5 * x - x**2)
    after = 6 * np.sqrt(5 * moved - moved**2)
    change = after - before
    rate = change / h
    return rate


def both(p, q):
    """Two slopes, one after the other."""
    slope = p * q
    return slope


def estimate(slope, h):
    """What a slope promises for a nudge h."""
    change = slope * h
    return change


def better_press(p, q, extra):
    """The whole slope once the press gives `extra` more per turn."""
    slope = (p + extra) * q
    return slope


def better_glass(p, q, extra):
    """The whole slope once the glass rises `extra` more per spoon."""
    slope = p * (q + extra)
    return slope


def hill(x, h):
    """A path up a hill, nudged: the warm-up from lesson 1."""
    moved = x + h
    before = x**2 + 1
    after = moved**2 + 1
    change = after - before
    rate = change / h
    return rate


# Name: the function, an example to trace it with, and what its gradient is taken by.
FIGURES = {
    "straight": (straight, {"x": 1.0, "p": 2.0, "q": 3.0}, ["x"]),
    "product": (product, {"x": 1.0, "p": 2.0, "q": 3.0}, ["x"]),
    "press": (press, {"x": 1.0}, ["x"]),
    "glass": (glass, {"u": 4.0}, ["u"]),
    "dials": (dials, {"x": 1.0}, ["x"]),
    "nudge_straight": (nudge_straight, {"x": 1.0, "p": 2.0, "q": 3.0, "h": 0.1}, ["x"]),
    "nudge_product": (nudge_product, {"x": 1.0, "p": 2.0, "q": 3.0, "h": 0.1}, ["x"]),
    "nudge": (nudge, {"x": 1.0, "h": 0.1}, ["x"]),
    "both": (both, {"p": 3.0, "q": 1.5}, ["p", "q"]),
    "estimate": (estimate, {"slope": 2.0, "h": 0.1}, ["h"]),
    "better_press": (better_press, {"p": 3.0, "q": 1.5, "extra": 1.0}, ["extra"]),
    "better_glass": (better_glass, {"p": 3.0, "q": 1.5, "extra": 1.0}, ["extra"]),
    "hill": (hill, {"x": 3.0, "h": 0.01}, ["x"]),
}
