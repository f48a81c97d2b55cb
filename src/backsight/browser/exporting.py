"""The function as a spreadsheet on the page, and as a file to take along."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from backsight.browser.asked import Asked, Request
from backsight.emit.javascript import emit_module
from backsight.emit.sheet_cells import Block, Cell, Sheet
from backsight.errors import EmitError
from backsight.explaining.payload import origin_json
from backsight.exporting import Step, Subject, exported
from backsight.exporting.step import RATE
from backsight.ir.evaluate import to_array
from backsight.lower import lower


def sheet(request: Request) -> dict[str, Any]:
    """The cells of one step: forward, backward, update; and the kernel that computes their numbers.

    What no spreadsheet can express is an answer, too: why, and at which line.
    """
    asked = Asked.of(request)
    with asked.placed():
        step = Step.of(_subject(asked, request), request.get("rate", RATE))
    try:
        cells = step.sheet()
    except EmitError as error:
        line = error.origin.line if error.origin else None
        return {"refused": error.message, "remedy": error.remedy, "line": line}
    kernel = lower(step.program, rows=None, mode="inspect")
    return {
        **sheet_json(cells),
        "module": emit_module({"sheet": kernel}, f"the numbers of {cells.name}'s sheet"),
        "inputs": [
            {"name": v.name, "shape": list(v.type.shape), "data": to_array(x).data}
            for v, x in zip(step.program.inputs, step.values, strict=True)
        ],
    }


def export(request: Request) -> dict[str, Any]:
    """The function as a file: `format` is "xlsx", "py" or "ipynb"."""
    asked = Asked.of(request)
    with asked.placed():
        file = exported(_subject(asked, request), request.get("format", ""), request.get("rate", RATE))
    return {
        "name": file.name,
        "mediaType": file.media_type,
        "base64": b64encode(file.content).decode("ascii"),
    }


def _subject(asked: Asked, request: Request) -> Subject:
    arguments = list(asked.arguments.values())
    return Subject.of(asked.function, arguments, asked.argnums, request["source"])


def sheet_json(cells: Sheet) -> dict[str, Any]:
    """A sheet as JSON."""
    return {
        "name": cells.name,
        "rows": cells.rows,
        "columns": cells.columns,
        "blocks": [_block_json(b) for b in cells.blocks],
        "cells": [_cell_json(c) for c in cells.cells],
    }


def _block_json(block: Block) -> dict[str, Any]:
    return {
        "name": block.name,
        "label": block.label,
        "part": block.part,
        "shape": list(block.shape),
        "origin": origin_json(block.origin),
    }


def _cell_json(cell: Cell) -> dict[str, Any]:
    """A cell; what it has not is left out."""
    data: dict[str, Any] = {"row": cell.row, "column": cell.column, "kind": cell.kind, "part": cell.part}
    data |= {"text": cell.text} if cell.text else {}
    data |= {"value": cell.value} if cell.value is not None else {}
    data |= {"block": cell.block} if cell.block >= 0 else {}
    return data | ({"index": cell.index} if cell.index >= 0 else {})
