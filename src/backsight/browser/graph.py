"""What the workbench asks for to draw a function as a graph."""

from __future__ import annotations

from typing import Any

from backsight.api import trace_call
from backsight.browser.asked import Asked, Request
from backsight.errors import TraceError
from backsight.explaining.graphs import LEVELS, draw
from backsight.transforms import simplify


def graph(request: Request) -> dict[str, Any]:
    """The function as a graph of arrays, neurons or scalars, whichever `level` says.

    Raises:
        BacksightError: the function cannot be traced, or is no graph of that kind.
        BaseException: whatever the person's code raises.
    """
    level = request.get("level", "arrays")
    if level not in LEVELS:
        raise TraceError(f"there is no graph of {level!r}", remedy=f"ask for one of {', '.join(LEVELS)}")
    asked = Asked.of(request)
    with asked.placed():
        traced = trace_call(asked.function, list(asked.arguments.values()), {})
        arguments = {name for names in traced.arguments for name in names}
        root = getattr(asked.function, "__code__", None)
        name = root.co_qualname if root is not None else ""
        wrt = {name for position in asked.argnums for name in traced.arguments[position]}
        found = draw(simplify(traced.program), level, name, arguments)
        inner = found.inner.data(wrt) if found.inner is not None else None
        return {**found.data(), **({"inner": inner} if inner is not None else {})}
