"""Explanations tell the truth: factors multiply to the gradient, paths sum to it, every number exists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from backsight import trace
from backsight.errors import DifferentiationError
from backsight.explaining.derivation import Derivation, Factor, Ref, derive
from backsight.explaining.inspection import Inspection, inspect
from backsight.explaining.passes import Step, passes
from backsight.ir.evaluate import evaluate_all
from backsight.ir.program import Var
from backsight.models.nets import ACTIVATIONS, OUTPUTS, Net
from backsight.transforms import simplify
from tests.agreement import assert_close, run_reference
from tests.random_nets import RandomNet, answers_of_jax, random_net
from tests.random_programs import programs, random_function, refused

NETS = [
    *(
        Net(depth, a, o)
        for depth in (0, 1, 2)
        for a in ACTIVATIONS
        for o in OUTPUTS
        if depth or a == "linear"
    ),
    Net(6, "tanh", "softmax"),
    Net(6, "relu", "squared"),
]


class Explained:
    """A net with everything its inspect kernel would compute."""

    def __init__(self, seed: int, net: Net) -> None:
        self.example: RandomNet = random_net(seed, net)
        self.inspection: Inspection = inspect(simplify(net.program()), net.parameters)
        arrays = evaluate_all(self.inspection.program, self.example.inputs)
        self.values = {name: np.array(a.data, dtype=float).reshape(a.shape) for name, a in arrays.items()}
        inputs = {v.name: v for v in self.inspection.forward.inputs}
        self.derivations: dict[str, Derivation] = {
            name: derive(self.inspection, inputs[name], "n") for name in net.parameters
        }

    def number(self, ref: Ref) -> tuple[np.ndarray, str]:
        """The array a reference points into, and its letters."""
        assert ref.variable in self.values, f"no value {ref.variable}"
        array = self.values[ref.variable]
        assert array.ndim == len(ref.index), f"{ref} has {array.ndim} axes"
        return array, "".join(ref.index)

    def product(self, factors: Sequence[Factor], free: str) -> tuple[np.ndarray, set[str]]:
        """The product of factors, summed over all letters but the free ones; and the letters summed over."""
        found = [self.number(f.value) for f in factors]
        used = "".join(letters for _, letters in found)
        # A letter that no factor has: all its entries are the same.
        size = {"n": len(self.example.X)}
        missing = [c for c in free if c not in used]
        ones = [(np.ones(size.get(c, self._size(c))), c) for c in missing]
        everything = [*found, *ones]
        spec = ",".join(letters for _, letters in everything)
        return np.einsum(f"{spec}->{free}", *(a for a, _ in everything)), set(used) - set(free)

    def _size(self, letter: str) -> int:
        for derivation in self.derivations.values():
            for index, ref in ((r.index, r) for r in (derivation.gradient,)):
                if letter in index:
                    return self.values[ref.variable].shape[index.index(letter)]
        raise AssertionError(f"no axis {letter}")


@lru_cache
def explained(net: Net) -> Explained:
    return Explained(NETS.index(net), net)


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.id)
def test_factors_multiply_to_the_gradient(net: Net) -> None:
    """Per example, and summed over the batch: the gradient that training uses, which is JAX's."""
    case = explained(net)
    _, *expected = answers_of_jax(case.example)
    for name, theirs in zip(net.parameters, expected, strict=True):
        derivation = case.derivations[name]
        own = "".join(derivation.indices)
        gradient, letters = case.number(derivation.gradient)
        assert letters == own
        scale = max(1e-12, float(np.abs(theirs).max()))
        np.testing.assert_allclose(gradient, theirs, atol=1e-10 * scale, err_msg=f"{name}: gradient")
        product, summed = case.product(derivation.factors, f"n{own}")
        assert not summed, f"{name}: factors of one entry, but they run over {summed}"
        np.testing.assert_allclose(product.sum(0), theirs, atol=1e-10 * scale, err_msg=f"{name}: factors")
        # One example's contribution is the gradient of that example's share of the cost.
        share = _share(case, name, 0)
        np.testing.assert_allclose(
            product[0], share, atol=1e-9 * max(scale, np.abs(share).max()), err_msg=f"{name}: example"
        )


