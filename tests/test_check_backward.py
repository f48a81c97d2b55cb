"""check: right backward passes are never accused; wrong ones are, on their line and with the cause."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backsight import check
from backsight.errors import CheckCallError
from tests.backward_styles import STYLES
from tests.wrong_gradients import WRONG, load, run, steepness

R = np.random.default_rng(0)
NET = """
import numpy as np

def forward(params, x, t):
    W1, b1, W2, b2 = params
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    y = 1 / (1 + np.exp(-z2))
    return np.sum((y - t) ** 2) / len(x)

def backward(params, x, t):
    W1, b1, W2, b2 = params
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    y = 1 / (1 + np.exp(-z2))
    dy = 2 * (y - t) / len(x)
    dz2 = dy * y * (1 - y)
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0)
    da1 = dz2 @ W2.T
    dz1 = da1 * (z1 > 0)
    dW1 = x.T @ dz1
    db1 = dz1.sum(axis=0)
    return dW1, db1, dW2, db2
"""
PARAMETERS = [R.normal(size=(3, 4)), np.zeros(4), R.normal(size=(4, 2)), np.zeros(2)]
DATA = R.normal(size=(6, 3)), R.integers(0, 2, size=(6, 2)).astype(float)


@pytest.mark.parametrize("style", STYLES)
def test_right_passes_are_not_accused(style: str) -> None:
    module = importlib.import_module(f"tests.backward_styles.{style}")
    verdict = check(module.forward, module.backward, *module.example)
    assert verdict, str(verdict)
    assert verdict.gradients and all(g.agrees for g in verdict.gradients)


@pytest.mark.parametrize(
    ("right", "wrong", "cause"),
    [
        ("dz2 = dy * y * (1 - y)", "dz2 = dy * (z2 > 0)", "slope"),
        ("dz1 = da1 * (z1 > 0)", "dz1 = da1 * (1 - a1 ** 2)", "slope"),
        ("dy = 2 * (y - t) / len(x)", "dy = 2 * (t - y) / len(x)", "sign"),
        ("dW1 = x.T @ dz1", "dW1 = x.T @ da1", "value"),
        ("dW2 = a1.T @ dz2", "dW2 = z1.T @ dz2", "value"),
        ("db1 = dz1.sum(axis=0)", "db1 = dz1", "sum"),
        ("dW2 = a1.T @ dz2", "dW2 = (a1.T @ dz2).T", "transpose"),
    ],
)
def test_the_line_and_the_cause(right: str, wrong: str, cause: str) -> None:
    source = NET.replace(right, wrong)
    module = load(source, "wrong_net")
    verdict = check(module.forward, module.backward, PARAMETERS, *DATA)
    assert not verdict
    assert verdict.text == wrong, str(verdict)
    assert verdict.cause == cause, str(verdict)


def test_the_hidden_slope_on_the_output_layer() -> None:
    """The bug this was made for: ReLU's slope where the sigmoid's belongs."""
    module = load(NET.replace("dz2 = dy * y * (1 - y)", "dz2 = dy * (z2 > 0)"), "real_bug")
    verdict = check(module.forward, module.backward, PARAMETERS, *DATA)
    assert "slope of ReLU" in verdict.says and "sigmoid" in verdict.says
    assert "y * (1 - y)" in verdict.remedy
    assert verdict.edge == ("y", "z2")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("dy = 2 * (y - t) / len(x)", "dy = 2 * (y - t)"),
        ("dz2 = dy * y * (1 - y)", "dz2 = dy * (y - y * y)"),
        ("db2 = dz2.sum(axis=0)", "db2 = np.ones(len(x)) @ dz2"),
    ],
)
def test_other_right_ways_are_not_accused(before: str, after: str) -> None:
    source = NET.replace(before, after)
    if "dy = 2 * (y - t)\n" in source:
        source = source.replace(
            "return dW1, db1, dW2, db2", "n = len(x)\n    return dW1 / n, db1 / n, dW2 / n, db2 / n"
        )
    module = load(source, "other_way")
    assert check(module.forward, module.backward, PARAMETERS, *DATA)


def test_nothing_is_left_changed() -> None:
    module = load(NET.replace("dW1 = x.T @ dz1", "dW1 = -x.T @ dz1"), "unchanged")
    code, before = module.backward.__code__, [p.copy() for p in PARAMETERS]
    check(module.forward, module.backward, PARAMETERS, *DATA)
    assert module.backward.__code__ is code
    assert all(np.array_equal(a, b) for a, b in zip(before, PARAMETERS, strict=True))


def test_an_exception_of_the_backward_pass_is_the_users_own() -> None:
    module = load(NET.replace("dW1 = x.T @ dz1", "dW1 = x.T @ nothing"), "raises")
    verdict = check(module.forward, module.backward, PARAMETERS, *DATA)
    assert not verdict and verdict.text == "dW1 = x.T @ nothing" and "NameError" in verdict.raised


def test_single_precision_is_not_accused() -> None:
    module = load(NET.replace("return dW1,", "dW1 = dW1.astype(np.float32)\n    return dW1,"), "single")
    assert check(module.forward, module.backward, PARAMETERS, *DATA)


def test_a_kink_is_not_accused() -> None:
    def forward(w: Any) -> Any:
        return np.sum(np.abs(w))

    def backward(w: Any) -> Any:
        return {"w": np.where(w >= 0, 1.0, -1.0)}

    verdict = check(forward, backward, np.array([0.0, 2.0, -1.0]))
    assert verdict and "kink" in verdict.remarks[-1]


def test_chance_and_whole_numbers_are_refused() -> None:
    with pytest.raises(CheckCallError, match="floating-point"):
        check(lambda w: w * w, lambda w: {"w": 2 * w}, 3)
    with pytest.raises(CheckCallError, match="random"):
        check(lambda w: w * w, lambda w: {"w": np.random.default_rng().normal()}, 3.0)


def test_command_line(tmp_path: Path) -> None:
    def status(text: str) -> tuple[int, str]:
        file = tmp_path / "mine.py"
        file.write_text(text)
        done = subprocess.run(
            [sys.executable, "-m", "backsight", "check", str(file)], capture_output=True, text=True
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    right = "def forward(w, x):\n    return (w * x) ** 2\n\n\ndef backward(w, x):\n    dw = 2 * w * x * x\n"
    right += "    return {'w': dw}\n\n\nexample = (0.5, 3.0)\n"
    assert status(right)[0] == 0
    code, text = status(right.replace("2 * w * x * x", "2 * w * x"))
    assert code == 1 and "mine.py:6" in text and "dw = 2 * w * x * x" in text
    code, text = status(right.replace("example", "other"))
    assert code == 2 and "example" in text


def test_a_sample_of_all_mistakes() -> None:
    """Every 37th mutant, some from every style; `python -m tests.wrong_gradients` takes them all."""
    tally = run(list(STYLES), 37, False)
    found, wrong = tally.total("found"), sum(tally.total(r) for r in WRONG)
    assert wrong >= 35 and found / wrong >= 0.95
    assert not tally.total("accused")


@pytest.mark.parametrize("style", STYLES)
def test_the_styles_are_right_by_differences(style: str) -> None:
    """What mutants are held against is itself held against differences of the forward pass."""
    for seed in range(4):
        measured, predicted = steepness(style, seed)
        assert measured == pytest.approx(predicted, rel=1e-4, abs=1e-6)


def test_a_gradient_that_is_no_number_is_named_not_left_out() -> None:
    def forward(w: Any, b: Any, x: Any) -> Any:
        return np.sum((x * w + b) ** 2)

    def backward(w: Any, b: Any, x: Any) -> Any:
        dz = 2 * (x * w + b)
        return {"w": np.sum(dz * x), "b": {"sum": np.sum(dz)}}

    verdict = check(forward, backward, 0.5, 0.1, np.ones(3))
    assert not verdict and verdict.cause == "missing" and verdict.text.startswith("return {"), str(verdict)
    assert "✗ b: no numbers" in str(verdict) and "✓ w" in str(verdict)


def test_a_list_of_gradients_may_lack_one_but_not_hold_something_else() -> None:
    def forward(ws: Any, x: Any) -> Any:
        return np.sum((x * ws[0] + ws[1]) ** 2)

    def backward(ws: Any, x: Any) -> Any:
        d = 2 * (x * ws[0] + ws[1])
        return [np.sum(d * x), x_or_none]

    arguments = [np.array(0.5), np.array(0.1)], np.ones(3)
    x_or_none: Any = None
    assert check(forward, backward, *arguments)
    x_or_none = {"sum": 1.0}
    verdict = check(forward, backward, *arguments)
    assert verdict.cause == "missing" and "ws[1]" in verdict.says


def test_a_slope_of_one_is_said_to_be_none() -> None:
    module = load(NET.replace("dz2 = dy * y * (1 - y)", "dz2 = dy * (y > 0)"), "no_slope")
    verdict = check(module.forward, module.backward, PARAMETERS, *DATA)
    assert verdict.cause == "slope" and "slope is missing" in verdict.says and "sigmoid" in verdict.says


LOOKED_UP = """
import math

