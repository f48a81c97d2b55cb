"""The same expression written three ways: as NumPy source, as TeX, and with the numbers put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backsight.emit.expressions import Speller, Text, statements
from backsight.emit.numpy import NumpySpeller
from backsight.explaining.shown import number
from backsight.ir.evaluate import Array
from backsight.ir.op import ADD, ATOM
from backsight.ir.program import Atom, Constant, Program, Var


@dataclass(frozen=True, slots=True)
class Symbols:
    """An expression in symbols.

    Attributes:
        text: as NumPy source.
        tex: as TeX.
        where: parts used more than once, written before it: `v = …`, in the order they are computed.
    """

    text: str
    tex: str = ""
    where: tuple[str, ...] = ()


class _WithNumbers(NumpySpeller):
    """Scalars are written as their numbers; negative ones in parentheses wherever an operator stands by."""

    longest = line = 400

    def __init__(self, program: Program, values: Mapping[str, Array]) -> None:
        super().__init__(program)
        self.values = values

    def name(self, var: Var) -> Text:
        value = self.values.get(var.name)
        if value is None or value.shape:
            return super().name(var)
        text = number(value.data[0])
        return Text(text, ADD if text.startswith("-") else ATOM)


class _Plain(NumpySpeller):
    longest = line = 400


def part(program: Program, atom: Var) -> Program:
    """The equations that compute one value from named ones."""
    needed = {atom.name}
    kept = []
    for e in reversed(program.equations):
        if e.output.name in needed:
            kept.append(e)
            needed.update(a.name for a in e.inputs if isinstance(a, Var) and not a.named)
    return Program(program.name, program.inputs, tuple(reversed(kept)), (atom,))


def _lines(program: Program, atom: Var, speller: Speller) -> list[str]:
    made = part(program, atom)
    if not made.equations:
        return [speller.name(atom).text]
    written = statements(made, speller)
    return [*(f"{speller.name(s.variable).text} = {s.text}" for s in written[:-1]), written[-1].text]


def as_source(program: Program, atom: Atom) -> Symbols:
    """What computes an atom, in terms of named values, as NumPy source."""
    speller = _Plain(program)
    if isinstance(atom, Constant):
        return Symbols(speller.constant(atom).text)
    *where, text = _lines(program, atom, speller)
    return Symbols(text, where=tuple(where))


def with_numbers(program: Program, atom: Atom, values: Mapping[str, Array]) -> Symbols | None:
    """The same with numbers for names; None where one is an array, or a part is used more than once."""
    if isinstance(atom, Constant):
        return None
    made = part(program, atom)
    read = [a for e in made.equations for a in e.inputs if isinstance(a, Var) and a.name in values]
    if not read or any(values[a.name].shape for a in read):
        return None
    written = statements(made, _WithNumbers(program, values))
    return Symbols(written[-1].text) if len(written) == 1 else None
