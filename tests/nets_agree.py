"""The gradients of random nets: NumPy and executed JavaScript against JAX and against central differences."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import jax
import numpy as np

from backsight.emit.compiled import compile as compile_program
from tests.agreement import assert_close, run_javascript
from tests.random_nets import RandomNet, answers_of_jax, differences, gradient_program

TO_JAX, TO_DIFFERENCES = 1e-9, 1e-6


@dataclass
class Verdict:
    """What was compared, and every disagreement in words."""

    nets: int = 0
    entries: int = 0
    differences: int = 0
    worst: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def note(self, who: str, error: float) -> None:
        self.worst[who] = max(self.worst.get(who, 0.0), error)


def compare(
    examples: Iterable[RandomNet],
    *,
    chunk: int = 100,
    with_differences: bool = True,
    report: Callable[[Verdict], None] = lambda verdict: None,
) -> Verdict:
    """Run all answers for every net; JavaScript takes `chunk` nets in one process, then `report` hears."""
    verdict, start = Verdict(), time.perf_counter()
    waiting: list[RandomNet] = []
    for example in examples:
        waiting.append(example)
        if len(waiting) == chunk:
            _compare(waiting, verdict, with_differences)
            waiting = []
            report(verdict)
            jax.clear_caches()  # a compiled function per shape adds up to gigabytes
    if waiting:
        _compare(waiting, verdict, with_differences)
    verdict.seconds = time.perf_counter() - start
    return verdict


def _compare(examples: Sequence[RandomNet], verdict: Verdict, with_differences: bool) -> None:
    tasks = [(gradient_program(example.net), example.inputs) for example in examples]
    for example, javascript in zip(examples, run_javascript(tasks), strict=True):
        expected = answers_of_jax(example)
        with np.errstate(over="ignore"):  # the exponential of a saturated sigmoid, as in hand-written NumPy
            numpy = compile_program(gradient_program(example.net))(*example.inputs)
        verdict.nets += 1
        verdict.entries += sum(p.size for p in example.parameters)
        for who, ours in (("NumPy", numpy), ("JavaScript", javascript)):
            _against_jax(who, example, [np.asarray(x) for x in ours], expected, verdict)
        if with_differences:
            _against_differences(example, [np.asarray(x) for x in numpy], verdict)


def _against_jax(
    who: str, example: RandomNet, ours: list[np.ndarray], expected: list[np.ndarray], verdict: Verdict
) -> None:
    """Relative to the largest entry of the whole gradient."""
    try:
        assert_close(ours[:1], expected[:1], TO_JAX, "cost")
        assert all(a.shape == b.shape for a, b in zip(ours, expected, strict=True)), "shapes"
    except AssertionError as error:
        verdict.failures.append(f"{example}: {who}: {error}")
        return
    largest = max(np.abs(g).max() for g in expected[1:])
    wrong = max(np.abs(a - b).max() for a, b in zip(ours[1:], expected[1:], strict=True))
    error = float(wrong / largest) if largest > 0 else float(wrong)
    verdict.note(f"{who} to JAX", error)
    if not error <= TO_JAX:
        verdict.failures.append(f"{example}: {who} differs from JAX by {error:.1e} of the largest entry")


def _against_differences(example: RandomNet, ours: list[np.ndarray], verdict: Verdict) -> None:
    largest = max(np.abs(g).max() for g in ours[1:])
    for place, position, slope in differences(example):
        verdict.differences += 1
        error = float(abs(ours[1 + place].flat[position] - slope) / max(largest, 1e-9))
        verdict.note("NumPy to central differences", error)
        if not error <= TO_DIFFERENCES:
            name = example.net.parameters[place]
            verdict.failures.append(
                f"{example}: entry {position} of {name} differs from differences by {error:.1e}"
            )
