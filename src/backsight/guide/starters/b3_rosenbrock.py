"""Rosenbrock's valley: easy to find, hard to walk along
Fitting"""


def valley(x, y):
    across = y - x**2
    along = 1 - x
    return 100 * across**2 + along**2


# Where to look
x = -0.7
y = 0.9
