"""No certificate is ever wrong: starts are trained, certified, and trained on for ten times as many epochs.

    python -m benchmarks.certificates [--starts 10000] [--seed 1] [--processes N]

Even seeds are starts of the atlas and its choices (the ring net, fruit too); odd ones draw anything the
sandbox offers: other nets, data, batches, optimisers, rates that are far too large. Each is trained for
1,000 epochs by the engine's own code (`web/src/engine`, under Node), gets its certificate as the sandbox
gives it, and is trained on to 10,000. At 200 looks on the way, every unit ever said to stay dead must still
have a local slope of exactly 0 on every training example, and say what it said; where a plateau was
*proved*, no weight may have moved, or the net must give every example the same answer, for ever. A start is
*truly stuck* when it has not learned its points (95%) after 1,000 epochs nor after 10,000.

Starts already examined are kept and not examined again: a run that was cut short goes on where it stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.webbuild import node

ROOT = Path(__file__).resolve().parent.parent
CHUNK = 50
WHOLE = 10_000
VERDICTS = ("proved", "evidence", "still slow", "overflow", "learned")


def examine(first: int, last: int) -> list[dict[str, Any]]:
    """Examine starts first … last-1 in a process of their own."""
    command = [node(), "--experimental-transform-types", "--no-warnings", "../benchmarks/certificates.ts"]
    environment = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(
        [*command, str(first), str(last)],
        cwd=ROOT / "web",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"backsight: starts {first} to {last - 1} could not be examined\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def digest() -> str:
    """Names the engine and the kernels that were examined: other code begins anew."""
    found = hashlib.sha256()
    files = [*(ROOT / "web/src/engine").rglob("*.ts"), *(ROOT / "src/backsight").rglob("*.py")]
    core = ("ir", "ops", "transforms", "lower", "emit", "models", "engine", "testing")
    for path in sorted(files):
        judging = not path.name.endswith(".test.ts") and not path.name.startswith("atlas")
        if path.parent.name in core and judging:
            found.update(path.read_bytes())
    return found.hexdigest()[:12]


def kept(file: Path) -> dict[int, dict[str, Any]]:
    """What an earlier run left, by seed."""
    if not file.exists():
        return {}
    lines = file.read_text("utf-8").splitlines()
    return {start["seed"]: start for start in map(json.loads, lines)}


def run(seeds: range, processes: int) -> list[dict[str, Any]]:
    """Examine what is missing, and tell how far it is."""
    file = ROOT / ".cache" / f"certificates-{digest()}.jsonl"
    file.parent.mkdir(exist_ok=True)
    found = kept(file)
    chunks = [range(s, min(s + CHUNK, seeds.stop)) for s in range(seeds.start, seeds.stop, CHUNK)]
    missing = [chunk for chunk in chunks if any(seed not in found for seed in chunk)]
    begun = time.monotonic()
    with ThreadPoolExecutor(processes) as pool, file.open("a", encoding="utf-8") as out:
        running = [pool.submit(examine, chunk.start, chunk.stop) for chunk in missing]
        for number, done in enumerate(as_completed(running), 1):
            for start in done.result():
                found[start["seed"]] = start
                out.write(json.dumps(start) + "\n")
            out.flush()
            wrong = sum(bool(start["wrong"]) for start in found.values())
            seconds = time.monotonic() - begun
            print(
                f"{number * CHUNK:>6} of {len(missing) * CHUNK}, {seconds:.0f} s, {wrong} wrong", flush=True
            )
    return [found[seed] for seed in seeds]


def summary(starts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Counts by verdict, and what became of each."""
    starts = list(starts)
    stuck = [s for s in starts if s["then"] not in ("learned", "overflow") and not s["learned"]]
    certified = Counter(s["then"] for s in stuck)
    return {
        "starts": len(starts),
        "verdicts": {v: sum(s["then"] == v for s in starts) for v in VERDICTS},
        "learned later": {v: sum(s["then"] == v and s["learned"] for s in starts) for v in VERDICTS},
        "units said to stay dead": sum(s["units"] for s in starts),
        "looks at them": sum(s["looks"] for s in starts),
        "truly stuck": len(stuck),
        "of these proved": certified["proved"],
        "of these evidence": certified["evidence"],
        "wrong": [text for s in starts for text in s["wrong"]],
    }


def show(found: dict[str, Any]) -> None:
    """Print the summary."""
    table = Table(title=f"{found['starts']:,} starts, certified at 1,000 epochs, trained on to 10,000")
    for column in ("certificate", "starts", "learned at 10,000"):
        table.add_column(column, justify="left" if column == "certificate" else "right")
    for verdict, many, later in rows(found):
        table.add_row(verdict, many, later)
    console = Console(width=110)
    console.print(table)
    for sentence in sentences(found):
        console.print(sentence)
    for text in found["wrong"]:
        console.print(f"  {text}")


def rows(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Per certificate: how many starts got it, and how many of them had learned in the end."""
    return [(v, f"{found['verdicts'][v]:,}", f"{found['learned later'][v]:,}") for v in VERDICTS]


def sentences(found: dict[str, Any]) -> list[str]:
    """What the table does not say."""
    stuck = max(1, found["truly stuck"])
    proved, evidence = found["of these proved"] / stuck, found["of these evidence"] / stuck
    return [
        f"{found['units said to stay dead']:,} units were said to stay dead, "
        f"and looked at {found['looks at them']:,} times afterwards.",
        f"{len(found['wrong'])} certificates were wrong.",
        f"{found['truly stuck']:,} starts were truly stuck: {proved:.1%} of them had a proof, "
        f"{evidence:.1%} evidence, together {proved + evidence:.1%}.",
    ]


def main() -> None:
    """The command line; ends with status 1 if a certificate was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.certificates", description=__doc__)
    parser.add_argument("--starts", type=int, default=WHOLE)
    parser.add_argument("--seed", type=int, default=1, help="of the first start")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    begun = time.monotonic()
    found = summary(run(range(asked.seed, asked.seed + asked.starts), asked.processes))
    seconds = round(time.monotonic() - begun)
    report = {"seed": asked.seed, "seconds": seconds, "processes": asked.processes, **found}
    show(found)
    if asked.starts >= WHOLE:  # docs/certificates.md is about this file
        (ROOT / "benchmarks/results/certificates.json").write_text(
            json.dumps(report, indent=2) + "\n", "utf-8"
        )
    raise SystemExit(1 if found["wrong"] else 0)


if __name__ == "__main__":
    main()
