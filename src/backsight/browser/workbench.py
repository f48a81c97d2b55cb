"""What the workbench asks for: a function explained, and a kernel of its numbers at any inputs."""

from __future__ import annotations

from typing import Any

from backsight.api.explanations import question
from backsight.browser import running
from backsight.browser.asked import Asked, Request, parameters, plain
from backsight.emit.javascript import emit_module
from backsight.emit.jax import render_jax
from backsight.emit.numpy import render
from backsight.errors import BacksightError
from backsight.explaining.deriving import derive_live
from backsight.explaining.live import Live
from backsight.explaining.payload import code_json
from backsight.ir.evaluate import to_array
from backsight.ir.program import Atom, Program, Var
from backsight.lower import lower


def workbench(request: Request) -> dict[str, Any]:
    """The explanation, and where each of its numbers is in the kernel `live`.

    Raises:
        BacksightError: the function cannot be traced or differentiated.
        BaseException: whatever the person's code raises.
    """
    asked = Asked.of(request)
    with asked.placed():
        about = question(asked.function, list(asked.arguments.values()), asked.argnums)
        explanation, live = derive_live(about)
        module = emit_module(
            {"live": lower(live.program, mode="inspect")}, f"{about.program.name}, explained"
        )
    arguments = [
        {"name": v.name, "shape": list(v.type.shape), "dtype": v.type.dtype, "data": to_array(x).data}
        for v, x in zip(live.program.inputs, about.inputs, strict=True)
    ]
    return {
        "function": function_json(asked.function),
        "functions": [function_json(f) for f in running.functions(request["source"], asked.namespace)],
        "arguments": arguments[: len(arguments) - about.captured],
        "captured": arguments[len(arguments) - about.captured :],
        "explanation": explanation.data(),
        "module": module,
        **_places(live),
        "guards": [{"name": g.variable.name, "expected": g.expected} for g in live.program.guards],
    }


def _places(live: Live) -> dict[str, Any]:
    """By kind and name of the number: a variable of the kernel, or what it always is."""
    found: dict[str, Any] = {"values": {}, "adjoints": {}, "shares": {}, "slopes": {}}
    for (kind, *names), atom in live.numbers.items():
        table = found[_TABLES[kind]]
        for name in names[:-1]:
            table = table.setdefault(name, {})
        table[names[-1]] = place(atom)
    return found


_TABLES = {"value": "values", "adjoint": "adjoints", "share": "shares", "slope": "slopes"}


def place(atom: Atom) -> str | float:
    """A variable of the kernel by its name, or what the number always is."""
    return atom.name if isinstance(atom, Var) else float(atom.value)


def sources(request: Request) -> dict[str, Any]:
    """The gradient as code to read and take along.

    Raises:
        as `workbench`.
    """
    traced = Asked.of(request).traced()
    return {
        "numpy": code_json(render(traced.reverse)),
        "jax": _listed(traced.reverse),
        "javascript": emitted(traced.reverse, "javascript"),
        "latex": emitted(traced.reverse, "latex"),
        "gradient": {n: plain(g) for n, g in traced.evaluated()["gradient_at"].items()},
    }


def _listed(program: Program) -> dict[str, Any]:
    """JAX source with what each line computes, or why there is none."""
    try:
        return code_json(render_jax(program))
    except BacksightError as error:
        return {"refused": error.message}


def function_json(function: Any) -> dict[str, Any]:
    """A function's name, parameters and line."""
    origin = running.origin_of(function)
    return {
        "name": function.__name__,
        "parameters": parameters(function),
        "line": origin.line if origin else None,
    }


def emitted(program: Program, target: str) -> dict[str, str]:
    """The Program written for a target, or why it cannot be."""
    try:
        return {"text": program.emit(target)}
    except BacksightError as error:
        return {"refused": error.message}
