"""Every operation, walked through the registry: its record is whole, and all answers about it agree."""

from __future__ import annotations

import itertools
import math
import os
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import backsight.ops  # noqa: F401  (fills the registry)
from backsight.errors import ShapeError
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import Program
from backsight.transforms import batch as batched
from backsight.transforms import gradient, pushforward, simplify
from tests.agreement import (
    Arrays,
    Batch,
    assert_close,
    assert_slopes,
    program_of,
    run_javascript,
    run_numpy,
    run_reference,
    weighted_sum,
)

# `make fuzz` asks for one operation after the other.
NAMES = os.environ.get("BACKSIGHT_OPS", "").split() or sorted(REGISTRY)

# Written from JAX's documentation, not from ours: what each op means.
IN_JAX: dict[str, Callable[..., Any]] = {
    "add": jnp.add,
    "sub": jnp.subtract,
    "mul": jnp.multiply,
    "div": jnp.true_divide,
    "neg": jnp.negative,
    "pow": jnp.power,
    "exp": jnp.exp,
    "log": jnp.log,
    "log1p": jnp.log1p,
    "sqrt": jnp.sqrt,
    "abs": jnp.abs,
    "sign": jnp.sign,
    "floor": jnp.floor,
    **{
        name: getattr(jnp, name)
        for name in (
            *("expm1", "exp2", "log2", "log10", "cbrt", "logaddexp", "sinc"),
            *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "hypot"),
            *("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"),
            *("ceil", "trunc", "rint", "mod", "fmod", "floor_divide"),
            *("fmax", "fmin", "clip", "heaviside", "copysign", "isnan", "isinf", "isfinite", "logical_xor"),
        )
    },
    **{
        name: getattr(jax.scipy.special, name)
        for name in (
            *("erf", "erfc", "erfinv", "ndtr", "log_ndtr", "ndtri", "gammaln", "digamma"),
            *("xlogy", "xlog1py", "entr", "logit"),
        )
    },
    "polygamma": lambda x, order: jax.scipy.special.polygamma(order, x),
    "elu": lambda x, alpha: jax.nn.elu(x, alpha),
    "silu": jax.nn.silu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "sigmoid": jax.nn.sigmoid,
    "relu": jax.nn.relu,
    "leaky_relu": lambda x, slope: jnp.where(x > 0, x, slope * x),
    "softplus": jax.nn.softplus,
    "copy": lambda x: x,
    "stop_gradient": jax.lax.stop_gradient,
    "custom": lambda value, x, backward, places: value,
    "maximum": jnp.maximum,
    "minimum": jnp.minimum,
    "lt": jnp.less,
    "le": jnp.less_equal,
    "gt": jnp.greater,
    "ge": jnp.greater_equal,
    "eq": jnp.equal,
    "ne": jnp.not_equal,
    "logical_and": jnp.logical_and,
    "logical_or": jnp.logical_or,
    "logical_not": jnp.logical_not,
    "where": jnp.where,
    "contract": lambda *xs, spec: jnp.einsum(spec, *xs),
    "sum": lambda x, axes, keepdims: jnp.sum(x, axis=axes, keepdims=keepdims),
    "mean": lambda x, axes, keepdims: jnp.mean(x, axis=axes, keepdims=keepdims),
    "max": lambda x, axes, keepdims: jnp.max(x, axis=axes, keepdims=keepdims),
    "logsumexp": lambda x, axes, keepdims: jax.nn.logsumexp(x, axis=axes, keepdims=keepdims),
    "softmax": lambda x, axis: jax.nn.softmax(x, axis=axis),
    "log_softmax": lambda x, axis: jax.nn.log_softmax(x, axis=axis),
    "min": lambda x, axes, keepdims: jnp.min(x, axis=axes, keepdims=keepdims),
    "prod": lambda x, axes, keepdims: jnp.prod(x, axis=axes, keepdims=keepdims),
    "prod_others": lambda x, axes: jax.grad(lambda x: jnp.sum(jnp.prod(x, axis=axes)))(x),
    "var": lambda x, axes, keepdims, ddof: jnp.var(x, axis=axes, keepdims=keepdims, ddof=ddof),
    "std": lambda x, axes, keepdims, ddof: jnp.std(x, axis=axes, keepdims=keepdims, ddof=ddof),
    "norm": lambda x, axes, keepdims: jnp.sqrt(jnp.sum(x * x, axis=axes, keepdims=keepdims)),
    "all": lambda x, axes, keepdims: jnp.all(x, axis=axes, keepdims=keepdims),
    "any": lambda x, axes, keepdims: jnp.any(x, axis=axes, keepdims=keepdims),
    "argmax": lambda x, axis, keepdims: jnp.argmax(x, axis=axis, keepdims=keepdims),
    "argmin": lambda x, axis, keepdims: jnp.argmin(x, axis=axis, keepdims=keepdims),
    "transpose": lambda x, axes: jnp.transpose(x, axes),
    "reshape": lambda x, shape: jnp.reshape(x, shape),
    "expand_dims": lambda x, axes: jnp.expand_dims(x, axes),
    "squeeze": lambda x, axes: jnp.squeeze(x, axes),
    "broadcast": lambda x, shape: jnp.broadcast_to(x, shape),
    "index": lambda x, key: x[_numpy_key(key)],
    "unindex": lambda x, key, shape: jnp.zeros(shape).at[_numpy_key(key)].set(x),
    "stack": lambda *xs, axis: jnp.stack(xs, axis=axis),
    "concatenate": lambda *xs, axis: jnp.concatenate(xs, axis=axis),
    "arange": lambda dim: jnp.arange(dim),
    "gather": lambda x, *places, axis, batch: _gather_in_jax(axis, batch)(x, *places),
    "scatter": lambda part, *places, axis, batch, shape: _scatter_in_jax(part, places, axis, batch, shape),
    "argsort": lambda x, axis: jnp.argsort(x, axis=axis),
    "searchsorted": lambda line, x, right, batch: _search_in_jax("right" if right else "left", batch)(
        line, x
    ),
    "sort": lambda x, axis: jnp.sort(x, axis=axis),
    "cumsum": lambda x, axis: jnp.cumsum(x, axis=axis),
    "cumprod": lambda x, axis: jnp.cumprod(x, axis=axis),
    "recurrence": lambda a, b, axis: _recurrence_in_jax(a, b, axis),
    "window": lambda x, **params: _window_in_jax(x, **params),
    "unwindow": lambda x, shape, **params: jax.vjp(
        lambda whole: _window_in_jax(whole, **params), jnp.zeros(shape)
    )[1](x)[0],
    "diagonal": lambda x, offset: jnp.diagonal(x, offset, -2, -1),
    "undiagonal": lambda x, offset, shape: _lay_diagonal_in_jax(x, offset, shape),
    "tril": lambda x, k: jnp.tril(x, k),
    "triu": lambda x, k: jnp.triu(x, k),
    "solve": lambda a, b: jnp.linalg.solve(a, b if b.ndim == a.ndim else b[..., None]).reshape(b.shape),
    "inv": jnp.linalg.inv,
    "det": jnp.linalg.det,
    "slogdet_sign": lambda x: jnp.linalg.slogdet(x)[0],
    "slogdet_log": lambda x: jnp.linalg.slogdet(x)[1],
    # NumPy reads the lower triangle only; JAX takes the mean of both unless given a symmetric matrix.
    "cholesky": lambda x: jnp.linalg.cholesky(jnp.tril(x) + jnp.swapaxes(jnp.tril(x, -1), -1, -2)),
}


