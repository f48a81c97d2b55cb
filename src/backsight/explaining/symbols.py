"""TeX symbols: W1 is W with a layer above, x1 is x with a subscript; index letters stand for axes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backsight.emit.expressions import Speller, Text, statements
from backsight.ir.op import ADD, ATOM, MULTIPLY, POWER, REGISTRY, UNARY, Form
from backsight.ir.program import Atom, Constant, Dim, Equation, Program, Var
from backsight.ops.linalg import read_spec

_LETTERS = "ijklmpqrs"
_NAME = re.compile(r"([A-Za-z]+?)_?(\d*)$")
_SPECIAL = {"cost": "C", "error": "e", "loss": "L", "X": "x", "T": "t"}
_GREEK = {"alpha", "beta", "gamma", "delta", "theta", "mu", "sigma", "eta", "lam"}


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
    match = _NAME.fullmatch(var.name)
    stem, digits = (match[1], match[2]) if match else (var.name, "")
    stem = _SPECIAL.get(stem, stem)
    if stem in _GREEK:
        stem = "\\" + stem
    elif len(stem) > 1:
        stem = rf"\mathrm{{{stem}}}"
    index = "".join(c for c in letters.index(var) if c != "n")
    if index:
        return stem + (f"^{{{digits}}}" if digits else "") + f"_{{{index}}}"
    return stem + (f"_{{{digits}}}" if digits else "")


def derivative(top: Var, bottom: Var, letters: Letters) -> str:
    return rf"\frac{{\partial {symbol(top, letters)}}}{{\partial {symbol(bottom, letters)}}}"


class TexSpeller(Speller):
    """Entry by entry: the TeX of one element of each value, with sums written out."""

    target = "latex"
    longest = line = 10_000

    def __init__(self, letters: Letters) -> None:
        self.letters = letters

    def constant(self, value: Constant) -> Text:
        number = value.value
        text = str(int(number)) if number == int(number) else repr(number)
        return Text(text, UNARY if text.startswith("-") else ATOM)

    def name(self, var: Var) -> Text:
        text = symbol(var, self.letters)
        # TeX allows one superscript: a layer's number counts as one.
        return Text(text, POWER if "^" in text else ATOM)

    def form(self, op: str) -> Form | None:
        return REGISTRY[op].write.tex

    def special(self, equation: Equation, operands: Sequence[Text]) -> Text | None:
        if equation.op == "contract":
            return self._contract(equation, operands)
        if equation.op in ("sum", "mean"):
            letters = self.letters.index(equation.inputs[0]) if isinstance(equation.inputs[0], Var) else []
            over = [letters[a] for a in equation.options["axes"] if a < len(letters)]
            return Text(rf"\sum_{{{','.join(over)}}} {operands[0].within(MULTIPLY)}", ADD)
        if equation.op == "softmax":
            return Text(rf"\operatorname{{softmax}}\left({operands[0].text}\right)")
        if equation.op == "logsumexp":
            return Text(rf"\ln \sum e^{{{operands[0].text}}}", ADD)
        if equation.op == "dim":
            return Text("n" if equation.options["dim"] == self.letters.rows else str(equation.options["dim"]))
        if equation.op in ("broadcast", "expand_dims", "squeeze", "reshape", "copy", "transpose", "index"):
            return operands[0]
        arguments = ", ".join(t.text for t in operands)
        return Text(rf"\operatorname{{{equation.op}}}\left({arguments}\right)")

    def _contract(self, equation: Equation, operands: Sequence[Text]) -> Text:
        specs, right = read_spec(equation.options["spec"])
        names: dict[str, str] = {}
        for letters, atom in zip(specs, equation.inputs, strict=True):
            if isinstance(atom, Var):
                names.update(zip(letters, self.letters.index(atom), strict=True))
        over = sorted({names.get(c, c) for letters in specs for c in letters if c not in right} - {"n"})
        product = r"\,".join(t.within(MULTIPLY) for t in operands)
        return Text(rf"\sum_{{{','.join(over)}}} {product}" if over else product, ADD if over else MULTIPLY)


def expression(program: Program, atom: Atom, letters: Letters, *, through: Sequence[str] = ()) -> str:
    """The TeX of what computes an atom, in terms of named values; `through` are names to look behind.

    A value that copies another is looked through.
    """
    speller = TexSpeller(letters)
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


def _spelled(program: Program, last: Equation, speller: TexSpeller, made: dict[str, Equation]) -> str:
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
