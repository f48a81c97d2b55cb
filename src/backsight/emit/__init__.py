"""Programs as source in another language."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from backsight.errors import EmitError
from backsight.ir.program import Program

TARGETS = ("numpy", "jax", "javascript", "latex", "sheet", "graphviz", "edges", "text")
"""Each but "text" is a module of this package with a function `emit_<target>(program, **options)`."""


def emit(program: Program, target: str, **options: Any) -> str:
    """The Program as source for one of `TARGETS`.

    Raises:
        EmitError: there is no such target, or it cannot express an operation of this Program.
    """
    if target not in TARGETS:
        names = ", ".join(f'"{name}"' for name in TARGETS[:-1])
        raise EmitError(f"there is no target {target!r}", remedy=f'use {names} or "{TARGETS[-1]}"')
    if target == "text":
        return str(program)
    written: str = getattr(import_module(f"backsight.emit.{target}"), f"emit_{target}")(program, **options)
    return written
