"""Every number of the lessons: values and gradients against JAX, slopes against difference quotients.

What the text, the figures, the ledgers and the answers show are these values by name (an answer cannot be
typed: `backsight.guide.reading.computed`); the code shown is run by the contract's test.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from backsight.emit.jax import JaxSpeller
from backsight.emit.python import python_name
from backsight.explaining.ladder import ladder
from backsight.guide.model import LessonFunction, load_functions
from backsight.ir.evaluate import evaluate_all
from backsight.ir.program import Constant, Var

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = sorted(path.parent for path in (ROOT / "lessons").glob("*/index.md"))
FUNCTIONS = [
    pytest.param(function, id=f"{folder.name}-{name}")
    for folder in FOLDERS
    for name, function in load_functions(folder).items()
]
H = 1e-6


def places(function: LessonFunction) -> list[dict[str, Any]]:
    """The example, and three places near it: entries of labels and other whole numbers stay what they are."""
    found = []
    for k in range(4):
        # Floats move, each by its own amount, so that no two stay equal by chance.
        moved = {}
        for position, (name, value) in enumerate(function.example.items()):
            array = np.asarray(value, float)
            factor = 1 + 0.07 * k * (1 + position % 3)
            moved[name] = (array * factor if name in function.wrt else array).tolist()
        found.append(moved)
    return found


def in_jax(function: LessonFunction) -> Any:
    forward = function.inspection.forward
    namespace: dict[str, Any] = {}
    exec(forward.emit("jax"), namespace)
    return namespace[python_name(forward, JaxSpeller.reserved)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_values_and_gradients_are_those_of_jax(function: LessonFunction) -> None:
    inspection = function.inspection
    names = [v.name for v in inspection.forward.inputs]
    forward, wrt = in_jax(function), tuple(names.index(w) for w in function.wrt)
    of_jax = jax.jit(jax.value_and_grad(forward, wrt) if wrt else lambda *args: (forward(*args), ()))
    for place in places(function):
        values = function.run(place)
        value, gradient = of_jax(*(np.asarray(place[name], float) for name in names))
        output = inspection.forward.outputs[0]
        ours = values[output.name] if isinstance(output, Var) else output.value
        np.testing.assert_allclose(ours, value, rtol=1e-10, atol=1e-12, equal_nan=True)
        for name, of_this in zip(function.wrt, gradient, strict=True):
            atom = inspection.adjoints.get(name, Constant(0.0))
            adjoint = values[atom.name] if isinstance(atom, Var) else atom.value
            np.testing.assert_allclose(
                np.broadcast_to(adjoint, np.shape(of_this)), of_this, rtol=1e-9, atol=1e-11, err_msg=name
            )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_rung_of_the_ladder_has_the_same_number(function: LessonFunction) -> None:
    """Adjoints are sums of shares; adjoints and local slopes are limits of difference quotients."""
    found = ladder(function.inspection)
    if found is None:
        return
    for place in places(function):
        values = function.run(place)

        def quotients(h: float, place: dict[str, Any] = place) -> dict[str, Any]:
            inputs = [h if v.name == found.nudge else place[v.name] for v in found.program.inputs]
            return {name: a.tolist() for name, a in evaluate_all(found.program, inputs).items()}

        def read(atom: Any, source: dict[str, Any]) -> float:
            return float(source[atom.name] if isinstance(atom, Var) else atom.value)

        ahead, behind = quotients(H), quotients(-H)
        pairs = [(s.slope, s.rate) for s in found.steps]
        pairs += [(found.adjoints[name], rate) for name, rate in found.rates.items()]
        for slope, rate in pairs:
            assert_limit(read(slope, values), read(rate, ahead), read(rate, behind))
        for name, uses in found.uses.items():
            shares = [
                read(found.adjoints.get(found.steps[i].target, Constant(1.0)), values)
                * read(found.steps[i].slope, values)
                for i in uses
            ]
            if name != found.output and all(map(math.isfinite, shares)):
                assert math.fsum(shares) == pytest.approx(
                    read(found.adjoints[name], values), rel=1e-9, abs=1e-9
                )


def assert_limit(slope: float, ahead: float, behind: float) -> None:
    """The slope is what both quotients come to; at a corner, it lies between them."""
    if not all(map(math.isfinite, (slope, ahead, behind))):
        return
    low, high = sorted((ahead, behind))
    slack = 2e-4 * max(1.0, abs(low), abs(high))
    assert low - slack <= slope <= high + slack
