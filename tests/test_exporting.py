"""Files to take along: the script runs by itself and agrees, the notebook's cells run."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

import backsight as bs
from backsight.browser import handle
from backsight.errors import DifferentiationError, EmitError
from backsight.exporting import FORMATS, Subject, exported
from backsight.exporting.script import literal
from tests.spreadsheets import read_workbook, recomputed

NET = """
import numpy as np

def cost(W, b, x, t):
    z = x @ W + b
    a = np.tanh(z)
    return np.mean((a - t) ** 2)
"""
# Source, example and what the request says besides.
SOURCES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a net": (NET, "W = np.array([[0.5, -1.0], [0.3, 0.7]]); b = np.zeros(2); x = np.eye(2); t = 0.5", {}),
    "one number": ("def f(x):\n    return x**2", "x = 3", {}),
    "some arguments": (NET, "W = np.eye(2); b = np.ones(2); x = np.eye(2); t = 0.5", {"wrt": ["b", "W"]}),
    "nested arguments": (
        """
import numpy as np
def f(layers, x):
    for layer in layers:
        x = np.tanh(x @ layer["W"])
    return x @ x
""",
        "layers = [{'W': np.eye(2)}, {'W': 2 * np.eye(2)}]; x = np.array([0.5, -0.2])",
        {},
    ),
    "names that the code needs for itself": (
        """
import numpy as np
numbers = 3.0
def logsumexp(x):
    return np.log(np.sum(np.exp(x)))
def check(x):
    return numbers * x
def grad_cost():
    return 1
def cost(value_at, nudged):
    return logsumexp(check(value_at)) + np.sum(np.logaddexp(value_at, nudged))
""",
        "value_at = np.array([0.5, 0.1]); nudged = np.array([0.2, 0.4])",
        {"function": "cost"},
    ),
    "a helper that hides NumPy": (
        "import math as np\ndef f(x):\n    return x * np.pi",
        "x = 2.0",
        {},
    ),
    "an array from outside": (
        """
import numpy as np
X = np.array([[1.0, 2.0], [3.0, 4.0]])
def f(w):
    return np.sum((X @ w) ** 2)
""",
        "w = np.array([1.0, -1.0])",
        {},
    ),
    "whole numbers and truths": (
        "import numpy as np\ndef f(w, place, on):\n    return np.sum(np.where(on, w[place], 0.0) ** 2)",
        "w = np.array([1.0, 2.0, 3.0]); place = np.array([0, 2]); on = np.array([True, False])",
        {"wrt": ["w"]},
    ),
    "names of Python's own hidden by NumPy's": (
        "from numpy import *\nimport numpy as np\ndef f(x):\n    return sum(tanh(x))",
        "x = np.array([0.5, 1e-9])",
        {},
    ),
    "a future": (
        '''
"""A docstring."""
from __future__ import annotations
import numpy as np
def f(x: Real):
    return np.sin(x)
''',
        "x = 0.3",
        {},
    ),
}


def taken(name: str, format: str) -> bytes:
    source, example, more = SOURCES[name]
    answer = handle(
        {
            "kind": "export",
            "format": format,
            "source": source,
            "example": f"import numpy as np\n{example}",
            **more,
        }
    )
    assert answer["ok"], answer["error"]
    assert answer["value"]["mediaType"] == FORMATS[format]
    return b64decode(answer["value"]["base64"])


@pytest.mark.parametrize("name", SOURCES)
def test_the_script_runs_by_itself_and_agrees(name: str) -> None:
    script = taken(name, "py").decode()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(script, name, "exec"), {"__name__": "__main__"})
    assert "The gradient agrees with differences." in printed.getvalue(), script


def test_the_script_needs_neither_us_nor_what_runs_it(tmp_path: Path) -> None:
    file = tmp_path / "cost.py"
    file.write_bytes(taken("a net", "py"))
    run = subprocess.run([sys.executable, "-I", str(file)], capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 0 and "agrees" in run.stdout, run.stderr
    assert "import backsight" not in file.read_text()


def test_a_wrong_gradient_is_found_out() -> None:
    """The check is one: it fails where the gradient is not the function's."""
    script = taken("a net", "py").decode()
    wrong = script.replace("(a - t) ** 2", "(a - t) ** 2 + 0.1 * a", 1)
    assert wrong != script
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(wrong, {"__name__": "__main__"})
    assert "does NOT agree" in printed.getvalue()


@pytest.mark.parametrize("name", SOURCES)
def test_the_notebook_is_valid_and_its_cells_run(name: str) -> None:
    book = json.loads(taken(name, "ipynb"))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    with contextlib.suppress(ImportError):
        import nbformat

        nbformat.validate(book)
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids)
    space: dict[str, Any] = {"__name__": "__main__"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for cell in book["cells"]:
            if cell["cell_type"] == "code":
                _run_cell("".join(cell["source"]), space)
    assert "agrees with differences" in printed.getvalue()
    assert type(space["_"]).__name__ == "Explanation"


def _run_cell(code: str, space: dict[str, Any]) -> None:
    """As a notebook does: the last expression is kept."""
    import ast
    import linecache

    file = f"<cell {len(linecache.cache)}>"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    tree = ast.parse(code)
    last = tree.body[-1]
    if isinstance(last, ast.Expr):
        tree.body[-1] = ast.fix_missing_locations(
            ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], last.value), last)
        )
    exec(compile(tree, file, "exec"), space)


