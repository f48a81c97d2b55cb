"""300 random functions with nested modes, seen from all sides; `make fuzz` looks at thousands."""

from __future__ import annotations

import os

import numpy as np
import pytest

from tests.random_functions import RandomFunction
from tests.random_programs import LINES, MODES, disagreements, shrunk

SEED = int(os.environ.get("BACKSIGHT_SEED", "2026"))


@pytest.mark.parametrize("block", range(6))
def test_every_answer_agrees(block: int) -> None:
    """The reference, NumPy and JavaScript on all, JAX on every fifth; the seed is part of every message."""
    print(f"seed {SEED}: BACKSIGHT_SEED={SEED} repeats this run")
    numbers = range(block * 50, block * 50 + 50)
    compared, problems = disagreements(SEED, numbers, jax_every=5, lines=LINES, modes=MODES)
    assert not problems, "\n\n".join(problems)
    assert compared == 50


def test_failures_are_made_small() -> None:
    """Of a long function with one wrong line, little more than that line is left."""
    lines = ("a = np.sin(x1) * s", "b = np.tanh(a) + 2 * x1", "c = np.floor(b) + b", "d = a * c")
    function = RandomFunction((*lines, "return np.sum(d) + np.sum(b)"), {"s": 1.5, "x1": np.ones(2)})

    def check(function: RandomFunction) -> None:
        if "floor" in function.source:
            raise ArithmeticError("found")

    small, error = shrunk(function, ArithmeticError("found"), check)
    assert "floor" in small.source and len(small.lines) <= 2 and "tanh" not in small.source
    assert isinstance(error, ArithmeticError)
