"""`check`: is somebody's backward pass right, and if not, which line is wrong, and how?"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import math
import random
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from backsight.checking.calling import Outcome, Pair, Path, at, is_array, is_number_like
from backsight.checking.diagnosis import Repair, Search
from backsight.checking.matching import Match, match, true_gradient
from backsight.checking.numbers import TOLERANCE, difference, numeric, same
from backsight.checking.recognise import table
from backsight.checking.truth import Differences, Truth, true_at
from backsight.checking.verdict import Compared, Verdict
from backsight.checking.watching import Place, Watch, called_codes, is_users, limited
from backsight.checking.words import described
from backsight.errors import BacksightError, CheckCallError
from backsight.ir.evaluate import Array

Swap = Mapping[Path, Any]
_FAR = 0.7


class Point:
    """One set of parameters: what is true there, and how an outcome compares with it."""

    def __init__(self, pair: Pair, matches: list[Match], swap: Swap, tolerance: float) -> None:
        self.pair, self.matches, self.swap, self.tolerance = pair, matches, swap, tolerance
        with quietly():
            self.truth = true_at(pair, swap)
        if self.truth.by_differences:
            self.tolerance = max(tolerance, 1e-5)
        self.true = {m: true_gradient(m, pair, self.truth.gradients) for m in matches}

    def run(self) -> Outcome:
        """Both passes, from scratch."""
        with quietly():
            return self.pair.run(self.swap)

    def agrees(self, outcome: Outcome) -> bool:
        return all(self._agrees(m, outcome) for m in self.matches)

    @property
    def is_finite(self) -> bool:
        """Whether there are true gradients to compare with."""
        return all(math.isfinite(x) for a in self.true.values() for x in a.data)

    def wrong(self) -> set[int]:
        """Which gradients are wrong, by number."""
        outcome = self.run()
        self._given = [m.read(outcome) for m in self.matches]
        return {i for i, m in enumerate(self.matches) if not self._agrees(m, outcome)}

    def wanted(self) -> set[str]:
        """The parameters whose gradients are wrong, by the names that the forward pass has for them."""
        return {self.truth.names.get(self.matches[i].parameter, "") for i in self.wrong()}

    def changed(self, outcome: Outcome) -> set[int]:
        """Which gradients are not what the backward pass gives as it stands."""
        now = [m.read(outcome) for m in self.matches]
        pairs = enumerate(zip(now, self._given, strict=True))
        return {i for i, (a, b) in pairs if (not same(a, b, 1e-12) if a and b else a is not b)}

    def residuals(self, outcome: Outcome) -> list[float] | None:
        """How far each number of each gradient is from the true one; None where shapes differ."""
        found: list[float] = []
        for m in self.matches:
            given, true = m.read(outcome), self.true[m]
            if given is None or given.shape != true.shape:
                return None
            found += [a - b for a, b in zip(given.data, true.data, strict=True)]
        return found

    def _agrees(self, m: Match, outcome: Outcome) -> bool:
        given = m.read(outcome)
        return given is not None and same(given, self.true[m], self.tolerance)

    def compared(self, outcome: Outcome) -> tuple[Compared, ...]:
        rows = []
        for m in self.matches:
            given = m.read(outcome)
            gap = difference(given, self.true[m]) if given is not None else float("inf")
            rows.append(Compared(m.name, self._agrees(m, outcome), given, self.true[m], gap))
        return tuple(rows)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """What the user's code prints or warns of in repeated runs is not shown."""
    numpy = sys.modules.get("numpy")
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if numpy is not None:
            stack.enter_context(numpy.errstate(all="ignore"))
        yield


def nudged(pair: Pair, matches: list[Match], seed: int, width: float = 0.2) -> dict[Path, Any]:
    """Parameters near the given ones, with no two numbers equal and none 0; signs stay.

    Args:
        width: how far, relative to each number; below 1.
    """
    draw = random.Random(seed)
    swap: dict[Path, Any] = {}
    moved = [m.parameter for m in matches]
    for part in pair.parts():
        if not is_number_like(part.value) or not any(part.path[: len(p)] == p for p in moved):
            continue
        array = numeric(part.value)
        assert array is not None
        scale = max((abs(x) for x in array.data), default=0.0) or 1.0
        data = [
            x * draw.uniform(1 - width, 1 + width) if x else scale * draw.uniform(-0.3, 0.3)
            for x in array.data
        ]
        swap[part.path] = _refilled(part.value, data)
    return swap


def _refilled(value: Any, data: list[float]) -> Any:
    if not is_array(value):
        return data[0]
    if isinstance(value, Array):  # backsight.numpy's, where NumPy is missing
        return type(value.copy())(value.shape, data) if hasattr(value, "copy") else replace(value, data=data)
    copy = value.copy()
    copy.flat = data
    return copy


