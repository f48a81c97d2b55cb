"""How many multiplies each mode takes, and how many paths there are: counted without listing anything.

A multiply is counted where an adjoint (or a tangent) is multiplied or divided on its way along an edge.
Working out the slopes themselves is not: both modes need them once. A linear map and its transpose take
equally many multiplies (Tellegen's principle), so one number per edge serves both modes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from backsight.explaining.segments import Segment
from backsight.ir.builder import Builder
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import Atom, Constant, Equation, Shape, Var
from backsight.ops.linalg import read_spec
from backsight.ops.value import Value


@dataclass(frozen=True, slots=True)
class Link:
    """An edge between two stops that blame can flow along, and the multiplies of one crossing."""

    source: str
    target: str
    multiplies: int


def size(shape: Shape) -> int:
    return prod(int(d) for d in shape)


def multiplies(
    segment: Segment, source: Var, kind: str, slope: Atom | None, made: Mapping[str, Equation]
) -> int:
    """What one crossing from the segment's target to a source, or back, takes.

    Args:
        kind: of the local slope (see `segments.Slope`), "" where it is no array of numbers.
        slope: in the plainest algebra, computed by the equations `made`.
    """
    if kind == "factor":
        return _contracted(segment.route(source)[-1])
    if kind and slope is not None:
        return (
            0 if _is_one(slope, made) else size((source if kind == "entries" else segment.target).type.shape)
        )
    return sum(_taken(e, position) for e, position in _crossed(segment, source))


def _crossed(segment: Segment, source: Var) -> Iterable[tuple[Equation, int]]:
    reached = {source.name} | {e.output.name for e in segment.route(source)}
    for e in segment.route(source):
        for position, a in enumerate(e.inputs):
            if isinstance(a, Var) and a.name in reached and a.type.dtype == "float64":
                yield e, position


def _contracted(e: Equation) -> int:
    """How many products a contraction sums."""
    letters, _ = read_spec(e.options["spec"])
    sizes: dict[str, int] = {}
    for names, a in zip(letters, e.inputs, strict=True):
        sizes.update(zip(names, (int(d) for d in a.type.shape), strict=True))
    return prod(sizes.values()) * (len(e.inputs) - 1)


def _is_one(atom: Atom, made: Mapping[str, Equation]) -> bool:
    """Whether a slope is 1 or -1 whatever the numbers: that takes no multiply."""
    while isinstance(atom, Var) and atom.name in made and made[atom.name].op in ("neg", "copy", "broadcast"):
        atom = made[atom.name].inputs[0]
    return isinstance(atom, Constant) and abs(atom.value) == 1


def _taken(e: Equation, position: int) -> int:
    """The multiplies in one operand's part of an operation's own backward rule."""
    op = REGISTRY[e.op]
    if op.vjp is None:
        return 0
    builder = Builder("rule")
    known: dict[str, Value] = {}
    for a in (*e.inputs, e.output):
        if isinstance(a, Var) and a.name not in known:
            known[a.name] = Value(builder, builder.input(a.name, a.type))
    g = builder.input("g", e.output.type)
    operands = [known[a.name] if isinstance(a, Var) else Value(builder, a) for a in e.inputs]
    answer = op.vjp(Value(builder, g), known[e.output.name], *operands, **e.options)[position]
    if answer is None or not isinstance(answer.atom, Var):
        return 0
    found = [_products(step) for step in _between(builder.equations, g.name, answer.atom.name)]
    # An entry by entry rule multiplies by one slope, however many steps write it out.
    return min(sum(found), size(e.output.type.shape)) if op.family is Family.MAP else sum(found)


def _between(equations: Sequence[Equation], start: str, end: str) -> list[Equation]:
    moved = {start}
    for e in equations:
        if any(isinstance(a, Var) and a.name in moved for a in e.inputs):
            moved.add(e.output.name)
    needed = {end}
    found: list[Equation] = []
    for e in reversed(equations):
        if e.output.name in needed and e.output.name in moved:
            found.append(e)
            needed.update(a.name for a in e.inputs if isinstance(a, Var))
    return found


def _products(e: Equation) -> int:
    if e.op == "contract":
        return _contracted(e)
    return size(e.output.type.shape) if e.op in ("mul", "div") else 0


def path_counts(links: Sequence[Link], output: str) -> dict[str, int]:
    """How many paths lead from each stop to the output; `links` in the order their targets are computed."""
    found = {output: 1}
    for link in sorted_back(links):
        found[link.source] = found.get(link.source, 0) + found.get(link.target, 0)
    return found


def path_multiplies(links: Sequence[Link], output: str) -> dict[str, int]:
    """The multiplies it takes to write out every path from each stop on its own."""
    counts, found = {output: 1}, {output: 0}
    for link in sorted_back(links):
        along, ahead = counts.get(link.target, 0), found.get(link.target, 0)
        counts[link.source] = counts.get(link.source, 0) + along
        found[link.source] = found.get(link.source, 0) + ahead + along * link.multiplies
    return found


def sorted_back(links: Sequence[Link]) -> list[Link]:
    """From the output back: a stop's own count is complete before it is handed on."""
    return list(reversed(links))


def one_pass(links: Sequence[Link], starts: Collection[str]) -> int:
    """The multiplies of pushing a nudge forward from these stops: of every edge it reaches."""
    reached, result = set(starts), 0
    for link in links:
        if link.source in reached:
            reached.add(link.target)
            result += link.multiplies
    return result
