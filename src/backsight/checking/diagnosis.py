"""Where a backward pass goes wrong: the earliest line with a change that makes every gradient right.

The search goes through the places of the backward pass in the order they are computed, from small changes to
larger ones. Every change is tried for real and counts only if all gradients become right. Where none does,
what lines compute is compared with everything true, and the first suspicious one that is none of it is named.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from backsight.checking.numbers import largest, like, numeric
from backsight.checking.recognise import by_name, called, is_right, means, recognised
from backsight.checking.repairs import (
    Edit,
    Splice,
    any_names,
    edits,
    factors,
    insertions,
    negated,
    of_statement,
    slopes,
    splices,
)
from backsight.checking.truth import Quantity, Truth
from backsight.checking.watching import Place, Watch, limited

MOST = 3000
"""Changes tried before the search gives up."""
_COMPARING = 50_000
"""Calls that comparing one outcome may take."""


class Judge(Protocol):
    """Compares the gradients of an outcome."""

    matches: list[Any]

    def agrees(self, outcome: Any) -> bool: ...

    def wrong(self) -> set[int]:
        """Which gradients are wrong, by number."""

    def wanted(self) -> set[str]:
        """The parameters whose gradients are wrong, by the names that the forward pass has for them."""

    def changed(self, outcome: Any) -> set[int]:
        """Which gradients are not what the backward pass gives as it stands."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A change that makes all gradients right."""

    place: Place
    cause: str
    written: ast.AST | None
    splice: Splice | None = None
    detail: str = ""
    tier: int = 0


