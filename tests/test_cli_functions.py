"""`backsight explain` and `backsight emit`, on files as people write them, right and wrong."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from backsight.cli import app
from backsight.emit import TARGETS

GOOD = """\
import numpy as np

def neuron(x, w, b, t):
    z = x * w + b
    a = 1 / (1 + np.exp(-z))
    cost = (a - t) ** 2 / 2
    return cost

def ready(x=0.5, k=3):
    for _ in range(2):
        x = np.tanh(k * x)
    return x

def fit(w, X):
    return np.sum((X @ w) ** 2)

def _private(x):
    return x

limit = 3
"""
EXAMPLE = 'example = {"x": 0.8, "w": 1.0, "b": -0.5, "t": 1.0}\n'


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(GOOD)
    return path


def test_explains_in_the_terminal(file: Path) -> None:
    answer = run("explain", f"{file}:neuron", "--at", "x=0.8, w=1.0, b=-0.5, t=1.0", "--argnums", "w,b")
    assert answer.exit_code == 0, answer.output
    assert "neuron(x, w, b, t), differentiated by w, b" in answer.output
    for part in (
        "Forward",
        "Backward",
        "Sum over paths",
        "da × (a * (1 - a))",
        "line 5",
        "∂cost/∂w = -0.08322",
    ):
        assert part in answer.output


@pytest.mark.parametrize(
    ("order", "there", "away"),
    [
        ("forward", "Forward: from", "Backward"),
        ("reverse", "Backward: from", "Forward:"),
        ("paths", "Sum over", "Backward"),
    ],
)
def test_one_order(file: Path, order: str, there: str, away: str) -> None:
    answer = run("explain", f"{file}:ready", "--order", order)
    assert answer.exit_code == 0
    assert there in answer.output and away not in answer.output


def test_values_from_the_file_from_defaults_and_from_words(file: Path) -> None:
    file.write_text(GOOD + EXAMPLE)
    data = json.loads(run("explain", f"{file}:neuron", "--json").output)
    assert data["wrt"] == ["x", "w", "b", "t"]
    given = {s["name"]: s["value"]["entries"] for s in data["forward"] if s["kind"] == "input"}
    assert given == {"x": 0.8, "w": 1.0, "b": -0.5, "t": 1.0}
    # What is given in words goes before the file's example; a whole number that is nudged becomes a float.
    data = json.loads(run("explain", f"{file}:neuron", "--json", "--at", "w=2", "--argnums", "1").output)
    given = {s["name"]: s["value"]["entries"] for s in data["forward"] if s["kind"] == "input"}
    assert given["w"] == 2.0 and data["wrt"] == ["w"]
    # A whole number is not nudged unless it is asked for.
    data = json.loads(run("explain", f"{file}:ready", "--json").output)
    assert data["wrt"] == ["x"] and data["gradient"] is not None
    # Examples by the names of functions, and as a tuple.
    file.write_text(GOOD + 'EXAMPLE = {"fit": ([1.0, 2.0], [[1, 2], [3, 4]]), "neuron": {"x": 1.0}}\n')
    data = json.loads(run("explain", f"{file}:fit", "--json").output)
    assert data["value"] == 5.0**2 + 11.0**2
    assert data["gradient"][0] == [2 * (5 * 1 + 11 * 3), 2 * (5 * 2 + 11 * 4)]


def test_a_page(file: Path, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    answer = run("explain", f"{file}:ready", "--html", str(page))
    assert answer.exit_code == 0 and str(page) in answer.output.replace("\n", "")
    text = page.read_text("utf-8")
    assert text.startswith("<!doctype html>") and "http" not in text.replace("http-equiv", "")
    answer = run("explain", f"{file}:ready", "--html", str(tmp_path / "none" / "out.html"))
    assert answer.exit_code == 2 and "cannot be written" in answer.output


def test_a_file_with_one_function_needs_no_name(tmp_path: Path) -> None:
    path = tmp_path / "random.py"  # called like a module of Python's own
    path.write_text("def f(x=2.0):\n    return x * x\n")
    answer = run("explain", str(path))
    assert answer.exit_code == 0 and "∂f/∂x = 4" in answer.output
    assert "f" not in vars(sys.modules.get("random", object))


def test_emits_source_that_runs(file: Path, tmp_path: Path) -> None:
    answer = run("emit", f"{file}:neuron", "--at", "x=0.8, w=1.0, b=-0.5, t=1.0", "--argnums", "w")
    assert answer.exit_code == 0
    namespace: dict[str, object] = {}
    exec(answer.output, namespace)
    cost, dw = namespace["grad_neuron"](0.8, 1.0, -0.5, 1.0)  # type: ignore[operator]
    a = 1 / (1 + np.exp(-0.3))
    np.testing.assert_allclose([cost, dw], [(a - 1) ** 2 / 2, (a - 1) * a * (1 - a) * 0.8], rtol=1e-12)
    out = tmp_path / "made.py"
    answer = run("emit", f"{file}:ready", "--forward", "--out", str(out))
    assert answer.exit_code == 0 and "def ready(x" in out.read_text() and "dx" not in out.read_text()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("half", ["--grad", "--forward"])
def test_every_target(file: Path, target: str, half: str) -> None:
    answer = run("emit", f"{file}:ready", "--to", target, half)
    assert answer.exit_code == 0, answer.output
    assert "tanh" in answer.output


F = "{file}:f"
SAME = "def f(x=1.0): return x\n"
WRONG: dict[str, tuple[str, list[str], list[str]]] = {
    "no such file": ("", ["{folder}/mime.py:f"], ["no file", "did you mean", "mine.py"]),
    "a syntax error": ("def f(x):\n    return x +\n", [F], [":2:", "not Python", "return x +"]),
    "no such function": ("def train(x): return x\n", ["{file}:trian"], ["'trian'", "did you mean train?"]),
    "not a function": ("f = 3\n", [F], ["is a int, not a function"]),
    "no function at all": ("x = 1\n", ["{file}"], ["defines no function"]),
    "an error at import": ("import numpy\nnumpy.nothing\n", [F], [":2:", "AttributeError"]),
    "an exit at import": ("raise SystemExit(3)\n", [F], [":1:", "SystemExit"]),
    "an error inside": ("def f(x=1.0):\n    y = x + {}['k']\n    return y\n", [F], [":2:", "KeyError"]),
    "no values": ("\ndef f(x, y=1.0): return x * y\n", [F], [":2:", "for x", '--at "x=…"']),
    "values that are code": (SAME, [F, "--at", "x=open('/etc/passwd')"], ["cannot be read", "--at"]),
    "values of nothing": (SAME, [F, "--at", "y=1"], ["no parameter for y"]),
    "no such argument": (SAME, [F, "--argnums", "w"], ["no parameter 'w'", "x"]),
    "not a number": (SAME, [F, "--at", "x='a'", "--argnums", "x"], ["str"]),
    "not a single number": ("def f(x): return x * 2\n", [F, "--at", "x=[1,2]"], [":1:", "single number"]),
    "no such order": (SAME, [F, "--order", "up"], ["'up'", "forward"]),
    "no such detail": (SAME, [F, "--detail", "all"], ["'all'", "names"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_are_kind(tmp_path: Path, name: str) -> None:
    source, arguments, said = WRONG[name]
    file = tmp_path / "mine.py"
    file.write_text(source)
    answer = run("explain", *(a.format(file=file, folder=tmp_path) for a in arguments))
    assert answer.exit_code == 2, answer.output
    assert answer.exception is None or isinstance(answer.exception, SystemExit)
    assert "Traceback" not in answer.output
    for words in said:
        assert words in answer.output, answer.output


def test_no_such_target(file: Path) -> None:
    answer = run("emit", f"{file}:ready", "--to", "cobol")
    assert answer.exit_code == 2 and "'cobol'" in answer.output and '"numpy"' in answer.output
