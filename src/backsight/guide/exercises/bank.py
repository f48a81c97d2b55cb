"""All structures, and what is written of them: `exercises-<family>.json` and `.js` in the payload."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from backsight.emit.javascript import emit_module
from backsight.guide.exercises.graphs import graphs
from backsight.guide.exercises.inverses import inverses
from backsight.guide.exercises.relus import relus
from backsight.guide.exercises.slopes import chains, reuses
from backsight.guide.exercises.structure import Structure
from backsight.lower import lower

FAMILIES: dict[str, Callable[[], Iterable[Structure]]] = {
    "chain": chains,
    "reuse": reuses,
    "graph": graphs,
    "relu": relus,
    "inverse": inverses,
}
OFFERED: dict[str, tuple[str, ...]] = {
    "formula": ("chain", "reuse"),
    "number": ("chain", "reuse", "graph", "relu", "inverse"),
    "order": ("graph",),
    "arrow": ("graph",),
    "edges": ("graph", "relu"),
}
"""Kinds of exercise, and the families each is drawn from; the same as in `web/src/exercises/exercise.ts`."""
_HEADER = "Exercises, written by backsight from traced Python; see the .json beside it. Do not edit."


@cache
def structures(family: str) -> tuple[Structure, ...]:
    """The structures of a family; the same ones every time."""
    return tuple(FAMILIES[family]())


def write_exercises(directory: Path) -> None:
    """Write every family into an existing directory."""
    for family in FAMILIES:
        found = structures(family)
        kernels = {s.kernel: lower(s.program, rows=None, mode="fused") for s in found}
        (directory / f"exercises-{family}.js").write_text(emit_module(kernels, _HEADER), "utf-8")
        text = json.dumps([s.json() for s in found], separators=(",", ":"), ensure_ascii=False)
        (directory / f"exercises-{family}.json").write_text(text, "utf-8")
