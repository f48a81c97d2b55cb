"""What the workbench asks for to show how a function's layers bend the plane of its two features.

A layer is an affine map and an elementwise activation: `tanh(X @ W + b)`. Where a Program is a chain of such
layers on an input of two features, its equations are replayed on a grid of points in the place of that input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backsight.browser.asked import Asked, Differentiated, Request
from backsight.emit.javascript import emit_module
from backsight.errors import BacksightError
from backsight.ir.builder import Builder
from backsight.ir.evaluate import Array, to_array
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import ArrayType, Atom, Equation, Program, Var
from backsight.lower import lower
from backsight.ops.linalg import read_spec
from backsight.transforms import simplify

SIDE = 33
"""Points along each side of the grid."""
NEEDS = (
    "The fold shows how layers bend a plane. It needs an argument of two features, of shape (2,) or (n, 2), "
    "that is multiplied by the weights of two or more neurons and goes through an activation: "
    "a = np.tanh(X @ W + b)"
)


def fold(request: Request) -> dict[str, Any]:
    """A kernel of all layers at a grid of points, the data and one point more; or why there is none.

    Raises:
        BacksightError: the function cannot be traced or differentiated.
        BaseException: whatever the person's code raises.
    """
    traced = Asked.of(request).traced()
    candidates = [
        Replay.of(traced.forward, v)
        for v in traced.forward.inputs
        if v.name in traced.wrt and v.type.shape[-1:] == (2,) and v.type.rank <= 2
    ]
    # Weights, too, may be two numbers that are multiplied: the features are what goes through most layers.
    found = max(candidates, key=lambda replay: len(replay.layers()), default=None)
    if found is not None and (layers := found.layers()):
        return _answer(traced, found, layers)
    return {"refused": NEEDS}


@dataclass(frozen=True)
class Layer:
    """Its values, as variables of the replay: before the bias, after it, after the activation."""

    linear: Var
    shift: Var
    activation: Var

    @property
    def width(self) -> int:
        return int(self.shift.type.shape[1]) if self.shift.type.rank > 1 else 1


@dataclass
class Replay:
    """A Program's steps on many points, as far as each point goes its own way."""

    features: Var
    points: Var
    builder: Builder
    rows: dict[str, Var] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, forward: Program, features: Var) -> Replay:
        size = SIDE**2 + (int(features.type.shape[0]) if features.type.rank > 1 else 1) + 1
        builder = Builder("fold")
        builder.reserve(forward)
        builder.inputs += [v for v in forward.inputs if v is not features]
        points = builder.input("points", ArrayType((size, 2), "float64"))
        replay = cls(features, points, builder, {features.name: points})
        for equation in forward.equations:
            replay.step(equation)
        return replay

    def step(self, e: Equation) -> None:
        names = [a.name for a in e.inputs if isinstance(a, Var)]
        if any(name in self.lost for name in names):
            self.lost.add(e.output.name)
        elif not any(name in self.rows for name in names):
            self.builder.copy(e)
        else:
            made = self._affine(e) if e.op == "contract" else self._elementwise(e)
            if made is None:
                self.lost.add(e.output.name)
            else:
                self.rows[e.output.name] = made

    def _affine(self, e: Equation) -> Var | None:
        """A product of one value of the points with weights that are the same for all of them."""
        operands, result = read_spec(str(e.options["spec"]))
        moving = [i for i, a in enumerate(e.inputs) if self._is_row(a)]
        if len(moving) != 1 or len(operands) != 2:
            return None
        mine, weights = operands[moving[0]], operands[1 - moving[0]]
        if self.features.type.rank == 1:
            free = next(letter for letter in "nrm" if letter not in mine + weights)
            mine, result = free + mine, free + result
        row = mine[0]
        if len(mine) != 2 or row in weights or result[:1] != row or mine[1] in result:
            return None
        spec = ",".join((mine, weights) if moving[0] == 0 else (weights, mine)) + f"->{result}"
        return self.builder.apply("contract", self._operands(e), name=e.output.name + "_all", spec=spec)

    def _elementwise(self, e: Equation) -> Var | None:
        others = [a for a in e.inputs if not self._is_row(a)]
        same = all(a.type.rank < 2 or a.type.shape[0] == 1 for a in others)
        if REGISTRY[e.op].family is not Family.MAP or not same:
            return None
        try:
            return self.builder.apply(e.op, self._operands(e), name=e.output.name + "_all", **e.options)
        except BacksightError:  # it does not stretch over the rows
            return None

    def _is_row(self, a: Atom) -> bool:
        return isinstance(a, Var) and a.name in self.rows

    def _operands(self, e: Equation) -> list[Atom]:
        return [self.rows.get(a.name, a) if isinstance(a, Var) else a for a in e.inputs]

    def layers(self) -> list[Layer]:
        """The chain from the points on; empty if it is no net, or its first layer has one neuron alone."""
        found: list[Layer] = []
        here = self.points
        while True:
            linear = self._next(here, lambda e: e.op == "contract")
            if linear is None:
                break
            added = self._next(linear, lambda e: e.op == "add" and self._rows_in(e) == 1)
            shift = activation = added or linear
            while (after := self._next(activation, self._keeps_shape)) is not None:
                activation = after
            found.append(Layer(linear, shift, activation))
            here = activation
        # Two numbers that go through one layer may be weights: `np.mean((X @ w - y) ** 2)` looks the same.
        least = 2 if self.features.type.rank == 1 else 1
        if len(found) < least or found[0].width < 2 or found[0].activation is found[0].shift:
            return []
        return found

    def _rows_in(self, e: Equation) -> int:
        values = {v.name for v in self.rows.values()}
        return sum(isinstance(a, Var) and a.name in values for a in e.inputs)

    def _keeps_shape(self, e: Equation) -> bool:
        return e.op != "contract" and self._rows_in(e) == 1

    def _next(self, value: Var, fits: Any) -> Var | None:
        """The value that comes from this one, if it is used once (but for what goes no further)."""
        uses = [e for e in self.builder.equations if value in e.inputs]
        return uses[0].output if len(uses) == 1 and fits(uses[0]) else None


