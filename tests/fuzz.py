"""`make fuzz N=10000`: what `make test` checks on a few hundred random nets and programs, on thousands.

python -m tests.fuzz [--cases 200] [--nets 1000] [--programs 1000] [--seed S] [--processes P]
                     [--ops NAME …] [--start-at NAME]

Prints the seed, so that a failure can be met again, the time, and every failure made small; then the exit
status is 1. Operations and programs are checked in all processors; JAX looks at 300 of the programs.
The cases of an operation do not depend on the seed: the first 200 are the same ones every time.
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
from multiprocessing.pool import ThreadPool

import backsight.ops  # noqa: F401  (fills the registry)
import tests.conftest  # noqa: F401  (JAX in double precision)
from backsight.ir.op import REGISTRY
from tests.nets_agree import Verdict, compare
from tests.random_nets import random_net
from tests.random_programs import LINES, MODES, disagreements


def main() -> int:
    options = _options()
    print(f"seed {options.seed} (python -m tests.fuzz --seed {options.seed} repeats this run)", flush=True)
    problems = [
        *_operations(options),
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
    parser.add_argument("--ops", nargs="*", help="these operations alone")
    parser.add_argument("--start-at", default="", metavar="OP", help="go on from this operation")
    parser.add_argument("--nets", type=int, default=1000)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _operations(options: argparse.Namespace) -> list[str]:
    """The walk through the registry, with that many cases of every operation.

    Each in a process of its own: memory goes back, and a run that was cut short goes on where it was.
    """
    names = [name for name in options.ops or sorted(REGISTRY) if name >= options.start_at]
    if not options.cases or not names:
        return []
    start = time.perf_counter()
    problems = []
    with ThreadPool(options.processes) as pool:
        for name, (seconds, problem) in zip(
            names, pool.imap(partial(_operation, options.cases), names), strict=True
        ):
            print(f"  {name}: {'disagrees' if problem else 'agrees'} ({seconds:.0f} s)", flush=True)
            if problem:
                print(problem, flush=True)
            problems += [problem] if problem else []
    seconds = time.perf_counter() - start
    print(f"{options.cases} cases each of {len(names)} operations in {seconds:.0f} s", flush=True)
    return problems


def _operation(cases: int, name: str) -> tuple[float, str]:
    """How long it took, and what disagrees."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "tests/test_every_op.py"]
    environment = {**os.environ, "BACKSIGHT_CASES": str(cases), "BACKSIGHT_OPS": name}
    answer = subprocess.run(command, env=environment, capture_output=True, text=True)
    return time.perf_counter() - start, answer.stdout + answer.stderr if answer.returncode else ""


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
