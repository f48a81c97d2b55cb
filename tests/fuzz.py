"""`make fuzz`: what `make test` checks on a few dozen random nets and programs, on a thousand.

python -m tests.fuzz [--nets 1000] [--programs 500] [--seed S]

Prints the seed, so that a failure can be met again, the time, and every failure; then the exit status is 1.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time

import tests.conftest  # noqa: F401  (JAX in double precision)
from tests.nets_agree import Verdict, compare
from tests.random_nets import random_net


def main() -> int:
    options = _options()
    print(f"seed {options.seed} (python -m tests.fuzz --seed {options.seed} repeats this run)", flush=True)
    problems = [*_nets(options.seed, options.nets), *_programs(options.seed, options.programs)]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(problems)} failures")
    return 1 if problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--nets", type=int, default=1000)
    parser.add_argument("--programs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    return parser.parse_args()


def _nets(seed: int, count: int) -> list[str]:
    verdict = compare((random_net(seed * 10**6 + number) for number in range(count)), report=_progress)
    _print(verdict)
    return verdict.failures


def _progress(verdict: Verdict) -> None:
    print(f"  {verdict.nets} nets, {len(verdict.failures)} failures", flush=True)


def _print(verdict: Verdict) -> None:
    print(
        f"{verdict.nets} random nets, {verdict.entries} parameters, "
        f"{verdict.differences} central differences in {verdict.seconds:.0f} s"
    )
    for who, error in verdict.worst.items():
        print(f"  worst of {who}: {error:.1e} of the largest entry")


def _programs(seed: int, count: int) -> list[str]:
    from tests.random_programs import disagreements

    start = time.perf_counter()
    failures = disagreements(seed, count)
    print(f"{count} random programs in {time.perf_counter() - start:.0f} s")
    return failures


if __name__ == "__main__":
    sys.exit(main())
