"""`x[key]` as NumPy reads it: numbers, slices and new axes as one `index`; arrays of places as a `gather`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from backsight.errors import DataShapeError, ShapeError, TraceError
from backsight.ir.evaluate import array_type, to_array
from backsight.ir.program import Dim
from backsight.ops.shapes import broadcast_shapes, show
from backsight.ops.shaping import BACKWARD, WHOLE
from backsight.ops.value import Value, apply
from backsight.tracing.source import name_in_caller

Item = tuple[Any, ...]


def read(x: Any, key: Any) -> Any:
    """The entries of x at `key`, in NumPy's order of axes.

    Raises:
        ShapeError: there are too many indices, or one lies outside its axis.
        DataShapeError: a mask is a traced value, so that the size of the result would depend on data.
        TraceError: an index is no integer.
    """
    basic, places, adjacent = parted(x, key)
    picked = x if not places and not basic else apply("index", x, key=tuple(basic)) if _moves(basic) else x
    return _gathered(picked, places, adjacent) if places else picked


def parted(x: Any, key: Any) -> tuple[list[Item], list[tuple[int, Value]], bool]:
    """The basic part of a key, its arrays of places with their axes, and whether these stay where they stand.

    Raises:
        ShapeError, DataShapeError, TraceError: as `read`.
    """
    items = _with_masks_as_places(x, key if isinstance(key, tuple) else (key,))
    return _parted(x, _without_ellipsis(items, x.type.shape))


def _moves(basic: Sequence[Item]) -> bool:
    """Whether a basic index does anything; x[...] alone does not."""
    return any(item != WHOLE for item in basic)


def _with_masks_as_places(x: Any, items: Sequence[Any]) -> list[Any]:
    """Masks known now become arrays of places: one for each axis of the mask."""
    found: list[Any] = []
    for item in items:
        if isinstance(item, Value) and item.type.dtype == "bool":
            raise DataShapeError(
                "how many entries a mask keeps depends on data, but shapes are fixed when tracing",
                remedy="keep all entries and choose by condition: np.where(mask, x, 0.0)",
            )
        if _is_array(item) and array_type(item).dtype == "bool":
            found += _true_places(x, item)
        else:
            found.append(item)
    return found


def _is_array(item: Any) -> bool:
    if isinstance(item, Value) or item is None or item is Ellipsis:
        return False
    return isinstance(item, list | tuple) or (hasattr(item, "tolist") and getattr(item, "shape", ()) != ())


def _true_places(x: Any, mask: Any) -> list[Any]:
    array = to_array(mask)
    steps = array.strides()
    true = [i for i, kept in enumerate(array.data) if kept]
    name = name_in_caller(mask)
    columns = [[i // step % size for i in true] for step, size in zip(steps, array.shape, strict=True)]
    if not true:
        return [slice(0, 0)] + [0] * (len(columns) - 1)
    return [
        x.like(x.builder.capture(column, f"{name}_{axis}" if name and len(columns) > 1 else f"{name}_places"))
        for axis, column in enumerate(columns)
    ]


def _without_ellipsis(items: Sequence[Any], shape: Sequence[Dim]) -> list[Any]:
    used = sum(1 for i in items if i is not None and i is not Ellipsis)
    if used > len(shape):
        raise ShapeError(
            f"too many indices for an array of shape {show(tuple(shape))}",
            remedy=f"it has {len(shape)} axes, so at most {len(shape)} indices",
        )
    found: list[Any] = []
    for item in items:
        found += [slice(None)] * (len(shape) - used) if item is Ellipsis else [item]
    return found


def _parted(x: Any, items: Sequence[Any]) -> tuple[list[Item], list[tuple[int, Value]], bool]:
    """The basic part of an index, the arrays of places with the axis each is for once that part is done, and
    whether NumPy leaves their axes where they stand."""
    basic: list[Item] = []
    places: list[tuple[int, Value]] = []
    kinds: list[bool] = []
    axis = kept = 0
    for item in items:
        if item is None:
            basic.append(("new",))
            kinds.append(False)
            kept += 1
            continue
        dim = x.type.shape[axis]
        axis += 1
        if isinstance(item, slice):
            basic.append(read_slice(item, dim))
            kinds.append(False)
            kept += 1
        elif (array := _places(x, item, dim)) is not None:
            basic.append(WHOLE)
            places.append((kept, array))
            kinds.append(True)
            kept += 1
        elif _is_array(item):  # an empty list picks nothing
            basic.append(("slice", 0, 0, 1))
            kinds.append(False)
            kept += 1
        else:
            basic.append(("int", _position(item, dim)))
            kinds.append(True)
    runs = sum(1 for advanced, _ in groupby(kinds) if advanced)
    return basic, places, runs == 1


def _places(x: Any, item: Any, dim: Dim) -> Value | None:
    """An array of places as a value of the Program; None for anything else."""
    if isinstance(item, Value):
        if item.type.dtype != "int64":
            raise TraceError(
                f"an index holds {item.type.dtype}, not integers",
                remedy="index with integers; choose by condition with np.where",
            )
        return item
    if not _is_array(item):
        return None
    array = to_array(item)
    if not array.data and len(array.shape) == 1:
        return None
    if array.dtype != "int64":
        raise TraceError(
            f"an index holds {array.dtype}, not integers", remedy="convert it: index.astype(int)"
        )
    for place in array.data:
        _position(place, dim, negative=True)
    found: Value = x.like(x.builder.capture(item if not isinstance(item, tuple) else list(item)))
    return found


def _gathered(x: Any, places: Sequence[tuple[int, Value]], adjacent: bool) -> Any:
    """x at arrays of places: NumPy puts their axes first when something stands between them."""
    arrays = [array for _, array in places]
    shape = broadcast_shapes([a.type.shape for a in arrays])
    arrays = [a if a.type.shape == shape else apply("broadcast", a, shape=shape) for a in arrays]
    axes = [axis for axis, _ in places]
    first = axes[0]
    if not adjacent:
        if axes != list(range(len(axes))):
            rest = [a for a in range(x.ndim) if a not in axes]
            x = apply("transpose", x, axes=(*axes, *rest))
        first = 0
    return apply("gather", x, *arrays, axis=first, batch=0)


def read_slice(item: slice, dim: Dim) -> Item:
    """A slice in the Program's form.

    Raises:
        TraceError: part of a named axis, whose size is not known.
    """
    if item.step in (None, 1) and item.start in (None, 0) and item.stop is None:
        return WHOLE
    if item == slice(None, None, -1):
        return BACKWARD
    if isinstance(dim, str):
        raise TraceError(
            f"a slice of the named axis {dim!r} has no known size",
            remedy="trace with an array of fixed size, or take the whole axis",
        )
    start, stop, step = item.indices(dim)
    if not range(start, stop, step):
        return ("slice", 0, 0, 1)
    if (start, stop, step) == (dim - 1, -1, -1):
        return BACKWARD
    return ("slice", start, None if stop < 0 else stop, step)


def _position(item: Any, dim: Dim, *, negative: bool = False) -> int:
    if isinstance(item, bool) or not hasattr(item, "__index__"):
        raise TraceError(
            f"an index cannot be a {type(item).__name__}",
            remedy="use integers, slices, None and arrays of integers; choose by condition with np.where",
        )
    position: int = item.__index__()
    if isinstance(dim, int):
        if not -dim <= position < dim:
            raise ShapeError(
                f"index {position} is outside an axis of size {dim}",
                remedy=f"entries count from 0 to {dim - 1}, and back from -1" if dim else "the axis is empty",
            )
        return position % dim
    if position < 0 and not negative:
        raise TraceError(
            f"counting from the end of the named axis {dim!r} is not possible", remedy="count from 0"
        )
    return position
