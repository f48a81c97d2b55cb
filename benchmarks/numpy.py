"""The compiled gradient, as people call it, beside hand-written NumPy and peers: python -m benchmarks.numpy

One process, one thread, double precision. Contenders take turns: in every round each runs for about as
long, in another order. Reported are the median time; the median over rounds of its ratio to the hand-
written code in the same round, so that whatever else the machine does falls on all alike; and the ratio of
the fastest tenths. First all must agree on the gradient. The claim: the median ratio of backsight is at
most 1.1 on both nets. Peers that are not installed are left out.
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
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np

import backsight

CLAIM = 1.1
RESULTS = Path(__file__).parent / "results" / "numpy.json"
Answer = tuple[Any, Sequence[Any]]


@dataclass(frozen=True)
class Case:
    """A net to differentiate.

    Attributes:
        arguments: the parameters to differentiate by, then the data.
        by_hand: the cost and the gradient as one writes them oneself.
        write: the cost, written with that library's functions.
    """

    name: str
    arguments: tuple[np.ndarray, ...]
    by_hand: Callable[..., Answer]
    write: Callable[[Any], Callable[..., Any]]


# The small net ----------------------------------------------------------------------------------------------


def small_by_hand(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Answer:
    """2-3-2 with sigmoids and squared error."""
    n = X.shape[0]
    a1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
    y = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
    error = y - T
    cost = np.sum(error**2) / (2 * n)
    dz2 = error / n * (y * (1 - y))
    dW2 = a1.T @ dz2
    db2 = np.sum(dz2, axis=0)
    dz1 = dz2 @ W2.T * (a1 * (1 - a1))
    dW1 = X.T @ dz1
    db1 = np.sum(dz1, axis=0)
    return cost, (dW1, db1, dW2, db2)


def small(np: Any) -> Callable[..., Any]:
    def cost(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Any:
        n = X.shape[0]
        a1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
        y = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
        return np.sum((y - T) ** 2) / (2 * n)

    return cost


# The large net ----------------------------------------------------------------------------------------------


def large_by_hand(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Answer:
    """784-128-10 with ReLU and softmax with cross-entropy."""
    n = X.shape[0]
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    top = np.max(z2, axis=1, keepdims=True)
    shares = np.exp(z2 - top)
    total = np.sum(shares, axis=1, keepdims=True)
    cost = (np.sum(np.log(total) + top) - np.sum(T * z2)) / n
    dz2 = (shares / total - T) / n
    dW2 = a1.T @ dz2
    db2 = np.sum(dz2, axis=0)
    dz1 = dz2 @ W2.T * (z1 > 0)
    dW1 = X.T @ dz1
    db1 = np.sum(dz1, axis=0)
    return cost, (dW1, db1, dW2, db2)


def large(np: Any) -> Callable[..., Any]:
    def cost(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Any:
        n = X.shape[0]
        a1 = np.maximum(X @ W1 + b1, 0)
        z2 = a1 @ W2 + b2
        return np.sum(log_sum_exp(np, z2) - np.sum(T * z2, axis=1)) / n

    return cost


def log_sum_exp(library: Any, z: Any) -> Any:
    """As each library wants it written: a stable one of its own where it has one."""
    if library is np:
        return np.logaddexp.reduce(z, axis=1)
    top = library.max(z, axis=1, keepdims=True)
    return library.log(library.sum(library.exp(z - top), axis=1)) + top[:, 0]


def cases() -> list[Case]:
    random = np.random.default_rng(7)

    def arguments(d: int, h: int, k: int, n: int) -> tuple[np.ndarray, ...]:
        parameters = (
            random.normal(size=(d, h)) * d**-0.5,
            np.zeros(h),
            random.normal(size=(h, k)) * h**-0.5,
            np.zeros(k),
        )
        return (*parameters, random.normal(size=(n, d)), np.eye(k)[random.integers(0, k, n)])

    return [
        Case("2-3-2, 100 points", arguments(2, 3, 2, 100), small_by_hand, small),
        Case("784-128-10, batch 128", arguments(784, 128, 10, 128), large_by_hand, large),
    ]


# Contenders -------------------------------------------------------------------------------------------------


def contenders(case: Case) -> dict[str, Callable[[], Answer]]:
    """Each computes the cost and the gradient by the first four arguments."""
    places = (0, 1, 2, 3)
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
    cost = {"small": _small_torch, "large": _large_torch}[case.write.__name__]
    parameters = [torch.tensor(a, requires_grad=True) for a in case.arguments[:4]]
    X, T = (torch.tensor(a) for a in case.arguments[4:])

    def run() -> Answer:
        value = cost(torch, *parameters, X, T)
        return value.detach(), torch.autograd.grad(value, parameters)

    return run


def _small_torch(torch: Any, W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Any:
    y = torch.sigmoid(torch.sigmoid(X @ W1 + b1) @ W2 + b2)
    return torch.sum((y - T) ** 2) / (2 * X.shape[0])


def _large_torch(torch: Any, W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Any:
    return torch.nn.functional.cross_entropy(torch.relu(X @ W1 + b1) @ W2 + b2, T)


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
