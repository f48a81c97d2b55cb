"""The graph of an explanation's stops as a drawing: where each goes, and how the edges run between them.

Layers by depth, order within a layer by the mean place of neighbours (Sugiyama, Tagawa & Toda 1981), and
places moved towards the neighbours while nothing overlaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Point = tuple[float, float]

SWEEPS = 8
GAP = 18.0


@dataclass(frozen=True, slots=True)
class Box:
    """Where a stop is drawn: its centre and size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes by name, and the points each edge runs through, from the source's side to the target's."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    edges: Mapping[tuple[str, str], tuple[Point, ...]]


@dataclass
class _Place:
    """A stop, or a bend of a long edge, in its layer; `across` is its centre along the layer."""

    name: str
    layer: int
    extent: float
    across: float = 0.0
    before: list[_Place] = field(default_factory=list)
    after: list[_Place] = field(default_factory=list)


def draw(
    sizes: Mapping[str, tuple[float, float]],
    edges: Sequence[tuple[str, str]],
    *,
    sideways: bool,
    between: float = 64.0,
) -> Drawing:
    """Lay out a graph without cycles.

    Args:
        sizes: width and height of each stop, in the order they are computed.
        edges: (source, target), the source computed first.
        sideways: layers from left to right; otherwise from top to bottom.
        between: room between two layers.
    """
    places, routes = _placed(sizes, edges, sideways)
    layers: dict[int, list[_Place]] = {}
    for place in places:
        layers.setdefault(place.layer, []).append(place)
    rows = [layers[i] for i in sorted(layers)]
    _order(rows)
    _spread(rows)
    low = min((p.across - p.extent / 2 for p in places), default=0.0)
    for p in places:
        p.across -= low
    depth = [max((sizes[p.name][0 if sideways else 1] for p in row if p.name), default=0.0) for row in rows]
    middle, start = [], 0.0
    for thick in depth:
        middle.append(start + thick / 2)
        start += thick + between
    along = {id(p): middle[i] for i, row in enumerate(rows) for p in row}
    across = max((p.across + p.extent / 2 for p in places), default=0.0)
    length = max(start - between, 0.0)

    def point(along_it: float, across_it: float) -> Point:
        return (along_it, across_it) if sideways else (across_it, along_it)

    boxes = {p.name: Box(*point(along[id(p)], p.across), *sizes[p.name]) for p in places if p.name}
    lines = {
        edge: tuple(
            point(along[id(p)] + _side(i, len(route), sizes.get(p.name), sideways), p.across)
            for i, p in enumerate(route)
        )
        for edge, route in routes.items()
    }
    return Drawing(*point(length, across), boxes, lines)


def _side(position: int, count: int, size: tuple[float, float] | None, sideways: bool) -> float:
    """An edge leaves at the far side of its source and arrives at the near side of its target."""
    if size is None:
        return 0.0
    half = size[0 if sideways else 1] / 2
    return half if position == 0 else -half if position == count - 1 else 0.0


def _placed(
    sizes: Mapping[str, tuple[float, float]], edges: Sequence[tuple[str, str]], sideways: bool
) -> tuple[list[_Place], dict[tuple[str, str], list[_Place]]]:
    layer = _layers(list(sizes), edges)
    known = {name: _Place(name, layer[name], size[1 if sideways else 0]) for name, size in sizes.items()}
    places = list(known.values())
    routes: dict[tuple[str, str], list[_Place]] = {}
    for source, target in dict.fromkeys(edges):
        bends = [_Place("", i, 10.0) for i in range(layer[source] + 1, layer[target])]
        places += bends
        route = [known[source], *bends, known[target]]
        routes[source, target] = route
        for a, b in pairwise(route):
            a.after.append(b)
            b.before.append(a)
    return places, routes


def _layers(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """As early as possible; what nothing leads to stands just before its first use."""
    into: dict[str, list[str]] = {}
    out: dict[str, list[str]] = {}
    for source, target in edges:
        into.setdefault(target, []).append(source)
        out.setdefault(source, []).append(target)
    layer: dict[str, int] = {}
    for name in names:
        layer[name] = 1 + max((layer[s] for s in into.get(name, ())), default=-1)
    for name in names:
        if name not in into and name in out:
            layer[name] = min(layer[t] for t in out[name]) - 1
    return layer


def _order(rows: Sequence[list[_Place]]) -> None:
    rank = {id(p): float(i) for row in rows for i, p in enumerate(row)}
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        for row in rows if forth else reversed(rows):
            key = {
                id(p): _mean([rank[id(q)] for q in (p.before if forth else p.after)], rank[id(p)])
                for p in row
            }
            row.sort(key=lambda p: key[id(p)])
            for i, p in enumerate(row):
                rank[id(p)] = float(i)


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _spread(rows: Sequence[list[_Place]]) -> None:
    """Move every place towards its neighbours, keeping order and gaps."""
    for row in rows:
        at = 0.0
        for p in row:
            p.across = at + p.extent / 2
            at += p.extent + GAP
    for sweep in range(2 * SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_mean([q.across for q in (*p.before, *p.after)], p.across) for p in row]
            _settle(row, wanted)


def _settle(row: Sequence[_Place], wanted: Sequence[float]) -> None:
    """As near to the wanted places as the gaps allow: the mean of pushing from either end."""
    down: list[float] = []
    for i, p in enumerate(row):
        least = down[-1] + (row[i - 1].extent + p.extent) / 2 + GAP if down else wanted[i]
        down.append(max(wanted[i], least))
    up: list[float] = []
    for i in range(len(row) - 1, -1, -1):
        most = up[-1] - (row[i + 1].extent + row[i].extent) / 2 - GAP if up else wanted[i]
        up.append(min(wanted[i], most))
    for p, a, b in zip(row, down, reversed(up), strict=True):
        p.across = (a + b) / 2


def curve(points: Sequence[Point], sideways: bool) -> str:
    """An SVG path through the points, which leaves and arrives along the layers' direction."""
    (x, y), parts = points[0], []
    for a, b in points[1:]:
        if sideways:
            parts.append(f"C{(x + a) / 2:.1f} {y:.1f} {(x + a) / 2:.1f} {b:.1f} {a:.1f} {b:.1f}")
        else:
            parts.append(f"C{x:.1f} {(y + b) / 2:.1f} {a:.1f} {(y + b) / 2:.1f} {a:.1f} {b:.1f}")
        x, y = a, b
    return f"M{points[0][0]:.1f} {points[0][1]:.1f}" + "".join(parts)


def point_on(points: Sequence[Point], sideways: bool, share: float) -> Point:
    """A point of that curve, `share` of the way from its source to its target: where a label goes."""
    count = len(points) - 1
    part = min(int(share * count), count - 1)
    t = share * count - part
    (x, y), (a, b) = points[part], points[part + 1]
    # A cubic that leaves and arrives level: along the layers it hurries in the middle, across them it eases.
    hurried, eased = t + t * (1 - t) * (1 - 2 * t) / 2, t * t * (3 - 2 * t)
    u, v = (hurried, eased) if sideways else (eased, hurried)
    return x + (a - x) * u, y + (b - y) * v
