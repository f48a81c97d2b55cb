"""How long tracing and differentiating take, by length, and importing: python -m benchmarks.growth

Three kinds of function, each of 1,000 and of 10,000 equations: a chain as recurrent nets have it, one value
used many times, and nested closures that differentiate an inner function at every step. Reported are the
processor's seconds (other work on the machine counts less): for the trace, for its gradient, and for
plainer algebra (`simplify`) before and after. The claims: trace and gradient of 10,000 equations take less
than 2 seconds; a tenfold length takes about ten times as long; importing what `grad` needs takes less than
100 ms beyond NumPy's own.
"""

from __future__ import annotations

from benchmarks import one_thread  # noqa: F401  isort: skip (before NumPy counts the processors)

import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from backsight import grad, trace
from backsight.transforms import gradient, simplify

SECONDS, IMPORT_MILLISECONDS, MOST_GROWTH = 2.0, 100.0, 20.0
LENGTHS = (1_000, 10_000)
RESULTS = Path(__file__).parent / "results" / "growth.json"
Make = Callable[[int], Callable[..., Any]]


def chain(equations: int) -> Callable[..., Any]:
    """Each value of the one before, as in a recurrent net."""

    def f(x: Any, w: Any) -> Any:
        a = x
        for _ in range(equations // 3):
            a = np.tanh(a * w + x)
        return np.sum(a)

    return f


def fan_out(equations: int) -> Callable[..., Any]:
    """One value used many times."""

    def f(x: Any, w: Any) -> Any:
        total = 0.0
        for i in range(equations // 4):
            total = total + np.sum(x * (w + i))
        return total

    return f


def closures(equations: int) -> Callable[..., Any]:
    """An inner gradient at every step, of a function that closes over the step's values."""

    def f(x: Any, w: Any) -> Any:
        a = x
        for _ in range(equations // 19):
            a = grad(lambda z: np.sum(np.sin(z) * w + z * a) / 2.0)(a)  # noqa: B023
        return np.sum(a)

    return f


def stages(function: Callable[..., Any]) -> dict[str, Any]:
    """Equations traced, and seconds for each stage."""
    x, clock = np.array([0.5, -1.0, 2.0]), time.process_time
    started = clock()
    program = trace(function, x, 0.5)
    traced = clock()
    plain = simplify(program)
    plainer = clock()
    derived = gradient(plain).program
    differentiated = clock()
    result = simplify(derived)
    done = clock()
    return {
        "equations": len(program.equations),
        "in the gradient": len(result.equations),
        "trace": traced - started,
        "gradient": differentiated - plainer,
        "algebra": (plainer - traced) + (done - differentiated),
    }


def imports() -> float:
    """The processor's milliseconds for importing `grad` after NumPy: the middle of 9 processes."""

    def once(statement: str) -> float:
        program = f"import time; t = time.process_time(); {statement}; print(time.process_time() - t)"
        command = [sys.executable, "-c", f"import numpy; {program}"]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    return 1000 * median(once("from backsight import grad") for _ in range(9))


def main() -> int:
    """The command line; ends with status 1 if a claim does not hold."""
    held, report = True, []
    print(f"{'':<12}{'equations':>10}{'gradient':>10}{'trace s':>9}{'gradient s':>12}{'algebra s':>11}")
    for make in (chain, fan_out, closures):
        stages(make(100))
        found = [min((stages(make(n)) for _ in range(3)), key=_both) for n in LENGTHS]
        for row in found:
            print(
                f"{make.__name__:<12}{row['equations']:>10}{row['in the gradient']:>10}{row['trace']:>9.3f}"
                f"{row['gradient']:>12.3f}{row['algebra']:>11.3f}"
            )
        growth = _both(found[1]) / _both(found[0])
        print(f"{'':<12}trace and gradient: {_both(found[1]):.2f} s; {growth:.1f} times as long for 10 times")
        held = held and _both(found[1]) < SECONDS and growth < MOST_GROWTH
        report.append({"function": make.__name__, "rows": found, "growth": growth})
    milliseconds = imports()
    print(f"import beyond NumPy's own: {milliseconds:.0f} ms (less than {IMPORT_MILLISECONDS:.0f})")
    held = held and milliseconds < IMPORT_MILLISECONDS
    RESULTS.parent.mkdir(exist_ok=True)
    versions = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
    RESULTS.write_text(
        json.dumps({**versions, "import milliseconds": milliseconds, "results": report}, indent=2) + "\n"
    )
    return 0 if held else 1


def _both(row: dict[str, Any]) -> float:
    total: float = row["trace"] + row["gradient"]
    return total


if __name__ == "__main__":
    sys.exit(main())
