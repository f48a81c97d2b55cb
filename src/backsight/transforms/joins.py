"""Parts put back among zeros and then added up are joined instead: what a loop over slices leaves behind.

Every `x[t]` of a loop hands back a part among zeros; adding T of them takes T times the whole array. Parts
that lie side by side make one array without a zero in between: their stack, or their concatenation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backsight.ir.builder import Builder
from backsight.ir.checker import check
from backsight.ir.program import Atom, Equation, Program, Shape, Var
from backsight.transforms.rewrite import prune, substitute


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a part lies along one axis; `single` says that the part itself has no such axis."""

    start: int
    stop: int
    single: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a whole, by its span along every axis (None: all of it)."""

    atom: Atom
    spans: tuple[_Span | None, ...]


def join_parts(program: Program) -> Program:
    """An equal Program in which sums of parts put among zeros are joins, where parts lie side by side."""
    made = {e.output.name: e for e in program.equations}
    if not any(e.op == "unindex" for e in program.equations):
        return program
    uses = _count_uses(program)
    inner = {
        a.name
        for e in program.equations
        if e.op == "add"
        for a in e.inputs
        if isinstance(a, Var) and _dissolves(made.get(a.name), a, uses, "add")
    }
    builder = Builder(program.name)
    builder.adopt(Program(program.name, program.inputs, (), ()))
    for var in program.variables().values():
        builder.fresh(var.name)
    renamed: dict[str, Var] = {}
    for e in program.equations:
        joined = None
        if e.op == "add" and e.output.name not in inner:
            builder.origin, builder.note = e.origin, e.note
            joined = _joined(builder, list(_terms(e, made, uses)), made, uses)
        if joined is None:
            builder.copy(e)
        elif isinstance(joined, Var):
            renamed[e.output.name] = joined
    if not renamed:
        return program
    # The join takes the name of the sum it stands for.
    names = {new.name: Var(old, new.type, made[old].output.named) for old, new in renamed.items()}
    equations = tuple(builder.equations)
    whole = Program(program.name, program.inputs, equations, program.outputs, program.guards)
    result = prune(substitute(whole, names))
    check(result)
    return result


def _count_uses(program: Program) -> dict[str, int]:
    uses: dict[str, int] = {}
    guarded = [g.variable for g in program.guards]
    for a in (*(a for e in program.equations for a in e.inputs), *program.outputs, *guarded):
        if isinstance(a, Var):
            uses[a.name] = uses.get(a.name, 0) + 1
    return uses


def _dissolves(source: Equation | None, a: Var, uses: Mapping[str, int], op: str) -> bool:
    """Whether a value is computed by `op` for one use only, and nobody named it."""
    return source is not None and source.op == op and uses[a.name] == 1 and not a.named


def _terms(root: Equation, made: Mapping[str, Equation], uses: Mapping[str, int]) -> Iterator[Atom]:
    """What a tree of additions adds up, left to right."""
    waiting = list(reversed(root.inputs))
    while waiting:
        a = waiting.pop()
        source = made.get(a.name) if isinstance(a, Var) else None
        if source is not None and isinstance(a, Var) and _dissolves(source, a, uses, "add"):
            waiting += reversed(source.inputs)
        else:
            yield a


def _joined(
    builder: Builder, terms: Sequence[Atom], made: Mapping[str, Equation], uses: Mapping[str, int]
) -> Atom | None:
    """The sum of the terms with parts joined; None if no two of them can be."""
    parts: dict[Shape, dict[str, _Part]] = {}
    for a in terms:
        source = made.get(a.name) if isinstance(a, Var) else None
        part = _read(source) if source is not None and isinstance(a, Var) and uses[a.name] == 1 else None
        if part is not None and source is not None:
            parts.setdefault(source.output.type.shape, {})[source.output.name] = part
    wholes: list[Atom] = []
    gone: set[str] = set()
    for shape, found in parts.items():
        merged = list(found.values())
        for axis in reversed(range(len(shape))):
            merged = _merged(builder, merged, axis)
        if len(merged) < len(found):
            wholes += [_placed(builder, part, shape) for part in merged]
            gone |= found.keys()
    if not gone:
        return None
    summands = [*(a for a in terms if str(a) not in gone), *wholes]
    total = summands[0]
    for other in summands[1:]:
        total = builder.apply("add", (total, other))
    return total


def _read(equation: Equation) -> _Part | None:
    """A part among zeros, if it was taken by numbers and plain slices."""
    if equation.op != "unindex":
        return None
    shape = equation.output.type.shape
    spans: list[_Span | None] = []
    key = [*equation.options["key"]]
    key += [("slice", 0, None, 1)] * (len(shape) - len(key))
    if len(key) != len(shape):
        return None
    for item, dim in zip(key, shape, strict=True):
        if item[0] == "int" and isinstance(dim, int):
            spans.append(_Span(item[1], item[1] + 1, True))
        elif item == ("slice", 0, None, 1):
            spans.append(None)
        elif item[0] == "slice" and item[3] == 1 and isinstance(dim, int):
            spans.append(_Span(item[1], dim if item[2] is None else min(item[2], dim), False))
        else:
            return None
    return _Part(equation.inputs[0], tuple(spans))


def _merged(builder: Builder, parts: Sequence[_Part], axis: int) -> list[_Part]:
    """Parts that differ along `axis` only and lie side by side there, made one."""
    groups: dict[tuple[_Span | None, ...], list[_Part]] = {}
    alone: list[_Part] = []
    for part in parts:
        others = part.spans[:axis] + part.spans[axis + 1 :]
        (alone if part.spans[axis] is None else groups.setdefault(others, [])).append(part)
    result = alone
    for group in groups.values():
        for run in _runs(group, axis):
            result.append(_join(builder, run, axis) if len(run) > 1 else run[0])
    return result


def _span(part: _Part, axis: int) -> _Span:
    span = part.spans[axis]
    return span if span is not None else _Span(0, 0, False)


def _runs(group: Sequence[_Part], axis: int) -> Iterator[list[_Part]]:
    """Stretches of parts in which each begins where the one before ends."""
    run: list[_Part] = []
    for part in sorted(group, key=lambda p: _span(p, axis).start):
        if run and _span(run[-1], axis).stop != _span(part, axis).start:
            yield run
            run = []
        run.append(part)
    yield run


def _join(builder: Builder, run: Sequence[_Part], axis: int) -> _Part:
    spans = [_span(part, axis) for part in run]
    # Axes of single numbers are not axes of the part.
    place = sum(1 for s in run[0].spans[:axis] if s is None or not s.single)
    if all(s.single for s in spans):
        atom = builder.apply("stack", [part.atom for part in run], axis=place)
    else:
        pieces: list[Atom] = []
        for part, span in zip(run, spans, strict=True):
            wide = builder.apply("expand_dims", (part.atom,), axes=(place,)) if span.single else part.atom
            pieces.append(wide)
        atom = builder.apply("concatenate", pieces, axis=place)
    whole = _Span(spans[0].start, spans[-1].stop, False)
    return _Part(atom, (*run[0].spans[:axis], whole, *run[0].spans[axis + 1 :]))


def _placed(builder: Builder, part: _Part, shape: Shape) -> Atom:
    """A part among zeros again; as it is, where it is everything."""
    key: list[tuple[Any, ...]] = []
    for span, dim in zip(part.spans, shape, strict=True):
        whole = span is None or (span == _Span(0, span.stop, False) and span.stop == dim)
        if span is None or whole:
            key.append(("slice", 0, None, 1))
        else:
            key.append(("int", span.start) if span.single else ("slice", span.start, span.stop, 1))
    if all(item == ("slice", 0, None, 1) for item in key):
        return part.atom
    return builder.apply("unindex", (part.atom,), key=tuple(key), shape=shape)
