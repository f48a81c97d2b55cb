"""The graph of the stops as SVG: once from left to right, once from top to bottom for narrow screens."""

from __future__ import annotations

from html import escape

from backsight.explaining.drawing import Box, Drawing, curve, draw, point_on
from backsight.explaining.explanation import Explanation, Step
from backsight.explaining.page.paper import PAPER
from backsight.explaining.shown import number

LARGEST = 90
"""A graph of more stops is not drawn: nobody could read it."""
_MARGIN = 14.0


def graph(e: Explanation) -> str:
    """Both drawings in their frame; a sentence where there are too many stops."""
    if len(e.forward) > LARGEST:
        count = f"{len(e.forward)} stops are too many to draw"
        return f'<p class="drawing">{count}: the steps beside have them all.</p>'
    label = escape(f"Graph: how {e.output} depends on what goes in", quote=True)
    drawings = _svg(e, sideways=False) + _svg(e, sideways=True)
    drawing = f'<div class="drawing" role="group" aria-label="{label}" tabindex="0">{drawings}</div>'
    return f'<div class="pinned">{drawing}</div>'


def picture(e: Explanation) -> str:
    """The drawing as an SVG file of its own, with every number; "" where there are too many stops."""
    if len(e.forward) > LARGEST:
        return ""
    return standing_alone(_svg(e, sideways=True), f"Graph: how {e.output} depends on what goes in")


def standing_alone(svg: str, label: str) -> str:
    """An SVG element as a file: its colours go with it, for light and dark paper alike."""
    named = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label, quote=True)}"'
    start, _, rest = svg.replace(' aria-hidden="true"', "", 1).replace("<svg", named, 1).partition(">")
    return f"{start}><style>{_ALONE}</style>{rest}"


_ALONE = (
    f"text{{font:16px 'Segoe Print','Comic Neue',cursive;text-anchor:middle;fill:{PAPER['ink']}}}"
    f".name{{font-size:19px}}.value{{fill:{PAPER['ink-soft']}}}.adjoint,.slope{{fill:{PAPER['negative']}}}"
    f".slope{{paint-order:stroke;stroke:{PAPER['paper-raised']};stroke-width:7px}}"
    f".node path{{fill:{PAPER['paper-raised']};stroke:{PAPER['ink-soft']};stroke-width:1.6}}"
    f".edge{{fill:none;stroke:{PAPER['ink-faint']};stroke-width:1.8}}"
)


def _svg(e: Explanation, *, sideways: bool) -> str:
    numbers = {a.name: a.value.text for a in e.reverse if not a.value.shape}
    sizes = {s.name: _size(s, numbers.get(s.name, "")) for s in e.forward}
    slopes = _slopes(e)
    edges = [(source, s.name) for s in e.forward for source in s.sources]
    widest = max((len(text) for text in slopes.values()), default=0)
    drawing = draw(
        sizes, edges, sideways=sideways, between=(9.0 * widest + 34 if widest else 36.0) if sideways else 44.0
    )
    back = {(a.name, u.through) for a in e.reverse for u in a.uses}
    parts = [_edge(drawing, edge, edge in back, sideways) for edge in drawing.edges]
    parts += [_node(drawing.boxes[s.name], s, numbers.get(s.name, "")) for s in e.forward]
    parts += [_slope(drawing, edge, text, sideways) for edge, text in slopes.items()]
    wide, high = drawing.width + 2 * _MARGIN, drawing.height + 2 * _MARGIN
    kind = "sideways" if sideways else "upright"
    # Smaller than this the numbers cannot be read: the frame scrolls instead.
    least = min(wide, max(250.0, (0.66 if sideways else 0.6) * wide))
    smallest = f"width:100%;max-width:{wide:.0f}px;min-width:{least:.0f}px"
    return (
        f'<svg class="{kind}" viewBox="{-_MARGIN} {-_MARGIN} {wide:.0f} {high:.0f}" style="{smallest}" '
        f'aria-hidden="true">{_tips(kind)}{"".join(parts)}</svg>'
    )


def _tips(kind: str) -> str:
    shape = '<path d="M0 0L9 4.5L0 9L2.2 4.5Z"/>'
    marker = 'viewBox="0 0 9 9" refX="8" refY="4.5" markerUnits="userSpaceOnUse" orient="auto-start-reverse"'
    return (
        "<defs>"
        + "".join(
            f'<marker id="{name}-{kind}" class="tip {name}" markerWidth="{size}" markerHeight="{size}" '
            f"{marker}>{shape}</marker>"
            for name, size in (("plain", 9), ("ahead", 13), ("back", 13))
        )
        + "</defs>"
    )


