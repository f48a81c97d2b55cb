"""Compiled Programs: the right numbers for the arguments they were made for, a clear word about others."""

from __future__ import annotations

import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from backsight import compile as compile_function
from backsight import grad, trace, value_and_grad
from backsight.emit.calling import MISS, Leaf, entry
from backsight.errors import GuardError, ShapeError

V = np.array([0.5, -1.0, 2.0])


def mean_square(X: Any, w: Any) -> Any:
    return np.mean((X @ w) ** 2)


def test_a_program() -> None:
    program = trace(lambda x, y: (x * y, x + y), 2.0, 3.0)
    assert compile_function(program)(4.0, 5.0) == [20, 9]


def test_a_function() -> None:
    run = compile_function(lambda x: {"double": 2 * x, "both": (x, [x + 1])}, 1.0)
    assert run(3.0) == {"double": 6, "both": (3, [4])}


def test_the_keys_of_a_dict_may_come_in_another_order() -> None:
    run = compile_function(lambda p: p["a"] - p["b"], {"a": 1.0, "b": 2.0})
    assert run({"b": 2.0, "a": 10.0}) == 8
    derivative = grad(lambda p: p["a"] ** 2 - p["b"])
    assert derivative({"a": 1.0, "b": 2.0}) == {"a": 2, "b": -1}
    assert derivative({"b": 2.0, "a": 3.0}) == {"a": 6, "b": -1}
    assert derivative(OrderedDict(b=2.0, a=3.0)) == {"a": 6, "b": -1}


@pytest.mark.parametrize("wrong", [{"a": 1.0}, {"a": 1.0, "c": 2.0}, (1.0, 2.0), 3.0])
def test_other_nesting_is_refused(wrong: Any) -> None:
    run = compile_function(lambda p: p["a"] - p["b"], {"a": 1.0, "b": 2.0})
    with pytest.raises(ShapeError):
        run(wrong)


def test_shapes_are_checked() -> None:
    run = compile_function(trace(mean_square, np.ones((4, 3)), V))
    assert run(np.ones((4, 3)), V)[0] == 2.25
    with pytest.raises(ShapeError, match=r"X has shape \(5, 3\)") as caught:
        run(np.ones((5, 3)), V)
    assert "named axes" in caught.value.remedy
    with pytest.raises(ShapeError, match=r"takes 2 inputs \(X, w\), not 1"):
        run(np.ones((4, 3)))


def test_named_axes_are_checked() -> None:
    program = trace(
        lambda X, y: np.sum((X - y) ** 2),
        np.ones((4, 3)),
        np.ones((4, 3)),
        axes={"X": ("n", None), "y": ("n", None)},
    )
    run = compile_function(program)
    assert run(np.zeros((7, 3)), np.ones((7, 3))) == [21]
    for X, y in (
        (np.ones((7, 3)), np.ones((6, 3))),
        (np.ones((7, 2)), np.ones((7, 2))),
        (np.ones(7), np.ones(7)),
    ):
        with pytest.raises(ShapeError):
            run(X, y)


@pytest.mark.parametrize(
    "convert", [list, tuple, lambda x: x.astype(np.float32), lambda x: np.asfortranarray(x), lambda x: x[::1]]
)
def test_other_kinds_of_argument(convert: Any) -> None:
    """What is not a plain array takes the longer way to the same answer."""
    run = compile_function(trace(lambda x: np.sum(x * x), V))
    assert run(convert(V)) == [5.25]


def test_scalars_of_every_kind() -> None:
    run = compile_function(trace(lambda x: x / 2, 3.0))
    for three in (3.0, 3, np.float64(3), np.float32(3), np.array(3.0), np.int64(3)):
        assert run(three) == [1.5]


def test_division_by_zero_is_ieee() -> None:
    run = compile_function(trace(lambda x: 1 / x, 3.0))
    with pytest.warns(RuntimeWarning, match="divide"):
        assert run(0.0) == [np.inf]


def test_guards() -> None:
    run = compile_function(trace(lambda x: x if x > 0 else -x, 1.0))
    with pytest.raises(GuardError, match="comes out True"):
        run(-1.0)


def test_one_variant_per_kind_of_arguments(traces: list[int]) -> None:
    def f(x: Any) -> Any:
        return np.sum(x**2) if np.ndim(x) else x**2

    derivative = value_and_grad(f)
    calls: list[Any] = [
        1.0,
        2.0,
        V,
        2 * V,
        np.ones(4),
        3.0,
        V,
        np.float64(2),
        np.array(2.0),
        V.astype(np.float32),
        [1.0, 2.0],
    ]
    kinds = [1, 1, 2, 2, 3, 3, 3, 4, 5, 6, None]
    for x, traced in zip(calls, kinds, strict=True):
        if traced is None:
            continue
        value, slope = derivative(x)
        assert len(traces) == traced
        assert value == pytest.approx(np.sum(np.square(x))) and np.shape(slope) == np.shape(x)
        np.testing.assert_allclose(slope, 2 * np.asarray(x))


