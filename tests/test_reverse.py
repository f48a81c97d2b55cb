"""Reverse mode: right on every function we can draw, of the shape of its inputs, no longer than need be."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backsight import ArrayType, grad, trace, value_and_grad
from backsight.errors import DifferentiationError
from backsight.ir.evaluate import evaluate
from backsight.ir.program import Program
from backsight.models.nets import Net
from backsight.transforms import gradient, simplify
from tests.agreement import assert_close, run_javascript, run_numpy, run_reference
from tests.random_programs import (
    RandomFunction,
    check_with_jax,
    check_without_jax,
    random_function,
    refused,
)

FUNCTIONS = st.randoms(use_true_random=False).map(lambda random: random_function(random))


# Random functions -------------------------------------------------------------------------------------------


@settings(max_examples=120)
@given(FUNCTIONS)
def test_random_functions(function: RandomFunction) -> None:
    """NumPy itself, the Program, its gradient with and without algebra, the emitted source and its text."""
    if not refused(function):
        check_without_jax(function)


@settings(max_examples=12)
@given(FUNCTIONS)
def test_random_functions_against_jax(function: RandomFunction) -> None:
    if not refused(function):
        check_with_jax(function, check_without_jax(function)[1])


def test_random_functions_in_javascript() -> None:
    tasks, expected = [], []
    for case in range(100, 165):
        function = random_function(Random(case))
        if not refused(function):
            program, answers = check_without_jax(function)
            tasks.append((program, function.inputs))
            expected.append((answers, str(function)))
    assert len(tasks) > 50, "too many refusals: the test has lost its teeth"
    for ours, (theirs, source) in zip(run_javascript(tasks), expected, strict=True):
        assert_close(ours, theirs, 1e-9, source)


# Known gradients --------------------------------------------------------------------------------------------

A, V = np.arange(6.0).reshape(2, 3) - 2, np.array([0.5, -1.0, 2.0])


@pytest.mark.parametrize(
    ("function", "point", "expected"),
    [
        (lambda x: x, 3.0, 1),
        (lambda x: 5.0, 3.0, 0),
        (lambda x: x + x, 3.0, 2),
        (lambda x: x * x * x, 2.0, 12),
        (lambda x: np.sum(x), V, np.ones(3)),
        (lambda x: np.sum(2 * V), V, np.zeros(3)),
        (lambda x: x[1], V, [0, 1, 0]),
        (lambda x: x[1] + x[1] * x[0], V, [-1, 1.5, 0]),
        (lambda x: np.sum(x**2), A, 2 * A),
        (lambda x: np.sum(x @ V), A, np.tile(V, (2, 1))),
        (lambda x: np.sum(A @ x), V, A.sum(0)),
        (lambda x: x @ x, V, 2 * V),
        (lambda x: np.sum(np.outer(x, x)), V, 2 * V.sum() * np.ones(3)),
        (lambda x: np.mean(x), A, np.full((2, 3), 1 / 6)),
        (lambda x: np.max(x), A, [[0, 0, 0], [0, 0, 1]]),
        (lambda x: np.sum(x * np.ones((4, 1, 3))), A, np.full((2, 3), 4)),
        (lambda x: np.sum(x.T @ x), A, None),
        (lambda x: np.sum(np.where(x > 0, x**2, x)), V, [1, 1, 4]),
        (lambda x: np.sum(np.concatenate([x, 3 * x])[1:4]), V, [3, 1, 1]),
        (lambda x: np.sum(np.stack([x, x**2], axis=1)[:, 1]), V, 2 * V),
        (lambda x: np.logaddexp.reduce(x), V, np.exp(V) / np.exp(V).sum()),
    ],
)
def test_known_gradients(function: Callable[..., Any], point: Any, expected: Any) -> None:
    ours = grad(function)(point)
    assert np.shape(ours) == np.shape(point)
    np.testing.assert_allclose(
        ours, 2 * A.sum(1, keepdims=True) * np.ones((2, 3)) if expected is None else expected
    )


def test_value_and_gradient_come_together() -> None:
    value, slope = value_and_grad(lambda x: x**3)(2.0)
    assert (value, slope) == (8, 12)


def test_an_output_among_the_inputs() -> None:
    program = trace(lambda x, y: y, 1.0, 2.0)
    assert [a.tolist() for a in evaluate(gradient(program).program, [1.0, 2.0])] == [2, 0, 1]


def test_inputs_that_play_no_part_have_gradient_zero_of_their_shape() -> None:
    program = gradient(trace(lambda x, y: np.sum(x), V, A)).program
    for run in (run_reference, run_numpy):
        zeros = run(program, [V, A])[2]
        assert zeros.shape == (2, 3) and not zeros.any()


def test_gradients_by_chosen_inputs() -> None:
    program = trace(lambda x, y: x * y, 2.0, 3.0)
    assert [a.tolist() for a in evaluate(gradient(program, ["y"]).program, [2.0, 3.0])] == [6, 2]
    assert [a.tolist() for a in evaluate(gradient(program, ["y", "x"]).program, [2.0, 3.0])] == [6, 2, 3]
    with pytest.raises(DifferentiationError, match="no input 'z'") as caught:
        gradient(program, ["z"])
    assert "x, y" in caught.value.remedy


def test_the_gradient_of_a_gradient() -> None:
    """A gradient is a Program, so it can be differentiated again."""
    first = gradient(trace(lambda x: np.tanh(x) * x**2, 0.7)).program
    slope = Program("slope", first.inputs, first.equations, first.outputs[1:])
    second = simplify(gradient(slope).program)
    step = 1e-5
    sides = [evaluate(slope, [0.7 + sign * step])[0].tolist() for sign in (1, -1)]
    assert evaluate(second, [0.7])[1].tolist() == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-8)


def test_the_gradient_keeps_guards() -> None:
    program = gradient(trace(lambda x: x**2 if x > 0 else -x, 2.0)).program
    assert [g.expected for g in program.guards] == [True]


# Names ------------------------------------------------------------------------------------------------------


def test_adjoints_are_called_after_their_values() -> None:
    net = Net(2, "tanh", "squared")
    result = gradient(simplify(net.program()), net.parameters)
    names = [o.name for o in result.program.outputs[1:]]  # type: ignore[union-attr]
    assert names == [f"d{name}" for name in net.parameters]
    for name in ("z1", "a1", "z2", "a2", "z3", "y"):
        assert str(result.adjoints[name]) == f"d{name}"


def test_adjoints_keep_clear_of_the_persons_names() -> None:
    def f(x: Any, dx: Any) -> Any:
        y = x * dx
        dy = y * 2
        return dy

    program = gradient(trace(f, 2.0, 3.0)).program
    assert [a.tolist() for a in evaluate(program, [2.0, 3.0])] == [12, 6, 4]
    assert len(program.variables()) == len(program.inputs) + len(program.equations)


def test_backward_equations_say_where_they_come_from() -> None:
    program = gradient(trace(lambda x: np.sum(np.tanh(x)), V)).program
    backward = [e for e in program.equations if e.note]
    assert backward and all(e.origin is not None and "np.tanh" in e.origin.text for e in backward)


# Growth -----------------------------------------------------------------------------------------------------


def chain(length: int) -> Callable[..., Any]:
    def f(x: Any, w: Any) -> Any:
        values = [x]
        for _ in range(length):
            values.append(np.tanh(values[-1] * w + x))
        return np.sum(values[-1])

    return f


def products(length: int) -> Callable[..., Any]:
    def f(x: Any, w: Any) -> Any:
        values = [x]
        for _ in range(length):
            values.append(values[-1] * w)
        return np.sum(values[-1])

    return f


def fan_out(length: int) -> Callable[..., Any]:
    """One value used many times."""

    def f(x: Any, w: Any) -> Any:
        return sum(np.sum(x * (w + i)) for i in range(length))

    return f


@pytest.mark.parametrize("family", [chain, products, fan_out])
def test_the_gradient_grows_in_step_with_the_function(family: Callable[[int], Callable[..., Any]]) -> None:
    """Equations per step: those of the function, of its gradient and after algebra."""

    def sizes(length: int) -> np.ndarray:
        program = trace(family(length), V, 0.5)
        plain = gradient(program).program
        return np.array([len(p.equations) for p in (program, plain, simplify(plain))])

    small, large = sizes(50), sizes(200)
    per_step = (large - small) / 150
    assert (per_step <= [5, 25, 20]).all(), per_step
    np.testing.assert_allclose(sizes(125) - small, 75 * per_step, atol=2)


@pytest.mark.parametrize("family", [chain, products, fan_out])
def test_the_work_grows_in_step_with_the_function(family: Callable[[int], Callable[..., Any]]) -> None:
    """Calls of Python functions while tracing, differentiating, simplifying, printing: counted, not timed."""
    few, many = (_calls(lambda n=n: _everything(family(n))) for n in (40, 160))
    assert many < 5 * few, (few, many)


def _everything(function: Callable[..., Any]) -> None:
    program = simplify(trace(function, V, 0.5))
    simplify(gradient(program).program).emit("numpy")


def _calls(action: Callable[[], None]) -> int:
    import cProfile
    import pstats

    action()  # caches are filled
    profile = cProfile.Profile()
    profile.runcall(action)
    calls: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    return calls


def test_long_chains_need_no_deep_stack() -> None:
    for family in (chain, products):
        program = simplify(gradient(simplify(trace(family(1100), V, 0.5))).program)
        assert len(program.equations) > 1100
        assert "def " in program.emit("numpy")


def test_a_gradient_costs_a_few_times_its_function() -> None:
    """Multiplications and additions of a net's gradient against its forward pass (the theory says 4)."""
    net = Net(3, "tanh", "squared")
    forward = simplify(net.program())
    both = simplify(gradient(forward, net.parameters).program)
    dims = {"n": 50, "d": 4, "h1": 8, "h2": 8, "h3": 8, "k": 3}
    assert _operations(both, dims) < 4 * _operations(forward, dims)


def _operations(program: Program, dims: dict[str, int]) -> int:
    def size(letters: dict[str, Any]) -> int:
        return int(np.prod([dims.get(d, d) for d in letters.values()]))

    total = 0
    for e in program.equations:
        shapes = [(f"{i}{axis}", d) for i, a in enumerate(e.inputs) for axis, d in enumerate(a.type.shape)]
        if e.op == "contract":
            left = e.options["spec"].split("->")[0].replace(",", "")
            total += 2 * size(dict(zip(left, (d for _, d in shapes), strict=True)))
        else:
            total += size(dict(enumerate(e.output.type.shape)))  # type: ignore[arg-type]
    return total


def test_types_are_enough() -> None:
    """Shapes stay open: the same gradient for every size."""
    program = gradient(
        trace(lambda X, w: np.sum((X @ w) ** 2), ArrayType(("n", "d")), ArrayType(("d",))), ["w"]
    ).program
    for n, d in ((1, 1), (4, 3), (0, 2)):
        X, w = np.arange(1.0 * n * d).reshape(n, d), np.arange(1.0 * d)
        assert_close(run_numpy(program, [X, w])[1:], [2 * X.T @ (X @ w)], 1e-14, f"{n}, {d}")
