"""The example notebooks run from top to bottom, as somebody who downloads one runs it."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.notebooks.conftest import environment

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"
SHOWN = {"01": 1, "02": 3, "03": 3}
"""By notebook: how many cells end in a view."""


def test_there_are_three() -> None:
    assert [path.name[:2] for path in EXAMPLES] == list(SHOWN)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code), "kept without outputs"
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    NotebookClient(book, timeout=120, resources={"metadata": {"path": os.fspath(tmp_path)}}).execute()
    outputs = [output for cell in code for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    views = [o.data for o in outputs if o.output_type == "execute_result" and WIDGET in o.get("data", {})]
    assert len(views) == SHOWN[path.name[:2]]
    assert all("text/plain" in data for data in views)
