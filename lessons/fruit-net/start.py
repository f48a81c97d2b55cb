"""Exercise: the backward pass of the fruit net, for any fruit.

Fill in the seven blanks (...), from the outputs back to the features, then run this file: it compares
all twelve slopes with nudges.
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(x, t, W1, b1, W2, b2):
    """The cost of one fruit."""
    a1 = sigmoid(W1 @ x + b1)
    a2 = sigmoid(W2 @ a1 + b2)
    return np.sum((a2 - t) ** 2) / 2


def backward(x, t, W1, b1, W2, b2):
    """The change of cost per unit of every weight and bias."""
    a1 = sigmoid(W1 @ x + b1)
    a2 = sigmoid(W2 @ a1 + b2)

    dz2 = ...  # per unit of the output sums: how far off, times the slope of the squash
    dW2 = ...  # np.outer(…, …): one row per output, one column per hidden neuron
    db2 = ...
    da1 = ...  # both paths, added
    dz1 = ...
    dW1 = ...
    db1 = ...
    return dW1, db1, dW2, db2


def check():
    h = 1e-6
    numbers = np.random.default_rng(8)
    for t in ([1.0, 0.0], [0.0, 1.0]):
        weights = [numbers.normal(size=size) for size in ((2, 2), 2, (2, 2), 2)]
        x, t = numbers.uniform(size=2), np.array(t)
        slopes = backward(x, t, *weights)
        for name, array, yours in zip(("dW1", "db1", "dW2", "db2"), weights, slopes, strict=True):
            assert yours is not ..., f"{name} is still blank"
            for place in np.ndindex(array.shape):
                kept = array[place]
                array[place] = kept + h
                up = forward(x, t, *weights)
                array[place] = kept - h
                down = forward(x, t, *weights)
                array[place] = kept
                nudged = (up - down) / (2 * h)
                where = f"{name}[{', '.join(map(str, place))}]"
                assert abs(yours[place] - nudged) < 1e-8, (
                    f"{where}: a nudge says {nudged:.5f}, you say {yours[place]:.5f}"
                )
    print("Your backward pass agrees with the nudges.")


if __name__ == "__main__":
    check()
