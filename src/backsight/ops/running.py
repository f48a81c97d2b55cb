"""Running sums, running products, and the linear recurrence that both are cases of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import add, mul
from typing import Any

from backsight.errors import ShapeError
from backsight.ir.op import Family, Op, register
from backsight.ir.program import ArrayType
from backsight.ops.arithmetic import plus
from backsight.ops.gathering import along_axis, each_line, later, line_sizes
from backsight.ops.shaping import BACKWARD, WHOLE, Key
from backsight.ops.value import Value, apply

_MATRIX = [[0.5, -1.0, 2.0], [0.3, 0.7, -0.2]]


def _at(axis: int, item: tuple[Any, ...]) -> Key:
    return (WHOLE,) * axis + (item,)


def flip(x: Any, axis: int) -> Any:
    return apply("index", x, key=_at(axis, BACKWARD))


def _shifted(x: Value, axis: int, first: float, *, back: bool = False) -> Any:
    """Every entry replaced by the one before it (`back`: after it); `first` comes in at the free end."""
    size = x.type.shape[axis]
    if isinstance(size, str):
        raise ShapeError(
            f"a running product along the named axis {size!r} has no derivative here",
            remedy="trace with an array of fixed size along this axis",
        )
    if size == 0:
        return x
    edge = x.like(
        x.builder.apply(
            "broadcast",
            (x.lift(first),),  # type: ignore[arg-type]
            shape=(*x.type.shape[:axis], 1, *x.type.shape[axis + 1 :]),
        )
    )
    kept = apply("index", x, key=_at(axis, ("slice", 1, size, 1) if back else ("slice", 0, size - 1, 1)))
    return apply("concatenate", *((kept, edge) if back else (edge, kept)), axis=axis)


def _float(types: Sequence[ArrayType], axis: int) -> ArrayType:
    return ArrayType(along_axis(types, axis).shape)


cumsum = register(
    Op(
        "cumsum",
        Family.ROUTINE,
        says="adds up as it goes along",
        result=_float,
        reference=each_line(lambda line: list(accumulate(map(float, line), add))),
        vjp=lambda g, y, x, axis: (flip(apply("cumsum", flip(g, axis), axis=axis), axis),),
        jvp=lambda dx, y, x, axis: apply("cumsum", dx, axis=axis),
        batch=later("cumsum"),
        sizes=line_sizes,
        why="a term is part of its own sum and of every later one",
        try_at=(_MATRIX,),
        try_params=({"axis": 1}, {"axis": 0}),
    )
)


def _two(types: Sequence[ArrayType], axis: int) -> ArrayType:
    if types[0].shape != types[1].shape:
        raise ShapeError(f"a recurrence needs equal shapes, not {types[0]} and {types[1]}")
    return _float(types, axis)


def _recur(factors: Sequence[float], terms: Sequence[float]) -> list[float]:
    found: list[float] = []
    for factor, term in zip(factors, terms, strict=True):
        found.append(factor * found[-1] + term if found else term)
    return found


def _blame(g: Value, factors: Value, axis: int) -> Any:
    """What each step of a recurrence is to blame for: its own share, and its part in the next one's."""
    ahead = _shifted(factors, axis, 0.0, back=True)
    return flip(apply("recurrence", flip(ahead, axis), flip(g, axis), axis=axis), axis)


def _recurrence_vjp(g: Value, y: Value, factors: Value, terms: Value, axis: int) -> tuple[Any, Any]:
    blame = _blame(g, factors, axis)
    return (blame * _shifted(y, axis, 0.0), blame)


def _recurrence_jvp(da: Any, db: Any, y: Value, factors: Value, terms: Value, axis: int) -> Any:
    moved = plus(None if da is None else da * _shifted(y, axis, 0.0), db)
    return None if moved is None else apply("recurrence", factors, moved, axis=axis)


recurrence = register(
    Op(
        "recurrence",
        Family.ROUTINE,
        says="multiplies what it has so far and adds, step by step",
        result=_two,
        reference=each_line(_recur),
        vjp=_recurrence_vjp,
        jvp=_recurrence_jvp,
        batch=later("recurrence"),
        sizes=line_sizes,
        why="a step's blame is its own and, times the next factor, that of the next step",
        try_at=(_MATRIX, [[1.0, 0.5, -0.4], [2.0, 0.1, 0.6]]),
        try_params=({"axis": 1}, {"axis": 0}),
    )
)
cumprod = register(
    Op(
        "cumprod",
        Family.ROUTINE,
        says="multiplies as it goes along",
        result=_float,
        reference=each_line(lambda line: list(accumulate(map(float, line), mul))),
        vjp=lambda g, y, x, axis: (_blame(g, x, axis) * _shifted(y, axis, 1.0),),
        jvp=lambda dx, y, x, axis: apply("recurrence", x, dx * _shifted(y, axis, 1.0), axis=axis),
        batch=later("cumprod"),
        sizes=line_sizes,
        why="a factor scales its own product and every later one; without division, 0 is no trouble",
        try_at=(_MATRIX,),
        try_params=({"axis": 1}, {"axis": 0}),
    )
)
