"""What is true at a point: the cost, every value on the way, its adjoint, and every local slope.

The forward function is traced with its float arguments (and the arrays in its object) as inputs; the gradient
Program then gives all of it, named as the person named it.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backsight.api import trace_call
from backsight.checking.calling import Copier, Pair, Path, at, is_array, is_number_like
from backsight.checking.numbers import like, numeric
from backsight.emit.compiled import compile as compile_program
from backsight.errors import BacksightError, LostGradientError, TraceError
from backsight.ir.builder import Builder
from backsight.ir.evaluate import Array
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import Atom, Constant, Equation, Origin, Program, Var
from backsight.ops.value import Value
from backsight.transforms import gradient

_COUNT = re.compile(r"_\d+$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something true that a line of a backward pass may compute.

    Attributes:
        kind: "value" (of the forward pass), "adjoint", "slope", or "step" (between two adjoints).
        of: the forward value it belongs to.
        array: its numbers at the point.
        via: of a slope: the value that comes out of the step.
    """

    kind: str
    of: str
    array: Array
    via: str = ""

    @property
    def says(self) -> str:
        match self.kind:
            case "adjoint":
                return f"the gradient by {self.of}"
            case "slope":
                return f"the slope of {self.via} by {self.of}"
            case "value":
                return f"the value {self.of}"
        return f"a step of the gradient at {self.of}"


class Truth:
    """All quantities at one point.

    Attributes:
        program: the forward pass.
        quantities: everything true, forward values first.
        gradients: of the cost by each leaf, by its path.
    """

    by_differences = ""

    def __init__(self, pair: Pair, swap: Mapping[Path, Any], lift_scalars: bool = True) -> None:
        self.program, self.names, captured = _traced(pair, swap, lift_scalars)
        self.inputs = [v.name for v in self.program.inputs]
        result = gradient(self.program, [n for n in self.names.values() if n in self.inputs])
        whole, slopes = _with_slopes(result.program, self.program)
        leaves = [swap.get(path, at(pair.bundle, path)) for path in self.names]
        values = _run(whole, [*leaves, *captured])
        self.values = values
        forward = self.program.variables()
        self.adjoints = {n: _of(a, values) for n, a in result.adjoints.items()}
        self.gradients = {path: self.adjoints[n] for path, n in self.names.items()}
        self.quantities = [
            *(Quantity("value", n, values[n]) for n in forward),
            *(Quantity("adjoint", n, a) for n, a in self.adjoints.items()),
            *(Quantity("slope", of, values[s.name], via) for s, of, via in slopes if isinstance(s, Var)),
        ]
        self._slopes: dict[str, list[tuple[str, Array]]] = {}
        for s, of, via in slopes:
            self._slopes.setdefault(via, []).append((of, _of(s, values)))
        known = {*forward, *(str(a) for a in result.adjoints.values()), *(str(s) for s, _, _ in slopes)}
        self.quantities += [
            Quantity("step", e.output.name, values[e.output.name])
            for e in whole.equations
            if e.output.name not in known
        ]
        self._groups: dict[tuple[str, ...], list[list[Quantity]]] = {}
        self.order = {n: i for i, n in enumerate(forward)}
        self.made = {e.output.name: e for e in self.program.equations}
        self.users: dict[str, list[Equation]] = {}
        for e in self.program.equations:
            for a in e.inputs:
                if isinstance(a, Var):
                    self.users.setdefault(a.name, []).append(e)

    def slope(self, after: str, before: str) -> Quantity | None:
        """The slope of one value by another, entry by entry, over all the elementwise steps between them."""
        start = self.values[before]
        found = {before: Array(start.shape, [1.0] * len(start.data))}
        mixed: set[str] = set()  # what depends on `before` otherwise than entry by entry
        for e in self.program.equations:
            inputs = {a.name for a in e.inputs if isinstance(a, Var)}
            if not inputs & (mixed | set(found)):
                continue
            steps = self._slopes.get(e.output.name)
            if steps is None or inputs & mixed or self.values[e.output.name].shape != start.shape:
                mixed.add(e.output.name)
                continue
            total = [0.0] * len(start.data)
            for of, step in steps:
                if of in found:
                    data = step.data if step.shape == start.shape else step.data[:1] * len(total)
                    total = [t + x * y for t, x, y in zip(total, data, found[of].data, strict=True)]
            found[e.output.name] = Array(start.shape, total)
            if e.output.name == after:
                return Quantity("slope", before, found[after], after)
        return None

    def edge(self, name: str) -> tuple[str, str, Origin | None]:
        """The step that a value's gradient comes back through: (from, to, its line in the forward pass)."""
        user = next(iter(self.users.get(name, ())), None)
        while user is not None and not user.output.named:
            after = next(iter(self.users.get(user.output.name, ())), None)
            if after is None:
                break
            user = after
        return (user.output.name if user else "cost", name, user.origin if user else None)

    def group(self, name: str) -> str:
        """One name for all values that the same expression gave in a loop: its place and its name there."""
        made = self.made.get(name)
        if made is None or made.origin is None:
            return stem(name)
        return f"{made.origin.file}:{made.origin.line}:{made.op}:{stem(name) if made.output.named else ''}"

    def groups(self, kinds: Sequence[str]) -> list[list[Quantity]]:
        """Quantities that belong to the runs of one expression in a loop, in the forward pass's order."""
        key = tuple(kinds)
        if key not in self._groups:
            found: dict[tuple[str, str, str], list[Quantity]] = {}
            for q in self.quantities:
                if q.kind in kinds:
                    found.setdefault((q.kind, self.group(q.of), stem(q.via)), []).append(q)
            self._groups[key] = [
                sorted(members, key=lambda q: self.order.get(q.of, -1))
                for members in found.values()
                if len(members) > 1
            ]
        return self._groups[key]


