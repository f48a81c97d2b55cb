"""A sheet as an .xlsx file, written with XlsxWriter (imported only here, and only when it is needed)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backsight.emit.sheet import FIRST, HEAD, LINE, NAME
from backsight.emit.sheet_cells import Cell, Part, Sheet
from backsight.errors import EmitError

_FILLS: Mapping[Part, str] = {
    "input": "#FFF6D6",
    "forward": "#E3F0FB",
    "backward": "#FBE6E1",
    "update": "#E6F3E2",
}
_INKS: Mapping[Part, str] = {
    "input": "#7A5B00",
    "forward": "#1F5F99",
    "backward": "#A03A22",
    "update": "#35701F",
}
_WIDTHS = {NAME: (8, 24), LINE: (16, 44), HEAD: (4, 10)}
_NUMBER_WIDTH = 11
_MADE = datetime(2020, 2, 2)
"""The same bytes for the same function, whenever they are written."""


def write_workbook(sheet: Sheet, source: str) -> bytes:
    """The file's bytes: the sheet, and one called "About" with the source.

    Each formula has its present value beside it, so that viewers that compute nothing show numbers, too.

    Raises:
        EmitError: XlsxWriter is not there.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise EmitError(
            "an .xlsx file needs XlsxWriter, which is not installed", remedy="pip install XlsxWriter"
        ) from error
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "use_future_functions": True})
    book.set_properties({"title": sheet.name, "comments": "Written by backsight", "created": _MADE})
    _numbers(book, sheet)
    _about(book, sheet, source)
    book.close()
    return buffer.getvalue()


def _numbers(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(_page_name(sheet.name))
    formats = {(kind, part): book.add_format(_style(kind, part)) for kind in _STYLED for part in _FILLS}
    for cell in sheet.cells:
        _write(page, cell, formats[cell.kind, cell.part])
    for column, (least, most) in _WIDTHS.items():
        longest = max(
            (len(c.text) for c in sheet.cells if c.column == column and c.kind != "title"), default=0
        )
        page.set_column(column, column, min(most, max(least, longest + 1)))
    page.set_column(FIRST, max(FIRST, sheet.columns - 1), _NUMBER_WIDTH)
    page.freeze_panes(1, LINE)
    page.activate()


_STYLED = ("title", "name", "line", "head", "number", "formula")


def _style(kind: str, part: Part) -> dict[str, Any]:
    if kind == "number":
        return {"bg_color": _FILLS[part], "font_color": "#0000C0", "border": 1, "border_color": "#D8C98F"}
    styles: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 13, "font_color": _INKS[part]},
        "name": {"bold": True, "font_color": _INKS[part]},
        "line": {"font_name": "Consolas", "font_size": 9, "font_color": "#777777"},
        "head": {"font_size": 9, "font_color": "#999999", "align": "right"},
        "formula": {"bg_color": _FILLS[part]},
    }
    return styles[kind]


def _write(page: Any, cell: Cell, style: Any) -> None:
    at = (cell.row, cell.column)
    if cell.kind == "formula":
        value = 0 if cell.value is None else cell.value
        if "MMULT(" in cell.text:  # gives an array of one number: older programs want to be told
            page.write_array_formula(*at, *at, cell.text, style, value)
        else:
            page.write_formula(*at, cell.text, style, value)
    elif cell.kind == "number":
        if isinstance(cell.value, str):
            page.write_formula(*at, "=NA()", style, "#N/A")
        elif cell.value is None:
            page.write_blank(*at, None, style)
        else:
            page.write_number(*at, cell.value, style)
    else:
        page.write_string(*at, cell.text, style)


def _about(book: Any, sheet: Sheet, source: str) -> None:
    page = book.add_worksheet("About")
    words = book.add_format({"text_wrap": True, "valign": "top"})
    code = book.add_format({"font_name": "Consolas", "font_size": 10})
    number = book.add_format({"font_size": 9, "font_color": "#999999", "align": "right"})
    page.set_column(0, 0, 5)
    page.set_column(1, 1, 100)
    says = (
        f"Change a number in a yellow cell of the first sheet: {sheet.name} and everything that follows from "
        "it is computed again, the slopes by the chain rule, line by line."
    )
    page.write_string(0, 1, says, words)
    page.write_string(1, 1, "backsight wrote these formulas from the Python below.", words)
    for row, line in enumerate(source.rstrip().splitlines()):
        page.write_number(row + 3, 0, row + 1, number)
        page.write_string(row + 3, 1, line, code)


def _page_name(name: str) -> str:
    """What Excel takes as the name of a sheet: at most 31 characters, none of these."""
    kept = "".join(c for c in name if c not in "[]:*?/\\'")[:31]
    return kept if kept and kept.lower() not in ("about", "history") else "sheet"
