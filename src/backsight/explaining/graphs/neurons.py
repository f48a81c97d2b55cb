"""The graph of neurons: a node per unit of each layer, a link per weight.

A layer begins where values are multiplied with weights and summed. What follows entry by entry (a bias, an
activation, a softmax) belongs to the same units. What mixes them again, or meets targets, is the cost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

from backsight.errors import EmitError
from backsight.explaining.graphs.parts import Frame, Graph, Kind, Link, Node, Scope
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import Constant, Equation, Origin, Program, Var
from backsight.ops.linalg import read_spec

MOST_LINKS = 60_000
_WEIGHTS = ("w", "theta", "beta")


@dataclass(frozen=True, slots=True)
class _Spread:
    """How a value's entries lie over units and examples: its shape, and the axis of each (None: just one)."""

    shape: tuple[int, ...]
    unit: int | None
    row: int | None

    def size(self, axis: int | None) -> int:
        return 1 if axis is None else self.shape[axis]

    def stride(self, axis: int | None) -> int:
        return 0 if axis is None else prod(self.shape[axis + 1 :])


@dataclass
class _Layer:
    """Units side by side. `value` is the last value of theirs with a name, if possible a person's."""

    width: int
    rows: int
    kind: Kind = "step"
    value: str = ""
    spread: _Spread = field(default_factory=lambda: _Spread((), None, None))
    op: str = ""
    origin: Origin | None = None
    sums: list[_Sum] = field(default_factory=list)
    beside: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Sum:
    """Units before, times weights: an entry's place is `before * ahead + unit * across`."""

    source: int
    weights: str
    ahead: int
    across: int


@dataclass(frozen=True, slots=True)
class _Factors:
    """A product of values with weights: their letters, and which is summed, of examples, of units ("")."""

    values: Var
    value_letters: str
    weights: Var
    weight_letters: str
    summed: str
    row: str
    out: str


def neurons(program: Program, frame: Frame) -> Graph:
    """The graph of the layers in a Program whose stops are `named`.

    Raises:
        EmitError: there are no layers, or far too many weights.
    """
    walk = _Walk(program, frame)
    for e in program.equations:
        walk.step(e)
    if not any(layer.sums for layer in walk.layers):
        raise EmitError(
            f"{program.name} has no layers: nothing in it multiplies values with a matrix of weights",
            remedy="look at its arrays or scalars; a layer is written X @ W + b",
        )
    return walk.graph()


