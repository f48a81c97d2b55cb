"""A Program as a Python function over an array library: what NumPy's and JAX's printers share.

A library's own file gives a `PythonSpeller`: its names for the operations. This one writes the function
around them: arguments, guards, the forward lines, the backward lines with their slopes, the result.
"""

from __future__ import annotations

import keyword
import math
import re
from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import ClassVar

from backsight.emit.expressions import Line, Source, Speller, Statement, Text, statements
from backsight.emit.slopes import Slopes
from backsight.ir.op import ATOM, MULTIPLY, UNARY
from backsight.ir.program import Constant, Equation, Guard, Origin, Program, Var

BRANCHES = '''class OtherBranch(ValueError):
    """The code was made for the other way of an `if`."""'''

_WIDEST = 110
_BACKWARD = "backward: each adjoint is that of the value it feeds, times the local slope"
_LONG_NUMBER = 10
_READ_ONLY = {"broadcast", "window", "diagonal"}
_PASSED_ON = {"copy", "stop_gradient", "custom"}
_VIEWS = {"transpose", "reshape", "expand_dims", "squeeze", "index", *_PASSED_ON, *_READ_ONLY}


class PythonSpeller(Speller):
    """How one array library writes atoms and operations.

    Attributes:
        library: the short name it is imported under.
        helpers: source of functions that the library lacks, by name; those the code calls go above it.
        reserved: names the code needs for itself.
        shares_memory: whether a view of an array changes when the array is changed in place.
    """

    library: ClassVar[str]
    helpers: ClassVar[Mapping[str, str]]
    reserved: ClassVar[frozenset[str]]
    shares_memory: ClassVar[bool]

    def __init__(self, program: Program) -> None:
        self._program = program
        self._names = _safe_names(program, self.reserved)
        top = program.outputs[0]
        backward = any(e.note for e in program.equations)
        if backward and isinstance(top, Var) and not top.named and "value" not in program.variables():
            self._names[top.name] = "value"  # what the function returns, which nobody named

    @abstractmethod
    def imports(self, source: str) -> Sequence[str]:
        """The lines above everything that this source needs."""

    def constant(self, value: Constant) -> Text:
        number = value.value
        if isinstance(number, float) and number.is_integer() and abs(number) < 1e15 and str(number) != "-0.0":
            # A whole number reads as one; the other operand is float64, so arithmetic is the same.
            return self.number(int(number))
        return self.number(number)

    def name(self, var: Var) -> Text:
        return Text(self._names.get(var.name, var.name))

    def number(self, number: float | int | bool) -> Text:
        """A number as source, of exactly that value."""
        text = repr(number)
        if isinstance(number, float) and not math.isfinite(number):
            sign = "" if math.isnan(number) or number > 0 else "-"
            text = f"{sign}{self.library}.{'nan' if math.isnan(number) else 'inf'}"
        elif len(text) > _LONG_NUMBER:
            # 2 / 3 says more than 0.6666666666666666, and is the very same number.
            ratio = Fraction(number).limit_denominator(10_000)
            if 0 < abs(ratio.numerator) <= 10_000 and ratio.numerator / ratio.denominator == number:
                return Text(f"{ratio.numerator} / {ratio.denominator}", MULTIPLY)
        return Text(text, UNARY if text.startswith("-") else ATOM)


def reserved_names(names: Collection[str]) -> frozenset[str]:
    """Names that no argument, value or function may have: Python's own and these."""
    return frozenset({"float", "OtherBranch", *names, *keyword.kwlist})


def _safe_names(program: Program, reserved: Collection[str]) -> dict[str, str]:
    taken = set(program.variables())
    safe: dict[str, str] = {}
    for name in sorted(taken & set(reserved)):
        other = f"{name}_"
        while other in taken:
            other += "_"
        taken.add(other)
        safe[name] = other
    return safe


def python_name(program: Program, reserved: Collection[str]) -> str:
    """What the emitted function is called: the Program's name, unless the code needs that name itself."""
    return f"{program.name}_" if program.name in reserved else program.name


def write_function(program: Program, speller: PythonSpeller, *, standalone: bool, comments: bool) -> Source:
    """The Program as a Python function, line by line.

    Args:
        standalone: with the import and the helper functions it needs, so that it runs as it is.
        comments: say what the function returns, and which local slope each backward line multiplies by.

    Raises:
        EmitError: the library has no spelling for an operation.
    """
    arguments = ", ".join(speller.name(v).text for v in program.inputs)
    body = _body(program, speller, comments)
    returned = ", ".join(_returned(program, speller))
    lines = [
        Line(f"def {python_name(program, speller.reserved)}({arguments}):"),
        *(_docstring(program, speller) if comments else []),
        *body,
        Line(f"    return {returned}", tuple(a.name for a in program.outputs if isinstance(a, Var))),
    ]
    return Source((*map(Line, _above(program, speller, lines)), *lines) if standalone else tuple(lines))


