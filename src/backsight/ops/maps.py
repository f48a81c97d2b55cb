"""Writing records of elementwise operations: a value and its slopes, which both modes share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from backsight.ir.op import Family, Form, Notation, Op, call, register
from backsight.ir.program import DType
from backsight.ops.arithmetic import plus
from backsight.ops.shapes import map_type

NAN = math.nan
POINTS = ([0.0, 0.3, -0.7, 2.0, -4.0],)
POSITIVE = ([0.3, 0.7, 2.0, 40.0],)
PAIR = ([0.5, -2.0, 3.0], [1.5, 0.7, -0.3])

Scalar = Callable[..., Any]


def safe(function: Callable[[float], float], overflow: float = math.inf) -> Callable[[float], float]:
    """A math function that answers NaN or inf where Python would raise."""

    def run(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return overflow
        except ValueError:
            return NAN

    return run


def called(numpy: str, js: str, tex: str, sheet: Form, operands: int = 1) -> Notation:
    """The same function call in each target but the spreadsheet, which has names of its own."""
    arguments = ", ".join(f"{{{i}}}" for i in range(operands))
    return Notation(
        call(f"{numpy}({arguments})"),
        call(f"{js}({arguments})"),
        call(rf"{tex}\left({arguments}\right)"),
        sheet=sheet,
    )


def from_scipy(name: str, js: str, tex: str, sheet: Form | None, operands: int = 1) -> Notation:
    """A call of a function that NumPy lacks and SciPy, like JAX, has."""
    arguments = ", ".join(f"{{{i}}}" for i in range(operands))
    return Notation(
        Form(f"{name}({arguments})", uses=(name,)),
        call(f"{js}({arguments})"),
        call(rf"{tex}\left({arguments}\right)"),
        call(f"special.{name}({arguments})"),
        sheet,
    )


def unary(
    name: str,
    says: str,
    scalar: Scalar,
    slope: Callable[..., Any],
    why: str,
    write: Notation,
    try_at: tuple[Any, ...] = POINTS,
    try_params: tuple[dict[str, Any], ...] = ({},),
) -> Op:
    """A function of one number with `slope(y, x, **params)`."""
    return register(
        Op(
            name,
            Family.MAP,
            says=says,
            result=map_type("float64"),
            scalar=scalar,
            vjp=lambda g, y, x, **params: (g * slope(y, x, **params),),
            jvp=lambda dx, y, x, **params: dx * slope(y, x, **params),
            why=why,
            write=write,
            try_at=try_at,
            try_params=try_params,
        )
    )


def several(
    name: str,
    says: str,
    scalar: Scalar,
    slopes: Callable[..., Sequence[Any]],
    why: str,
    write: Notation,
    try_at: tuple[Any, ...] = PAIR,
) -> Op:
    """A function of several numbers with `slopes(y, *xs)`, one for each; None where there is none."""

    def vjp(g: Any, y: Any, *xs: Any) -> tuple[Any, ...]:
        return tuple(None if s is None else g * s for s in slopes(y, *xs))

    def jvp(*operands: Any) -> Any:
        count = len(operands) // 2
        moves, (y, *xs) = operands[:count], operands[count:]
        total = None
        for move, s in zip(moves, slopes(y, *xs), strict=True):
            total = plus(total, None if move is None or s is None else move * s)
        return total

    return register(
        Op(
            name,
            Family.MAP,
            says=says,
            result=map_type("float64"),
            scalar=scalar,
            vjp=vjp,
            jvp=jvp,
            why=why,
            write=write,
            try_at=try_at,
        )
    )


def flat(
    name: str,
    says: str,
    scalar: Scalar,
    why: str,
    write: Notation,
    try_at: tuple[Any, ...],
    dtype: DType = "float64",
) -> Op:
    """A function that is flat wherever it has a slope: nothing passes back."""
    operands = len(try_at)
    return register(
        Op(
            name,
            Family.MAP,
            says=says,
            result=map_type(dtype),
            scalar=scalar,
            vjp=lambda g, y, *xs: (None,) * operands,
            jvp=lambda *operands: None,
            why=why,
            write=write,
            try_at=try_at,
        )
    )
