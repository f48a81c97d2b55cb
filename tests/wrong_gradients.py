"""How well `check` finds mistakes it was not told about: every mutant of fifteen backward passes.

    python -m tests.wrong_gradients [--every K] [--style NAME] [--verbose]

A mutant that gives the same gradients at every point is equivalent and must not be accused. One that raises
is counted apart. All others must be found wrong, and on the line that was changed.
"""

from __future__ import annotations

import argparse
import linecache
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from backsight.checking.backward import check
from tests.backward_styles import STYLES
from tests.mutations import Mutant, mutants

FUNCTIONS = {"backward", "Network.backward", "sigmoid_prime"} | {
    f"{c}.backward" for c in ("Linear", "LeakyReLU", "Tanh", "SquaredError")
}
_HERE = Path(__file__).resolve().parent / "backward_styles"


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


def judged(mutant: Mutant, module: ModuleType) -> tuple[str, Any]:
    """What check says of a mutant: found, elsewhere, not wrong, raises here, or raises elsewhere."""
    verdict = check(module.forward, module.backward, *module.example)
    here = mutant.first <= verdict.line <= mutant.last
    if verdict.ok:
        return "not wrong", verdict
    if verdict.raised:
        return ("raises here" if here else "raises elsewhere"), verdict
    return ("found" if here else "elsewhere"), verdict


def run(styles: list[str], every: int, verbose: bool) -> Tally:
    tally = Tally()
    for style in styles:
        source = (_HERE / f"{style}.py").read_text("utf-8")
        started, count = time.perf_counter(), 0
        for number, mutant in enumerate(mutants(source, FUNCTIONS)):
            if number % every:
                continue
            count += 1
            module = load(mutant.source, f"mutant_{style}")
            begun = time.perf_counter()
            try:
                result, verdict = judged(mutant, module)
            except Exception as error:
                result, verdict = f"error {type(error).__name__}", error
            tally.add(style, mutant.kind, result)
            took = time.perf_counter() - begun
            if verbose and (result not in ("found", "raises here", "not wrong") or took > 5):
                print(f"  {result} ({took:.1f} s) [{mutant.kind}] line {mutant.first}")
                print(f"    {mutant.was}   ⇒   {mutant.now}")
                print(f"    {getattr(verdict, 'line', '')} {getattr(verdict, 'cause', '')}: {verdict}"[:600])
        print(
            f"{style:24} {_row(tally, style)}   {count} in {time.perf_counter() - started:.0f} s", flush=True
        )
    return tally


def _row(tally: Tally, style: str = "", kind: str = "") -> str:
    found, elsewhere = tally.total("found", style, kind), tally.total("elsewhere", style, kind)
    share = f"{100 * found / (found + elsewhere):5.1f} %" if found + elsewhere else "     – "
    raised = tally.total("raises here", style, kind), tally.total("raises elsewhere", style, kind)
    same = tally.total("not wrong", style, kind)
    return (
        f"{share} {found:4} of {found + elsewhere:4} to the line; "
        f"raise: {raised[0]:3} here, {raised[1]:3} elsewhere; no change: {same:3}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1, help="take every K-th mutant")
    parser.add_argument("--style", action="append", choices=STYLES)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    tally = run(options.style or list(STYLES), options.every, options.verbose)
    print()
    for kind in sorted({k for _, k, _ in tally.results}):
        print(f"{kind:24} {_row(tally, '', kind)}")
    print(f"\n{'all':24} {_row(tally)}")
    print({r for _, _, r in tally.results if r.startswith("error")})


if __name__ == "__main__":
    main()
