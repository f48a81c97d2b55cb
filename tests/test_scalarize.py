"""A Program taken apart into numbers: the same values, the same slopes."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from backsight import compile, trace
from backsight.errors import EmitError, GuardError, ShapeError
from backsight.ir.builder import Builder
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import ArrayType, Origin, Program
from backsight.models.nets import Net
from backsight.transforms import entries, gradient, scalarize, simplify
from tests.agreement import run_numpy, run_reference
from tests.random_nets import random_net
from tests.random_programs import programs, random_function, refused
from tests.test_every_op import SOME, cases

APART = [name for name in SOME if REGISTRY[name].family is not Family.ROUTINE]


def flat(arrays: Any) -> np.ndarray:
    return np.array(entries([np.asarray(a, dtype=float) for a in arrays]), dtype=float)


def same(apart: Program, whole: Program, inputs: Any, tolerance: float = 1e-12) -> None:
    """Raises: AssertionError where the numbers differ, or something in `apart` is no number."""
    assert all(v.type.shape == () for v in apart.variables().values())
    expected = flat(run_reference(whole, inputs))
    found = flat(run_reference(apart, entries([np.asarray(x) for x in inputs])))
    finite = np.abs(expected[np.isfinite(expected)])
    scale = float(finite.max()) if finite.size else 1.0
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * scale, err_msg=str(whole))


@pytest.mark.parametrize("name", APART)
def test_every_op_that_is_no_routine(name: str) -> None:
    for case in cases(name):
        if case.program.outputs[0].type.shape.count(0):
            with pytest.raises(ShapeError, match="computes no numbers"):
                scalarize(case.program)
        else:
            same(scalarize(case.program), case.program, case.inputs)


@pytest.mark.parametrize("case", range(25))
def test_random_functions_and_their_gradients(case: int) -> None:
    """Taken apart and then differentiated is differentiated and then taken apart."""
    function = random_function(Random(f"scalars {case}"))
    if refused(function):
        return
    traced, _, short = programs(function)
    apart = scalarize(traced)
    same(apart, traced, function.inputs)
    same(simplify(apart), traced, function.inputs)
    same(scalarize(short), short, function.inputs, 1e-11)
    same(gradient(apart).program, short, function.inputs, 1e-10)


@pytest.mark.parametrize("net", [Net(1, "tanh", "softmax"), Net(2, "relu", "squared")], ids=lambda n: n.id)
def test_a_net_neuron_by_neuron(net: Net) -> None:
    example = random_net(3, net)
    whole = simplify(gradient(simplify(net.program()), net.parameters).program)
    widths = {
        d: s
        for v, x in zip(whole.inputs, example.inputs, strict=True)
        for d, s in zip(v.type.shape, np.shape(x), strict=True)
        if isinstance(d, str)
    }
    apart = scalarize(whole, widths)
    same(apart, whole, example.inputs, 1e-11)
    names = set(apart.variables())
    assert {"W1_0_1", "z1_0_0", "b1_0", "dW1_0_1", "dz1_0_0"} <= names
    assert apart.variables()["z1_0_0"].named
    inputs = entries(example.inputs)
    for ours, theirs in zip(run_numpy(simplify(apart), inputs), run_reference(apart, inputs), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)


def test_an_entry_that_only_moves_keeps_its_name() -> None:
    apart = scalarize(trace(lambda x: np.sum(x.T[0] * 2), np.ones((2, 2))))
    assert [str(v) for v in apart.inputs] == ["x_0_0", "x_0_1", "x_1_0", "x_1_1"]
    assert [str(a) for e in apart.equations if e.op == "mul" for a in e.inputs][::2] == ["x_0_0", "x_1_0"]


def test_names_do_not_collide() -> None:
    def f(x: Any, x_0: Any) -> Any:
        return x[0] + x[1] * x_0

    apart = scalarize(trace(f, np.ones(2), 3.0))
    assert len({v.name for v in apart.inputs}) == 3
    assert run_reference(apart, [1.0, 2.0, 3.0]) == [7.0]


def test_sizes_of_named_dimensions() -> None:
    program = trace(lambda X: np.mean(X), np.ones((3, 2)), axes={"X": ("n", None)})
    with pytest.raises(ShapeError, match="the size of 'n' must be known") as caught:
        scalarize(program)
    assert "{'n': 3}" in caught.value.remedy
    assert run_reference(scalarize(program, {"n": 2}), [1.0, 2.0, 3.0, 6.0]) == [3.0]


def test_decisions_stay() -> None:
    apart = scalarize(trace(lambda x: x[0] if x[0] > x[1] else x[1], np.array([2.0, 1.0])))
    assert len(apart.guards) == 1 and apart.guards[0].expected
    with pytest.raises(GuardError):
        compile(apart)(1.0, 2.0)


def test_what_works_on_whole_arrays_is_refused() -> None:
    builder = Builder("f")
    A = builder.input("A", ArrayType((2, 2)))
    builder.origin = Origin("model.py", 7, "B = np.linalg.inv(A)")
    program = builder.finish([builder.apply("inv", [A], name="B")])
    with pytest.raises(EmitError, match="inv works on whole arrays") as caught:
        scalarize(program)
    assert "model.py:7: B = np.linalg.inv(A)" in str(caught.value)


def test_a_limit() -> None:
    large = trace(lambda A, B: A @ B, np.ones((300, 300)), np.ones((300, 300)))
    with pytest.raises(EmitError, match="more than 20,000 equations"):
        scalarize(large)
    small = trace(lambda x: np.sum(x * x), np.ones(4))
    with pytest.raises(EmitError, match="more than 5 equations"):
        scalarize(small, limit=5)
    assert len(scalarize(small, limit=7).equations) == 7
