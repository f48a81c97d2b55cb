"""No NumPy at all: nested lists of floats and loops."""

import math
import random

from backsight import numpy as bnp


def forward(w, b, v, c, xs, ts):
    cost = 0.0
    for x, t in zip(xs, ts):
        out = c
        for j in range(len(b)):
            s = b[j]
            for i in range(len(x)):
                s = s + w[j][i] * x[i]
            out = out + v[j] * bnp.tanh(s)
        cost = cost + (out - t) ** 2
    return cost / len(xs)


def backward(w, b, v, c, xs, ts):
    dw = [[0.0 for _ in row] for row in w]
    db = [0.0 for _ in b]
    dv = [0.0 for _ in v]
    dc = 0.0
    for x, t in zip(xs, ts):
        h = []
        out = c
        for j in range(len(b)):
            s = b[j]
            for i in range(len(x)):
                s += w[j][i] * x[i]
            h.append(math.tanh(s))
            out += v[j] * h[j]
        dout = 2 * (out - t) / len(xs)
        dc += dout
        for j in range(len(b)):
            dv[j] += dout * h[j]
            ds = dout * v[j] * (1 - h[j] ** 2)
            db[j] += ds
            for i in range(len(x)):
                dw[j][i] += ds * x[i]
    return {"w": dw, "b": db, "v": dv, "c": dc}


r = random.Random(8)
example = (
    [[r.gauss(0, 1) for _ in range(2)] for _ in range(3)],
    [r.gauss(0, 1) for _ in range(3)],
    [r.gauss(0, 1) for _ in range(3)],
    0.5,
    [[r.gauss(0, 1) for _ in range(2)] for _ in range(4)],
    [r.gauss(0, 1) for _ in range(4)],
)
