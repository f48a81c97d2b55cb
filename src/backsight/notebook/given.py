"""What people give of a net (settings, points, weights), checked and as it travels to the browser."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from backsight.errors import BacksightError
from backsight.ir.evaluate import Array, to_array
from backsight.notebook.view import refused, sendable_tree

DATA = ("fruit", "rings", "xor", "spiral")
MOST_LAYERS, MOST_UNITS, MOST_ROWS, MOST_CLASSES = 6, 8, 5000, 6


def choice(name: str, value: Any, among: Sequence[str]) -> None:
    """Refuse what is none of these."""
    if value not in among:
        raise refused(f"there is no {name} {value!r}", f"choose one of {', '.join(among)}")


def finite(name: str, value: Any) -> float:
    """A number that a figure can draw."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise refused(f"{name} cannot be {value!r}", "give it a number")
    return number


def positive(name: str, value: Any) -> float:
    """A finite number above 0."""
    number = finite(name, value)
    if number <= 0:
        raise refused(f"{name} cannot be {value!r}", "give it a number above 0")
    return number


def whole(name: str, value: Any, least: int = 0) -> int:
    """A whole number that is not below the least."""
    number = finite(name, value)
    if number != int(number) or number < least:
        raise refused(f"{name} cannot be {value!r}", f"give it a whole number, {least} or more")
    return int(number)


def hidden_sizes(hidden: Any) -> tuple[int, ...]:
    """Units of each hidden layer, as many as a screen has room for."""
    try:
        given = tuple(hidden)
    except TypeError:
        raise refused(
            f"hidden cannot be {hidden!r}", "give the units of each layer, as in hidden=(4,)"
        ) from None
    sizes = tuple(whole("a hidden layer", size) for size in given)
    if len(sizes) > MOST_LAYERS or any(not 1 <= size <= MOST_UNITS for size in sizes):
        raise refused(
            f"hidden layers {sizes} do not fit a screen",
            f"use up to {MOST_LAYERS} layers of 1 to {MOST_UNITS} units",
        )
    return sizes


def labelled_points(data: Any, labels: Any) -> tuple[list[tuple[float, float, int]], list[str]]:
    """Own points with the number of their class, and the names of the classes; none for a set of ours."""
    if isinstance(data, str):
        choice("data", data, DATA)
        return [], []
    array = _numbers("data", data)
    named = [str(x) for x in (labels.tolist() if hasattr(labels, "tolist") else labels or [])]
    if len(array.shape) != 2 or array.shape[1] != 2 or len(named) != array.shape[0] or not named:
        raise refused(
            f"data of shape {array.shape} and {len(named)} labels do not fit together",
            "give points of shape (n, 2) and one label for each",
        )
    names = sorted(
        set(named), key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name)
    )
    if len(named) > MOST_ROWS or not 2 <= len(names) <= MOST_CLASSES:
        raise refused(
            f"{len(named):,} points of {len(names)} classes cannot be shown",
            f"use up to {MOST_ROWS:,} points of 2 to {MOST_CLASSES} classes",
        )
    rows = [array.data[i : i + 2] for i in range(0, len(array.data), 2)]
    return [
        (finite("data", x1), finite("data", x2), names.index(name))
        for (x1, x2), name in zip(rows, named, strict=True)
    ], names


def table(points: Sequence[tuple[float, float, int]], names: Sequence[str]) -> str:
    """As the reader of files takes them: the kinds in the order of their numbers."""
    ordered = sorted(points, key=lambda p: p[2])
    quoted = [name.replace('"', "'") for name in names]
    return "\n".join(["x1,x2,kind", *(f'{x1!r},{x2!r},"{quoted[label]}"' for x1, x2, label in ordered)])


def rectangle(points: Sequence[tuple[float, float, int]]) -> dict[str, list[float]]:
    """The rectangle that is drawn: all points with a margin, else four units to either side of zero."""
    reach: dict[str, list[float]] = {}
    for axis, name in enumerate(("x1", "x2")):
        values = [p[axis] for p in points] or [-4.0, 4.0]
        margin = 0.08 * (max(values) - min(values)) or 1.0
        reach[name] = [min(values) - margin, max(values) + margin]
    return reach


def sizes_of(weights: Any) -> tuple[int, ...]:
    """The sizes of a net with these weights."""
    widths: list[int] = []
    for number in range(1, MOST_LAYERS + 2):
        if not isinstance(weights, Mapping) or f"W{number}" not in weights:
            break
        shape = _numbers(f"W{number}", weights[f"W{number}"]).shape
        if len(shape) != 2 or (widths and shape[0] != widths[-1]):
            raise refused(
                f"W{number} of shape {shape} does not follow the layer before it", "use X @ W1 + b1, …"
            )
        widths += [*shape] if not widths else [shape[1]]
    if len(widths) < 3 or widths[0] != 2 or max(widths) > MOST_UNITS:
        raise refused(
            "these weights are no net with two inputs and a hidden layer",
            f"give W1 of shape (2, h), b1 of shape (h,), W2, b2, …, with h up to {MOST_UNITS}",
        )
    return tuple(widths)


def _shapes(widths: Sequence[int]) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for number, (before, here) in enumerate(pairwise(widths), 1):
        shapes[f"W{number}"], shapes[f"b{number}"] = (before, here), (here,)
    return shapes


def sendable_weights(
    given: Any, widths: Sequence[int], known: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Weights by name as JSON has them; those that are not given stay as they were."""
    shapes = _shapes(widths)
    if not isinstance(given, Mapping) or (unknown := set(given) - set(shapes)):
        what = f"there is no {sorted(unknown)[0]!r}" if isinstance(given, Mapping) else "weights go by name"
        raise refused(what, f"the weights are {', '.join(shapes)}")
    found = dict(known or {})
    for name, value in given.items():
        array = _numbers(name, value)
        if array.shape != shapes[name]:
            raise refused(f"{name} has shape {shapes[name]}, not {array.shape}", "this net's sizes stay")
        found[name] = sendable_tree(Array(array.shape, [float(x) for x in array.data]).tolist())
    return found


def _numbers(name: str, value: Any) -> Array:
    try:
        array = to_array(value)
    except BacksightError as error:
        raise refused(f"{name}: {error.message}", error.remedy) from None
    if not all(isinstance(x, bool | int | float) for x in array.data):
        raise refused(f"{name} holds something that is no number", "give it numbers alone")
    return array


def arrays(weights: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Weights as NumPy arrays."""
    import numpy

    if weights is None:
        return None
    return {name: numpy.array(value, dtype=float) for name, value in weights.items()}
