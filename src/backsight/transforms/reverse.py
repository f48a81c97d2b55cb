"""Reverse mode, Program → Program: walk the equations backward and hand each value the blame of its uses.

Method: the textbook adjoint accumulation (Griewank & Walther, Evaluating Derivatives, 2008, section 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backsight.errors import DifferentiationError
from backsight.ir.builder import Builder
from backsight.ir.checker import check
from backsight.ir.memory import without_collection
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import Atom, Constant, Equation, Origin, Program, Var
from backsight.ops.shaping import unbroadcast
from backsight.ops.value import Value, apply
from backsight.transforms.rewrite import substitute


@dataclass(frozen=True, slots=True)
class Gradient:
    """A Program that computes its first output and the gradient; the adjoint of every value on the way."""

    program: Program
    adjoints: dict[str, Atom]


@without_collection()
def gradient(program: Program, wrt: Sequence[str] | None = None, *, name: str | None = None) -> Gradient:
    """Differentiate the scalar output of a Program.

    Args:
        program: its first output must be a float64 scalar.
        wrt: names of the inputs to differentiate by; all float64 inputs if None.

    Returns:
        A Program with outputs (value, gradient by each of `wrt`); a gradient has the shape of its input.

    Raises:
        DifferentiationError: the output is not a scalar, or an input is no float64.
    """
    wanted = float_inputs(program, wrt)
    output = _scalar_output(program)
    builder = Builder(name or f"grad_{program.name}")
    builder.adopt(program)
    return _reverse(builder, program, (output,), (Constant(1.0),), wanted)


@without_collection()
def pullback(program: Program, wrt: Sequence[str] | None = None, *, name: str | None = None) -> Gradient:
    """Pull cotangents of the outputs back to the inputs.

    Args:
        program: has any number of float64 outputs, of any shapes.
        wrt: names of the inputs to differentiate by; all float64 inputs if None.

    Returns:
        A Program that takes the inputs and then a cotangent for each output, of the same shape; its outputs
        are the values and then a cotangent for each of `wrt`.

    Raises:
        DifferentiationError: an input or an output is no float64.
    """
    wanted = float_inputs(program, wrt)
    builder = Builder(name or f"vjp_{program.name}")
    builder.adopt(program)
    seeds = []
    for number, output in enumerate(program.outputs):
        if output.type.dtype != "float64":
            raise DifferentiationError(
                f"output {number + 1} of {program.name} is {output.type}, which has no cotangent",
                origin=origin_of(program, output),
                remedy="return floating-point numbers only",
            )
        called = str(output) if isinstance(output, Var) and output.named else f"y{number + 1}"
        seeds.append(builder.input(f"d{called}", output.type))
    return _reverse(builder, program, program.outputs, seeds, wanted)


def _reverse(
    builder: Builder,
    program: Program,
    outputs: Sequence[Atom],
    seeds: Sequence[Atom],
    wanted: Sequence[Var],
) -> Gradient:
    """The walk itself, from the blame of the outputs to that of the inputs."""
    active = _active(program, {v.name for v in wanted})
    blame: dict[str, list[Atom]] = {}
    adjoints: dict[str, Atom] = {}
    for output, seed in zip(outputs, seeds, strict=True):
        if isinstance(output, Var) and output.name in active:
            blame.setdefault(output.name, []).append(seed)
    for equation in reversed(program.equations):
        y = equation.output
        if y.name in blame:
            adjoints[y.name] = total(builder, blame.pop(y.name))
            pass_back(builder, equation, adjoints[y.name], active, blame)
    for var in wanted:
        if var.name in blame:
            adjoints[var.name] = total(builder, blame[var.name])
        else:
            builder.origin, builder.note = None, "broadcast"
            adjoints[var.name] = builder.apply("broadcast", (Constant(0.0),), shape=var.type.shape)
    builder.origin, builder.note = None, ""
    result = builder.finish((*outputs, *(adjoints[v.name] for v in wanted)))
    return _name_adjoints(result, program, adjoints)


def pass_back(
    builder: Builder,
    equation: Equation,
    adjoint: Atom,
    active: set[str],
    blame: dict[str, list[Atom]],
    *,
    fit: bool = True,
) -> None:
    """Hand the adjoint of one equation's output on to its operands.

    With `fit=False` a stretched operand's share keeps the output's shape: one slope per use, not their sum.
    """
    op = REGISTRY[equation.op]
    builder.origin, builder.note = equation.origin, equation.op
    if op.vjp is None:
        raise DifferentiationError(f"{op.name} has no derivative rule", origin=equation.origin)
    operands = [Value(builder, a) for a in equation.inputs]
    g, y = Value(builder, adjoint), Value(builder, equation.output)
    for operand, cotangent in zip(operands, op.vjp(g, y, *operands, **equation.options), strict=True):
        if cotangent is None or not isinstance(operand.atom, Var) or operand.atom.name not in active:
            continue
        if fit and op.family is Family.MAP:
            cotangent = _fit(cotangent, operand, y)
        blame.setdefault(operand.atom.name, []).append(cotangent.atom)


def _fit(cotangent: Value, operand: Value, y: Value) -> Value:
    """Undo broadcasting, in this one place: the cotangent gets the operand's shape."""
    if operand.type.shape == cotangent.type.shape:
        return cotangent
    if cotangent.type.shape != y.type.shape:
        cotangent = apply("broadcast", cotangent, shape=y.type.shape)
    fitted: Value = unbroadcast(cotangent, operand.type.shape)
    return fitted


