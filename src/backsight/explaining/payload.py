"""A function, its gradient and why, as JSON values with the types of web/src/engine/payload.ts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from backsight.emit.expressions import Source
from backsight.emit.numpy import render
from backsight.errors import DifferentiationError
from backsight.explaining.derivation import Derivation, Factor, Ref, derive
from backsight.explaining.inspection import Inspection
from backsight.explaining.passes import Step, passes
from backsight.ir.program import Atom, Equation, Origin, Program, Var


def function_payload(
    id: str,
    forward: Program,
    reverse: Program,
    inspection: Inspection,
    wrt: Sequence[str],
    rows: str | None,
    source: str,
    *,
    all_derivations: bool = True,
) -> dict[str, Any]:
    """A FunctionPayload as JSON values.

    Args:
        all_derivations: false leaves out those that would need names for axes, which a person's source lacks.

    Raises:
        DifferentiationError: a derivation cannot be written.
    """
    script = passes(inspection, rows)
    inputs = {v.name: v for v in forward.inputs}
    return {
        "id": id,
        "program": program_json(forward),
        "gradient": program_json(reverse),
        "python": code_json(render(reverse)),
        "source": source,
        "derivations": dict(_derivations(inspection, [inputs[name] for name in wrt], rows, all_derivations)),
        "passes": {
            "forward": [_step_json(s) for s in script[0]],
            "backward": [_step_json(s) for s in script[1]],
        },
    }


def _derivations(
    inspection: Inspection, wrt: Iterable[Var], rows: str | None, all_of_them: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    for var in wrt:
        try:
            yield var.name, _derivation_json(derive(inspection, var, rows))
        except DifferentiationError:
            if all_of_them:
                raise


def program_json(program: Program) -> dict[str, Any]:
    return {
        "name": program.name,
        "inputs": [_variable_json(v) for v in program.inputs],
        "equations": [_equation_json(e) for e in program.equations],
        "outputs": [_atom_json(a) for a in program.outputs],
    }


def _variable_json(var: Var) -> dict[str, Any]:
    return {"name": var.name, "shape": list(var.type.shape), "dtype": var.type.dtype}


def _atom_json(atom: Atom) -> str | float | int | bool:
    return atom.name if isinstance(atom, Var) else atom.value


def _equation_json(e: Equation) -> dict[str, Any]:
    return {
        "op": e.op,
        "inputs": [_atom_json(a) for a in e.inputs],
        "params": e.options,
        "output": _variable_json(e.output),
        "origin": origin_json(e.origin),
    }


def origin_json(origin: Origin | None) -> dict[str, Any] | None:
    """Only the file's own name crosses: where it lay on the builder's machine is nobody's business."""
    return (
        None if origin is None else {"file": Path(origin.file).name, "line": origin.line, "text": origin.text}
    )


def code_json(source: Source) -> dict[str, Any]:
    return {
        "text": source.text,
        "lines": [
            {"variables": list(line.variables), "origin": origin_json(line.origin)} for line in source.lines
        ],
    }


def _ref_json(ref: Ref) -> dict[str, Any]:
    return {"variable": ref.variable, "index": list(ref.index)}


def _factor_json(factor: Factor) -> dict[str, Any]:
    terms = None
    if factor.terms:
        terms = {
            "index": factor.sum_index,
            "dim": factor.sum_dim,
            "terms": [_factor_json(t) for t in factor.terms],
        }
    return {
        "tex": factor.tex,
        "equals": factor.equals,
        "value": _ref_json(factor.value),
        "words": factor.words,
        "from": _ref_json(factor.source),
        "to": _ref_json(factor.target),
        "origin": origin_json(factor.origin),
        "sum": terms,
    }


def _derivation_json(d: Derivation) -> dict[str, Any]:
    return {
        "parameter": d.parameter,
        "indices": list(d.indices),
        "dims": list(d.dims),
        "tex": d.tex,
        "gradient": _ref_json(d.gradient),
        "factors": [_factor_json(f) for f in d.factors],
        "path": [_factor_json(f) for f in d.path],
        "over": _indices_json(d.over),
        "example": _indices_json([d.example])[0] if d.example else None,
    }


def _indices_json(pairs: Iterable[tuple[str, int | str]]) -> list[dict[str, Any]]:
    return [{"index": index, "dim": dim} for index, dim in pairs]


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "direction": step.direction,
        "value": _ref_json(step.value),
        "dims": list(step.dims),
        "from": [_ref_json(r) for r in step.source],
        "tex": step.tex,
        "words": step.words,
        "op": step.op,
        "origin": origin_json(step.origin),
    }