def _search_in_jax(side: str, batch: int) -> Callable[..., Any]:
    if batch:
        return jax.vmap(_search_in_jax(side, batch - 1))
    return lambda line, x: jnp.searchsorted(line, x, side=side)


def _gather_in_jax(axis: int, batch: int) -> Callable[..., Any]:
    if batch:
        return jax.vmap(_gather_in_jax(axis - 1, batch - 1))
    return lambda x, *places: x[(slice(None),) * axis + places]


def _scatter_in_jax(part: Any, places: Any, axis: int, batch: int, shape: Any) -> Any:
    gather = _gather_in_jax(axis, batch)
    return jax.vjp(lambda whole: gather(whole, *places), jnp.zeros(shape))[1](part)[0]


def _recurrence_in_jax(a: Any, b: Any, axis: int) -> Any:
    def step(so_far: Any, both: Any) -> Any:
        now = both[0] * so_far + both[1]
        return now, now

    a, b = jnp.moveaxis(a, axis, 0), jnp.moveaxis(b, axis, 0)
    return jnp.moveaxis(jax.lax.scan(step, jnp.zeros(b.shape[1:]), (a, b))[1], 0, axis)


def _window_in_jax(x: Any, axes: Any, sizes: Any, strides: Any, dilations: Any) -> Any:
    for number, (axis, size, stride, dilation) in enumerate(
        zip(axes, sizes, strides, dilations, strict=True)
    ):
        first = jnp.arange(0, x.shape[axis] - (size - 1) * dilation, stride)
        x = jnp.take(x, first[:, None] + dilation * jnp.arange(size), axis=axis)
        x = jnp.moveaxis(x, axis + 1, x.ndim - 1 if number == len(axes) - 1 else -1)
    return x


def _lay_diagonal_in_jax(x: Any, offset: int, shape: Any) -> Any:
    i = jnp.arange(x.shape[-1])
    rows, columns = i + max(0, -offset), i + max(0, offset)
    return jnp.zeros((*x.shape[:-1], *shape)).at[..., rows, columns].set(x)


