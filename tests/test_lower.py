"""Programs that are hard to lower, in both modes, executed in Node against the reference evaluator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from backsight.api import trace
from backsight.ir.builder import Builder
from backsight.ir.evaluate import evaluate
from backsight.ir.program import ArrayType, Constant, Program
from backsight.lower import lower
from backsight.lower.index import Index
from backsight.lower.loops import Loop, cost
from backsight.models import training
from backsight.models.nets import Net
from backsight.transforms import gradient, simplify
from tests.agreement import Batch, run_reference
from tests.javascript import execute, job

SCALAR, VECTOR, MATRIX, SQUARE = (ArrayType(s) for s in ((), ("p",), ("n", "d"), ("h", "h")))


@dataclass(frozen=True)
class Case:
    """A Program with inputs; rows `low` to `high` of `X` are worked on where it has rows."""

    name: str
    program: Program
    inputs: Sequence[Any]
    rows: str | None = None
    window: tuple[int, ...] = ()
    bind: dict[str, int] = field(default_factory=dict)


def numbers(*shape: int) -> Any:
    return np.random.default_rng(len(shape) + sum(shape)).normal(size=shape)


def traced(function: Callable[..., Any], *types: ArrayType) -> Program:
    return trace(function, *types)


def statistics(X: Any) -> Any:
    """Two passes over the rows before a third can give its rows."""
    mean = np.mean(X, axis=0)
    centred = X - mean
    deviation = np.sqrt(np.mean(centred**2, axis=0))
    S = centred / deviation
    return S, mean, deviation


def both_ways(X: Any, W: Any) -> Any:
    """Two axes of one name."""
    y = X @ W + X @ W.T
    return y


def gram(X: Any) -> Any:
    """Two axes of rows."""
    G = X @ X.T
    total = np.sum(G * G)
    return G, total


def since_first(X: Any) -> Any:
    """Reads a row that is not its own."""
    moved = X - X[0]
    return moved


def over_rows(X: Any) -> Any:
    largest = np.max(X, axis=0)
    ratio = np.exp(X) / np.sum(np.exp(X), axis=0)
    both = np.logaddexp.reduce(X, axis=0)
    return largest, ratio, both


def shuffled(x: Any) -> Any:
    """Moves along axes too long to unroll."""
    joined = np.concatenate([x[10:], x[:10] * 2])
    square = np.reshape(joined, (5, 4))
    pair = np.stack([x, joined], axis=1)
    every_third = x[1::3]
    return square @ square.T, pair, every_third, np.transpose(square)


def small_moves(x: Any) -> Any:
    """The same along short axes, which are seen through."""
    joined = np.concatenate([x[2:], x[:2] * 2])
    square = np.reshape(joined, (2, 2))
    return np.sum(square @ square.T), np.stack([x, joined])


def per_row_moves(X: Any) -> Any:
    left = X[:, 0]
    turned = np.stack([X[:, 1], left], axis=1)
    return np.sum(turned * X[:, :2], axis=1), np.expand_dims(left, 1), np.concatenate([turned, X], axis=1)


def branches(x: Any) -> Any:
    return x * 2 if x > 1 else x * 3


def built_oddly() -> Program:
    """Outputs that are a number, an input, and one value twice; names that JavaScript or the kernel uses."""
    b = Builder("odd")
    new, r, total = (b.input(name, VECTOR) for name in ("new", "r", "total"))
    n = b.apply("sum", [new], name="n", axes=(0,), keepdims=False)
    function = b.apply("add", [r, total], name="function")
    i = b.apply("mul", [function, n], name="i")
    return b.finish([Constant(2.5), new, i, i])


def cases() -> list[Case]:
    X = numbers(11, 3)
    rows: dict[str, Any] = {"rows": "n", "window": (2, 9)}
    found = [
        Case("statistics", traced(statistics, MATRIX), [X], **rows),
        Case("statistics without rows", traced(statistics, MATRIX), [X]),
        Case("statistics of two", traced(statistics, ArrayType(("n", 2))), [numbers(10, 2)], "n", (1, 10)),
        Case("one name twice", traced(both_ways, ArrayType(("n", "h")), SQUARE), [X, numbers(3, 3)], **rows),
        Case("two axes of rows", traced(gram, MATRIX), [X], "n", (0, 11)),
        Case("first row", traced(since_first, MATRIX), [X], **rows),
        Case("folds over rows", traced(over_rows, MATRIX), [X], **rows),
        Case("long moves", traced(shuffled, ArrayType((20,))), [numbers(20)]),
        Case("short moves", traced(small_moves, ArrayType((4,))), [numbers(4)]),
        Case("moves per row", traced(per_row_moves, ArrayType(("n", 4))), [numbers(9, 4)], "n", (1, 8)),
        Case("a scalar", gradient(traced(lambda x: x**3 + x, SCALAR), ("x",)).program, [np.array(0.7)]),
        Case("odd", built_oddly(), [numbers(3), numbers(3), numbers(3)]),
        Case("guard", trace(branches, 2.0), [np.array(0.5)]),
        Case("one column", traced(statistics, MATRIX), [numbers(11, 1)], "n", (3, 8), {"d": 1}),
        Case("adam", traced(training.adam, VECTOR, VECTOR, SCALAR, VECTOR, VECTOR, SCALAR),
             [numbers(7), numbers(7), np.array(0.1), numbers(7), numbers(7) ** 2, np.array(3.0)]),
    ]  # fmt: skip
    return found


def windowed(case: Case) -> list[Any]:
    """What the reference says about the rows in the window alone."""
    if case.rows is None:
        return [a.data for a in evaluate(case.program, case.inputs)]
    low, high = case.window
    inputs = [
        x[low:high] if case.rows in v.type.shape else x
        for v, x in zip(case.program.inputs, case.inputs, strict=True)
    ]
    return [a.data for a in evaluate(case.program, inputs)]


def outputs(case: Case, arrays: dict[str, list[float]]) -> list[Any]:
    """The kernel's outputs, of rows only those in the window."""
    found = []
    sizes = dict(zip(case.program.inputs[0].type.shape, np.shape(case.inputs[0]), strict=True))
    for position, atom in enumerate(case.program.outputs):
        if isinstance(atom, Constant):
            found.append(arrays[f"output_{position}"])
            continue
        shape = [sizes[d] if isinstance(d, str) else d for d in atom.type.shape]
        array = np.reshape(arrays[atom.name], shape)
        for axis, dim in enumerate(atom.type.shape):
            if case.rows is not None and dim == case.rows:
                array = np.take(array, range(*case.window), axis=axis)
        found.append(array.ravel().tolist())
    return found


