"""The Program and its parts: typed, in single-assignment form, immutable.

A Program is a straight line of equations. Each names one new variable, so any value can be pointed at,
printed, drawn and differentiated. Branches and loops of the traced Python are gone: they were taken by the
example, and a `Guard` remembers each decision.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Dim = int | str
"""A dimension: a number, or the name of one known only when a Program is run (`"n"`)."""

Shape = tuple[Dim, ...]
DType = Literal["float64", "int64", "bool"]
Params = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ArrayType:
    """Shape and element type of an array; a scalar has shape `()`."""

    shape: Shape = ()
    dtype: DType = "float64"

    @property
    def rank(self) -> int:
        return len(self.shape)

    def __str__(self) -> str:
        short = {"float64": "f", "int64": "i", "bool": "b"}[self.dtype]
        return f"{short}[{','.join(map(str, self.shape))}]"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in the user's source a value was computed.

    `target` is the name that line assigned the value to, or "" for a part of a longer expression; `scope` is
    the path of functions and loops it happened in.
    """

    file: str
    line: int
    text: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Var:
    """A named value; its name is unique in its Program.

    `named` says that a person gave the name (an argument or an assignment); emitters give such a value a line
    of its own and may fold the others into longer expressions.
    """

    name: str
    type: ArrayType
    named: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Constant:
    """A scalar written into the Program. Arrays that a function closes over become inputs instead."""

    value: float | int | bool

    @property
    def type(self) -> ArrayType:
        if isinstance(self.value, bool):
            return ArrayType((), "bool")
        return ArrayType((), "int64" if isinstance(self.value, int) else "float64")

    def __str__(self) -> str:
        return repr(self.value)


Atom = Var | Constant


@dataclass(frozen=True, slots=True)
class Equation:
    """`output = op(*inputs, **params)`.

    `note` says in a few words why a transform put it there ("times the slope of tanh").
    """

    op: str
    inputs: tuple[Atom, ...]
    params: Params
    output: Var
    origin: Origin | None = field(default=None, compare=False)
    note: str = field(default="", compare=False)

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.params)


@dataclass(frozen=True, slots=True)
class Guard:
    """A decision the traced Python took: `variable` (a bool scalar) came out as `expected` on the example."""

    variable: Var
    expected: bool
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Program:
    """Inputs, equations in order, and outputs (any variables or constants).

    Two Programs are equal when their structure is; origins are not compared.
    """

    name: str
    inputs: tuple[Var, ...]
    equations: tuple[Equation, ...]
    outputs: tuple[Atom, ...]
    guards: tuple[Guard, ...] = ()

    @property
    def dims(self) -> tuple[str, ...]:
        """The names of symbolic dimensions of the inputs, in order of appearance."""
        return tuple(dict.fromkeys(d for v in self.inputs for d in v.type.shape if isinstance(d, str)))

    def variables(self) -> dict[str, Var]:
        """All variables by name, inputs first."""
        found = {v.name: v for v in self.inputs}
        found.update((e.output.name, e.output) for e in self.equations)
        return found

    def __str__(self) -> str:
        from backsight.ir.text import to_text

        return to_text(self)

    def emit(self, target: str, **options: Any) -> str:
        """The Program as source for `target`: one of `backsight.emit.TARGETS`.

        Raises:
            EmitError: the target cannot express an operation of this Program.
        """
        from backsight.emit import emit

        return emit(self, target, **options)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """For Jupyter: a graph to pan and zoom; as text where it is too large for that."""
        from backsight.notebook import graph_of

        found = graph_of(self)
        return found._repr_mimebundle_(include, exclude) if found else {"text/plain": str(self)}

    def _display_(self) -> Any:
        """For marimo."""
        from backsight.notebook import graph_of

        found = graph_of(self)
        return found._display_() if found else str(self)
