"""What the browser asks of Python, asked in plain Python: answers, and errors that name the person's line."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from backsight.browser import handle, handle_text
from backsight.browser.running import MOST_OUTPUT
from backsight.guide.core import PARTS, zipped
from tests.javascript import Job, execute
from tests.test_layers import CORE, PACKAGE

NEURON = """\
import numpy as np

def cost(w, b, x, target):
    z = w @ x + b
    y = np.tanh(z)
    return (y - target) ** 2
"""
AT = {"w": [0.5, -0.3], "b": 0.25, "x": [1.0, 2.0], "target": 1.0}


def good(**request: Any) -> Any:
    answer = handle(request)
    assert answer["ok"], answer
    return answer["value"]


def bad(**request: Any) -> dict[str, Any]:
    answer = handle(request)
    assert not answer["ok"], answer
    error: dict[str, Any] = answer["error"]
    return error


# Gradients


def neuron(w: Any, b: Any, x: Any, target: Any) -> Any:
    return (jax.numpy.tanh(w @ x + b) - target) ** 2


def test_the_gradient_is_the_one_of_jax() -> None:
    value = good(kind="value_and_grad", source=NEURON, example=AT)
    arguments = [np.array(AT[name]) for name in ("w", "b", "x", "target")]
    expected = jax.value_and_grad(neuron, argnums=(0, 1, 2, 3))(*arguments)
    assert value["value_at"] == pytest.approx(float(expected[0]), rel=1e-12)
    for name, slope in zip(AT, expected[1], strict=True):
        np.testing.assert_allclose(value["gradient_at"][name], slope, rtol=1e-12)


def test_a_trace_says_everything_about_the_function() -> None:
    value = good(kind="trace", source=NEURON, example=AT, wrt=["w", "b"])
    assert value["function"] == {"name": "cost", "parameters": ["w", "b", "x", "target"], "line": 3}
    assert value["wrt"] == ["w", "b"]
    assert [v["name"] for v in value["program"]["inputs"]] == ["w", "b", "x", "target"]
    lines = {e["origin"]["line"] for e in value["program"]["equations"]}
    assert lines == {4, 5, 6}
    assert "def grad_cost(w, b, x, target):" in value["python"]["text"]
    assert set(value["derivations"]) == {"w", "b"}
    assert value["passes"]["forward"]
    assert value["passes"]["backward"]
    assert value["source"] == NEURON


def test_the_written_numpy_gives_the_same_gradient() -> None:
    value = good(kind="trace", source=NEURON, example=AT)
    namespace: dict[str, Any] = {}
    exec(value["python"]["text"], namespace)
    arguments = [np.array(AT[name]) for name in ("w", "b", "x", "target")]
    result, *slopes = namespace["grad_cost"](*arguments)
    assert result == pytest.approx(value["value_at"], rel=1e-12)
    for name, slope in zip(value["wrt"], slopes, strict=True):
        np.testing.assert_allclose(slope, value["gradient_at"][name], rtol=1e-12)


def test_the_kernel_agrees() -> None:
    value = good(kind="kernel", source=NEURON, example=AT)
    arrays = {i["name"]: i["data"] for i in value["inputs"]}
    for kernel in ("gradient", "inspect"):
        (result,) = execute([Job(value["module"], kernel, {}, arrays)])
        evaluated = good(kind="value_and_grad", source=NEURON, example=AT)
        first, *slopes = value["outputs"]
        assert result[first["name"]][0] == pytest.approx(evaluated["value_at"], rel=1e-12)
        for name, output in zip(value["wrt"], slopes, strict=True):
            expected = np.ravel(evaluated["gradient_at"][name])
            np.testing.assert_allclose(result[output["name"]], expected, rtol=1e-12)


def test_a_slope_that_is_the_same_everywhere_comes_as_a_number() -> None:
    value = good(kind="kernel", source="def line(x): return 3 * x + 1", example={"x": 2.0})
    assert value["outputs"][1]["name"] is None
    assert value["outputs"][1]["value"] == 3.0


def test_decisions_are_told_and_a_kernel_can_see_them() -> None:
    source = "def f(x):\n    if x > 2:\n        return x * x\n    return 3 * x * x\n"
    traced = good(kind="trace", source=source, example={"x": 1.0})
    (guard,) = traced["guards"]
    assert (guard["expected"], guard["origin"]["line"]) == (False, 2)
    written = good(kind="kernel", source=source, example={"x": 1.0})
    (decision,) = written["guards"]
    near, far = execute([Job(written["module"], "gradient", {}, {"x": [x]}) for x in (1.5, 5.0)])
    assert near[decision["name"]] == [0.0]
    assert far[decision["name"]] == [1.0]


# How the gradient comes about


def test_an_explanation_comes_as_data() -> None:
    value = good(kind="explain", source=NEURON, example=AT, wrt=["w", "b"])
    evaluated = good(kind="value_and_grad", source=NEURON, example=AT, wrt=["w", "b"])
    assert value["wrt"] == ["w", "b"]
    assert "page" not in value
    assert [s["name"] for s in value["forward"] if s["kind"] == "step"] == ["z", "y", "cost"]
    adjoints = {a["name"]: a for a in value["reverse"]}
    for name, slope in evaluated["gradient_at"].items():
        np.testing.assert_allclose(adjoints[name]["value"]["entries"], slope, rtol=1e-12)
    (through_y,) = adjoints["z"]["uses"]
    y = math.tanh(0.5 * 1.0 - 0.3 * 2.0 + 0.25)
    assert through_y["through"] == "y"
    assert through_y["slope_value"]["entries"] == pytest.approx(1 - y * y, rel=1e-12)
    assert through_y["origin"]["line"] == 5
    assert value["listings"][0]["lines"][0] == "def cost(w, b, x, target):"


def test_what_cannot_be_explained_names_the_line() -> None:
    error = bad(kind="explain", source="def f(x):\n    return x, x\n", example={"x": 1.0})
    assert (error["line"], error["code"]) == (1, "BS301")


def test_an_explanation_and_its_page_need_no_numpy(tmp_path: Path) -> None:
    request = {"kind": "explain", "source": NEURON, "example": AT, "page": True}
    here = good(**request)
    (there,) = alone(tmp_path, request)
    assert there["ok"], there
    for mine, theirs in zip(here["reverse"], there["value"]["reverse"], strict=True):
        assert mine["symbol"] == theirs["symbol"]
        np.testing.assert_allclose(theirs["value"]["entries"], mine["value"]["entries"], rtol=1e-12)
    page = there["value"]["page"]
    assert page.startswith("<!doctype html>")
    for part in ("The chain rule in cost", "<svg", "<math", "np.tanh(z)", "color-scheme"):
        assert part in page


# How arguments are given


def test_numbers_can_be_given_as_assignments_among_the_sources_own_names() -> None:
    source = NEURON + "\nscale = 0.5\n"
    typed = "w = [1.0 * scale, -0.3]\n\nb, target = 0.25, 1.0\nx = np.array([1.0, 2.0])"
    assert good(kind="value_and_grad", source=source, example=typed) == good(
        kind="value_and_grad", source=source, example=AT
    )


def test_defaults_need_no_example_and_whole_numbers_can_be_nudged() -> None:
    value = good(kind="value_and_grad", source="def f(x=3, y=[1, 2]): return x * (y[0] + y[1])")
    assert value == {"value_at": 9.0, "gradient_at": {"x": 3.0, "y": [3.0, 3.0]}}


def test_the_last_function_is_taken_unless_one_is_named() -> None:
    source = "def half(x): return x / 2\ndef f(x): return half(x) * 6\n"
    assert good(kind="value_and_grad", source=source, example={"x": 1.0})["gradient_at"] == {"x": 3.0}
    named = good(kind="value_and_grad", source=source, function="half", example={"x": 1.0})
    assert named["gradient_at"] == {"x": 0.5}


def test_arguments_may_be_nested() -> None:
    source = "def f(p): return p['w'] ** 2 * p['b']"
    value = good(kind="value_and_grad", source=source, example={"p": {"w": 3.0, "b": 2.0}})
    assert value["gradient_at"] == {"w": 12.0, "b": 9.0}


def test_what_json_lacks_travels_as_words() -> None:
    request = {
        "kind": "value_and_grad",
        "source": "def f(x): return x * float('inf')",
        "example": "x = -1.0",
    }
    answer = json.loads(handle_text(json.dumps(request)))
    assert answer["value"] == {"value_at": "-Infinity", "gradient_at": {"x": "Infinity"}}
    assert math.isinf(float(answer["value"]["value_at"]))


# Running code


def test_code_runs_and_what_it_prints_is_kept() -> None:
    answer = handle({"kind": "execute", "source": "import sys\nprint('hello')\nprint('oh', file=sys.stderr)"})
    assert (answer["ok"], answer["stdout"], answer["stderr"]) == (True, "hello\n", "oh\n")


def test_functions_are_listed() -> None:
    source = "import math\ndef f(x): return x\nfrom math import sin\ndef g(a, b=1): return a\n"
    assert good(kind="execute", source=source)["functions"] == [
        {"name": "f", "parameters": ["x"], "line": 2},
        {"name": "g", "parameters": ["a", "b"], "line": 4},
    ]


def test_endless_printing_is_cut() -> None:
    answer = handle({"kind": "execute", "source": "for i in range(200_000): print(i)"})
    assert answer["ok"]
    assert MOST_OUTPUT < len(answer["stdout"]) < MOST_OUTPUT + 100
    assert "cut after" in answer["stdout"]


def test_a_script_may_end_itself() -> None:
    assert good(kind="execute", source="raise SystemExit") == {"functions": []}


# Errors

# Python 3.11 keeps this to its own printing.
MEANT = "Did you mean: 'width'" if sys.version_info >= (3, 12) else "widht"
ERRORS = [
    ("def f(x):\n    return x +\n", "SyntaxError", 2, "invalid syntax"),
    ("def f(x):\nreturn x\n", "IndentationError", 2, "indented block"),
    ("def f(x):\n    width = 2\n    return x * widht\n", "NameError", 3, MEANT),
    ("import no_such_package\ndef f(x): return x\n", "ModuleNotFoundError", 1, "no_such_package"),
    ("def f(x):\n    return f(x)\n", "RecursionError", 2, "calls itself"),
    ("y = 1 / 0\ndef f(x): return x\n", "ZeroDivisionError", 1, "division by zero"),
    ("def f(x):\n    x[0] = 1\n    return x\n", "BS203", 2, "assign"),
    ("def f(x):\n    return float(x)\n", "BS202", 2, "lose its gradient"),
    ("def f(x, y):\n    return x\n", "BS201", 1, "needs a number for y"),
    ("x = 3\n", "BS201", None, "no function"),
    ("def f(x):\n    raise ValueError('no good')\n", "ValueError", 2, "no good"),
    ("input('name?')\n", "EOFError", 1, "input"),
    ("def f(x):\n    return x, x\n", "BS301", None, ""),
]


@pytest.mark.parametrize(("source", "code", "line", "words"), ERRORS, ids=[e[1] for e in ERRORS])
def test_an_error_names_the_persons_line(source: str, code: str, line: int | None, words: str) -> None:
    error = bad(kind="trace", source=source, example={"x": 1.0})
    assert error["code"] == code, error
    assert words in error["message"]
    assert error["where"] == "source"
    if line is not None:
        assert error["line"] == line
        assert error["text"] == source.splitlines()[line - 1]
    assert error["remedy"] or code == "ValueError"


def test_a_column_counts_from_one() -> None:
    error = bad(kind="trace", source="def f(x):\n    return x + zz\n", example={"x": 1.0})
    assert (error["line"], error["column"]) == (2, 16)


def test_an_error_in_the_numbers_says_so() -> None:
    error = bad(kind="trace", source="def f(x): return x", example="x = 1\nx = 1 +")
    assert (error["where"], error["line"], error["code"]) == ("example", 2, "SyntaxError")


def test_an_error_within_a_helper_is_placed_where_it_happens() -> None:
    source = "def helper(x):\n    return x.nonsense\n\ndef f(x):\n    return helper(x)\n"
    assert bad(kind="trace", source=source, example={"x": 1.0})["line"] == 2


def test_a_program_that_ends_itself_is_an_error_where_an_answer_is_due() -> None:
    error = bad(kind="trace", source="def f(x):\n    exit()\n", example={"x": 1.0})
    assert (error["code"], error["line"]) == ("SystemExit", 2)


def test_an_unknown_request_is_refused() -> None:
    assert "no request" in bad(kind="dance", source="")["message"]


# As the browser has it: the zip file alone, no NumPy


def test_the_zip_holds_the_core_and_nothing_else(tmp_path: Path) -> None:
    archive = tmp_path / "core.zip"
    archive.write_bytes(zipped(PACKAGE))
    names = zipfile.ZipFile(archive).namelist()
    parts = {n.split("/")[1].removesuffix(".py") for n in names if not n.startswith("xlsxwriter/")}
    assert parts == {*PARTS} == {*CORE, "api", "__init__"}
    assert {"xlsxwriter/workbook.py", "xlsxwriter/LICENSE.txt"} <= {*names}
    assert zipped(PACKAGE) == archive.read_bytes()


def alone(tmp_path: Path, *requests: dict[str, Any]) -> list[Any]:
    """Answers from the zip file, in a Python that sees no installed package."""
    archive = tmp_path / "core.zip"
    archive.write_bytes(zipped(PACKAGE))
    program = (
        f"import sys, json; sys.path.insert(0, {str(archive)!r})\n"
        "from backsight.browser import handle_text\n"
        "print(json.dumps([handle_text(line) for line in sys.stdin]))"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        input="\n".join(map(json.dumps, requests)),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(text) for text in json.loads(run.stdout)]


def test_the_zip_differentiates_without_numpy(tmp_path: Path) -> None:
    requests = [{"kind": kind, "source": NEURON, "example": AT} for kind in ("value_and_grad", "trace")]
    evaluated, traced = alone(tmp_path, *requests)
    expected = good(kind="value_and_grad", source=NEURON, example=AT)
    assert evaluated["value"]["value_at"] == pytest.approx(expected["value_at"], rel=1e-12)
    for name, slope in expected["gradient_at"].items():
        np.testing.assert_allclose(evaluated["value"]["gradient_at"][name], slope, rtol=1e-12)
        np.testing.assert_allclose(traced["value"]["gradient_at"][name], slope, rtol=1e-12)


def test_our_np_stands_in_for_numpy(tmp_path: Path) -> None:
    ways = ["import numpy", "import numpy as np", "from numpy import tanh", "import numpy as np, math"]
    calls = ["numpy.tanh", "np.tanh", "tanh", "np.tanh"]
    requests = [
        {"kind": "value_and_grad", "source": f"{way}\ndef f(x): return {call}(x)", "example": {"x": 0.5}}
        for way, call in zip(ways, calls, strict=True)
    ]
    for answer in alone(tmp_path, *requests):
        assert answer["value"]["gradient_at"]["x"] == pytest.approx(1 - math.tanh(0.5) ** 2, rel=1e-12)


def test_a_name_that_np_lacks_is_an_error_with_what_was_meant(tmp_path: Path) -> None:
    requests = [
        {
            "kind": "trace",
            "source": "import numpy as np\ndef f(x):\n    return np.tahn(x)\n",
            "example": {"x": 1.0},
        },
        {"kind": "trace", "source": "from numpy import tahn\n", "example": {"x": 1.0}},
        {"kind": "trace", "source": "import numpy.nonsense\n", "example": {"x": 1.0}},
    ]
    missing, unimported, no_part = (answer["error"] for answer in alone(tmp_path, *requests))
    assert (missing["line"], missing["code"]) == (3, "AttributeError")
    assert (unimported["line"], unimported["code"]) == (1, "ImportError")
    assert "np.tanh" in missing["remedy"]
    assert "np.tanh" in unimported["remedy"]
    assert (no_part["line"], no_part["code"]) == (1, "ModuleNotFoundError")


ARRAYS = """
import json
import numpy as np

