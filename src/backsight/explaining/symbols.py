"""TeX symbols: W1 is W with a layer above, x1 is x with a subscript; index letters stand for axes."""

from __future__ import annotations

from collections.abc import Sequence

from backsight.emit.expressions import Text, statements
from backsight.emit.tex import OPEN, TexSpeller, name_parts, summed
from backsight.ir.op import ATOM, POWER, REGISTRY, Family
from backsight.ir.program import Atom, Constant, Dim, Equation, Program, Var
from backsight.ops.linalg import read_spec

_LETTERS = "ijklmpqrs"
_ENTRY = {"X": "x", "T": "t", r"\mathrm{error}": "e"}


class Letters:
    """A letter for every axis: `n` for the example; i, j, k … for named dimensions in order of appearance."""

    def __init__(self, program: Program, rows: str | None) -> None:
        self.rows = rows
        # From the first input along the computation, so that neighbouring layers get neighbouring letters.
        along = [*program.inputs[:1], *(e.output for e in program.equations), *program.inputs]
        dims = [d for v in along for d in v.type.shape if isinstance(d, str) and d != rows]
        self._letter = dict(zip(dict.fromkeys(dims), _LETTERS, strict=False))

    def of(self, dim: Dim, axis: int = 0) -> str:
        if dim == self.rows:
            return "n"
        return self._letter.get(str(dim), _LETTERS[-1 - axis])

    def index(self, var: Var) -> list[str]:
        return [self.of(d, axis) for axis, d in enumerate(var.type.shape)]


def symbol(var: Var, letters: Letters) -> str:
    """The TeX of one entry of a variable; the example's index is left out."""
    stem, below = name_parts(var.name)
    # Entries are lower case, and an array that has indices wears its number above.
    stem, number = _ENTRY.get(stem, stem), ",".join(below)
    index = "".join(c for c in letters.index(var) if c != "n")
    if index:
        return stem + (f"^{{{number}}}" if number else "") + f"_{{{index}}}"
    return stem + (f"_{{{number}}}" if number else "")


def derivative(top: Var, bottom: Var, letters: Letters) -> str:
    return rf"\frac{{\partial {symbol(top, letters)}}}{{\partial {symbol(bottom, letters)}}}"


class EntrySpeller(TexSpeller):
    """Entry by entry: the TeX of one element of each value, with sums written out."""

    def __init__(self, letters: Letters) -> None:
        self.letters = letters

    def name(self, var: Var) -> Text:
        text = symbol(var, self.letters)
        # TeX allows one superscript: a layer's number counts as one.
        return Text(text, POWER if "^" in text else ATOM)

    def special(self, equation: Equation, operands: Sequence[Text]) -> Text | None:
        written = super().special(equation, operands)
        if written is not None or self.form(equation.op) is not None:
            return written
        if REGISTRY[equation.op].family is Family.MOVE and operands:
            return operands[0]
        # An explanation never fails for want of a symbol.
        arguments = ", ".join(t.text for t in operands)
        return Text(rf"\operatorname{{{equation.op}}}\left({arguments}\right)")

    def _fold(self, e: Equation, operands: Sequence[Text]) -> Text:
        letters = self.letters.index(e.inputs[0]) if isinstance(e.inputs[0], Var) else []
        return summed([letters[a] for a in e.options["axes"] if a < len(letters)], operands[0])

    _sum = _mean = _fold

    def _softmax(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(rf"\operatorname{{softmax}}\left({operands[0].text}\right)")

    def _logsumexp(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(rf"\ln \sum e^{{{operands[0].text}}}", OPEN)

    def _dim(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text("n" if e.options["dim"] == self.letters.rows else str(e.options["dim"]))

    def _contract(self, e: Equation, operands: Sequence[Text]) -> Text:
        specs, right = read_spec(e.options["spec"])
        names: dict[str, str] = {}
        for letters, atom in zip(specs, e.inputs, strict=True):
            if isinstance(atom, Var):
                names.update(zip(letters, self.letters.index(atom), strict=True))
        over = sorted({names.get(c, c) for letters in specs for c in letters if c not in right} - {"n"})
        product = operands[0]
        for factor in operands[1:]:
            product = self.times(product, factor)
        return summed(over, product)


def expression(program: Program, atom: Atom, letters: Letters, *, through: Sequence[str] = ()) -> str:
    """The TeX of what computes an atom, in terms of named values; `through` are names to look behind.

    A value that copies another is looked through.
    """
    speller = EntrySpeller(letters)
    if isinstance(atom, Constant):
        return speller.constant(atom).text
    made = {e.output.name: e for e in program.equations}
    equation = made.get(atom.name)
    while equation is not None and equation.op == "copy" and isinstance(equation.inputs[0], Var):
        source = made.get(equation.inputs[0].name)
        if source is None:
            return symbol(equation.inputs[0], letters)
        equation = source
    if equation is None:
        return symbol(atom, letters)
    return _spelled(program, equation, speller, made)


def _spelled(program: Program, last: Equation, speller: EntrySpeller, made: dict[str, Equation]) -> str:
    """Write one equation with its unnamed operands folded in."""
    needed = {last.output.name}
    part: list[Equation] = []
    for e in reversed(program.equations):
        if e.output.name in needed:
            part.append(e)
            needed.update(a.name for a in e.inputs if isinstance(a, Var) and a.name in made and not a.named)
    if last.op == "mul" and last.inputs[0] == Constant(1.0) and isinstance(last.inputs[1], Var):
        # A decision used as a number, 1 or 0: Iverson's bracket.
        return rf"\left[{expression(program, last.inputs[1], speller.letters)}\right]"
    # Each step is used once in what is written, however often the Program uses it.
    lines = statements(Program("part", program.inputs, tuple(reversed(part)), (last.output,)), speller)
    return lines[-1].text
