"""A Program as a graph to pan and zoom: a box for each value, a line for each operand."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from backsight.api import trace
from backsight.emit.graph import shape_text
from backsight.errors import GuardError
from backsight.explaining.drawing import Box, curve, draw
from backsight.explaining.graphs.signs import sign
from backsight.explaining.page.graph import outline, standing_alone
from backsight.explaining.shown import shown
from backsight.ir.evaluate import Array, evaluate_all
from backsight.ir.op import REGISTRY
from backsight.ir.program import Equation, Program, Var
from backsight.notebook.view import View, refused
from backsight.tracing.trees import flatten

LARGEST = 400
"""Layers of more values are not laid out: the Program's text is shown."""
_MARGIN = 14.0


def graph(function: Callable[..., Any] | Program, /, *args: Any) -> GraphView:
    """What a function computes, as a graph to look around in.

    Args:
        function: plain Python, or a Program.
        args: example arguments, as for `trace`; of a Program, the numbers to show it at, or none.

    Returns:
        A view: live in a notebook, a picture elsewhere; `save("graph.html")` writes a page.

    Raises:
        TraceError: the function cannot be recorded.
        ViewError: it has too many values to draw.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> def neuron(w, x, b):
        ...     z = w @ x + b
        ...     return np.tanh(z)
        >>> view = backsight.graph(neuron, np.ones(2), np.ones(2), 0.5)
        >>> view.selected = "z"
        >>> view
        <Graph of neuron: 6 values, z selected>
    """
    program = function if isinstance(function, Program) else trace(function, *args)
    return GraphView(program, _values(program, args))


def graph_of(program: Program) -> GraphView | None:
    """A Program's graph; None where it is too large to read."""
    return GraphView(program, {}) if len(program.variables()) <= LARGEST else None


def _values(program: Program, args: tuple[Any, ...]) -> dict[str, Array]:
    """The numbers, where enough is known to compute them."""
    leaves = flatten(args)[0]
    if len(leaves) != len(program.inputs) or any(isinstance(x, str) for x in leaves) or program.dims:
        return {}
    if not all(isinstance(x, bool | int | float) or hasattr(x, "tolist") for x in leaves):
        return {}
    try:
        return evaluate_all(program, leaves)
    except GuardError:
        return {}


class GraphView(View):
    """A Program in a notebook.

    Attributes:
        selected: the name of the value that is pointed at; "" for none.
        program: what is drawn.
    """

    kind = "graph"
    shared = ("selected",)

    def __init__(self, program: Program, values: dict[str, Array]) -> None:
        count = len(program.variables())
        if count > LARGEST:
            raise refused(
                f"{program.name} has {count:,} values: nobody could read that graph",
                remedy=f"draw a part of it, of at most {LARGEST} values; the workbench folds larger ones",
            )
        self.__dict__["program"] = program
        labels = _labels(program, values)
        content = {
            "svg": _drawn(program, labels, sideways=True),
            "upright": _drawn(program, labels, sideways=False),
            "details": _details(program, values),
            "title": self.title(),
        }
        super().__init__(content, {"selected": ""})

    def accepted(self, name: str, value: Any) -> Any:
        if value and value not in self.program.variables():
            raise refused(
                f"nothing in {self.program.name} is called {value!r}",
                remedy=f"select one of {', '.join(self.program.variables())}",
            )
        return value or ""

    def picture(self) -> dict[str, str]:
        return {"image/svg+xml": standing_alone(self.content["svg"], self.title())}

    def title(self) -> str:
        return f"What {self.program.name} computes"

    def __repr__(self) -> str:
        chosen = f", {self.selected} selected" if self.selected else ""
        return f"<Graph of {self.program.name}: {len(self.program.variables())} values{chosen}>"


def _labels(program: Program, values: dict[str, Array]) -> dict[str, tuple[str, str]]:
    """What stands in each box."""
    labels = {v.name: _lines(v, None, values) for v in program.inputs}
    labels |= {e.output.name: _lines(e.output, e, values) for e in program.equations}
    for end in program.outputs:
        if isinstance(end, Var) and not end.named and end.name in labels:
            labels[end.name] = (program.name, labels[end.name][1])
    return labels


def _drawn(program: Program, labels: dict[str, tuple[str, str]], *, sideways: bool) -> str:
    """The drawing from left to right, or from top to bottom for a narrow screen."""
    sizes = {name: (max(58.0, 9.4 * max(map(len, lines)) + 24), 50.0) for name, lines in labels.items()}
    edges = [(str(a), e.output.name) for e in program.equations for a in e.inputs if isinstance(a, Var)]
    drawing = draw(sizes, edges, sideways=sideways, between=44.0)
    named = {v.name for v in program.variables().values() if v.named}
    parts = [
        f'<path class="edge moves" data-edge="{escape(f"{a}>{b}", quote=True)}" d="{curve(line, sideways)}"/>'
        for (a, b), line in drawing.edges.items()
    ]
    ends = {str(a) for a in program.outputs}
    parts += [
        _node(name, drawing.boxes[name], lines, name in named, name in ends) for name, lines in labels.items()
    ]
    wide, high = drawing.width + 2 * _MARGIN, drawing.height + 2 * _MARGIN
    box = f'viewBox="{-_MARGIN} {-_MARGIN} {wide:.0f} {high:.0f}" width="{wide:.0f}" height="{high:.0f}"'
    return f'<svg {box} aria-hidden="true">{"".join(parts)}</svg>'


def _lines(var: Var, made: Equation | None, values: dict[str, Array]) -> tuple[str, str]:
    """What stands in a box: the name or the operation; the number, or the shape."""
    title = var.name if made is None or var.named else sign(made)
    array = values.get(var.name)
    if array is not None and not array.shape:
        return title, shown(array).text.replace("-", "−")
    below = shape_text(var.type).replace("x", "×") or (
        sign(made) if made is not None and var.named else "number"
    )
    return title, below


def _node(name: str, box: Box, lines: tuple[str, str], named: bool, end: bool) -> str:
    title, below = (escape(line) for line in lines)
    kind = f"node{' moves' if named else ' unnamed'}{' end' if end else ''}"
    top = box.y - box.height / 2
    return (
        f'<g class="{kind}" data-node="{escape(name, quote=True)}">{outline(box)}'
        f'<text class="name" x="{box.x:.1f}" y="{top + 21:.1f}">{title}</text>'
        f'<text class="value" x="{box.x:.1f}" y="{top + 41:.1f}">{below}</text></g>'
    )


def _details(program: Program, values: dict[str, Array]) -> list[dict[str, str]]:
    made = {e.output.name: e for e in program.equations}

    def detail(var: Var) -> dict[str, str]:
        e = made.get(var.name)
        how = f"{REGISTRY[e.op].says} ({', '.join(map(str, e.inputs))})" if e is not None else "goes in"
        number = shown(values[var.name]).text if var.name in values else ""
        # A cell has no file name worth telling.
        line = f"line {e.origin.line}: {e.origin.text.strip()}" if e is not None and e.origin else ""
        return {"name": var.name, "how": how, "shape": shape_text(var.type), "number": number, "line": line}

    return [detail(v) for v in program.variables().values()]
