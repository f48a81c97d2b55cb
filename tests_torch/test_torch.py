"""Gradients against PyTorch's: random functions, random nets, and the functions of the benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

from backsight.api import value_and_grad
from benchmarks.models import Case, cases
from tests.agreement import assert_close, run_numpy
from tests.random_nets import gradient_program, random_net
from tests.random_programs import programs, random_function, refused
from tests_torch.torch_numpy import in_torch, value_and_gradients

SEED = 20


@pytest.mark.parametrize("block", range(10))
def test_random_functions(block: int) -> None:
    compared = 0
    for number in range(block * 30, block * 30 + 30):
        function = random_function(Random(f"torch {SEED} {number}"), lines=10)
        if refused(function):
            continue
        ours = run_numpy(programs(function)[2], function.inputs)
        theirs = value_and_gradients(in_torch(function.source, "function"), function.inputs)
        scale = max(float(np.max(np.abs(g))) for g in theirs[1:]) + 1e-3
        assert_close(ours[:1], theirs[:1], 1e-11, f"value\n{function}")
        for a, b in zip(ours[1:], theirs[1:], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-10 * scale, err_msg=str(function))
        compared += 1
    assert compared > 15


def test_random_nets() -> None:
    for number in range(60):
        net = random_net(SEED * 1000 + number)
        program = gradient_program(net.net)
        ours = run_numpy(program, net.inputs)
        names = [v.name for v in program.inputs]
        source = net.net.source()
        theirs = value_and_gradients(in_torch(source, "net"), net.inputs)
        by_name = dict(zip(names, theirs[1:], strict=True))
        expected = [theirs[0], *(by_name[name] for name in net.net.parameters)]
        assert_close(ours, expected, 1e-9, str(net.net))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_functions_of_the_benchmarks(case: Case) -> None:
    places = tuple(range(case.parameters))
    value, gradients = value_and_grad(case.write(np), places)(*case.arguments)
    parameters = [torch.tensor(a, requires_grad=True) for a in case.arguments[: case.parameters]]
    data: list[Any] = [torch.tensor(a) for a in case.arguments[case.parameters :]]
    cost = case.in_torch(torch, *parameters, *data)
    theirs = [g.numpy() for g in torch.autograd.grad(cost, parameters)]
    assert_close([value, *gradients], [cost.detach().numpy(), *theirs], 1e-11, case.name)


def test_at_the_corner_pytorch_answers_what_lesson_1_says() -> None:
    def slope(function: Callable[[torch.Tensor], torch.Tensor]) -> float:
        x = torch.tensor(0.0, requires_grad=True)
        function(x).backward()
        assert x.grad is not None
        return float(x.grad)

    assert slope(torch.relu) == 0.0
    assert slope(lambda x: torch.maximum(x, torch.tensor(0.0))) == 0.5
    assert slope(lambda x: torch.clamp(x, min=0)) == 1.0
