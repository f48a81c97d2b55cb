"""Every operation PyTorch has, too: values and gradients of the cases that tests/test_every_op.py tries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from backsight.ir.op import REGISTRY
from tests.agreement import run_numpy
from tests.test_every_op import Case, cases, differentiable, first_order

# Written from PyTorch's documentation, not from ours: what each op means.
SAME_NAME = (
    *(
        "abs",
        "add",
        "ceil",
        "cos",
        "cosh",
        "sin",
        "sinh",
        "tan",
        "tanh",
        "exp",
        "exp2",
        "expm1",
        "floor",
        "log",
    ),
    *("log10", "log1p", "log2", "neg", "sqrt", "trunc", "sigmoid", "sign", "erf", "erfc", "digamma", "where"),
    *("hypot", "fmod", "fmax", "fmin", "maximum", "minimum", "lt", "le", "gt", "ge", "eq", "ne", "logaddexp"),
    *("logical_and", "logical_or", "logical_xor", "logical_not", "isnan", "isinf", "isfinite", "logit"),
    *("copysign", "heaviside", "mul", "div", "sub", "pow"),
)
IN_TORCH: dict[str, Callable[..., Any]] = {
    **{name: getattr(torch, name) for name in SAME_NAME},
    "arccos": torch.arccos,
    "arccosh": torch.arccosh,
    "arcsin": torch.arcsin,
    "arcsinh": torch.arcsinh,
    "arctan": torch.arctan,
    "arctan2": torch.arctan2,
    "arctanh": torch.arctanh,
    "copy": lambda x: x,
    "stop_gradient": lambda x: x.detach(),
    "clip": lambda x, low, high: torch.minimum(torch.maximum(x, low), high),
    "elu": lambda x, alpha: F.elu(x, alpha=alpha),
    "erfinv": torch.erfinv,
    "entr": torch.special.entr,
    "floor_divide": lambda a, b: torch.div(a, b, rounding_mode="floor"),
    "gammaln": torch.lgamma,
    "gelu": F.gelu,
    "leaky_relu": lambda x, slope: F.leaky_relu(x, slope),
    "log_ndtr": torch.special.log_ndtr,
    "mod": torch.remainder,
    "ndtr": torch.special.ndtr,
    "ndtri": torch.special.ndtri,
    "polygamma": lambda x, order: torch.polygamma(order, x),
    "relu": torch.relu,
    "rint": torch.round,
    "silu": F.silu,
    "sinc": torch.sinc,
    "softplus": F.softplus,
    "xlogy": torch.xlogy,
    "xlog1py": torch.special.xlog1py,
    "contract": lambda *xs, spec: torch.einsum(spec, *xs),
    "sum": lambda x, axes, keepdims: torch.sum(x, axes, keepdim=keepdims) if axes else x,
    "mean": lambda x, axes, keepdims: torch.mean(x, axes, keepdim=keepdims) if axes else x,
    "max": lambda x, axes, keepdims: torch.amax(x, axes, keepdim=keepdims) if axes else x,
    "log_softmax": lambda x, axis: torch.log_softmax(x, axis),
    "min": lambda x, axes, keepdims: torch.amin(x, axes, keepdim=keepdims) if axes else x,
    "var": lambda x, axes, keepdims, ddof: torch.var(x, axes, correction=ddof, keepdim=keepdims),
    "logsumexp": lambda x, axes, keepdims: torch.logsumexp(x, axes, keepdim=keepdims) if axes else x,
    "softmax": lambda x, axis: torch.softmax(x, axis),
    "broadcast": lambda x, shape: torch.broadcast_to(x, shape),
    "concatenate": lambda *xs, axis: torch.cat(xs, axis),
    "stack": lambda *xs, axis: torch.stack(xs, axis),
    "diagonal": lambda x, offset: torch.diagonal(x, offset, -2, -1),
    "reshape": lambda x, shape: torch.reshape(x, shape),
    "transpose": lambda x, axes: x.permute(axes),
    "tril": lambda x, k: torch.tril(x, k),
    "triu": lambda x, k: torch.triu(x, k),
    "cholesky": torch.linalg.cholesky,
    "cumprod": lambda x, axis: torch.cumprod(x, axis),
    "cumsum": lambda x, axis: torch.cumsum(x, axis),
    "det": torch.linalg.det,
    "inv": torch.linalg.inv,
    "slogdet_log": lambda x: torch.linalg.slogdet(x).logabsdet,
    "slogdet_sign": lambda x: torch.linalg.slogdet(x).sign,
    "sort": lambda x, axis: torch.sort(x, dim=axis).values,
}
# Not among PyTorch's functions, or with another idea of what goes in; JAX is their witness.
NOT_IN_TORCH = {
    *("cbrt", "arange", "eye", "dim", "expand_dims", "squeeze", "index", "unindex", "undiagonal", "window"),
    *("unwindow", "argsort", "gather", "scatter", "recurrence", "solve", "custom", "searchsorted"),
    *("all", "any", "argmax", "argmin", "prod", "prod_others", "std", "norm"),
}
# Slopes that are a choice: PyTorch's is another at these ops' kinks, and for whole arrays of ties.
OTHER_SLOPES = {"copysign", "heaviside", "fmod", "mod", "floor_divide", "sinc"}


def in_torch(case: Case, inputs: Sequence[Any]) -> Any:
    return IN_TORCH[case.op](*inputs, **case.params)


def test_every_op_is_compared_or_said_to_be_missing() -> None:
    assert IN_TORCH.keys() | NOT_IN_TORCH >= REGISTRY.keys(), "a new op: say what it is in PyTorch"
    assert not IN_TORCH.keys() - REGISTRY.keys()


@pytest.mark.parametrize("name", sorted(IN_TORCH))
def test_values_and_gradients(name: str) -> None:
    for case in cases(name):
        moved = [isinstance(x, np.ndarray) and x.dtype == float for x in case.inputs]
        inputs = [torch.tensor(x, requires_grad=m) for x, m in zip(case.inputs, moved, strict=True)]
        if any(x.numel() == 0 for x in inputs):
            continue
        value = in_torch(case, inputs)
        (ours,) = run_numpy(case.program, case.inputs)
        _close(ours, value.detach().numpy(), f"{case}")
        if not differentiable(case) or name in OTHER_SLOPES or not value.requires_grad:
            continue
        program, arguments = first_order(case)
        # The weights of the sum are the last argument, the gradient by each moving input an output.
        weight = torch.tensor(np.asarray(arguments[-1], dtype=float))
        wanted = [x for x, m in zip(inputs, moved, strict=True) if m]
        theirs = torch.autograd.grad(
            torch.sum(weight * value), wanted, allow_unused=True, materialize_grads=True
        )
        for a, b in zip(run_numpy(program, arguments), theirs, strict=True):
            if name == "cholesky":  # ours reads the lower half alone, as NumPy does; PyTorch's both
                a = (a + np.swapaxes(a, -1, -2)) / 2
            _close(a, b.numpy(), f"gradient of {case}")


def _close(ours: Any, theirs: Any, what: str) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), theirs, rtol=1e-8, atol=1e-10, err_msg=what)
