"""What an operation is: one record holds everything about it. Operations themselves live in `backsight.ops`.

An op says *what*; an emitter decides *how*. Ops never import emitters.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

from backsight.ir.program import ArrayType, Params, Shape


class Family(Enum):
    """The four ways an operation moves numbers; emitters and lowerings have a case for each.

    The few operations that are none of the four are routines: opaque, whole arrays in and a whole array out.
    """

    MAP = "map"  # one scalar function, elementwise; operands broadcast as in NumPy
    CONTRACT = "contract"  # sum of products over named axes
    REDUCE = "reduce"  # fold an axis, or normalise along it
    MOVE = "move"  # elements change place, none is computed
    ROUTINE = "routine"  # none of these: solve, cholesky, sort, a running sum


# Binding strengths of expressions, weakest first. Python and JavaScript agree on these.
WEAKEST, COMPARE, ADD, MULTIPLY, UNARY, POWER, ATOM = 0, 5, 11, 12, 13, 14, 100


@dataclass(frozen=True, slots=True)
class Form:
    """How one target writes an operation: `template` has {0}, {1}, … for operands and {name} for params.

    `strength` is how tightly the written text binds; `needs[i]` is how tightly operand i must bind to stand
    there without parentheses. An operand that a template repeats needs ATOM: it is given a name first.
    `uses` are the functions a template calls that the target must import or write above the code.
    """

    template: str
    strength: int = ATOM
    needs: tuple[int, ...] = ()
    uses: tuple[str, ...] = ()

    def need(self, position: int) -> int:
        return self.needs[position] if position < len(self.needs) else WEAKEST


def call(template: str) -> Form:
    """A function call: binds as an atom, asks nothing of its operands."""
    return Form(template)


def infix(template: str, strength: int) -> Form:
    """A left-associative infix operator."""
    return Form(template, strength, (strength, strength + 1))


def repeated(template: str, strength: int, operands: int = 1) -> Form:
    """A template that uses its operands more than once."""
    return Form(template, strength, (ATOM,) * operands)


@dataclass(frozen=True, slots=True)
class Notation:
    """An op in each target's words; None where the emitter has a case of its own for the op.

    `jax` is written only where it is not `numpy` with `jnp` in the place of `np`. `sheet` is one cell of a
    spreadsheet, with functions that all of them have.
    """

    numpy: Form | None = None
    js: Form | None = None
    tex: Form | None = None
    jax: Form | None = None
    sheet: Form | None = None


@dataclass(frozen=True)
class Op:
    """Everything about one operation.

    Attributes:
        name: the name in Programs.
        family: which of the four cases it is.
        says: the operation in words, to stand after "this step".
        result: `(types, **params) -> ArrayType`; raises ShapeError.
        scalar: for a MAP, the operation on Python numbers, following IEEE (no exceptions).
        reference: for the others, `(arrays, types, **params) -> Array` on `backsight.ir.evaluate.Array`.
        vjp: `(g, y, *xs, **params) -> cotangents`, one per operand (None: no slope), written in traced
            operations; may return the shape of y, the reverse walk undoes broadcasting once.
        jvp: `(*dxs, y, *xs, **params) -> dy`, one dx per operand; a dx, and dy, may be None (zero).
        batch: `(batched, *xs, **params) -> y`: the operation on many examples at once, in traced operations.
            `batched[i]` says whether operand i has the examples along its leading axis; y always has. None:
            the rule of the family (a map aligns its operands, a reduction or contraction shifts its axes).
        sizes: for a ROUTINE, `(types, **params) -> shapes`: the helper function that a target has for it gets
            the operands, the result, and the number of elements of each of these shapes.
        why: why the rule holds, in a sentence a learner can check.
        write: the op in each target's words.
        try_at: operands to try it at in tests, as nested lists.
        try_params: parameters that go with `try_at`.
        variadic: takes any number of operands, not just as many as `try_at` has.
    """

    name: str
    family: Family
    says: str
    result: Callable[..., ArrayType]
    vjp: Callable[..., Sequence[Any]] | None
    jvp: Callable[..., Any] | None
    why: str
    write: Notation = field(default_factory=Notation)
    scalar: Callable[..., Any] | None = None
    reference: Callable[..., Any] | None = None
    batch: Callable[..., Any] | None = None
    sizes: Callable[..., Sequence[Shape]] | None = None
    try_at: tuple[Any, ...] = ()
    try_params: tuple[dict[str, Any], ...] = ({},)
    variadic: bool = False

    def misuse(self, operands: int, params: Collection[str]) -> str:
        """What is wrong with a use of that many operands and these parameters; "" if nothing."""
        if operands != len(self.try_at) and not self.variadic:
            return f"{self.name} takes {len(self.try_at)} operands, not {operands}"
        known = self.try_params[0].keys()
        if set(params) != known:
            return f"{self.name} has the parameters ({', '.join(known)}), not ({', '.join(params)})"
        return ""


REGISTRY: dict[str, Op] = {}
"""Every operation by name; filled when `backsight.ops` is imported."""


def register(op: Op) -> Op:
    """Add an operation. A name is registered once."""
    if op.name in REGISTRY:
        raise ValueError(f"op {op.name!r} is registered twice")
    REGISTRY[op.name] = op
    return op


@lru_cache(maxsize=1 << 16)
def result_type(op: str, types: tuple[ArrayType, ...], params: Params) -> ArrayType:
    """The type that an operation's shape rule gives; asked often and of few kinds, so answers are kept.

    Raises:
        ShapeError: the operands do not fit.
    """
    return REGISTRY[op].result(list(types), **dict(params))
