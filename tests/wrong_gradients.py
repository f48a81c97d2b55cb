"""How well `check` finds mistakes it was not told about: every mutant of fifteen backward passes.

    python -m tests.wrong_gradients [--every K] [--start N] [--style NAME] [--verbose]

Whether a mutant is wrong at all is judged without `check`: it is equivalent if it gives the gradients of the
original at the example and at random points near it (where those are held against differences of the
forward pass). An equivalent mutant must not be accused. One that raises is counted apart. All others must be
found wrong, and on the line that was changed.
"""

from __future__ import annotations

import argparse
import contextlib
import linecache
import multiprocessing
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from backsight.checking.backward import check, nudged, quietly
from backsight.checking.calling import Pair, at
from backsight.checking.matching import Match, match
from tests.backward_styles import STYLES
from tests.mutations import Mutant, mutants

FUNCTIONS = {"backward", "Network.backward", "sigmoid_prime"} | {
    f"{c}.backward" for c in ("Linear", "LeakyReLU", "Tanh", "SquaredError")
}
HERE = Path(__file__).resolve().parent / "backward_styles"
SECONDS = 20
"""A mutant that takes longer counts as one that was not found."""
MEMORY = 3 * 2**30
RESULTS = ("found", "elsewhere", "missed", "error", "too slow", "equivalent", "accused", "raises here",
           "raises elsewhere")  # fmt: skip
WRONG = RESULTS[:5]


@dataclass
class Tally:
    """Counts, by style and by kind of mutation."""

    results: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, style: str, kind: str, result: str) -> None:
        self.results[style, kind, result] += 1

    def total(self, result: str, style: str = "", kind: str = "") -> int:
        return sum(
            n for (s, k, r), n in self.results.items() if r == result and style in ("", s) and kind in ("", k)
        )


def load(text: str, name: str) -> ModuleType:
    """A module from source, with its lines at hand for tracebacks and for `check`."""
    module = ModuleType(name)
    file = f"<{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module.__file__ = file
    sys.modules[name] = module
    exec(compile(text, file, "exec"), module.__dict__)
    return module


class TooSlow(BaseException):
    """The time for one mutant is up; not an Exception, which the code under test might swallow."""


@contextlib.contextmanager
def alarm(seconds: int) -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True)
class Known:
    """What the unchanged backward pass gives at several points: true, as differences say."""

    matches: list[Match]
    points: list[dict[Any, Any]]
    gradients: list[list[Any]]


def gradients(pair: Pair, matches: list[Match], swap: dict[Any, Any]) -> list[Any]:
    """The numbers of every gradient; what is missing is None."""
    import numpy as np

    with quietly():
        outcome = pair.run(swap)
    found = []
    for m in matches:
        try:
            value = at({"result": outcome.result, "bundle": outcome.bundle}, m.gradient)
            found.append(np.array(value, float))
        except (LookupError, AttributeError, TypeError, ValueError):
            found.append(None)
    return found


def alike(ours: list[Any], theirs: list[Any], tolerance: float) -> bool:
    import numpy as np

    return all(
        a is not None
        and b is not None
        and a.shape == b.shape
        and bool(np.all(np.abs(a - b) <= tolerance * max(1e-9, float(np.abs(b).max(initial=0.0)))))
        for a, b in zip(ours, theirs, strict=True)
    )


@cache
def known(style: str) -> Known:
    """The truth for a style: random points at which its own gradients agree with differences along a line."""
    module = load((HERE / f"{style}.py").read_text("utf-8"), f"right_{style}")
    pair = Pair(module.forward, module.backward, module.example)
    matches = match(pair, module.backward, pair.run({}))
    points = [{}, *(nudged(pair, matches, seed) for seed in (101, 102, 103, 104))]
    return Known(matches, points, [gradients(pair, matches, p) for p in points])


def steepness(style: str, seed: int) -> tuple[float, float]:
    """The change of the cost along a random direction: by central differences, and by the gradients."""
    import numpy as np

    module = load((HERE / f"{style}.py").read_text("utf-8"), f"right_{style}")
    pair, truth = Pair(module.forward, module.backward, module.example), known(style)
    draw, predicted = random.Random(seed), 0.0
    base = truth.points[1 + seed % 4]
    up, down = dict(base), dict(base)
    given = gradients(pair, truth.matches, base)
    for m, gradient in zip(truth.matches, given, strict=True):
        paths = [p for p in base if p[: len(m.parameter)] == m.parameter]
        flat = iter(np.ravel(gradient))
        for path in paths:
            direction = np.array([draw.gauss(0, 1) for _ in range(np.size(base[path]))])
            direction = direction.reshape(np.shape(base[path]))
            up[path], down[path] = base[path] + 1e-6 * direction, base[path] - 1e-6 * direction
            if not isinstance(base[path], np.ndarray):
                up[path], down[path] = float(up[path]), float(down[path])
            predicted += sum(next(flat) * d for d in np.ravel(direction))
    costs = [float(pair.run_forward(pair.copied(swap))[0]) for swap in (up, down)]
    return (costs[0] - costs[1]) / 2e-6, predicted


