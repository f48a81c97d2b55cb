"""Every neuron and every weight by itself: a Program on numbers instead of arrays.

The reference evaluator's own rules do it. A move, or a sum of products, that works on numbers works as well
on values that record what is done to them; only folds and elementwise operations are spelled out here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import inf, prod
from typing import Any

from backsight.errors import EmitError, ShapeError
from backsight.ir.builder import Builder
from backsight.ir.evaluate import Array, broadcast_to, indices, sizes
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import ArrayType, Atom, Constant, Equation, Guard, Program, Var
from backsight.ops.arithmetic import divide
from backsight.ops.value import Value
from backsight.transforms.rewrite import prune, substitute

LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Scalars:
    """A Program taken apart, and where its numbers come from.

    Attributes:
        program: on numbers.
        entries: by name of a number: the array it is an entry of, and which one, counted row by row. A number
            that only moved belongs to the first array it was in. Numbers on the way to an entry are missing.
        within: by name of a number: the array on the way to which it was computed.
    """

    program: Program
    entries: Mapping[str, tuple[str, int]]
    within: Mapping[str, str]


def scalarize(program: Program, sizes: Mapping[str, int] | None = None, *, limit: int = LIMIT) -> Program:
    """A Program of the same numbers, each a variable of its own.

    An entry of W1 is called `W1_0_1`, counted from 0. Inputs and outputs are the entries of the Program's
    inputs and outputs, row by row, one array after another (see `entries`). A largest value is found two
    numbers at a time, so at a tie of three the slope is shared in halves of halves.

    Args:
        sizes: the size of every named dimension.
        limit: the most equations the result may have.

    Raises:
        ShapeError: a named dimension has no size.
        EmitError: an operation works on whole arrays only, or the result would be too long.
    """
    return scalars(program, sizes, limit=limit).program


def scalars(program: Program, sizes: Mapping[str, int] | None = None, *, limit: int = LIMIT) -> Scalars:
    """The same, and which entry of which array each number is.

    Raises:
        ShapeError, EmitError: as `scalarize`.
    """
    missing = [dim for dim in program.dims if dim not in (sizes or {})]
    if missing:
        raise ShapeError(
            f"to take {program.name} apart, the size of {missing[0]!r} must be known",
            remedy=f"give it: scalarize(program, {{{missing[0]!r}: 3}})",
        )
    state = _Scalars(program, dict(sizes or {}), limit)
    apart = prune(state.run())
    return Scalars(apart, state.entries(), state.within())


def entries(values: Sequence[Any]) -> list[Any]:
    """The numbers of nested lists or arrays in the order in which `scalarize` takes them."""
    found: list[Any] = []
    for value in values:
        nested = value.tolist() if hasattr(value, "tolist") else value
        found += entries(nested) if isinstance(nested, list | tuple) else [nested]
    return found


class _Number(Value):
    """A value that leaves out what an evaluator starts from: 0 + x and 1 * x are x."""

    __slots__ = ()

    def _binary(self, op: str, other: Any, swap: bool = False) -> Any:
        if type(other) is float and ((op == "add" and other == 0) or (op == "mul" and other == 1)):
            return self
        return super()._binary(op, other, swap)


class _Scalars:
    def __init__(self, program: Program, dims: dict[str, int], limit: int) -> None:
        self.program, self.dims, self.limit = program, dims, limit
        self.builder = Builder(program.name)
        self.renamed: dict[str, Var] = {}  # at the end: what an entry is called is known after it is computed
        self.values: dict[str, Array] = {}
        self.made: list[tuple[str, int]] = []  # by array: how many equations there were when it was done

    def run(self) -> Program:
        for var in self.program.inputs:
            self.values[var.name] = Array(sizes(var.type, self.dims), self._inputs(var), var.type.dtype)
        for e in self.program.equations:
            self._expand(e)
        outputs = [self._atom(x) for a in self.program.outputs for x in self._value(a).data]
        if not outputs:
            raise ShapeError(f"{self.program.name} computes no numbers: its outputs are empty")
        guards = ((self._atom(self._value(g.variable).data[0]), g) for g in self.program.guards)
        self.builder.guards = [Guard(v, g.expected, g.origin) for v, g in guards if isinstance(v, Var)]
        return substitute(self.builder.finish(outputs), self.renamed)

    def entries(self) -> dict[str, tuple[str, int]]:
        """By final name of a number, the first array that people named which has it, and where."""
        named = {v.name for v in self.program.variables().values() if v.named}
        found: dict[str, tuple[str, int]] = {}
        for name, array in self.values.items():
            for place, x in enumerate(array.data if name in named else ()):
                if isinstance(x, Value):
                    found.setdefault(self._final(str(x.atom)), (name, place))
        return found

    def within(self) -> dict[str, str]:
        """By final name of a number, the array that its equation was written for."""
        found: dict[str, str] = {}
        first = 0
        for array, last in self.made:
            for e in self.builder.equations[first:last]:
                found[self._final(e.output.name)] = array
            first = last
        return found

    def _final(self, name: str) -> str:
        return self.renamed[name].name if name in self.renamed else name

    def _inputs(self, var: Var) -> list[Any]:
        shape = sizes(var.type, self.dims)
        if prod(shape) > self.limit:
            raise self._too_long(None)
        return [
            _Number(self.builder, self.builder.input(self._fresh(var, index), ArrayType((), var.type.dtype)))
            for index in indices(shape)
        ]

    def _fresh(self, var: Var, index: Sequence[int]) -> str:
        """The name of one entry."""
        name = "_".join([var.name, *map(str, index)])
        while self.builder.is_taken(name):
            name += "_"
        return name

    def _value(self, a: Atom) -> Array:
        return Array((), [a.value], a.type.dtype) if isinstance(a, Constant) else self.values[a.name]

    def _atom(self, x: Any) -> Atom:
        return x.atom if isinstance(x, Value) else Constant(x)

    def _expand(self, e: Equation) -> None:
        self.builder.origin, self.builder.note = e.origin, e.note
        before = len(self.builder.equations)
        type = e.output.type
        shape = sizes(type, self.dims)
        data = self._apply(e, [self._value(a) for a in e.inputs], shape)
        self.values[e.output.name] = Array(shape, data, type.dtype)
        self.made.append((e.output.name, len(self.builder.equations)))
        if len(self.builder.equations) > self.limit:
            raise self._too_long(e)
        if not e.output.named:
            return
        made = {x.output.name for x in self.builder.equations[before:]}
        for index, x in zip(indices(shape), data, strict=True):
            # An entry that only moved keeps the name it has.
            if isinstance(x, Value) and str(x.atom) in made and str(x.atom) not in self.renamed:
                name = self.builder.fresh(self._fresh(e.output, index))
                self.renamed[str(x.atom)] = Var(name, x.type, named=True)

    def _apply(self, e: Equation, arrays: Sequence[Array], shape: tuple[int, ...]) -> list[Any]:
        op = REGISTRY[e.op]
        if op.family is Family.MAP:
            columns = [broadcast_to(a, shape).data for a in arrays]
            return [self._map(e.op, xs, e.options) for xs in zip(*columns, strict=True)]
        if e.op in _FOLDS:
            return _folded(self, arrays[0], e)
        if e.op in ("softmax", "log_softmax"):
            return self._softmax(arrays[0], e)
        if op.family is Family.ROUTINE or op.reference is None:
            raise EmitError(
                f"{e.op} works on whole arrays and cannot be written number by number",
                origin=e.origin,
                remedy="take apart only the steps before or after it",
            )
        self._check_length(e, arrays, shape)
        data: list[Any] = op.reference(arrays, shape, self.dims, **e.options)
        return data

    def _map(self, op: str, operands: Sequence[Any], options: Mapping[str, Any]) -> Any:
        if not any(isinstance(x, Value) for x in operands):
            scalar = REGISTRY[op].scalar
            return scalar(*operands, **options) if scalar is not None else None
        return _Number(self.builder, self.builder.apply(op, [self._atom(x) for x in operands], **options))

    def _softmax(self, x: Array, e: Equation) -> list[Any]:
        axis = e.options["axis"]
        totals = Array(
            tuple(1 if i == axis else n for i, n in enumerate(x.shape)),
            _cells(x, (axis,), lambda cell: self._chain("logaddexp", cell, -inf)),
        )
        wide = broadcast_to(totals, x.shape).data
        differences = [self._map("sub", pair, {}) for pair in zip(x.data, wide, strict=True)]
        return differences if e.op == "log_softmax" else [self._map("exp", [d], {}) for d in differences]

    def _chain(self, op: str, cell: Sequence[Any], empty: float) -> Any:
        """Fold numbers two at a time; a sum starts from what is already a float64."""
        if not cell:
            return empty
        first = cell[0]
        if len(cell) == 1 and _kind(first) != "float64":
            first = self._map("add", [first, 0.0], {})
        return reduce(lambda a, b: self._map(op, [a, b], {}), cell[1:], first)

    def _check_length(self, e: Equation, arrays: Sequence[Array], shape: tuple[int, ...]) -> None:
        """Refuse a large contraction before it is written out."""
        if e.op != "contract":
            return
        letters: dict[str, int] = {}
        for names, array in zip(e.options["spec"].partition("->")[0].split(","), arrays, strict=True):
            letters.update(zip(names, array.shape, strict=True))
        if prod(letters.values()) > self.limit:
            raise self._too_long(e)

    def _too_long(self, e: Equation | None) -> EmitError:
        return EmitError(
            f"number by number, {self.program.name} would have more than {self.limit:,} equations",
            origin=e.origin if e is not None else None,
            remedy="take fewer units or examples, or raise it: scalarize(program, sizes, limit=100_000)",
        )


def _kind(x: Any) -> str:
    """The element type of a number or a value."""
    return x.type.dtype if isinstance(x, Value) else Constant(x).type.dtype


def _cells(x: Array, axes: Sequence[int], fold: Callable[[list[Any]], Any]) -> list[Any]:
    """Fold the entries along axes: one answer for each place on the other axes."""
    kept = [i for i in range(len(x.shape)) if i not in axes]
    cells: dict[tuple[int, ...], list[Any]] = {i: [] for i in indices(tuple(x.shape[k] for k in kept))}
    for index, entry in zip(indices(x.shape), x.data, strict=True):
        cells[tuple(index[k] for k in kept)].append(entry)
    return [fold(cell) for cell in cells.values()]


def _sum(state: _Scalars, cell: list[Any]) -> Any:
    return state._chain("add", cell, 0.0)


def _mean(state: _Scalars, cell: list[Any]) -> Any:
    return state._map("div", [_sum(state, cell), float(len(cell))], {}) if cell else divide(0.0, 0.0)


def _squares(state: _Scalars, cell: list[Any], centre: Any = None) -> Any:
    """The sum of squares, of distances from a centre if there is one."""
    moved = cell if centre is None else [state._map("sub", [x, centre], {}) for x in cell]
    return _sum(state, [state._map("pow", [x, 2], {}) for x in moved])


def _var(state: _Scalars, cell: list[Any], ddof: int) -> Any:
    number = float(max(len(cell) - ddof, 0))
    return state._map("div", [_squares(state, cell, _mean(state, cell)), number], {})


def _truth(state: _Scalars, cell: list[Any], op: str, empty: bool) -> Any:
    truths = [x if _kind(x) == "bool" else state._map("ne", [x, 0.0], {}) for x in cell]
    return reduce(lambda a, b: state._map(op, [a, b], {}), truths) if truths else empty


def _place(state: _Scalars, cell: list[Any], better: str, keep: str) -> Any:
    """Where the extreme stands: the first of equal ones; NaN counts as more extreme than any number."""
    place, best = 0, cell[0]
    for number, x in enumerate(cell[1:], 1):
        unheard = state._map("logical_not", [state._map("isnan", [best], {})], {})
        lost = state._map("logical_and", [state._map("isnan", [x], {}), unheard], {})
        wins = state._map("logical_or", [state._map(better, [x, best], {}), lost], {})
        place = state._map("where", [wins, number, place], {})
        best = state._map(keep, [best, x], {})
    return place


_FOLDS: dict[str, Callable[..., Any]] = {
    "sum": _sum,
    "mean": _mean,
    "max": lambda state, cell: state._chain("maximum", cell, -inf),
    "min": lambda state, cell: state._chain("minimum", cell, inf),
    "logsumexp": lambda state, cell: state._chain("logaddexp", cell, -inf),
    "var": _var,
    "std": lambda state, cell, ddof: state._map("sqrt", [_var(state, cell, ddof)], {}),
    "norm": lambda state, cell: state._map("sqrt", [_squares(state, cell)], {}),
    "all": lambda state, cell: _truth(state, cell, "logical_and", True),
    "any": lambda state, cell: _truth(state, cell, "logical_or", False),
    "argmax": lambda state, cell: _place(state, cell, "gt", "maximum"),
    "argmin": lambda state, cell: _place(state, cell, "lt", "minimum"),
}


def _folded(state: _Scalars, x: Array, e: Equation) -> list[Any]:
    options = {k: v for k, v in e.options.items() if k not in ("axes", "axis", "keepdims")}
    axes = e.options["axes"] if "axes" in e.options else (e.options["axis"],)
    return _cells(x, axes, lambda cell: _FOLDS[e.op](state, cell, **options))
