"""Where a backward pass goes wrong: the earliest line with a change that makes every gradient right.

The search goes through the places of the backward pass in the order they are computed, from small changes to
larger ones. Every change is tried for real and counts only if all gradients become right. Where none does,
what lines compute is compared with everything true, and the first suspicious one that is none of it is named.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from backsight.checking.recognise import by_name, called, means, recognised
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
from backsight.checking.solving import put, solved
from backsight.checking.suspicion import Judge, Suspicion
from backsight.checking.truth import Quantity, Truth
from backsight.checking.watching import Place, Watch, limited
from backsight.ir.evaluate import Array

MOST = 3000
"""Changes tried before the search gives up."""
_COMPARING = 50_000
"""Calls that comparing one outcome may take."""

Attempts = Sequence[Callable[[Place], Iterator["Repair"]]]


@dataclass(frozen=True, slots=True)
class Repair:
    """A change that makes all gradients right."""

    place: Place
    cause: str
    written: ast.AST | None
    splice: Splice | None = None
    detail: str = ""


class Search:
    """Tries changes at one point.

    Args:
        watch: the backward pass, recorded at this point.
        truth: what is true there; None if the forward pass cannot be traced.
        run: both passes, from scratch; ends what may never end.
        point: compares the gradients of an outcome with the true ones.
    """

    def __init__(
        self, watch: Watch, truth: Truth | None, run: Callable[[], Any], point: Judge, most: int = MOST
    ) -> None:
        self.watch, self.truth, self.run, self.point = watch, truth, run, point
        self.most = most
        self.suspicion = Suspicion(watch, truth, run, point)
        wanted = point.wanted()
        quantities = truth.quantities if truth is not None else []
        self._wanted = [q for q in quantities if q.kind == "adjoint" and q.of in wanted]
        self.tried = 0

    def repairs(self) -> Iterator[Repair]:
        """Changes that work, the most convincing first.

        Where a value is not what its name says, and all is well once it is, the mistake lies in that line or
        before it; a small change there says more than that the line is wrong.
        """
        small = (
            self._rewrite,
            self._rename,
            self._negate,
            self._replace_slopes,
            self._replace_roots,
            self._solve,
        )
        parts = (self._replace_parts, self._scale)
        groups = self.suspicion.groups
        first = self._first_false()
        if first is not None:
            latest = self.suspicion.since(first.place)
            before = [[p for p in g if self.suspicion.since(p) <= latest] for g in groups[:3:2]]
            yield from self._tried(before, small)
            own = [p for g in before for p in g if p.statement is first.place.statement]
            yield from self._tried([own], parts)
            yield first
        yield from self._tried(groups, small)
        yield from self._tried(groups, (*parts, self._replace_own))

    def _tried(self, groups: list[list[Place]], attempts: Attempts) -> Iterator[Repair]:
        for places in groups:
            for attempt in attempts:
                for place in places:
                    yield from attempt(place)
                    if self.tried > self.most:
                        return

    def _first_false(self) -> Repair | None:
        """The earliest value that is not what its name says and mends everything once it is."""
        for place, own in self.suspicion.false_by_name():
            for splice in own:
                if self.spliced(splice):
                    return Repair(place, "value", None, splice)
        return None

    def works(self, attempt: Callable[[], Any]) -> bool:
        self.tried += 1
        if self.tried > self.most:
            return False
        try:
            outcome = attempt()
            with limited(_COMPARING):  # a result may hold itself, again and again
                return self.point.agrees(outcome)
        except Exception:  # a change of ours may break the user's code in any way
            return False

    def _edited(self, edit: Edit) -> bool:
        place = edit.place
        place.put(ast.fix_missing_locations(ast.copy_location(edit.node, place.node)))
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
        """The whole value of a line; not what its name asks for, since that mends what was wrong before."""
        kinds: tuple[str, ...] = ("adjoint", "slope", "value")
        if place.is_root and isinstance(place.statement, ast.AugAssign):
            kinds = (*kinds, "step")  # what one use of a value adds
        if place.is_root:
            yield from self._replace(place, kinds, without=self._own(place))

    def _replace_own(self, place: Place) -> Iterator[Repair]:
        if place.is_root and self.truth is not None:
            for splice in splices(place, self.truth, ("adjoint", "slope", "value"), self._own(place)):
                if self.spliced(splice):
                    yield Repair(place, "value", None, splice)

    def _own(self, place: Place) -> list[Quantity]:
        named = by_name(place, self.truth) if self.truth is not None else []
        return named + [q for q in self._wanted if q not in named]

    def _rename(self, place: Place) -> Iterator[Repair]:
        for edit in any_names(place, self.watch):
            if self._edited(edit):
                yield Repair(place, edit.cause, edit.node, None, edit.detail)

    def _solve(self, place: Place) -> Iterator[Repair]:
        """Numbers for a value without a name, worked out from the gradients."""
        if not place.is_root or self.truth is None or not place.arrays or self._own_name(place):
            return
        if isinstance(place.statement, ast.Return) or isinstance(place.values[0], int):
            return
        arrays = solved(place, lambda numbers: self._residuals(place, put(numbers)))
        if arrays is not None:
            splice = Splice(place, arrays, Quantity("solved", called(place), arrays[0]))
            if self.spliced(splice):
                yield Repair(place, "value", None, splice)

    def _own_name(self, place: Place) -> bool:
        return self.truth is not None and bool(by_name(place, self.truth))

    def _residuals(self, place: Place, change: Callable[[Any, int], Any]) -> list[float] | None:
        try:
            return self.point.residuals(self.watch.replaced(place, change, self.run))
        except Exception:  # other numbers may break the user's code in any way
            return None

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
            yield from self._replace(place, ("adjoint", "slope", "value", "step"))

    def _replace(
        self, place: Place, kinds: tuple[str, ...], without: Sequence[Quantity] = ()
    ) -> Iterator[Repair]:
        for edit in insertions(place, self.watch):
            if self._edited(edit):
                yield Repair(place, edit.cause, edit.node, None, edit.detail)
        if self.truth is None:
            return
        for splice in splices(place, self.truth, kinds):
            if splice.quantity in without:
                continue
            for tried in (splice, *self._scaled(splice)):
                if self.spliced(tried):
                    yield Repair(place, "value", None, tried)

    def _scaled(self, splice: Splice) -> Iterator[Splice]:
        """The same times a constant that lines before it carry along, for a later one to take out."""
        if splice.place.is_root and splice.quantity.kind == "adjoint":
            for c in self.suspicion.scales:
                arrays = tuple(Array(a.shape, [c * x for x in a.data]) for a in splice.arrays)
                yield Splice(splice.place, arrays, splice.quantity)

    def _scale(self, place: Place) -> Iterator[Repair]:
        sizes = {s for p in self.watch.places for a in p.arrays[:1] for s in a.shape if s > 1}
        for edit in factors(place, sorted(sizes)):
            if self._edited(edit):
                yield Repair(place, edit.cause, edit.node, None, edit.detail)

    def first_unknown(self) -> Place | None:
        """The first suspicious line that is not the gradient its name says, or gives nothing known."""
        for group in self.suspicion.groups:
            roots = [p for p in group if p.is_root and p.arrays and not self.suspicion.begins(p)]
            unknown: Place | None = None
            for place in roots:
                if not any(isinstance(v, float) for a in place.arrays for v in a.data):
                    continue
                if self.truth is None or means(called(place), self.truth):
                    return place
                known = recognised(place, self.truth, ("adjoint", "value", "slope", "step"))
                unknown = place if unknown is None and not known else unknown
            named = next((p for p in roots if called(p)), None)
            if unknown is not None or named is not None:
                return unknown or named
        returns = [p for p in self.suspicion.ran if isinstance(p.statement, ast.Return)]
        return returns[-1] if returns else None

    def first_not_finite(self) -> Place | None:
        """The first value that is nan or infinite, while none was before it."""
        broken = [
            p for p in self.watch.places if any(not math.isfinite(x) for a in p.arrays[:1] for x in a.data)
        ]
        return min(broken, key=lambda p: p.first, default=None)