def show(*values):
    print(json.dumps([v.tolist() if hasattr(v, "tolist") else v for v in values]))

x = np.array([1.0, 2.0, 3.0])
show(x.shape, len(x), x.ndim, x.size, float(x[1]), bool(x[0] > 0), [float(v) for v in x])
show(-x, x + 1, 1 - x, 2 * x, x / 2, 1 / x, 2**x, x**2, x @ x, abs(-x))
show(x > 1, x == 2, x != 2, x <= 2)
show(x.sum(), x.mean(), np.max(x), np.tanh(x), np.zeros((2, 2)), np.ones(3), np.linspace(0, 1, 3))
W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
show(W @ x, W.T, W[0], W[:, 1], W[1, 2], W[0, ::2], W.sum(axis=0), W.reshape(3, 2))
show(W.reshape(-1), np.outer(x, x))
kept = W
W += 1.0
W[0] = x
W[:, 1] -= np.array([1.0, 2.0])
W[1, 0] = 9.0
W *= 2
show(W, kept is W, W.copy())
row = W.copy()
row[...] = 0.0
show(row, W)

# A net's backward pass as people write it by hand.
z = W @ x
a = np.maximum(z, 0.0)
dz = 2 * (a - 1.0) * (z > 0)
dW = np.outer(dz, x)
for step in range(3):
    W = W - 0.1 * dW
