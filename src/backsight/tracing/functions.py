"""What each NumPy name does to traced values. One table serves NumPy's protocols and `backsight.numpy`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from backsight.errors import ShapeError, TraceError
from backsight.ir.program import Dim
from backsight.ops.linalg import contract_spec
from backsight.ops.shapes import broadcast_shapes, normal_axes
from backsight.ops.value import Value, apply


def _direct(op: str) -> Callable[..., Any]:
    return lambda *xs: apply(op, *xs)


def bitwise(op: str) -> Callable[..., Any]:
    """& | ~ of truth values; of numbers they work on bits, which have no slope."""

    def run(*xs: Any) -> Any:
        if any(
            not isinstance(x, bool) and getattr(getattr(x, "type", None), "dtype", "") != "bool" for x in xs
        ):
            raise TraceError("& | ~ work on the bits of numbers", remedy="compare first: (x > 0) & (y > 0)")
        return apply(op, *xs)

    return run


def matmul(a: Any, b: Any) -> Any:
    return apply("contract", a, b, spec=contract_spec(_rank(a), _rank(b)))


def _rank(x: Any) -> int:
    return len(x.type.shape) if isinstance(x, Value) else len(getattr(x, "shape", ()))


def dot(a: Any, b: Any) -> Any:
    if _rank(a) == 0 or _rank(b) == 0:
        return apply("mul", a, b)
    if _rank(b) > 2:
        raise TraceError("np.dot of stacks of matrices is not traced", remedy="write a @ b, or np.einsum")
    return matmul(a, b)


def outer(a: Any, b: Any) -> Any:
    return apply("contract", ravel(a), ravel(b), spec="i,j->ij")


def einsum(spec: str, *operands: Any) -> Any:
    cleaned = spec.replace(" ", "")
    if "." in cleaned:
        raise TraceError("einsum with '...' is not traced", remedy="name every axis with a letter")
    if "->" not in cleaned:
        letters = sorted(set(cleaned.replace(",", "")))
        cleaned += "->" + "".join(c for c in letters if cleaned.count(c) == 1)
    return apply("contract", *operands, spec=cleaned)


def _reduction(op: str) -> Callable[..., Any]:
    def run(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return apply(op, x, axes=normal_axes(axis, _rank(x)), keepdims=bool(keepdims))

    return run


def softmax(x: Any, axis: int = -1) -> Any:
    return apply("softmax", x, axis=normal_axes(axis, _rank(x))[0])


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


def full(owner: Value, number: float, shape: Any) -> Any:
    return owner.like(owner.builder.apply("broadcast", (owner.lift(float(number)),), shape=tuple(shape)))  # type: ignore[arg-type]


def quiet(owner: Any, build: Callable[[], Any]) -> Any:
    """Build part of a longer operation: the name the user assigns belongs to its last step only."""
    builder = owner.builder
    locate = builder.locate
    if locate is None:
        return build()
    builder.locate = lambda: (locate()[0], "")
    try:
        return build()
    finally:
        builder.locate = locate


def transpose(x: Any, axes: Any = None) -> Any:
    rank = _rank(x)
    order = tuple(reversed(range(rank))) if axes is None else tuple(a % rank for a in axes)
    return apply("transpose", x, axes=order)


def swapaxes(x: Any, first: int, second: int) -> Any:
    order = list(range(_rank(x)))
    order[first], order[second] = order[second], order[first]
    return apply("transpose", x, axes=tuple(order))


def reshape(x: Any, shape: Any) -> Any:
    wanted = [_dim(d) for d in (shape if isinstance(shape, tuple | list) else (shape,))]
    return apply("reshape", x, shape=_complete(x.type.shape, wanted))


def ravel(x: Any) -> Any:
    return x if _rank(x) == 1 else reshape(x, -1)


def _complete(have: Sequence[Dim], wanted: Sequence[Dim]) -> tuple[Dim, ...]:
    """Replace -1 by what is left over."""
    if -1 not in wanted:
        return tuple(wanted)
    rest: list[Dim] = list(have)
    number = 1
    for d in wanted:
        if isinstance(d, str) and d in rest:
            rest.remove(d)
        elif isinstance(d, int) and d != -1:
            number *= d
    names = [d for d in rest if isinstance(d, str)]
    left = 1
    for d in rest:
        left *= d if isinstance(d, int) else 1
    if len(names) > 1 or (names and left != number) or (number == 0) or left % number:
        raise ShapeError(f"cannot reshape {tuple(have)} into {tuple(wanted)}", remedy="give every size")
    fill: Dim = names[0] if names else left // number
    return tuple(fill if d == -1 else d for d in wanted)


def _dim(value: Any) -> Dim:
    name = getattr(value, "dim_name", None)
    if isinstance(name, str):
        return name
    if isinstance(value, Value):
        raise TraceError("a shape cannot depend on data", remedy="use sizes of arrays or plain integers")
    return int(value)


def broadcast_to(x: Any, shape: Any) -> Any:
    wanted = tuple(_dim(d) for d in (shape if isinstance(shape, tuple | list) else (shape,)))
    return x if x.type.shape == wanted else apply("broadcast", x, shape=wanted)


def expand_dims(x: Any, axis: Any) -> Any:
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    rank = _rank(x) + len(axes)
    return apply("expand_dims", x, axes=tuple(sorted(a % rank for a in axes)))


def squeeze(x: Any, axis: Any = None) -> Any:
    if axis is None:
        return apply("squeeze", x, axes=tuple(i for i, d in enumerate(x.type.shape) if d == 1))
    return apply("squeeze", x, axes=normal_axes(axis, _rank(x)))


def stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    return apply("stack", *arrays, axis=axis % (_rank(arrays[0]) + 1))


def concatenate(arrays: Sequence[Any], axis: int = 0) -> Any:
    return apply("concatenate", *arrays, axis=axis % _rank(arrays[0]))


def where(condition: Any, a: Any, b: Any) -> Any:
    return apply("where", condition, a, b)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": _direct("add"),
    "subtract": _direct("sub"),
    "multiply": _direct("mul"),
    "divide": _direct("div"),
    "true_divide": _direct("div"),
    "negative": _direct("neg"),
    "positive": lambda x: x,
    "power": _direct("pow"),
    "float_power": _direct("pow"),
    "absolute": _direct("abs"),
    "fabs": _direct("abs"),
    "less": _direct("lt"),
    "less_equal": _direct("le"),
    "greater": _direct("gt"),
    "greater_equal": _direct("ge"),
    "equal": _direct("eq"),
    "not_equal": _direct("ne"),
    "reciprocal": lambda x: apply("div", 1.0, x),
    "square": square,
    "clip": clip,
    "logaddexp": logaddexp,
    "matmul": matmul,
    "dot": dot,
    "outer": outer,
    "einsum": einsum,
    "sum": _reduction("sum"),
    "mean": _reduction("mean"),
    "average": _reduction("mean"),
    "max": _reduction("max"),
    "amax": _reduction("max"),
    "logsumexp": _reduction("logsumexp"),
    "softmax": softmax,
    "leaky_relu": leaky_relu,
    "transpose": transpose,
    "swapaxes": swapaxes,
    "reshape": reshape,
    "ravel": ravel,
    "broadcast_to": broadcast_to,
    "expand_dims": expand_dims,
    "squeeze": squeeze,
    "stack": stack,
    "concatenate": concatenate,
    "where": where,
    "bitwise_and": bitwise("logical_and"),
    "bitwise_or": bitwise("logical_or"),
    "invert": bitwise("logical_not"),
    "shape": lambda x: x.shape,
    "ndim": _rank,
}
_SAME_NAME = (
    *("exp", "log", "log1p", "sqrt", "abs", "sign", "floor", "sin", "cos", "tanh"),
    *("sigmoid", "relu", "softplus", "maximum", "minimum"),
    *("logical_and", "logical_or", "logical_not"),
)
FUNCTIONS.update({name: _direct(name) for name in _SAME_NAME})

# `np.add.reduce` and friends.
REDUCTIONS: dict[str, Callable[..., Any]] = {
    "add": _reduction("sum"),
    "maximum": _reduction("max"),
    "logaddexp": _reduction("logsumexp"),
}
