"""The emitted NumPy source: read by people, so compared by the letter; copied by people, so run as it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backsight import ArrayType, grad, jacobian, trace, value_and_grad
from backsight.emit.numpy import function_name, render
from backsight.errors import EmitError
from backsight.ir.builder import Builder
from backsight.ir.program import Constant, Program
from backsight.models.nets import Net
from backsight.transforms import pushforward, simplify
from tests.agreement import assert_close, run_numpy, run_reference
from tests.golden import Golden, goldens
from tests.random_nets import gradient_program

CASES = list(goldens())


@pytest.mark.parametrize("golden", CASES, ids=lambda golden: golden.title)
def test_golden_sources(golden: Golden) -> None:
    assert golden.source() == golden.expected, "python -m tests.golden writes the sources anew"


@pytest.mark.parametrize("golden", CASES, ids=lambda golden: golden.title)
def test_golden_sources_run_as_they_stand(golden: Golden) -> None:
    """Pasted into an empty file: the value is the function's, the gradient the slope of its differences."""
    namespace: dict[str, Any] = {}
    exec(golden.expected, namespace)
    name = next(n for n in namespace if n.startswith("grad_"))
    function, values, places = golden.define(), golden.values(), eval(golden.argnums)
    places = places if isinstance(places, tuple) else (places,)
    value, *slopes = namespace[name](*values)
    np.testing.assert_allclose(value, function(*values), rtol=1e-15)
    for place, slope in zip(places, slopes, strict=True):
        for position in range(np.size(values[place])):
            sides = [function(*_moved(values, place, position, sign * 1e-6)) for sign in (1, -1)]
            measured = (sides[0] - sides[1]) / 2e-6
            assert np.ravel(slope)[position] == pytest.approx(measured, rel=1e-6, abs=1e-8)


def _moved(values: tuple[Any, ...], place: int, position: int, distance: float) -> list[Any]:
    array = np.array(values[place], dtype=float)
    array.flat[position] += distance
    return [*values[:place], array[()], *values[place + 1 :]]


def test_the_goldens_were_found() -> None:
    assert len(CASES) == 8


@pytest.mark.parametrize(
    "net", [Net(2, "relu", "softmax"), Net(1, "leaky_relu", "squared")], ids=lambda n: n.id
)
def test_lines_fit_a_page(net: Net) -> None:
    source = gradient_program(net).emit("numpy")
    assert max(map(len, source.splitlines())) <= 110
    assert "# backward" in source and "# dz1 · slope of @: X   (z1 = X @ W1 + b1)" in source
    assert "#" not in gradient_program(net).emit("numpy", comments=False)


def test_the_cost_of_cross_entropy_is_one_line() -> None:
    source = gradient_program(Net(1, "relu", "softmax")).emit("numpy")
    assert "    cost = np.sum(logsumexp(z2, axis=1) - np.sum(T * z2, axis=1)) / n\n" in source
    assert "    dz2 = (softmax(z2, axis=1) - T) / n" in source


def test_each_line_knows_its_values_and_its_origin() -> None:
    source = render(gradient_program(Net(1, "tanh", "squared")))
    found = {v: line for line in source.lines for v in line.variables if "=" in line.text}
    for name in ("z1", "a1", "cost", "dW1", "db1", "dz2"):
        assert found[name].text.strip().startswith(f"{name} = ")
        assert found[name].origin is not None
    assert source.text.splitlines() == [line.text for line in source.lines]


