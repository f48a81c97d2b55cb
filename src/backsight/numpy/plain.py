"""Arrays of plain numbers where NumPy is missing: they add, slice and are assigned into as NumPy's are.

Slow and small: every operation is traced, and the reference evaluator computes it. What is sliced or turned
is a view, as NumPy's is; an array that a traced value is assigned into stands for one from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any

from backsight.errors import ShapeError, TraceError
from backsight.ir.evaluate import Array, to_array
from backsight.tracing.functions import FUNCTIONS
from backsight.tracing.functions.common import full, listed
from backsight.tracing.numpy import Tracer, has_tracer, innermost_tracer, is_basic
from backsight.tracing.source import user_origin
from backsight.tracing.standing import Standing, current


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


def _lifted_beside(operands: Any, array: Any) -> Any:
    """A plain array as a value of the Program that the operands are recorded in."""
    owner: Any = innermost_tracer(operands)
    return owner.like(owner.lift(array))


def _places(array: Array, keys: Sequence[Any]) -> tuple[tuple[int, ...], list[int]] | None:
    """The shape that a key of numbers and slices picks, and the places of its entries, or None."""
    used = sum(1 for k in keys if k is not None and k is not Ellipsis)
    if not is_basic(keys) or used > len(array.shape) or any(isinstance(k, bool) for k in keys):
        return None
    whole = [slice(None)] * (len(array.shape) - used)
    items = [i for k in keys for i in (whole if k is Ellipsis else (k,))]
    items += whole if Ellipsis not in keys else []
    shape: list[int] = []
    places = [0]
    axes = iter(zip(array.shape, array.strides(), strict=True))
    for item in items:
        if item is None:
            shape.append(1)
            continue
        size, step = next(axes)
        if isinstance(item, slice):
            line = range(*item.indices(size))
            shape.append(len(line))
        elif -size <= item < size:
            line = range(item % size, item % size + 1)
        else:
            return None
        places = [p + i * step for p in places for i in line]
    return tuple(shape), places


class PlainArray(Standing, Array):
    """An Array with NumPy's operators. Comparing gives truth values entry by entry."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    @property
    def traced(self) -> Tracer | None:
        return None

    __add__, __radd__, __iadd__ = _operator("add"), _operator("add", True), _in_place("add")
    __sub__, __rsub__, __isub__ = _operator("subtract"), _operator("subtract", True), _in_place("subtract")
    __mul__, __rmul__, __imul__ = _operator("multiply"), _operator("multiply", True), _in_place("multiply")
    __truediv__, __rtruediv__ = _operator("divide"), _operator("divide", True)
    __itruediv__ = _in_place("divide")
    __pow__, __rpow__ = _operator("power"), _operator("power", True)
    __matmul__, __rmatmul__ = _operator("matmul"), _operator("matmul", True)
    __floordiv__, __rfloordiv__ = _operator("floor_divide"), _operator("floor_divide", True)
    __mod__, __rmod__ = _operator("mod"), _operator("mod", True)
    __and__, __or__, __xor__ = _operator("bitwise_and"), _operator("bitwise_or"), _operator("bitwise_xor")
    __lt__, __le__ = _operator("less"), _operator("less_equal")
    __gt__, __ge__ = _operator("greater"), _operator("greater_equal")
    __eq__ = _operator("equal")
    __ne__ = _operator("not_equal")

    def __neg__(self) -> Any:
        return _called("negative", self)

    def __invert__(self) -> Any:
        return _called("invert", self)

    def __pos__(self) -> Any:
        return self.copy()

    def __abs__(self) -> Any:
        return _called("abs", self)

    @property
    def T(self) -> Any:
        return View.of(self, lambda x: _called("transpose", x), lambda new: _called("transpose", new))

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
        keys = key if isinstance(key, tuple) else (key,)
        if has_tracer(keys):
            return _lifted_beside(keys, self)[key]
        if not is_basic(keys):
            return self._read(key)
        return View.of(self, lambda x: x._read(key) if isinstance(x, PlainArray) else x[key], None, key)

    def _read(self, key: Any) -> Any:
        """The entries at a key, as an array of their own."""
        from backsight.api import compile as compile_function

        found = _places(self, key if isinstance(key, tuple) else (key,))
        if found is not None:
            shape, places = found
            data = self.data
            return PlainArray(shape, [data[p] for p in places], self.dtype) if shape else data[places[0]]
        return plain(compile_function(lambda x: x[key], self)(self))

    def __setitem__(self, key: Any, value: Any) -> None:
        if has_tracer([key, value]):
            self._stand_for(key, value)
        else:
            self._write(key, value)

    def _stand_for(self, key: Any, value: Any) -> None:
        """Assign a traced value: from now on the array is one itself."""
        first = self.data[0] if self.data else 0.0
        if all(repr(x) == repr(first) for x in self.data):
            whole = full(innermost_tracer([key, value]), first, self.shape)  # type: ignore[arg-type]
        else:
            whole = _lifted_beside([key, value], self.copy())
        if self.dtype != "float64" and not isinstance(value, bool | int):
            raise TraceError(
                f"an array of {self.dtype} cannot keep numbers that are traced",
                origin=user_origin(),
                remedy="make it an array of floats: np.zeros(n), x.astype(float)",
            )
        whole[key] = listed(current(value))
        object.__setattr__(self, "data", whole)
        object.__setattr__(self, "__class__", Written)  # all who hold the array see what it stands for

    def _write(self, key: Any, value: Any) -> None:
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
        return View.of(self, lambda x: _reshaped(x, *shape), lambda new: _reshaped(new, self.shape))

    def _reshaped(self, *shape: Any) -> Any:
        sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
        known = prod(s for s in sizes if s != -1)
        whole = tuple(len(self.data) // max(known, 1) if s == -1 else s for s in sizes)
        if prod(whole) != len(self.data):
            raise ShapeError(f"an array of {len(self.data)} numbers cannot get the shape {whole}")
        return PlainArray(whole, list(self.data), self.dtype)

    def ravel(self) -> Any:
        return self.reshape(-1)

    def flatten(self) -> Any:
        return self.copy().reshape(-1)

    def fill(self, value: Any) -> None:
        self[...] = value

    def sort(self, axis: int = -1) -> None:
        self[...] = _called("sort", self, axis=axis)

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


def _reshaped(x: Any, *shape: Any) -> Any:
    return x._reshaped(*shape) if isinstance(x, PlainArray) else x.reshape(*shape)


class _Through(PlainArray):
    """An array whose numbers are elsewhere: in a traced value, or in the array that it is a view of."""

    __slots__ = ()

    def _now(self) -> Any:
        """The array or the traced value that it is at this moment."""
        raise NotImplementedError

    def __getitem__(self, key: Any) -> Any:
        traced = self.traced
        return super().__getitem__(key) if traced is None else traced[key]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def _single(self) -> Any:
        traced = self.traced
        return super()._single() if traced is None else traced

    def __float__(self) -> float:
        return float(self._single())

    def copy(self) -> Any:
        return self._now().copy()

    def tolist(self) -> Any:
        return self._now().tolist()

    def astype(self, dtype: Any) -> Any:
        traced = self.traced
        return super().astype(dtype) if traced is None else traced.astype(dtype)

    def reshape(self, *shape: Any) -> Any:
        traced = self.traced
        return super().reshape(*shape) if traced is None else traced.reshape(*shape)

    @property
    def T(self) -> Any:
        traced = self.traced
        return super().T if traced is None else traced.T

    def any(self) -> Any:
        traced = self.traced
        return super().any() if traced is None else traced.any()

    def all(self) -> Any:
        traced = self.traced
        return super().all() if traced is None else traced.all()

    def __getattr__(self, name: str) -> Any:
        traced = None if name.startswith("_") else self.traced
        return super().__getattr__(name) if traced is None else getattr(traced, name)

    def __str__(self) -> str:
        return str(self._now())

    def __format__(self, specification: str) -> str:
        return format(self._now(), specification)

    def __repr__(self) -> str:
        return repr(self._now())


class Written(_Through):
    """What an array has become that a traced value was assigned into; its data is that value."""

    __slots__ = ()

    @property
    def traced(self) -> Tracer | None:
        found: Tracer = self.data  # type: ignore[assignment]
        return found

    def _now(self) -> Any:
        return self.data

    def __setitem__(self, key: Any, value: Any) -> None:
        self.data[key] = listed(current(value))


class View(_Through):
    """A part or another shape of an array. It reads from the array, and writes into it."""

    __slots__ = ("_back", "_base", "_key", "_look")

    @staticmethod
    def of(base: PlainArray, look: Callable[[Any], Any], back: Any, key: Any = None) -> Any:
        """What `look` makes of an array, as a view of it; numbers as they are.

        Args:
            back: makes the whole array of the view's; None where the view is what `key` picks.
        """
        seen = look(base)
        if not isinstance(seen, Array) or not seen.shape:
            return seen
        view = object.__new__(View)
        kept = {
            "shape": seen.shape,
            "dtype": seen.dtype,
            "_base": base,
            "_look": look,
            "_back": back,
            "_key": key,
        }
        for name, value in kept.items():
            object.__setattr__(view, name, value)
        return view

    @property
    def traced(self) -> Tracer | None:
        base = self._base.traced
        return None if base is None else self._look(base)

    def _now(self) -> Any:
        return self._look(current(self._base))

    @property
    def data(self) -> Any:
        return self._now().data

    def __setitem__(self, key: Any, value: Any) -> None:
        new = self._now()
        new = new.copy() if isinstance(new, Tracer) else new
        if has_tracer([key, value]) and not isinstance(new, Tracer):
            new._stand_for(key, value)
        else:
            new[key] = value
        if self._back is None:
            self._base[self._key] = new
        else:
            self._base[...] = self._back(current(new))
