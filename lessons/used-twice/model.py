"""The functions behind "What if a value is used twice?": a lemonade stand and its price.

p is the price of a cup in coins, n the cups sold in a day, y what they bring, c what they cost,
g what is left.
"""

from backsight import numpy as np


def sold(p):
    """The dearer a cup, the fewer are sold."""
    n = 120 - 20 * p
    return n


def stand(p):
    """What a day brings: the price is used twice."""
    n = 120 - 20 * p
    y = p * n
    return y


def stall(p):
    """What is left of a day, when every cup takes half a coin of lemons and sugar: three paths."""
    n = 120 - 20 * p
    y = p * n
    c = 0.5 * n
    g = y - c
    return g


def nudge(p, h):
    """What a day really brings when the price is nudged by h."""
    moved = p + h
    before = p * (120 - 20 * p)
    after = moved * (120 - 20 * moved)
    change = after - before
    rate = change / h
    return rate


def two(a, b):
    """The slopes of a path of two edges, multiplied."""
    product = a * b
    return product


def three(a, b, c):
    """The slopes of a path of three edges, multiplied."""
    product = a * b * c
    return product


def both(a, b):
    """Two paths, added."""
    total = a + b
    return total


def collect(first, second, add):
    """What is kept when the second path comes in: added to the first (add = 1), or over it (add = 0)."""
    kept = add * first + second
    return kept


def square(x):
    """The same value on both sides of a product."""
    y = x * x
    return y


def estimate(slope, h):
    """What a slope promises for a nudge h."""
    change = slope * h
    return change


def priced(p, by):
    """What is left of a day at another price, and how much more that is."""
    moved = p + by
    now = (p - 0.5) * (120 - 20 * p)
    left = (moved - 0.5) * np.maximum(0, 120 - 20 * moved)
    more = left - now
    return more


# Name: the function, an example to trace it with, and what its gradient is taken by.
FIGURES = {
    "sold": (sold, {"p": 2.0}, ["p"]),
    "stand": (stand, {"p": 2.0}, ["p"]),
    "stall": (stall, {"p": 2.0}, ["p"]),
    "nudge": (nudge, {"p": 2.0, "h": 0.001}, ["p"]),
    "two": (two, {"a": -20.0, "b": 2.0}, ["a", "b"]),
    "three": (three, {"a": -20.0, "b": 0.5, "c": -1.0}, ["a"]),
    "both": (both, {"a": 80.0, "b": -40.0}, ["a", "b"]),
    "collect": (collect, {"first": 80.0, "second": -40.0, "add": 1.0}, ["first"]),
    "square": (square, {"x": 3.0}, ["x"]),
    "estimate": (estimate, {"slope": 2.0, "h": 0.1}, ["h"]),
    "priced": (priced, {"p": 2.0, "by": 0.5}, ["by"]),
}
