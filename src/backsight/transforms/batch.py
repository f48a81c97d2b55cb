"""Batching, Program → Program: the same computation for many examples at once, along a leading axis.

Method: one rule per family, as in JAX's vmap: a map lines its operands up, a reduction counts its axes behind
the leading one, a contraction gets one more letter. Moves and routines say themselves how (`Op.batch`).
Values that do not depend on the examples are computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from string import ascii_letters
from typing import Any

from backsight.errors import BacksightError, BatchError
from backsight.ir.builder import Builder
from backsight.ir.memory import without_collection
from backsight.ir.op import REGISTRY, Family, Op
from backsight.ir.program import ArrayType, Atom, Dim, Equation, Guard, Program, Var
from backsight.ops.linalg import read_spec
from backsight.ops.shaping import aligned
from backsight.ops.value import Value, apply
from backsight.transforms.rewrite import substitute

Rule = Callable[..., Any]


@without_collection()
def batch(
    program: Program,
    batched: Sequence[bool],
    size: Dim,
    *,
    outputs: Sequence[bool] | None = None,
    name: str | None = None,
) -> Program:
    """Run a Program for many examples at once.

    Args:
        batched: for each input, whether it has the examples along a new leading axis.
        size: how many examples there are: a number or the name of a dimension.
        outputs: for each output, whether it gets the leading axis too; all of them if None.

    Returns:
        A Program of the same inputs and outputs, with leading axes.

    Raises:
        BatchError: an operation has no rule for it, a decision differs from example to example, or an output
            that should be the same for every example is not.
    """
    builder = Builder(name or f"vmap_{program.name}")
    builder.reserve(program)
    known: dict[str, Atom] = {}
    many: set[str] = set()
    for var, is_many in zip(program.inputs, batched, strict=True):
        known[var.name] = _with_leading_axis(var, size) if is_many else var
        builder.inputs.append(known[var.name])  # type: ignore[arg-type]
        if is_many:
            many.add(var.name)
    wanted: dict[str, Var] = {}
    for e in program.equations:
        operands = tuple(known[a.name] if isinstance(a, Var) else a for a in e.inputs)
        flags = [isinstance(a, Var) and a.name in many for a in e.inputs]
        if any(flags):
            result = _batched(builder, e, flags, operands)
            many.add(e.output.name)
            if e.output.named and not result.named:
                wanted.setdefault(result.name, Var(e.output.name, result.type, named=True))
        else:
            builder.copy(replace(e, inputs=operands))
            result = e.output
        known[e.output.name] = result
    builder.guards += [_same_for_all(g, many) for g in program.guards]
    flags = list(outputs) if outputs is not None else [True] * len(program.outputs)
    results = [
        _output(builder, program, a, known, many, leading, size)
        for a, leading in zip(program.outputs, flags, strict=True)
    ]
    return substitute(builder.finish(results), wanted)


def _with_leading_axis(var: Var, size: Dim) -> Var:
    return replace(var, type=ArrayType((size, *var.type.shape), var.type.dtype))


def _batched(builder: Builder, e: Equation, flags: Sequence[bool], operands: Sequence[Atom]) -> Var:
    """One equation for all examples; the result has the examples along its leading axis."""
    op = REGISTRY[e.op]
    builder.origin, builder.note = e.origin, e.note
    rule = op.batch or _family_rule(op)
    if rule is None:
        raise BatchError(
            f"{op.name} cannot be run for many examples at once",
            origin=e.origin,
            remedy="loop over the examples, or write this step with other operations",
        )
    values = [Value(builder, a) for a in operands]
    try:
        result: Var = rule(flags, *values, **e.options).atom
    except BacksightError as error:
        if error.origin is None:
            raise error.__class__(error.message, origin=e.origin, remedy=error.remedy) from None
        raise
    return result


def _same_for_all(guard: Guard, many: set[str]) -> Guard:
    if guard.variable.name in many:
        raise BatchError(
            "this decision may come out differently for different examples, "
            "but all examples of a vmap are computed together",
            origin=guard.origin,
            remedy="choose elementwise with np.where(condition, a, b)",
        )
    return guard


def _output(
    builder: Builder,
    program: Program,
    a: Atom,
    known: dict[str, Atom],
    many: set[str],
    leading: bool,
    size: Dim,
) -> Atom:
    """An output with the leading axis it should have."""
    result = known[a.name] if isinstance(a, Var) else a
    varies = isinstance(a, Var) and a.name in many
    if varies and not leading:
        origin = next((e.origin for e in program.equations if e.output == a), None)
        raise BatchError(
            f"the output {a} differs from example to example, so it needs an axis for the examples",
            origin=origin,
            remedy="give out_axes a number for this output",
        )
    if varies or not leading:
        return result
    builder.origin, builder.note = None, ""
    return builder.apply("broadcast", (result,), shape=(size, *a.type.shape))


# A rule per family ------------------------------------------------------------------------------------------


def _map(op: Op) -> Rule:
    def rule(flags: Sequence[bool], *xs: Value, **params: Any) -> Any:
        rank = max(x.ndim - many for x, many in zip(xs, flags, strict=True))
        lined_up = [aligned(x, rank) if many else x for x, many in zip(xs, flags, strict=True)]
        return apply(op.name, *lined_up, **params)

    return rule


def _contract(op: Op) -> Rule:
    def rule(flags: Sequence[bool], *xs: Value, spec: str) -> Any:
        operands, right = read_spec(spec)
        leading = next(c for c in "n" + ascii_letters if c not in spec)
        names = [leading + names if many else names for names, many in zip(operands, flags, strict=True)]
        return apply(op.name, *xs, spec=f"{','.join(names)}->{leading}{right}")

    return rule


def _reduce(op: Op) -> Rule:
    """Its axes are counted behind the leading one, be it `axes` or the one `axis` of a softmax."""

    def rule(flags: Sequence[bool], *xs: Value, **params: Any) -> Any:
        later = dict(params)
        if "axes" in later:
            later["axes"] = tuple(axis + 1 for axis in later["axes"])
        if "axis" in later:
            later["axis"] += 1
        return apply(op.name, *xs, **later)

    return rule


_FAMILIES: dict[Family, Callable[[Op], Rule]] = {
    Family.MAP: _map,
    Family.CONTRACT: _contract,
    Family.REDUCE: _reduce,
}


def _family_rule(op: Op) -> Rule | None:
    return _FAMILIES[op.family](op) if op.family in _FAMILIES else None
