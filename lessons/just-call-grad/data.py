"""Where the lesson's made-up measurements come from: `python lessons/just-call-grad/data.py` prints them.

A weight of half a kilogram is pulled up by 10 cm and let go; every fifth of a second someone reads where it
is, half a centimetre off, give or take. A bakery's customers come at random, most of them at noon.
Michelson's measurements are real; the lesson says where they were published.
"""

import random

SEED = 15


def spring():
    """Twenty readings, in centimetres, of a spring of 3 N/m with a friction of 0.25 kg/s."""
    draw = random.Random(SEED)
    x, v, seen = 10.0, 0.0, []
    for step in range(1, 41):
        v += 0.1 * -(3 * x + 0.25 * v) / 0.5
        x += 0.1 * v
        if step % 2 == 0:
            seen.append(round(x + draw.gauss(0, 0.5), 1) + 0.0)  # never -0.0
    return seen


def bakery():
    """How many customers come in each hour from 8 to 16: on the average 10, and 28 at noon."""
    draw = random.Random(SEED)
    return [_arrivals(draw, mean) for mean in (10, 14, 21, 27, 28, 18, 13, 10)]


def _arrivals(draw, mean):
    """A draw from Poisson's distribution: how many waits of random length fit into an hour."""
    count, time = 0, draw.expovariate(mean)
    while time < 1:
        count, time = count + 1, time + draw.expovariate(mean)
    return count


if __name__ == "__main__":
    print("seen =", spring())
    print("arrivals =", bakery())