def forward(w, b, x):
    h = math.exp(0.5 * w)
    return (h * x - b) ** 2

def backward(w, b, x):
    h = math.exp(0.5 * w)
    d = 2 * (h * x - b)
    dw = d * x * h / 2
    return {"w": dw, "b": -d}
"""


def test_what_cannot_be_traced_is_held_against_differences() -> None:
    module = load(LOOKED_UP, "looked_up")
    verdict = check(module.forward, module.backward, 0.3, 0.2, 1.7)
    assert verdict and "finite differences" in verdict.remarks[0]
    module = load(LOOKED_UP.replace("d * x * h / 2", "d * h / 2"), "looked_up_wrong")
    verdict = check(module.forward, module.backward, 0.3, 0.2, 1.7)
    assert not verdict and "finite differences" in verdict.remarks[0]
    assert verdict.text == "dw = d * h / 2" and "* x" in verdict.remedy, str(verdict)


ROOT_OF_SUM = """
import numpy as np

def forward(w, x):
    z = np.sum((w * x) ** 2)
    return np.sqrt(z)

def backward(w, x):
    z = np.sum((w * x) ** 2)
    dz = 1 / (2 * np.sqrt(z))
    dw = dz * 2 * w * x ** 2
    return {"w": dw}
"""


def test_where_the_true_gradient_is_not_finite_it_is_compared_beside() -> None:
    """The length of a vector has no slope at 0: beside it, it has."""
    module = load(ROOT_OF_SUM, "root")
    verdict = check(module.forward, module.backward, np.zeros(3), np.array([1.0, 2.0, -1.0]))
    assert verdict and "not finite" in verdict.remarks[0]


def test_where_nothing_is_finite_there_is_nothing_to_compare() -> None:
    with pytest.raises(CheckCallError, match="not finite at these arguments"):
        check(lambda w: w * np.inf, lambda w: {"w": np.inf}, 2.0)


def test_infinite_gradients_are_wrong_and_travel_as_json() -> None:
    source = ROOT_OF_SUM.replace("1 / (2 * np.sqrt(z))", "1 / (0 * np.sqrt(z))")
    module = load(source, "infinite")
    verdict = check(module.forward, module.backward, np.array([0.5, 0.0, 1.0]), np.array([1.0, 2.0, -1.0]))
    assert not verdict and verdict.text == "dz = 1 / (0 * np.sqrt(z))"
    read = json.loads(json.dumps(verdict.data(), allow_nan=False))
    assert {"NaN", "Infinity", "-Infinity"} & set(read["gradients"][0]["given"])


@pytest.mark.parametrize(
    ("style", "right", "wrong"),
    [
        ("by_hand", "dp_dq = p * (1 - p)", "dp_dq = p"),
        ("layer_norm", "second = (dxhat * xhat).sum(axis=1, keepdims=True)", "second = dxhat * xhat"),
        ("layer_norm", "d = xhat.shape[1]", "d = xhat.shape[0]"),
        ("short_names", "n = x.shape[0]", "n = A.shape[0]"),
        ("one_example_at_a_time", "grad_w2 / count, grad_c2 / count", "grad_w2, grad_c2 / count"),
        ("through_time", "dh_next = V @ draw", "dh_next = -V @ draw"),
        ("loop_over_layers", "return nabla_w, nabla_b", "return nabla_w, biases"),
    ],
)
def test_no_neighbour_is_blamed(style: str, right: str, wrong: str) -> None:
    """Where a change on another line would mend everything too."""
    text = (Path(__file__).parent / "backward_styles" / f"{style}.py").read_text("utf-8")
    assert text.count(right) == 1
    module = load(text.replace(right, wrong), f"neighbour_{style}")
    verdict = check(module.forward, module.backward, *module.example)
    assert wrong in verdict.text, str(verdict)
