"""`vmap`: a function of one example becomes a function of many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from backsight.api.recording import Axes, Placeholder, argument_names, trace_call
from backsight.api.transformed import Transformed, call, handed_over
from backsight.errors import BatchError
from backsight.ir.evaluate import Array
from backsight.ir.program import ArrayType, Dim
from backsight.ops.value import Value, apply
from backsight.tracing.numpy import Tracer, innermost_tracer, located
from backsight.tracing.source import user_origin
from backsight.tracing.trees import flatten, unflatten
from backsight.transforms import batch, simplify

InAxes = Any
"""None, a number, or tuples, lists and dicts of them, nested as the arguments are, or less deeply."""


def vmap(
    function: Callable[..., Any], in_axes: InAxes = 0, out_axes: InAxes = 0, *, axes: Axes | None = None
) -> Transformed:
    """A function that does for many examples at once what `function` does for one.

    The loop is not written out: every operation is done for all examples together. Gradients of each example:
    `vmap(grad(cost), in_axes=(None, 0, 0))(W, X, T)`.

    Args:
        in_axes: along which axis of each argument the examples lie; None for an argument that is the same for
            all of them. One number for all arguments, or a tuple with an entry for each, which may be nested
            as the argument is.
        out_axes: along which axis of each result the examples will lie; None for a result that is the same
            for all examples.
        axes: names for axes whose size may vary (see `trace`).

    Raises:
        BatchError: (when called) the axes do not fit the arguments, they hold different numbers of examples,
            or a decision (`if`) may come out differently for different examples.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> def cost(w, x, t):
        ...     return (w @ x - t) ** 2
        >>> each = backsight.vmap(backsight.grad(cost), in_axes=(None, 0, 0))
        >>> each(np.zeros(2), np.ones((2, 2)), np.array([1.0, -2.0]))
        array([[-2., -2.],
               [ 4.,  4.]])
    """

    def body(*args: Any) -> Any:
        names = [name for group in argument_names(function, args) for name in group]
        leaves, structure = flatten(args)
        places = _places(in_axes, args)
        owner = innermost_tracer(leaves)
        if owner is None:
            raise _refusal("there are no arguments, so there are no examples", "pass the examples")
        given = [owner.like(handed_over(owner, x, name)) for x, name in zip(leaves, names, strict=True)]
        leaves = [_leading(x, place, name) for x, place, name in zip(given, places, names, strict=True)]
        many = [place is not None for place in places]
        size = _size(leaves, places, names)
        rows = [_one(x) if m else x for x, m in zip(leaves, many, strict=True)]
        traced = trace_call(function, unflatten(structure, rows), {})
        out = _spread(out_axes, traced.structure, "out_axes")
        flags = many + [False] * len(traced.captured)
        program = located(
            lambda: batch(simplify(traced.program), flags, size, outputs=[p is not None for p in out])
        )
        results = call(program, [*leaves, *traced.captured])
        placed = [_trailing(x, place) for x, place in zip(results, out, strict=True)]
        return unflatten(traced.structure, placed)

    return Transformed(function, body, "vmap", axes)


def _refusal(message: str, remedy: str) -> BatchError:
    return BatchError(message, origin=user_origin(), remedy=remedy)


def _places(in_axes: InAxes, args: tuple[Any, ...]) -> list[int | None]:
    """For each number or array in the arguments, along which axis its examples lie."""
    if isinstance(in_axes, tuple | list) and len(in_axes) != len(args):
        raise _refusal(
            f"in_axes has {len(in_axes)} entries for {len(args)} arguments",
            "give one entry for each argument: a number, or None",
        )
    whole = tuple(in_axes) if isinstance(in_axes, tuple | list) else (in_axes,) * len(args)
    found = _spread(whole, args, "in_axes")
    if all(place is None for place in found):
        raise _refusal("in_axes gives no argument an axis of examples", "give at least one argument a number")
    return found


def _spread(axes: Any, tree: Any, what: str) -> list[int | None]:
    """An axis for every leaf of a tree, from axes that are nested as it is or less deeply."""
    if axes is None or (isinstance(axes, int) and not isinstance(axes, bool)):
        return [axes] * len(flatten(tree)[0])
    if isinstance(axes, dict) and isinstance(tree, dict) and axes.keys() == tree.keys():
        return [a for key, part in tree.items() for a in _spread(axes[key], part, what)]
    both = isinstance(axes, tuple | list) and isinstance(tree, tuple | list)
    if both and len(axes) == len(tree):
        return [a for axis, part in zip(axes, tree, strict=True) for a in _spread(axis, part, what)]
    raise _refusal(
        f"{what} has {axes!r} where {_described(tree)} is",
        "give a number or None, or nest the axes as the values are nested",
    )


def _described(tree: Any) -> str:
    if isinstance(tree, dict):
        return f"a dict with the keys {', '.join(map(repr, tree))}"
    return f"a sequence of {len(tree)}" if isinstance(tree, tuple | list) else "a single value"


def _leading(x: Value, place: int | None, name: str) -> Any:
    """A value with its examples along the leading axis."""
    if place is None:
        return x
    type = x.type
    if not -type.rank <= place < type.rank:
        raise _refusal(
            f"in_axes gives {name} the axis {place}, but {name} has {type.rank} axes",
            "give None to an argument that is the same for every example",
        )
    place %= type.rank
    if place == 0:
        return x
    order = (place, *(i for i in range(type.rank) if i != place))
    return apply("transpose", x, axes=order)


def _trailing(x: Any, place: int | None) -> Any:
    """A result with its examples moved from the leading axis to where they belong."""
    if not place:
        return x
    rank = x.ndim
    if not -rank <= place < rank:
        raise _refusal(
            f"out_axes asks for axis {place} of a result with {rank} axes",
            "count the axis of the examples in: a number for each example has one axis",
        )
    place %= rank
    order = list(range(1, rank))
    order.insert(place, 0)
    return apply("transpose", x, axes=tuple(order))


def _size(leaves: Sequence[Any], places: Sequence[int | None], names: Sequence[str]) -> Dim:
    """How many examples there are."""
    known: dict[Dim, str] = {}
    for x, place, name in zip(leaves, places, names, strict=True):
        if place is not None:
            known.setdefault(x.type.shape[0], name)
    if len(known) > 1:
        (first, one), (second, other) = list(known.items())[:2]
        raise _refusal(
            f"{one} has {first} examples, but {other} has {second}",
            "every argument with an axis in in_axes needs the same number of examples",
        )
    return next(iter(known))


def _one(x: Tracer) -> Placeholder:
    """One example, to trace the function with; a decision looks at the first."""

    def example() -> Any:
        whole = x.example()
        if whole is None or not whole.shape[0]:
            return None
        if not isinstance(whole, Array):
            return whole[0]
        count = len(whole.data) // whole.shape[0]
        return Array(whole.shape[1:], whole.data[:count], whole.dtype)

    return Placeholder(ArrayType(x.type.shape[1:], x.type.dtype), example)
