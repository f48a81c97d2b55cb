"""NumPy's names in PyTorch's words, from its documentation: one source can be run by both."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import torch


def tensor(x: Any) -> torch.Tensor:
    return x if isinstance(x, torch.Tensor) else torch.as_tensor(x, dtype=torch.float64)


def _elementwise(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *xs: function(*map(tensor, xs))


def _folded(function: Callable[..., Any]) -> Callable[..., Any]:
    """torch's reductions want a dimension; NumPy's fold everything when they are given none."""

    def run(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        x = tensor(x)
        axes = tuple(range(x.ndim)) if axis is None else axis
        return function(x, dim=axes, keepdim=keepdims) if axes != () else x

    return run


def _logaddexp(a: Any, b: Any) -> Any:
    return torch.logaddexp(tensor(a), tensor(b))


_logaddexp.reduce = lambda x, axis=0: torch.logsumexp(x, dim=axis)  # type: ignore[attr-defined]


def _joined(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda arrays, axis=0: function([tensor(a) for a in arrays], dim=axis)


def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    return x.permute(tuple(axes if axes is not None else reversed(range(x.ndim))))


_SAME = (
    *("exp", "log", "log1p", "sqrt", "abs", "sign", "floor", "sin", "cos", "tanh", "square"),
    *("maximum", "minimum", "where", "matmul", "expm1"),
)
numpy = SimpleNamespace(
    **{name: _elementwise(getattr(torch, name)) for name in _SAME},
    sum=_folded(torch.sum),
    mean=_folded(torch.mean),
    max=_folded(torch.amax),
    min=_folded(torch.amin),
    logaddexp=_logaddexp,
    clip=lambda x, low, high: torch.clip(x, low, high),
    dot=lambda a, b: a * b if a.ndim == 0 or b.ndim == 0 else a @ b,
    outer=lambda a, b: torch.outer(tensor(a).ravel(), tensor(b).ravel()),
    einsum=torch.einsum,
    stack=_joined(torch.stack),
    concatenate=_joined(torch.cat),
    expand_dims=lambda x, axis: torch.unsqueeze(x, axis),
    swapaxes=torch.swapaxes,
    transpose=transpose,
)


class _Transposes(ast.NodeTransformer):
    """`x.T` turns all axes round in NumPy; PyTorch has it for matrices only."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr != "T":
            return node
        function = ast.Attribute(ast.Name("np", ast.Load()), "transpose", ast.Load())
        return ast.Call(function, [node.value], [])


def in_torch(source: str, name: str) -> Callable[..., Any]:
    """The function of that name in a source written for NumPy, run by PyTorch."""
    tree = ast.fix_missing_locations(_Transposes().visit(ast.parse(source)))
    namespace: dict[str, Any] = {"np": numpy}
    exec(compile(tree, "<in torch>", "exec"), namespace)
    found: Callable[..., Any] = namespace[name]
    return found


def value_and_gradients(function: Callable[..., Any], arguments: Sequence[Any]) -> list[Any]:
    """The value and the gradient by every argument, as NumPy arrays."""
    inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in arguments]
    value = function(*inputs)
    gradients = torch.autograd.grad(value, inputs, allow_unused=True, materialize_grads=True)
    return [value.detach().numpy(), *(g.numpy() for g in gradients)]