def judged(style: str, mutant: Mutant) -> tuple[str, Any]:
    """What check says of a mutant; see RESULTS."""
    truth = known(style)
    module = load(mutant.source, f"mutant_{style}")
    try:
        pair = Pair(module.forward, module.backward, module.example)
        given = [gradients(pair, truth.matches, truth.points[0])]
        raises = False
        with contextlib.suppress(Exception):
            given += [gradients(pair, truth.matches, p) for p in truth.points[1:]]
    except Exception:
        raises = True
    equivalent = (
        not raises
        and len(given) == len(truth.points)
        and all(alike(a, b, 1e-7) for a, b in zip(given, truth.gradients, strict=True))
    )
    verdict = check(module.forward, module.backward, *module.example)
    here = mutant.first <= verdict.line <= mutant.last
    if equivalent:
        return ("equivalent" if verdict.ok else "accused"), verdict
    if verdict.ok:
        return "missed", verdict
    if raises:
        return ("raises here" if here else "raises elsewhere"), verdict
    return ("found" if here else "elsewhere"), verdict


def outcome(job: tuple[str, Mutant]) -> tuple[str, Mutant, str, str, float]:
    """One mutant, within its time."""
    style, mutant = job
    begun, said = time.perf_counter(), ""
    try:
        with alarm(SECONDS):
            result, verdict = judged(style, mutant)
            said = f"{verdict.line} {verdict.cause}: {verdict.text}   ({verdict.remedy})"
    except TooSlow:
        result = "too slow"
    except Exception as error:
        result, said = "error", f"{type(error).__name__}: {error}"
    return style, mutant, result, said, time.perf_counter() - begun


def confined() -> None:
    """A mutated size may ask for all the memory there is."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def jobs(styles: Iterable[str], every: int, start: int = 0) -> list[tuple[str, Mutant]]:
    """Every K-th mutant of all styles, counted through."""
    found = []
    for style in styles:
        source = (HERE / f"{style}.py").read_text("utf-8")
        found += [(style, m) for m in mutants(source, FUNCTIONS)]
    return found[start::every]


def run(styles: list[str], every: int, verbose: bool, processes: int = 2, start: int = 0) -> Tally:
    tally = Tally()
    work = jobs(styles, every, start)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    random.Random(0).shuffle(work)  # so that a run that is stopped is a fair sample
    with multiprocessing.get_context("spawn").Pool(processes, confined, maxtasksperchild=100) as pool:
        for count, (style, mutant, result, said, took) in enumerate(pool.imap_unordered(outcome, work), 1):
            tally.add(style, mutant.kind, result)
            if verbose and (result not in ("found", "raises here", "equivalent") or took > 5):
                print(f"{result} ({took:.1f} s) {style} [{mutant.kind}] line {mutant.first}")
                print(f"    {mutant.was}   ⇒   {mutant.now}\n    {said}", flush=True)
            if verbose and count % 100 == 0:
                print(f"--- {count} of {len(work)}\n{table(tally)}", flush=True)
    return tally


def _share(tally: Tally, style: str = "", kind: str = "") -> str:
    wrong = sum(tally.total(r, style, kind) for r in WRONG)
    return f"{100 * tally.total('found', style, kind) / wrong:.1f}" if wrong else "–"


def table(tally: Tally) -> str:
    """By style and by kind, in Markdown."""
    rows = ["| | located % | " + " | ".join(RESULTS) + " |", "|---" * (len(RESULTS) + 2) + "|"]
    styles = [(s, "") for s in STYLES if any(k[0] == s for k in tally.results)]
    kinds = [("", k) for k in sorted({k[1] for k in tally.results})]
    for style, kind in [*styles, *kinds, ("", "")]:
        counts = " | ".join(str(tally.total(r, style, kind)) for r in RESULTS)
        rows.append(f"| {style or kind or '**all**'} | {_share(tally, style, kind)} | {counts} |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1, help="take every K-th mutant")
    parser.add_argument("--start", type=int, default=0, help="beginning with this one")
    parser.add_argument("--style", action="append", choices=STYLES)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    begun = time.perf_counter()
    tally = run(options.style or list(STYLES), options.every, options.verbose, start=options.start)
    print(table(tally))
    print(f"\n{sum(tally.results.values())} mutants in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
