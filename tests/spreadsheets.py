"""An .xlsx file as an independent program sees it: read from its XML, recomputed by HyperFormula.

HyperFormula (GPL-3.0) is a development dependency of web/, used by these tests alone.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.javascript import node

FOLDER = Path(__file__).resolve().parent.parent / "web/node_modules/hyperformula"
# All sheets of a job are computed as they are, then with some cells changed.
DRIVER = """\
const { HyperFormula } = require(process.argv[1]);
const jobs = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
// As spreadsheets have it: SUMPRODUCT works on arrays, TRUE and FALSE are words, nothing is rounded for show.
const options = { licenseKey: 'gpl-v3', smartRounding: false, useArrayArithmetic: true };
const words = ['TRUE', 'FALSE'].map((name) => ({ name, expression: `=${name}()` }));
const plain = (x) => (x !== null && typeof x === 'object' ? `#${x.type}` : x);
const results = jobs.map(({ rows, changes }) => {
  const engine = HyperFormula.buildFromArray(rows, options, words);
  const all = () => engine.getSheetValues(0).map((row) => row.map(plain));
  const before = all();
  for (const [row, col, value] of changes) engine.setCellContents({ sheet: 0, row, col }, [[value]]);
  const after = all();
  engine.destroy();
  return [before, after];
});
process.stdout.write(JSON.stringify(results));
"""
_TAG = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass
class Page:
    """One sheet of a file: by row and column what stands in a cell, and the value kept beside a formula."""

    name: str
    contents: dict[tuple[int, int], Any] = field(default_factory=dict)
    kept: dict[tuple[int, int], Any] = field(default_factory=dict)

    def rows(self) -> list[list[Any]]:
        height = 1 + max(row for row, _ in self.contents)
        width = 1 + max(column for _, column in self.contents)
        return [[self.contents.get((r, c)) for c in range(width)] for r in range(height)]


def read_workbook(content: bytes) -> list[Page]:
    """The sheets of an .xlsx file."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    strings = _strings(archive)
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    pages = []
    for number, sheet in enumerate(book.iter(f"{_TAG}sheet"), 1):
        page = Page(sheet.attrib["name"])
        for cell in ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{_TAG}c"):
            _read_cell(page, cell, strings)
        pages.append(page)
    return pages


def _strings(archive: zipfile.ZipFile) -> list[str]:
    table = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    return ["".join(t.text or "" for t in entry.iter(f"{_TAG}t")) for entry in table.iter(f"{_TAG}si")]


def _read_cell(page: Page, cell: ElementTree.Element, strings: Sequence[str]) -> None:
    match = re.fullmatch(r"([A-Z]+)(\d+)", cell.attrib["r"])
    assert match is not None
    column = 0
    for letter in match[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    at = (int(match[2]) - 1, column - 1)
    formula, value = cell.find(f"{_TAG}f"), cell.find(f"{_TAG}v")
    text = value.text or "" if value is not None else ""
    read: Any = strings[int(text)] if cell.get("t") == "s" else text if cell.get("t") == "e" else None
    if read is None and text:
        read = float(text)
    if formula is not None:
        page.contents[at] = "=" + _as_hyperformula_has_it(formula.text or "")
        page.kept[at] = read
    elif read is not None:
        # An apostrophe, as one types it, says that this is text.
        page.contents[at] = f"'{read}" if isinstance(read, str) else read


def _as_hyperformula_has_it(formula: str) -> str:
    """Its numbers have a small e, and its INT cuts off towards 0 where a spreadsheet's rounds down."""
    plain = re.sub(r"(?<=\d)E(?=[+-])", "e", formula.replace("_xlfn.", ""))
    return re.sub(r"\bINT\(", "FLOOR.MATH(", plain)


Changes = Mapping[tuple[int, int], float]


def recomputed(jobs: Sequence[tuple[Page, Changes]]) -> list[tuple[list[list[Any]], list[list[Any]]]]:
    """Every cell of each sheet, as it is and after some cells are changed; one Node process for all."""
    written = [
        {"rows": page.rows(), "changes": [[r, c, v] for (r, c), v in changes.items()]}
        for page, changes in jobs
    ]
    run = subprocess.run(
        [node(), "-e", DRIVER, str(FOLDER)],
        input=json.dumps(written),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[tuple[list[list[Any]], list[list[Any]]]] = json.loads(run.stdout)
    return found