show(z, a, dz, dW, W)

def f(v):
    return np.sum((W @ (x * v)) ** 2)
"""


def test_arrays_behave_as_those_of_numpy(tmp_path: Path) -> None:
    """The same script, with NumPy here and without it there."""
    request = {"kind": "value_and_grad", "source": ARRAYS, "example": {"v": [0.5, 1.0, -1.0]}}
    here = handle(request)
    (there,) = alone(tmp_path, request)
    assert here["ok"], here
    assert there["ok"], there
    for mine, theirs in zip(here["stdout"].splitlines(), there["stdout"].splitlines(), strict=True):
        for value, other in zip(json.loads(mine), json.loads(theirs), strict=True):
            np.testing.assert_allclose(np.array(other, float), np.array(value, float), rtol=1e-12)
    assert there["value"]["value_at"] == pytest.approx(here["value"]["value_at"], rel=1e-12)
    np.testing.assert_allclose(
        there["value"]["gradient_at"]["v"], here["value"]["gradient_at"]["v"], rtol=1e-12
    )


def test_mistakes_with_arrays_name_the_line(tmp_path: Path) -> None:
    wrong = [
        ("x = np.zeros(3)\nx[5] = 1.0", 3),
        ("x = np.zeros(3)\nprint(x + np.zeros(4))", 3),
        ("x = np.zeros(3)\nif x: pass", 3),
        ("x = np.zeros(3).reshape(2, 2)", 2),
        ("x = np.zeros(3)\nx[:2] = np.zeros(3)", 3),
    ]
    requests = [{"kind": "execute", "source": f"import numpy as np\n{source}"} for source, _ in wrong]
    for answer, (source, line) in zip(alone(tmp_path, *requests), wrong, strict=True):
        assert not answer["ok"], source
        assert answer["error"]["line"] == line, answer


# Somebody's own backward pass

PAIR = """\
import numpy as np