class Search:
    """Tries changes at one point.

    Args:
        watch: the backward pass, recorded at this point.
        truth: what is true there; None if the forward pass cannot be traced.
        run: both passes, from scratch.
        point: compares the gradients of an outcome with the true ones.
    """

    def __init__(
        self, watch: Watch, truth: Truth | None, run: Callable[[], Any], point: Judge, most: int = MOST
    ) -> None:
        self.watch, self.truth, self.run, self.point = watch, truth, run, point
        self.wrong, self.most = point.wrong(), most
        wanted = point.wanted()
        quantities = truth.quantities if truth is not None else []
        self._wanted = [q for q in quantities if q.kind == "adjoint" and q.of in wanted]
        self.tried = 0
        self._groups: list[list[Place]] | None = None

    def repairs(self) -> Iterator[Repair]:
        """Changes that work, the most convincing first."""
        attempts = (
            self._rewrite,
            self._negate,
            self._replace_slopes,
            self._replace_roots,
            self._replace_parts,
            self._scale,
        )
        for places in self.ordered():
            for tier, attempt in enumerate(attempts):
                for place in places:
                    for repair in attempt(place):
                        yield replace(repair, tier=tier)
                    if self.tried > self.most:
                        return

    def ordered(self) -> list[list[Place]]:
        """Places in the order they are computed, in groups: the most suspicious statements first.

        A statement is suspicious if a change of its value would change just the gradients that are wrong;
        less so if it would change others too, and less still if its value is known to be right.
        """
        if self._groups is None:
            starts: dict[int, int] = {}
            for p in self.watch.places:
                if p.first > 0 or p.held is not None:
                    starts.setdefault(id(p.statement), max(p.first, 0))
                if p.first > 0:
                    starts[id(p.statement)] = min(starts[id(p.statement)] or p.first, p.first)
            ran = [p for p in self.watch.places if id(p.statement) in starts]
            ran.sort(key=lambda p: (starts[id(p.statement)], p.number))
            right, spread = self._right(ran), self._spread(ran)
            groups: list[list[Place]] = [[], [], [], []]
            for p in ran:
                key = id(p.statement)
                moved = spread.get(key)
                if moved is not None and not moved >= self.wrong:
                    continue
                others = moved is not None and moved != self.wrong
                groups[2 * (key in right) + others].append(p)
            self._groups = groups
        return self._groups

    def _spread(self, places: list[Place]) -> dict[int, set[int]]:
        """Which gradients change when what a statement gives is changed; nothing if that cannot be said."""
        found: dict[int, set[int]] = {}
        for place in places:
            if not _is_top(place, places) or not place.arrays:
                continue
            key = id(place.statement)
            try:
                with limited(self.watch.most_calls):
                    outcome = self.watch.replaced(place, _disturbed, self.run)
                moved = self.point.changed(outcome)
            except Exception:  # the user's code cannot go on with such a value: it matters to everything
                moved = set(range(len(self.point.matches)))
            found[key] = found.get(key, set()) | moved
        return found

    def _right(self, places: list[Place]) -> set[int]:
        """Statements all of whose values are true and what their names say."""
        if self.truth is None:
            return set()
        verdicts: dict[int, list[bool]] = {}
        for p in places:
            if p.is_root and p.arrays and isinstance(p.statement, ast.Assign):
                verdicts.setdefault(id(p.statement), []).append(is_right(p, self.truth))
        return {key for key, found in verdicts.items() if all(found)}

    def works(self, attempt: Callable[[], Any]) -> bool:
        self.tried += 1
        if self.tried > self.most:
            return False
        try:
            with limited(self.watch.most_calls):
                outcome = attempt()
            with limited(_COMPARING):  # a result may hold itself, again and again
                return self.point.agrees(outcome)
        except Exception:  # a change of ours may break the user's code in any way
            return False

    def _edited(self, edit: Edit) -> bool:
        place = edit.place
        place.put(ast.copy_location(edit.node, place.node))
        try:
            return self.works(lambda: self.watch.rewritten(place, self.run))
        finally:
            place.put(place.node)

    def _rewrite(self, place: Place) -> Iterator[Repair]:
        for edit in edits(place, self.watch):
            if self._edited(edit):
                yield Repair(place, edit.cause, edit.node, None, edit.detail)
        if place.is_root:
            for statement, cause in of_statement(place):
                if self.watch.with_statement(place, statement, lambda: self.works(self._as_it_is(place))):
                    yield Repair(place, cause, statement)

    def _as_it_is(self, place: Place) -> Callable[[], Any]:
        return lambda: self.watch.rewritten(place, self.run)

    def spliced(self, splice: Splice) -> bool:
        return self.works(lambda: self.watch.replaced(splice.place, splice.change, self.run))

    def _replace_roots(self, place: Place) -> Iterator[Repair]:
        if place.is_root:
            named = by_name(place, self.truth) if self.truth is not None else []
            named += [q for q in self._wanted if q not in named]
            yield from self._replace(place, ("adjoint", "slope", "value"), named)

    def _negate(self, place: Place) -> Iterator[Repair]:
        for edit in negated(place):
            if self._edited(edit):
                yield Repair(place, edit.cause, edit.node)

    def _replace_slopes(self, place: Place) -> Iterator[Repair]:
        for edit in slopes(place, self.watch):
            if self._edited(edit):
                yield Repair(place, edit.cause, edit.node, None, edit.detail)

    def _replace_parts(self, place: Place) -> Iterator[Repair]:
        if not isinstance(place.node, ast.Constant):
            for edit in any_names(place, self.watch):
                if self._edited(edit):
                    yield Repair(place, edit.cause, edit.node, None, edit.detail)
            yield from self._replace(place, ("adjoint", "slope", "value", "step"), [])

    def _replace(self, place: Place, kinds: tuple[str, ...], named: list[Quantity]) -> Iterator[Repair]:
        for edit in insertions(place, self.watch):
            if self._edited(edit):
                yield Repair(place, edit.cause, edit.node, None, edit.detail)
        if self.truth is not None:
            for splice in splices(place, self.truth, kinds, named):
                if self.spliced(splice):
                    yield Repair(place, "value", None, splice)

    def _scale(self, place: Place) -> Iterator[Repair]:
        sizes = {s for p in self.watch.places for a in p.arrays[:1] for s in a.shape if s > 1}
        for edit in factors(place, sorted(sizes)):
            if self._edited(edit):
                yield Repair(place, edit.cause, edit.node, None, edit.detail)

    def first_unknown(self) -> Place | None:
        """The first suspicious line that is not the gradient its name says, or gives nothing known."""
        for group in self.ordered():
            unknown: Place | None = None
            for place in group:
                if not place.is_root or not any(isinstance(v, float) for a in place.arrays for v in a.data):
                    continue
                if self.truth is None or means(called(place), self.truth):
                    return place
                known = recognised(place, self.truth, ("adjoint", "value", "slope", "step"))
                unknown = place if unknown is None and not known else unknown
            named = next((p for p in group if p.is_root and called(p)), None)
            if unknown is not None or named is not None:
                return unknown or named
        return None

    def first_not_finite(self) -> Place | None:
        """The first value that is nan or infinite, while none was before it."""
        broken = [
            p for p in self.watch.places if any(not math.isfinite(x) for a in p.arrays[:1] for x in a.data)
        ]
        return min(broken, key=lambda p: p.first, default=None)


def _is_top(place: Place, places: list[Place]) -> bool:
    """Whether a place is the whole of a value of its statement, and no part of a larger one."""
    if place.is_root or isinstance(place.owner, ast.stmt):
        return True
    return not any(
        p.statement is place.statement and p is not place and p.arrays and _within(place.node, p.node)
        for p in places
    )


def _within(inner: ast.AST, outer: ast.AST) -> bool:
    return any(n is inner for n in ast.walk(outer))


def _disturbed(value: Any, _: int) -> Any:
    """Something quite different of the same shape: signs turned, every entry moved."""
    array = numeric(value)
    if array is None or not array.data:
        return value
    if all(isinstance(x, bool) for x in array.data):
        return ~value if hasattr(value, "dtype") else not value
    if isinstance(value, int):
        return value + 1
    scale = largest(array.data) or 1.0
    data = [-1.3 * x + scale * (0.37 + 0.11 * (i % 7)) for i, x in enumerate(array.data)]
    return like(value, array.shape, data)