class Differences:
    """Gradients alone, by central differences: for a forward pass that cannot be traced.

    Attributes:
        by_differences: why it cannot.
    """

    def __init__(self, pair: Pair, swap: Mapping[Path, Any], why: str) -> None:
        self.by_differences = why
        self.quantities: list[Quantity] = []
        self.names = _leaf_names(pair, True)
        self.gradients = {path: _measured(pair, swap, path) for path in self.names}


def true_at(pair: Pair, swap: Mapping[Path, Any]) -> Truth | Differences:
    """What is true at a point; from differences where the forward pass cannot be traced."""
    try:
        try:
            return Truth(pair, swap)
        except LostGradientError:  # a plain number may be a count or a setting
            return Truth(pair, swap, lift_scalars=False)
    except TraceError as error:
        return Differences(pair, swap, error.message)


def _measured(pair: Pair, swap: Mapping[Path, Any], path: Path) -> Array:
    value = swap.get(path, at(pair.bundle, path))
    array = numeric(value)
    if array is None:
        return Array((), [0.0])

    def cost(i: int, moved: float) -> float:
        data = [*array.data[:i], moved, *array.data[i + 1 :]]
        bundle = pair.copied({**swap, path: like(value, array.shape, data)})
        return float(pair.run_forward(bundle)[0])

    slopes = []
    for i, x in enumerate(array.data):
        width = 1e-6 * max(1.0, abs(x))
        slopes.append((cost(i, x + width) - cost(i, x - width)) / (2 * width))
    return Array(array.shape, slopes)


def stem(name: str) -> str:
    """`h` for `h_3`: one name in a loop."""
    return _COUNT.sub("", name)


def _leaf_names(pair: Pair, scalars: bool) -> dict[Path, str]:
    """A name of its own for every leaf that holds floating-point numbers."""
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for part in pair.parts():
        if is_number_like(part.value) and (scalars or is_array(part.value) or part.path[0] == "args"):
            wanted, count = part.name if part.name.isidentifier() else "x", 2
            name = wanted
            while name in taken:
                name, count = f"{wanted}_{count}", count + 1
            taken.add(name)
            names[part.path] = name
    return names


def _traced(
    pair: Pair, swap: Mapping[Path, Any], scalars: bool
) -> tuple[Program, dict[Path, str], tuple[Any, ...]]:
    """The forward pass, its input for each leaf, and the arrays it closes over."""
    names = _leaf_names(pair, scalars)

    def forward(*values: Any) -> Any:
        bundle = Copier(dict(zip(names, values, strict=True)))(pair.bundle)
        return pair.run_forward(bundle)[0]

    kind = inspect.Parameter.POSITIONAL_ONLY
    forward.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(n, kind) for n in names.values()]
    )
    forward.__name__ = getattr(pair.forward, "__name__", "forward")
    examples = [swap.get(path, at(pair.bundle, path)) for path in names]
    examples = [x.astype(float) if is_array(x) and hasattr(x, "astype") else x for x in examples]
    traced = trace_call(forward, examples, {})
    return traced.program, names, traced.captured


def _with_slopes(whole: Program, forward: Program) -> tuple[Program, list[tuple[Atom, str, str]]]:
    """The slope of every elementwise step, as further values: (the slope, by which value, of which value)."""
    builder = Builder(whole.name)
    builder.adopt(whole)
    slopes: list[tuple[Atom, str, str]] = []
    for e in forward.equations:
        op = REGISTRY[e.op]
        if op.family is not Family.MAP or op.vjp is None or e.output.type.dtype != "float64":
            continue
        operands = [Value(builder, a) for a in e.inputs]
        try:
            found = op.vjp(Value(builder, Constant(1.0)), Value(builder, e.output), *operands, **e.options)
        except BacksightError:
            continue
        for operand, slope in zip(e.inputs, found, strict=True):
            if isinstance(operand, Var) and slope is not None:
                slopes.append((slope.atom, operand.name, e.output.name))
    return builder.finish(whole.outputs), slopes


def _run(program: Program, leaves: Sequence[Any]) -> dict[str, Array]:
    """Every value of a Program by name."""
    made: dict[str, Atom] = {**{v.name: v for v in program.inputs}}
    made.update((e.output.name, e.output) for e in program.equations)
    everything = replace(program, outputs=tuple(made.values()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        results = compile_program(everything)(*leaves)
    return {name: numeric(x) or Array((), [x]) for name, x in zip(made, results, strict=True)}


def _of(atom: Atom, values: Mapping[str, Array]) -> Array:
    return Array((), [atom.value]) if isinstance(atom, Constant) else values[atom.name]
