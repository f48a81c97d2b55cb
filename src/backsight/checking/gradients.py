"""Compare a gradient with central differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from backsight.api import compile, trace_call, value_and_grad
from backsight.errors import GradientMismatch
from backsight.ir.evaluate import Array, to_array
from backsight.tracing.trees import flatten, leaf_names, unflatten


def check_grads(
    function: Callable[..., Any],
    args: Sequence[Any],
    argnums: int | Sequence[int] | None = None,
    *,
    step: float = 1e-6,
    tolerance: float = 1e-6,
) -> None:
    """Check backsight's gradient of a function against central differences, entry by entry.

    Args:
        function: returns one number.
        args: where to check; away from kinks, or the two sides of a difference disagree.
        argnums: the arguments to check; all by default.
        step: the half width of the difference, relative to the entry's size where that is above 1.
        tolerance: the largest difference allowed, relative to the largest entry of the gradient.

    Raises:
        GradientMismatch: names the entry and gives both numbers.
        DifferentiationError: see `value_and_grad`.

    The error of a central difference is about step² + rounding / step: Nocedal & Wright, Numerical
    Optimization, 2006, section 8.1.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> backsight.check_grads(lambda w: np.sum(np.tanh(w) ** 2), (np.array([0.3, -1.0]),))
    """
    positions = (
        tuple(range(len(args)))
        if argnums is None
        else (argnums,)
        if isinstance(argnums, int)
        else tuple(argnums)
    )
    names = trace_call(function, args, {}).arguments
    _, gradients = value_and_grad(function, positions)(*args)
    if any(isinstance(leaf, Array) for leaf in flatten(tuple(args))[0]):
        # Without NumPy, plain arrays have no operators: what was recorded is run instead.
        function = compile(function, *args)
    for position, gradient in zip(positions, gradients, strict=True):
        leaves, structure = flatten(args[position])
        ours, _ = flatten(gradient)
        for number, name in enumerate(leaf_names(args[position], names[position][0])):
            _require_numbers(name, leaves[number])
            at = partial(_with_leaf, function, args, position, structure, leaves, number)
            _compare(name, at, leaves[number], to_array(ours[number]), step, tolerance)


def _require_numbers(name: str, leaf: Any) -> None:
    """Raises: GradientMismatch for an input beside which nothing can be compared."""
    for position, value in enumerate(to_array(leaf).data):
        if not math.isfinite(value):
            raise GradientMismatch(
                f"entry {position} of {name} is {value}, so there is no slope to compare",
                remedy="check at finite numbers",
            )


def _with_leaf(
    function: Callable[..., Any],
    args: Sequence[Any],
    position: int,
    structure: Any,
    leaves: Sequence[Any],
    number: int,
    leaf: Any,
) -> float:
    """The value of the function with one leaf of one argument replaced."""
    moved = unflatten(structure, [*leaves[:number], leaf, *leaves[number + 1 :]])
    return float(function(*args[:position], moved, *args[position + 1 :]))


def _compare(
    name: str, function: Callable[[Any], float], point: Any, ours: Array, step: float, tolerance: float
) -> None:
    array = to_array(point)
    scale = max((abs(v) for v in ours.data), default=0.0) + 1e-3
    for position, value in enumerate(array.data):
        width = step * max(1.0, abs(value))
        above = function(_moved(point, array, position, value + width))
        below = function(_moved(point, array, position, value - width))
        measured = (above - below) / (2 * width)
        if not abs(measured - ours.data[position]) <= tolerance * max(scale, abs(measured)):
            raise GradientMismatch(
                f"the gradient by entry {position} of {name} is {ours.data[position]!r}, "
                f"but nudging it gives {measured!r}",
                remedy="is the point at a kink, or was a value turned into a plain number on the way?",
            )


def _moved(point: Any, array: Array, position: int, value: float) -> Any:
    if not array.shape:
        return value
    data = [*array.data[:position], value, *array.data[position + 1 :]]
    moved = Array(array.shape, data)
    if isinstance(point, Array) or not hasattr(point, "astype"):
        return moved
    copy = point.astype(float)
    copy.flat[position] = value
    return copy
