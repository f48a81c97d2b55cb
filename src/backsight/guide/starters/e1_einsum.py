"""Einsum: sums of products, the indices say which
Arrays"""

import numpy as np


def energy(A, B, x):
    C = np.einsum("ij,jk->ik", A, B)
    return np.einsum("i,ik,k->", x, C, x)


# Where to look
A = [[1.0, 0.5], [-0.3, 0.8]]
B = [[0.2, -0.7], [0.9, 0.4]]
x = [1.0, -2.0]