def _numpy_key(key: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    kinds = {"int": lambda i: i, "slice": slice, "new": lambda: None}
    return tuple(kinds[kind](*rest) for kind, *rest in key)


@dataclass(frozen=True)
class Case:
    """An op with operands and params to try it at."""

    op: str
    number: int
    inputs: tuple[Any, ...]
    params: Mapping[str, Any]

    @property
    def program(self) -> Program:
        return program_of(self.op, self.inputs, self.params)

    def __str__(self) -> str:
        return f"case {self.number} of {self.op}: {[np.shape(x) for x in self.inputs]} {dict(self.params)}"


def _whole(*axes: int, keepdims: bool = False) -> dict[str, Any]:
    return {"axes": axes, "keepdims": keepdims}


def _place(axis: int, keepdims: bool = False) -> dict[str, Any]:
    return {"axis": axis, "keepdims": keepdims}


ALL = ("slice", 0, None, 1)
BACKWARD = ("slice", None, None, -1)


def _window(axes: Any, sizes: Any, strides: Any = None, dilations: Any = None) -> dict[str, Any]:
    ones = (1,) * len(axes)
    return {"axes": axes, "sizes": sizes, "strides": strides or ones, "dilations": dilations or ones}


def _at(axis: int, batch: int = 0) -> dict[str, int]:
    return {"axis": axis, "batch": batch}


LINES: Sequence[tuple[Sequence[tuple[int, ...]], dict[str, Any]]] = [
    ([(4,)], {"axis": 0}),
    ([(2, 3, 4)], {"axis": 1}),
    ([(2, 3, 2)], {"axis": 0}),
    ([(3, 1)], {"axis": 1}),
    ([(0, 3)], {"axis": 1}),
    ([(2, 0)], {"axis": 1}),
    ([(12,)], {"axis": 0}),
]
MATRICES: Sequence[tuple[Sequence[tuple[int, ...]], dict[str, Any]]] = [
    ([(1, 1)], {}),
    ([(4, 4)], {}),
    ([(2, 3, 3)], {}),
    ([(2, 1, 2, 2)], {}),
    ([(0, 2, 2)], {}),
    ([(9, 9)], {}),
]
FOLDED: list[tuple[list[tuple[int, ...]], dict[str, Any]]] = [
    ([(4,)], _whole(0)),
    ([(2, 3, 4)], _whole(1)),
    ([(2, 3, 4)], _whole(0, 2)),
    ([(2, 3, 4)], _whole(1, 2, keepdims=True)),
    ([(2, 3, 4, 2)], _whole(0, 1, 3)),
    ([(2, 1)], _whole(1)),
    ([(1, 1)], _whole(0, 1)),
    ([(2, 0)], _whole(0)),
    ([(3,)], _whole()),
    ([()], _whole()),
]
# Shapes and params beyond `try_at`, by op; maps get theirs by broadcasting.
SHAPES: dict[str, Sequence[tuple[Sequence[tuple[int, ...]], dict[str, Any]]]] = {
    **dict.fromkeys(("sum", "mean", "max", "min", "logsumexp", "prod", "norm", "all", "any"), FOLDED),
    **{
        op: [(shapes, {**params, "ddof": ddof}) for ddof in (0, 1) for shapes, params in FOLDED[:5]]
        for op in ("var", "std")
    },
    "prod_others": [(shapes, {"axes": params["axes"]}) for shapes, params in FOLDED],
    **{
        op: [
            ([(4,)], {"axis": 0}),
            ([(2, 3, 4)], {"axis": 1}),
            ([(3, 1)], {"axis": 1}),
            ([(0, 3)], {"axis": 1}),
        ]
        for op in ("softmax", "log_softmax")
    },
    **{
        op: [
            ([(4,)], _place(0)),
            ([(2, 3, 4)], _place(1, True)),
            ([(3, 1)], _place(1)),
            ([(0, 3)], _place(1)),
        ]
        for op in ("argmax", "argmin")
    },
    "contract": [
        ([(3,), (3,)], {"spec": "i,i->"}),
        ([(3,), (2,)], {"spec": "i,j->ij"}),
        ([(3,), (2,)], {"spec": "i,j->ji"}),
        ([(2, 3), (3,)], {"spec": "ij,j->i"}),
        ([(3,), (3, 2)], {"spec": "i,ij->j"}),
        ([(2, 3), (4, 3)], {"spec": "ij,kj->ik"}),
        ([(3, 2), (3, 4)], {"spec": "ij,ik->kj"}),
        ([(2, 3), (2, 3)], {"spec": "ij,ij->"}),
        ([(2, 3), (2, 3)], {"spec": "ij,ij->j"}),
        ([(2, 3)], {"spec": "ij->ji"}),
        ([(2, 3)], {"spec": "ij->i"}),
        ([(2, 3), (4,)], {"spec": "ij,k->ik"}),
        ([(5, 2, 3), (5, 3, 4)], {"spec": "aij,ajk->aik"}),
        ([(5, 2, 3), (3, 4)], {"spec": "aij,jk->aik"}),
        ([(2, 3), (3, 4), (4, 2)], {"spec": "ij,jk,kl->il"}),
        ([(), (3,)], {"spec": ",i->i"}),
        ([(2, 0), (0, 3)], {"spec": "ij,jk->ik"}),
        ([(0, 2), (2, 3)], {"spec": "ij,jk->ik"}),
        ([(1, 1), (1, 1)], {"spec": "ij,jk->ik"}),
        ([(3, 3)], {"spec": "ii->"}),
        ([(3, 3)], {"spec": "ii->i"}),
        ([(3, 3), (3, 2)], {"spec": "ii,ij->j"}),
        ([(2, 3, 2, 3)], {"spec": "ijij->ji"}),
        ([(2, 2, 2, 3)], {"spec": "iiij->ij"}),
        ([(3, 2, 3), (3, 2)], {"spec": "iji,ij->j"}),
    ],
    "transpose": [([(2, 3, 4)], {"axes": (2, 0, 1)}), ([(3,)], {"axes": (0,)}), ([()], {"axes": ()})],
    "reshape": [
        ([(2, 3, 4)], {"shape": (4, 6)}),
        ([()], {"shape": (1, 1)}),
        ([(1, 1)], {"shape": ()}),
        ([(0, 2)], {"shape": (3, 0)}),
    ],
    "expand_dims": [([(2, 3)], {"axes": (0, 2)}), ([()], {"axes": (0,)}), ([()], {"axes": ()})],
    "squeeze": [([(1, 3, 1)], {"axes": (0, 2)}), ([(1,)], {"axes": (0,)}), ([(1, 3)], {"axes": ()})],
    "broadcast": [
        ([()], {"shape": (2, 3)}),
        ([(1, 3)], {"shape": (2, 3)}),
        ([(3,)], {"shape": (4, 2, 3)}),
        ([(1,)], {"shape": (0,)}),
        ([()], {"shape": ()}),
    ],
    "index": [
        ([(4, 5)], {"key": (("int", 3), ("int", 1))}),
        ([(4, 5)], {"key": (ALL, ("slice", 1, 5, 2))}),
        ([(4, 5, 2)], {"key": (("slice", 1, 3, 1), ("new",), ("int", 0))}),
        ([(4,)], {"key": (("slice", 2, 2, 1),)}),
        ([(4,)], {"key": (("new",), ALL, ("new",))}),
        ([(2, 3)], {"key": ()}),
        ([(2, 3)], {"key": (ALL, ("slice", 0, 9, 2))}),
        ([(4,)], {"key": (BACKWARD,)}),
        ([(4, 5)], {"key": (("slice", 3, None, -2), ("slice", 3, 0, -1))}),
        ([(1, 5)], {"key": (BACKWARD, ("int", 2))}),
        ([(0, 2)], {"key": (BACKWARD, BACKWARD)}),
    ],
    "custom": [],
    "unindex": [
        ([()], {"key": (("int", 2),), "shape": (4,)}),
        ([(3,)], {"key": (("slice", 0, 5, 2),), "shape": (5,)}),
        ([(2, 1)], {"key": (("slice", 1, 3, 1), ("new",), ("int", 0)), "shape": (4, 5)}),
        ([(2, 3)], {"key": (), "shape": (2, 3)}),
        ([(3,)], {"key": (("int", 0),), "shape": (2, 3)}),
        ([(0,)], {"key": (("slice", 2, 2, 1),), "shape": (4,)}),
    ],
    "stack": [
        ([(), ()], {"axis": 0}),
        ([(2, 3)] * 3, {"axis": 1}),
        ([(2, 3)] * 2, {"axis": 2}),
        ([(0,)] * 2, {"axis": 1}),
    ],
    "concatenate": [
        ([(2, 3), (2, 1)], {"axis": 1}),
        ([(2,), (0,), (3,)], {"axis": 0}),
        ([(1, 2, 2), (1, 3, 2)], {"axis": 1}),
    ],
    "searchsorted": [
        ([(5,), ()], {"right": False, "batch": 0}),
        ([(5,), (2, 3)], {"right": True, "batch": 0}),
        ([(0,), (3,)], {"right": False, "batch": 0}),
        ([(4,), (0,)], {"right": True, "batch": 0}),
        ([(2, 4), (2, 3)], {"right": True, "batch": 1}),
    ],
    "arange": [([], {"dim": 0}), ([], {"dim": 1}), ([], {"dim": 12})],
    "gather": [
        ([(4,), (3, 2)], _at(0)),
        ([(4,), ()], _at(0)),
        ([(2, 3, 4), (5,)], _at(1)),
        ([(2, 3), (4,), (4,)], _at(0)),
        ([(2, 3, 4), (2, 2), (2, 2)], _at(1)),
        ([(2, 3), (2, 4)], _at(1, 1)),
        ([(2, 3, 4), (2, 3)], _at(1, 1)),
        ([(2, 3, 4), (2, 5)], _at(2, 1)),
        ([(2, 3, 2, 4), (2, 3, 5), (2, 3, 5)], _at(2, 2)),
        ([(3,), (0,)], _at(0)),
        ([(3, 0), (2,)], _at(0)),
    ],
    "scatter": [
        ([(3, 2), (3, 2)], {**_at(0), "shape": (4,)}),
        ([(), ()], {**_at(0), "shape": (4,)}),
        ([(2, 5, 4), (5,)], {**_at(1), "shape": (2, 3, 4)}),
        ([(4,), (4,), (4,)], {**_at(0), "shape": (2, 3)}),
        ([(2, 4), (2, 4)], {**_at(1, 1), "shape": (2, 3)}),
        ([(2, 3, 5), (2, 5)], {**_at(2, 1), "shape": (2, 3, 4)}),
        ([(0,), (0,)], {**_at(0), "shape": (3,)}),
    ],
    **dict.fromkeys(("argsort", "sort", "cumsum", "cumprod"), LINES),
    "recurrence": [(sizes * 2, params) for sizes, params in LINES],  # type: ignore[operator]
    "window": [
        ([(5,)], _window((0,), (3,))),
        ([(7,)], _window((0,), (2,), (3,))),
        ([(7,)], _window((0,), (3,), (1,), (2,))),
        ([(2, 3, 5, 6)], _window((2, 3), (2, 3), (2, 1), (1, 2))),
        ([(4, 12)], _window((1,), (10,))),
        ([(3, 2)], _window((0,), (3,))),
        ([(0, 3)], _window((1,), (2,))),
        ([(1,)], _window((0,), (1,))),
    ],
    "unwindow": [
        ([(3, 3)], {**_window((0,), (3,)), "shape": (5,)}),
        ([(2, 2)], {**_window((0,), (2,), (3,)), "shape": (7,)}),
        ([(2, 3, 2, 2, 2, 3)], {**_window((2, 3), (2, 3), (2, 1), (1, 2)), "shape": (2, 3, 5, 6)}),
        ([(0, 2, 2)], {**_window((1,), (2,)), "shape": (0, 3)}),
    ],
    "diagonal": [
        ([(4, 4)], {"offset": 0}),
        ([(2, 3, 4)], {"offset": 1}),
        ([(4, 2)], {"offset": -1}),
        ([(1, 1)], {"offset": 0}),
        ([(2, 3)], {"offset": 3}),
        ([(12, 12)], {"offset": 2}),
    ],
    "undiagonal": [
        ([(4,)], {"offset": 0, "shape": (4, 4)}),
        ([(2, 3)], {"offset": 1, "shape": (3, 4)}),
        ([(2, 3)], {"offset": -1, "shape": (4, 3)}),
        ([(0,)], {"offset": 3, "shape": (2, 3)}),
        ([(12,)], {"offset": 0, "shape": (12, 12)}),
    ],
    **{
        op: [
            ([(2, 3, 4)], {"k": 0}),
            ([(4, 2)], {"k": -1}),
            ([(1, 3)], {"k": 2}),
            ([(0, 2)], {"k": 0}),
            ([(12, 11)], {"k": 1}),
        ]
        for op in ("tril", "triu")
    },
    "solve": [
        ([(1, 1), (1,)], {}),
        ([(4, 4), (4, 2)], {}),
        ([(2, 3, 3), (2, 3)], {}),
        ([(2, 3, 3), (2, 3, 2)], {}),
        ([(0, 2, 2), (0, 2, 1)], {}),
        ([(3, 3), (3, 0)], {}),
        ([(9, 9), (9,)], {}),
    ],
    **dict.fromkeys(("inv", "slogdet_sign", "slogdet_log", "cholesky"), MATRICES),
    # Of a matrix of one number the slope of the slope is 0, which rounding hides.
    "det": MATRICES[1:],
}
BROADCAST: dict[int, Sequence[Sequence[tuple[int, ...]]]] = {
    1: [[()], [(3,)], [(2, 1, 3)], [(0,)], [(2, 0)]],
    2: [
        [(), ()],
        [(3,), ()],
        [(), (2, 3)],
        [(2, 3), (3,)],
        [(2, 1), (1, 3)],
        [(1,), (4, 2)],
        [(0, 3), (3,)],
        [(2, 1, 3), (4, 1)],
    ],
    3: [[(3,), (), (3,)], [(2, 1), (3,), ()], [(2, 3), (1, 3), (2, 1)], [(0,), (0,), ()]],
}
EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, math.inf, -math.inf, math.nan, 710.0, -750.0, 1e200)


