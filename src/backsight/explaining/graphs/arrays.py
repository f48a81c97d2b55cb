"""The graph of arrays: a node per value; the steps on the way to a named one are folded into it."""

from __future__ import annotations

from collections.abc import Collection

from backsight.explaining.graphs.inner import Inner
from backsight.explaining.graphs.parts import NOWHERE, Frame, Graph, Kind, Link, Node, Scope
from backsight.explaining.graphs.scopes import Places, tidied
from backsight.explaining.graphs.signs import sign
from backsight.ir.program import Equation, Program, Var


def arrays(program: Program, frame: Frame) -> Graph:
    """The graph of a Program whose stops are `named` (see `segments.with_stops`)."""
    graph = Graph(program.name, "arrays")
    where: dict[str, int] = {}
    outputs = {str(a) for a in program.outputs}
    for var in program.inputs:
        where[var.name] = len(graph.nodes)
        graph.nodes.append(input_node(var, frame))
    owner = owners(program)
    places = Places(frame.root)
    steps = step_scopes(program, frame, places)
    for e in program.equations:
        here = len(graph.nodes)
        where[e.output.name] = here
        kind: Kind = "output" if e.output.name in outputs else "step"
        named = e.output.named
        label = e.output.name if named else sign(e)
        value = e.output.name if named else ""
        scope = steps.get(owner.get(e.output.name, ""), NOWHERE)
        graph.nodes.append(Node(label, kind, e.op, e.output.type.shape, value, origin=e.origin, scope=scope))
        graph.links += [Link(where[name], here) for name in operands(e)]
    stand_ins(graph, places.scopes)
    inner = {where[e.output.name]: e.output.name for e in program.equations if not e.output.named}
    graph.inner = Inner(program, {v.name: (v.name, None) for v in program.inputs}, inner)
    return graph


def input_node(var: Var, frame: Frame) -> Node:
    kind: Kind = "constant" if var.name in frame.captured else "input"
    return Node(var.name, kind, shape=var.type.shape, value=var.name)


def operands(e: Equation) -> list[str]:
    """The variables an equation uses, each once."""
    return list(dict.fromkeys(a.name for a in e.inputs if isinstance(a, Var)))


def owners(program: Program, stops: Collection[str] | None = None) -> dict[str, str]:
    """By name of a computed value, the stop on the way to which it is computed: the first that needs it.

    Args:
        stops: names; all that are `named` if None.
    """
    found: dict[str, str] = {}
    for e in reversed(program.equations):
        if e.output.name in stops if stops is not None else e.output.named:
            found[e.output.name] = e.output.name
        stop = found.get(e.output.name, "")
        found |= dict.fromkeys(operands(e), stop)  # earlier stops come later in this walk
    return {e.output.name: found.get(e.output.name, "") for e in program.equations}


def step_scopes(program: Program, frame: Frame, places: Places) -> dict[str, int]:
    """By stop: a scope of its steps, within the call or turn it belongs to.

    Stops between a person's names lie where the name lies that they lead to.
    """
    around = {e.output.name: places.of(e) for e in program.equations if e.output.name in frame.own}
    leads = owners(program, frame.own)
    found: dict[str, int] = {}
    for e in program.equations:
        if e.output.named:
            parent = around.get(leads[e.output.name], NOWHERE)
            places.scopes.append(Scope(e.output.name, "steps", parent))
            found[e.output.name] = len(places.scopes) - 1
    return found


def stand_ins(graph: Graph, scopes: list[Scope]) -> None:
    """Give a graph its scopes, and each scope the node that stands for it."""
    graph.scopes, members = tidied(scopes, [n.scope for n in graph.nodes])
    for position, (node, scope) in enumerate(zip(graph.nodes, members, strict=True)):
        node.scope = scope
        if node.value:
            while scope != NOWHERE:  # the last named value in a scope stands for it
                graph.scopes[scope].shows = position
                scope = graph.scopes[scope].parent
