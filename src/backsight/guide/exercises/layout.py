"""Where the nodes of a small graph are drawn: columns by depth, rows such that no line runs over a node."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from backsight.models.random import Random

_WIDTH, _HEIGHT, _CLEAR = 262.0, 190.0, 31.0
"""In the narrowest picture: what centres of nodes span, and how far a line keeps from other nodes."""
_TRIES = 120

Place = tuple[float, float]


def place(names: Sequence[str], edges: Sequence[tuple[str, str]], random: Random) -> dict[str, Place] | None:
    """Places across and down, 0 to 1; None where a line would run over a node, or too many cross."""
    depth = dict.fromkeys(names, 0)
    for name in names:  # names come after what they are computed from
        depth[name] = max((depth[a] + 1 for a, b in edges if b == name), default=0)
    columns = [[n for n in names if depth[n] == d] for d in range(max(depth.values()) + 1)]
    if len(columns) > 5 or max(map(len, columns)) > 3:
        return None
    best: tuple[float, dict[str, Place]] | None = None
    for _ in range(_TRIES):
        drawn: dict[str, Place] = {}
        for index, column in enumerate(columns):
            order = list(column)
            for i in range(len(order) - 1, 0, -1):
                j = random.below(i + 1)
                order[i], order[j] = order[j], order[i]
            rows = [row + random.below(3) - 1 for row in _ROWS[len(order)]]
            drawn |= {n: (index / (len(columns) - 1), rows[k]) for k, n in enumerate(order)}
        low, high = (end(y for _, y in drawn.values()) for end in (min, max))
        drawn = {n: (x, (y - low) / ((high - low) or 1)) for n, (x, y) in drawn.items()}
        cost = _cost(drawn, edges)
        if cost is not None and (best is None or cost < best[0]):
            best = cost, drawn
    return None if best is None or best[0] >= 200 else {n: best[1][n] for n in names}


_ROWS = {1: (4,), 2: (1, 7), 3: (1, 4, 7)}


def _cost(drawn: Mapping[str, Place], edges: Sequence[tuple[str, str]]) -> float | None:
    """Crossings, then sharp angles, then lengths; None where a line touches a node that is not its own."""
    spots = {n: (x * _WIDTH, y * _HEIGHT) for n, (x, y) in drawn.items()}
    if any(math.dist(spots[a], spots[b]) < 52 for a, b in itertools.combinations(spots, 2)):
        return None
    for a, b in edges:
        if any(_distance(spots[n], spots[a], spots[b]) < _CLEAR for n in spots if n not in (a, b)):
            return None
    crossings = sum(
        _cross(spots[a], spots[b], spots[c], spots[d])
        for (a, b), (c, d) in itertools.combinations(edges, 2)
        if not {a, b} & {c, d}
    )
    sharp = sum(_angle(spots[b], spots[shared], spots[d]) < 0.3 for (_, b), (_, d), shared in _meeting(edges))
    return 100 * crossings + 60 * sharp + sum(math.dist(spots[a], spots[b]) for a, b in edges) / 50


def _meeting(edges: Sequence[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], tuple[str, str], str]]:
    """Pairs of edges that leave one node, or enter one: each turned so that it begins there."""
    for (a, b), (c, d) in itertools.combinations(edges, 2):
        if a == c:
            yield (a, b), (c, d), a
        elif b == d:
            yield (b, a), (d, c), b


def _angle(one: Place, corner: Place, other: Place) -> float:
    turn = math.atan2(one[1] - corner[1], one[0] - corner[0]) - math.atan2(
        other[1] - corner[1], other[0] - corner[0]
    )
    return abs((turn + math.pi) % (2 * math.pi) - math.pi)


def _distance(point: Place, start: Place, end: Place) -> float:
    """From a point to a line between two others."""
    (px, py), (ax, ay), (bx, by) = point, start, end
    length = (bx - ax) ** 2 + (by - ay) ** 2
    t = max(0.0, min(1.0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length))
    return math.hypot(px - ax - t * (bx - ax), py - ay - t * (by - ay))


def _cross(a: Place, b: Place, c: Place, d: Place) -> bool:
    def side(p: Place, q: Place, r: Place) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