# `make fuzz` asks for many more.
AT_LEAST = int(os.environ.get("BACKSIGHT_CASES", "10"))


def cases(op: str) -> Iterator[Case]:
    """`try_at` first, then operands of chosen shapes within its range, then random ones."""
    chosen = list(chosen_cases(op))
    yield from chosen
    for number in range(len(chosen), AT_LEAST):
        yield random_case(op, number, np.random.default_rng([number, *op.encode()]))


def chosen_cases(op: str) -> Iterator[Case]:
    record = REGISTRY[op]
    random = np.random.default_rng(sum(op.encode()))
    number = count()
    for params in record.try_params:
        yield Case(op, next(number), tuple(np.array(x) for x in record.try_at), params)
    if record.family is Family.MAP:
        shapes = [(s, p) for s in BROADCAST[len(record.try_at)] for p in record.try_params]
    else:
        shapes = [(list(s), p) for s, p in SHAPES[op]]
    for sizes, params in shapes:
        yield _drawn(op, next(number), sizes, params, random)


def _drawn(
    op: str, number: int, sizes: Sequence[tuple[int, ...]], params: Any, random: np.random.Generator
) -> Case:
    """Operands of those shapes, random within the range of `try_at`."""
    examples = list(REGISTRY[op].try_at)
    operands = examples[: len(sizes)] + examples[-1:] * (len(sizes) - len(examples))
    made = [_like(x, s, random) for x, s in zip(operands, sizes, strict=True)]
    if op in PREPARED:
        made[0] = PREPARED[op](made[0])
    return Case(op, number, tuple(made), params)


