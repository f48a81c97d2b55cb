"""Forward mode, Program → Program: beside every value, how fast it moves when the inputs do.

Method: tangents are pushed along with the values, equation by equation (Griewank & Walther, Evaluating
Derivatives, 2008, section 3.1). The tangent of z is called `z_dot`, as they write it with a dot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backsight.errors import DifferentiationError
from backsight.ir.builder import Builder
from backsight.ir.checker import check
from backsight.ir.memory import without_collection
from backsight.ir.op import REGISTRY
from backsight.ir.program import Constant, Equation, Program, Var
from backsight.ops.value import Value, apply
from backsight.transforms.reverse import float_inputs
from backsight.transforms.rewrite import substitute


@without_collection()
def pushforward(program: Program, wrt: Sequence[str] | None = None, *, name: str | None = None) -> Program:
    """Push tangents of the inputs through a Program.

    Args:
        wrt: names of the inputs that move; all float64 inputs if None.

    Returns:
        A Program that takes the inputs and then a tangent for each of `wrt`, of the same shape; its outputs
        are the values and then a tangent for each of them (0 for truth values and integers).

    Raises:
        DifferentiationError: an operation has no derivative rule, or an input is no float64.
    """
    wanted = float_inputs(program, wrt)
    builder = Builder(name or f"jvp_{program.name}")
    builder.reserve(program)
    builder.inputs += program.inputs
    tangents = {v.name: Value(builder, builder.input(f"{v.name}_dot", v.type)) for v in wanted}
    given = {t.atom for t in tangents.values()}
    for e in program.equations:
        builder.copy(e)
        moved = push(builder, e, [tangents.get(a.name) if isinstance(a, Var) else None for a in e.inputs])
        if moved is not None:
            tangents[e.output.name] = moved
    builder.guards += program.guards
    builder.origin, builder.note = None, ""
    outputs = [
        tangents[a.name].atom
        if isinstance(a, Var) and a.name in tangents
        else builder.apply("broadcast", (Constant(0.0),), shape=a.type.shape)
        for a in program.outputs
    ]
    result = builder.finish((*program.outputs, *outputs))
    taken = set(result.variables())
    renamed: dict[str, Var] = {}
    for var in program.variables().values():
        atom = tangents[var.name].atom if var.name in tangents else None
        if isinstance(atom, Var) and var.named and atom not in given and atom.name not in renamed:
            renamed[atom.name] = replace(atom, name=free_name(f"{var.name}_dot", taken), named=True)
    result = substitute(result, renamed)
    check(result)
    return result


def push(builder: Builder, equation: Equation, dxs: Sequence[Value | None]) -> Value | None:
    """The tangent of an equation's output from those of its operands; None stands for zero."""
    op, y = REGISTRY[equation.op], equation.output
    if y.type.dtype != "float64" or all(dx is None for dx in dxs):
        return None
    if op.jvp is None:
        raise DifferentiationError(f"{op.name} has no derivative rule", origin=equation.origin)
    builder.origin, builder.note = equation.origin, equation.note
    operands = [Value(builder, a) for a in equation.inputs]
    dy: Value | None = op.jvp(*dxs, Value(builder, y), *operands, **equation.options)
    if dy is not None and dy.type.shape != y.type.shape:
        dy = apply("broadcast", dy, shape=y.type.shape)
    return dy


def free_name(wanted: str, taken: set[str]) -> str:
    """The name, with underscores behind it until nobody has it; it is taken then."""
    while wanted in taken:
        wanted += "_"
    taken.add(wanted)
    return wanted
