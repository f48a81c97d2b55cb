"""Three links: g(f(e(x))), the chain rule at its plainest
First steps"""

import numpy as np


def height(x):
    warmth = x**2 / 4
    growth = np.sqrt(1 + warmth)
    return np.log(growth)


# Where to look
x = 2.0
