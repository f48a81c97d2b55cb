"""A Program as a graph in the DOT language of Graphviz: `dot -Tsvg graph.dot -o graph.svg` draws it.

Boxes are inputs, a double outline is an output, and every other node says which operation computes it. Edges
carry shapes. Forward and backward parts are framed, and within them the functions that were called; a dashed
edge is a value of the forward pass that the backward pass uses again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backsight.emit.graph import is_backward, place, shape_text
from backsight.ir.program import Constant, Equation, Program, Var
from backsight.transforms.scalarize import scalarize

_COLOURS = {"forward": "#3b6ea5", "backward": "#b5523b"}


def emit_graphviz(
    program: Program, *, scalars: bool = False, sizes: Mapping[str, int] | None = None, direction: str = "LR"
) -> str:
    """The Program in DOT.

    Args:
        scalars: one node per number instead of one per array; see `backsight.transforms.scalarize`.
        sizes: for `scalars`, the size of every named dimension.
        direction: where the arrows lead: "LR", "TB", "RL" or "BT".

    Raises:
        EmitError: with `scalars`, an operation cannot be taken apart, or there would be too many nodes.
    """
    if scalars:
        program = scalarize(program, sizes)
    lines = [
        f"digraph {quoted(program.name)} {{",
        f"  rankdir={quoted(direction)};",
        '  graph [fontname="Helvetica", labeljust="l"];',
        '  node [fontname="Helvetica", shape="ellipse"];',
        '  edge [fontname="Helvetica", fontsize="10"];',
        *_inputs(program),
    ]
    parts = {
        "forward": [e for e in program.equations if not is_backward(e)],
        "backward": [e for e in program.equations if is_backward(e)],
    }
    for name, equations in parts.items():
        if equations and parts["backward"]:
            lines += _cluster(name, name, _scopes(program, name, equations), _COLOURS[name])
        elif equations:
            lines += _scopes(program, name, equations)
    return "\n".join([*lines, *_edges(program), "}"]) + "\n"


def quoted(text: str) -> str:
    """A name or a label as DOT has it; a line feed starts a new line of the label."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _attributes(values: Mapping[str, str]) -> str:
    return f"[{', '.join(f'{key}={quoted(value)}' for key, value in values.items() if value)}]"


def _cluster(name: str, label: str, inside: Iterable[str], colour: str) -> list[str]:
    return [
        f"  subgraph {quoted(f'cluster_{name}')} {{",
        f"    label={quoted(label)};",
        f"    color={quoted(colour)};",
        *(f"  {line}" for line in inside),
        "  }",
    ]


def _scopes(program: Program, part: str, equations: Sequence[Equation]) -> list[str]:
    """The nodes of a part, those of a function that was called in a frame."""
    every = [e.origin.scope for e in program.equations if e.origin and e.origin.scope and not is_backward(e)]
    # The function itself needs no frame: it is where the forward pass ends.
    root = every[-1] if every else ""
    called = dict.fromkeys(e.origin.scope for e in equations if e.origin and e.origin.scope not in ("", root))
    lines = [_node(program, e) for e in equations if e.origin is None or e.origin.scope not in called]
    for scope in called:
        inside = [_node(program, e) for e in equations if e.origin is not None and e.origin.scope == scope]
        lines += _cluster(f"{part}_{scope}", scope.rpartition(".")[2], inside, "#999999")
    return lines


def _inputs(program: Program) -> list[str]:
    return [
        f"  {quoted(v.name)} {_attributes({'label': _label(v, ''), 'shape': 'box', **_outline(program, v)})};"
        for v in program.inputs
    ]


def _node(program: Program, e: Equation) -> str:
    attributes = {
        "label": _label(e.output, _call(e)),
        "tooltip": place(e.origin),
        **_outline(program, e.output),
    }
    return f"  {quoted(e.output.name)} {_attributes(attributes)};"


def _outline(program: Program, var: Var) -> dict[str, str]:
    """How outputs and decisions look."""
    look = {"peripheries": "2"} if var in program.outputs else {}
    decision = any(g.variable == var for g in program.guards)
    return {**look, "style": "dotted"} if decision else look


def _label(var: Var, operation: str) -> str:
    return f"{var.name}\n{operation}" if operation else var.name


def _call(e: Equation) -> str:
    """The operation with its numbers and parameters; a dot stands for an operand that has an edge."""
    operands = ["·" if isinstance(a, Var) else str(a) for a in e.inputs]
    parameters = [f"{key}={value}" for key, value in e.params]
    if all(o == "·" for o in operands) and not parameters:
        return e.op
    return f"{e.op}({', '.join([*operands, *parameters])})"


def _edges(program: Program) -> list[str]:
    backward = {e.output.name for e in program.equations if is_backward(e)}
    computed = {e.output.name for e in program.equations}
    lines = []
    for e in program.equations:
        several = sum(isinstance(a, Var) for a in e.inputs) > 1
        for position, a in enumerate(e.inputs):
            if isinstance(a, Constant):
                continue
            again = a.name in computed - backward and e.output.name in backward
            attributes = {
                "label": shape_text(a.type).replace("x", "×"),
                "headlabel": str(position + 1) if several else "",
                "style": "dashed" if again else "",
            }
            end = f" {_attributes(attributes)}" if any(attributes.values()) else ""
            lines.append(f"  {quoted(a.name)} -> {quoted(e.output.name)}{end};")
    return lines
