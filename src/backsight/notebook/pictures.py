"""A net as a still picture: a circle for each unit, a line for each weight, blue where it is positive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

ACROSS, DOWN, RADIUS, MARGIN = 170.0, 64.0, 20.0, 30.0


def net_picture(widths: Sequence[int], weights: Mapping[str, Any] | None, label: str) -> str:
    """An SVG file. Without weights the lines are grey."""
    most = max(widths)
    largest = max((abs(float(w)) for w in _flat(weights or {})), default=0.0) or 1.0
    places = [
        [(MARGIN + layer * ACROSS, MARGIN + (unit + (most - width) / 2) * DOWN) for unit in range(width)]
        for layer, width in enumerate(widths)
    ]
    parts = []
    for layer in range(1, len(widths)):
        table = (weights or {}).get(f"W{layer}")
        for i, (x1, y1) in enumerate(places[layer - 1]):
            for j, (x2, y2) in enumerate(places[layer]):
                stroke = _stroke(float(table[i][j]) / largest if table is not None else None)
                parts.append(f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" {stroke}/>')
    for row in places:
        parts += [f'<circle cx="{x:g}" cy="{y:g}" r="{RADIUS:g}"/>' for x, y in row]
    wide, high = (len(widths) - 1) * ACROSS + 2 * MARGIN, (most - 1) * DOWN + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label, quote=True)}" '
        f'viewBox="0 0 {wide:g} {high:g}" width="{wide:g}" height="{high:g}">'
        "<style>circle{fill:#fffefa;stroke:#263042;stroke-width:2}path{fill:none}</style>"
        f"{''.join(parts)}</svg>"
    )


def _stroke(share: float | None) -> str:
    if share is None or share != share:
        return 'stroke="#8b91a0" stroke-width="1.5"'
    dashes = ' stroke-dasharray="7 4"' if share < 0 else ""
    colour = "#c2501c" if share < 0 else "#1f66a8"
    return f'stroke="{colour}" stroke-width="{0.8 + 3.2 * min(1.0, abs(share)):.2f}"{dashes}'


def _flat(weights: Mapping[str, Any]) -> list[float]:
    return [float(w) for name, rows in weights.items() if name.startswith("W") for row in rows for w in row]
