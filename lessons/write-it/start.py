"""Exercise: a layer with a tanh. Write its backward pass, and the nudge that checks it.

Fill in the four blanks (...), then run this file.
"""

import math


def forward(w, b, x, t):
    z = w * x + b
    a = math.tanh(z)
    cost = (a - t) ** 2
    return cost, a


def backward(x, t, a):
    """The slopes of the cost by w and by b."""
    da = ...  # from the cost to a
    dz = ...  # tanh has the slope 1 - a**2
    dw = ...
    db = ...
    return dw, db


def cost(w, b, x, t):
    return forward(w, b, x, t)[0]


def check():
    h = 1e-6  # slopes without the chain rule: half of the nudge from each side
    for w, b, x, t in ((0.3, -0.2, 1.5, 1.0), (-1.1, 0.4, 0.7, -0.5), (2.0, 0.0, -0.3, 0.2)):
        by_w = (cost(w + h, b, x, t) - cost(w - h, b, x, t)) / (2 * h)
        by_b = (cost(w, b + h, x, t) - cost(w, b - h, x, t)) / (2 * h)
        _, a = forward(w, b, x, t)
        try:
            dw, db = backward(x, t, a)
            misses = {"w": dw - by_w, "b": db - by_b}
        except TypeError:
            raise SystemExit("There is still a blank.") from None
        for name, miss in misses.items():
            assert abs(miss) < 1e-6, f"at w = {w} the slope by {name} is off by {miss:.4f}"
    print("Your backward pass agrees with the nudges.")


if __name__ == "__main__":
    check()
