"""Builds an Explanation: one Program computes every number in it, small ones per segment give its symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backsight.errors import DifferentiationError, TraceError
from backsight.explaining.counting import Link, multiplies
from backsight.explaining.explanation import Adjoint, Decision, Explanation, Nudge, Step, Use
from backsight.explaining.ladder import MOST, NUDGES, SCALAR, nudged, quotient
from backsight.explaining.listings import listings
from backsight.explaining.live import Key, Live, Recipe
from backsight.explaining.paths import Walk, counts, paths
from backsight.explaining.segments import (
    DETAILS,
    Segment,
    Slope,
    active_stops,
    called,
    hand_back,
    segments,
    slopes,
    stage,
    with_stops,
)
from backsight.explaining.shown import number, shown
from backsight.explaining.spelling import Maker, Notation, Symbols
from backsight.ir.builder import Builder
from backsight.ir.evaluate import Array
from backsight.ir.op import REGISTRY
from backsight.ir.program import Atom, Constant, Equation, Program, Var
from backsight.transforms import simplify
from backsight.transforms.reverse import total


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained: a (simplified) Program with one scalar output, at these numbers.

    Attributes:
        inputs: one value per input of the Program.
        wrt: names of the inputs the gradient is taken by.
        captured: how many of the inputs, the last ones, the function closes over.
        function: for its source.
        value, gradient: what `value_and_grad` answers.
        again: the same question at other values of the inputs but for what is captured.
    """

    program: Program
    inputs: Sequence[Any]
    wrt: Sequence[str]
    captured: int
    function: Any
    value: Any
    gradient: Any
    again: Callable[[Sequence[Any]], Question] | None = None

    def moved(self, inputs: Sequence[Any]) -> Question:
        """The same question at other values of the inputs.

        Raises:
            TraceError: there is no function to ask again.
        """
        if self.again is None:
            raise TraceError(f"{self.program.name} cannot be traced again: it came as a Program")
        return self.again(inputs[: len(inputs) - self.captured])


def derive(
    question: Question, detail: str = "auto", entry: Sequence[int] | Mapping[str, Sequence[int]] | None = None
) -> Explanation:
    """The explanation of a Program's gradient.

    Args:
        detail: where to stop: at the values that were given a "names", at all "operations", or "auto".
        entry: which entry of the inputs the paths follow; the one with the largest derivative if None.

    Raises:
        DifferentiationError: there is no such detail or no such entry.
    """
    return derive_live(question, detail, entry)[0]


def derive_live(
    question: Question, detail: str = "auto", entry: Sequence[int] | Mapping[str, Sequence[int]] | None = None
) -> tuple[Explanation, Live]:
    """The same, and the Program that computes its numbers.

    Raises:
        DifferentiationError: there is no such detail or no such entry.
    """
    if detail not in DETAILS:
        raise DifferentiationError(
            f"there is no detail {detail!r}", remedy=f"use one of {', '.join(map(repr, DETAILS))}"
        )
    derivation = _Derivation(question, with_stops(question.program, detail))
    explanation = derivation.explanation(entry)
    recipe = Recipe(
        question.inputs,
        question.wrt,
        derivation.live,
        derivation.quotients,
        derivation.contributions,
        derivation.formulas(),
        question.captured,
        lambda inputs: derive(question.moved(inputs), detail, entry),
    )
    return replace(explanation, recipe=recipe), derivation.live