def check(
    forward: Callable[..., Any], backward: Callable[..., Any], /, *args: Any, tolerance: float | None = None
) -> Verdict:
    """Check a backward pass that somebody wrote against the forward pass it belongs to.

    Both are called as they are: `forward(*args)` gives the cost, or `(cost, cache)`; `backward` gets the
    arguments of the same names, or the cache. They may be methods of one object. The gradients are what
    `backward` returns (a dict, a tuple, a list, an array) or leaves beside the parameters: `dW1` beside `W1`.

    Every gradient is compared with the one that backsight derives from `forward`, at the arguments and at
    three points near them. Only if one disagrees is a line accused.

    Args:
        tolerance: the largest difference allowed, relative to the largest entry; 1e-6, or 1e-3 for float32.

    Returns:
        A verdict: true if all is right, else with the line, the cause and what it should have been.

    Raises:
        CheckCallError: the functions cannot be called this way, or gradients match no parameters.
        DifferentiationError: the cost does not depend on floating-point arguments.

    >>> import backsight as bs
    >>> def forward(w, x):
    ...     return (w * x - 1) ** 2
    >>> def backward(w, x):
    ...     dw = 2 * (w * x - 1)
    ...     return {"dw": dw}
    >>> verdict = bs.check(forward, backward, 0.5, 3.0)
    >>> print(verdict.cause, "|", verdict.text, "|", verdict.remedy)
    factor | dw = 2 * (w * x - 1) | write: dw = 2 * (w * x - 1) * x
    """
    pair = Pair(forward, backward, args)
    try:
        with quietly():
            given = pair.run({})
    except CheckCallError:
        raise
    except Exception as error:
        return _raised(pair, error)
    matches = match(pair, backward, given)
    allowed = tolerance if tolerance is not None else _precision(matches, given)
    points = [Point(pair, matches, swap, allowed) for swap in _swaps(pair, matches)]
    usable = [p for p in points if p.is_finite]
    if not usable:
        raise CheckCallError(
            "the gradient of the cost is not finite at these arguments, nor near them",
            remedy="check at other arguments: where the cost is finite and smooth",
        )
    outcomes = {p: p.run() for p in points}
    _refuse_chance(matches, given, outcomes[points[0]])
    wrong = [p for p in usable if not p.agrees(outcomes[p])]
    here = usable[0].compared(outcomes[usable[0]])
    remarks = _remarks(points, usable)
    if not wrong:
        return Verdict(True, here, remarks=remarks)
    if wrong == [points[0]] and len(usable) > 1 and all(g.given and _finite(g.given) for g in here):
        kink = (
            "At exactly these arguments gradients differ, but not beside them: a kink, where either is right."
        )
        return Verdict(True, points[1].compared(outcomes[points[1]]), remarks=(*remarks, kink))
    shown = here if usable[0] in wrong else wrong[-1].compared(outcomes[wrong[-1]])
    return _accused(pair, wrong[-1], shown, remarks)


def _refuse_chance(matches: list[Match], once: Outcome, again: Outcome) -> None:
    for m in matches:
        a, b = m.read(once), m.read(again)
        if a is not None and b is not None and not same(a, b, 1e-12) and _finite(a) and _finite(b):
            raise CheckCallError(
                f"two runs give two gradients by {m.name}: something in them is drawn at random",
                remedy="pass what is drawn (a dropout mask, say) as an argument, or seed it within forward",
            )


def _swaps(pair: Pair, matches: list[Match]) -> list[Swap]:
    """The arguments as they are, and points near them, the first far enough to cross thresholds."""
    return [{}, nudged(pair, matches, 3, _FAR), nudged(pair, matches, 1), nudged(pair, matches, 2)]


def _precision(matches: list[Match], outcome: Outcome) -> float:
    root = {"result": outcome.result, "bundle": outcome.bundle}
    single = any(str(getattr(at(root, m.gradient), "dtype", "")) == "float32" for m in matches)
    return 1e-3 if single else TOLERANCE


def _finite(array: Array) -> bool:
    return all(math.isfinite(x) for x in array.data)


def _remarks(points: list[Point], usable: list[Point]) -> tuple[str, ...]:
    if points[0] not in usable:
        return ("At exactly these arguments the true gradient is not finite; it was compared beside them.",)
    if points[0].truth.by_differences:
        return (
            f"The forward pass could not be traced ({points[0].truth.by_differences}), so the gradients were "
            "compared with finite differences, and what lies between them was not.",
        )
    return ()