def random_case(op: str, number: int, random: np.random.Generator) -> Case:
    """Random shapes of maps, folds and contractions; random numbers in the shapes of the others."""
    record = REGISTRY[op]
    params = dict(record.try_params[random.integers(len(record.try_params))])
    shape = tuple(int(n) for n in random.integers(1, 5, random.integers(0, 4)))
    if record.family is Family.MAP:
        empty = tuple(0 if random.random() < 0.05 else n for n in shape)
        return _drawn(op, number, [_stretched(empty, random) for _ in record.try_at], params, random)
    if "axes" in params and "keepdims" in params:
        axes = tuple(i for i in range(len(shape)) if random.random() < 0.5)
        keepdims = bool(random.random() < 0.5)
        if op == "std" and math.prod(shape[i] for i in axes) < 2:
            return random_case(op, number, random)  # the deviation of one number is 0: a kink
        return _drawn(op, number, [shape], {**params, "axes": axes, "keepdims": keepdims}, random)
    if op == "contract":
        return _random_contraction(number, random)
    known = [([np.shape(x) for x in record.try_at], dict(p)) for p in record.try_params]
    sizes, params = [*known, *((list(s), dict(p)) for s, p in SHAPES[op])][
        random.integers(len(known) + len(SHAPES[op]))
    ]
    return _drawn(op, number, sizes, params, random)


def _stretched(shape: tuple[int, ...], random: np.random.Generator) -> tuple[int, ...]:
    """A shape that broadcasts with `shape`: without leading axes, with some of size 1."""
    kept = shape[random.integers(0, len(shape) + 1) :] if random.random() < 0.4 else shape
    return tuple(1 if random.random() < 0.25 else n for n in kept)


def _random_contraction(number: int, random: np.random.Generator) -> Case:
    sizes = {letter: int(random.integers(1, 4)) for letter in "ijkl"}
    operands = [
        "".join(random.permutation(list("ijkl"))[: random.integers(0, 4)])
        for _ in range(random.integers(1, 4))
    ]
    used = sorted(set("".join(operands)))
    right = "".join(c for c in random.permutation(used) if random.random() < 0.6) if used else ""
    shapes = [tuple(sizes[c] for c in letters) for letters in operands]
    return _drawn("contract", number, shapes, {"spec": f"{','.join(operands)}->{right}"}, random)


# Random matrices far from singular, or positive definite.
PREPARED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    **{op: lambda a: a + 3 * np.eye(a.shape[-1]) for op in ("solve", "inv", "det")},
    **{op: lambda a: a - 4 * np.eye(a.shape[-1]) for op in ("slogdet_sign", "slogdet_log")},
    "searchsorted": np.sort,
    "cholesky": lambda a: a @ a.swapaxes(-1, -2) + np.eye(a.shape[-1]),
}


