"""The Program: its text parses back, and its checker says what is wrong and where."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from backsight import trace
from backsight.errors import CheckError, ParseError, ShapeError
from backsight.ir.builder import Builder
from backsight.ir.checker import check
from backsight.ir.evaluate import evaluate, to_array
from backsight.ir.program import ArrayType, Constant, Equation, Guard, Program, Var
from backsight.ir.text import from_text
from backsight.models.nets import Net
from tests.random_nets import gradient_program
from tests.random_programs import programs, random_function, refused

SCALAR = ArrayType()

NEURON = """\
program neuron(x*: f[], w*: f[]) {
  z*: f[] = mul(x, w)
  t1: b[] = gt(z, 0)
  a*: f[] = tanh(z)
  guard t1 is True
  return a, 0.5
}"""


def neuron() -> Program:
    builder = Builder("neuron")
    x, w = builder.input("x", SCALAR), builder.input("w", SCALAR)
    z = builder.apply("mul", (x, w), name="z")
    positive = builder.apply("gt", (z, Constant(0)))
    a = builder.apply("tanh", (z,), name="a")
    builder.guards.append(Guard(positive, True))
    return builder.finish((a, Constant(0.5)))


# Text -------------------------------------------------------------------------------------------------------


def test_text() -> None:
    assert str(neuron()) == NEURON


def test_text_parses_back() -> None:
    assert from_text(NEURON) == neuron()
    assert str(from_text(NEURON)) == NEURON


@pytest.mark.parametrize(
    "net", [Net(0, "linear", "squared"), Net(3, "leaky_relu", "softmax")], ids=lambda n: n.id
)
def test_nets_parse_back(net: Net) -> None:
    program = gradient_program(net)
    assert from_text(str(program)) == program
    # Whoever parses it gets the same code: what a person named is kept.
    assert from_text(str(program)).emit("numpy", comments=False) == program.emit("numpy", comments=False)


def test_random_programs_parse_back() -> None:
    for case in range(40):
        function = random_function(Random(case))
        if not refused(function):
            for program in programs(function):
                assert from_text(str(program)) == program


@pytest.mark.parametrize("value", [1, 1.0, -1.5, True, False, math.inf, -math.inf, 1e-300, -0.0, 10**20])
def test_constants_parse_back(value: float) -> None:
    builder = Builder("f")
    x = builder.input("x", SCALAR)
    program = builder.finish([builder.apply("add", (x, Constant(value))), Constant(value)])
    again = from_text(str(program))
    assert again == program
    constant = again.outputs[1]
    assert isinstance(constant, Constant) and repr(constant.value) == repr(value)


def test_nan_parses_back() -> None:
    builder = Builder("f")
    builder.input("x", SCALAR)
    (output,) = from_text(str(builder.finish([Constant(math.nan)]))).outputs
    assert isinstance(output, Constant) and math.isnan(output.value)


def test_params_of_every_shape_parse_back() -> None:
    builder = Builder("f")
    x = builder.input("x", ArrayType(("n", 3)))
    key = (("slice", 0, None, 1), ("new",), ("slice", 0, 3, 2))
    y = builder.apply("index", (x,), key=key)
    z = builder.apply("contract", (x, x), spec="ij,ij->i")
    e = builder.apply("reshape", (builder.apply("leaky_relu", (y,), slope=0.01),), shape=("n", 2, 1))
    program = builder.finish([e, builder.apply("dim", (), dim="n"), z])
    assert from_text(str(program)) == program


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "starts with"),
        ("program f(x: f[]) {\n  return x", "starts with"),
        ("program f(x: f[]) {\n  y: f[] = mul(x, w)\n  return y\n}", "line 2.*mul"),
        ("program f(x: f[]) {\n  y = mul(x, x)\n  return y\n}", "line 2"),
        ("program f(x: f[]) {\n  return z\n}", "line 2"),
        ("program f(x: g[]) {\n  return x\n}", "not a type"),
        ("program f(x: f[]) {\n  guard z is True\n  return x\n}", "line 2"),
    ],
)
def test_what_cannot_be_read(text: str, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        from_text(text)


# Checker ----------------------------------------------------------------------------------------------------


def broken(**changes: Any) -> Program:
    """The neuron with its first equation changed."""
    program = neuron()
    first, *rest = program.equations
    return replace(program, equations=(replace(first, **changes), *rest))


def test_a_sound_program_passes() -> None:
    check(neuron())


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (broken(op="multiply"), "there is no operation 'multiply'"),
        (broken(inputs=(Var("v", SCALAR), Constant(2))), "v is used before it is defined"),
        (broken(inputs=(Var("x", ArrayType((3,))), Constant(2))), r"'x' is used as f\[3\] but is f\[\]"),
        (broken(output=Var("x", SCALAR)), "'x' is defined twice"),
        (broken(output=Var("z", ArrayType((2,)))), r"'z' is declared f\[2\] but computes f\[\]"),
        (broken(output=Var("z", ArrayType((), "int64"))), r"declared i\[\] but computes f\[\]"),
        (broken(params=(("axis", 1),)), r"mul has the parameters \(\), not \(axis\)"),
        (broken(inputs=(Constant(2.0),)), "mul takes 2 operands, not 1"),
        (replace(neuron(), inputs=neuron().inputs[:1] * 2), "two inputs are called 'x'"),
        (replace(neuron(), outputs=(Var("missing", SCALAR),)), "the output 'missing' is not defined"),
        (replace(neuron(), outputs=()), "no output"),
        (replace(neuron(), guards=(Guard(Var("q", ArrayType((), "bool")), True),)), "'q' is not defined"),
        (replace(neuron(), guards=(Guard(neuron().inputs[0], True),)), r"'x' is f\[\], not a truth value"),
        (
            broken(
                op="broadcast",
                inputs=(Constant(1.0),),
                params=(("shape", ("m",)),),
                output=Var("z", ArrayType(("m",))),
            ),
            "the dimension 'm'",
        ),
    ],
)
def test_what_the_checker_finds(program: Program, says: str) -> None:
    with pytest.raises(CheckError, match=says):
        check(program)


def test_the_checker_shows_the_neighbourhood() -> None:
    builder = Builder("long")
    x: Any = builder.input("x", SCALAR)
    for _ in range(8):
        x = builder.apply("sin", (x,))
    program = builder.finish([x])
    wrong = replace(program.equations[4], op="cosine")
    program = replace(program, equations=(*program.equations[:4], wrong, *program.equations[5:]))
    with pytest.raises(CheckError) as caught:
        check(program)
    shown = str(caught.value).splitlines()[1:-1]  # the remedy follows
    assert [line.strip("> ").split(":")[0] for line in shown] == ["t3", "t4", "t5", "t6", "t7"]
    assert [line.lstrip()[0] for line in shown] == ["t", "t", ">", "t", "t"]


def test_shape_errors_name_the_line() -> None:
    def f(x: Any) -> Any:
        return x + np.ones(2)

    with pytest.raises(ShapeError) as caught:
        trace(f, np.ones(3))
    assert "(3,) and (2,)" in str(caught.value) and "return x + np.ones(2)" in str(caught.value)


# The builder ------------------------------------------------------------------------------------------------


def test_names_stay_unique() -> None:
    builder = Builder("f")
    x = builder.input("x", SCALAR)
    for wanted, given in [("x", "x_2"), ("x", "x_3"), ("x_2", "x_4"), ("", "t1"), ("t2", "t2"), ("", "t3")]:
        assert builder.apply("sin", (x,), name=wanted).name == given
    assert len(builder.finish([x]).variables()) == 7


def test_programs_are_values() -> None:
    assert neuron() == neuron() and hash(neuron()) == hash(neuron())
    first, *rest = neuron().equations
    assert isinstance(first, Equation)
    elsewhere = replace(first, note="another note", origin=None)
    assert replace(neuron(), equations=(elsewhere, *rest)) == neuron()


# The reference evaluator ------------------------------------------------------------------------------------


def test_the_evaluator_checks_shapes() -> None:
    program = trace(lambda x, y: np.sum(x) + y, np.ones((2, 3)), 1.0, axes={"x": ("n", None)})
    assert evaluate(program, [[[1.0, 2.0, 3.0]], 4.0])[0].tolist() == 10
    for wrong in ([[1.0, 2.0]], [1.0, 2.0, 3.0], 5.0):
        with pytest.raises(ShapeError, match="x has shape"):
            evaluate(program, [wrong, 4.0])


def test_ragged_lists_are_refused() -> None:
    with pytest.raises(ShapeError, match="different lengths"):
        to_array([[1.0, 2.0], [3.0]])


@pytest.mark.parametrize(
    ("value", "shape", "dtype"),
    [
        (3, (), "int64"),
        (3.0, (), "float64"),
        (True, (), "bool"),
        ([1, 2], (2,), "int64"),
        ([1, 2.0], (2,), "float64"),
        ([], (0,), "float64"),
        (np.zeros((2, 0)), (2, 0), "float64"),
        (np.zeros(0, dtype=int), (0,), "int64"),
        (np.zeros(0, dtype=bool), (0,), "bool"),
        (np.float32(2), (), "float64"),
        (np.ones((2, 1), dtype=np.uint8), (2, 1), "int64"),
    ],
)
def test_arrays_from_values(value: Any, shape: tuple[int, ...], dtype: str) -> None:
    array = to_array(value)
    assert (array.shape, array.dtype) == (shape, dtype)
