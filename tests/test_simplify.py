"""Algebra: a result never changes beyond rounding (see test_reverse); what people would shorten is short."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backsight import ArrayType, trace
from backsight.ir.builder import Builder
from backsight.ir.program import Constant, Program
from backsight.models.nets import Net
from backsight.transforms import gradient, simplify
from tests.agreement import assert_close, run_reference

V, W = np.array([0.5, -1.0, 2.0]), np.array([1.5, 0.3, -0.7])


def ops(program: Program) -> list[str]:
    return [e.op for e in program.equations]


def short(function: Callable[..., Any], *args: Any) -> list[str]:
    """The operations that are left; the result is checked to be the same."""
    program = trace(function, *args)
    simplified = simplify(program)
    values = [a for a in args if not isinstance(a, ArrayType)]
    if len(values) == len(args):
        assert_close(
            run_reference(simplified, values), run_reference(program, values), 1e-14, str(simplified)
        )
    return ops(simplified)


@pytest.mark.parametrize(
    ("function", "left"),
    [
        (lambda x, y: x + 0, []),
        (lambda x, y: 0 + x * y, ["mul"]),
        (lambda x, y: x * 1, []),
        (lambda x, y: x / 1, []),
        (lambda x, y: x**1, []),
        (lambda x, y: x - 0, []),
        (lambda x, y: 0 - x, ["neg"]),
        (lambda x, y: np.negative(-x), []),
        (lambda x, y: x + -y, ["sub"]),
        (lambda x, y: x - -y, ["add"]),
        (lambda x, y: -x + y, ["sub"]),
        (lambda x, y: 2 * (3 * x), ["mul"]),
        (lambda x, y: x / 2 / 4, ["div"]),
        (lambda x, y: 1 / 2 * x, ["mul"]),
        (lambda x, y: -x * -y, ["mul"]),
        (lambda x, y: -(2 * x), ["mul"]),
        (lambda x, y: (x * y) + (x * y), ["mul", "add"]),
        (lambda x, y: 1 / (1 + np.exp(-x)), ["sigmoid"]),
        (lambda x, y: 1 / (np.exp(-x) + 1), ["sigmoid"]),
        (lambda x, y: np.maximum(x, 0), ["relu"]),
        (lambda x, y: np.maximum(0.0, x), ["relu"]),
        (lambda x, y: np.where(x > 0, x, 0.1 * x), ["leaky_relu"]),
        (lambda x, y: x.T.T, []),
        (lambda x, y: x.reshape(3, 1).reshape(1, 3), ["reshape"]),
        (lambda x, y: np.sum(x, axis=()), []),
        (lambda x, y: np.broadcast_to(x, (3,)) * np.broadcast_to(y, (2, 3)), ["mul", "broadcast"]),
    ],
)
def test_what_people_would_shorten(function: Callable[..., Any], left: list[str]) -> None:
    assert short(function, V, W) == left


@pytest.mark.parametrize(
    "function",
    [
        lambda x, s: -2 * x / s - -2 * (x * x) / s,
        lambda x, s: -2 * x / s + 2 * (x * x) / s,
        lambda x, s: 2 * x / s - -2 * (x * x) / s,
        lambda x, s: -x / s - (x * x) / s,
        lambda x, s: x / s - (x * x) / s,
        lambda x, s: -x / s + -(x * x) / s,
        lambda x, s: 0 * x / s + 0 * (x * x) / s,
        lambda x, s: np.inf * x / s - np.inf * (x * x) / s,
        lambda x, s: x * 1e-310 / s * 2 * 3,
        lambda x, s: x * 1e-200 * 1e-200,
        lambda x, s: x / 1e200 / 1e200,
        lambda x, s: x * 0 * 5 / s,
        lambda x, s: x / 0.0 * 2 * 3,
        lambda x, s: 2 * 3 * (x * np.nan),
        lambda x, s: (x > 0) * 2 * 3 * x,
        lambda x, s: -(x > 0) * 2.0,
        lambda x, s: np.sum(x > 0, axis=()) * 1.0,
        lambda x, s: (s > 0) * 2 * (3 * x) / s,
    ],
)
def test_signs_zeros_and_extremes_survive(function: Callable[..., Any]) -> None:
    def traced(x: Any, s: Any) -> Any:
        return function(x, s)

    try:
        program = trace(traced, V, 1.7)
    except Exception as error:  # only the sum of truth values is refused
        assert "truth values" in str(error)
        return
    expected = run_reference(program, [V, 1.7])
    np.testing.assert_allclose(run_reference(simplify(program), [V, 1.7]), expected, rtol=1e-14)


def test_equal_subexpressions_are_computed_once() -> None:
    def f(x: Any) -> Any:
        return np.sin(x) * np.sin(x) + np.sin(x)

    assert short(f, 0.3) == ["sin", "mul", "add"]


def test_what_nothing_needs_is_dropped() -> None:
    def f(x: Any) -> Any:
        unused = np.exp(x) * 3  # noqa: F841
        return x * 2

    assert short(f, 0.3) == ["mul"]


def test_decisions_are_kept() -> None:
    def f(x: Any) -> Any:
        return x * 1 if np.exp(x) > 0.5 else x

    program = simplify(trace(f, 0.3))
    assert [g.expected for g in program.guards] == [True]
    assert ops(program) == ["exp", "gt"]


def test_names_survive() -> None:
    def f(x: Any, w: Any) -> Any:
        z = x * w + 0
        a = 1 / (1 + np.exp(-z))
        cost = (a - 1) ** 2
        return cost

    program = simplify(trace(f, 0.3, 2.0))
    assert [e.output.name for e in program.equations if e.output.named] == ["z", "a", "cost"]


def test_algebra_does_not_reach_through_a_named_value() -> None:
    """Who writes `half = error / 2` wants to see half."""

    def f(x: Any) -> Any:
        half = x / 2
        cost = 4 * half
        return cost

    assert short(f, 0.3) == ["div", "mul"]


def test_the_slope_of_a_mean_square_reads_as_written_by_hand() -> None:
    net = Net(0, "linear", "squared")
    program = simplify(gradient(simplify(net.program()), net.parameters).program)
    assert "dy = error / n " in program.emit("numpy")


def test_transposes_fold_into_products() -> None:
    assert short(lambda a, b: a.T @ b.T, np.ones((3, 2)), np.ones((4, 3))) == ["contract"]


def test_a_second_time_changes_nothing() -> None:
    for net in (Net(1, "sigmoid", "softmax"), Net(2, "leaky_relu", "squared")):
        program = simplify(gradient(simplify(net.program()), net.parameters).program)
        assert simplify(program) == program


NUMBERS = st.sampled_from([0.0, 1.0, -1.0, 2.0, -0.5, 3.0, 1 / 3, 10.0, 0.1])


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["mul", "div", "neg", "add", "sub"]), st.integers(0, 9), NUMBERS, st.booleans()
        ),
        max_size=12,
    )
)
def test_random_arithmetic(steps: list[tuple[str, int, float, bool]]) -> None:
    """Chains of unnamed arithmetic on arrays, scalars and constants: where the rules do most."""
    builder = Builder("arithmetic")
    known: list[Any] = [
        builder.input("x", ArrayType((3,))),
        builder.input("s", ArrayType()),
        builder.input("t", ArrayType()),
    ]
    for op, pick, number, swap in steps:
        a = known[pick % len(known)]
        b = Constant(number) if pick % 3 == 0 else known[-1 - pick % len(known)]
        operands = (a,) if op == "neg" else (b, a) if swap else (a, b)
        if op == "div" and isinstance(operands[1], Constant) and operands[1].value == 0:
            continue
        known.append(builder.apply(op, operands))
    program = builder.finish(known[3:] or known[:1])
    inputs = [V, 1.7, -0.6]
    expected = run_reference(program, inputs)
    finite = all(np.isfinite(e).all() and np.abs(e).max() < 1e12 for e in expected)
    if finite:
        for ours, theirs in zip(run_reference(simplify(program), inputs), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)