def _accused(pair: Pair, point: Point, shown: tuple[Compared, ...], remarks: tuple[str, ...]) -> Verdict:
    """Name the line."""
    search = _search(pair, point)
    with quietly():
        repair = next(search.repairs(), None)
        known = tuple(table(search.watch, search.truth)) if search.truth is not None else ()
        start = Verdict(False, shown, known, remarks=remarks)
        if repair is not None:
            return _repaired(start, repair, search)
        place = search.first_unknown()
    broken = search.first_not_finite()
    if broken is not None:
        says = f"{ast.unparse(broken.node)} is not finite here, which the gradients are."
        return _placed(replace(start, cause="not finite", says=says), broken)
    if place is None:
        return replace(start, cause="unknown", says="The gradients are wrong, but no line could be named.")
    empty = [row.name for row in shown if row.given is None]
    if empty:
        says = f"What should be the gradient by {empty[0]} holds no numbers, or is not there."
        return _placed(replace(start, cause="missing", says=says), place)
    says = "No single change makes all gradients right; this is the first value that is nothing known."
    return _placed(replace(start, cause="unknown", says=says), place)


def _repaired(start: Verdict, repair: Repair, search: Search) -> Verdict:
    """The verdict from a change that works."""
    cause, says, remedy, quantity = described(repair, search)
    tried = "With this change"
    if repair.written is None and repair.splice is not None:
        tried = f"With {repair.splice.quantity.says} in its place"
    evidence = (*start.evidence, f"{tried} every gradient agrees.")
    verdict = replace(start, cause=cause, says=f"{says}.", remedy=remedy, evidence=evidence)
    verdict = _placed(verdict, repair.place)
    if quantity is None or quantity.kind != "adjoint" or search.truth is None:
        return verdict
    after, before, origin = search.truth.edge(quantity.of)
    return replace(verdict, edge=(after, before), forward_line=origin.line if origin else 0)


def _placed(verdict: Verdict, place: Place) -> Verdict:
    line = place.statement.lineno
    text = linecache.getline(place.source.file, line).strip()
    return replace(verdict, file=place.source.file, line=line, text=text)


class Unmatched:
    """Judges the outcomes of a backward pass that raises, once a change lets it finish."""

    def __init__(self, pair: Pair, truth: Truth | Differences) -> None:
        self.pair, self.truth = pair, truth
        self.matches: list[Match] = []

    def agrees(self, outcome: Outcome) -> bool:
        found = match(self.pair, self.pair.backward, outcome)
        true = [true_gradient(m, self.pair, self.truth.gradients) for m in found]
        given = [m.read(outcome) for m in found]
        return all(g is not None and same(g, t) for g, t in zip(given, true, strict=True))

    def wrong(self) -> set[int]:
        return set()

    def wanted(self) -> set[str]:
        return set()

    def changed(self, outcome: Outcome) -> set[int]:
        return set()

    def residuals(self, outcome: Outcome) -> list[float] | None:
        return None


def _raised(pair: Pair, error: Exception) -> Verdict:
    """The user's own exception with its line; or an earlier line, where a change there mends all."""
    with quietly():
        pair.run_forward(pair.copied({}))  # the forward pass's own exceptions are raised as they are
    frames = [f for f in traceback.extract_tb(error.__traceback__) if is_users(f.filename)]
    where = frames[-1] if frames else traceback.FrameSummary("", 0, "")
    words = error.message if isinstance(error, BacksightError) else error
    raised = f"{type(error).__name__}: {words}"
    start = Verdict(
        False,
        cause="raised",
        says=f"backward raises {raised}.",
        file=where.filename,
        line=where.lineno or 0,
        text=where.line or "",
        raised=raised,
        evidence=(f"As it stands, line {where.lineno} raises {raised}.",),
    )
    with quietly():
        truth = true_at(pair, {})
        shared, _ = called_codes(lambda: pair.run_forward(pair.copied({})))
        watch = Watch(lambda: _ended(pair), shared, _entry(pair))
        watch.recorded(lambda: _ended(pair))
        known = truth if isinstance(truth, Truth) else None
        search = Search(watch, known, _limited(pair, {}, watch), Unmatched(pair, truth), most=120)
        repair = next(search.repairs(), None)
        return _repaired(start, repair, search) if repair is not None else replace(start, evidence=())


def _ended(pair: Pair) -> None:
    """Both passes as far as they go."""
    with contextlib.suppress(Exception):
        pair.run({})


def _search(pair: Pair, point: Point) -> Search:
    with quietly():
        shared, _ = called_codes(lambda: pair.run_forward(pair.copied(point.swap)))
        watch = Watch(point.run, shared, _entry(pair))
        watch.recorded(point.run)
    truth = point.truth if isinstance(point.truth, Truth) else None
    return Search(watch, truth, _limited(pair, point.swap, watch), point)


def _entry(pair: Pair) -> str:
    return str(getattr(pair.backward, "__qualname__", ""))


def _limited(pair: Pair, swap: Swap, watch: Watch) -> Callable[[], Outcome]:
    """Both passes; a changed backward pass that may never end is ended."""
    return lambda: pair.run(swap, partial(limited, watch.most_calls))
