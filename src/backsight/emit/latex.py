r"""LaTeX of a Program, one line per named value: symbols, or the same lines with the numbers at a point.

How arrays are written:

- Functions, sums, quotients and powers of arrays act entry by entry and stretch as NumPy's do; `\odot` is the
  product of two arrays entry by entry, and two arrays side by side are a matrix product, in which a vector is
  a column.
- `x_{ij}` and `[z_1]_{ij}` are entries, counted from 0 as in the code; `(…)_{ij}` is the array that has these
  entries. What is folded has a sum (or a maximum) over an index.
- The adjoint of z, which the code calls dz, is `\frac{\partial C}{\partial z}`, where C is the first output;
  where cotangents of the outputs are given, it is `\bar{z}`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backsight.emit.compiled import compile
from backsight.emit.expressions import Statement, Text, statements
from backsight.emit.latex_arrays import LatexSpeller
from backsight.emit.latex_indices import Index, Piece, bracketed, scalar, sizes_tex, subscript
from backsight.emit.tex import name_tex, number_tex
from backsight.ir.evaluate import Array, to_array
from backsight.ir.op import MULTIPLY
from backsight.ir.program import Atom, Constant, Equation, Program, Var


def emit_latex(program: Program, *, at: Sequence[Any] | None = None) -> str:
    """The Program as an `aligned` environment; conventions at the head of `backsight.emit.latex`.

    Args:
        at: a value per input. Every line is followed by the same line with numbers, and by its value; arrays
            of more than four rows or columns are abbreviated by their shape.

    Raises:
        EmitError: an operation has no LaTeX.
        ShapeError: `at` does not fit the Program.
        GuardError: `at` takes another branch than the example did.
    """
    speller = LatexSpeller(program)
    lines = statements(program, speller)
    rows = _rows(program, speller, lines, _numbers(program, lines, at) if at is not None else {})
    return "\\begin{aligned}\n" + "\n".join(rows) + "\n\\end{aligned}\n"


def _rows(
    program: Program, speller: LatexSpeller, lines: Sequence[Statement], numbers: Mapping[str, list[str]]
) -> list[str]:
    guards = {g.variable.name: g for g in program.guards}
    rows: list[str] = []
    for var in program.inputs:
        rows += [f"{speller.symbols[var.name]} &= {text}" for text in numbers.get(var.name, ())]
    breaks: set[int] = set()
    for number, s in enumerate(lines):
        if s.equation.note and number and not lines[number - 1].equation.note:
            breaks.add(len(rows))
        rows.append(f"{speller.symbols[s.variable.name]} &= {s.text}")
        if s.variable.name in guards:
            rows[-1] += (
                rf" \quad \text{{({'yes' if guards[s.variable.name].expected else 'no'}, on the example)}}"
            )
        rows += [f"&= {text}" for text in numbers.get(s.variable.name, ())]
    shown = {s.variable.name for s in lines}
    for output in program.outputs:
        if isinstance(output, Constant) or output.name not in shown:
            atom = speller.constant(output) if isinstance(output, Constant) else speller.name(output)
            rows.append(f"{name_tex(program.name)} &= {atom.text}")
    # A little air where the backward half begins.
    ends = [r" \\[6pt]" if i + 1 in breaks else r" \\" for i in range(len(rows) - 1)]
    return [row + end for row, end in zip(rows, [*ends, ""], strict=True)]


def _numbers(program: Program, lines: Sequence[Statement], at: Sequence[Any]) -> dict[str, list[str]]:
    """By variable: the line with numbers, and the value."""
    everything = [*program.inputs, *(e.output for e in program.equations)]
    run = compile(replace(program, outputs=tuple(everything)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an infinity is shown as what it is
        values = {v.name: to_array(x) for v, x in zip(everything, run(*at), strict=True)}
    speller = NumberSpeller(program, values, {s.variable.name for s in lines})
    found = {}
    for v in everything:
        found[v.name] = [value_tex(values[v.name], speller.symbols[v.name]).text]
    for s in statements(program, speller):
        value = found[s.variable.name]
        if s.text != value[0]:
            value.insert(0, s.text)
    return found


def value_tex(value: Array, symbol: str) -> Text:
    """A number, a small matrix, or a symbol with its shape."""
    if not value.shape:
        return number_tex(value.data[0], 4)
    if len(value.shape) > 2 or max(value.shape) > 4 or min(value.shape) == 0:
        return Text(rf"\underset{{{sizes_tex(value.shape)}}}{{{symbol}}}", MULTIPLY)
    columns = value.shape[-1]
    numbers = [number_tex(x, 4).text for x in value.data]
    rows = [" & ".join(numbers[i : i + columns]) for i in range(0, len(numbers), columns)]
    cells = r" \\ ".join(rows)
    return Text(rf"\begin{{pmatrix}} {cells} \end{{pmatrix}}")


class NumberSpeller(LatexSpeller):
    """The same lines with values in the place of names."""

    line = 10**9

    def __init__(self, program: Program, values: Mapping[str, Array], lines: set[str]) -> None:
        super().__init__(program)
        self._values, self._lines = values, lines

    def foldable(self, equation: Equation, text: Text) -> bool:
        return equation.output.name not in self._lines

    def constant(self, value: Constant) -> Text:
        return scalar(number_tex(value.value, 4))

    def name(self, var: Var) -> Text:
        text = value_tex(self._values[var.name], self.symbols[var.name])
        return Piece(text.text, text.strength, None, var.type.shape)

    def entry(self, operand: Text, index: Index) -> Text:
        return Text(f"{bracketed(operand)}{subscript(index)}") if index else operand

    def times(self, left: Text, right: Text, sign: str = r"\cdot") -> Text:
        return super().times(left, right, sign)

    def factor(self, text: Text, a: Atom, turned: bool) -> Text:
        value = self._values.get(a.name) if isinstance(a, Var) and a.name in self._shown else None
        if value is None or len(value.shape) != 1:
            return super().factor(text, a, turned)
        shape = (1, *value.shape) if turned else (*value.shape, 1)
        return value_tex(Array(shape, value.data, value.dtype), self.symbols[str(a)])

    @property
    def _shown(self) -> set[str]:
        return self._lines | {v.name for v in self.program.inputs}
