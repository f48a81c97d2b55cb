"""Random graphs: inputs, a few lines, a cost C; what carries an influence, and the backward pass in steps.

Every number (values, local slopes, what arrives at a node, what a path brings) is traced and differentiated
by backsight. What is read off the graph itself is which node is computed from which.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backsight.api import grad
from backsight.guide.exercises.layout import place
from backsight.guide.exercises.structure import (
    Number,
    Structure,
    functions,
    plus,
    record,
    slope_tex,
    tex_lines,
    times,
)
from backsight.ir.evaluate import evaluate_all
from backsight.models.random import Random

ONE = ("K * A", "A**2", "A + K", "K - A")
TWO = ("A * B", "A + B", "A - B", "A + K * B", "A * B")
RELU = "np.relu"
EACH_LEVEL = 30
_SOURCES, _INNER = "wxb", "pqrst"
_SIZES = {1: (2, 2, 2), 2: (2, 3, 3), 3: (3, 4, 4)}
"""By level: inputs, lines before the cost, and the most paths from w to C."""


@dataclass(frozen=True)
class Graph:
    """What is computed from what.

    Attributes:
        sources: names of inputs; the slope of C is asked for by the first.
        texts: Python of every line, by the name it assigns, in order; the last is C.
        ranges: the whole numbers that each coefficient is drawn from.
    """

    sources: tuple[str, ...]
    texts: Mapping[str, str]
    ranges: Mapping[str, tuple[int, int]]

    @property
    def start(self) -> str:
        """The input whose slope is asked for."""
        return self.sources[0]

    @property
    def names(self) -> list[str]:
        return [*self.sources, *self.texts]

    @property
    def edges(self) -> list[tuple[str, str]]:
        """From what is read to what is computed, in the order of the lines."""
        return [(read, name) for name in self.texts for read in self.reads(name)]

    def reads(self, name: str) -> list[str]:
        found = re.findall(r"\b[a-zA-Z]\b", self.texts.get(name, ""))
        return [other for other in self.names if other in found]

    def along(self, source: str, target: str) -> list[str]:
        """What a line reads, coefficients too, with one of them first."""
        text = self.texts[target]
        found = [n for n in [*self.names, *self.ranges] if re.search(rf"\b{n}\b", text)]
        return [source, *(n for n in found if n != source)]

    def paths(self, start: str, end: str = "C") -> list[tuple[str, ...]]:
        """Every way from one node to another, as the nodes it visits."""
        if start == end:
            return [(end,)]
        onward = [target for source, target in self.edges if source == start]
        return [(start, *rest) for target in onward for rest in self.paths(target, end)]

    @property
    def bends(self) -> list[str]:
        """The lines that are a ReLU of a sum."""
        return [name for name, text in self.texts.items() if text.startswith(RELU)]

    def carrying(self, start: str) -> list[int]:
        """The edges that lie on a way from a node to C, by their place among all."""
        on = {pair for path in self.paths(start) for pair in itertools.pairwise(path)}
        return [index for index, edge in enumerate(self.edges) if edge in on]

    def moving(self, start: str) -> list[int]:
        """The edges that begin where a nudge of a node arrives, whether or not they lead to C."""
        return [i for i, (source, _) in enumerate(self.edges) if self.paths(start, source)]


def graphs() -> Iterator[Structure]:
    """So many of each level, by seed."""
    random = Random(2026, 3)
    seen: set[tuple[str, ...]] = set()
    for level, index in itertools.product(_SIZES, range(EACH_LEVEL)):
        while True:
            graph = _draw(random, level)
            places = place(graph.names, graph.edges, random) if _is_worth_asking(graph, level) else None
            if places is None or (key := tuple(graph.texts.values())) in seen:
                continue
            structure = structure_of("graph", (level - 1) * EACH_LEVEL + index, level, graph, places)
            if _is_alive(graph, structure):
                break
        seen.add(key)
        yield structure


def _draw(random: Random, level: int) -> Graph:
    inputs, inner, _ = _SIZES[level]
    sources = tuple(_SOURCES[:inputs])
    names = [*sources]
    texts: dict[str, str] = {}
    ranges: dict[str, tuple[int, int]] = {}
    for name in [*_INNER[:inner], "C"]:
        unread = [n for n in names if not any(re.search(rf"\b{n}\b", t) for t in texts.values())]
        pool = unread if name == "C" and len(unread) > 1 else [*names, *unread]
        first = pool[random.below(len(pool))]
        others = [n for n in (pool if name == "C" and len(unread) > 1 else names) if n != first]
        forms = TWO if name == "C" or random.below(3) else ONE
        form = forms[random.below(len(forms))]
        text = form.replace("A", first).replace("B", others[random.below(len(others))])
        if "K" in text:
            ranges[f"k{len(ranges) + 1}"] = (2, 4)
            text = text.replace("K", f"k{len(ranges)}")
        texts[name] = text
        names.append(name)
    return Graph(sources, texts, ranges)


def _is_worth_asking(graph: Graph, level: int) -> bool:
    """w has several ways to C, every input leads there, slopes vary, and at most one line leads nowhere."""
    most = _SIZES[level][2]
    ways = len(graph.paths("w"))
    nowhere = [n for n in graph.names if not graph.paths(n)]
    if not 2 <= ways <= most or len(graph.edges) > 9:
        return False
    bent = [text for text in graph.texts.values() if re.search(r"\*\*|[a-z] \* [a-z]$", text)]
    if len(bent) < min(level, 2):
        return False
    allowed = 1 if level > 1 else 0
    return len(nowhere) <= allowed and all(n not in graph.sources for n in nowhere)


def _is_alive(graph: Graph, structure: Structure) -> bool:
    """Nothing cancels whatever the numbers, as w does in (w + x) - w: what a path carries can be felt."""
    numbers = {name: 1.3 + 0.41 * i for i, name in enumerate([*graph.sources, *graph.ranges])}
    made = evaluate_all(structure.program, [numbers[v.name] for v in structure.program.inputs])
    slopes = {
        (a, b): made[of].data[0] if isinstance(of := structure.values[f"slope_{b}_{a}"], str) else of
        for a, b in graph.edges
    }
    ends = itertools.product(graph.names, graph.names)
    ways = [
        [times([slopes[p] for p in itertools.pairwise(w)]) for w in graph.paths(*e)]
        for e in ends
        if e[0] != e[1]
    ]
    return all(abs(sum(products)) > 1e-6 for products in ways if products)


def structure_of(
    family: str, index: int, level: int, graph: Graph, places: Mapping[str, tuple[float, float]]
) -> Structure:
    """A graph's numbers, its drawing and, for graphs without a ReLU, its backward pass in steps."""
    inputs = [*graph.sources, *graph.ranges]
    given = ", ".join(inputs)
    body = "".join(f"    {name} = {text}\n" for name, text in graph.texts.items())
    source = f"def lines({given}):\n{body}    return {', '.join(_ends(graph))}\n"
    for name, text in graph.texts.items():
        for read in graph.reads(name):
            along = ", ".join(graph.along(read, name))
            source += f"def edge_{read}_{name}({along}):\n    return {text}\n"
            source += f"def open_{read}_{name}({along}):\n    return {text.replace(RELU, '')}\n"
        reads = ", ".join([*graph.reads(name), *graph.ranges])
        source += f"def node_{name}({reads}):\n    return {text}\n"
        source += f"def sum_{name}({reads}):\n    return {text.replace(RELU, '')}\n"
    made = functions(source)

    def compute(*numbers: Number) -> dict[str, Number]:
        return _values(graph, made, dict(zip(inputs, numbers, strict=True)))

    program, values = record(inputs, compute, f"{family}_{index}")
    wrong = {name: mistake for name in values if (mistake := _mistake(name)) is not None}
    return Structure(
        f"{family}-{index}",
        family,
        level,
        program,
        values,
        wrong,
        {**dict.fromkeys(graph.sources, (1, 4)), **graph.ranges},
        {
            "sources": list(graph.sources),
            "nodes": [{"name": name, "at": list(at)} for name, at in places.items()],
            "edges": [list(edge) for edge in graph.edges],
            "lines": tex_lines(made["lines"], inputs),
            "paths": {name: [list(path) for path in graph.paths(name)] for name in graph.names},
            "carrying": {name: graph.carrying(name) for name in graph.names},
            "moving": {name: graph.moving(name) for name in graph.names},
            "steps": [] if graph.bends else _steps(graph, made),
            "which": _which(graph, values),
        },
    )


