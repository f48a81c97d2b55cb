"""Length of a vector: and its direction as the slope
Arrays"""

import numpy as np


def length(v):
    return np.sqrt(np.sum(v**2))


# Where to look
v = [3.0, -4.0, 1.0]
