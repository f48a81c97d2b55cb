"""The loop form of a Program: loops over named axes, loads and stores, scalar locals. Knows no target.

Names of buffers, locals and loop variables are unique in a LoopProgram and differ from names of dimensions,
so that a printer only has to avoid the words of its own language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from backsight.ir.program import Origin, Params, Shape
from backsight.lower.index import Index

Role: TypeAlias = Literal["input", "output", "local"]

LOW, HIGH = "lo", "hi"
"""The window of rows a run works on; symbols in an Index."""


@dataclass(frozen=True, slots=True)
class Number:
    value: float | int | bool


@dataclass(frozen=True, slots=True)
class Local:
    """The value of a scalar local."""

    name: str


@dataclass(frozen=True, slots=True)
class Load:
    buffer: str
    at: Index


@dataclass(frozen=True, slots=True)
class Whole:
    """An index as a number, such as the number of rows."""

    index: Index


@dataclass(frozen=True, slots=True)
class Apply:
    """A MAP operation of the registry on scalars."""

    op: str
    inputs: tuple[Expression, ...]
    params: Params = ()


Expression: TypeAlias = Number | Local | Load | Whole | Apply


@dataclass(frozen=True, slots=True)
class Let:
    """A new local. `changes` says that an Update of it follows."""

    name: str
    value: Expression
    changes: bool = False


@dataclass(frozen=True, slots=True)
class LetIndex:
    """A new integer local that later indices use as a symbol."""

    name: str
    value: Index


@dataclass(frozen=True, slots=True)
class LetWhole:
    """The largest `start + k * step` not beyond `stop`: where the loop in steps ends and its tail begins."""

    name: str
    start: Index
    stop: Index
    step: int


@dataclass(frozen=True, slots=True)
class Update:
    """`local = op(local, value)`; op is add, mul, maximum or minimum."""

    name: str
    op: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Store:
    """`buffer[at] = value`, or with an op `buffer[at] = op(buffer[at], value)`."""

    buffer: str
    at: Index
    value: Expression
    op: str | None = None


@dataclass(frozen=True, slots=True)
class Fill:
    """Set a whole buffer to one number."""

    buffer: str
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Loop:
    """`for variable in start, start + step … below stop`."""

    variable: str
    start: Index
    stop: Index
    body: tuple[Statement, ...]
    step: int = 1


@dataclass(frozen=True, slots=True)
class Note:
    """A remark for the reader: what the following statements compute and where that was written."""

    text: str
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """Run a function of the kernel."""

    function: str
    arguments: tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Run a helper function of the target on whole arrays; it fills `output`."""

    name: str
    operands: tuple[str, ...]
    output: str
    sizes: tuple[Index, ...]


Statement: TypeAlias = Let | LetIndex | LetWhole | Update | Store | Fill | Loop | Note | Call | Run


@dataclass(frozen=True, slots=True)
class Function:
    """A part of a run: a body that is too long for one function is cut into several.

    Parameters are whole numbers; everything else goes through buffers.
    """

    name: str
    parameters: tuple[str, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Buffer:
    """An array of doubles, allocated once.

    Attributes:
        name: unique identifier.
        port: the name it is reached by from outside, if it is.
        shape: what a reader should know of it; the allocated length is `length`.
        length: number of elements, in dimensions.
    """

    name: str
    port: str | None
    shape: Shape
    length: Index
    role: Role = "local"


@dataclass(frozen=True, slots=True)
class LoopProgram:
    """A Program as loops.

    Attributes:
        dims: names of dimensions that must be given to allocate the buffers.
        rows: the dimension that a run walks a window of, if there is one.
        constants: outputs that are plain numbers: (buffer, value), filled once at allocation.
        functions: what the body calls.
    """

    name: str
    dims: tuple[str, ...]
    rows: str | None
    buffers: tuple[Buffer, ...]
    body: tuple[Statement, ...]
    bound: tuple[tuple[str, int], ...] = ()
    constants: tuple[tuple[str, float], ...] = ()
    functions: tuple[Function, ...] = ()


def children(expression: Expression) -> tuple[Expression, ...]:
    return expression.inputs if isinstance(expression, Apply) else ()


def cost(statements: Iterable[Statement]) -> int:
    """How much there is to compile: operations, loads and stores, wherever they stand."""
    return sum(_cost(s) for s in statements)


def _cost(statement: Statement) -> int:
    match statement:
        case Loop():
            return 3 + cost(statement.body)
        case Let() | Update():
            return _operations(statement.value)
        case Store():
            return 1 + _operations(statement.value)
        case _:
            return 0


def _operations(expression: Expression) -> int:
    own = 0 if isinstance(expression, Number | Local) else 1
    return own + sum(map(_operations, children(expression)))


def symbols(statements: Iterable[Statement]) -> frozenset[str]:
    """All symbols in indices of the statements."""
    found: set[str] = set()
    for statement in statements:
        for index in _indices(statement):
            found |= index.symbols
        if isinstance(statement, Loop):
            found |= symbols(statement.body)
    return frozenset(found)


def _indices(statement: Statement) -> Iterator[Index]:
    match statement:
        case LetIndex():
            yield statement.value
        case LetWhole() | Loop():
            yield from (statement.start, statement.stop)
        case Call():
            yield from statement.arguments
        case Run():
            yield from statement.sizes
        case Store():
            yield statement.at
            yield from _indices_in(statement.value)
        case Let() | Update():
            yield from _indices_in(statement.value)


def _indices_in(expression: Expression) -> Iterator[Index]:
    if isinstance(expression, Load):
        yield expression.at
    elif isinstance(expression, Whole):
        yield expression.index
    for child in children(expression):
        yield from _indices_in(child)
