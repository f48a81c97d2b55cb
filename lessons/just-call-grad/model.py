"""The functions behind "May I just call grad?": three models that are no nets, and a quantile's slope.

A spring: k its stiffness in N/m, c the friction in kg/s, seen its heights
in cm above rest, read every 0.2 s.
A bakery: s customers served per hour, arrivals customers coming in each of eight hours.
A bell curve: m its middle and d its spread, shares where each of the sorted measurements stands.
"""

from backsight import numpy as np


def swing(k, c):
    """Half a kilogram, let go at 10 cm: forty steps of a tenth of a second, by Hooke's law."""
    place, speed = 10.0, 0.0
    path = [place]
    for _ in range(40):
        speed = speed - 0.1 * (k * place + c * speed) / 0.5
        place = place + 0.1 * speed
        path.append(place)
    return path


def spring(k, c, friction, kind, seen):
    """How badly the spring's model fits, with friction (1) or without (0).

    The score is the mean of the squared misses (kind 0), of the plain ones (1), or the number over 1 cm (2).
    """
    path = np.stack(swing(k, c * friction))
    predicted = path[2::2]
    miss = predicted - seen
    squares = np.mean(miss**2)
    plain = np.mean(np.abs(miss))
    far = np.where(np.abs(miss) > 1, 1.0, 0.0)
    count = np.sum(far)
    score = np.where(kind == 0, squares, np.where(kind == 1, plain, count))
    return score


def counter(s, guard, arrivals):
    """The coins a day costs: 1 an hour for each customer who could be served, 12 for each hour spent there.

    That is 1 / (s - arrivals) hours each, for one counter, customers and service at random (the queue M/M/1).
    With the guard (1), too slow a counter lets nobody through before the shop shuts, 8 hours later.
    """
    free = 1 / (s - arrivals)
    held = np.where(s > arrivals, free, 8.0)
    hours = np.where(guard == 1, held, free)
    minutes = 60 * hours
    people = arrivals * minutes / 60
    wages = 8 * s
    waits = 12 * np.sum(people)
    cost = wages + waits
    return cost


def per_minute(r, arrivals):
    """The same bakery with its speed counted in customers per minute."""
    s = 60 * r
    hours = 1 / (s - arrivals)
    wages = 8 * s
    waits = 12 * np.sum(arrivals * hours)
    cost = wages + waits
    return cost


def light(m, d, shares, seen):
    """A bell curve for sorted measurements: what it says each of them should be, and how far off that is."""
    z = np.ndtri(shares)
    predicted = m + d * z
    miss = predicted - seen
    score = np.mean(miss**2)
    return score


def quantile(p, m, d):
    """The speed that a share p of all measurements stays below."""
    z = np.ndtri(p)
    q = m + d * z
    return q


def ppf(p):
    """How many spreads above the middle: the standard quantile."""
    z = np.ndtri(p)
    return z


def share(z):
    """The way back: the share of all that lies below z spreads."""
    p = np.ndtr(z)
    return p


def flip(slope):
    """A slope seen in the mirror: across and up change places."""
    inverse = 1 / slope
    return inverse


def chain(a, b):
    """Two slopes in a row."""
    slope = a * b
    return slope


def line(start, slope, run):
    """A straight line: where it is after so much run."""
    end = start + slope * run
    return end


def measured(before, after, h):
    """What a nudge says of a slope."""
    rate = (after - before) / h
    return rate


def update(w, slope, rate):
    """One step downhill."""
    step = rate * slope
    new = w - step
    return new


_SEEN = np.array(
    [
        8.3,
        4.8,
        0.5,
        -3.7,
        -6.1,
        -7.3,
        -6.0,
        -5.0,
        -0.2,
        -0.1,
        3.9,
        5.6,
        5.0,
        3.4,
        1.8,
        0.0,
        -1.6,
        -4.3,
        -3.7,
        -3.5,
    ]
)
_ARRIVALS = np.array([6.0, 7.0, 18.0, 30.0, 28.0, 17.0, 14.0, 10.0])
_LIGHT = np.array(
    [650.0, 740, 760, 810, 850, 850, 880, 900, 930, 930, 950, 960, 960, 980, 980, 980, 1000, 1000, 1000, 1070]
)
_SHARES = (np.arange(20) + 0.5) / 20
_SPRING = {"k": 2.0, "c": 0.1, "friction": 1.0, "kind": 0.0, "seen": _SEEN}

# Name: the function, an example to trace it with, and what its gradient is taken by.
FIGURES = {
    "spring": (spring, _SPRING, ["k", "c"]),
    "counter": (counter, {"s": 50.0, "guard": 0.0, "arrivals": _ARRIVALS}, ["s"]),
    "per_minute": (per_minute, {"r": 1.0, "arrivals": _ARRIVALS}, ["r"]),
    "light": (light, {"m": 800.0, "d": 40.0, "shares": _SHARES, "seen": _LIGHT}, ["m", "d"]),
    "quantile": (quantile, {"p": 0.9, "m": 900.0, "d": 100.0}, ["p"]),
    "ppf": (ppf, {"p": 0.9}, ["p"]),
    "share": (share, {"z": 1.2}, ["z"]),
    "flip": (flip, {"slope": 0.2}, ["slope"]),
    "chain": (chain, {"a": 3.0, "b": 0.5}, ["a", "b"]),
    "line": (line, {"start": 1.0, "slope": 2.0, "run": 0.5}, ["slope"]),
    "measured": (measured, {"before": 2.31, "after": 2.3085, "h": 0.001}, ["h"]),
    "update": (update, {"w": 1.0, "slope": -0.1, "rate": 1.0}, ["rate"]),
}
