"""What an explanation consists of: plain data, from which the text, the page and any figure are made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backsight.explaining.shown import Shown
from backsight.explaining.spelling import Symbols
from backsight.ir.program import Origin

if TYPE_CHECKING:
    from backsight.explaining.live import Recipe
    from backsight.notebook import ExplanationView

SCHEMA = "backsight/explanation/1"


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of the way forward: a value with a name.

    Attributes:
        name: of the value.
        kind: "input" (given), "captured" (an array the function closes over) or "step" (computed).
        words: what is done, in words.
        symbols: what it is computed by, from the stops before it.
        tex: the name in mathematical type.
        numbers: the symbols with numbers in the place of names, where all are single numbers; else None.
        value: what came out.
        sources: names of the stops it is computed from.
        moves: whether it depends on what the gradient is taken by.
        depth: 0 for an input, else one more than its deepest source.
        origin: the line of the source.
    """

    name: str
    tex: str
    kind: str
    words: str
    symbols: Symbols
    numbers: Symbols | None
    value: Shown
    sources: tuple[str, ...]
    moves: bool
    depth: int
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Nudge:
    """What a slope is: a value is moved, and how far another moves is divided by how far that was.

    Attributes:
        size: how far the value is moved.
        ahead, behind: the quotients for `size` and for `-size`.
    """

    size: float
    ahead: float
    behind: float


@dataclass(frozen=True, slots=True)
class Use:
    """One edge of the way back: what a value gets from one place it is used in.

    Attributes:
        through: the name of the value that uses it, whose adjoint is handed on.
        why: why the local slope is what it is, one sentence per operation, from the result back.
        kind: of the local slope: "number", "entries" (of a scalar by each entry of an array), "elementwise",
            "factor" (the other factor of a product that is summed), or "" (a linear map, no array).
        slope: the local slope in symbols; None for kind "".
        slope_value: in numbers; None for kind "".
        symbols: the whole share, the adjoint times the slope, in symbols.
        numbers: the product in numbers, where both are single numbers; else "".
        share: what comes of it.
        multiplies: how many multiplies this takes.
        origin: the line of the source gone back through.
        nudges: where the slope is one number: the quotients of this step alone, all else held still.
    """

    through: str
    why: tuple[str, ...]
    kind: str
    slope: Symbols | None
    slope_value: Shown | None
    symbols: Symbols
    numbers: str
    share: Shown
    multiplies: int
    origin: Origin | None
    nudges: tuple[Nudge, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjoint:
    """One stop of the way back: how much the output moves per unit of a value.

    Attributes:
        name: of the value.
        symbol: what the adjoint is called: `dz` for z.
        tex: the same as a derivative.
        words: what it means.
        uses: the shares it is the sum of; none for the output itself, whose adjoint is 1.
        numbers: the sum in numbers where several shares are single numbers; else "".
        value: the adjoint.
        nudges: of an input that is one number: the quotients of the whole function.
    """

    name: str
    symbol: str
    tex: str
    words: str
    uses: tuple[Use, ...]
    numbers: str
    value: Shown
    nudges: tuple[Nudge, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One path from an input to the output.

    Attributes:
        stops: names, from the input to the output.
        numbers: the product of the local slopes, from the output back, where all are single numbers; else "".
        contribution: what this path adds to the derivative (of the entry that is followed).
    """

    stops: tuple[str, ...]
    numbers: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Paths:
    """The sum over paths from one input to the output.

    Attributes:
        source: the input.
        entry: which of its entries is followed; () for a single number, None if it has none.
        count: how many paths there are through the stops.
        listed: up to 64 of them.
        contributions: the sum of those listed.
        derivative: of the output by that entry: what all paths add up to.
    """

    source: str
    entry: tuple[int, ...] | None
    count: int
    listed: tuple[Route, ...]
    contributions: float
    derivative: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Multiplies by local slopes. Working out the slopes takes the same in both modes and is not counted.

    Attributes:
        reverse: one pass from the output reaches every input.
        forward: one pass for each number of the inputs, added up.
        passes: how many passes forward mode takes: how many numbers the inputs hold.
        by_paths: every path written out on its own; None where values are arrays.
        cheaper: "reverse", "forward" or "both" (equally many).
        words: why.
    """

    reverse: int
    forward: int
    passes: int
    by_paths: int | None
    cheaper: str
    words: str


@dataclass(frozen=True, slots=True)
class Decision:
    """An `if` of the function went one way: the derivation holds where it does."""

    text: str
    outcome: bool
    numbers: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines of the source: of the function, or of one it calls."""

    file: str
    first: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The derivation of a derivative. Print it, `show()` it, `save("page.html")` it, or take its `data()`.

    Attributes:
        name: of the function.
        output: the name of its value.
        wrt: names of the inputs the gradient is taken by.
        value: of the function.
        gradient: exactly what `grad(function, argnums)(*args)` returns.
        gradients: the same by the name of the input, as it is shown.
        forward: the stops, from the inputs to the output.
        reverse: the adjoints, from the output to the inputs.
        paths: for each of `wrt`, the sum over paths.
        counts: of multiplies in both modes.
        decisions: which way each `if` went.
        listings: the source.
        notes: what is left out, and why.
        recipe: the Programs behind the numbers, for pages that stay live; not part of `data()`.
    """

    name: str
    output: str
    wrt: tuple[str, ...]
    value: Any
    gradient: Any
    gradients: Mapping[str, Shown]
    forward: tuple[Step, ...]
    reverse: tuple[Adjoint, ...]
    paths: tuple[Paths, ...]
    counts: Counts
    decisions: tuple[Decision, ...]
    listings: tuple[Listing, ...]
    notes: tuple[str, ...]
    recipe: Recipe | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        from backsight.explaining.plain import text

        return text(self)

    def __repr__(self) -> str:
        wrt = ", ".join(self.wrt)
        return (
            f"<Explanation of {self.name} by {wrt}: {len(self.forward)} stops; print it, or save it as HTML>"
        )

    def __rich__(self) -> Any:
        from backsight.explaining.terminal import renderable

        return renderable(self)

    def view(self) -> ExplanationView:
        """The live view that a notebook shows: its inputs move in the browser and in Python.

        Raises:
            ViewError: the explanation was not made by `explain`.
        """
        from backsight.notebook import view_of

        return view_of(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return self.view()._repr_mimebundle_(include, exclude)

    def _display_(self) -> Any:
        return self.view()._display_()

    def show(self, order: str | None = None) -> None:
        """Print it to the terminal, in colour.

        Args:
            order: "forward", "reverse" or "paths" for that part alone.
        """
        from backsight.explaining.terminal import show

        show(self, order)

    def html(self) -> str:
        """One HTML page that needs nothing else: to open from a disk, to send, to print."""
        from backsight.explaining.page import page

        return page(self)

    def save(self, path: str | Path) -> None:
        """Write `html()` to a file."""
        Path(path).write_text(self.html(), "utf-8")

    def data(self) -> dict[str, Any]:
        """Everything as dicts, lists, strings, numbers, True, False and None, ready for `json.dumps`.

        The keys are the attributes of this class and of those it holds, and "schema", the version of this
        form. Numbers that JSON lacks are the strings "NaN", "Infinity" and "-Infinity".
        """
        shown = (f.name for f in fields(self) if f.name != "recipe")
        return {"schema": SCHEMA, **{name: plain(getattr(self, name)) for name in shown}}


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, str | bool | int | None):
        return value
    if isinstance(value, float):
        return _number(float(value))
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return [plain(v) for v in value] if isinstance(value, Iterable) else str(value)


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
