"""The same expression written as NumPy source and as TeX, in symbols or with the numbers put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backsight.emit.expressions import Speller, Text, statements
from backsight.emit.latex import LatexSpeller, symbols
from backsight.emit.numpy import NumpySpeller
from backsight.emit.tex import number_tex
from backsight.errors import EmitError
from backsight.explaining.shown import DIGITS, number
from backsight.ir.evaluate import Array
from backsight.ir.op import ADD, ATOM, UNARY
from backsight.ir.program import Atom, Constant, Program, Var

Values = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Symbols:
    """An expression.

    Attributes:
        text: as NumPy source.
        tex: as TeX; "" where an operation has none.
        where: parts used more than once, as lines of NumPy source `v = …` that stand before `text`.
    """

    text: str
    tex: str = ""
    where: tuple[str, ...] = ()


class _Source(NumpySpeller):
    """Scalars with a value are written as numbers, negative ones in parentheses."""

    longest = line = 400

    def __init__(self, program: Program, values: Values) -> None:
        super().__init__(program)
        self.values = values

    def name(self, var: Var) -> Text:
        value = self.values.get(var.name)
        if value is None or value.shape:
            return super().name(var)
        text = number(value.data[0])
        return Text(text, ADD if text.startswith("-") else ATOM)


class _Tex(LatexSpeller):
    longest = line = 400

    def __init__(self, program: Program, names: Mapping[str, str], values: Values) -> None:
        super().__init__(program)
        self.symbols |= names
        self.values = values

    def name(self, var: Var) -> Text:
        value = self.values.get(var.name)
        if value is None or value.shape:
            return super().name(var)
        text = number_tex(value.data[0], DIGITS)
        return replace(super().name(var), text=text.text, strength=min(text.strength, UNARY))


class Notation:
    """How the values of one Program are written, so that a name looks the same wherever it stands."""

    def __init__(self, program: Program) -> None:
        self.names = symbols(program)
        top = program.outputs[0]
        self._top = self.names[top.name] if isinstance(top, Var) else str(top)

    def derivative(self, name: str) -> str:
        """The TeX of the output's derivative by a value."""
        return rf"\frac{{\partial {self._top}}}{{\partial {self.names[name]}}}"

    def expression(self, program: Program, atom: Atom, adjoint: tuple[str, str] = ("", "")) -> Symbols:
        """What computes an atom, in terms of named values.

        Args:
            program: computes it; its named values are those of this notation.
            adjoint: the name of an adjoint among its inputs, and of the value it belongs to.
        """
        if isinstance(atom, Constant):
            return Symbols(_Source(program, {}).constant(atom).text, number_tex(atom.value).text)
        own = {adjoint[0]: self.derivative(adjoint[1])} if adjoint[0] else {}
        part = _part(program, atom)
        *where, text = _lines(part, atom, _Source(program, {}))
        return Symbols(text, self._tex(part, atom, own, {}), tuple(where))

    def with_numbers(self, program: Program, atom: Var, values: Values) -> Symbols | None:
        """The same with numbers for names; None where one is an array, or a part is used more than once."""
        part = _part(program, atom)
        if not part.equations or not part.inputs or any(values[v.name].shape for v in part.inputs):
            return None
        lines = _lines(part, atom, _Source(program, values))
        return Symbols(lines[0], self._tex(part, atom, {}, values)) if len(lines) == 1 else None

    def _tex(self, part: Program, atom: Var, own: Mapping[str, str], values: Values) -> str:
        known = {name: tex for name, tex in self.names.items() if name in part.variables()}
        try:
            lines = _lines(part, atom, _Tex(part, {**known, **own}, values))
        except EmitError:
            return ""
        return r",\quad ".join([lines[-1], *lines[:-1]])


def _part(program: Program, atom: Var) -> Program:
    """The equations that compute one value from named ones, which become the inputs."""
    needed, kept = {atom.name}, []
    for e in reversed(program.equations):
        if e.output.name in needed:
            kept.append(e)
            needed.update(a.name for a in e.inputs if isinstance(a, Var) and not a.named)
    inside = {e.output.name for e in kept}
    read = dict.fromkeys(a for e in reversed(kept) for a in e.inputs if isinstance(a, Var))
    inputs = tuple(v for v in read if v.name not in inside) if kept else (atom,)
    return Program(program.name, inputs, tuple(reversed(kept)), (atom,))


def _lines(part: Program, atom: Var, speller: Speller) -> list[str]:
    """The statements of a part; the last is the expression alone."""
    written = statements(part, speller)
    if not written:
        return [speller.name(atom).text]
    return [*(f"{speller.name(s.variable).text} = {s.text}" for s in written[:-1]), written[-1].text]
