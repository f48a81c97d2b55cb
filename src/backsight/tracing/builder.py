"""A Program being recorded: its inputs, the example's values, and what it takes from around the function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from typing import Any, Protocol

from backsight.errors import ShapeError, TraceError
from backsight.ir.builder import Builder
from backsight.ir.evaluate import Array, array_type, to_array
from backsight.ir.program import ArrayType, Atom, Constant, Dim, Var
from backsight.tracing.examples import Examples, Run
from backsight.tracing.source import locate, name_in_caller, user_origin

_LARGE = 2**20
"""Bytes of an array that is copied, in case that it is written into later."""
_LOGICAL_IN_NUMPY = {"add", "sub", "neg", "contract"}
_tracing: ContextVar[TraceBuilder | None] = ContextVar("tracing", default=None)


class Recorded(Protocol):
    """A value of a trace, as its builder sees it."""

    atom: Atom
    builder: TraceBuilder

    def example(self) -> Any: ...


class _Kept:
    """An array and, unless it is large, a copy: whether it still holds what it held when it was used."""

    def __init__(self, value: Any) -> None:
        self._value = value
        self._copy: Any = None
        if isinstance(value, Array):
            self._copy = Array(value.shape, list(value.data), value.dtype)
        elif isinstance(value, list):
            self._copy = deepcopy(value)
        elif getattr(value, "nbytes", _LARGE) < _LARGE and hasattr(value, "tobytes"):
            self._copy = value.copy()

    def holds(self) -> bool:
        if isinstance(self._value, Array):
            return getattr(self._value, "traced", None) is None and bool(self._copy.data == self._value.data)
        if self._copy is None or isinstance(self._value, list):
            return self._copy is None or bool(self._copy == self._value)
        return bool(self._copy.tobytes() == self._value.tobytes())

    def as_used(self) -> Any:
        """The array itself, so that it is seen to be the same, unless it has been written into."""
        return self._copy if isinstance(self._value, Array) or not self.holds() else self._value


class TraceBuilder(Builder):
    """A Program being recorded, with the example's values at hand for decisions."""

    def __init__(self, name: str, run: Run | None = None) -> None:
        super().__init__(name)
        around: TraceBuilder | None = _tracing.get()
        self.level = around.level + 1 if around is not None else 1
        self.open = False
        self.locate = locate
        self.examples: Examples = Examples(run, around.examples.dims if around is not None else {})
        self.captured: list[tuple[Var, Any]] = []
        self.sizes: dict[str, Var] = {}
        self._captured: dict[object, Var] = {}
        self._kept: dict[str, _Kept] = {}

    @contextmanager
    def recording(self) -> Iterator[None]:
        """While the traced function runs: what it traces itself lies one level deeper."""
        token = _tracing.set(self)
        self.open = True
        try:
            yield
        finally:
            self.open = False
            _tracing.reset(token)

    def add_input(self, name: str, type: ArrayType, sizes: Sequence[Dim] = (), example: Any = None) -> Var:
        """An input, and the example it has, if any, with its sizes."""
        var = self.input(name, type)
        if example is not None:
            self.examples.add(var, example)
            for dim, size in zip(type.shape, sizes, strict=True):
                if isinstance(dim, str) and (known := self.examples.bind(dim, int(size))) != size:
                    raise ShapeError(
                        f"the dimension {dim!r} would be {known} and {size} at once",
                        remedy=f"give the axis of {name} another name",
                    )
        return var

    def capture(self, value: Any, name: str = "") -> Var:
        """An array the function closes over becomes an input, under the name the user's code has for it."""
        known = self._captured.get(id(value))
        if known is None or not self._kept[known.name].holds():
            name = name or name_in_caller(value)
            try:
                type = array_type(value)
            except ShapeError as error:
                raise ShapeError(error.message, origin=user_origin(), remedy=error.remedy) from None
            except TypeError as error:
                raise TraceError(
                    f"an array among the operands does not hold numbers: {error}",
                    origin=user_origin(),
                    remedy="use arrays of floating-point numbers",
                ) from None
            kept = _Kept(value)
            var = self.add_input(
                name if name.isidentifier() else "captured", type, type.shape, kept.as_used()
            )
            self._captured[id(value)], self._kept[var.name] = var, kept
            self.captured.append((var, value))
            return var
        return known

    def surroundings(self) -> tuple[Any, ...]:
        """What has been captured, as it was when it was used: a buffer may have been written into since."""
        kept = self._kept
        return tuple(kept[v.name].as_used() if v.name in kept else value for v, value in self.captured)

    def borrow(self, value: Recorded) -> Atom:
        """A value of an enclosing trace becomes an input; who inlines this Program hands it over.

        Raises:
            TraceError: the function in which the value was traced has returned long ago.
        """
        if not value.builder.open:
            raise _outlived()
        if isinstance(value.atom, Constant):
            return value.atom
        key = (id(value.builder), value.atom.name)
        if key not in self._captured:
            var = self.input(value.atom.name, value.atom.type)
            self.examples.add_later(var, value.example)
            self._captured[key] = var
            self.captured.append((var, value))
        return self._captured[key]

    def apply(self, op: str, inputs: Sequence[Atom], *, name: str = "", **params: Any) -> Var:
        """As `Builder.apply`; refuses what NumPy answers with true or false and a Program with numbers."""
        if not self.open:
            raise _outlived()
        if op in _LOGICAL_IN_NUMPY and all(a.type.dtype == "bool" for a in inputs):
            raise TraceError(
                f"{op} of truth values is a question of logic in NumPy, not arithmetic",
                origin=user_origin(),
                remedy="use & | ~ for logic, or 1.0 * (x > 0) for the numbers 0 and 1",
            )
        return super().apply(op, inputs, name=name, **params)

    def example_of(self, var: Var) -> Any:
        """The value of a scalar on the example.

        Raises:
            TraceError: it depends on an input that was given only a type.
        """
        found = self.examples.value(var, self.inputs, self.equations)
        if found is None:
            missing = next((v for v in self.inputs if v not in self.examples), None)
            raise TraceError(
                "a decision needs numbers, but "
                + (f"the input {missing.name!r} was given only a type" if missing else "there are none here"),
                origin=user_origin(),
                remedy="trace with example values, or write the choice as np.where",
            )
        return to_array(found).data[0]


def _outlived() -> TraceError:
    return TraceError(
        "a traced value is used after the function it was traced in has returned",
        origin=user_origin(),
        remedy="return the value from the function instead of keeping it elsewhere",
    )
