"""Exercise: how far a bicycle needs to stop. At v metres per second it rolls d = v + v**2 / 8 metres:
one second of surprise, then the brakes.

Fill in the four blanks (...), then run this file: it compares what you measure with what you know.
"""


def distance(v):
    """Metres until the bicycle stands."""
    return v + v**2 / 8


def measured(v, h):
    """The slope at v by a nudge h: metres more per metre per second."""
    change = ...  # of the distance, when v is nudged by h
    return ...  # change per unit of nudge


def slope(v):
    """The slope at v, exactly. A term c * v**n has the slope c * n * v**(n - 1); slopes of terms add."""
    return 1 + ...


def promised(v, h):
    """How much further the bicycle rolls, about, if it goes h faster than v: use the slope."""
    return ...


def check():
    for v in (2.0, 5.0, 9.0):
        assert measured(v, 0.1) is not ..., "there is still a blank in measured"
        try:
            exact, step = slope(v), promised(v, 0.01)
        except TypeError:
            raise AssertionError("there is still a blank in slope") from None
        assert step is not ..., "there is still a blank in promised"
        near = measured(v, 1e-6)
        assert abs(near - exact) < 1e-5, f"at v = {v} a nudge says {near:.4f}, you say {exact:.4f}"
        real = distance(v + 0.01) - distance(v)
        assert abs(step - real) < 1e-4, f"at v = {v} a nudge of 0.01 brings {real:.5f}, you say {step:.5f}"
    print("Your slope agrees with the nudges.")


if __name__ == "__main__":
    check()