def test_hard_programs_agree_with_the_reference() -> None:
    chosen = [(case, mode) for case in cases() for mode in ("fused", "inspect")]
    jobs = [
        job(c.program, c.inputs, mode=mode, rows=c.rows, bind=c.bind, runs=[c.window, c.window])
        for c, mode in chosen
    ]
    for (case, mode), arrays in zip(chosen, execute(jobs), strict=True):
        want = windowed(case)
        for got, expected in zip(outputs(case, arrays), want, strict=True):
            np.testing.assert_allclose(got, expected, 1e-12, 1e-14, err_msg=f"{case.name}, {mode}")


def test_guards_are_there_to_be_looked_at() -> None:
    program = trace(branches, 2.0)
    guard = program.guards[0].variable.name
    for mode in ("fused", "inspect"):
        taken, left = execute([job(program, [np.array(x)], mode=mode) for x in (3.0, 0.5)])
        assert (taken[guard], left[guard]) == ([1.0], [0.0])


def test_inspect_stores_every_variable() -> None:
    program = traced(statistics, MATRIX)
    (arrays,) = execute([job(program, [numbers(5, 3)], mode="inspect", rows="n")])
    assert set(arrays) == set(program.variables())


@pytest.mark.parametrize("mode", ["fused", "inspect"])
def test_an_output_may_take_the_place_of_an_input(mode: str) -> None:
    program = traced(training.adam, VECTOR, VECTOR, SCALAR, VECTOR, VECTOR, SCALAR)
    inputs = [numbers(7), numbers(7), np.array(0.1), numbers(7), numbers(7) ** 2, np.array(3.0)]
    places = {"theta_next": "theta", "m_next": "m", "v_next": "v", "t_next": "t"}
    apart, together = execute([job(program, inputs, mode=mode), job(program, inputs, mode=mode, same=places)])
    for output, place in places.items():
        assert together[output] == apart[output] == together[place]


def test_what_was_not_asked_for_is_not_touched() -> None:
    """Rows outside the window keep what they had."""
    program = traced(lambda X: np.exp(X), ArrayType(("n", 2)))
    (name,) = (str(a) for a in program.outputs)
    work = job(program, [numbers(9, 2)], rows="n", runs=[(2, 7)])
    work.arrays = {**work.arrays, name: [7.0] * 18}  # type: ignore[dict-item]
    (arrays,) = execute([work])
    assert arrays[name][:4] == [7.0] * 4
    assert arrays[name][14:] == [7.0] * 4


def test_no_function_is_too_long_for_the_compiler() -> None:
    net = Net(6, "relu", "softmax")
    program = simplify(gradient(simplify(net.program()), net.parameters).program)
    kernel = lower(program, rows="n")
    assert len(kernel.functions) > 2
    assert max(cost(f.body) for f in kernel.functions) < 1000


def test_small_nets_have_no_loops_inside_a_row() -> None:
    net = Net(1, "tanh", "squared")
    program = simplify(gradient(simplify(net.program()), net.parameters).program)
    kernel = lower(program, rows="n", bind={"d": 2, "h1": 3, "k": 2})
    loops = [s for s in kernel.body if isinstance(s, Loop)]
    assert [loop.step for loop in loops] == [2, 1]
    assert not any(isinstance(s, Loop) for loop in loops for s in loop.body)


def test_indices_have_one_form() -> None:
    i, h, two = Index.of("i"), Index.of("h"), Index.of(2)
    assert (i + Index.of(1)) * h == i * h + h
    assert (i * h - h * i).number == 0
    assert (two * i).replace({"i": i + Index.of(3)}) == i + i + Index.of(6)
    assert (i + two - two).symbol == "i"


def test_a_group_whose_values_all_move_to_a_later_one_is_gone() -> None:
    """Found by random programs: shapes whose axes are unrolled in part."""

    def f(x: Any) -> Any:
        v = np.stack([x, x], axis=-1)
        w = (v <= v) * v
        u = -w[0] * np.logaddexp.reduce(np.stack([x, 2 * x], axis=-1), axis=1)
        return np.sum(u) + np.sum(w)

    x = np.random.default_rng(1).normal(size=(3, 3))
    program = simplify(gradient(simplify(trace(f, x))).program)
    batch = Batch()
    batch.add(program, [x], run_reference(program, [x]), "moved groups")
    batch.check()
