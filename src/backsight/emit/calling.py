"""The way in: a function, written for one kind of arguments, that takes them apart, checks and runs.

Checking is written out and compiled because it is on the path of every call: on a small net, walking over
arguments and comparing signatures would take as long as a good part of the gradient itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from backsight.ir.program import Shape
from backsight.tracing.trees import rebuilt

MISS = object()
"""The answer of an entry to arguments it was not made for."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What an entry expects of one number or array.

    Attributes:
        kinds: the types it may have.
        shape: for arrays, the shape, where a name stands for any size that is the same everywhere; else None.
        dtype: for arrays, the element type; None for any.
        convert: by type, what makes the array library's own number of a plain one.
    """

    kinds: tuple[type, ...]
    shape: Shape | None = None
    dtype: Any = None
    convert: tuple[tuple[type, Callable[[Any], Any]], ...] = ()


@dataclass
class _Writer:
    """Source under way, and the objects it refers to by name."""

    lines: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)
    dims: set[str] = field(default_factory=set)

    def constant(self, value: Any) -> str:
        """A name for an object."""
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def require(self, condition: str) -> None:
        self.lines.append(f"if not ({condition}): return MISS")


def entry(
    run: Callable[..., Any],
    arguments: Sequence[Any],
    leaves: Sequence[Leaf],
    extra: Sequence[Any],
    result: Any,
    count: int,
) -> Callable[[tuple[Any, ...]], Any]:
    """A function of a tuple of arguments; MISS unless they have the expected structure, kinds and shapes.

    Args:
        run: takes one value per leaf and then `extra`; returns `count` values.
        arguments: one structure per argument (see `tracing.trees.flatten`), leaves numbered throughout.
        leaves: what is expected of each leaf.
        result: the structure of the answer, with numbers of values of `run` as leaves.
    """
    writer = _Writer(names={"MISS": MISS, "run": run, "extra": tuple(extra)})
    writer.require(f"len(args) == {len(arguments)}")
    _take_parts(writer, "args", arguments, leaves)
    inputs = "".join(f"x{number}, " for number in range(len(leaves)))
    outputs = "".join(f"y{number}, " for number in range(count))
    writer.lines.append(f"{outputs}= run({inputs}{'*extra' if extra else ''})")
    writer.lines.append(f"return {_built(writer, result)}")
    source = "\n    ".join(["def entry(args):", *writer.lines])
    exec(compile(source, "<backsight entry>", "exec"), writer.names)  # our own source, never the user's text
    made: Callable[[tuple[Any, ...]], Any] = writer.names["entry"]
    return made


def _take_parts(writer: _Writer, name: str, parts: Sequence[Any], leaves: Sequence[Leaf]) -> None:
    """Unpack a sequence into locals, and those that are nested further."""
    locals_ = [f"x{part}" if isinstance(part, int) else f"{name}_{i}" for i, part in enumerate(parts)]
    if locals_:
        writer.lines.append(f"{', '.join(locals_)}, = {name}")
    for local, part in zip(locals_, parts, strict=True):
        _take(writer, local, part, leaves)


def _take(writer: _Writer, name: str, structure: Any, leaves: Sequence[Leaf]) -> None:
    """Check a local, and take it apart if it is nested."""
    if isinstance(structure, int):
        _check(writer, name, leaves[structure])
    elif isinstance(structure, dict):
        keys = writer.constant(structure.keys())
        writer.require(f"isinstance({name}, dict) and {name}.keys() == {keys}")
        writer.lines.append(f"{name}_values = [{name}[key] for key in {keys}]")
        _take_parts(writer, f"{name}_values", list(structure.values()), leaves)
    else:
        kind = writer.constant(type(structure))
        writer.require(f"type({name}) is {kind} and len({name}) == {len(structure)}")
        _take_parts(writer, name, structure, leaves)


def _check(writer: _Writer, name: str, leaf: Leaf) -> None:
    kinds = [writer.constant(kind) for kind in leaf.kinds]
    conditions = [" or ".join(f"type({name}) is {kind}" for kind in kinds)]
    fixed = leaf.shape is not None and all(isinstance(d, int) for d in leaf.shape)
    if leaf.shape is not None and fixed:
        conditions.append(f"{name}.shape == {leaf.shape}")
    elif leaf.shape is not None:
        conditions.append(f"len({name}.shape) == {len(leaf.shape)}")
    if leaf.dtype is not None:
        conditions.append(f"{name}.dtype == {writer.constant(leaf.dtype)}")
    writer.require(" and ".join(f"({c})" for c in conditions))
    if leaf.shape is not None and not fixed:
        for axis, dim in enumerate(leaf.shape):
            _check_size(writer, f"{name}.shape[{axis}]", dim)
    for kind, convert in leaf.convert:
        writer.lines.append(
            f"if type({name}) is {writer.constant(kind)}: {name} = {writer.constant(convert)}({name})"
        )


def _check_size(writer: _Writer, size: str, dim: int | str) -> None:
    if isinstance(dim, str) and dim not in writer.dims:
        writer.dims.add(dim)
        writer.lines.append(f"size_{dim} = {size}")
    else:
        writer.require(f"{size} == {dim if isinstance(dim, int) else f'size_{dim}'}")


def _built(writer: _Writer, structure: Any) -> str:
    """An expression that puts values together again."""
    if isinstance(structure, int):
        return f"y{structure}"
    if isinstance(structure, dict):
        return (
            "{" + ", ".join(f"{writer.constant(k)}: {_built(writer, v)}" for k, v in structure.items()) + "}"
        )
    parts = "".join(f"{_built(writer, part)}, " for part in structure)
    if type(structure) is tuple:
        return f"({parts})"
    if type(structure) is list:
        return f"[{parts}]"
    return f"{writer.constant(rebuilt)}({writer.constant(type(structure))}, ({parts}))"
