"""One structure of the bank, and how a function becomes one."""

from __future__ import annotations

import linecache
import operator
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from backsight import numpy as np
from backsight.api import grad, trace
from backsight.emit.latex import emit_latex
from backsight.ir.program import ArrayType, Program, Var
from backsight.transforms import simplify

Number = Any
"""A traced number."""


@dataclass(frozen=True)
class Structure:
    """What a family of exercises is made of.

    Attributes:
        id: `<family>-<number>`; the kernel has the same name with an underscore.
        family: where it belongs.
        level: 1 (easiest) to 3.
        program: all that is computed; its inputs are coefficients and places.
        values: what is computed, by the name the browser asks for: a variable, or the number it always is.
        wrong: the values that mistakes give: the value's name, then the mistake's.
        ranges: the whole numbers that each coefficient is drawn from, both ends included.
        details: what else the family's exercises show; plain JSON.
    """

    id: str
    family: str
    level: int
    program: Program
    values: Mapping[str, str | float]
    wrong: Mapping[str, str]
    ranges: Mapping[str, tuple[int, int]]
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kernel(self) -> str:
        return self.id.replace("-", "_")

    def json(self) -> dict[str, Any]:
        """As web/src/exercises/bank.ts reads it."""
        return {
            "id": self.id,
            "level": self.level,
            "kernel": self.kernel,
            "values": dict(self.values),
            "wrong": dict(self.wrong),
            "ranges": {name: list(ends) for name, ends in self.ranges.items()},
            **self.details,
        }


def functions(source: str, **names: Any) -> dict[str, Any]:
    """The functions of a generated source text, whose lines tracing can read."""
    file = f"<exercise {zlib.crc32(source.encode()):08x}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    found: dict[str, Any] = {"np": np, **names}
    exec(compile(source, file, "exec"), found)
    return found


def record(
    inputs: Sequence[str], compute: Callable[..., Mapping[str, Number]], name: str
) -> tuple[Program, dict[str, str | float]]:
    """Trace a function of named numbers that returns named numbers.

    Returns:
        The Program, and each name's variable in it (or the number it always is).
    """
    keys: list[str] = []

    def everything(*numbers: Number) -> tuple[Number, ...]:
        computed = compute(*numbers)
        keys[:] = computed
        return tuple(computed.values())

    # Inputs take their names from the signature.
    source = f"def {name}({', '.join(inputs)}):\n    return everything({', '.join(inputs)})\n"
    traced = functions(source, everything=everything)[name]
    program = simplify(trace(traced, *(ArrayType() for _ in inputs)))
    atoms = program.outputs
    values = {k: a.name if isinstance(a, Var) else float(a.value) for k, a in zip(keys, atoms, strict=True)}
    return program, values


def tex_lines(function: Callable[..., Any], inputs: Sequence[str]) -> list[dict[str, str]]:
    """A function's lines in mathematical type, as the engine writes them."""
    rows = _rows(trace(function, *(ArrayType() for _ in inputs)))
    return [{"name": left, "tex": right} for left, right in rows]


def _rows(program: Program) -> list[tuple[str, str]]:
    inside = emit_latex(program).split("\n", 1)[1].rsplit("\n\\end", 1)[0]
    rows = re.split(r" \\\\(?:\[\d+pt\])?\n", inside)
    pairs = (row.split(" &= ", 1) for row in rows)
    return [(left.strip(), right.strip()) for left, right in pairs]


def slope_tex(function: Callable[..., Any], inputs: Sequence[str]) -> str:
    """The slope of a function by its first input, as the engine writes it."""
    signature = ", ".join(inputs)
    source = f"def slope({signature}):\n    return grad(function)({signature})\n"
    traced = functions(source, grad=grad, function=function)["slope"]
    *before, (_, slope) = _rows(simplify(trace(traced, *(ArrayType() for _ in inputs))))
    # What the engine names on the way is written in its place.
    for name, tex in reversed(before):
        slope = slope.replace(name, tex)
    return slope


def times(numbers: Sequence[Number]) -> Number:
    return reduce(operator.mul, numbers)


def plus(numbers: Sequence[Number]) -> Number:
    return reduce(operator.add, numbers)
