"""Still pictures: a net as circles and lines, blue where a weight is positive; what became of many starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from backsight.explaining.page.paper import PAPER

FATES = {
    "learned": "good",
    "still slow": "accent",
    "evidence": "negative",
    "proved": "ink",
    "overflow": "bad",
}
"""What becomes of a start, and the name of its colour, as in the atlas of the guide."""
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
        f"<style>circle{{fill:{PAPER['paper-raised']};stroke:{PAPER['ink']};stroke-width:2}}path{{fill:none}}</style>"
        f"{''.join(parts)}</svg>"
    )


def _stroke(share: float | None) -> str:
    if share is None or share != share:
        return f'stroke="{PAPER["ink-faint"]}" stroke-width="1.5"'
    dashes = ' stroke-dasharray="7 4"' if share < 0 else ""
    colour = PAPER["negative" if share < 0 else "positive"]
    return f'stroke="{colour}" stroke-width="{0.8 + 3.2 * min(1.0, abs(share)):.2f}"{dashes}'


def _flat(weights: Mapping[str, Any]) -> list[float]:
    return [float(w) for name, rows in weights.items() if name.startswith("W") for row in rows for w in row]


def atlas_picture(outcomes: Sequence[Mapping[str, Any]], starts: int, selected: int, label: str) -> str:
    """An SVG file: a place for each start, marked by what became of it; a dot where that is not known."""
    side, step = 20, 18.0
    known = {int(outcome["seed"]): str(outcome["fate"]) for outcome in outcomes}
    parts = []
    for seed in range(1, starts + 1):
        x, y = MARGIN + (seed - 1) % side * step, MARGIN + (seed - 1) // side * step
        parts.append(_mark(known.get(seed, ""), x, y))
        if seed == selected:
            parts.append(
                f'<rect x="{x - 8:g}" y="{y - 8:g}" width="16" height="16" rx="3" stroke="{PAPER["ink"]}"/>'
            )
    right = MARGIN + side * step + 24
    counted = [(name, sum(fate == name for fate in known.values())) for name in FATES]
    lines = [(name, f"{name} {count}") for name, count in counted if count] or [("", "none trained yet")]
    if known and len(known) < starts:
        lines.append(("", f"not trained yet {starts - len(known)}"))
    for row, (name, words) in enumerate(lines):
        y = MARGIN + row * 26
        parts += [
            _mark(name, right, y),
            f'<text x="{right + 16:g}" y="{y + 5:g}">{escape(words)}</text>',
        ]
    wide, high = right + 170, 2 * MARGIN + (starts // side - 1) * step
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label, quote=True)}" '
        f'viewBox="0 0 {wide:g} {high:g}" width="{wide:g}" height="{high:g}">'
        "<style>rect,circle,path{fill:none;stroke-width:2}"
        f"text{{font:15px 'Segoe Print','Comic Neue',sans-serif;fill:{PAPER['ink']}}}</style>"
        f'<rect width="100%" height="100%" style="fill:{PAPER["paper"]}"/>{"".join(parts)}</svg>'
    )


def _mark(fate: str, x: float, y: float) -> str:
    """A shape of its own for each fate: colour is not the only cue."""
    colour = PAPER[FATES.get(fate, "pencil")]
    ink = f'style="stroke:{colour}'
    filled = f'{ink};fill:{colour}"'
    return {
        "learned": f'<circle cx="{x:g}" cy="{y:g}" r="4.5" {ink}"/>',
        "still slow": f'<path d="M{x - 5:g} {y + 1:g}q2.5 -5 5 0t5 0" {ink}"/>',
        "evidence": f'<path d="M{x - 5:g} {y + 5:g}L{x:g} {y - 5:g}L{x + 5:g} {y + 5:g}Z" {filled}/>',
        "proved": f'<path d="M{x - 5:g} {y - 5:g}h10v10h-10Z" {filled}/>',
        "overflow": f'<path d="M{x - 4:g} {y - 4:g}l8 8m0 -8l-8 8" {ink}"/>',
    }.get(fate, f'<circle cx="{x:g}" cy="{y:g}" r="1" {ink}"/>')
