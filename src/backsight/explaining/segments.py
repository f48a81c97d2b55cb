"""The stops of an explanation, and the step between a stop and those before it, as Programs.

A stop is a value with a name. What lies between is a *segment*: its backward pass turns the adjoint of the
stop it ends in into one share for each stop it starts from.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import count

from backsight.explaining.inspection import numbered, segment_of
from backsight.ir.builder import Builder
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import Atom, Constant, Equation, Program, Var
from backsight.transforms.reverse import pass_back, total
from backsight.transforms.rewrite import substitute

DETAILS = ("auto", "names", "operations")
FEW = 12
"""A function that names nothing, and has no more operations than this, is explained one by one."""
MANY = 60
"""Beyond so many stops no further ones are put between the names."""

_PASSING = {"add", "sub", "neg", "copy"}
_STRAIGHT = {"add", "sub", "mul", "div", "neg", "copy"}


@dataclass(frozen=True, slots=True)
class Segment:
    """The equations that lead to one stop, last first, and the stops they read."""

    target: Var
    members: tuple[Equation, ...]
    sources: tuple[Var, ...]

    @property
    def last(self) -> Equation:
        return self.members[0]

    def reasons(self, source: Var) -> tuple[str, ...]:
        """Why the slope by a source is what it is, from the result back; what passes nudges on as they are is
        not mentioned beside what does not."""
        route = self.route(source)
        inside = {source.name, *(e.output.name for e in route)}
        whys = {e.op: _reason(e, inside) for e in route}
        telling = [
            w for op, w in whys.items() if op not in _PASSING and REGISTRY[op].family is not Family.MOVE
        ]
        return tuple(dict.fromkeys(telling or whys.values()))

    def route(self, source: Var) -> tuple[Equation, ...]:
        """The members through which a source acts, last first."""
        reached = {source.name}
        found: list[Equation] = []
        for e in reversed(self.members):
            if any(isinstance(a, Var) and a.name in reached for a in e.inputs):
                reached.add(e.output.name)
                found.append(e)
        return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class Slope:
    """The local slope of a segment by one of its sources, where it is an array of numbers.

    Attributes:
        kind: "number" (of scalars), "entries" (the target is a scalar, one slope per entry of the source),
            "elementwise" (one slope per entry of the target) or "factor" (the source is multiplied and summed
            with it).
        atom: the slope.
    """

    kind: str
    atom: Atom


def _reason(e: Equation, moved: Collection[str]) -> str:
    """Why an operation's rule holds; of a rule with a half for each side, the halves that matter."""
    halves = REGISTRY[e.op].why.split("; ")
    if e.op not in ("div", "pow") or len(halves) != 2:
        return REGISTRY[e.op].why
    sides = [h for h, a in zip(halves, e.inputs, strict=True) if isinstance(a, Var) and a.name in moved]
    return "; ".join(sides)


def with_stops(program: Program, detail: str = "auto") -> Program:
    """The same Program, where exactly the stops are `named`; stops that had no name get v1, v2, …

    The output is called after the function. Whoever shows a Program beside its explanation begins here (code,
    sheets and graphs do), so that a value has one name wherever it is seen.
    """
    chosen = _chosen(program, detail)
    output = program.outputs[0]
    renamed: dict[str, Var] = {}
    taken = set(program.variables())
    numbered = (f"v{i}" for i in count(1))
    for e in program.equations:
        var = e.output
        if var.named or var.name not in chosen:
            continue
        own = var == output and called(program) not in taken
        name = called(program) if own else next(name for name in numbered if name not in taken)
        taken.add(name)
        renamed[var.name] = Var(name, var.type, named=True)
    inputs = {v.name: replace(v, named=True) for v in program.inputs}
    return substitute(program, {**inputs, **renamed})


def called(program: Program) -> str:
    """The function's name; that of a lambda is f, as in a textbook."""
    return "f" if program.name == "function" else program.name


def _chosen(program: Program, detail: str) -> set[str]:
    floats = [e for e in program.equations if e.output.type.dtype == "float64"]
    output = program.outputs[0]
    named = {e.output.name for e in program.equations if e.output.named}
    ends = named | ({output.name} if isinstance(output, Var) else set())
    if detail == "operations" or (detail == "auto" and not named - {str(output)} and len(floats) <= FEW):
        return ends | {e.output.name for e in floats}
    if detail == "names":
        return ends
    more = ends | _bends(program, ends)
    return more if len(more) <= MANY else ends


