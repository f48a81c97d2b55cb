"""A Program as a graph: a node per value, a link per operand. Graphviz and the edge list print it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from backsight.ir.program import ArrayType, Equation, Origin, Program

INPUT, OUTPUT = "input", "output"


@dataclass(frozen=True, slots=True)
class Link:
    """A value goes into an operation.

    Attributes:
        source: the value's name, or a number as it is written; "" where an input comes from outside.
        target: the name of what is computed; "" where an output goes outside.
        operation: the operation that computes `target`, with its parameters: `softmax(axis=1)`.
        position: which operand it is, from 0; of an output, which output.
        shape: of the source (of the target, where there is no source), such as `n x 3`; "" for a number.
        source_line: where in the source it is computed, such as `net.py:12: z1 = X @ W1 + b1`.
    """

    source: str
    target: str
    operation: str
    position: int
    shape: str
    source_line: str


def links(program: Program) -> Iterator[Link]:
    """Inputs first, then every operand of every equation in order, then the outputs.

    An operation without operands has one link, from nowhere.
    """
    for position, var in enumerate(program.inputs):
        yield Link("", var.name, INPUT, position, shape_text(var.type), "")
    for e in program.equations:
        operation, where = operation_text(e), place(e.origin)
        for position, a in enumerate(e.inputs):
            yield Link(str(a), e.output.name, operation, position, shape_text(a.type), where)
        if not e.inputs:
            yield Link("", e.output.name, operation, 0, shape_text(e.output.type), where)
    for position, a in enumerate(program.outputs):
        yield Link(str(a), "", OUTPUT, position, shape_text(a.type), "")


def operation_text(e: Equation) -> str:
    """The operation with its parameters."""
    parameters = ", ".join(f"{key}={value!r}" for key, value in e.params)
    return f"{e.op}({parameters})" if parameters else e.op


def shape_text(type: ArrayType) -> str:
    return " x ".join(map(str, type.shape))


def place(origin: Origin | None) -> str:
    """The line of source; only the file's own name, so that a graph can be handed on."""
    return "" if origin is None else f"{PurePath(origin.file).name}:{origin.line}: {origin.text}".rstrip(": ")


def is_backward(e: Equation) -> bool:
    """Whether a derivative was taken to get there, rather than the function run."""
    return bool(e.note)