def test_numbers_are_written_exactly() -> None:
    drawn = np.random.default_rng(0).normal(size=(3, 40))
    for value in (
        drawn,
        drawn[0],
        0.1,
        np.zeros((0, 3)),
        np.array([np.nan, np.inf, -np.inf]),
        True,
        7,
        np.float64(0.1),
    ):
        found = eval(literal(value, "np"), {"np": np})
        assert type(found) is type(value)
        np.testing.assert_array_equal(found, value)
        assert np.shape(found) == np.shape(value)


# The page ---------------------------------------------------------------------------------------------------


def test_the_page_gets_cells_and_the_kernel_of_their_numbers() -> None:
    from tests.javascript import Job, execute

    source, example, _ = SOURCES["a net"]
    answer = handle(
        {"kind": "sheet", "source": source, "example": f"import numpy as np\n{example}", "wrt": ["W"]}
    )
    assert answer["ok"], answer
    sheet = answer["value"]
    assert [b["name"] for b in sheet["blocks"] if b["part"] == "update"] == ["rate", "new_W"]
    (found,) = execute([Job(sheet["module"], "sheet", {}, {i["name"]: i["data"] for i in sheet["inputs"]})])
    for cell in sheet["cells"]:
        if "index" in cell:
            name = sheet["blocks"][cell["block"]]["name"]
            assert found[name][cell["index"]] == pytest.approx(cell["value"], abs=1e-12), name
    lines = {b["name"]: b["origin"]["line"] for b in sheet["blocks"] if b["origin"]}
    assert lines["z"] == 5 and lines["dz"] == 6


def test_the_pages_workbook_computes() -> None:
    page = read_workbook(taken("a net", "xlsx"))[0]
    ((grid, _),) = recomputed([(page, {})])
    for (row, column), kept in page.kept.items():
        assert grid[row][column] == pytest.approx(kept, abs=1e-12)


def test_what_the_page_cannot_have_is_said_at_the_line() -> None:
    source = "import numpy as np\ndef f(A):\n    x = np.linalg.inv(A)\n    return np.sum(x)"
    answer = handle(
        {"kind": "export", "format": "xlsx", "source": source, "example": {"A": [[2.0, 0.0], [0.0, 1.0]]}}
    )
    assert not answer["ok"] and answer["error"]["code"] == "BS401" and answer["error"]["line"] == 3
    answer = handle(
        {"kind": "export", "format": "docx", "source": source, "example": {"A": [[2.0, 0.0], [0.0, 1.0]]}}
    )
    assert not answer["ok"] and "docx" in answer["error"]["message"]


# Python and the command line --------------------------------------------------------------------------------


def square(x: Any) -> Any:
    return np.sum(x**2)


def test_from_python(tmp_path: Path) -> None:
    for format in FORMATS:
        file = bs.export(square, np.array([1.0, 2.0]), to=tmp_path / f"square.{format}")
        assert file.stat().st_size > 500
    with pytest.raises(EmitError, match="no export called 'txt'"):
        bs.export(square, 1.0, to=tmp_path / "square.txt")
    with pytest.raises(EmitError, match="cannot be written"):
        bs.export(square, 1.0, to=tmp_path / "nowhere" / "square.py")
    with pytest.raises(DifferentiationError, match="no argument 3"):
        bs.export(square, 1.0, to=tmp_path / "square.py", argnums=3)


def test_without_anything_to_differentiate_by_the_forward_pass_is_left() -> None:
    subject = Subject.of(
        square, [np.array([1.0, 2.0])], (), "import numpy as np\ndef square(x): return np.sum(x**2)"
    )
    for format in FORMATS:
        assert exported(subject, format).content
    sheet = read_workbook(exported(subject, "xlsx").content)[0]
    assert "'backward" not in sheet.contents.values() and "'forward" in sheet.contents.values()


def test_the_command_line_writes_all_three(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from backsight.cli import app

    code = tmp_path / "mine.py"
    code.write_text(
        dedent(NET) + "\nexample = {'W': np.eye(2), 'b': np.zeros(2), 'x': np.eye(2), 't': 0.5}\n"
    )
    for format in FORMATS:
        out = tmp_path / f"out.{format}"
        result = CliRunner().invoke(app, ["export", f"{code}:cost", "--to", str(out), "--argnums", "W,b"])
        assert result.exit_code == 0, result.output
        assert out.exists()
    result = CliRunner().invoke(app, ["export", f"{code}:cost", "--to", str(tmp_path / "out.doc")])
    assert result.exit_code == 2
