"""What the workbench asks for to draw a function's value as a landscape, along one or two directions.

All of it is about phi(s, t) = f(x + s · along + t · across), where x are the arguments: its value, its slope,
how it bends. In the browser a direction is an array for each argument that moves; s and t say how far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from backsight import numpy as np
from backsight.api import trace_call
from backsight.browser.asked import Asked, Request
from backsight.browser.workbench import place
from backsight.emit.javascript import emit_module
from backsight.errors import BacksightError
from backsight.ir.builder import Builder
from backsight.ir.program import ArrayType, Atom, Program, Var
from backsight.lower import lower
from backsight.ops.value import Value, apply
from backsight.transforms import gradient, jacobian, simplify

RING = 96
"""Points that an ellipse is drawn through."""


def landscape(request: Request) -> dict[str, Any]:
    """Kernels of phi, and where in each of them an input or an output is.

    | kernel | what it works out |
    |---|---|
    | along | the value at (s, t), and the arguments there |
    | descent | one step of plain gradient descent within the plane: value, slopes, the next s and t |
    | everything | one step of plain gradient descent in all arguments: value, slopes (`slope x`), arguments |
    | curvature | value, slopes and second derivatives at (s, t) |
    | bends | from these: eigenvalues and axes, the model's own stationary point, its ellipse through (s, t) |
    | model | the tangent and the quadratic model at other places |
    | direction | a unit vector along `raw`, less what goes along `first` |
    | chance | from uniform draws, a direction without preference |

    Raises:
        BacksightError: the function cannot be traced or differentiated.
        BaseException: whatever the person's code raises.
    """
    asked = Asked.of(request)
    traced = asked.traced()
    with asked.placed():
        plane = Plane.of(traced.forward, traced.wrt)
        kernels = {"along": plane.along(), "descent": plane.descent()}
        kernels["everything"] = step(traced.reverse, traced.wrt)
        refused = None
        try:
            kernels["curvature"] = plane.curvature()
        except BacksightError as error:  # a rule of the person's own need not have a second derivative
            refused = error.message
    moving = [v for name in traced.wrt for v in traced.forward.inputs if v.name == name]
    kernels |= shapes_of(sum(prod(map(int, v.type.shape)) for v in moving))
    return {
        "module": emit_module(
            {k: lower(v.program) for k, v in kernels.items()}, f"{traced.name} as a landscape"
        ),
        "kernels": {k: v.data() for k, v in kernels.items()},
        "moving": [
            {"name": v.name, "shape": list(v.type.shape), "along": a, "across": b}
            for v, a, b in zip(moving, plane.first, plane.second, strict=True)
        ],
        "at": [plane.s, plane.t],
        "refused": refused,
    }


@dataclass(frozen=True)
class Work:
    """A Program and what its outputs stand for."""

    program: Program
    outputs: Mapping[str, Atom]
    moved: Mapping[str, Atom]
    rate: str | None = None

    @classmethod
    def of(
        cls, program: Program, roles: Sequence[str], moved: Sequence[str] = (), rate: str | None = None
    ) -> Work:
        """The Program, simplified; its decisions are outputs too.

        Args:
            roles: what the first outputs are; the others are the arguments `moved`.
            rate: what the input is called that says how far a step goes.
        """
        small = simplify(program)
        outputs = dict(zip(roles, small.outputs, strict=False))
        places = dict(zip(moved, small.outputs[len(roles) :], strict=True))
        wanted = [a for a in (*small.outputs, *(g.variable for g in small.guards)) if isinstance(a, Var)]
        return cls(replace(small, outputs=tuple(dict.fromkeys(wanted))), outputs, places, rate)

    def data(self) -> dict[str, Any]:
        guards = {g.variable.name: g.expected for g in self.program.guards}
        return {
            "outputs": {role: place(atom) for role, atom in self.outputs.items()},
            "moved": {name: place(atom) for name, atom in self.moved.items()},
            "guards": [{"name": name, "expected": expected} for name, expected in guards.items()],
            "rate": self.rate,
        }


@dataclass(frozen=True)
class Plane:
    """phi as a Program, whose outputs are its value and the arguments there; and its inputs' names."""

    program: Program
    wrt: Sequence[str]
    first: tuple[str, ...]
    second: tuple[str, ...]
    s: str
    t: str

    @classmethod
    def of(cls, forward: Program, wrt: Sequence[str]) -> Plane:
        builder = Builder(f"along_{forward.name}")
        inputs = {v.name: Value(builder, builder.input(v.name, v.type)) for v in forward.inputs}
        first, second = (
            {name: Value(builder, builder.input(f"{name}_{way}", inputs[name].type)) for name in wrt}
            for way in ("along", "across")
        )
        s, t = (Value(builder, builder.input(name, ArrayType((), "float64"))) for name in "st")
        moved = {name: inputs[name] + s * first[name] + t * second[name] for name in wrt}
        values = builder.inline(forward, [moved.get(name, x).atom for name, x in inputs.items()])
        program = builder.finish([*values, *(x.atom for x in moved.values())])
        along, across = (tuple(str(x.atom) for x in way.values()) for way in (first, second))
        return cls(program, wrt, along, across, str(s.atom), str(t.atom))

    def along(self) -> Work:
        return Work.of(self.program, ["value"], self.wrt)

    def slopes(self) -> Program:
        """The value, and how it changes with s and t."""
        value = replace(self.program, outputs=self.program.outputs[:1])
        return simplify(gradient(value, [self.s, self.t], name=f"slopes_{self.program.name}").program)

    def descent(self) -> Work:
        slopes = self.slopes()
        builder = Builder("descent")
        inputs = [builder.input(v.name, v.type) for v in slopes.inputs]
        rate = Value(builder, builder.input("rate", ArrayType((), "float64")))
        value, *ways = builder.inline(slopes, inputs)
        here = [x for x in inputs if x.name in (self.s, self.t)]
        there = [Value(builder, x) - rate * Value(builder, way) for x, way in zip(here, ways, strict=True)]
        program = builder.finish([value, *ways, *(x.atom for x in there)])
        roles = ["value", "slope_s", "slope_t", "s_next", "t_next"]
        return Work.of(program, roles, rate=str(rate.atom))

    def curvature(self) -> Work:
        """Forward over reverse mode.

        Raises:
            DifferentiationError: a step has no second derivative.
        """
        slopes = self.slopes()
        only = replace(slopes, outputs=slopes.outputs[1:])
        second = jacobian(only, [self.s, self.t], mode="forward")
        builder = Builder("curvature")
        inputs = [builder.input(v.name, v.type) for v in slopes.inputs]
        first, (ss, st, _, tt) = builder.inline(slopes, inputs), builder.inline(second, inputs)
        return Work.of(
            builder.finish([*first, ss, st, tt]), ["value", "slope_s", "slope_t", "ss", "st", "tt"]
        )