def forward(W, x, t):
    z = W @ x
    a = 1 / (1 + np.exp(-z))
    cost = np.sum((a - t) ** 2)
    return cost, (x, t, z, a)

def backward(W, cache):
    x, t, z, a = cache
    da = 2 * (a - t)
    dz = da * SLOPE
    dW = np.outer(dz, x)
    return {"dW": dW}

example = (np.array([[0.5, -0.3], [0.2, 0.8]]), np.array([1.0, 2.0]), np.array([1.0, 0.0]))
"""
WRONG, RIGHT = PAIR.replace("SLOPE", "(z > 0)"), PAIR.replace("SLOPE", "a * (1 - a)")


def test_a_wrong_slope_is_found_at_its_line() -> None:
    verdict = good(kind="check", source=WRONG)
    assert (verdict["ok"], verdict["cause"], verdict["line"]) == (False, "slope", 12)
    assert verdict["text"] == "dz = da * (z > 0)"
    assert "ReLU" in verdict["says"]
    assert "sigmoid" in verdict["says"]
    assert good(kind="check", source=RIGHT)["ok"]


def test_a_backward_pass_is_checked_without_numpy(tmp_path: Path) -> None:
    wrong, right = alone(tmp_path, *({"kind": "check", "source": s} for s in (WRONG, RIGHT)))
    assert wrong["ok"], wrong
    assert (wrong["value"]["cause"], wrong["value"]["line"]) == ("slope", 12)
    assert right["value"]["ok"], right


NET = """\
import numpy as np