def _like(example: Any, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    known = np.array(example)
    if known.dtype == int:
        return random.integers(known.min(), known.max(), shape, endpoint=True)
    if known.dtype == bool:
        return random.random(shape) < 0.5
    return np.array(random.uniform(known.min(), known.max(), shape))


def edge_case(op: str) -> Case | None:
    """A map at every combination of edge values."""
    record = REGISTRY[op]
    if record.family is not Family.MAP:
        return None
    kinds = [(True, False) if np.array(x).dtype == bool else EDGES for x in record.try_at]
    columns = list(zip(*itertools.product(*kinds), strict=True))
    return Case(op, -1, tuple(np.array(c) for c in columns), record.try_params[0])


def in_jax(case: Case, inputs: Sequence[Any]) -> Any:
    return IN_JAX[case.op](*inputs, **case.params)


@lru_cache
def jax_answers(name: str) -> dict[str, Any]:
    """JAX's values, and gradients under "gradient of …", of all cases of an op, compiled as one function."""
    everything = list(cases(name))
    edges = edge_case(name)
    slopes = [case for case in everything if differentiable(case)]
    values = everything if edges is None else [*everything, edges]

    @jax.jit
    def answer(operands: list[Any], moved: list[Any], weights: list[Any]) -> tuple[list[Any], list[Any]]:
        gradients = []
        for case, inputs, weight in zip(slopes, moved, weights, strict=True):
            places = tuple(i for i, x in enumerate(case.inputs) if x.dtype == float)
            scalar = lambda *xs: jnp.sum(weight * in_jax(case, xs))  # noqa: B023, E731
            gradients.append(jax.grad(scalar, places)(*inputs))
        return [in_jax(case, xs) for case, xs in zip(values, operands, strict=True)], gradients

    found, gradients = answer(
        [case.inputs for case in values], [case.inputs for case in slopes], [_weight(case) for case in slopes]
    )
    answers = {str(case): value for case, value in zip(values, found, strict=True)}
    return answers | {f"gradient of {case}": g for case, g in zip(slopes, gradients, strict=True)}


SOME = [name for name in NAMES if REGISTRY[name].try_at]


@pytest.mark.parametrize("name", NAMES)
def test_the_record_is_whole(name: str) -> None:
    op = REGISTRY[name]
    assert op.name == name and name.isidentifier()
    assert op.says and op.says[0].islower() and not op.says.endswith(".")
    assert op.why and not op.why.endswith(".")
    assert op.vjp is not None and op.jvp is not None
    assert (op.scalar is not None) == (op.family is Family.MAP)
    assert (op.reference is not None) == (op.family is not Family.MAP)
    assert op.try_params and all(p.keys() == op.try_params[0].keys() for p in op.try_params)
    if name not in ("dim", "eye", "arange"):
        assert op.try_at, "no inputs to try it at"
        assert name in IN_JAX
    if op.family is Family.MAP:
        write = op.write
        assert write.numpy is not None and write.js is not None and write.tex is not None
        for form in (write.numpy, write.js, write.tex):
            fields = {f for _, f, _, _ in string.Formatter().parse(form.template) if f is not None}
            assert {f for f in fields if f.isdigit()} == {str(i) for i in range(len(op.try_at))}
            assert {f for f in fields if not f.isdigit()} <= set(op.try_params[0])


@lru_cache
def batch() -> Batch:
    """What JavaScript must answer: filled by the cases of all ops, run once."""
    found = Batch(tolerance=1e-11)
    for name in SOME:
        for case in cases(name):
            found.add(case.program, case.inputs, run_reference(case.program, case.inputs), str(case))
            many = batched(case.program, [True] * len(case.inputs), 2)
            rows = [_examples(np.asarray(x), 2) for x in case.inputs]
            found.add(many, rows, run_reference(many, rows), f"two examples of {case}")
            if differentiable(case):
                for program, inputs in (first_order(case), second_order(case), _tangent(case)):
                    found.add(program, inputs, run_reference(program, inputs), f"{program.name} of {case}")
        edges = edge_case(name)
        if edges is not None:
            found.add(
                edges.program, edges.inputs, run_reference(edges.program, edges.inputs), f"edges of {name}"
            )
    return found


@pytest.mark.parametrize("name", SOME)
def test_values_agree(name: str) -> None:
    """Reference, executed NumPy source and JAX, at the record's own inputs and at other shapes."""
    for case in cases(name):
        reference = run_reference(case.program, case.inputs)
        assert_close(run_numpy(case.program, case.inputs), reference, 1e-13, f"NumPy of {case}")
        assert_close([jax_answers(name)[str(case)]], reference, 1e-13, f"JAX of {case}")


JAX_AT_EDGES: dict[str, Sequence[float]] = {
    # Where JAX has NaN and SciPy the limit.
    "digamma": (0.0,),
    "polygamma": (math.inf, 1e200),
}
UNDEFINED_AT: dict[str, Sequence[float]] = {"gammaln": (-math.inf,), "polygamma": (-math.inf,)}
"""Where every library has an answer of its own."""
ABSOLUTE = {"gammaln": 1e-14}
"""Where a value near 0 is a difference of larger ones."""


@pytest.mark.parametrize("name", [n for n in SOME if REGISTRY[n].family is Family.MAP])
def test_edge_values_agree(name: str) -> None:
    """0, -0, 1, infinities, NaN and numbers near overflow, in every combination."""
    case = edge_case(name)
    assert case is not None
    (reference,) = run_reference(case.program, case.inputs)
    (numpy_answer,) = run_numpy(case.program, case.inputs)
    jax_answer = np.array(jax_answers(name)[str(case)], dtype=float)
    own = np.isin(case.inputs[0], JAX_AT_EDGES.get(name, ()))
    jax_answer[own] = reference[own]
    everywhere = ~np.isin(case.inputs[0], UNDEFINED_AT.get(name, ()))
    for answer, who in ((numpy_answer, "NumPy"), (jax_answer, "JAX")):
        fits = np.isclose(answer, reference, rtol=1e-13, atol=ABSOLUTE.get(name, 1e-300), equal_nan=True)
        wrong = [
            ([x[i] for x in case.inputs], answer[i], reference[i]) for i in np.flatnonzero(everywhere & ~fits)
        ]
        assert not wrong, f"{who}: {name} (inputs, its answer, ours): {wrong}"


# Derivatives ------------------------------------------------------------------------------------------------


# Their slopes are what a person says, not those of the function: see test_modes.
SAID = {"stop_gradient", "custom"}


def differentiable(case: Case) -> bool:
    return (
        case.op not in SAID
        and case.program.outputs[0].type.dtype == "float64"
        and any(np.asarray(x).dtype == float for x in case.inputs)
    )


def _random(case: Case) -> np.random.Generator:
    return np.random.default_rng([case.number, *case.op.encode()])


def _weight(case: Case) -> Any:
    return _random(case).normal(size=case.program.outputs[0].type.shape)


def first_order(case: Case) -> tuple[Program, list[Any]]:
    """The gradient of Σ weight · op(x), with the inputs it runs on."""
    program, weight = case.program, _weight(case)
    scalar = weighted_sum(program, [weight], "scalar")
    wrt = [v.name for v in program.inputs if v.type.dtype == "float64"]
    derived = gradient(scalar, wrt, name="first_order").program
    return _without_value(derived), [*case.inputs, weight]


def second_order(case: Case) -> tuple[Program, list[Any]]:
    """The gradient of Σ direction · first order: a Hessian times a vector."""
    first, inputs = first_order(case)
    random = _random(case)
    directions = [random.normal(size=o.type.shape) for o in first.outputs]
    scalar = weighted_sum(first, directions, "scalar")
    wrt = [v.name for v in case.program.inputs if v.type.dtype == "float64"]
    derived = gradient(scalar, wrt, name="second_order").program
    return _without_value(derived), [*inputs, *directions]


def _without_value(program: Program) -> Program:
    return Program(program.name, program.inputs, program.equations, program.outputs[1:], program.guards)


def _tangent(case: Case) -> tuple[Program, list[Any]]:
    """The op's tangent along a direction, with the inputs it runs on."""
    random = _random(case)
    moves = [random.normal(size=np.shape(x)) for x in case.inputs if np.asarray(x).dtype == float]
    pushed = pushforward(case.program, name="tangent")
    return _without_value(pushed), [*case.inputs, *moves]


def _moved(case: Case, directions: Sequence[Any]) -> tuple[Arrays, Arrays]:
    """The inputs, and a direction for each of them that can be moved."""
    moved = iter(directions)
    along = [next(moved) if np.asarray(x).dtype == float else None for x in case.inputs]
    return [np.asarray(x) for x in case.inputs], along  # type: ignore[return-value]


@pytest.mark.parametrize("name", SOME)
def test_derivatives_agree(name: str) -> None:
    """vjp and jvp, and their own gradients, against central differences, each other, NumPy and JAX."""
    for case in filter(differentiable, cases(name)):
        first, inputs = first_order(case)
        weight = inputs[-1]
        ours = run_reference(first, inputs)
        assert_close(run_numpy(first, inputs), ours, 1e-12, f"NumPy of vjp of {case}")
        assert_close(run_numpy(simplify(first), inputs), ours, 1e-12, f"simplified vjp of {case}")
        assert_close(jax_answers(name)[f"gradient of {case}"], ours, 1e-11, f"JAX's vjp of {case}")
        tangent, tangent_inputs = _tangent(case)
        moves = tangent_inputs[len(case.inputs) :]
        dy = run_reference(tangent, tangent_inputs)
        assert_close(run_numpy(tangent, tangent_inputs), dy, 1e-12, f"NumPy of jvp of {case}")
        value = partial(run_reference, case.program)
        assert_slopes(dy, value, *_moved(case, moves), 1e-7, f"differences along jvp of {case}")
        both = sum(float(np.sum(g * d)) for g, d in zip(ours, moves, strict=True))
        assert_close([both], [float(np.sum(weight * dy[0]))], 1e-11, f"jvp and vjp of {case}")


@pytest.mark.parametrize("name", SOME)
def test_second_derivatives_agree(name: str) -> None:
    for case in filter(differentiable, cases(name)):
        second, inputs = second_order(case)
        first, first_inputs = first_order(case)
        directions = inputs[len(first_inputs) :]
        ours = run_reference(second, inputs)
        # The slope of a slope may be 0 by cancellation, as that of the length of one number.
        slope = max(
            (float(np.abs(g).max(initial=0.0)) for g in run_reference(first, first_inputs)), default=0
        )
        terms = min(slope, 1.0)
        for program, who in ((second, "NumPy"), (simplify(second), "simplified")):
            what = f"{who}, second order of {case}"
            assert_close(run_numpy(program, inputs), ours, 1e-12, what, terms)

        def slopes(xs: Arrays) -> Arrays:
            return run_reference(first, [*xs, first_inputs[-1]])  # noqa: B023

        # A Hessian is symmetric: H · direction is how the gradient changes along the direction.
        what = f"differences of the gradient of {case}"
        assert_slopes(ours, slopes, *_moved(case, directions), 1e-6, what, terms)


# Many examples at once --------------------------------------------------------------------------------------


def _examples(x: np.ndarray, count: int) -> np.ndarray:
    """Different examples within the range of an operand; truth values and integers stay as they are."""
    rows = [x * (1 - 0.15 * i) if x.dtype == float else np.roll(x, i) for i in range(count)]
    return np.stack(rows) if count else np.zeros((0, *x.shape), x.dtype)


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("count", [3, 1, 0])
def test_many_examples_at_once_are_a_loop(name: str, count: int) -> None:
    """With the examples in every operand, and in each of them alone."""
    for case in cases(name):
        given = [np.asarray(x) for x in case.inputs]
        places = range(len(given))
        for many in {tuple(True for _ in places), *(tuple(i == k for i in places) for k in places)}:
            inputs = [_examples(x, count) if m else x for x, m in zip(given, many, strict=True)]
            program = batched(case.program, many, count)
            if count:
                rows = [[x[i] if m else x for x, m in zip(inputs, many, strict=True)] for i in range(count)]
                expected = np.stack([run_reference(case.program, row)[0] for row in rows])
            else:
                expected = np.zeros((0, *run_reference(case.program, given)[0].shape))
            what = f"{count} examples in {many} of {case}"
            assert_close(run_reference(program, inputs), [expected], 1e-14, what)
            assert_close(run_numpy(program, inputs), [expected], 1e-12, f"NumPy: {what}")


@pytest.mark.parametrize("name", SOME)
def test_a_named_number_of_examples(name: str) -> None:
    """The number of examples may be a name: the Program then serves any number of them."""
    for case in filter(lambda c: c.inputs, cases(name)):
        program = batched(case.program, [True] * len(case.inputs), "examples")
        for size in (2, 5):
            inputs = [_examples(np.asarray(x), size) for x in case.inputs]
            fixed = batched(case.program, [True] * len(case.inputs), size)
            assert_close(run_numpy(program, inputs), run_numpy(fixed, inputs), 1e-14, str(case))


# Choices that are ours --------------------------------------------------------------------------------------

KINKS: dict[str, list[tuple[tuple[float, ...], tuple[float, ...]]]] = {
    # op: (operands, slopes by each of them)
    "abs": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "relu": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "leaky_relu": [((0.0,), (0.01,))],
    "sqrt": [((0.0,), (math.inf,))],
    "log": [((0.0,), (math.inf,))],
    "maximum": [((1.5, 1.5), (0.5, 0.5)), ((0.0, -0.0), (0.5, 0.5)), ((2.0, 1.0), (1.0, 0.0))],
    "minimum": [((1.5, 1.5), (0.5, 0.5)), ((2.0, 1.0), (0.0, 1.0))],
    "sign": [((0.0,), (0.0,))],
    "floor": [((1.0,), (0.0,))],
    "pow": [
        ((0.0, 0.0), (0.0, 0.0)),
        ((0.0, 1.0), (1.0, 0.0)),
        ((0.0, 2.0), (0.0, 0.0)),
        ((0.0, 0.5), (math.inf, 0.0)),
        ((-2.0, 2.0), (-4.0, math.nan)),
        ((-2.0, 3.0), (12.0, math.nan)),
        ((0.0, -1.0), (-math.inf, math.nan)),
    ],
    "cbrt": [((0.0,), (math.inf,))],
    "logit": [((0.0,), (math.inf,)), ((1.0,), (math.inf,))],
    "ndtri": [((0.0,), (math.inf,)), ((1.0,), (math.inf,))],
    "logaddexp": [((-math.inf, 0.0), (0.0, 1.0)), ((math.inf, 0.0), (math.nan, 0.0))],
    "xlogy": [((0.0, 0.0), (-math.inf, 0.0)), ((0.0, 1.0), (0.0, 0.0)), ((2.0, 0.0), (-math.inf, math.inf))],
    "arcsin": [((1.0,), (math.inf,))],
    "arctan2": [((0.0, -2.0), (-0.5, 0.0)), ((0.0, 0.0), (math.nan, math.nan))],
    "hypot": [((0.0, 0.0), (0.0, 0.0)), ((0.0, -2.0), (0.0, -1.0))],
    "sinc": [((0.0,), (0.0,))],
    "elu": [((0.0,), (1.0,))],
    "rint": [((0.5,), (0.0,)), ((1.5,), (0.0,))],
    "mod": [((4.0, 2.0), (1.0, -2.0)), ((-1.0, 2.0), (1.0, 1.0)), ((1.0, -2.0), (1.0, 1.0))],
    "fmod": [((-5.0, 2.0), (1.0, 2.0)), ((5.0, -2.0), (1.0, 2.0))],
    "fmax": [((1.5, 1.5), (0.5, 0.5)), ((math.nan, 1.0), (0.0, 1.0))],
    "fmin": [((1.5, 1.5), (0.5, 0.5)), ((1.0, math.nan), (1.0, 0.0))],
    "clip": [
        ((1.0, 1.0, 2.0), (1.0, 0.0, 0.0)),
        ((0.5, 1.0, 2.0), (0.0, 1.0, 0.0)),
        ((3.0, 1.0, 2.0), (0.0, 0.0, 1.0)),
        ((1.5, 2.0, 1.0), (0.0, 0.0, 1.0)),
    ],
    "heaviside": [((0.0, 0.5), (0.0, 1.0)), ((2.0, 0.5), (0.0, 0.0))],
    "copysign": [((2.0, -1.0), (-1.0, 0.0)), ((-2.0, -1.0), (1.0, 0.0)), ((0.0, 1.0), (0.0, 0.0))],
}


JAX_DIFFERS: dict[tuple[str, tuple[float, ...]], tuple[float, ...]] = {
    # The middle of the slopes on both sides, where JAX takes the right one.
    ("abs", (0.0,)): (1.0,),
    # x ** 0 is 1 everywhere, so it has no slope.
    ("pow", (0.0, 0.0)): (math.nan, 0.0),
    # One over a bell curve of height 0.
    ("ndtri", (0.0,)): (0.0,),
    ("ndtri", (1.0,)): (0.0,),
    ("logaddexp", (math.inf, 0.0)): (1.0, 1.0),
    # 0 times anything is 0, so y does not matter.
    ("xlogy", (0.0, 0.0)): (-math.inf, math.nan),
    # The middle of all directions, as for abs.
    ("hypot", (0.0, 0.0)): (0.5, 0.5),
    # As maximum and minimum.
    ("fmax", (1.5, 1.5)): (0.0, 1.0),
    ("fmin", (1.5, 1.5)): (0.0, 1.0),
    # A bound belongs to what it bounds.
    ("clip", (1.0, 1.0, 2.0)): (0.5, 0.5, 0.0),
    # The size's slope is the sign's, which is 0 at 0.
    ("copysign", (0.0, 1.0)): (1.0, 0.0),
}


@pytest.mark.parametrize("name", [n for n in KINKS if n in NAMES])
def test_slopes_at_kinks(name: str) -> None:
    """The documented choice, in every evaluator; JAX's too, except where the table below says otherwise."""
    params = REGISTRY[name].try_params[0]
    for operands, slopes in KINKS[name]:
        program = gradient(program_of(name, operands, params)).program
        for answer in (
            run_reference(program, operands),
            run_numpy(program, operands),
            *run_javascript([(program, operands)]),
        ):
            np.testing.assert_array_equal(
                [float(g) for g in answer[1:]], list(slopes), err_msg=f"{name} at {operands}"
            )
        theirs = jax.grad(lambda *xs: IN_JAX[name](*xs, **params), tuple(range(len(operands))))(*operands)
        expected = JAX_DIFFERS.get((name, operands), slopes)
        np.testing.assert_array_equal(
            [float(g) for g in theirs], list(expected), err_msg=f"JAX: {name} at {operands}"
        )


def test_the_largest_of_several_equal_numbers_shares_its_slope() -> None:
    case = Case("max", 0, (np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]),), {"axes": (1,), "keepdims": False})
    program = gradient(weighted_sum(case.program, [np.ones(2)], "total"), ["x1"]).program
    expected = [[[0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]]]
    for run in (run_reference, run_numpy):
        assert_close(run(program, [case.inputs[0], np.ones(2)])[1:], expected, 1e-15, "max")


@pytest.mark.parametrize("name", ["max", "min", "logsumexp"])
def test_there_is_no_largest_of_no_numbers(name: str) -> None:
    with pytest.raises(ShapeError, match="no numbers"):
        program_of(name, [np.zeros((2, 0))], {"axes": (1,), "keepdims": False})


def test_javascript_agrees() -> None:
    """Values, edges, first and second order of every op: executed in one Node process."""
    batch().check()
