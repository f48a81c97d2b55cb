"""LaTeX of Programs: every op's formula parses in KaTeX, and reads as mathematics."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import numpy as np
import pytest

from backsight import trace, value_and_grad
from backsight.emit.tex import name_tex, number_tex
from backsight.errors import GuardError, ShapeError
from backsight.ir.program import Program
from backsight.models.nets import Net
from backsight.transforms import gradient, pullback, simplify
from tests.golden import Golden, goldens
from tests.katex import FOLDER, problems
from tests.random_nets import gradient_program
from tests.random_programs import programs, random_function, refused
from tests.test_every_op import SOME, cases, differentiable, first_order

needs_katex = pytest.mark.skipif(not FOLDER.is_dir(), reason="`make web` installs KaTeX")


def check(formulas: list[tuple[str, str]]) -> None:
    """Raises: AssertionError where KaTeX cannot read one of the labelled formulas."""
    found = problems([tex for _, tex in formulas])
    wrong = [f"{label}: {p}\n{tex}" for (label, tex), p in zip(formulas, found, strict=True) if p]
    assert not wrong, f"{len(wrong)} of {len(found)}\n" + "\n".join(wrong[:5])


def body(program: Program, **options: Any) -> list[str]:
    """The lines between the first and the last, without their ends."""
    lines = program.emit("latex", **options).strip().splitlines()
    assert (lines[0], lines[-1]) == (r"\begin{aligned}", r"\end{aligned}")
    return [re.sub(r" \\\\(\[6pt\])?$", "", line) for line in lines[1:-1]]


@needs_katex
def test_every_op_renders() -> None:
    """In symbols and with numbers, the op itself and its derivative, with and without algebra."""
    formulas = []
    for name in SOME:
        for case in cases(name):
            formulas.append((str(case), case.program.emit("latex")))
            formulas.append((f"{case} with numbers", case.program.emit("latex", at=case.inputs)))
            if differentiable(case):
                derived, inputs = first_order(case)
                formulas.append((f"slope of {case}", derived.emit("latex")))
                formulas.append((f"plain slope of {case}", simplify(derived).emit("latex", at=inputs)))
    check(formulas)


@needs_katex
def test_random_functions_render() -> None:
    formulas = []
    for case in range(30):
        function = random_function(Random(f"latex {case}"))
        if not refused(function):
            for program in programs(function):
                formulas.append((str(function), program.emit("latex")))
                formulas.append((str(function), program.emit("latex", at=function.inputs)))
    check(formulas)


@needs_katex
@pytest.mark.parametrize("golden", list(goldens()), ids=lambda golden: golden.title)
def test_golden_functions_render(golden: Golden) -> None:
    program = value_and_grad(golden.define(), eval(golden.argnums)).program(*golden.values())
    check([("symbols", program.emit("latex")), ("numbers", program.emit("latex", at=golden.values()))])


# How it reads -----------------------------------------------------------------------------------------------


def test_a_net_and_its_gradient() -> None:
    lines = body(gradient_program(Net(1, "tanh", "softmax")))
    for line in (
        r"z_{1} &= X W_{1} + b_{1}",
        r"a_{1} &= \tanh\left(z_{1}\right)",
        r"z_{2} &= a_{1} W_{2} + b_{2}",
        r"\frac{\partial C}{\partial z_{2}} &= \frac{\operatorname{softmax}\left(z_{2}\right) - T}{n}",
        r"\frac{\partial C}{\partial W_{2}} &= a_{1}^{\top} \, \frac{\partial C}{\partial z_{2}}",
        r"\frac{\partial C}{\partial a_{1}} &= \frac{\partial C}{\partial z_{2}} \, W_{2}^{\top}",
        r"\frac{\partial C}{\partial z_{1}} &= \frac{\partial C}{\partial a_{1}} \odot (1 - a_{1}^{2})",
        r"\frac{\partial C}{\partial b_{1}} &= "
        r"\left(\sum_{i} \left[\frac{\partial C}{\partial z_{1}}\right]_{ij}\right)_{j}",
    ):
        assert line in lines, "\n".join(lines)
    cost = next(line for line in lines if line.startswith("C"))
    assert cost.count(r"\sum") == 3 and r"\ln \sum_{j} e^{\left[z_{2}\right]_{ij}}" in cost


def test_numbers_at_a_point() -> None:
    def neuron(w: Any, x: Any, b: Any) -> Any:
        z = x @ w + b
        a = np.tanh(z)
        return np.sum(a * a)

    at = np.array([2.0, -1.0]), np.array([[1.0, 2.0], [0.0, 1.0]]), 0.25
    assert body(trace(neuron, *at), at=at) == [
        r"w &= \begin{pmatrix} 2 & -1 \end{pmatrix}",
        r"x &= \begin{pmatrix} 1 & 2 \\ 0 & 1 \end{pmatrix}",
        r"b &= 0.25",
        r"z &= x w + b",
        r"&= \begin{pmatrix} 1 & 2 \\ 0 & 1 \end{pmatrix} \, \begin{pmatrix} 2 \\ -1 \end{pmatrix} + 0.25",
        r"&= \begin{pmatrix} 0.25 & -0.75 \end{pmatrix}",
        r"a &= \tanh\left(z\right)",
        r"&= \tanh\left(\begin{pmatrix} 0.25 & -0.75 \end{pmatrix}\right)",
        r"&= \begin{pmatrix} 0.2449 & -0.6351 \end{pmatrix}",
        r"\mathrm{neuron} &= \sum_{i} a_{i} \, a_{i}",
        r"&= \sum_{i} \left[\begin{pmatrix} 0.2449 & -0.6351 \end{pmatrix} \odot "
        r"\begin{pmatrix} 0.2449 & -0.6351 \end{pmatrix}\right]_{i}",
        r"&= 0.4634",
    ]


def test_large_arrays_are_their_shape() -> None:
    lines = body(trace(lambda X: np.sum(X), np.ones((9, 2))), at=[np.ones((9, 2))])
    assert lines[0] == r"X &= \underset{9 \times 2}{X}" and lines[-1] == "&= 18"


def test_values_that_are_no_plain_numbers() -> None:
    lines = body(trace(lambda x: 1 / x, 1.0), at=[0.0])
    assert lines[-1] == r"&= \infty"
    lines = body(trace(lambda x: np.log(x), 1.0), at=[-1.0])
    assert lines[-1] == r"&= \mathrm{NaN}"
    assert body(trace(lambda x: x > 0, 1.0), at=[2.0])[-1] == r"&= \mathrm{true}"


def test_a_point_must_fit() -> None:
    program = trace(lambda x: x[0] if x[0] > 0 else -x[0], np.ones(2))
    with pytest.raises(ShapeError):
        program.emit("latex", at=[np.ones(3)])
    with pytest.raises(ShapeError):
        program.emit("latex", at=[])
    with pytest.raises(GuardError):
        program.emit("latex", at=[-np.ones(2)])
    assert r"\text{(yes, on the example)}" in program.emit("latex")


def test_signs_and_parentheses() -> None:
    def f(x: Any, y: Any) -> Any:
        return (x - (y - x)) * -(x * y) / (-y) ** 2 + -x - -y + x * -2

    text = body(trace(f, 1.2, 0.7))[-1]
    assert text == (r"f &= \frac{(x - (y - x)) \, (-x \, y)}{(-y)^{2}} + (-x) - (-y) + x \, (-2)")


def test_entries_count_from_zero_as_in_the_code() -> None:
    def f(x: Any) -> Any:
        column = x[:, None] - x[None, :]
        return np.sum(column**2), x[1], x[1:3] + x[::2]

    lines = body(trace(f, np.arange(4.0)))
    assert r"\mathrm{column} &= \left(x_{i}\right)_{i,0} - \left(x_{j}\right)_{0,j}" in lines
    assert any(line.endswith("x_{1}") for line in lines)
    assert any("x_{1:3} + x_{:4:2}" in line for line in lines)


def test_einsum_is_a_sum_over_indices() -> None:
    lines = body(trace(lambda a, b: np.einsum("bij,bjk->bik", a, b), np.ones((2, 3, 4)), np.ones((2, 4, 5))))
    assert r"\sum_{" in lines[-1] and r"a_{" in lines[-1]


def test_cotangents_that_are_given_are_bars() -> None:
    program = pullback(trace(lambda x: np.tanh(x), np.ones(2))).program
    assert r"\bar{x}" in program.emit("latex")


def test_names() -> None:
    for name, tex in {
        "z1": "z_{1}",
        "W_hidden": r"W_{\mathrm{hidden}}",
        "sigma": r"\sigma",
        "sigma2": r"\sigma_{2}",
        "x_hat": r"\hat{x}",
        "yhat": r"\hat{y}",
        "theta_next": r"\theta_{\mathrm{next}}",
        "mu_bar_2": r"\bar{\mu}_{2}",
        "_": r"\_",
        "hidden_state": r"\mathrm{hidden}_{\mathrm{state}}",
        "σ": r"\sigma",
        "größe": r"\text{größe}",
        "cost": "C",
    }.items():
        assert name_tex(name) == tex


@needs_katex
def test_names_of_all_kinds_render() -> None:
    names = ["_", "__", "x_", "größe", "σ", "l1_l2_3", "np__2", "that", "A1B2", "a_b_c_d", "変数", "lam"]
    check([(name, name_tex(name)) for name in names])


def test_no_two_names_look_alike() -> None:
    lines = body(trace(lambda z1, z_1: z1 + z_1, 1.0, 2.0))
    assert lines == [r"\mathrm{function} &= z_{1} + \mathtt{z\_1}"]


def test_numbers() -> None:
    for number, tex in {
        2.0: "2",
        -0.0: "0",
        0.1: "0.1",
        2 / 3: r"\frac{2}{3}",
        -1e-7: r"-1 \times 10^{-7}",
        1e30: "10^{30}",
        float("inf"): r"\infty",
        0.044715: "0.044715",
        True: r"\mathrm{true}",
    }.items():
        assert number_tex(number).text == tex


def test_gradient_of_a_gradient_renders_names_apart() -> None:
    first = gradient(trace(lambda x: x**3, 2.0)).program
    second = gradient(Program("g", first.inputs, first.equations, first.outputs[1:])).program
    lines = body(second)
    assert len({line.partition(" &=")[0] for line in lines}) == len(lines)
