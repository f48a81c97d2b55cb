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
from dataclasses import dataclass, replace
from typing import Any

from backsight.api import Traced, trace_call
from backsight.browser import running
from backsight.browser.mishaps import described
from backsight.checking import check
from backsight.checking.pairing import pair_in
from backsight.emit.compiled import compile as compile_program
from backsight.emit.javascript import emit_module
from backsight.errors import BacksightError, DifferentiationError, TraceError
from backsight.explaining.inspection import inspect
from backsight.explaining.payload import function_payload, origin_json
from backsight.ir.evaluate import Array, to_array
from backsight.ir.program import Constant, Program, Var
from backsight.lower import lower
from backsight.tracing.trees import flatten
from backsight.transforms import gradient, simplify

__all__ = ["handle", "handle_text"]

Request = dict[str, Any]


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
    return {"functions": [_function_json(f) for f in found]}


def _trace(request: Request) -> dict[str, Any]:
    """Everything about a function and its gradient."""
    asked = _Asked.of(request)
    inspection = inspect(asked.forward, asked.wrt)
    reverse = asked.reverse
    payload = function_payload(
        asked.name, asked.forward, reverse, inspection, asked.wrt, None, request["source"]
    )
    return {
        **payload,
        "function": _function_json(asked.function),
        "wrt": asked.wrt,
        "guards": [
            {"variable": g.variable.name, "expected": g.expected, "origin": origin_json(g.origin)}
            for g in asked.forward.guards
        ],
        "jax": _emitted(reverse, "jax"),
        "latex": _emitted(reverse, "latex"),
        **asked.evaluated(),
    }


def _value_and_grad(request: Request) -> dict[str, Any]:
    """The value and the gradient at a point."""
    return _Asked.of(request).evaluated()


def _kernel(request: Request) -> dict[str, Any]:
    """The value and the gradient as a JavaScript module, with the numbers to begin with."""
    asked = _Asked.of(request)
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
    return check(forward, backward, *arguments).data()


_KINDS: dict[str, Callable[[Request], dict[str, Any]]] = {
    "execute": _execute,
    "trace": _trace,
    "value_and_grad": _value_and_grad,
    "kernel": _kernel,
    "check": _check,
}


# A function and its gradient --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Asked:
    """The function a request is about, traced at its example and differentiated."""

    function: Callable[..., Any]
    traced: Traced
    forward: Program
    reverse: Program
    wrt: list[str]
    values: list[Any]

    @property
    def name(self) -> str:
        return self.forward.name

    @classmethod
    def of(cls, request: Request) -> _Asked:
        """Trace what is asked for.

        Raises:
            BacksightError: it cannot be traced or differentiated.
            BaseException: whatever the person's code raises.
        """
        source = request["source"]
        namespace = running.run_source(source)
        function = running.chosen(source, namespace, request.get("function"))
        example = _example(request.get("example"), namespace)
        names = _parameters(function)
        arguments = _arguments(function, names, example)
        asked_for = request.get("wrt") or [n for n in names if n in arguments]
        for name in asked_for:
            if name not in arguments:
                raise DifferentiationError(
                    f"{function.__name__} has no argument {name!r}", remedy=f"it has {', '.join(names)}"
                )
            arguments[name] = _moving(arguments[name])
        try:
            traced = trace_call(function, [arguments[n] for n in arguments], {})
            forward = simplify(traced.program)
            positions = [list(arguments).index(name) for name in asked_for]
            wrt = [leaf for p in positions for leaf in traced.arguments[p]]
            if len(forward.outputs) != 1:
                raise DifferentiationError(
                    f"{forward.name} returns {len(forward.outputs)} values", remedy="return the cost alone"
                )
            reverse = simplify(gradient(forward, wrt, name=f"grad_{forward.name}").program)
        except BacksightError as error:
            if error.origin is None:
                error.origin = running.origin_of(function)
            raise
        values = [*_leaves(list(arguments.values())), *traced.captured]
        return cls(function, traced, forward, reverse, wrt, values)

    def evaluated(self) -> dict[str, Any]:
        """The value, and the gradient by each argument's name."""
        value, *slopes = compile_program(self.reverse)(*self.values)
        return {
            "value_at": _plain(value),
            "gradient_at": {n: _plain(g) for n, g in zip(self.wrt, slopes, strict=True)},
        }


def _example(given: Any, namespace: dict[str, Any]) -> dict[str, Any]:
    if given is None:
        return {}
    return running.run_example(given, namespace) if isinstance(given, str) else dict(given)


def _parameters(function: Callable[..., Any]) -> list[str]:
    code = getattr(function, "__code__", None)
    if code is None:
        raise TraceError(f"{function!r} is not a function written here", remedy="write it with def")
    return list(code.co_varnames[: code.co_argcount])


def _arguments(function: Callable[..., Any], names: list[str], example: dict[str, Any]) -> dict[str, Any]:
    """A value for every parameter: from the example, else from the function's own default."""
    defaults = function.__defaults__ or ()
    known = {**dict(zip(names[len(names) - len(defaults) :], defaults, strict=True)), **example}
    missing = [n for n in names if n not in known]
    if missing:
        raise TraceError(
            f"{function.__name__} needs a number for {', '.join(missing)}",
            origin=running.origin_of(function),
            remedy=f"give one: {missing[0]} = 0.5",
        )
    return {n: _as_array(known[n]) for n in names}


def _as_array(value: Any) -> Any:
    """Lists of numbers are arrays, as they are to NumPy; lists of arrays stay lists of arguments."""
    if isinstance(value, list) and all(isinstance(leaf, bool | int | float) for leaf in _leaves(value)):
        return to_array(value)
    return value


def _moving(value: Any) -> Any:
    """A number that may be nudged: whole numbers that a person types are meant as places on the line."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, Array) and value.dtype == "int64":
        return Array(value.shape, [float(x) for x in value.data])
    return value


def _leaves(values: list[Any]) -> list[Any]:
    return flatten(values)[0]


# JSON -------------------------------------------------------------------------------------------------------


def _function_json(function: Callable[..., Any]) -> dict[str, Any]:
    origin = running.origin_of(function)
    return {
        "name": function.__name__,
        "parameters": _parameters(function),
        "line": origin.line if origin else None,
    }


def _output_json(atom: Var | Constant) -> dict[str, Any]:
    name = atom.name if isinstance(atom, Var) else None
    return {
        "name": name,
        "shape": list(atom.type.shape),
        "value": atom.value if isinstance(atom, Constant) else None,
    }


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _emitted(program: Program, target: str) -> dict[str, str]:
    """The Program written for a target, or why it cannot be."""
    try:
        return {"text": program.emit(target)}
    except BacksightError as error:
        return {"refused": error.message}


def _sendable(value: Any) -> Any:
    """JSON has no infinities and no NaN."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {str(k): _sendable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_sendable(v) for v in value]
    return value
