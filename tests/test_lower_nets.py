"""Gradient kernels of random nets: fused against unfused and both against JAX, awkward sizes included."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jax
import numpy as np
import pytest

from backsight.ir.program import Program
from backsight.models.nets import ACTIVATIONS, OUTPUTS, Net
from backsight.transforms import gradient, simplify
from tests.javascript import Job, execute, job

BATCHES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 101)


@dataclass(frozen=True)
class Case:
    """One net with sizes; the kernels see rows `low` to `high` of `n`."""

    net: Net
    widths: tuple[int, ...]
    n: int
    low: int
    high: int
    seed: int

    @property
    def dims(self) -> dict[str, int]:
        names = ["d", *(f"h{i}" for i in range(1, self.net.depth + 1)), "k"]
        return {"n": self.n, **dict(zip(names, self.widths, strict=True))}

    def inputs(self) -> dict[str, Any]:
        rng = np.random.default_rng(self.seed)
        found = {}
        for name, type in self.net.types().items():
            found[name] = rng.normal(size=[self.dims[str(d)] for d in type.shape])
        labels = rng.integers(self.widths[-1], size=self.n)
        return {**found, "T": np.eye(self.widths[-1])[labels]}


@cache
def reverse(net: Net) -> Program:
    return simplify(gradient(simplify(net.program()), net.parameters, name="net_gradient").program)


def cases(count: int) -> list[Case]:
    rng = random.Random(5)
    found = []
    for number in range(count):
        net = Net(rng.randrange(5), ACTIVATIONS[number % len(ACTIVATIONS)], rng.choice(OUTPUTS))
        square = number % 4 == 0
        d, k = (2, 2) if square else (rng.randint(1, 8), rng.randint(1, 8))
        widths = (d, *(rng.randint(1, 8) for _ in range(net.depth)), k)
        n = BATCHES[number % len(BATCHES)]
        low = rng.choice([0, 0, rng.randrange(n)])
        high = n if low == 0 and rng.random() < 0.7 else rng.randint(low + 1, n)
        found.append(Case(net, widths, n, low, high, number))
    return found


def expected(case: Case) -> list[Any]:
    """Cost and gradient by JAX."""
    inputs = case.inputs()
    X, T = (inputs[x][case.low : case.high] for x in "XT")
    functions: Mapping[str, Any] = {
        "linear": lambda z: z,
        "sigmoid": jax.nn.sigmoid,
        "tanh": jax.numpy.tanh,
        "relu": jax.nn.relu,
        "leaky_relu": lambda z: jax.nn.leaky_relu(z, 0.01),
        "softplus": jax.nn.softplus,
    }

    def cost(parameters: list[Any]) -> Any:
        a, n = X, X.shape[0]
        for layer in range(case.net.depth + 1):
            z = a @ parameters[2 * layer] + parameters[2 * layer + 1]
            a = functions[case.net.activation](z)
        if case.net.output == "squared":
            return ((jax.nn.sigmoid(z) - T) ** 2).sum() / (2 * n)
        return -(jax.nn.log_softmax(z, axis=1) * T).sum() / n

    value, slopes = jax.value_and_grad(cost)([inputs[p] for p in case.net.parameters])
    return [value, *slopes]


def kernels(case: Case) -> list[Job]:
    inputs = case.inputs()
    program = reverse(case.net)
    given = [inputs[v.name] for v in program.inputs]
    runs = [(case.low, case.high)]
    found = [job(program, given, mode=mode, rows="n", runs=runs) for mode in ("fused", "inspect")]
    if case.widths[0] == case.widths[-1] == 2:
        found.append(job(program, given, rows="n", runs=runs, bind={"d": 2, "k": 2}))
    bound = {d: s for d, s in case.dims.items() if d != "n"}
    # Twice: what a run adds up must not stay for the next one.
    found.append(job(program, given, rows="n", runs=[*runs, *runs], bind=bound))
    return found


def distance(got: list[Any], want: list[Any]) -> float:
    """Largest difference relative to the largest entry."""
    a, b = np.concatenate([np.ravel(x) for x in got]), np.concatenate([np.ravel(x) for x in want])
    return float(np.max(np.abs(a - b)) / max(1e-300, float(np.max(np.abs(b)))))


@pytest.fixture(scope="module")
def runs() -> list[tuple[Case, list[list[Any]]]]:
    chosen = cases(44)
    jobs = [kernels(c) for c in chosen]
    results = iter(execute([j for each in jobs for j in each]))
    found = []
    for case, each in zip(chosen, jobs, strict=True):
        names = [str(a) for a in reverse(case.net).outputs]
        found.append((case, [[r[name] for name in names] for r in (next(results) for _ in each)]))
    return found


def test_kernels_agree_with_jax(runs: list[tuple[Case, list[list[Any]]]]) -> None:
    for case, results in runs:
        want = expected(case)
        for got in results:
            assert distance(got, want) < 1e-9, case


def test_fused_kernels_agree_with_unfused_ones(runs: list[tuple[Case, list[list[Any]]]]) -> None:
    for case, results in runs:
        for got in (results[0], *results[2:]):
            assert distance(got, results[1]) < 1e-12, case
