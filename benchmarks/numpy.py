"""The compiled gradient, as people call it, beside hand-written NumPy and peers: python -m benchmarks.numpy

One process, one thread, double precision. Contenders take turns: in every round each runs for about as
long, in another order. Reported are the median time; the median over rounds of its ratio to the hand-
written code in the same round, so that whatever else the machine does falls on all alike; and the ratio of
the fastest tenths. First all must agree on the gradient. The claim: the median ratio of backsight is at
most 1.1 on each of the functions in benchmarks/models.py. Peers that are not installed are left out.
"""

from __future__ import annotations

from benchmarks import one_thread  # noqa: F401  isort: skip (before NumPy counts the processors)

import argparse
import importlib
import json
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np

import backsight
from benchmarks.models import Answer, Case, cases

CLAIM = 1.1
RESULTS = Path(__file__).parent / "results" / "numpy.json"
# Contenders -------------------------------------------------------------------------------------------------


def contenders(case: Case) -> dict[str, Callable[[], Answer]]:
    """Each computes the cost and the gradient by the parameters."""
    places = tuple(range(case.parameters))
    ours = backsight.value_and_grad(case.write(np), places)
    compiled = backsight.compile(ours.program(*case.arguments))  # type: ignore[attr-defined]
    found: dict[str, Callable[[], Answer]] = {
        "hand-written NumPy": lambda: case.by_hand(*case.arguments),
        "backsight value_and_grad": lambda: ours(*case.arguments),
        "backsight compile(program)": lambda: _split(compiled(*case.arguments)),
    }
    for name, make in {"jax.jit": _jax, "HIPS autograd": _autograd, "PyTorch eager": _torch}.items():
        try:
            found[name] = make(case, places)
        except ImportError:
            print(f"  {name} is not installed: left out")
    return found


def _split(results: Sequence[Any]) -> Answer:
    return results[0], results[1:]


def _jax(case: Case, places: tuple[int, ...]) -> Callable[[], Answer]:
    jax = importlib.import_module("jax")
    step = jax.jit(jax.value_and_grad(case.write(jax.numpy), places))
    arguments = [jax.numpy.asarray(a) for a in case.arguments]

    def run() -> Answer:
        answer: Answer = jax.block_until_ready(step(*arguments))
        return answer

    return run


def _autograd(case: Case, places: tuple[int, ...]) -> Callable[[], Answer]:
    autograd = importlib.import_module("autograd")
    library = importlib.import_module("autograd.numpy")
    step = autograd.value_and_grad(case.write(library), places)
    return lambda: step(*case.arguments)


def _torch(case: Case, places: tuple[int, ...]) -> Callable[[], Answer]:
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    parameters = [torch.tensor(a, requires_grad=True) for a in case.arguments[: case.parameters]]
    data = [torch.tensor(a) for a in case.arguments[case.parameters :]]

    def run() -> Answer:
        value = case.in_torch(torch, *parameters, *data)
        return value.detach(), torch.autograd.grad(value, parameters)

    return run


# Measuring --------------------------------------------------------------------------------------------------


def check(runs: dict[str, Callable[[], Answer]]) -> None:
    """Raises: SystemExit if two contenders disagree: a fast wrong gradient is no contender."""
    value, slopes = next(iter(runs.values()))()
    for name, run in runs.items():
        theirs, gradients = run()
        for a, b in zip([value, *slopes], [theirs, *gradients], strict=True):
            if not np.allclose(np.asarray(a), np.asarray(b), rtol=1e-9, atol=1e-12):
                raise SystemExit(f"{name} computes another gradient")


def measure(
    runs: dict[str, Callable[[], Answer]], rounds: int, slice_seconds: float
) -> dict[str, list[float]]:
    """Seconds per call, for every round."""
    for run in runs.values():
        run()
    counts = {name: max(1, int(slice_seconds / _once(run))) for name, run in runs.items()}
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            run, count = runs[name], counts[name]
            start = time.perf_counter()
            for _ in range(count):
                run()
            seconds[name].append((time.perf_counter() - start) / count)
    return seconds


def _once(run: Callable[[], Answer]) -> float:
    times = []
    for _ in range(10):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def summary(seconds: dict[str, list[float]]) -> list[dict[str, Any]]:
    first = next(iter(seconds.values()))
    return [
        {
            "name": name,
            "microseconds": round(median(times) * 1e6, 2),
            "ratio": round(median(t / h for t, h in zip(times, first, strict=True)), 3),
            "undisturbed": round(quantiles(times, n=10)[0] / quantiles(first, n=10)[0], 3),
        }
        for name, times in seconds.items()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.numpy", description=__doc__)
    parser.add_argument("--rounds", type=int, default=120)
    options = parser.parse_args()
    report: list[dict[str, Any]] = []
    held = True
    for case in cases():
        print(f"{case.name:<30}{'median':>13}{'ratio':>8}{'undisturbed':>13}")
        runs = contenders(case)
        check(runs)
        rows = summary(measure(runs, options.rounds, 0.02))
        for row in rows:
            claimed = row["name"].startswith("backsight")
            held = held and (not claimed or row["ratio"] <= CLAIM)
            mark = f"  (at most {CLAIM})" if claimed else ""
            figures = f"{row['microseconds']:>10.1f} µs{row['ratio']:>8.2f}{row['undisturbed']:>13.2f}"
            print(f"  {row['name']:<28}{figures}{mark}")
        report.append({"net": case.name, "target": CLAIM, "contenders": rows})
    RESULTS.parent.mkdir(exist_ok=True)
    versions = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
    RESULTS.write_text(json.dumps({**versions, "results": report}, indent=2) + "\n")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