def _share(case: Explained, name: str, row: int) -> np.ndarray:
    """The gradient of one example's share of the cost, by JAX: its own cost over the number of examples."""
    example = case.example
    alone = type(example)(
        example.seed,
        example.net,
        example.widths,
        example.X[row : row + 1],
        example.T[row : row + 1],
        example.parameters,
    )
    place = case.example.net.parameters.index(name)
    return answers_of_jax(alone)[1 + place] / len(example.X)


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.id)
def test_paths_sum_to_the_gradient(net: Net) -> None:
    case = explained(net)
    for name, derivation in case.derivations.items():
        if not derivation.path:
            continue
        own = "".join(derivation.indices)
        contribution, _ = case.product(derivation.factors, f"n{own}")
        total, summed = case.product(derivation.path, f"n{own}")
        assert summed == {letter for letter, _ in derivation.over}, name
        np.testing.assert_allclose(
            total, contribution, atol=1e-10 * np.abs(contribution).max() + 1e-15, err_msg=name
        )
        sizes = dict(zip(case.inspection.forward.dims, (), strict=False))
        assert not sizes or all(dim in sizes for _, dim in derivation.over)


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.id)
def test_every_parameter_has_a_whole_derivation(net: Net) -> None:
    case = explained(net)
    count = net.depth + 1
    for position, name in enumerate(net.parameters):
        derivation = case.derivations[name]
        assert derivation.path, f"{name} has no path"
        assert len(derivation.over) == max(0, count - 1 - position // 2)
        assert derivation.example == ("n", "n")
        for factor in (*derivation.factors, *derivation.path):
            _whole(factor)


def _whole(factor: Factor) -> None:
    """Something to read in every field, braces that match."""
    for tex in (factor.tex, factor.equals):
        assert tex and tex.count("{") == tex.count("}")
    # Names of people's own may have one: a1_1.
    plain = re.sub(r"leaky_relu|\b[a-z]+\d*_\d+\b", "", factor.words)
    assert factor.words and "_" not in plain
    for term in factor.terms:
        _whole(term)


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.id)
def test_sums_over_the_next_layer(net: Net) -> None:
    case = explained(net)
    for derivation in case.derivations.values():
        for factor in derivation.factors:
            if factor.terms:
                value, letters = case.number(factor.value)
                total, summed = case.product(factor.terms, letters)
                assert summed == {factor.sum_index}
                np.testing.assert_allclose(total, value, atol=1e-10 * np.abs(value).max() + 1e-15)


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.id)
def test_every_number_of_the_slow_pass_exists(net: Net) -> None:
    case = explained(net)
    forward, backward = passes(case.inspection, "n")
    known = {v.name for v in case.inspection.forward.inputs}
    for step in (*forward, *backward):
        case.number(step.value)
        for ref in step.source:
            case.number(ref)
        assert step.words and step.tex.count("{") == step.tex.count("}")
    for step in forward:
        assert {ref.variable for ref in step.source} <= known, "a value is used before its step"
        known.add(step.value.variable)
    named = {
        e.output.name
        for e in case.inspection.forward.equations
        if e.output.named and e.output.type.dtype == "float64"
    }
    assert {s.value.variable for s in forward} == named
    assert {f"d{p}" for p in net.parameters} <= {s.value.variable for s in backward}
    _in_order(backward)


def _in_order(steps: Sequence[Step]) -> None:
    """Backward too, blame is handed on only once it is known."""
    computed = {s.value.variable for s in steps}
    done: set[str] = set()
    for step in steps:
        needed = {r.variable for r in step.source if r.variable in computed}
        assert needed <= done, f"{step.value.variable} needs {needed - done}"
        done.add(step.value.variable)


def test_the_inspected_gradient_is_the_gradient() -> None:
    """On functions of any form: inspecting changes no number, and names every adjoint it shows."""
    tried = 0
    for case in range(200, 260):
        function = random_function(Random(case))
        if refused(function):
            continue
        traced, plain, _ = programs(function)
        forward = simplify(traced)
        inspection = inspect(forward, [v.name for v in forward.inputs])
        answers = run_reference(inspection.program, function.inputs)
        expected = run_reference(plain, function.inputs)
        for ours, theirs in zip(answers, expected, strict=True):
            np.testing.assert_allclose(
                ours, theirs, rtol=1e-9, atol=1e-9 * _largest(expected), err_msg=str(function)
            )
        known = inspection.program.variables()
        for name, atom in inspection.adjoints.items():
            assert isinstance(atom, Var) and atom.name in known, name
        for edge in inspection.edges:
            assert not isinstance(edge.slope, Var) or edge.slope.name in known
        passes(inspection, None)
        tried += 1
    assert tried > 40


def _largest(arrays: Sequence[Any]) -> float:
    return max(float(np.abs(a).max(initial=0.0)) for a in arrays)


# The lessons' own functions ---------------------------------------------------------------------------------


