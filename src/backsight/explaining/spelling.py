"""The same expression written as NumPy source and as TeX, in symbols or with the numbers put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backsight.emit.expressions import Speller, Text, statements
from backsight.emit.latex_arrays import LatexSpeller
from backsight.emit.latex_symbols import symbols
from backsight.emit.numpy import NumpySpeller
from backsight.emit.tex import number_tex
from backsight.errors import EmitError
from backsight.explaining.shown import DIGITS, number
from backsight.ir.evaluate import Array
from backsight.ir.op import ADD, ATOM, UNARY
from backsight.ir.program import Atom, Constant, Equation, Program, Var

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


class _Places(_Tex):
    """Scalars with a value are written as the place of that number: it may change its sign."""

    def name(self, var: Var) -> Text:
        value = self.values.get(var.name)
        written = LatexSpeller.name(self, var)
        if value is None or value.shape:
            return written
        return replace(written, text=rf"\live{{value {var.name}}}", strength=ATOM)

    def times(self, left: Text, right: Text, sign: str = r"\,") -> Text:
        """With a dot before a number that is still to come."""
        return super().times(left, right, r"\cdot" if right.text.startswith(r"\live") else sign)


class Maker:
    """A Program whose parts are asked for one by one: what computes a value from named ones."""

    def __init__(self, program: Program) -> None:
        self._name = program.name
        self._made = {e.output.name: (i, e) for i, e in enumerate(program.equations)}

    def part(self, atom: Var) -> Program:
        """The equations that compute one value; the named values they read are its inputs."""
        kept: dict[int, Equation] = {}
        waiting = [atom]
        while waiting:
            position, equation = self._made.get(waiting.pop().name, (-1, None))
            if equation is not None and position not in kept:
                kept[position] = equation
                waiting += [a for a in equation.inputs if isinstance(a, Var) and not a.named]
        equations = tuple(kept[i] for i in sorted(kept))
        inside = {e.output.name for e in equations}
        read = dict.fromkeys(a for e in equations for a in e.inputs if isinstance(a, Var))
        inputs = tuple(v for v in read if v.name not in inside) if equations else (atom,)
        return Program(self._name, inputs, equations, (atom,))


class Notation:
    """How the values of one Program are written, so that a name looks the same wherever it stands."""

    def __init__(self, program: Program) -> None:
        self.names = symbols(program)
        top = program.outputs[0]
        self._top = self.names[top.name] if isinstance(top, Var) else str(top)

    def derivative(self, name: str) -> str:
        """The TeX of the output's derivative by a value."""
        return rf"\frac{{\partial {self._top}}}{{\partial {self.names[name]}}}"

    def expression(self, maker: Maker, atom: Atom, adjoint: tuple[str, str] = ("", "")) -> Symbols:
        """What computes an atom, in terms of named values.

        Args:
            maker: of a Program that computes it; its named values are those of this notation.
            adjoint: the name of an adjoint among its inputs, and of the value it belongs to.
        """
        if isinstance(atom, Constant):
            return Symbols(number(atom.value), number_tex(atom.value).text)
        own = {adjoint[0]: self.derivative(adjoint[1])} if adjoint[0] else {}
        part = maker.part(atom)
        *where, text = _lines(part, atom, _Source(part, {}))
        return Symbols(text, self._tex(part, atom, own, {}), tuple(where))

    def with_numbers(self, maker: Maker, atom: Var, values: Values) -> Symbols | None:
        """The same with numbers for names; None where one is an array, or a part is used more than once."""
        part = maker.part(atom)
        if not part.equations or not part.inputs or any(values[v.name].shape for v in part.inputs):
            return None
        lines = _lines(part, atom, _Source(part, values))
        return Symbols(lines[0], self._tex(part, atom, {}, values)) if len(lines) == 1 else None

    def with_places(self, maker: Maker, atom: Var, values: Values) -> str:
        """The TeX of `with_numbers`, with `\\live{value x}` for the number x; "" where that is None."""
        part = maker.part(atom)
        if self.with_numbers(maker, atom, values) is None:
            return ""
        return self._tex(part, atom, {}, values, _Places)

    def _tex(
        self, part: Program, atom: Var, own: Mapping[str, str], values: Values, speller: type[_Tex] = _Tex
    ) -> str:
        known = {name: self.names[name] for name in part.variables() if name in self.names}
        try:
            lines = _lines(part, atom, speller(part, {**known, **own}, values))
        except EmitError:
            return ""
        return r",\quad ".join([lines[-1], *lines[:-1]])


def _lines(part: Program, atom: Var, speller: Speller) -> list[str]:
    """The statements of a part; the last is the expression alone."""
    written = statements(part, speller)
    if not written:
        return [speller.name(atom).text]
    return [*(f"{speller.name(s.variable).text} = {s.text}" for s in written[:-1]), written[-1].text]
