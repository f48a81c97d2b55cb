"""Programs as source in another language."""

from __future__ import annotations

from typing import Any

from backsight.errors import EmitError
from backsight.ir.program import Program


def emit(program: Program, target: str, **options: Any) -> str:
    """The Program as source for `target`: "numpy", "javascript" or "text".

    Raises:
        EmitError: there is no such target, or it cannot express an operation of this Program.
    """
    if target == "text":
        return str(program)
    if target == "javascript":
        from backsight.emit.javascript import emit_javascript

        return emit_javascript(program, **options)
    if target == "numpy":
        from backsight.emit.numpy import emit_numpy

        return emit_numpy(program, **options)
    raise EmitError(f"there is no target {target!r}", remedy='use "numpy", "javascript" or "text"')
