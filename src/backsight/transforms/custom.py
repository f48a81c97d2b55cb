"""`custom`: a value whose way back a person wrote.

The rule is a Program of its own, kept in the equation as text, so that a Program with such an equation still
prints, parses and compares as any other. It takes the cotangent of the value, the value and what else it
reads, and returns a cotangent for some of that. Both modes, and many examples at once, follow from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from backsight.ir.builder import Builder
from backsight.ir.op import Family, Form, Notation, Op, register
from backsight.ir.program import Constant, Program
from backsight.ir.text import from_text
from backsight.ops.value import Value, apply
from backsight.transforms.batch import batch
from backsight.transforms.reverse import pullback


@lru_cache(maxsize=256)
def _rule(backward: str) -> Program:
    return from_text(backward)


def _vjp(g: Value, y: Value, value: Value, *read: Value, backward: str, places: tuple[int, ...]) -> Any:
    """The rule's Program takes the place of the step."""
    cotangents: list[Any] = [None] * (1 + len(read))
    results = g.builder.inline(_rule(backward), [g.atom, y.atom, *(x.atom for x in read)])
    for place, result in zip(places, results, strict=True):
        cotangents[place] = g.like(result)
    return cotangents


def _jvp(*values: Any, backward: str, places: tuple[int, ...]) -> Any:
    """The rule is linear in its cotangent, so pulling tangents back through it pushes them forward."""
    count = len(values) // 2
    moves, y, read = values[:count], values[count], values[count + 2 :]
    if all(moves[place] is None for place in places):
        return None
    program = _rule(backward)
    turned = pullback(program, [program.inputs[0].name]).program
    zero = apply("broadcast", y * 0.0, shape=y.type.shape)
    tangents = [
        apply("broadcast", y.like(Constant(0.0)), shape=values[count + 1 + place].type.shape)
        if moves[place] is None
        else moves[place]
        for place in places
    ]
    atoms = [x.atom for x in (zero, y, *read, *tangents)]
    return y.like(y.builder.inline(turned, atoms)[-1])


def _batch(
    batched: Sequence[bool], value: Value, *read: Value, backward: str, places: tuple[int, ...]
) -> Any:
    """The rule runs for all examples too; what all of them share collects the blame of each."""
    size = next(x.type.shape[0] for x, many in zip((value, *read), batched, strict=True) if many)
    program = batch(_rule(backward), [True, True, *batched[1:]], size)
    builder = Builder(program.name)
    builder.adopt(program)
    cotangents = [
        result if batched[place] else builder.apply("sum", (result,), axes=(0,), keepdims=False)
        for place, result in zip(places, program.outputs, strict=True)
    ]
    whole = value if batched[0] else apply("broadcast", value, shape=(size, *value.type.shape))
    return apply("custom", whole, *read, backward=str(builder.finish(cotangents)), places=places)


_THRICE = """program thrice(g: f[2], y: f[2], x: f[2]) {
  t: f[2] = mul(g, 3.0)
  return t
}"""
register(
    Op(
        "custom",
        Family.MOVE,
        says="passes the value on, with a way back of its own",
        result=lambda types, backward, places: types[0],
        reference=lambda arrays, shape, dims, backward, places: arrays[0].data,
        vjp=_vjp,
        jvp=_jvp,
        batch=_batch,
        why="a person says how blame goes back through this step",
        write=Notation(tex=Form("{0}")),
        try_at=([0.5, -2.0], [0.7, 1.5]),
        # Of a value and what it was computed from: the cotangent, times three.
        try_params=(
            {
                "backward": _THRICE,
                "places": (1,),
            },
        ),
        variadic=True,
    )
)
