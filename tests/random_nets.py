"""Random nets of the sandbox's family, and their cost written a second time with jax.numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from backsight.ir.program import Program
from backsight.models.nets import ACTIVATIONS, DEPTHS, OUTPUTS, Activation, Net, Output
from backsight.transforms import gradient, simplify

# Few enough that JAX meets a shape again, and among them counts that no row tile divides.
EXAMPLES = (1, 2, 3, 5, 8, 13, 30, 61)
KINKED = ("relu", "leaky_relu")
IN_JAX = {
    "linear": lambda z: z,
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "leaky_relu": lambda z: jnp.where(z > 0, z, 0.01 * z),
    "softplus": jax.nn.softplus,
}


@dataclass(frozen=True)
class RandomNet:
    """A net of the family with widths, parameters and data, all fixed by its seed."""

    seed: int
    net: Net
    widths: tuple[int, ...]
    X: Any
    T: Any
    parameters: tuple[Any, ...]

    @property
    def inputs(self) -> list[Any]:
        return [self.X, self.T, *self.parameters]

    def __str__(self) -> str:
        shape = "-".join(map(str, self.widths))
        return f"seed {self.seed}: {self.net.id}, widths {shape}, {len(self.X)} examples"


def random_net(seed: int, net: Net | None = None) -> RandomNet:
    """The net of a seed: depth 0 to 6, widths 1 to 8, weights of moderate size.

    Args:
        net: the architecture, if it is not to be drawn.
    """
    random = np.random.default_rng(seed)
    drawn = _architecture(random)
    net = net or drawn
    classes = int(random.integers(1 if net.output == "squared" else 2, 7))
    widths = (int(random.integers(1, 5)), *random.integers(1, 9, net.depth).tolist(), classes)
    count = int(random.choice(EXAMPLES))
    X = random.normal(size=(count, widths[0])) * random.choice([0.3, 1.0, 3.0])
    labels = random.integers(0, classes, count)
    T = np.eye(classes)[labels] if classes > 1 else random.integers(0, 2, (count, 1)).astype(float)
    parameters: list[Any] = []
    for above, below in pairwise(widths):
        parameters.append(random.normal(size=(above, below)) * np.sqrt(2 / above))
        parameters.append(random.normal(size=below) * 0.3)
    return RandomNet(seed, net, widths, X, T, tuple(parameters))


def _architecture(random: np.random.Generator) -> Net:
    activation: Activation = ACTIVATIONS[random.integers(len(ACTIVATIONS))]
    output: Output = OUTPUTS[random.integers(len(OUTPUTS))]
    return Net(DEPTHS[random.integers(len(DEPTHS))], activation, output)


@cache
def gradient_program(net: Net) -> Program:
    """The value and the gradient by every parameter, as the sandbox gets it: all sizes stay open."""
    return simplify(gradient(simplify(net.program()), net.parameters).program)


def cost_in_jax(net: Net, X: Any, T: Any, parameters: Sequence[Any]) -> Any:
    """The cost from its textbook definition, sharing no code with backsight."""
    a = X
    for number in range(net.depth):
        a = IN_JAX[net.activation](a @ parameters[2 * number] + parameters[2 * number + 1])
    z = a @ parameters[-2] + parameters[-1]
    if net.output == "squared":
        return jnp.mean(jnp.sum((jax.nn.sigmoid(z) - T) ** 2, axis=1)) / 2
    return -jnp.mean(jnp.sum(T * jax.nn.log_softmax(z, axis=1), axis=1))


def answers_of_jax(example: RandomNet) -> list[np.ndarray]:
    """The cost and the gradient by every parameter."""
    value, slopes = _jax_gradient(example.net)(example.parameters, example.X, example.T)
    return [np.asarray(value), *map(np.asarray, slopes)]


@cache
def _jax_gradient(net: Net) -> Any:
    return jax.jit(jax.value_and_grad(lambda parameters, X, T: cost_in_jax(net, X, T, parameters)))


def cost_in_numpy(net: Net, X: Any, T: Any, parameters: Sequence[Any]) -> tuple[Any, float]:
    """The cost in extended precision where the machine has it, and how close a kink is."""
    a, nearest = X.astype(np.longdouble), np.inf
    for number in range(net.depth):
        z = a @ parameters[2 * number] + parameters[2 * number + 1]
        if net.activation in KINKED:
            nearest = min(nearest, float(np.min(np.abs(z))))
        a = _activation(net.activation, z)
    z = a @ parameters[-2] + parameters[-1]
    if net.output == "squared":
        return np.sum((1 / (1 + np.exp(-z)) - T) ** 2) / (2 * len(X)), nearest
    top = z.max(axis=1, keepdims=True)
    return np.sum(np.log(np.sum(np.exp(z - top), axis=1)) + top[:, 0] - np.sum(T * z, axis=1)) / len(
        X
    ), nearest


def _activation(name: str, z: Any) -> Any:
    match name:
        case "sigmoid":
            return 1 / (1 + np.exp(-z))
        case "tanh":
            return np.tanh(z)
        case "relu":
            return np.where(z > 0, z, 0)
        case "leaky_relu":
            return np.where(z > 0, z, z / 100)
        case "softplus":
            return np.logaddexp(z, 0)
    return z


def differences(example: RandomNet, entries: int = 12, step: float = 1e-5) -> list[tuple[int, int, float]]:
    """Central differences at some entries: (parameter, flat position, slope). None near a kink."""
    random = np.random.default_rng(example.seed + 1)
    start = [p.astype(np.longdouble) for p in example.parameters]
    found = []
    for _ in range(entries):
        place = int(random.integers(len(start)))
        position = int(random.integers(start[place].size))
        sides = []
        for sign in (1, -1):
            moved = [p.copy() for p in start]
            moved[place].flat[position] += sign * step
            sides.append(cost_in_numpy(example.net, example.X, example.T, moved))
        # A unit may cross its kink between the two sides only if z is that close to it.
        if min(nearest for _, nearest in sides) > 1e3 * step:
            found.append((place, position, float((sides[0][0] - sides[1][0]) / (2 * step))))
    return found