class _Walk:
    def __init__(self, program: Program, frame: Frame) -> None:
        self.program, self.captured, self.own = program, frame.captured, frame.own
        self.layers: list[_Layer] = []
        self.at: dict[str, tuple[int, _Spread]] = {}  # values that are a layer's, entry by entry
        self.after: set[str] = set()  # values that mix units: parts of the cost
        self.ends: list[int] = []  # layers that the cost reads
        self.inputs = {v.name for v in program.inputs}

    def step(self, e: Equation) -> None:
        """Decide where one value belongs."""
        read = [a.name for a in e.inputs if isinstance(a, Var)]
        family = REGISTRY[e.op].family
        known = (
            self._sum(e)
            if family is Family.CONTRACT
            else self._entrywise(e)
            if family is Family.MAP
            else self._kept(e)
        )
        if known:
            place, spread = self.at[e.output.name]
            layer = self.layers[place]
            if e.output.name in self.own or (e.output.named and layer.value not in self.own):
                layer.value, layer.spread, layer.op, layer.origin = e.output.name, spread, e.op, e.origin
        elif any(name in self.at or name in self.after for name in read):
            self._check_end(e)
            self.after.add(e.output.name)
            self.ends += [self.at[name][0] for name in read if name in self.at]

    def _check_end(self, e: Equation) -> None:
        """Whether it may be part of the cost: a layer that cannot be shown must not be missing."""
        mixed = [a for a in e.inputs if isinstance(a, Var) and a.name in self.after]
        weights = [a for a in e.inputs if isinstance(a, Var) and a.name in self.inputs and a.type.rank == 2]
        if e.op == "contract" and mixed and weights and e.output.type.rank:
            value = mixed[0].name if mixed[0].named else "a value"
            raise EmitError(
                f"not all layers of {self.program.name} have neurons: {value}, which is multiplied with "
                f"{weights[0].name}, mixes those of a layer",
                origin=e.origin,
                remedy="look at its arrays or scalars",
            )

    # What a value is of a layer -----------------------------------------------------------------------------

    def _sum(self, e: Equation) -> bool:
        """A layer begins."""
        found = self._factors(e)
        if found is None:
            return False
        source = self._before(found)
        if source is None:
            return False
        right = read_spec(e.options["spec"])[1]
        spread = _Spread(_shape(e.output), _axis(right, found.out), _axis(right, found.row))
        weights, letters = found.weights, found.weight_letters
        table = _Spread(_shape(weights), _axis(letters, found.summed), _axis(letters, found.out))
        name = weights.name if weights.named else ""
        layer = _Layer(spread.size(spread.unit), spread.size(spread.row), op=e.op, origin=e.origin)
        layer.sums.append(_Sum(source, name, table.stride(table.unit), table.stride(table.row)))
        layer.spread = spread
        self._place(e, self._new(layer), spread)
        return True

    def _factors(self, e: Equation) -> _Factors | None:
        """The values and the weights, if it is a product of these."""
        operands, right = read_spec(e.options["spec"])
        if len(operands) != 2 or e.inputs[0] == e.inputs[1]:
            return None
        a, b = e.inputs
        if not (isinstance(a, Var) and isinstance(b, Var)):
            return None
        pair = {a.name: (a, operands[0]), b.name: (b, operands[1])}
        if any(name in self.after for name in pair) or all(name in self.at for name in pair):
            return None
        act, own = pair[self._values_of(a, b)]
        weights, other = pair[b.name if act is a else a.name]
        shared = set(own) & set(other)
        if len(shared) != 1 or shared & set(right) or len(own) > 2 or len(other) > 2:
            return None
        summed = shared.pop()
        row, out = own.replace(summed, ""), other.replace(summed, "")
        if any(letter and letter not in right for letter in (row, out)):
            return None
        return _Factors(act, own, weights, other, summed, row, out)

    def _values_of(self, a: Var, b: Var) -> str:
        """Which of two factors holds the values, the other being weights."""
        if a.name in self.at or b.name in self.at:
            return a.name if a.name in self.at else b.name
        looks = [v.name.lower().startswith(_WEIGHTS) for v in (a, b)]
        if looks[0] != looks[1]:
            return b.name if looks[0] else a.name
        held = [v.name in self.captured for v in (a, b)]
        if held[0] != held[1]:
            return a.name if held[0] else b.name
        return b.name if b.type.rank < a.type.rank else a.name

    def _before(self, found: _Factors) -> int | None:
        """The layer a sum is over; what was no layer's becomes one of inputs."""
        act = found.values
        unit, row = _axis(found.value_letters, found.summed), _axis(found.value_letters, found.row)
        spread = _Spread(_shape(act), unit, row)
        if act.name in self.at:
            place, known = self.at[act.name]
            return place if known == spread else None
        kind: Kind = "constant" if act.name in self.captured else "input"
        layer = _Layer(spread.size(unit), spread.size(row), kind if act.name in self.inputs else "step")
        layer.value, layer.spread = act.name if act.named else "", spread
        self.at[act.name] = (self._new(layer), spread)
        return self.at[act.name][0]

    def _entrywise(self, e: Equation) -> bool:
        """The same units go on, or two layers meet unit by unit."""
        shape = _shape(e.output)
        met: list[tuple[int, _Spread]] = []
        for a in e.inputs:
            if isinstance(a, Constant):
                continue
            if a.name in self.at:
                met.append(self.at[a.name])
            elif a.name in self.after or not self._is_bias(e, a, shape):
                return False
        if not met or any(spread.shape != shape for _, spread in met):
            return False
        places = list(dict.fromkeys(place for place, _ in met))
        self._place(e, places[0] if len(places) == 1 else self._meeting(places), met[0][1])
        return True

    @staticmethod
    def _is_bias(e: Equation, a: Var, shape: tuple[int, ...]) -> bool:
        """Whether an operand is a number for each unit, or is added to them; targets are subtracted."""
        return e.op == "add" or prod(_shape(a)) < prod(shape)

    def _meeting(self, places: list[int]) -> int:
        """Sums that have no name yet are one sum; other layers stay, and lead to a new one."""
        unnamed = [p for p in places if self.layers[p].value not in self.own and self.layers[p].sums]
        first = self.layers[places[0]]
        layer = _Layer(first.width, first.rows)
        for place in places:
            if place in unnamed:
                layer.sums += self.layers[place].sums
                self.layers[place].sums = []
                self.layers[place].width = 0  # it is part of this one now
            else:
                layer.beside.append(place)
        return self._new(layer)

    def _kept(self, e: Equation) -> bool:
        """A softmax over the units, a transpose, or a move of a single unit's numbers."""
        a = e.inputs[0] if e.inputs else None
        if not isinstance(a, Var) or a.name not in self.at or len(e.inputs) > 1:
            return False
        place, spread = self.at[a.name]
        shape = _shape(e.output)
        if e.op in ("softmax", "log_softmax") and e.options.get("axis") == spread.unit:
            self._place(e, place, spread)
        elif e.op == "transpose" and len(shape) == 2 and spread.unit is not None and spread.row is not None:
            self._place(e, place, _Spread(shape, 1 - spread.unit, 1 - spread.row))
        elif REGISTRY[e.op].family is Family.MOVE and self._one_each(place, shape):
            self._place(e, place, _Spread(shape, None, 0 if shape else None))
        else:
            return False
        return True

    def _one_each(self, place: int, shape: tuple[int, ...]) -> bool:
        layer = self.layers[place]
        return layer.width == 1 and shape in ((), (layer.rows,)) and prod(shape) == layer.rows

    def _place(self, e: Equation, place: int, spread: _Spread) -> None:
        self.at[e.output.name] = (place, spread)

    def _new(self, layer: _Layer) -> int:
        self.layers.append(layer)
        return len(self.layers) - 1

    # The graph ----------------------------------------------------------------------------------------------

    def graph(self) -> Graph:
        """Units of each layer, weights between them, and the cost."""
        count = sum(self.layers[s.source].width * layer.width for layer in self.layers for s in layer.sums)
        if count > MOST_LINKS:
            raise EmitError(
                f"{self.program.name} has {count:,} weights between its neurons, too many to draw",
                remedy="look at its arrays, or give it narrower layers",
            )
        graph = Graph(self.program.name, "neurons")
        first: dict[int, int] = {}
        for place, layer in enumerate(self.layers):
            if layer.width:
                first[place] = len(graph.nodes)
                self._units(graph, layer)
        for place, layer in enumerate(self.layers):
            self._links(graph, first, place, layer)
        self._end(graph, first)
        return graph

    def _units(self, graph: Graph, layer: _Layer) -> None:
        spread = layer.spread
        value = layer.value or "sum"
        scope = len(graph.scopes)
        graph.scopes.append(Scope(value, "layer", value=layer.value, shape=spread.shape))
        for unit in range(layer.width):
            graph.nodes.append(
                Node(
                    _unit_label(value, spread, unit),
                    layer.kind,
                    layer.op,
                    value=layer.value,
                    index=unit * spread.stride(spread.unit) if spread.shape else None,
                    rows=layer.rows,
                    stride=spread.stride(spread.row),
                    origin=layer.origin,
                    scope=scope,
                )
            )

    def _links(self, graph: Graph, first: dict[int, int], place: int, layer: _Layer) -> None:
        for sum in layer.sums:
            for unit in range(layer.width):
                for before in range(self.layers[sum.source].width):
                    entry = before * sum.ahead + unit * sum.across
                    weight = (sum.weights, entry) if sum.weights else None
                    graph.links.append(Link(first[sum.source] + before, first[place] + unit, weight))
        for other in layer.beside:
            graph.links += [Link(first[other] + unit, first[place] + unit) for unit in range(layer.width)]

    def _end(self, graph: Graph, first: dict[int, int]) -> None:
        output = self.program.outputs[0]
        if not isinstance(output, Var):
            return
        if output.name in self.at:
            graph.nodes[first[self.at[output.name][0]]].kind = "output"
            return
        made = next((e for e in self.program.equations if e.output == output), None)
        graph.nodes.append(
            Node(
                output.name,
                "output",
                made.op if made else "",
                output.type.shape,
                output.name,
                origin=made.origin if made else None,
            )
        )
        for place in sorted(set(self.ends) & first.keys()):
            last = len(graph.nodes) - 1
            graph.links += [Link(first[place] + unit, last) for unit in range(self.layers[place].width)]


def _axis(letters: str, letter: str) -> int | None:
    return letters.index(letter) if letter else None


def _shape(var: Var) -> tuple[int, ...]:
    return tuple(map(int, var.type.shape))


def _unit_label(value: str, spread: _Spread, unit: int) -> str:
    """As NumPy writes it: `a1[:,2]` where there are examples, `a1[2]` where there are none."""
    if spread.unit is None:
        return value
    axes = {spread.unit: str(unit), spread.row: ":"}
    return f"{value}[{','.join(axes[axis] for axis in range(len(spread.shape)))}]"