def _above(program: Program, speller: PythonSpeller, lines: Sequence[Line]) -> list[str]:
    """Imports, and the helper functions that the lines (or another helper) call."""
    code = "\n".join(line.text.partition("  # ")[0] for line in lines if " raise " not in line.text)
    helpers = called(speller.helpers, code)
    code = "\n".join([*helpers, code])
    if program.guards:
        helpers.append(BRANCHES)
    parted = [line for text in helpers for line in ("", "", *text.split("\n"))]
    return [*speller.imports(code), *parted, "", ""]


def called(helpers: Mapping[str, str], code: str) -> list[str]:
    """The helper functions that the code calls, and those that these call; one may call those before it."""
    found: list[str] = []
    for name, text in reversed(list(helpers.items())):
        if re.search(rf"(?<![\w.]){name}\(", code):
            found.insert(0, text)
            code = f"{text}\n{code}"
    return found


def _returned(program: Program, speller: PythonSpeller) -> list[str]:
    """The outputs, each an array of its own: changing one must change neither an argument nor another."""
    made = {e.output.name: e for e in program.equations}
    owned = {v.name for v in program.inputs}
    result: list[str] = []
    for a in program.outputs:
        if isinstance(a, Constant):
            result.append(speller.number(a.value).text)
            continue
        root, stretched = _memory(a, made)
        shared = speller.shares_memory and (root.name in owned or stretched)
        owned.add(root.name)
        result.append(
            f"{speller.name(a).text}.copy()" if shared and root.type.shape else speller.name(a).text
        )
    return result


def _memory(a: Var, made: Mapping[str, Equation]) -> tuple[Var, bool]:
    """The variable whose memory this one shares, and whether it is stretched (and so cannot be written)."""
    stretched = False
    while a.name in made and made[a.name].op in _VIEWS:
        equation = made[a.name]
        source = equation.inputs[0]
        if not isinstance(source, Var) or (equation.op == "broadcast" and not source.type.shape):
            break
        stretched = stretched or equation.op in _READ_ONLY
        a = source
    return a, stretched


def _body(program: Program, speller: PythonSpeller, comments: bool) -> list[Line]:
    guards = {g.variable.name: g for g in program.guards}
    lines: list[Line] = []
    for var in program.inputs:
        if var.name in guards:
            lines += _guard(guards[var.name], speller)
    slopes = Slopes(program, type(speller), lambda v: speller.name(v).text) if comments else None
    backward = False
    for s in statements(program, speller):
        if slopes is not None and s.equation.note and not backward:
            backward = True
            lines += [*([Line("")] if lines else []), Line(f"    # {_BACKWARD}")]
        lines.append(_line(s, speller, slopes))
        if s.variable.name in guards:
            lines += _guard(guards[s.variable.name], speller)
    return lines


def _line(s: Statement, speller: PythonSpeller, slopes: Slopes | None) -> Line:
    text = f"    {speller.name(s.variable).text} = {s.text}"
    origin = s.equation.origin
    if slopes is not None and s.equation.note:
        text = _commented(text, slopes.comments(s), origin)
    return Line(text, s.covers, origin)


def _docstring(program: Program, speller: PythonSpeller) -> list[Line]:
    """What a gradient returns, in a sentence."""
    backward = {e.output.name for e in program.equations if e.note}
    first, *slopes = program.outputs
    if not backward or first.type.shape or not slopes:
        return []
    inputs = {f"d{v.name}": speller.name(v).text for v in program.inputs}
    value = speller.name(first).text if isinstance(first, Var) else "the value"
    by = [inputs.get(str(a).rstrip("_"), "") for a in slopes]
    listed = f"{', '.join(by[:-1])} and {by[-1]}" if len(by) > 1 else by[0]
    text = f'    """Returns {value}, and how fast it moves with {listed}."""'
    if not all(by) or len(text) > _WIDEST:
        text = f'    """Returns {value}, and its gradient."""'
    return [Line(text)]


def _commented(text: str, comments: Sequence[str], origin: Origin | None) -> str:
    """The line with the longest comment that fits, and the source it goes back through or only its number."""
    text = f"{text:<46}"
    places = [f"({origin.text})", f"(line {origin.line})"] if origin is not None and origin.text else []
    choices = [f"{words}   {place}".strip() for words in comments for place in [*places, ""]]
    for words in choices or [f"back through {place}" for place in places]:
        if len(text) + len(words) + 4 <= _WIDEST:
            return f"{text}  # {words}"
    return text.rstrip()


def _guard(guard: Guard, speller: PythonSpeller) -> list[Line]:
    name = speller.name(guard.variable).text
    return [
        Line(f"    if {'not ' if guard.expected else ''}{name}:"),
        Line(f"        raise OtherBranch({branch_message(guard)!r})"),
    ]


def branch_message(guard: Guard) -> str:
    """What code says that was made for the other way of an `if`."""
    where = guard.origin.text if guard.origin and guard.origin.text else str(guard.variable)
    return f"this code is for inputs where the decision in {where!r} comes out {guard.expected}"