def _answer(traced: Differentiated, replay: Replay, layers: Sequence[Layer]) -> dict[str, Any]:
    wanted = [v for layer in layers for v in (layer.linear, layer.shift, layer.activation)]
    program = simplify(replay.builder.finish(tuple(dict.fromkeys(wanted))))
    # Simplifying may give a value another name; the outputs keep their order.
    named = dict(zip(dict.fromkeys(wanted), program.outputs, strict=True))
    unique = tuple(dict.fromkeys(program.outputs))
    module = emit_module({"fold": lower(replace(program, outputs=unique))}, f"{traced.name} layer by layer")
    return {
        "module": module,
        "features": replay.features.name,
        "points": replay.points.name,
        "inputs": [v.name for v in program.inputs if v != replay.points],
        "side": SIDE,
        "rows": int(replay.points.type.shape[0]),
        "layers": [
            {
                "linear": str(named[layer.linear]),
                "shift": str(named[layer.shift]),
                "activation": str(named[layer.activation]),
                "width": layer.width,
            }
            for layer in layers
        ],
        "labels": _labels(traced, replay.features),
    }


def _labels(traced: Differentiated, features: Var) -> str | None:
    """An argument that says 0 or 1 of every example."""
    if features.type.rank < 2:
        return None
    count = features.type.shape[0]
    for v, x in zip(traced.forward.inputs, traced.values, strict=True):
        if v.type.shape in ((count,), (count, 1)) and set(_flat(to_array(x))) <= {0.0, 1.0}:
            return v.name
    return None


def _flat(array: Array) -> list[float]:
    return [float(x) for x in array.data]
