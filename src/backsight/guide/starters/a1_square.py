"""x²: the slope of a parabola
First steps"""


def square(x):
    return x**2


# Where to look
x = 1.5
