"""What the page asks of Python: requests and answers as plain data. Needs the standard library alone.

    handle({"kind": "trace", "source": "def cost(w): return w**2", "example": {"w": 3.0}})

Every answer is a dict: `{"ok": True, "value": …, "stdout": …, "stderr": …}`, or with `"ok": False` an
`"error"` (see `mishaps.described`). The types are those of web/src/engine/python/protocol.ts.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from backsight.browser import exporting, running
from backsight.browser.asked import Asked, Request, plain
from backsight.browser.fold import fold
from backsight.browser.graph import graph
from backsight.browser.landscape import landscape
from backsight.browser.mishaps import described
from backsight.browser.workbench import emitted, function_json, sources, workbench
from backsight.checking import Verdict, check
from backsight.checking.edges import check_written
from backsight.checking.pairing import pair_in
from backsight.emit.javascript import emit_module
from backsight.errors import TraceError
from backsight.explaining.inspection import inspect
from backsight.explaining.payload import function_payload, origin_json
from backsight.ir.evaluate import to_array
from backsight.ir.program import Constant, Var
from backsight.lower import lower

__all__ = ["handle", "handle_text"]


def handle_text(text: str) -> str:
    """`handle`, from JSON to JSON; numbers that JSON lacks travel as "NaN", "Infinity" and "-Infinity"."""
    return json.dumps(_sendable(handle(json.loads(text))), separators=(",", ":"), allow_nan=False)


def handle(request: Request) -> dict[str, Any]:
    """Answer one request; never raises, whatever the person's code does."""
    with running.captured() as (out, err):
        answer = _answer(request)
    return {**answer, "stdout": out.text(), "stderr": err.text()}


def _answer(request: Request) -> dict[str, Any]:
    work = _KINDS.get(request.get("kind", ""))
    try:
        if work is None:
            raise TraceError(
                f"there is no request {request.get('kind')!r}", remedy=f"ask for {', '.join(_KINDS)}"
            )
        return {"ok": True, "value": work(request)}
    except BaseException as error:  # SystemExit too: the person's code must not end the worker
        return {"ok": False, "error": described(error)}


# What can be asked for --------------------------------------------------------------------------------------


def _execute(request: Request) -> dict[str, Any]:
    """Run the source; say which functions it defines."""
    namespace: dict[str, Any] = {}
    with contextlib.suppress(SystemExit):  # how a script ends
        namespace = running.run_source(request["source"])
    found = running.functions(request["source"], namespace)
    return {"functions": [function_json(f) for f in found]}


def _trace(request: Request) -> dict[str, Any]:
    """Everything about a function and its gradient."""
    asked = Asked.of(request).traced()
    inspection = inspect(asked.forward, asked.wrt)
    reverse = asked.reverse
    payload = function_payload(
        *(asked.name, asked.forward, reverse, inspection, asked.wrt, None, request["source"]),
        all_derivations=False,
    )
    return {
        **payload,
        "function": function_json(asked.function),
        "wrt": asked.wrt,
        "guards": [
            {"variable": g.variable.name, "expected": g.expected, "origin": origin_json(g.origin)}
            for g in asked.forward.guards
        ],
        "jax": emitted(reverse, "jax"),
        "latex": emitted(reverse, "latex"),
        **asked.evaluated(),
    }


def _value_and_grad(request: Request) -> dict[str, Any]:
    """The value and the gradient at a point."""
    return Asked.of(request).traced().evaluated()


def _kernel(request: Request) -> dict[str, Any]:
    """The value and the gradient as a JavaScript module, with the numbers to begin with."""
    asked = Asked.of(request).traced()
    reverse = asked.reverse
    decisions = [g.variable for g in reverse.guards]
    fused = replace(reverse, outputs=(*reverse.outputs, *(d for d in decisions if d not in reverse.outputs)))
    kernels = {
        "gradient": lower(fused, rows=None, mode="fused"),
        "inspect": lower(inspect(asked.forward, asked.wrt).program, rows=None, mode="inspect"),
    }
    return {
        "module": emit_module(kernels, f"{asked.name}, written by backsight from your code"),
        "inputs": [
            {"name": v.name, "shape": list(v.type.shape), "data": to_array(x).data}
            for v, x in zip(reverse.inputs, asked.values, strict=True)
        ],
        "outputs": [_output_json(a) for a in reverse.outputs],
        "wrt": asked.wrt,
        "guards": [{"name": g.variable.name, "expected": g.expected} for g in reverse.guards],
    }


def _check(request: Request) -> dict[str, Any]:
    """Whether the source's own `backward` fits its `forward`; if not, the line that goes wrong first."""
    namespace = running.run_source(request["source"])
    forward, backward, arguments = pair_in(namespace, running.FILE)
    verdict = check(forward, backward, *arguments)
    return _verdict_json(verdict)


def _edges(request: Request) -> dict[str, Any]:
    """How far the source's own `backward` is: every adjoint right, wrong, blank or missing."""
    written = check_written(request["source"], running.run_source, running.FILE)
    return {
        "ok": written.ok,
        "edges": [
            {
                "name": e.name,
                "of": e.of,
                "via": e.via,
                "forwardLine": e.forward_line,
                "state": e.state,
                "line": e.line,
                "accused": e.accused,
                "cause": e.cause,
                "says": e.says,
                "remedy": e.remedy,
                "given": plain(e.given),
                "true": plain(e.true),
            }
            for e in written.edges
        ],
        "verdict": _verdict_json(written.verdict) if written.verdict is not None else None,
    }


def _explain(request: Request) -> dict[str, Any]:
    """The derivation of the gradient, step by step; with `page`, also as one HTML page."""
    explanation = Asked.of(request).explained()
    page = {"page": explanation.html()} if request.get("page") else {}
    return {**explanation.data(), **page}


_KINDS: dict[str, Callable[[Request], dict[str, Any]]] = {
    "execute": _execute,
    "trace": _trace,
    "value_and_grad": _value_and_grad,
    "kernel": _kernel,
    "explain": _explain,
    "check": _check,
    "edges": _edges,
    "graph": graph,
    "workbench": workbench,
    "landscape": landscape,
    "fold": fold,
    "sources": sources,
    "sheet": exporting.sheet,
    "export": exporting.export,
}


# JSON -------------------------------------------------------------------------------------------------------


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    rows = [{"name": g.name, "agrees": g.agrees, "given": g.given, "true": g.true} for g in verdict.gradients]
    return {**verdict.data(), "gradients": [{k: plain(v) for k, v in row.items()} for row in rows]}


def _output_json(atom: Var | Constant) -> dict[str, Any]:
    name = atom.name if isinstance(atom, Var) else None
    return {
        "name": name,
        "shape": list(atom.type.shape),
        "value": atom.value if isinstance(atom, Constant) else None,
    }


def _sendable(value: Any) -> Any:
    """JSON has no infinities and no NaN."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {str(k): _sendable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_sendable(v) for v in value]
    return value
