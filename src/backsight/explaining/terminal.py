"""An explanation in colour, by Rich; imported only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backsight.errors import BacksightError
from backsight.explaining.explanation import Explanation
from backsight.explaining.plain import Row, parts, remarks, result, text, title

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table


def show(e: Explanation, order: str | None = None) -> None:
    """Print to the terminal; as plain text where Rich is not installed."""
    try:
        from rich.console import Console
    except ImportError:
        print(text(e, order))
    else:
        Console(highlight=False).print(renderable(e, order))


def renderable(e: Explanation, order: str | None = None) -> Group:
    """What Rich prints.

    Raises:
        BacksightError: Rich is not installed.
    """
    try:
        from rich.console import Group
        from rich.text import Text
    except ImportError:
        raise BacksightError("colour needs Rich", remedy="pip install rich, or print(explanation)") from None
    pieces: list[Any] = [Text(title(e), style="bold")]
    for part in parts(e, order):
        pieces += [Text(""), Text(part.title, style="bold cyan")]
        if part.lead and part.rows:
            pieces.append(Text(part.lead, style="italic"))
        pieces.append(_table(part.rows))
    pieces += [Text(""), Text("Result", style="bold cyan"), _table(tuple(result(e)))]
    pieces += [Text(r, style="yellow") for r in remarks(e)]
    return Group(*pieces)


def _table(rows: tuple[Row, ...]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    table.add_column(justify="right", no_wrap=True, style="dim")
    for row in rows:
        body = Text()
        for i, (sign, written) in enumerate(row.lines):
            last = i == len(row.lines) - 1
            body.append(f"{sign} " if sign else "", style="dim")
            body.append(written, style="green" if last and sign else "")
            if not last or row.words:
                body.append("\n")
        body.append(row.words, style="dim italic")
        table.add_row(Text(row.name), body, Text(row.place))
    return table