def _ends(graph: Graph) -> list[str]:
    """C, and whatever nobody reads."""
    return ["C", *(n for n in graph.texts if n != "C" and not graph.paths(n))]


def _steps(graph: Graph, made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The backward pass: a step per edge that carries something to C, with the steps that must come before.

    A step reads what has arrived at its edge's end: every edge that leaves there must have brought its share.
    """
    walked = [(a, b) for a, b in graph.edges if graph.paths(b)]
    steps = []
    for source, target in walked:
        slope = slope_tex(made[f"edge_{source}_{target}"], graph.along(source, target))
        needs = [i for i, (a, _) in enumerate(walked) if a == target]
        steps.append({"from": source, "to": target, "slope": slope, "needs": needs})
    return steps


# Numbers ----------------------------------------------------------------------------------------------------


def _values(graph: Graph, made: Mapping[str, Any], known: dict[str, Number]) -> dict[str, Number]:
    def run(held: Mapping[str, Number]) -> dict[str, Number]:
        """All nodes; those held are what they are held at."""
        found = {name: known[name] for name in graph.sources} | dict(held)
        ks = [known[k] for k in graph.ranges]
        for name in graph.texts:
            if name not in found:
                found[name] = made[f"node_{name}"](*(found[n] for n in graph.reads(name)), *ks)
        return found

    nodes = run({})
    everything = {**known, **nodes}
    slopes = {
        (source, target): grad(made[f"edge_{source}_{target}"])(
            *(everything[name] for name in graph.along(source, target))
        )
        for source, target in graph.edges
    }
    arrived = {
        name: grad(lambda value, name=name: run({name: value})["C"])(nodes[name])
        for name in graph.names
        if name != "C" and graph.paths(name)
    }
    found: dict[str, Number] = dict(nodes)
    found["slope"] = arrived[graph.start]
    found |= {f"d{name}": number for name, number in arrived.items()}
    found["dC"] = 1.0
    found |= {f"slope_{b}_{a}": number for (a, b), number in slopes.items()}
    found |= {
        f"share_{b}_{a}": (1.0 if b == "C" else arrived[b]) * number
        for (a, b), number in slopes.items()
        if graph.paths(b)
    }
    if not graph.bends:
        return found | _mistaken(graph, slopes)
    ks = [known[k] for k in graph.ranges]
    found |= {
        f"sum_{n}": made[f"sum_{n}"](*(everything[read] for read in graph.reads(n)), *ks) for n in graph.bends
    }
    awake = {
        (a, b): grad(made[f"open_{a}_{b}"])(*(everything[n] for n in graph.along(a, b)))
        for a, b in graph.edges
    }
    found["all_awake"] = plus([times(way) for way in _along_ways(graph, awake)])
    found["all_asleep"] = 0.0
    return found | _mistaken(graph, slopes)


def _along_ways(graph: Graph, slopes: Mapping[tuple[str, str], Number]) -> list[list[Number]]:
    return [[slopes[pair] for pair in itertools.pairwise(path)] for path in graph.paths(graph.start)]


def _mistaken(graph: Graph, slopes: Mapping[tuple[str, str], Number]) -> dict[str, Number]:
    """What dC/dw becomes by typical mistakes."""
    ways = _along_ways(graph, slopes)
    products = [times(way) for way in ways]
    found: dict[str, Number] = {f"path_{i}": product for i, product in enumerate(products)}
    found["paths_multiplied"] = times(products)
    found["slopes_added"] = plus([plus(way) for way in ways])
    found["first_steps"] = plus([slopes[edge] for edge in graph.edges if edge[0] == graph.start])
    carried = [graph.edges[i] for i in graph.carrying(graph.start)]
    found["last_steps"] = plus([slopes[edge] for edge in carried if edge[1] == "C"])
    for edge in carried:
        left = _along_ways(graph, {**slopes, edge: 1.0})
        found[f"without_{edge[0]}_{edge[1]}"] = plus([times(way) for way in left])
    for i in range(1, len(products)):
        found[f"minus_{i}"] = plus([*products[:i], *products[i + 1 :]]) - products[i]
    found["opposite"] = -plus(products)
    return found


_KINDS = {
    "all_awake": "asleep-passes",
    "all_asleep": "others-are-awake",
    "path": "overwritten",
    "paths_multiplied": "paths-multiplied",
    "slopes_added": "added",
    "first_steps": "stops-short",
    "last_steps": "last-step",
    "without": "edge-left-out",
    "minus": "paths-subtracted",
    "opposite": "sign",
}


def _mistake(value: str) -> str | None:
    return _KINDS.get(value) or (
        _KINDS.get(value.split("_")[0]) if re.match(r"(path|without|minus)_", value) else None
    )


def _which(graph: Graph, values: Mapping[str, Any]) -> dict[str, str]:
    """What a mistake is about, in TeX: the path that was followed, the edge that was left out."""
    ways = [r" \to ".join(path) for path in graph.paths(graph.start)]
    found = {f"path_{i}": way for i, way in enumerate(ways)}
    found |= {f"minus_{i}": way for i, way in enumerate(ways) if i}
    found |= {f"without_{a}_{b}": rf"{a} \to {b}" for a, b in graph.edges}
    return {name: text for name, text in found.items() if name in values}