def test_two_dials() -> None:
    """One number at each step: the product of the slopes is the derivative."""

    def chain(x: Any, w1: Any, w2: Any) -> Any:
        a = w1 * x
        b = np.tanh(a)
        c = w2 * b
        return c

    forward = simplify(trace(chain, 0.4, 1.5, -2.0))
    inspection = inspect(forward, ["x", "w1", "w2"])
    values = {k: v.tolist() for k, v in evaluate_all(inspection.program, [0.4, 1.5, -2.0]).items()}
    derivation = derive(inspection, forward.inputs[0], None)
    slopes = [values[f.value.variable] for f in derivation.path]
    np.testing.assert_allclose(slopes, [-2.0, 1 - np.tanh(0.6) ** 2, 1.5])
    assert values["dx"] == pytest.approx(np.prod(slopes), rel=1e-15)
    assert [f.tex for f in derivation.path] == [
        r"\frac{\partial c}{\partial b}",
        r"\frac{\partial b}{\partial a}",
        r"\frac{\partial a}{\partial x}",
    ]
    assert derivation.over == () and derivation.example is None


def test_a_value_called_like_an_adjoint_is_not_taken_for_it() -> None:
    """A backward pass written by hand, say, whose `dw` is a value like any other."""

    def by_hand(w: float, x: float) -> float:
        a = np.tanh(w * x)
        dw = 3.0 * a * x
        return dw

    forward = simplify(trace(by_hand, 0.7, 1.5))
    inspection = inspect(forward, ["w"])
    values = {k: v.tolist() for k, v in evaluate_all(inspection.program, [0.7, 1.5]).items()}
    true = 3.0 * 1.5 * 1.5 * (1 - np.tanh(1.05) ** 2)
    derivation = derive(inspection, forward.inputs[0], None)
    assert values[derivation.gradient.variable] == pytest.approx(true)
    assert values["dw"] == pytest.approx(3.0 * 1.5 * np.tanh(1.05))


def lesson_functions() -> list[Any]:
    from backsight.guide.model import load_functions

    folders = sorted((Path(__file__).resolve().parent.parent / "lessons").glob("*/model.py"))
    return [entry for path in folders for entry in load_functions(path.parent).values()]


@pytest.mark.parametrize("entry", lesson_functions(), ids=lambda entry: entry.name)
def test_functions_of_the_lessons(entry: Any) -> None:
    """Factors multiply to the gradient, paths too; a slope that is a number but not 1 is a factor as well."""
    inspection = entry.inspection
    inputs = {v.name: v for v in inspection.forward.inputs}
    arrays = evaluate_all(
        inspection.program, [np.asarray(entry.example[name], dtype=float) for name in inputs]
    )
    values = {name: np.array(a.data, dtype=float).reshape(a.shape) for name, a in arrays.items()}
    for name in entry.wrt:
        derivation = derive(inspection, inputs[name], None)
        gradient = values[derivation.gradient.variable]
        for factors in (derivation.factors, derivation.path):
            for factor in factors:
                _whole(factor)
            spec = ",".join("".join(f.value.index) for f in factors)
            product = np.einsum(f"{spec}->", *(values[f.value.variable] for f in factors)) if factors else 1.0
            if factors or _is_chain(derivation, inspection):
                np.testing.assert_allclose(product, gradient, rtol=1e-12, err_msg=f"{entry.name}: {name}")


def _is_chain(derivation: Derivation, inspection: Inspection) -> bool:
    """Whether no factors means that the slope is 1, rather than that there are several paths."""
    here, cost = derivation.parameter, inspection.forward.outputs[0]
    while here != str(cost):
        edges = inspection.out_edges(here)
        if len(edges) != 1:
            return False
        here = edges[0].target.name
    return True


def test_constant_slopes_are_factors() -> None:
    def f(x: Any) -> Any:
        u = 3 * x - 1
        y = u**2
        z = 5 - y
        return z

    forward = simplify(trace(f, 2.0))
    inspection = inspect(forward, ["x"])
    derivation = derive(inspection, forward.inputs[0], None)
    assert [factor.equals for factor in derivation.path] == ["-1", r"2 \, u", "3"]


def test_axes_that_cannot_be_told_apart_are_refused() -> None:
    def f(X: Any, w: Any) -> Any:
        z = X @ w
        cost = np.sum(z**2)
        return cost

    forward = simplify(trace(f, np.ones((3, 2)), np.ones(2)))
    with pytest.raises(DifferentiationError, match="cannot be told apart") as caught:
        derive(inspect(forward, ["w"]), forward.inputs[1], None)
    assert "named axes" in caught.value.remedy
    forward = simplify(trace(f, np.ones((3, 2)), np.ones(2), axes={"X": ("n", "d"), "w": ("d",)}))
    assert len(derive(inspect(forward, ["w"]), forward.inputs[1], "n").factors) == 2


def test_assert_close_is_no_rubber_stamp() -> None:
    """The helper that all agreement rests on can say no."""
    for wrong in ([1.0, 2.1], [1.0, np.nan], [1.0], [1.0, np.inf]):
        with pytest.raises(AssertionError):
            assert_close([np.array(wrong)], [np.array([1.0, 2.0])], 1e-12, "test")
