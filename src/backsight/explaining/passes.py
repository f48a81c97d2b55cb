"""The script of one pass in slow motion: what is computed when, from what, and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from backsight.explaining.derivation import Ref
from backsight.explaining.inspection import Edge, Inspection
from backsight.explaining.symbols import Letters, derivative, expression, symbol
from backsight.ir.op import REGISTRY
from backsight.ir.program import Constant, Dim, Equation, Origin, Var


@dataclass(frozen=True, slots=True)
class Step:
    """One value, for every choice of its indices. See PassStep in web/src/engine/payload.ts."""

    direction: str
    value: Ref
    dims: tuple[Dim, ...]
    source: tuple[Ref, ...]
    tex: str
    words: str
    op: str
    origin: Origin | None


def passes(inspection: Inspection, rows: str | None) -> tuple[list[Step], list[Step]]:
    """The forward and the backward script over the named values."""
    letters = Letters(inspection.forward, rows)
    forward = [
        _forward(inspection, e, letters)
        for e in inspection.forward.equations
        if e.output.named and e.output.type.dtype == "float64"
    ]
    order = list(inspection.adjoints)
    known = inspection.forward.variables()
    backward = [_backward(inspection, known[name], letters) for name in order if name in known]
    return forward, backward


def _ref(var: Var, letters: Letters) -> Ref:
    return Ref(var.name, tuple(letters.index(var)))


def _forward(inspection: Inspection, equation: Equation, letters: Letters) -> Step:
    var = equation.output
    sources = tuple(dict.fromkeys(_ref(e.source, letters) for e in inspection.in_edges(var.name)))
    tex = f"{symbol(var, letters)} = {expression(inspection.forward, var, letters)}"
    return Step(
        "forward",
        _ref(var, letters),
        var.type.shape,
        sources,
        tex,
        REGISTRY[equation.op].says,
        equation.op,
        equation.origin,
    )


def _backward(inspection: Inspection, var: Var, letters: Letters) -> Step:
    cost = inspection.forward.outputs[0]
    edges = inspection.out_edges(var.name)
    own = _ref(var, letters)
    sources: list[Ref] = []
    terms: list[str] = []
    for edge in edges:
        if edge.target != cost:
            sources.append(Ref(inspection.adjoint_name(edge.target.name), tuple(letters.index(edge.target))))
        sources += _slope_refs(edge, letters)
        terms.append(_term(inspection, edge, var, letters, cost == edge.target))
    tex = " + ".join(terms) if terms else "1"
    top = cost if isinstance(cost, Var) else var
    return Step(
        "backward",
        Ref(inspection.adjoint_name(var.name), own.index),
        var.type.shape,
        tuple(dict.fromkeys(sources)),
        f"{derivative(top, var, letters)} = {tex}",
        f"how much the cost moves per unit of {var.name}",
        edges[0].op if edges else "",
        edges[0].origin if edges else None,
    )


def _slope_refs(edge: Edge, letters: Letters) -> list[Ref]:
    slope = edge.slope
    if isinstance(slope, Constant):
        return []
    whole = (
        letters.index(slope)
        if edge.letters is not None
        else letters.index(edge.target) or letters.index(edge.source)
    )
    return [Ref(slope.name, tuple(whole[len(whole) - slope.type.rank :] if slope.type.rank else ()))]


def _term(inspection: Inspection, edge: Edge, var: Var, letters: Letters, last: bool) -> str:
    own = set(letters.index(var))
    over = [c for c in letters.index(edge.target) if c not in own and c != "n"]
    local = derivative(edge.target, var, letters)
    if last:
        return expression(inspection.program, edge.slope, letters)
    from_target = rf"\frac{{\partial C}}{{\partial {symbol(edge.target, letters)}}}"
    return (rf"\sum_{{{','.join(over)}}} " if over else "") + rf"{from_target} \, {local}"
