"""The reference evaluator: plain Python numbers, one equation at a time. Slow, short, without NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from backsight.errors import ShapeError
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import ArrayType, Atom, Constant, DType, Program

Sizes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Array:
    """A dense array of Python numbers, row-major."""

    shape: Sizes
    data: list[Any]
    dtype: DType = "float64"

    def strides(self) -> Sizes:
        steps, step = [], 1
        for size in reversed(self.shape):
            steps.append(step)
            step *= size
        return tuple(reversed(steps))

    def at(self, index: Sequence[int]) -> Any:
        return self.data[sum(i * s for i, s in zip(index, self.strides(), strict=True))]

    def tolist(self) -> Any:
        """Nested lists, or the number itself for a scalar."""
        if not self.shape:
            return self.data[0]
        step = prod(self.shape[1:])
        rows = (Array(self.shape[1:], self.data[i * step : (i + 1) * step]) for i in range(self.shape[0]))
        return [row.tolist() for row in rows]


def indices(shape: Sizes) -> Iterator[Sizes]:
    return product(*(range(size) for size in shape))


def to_array(value: Any) -> Array:
    """An Array from a number, nested lists, or anything with `tolist()` and `shape`."""
    if isinstance(value, Array):
        return value
    # A NumPy array of size zero keeps its shape only in the attribute.
    known = getattr(value, "shape", None)
    nested = value.tolist() if hasattr(value, "tolist") else value
    shape: list[int] = []
    level = nested
    while isinstance(level, list | tuple):
        shape.append(len(level))
        level = level[0] if level else None
    flat = [nested] if not shape else _flatten(nested, len(shape))
    sizes = tuple(known) if known is not None else tuple(shape)
    if len(flat) != prod(sizes):
        raise ShapeError(
            "the rows of a nested list have different lengths", remedy="make all rows equally long"
        )
    return Array(sizes, flat, _kind(value, flat))


def _kind(value: Any, flat: Sequence[Any]) -> DType:
    """The element type: what the array says, or what its numbers are; an array of no numbers is float64."""
    declared = _declared_kind(value)
    if declared is not None:
        return declared
    if flat and all(isinstance(x, bool) for x in flat):
        return "bool"
    whole = flat and all(isinstance(x, int) and not isinstance(x, bool) for x in flat)
    return "int64" if whole else "float64"


def _declared_kind(value: Any) -> DType | None:
    name = str(getattr(value, "dtype", ""))
    if name.startswith("float"):
        return "float64"
    return "bool" if name == "bool" else "int64" if name.startswith(("int", "uint")) else None


def array_type(value: Any) -> ArrayType:
    """The type of a number, nested lists or an array; of an array that says its dtype no entry is read.

    Raises:
        TypeError: an entry is no number.
        ShapeError: the rows of nested lists have different lengths.
    """
    declared, shape = _declared_kind(value), getattr(value, "shape", None)
    if declared is not None and shape is not None:
        return ArrayType(tuple(shape), declared)
    array = to_array(value)
    for entry in array.data:
        if not isinstance(entry, bool | int | float):
            raise TypeError(f"{type(entry).__name__} is not a number")
    return ArrayType(array.shape, array.dtype)


def _flatten(nested: Any, depth: int) -> list[Any]:
    if depth == 1:
        return list(nested)
    return [x for row in nested for x in _flatten(row, depth - 1)]


def broadcast_to(array: Array, shape: Sizes) -> Array:
    """NumPy broadcasting, by indexing."""
    if array.shape == shape:
        return array
    if len(array.data) == 1:
        return Array(shape, array.data * prod(shape), array.dtype)
    offset = len(shape) - len(array.shape)
    steps = [0] * offset + [
        0 if size == 1 and full != 1 else step
        for size, full, step in zip(array.shape, shape[offset:], array.strides(), strict=True)
    ]
    data = [array.data[sum(i * s for i, s in zip(index, steps, strict=True))] for index in indices(shape)]
    return Array(shape, data, array.dtype)


def sizes(type: ArrayType, dims: Mapping[str, int]) -> Sizes:
    """The shape with every named dimension replaced by its size."""
    return tuple(dims[d] if isinstance(d, str) else d for d in type.shape)


def bind_dims(program: Program, arrays: Sequence[Array]) -> dict[str, int]:
    """The sizes of named dimensions, read off the inputs.

    Raises:
        ShapeError: an input has another shape than the Program says, or one name would have two sizes.
    """
    dims: dict[str, int] = {}
    for var, array in zip(program.inputs, arrays, strict=True):
        if len(array.shape) != var.type.rank:
            raise ShapeError(f"{var.name} has shape {array.shape}, but {program.name} expects {var.type}")
        for dim, size in zip(var.type.shape, array.shape, strict=True):
            if (dims.setdefault(dim, size) if isinstance(dim, str) else dim) != size:
                raise ShapeError(f"{var.name} has shape {array.shape}, but {program.name} expects {var.type}")
    return dims


class Evaluation:
    """Evaluates a growing list of equations once each: what the tracer asks for the value of a guard."""

    def __init__(self, dims: Mapping[str, int]) -> None:
        self.dims = dims
        self.values: dict[str, Array] = {}

    def value(self, atom: Atom) -> Array:
        if isinstance(atom, Constant):
            return Array((), [atom.value], atom.type.dtype)
        return self.values[atom.name]

    def step(self, op_name: str, inputs: Sequence[Atom], params: Mapping[str, Any], type: ArrayType) -> Array:
        op = REGISTRY[op_name]
        arrays = [self.value(a) for a in inputs]
        shape = sizes(type, self.dims)
        if op.family is Family.MAP and op.scalar is not None:
            columns = [broadcast_to(a, shape).data for a in arrays]
            return Array(shape, [op.scalar(*xs, **params) for xs in zip(*columns, strict=True)], type.dtype)
        if op.reference is None:
            raise ShapeError(f"{op_name} has no reference evaluation")
        data = op.reference(arrays, shape, self.dims, **params)
        return Array(shape, data, type.dtype)


def evaluate(program: Program, inputs: Sequence[Any]) -> list[Array]:
    """Run a Program on nested lists or arrays; returns one Array per output.

    Raises:
        ShapeError: the inputs do not fit the Program.
    """
    values = evaluate_all(program, inputs)
    return [
        Array((), [a.value], a.type.dtype) if isinstance(a, Constant) else values[a.name]
        for a in program.outputs
    ]


def evaluate_all(program: Program, inputs: Sequence[Any]) -> dict[str, Array]:
    """Every variable's value by name.

    Raises:
        ShapeError: the inputs do not fit the Program.
    """
    arrays = [to_array(x) for x in inputs]
    run = Evaluation(bind_dims(program, arrays))
    run.values.update((v.name, a) for v, a in zip(program.inputs, arrays, strict=True))
    for e in program.equations:
        run.values[e.output.name] = run.step(e.op, e.inputs, e.options, e.output.type)
    return run.values
