"""What the tables of NumPy names share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backsight.errors import TraceError
from backsight.ir.program import Dim
from backsight.ops.value import Value, apply, innermost

Table = dict[str, Callable[..., Any]]


def direct(op: str) -> Callable[..., Any]:
    return lambda *xs: apply(op, *map(listed, xs))


def rank(x: Any) -> int:
    return len(x.type.shape) if isinstance(x, Value) else len(getattr(x, "shape", ()))


def values(*xs: Any) -> list[Any]:
    """The operands as values of one Program: numbers and plain arrays are lifted into it.

    Raises:
        TraceError: none of them is traced, or one cannot be an operand.
    """
    xs = tuple(map(listed, xs))
    owner = innermost(xs)
    if owner is None:
        raise TraceError("there is no traced value among the operands")
    found = []
    for x in xs:
        atom = owner.lift(x)
        if atom is None:
            raise TraceError(
                f"a {type(x).__name__} cannot be an operand", remedy="pass it to the function as an argument"
            )
        found.append(owner.like(atom) if not isinstance(x, Value) or x.builder is not owner.builder else x)
    return found


def listed(x: Any) -> Any:
    """A list of values as one array, as NumPy takes it; anything else as it is."""
    if not isinstance(x, list | tuple) or not any(map(_holds_values, x)):
        return x
    parts = [listed(v) for v in x]
    return apply("stack", *values(*parts), axis=0)


def _holds_values(x: Any) -> bool:
    return any(map(_holds_values, x)) if isinstance(x, list | tuple) else isinstance(x, Value)


def untraced(x: Any) -> Any:
    """The plain array behind an operand that was known when tracing; anything else as it is."""
    captured = getattr(x.builder, "captured", ()) if isinstance(x, Value) else ()
    return next((value for var, value in captured if isinstance(x, Value) and var is x.atom), x)


def dim_of(value: Any) -> Dim:
    name = value if isinstance(value, str) else getattr(value, "dim_name", None)
    if isinstance(name, str):
        return name
    if isinstance(value, Value):
        raise TraceError("a shape cannot depend on data", remedy="use sizes of arrays or plain integers")
    return int(value)


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
