"""Which statements of a backward pass may be wrong, the most suspicious first.

- A value that is what its name says is right: the gradient by z for `dz`, the slope of a by z for `da_dz`,
  the forward pass's own z for `z`. Where a name says nothing, a value is right that is a gradient, possibly
  times a constant that a later line takes out, or that the forward pass has too.
- A statement whose value can change while a wrong gradient does not is not to blame.
- What a name begins with (zeros, an empty list) is judged by what it becomes.
- A return that only passes names on is suspected late; what a layer's returns is judged as a value.

Places are ordered by when they were first not right, in a loop too; not by where they stand.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from backsight.checking.numbers import largest, like, numeric, same
from backsight.checking.recognise import (
    by_name,
    called,
    false_from,
    is_right,
    is_right_sum,
    is_true,
    scale_of,
)
from backsight.checking.repairs import Splice, splices
from backsight.checking.truth import Truth
from backsight.checking.watching import Place, Watch


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

    def residuals(self, outcome: Any) -> list[float] | None:
        """How far each number of each gradient is from the true one; None where shapes differ."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a statement: whether its value is right, and when it first was not."""

    right: bool
    since: int


class Suspicion:
    """Orders the places of a recorded backward pass.

    Args:
        watch: the backward pass, recorded at one point.
        truth: what is true there; None if the forward pass cannot be traced.
        run: both passes, from scratch.
        point: compares the gradients of an outcome with the true ones.
    """

    def __init__(self, watch: Watch, truth: Truth | None, run: Callable[[], Any], point: Judge) -> None:
        self.watch, self.truth, self.run, self.point = watch, truth, run, point
        self.wrong = point.wrong()
        starts: dict[int, int] = {}
        for p in watch.places:
            if p.first > 0 or p.held is not None:
                starts.setdefault(id(p.statement), max(p.first, 0))
            if p.first > 0:
                starts[id(p.statement)] = min(starts[id(p.statement)] or p.first, p.first)
        self.ran = [p for p in watch.places if id(p.statement) in starts]
        self._roots: dict[int, list[Place]] = {}
        for p in self.ran:
            if p.is_root:
                self._roots.setdefault(id(p.statement), []).append(p)
        self._filled = {(p.function, called(p)) for p in self.ran if p.is_root and _adds(p.statement)}
        self._filled |= {(p.function, p.node.id) for p in self.ran if _is_appended_to(p)}  # type: ignore[attr-defined]
        self.standing = {
            id(p.statement): self._judged(p.statement, starts[id(p.statement)]) for p in self.ran
        }
        self.ran.sort(key=lambda p: (self.since(p), p.number))
        self.groups = self._grouped()
        self.scales = self._scales()

    def _scales(self) -> list[float]:
        """The constants by which right values differ from gradients: later ones may carry the same."""
        right = [p for p in self.ran if p.is_root and p.arrays and self.standing[id(p.statement)].right]
        found = [scale_of(p.arrays, self.truth) for p in right] if self.truth is not None else []
        return list(dict.fromkeys(float(f"{c:.9g}") for c in found if c is not None))[:_MOST_SCALES]

    def since(self, place: Place) -> int:
        """When the statement of a place was first not right, or first ran."""
        return self.standing[id(place.statement)].since

    def _grouped(self) -> list[list[Place]]:
        """Places in groups: suspicious; what only passes on; what would change other gradients too; what is
        right."""
        groups: list[list[Place]] = [[], [], [], []]
        spread = self._spread()
        for p in self.ran:
            moved = spread.get(id(p.statement))
            if moved is not None and not moved >= self.wrong:
                continue
            if self.standing[id(p.statement)].right and not self._counts(p.statement):
                groups[3].append(p)
            elif self._passes_on(p.statement):
                groups[1].append(p)
            else:
                groups[0 if moved is None or moved == self.wrong else 2].append(p)
        return groups

    def false_by_name(self) -> list[tuple[Place, list[Splice]]]:
        """Values that are not what their names say, each with what they should be; the earliest first."""
        if self.truth is None:
            return []
        found = []
        for p in sorted(self.ran, key=lambda p: (self.since(p), p.number)):
            known = self.standing[id(p.statement)].right or self.begins(p)
            if p.is_root and called(p) and p.arrays and not known:
                named = by_name(p, self.truth)
                own = [s for s in splices(p, self.truth, ("adjoint", "value", "slope"), named)
                       if s.quantity in named] if named else []  # fmt: skip
                if own:
                    found.append((p, own))
        return found

    def _judged(self, statement: ast.stmt, start: int) -> Standing:
        roots = [p for p in self._roots.get(id(statement), []) if p.arrays]
        if self.truth is None or not roots:
            return Standing(False, start)
        if isinstance(statement, ast.AugAssign):
            total = self.watch.names(roots[0]).get(called(roots[0]))
            right = total is not None and is_right_sum(
                roots[0], total, self.truth, called(roots[0]) not in self._returned_bare()
            )
            return Standing(right, start)
        if isinstance(statement, ast.Return) and roots[0].function != self.watch.entry:
            return Standing(len(roots) == 1 and is_true(roots[0], self.truth), start)
        if not isinstance(statement, ast.Assign):
            return Standing(False, start)
        if all(self.begins(p) and self._is_empty(p) for p in roots):
            return Standing(True, start)
        truth, names = self.truth, self._returned_bare()
        supplied = called(roots[0]) not in names
        if all(is_right(p, truth, supplied) for p in roots) and not self._idle(statement):
            return Standing(True, start)
        since = [false_from(p, truth) for p in roots]
        return Standing(False, max(start, min(since)))

    def begins(self, place: Place) -> bool:
        """Whether a value is only what a name begins with: other lines add to it or fill it."""
        return isinstance(place.statement, ast.Assign) and (place.function, called(place)) in self._filled

    def _is_empty(self, place: Place) -> bool:
        """Whether a value is zeros, in the shape of what its name speaks of."""
        own = by_name(place, self.truth) if self.truth is not None else []
        shapes = {q.array.shape for q in own}
        return all(not any(a.data) and a.shape in shapes for a in place.arrays)

    def _returned_bare(self) -> set[str]:
        """Names that are returned as they are: no later line supplies a factor."""
        return {
            p.node.id
            for p in self.ran
            if isinstance(p.statement, ast.Return) and self._passes_on(p.statement)
            and p.is_root and isinstance(p.node, ast.Name)
        }  # fmt: skip

    def _passes_on(self, statement: ast.stmt) -> bool:
        """Whether a statement only returns what others made."""
        roots = [p for p in self._roots.get(id(statement), []) if not isinstance(p.node, ast.Tuple)]
        return isinstance(statement, ast.Return) and all(isinstance(p.node, ast.Name) for p in roots)

    def _counts(self, statement: ast.stmt) -> bool:
        roots = self._roots.get(id(statement), [])
        return all(isinstance(v, int) for p in roots for v in p.values)

    def _idle(self, statement: ast.stmt) -> bool:
        """Whether an assignment leaves a value as it was: `d = d`, `d = d * 1`, `dq = do`."""
        roots = self._roots.get(id(statement), [])
        if len(roots) != 1 or not isinstance(statement, ast.Assign) or not roots[0].arrays:
            return False
        root, names = roots[0], [called(roots[0])]
        if isinstance(root.node, ast.Name):
            return True
        return any(
            isinstance(p.node, ast.Name) and p.node.id in names and len(p.arrays) == len(root.arrays)
            and all(same(a, b, 0) for a, b in zip(p.arrays, root.arrays, strict=True))
            for p in self.watch.inside(root)
        )  # fmt: skip

    def _spread(self) -> dict[int, set[int]]:
        """Which gradients change when what a statement gives is changed; nothing if that cannot be said."""
        found: dict[int, set[int]] = {}
        for place in self.ran:
            if not _is_top(place, self.ran) or isinstance(place.statement, _HEADS):
                continue
            if place.arrays:
                found[id(place.statement)] = found.get(id(place.statement), set()) | self._moved_by(place)
        unsure = {id(p.statement) for p in self.ran if p.is_root and isinstance(p.held, list | dict)}
        return {key: moved for key, moved in found.items() if key not in unsure}

    def _moved_by(self, place: Place) -> set[int]:
        moved = self._moved(place, _disturbed)
        if not moved and isinstance(place.values[0], int):
            moved = self._moved(place, lambda value, _: 1 - value if isinstance(value, int) else value)
        return moved

    def _moved(self, place: Place, change: Callable[[Any, int], Any]) -> set[int]:
        try:
            return self.point.changed(self.watch.replaced(place, change, self.run))
        except Exception:  # the user's code cannot go on with such a value: it matters to everything
            return set(range(len(self.point.matches)))


_MOST_SCALES = 2
_HEADS = (ast.For, ast.While)


def _adds(statement: ast.stmt) -> bool:
    """Whether a statement changes what a name holds: `dW += …`, `dW[i] = …`."""
    match statement:
        case ast.AugAssign() | ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=int()))]):
            return True
        case ast.Assign(targets=[ast.Subscript(slice=slice)]):
            return not isinstance(slice, ast.Constant)
    return False


def _is_appended_to(place: Place) -> bool:
    """Whether an expression is the list of `zs.append(z)`."""
    appends = isinstance(place.owner, ast.Attribute) and place.owner.attr in ("append", "extend", "insert")
    return appends and isinstance(place.node, ast.Name)


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
    scale = largest(array.data)
    scale = scale if scale > 1e-9 else 1.0  # rounding alone is no scale
    data = [-1.3 * x + scale * (0.37 + 0.11 * (i % 7)) for i, x in enumerate(array.data)]
    return like(value, array.shape, data)
