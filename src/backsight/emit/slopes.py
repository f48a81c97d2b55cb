"""What a line of the backward pass multiplies by, in a few words that come from the derivative rules.

The adjoint of z is the adjoint of what z feeds, times the local slope of that step. Which steps these are is
read off the forward half of the same Program, and an elementwise step's slope is its own vjp at an adjoint
of 1: so a comment is right whatever algebra has made of the line beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from backsight.emit.expressions import Speller, Statement, statements
from backsight.errors import BacksightError
from backsight.ir.builder import Builder
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import ArrayType, Constant, Equation, Program, Var
from backsight.ops.value import Value
from backsight.transforms.simplify import simplify

_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "neg": "-", "pow": "**", "contract": "@"}
_SILENT = {"copy", "broadcast", "reshape", "expand_dims", "squeeze", "transpose", "dim"}
_LONGEST = 30
_MOST_STEPS = 4
_MOST_WORDS = 60


class Slopes:
    """The comments of one Program's backward lines.

    Args:
        speller: makes a speller for a Program, to write a slope with.
        name: what a value is called in the code.
    """

    def __init__(
        self, program: Program, speller: Callable[[Program], Speller], name: Callable[[Var], str]
    ) -> None:
        self._speller, self._name = speller, name
        self._everything = program.variables()
        forward = [e for e in program.equations if not e.note]
        self._order = {e.output.name: i for i, e in enumerate(forward)}
        self._known = {v.name: v for v in program.inputs} | {e.output.name: e.output for e in forward}
        self._outputs = {str(a) for a in program.outputs}
        self._uses: dict[str, list[Equation]] = {}
        for e in forward:
            for place, a in enumerate(e.inputs):
                if isinstance(a, Var) and not _is_flat(e, place):
                    self._uses.setdefault(a.name, []).append(e)

    def comments(self, s: Statement) -> list[str]:
        """What a statement multiplies by, at length and then more shortly; nothing where nothing is sure."""
        source = self._adjoint_of(s.variable.name)
        if source is not None and s.equation.op == "broadcast" and s.equation.inputs[0] == Constant(0.0):
            return [f"{self._name(source)} does not matter to the result"]
        ways = self._ways(source) if source is not None else []
        if source is None or not ways:
            return [f"for the slope of {_word(s.equation.note)}"] if s.equation.note in REGISTRY else []
        text = " + ".join(self._through(source, target, steps) for target, steps in ways)
        choices = [text] if len(ways) == 1 or len(text) <= _MOST_WORDS else []
        return choices + ([f"the sum over its {len(ways)} uses"] if len(ways) > 1 else [])

    def _adjoint_of(self, name: str) -> Var | None:
        """The value of the forward pass that `name` is the adjoint of: dz is that of z."""
        if not name.startswith("d"):
            return None
        return self._known.get(name[1:]) or self._known.get(name[1:].rstrip("_"))

    def _is_end(self, var: Var) -> bool:
        """Whether the walk stops there: at an output, and where the adjoint has a line of its own."""
        return var.name in self._outputs or (var.named and f"d{var.name}" in self._everything)

    def _ways(self, source: Var) -> list[tuple[Var, list[Equation]]]:
        """Every value that a value feeds, with the steps on the way there, first to last."""
        reached: dict[str, Equation] = {}
        frontier = [source.name]
        while frontier:
            for e in self._uses.get(frontier.pop(), ()):
                if e.output.name not in reached:
                    reached[e.output.name] = e
                    if not self._is_end(e.output):
                        frontier.append(e.output.name)
        steps = sorted(reached.values(), key=lambda e: self._order[e.output.name])
        return [(e.output, _leading_to(e, steps, self._is_end)) for e in steps if self._is_end(e.output)]

    def _through(self, source: Var, target: Var, steps: Sequence[Equation]) -> str:
        """The adjoint of what is fed, times the slope of the steps on the way."""
        adjoint = self._everything.get(f"d{target.name}")
        blame = f"{self._name(adjoint)} · " if adjoint is not None else ""
        path = {source.name, *(e.output.name for e in steps)}
        formulas = {e.output.name: self._formula(e, path) for e in steps}
        audible = [e for e in steps if e.op not in _SILENT and formulas[e.output.name] != "1"]
        if not audible:
            loud = [e for e in steps if e.op not in _SILENT] or list(steps)
            return f"{blame}slope of {_word(loud[-1].op)}: 1{_summed(source, loud[-1])}"
        if len(audible) == 1:
            (e,) = audible
            formula = formulas[e.output.name]
            slope = f"{_word(e.op)}: {formula}{_summed(source, e)}" if formula else _word(e.op)
            return f"{blame}slope of {slope}"
        words = list(dict.fromkeys(_word(e.op) for e in audible))
        if len(words) == 1:
            return f"{blame}slope of {words[0]}"
        if len(words) > _MOST_STEPS:
            return f"{blame}slopes of {', '.join(words[: _MOST_STEPS - 1])}, …"
        return f"{blame}slopes of {', '.join(words[:-1])} and {words[-1]}"

    def _formula(self, e: Equation, path: set[str]) -> str:
        """The slope of a step by its one operand on the path, where the code has names for what it takes."""
        places = [i for i, a in enumerate(e.inputs) if isinstance(a, Var) and a.name in path]
        if len(places) != 1:
            return ""
        if REGISTRY[e.op].family is Family.CONTRACT and len(e.inputs) == 2:
            other = e.inputs[1 - places[0]]
            return self._name(other) if isinstance(other, Var) and other.named else ""
        if REGISTRY[e.op].family is not Family.MAP:
            return ""
        try:
            slope = _slope(e, places[0])
        except BacksightError:
            return ""
        if slope is None:
            return ""
        used = [*(a for x in slope.equations for a in x.inputs), *slope.outputs]
        shown = {a.name for a in (*e.inputs, e.output) if isinstance(a, Var) and a.named}
        local = {x.output.name for x in slope.equations}
        if any(isinstance(a, Var) and a.name not in shown | local for a in used):
            return ""
        return self._written(slope)

    def _written(self, slope: Program) -> str:
        speller = self._speller(slope)
        lines = statements(slope, speller)
        if len(lines) > 1:
            return ""
        (output,) = slope.outputs
        if lines:
            text = lines[0].text
        elif isinstance(output, Constant):
            text = speller.constant(output).text
        else:
            text = self._name(output)
        text = re.sub(r" \*\* ([2-9])\b(?!\.)", lambda m: "⁰¹²³⁴⁵⁶⁷⁸⁹"[int(m[1])], text)
        text = re.sub(r"^1\.0 \* \((.*)\)$", r"\1", text)
        return text if len(text) <= _LONGEST else ""


def _leading_to(last: Equation, steps: Sequence[Equation], is_end: Callable[[Var], bool]) -> list[Equation]:
    """Those of the steps that lead to the last one without passing another end."""
    needed = {last.output.name}
    found: list[Equation] = []
    for e in reversed(steps):
        if e.output.name in needed and (e is last or not is_end(e.output)):
            found.insert(0, e)
            needed.update(a.name for a in e.inputs if isinstance(a, Var))
    return found


def _is_flat(e: Equation, place: int) -> bool:
    """Whether no slope passes from an operand to the output."""
    if e.output.type.dtype != "float64" or e.inputs[place].type.dtype != "float64":
        return True
    return REGISTRY[e.op].family is Family.MAP and e.op not in _SIGNS and _slope(e, place) is None


def _slope(e: Equation, place: int) -> Program | None:
    """The derivative of an elementwise step by one operand, as a Program of its own."""
    builder = Builder("slope")
    atoms = dict.fromkeys(a for a in (*e.inputs, e.output) if isinstance(a, Var))
    values = {a: Value(builder, builder.input(a.name, ArrayType((), a.type.dtype))) for a in atoms}
    operands = [values[a] if isinstance(a, Var) else Value(builder, a) for a in e.inputs]
    vjp = REGISTRY[e.op].vjp
    if vjp is None:
        return None
    slope = vjp(Value(builder, Constant(1.0)), values[e.output], *operands, **e.options)[place]
    return None if slope is None else simplify(builder.finish([slope.atom]))


def _summed(source: Var, e: Equation) -> str:
    """A value that was stretched collects from all the places it went to."""
    stretched = REGISTRY[e.op].family is Family.MAP and source.type.rank < e.output.type.rank
    return ", summed" if stretched and source in e.inputs else ""


def _word(op: str) -> str:
    return _SIGNS.get(op, op)
