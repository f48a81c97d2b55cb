"""An edge list as CSV, for a spreadsheet or a graph program: one row per operand of every operation.

Columns: source, target, operation, position, shape, source_line. See `backsight.emit.graph.Link`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, fields

from backsight.emit.graph import Link, links
from backsight.errors import ParseError
from backsight.ir.program import Program

COLUMNS = tuple(field.name for field in fields(Link))


def emit_edges(program: Program) -> str:
    """The links of a Program, one row each, under a row with the names of the columns."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(link) for link in links(program))
    return file.getvalue()


def read_edges(text: str) -> list[Link]:
    """The links of an edge list.

    Raises:
        ParseError: the columns are not those of an edge list, or a position is no number.
    """
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise ParseError(f"an edge list starts with the columns {','.join(COLUMNS)}")
    found = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(COLUMNS) or not row[3].isdecimal():
            raise ParseError(
                f"row {number} of the edge list cannot be read: {','.join(row)}",
                remedy=f"every row has {len(COLUMNS)} cells, and the position is a number",
            )
        found.append(Link(row[0], row[1], row[2], int(row[3]), row[4], row[5]))
    return found