def test_standalone_source_needs_only_numpy(tmp_path: Path) -> None:
    """In an interpreter of its own, with warnings as errors."""
    source = gradient_program(Net(1, "softplus", "softmax")).emit("numpy")
    call = "grad_net(np.ones((2, 2)), np.eye(2), np.ones((2, 3)), np.zeros(3), np.ones((3, 2)), np.zeros(2))"
    file = tmp_path / "gradient.py"
    file.write_text(f"{source}\nprint(len({call}))\n")
    run = subprocess.run([sys.executable, "-W", "error", str(file)], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("5\n", "")


# Ownership --------------------------------------------------------------------------------------------------


def test_a_gradient_is_nobody_elses_array() -> None:
    """Changing it in place changes neither an argument, nor a closed-over array, nor another gradient."""
    weights = np.array([1.0, 2.0])

    def f(x: Any, y: Any, z: Any) -> Any:
        return np.sum(x * weights) + np.sum(y * x) + np.sum(z + x.T) + np.sum(z[:, None])

    x, y, z = np.array([3.0, 4.0]), np.array([5.0, 6.0]), np.ones(2)
    derivative = grad(f, (0, 1, 2))
    expected = [g.copy() for g in derivative(x, y, z)]
    for slope in derivative(x, y, z):
        slope *= 100
    assert [x.tolist(), y.tolist(), z.tolist(), weights.tolist()] == [[3, 4], [5, 6], [1, 1], [1, 2]]
    for ours, theirs in zip(derivative(x, y, z), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_stretched_gradient_can_be_written() -> None:
    slope = grad(lambda x: np.sum(np.sum(x, axis=0) * np.array([1.0, 2.0])))(np.ones((3, 2)))
    slope += 1
    assert slope.tolist() == [[2, 3]] * 3


# Spelling ---------------------------------------------------------------------------------------------------


def test_logarithm_of_nothing_warns_nowhere_but_where_numpy_would() -> None:
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert grad(lambda x: np.log(x))(0.0) == np.inf


@pytest.mark.parametrize(
    "function",
    [
        lambda x, k: np.sum((2.0 * k) ** -1 * x),
        lambda x, k: np.sum(10.0**-k * x),
        lambda x, k: np.sum(np.exp(x > 0) * x),
        lambda x, k: np.sum(np.sqrt(k > 1) * x),
        lambda x, k: np.sum(-(1.0 * (x > 0)) * x),
        lambda x, k: np.sum(x > 0) ** -1 * np.sum(x),
        lambda x, k: np.sum(np.maximum(k, 2) ** -1.0 * x),
        lambda x, k: np.sum(np.where(x > 0, 2, 3) ** -1 * x),
        lambda x, k: np.sum(np.abs(k) ** -2 * x),
        lambda x, k: np.max(k) ** -1 * np.sum(x),
        lambda x, k: np.sum((k @ k) * x),
        lambda x, k: np.sum(np.logaddexp.reduce(k) * x) + np.sum((k > 1) * (x > 1) * x),
        lambda x, k: np.sum(np.stack([k, 2 * k]) ** -1.0) * np.sum(x),
        lambda x, k: np.sum(k.sum() * x / k.mean()) + np.sum(1 / (1 + np.exp(-k)) * x),
    ],
)
def test_whole_numbers_and_truth_values(function: Any) -> None:
    """What is float64 in a Program is float64 in NumPy: no integer powers, no logic, no half precision."""
    x, k = np.array([0.5, 1.5, 2.5]), np.array([1, 2, 3])
    program = trace(function, x, k)
    assert_close(run_numpy(program, [x, k]), run_reference(program, [x, k]), 1e-14, program.emit("numpy"))
    value, slope = value_and_grad(function)(x, k)
    assert slope.dtype == float
    np.testing.assert_allclose(value, run_reference(program, [x, k])[0], rtol=1e-14)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.0, "2"),
        (-2.0, "-2"),
        (0.5, "0.5"),
        (2 / 3, "2 / 3"),
        (-1 / 300, "-1 / 300"),
        (0.30000000000000004, "0.30000000000000004"),
        (1e300, "1e+300"),
        (np.inf, "np.inf"),
        (-np.inf, "-np.inf"),
        (np.nan, "np.nan"),
        (1e-12, "1e-12"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    builder = Builder("f")
    x = builder.input("x", ArrayType((2,)))
    program = builder.finish([builder.apply("mul", (Constant(float(value)), x), name="y")])
    assert f"    y = {text} * x\n" in program.emit("numpy")
    np.testing.assert_array_equal(run_numpy(program, [[1.0, 3.0]])[0], [value, value * 3])


def test_parentheses_only_where_needed() -> None:
    def f(x: Any, y: Any) -> Any:
        return (x - (y - x)) * -(x * y) / (x / y) ** (y**x) - (x**y) ** 2 + (-x) ** 2 + (x + y) / (2 / 3)

    program = trace(f, 1.2, 0.7)
    expected = f(1.2, 0.7)
    assert run_numpy(program, [1.2, 0.7])[0] == pytest.approx(expected, rel=1e-15)
    text = program.emit("numpy")
    assert "(x - (y - x)) * -(x * y) / (x / y) ** y ** x" in text and "((" not in text.replace("((x", "")


def test_reserved_names() -> None:
    def np_(np: Any, float: Any, lambda_: Any) -> Any:
        return np * float * lambda_

    program = trace(np_, 1.0, 2.0, 3.0)
    for name in ("np", "softmax", "logsumexp", "place", "class", "OtherBranch", "float"):
        renamed = Program(name, program.inputs, program.equations, program.outputs)
        assert run_numpy(renamed, [1.0, 2.0, 3.0]) == [6.0]
        assert function_name(renamed) == f"{name}_"


def test_an_unknown_target_is_refused() -> None:
    with pytest.raises(EmitError, match="no target 'fortran'") as caught:
        trace(lambda x: x, 1.0).emit("fortran")
    assert "numpy" in caught.value.remedy


def test_text_is_a_target() -> None:
    program = trace(lambda x: x * 2, 1.0)
    assert program.emit("text") == str(program)


def test_a_number_that_is_moved_is_written_without_an_index() -> None:
    """1[None] and 1.T are no Python."""

    def f(x: Any) -> Any:
        return np.stack([x[None], (x * 0 + 1)[None]]).T

    for program in (trace(f, 2.0), simplify(pushforward(trace(f, 2.0)))):
        run_numpy(program, [2.0] * len(program.inputs))
    assert np.array_equal(jacobian(lambda x: (x <= 3) * np.ones(1)[0] * x[None].T)(2.0), [1.0])
    builder = Builder("constants")
    one = builder.apply("index", (Constant(1.0),), key=(("new",),))
    turned = builder.apply("transpose", (Constant(2.0),), axes=())
    found = run_numpy(builder.finish([one, turned]), [])
    assert found[0].shape == (1,) and found[1] == 2.0