def step(reverse: Program, wrt: Sequence[str]) -> Work:
    """One step of plain gradient descent in every argument."""
    builder = Builder("everything")
    inputs = {v.name: builder.input(v.name, v.type) for v in reverse.inputs}
    rate = Value(builder, builder.input("rate", ArrayType((), "float64")))
    value, *slopes = builder.inline(reverse, list(inputs.values()))
    there = [
        Value(builder, inputs[name]) - rate * Value(builder, slope)
        for name, slope in zip(wrt, slopes, strict=True)
    ]
    program = builder.finish([value, *slopes, *(x.atom for x in there)])
    return Work.of(program, ["value", *(f"slope {name}" for name in wrt)], wrt, str(rate.atom))


# Traced like anybody's function: the geometry of a quadratic, and directions --------------------------------


def shapes_of(count: int) -> dict[str, Work]:
    """What is the same for every function whose moving arguments have that many numbers."""
    number, array = ArrayType((), "float64"), ArrayType((count,), "float64")
    return {
        "bends": _traced(bends, [number] * 8 + [ArrayType((RING,), "float64")], BENDS),
        "model": _traced(model, [number] * 10, ("tangent", "quadratic")),
        "direction": _traced(direction, [array, array], ("unit", "length")),
        "chance": _traced(chance, [array], ("raw",)),
    }


def _traced(function: Callable[..., Any], examples: Sequence[ArrayType], roles: Sequence[str]) -> Work:
    return Work.of(trace_call(function, list(examples), {}).program, roles)


BENDS = ("steep", "gentle", "axis_s", "axis_t", "low_s", "low_t", "ring_s", "ring_t")


def bends(
    s: Any, t: Any, slope_s: Any, slope_t: Any, ss: Any, st: Any, tt: Any, least: Any, share: Any
) -> tuple[Any, ...]:
    """The geometry of the quadratic model at (s, t).

    Args:
        least: the ellipse lies at least that far above the lowest point, or below the top: it is no dot.
        share: places along the ellipse, 0 to 1.

    Returns:
        The greater and the lesser eigenvalue; the greater one's unit axis (the other is at right angles);
        where the model is stationary (not finite where it is nowhere, or everywhere); the ellipse of all
        places where the model is as high as at (s, t) (NaN where it is neither bowl nor dome).
    """
    mean, half = (ss + tt) / 2, (ss - tt) / 2
    reach = np.hypot(half, st)
    steep, gentle = mean + reach, mean - reach
    angle = np.arctan2(st, half) / 2
    axis_s, axis_t = np.cos(angle), np.sin(angle)
    area = ss * tt - st * st
    step_s = (st * slope_t - tt * slope_s) / area
    step_t = (st * slope_s - ss * slope_t) / area
    low_s, low_t = s + step_s, t + step_t
    height = np.maximum(np.abs(slope_s * step_s + slope_t * step_t) / 2, least)
    height = np.where(area > 0, height, np.nan)
    wide, narrow = np.sqrt(2 * height / np.abs(gentle)), np.sqrt(2 * height / np.abs(steep))
    turn = 2 * np.pi * share
    forth, aside = narrow * np.cos(turn), wide * np.sin(turn)
    ring_s = low_s + axis_s * forth - axis_t * aside
    ring_t = low_t + axis_t * forth + axis_s * aside
    return steep, gentle, axis_s, axis_t, low_s, low_t, ring_s, ring_t


def model(
    value: Any,
    slope_s: Any,
    slope_t: Any,
    ss: Any,
    st: Any,
    tt: Any,
    s: Any,
    t: Any,
    there_s: Any,
    there_t: Any,
) -> tuple[Any, Any]:
    """What the slope at (s, t) promises for another place, and what slope and curvature do (Taylor)."""
    ds, dt = there_s - s, there_t - t
    tangent = value + slope_s * ds + slope_t * dt
    quadratic = tangent + (ss * ds * ds + 2 * st * ds * dt + tt * dt * dt) / 2
    return tangent, quadratic


def direction(raw: Any, first: Any) -> tuple[Any, Any]:
    """One step of Gram and Schmidt; also how long what is left was (0: there is no such direction)."""
    square = np.sum(first * first)
    rest = raw - first * (np.sum(raw * first) / np.where(square > 0, square, 1.0))
    length = np.sqrt(np.sum(rest * rest))
    return rest / np.where(length > 0, length, 1.0), length


def chance(u: Any) -> Any:
    """Normal draws from uniform ones: no direction is likelier than another."""
    return apply("ndtri", u)
