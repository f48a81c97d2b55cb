"""The walk that targets with expressions share: which values get a line of their own, where parentheses go.

A target gives a `Speller`: how it writes an atom and an operation. The walk decides the rest.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from backsight.errors import EmitError
from backsight.ir.op import ATOM, Form
from backsight.ir.program import Atom, Constant, Equation, Origin, Program, Var


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of source and how tightly it binds."""

    text: str
    strength: int = ATOM

    def within(self, need: int) -> str:
        return f"({self.text})" if self.strength < need else self.text


@dataclass(frozen=True, slots=True)
class Statement:
    """A value with a line of its own: `text` is assigned to `variable`; `covers` were folded into it."""

    variable: Var
    text: str
    equation: Equation
    covers: tuple[str, ...]


class Speller(ABC):
    """How one target writes atoms and operations."""

    target: str
    longest: int = 60
    """Longer expressions get a line of their own …"""
    line: int = 88
    """… and so does the longest part of an expression that would be longer than this."""

    def width(self, text: Text) -> int:
        """How long a piece is, as it is read."""
        return len(text.text)

    def foldable(self, equation: Equation, text: Text) -> bool:
        """Whether a value that nobody named may stand inside the expression that uses it."""
        return self.width(text) <= self.longest

    @abstractmethod
    def constant(self, value: Constant) -> Text: ...

    @abstractmethod
    def name(self, var: Var) -> Text: ...

    @abstractmethod
    def form(self, op: str) -> Form | None:
        """The op's template, or None if `special` writes it."""

    def operands(self, equation: Equation, operands: Sequence[Text]) -> Sequence[Text]:
        """The operands as this equation needs them written."""
        return operands

    def special(self, equation: Equation, operands: Sequence[Text]) -> Text | None:
        """Operations that no template can write; None if the target cannot express it.

        A method `_name(equation, operands)` of the speller writes the operation of that name.
        """
        write = getattr(self, f"_{equation.op}", None)
        result: Text | None = write(equation, operands) if write is not None else None
        return result

    def spell(self, equation: Equation, operands: Sequence[Text]) -> Text:
        """The operation on its operands.

        Raises:
            EmitError: the target cannot express it.
        """
        operands = self.operands(equation, operands)
        form = self.form(equation.op)
        if form is not None:
            pieces = [t.within(form.need(i)) for i, t in enumerate(operands)]
            return Text(form.template.format(*pieces, **equation.options), form.strength)
        special = self.special(equation, operands)
        return self.refuse(equation) if special is None else special

    def refuse(self, equation: Equation) -> Text:
        """Raises: EmitError, always: it names the operation and the place it came from."""
        raise EmitError(
            f"{self.target} cannot express the operation {equation.op!r}",
            origin=equation.origin,
            remedy=f"write that line with operations that {self.target} knows, or choose another target",
        )


def statements(program: Program, speller: Speller) -> list[Statement]:
    """The Program as assignments, in order.

    Raises:
        EmitError: the target cannot express an operation.
    """
    return _Walk(program, speller).run()


class _Walk:
    def __init__(self, program: Program, speller: Speller) -> None:
        self.program, self.speller = program, speller
        self._made = {e.output.name: e for e in program.equations}
        self._uses: dict[str, int] = {}
        for e in program.equations:
            for a in e.inputs:
                self._count(a, 1)
        for a in (*program.outputs, *(g.variable for g in program.guards)):
            self._count(a, 2)
        self._folded: dict[str, tuple[Text, tuple[str, ...]]] = {}

    def _count(self, a: Atom, times: int) -> None:
        if isinstance(a, Var):
            self._uses[a.name] = self._uses.get(a.name, 0) + times

    def run(self) -> list[Statement]:
        result: list[Statement] = []
        for equation in self.program.equations:
            text, covers = self._write(equation, result)
            output = equation.output
            if self._may_fold(equation, text):
                self._folded[output.name] = (text, (*covers, output.name))
            else:
                result.append(Statement(output, text.text, equation, (*covers, output.name)))
        return result

    def _may_fold(self, equation: Equation, text: Text) -> bool:
        output = equation.output
        if output.named or not self.speller.foldable(equation, text):
            return False
        # A size is cheaper to read off again than to name; what only passes a value on needs no name at all.
        passes_on = equation.op in ("custom", "stop_gradient") and text == self._plain_name(
            equation.inputs[0]
        )
        return self._uses.get(output.name, 0) <= 1 or equation.op == "dim" or passes_on

    def _plain_name(self, a: Atom) -> Text | None:
        return self.speller.name(a) if isinstance(a, Var) else None

    def _write(self, equation: Equation, done: list[Statement]) -> tuple[Text, tuple[str, ...]]:
        """The equation with its operands folded in; what does not fit, or is written twice, gets a line."""
        form = self.speller.form(equation.op)
        for position, a in enumerate(equation.inputs):
            if form is not None and form.template.count(f"{{{position}}}") > 1:
                self._unfold(a, done)
        while True:
            text = self.speller.spell(equation, [self._operand(a)[0] for a in equation.inputs])
            folded = [a for a in equation.inputs if isinstance(a, Var) and a.name in self._folded]
            if self.speller.width(text) <= self.speller.line or not folded:
                covers = [name for a in equation.inputs for name in self._operand(a)[1]]
                return text, tuple(dict.fromkeys(covers))
            self._unfold(max(folded, key=lambda a: self.speller.width(self._folded[a.name][0])), done)

    def _operand(self, a: Atom) -> tuple[Text, tuple[str, ...]]:
        if isinstance(a, Constant):
            return self.speller.constant(a), ()
        return self._folded.get(a.name, (self.speller.name(a), ()))

    def _unfold(self, a: Atom, done: list[Statement]) -> None:
        if isinstance(a, Var) and a.name in self._folded:
            text, covers = self._folded.pop(a.name)
            done.append(Statement(a, text.text, self._made[a.name], covers))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of emitted source with the values it computes and the line of the user's source it came from."""

    text: str
    variables: tuple[str, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Source:
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines) + "\n"
