"""Elementwise functions by their NumPy names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backsight.errors import TraceError
from backsight.ops.shapes import broadcast_shapes
from backsight.ops.value import Value, apply
from backsight.tracing.functions.common import Table, direct, full, quiet
from backsight.tracing.functions.shaping import broadcast_to, stack


def bitwise(op: str) -> Callable[..., Any]:
    """& | ~ of truth values; of numbers they work on bits, which have no slope."""

    def run(*xs: Any) -> Any:
        if any(
            not isinstance(x, bool) and getattr(getattr(x, "type", None), "dtype", "") != "bool" for x in xs
        ):
            raise TraceError("& | ~ work on the bits of numbers", remedy="compare first: (x > 0) & (y > 0)")
        return apply(op, *xs)

    return run


def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    return apply("leaky_relu", x, slope=float(slope))


def square(x: Any) -> Any:
    return apply("pow", x, 2)


def clip(x: Any, low: Any = None, high: Any = None) -> Any:
    """np.clip; a missing bound does not bind."""
    x = (
        x
        if low is None
        else quiet(x, lambda: apply("maximum", x, low))
        if high is not None
        else apply("maximum", x, low)
    )
    return x if high is None else apply("minimum", x, high)


def logaddexp(a: Any, b: Any) -> Any:
    if isinstance(b, int | float) and b == 0:
        return apply("softplus", a)
    if isinstance(a, int | float) and a == 0:
        return apply("softplus", b)
    shape = broadcast_shapes([x.type.shape if isinstance(x, Value) else () for x in (a, b)])
    owner = a if isinstance(a, Value) else b
    both = quiet(
        owner,
        lambda: stack(
            [broadcast_to(x, shape) if isinstance(x, Value) else full(owner, x, shape) for x in (a, b)]
        ),
    )
    return apply("logsumexp", both, axes=(0,), keepdims=False)


def where(condition: Any, a: Any, b: Any) -> Any:
    return apply("where", condition, a, b)


TABLE: Table = {
    "add": direct("add"),
    "subtract": direct("sub"),
    "multiply": direct("mul"),
    "divide": direct("div"),
    "true_divide": direct("div"),
    "negative": direct("neg"),
    "positive": lambda x: x,
    "power": direct("pow"),
    "float_power": direct("pow"),
    "absolute": direct("abs"),
    "fabs": direct("abs"),
    "less": direct("lt"),
    "less_equal": direct("le"),
    "greater": direct("gt"),
    "greater_equal": direct("ge"),
    "equal": direct("eq"),
    "not_equal": direct("ne"),
    "reciprocal": lambda x: apply("div", 1.0, x),
    "square": square,
    "clip": clip,
    "logaddexp": logaddexp,
    "leaky_relu": leaky_relu,
    "where": where,
    "bitwise_and": bitwise("logical_and"),
    "bitwise_or": bitwise("logical_or"),
    "invert": bitwise("logical_not"),
}
_SAME_NAME = (
    *("exp", "log", "log1p", "sqrt", "abs", "sign", "floor", "sin", "cos", "tanh"),
    *("sigmoid", "relu", "softplus", "maximum", "minimum"),
    *("logical_and", "logical_or", "logical_not"),
)
TABLE.update({name: direct(name) for name in _SAME_NAME})