def total(builder: Builder, parts: list[Atom]) -> Atom:
    """A value used several times collects the blame of every use; the sum says where the last came from."""
    source = builder.made.get(parts[-1].name) if isinstance(parts[-1], Var) else None
    builder.origin, builder.note = (source.origin, source.note) if source else (None, "add")
    result = parts[0]
    for part in parts[1:]:
        result = builder.apply("add", (result, part))
    return result


def _active(program: Program, wanted: set[str]) -> set[str]:
    """Names of the float values that depend on the wanted inputs."""
    active = set(wanted)
    for e in program.equations:
        if e.output.type.dtype == "float64" and any(
            isinstance(a, Var) and a.name in active for a in e.inputs
        ):
            active.add(e.output.name)
    return active


def _name_adjoints(result: Program, primal: Program, adjoints: dict[str, Atom]) -> Gradient:
    """Call the adjoint of z `dz`, unless that very value already has a person's name or another adjoint's."""
    taken = set(result.variables())
    ours = set(primal.variables()) | {v.name for v in result.inputs}
    renamed: dict[str, Var] = {}
    named = {name: v.named for name, v in primal.variables().items()}
    for name, atom in reversed(list(adjoints.items())):
        if isinstance(atom, Var) and atom.name not in ours and atom.name not in renamed and named[name]:
            wanted = f"d{name}"
            while wanted in taken:
                wanted += "_"
            taken.add(wanted)
            renamed[atom.name] = Var(wanted, atom.type, named=True)
    program = substitute(result, renamed)
    check(program)
    return Gradient(
        program, {k: renamed.get(a.name, a) if isinstance(a, Var) else a for k, a in adjoints.items()}
    )


def float_inputs(program: Program, wrt: Sequence[str] | None) -> list[Var]:
    """The inputs to differentiate by; all float64 inputs if None.

    Raises:
        DifferentiationError: there is no such input, or it is no float64.
    """
    known = {v.name: v for v in program.inputs}
    if wrt is None:
        return [v for v in program.inputs if v.type.dtype == "float64"]
    for name in wrt:
        if name not in known:
            raise DifferentiationError(
                f"{program.name} has no input {name!r}", remedy=f"its inputs are {', '.join(known)}"
            )
        if known[name].type.dtype != "float64":
            raise DifferentiationError(
                f"the input {name!r} holds {known[name].type.dtype}, which cannot be nudged",
                remedy="pass floating-point numbers, for example 3.0 instead of 3",
            )
    return [known[name] for name in wrt]


def _scalar_output(program: Program) -> Atom:
    output = program.outputs[0]
    if output.type.shape != () or output.type.dtype != "float64":
        raise DifferentiationError(
            f"the gradient needs a single number as output, but {program.name} returns {output.type}",
            origin=origin_of(program, output),
            remedy="sum or average the result, or differentiate one entry of it",
        )
    return output


def origin_of(program: Program, output: Atom) -> Origin | None:
    """Where the user computed an output."""
    return next((e.origin for e in program.equations if e.output == output), None)
