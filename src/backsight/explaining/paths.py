"""The sum over paths: every way from an input to the output, each with the product of the slopes along it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from backsight.errors import DifferentiationError
from backsight.explaining.counting import Link, one_pass, path_counts, path_multiplies
from backsight.explaining.explanation import Counts, Paths, Route
from backsight.explaining.live import Key, Live
from backsight.explaining.segments import Segment, hand_back
from backsight.explaining.shown import number
from backsight.ir.builder import Builder
from backsight.ir.evaluate import Array, indices
from backsight.ir.program import Atom, Constant, Program

LISTED = 64
"""At most so many paths of an input are listed; all are counted."""

Entry = Sequence[int] | Mapping[str, Sequence[int]] | None
Known = Mapping[Key, Array]


@dataclass(frozen=True, slots=True)
class Walk:
    """What it takes to go along a path."""

    program: Program
    segments: Sequence[Segment]
    active: Collection[str]


def paths(
    walk: Walk,
    links: Sequence[Link],
    gradients: Mapping[str, Array],
    inputs: Sequence[object],
    numbers: Known,
    entry: Entry,
) -> tuple[tuple[Paths, ...], Live, list[str]]:
    """Each input's sum over paths, largest contribution first; what computes it; what is said of it."""
    output = str(walk.program.outputs[0])
    number_of = path_counts(links, output)
    entries = {name: _entry(name, array, entry, list(gradients)) for name, array in gradients.items()}
    routes = {name: _routes(links, output, name) if number_of.get(name) else [] for name in gradients}
    listed_paths = _contributions(walk, routes)
    (shares,) = listed_paths.at(inputs)
    found: list[Paths] = []
    for name, gradient in gradients.items():
        at = entries[name]
        listed = tuple(
            sorted(
                (
                    Route(
                        route,
                        _product(route, numbers),
                        float(shares["path", *route].at(at)) if at is not None else 0.0,
                    )
                    for route in routes[name]
                ),
                key=lambda route: -abs(route.contribution),
            )
        )
        derivative = float(gradient.at(at)) if at is not None else 0.0
        total = sum(route.contribution for route in listed)
        found.append(Paths(name, at, number_of.get(name, 0), listed, total, derivative))
    return tuple(found), listed_paths, _notes(found, walk.program)


def _entry(name: str, gradient: Array, entry: Entry, names: Sequence[str]) -> tuple[int, ...] | None:
    """The entry asked for, or the one that matters most."""
    if isinstance(entry, Mapping) and (unknown := set(entry) - set(names)):
        raise DifferentiationError(
            f"entry names {', '.join(map(repr, sorted(unknown)))}, but the gradient is by {', '.join(names)}"
        )
    asked = entry.get(name) if isinstance(entry, Mapping) else entry if gradient.shape else None
    if asked is not None:
        at = tuple(i + n if i < 0 else i for i, n in zip(asked, gradient.shape, strict=False))
        if len(asked) != len(gradient.shape) or not all(
            0 <= i < n for i, n in zip(at, gradient.shape, strict=True)
        ):
            raise DifferentiationError(
                f"{name} has shape {gradient.shape} and no entry {tuple(asked)}",
                remedy=f"name one entry: entry={{{name!r}: ({', '.join('0' for _ in gradient.shape)},)}}",
            )
        return at
    where = list(indices(gradient.shape))
    if not where:
        return None
    # NaN counts as larger than all: it is what a person would look for.
    return max(where, key=lambda i: (gradient.at(i) != gradient.at(i), abs(gradient.at(i))))


def _routes(links: Sequence[Link], output: str, source: str) -> list[tuple[str, ...]]:
    """Paths from a stop to the output, the first LISTED of them.

    Found from the output back, so that neighbours in the list part late and share the work of going there.
    """
    reached = {source}
    before: dict[str, list[str]] = {}
    for link in links:
        if link.source in reached:
            reached.add(link.target)
            before.setdefault(link.target, []).append(link.source)
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[str, ...]] = [(output,)] if output in reached else []
    while waiting and len(found) < LISTED:
        path = waiting.pop()
        if path[0] == source:
            found.append(path)
        waiting += [(name, *path) for name in reversed(before.get(path[0], []))]
    return found


def _contributions(walk: Walk, routes: Mapping[str, Sequence[tuple[str, ...]]]) -> Live:
    """What each path hands back, going back along it alone: an array like its input."""
    builder = Builder(f"paths_{walk.program.name}")
    builder.adopt(walk.program)
    ends = {s.target.name: s for s in walk.segments}
    # Paths that end alike share that part: a tree from the output back, whose branches are numbered.
    handed: list[Atom] = [Constant(1.0)]
    branches: dict[tuple[int, str], int] = {}

    def along(path: tuple[str, ...]) -> Atom:
        here = 0
        for source, target in zip(path[-2::-1], path[:0:-1], strict=True):
            if (here, source) not in branches:
                share = hand_back(builder, ends[target], handed[here], walk.active)
                branches[here, source] = len(handed)
                handed.append(share[source])
            here = branches[here, source]
        return handed[here]

    return Live.of(builder, {("path", *path): along(path) for listed in routes.values() for path in listed})


def _product(route: tuple[str, ...], numbers: Known) -> str:
    """The slopes along a path from the output back, if each is a number."""
    factors: list[str] = []
    for source, target in zip(reversed(route[:-1]), reversed(route[1:]), strict=True):
        slope = numbers.get(("slope", source, target))
        if slope is None or slope.shape or numbers["value", source].shape or numbers["value", target].shape:
            return ""
        text = number(slope.data[0])
        factors.append(f"({text})" if text.startswith("-") and factors else text)
    return " × ".join(factors)


def _notes(found: Sequence[Paths], program: Program) -> list[str]:
    notes = []
    if any(len(p.listed) < p.count for p in found):
        notes.append("Not every path is listed; the others make up the difference to the derivative")
    if any(e.output.named and e.output.type.shape for e in program.equations):
        notes.append(
            "Paths go through whole arrays: each stands for all the ways through their entries, which "
            "reverse mode adds up without listing them"
        )
    return notes


def counts(program: Program, links: Sequence[Link], gradients: Mapping[str, Array]) -> Counts:
    """Multiplies in both modes."""
    reverse = sum(link.multiplies for link in links)
    forward = sum(len(a.data) * one_pass(links, {name}) for name, a in gradients.items())
    passes = sum(len(a.data) for a in gradients.values())
    scalars = all(not v.type.shape for v in (*program.inputs, *(e.output for e in program.equations)))
    written = path_multiplies(links, str(program.outputs[0]))
    by_paths = sum(written.get(name, 0) for name in gradients) if scalars else None
    cheaper = "both" if reverse == forward else "reverse" if reverse < forward else "forward"
    return Counts(reverse, forward, passes, by_paths, cheaper, _why(cheaper, passes))


def _why(cheaper: str, passes: int) -> str:
    if passes <= 1:
        return (
            "With one number in and one number out, both modes multiply the same slopes: "
            "one from the input on, the other from the output back"
        )
    if cheaper == "both":
        return f"The {passes:,} numbers that go in share no slope to multiply by, so nothing is saved"
    return (
        f"{passes:,} numbers go in and one comes out: forward mode pushes one nudge at a time and goes over "
        f"what they share {passes:,} times; reverse mode starts at the one result and reaches all of them in "
        "one pass"
    )
