"""A quantile: norm.ppf, whose slope follows from its inverse
Science"""

import backsight.numpy as np


def margin(share, spread):
    """How far from the mean a normal quantity stays in this share of cases; ndtri is what norm.ppf calls."""
    z = np.ndtri((1 + share) / 2)
    return spread * z


# Where to look
share = 0.95
spread = 1.5
