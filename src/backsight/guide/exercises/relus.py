"""Graphs with ReLU in them (`relu`): some units sleep, and nothing passes there.

Two forms of the same drawing: a plane that is folded (two features, units, a weighted sum), and one weight in
front of several examples (a unit's answer to each, and the squared distances from their targets).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from backsight.guide.exercises.graphs import RELU, Graph, structure_of
from backsight.guide.exercises.structure import Structure
from backsight.models.random import Random

EACH_LEVEL = 10
_COLUMNS = {
    1: (("p", "q"),),
    2: (("p", "q", "r"),),
    3: (("p", "q"), ("r", "s")),
}
"""By level: the units, layer by layer."""
_ROWS: Mapping[int, tuple[float, ...]] = {1: (0.5,), 2: (0.0, 1.0), 3: (0.0, 0.5, 1.0)}
_CLOSE = (0.35, 0.65)
"""Every other pair stands closer: else the middles of crossing edges, which are pressed, would meet."""


def relus() -> Iterator[Structure]:
    """So many of each level, by seed; one half folds a plane, the other learns from examples."""
    random = Random(2026, 4)
    seen: set[tuple[str, ...]] = set()
    for level, index in itertools.product(_COLUMNS, range(EACH_LEVEL)):
        while True:
            sources = ("x", "y") if index % 2 or level == 3 else ("w", "b")
            graph = _draw(random, sources, _COLUMNS[level])
            if (key := tuple(graph.texts.values())) not in seen:
                break
        seen.add(key)
        columns = (sources, *_COLUMNS[level], ("C",))
        yield structure_of("relu", (level - 1) * EACH_LEVEL + index, level, graph, _places(columns))


def _draw(random: Random, sources: tuple[str, ...], layers: Sequence[Sequence[str]]) -> Graph:
    """Every unit reads the whole layer below; its signs are drawn here, its coefficients in the browser."""
    ranges: dict[str, tuple[int, int]] = {}

    def coefficient(most: int) -> str:
        ranges[f"k{len(ranges) + 1}"] = (2, most)
        return f"k{len(ranges)}"

    def sign() -> str:
        return (" + ", " - ")[random.below(2)]

    texts: dict[str, str] = {}
    below: Sequence[str] = sources
    for units in layers:
        for unit in units:
            if sources[0] == "w":  # the example's feature, and its bias
                feature = f"{coefficient(3)} * w"
                sums = (f"{feature} + b", f"{feature} - b", f"b - {feature}")
                texts[unit] = f"{RELU}({sums[random.below(3)]})"
            else:
                first, second = below if random.below(2) else reversed(below)
                one, two, three = (coefficient(3) for _ in range(3))
                texts[unit] = f"{RELU}({one} * {first} - {two} * {second}{sign()}{three})"
        below = units
    if sources[0] == "w":
        texts["C"] = " + ".join(f"({unit} - {coefficient(6)})**2" for unit in below)
    else:
        first, *others = (f"{coefficient(4)} * {unit}" for unit in below)
        texts["C"] = first + "".join(sign() + other for other in others)
    return Graph(sources, texts, ranges)


def _places(columns: Sequence[Sequence[str]]) -> dict[str, tuple[float, float]]:
    return {
        name: (index / (len(columns) - 1), row)
        for index, column in enumerate(columns)
        for name, row in zip(
            column, _CLOSE if len(column) == 2 and index % 2 == 0 else _ROWS[len(column)], strict=True
        )
    }
