"""What a check of a backward pass found: data first, then text."""

from __future__ import annotations

import linecache
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backsight.ir.evaluate import Array

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


@dataclass(frozen=True, slots=True)
class Compared:
    """The gradient by one parameter: what backward gave, what is true, and how far apart they are."""

    name: str
    agrees: bool
    given: Array | None
    true: Array
    difference: float


@dataclass(frozen=True, slots=True)
class Adjoint:
    """A value on the way back that was recognised.

    Attributes:
        name: what the line calls it; `line`: where.
        means: what it is ("the gradient by z2"), or "" if it is nothing that was recognised.
        right: whether it is what its name says; None where a name says nothing.
    """

    name: str
    line: int
    means: str
    right: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a backward pass is right; and if not, where it first goes wrong and how.

    Attributes:
        ok: whether every gradient agrees; also the verdict's truth value.
        gradients: the comparison by parameter.
        adjoints: what was recognised on the way.
        cause: a code, such as "slope", "transpose" or "sign"; "" if all is right.
        says: the cause in a sentence.
        file, line, text: the line that is wrong.
        remedy: what the line should say or do.
        edge: (from, to): the step of the forward pass whose way back is wrong.
        forward_line: the line of that step.
        raised: the exception that backward raised, if it did.
        evidence: what was measured, in sentences.
        remarks: what else is worth knowing.
    """

    ok: bool
    gradients: tuple[Compared, ...] = ()
    adjoints: tuple[Adjoint, ...] = ()
    cause: str = ""
    says: str = ""
    file: str = ""
    line: int = 0
    text: str = ""
    remedy: str = ""
    edge: tuple[str, str] | None = None
    forward_line: int = 0
    raised: str = ""
    evidence: tuple[str, ...] = ()
    remarks: tuple[str, ...] = field(default=())

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return "\n".join(text for text, _ in lines(self))

    def data(self) -> dict[str, Any]:
        """The verdict as plain data, for JSON and for figures; what JSON lacks is "NaN" or "Infinity"."""
        return {
            "ok": self.ok,
            "cause": self.cause,
            "says": self.says,
            "file": self.file,
            "line": self.line,
            "text": self.text,
            "remedy": self.remedy,
            "edge": list(self.edge) if self.edge else None,
            "forwardLine": self.forward_line,
            "raised": self.raised,
            "evidence": list(self.evidence),
            "remarks": list(self.remarks),
            "gradients": [
                {
                    "name": g.name,
                    "agrees": g.agrees,
                    "given": _plain(g.given.tolist()) if g.given else None,
                    "true": _plain(g.true.tolist()),
                }
                for g in self.gradients
            ],
            "adjoints": [
                {"name": a.name, "line": a.line, "means": a.means, "right": a.right} for a in self.adjoints
            ],
        }

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        for text, style in lines(self):
            yield Text(text, style=style)

    def __repr__(self) -> str:
        where = "" if self.ok else f", line={self.line}, cause={self.cause!r}"
        return f"Verdict(ok={self.ok}{where})"


def lines(v: Verdict) -> list[tuple[str, str]]:
    """The report, line by line, each with a style."""
    found: list[tuple[str, str]] = []
    if v.ok:
        names = ", ".join(g.name for g in v.gradients)
        found.append((f"Right: the gradients by {names} agree.", "bold green"))
    else:
        found.append((v.says, "bold red"))
        if v.line:
            found += [("", ""), (f"  {v.file}:{v.line}", "dim"), *_excerpt(v)]
        if v.remedy:
            found.append((f"           {v.remedy}", "green"))
        if v.edge:
            line = f" (line {v.forward_line} of the forward pass)" if v.forward_line else ""
            found.append((f"    The step back from {v.edge[0]} to {v.edge[1]}{line}.", ""))
        found += [(f"    {sentence}", "dim") for sentence in v.evidence]
    if v.gradients and not v.ok:
        found.append(("", ""))
        found += [(_row(g), "" if g.agrees else "red") for g in v.gradients]
    found += [(remark, "yellow") for remark in v.remarks]
    return found


def _excerpt(v: Verdict) -> list[tuple[str, str]]:
    """The line with an arrow, below the two before it."""
    before = [(n, linecache.getline(v.file, n).rstrip()) for n in range(max(1, v.line - 2), v.line)]
    shown = [(f"    {n:4} │ {text}", "dim") for n, text in before if text]
    return [*shown, (f"  → {v.line:4} │ {linecache.getline(v.file, v.line).rstrip() or v.text}", "bold")]


def _row(g: Compared) -> str:
    if g.agrees:
        return f"  ✓ {g.name}"
    if g.given is None:
        return f"  ✗ {g.name}: no numbers"
    if g.given.shape != g.true.shape:
        return f"  ✗ {g.name}: shape {g.given.shape}, should be {g.true.shape}"
    worst = max(range(len(g.true.data)), key=lambda i: _gap(g.given, g.true, i), default=0)
    return f"  ✗ {g.name}: {g.given.data[worst]:.6g} where it should be {g.true.data[worst]:.6g}"


def _gap(given: Array | None, true: Array, i: int) -> float:
    gap = abs(given.data[i] - true.data[i]) if given is not None else 0.0
    return gap if gap == gap else float("inf")


def _plain(value: Any) -> Any:
    """Nested lists of numbers as JSON can hold them: "NaN", "Infinity" and "-Infinity" for what it lacks."""
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
