"""The derivative of the cost by one entry of a parameter, factored as backprop factors it.

Everything is symbolic in the indices: one template serves every entry of a parameter and every width of a
net.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backsight.errors import DifferentiationError
from backsight.explaining.inspection import Edge, Inspection
from backsight.explaining.symbols import Letters, derivative, expression, symbol
from backsight.ir.op import REGISTRY
from backsight.ir.program import Constant, Dim, Origin, Var


@dataclass(frozen=True, slots=True)
class Ref:
    """One entry of a variable, by index letters."""

    variable: str
    index: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """A local slope on one edge, or an adjoint."""

    tex: str
    equals: str
    value: Ref
    words: str
    source: Ref
    target: Ref
    origin: Origin | None
    sum_index: str = ""
    sum_dim: Dim = 1
    terms: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True)
class Derivation:
    """See the fields of the same names in web/src/engine/payload.ts."""

    parameter: str
    indices: tuple[str, ...]
    dims: tuple[Dim, ...]
    tex: str
    gradient: Ref
    factors: tuple[Factor, ...]
    path: tuple[Factor, ...]
    over: tuple[tuple[str, Dim], ...]
    example: tuple[str, Dim] | None


@dataclass
class _Writer:
    inspection: Inspection
    cost: Var
    letters: Letters
    dims: dict[str, Dim] = field(default_factory=dict)

    def ref(self, var: Var) -> Ref:
        return Ref(var.name, tuple(self.letters.index(var)))

    def adjoint(self, var: Var) -> Ref:
        return Ref(self.inspection.adjoint_name(var.name), tuple(self.letters.index(var)))

    def local(self, edge: Edge) -> Factor:
        """The slope of one edge."""
        slope = edge.slope
        if isinstance(slope, Constant):
            raise ValueError("a slope that is always 1 is no factor")
        if edge.letters is not None:
            self._check_letters(edge, slope)
            equals = symbol(slope, self.letters)
        else:
            equals = expression(self.inspection.program, slope, self.letters)
        return Factor(
            derivative(edge.target, edge.source, self.letters),
            equals,
            Ref(slope.name, tuple(self._slope_index(edge, slope))),
            self._words(edge, slope),
            self.ref(edge.source),
            self.ref(edge.target),
            edge.origin,
        )

    def _check_letters(self, edge: Edge, slope: Var) -> None:
        """One index letter per axis of a contraction: sizes that are mere numbers do not tell axes apart."""
        names: dict[str, str] = {}
        for letters, var in zip(edge.letters or (), (edge.source, slope, edge.target), strict=True):
            # From the right: a bias that a passed-over value was stretched from has fewer axes.
            for axis, letter in zip(reversed(letters), reversed(self.letters.index(var)), strict=False):
                names.setdefault(axis, letter)
                if names[axis] != letter:
                    raise DifferentiationError(
                        f"axes of {edge.source.name} and {slope.name} cannot be told apart by their sizes",
                        origin=edge.origin,
                        remedy="trace with named axes: axes={'X': ('n', 'd')}",
                    )
        if len(set(names.values())) < len(names):
            raise DifferentiationError(
                f"two axes of {edge.source.name} and {slope.name} have one name",
                origin=edge.origin,
                remedy="give each axis a name of its own",
            )

    def _slope_index(self, edge: Edge, slope: Var) -> list[str]:
        if edge.letters is not None:
            return self.letters.index(slope)
        whole = self.letters.index(edge.target) or self.letters.index(edge.source)
        rank = slope.type.rank
        if rank > len(whole):
            # From a bias straight to the cost: the value between them, passed over, had a row per example.
            whole = ["n", *whole]
        return whole[len(whole) - rank :] if rank else []

    def _words(self, edge: Edge, slope: Var) -> str:
        if edge.letters is not None:
            return f"{edge.source.name} is multiplied by {slope.name}, so {slope.name} is the slope"
        if edge.op and edge.op in REGISTRY:
            return REGISTRY[edge.op].why
        return f"how much {edge.target.name} moves per unit of {edge.source.name}"

    def blame(self, var: Var) -> Factor:
        """The adjoint of a value; where the next step sums over units, the sum is written out."""
        tex = derivative(self.cost, var, self.letters)
        edge = self.next_edge(var)
        words = f"how much the cost moves per unit of {var.name}"
        if edge is None or edge.letters is None:
            equals = (
                symbol(var, self.letters)
                if edge is None
                else expression(self.inspection.program, edge.slope, self.letters)
            )
            if edge is None:
                equals = tex
            origin = edge.origin if edge is not None else None
            return Factor(tex, equals, self.adjoint(var), words, self.ref(var), self.ref(self.cost), origin)
        summed = [c for c in self.letters.index(edge.target) if c != "n" and c not in self.letters.index(var)]
        index = summed[0] if summed else ""
        terms = (self._bare_blame(edge.target), self.local(edge))
        equals = (rf"\sum_{{{index}}} " if index else "") + r" \, ".join(f.tex for f in terms)
        return Factor(
            tex,
            equals,
            self.adjoint(var),
            f"{words}: every unit it feeds passes its blame back along its weight",
            self.ref(var),
            self.ref(edge.target),
            edge.origin,
            index,
            edge.target.type.shape[-1],
            terms,
        )

    def _bare_blame(self, var: Var) -> Factor:
        return Factor(
            derivative(self.cost, var, self.letters),
            derivative(self.cost, var, self.letters),
            self.adjoint(var),
            f"how much the cost moves per unit of {var.name}",
            self.ref(var),
            self.ref(self.cost),
            None,
        )

    def only_edge(self, var: Var) -> Edge | None:
        """The only way on from a value towards the cost, if there is just one."""
        edges = [e for e in self.inspection.out_edges(var.name) if e.target.name in self.inspection.adjoints]
        edges = edges or [e for e in self.inspection.out_edges(var.name) if e.target == self.cost]
        return edges[0] if len(edges) == 1 else None

    def next_edge(self, var: Var) -> Edge | None:
        """As `only_edge`; a step that changes nothing is passed over."""
        edge = self.only_edge(var)
        if edge is None or edge.target == self.cost:
            return edge
        if edge.slope != Constant(1.0) or edge.letters is not None:
            return edge
        on = self.next_edge(edge.target)
        return None if on is None else Edge(var, on.target, on.slope, on.origin, on.op, on.letters)


def derive(inspection: Inspection, parameter: Var, rows: str | None) -> Derivation:
    """The derivation of one parameter.

    Args:
        inspection: of the function whose output is the cost.
        parameter: one of the inputs the inspection differentiates by.
        rows: the dimension that counts examples, if there is one.
    """
    cost = inspection.forward.outputs[0]
    if isinstance(cost, Constant):
        raise ValueError("a constant cost has no derivation")
    writer = _Writer(inspection, cost, Letters(inspection.forward, rows))
    edges = _chain(writer, parameter)
    factors = _factored(writer, parameter, edges)
    path = tuple(writer.local(e) for e in reversed(edges) if not isinstance(e.slope, Constant))
    own = tuple(writer.letters.index(parameter))
    shapes = [v.type.shape for e in edges for v in (e.target, e.slope) if isinstance(v, Var)]
    batched = rows is not None and any(rows in shape for shape in shapes)
    return Derivation(
        parameter.name,
        own,
        parameter.type.shape,
        derivative(cost, parameter, writer.letters),
        writer.adjoint(parameter),
        factors,
        path if edges and edges[-1].target == cost else (),
        _summed(writer, edges, own),
        ("n", rows) if batched and rows is not None else None,
    )


def _chain(writer: _Writer, parameter: Var) -> list[Edge]:
    """The edges from a parameter to the cost, as long as there is only one way on."""
    edges: list[Edge] = []
    here: Var = parameter
    while here != writer.cost:
        edge = writer.next_edge(here)
        if edge is None:
            break
        edges.append(edge)
        here = edge.target
    return edges


def _factored(writer: _Writer, parameter: Var, edges: Sequence[Edge]) -> tuple[Factor, ...]:
    """Cost end first: the blame of the unit's activation, the slope of its activation, and its input."""
    taken: list[Edge] = []
    here = parameter
    first = writer.only_edge(parameter)
    if first is not None and first.letters is None and edges and edges[0].letters is not None:
        # The bias of a linear unit: it is added to its unit, and the next contraction is another layer's.
        return (writer.blame(first.target),)
    for number, edge in enumerate(edges):
        # Elementwise steps stay inside one unit; the next contraction, or the cost itself, ends the walk.
        if number > 0 and (edge.letters is not None or edge.target == writer.cost):
            break
        taken.append(edge)
        here = edge.target
    local = [writer.local(e) for e in reversed(taken) if not isinstance(e.slope, Constant)]
    return tuple(local) if here == writer.cost else (writer.blame(here), *local)


def _summed(writer: _Writer, edges: Sequence[Edge], own: Sequence[str]) -> tuple[tuple[str, Dim], ...]:
    found: dict[str, Dim] = {}
    for edge in edges:
        for letter, dim in zip(writer.letters.index(edge.target), edge.target.type.shape, strict=True):
            if letter != "n" and letter not in own:
                found[letter] = dim
    return tuple(found.items())
