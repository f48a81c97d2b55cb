"""Jacobians, Program → Program: one mode, run for every direction of a basis at once.

Forward mode pushes the directions of the inputs, reverse mode pulls those of the outputs; `batch` runs all
of them together. The cheaper mode has the fewer directions (Griewank & Walther, Evaluating Derivatives,
2008, section 3.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Literal

from backsight.errors import DifferentiationError
from backsight.ir.builder import Builder
from backsight.ir.memory import without_collection
from backsight.ir.program import Atom, Constant, Program, Shape, Var
from backsight.transforms.batch import batch
from backsight.transforms.forward import free_name, pushforward
from backsight.transforms.reverse import float_inputs, origin_of, pullback
from backsight.transforms.rewrite import prune, substitute

Mode = Literal["forward", "reverse"]

_UNKNOWN_SIZE = 100
"""What a named dimension counts when its size is not known."""


@without_collection()
def jacobian(
    program: Program,
    wrt: Sequence[str] | None = None,
    *,
    mode: Mode | None = None,
    sizes: Mapping[str, int] | None = None,
    name: str | None = None,
) -> Program:
    """All derivatives of all outputs.

    Args:
        wrt: names of the inputs to differentiate by; all float64 inputs if None.
        mode: None chooses the cheaper one, forward when there are no more input numbers than output numbers.
        sizes: of named dimensions, for that choice.

    Returns:
        A Program of the same inputs. Its outputs are, output by output, the derivatives by each of `wrt`, in
        the shape of the output followed by the shape of the input.

    Raises:
        DifferentiationError: an input or an output is no float64, or an operation has no derivative rule.
    """
    wanted = float_inputs(program, wrt)
    for output in program.outputs:
        if output.type.dtype != "float64":
            raise DifferentiationError(
                f"{program.name} returns {output.type}, which does not move with a small nudge",
                origin=origin_of(program, output),
                remedy="return floating-point numbers only",
            )
    mode = mode or cheaper_mode(wanted, program.outputs, sizes or {})
    builder = Builder(name or f"jacobian_{program.name}")
    for v in program.inputs:
        builder.input(v.name, v.type)
    if mode == "forward":
        columns = [_column(builder, program, v) for v in wanted]
        blocks = [column[i] for i in range(len(program.outputs)) for column in columns]
    else:
        blocks = [block for o in program.outputs for block in _row(builder, program, o, wanted)]
    return _name_blocks(builder.finish(blocks), program, wanted)


def cheaper_mode(inputs: Iterable[Var], outputs: Iterable[Atom], sizes: Mapping[str, int]) -> Mode:
    """Forward mode needs a pass per input number, reverse mode one per output number."""

    def count(atoms: Iterable[Atom]) -> int:
        return sum(
            prod(sizes.get(d, _UNKNOWN_SIZE) if isinstance(d, str) else d for d in a.type.shape)
            for a in atoms
        )

    return "forward" if count(inputs) <= count(outputs) else "reverse"


def _column(builder: Builder, program: Program, v: Var) -> list[Atom]:
    """The derivatives of every output by one input, in forward mode."""
    pushed = pushforward(program, [v.name])
    tangents = prune(replace(pushed, outputs=pushed.outputs[len(program.outputs) :]))
    rank = v.type.rank
    found = []
    for a in _in_every_direction(builder, tangents, v.type.shape):
        # The directions lead; the shape of the input belongs last.
        order = (*range(rank, a.type.rank), *range(rank))
        found.append(builder.apply("transpose", (a,), axes=order) if a.type.rank > rank > 0 else a)
    return found


def _row(builder: Builder, program: Program, output: Atom, wanted: Sequence[Var]) -> list[Atom]:
    """The derivatives of one output by every input, in reverse mode."""
    pulled = pullback(replace(program, outputs=(output,)), [v.name for v in wanted]).program
    cotangents = prune(replace(pulled, outputs=pulled.outputs[1:]))
    return _in_every_direction(builder, cotangents, output.type.shape)


def _name_blocks(result: Program, program: Program, wanted: Sequence[Var]) -> Program:
    """Call the derivatives of y by x `dy_dx`."""
    taken, ours = set(result.variables()), program.variables()
    pairs = [(o, v) for o in program.outputs for v in wanted]
    renamed: dict[str, Var] = {}
    for block, (o, v) in zip(result.outputs, pairs, strict=True):
        if isinstance(block, Var) and block.name not in ours and block.name not in renamed:
            called = o.name if isinstance(o, Var) and o.named else "y"
            name = free_name(f"d{called}_d{v.name}", taken)
            renamed[block.name] = replace(block, name=name, named=True)
    return substitute(result, renamed)


def _in_every_direction(builder: Builder, program: Program, shape: Shape) -> list[Atom]:
    """Run a Program whose last input is a direction for every entry of an array of that shape.

    The outputs get the shape as leading axes; so does the direction, which thereby becomes a basis.
    """
    only_the_last = [False] * (len(program.inputs) - 1) + [True]
    for dim in reversed(shape):
        program = batch(program, only_the_last, dim)
    return builder.inline(program, [*program.inputs[:-1], _basis(builder, shape)])


def _basis(builder: Builder, shape: Shape) -> Atom:
    """Every direction of an array: 1 in one entry, 0 in the others."""
    builder.origin, builder.note = None, ""
    if not shape:
        return Constant(1.0)
    eyes = [builder.apply("eye", (), dim=d) for d in shape]
    if len(eyes) == 1:
        return eyes[0]
    rows, columns = "abcdefghijklm"[: len(shape)], "nopqrstuvwxyz"[: len(shape)]
    pairs = ",".join(a + b for a, b in zip(rows, columns, strict=True))
    return builder.apply("contract", eyes, spec=f"{pairs}->{rows}{columns}")
