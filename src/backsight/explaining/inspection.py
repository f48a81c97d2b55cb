"""A Program that computes everything an explanation shows: each value, its adjoint, every edge's local slope.

The nodes of an explanation are the values people named. Between two of them lies a *segment* of unnamed
steps; its local slope is the derivative of the one by the other with all other named values held fixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backsight.ir.builder import Builder
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import Atom, Constant, Equation, Origin, Program, Var
from backsight.ops.linalg import read_spec
from backsight.transforms import Gradient, gradient, simplify
from backsight.transforms.reverse import pass_back, total


@dataclass(frozen=True, slots=True)
class Edge:
    """`target` depends directly on `source`.

    Attributes:
        slope: the value of the local slope: of `target`'s shape (or one that stretches to it) for an
            elementwise step, of `source`'s shape where the target is a single number, the other factor's for
            a contraction.
        letters: for a contraction, the axes of source, other factor and target.
    """

    source: Var
    target: Var
    slope: Atom
    origin: Origin | None
    op: str
    letters: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Inspection:
    """The inspecting Program and what its values mean."""

    forward: Program
    program: Program
    adjoints: Mapping[str, Atom]
    edges: tuple[Edge, ...]

    def adjoint_name(self, name: str) -> str:
        """What a value's adjoint is called: `dz` for z, unless somebody has called a value so."""
        atom = self.adjoints.get(name)
        return atom.name if isinstance(atom, Var) else f"d{name}"

    def out_edges(self, name: str) -> list[Edge]:
        return [e for e in self.edges if e.source.name == name]

    def in_edges(self, name: str) -> list[Edge]:
        return [e for e in self.edges if e.target.name == name]


def inspect(forward: Program, wrt: Sequence[str]) -> Inspection:
    """The inspecting Program of a (simplified) Program with one scalar output.

    Raises:
        DifferentiationError: see `gradient`.
    """
    reverse = gradient(forward, wrt)
    builder = Builder(f"inspect_{forward.name}")
    builder.adopt(reverse.program)
    drafts = _edges(builder, forward)
    adjoints = _named_adjoints(forward, reverse)
    outputs = [*reverse.program.outputs, *adjoints.values(), *(d.slope for d in drafts)]
    raw = builder.finish(outputs)
    plain = simplify(raw)
    return _with_names(forward, plain, list(adjoints), drafts, len(reverse.program.outputs))


def _named_adjoints(forward: Program, reverse: Gradient) -> dict[str, Atom]:
    named = {v.name for v in forward.variables().values() if v.named}
    return {name: atom for name, atom in reverse.adjoints.items() if name in named}


def _edges(builder: Builder, forward: Program) -> list[Edge]:
    made = numbered(forward)
    result: list[Edge] = []
    for equation in forward.equations:
        if equation.output.named and equation.output.type.dtype == "float64":
            result += _segment_edges(builder, equation, segment_of(equation, made))
    return result


Numbered = Mapping[str, tuple[int, Equation]]


def numbered(program: Program) -> Numbered:
    """By name of the value: the place of the equation that makes it, and the equation."""
    return {e.output.name: (place, e) for place, e in enumerate(program.equations)}


def segment_of(last: Equation, made: Numbered) -> list[Equation]:
    """The unnamed steps that end in a named value, last first: users come before what they use."""
    members = {last.output.name: made[last.output.name]}
    frontier = [last]
    while frontier:
        for a in frontier.pop().inputs:
            found = made.get(a.name) if isinstance(a, Var) else None
            if found is not None and not found[1].output.named and found[1].output.name not in members:
                members[found[1].output.name] = found
                frontier.append(found[1])
    return [equation for _, equation in sorted(members.values(), key=lambda m: -m[0])]


def _segment_edges(builder: Builder, last: Equation, segment: Sequence[Equation]) -> list[Edge]:
    target = last.output
    single = target.type.shape == ()
    active = {a.name for e in segment for a in e.inputs if isinstance(a, Var) and a.type.dtype == "float64"}
    blame: dict[str, list[Atom]] = {target.name: [Constant(1.0)]}
    edges: list[Edge] = []
    for equation in segment:
        if equation.output.name not in blame:
            continue
        slope = total(builder, blame.pop(equation.output.name))
        family = REGISTRY[equation.op].family
        if family is Family.CONTRACT and not single:
            edges += _contraction_edges(equation, target, slope)
        elif single or family is Family.MAP:
            builder.origin, builder.note = equation.origin, equation.op
            pass_back(builder, equation, slope, active, blame, fit=single)
    op = last.op if len(segment) == 1 else ""
    named = {a.name: a for e in segment for a in e.inputs if isinstance(a, Var)}
    edges += [
        Edge(named[name], target, total(builder, parts), last.origin, op)
        for name, parts in blame.items()
        if name in named
    ]
    return edges


def _contraction_edges(equation: Equation, target: Var, slope: Atom) -> list[Edge]:
    operands, right = read_spec(equation.options["spec"])
    if len(operands) != 2 or slope != Constant(1.0):
        return []
    (a, b), (la, lb) = equation.inputs, operands
    return [
        Edge(one, target, other, equation.origin, "contract", (own, rest, right))
        for one, other, own, rest in ((a, b, la, lb), (b, a, lb, la))
        if isinstance(one, Var)
    ]


def _with_names(
    forward: Program, plain: Program, adjoint_of: Sequence[str], drafts: Sequence[Edge], skip: int
) -> Inspection:
    """Give adjoints and slopes the names figures ask for: `dz` for z, `slope_a_z` for the edge z to a."""
    builder = Builder(plain.name)
    builder.adopt(plain)
    known = plain.variables()
    adjoints: dict[str, Atom] = {}
    atoms = plain.outputs[skip:]
    for name, atom in zip(adjoint_of, atoms, strict=False):
        adjoints[name] = _called(builder, known, atom, f"d{name}")
    edges: list[Edge] = []
    for draft, atom in zip(drafts, atoms[len(adjoint_of) :], strict=True):
        contraction = draft.letters is not None
        slope = atom if contraction else _called(builder, known, atom, f"slope_{draft.target}_{draft.source}")
        edges.append(replace(draft, slope=slope))
    program = builder.finish(plain.outputs[:skip])
    return Inspection(forward, program, adjoints, tuple(edges))


def _called(builder: Builder, known: dict[str, Var], atom: Atom, name: str) -> Atom:
    if isinstance(atom, Var) and atom.name == name:
        return atom
    shape = atom.type.shape
    source = builder.made.get(atom.name) if isinstance(atom, Var) else None
    builder.origin, builder.note = (source.origin, source.note) if source else (None, "")
    if atom == Constant(1.0) and name.startswith("slope"):
        return atom  # multiplying by it changes nothing: no figure shows it
    if isinstance(atom, Constant):
        return builder.apply("broadcast", (atom,), name=name, shape=shape)
    return builder.apply("copy", (atom,), name=name)
