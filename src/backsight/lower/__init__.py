"""From a Program to loops over preallocated arrays; knows no target. See `lower`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import backsight.lower.moves
import backsight.lower.reductions
import backsight.ops  # noqa: F401  (fills the registry)
from backsight.ir.program import Program
from backsight.lower.fused import lower_fused
from backsight.lower.inspect import lower_inspect
from backsight.lower.loops import LoopProgram

__all__ = ["LoopProgram", "lower"]


def lower(
    program: Program,
    *,
    rows: str | None = None,
    mode: Literal["fused", "inspect"] = "fused",
    bind: Mapping[str, int] | None = None,
) -> LoopProgram:
    """A Program as loops.

    Args:
        program: any Program.
        rows: the dimension of examples; a run works on a window of it.
        mode: "fused" computes the outputs only, as fast as we can; "inspect" stores every variable.
        bind: sizes of dimensions known now; small ones are unrolled.

    Raises:
        EmitError: an operation has no loop form.
    """
    sizes = dict(bind or {})
    if rows is not None and (rows in sizes or rows not in program.dims):
        rows = None
    return (lower_inspect if mode == "inspect" else lower_fused)(program, rows, sizes)
