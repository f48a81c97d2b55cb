"""Exercise: a cup of tea that cools. Above the room's 20 degrees, its warmth dies away: 70 * exp(-r * t)
after t minutes, for a cup of rate r. Eight made-up readings are given; the slopes come from grad.

Fill in the three blanks (...), then run this file (it needs `pip install backsight`): it compares your cup
with one found by trying 2,000 rates.
"""

import numpy as np

from backsight import grad

MINUTES = np.array([2.0, 5, 8, 12, 16, 20, 25, 30])
SEEN = np.array([83.1, 74.0, 66.9, 58.2, 51.5, 46.4, 40.9, 37.0])


def predict(r):
    """The tea's temperature at each of MINUTES."""
    return ...


def score(r):
    """How badly that fits: the mean of the squared misses."""
    return ...  # one number: predict(r) against SEEN


def descend(r, steps, rate=1e-6):
    """Follow the slope downhill from r, so many steps."""
    slope = grad(score)
    for _ in range(steps):
        r = ...  # slope(r) is what grad returns here
    return r


def check():
    assert predict(0.1) is not ..., "there is still a blank in predict"
    assert score(0.1) is not ..., "there is still a blank in score"
    try:
        descend(0.02, 1)
        moved = descend(0.02, 2) is not ...
    except Exception:
        moved = False
    assert moved, "there is still a blank in descend, or score returns more than one number"
    known = 20 + 70 * np.exp(-0.1 * 2.0)
    yours = predict(0.1)[0]
    assert abs(yours - known) < 1e-9, (
        f"after 2 minutes at r = 0.1 it is {known:.2f} degrees, you say {yours:.2f}"
    )
    rates = np.linspace(0.01, 0.2, 2001)
    best = min(rates, key=score)
    found = descend(0.02, 60)
    assert abs(found - best) < 2e-4, f"the best rate is near {best:.4f}, your steps end at {found:.4f}"
    print(f"Your cup agrees: {found:.4f} per minute.")


if __name__ == "__main__":
    check()
