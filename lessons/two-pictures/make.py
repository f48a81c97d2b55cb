"""Makes this lesson's data and trained weights: `python lessons/two-pictures/make.py` writes made.json.

Everything is seeded. The nets are those of the sandbox (`backsight.models.nets`), trained with gradients by
backsight and its own Adam; weights are rounded to hundredths, as the figure shows them.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np

import backsight as bs
from backsight.models import training
from backsight.models.nets import Net, define
from backsight.models.random import DATA, START, Random

POINTS, EPOCHS, RATE = 200, 1500, 0.05
SEEDS = (1, 2, 3, 4, 5)
STARTS_OF_TWO = 100
DEEP, DEEP_SEED = (4, 3), 4  # the first start that leaves no neuron dead and gets all points
CLOUD, DIMENSIONS = 24, 100
ORDER = ("w11", "w21", "b1", "w12", "w22", "b2", "w13", "w23", "b3", "v1", "v2", "v3", "c")
# Fold lines that somebody drew; only the last neuron is trained on them. Columns are units.
ARRANGED = {
    "star": ([[1.0, -0.5, -0.5], [0.0, 0.87, -0.87]], [0.0, 0.0, 0.0]),
    "parallel": ([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]], [2.8, 0.0, -2.8]),
    "fan": ([[1.0, 0.87, 0.5], [0.0, 0.5, 0.87]], [0.0, 0.0, 0.0]),
}


def rings():
    """200 points, disc and ring in turn: X (200, 2), T (200, 1)."""
    return points(training.rings)


def points(shape):
    """200 points, the two classes in turn: X (200, 2), T (200, 1)."""
    u = np.array(Random(1, DATA).uniforms(4 * POINTS)).reshape(POINTS, 4)
    label = np.arange(POINTS) % 2.0
    x1, x2 = shape(u, 0.0, label)
    return np.round(np.stack([x1, x2], axis=1), 3), label[:, None]


def start(seed, *units):
    """He's start for a net of two inputs, these hidden layers, and one output, as the sandbox draws it."""
    random = Random(seed, START)
    found = []
    for wide, narrow in itertools.pairwise((2, *units, 1)):
        weights = training.he(np.array(random.uniforms(wide * narrow)), wide, narrow)
        found += [weights.reshape(wide, narrow), np.zeros(narrow)]
    return found


def train(parameters, X, T, activation="relu", frozen=()):
    """Adam on the whole set; parameters whose place is in `frozen` stay."""
    net = Net(len(parameters) // 2 - 1, activation, "squared")
    cost = define(net.source(), "net", f"made-{activation}.py")
    slopes = bs.grad(cost, argnums=tuple(range(2, 2 + len(parameters))))
    states = [(p, np.zeros_like(p), np.zeros_like(p), 0.0) for p in parameters]
    for _ in range(EPOCHS):
        gradient = slopes(X, T, *(state[0] for state in states))
        states = [
            state if place in frozen else training.adam(state[0], g, RATE, *state[1:])
            for place, (state, g) in enumerate(zip(states, gradient, strict=True))
        ]
    return [np.round(state[0], 2) for state in states]


def hits(parameters, X, T):
    """How many points a ReLU net puts on their own side."""
    *layers, W, b = parameters
    for weights, biases in zip(layers[::2], layers[1::2], strict=True):
        X = np.maximum(X @ weights + biases, 0)
    out = X @ W + b
    return int(np.sum((out > 0) == (T > 0.5)))


def named(parameters):
    """Inputs of the lesson's stage; a net of two units has a third that says nothing."""
    W1, b1, W2, b2 = parameters
    found = {"c": float(b2[0])}
    for unit in range(3):
        has = unit < len(b1)
        values = (W1[0, unit], W1[1, unit], b1[unit], W2[unit, 0]) if has else (0.0, 0.0, 0.0, 0.0)
        for name, number in zip(("w1", "w2", "b", "v"), values, strict=True):
            found[f"{name}{unit + 1}"] = float(number)
    return found


def best_of_two(X, T):
    """The best of many trained nets of two units."""
    trained = [train(start(seed, 2), X, T) for seed in range(1, STARTS_OF_TWO + 1)]
    return max(trained, key=lambda parameters: hits(parameters, X, T))


def made():
    """What made.json holds."""
    X, T = rings()
    inputs = {f"seed{seed}": named(train(start(seed, 3), X, T)) for seed in SEEDS}
    inputs["two"] = named(best_of_two(X, T))
    for name, (W1, b1) in ARRANGED.items():
        parameters = [np.array(W1), np.array(b1), *start(1, 3)[2:]]
        inputs[name] = named(train(parameters, X, T, frozen=(0, 1)))
    arms, side = points(training.spiral)
    deep = train(start(DEEP_SEED, *DEEP), arms, side)
    cloud = np.round(Random(1, DATA).uniforms(CLOUD * DIMENSIONS), 2)
    data = {
        "x1s": X[:, 0].tolist(),
        "x2s": X[:, 1].tolist(),
        "ring": T[:, 0].tolist(),
        "deep_x1": arms[:, 0].tolist(),
        "deep_x2": arms[:, 1].tolist(),
        "deep_side": side[:, 0].tolist(),
        "deep": [float(number) for parameter in deep for number in parameter.ravel()],
        "cloud": cloud.tolist(),
        "order": [float(i + 1) for i in range(DIMENSIONS)],
        **{name: [weights[key] for key in ORDER] for name, weights in inputs.items()},
    }
    return {"data": data, "inputs": inputs}


if __name__ == "__main__":
    text = json.dumps(made(), separators=(",", ":"))
    (Path(__file__).parent / "made.json").write_text(text + "\n", "utf-8")
