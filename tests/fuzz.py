"""`make fuzz N=10000`: what `make test` checks on a few hundred random nets and programs, on thousands.

python -m tests.fuzz [--cases 200] [--nets 1000] [--programs 1000] [--seed S] [--processes P]

Prints the seed, so that a failure can be met again, the time, and every failure made small; then the exit
status is 1. Programs are checked in all processors; JAX looks at 300 of them.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import time
from functools import partial
from multiprocessing import get_context

import tests.conftest  # noqa: F401  (JAX in double precision)
from tests.nets_agree import Verdict, compare
from tests.random_nets import random_net
from tests.random_programs import LINES, MODES, disagreements


def main() -> int:
    options = _options()
    print(f"seed {options.seed} (python -m tests.fuzz --seed {options.seed} repeats this run)", flush=True)
    problems = [
        *_operations(options.cases),
        *_nets(options.seed, options.nets),
        *_programs(options.seed, options.programs, options.processes),
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(problems)} failures")
    return 1 if problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=200, help="of every operation")
    parser.add_argument("--nets", type=int, default=1000)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _operations(cases: int) -> list[str]:
    """The walk through the registry, with that many cases of every operation."""
    if not cases:
        return []
    start = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "tests/test_every_op.py"]
    answer = subprocess.run(
        command, env={**os.environ, "BACKSIGHT_CASES": str(cases)}, capture_output=True, text=True
    )
    print(f"{cases} cases of every operation in {time.perf_counter() - start:.0f} s", flush=True)
    return [answer.stdout] if answer.returncode else []


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


WITH_JAX = 300
CHUNK = 50


def _programs(seed: int, count: int, processes: int) -> list[str]:
    start = time.perf_counter()
    work = partial(disagreements, seed, jax_every=max(1, count // WITH_JAX), lines=LINES, modes=MODES)
    chunks = [range(i, min(i + CHUNK, count)) for i in range(0, count, CHUNK)]
    compared, failures = 0, []
    # Fresh processes: JAX does not survive a fork, and gives its memory back only at the end.
    with get_context("spawn").Pool(processes, maxtasksperchild=10) as pool:
        for number, (done, found) in enumerate(pool.imap(work, chunks), 1):
            compared, failures = compared + done, failures + found
            for problem in found:  # at once: a long run need not end to be useful
                print(problem, flush=True)
            if number % 10 == 0:
                print(f"  {number * CHUNK} programs, {len(failures)} failures", flush=True)
    seconds = time.perf_counter() - start
    print(f"{count} random programs in {seconds:.0f} s, {compared} of them compared to the end")
    return failures


if __name__ == "__main__":
    sys.exit(main())
