"""Assignment into traced arrays as NumPy has it: `x[key] = value`, `x += value`, through views too.

A Program has values and no memory, so an array that is written into stands for another value from then on.
A view, such as `x[1:]` or `x.T`, reads from its array whenever that has changed, and what is written into it
goes there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backsight.errors import InPlaceError, ShapeError, TraceError
from backsight.ir.program import Atom
from backsight.ops.shapes import show
from backsight.tracing.functions import FUNCTIONS
from backsight.tracing.numpy import Tracer, innermost_tracer, is_basic, record
from backsight.tracing.rewriting import out_of_place
from backsight.tracing.source import user_origin

Read = Callable[[Any], Any]
Write = Callable[[Any], None]


class ArgumentTracer(Tracer):
    """An argument of the function: its entries belong to whoever calls, and are not written into."""

    __slots__ = ()

    def like(self, atom: Atom) -> Tracer:
        return Tracer(self.builder, atom)


class ViewTracer(Tracer):
    """A part or another shape of an array, which stays true to it.

    Args:
        base: the array.
        read: makes this view of the array, as it is then.
        write: assigns a new value of this view into the array; None where NumPy's views are not followed.
        value: what `read` gives now.
        key: where in the array, if it is `array[key]`.
    """

    __slots__ = ("_base", "_held", "_key", "_read", "_seen", "_write")

    def __init__(self, base: Tracer, read: Read, write: Write | None, value: Tracer, key: Any = None) -> None:
        self._base, self._read, self._write, self._seen, self._key = base, read, write, base.atom, key
        super().__init__(value.builder, value.atom)

    @property
    def atom(self) -> Atom:
        if self._base.atom is not self._seen:
            fresh = self._read(self._base)
            self._seen, self._held, self.builder = self._base.atom, fresh.atom, fresh.builder
        held: Atom = self._held
        return held

    @atom.setter
    def atom(self, atom: Atom) -> None:
        self._held = atom

    def like(self, atom: Atom) -> Tracer:
        return Tracer(self.builder, atom)

    def is_part(self, base: Tracer, key: Any) -> bool:
        """Whether it is `base[key]`, as that is now."""
        return self._base is base and base.atom is self._seen and self._key is not None and self._key == key

    def become(self, value: Tracer) -> None:
        """Write a new value of the whole view into the array.

        Raises:
            InPlaceError: writing into such a view is not followed.
        """
        if self._write is None:
            raise InPlaceError(
                "this array shows another's numbers, and what is written into it would have to go there",
                origin=user_origin(),
                remedy="take a copy first: x = x.copy()",
            )
        self._write(value)
        self._seen, self._held, self.builder = self._base.atom, value.atom, value.builder


def viewed(base: Tracer, read: Read, write: Write | None, key: Any = None) -> Any:
    """What `read` makes of an array, as a view of it."""
    value = read(base)
    if not isinstance(value, Tracer) or value is base or value.shape == ():
        return value
    return ViewTracer(base, read, write, value, key)


def assign(target: Tracer, key: Any, value: Any) -> None:
    """`target[key] = value`.

    Raises:
        InPlaceError: the target is an argument, or a view that is not written through.
        TraceError: the target holds whole numbers or truth values, and would cut the value.
        ShapeError: the value does not fit.
    """
    keys = key if isinstance(key, tuple) else (key,)
    if isinstance(value, ViewTracer) and is_basic(keys) and value.is_part(target, key):
        return  # `x[key] += more` has written through the view already
    if isinstance(target, ArgumentTracer):
        origin = user_origin()
        raise InPlaceError(
            "an argument cannot be assigned into: its entries belong to whoever calls the function",
            origin=origin,
            remedy=f"take a copy first, x = x.copy(), or {out_of_place(origin.text if origin else '')}",
        )
    owner = innermost_tracer([target, value, *keys])
    assert owner is not None  # the target is one
    become(target, owner._step(lambda: _written(target, key, value)))


def become(target: Tracer, value: Any) -> None:
    """Let an array be another value of the same shape from now on, in NumPy's sense: for all who hold it."""
    if isinstance(target, ViewTracer):
        target.become(value)
    else:
        target.builder, target.atom = value.builder, value.atom


def _written(target: Tracer, key: Any, value: Any) -> Any:
    kind = getattr(value, "dtype", "float64" if isinstance(value, float) else target.type.dtype)
    if target.type.dtype != "float64" and str(kind) != target.type.dtype:
        raise TraceError(
            f"an array of {target.type.dtype} cannot keep {kind}",
            remedy="make it an array of floats first: np.zeros(n), x.astype(float)",
        )
    return FUNCTIONS["with_part"](target, key, value)


def added(target: Tracer, result: Any) -> Any:
    """What `target += …` leaves: the target itself for arrays, a new number for numbers.

    Raises:
        ShapeError: the result has another shape.
    """
    if not isinstance(result, Tracer) or target.type.shape == ():
        return result
    if result.type.shape != target.type.shape:
        raise ShapeError(
            f"a result of shape {show(result.type.shape)} does not fit into one of {show(target.type.shape)}",
            origin=user_origin(),
            remedy="write x = x + y, which makes a new array",
        )
    become(target, result)
    return target


# Functions that write ---------------------------------------------------------------------------------------


def add_at(array: Any, places: Any, part: Any) -> None:
    """np.add.at: adds at every place, also at one that comes again."""
    array[...] = record(FUNCTIONS["add_at"], "np.add.at", (array, places, part), {})


def subtract_at(array: Any, places: Any, part: Any) -> None:
    """np.subtract.at."""
    add_at(array, places, -part)


def copyto(dst: Any, src: Any, where: Any = None) -> None:
    """np.copyto."""
    dst[... if where is None else where] = src


def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """np.fill_diagonal of a matrix: `val` on the diagonal, a number or one for each of its places."""
    size = min(a.shape)
    a[list(range(size)), list(range(size))] = val


WRITING: dict[str, Callable[..., None]] = {
    "add.at": add_at,
    "subtract.at": subtract_at,
    "copyto": copyto,
    "fill_diagonal": fill_diagonal,
    "fill": lambda a, value: copyto(a, value),
    "sort": lambda a, axis=-1: copyto(a, FUNCTIONS["sort"](a, axis)),
}
"""By NumPy's name, or a method's: what changes its first operand."""


def writes(name: str, target: Any) -> Callable[..., None] | None:
    """The function of that name that writes into a traced array; None where there is none, or it must not."""
    own = isinstance(target, Tracer) and not isinstance(target, ArgumentTracer)
    return WRITING.get(name) if own else None
