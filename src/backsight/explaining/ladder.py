"""The ladder under a derivative: from `grad(f)` down to a difference quotient, one number on every rung.

    grad(f)(x)                    just ask
    the shares of every use       the chain rule: adjoints times local slopes, added
    the rule of each step         what an operation does to a nudge, in words
    (f(x + h) - f(x)) / h         what a slope is, for smaller and smaller h

The first three rungs are in the inspecting Program already. The last needs a Program of its own: the quotient
of the whole function by each value, and that of each step by what it reads, everything else held still.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from backsight.explaining.inspection import Edge, Inspection, numbered, segment_of
from backsight.explaining.segments import Segment
from backsight.ir.builder import Builder
from backsight.ir.program import ArrayType, Atom, Constant, Equation, Program, Var
from backsight.transforms import simplify

SCALAR = ArrayType()
NUDGES = (0.1, 0.01, 0.001, 0.0001, 0.00001)
"""The sizes a reader sees shrink."""
MOST = 3000
"""Equations a ladder may add: beyond, only inputs have a quotient of the whole function."""


@dataclass(frozen=True, slots=True)
class Step:
    """One edge of single numbers.

    Attributes:
        source, target: names of the values.
        slope: the local slope, a value of the inspecting Program.
        rate: the variable of the ladder's Program that is its difference quotient.
        why: why the slope is what it is, from the result back.
        line: the line of the source.
    """

    source: str
    target: str
    slope: Atom
    rate: Atom
    why: tuple[str, ...]
    line: str


@dataclass(frozen=True)
class Ladder:
    """The lowest rung of every derivative of a function.

    Attributes:
        program: takes the function's inputs and the nudge, `nudge`; its outputs are the quotients.
        nudge: the name of that input.
        rates: of the whole function, by value: the variable that is its quotient.
        steps: the edges of single numbers.
        output: the name of the function's value.
        adjoints: by name of a value that is a single number: its adjoint, a value of the inspecting Program.
        uses: by the same name, the places in `steps` of all its uses that lead to the output; missing where
            one of them is an array.
    """

    program: Program
    nudge: str
    rates: dict[str, Atom]
    steps: tuple[Step, ...]
    output: str
    adjoints: dict[str, Atom]
    uses: dict[str, list[int]]

    def data(self) -> dict[str, Any]:
        """As JSON values; the types are in web/src/engine/payload.ts."""
        return {
            "nudge": self.nudge,
            "inputs": [v.name for v in self.program.inputs if v.name != self.nudge],
            "output": self.output,
            "rates": {name: _json(atom) for name, atom in self.rates.items()},
            "adjoints": {name: _json(atom) for name, atom in self.adjoints.items()},
            "uses": self.uses,
            "steps": [
                {
                    "source": s.source,
                    "target": s.target,
                    "slope": _json(s.slope),
                    "rate": _json(s.rate),
                    "why": list(s.why),
                    "line": s.line,
                }
                for s in self.steps
            ],
        }


def ladder(inspection: Inspection) -> Ladder | None:
    """The ladder of an inspected function; None if nothing in it is a derivative of single numbers."""
    forward = inspection.forward
    builder = Builder(f"ladder_{forward.name}")
    builder.adopt(forward)
    h = builder.input("h", SCALAR)
    made = numbered(forward)
    output = forward.outputs[0]
    adjoints, rates = _adjoints(inspection), dict[str, Atom]()
    given = {v.name for v in forward.inputs}
    few = len(adjoints) * len(forward.equations) <= MOST
    for name in adjoints:
        if name in given or few:
            after = nudged(builder, forward.equations, forward.variables()[name], h)
            rates[name] = quotient(builder, output, after.get(str(output), output), h)
    drafts: list[tuple[Edge, Segment, Atom]] = []
    for edge in inspection.edges:
        if edge.source.type == SCALAR and edge.target.type == SCALAR:
            members = segment_of(made[edge.target.name][1], made)
            after = nudged(builder, members[::-1], edge.source, h)
            rate = quotient(builder, edge.target, after.get(edge.target.name, edge.target), h)
            drafts.append((edge, Segment(edge.target, tuple(members), ()), rate))
    if not rates and not drafts:
        return None
    names = [f"rate_{name}" for name in rates]
    names += [f"rate_{edge.target}_{edge.source}" for edge, _, _ in drafts]
    program, found = _named(builder.finish([*rates.values(), *(rate for _, _, rate in drafts)]), names)
    steps = tuple(
        Step(
            edge.source.name,
            edge.target.name,
            edge.slope,
            rate,
            segment.reasons(edge.source),
            edge.origin.text.strip() if edge.origin else "",
        )
        for (edge, segment, _), rate in zip(drafts, found[len(rates) :], strict=True)
    )
    return Ladder(
        program,
        h.name,
        dict(zip(rates, found, strict=False)),
        steps,
        str(output),
        adjoints,
        _uses(inspection, steps, adjoints),
    )


def _adjoints(inspection: Inspection) -> dict[str, Atom]:
    """Of the values that are single numbers."""
    known = inspection.forward.variables()
    return {name: atom for name, atom in inspection.adjoints.items() if known[name].type == SCALAR}


def _uses(inspection: Inspection, steps: Sequence[Step], names: Iterable[str]) -> dict[str, list[int]]:
    """By value: the places of its uses that lead to the output, where all of them are steps."""
    made = numbered(inspection.forward)
    places = {(step.source, step.target): place for place, step in enumerate(steps)}
    used: dict[str, list[int | None]] = {name: [] for name in names}
    for target in inspection.adjoints:
        if target in made:
            members = segment_of(made[target][1], made)
            read = dict.fromkeys(a.name for e in members for a in e.inputs if isinstance(a, Var))
            for name in read:
                if name in used:
                    used[name].append(places.get((name, target)))
    return {
        name: [place for place in found if place is not None]
        for name, found in used.items()
        if None not in found
    }


def nudged(builder: Builder, equations: Sequence[Equation], source: Var, h: Var) -> dict[str, Atom]:
    """Append what these equations compute once `source` is `h` larger: the values that change, by name."""
    moved: dict[str, Atom] = {source.name: builder.apply("add", (source, h))}
    for e in equations:
        if any(isinstance(a, Var) and a.name in moved for a in e.inputs):
            inputs = [moved.get(a.name, a) if isinstance(a, Var) else a for a in e.inputs]
            moved[e.output.name] = builder.apply(e.op, inputs, **e.options)
    return moved


def quotient(builder: Builder, before: Atom, after: Atom, h: Var) -> Atom:
    """Append (after - before) / h."""
    return builder.apply("div", (builder.apply("sub", (after, before)), h))


def _named(raw: Program, names: Sequence[str]) -> tuple[Program, list[Atom]]:
    """The simplified Program, its outputs called by these names."""
    plain = simplify(raw)
    builder = Builder(plain.name)
    builder.adopt(plain)
    found: list[Atom] = [
        builder.apply("copy", (atom,), name=name) if isinstance(atom, Var) else atom
        for name, atom in zip(names, plain.outputs, strict=True)
    ]
    return builder.finish(found), found


def _json(atom: Atom) -> str | float:
    return float(atom.value) if isinstance(atom, Constant) else atom.name