def _bends(program: Program, stops: set[str]) -> set[str]:
    """Where two or more operations with a changing slope lie between two names, each is a stop."""
    marked = substitute(
        program,
        {v.name: replace(v, named=v.name in stops) for v in program.variables().values()},
    )
    found: set[str] = set()
    for segment in segments(marked):
        bent = [e.output.name for e in segment.members if _is_bend(e)]
        if len(bent) > 1:
            found.update(bent)
    return found


def _is_bend(e: Equation) -> bool:
    return (
        e.output.type.dtype == "float64"
        and e.op not in _STRAIGHT
        and REGISTRY[e.op].family is not Family.MOVE
        and any(isinstance(a, Var) for a in e.inputs)
    )


def segments(program: Program) -> list[Segment]:
    """One segment for each stop that is computed, in order."""
    made = numbered(program)
    found: list[Segment] = []
    for e in program.equations:
        if e.output.named:
            members = segment_of(e, made)
            inside = {m.output.name for m in members}
            read = (a for m in reversed(members) for a in m.inputs if isinstance(a, Var))
            sources = tuple(dict.fromkeys(a for a in read if a.name not in inside))
            found.append(Segment(e.output, tuple(members), sources))
    return found


def hand_back(
    builder: Builder, segment: Segment, adjoint: Atom, active: Collection[str], *, fit: bool = True
) -> dict[str, Atom]:
    """Append the backward pass of a segment: the share of each active source that has a slope.

    The builder must hold the segment's values already.
    """
    read = {a.name for e in segment.members for a in e.inputs if isinstance(a, Var)}
    inside = {name for name in read if name in active}
    for e in reversed(segment.members):
        if e.output.type.dtype == "float64" and any(
            isinstance(a, Var) and a.name in inside for a in e.inputs
        ):
            inside.add(e.output.name)
    blame: dict[str, list[Atom]] = {segment.target.name: [adjoint]}
    for e in segment.members:
        if e.output.name in blame:
            pass_back(builder, e, total(builder, blame.pop(e.output.name)), inside, blame, fit=fit)
    return {v.name: total(builder, blame[v.name]) for v in segment.sources if v.name in blame}


def stage(segment: Segment, name: str) -> Builder:
    """A builder that holds a segment's values alone: its sources and its result are inputs."""
    builder = Builder(name)
    for var in (*segment.sources, segment.target):
        builder.input(var.name, var.type)
    for e in reversed(segment.members[1:]):
        builder.copy(e)
    return builder


def slopes(builder: Builder, segment: Segment, active: Collection[str]) -> dict[str, Slope]:
    """Append the local slopes of a segment, for each active source that has one."""
    single = segment.target.type.shape == ()
    # A stretched source of an array has one slope per entry of the target, not their sum.
    one = hand_back(builder, _without_products(segment, single), Constant(1.0), active, fit=single)
    found: dict[str, Slope] = {}
    for source in segment.sources:
        route = segment.route(source)
        if source.name in one and (single or all(REGISTRY[e.op].family is Family.MAP for e in route)):
            kind = "elementwise" if not single else "entries" if source.type.shape else "number"
            found[source.name] = Slope(kind, one[source.name])
        elif not single and source.name in active:
            factor = _factor(source, route)
            if factor is not None:
                found[source.name] = Slope("factor", factor)
    return found


def _without_products(segment: Segment, single: bool) -> Segment:
    """Only what acts entry by entry, unless the result is one number: the rest has no slope of that shape."""
    if single:
        return segment
    kept: list[Equation] = []
    needed = {segment.target.name}
    for e in segment.members:
        if e.output.name in needed and REGISTRY[e.op].family is Family.MAP:
            kept.append(e)
            needed.update(a.name for a in e.inputs if isinstance(a, Var))
    return replace(segment, members=tuple(kept) or segment.members[:0])


def _factor(source: Var, route: Sequence[Equation]) -> Atom | None:
    """The other factor of a product of two, where nothing but sums follows it."""
    if not route:
        return None
    product, after = route[-1], route[:-1]
    if product.op != "contract" or len(product.inputs) != 2 or product.inputs.count(source) != 1:
        return None
    if any(e.op not in ("add", "copy") for e in after):
        return None
    return product.inputs[1] if product.inputs[0] == source else product.inputs[0]


def active_stops(program: Program, wrt: Collection[str]) -> set[str]:
    """Names of the float values that depend on the inputs asked about and lead to the output."""
    moved = set(wrt)
    for e in program.equations:
        if e.output.type.dtype == "float64" and any(isinstance(a, Var) and a.name in moved for a in e.inputs):
            moved.add(e.output.name)
    output = program.outputs[0]
    leads = {output.name} if isinstance(output, Var) else set()
    for e in reversed(program.equations):
        if e.output.name in leads:
            leads.update(a.name for a in e.inputs if isinstance(a, Var))
    return moved & leads