def forward(W1, b1, W2, b2, X, T):
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0.0)
    z2 = a1 @ W2 + b2
    y = 1 / (1 + np.exp(-z2))
    cost = np.sum((y - T) ** 2) / len(X)
    return cost, (X, T, z1, a1, z2, y)

def backward(W2, cache):
    X, T, z1, a1, z2, y = cache
    dy = 2 * (y - T) / len(X)
    dz2 = dy * (z2 > 0)
    dW2, db2 = a1.T @ dz2, dz2.sum(axis=0)
    dz1 = dz2 @ W2.T * (z1 > 0)
    dW1, db1 = X.T @ dz1, dz1.sum(axis=0)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}

example = {
    "W1": np.array([[0.5, -0.3, 0.8], [0.2, 0.7, -0.6]]),
    "b1": np.array([0.1, 0.2, -0.1]),
    "W2": np.array([[0.4], [-0.9], [0.6]]),
    "b2": np.array([0.3]),
    "X": np.array([[1.0, 2.0], [0.5, -1.0], [-1.5, 0.3], [2.0, 1.0]]),
    "T": np.array([[1.0], [0.0], [1.0], [0.0]]),
}
"""
"""The real bug: the hidden layer's slope on the way back through a sigmoid output, under a squared error."""


def test_the_hidden_slope_on_the_output_layer_is_found(tmp_path: Path) -> None:
    """Also without NumPy; and the report says what each value on the way back is."""
    (there,) = alone(tmp_path, {"kind": "check", "source": NET})
    for verdict in (good(kind="check", source=NET), there["value"]):
        assert (verdict["ok"], verdict["cause"], verdict["line"]) == (False, "slope", 14)
        assert (verdict["edge"], verdict["forwardLine"]) == (["y", "z2"], 7)
        assert "y * (1 - y)" in verdict["remedy"]
        right = {a["name"]: a["right"] for a in verdict["adjoints"]}
        assert right["dy"] is True
        assert right["dz2"] is right["dW2"] is right["dz1"] is False
        assert {g["name"]: g["agrees"] for g in verdict["gradients"]} == dict.fromkeys(
            ("W1", "b1", "W2", "b2"), False
        )
    assert good(kind="check", source=NET.replace("(z2 > 0)", "y * (1 - y)"))["ok"]


def test_gradients_that_are_not_finite_travel_as_words() -> None:
    source = NET.replace("dy * (z2 > 0)", "dy / (0 * z2)")
    answer = json.loads(handle_text(json.dumps({"kind": "check", "source": source})))
    given = {g["name"]: g["given"] for g in answer["value"]["gradients"]}
    assert given["b2"][0] in ("NaN", "Infinity", "-Infinity")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def forward(w): return w * w\n", "no function 'backward'"),
        ("def forward(w): return w * w\ndef backward(w): return 2 * w\n", "no example"),
    ],
)
def test_what_a_check_lacks_is_said(source: str, words: str) -> None:
    error = bad(kind="check", source=source)
    assert words in error["message"]
    assert "--" not in error["remedy"]  # a page has no options