def _size(s: Step, adjoint: str) -> tuple[float, float]:
    """Room for the name, the value and the adjoint."""
    longest = max(10.0 * len(s.name), 8.2 * len(_value(s)), 8.2 * (len(adjoint) + 1))
    return max(58.0, longest + 24), 68.0 if adjoint else 50.0


def _value(s: Step) -> str:
    if not s.value.shape:
        return s.value.text.replace("-", "−")
    return " × ".join(map(str, s.value.shape))


def _slopes(e: Explanation) -> dict[tuple[str, str], str]:
    """The local slopes that are single numbers, by edge."""
    return {
        (a.name, u.through): "×" + number(u.slope_value.entries).replace("-", "−")
        for a in e.reverse
        for u in a.uses
        if u.kind == "number" and u.slope_value is not None
    }


def _edge(drawing: Drawing, edge: tuple[str, str], moves: bool, sideways: bool) -> str:
    key = escape(f"{edge[0]}>{edge[1]}", quote=True)
    path = curve(drawing.edges[edge], sideways)
    return f'<path class="edge{" moves" if moves else ""}" data-edge="{key}" d="{path}"/>'


def _node(box: Box, s: Step, adjoint: str) -> str:
    x, y = box.x, box.y
    lines = [f'<text class="name" x="{x:.1f}" y="{_row(box, 0):.1f}">{escape(s.name)}</text>']
    moves = "" if s.value.shape else _marks(f"value {s.name}", "plain")
    lines.append(f'<text class="value"{moves} x="{x:.1f}" y="{_row(box, 1):.1f}">{escape(_value(s))}</text>')
    if adjoint:
        text = "↩ " + adjoint.replace("-", "−")
        marks = _marks(f"adjoint {s.name}", "back")
        lines.append(f'<text class="adjoint"{marks} x="{x:.1f}" y="{y + 26:.1f}">{escape(text)}</text>')
    moves = " moves" if s.moves else ""
    return (
        f'<g class="node{moves}" data-node="{escape(s.name, quote=True)}">{outline(box)}{"".join(lines)}</g>'
    )


def _row(box: Box, row: int) -> float:
    return box.y - box.height / 2 + 21 + 20 * row


def outline(box: Box) -> str:
    """A box as a pen draws it: no two corners alike."""
    left, right = box.x - box.width / 2, box.x + box.width / 2
    top, low = box.y - box.height / 2, box.y + box.height / 2
    a, b, c, d = 13, 9, 14, 10
    return (
        f'<path d="M{left + a:.1f} {top:.1f}L{right - b:.1f} {top + 0.8:.1f}'
        f"Q{right:.1f} {top:.1f} {right:.1f} {top + b:.1f}"
        f"L{right - 0.6:.1f} {low - c:.1f}Q{right:.1f} {low:.1f} {right - c:.1f} {low:.1f}"
        f"L{left + d:.1f} {low - 0.7:.1f}Q{left:.1f} {low:.1f} {left:.1f} {low - d:.1f}"
        f'L{left + 0.5:.1f} {top + a:.1f}Q{left:.1f} {top:.1f} {left + a:.1f} {top:.1f}Z"/>'
    )


def _slope(drawing: Drawing, edge: tuple[str, str], text: str, sideways: bool) -> str:
    """The slope on its edge, nearer to the end where fewer edges meet."""
    if edge not in drawing.edges:
        return ""
    leaving = sum(source == edge[0] for source, _ in drawing.edges)
    arriving = sum(target == edge[1] for _, target in drawing.edges)
    share = 0.5 if leaving == arriving else 0.36 if arriving > leaving else 0.64
    x, y = point_on(drawing.edges[edge], sideways, share)
    key = escape(f"{edge[0]}>{edge[1]}", quote=True)
    marks = _marks(f"slope {edge[0]} {edge[1]}", "times")
    return f'<text class="slope"{marks} data-edge="{key}" x="{x:.1f}" y="{y + 5:.1f}">{escape(text)}</text>'


def _marks(key: str, form: str) -> str:
    """A number that the script may write anew."""
    return f' data-live="{escape(key, quote=True)}" data-form="{form}"'