class _Derivation:
    def __init__(self, question: Question, program: Program) -> None:
        self.question, self.program = question, program
        self.notation, self.maker = Notation(program), Maker(program)
        self.segments = segments(program)
        self.active = active_stops(program, question.wrt)
        self.output = program.outputs[0]
        self.links: list[Link] = []
        self.walk = Walk(program, self.segments, self.active)
        self.symbols = _adjoint_symbols(program)
        self.rules = {
            s.target.name: _Rules(s, self.active, self.output, self.symbols[s.target.name])
            for s in self.segments
            if self._carries(s)
        }
        self.live = self._live()
        (self.numbers,) = self.live.at(question.inputs)
        self.values = {key[1]: array for key, array in self.numbers.items() if key[0] == "value"}
        self.quotients = self._quotients()
        self.nudges = self._nudges()

    def _carries(self, segment: Segment) -> bool:
        return segment.target.name in self.active

    def _live(self) -> Live:
        """Everything at once: values, adjoints, shares and slopes."""
        builder = Builder(f"explain_{self.program.name}")
        builder.adopt(self.program)
        asked: dict[Key, Atom] = {("value", v.name): v for v in self.program.inputs}
        asked |= {("value", s.target.name): s.target for s in self.segments}
        blame: dict[str, list[Atom]] = {str(self.output): [Constant(1.0)]}
        for segment in reversed(self.segments):
            name = segment.target.name
            if name not in self.rules or name not in blame:
                continue
            adjoint = total(builder, blame[name])
            asked["adjoint", name] = adjoint
            for source, share in hand_back(builder, segment, adjoint, self.active).items():
                blame.setdefault(source, []).append(share)
                asked["share", source, name] = share
            for source, slope in slopes(builder, segment, self.active).items():
                asked["slope", source, name] = slope.atom
        for name in self.question.wrt:
            if name in blame:
                asked["adjoint", name] = total(builder, blame[name])
        return Live.of(builder, asked).simplified()

    def _quotients(self) -> Live | None:
        """Difference quotients: of each step between single numbers, and of the function by its inputs."""
        builder = Builder(f"nudge_{self.program.name}")
        builder.adopt(self.program)
        h = builder.input("h", SCALAR)
        asked: dict[Key, Atom] = {}
        for segment in self.segments:
            for source in segment.sources:
                if self._has_number(source.name, segment.target.name):
                    after = nudged(builder, segment.members[::-1], source, h)
                    moved = after.get(segment.target.name, segment.target)
                    key = ("nudge", source.name, segment.target.name)
                    asked[key] = quotient(builder, segment.target, moved, h)
        given = [v for v in self.program.inputs if v.name in self.question.wrt and v.type == SCALAR]
        if len(given) * len(self.program.equations) <= MOST:
            for var in given:
                after = nudged(builder, self.program.equations, var, h)
                moved = after.get(str(self.output), self.output)
                asked["nudge", var.name] = quotient(builder, self.output, moved, h)
        return Live.of(builder, asked) if asked else None

    def _nudges(self) -> dict[Key, tuple[Nudge, ...]]:
        """The quotients for smaller and smaller nudges to either side."""
        if self.quotients is None:
            return {}
        inputs = self.question.inputs
        found = self.quotients.at(*([*inputs, sign * size] for size in NUDGES for sign in (1, -1)))
        return {
            key[1:]: tuple(
                Nudge(size, float(ahead[key].data[0]), float(behind[key].data[0]))
                for size, ahead, behind in zip(NUDGES, found[::2], found[1::2], strict=True)
            )
            for key in self.quotients.numbers
        }

    def _has_number(self, source: str, target: str) -> bool:
        rules = self.rules.get(target)
        slope = rules.slopes.get(source) if rules is not None else None
        return slope is not None and slope.kind == "number"

    def explanation(self, entry: Sequence[int] | Mapping[str, Sequence[int]] | None) -> Explanation:
        forward = self._forward()
        reverse = self._reverse()
        gradients = {w: self.numbers.get(("adjoint", w), self._zeros(w)) for w in self.question.wrt}
        found, self.contributions, notes = paths(
            self.walk, self.links, gradients, self.question.inputs, self.numbers, entry
        )
        return Explanation(
            name=called(self.program),
            output=str(self.output),
            wrt=tuple(self.question.wrt),
            value=self.question.value,
            gradient=self.question.gradient,
            gradients={w: shown(a) for w, a in gradients.items()},
            forward=forward,
            reverse=reverse,
            paths=found,
            counts=counts(self.program, self.links, gradients),
            decisions=self._decisions(),
            listings=listings(self.question.function, self.program),
            notes=(*self._notes(), *notes),
        )

    def formulas(self) -> dict[str, str]:
        """For each step that is shown with numbers in the place of names: where which number stands."""
        stops = {s.target.name: s.target for s in self.segments}
        found = {name: self.notation.with_places(self.maker, var, self.values) for name, var in stops.items()}
        return {name: tex for name, tex in found.items() if tex}

    def _zeros(self, name: str) -> Array:
        shape = self.values[name].shape
        return Array(shape, [0.0] * len(self.values[name].data))

    # Forward ------------------------------------------------------------------------------------------------

    def _forward(self) -> tuple[Step, ...]:
        depth: dict[str, int] = {}
        steps: list[Step] = []
        given = len(self.program.inputs) - self.question.captured
        for position, var in enumerate(self.program.inputs):
            depth[var.name] = 0
            kind = "input" if position < given else "captured"
            words = "given" if kind == "input" else "an array the function closes over"
            steps.append(
                self._step(var, kind, words, Symbols(var.name, self.notation.names[var.name]), (), 0, None)
            )
        for s in self.segments:
            sources = tuple(v.name for v in s.sources)
            depth[s.target.name] = 1 + max((depth[n] for n in sources), default=0)
            words = _sentence([REGISTRY[e.op].says for e in reversed(s.members)])
            symbols = self.notation.expression(self.maker, s.target)
            steps.append(self._step(s.target, "step", words, symbols, sources, depth[s.target.name], s.last))
        return tuple(steps)

    def _step(
        self,
        var: Var,
        kind: str,
        words: str,
        symbols: Symbols,
        sources: tuple[str, ...],
        depth: int,
        made: Equation | None,
    ) -> Step:
        notation, name = self.notation, var.name
        numbers = notation.with_numbers(self.maker, var, self.values) if made is not None else None
        value, origin = shown(self.values[name]), made.origin if made is not None else None
        moves, tex = name in self.active, notation.names[name]
        return Step(name, tex, kind, words, symbols, numbers, value, sources, moves, depth, origin)

    # Reverse ------------------------------------------------------------------------------------------------

    def _reverse(self) -> tuple[Adjoint, ...]:
        uses: dict[str, list[Use]] = {}
        links: list[Link] = []
        for segment in self.segments:
            rules = self.rules.get(segment.target.name)
            for source in segment.sources if rules is not None else ():
                if rules is not None and ("share", source.name, segment.target.name) in self.numbers:
                    use = self._use(rules, source)
                    uses.setdefault(source.name, []).append(use)
                    links.append(Link(source.name, segment.target.name, use.multiplies))
        self.links = links
        order = [s.target.name for s in reversed(self.segments)]
        order += [v.name for v in self.program.inputs if v.name in self.question.wrt]
        return tuple(
            self._adjoint(name, tuple(reversed(uses.get(name, []))))
            for name in order
            if ("adjoint", name) in self.numbers
        )

    def _adjoint(self, name: str, uses: tuple[Use, ...]) -> Adjoint:
        words = f"how much {self.output} moves per unit of {name}"
        if name == str(self.output):
            words = f"{name} moves by exactly as much as itself"
        elif len(uses) > 1:
            words += f": it is used in {len(uses)} places, and what it does through each adds up"
        value = shown(self.numbers["adjoint", name])
        terms = [u.share for u in uses]
        numbers = _added([t.text for t in terms]) if len(uses) > 1 and not any(t.shape for t in terms) else ""
        tex, nudges = self.notation.derivative(name), self.nudges.get((name,), ())
        return Adjoint(name, self.symbols[name], tex, words, uses, numbers, value, nudges)

    def _use(self, rules: _Rules, source: Var) -> Use:
        segment, name = rules.segment, source.name
        target = segment.target.name
        share = self.numbers["share", name, target]
        slope = rules.slopes.get(name)
        value = self.numbers.get(("slope", name, target))
        symbols = self.notation.expression(Maker(rules.back), rules.shares[name], (rules.adjoint, target))
        numbers = ""
        if slope is not None and slope.kind == "number" and value is not None:
            adjoint = self.numbers["adjoint", target]
            numbers = " × ".join(_factor(number(a.data[0])) for a in (adjoint, value))
        return Use(
            through=target,
            why=segment.reasons(source),
            kind=slope.kind if slope is not None else "",
            slope=self.notation.expression(Maker(rules.steep), slope.atom) if slope is not None else None,
            slope_value=shown(value) if value is not None else None,
            symbols=symbols,
            numbers=numbers,
            share=shown(share),
            multiplies=multiplies(
                segment,
                source,
                slope.kind if slope is not None else "",
                slope.atom if slope is not None else None,
                {e.output.name: e for e in rules.steep.equations},
            ),
            origin=segment.last.origin,
            nudges=self.nudges.get((name, target), ()),
        )

    # What goes with it --------------------------------------------------------------------------------------

    def _decisions(self) -> tuple[Decision, ...]:
        found = []
        for guard in self.program.guards:
            text = self.notation.expression(self.maker, guard.variable).text
            numbers = self.notation.with_numbers(self.maker, guard.variable, self.values)
            found.append(Decision(text, guard.expected, numbers.text if numbers else "", guard.origin))
        return tuple(dict.fromkeys(found))

    def _notes(self) -> list[str]:
        still = [w for w in self.question.wrt if ("adjoint", w) not in self.numbers]
        return [f"No step leads from {w} to {self.output}: that derivative is 0" for w in still]