def test_asking_for_the_source_traces_no_more(traces: list[int]) -> None:
    def f(x: Any) -> Any:
        return x**2

    derivative = grad(f)
    assert "def grad_f(x):" in derivative.source(3.0)  # type: ignore[attr-defined]
    derivative.program(4.0)  # type: ignore[attr-defined]
    derivative(5.0)
    assert len(traces) == 1


def test_the_wrapper_is_called_like_the_function() -> None:
    def cost(x: Any) -> Any:
        """The cost."""
        return x**2

    assert (grad(cost).__name__, grad(cost).__doc__) == ("cost", "The cost.")


def test_errors_show_the_line_of_the_emitted_source() -> None:
    import traceback

    run = compile_function(trace(lambda x, w: np.sum(x @ w), np.ones((2, 3)), np.ones(3)))
    wrong = np.array([[object()] * 3] * 2)
    with pytest.raises(TypeError) as caught:
        run(wrong, np.ones(3))
    assert "@ w" in "".join(traceback.format_exception(caught.value))


# The way in -------------------------------------------------------------------------------------------------


class Pair(NamedTuple):
    left: Any
    right: Any


def test_entries_take_arguments_apart_and_build_results() -> None:
    leaves = [
        Leaf((float,)),
        Leaf((np.ndarray,), ("n", 2), np.dtype(float)),
        Leaf((float,)),
        Leaf((np.ndarray,), ("n",)),
    ]
    made = entry(
        lambda a, b, c, d, extra: (a + c, b + extra, d),
        [{"k": 0, 3: (1,)}, Pair(2, [3])],
        leaves,
        [10.0],
        {"sum": 0, "rest": [Pair(1, 2), (0,), ()]},
        3,
    )
    result = made(({3: (np.ones((4, 2)),), "k": 1.0}, Pair(2.0, [np.zeros(4)])))
    assert result["sum"] == 3.0 and result["rest"][1:] == [(3.0,), ()]
    assert isinstance(result["rest"][0], Pair) and result["rest"][0].left.tolist() == [[11, 11]] * 4
    good = {"k": 1.0, 3: (np.ones((4, 2)),)}
    for wrong in (
        (),
        (good,),
        (good, Pair(2.0, [np.zeros(5)])),
        (good, (2.0, [np.zeros(4)])),
        (good, Pair(2, [np.zeros(4)])),
        (good, Pair(2.0, (np.zeros(4),))),
        (good, Pair(2.0, [np.zeros((4, 1))])),
        (good | {"more": 1}, Pair(2.0, [np.zeros(4)])),
        ({"k": 1.0, 3: ()}, Pair(2.0, [np.zeros(4)])),
        ({"k": 1.0, 3: (np.ones((4, 3)),)}, Pair(2.0, [np.zeros(4)])),
        ({"k": 1.0, 3: (np.ones((4, 2), int),)}, Pair(2.0, [np.zeros(4)])),
        (None, None),
    ):
        assert made(wrong) is MISS


# Without NumPy ----------------------------------------------------------------------------------------------

WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None
sys.path.insert(0, {path!r})
import backsight
from backsight import numpy as np

def cost(w, b, X, T):
    if b > 100:
        return b
    z = X @ w + b
    a = 1 / (1 + np.exp(-z))
    return np.mean((a - T) ** 2)

X, T = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]]), np.array([1.0, 0.0, 1.0])
value, (dw, db) = backsight.value_and_grad(cost, (0, 1))(np.array([0.3, -0.2]), 0.1, X, T)
again = backsight.value_and_grad(cost, (0, 1))
for _ in range(2):
    assert again(np.array([0.3, -0.2]), 0.1, X, T)[0] == value
assert again(np.array([0.3, -0.2]), 200.0, X, T)[1][1] == 1
backsight.check_grads(cost, (np.array([0.3, -0.2]), 0.1, X, T), (0, 1))
print(value, dw.tolist(), db, np.tanh(0.5), np.sum([[1.0, 2.0]]), np.sum(X, 0).tolist(), np.maximum(2, 3))
print(backsight.compile(backsight.trace(lambda x: 2 * x, 1.0))(3.0))
"""


def test_everything_runs_without_numpy() -> None:
    path = str(Path(__file__).resolve().parent.parent / "src")
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_NUMPY.format(path=path)], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr

    def cost(w: Any, b: Any, X: Any, T: Any) -> Any:
        return np.mean((1 / (1 + np.exp(-(X @ w + b))) - T) ** 2)

    X, T = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]]), np.array([1.0, 0.0, 1.0])
    value, (dw, db) = value_and_grad(cost, (0, 1))(np.array([0.3, -0.2]), 0.1, X, T)
    first, second = run.stdout.splitlines()
    numbers = [float(x.strip("[],")) for x in first.split()]
    np.testing.assert_allclose(numbers, [value, *dw, db, np.tanh(0.5), 3, *X.sum(0), 3], rtol=1e-14)
    assert second == "[6.0]"
