"""Modes and their nestings against torch.func, on functions written once for both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import func

import backsight as bs
from tests_torch.torch_numpy import numpy as torch_numpy

# What torch.func itself calls is on its way out of PyTorch.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")

Function = Callable[..., Any]


def neuron(np: Any, w: Any, x: Any) -> Any:
    return np.sum(np.tanh(x @ w) ** 2)


def mixed(np: Any, w: Any, x: Any) -> Any:
    a = np.exp(-np.square(w)) * np.sin(x)
    return np.sum(np.logaddexp(a, w) * x) + np.sum(np.log1p(np.square(x)))


def reused(np: Any, w: Any, x: Any) -> Any:
    y = w
    for _ in range(4):
        y = np.tanh(y * w) + y / 2
    return np.sum(y * np.sum(x, axis=0))


FUNCTIONS = [neuron, mixed, reused]
RANDOM = np.random.default_rng(11)
W, X, V = RANDOM.normal(size=3), RANDOM.normal(size=(4, 3)), RANDOM.normal(size=3)


def both(function: Function) -> tuple[Function, Function]:
    """As a function of w and x, for backsight and for PyTorch."""
    return lambda w, x: function(np, w, x), lambda w, x: function(torch_numpy, w, x)


def close(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_modes(function: Function) -> None:
    ours, theirs = both(function)
    w, x, v = map(torch.tensor, (W, X, V))
    close(bs.grad(ours)(W, X), func.grad(theirs)(w, x))
    close(bs.hessian(ours)(W, X), func.hessian(theirs)(w, x))
    close(bs.jacobian(bs.grad(ours, 1))(W, X), func.jacrev(func.grad(theirs, 1))(w, x))
    close(bs.hvp(ours)(W, X, V), func.jvp(lambda w: func.grad(theirs)(w, x), (w,), (v,))[1])
    value, tangent = bs.jvp(lambda w: ours(w, X), (W,), (V,))
    expected, moved = func.jvp(lambda w: theirs(w, x), (w,), (v,))
    close(value, expected)
    close(tangent, moved)
    close(bs.vmap(bs.grad(ours), in_axes=(None, 0))(W, X[:, None]), _each(theirs, w, x))
    close(bs.grad(lambda w: np.sum(bs.hessian(ours)(w, X) ** 2))(W), _through_hessian(theirs, w, x))


def _each(function: Function, w: Any, x: Any) -> Any:
    return torch.stack([func.grad(function)(w, row[None]) for row in x])


def _through_hessian(function: Function, w: Any, x: Any) -> Any:
    return func.grad(lambda w: torch.sum(func.hessian(function)(w, x) ** 2))(w)


def test_vjp_of_several_outputs() -> None:
    value, back = bs.vjp(lambda w: (np.sin(w), np.sum(w**2)), W)
    expected, theirs = func.vjp(lambda w: (torch.sin(w), torch.sum(w**2)), torch.tensor(W))
    close(value[0], expected[0])
    close(back((V, np.float64(2.0)))[0], theirs((torch.tensor(V), torch.tensor(2.0, dtype=torch.float64)))[0])
