"""Arrays of plain numbers where NumPy is missing: they add, slice and are assigned into as NumPy's are.

Slow and small: every operation is traced, and the reference evaluator computes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

from backsight.errors import ShapeError
from backsight.ir.evaluate import Array, to_array
from backsight.tracing.functions import FUNCTIONS
from backsight.tracing.numpy import Tracer


def plain(value: Any) -> Any:
    """An Array, alone or within a tuple or list, as one that can be computed with."""
    if isinstance(value, tuple | list):
        return type(value)(map(plain, value))
    if not isinstance(value, Array) or isinstance(value, PlainArray):
        return value
    return PlainArray(value.shape, value.data, value.dtype)


def _operator(name: str, reflected: bool = False) -> Callable[[Any, Any], Any]:
    def operate(self: PlainArray, other: Any) -> Any:
        if isinstance(other, Tracer):
            return NotImplemented  # it knows how to record this
        return _called(name, *((other, self) if reflected else (self, other)))

    return operate


def _in_place(name: str) -> Callable[[Any, Any], Any]:
    def operate(self: PlainArray, other: Any) -> Any:
        self[...] = _called(name, self, other)
        return self

    return operate


def _called(name: str, *args: Any, **kwargs: Any) -> Any:
    from backsight.numpy.calls import run

    return run(name, tuple(float(a) if type(a) is int else a for a in args), kwargs)


class PlainArray(Array):
    """An Array with NumPy's operators. Comparing gives truth values entry by entry."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    __add__, __radd__, __iadd__ = _operator("add"), _operator("add", True), _in_place("add")
    __sub__, __rsub__, __isub__ = _operator("subtract"), _operator("subtract", True), _in_place("subtract")
    __mul__, __rmul__, __imul__ = _operator("multiply"), _operator("multiply", True), _in_place("multiply")
    __truediv__, __rtruediv__ = _operator("divide"), _operator("divide", True)
    __itruediv__ = _in_place("divide")
    __pow__, __rpow__ = _operator("power"), _operator("power", True)
    __matmul__, __rmatmul__ = _operator("matmul"), _operator("matmul", True)
    __lt__, __le__ = _operator("less"), _operator("less_equal")
    __gt__, __ge__ = _operator("greater"), _operator("greater_equal")
    __eq__ = _operator("equal")
    __ne__ = _operator("not_equal")

    def __neg__(self) -> Any:
        return _called("negative", self)

    def __abs__(self) -> Any:
        return _called("abs", self)

    @property
    def T(self) -> Any:
        return _called("transpose", self)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return len(self.data)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("an array without axes has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        from backsight.api import compile as compile_function

        return plain(compile_function(lambda x: x[key], self)(self))

    def __setitem__(self, key: Any, value: Any) -> None:
        places = PlainArray(self.shape, [float(i) for i in range(len(self.data))])[key]
        target = places if isinstance(places, Array) else Array((), [places])
        given = plain(to_array(value))
        if given.shape != target.shape:
            given = _called("broadcast_to", given, shape=target.shape)
        for place, number in zip(target.data, given.data, strict=True):
            self.data[int(place)] = number

    def __float__(self) -> float:
        return float(self._single())

    def __int__(self) -> int:
        return int(self._single())

    def __bool__(self) -> bool:
        return bool(self._single())

    def _single(self) -> Any:
        if len(self.data) != 1:
            raise ValueError(f"an array of {len(self.data)} numbers is not one number: use .any() or .all()")
        return self.data[0]

    def item(self) -> Any:
        return self._single()

    def astype(self, dtype: Any) -> PlainArray:
        from backsight.numpy.making import of_type

        return of_type(self, dtype)

    def copy(self) -> PlainArray:
        return PlainArray(self.shape, list(self.data), self.dtype)

    def any(self) -> bool:
        return any(self.data)

    def all(self) -> bool:
        return all(self.data)

    def reshape(self, *shape: Any) -> Any:
        sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
        known = prod(s for s in sizes if s != -1)
        whole = tuple(len(self.data) // max(known, 1) if s == -1 else s for s in sizes)
        if prod(whole) != len(self.data):
            raise ShapeError(f"an array of {len(self.data)} numbers cannot get the shape {whole}")
        return PlainArray(whole, self.data, self.dtype)

    def __getattr__(self, name: str) -> Any:
        """Methods are the functions of that name: `x.sum(axis=0)`."""
        if name.startswith("__") or name not in FUNCTIONS:
            raise AttributeError(f"an array has no attribute {name!r}")
        from backsight.numpy.calls import run

        return lambda *args, **kwargs: run(name, (self, *args), kwargs)

    def __repr__(self) -> str:
        return f"array({self.tolist()})"

    def __str__(self) -> str:
        return str(self.tolist())