class _Rules:
    """The backward pass and the slopes of one segment alone, in plain algebra: what is printed of them.

    `adjoint` is what the adjoint of the segment's target is called in the Program `back`.
    """

    def __init__(self, segment: Segment, active: set[str], output: Atom, symbol: str) -> None:
        self.segment = segment
        builder = stage(segment, f"back_{segment.target}")
        adjoint: Atom = Constant(1.0)  # the output's own: a factor of 1 is not written
        if segment.target != output:
            adjoint = builder.input(symbol, segment.target.type)
        self.adjoint = adjoint.name if isinstance(adjoint, Var) else ""
        back = hand_back(builder, segment, adjoint, active)
        self.back, self.shares = _plain(builder, back)
        builder = stage(segment, f"slopes_{segment.target}")
        found = slopes(builder, segment, active)
        self.steep, atoms = _plain(builder, {name: s.atom for name, s in found.items()})
        self.slopes = {name: Slope(s.kind, atoms[name]) for name, s in found.items()}


def _plain(builder: Builder, asked: Mapping[str, Atom]) -> tuple[Program, dict[str, Atom]]:
    """A Program of these values in the plainest algebra, its inputs being what people named."""
    if not asked:
        return Program(builder.name, tuple(builder.inputs), (), ()), {}
    program = simplify(builder.finish(tuple(asked.values())))
    return program, dict(zip(asked, program.outputs, strict=True))


def _adjoint_symbols(program: Program) -> dict[str, str]:
    """`dz` for z; with an underscore where a person has called another value so."""
    taken = set(program.variables())
    symbols: dict[str, str] = {}
    for name in program.variables():
        symbol = f"d{name}"
        while symbol in taken:
            symbol += "_"
        taken.add(symbol)
        symbols[name] = symbol
    return symbols


def _sentence(parts: Sequence[str]) -> str:
    """Things done one after the other; what follows itself is said once."""
    kept = [p for i, p in enumerate(parts) if i == 0 or p != parts[i - 1]]
    return kept[0] if len(kept) == 1 else f"{', '.join(kept[:-1])}, then {kept[-1]}"


def _factor(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _added(terms: Sequence[str]) -> str:
    return " + ".join([terms[0], *map(_factor, terms[1:])])
