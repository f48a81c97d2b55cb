"""A two-dimensional convolution written with slices, ReLU, means along rows, and a linear readout."""

import numpy as np


def forward(kernel, bias, readout, image, target):
    rows, columns = image.shape[0] - 2, image.shape[1] - 2
    z = bias
    for i in range(3):
        for j in range(3):
            z = z + kernel[i, j] * image[i : i + rows, j : j + columns]
    a = np.maximum(z, 0)
    pooled = np.mean(a, axis=1)
    y = np.dot(readout, pooled)
    return 0.5 * (y - target) ** 2


def backward(kernel, bias, readout, image, target):
    rows, columns = image.shape[0] - 2, image.shape[1] - 2
    z = np.full((rows, columns), bias)
    for i in range(3):
        for j in range(3):
            z = z + kernel[i, j] * image[i : i + rows, j : j + columns]
    a = np.maximum(z, 0)
    pooled = a.mean(axis=1)
    dy = np.dot(readout, pooled) - target
    dreadout = dy * pooled
    dpooled = dy * readout
    da = np.repeat(dpooled[:, None], columns, axis=1) / columns
    dz = da * (a > 0)
    dkernel = np.zeros_like(kernel)
    dimage = np.zeros_like(image)
    for i in range(3):
        for j in range(3):
            dkernel[i, j] = np.sum(dz * image[i : i + rows, j : j + columns])
            dimage[i : i + rows, j : j + columns] += dz * kernel[i, j]
    dbias = dz.sum()
    return {"kernel": dkernel, "bias": dbias, "readout": dreadout, "image": dimage}


r = np.random.default_rng(13)
example = (r.normal(size=(3, 3)), 0.1, r.normal(size=4), r.normal(size=(6, 7)), 1.5)
