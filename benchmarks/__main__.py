"""Runs the benchmarks one after another, each in a process of its own, and says which claims hold.

python -m benchmarks                    all of them (`make bench`) but the soak (`make soak`)
python -m benchmarks first_visit soak   those named
"""

from __future__ import annotations

import subprocess
import sys

ALL = (
    "browser",
    "numpy",
    "growth",
    "first_visit",
    "as_seen",
    "lessons",
    "graph",
    "landscape",
    "atlas",
    "python_in_browser",
)


def main() -> None:
    """The command line; ends with status 1 if a claim does not hold."""
    names = sys.argv[1:] or ALL
    held: dict[str, bool] = {}
    for name in names:
        print(f"\n== benchmarks.{name} " + "=" * (60 - len(name)), flush=True)
        held[name] = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode == 0
    print("\n" + "\n".join(f"{'holds ' if good else 'MISSED'}  {name}" for name, good in held.items()))
    raise SystemExit(not all(held.values()))


if __name__ == "__main__":
    main()
