"""A backward pass half written: every edge right, wrong, blank or missing, each judged on its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from backsight.browser import handle
from tests.test_browser_service import alone

NET = '''\
import numpy as np


def forward(X, t, W1, b1, W2, b2):
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    y = 1 / (1 + np.exp(-z2))
    cost = np.mean((y - t) ** 2) / 2
    return cost, (z1, a1, y)


def backward(X, t, W2, cache):
    """From the cost back to every weight."""
    z1, a1, y = cache
    dy = (y - t) / len(X)
    dz2 = dy * y * (1 - y)
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0)
    da1 = dz2 @ W2.T
    dz1 = da1 * (z1 > 0)
    dW1 = X.T @ dz1
    db1 = dz1.sum(axis=0)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


example = {
    "X": np.array([[0.8, -0.6], [0.6, -0.2], [0.2, 0.7], [0.5, 0.5]]),
    "t": np.array([[1.0], [1.0], [0.0], [0.0]]),
    "W1": np.array([[0.9, -0.4], [-0.7, 0.8]]),
    "b1": np.array([0.1, 0.2]),
    "W2": np.array([[0.7], [-0.5]]),
    "b2": np.array([0.1]),
}
'''
NAMES = ["dy", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1"]
SLOPE, SUM, TRANSPOSE = "dy * y * (1 - y)", "dz1.sum(axis=0)", "X.T @ dz1"


def edges(source: str) -> dict[str, Any]:
    answer = handle({"kind": "edges", "source": source})
    assert answer["ok"], answer
    found: dict[str, Any] = answer["value"]
    return found


def states(found: dict[str, Any]) -> dict[str, str]:
    return {e["name"]: e["state"] for e in found["edges"]}


def all_right_but(**others: str) -> dict[str, str]:
    return {**dict.fromkeys(NAMES, "right"), **others}


def edge(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(e for e in found["edges"] if e["name"] == name)


def test_a_right_pass_is_right_edge_by_edge_and_as_a_whole() -> None:
    found = edges(NET)
    assert found["ok"]
    assert found["verdict"]["ok"]
    assert [e["name"] for e in found["edges"]] == NAMES
    assert states(found) == all_right_but()
    assert (edge(found, "dz2")["via"], edge(found, "dz2")["forwardLine"]) == ("y", 8)


@pytest.mark.parametrize("blank", ["___", "...", "", "  # three factors", "dy * ___"])
def test_a_blank_is_not_yet_written_and_the_rest_is_judged(blank: str) -> None:
    found = edges(NET.replace(SLOPE, blank))
    assert states(found) == all_right_but(dz2="blank")
    assert not found["ok"]
    assert found["verdict"] is None


def test_nothing_written_yet() -> None:
    found = edges(re.sub(r"    dy = .*(?=    return)", "", NET, flags=re.DOTALL))
    assert set(states(found).values()) == {"missing"}
    assert [e["name"] for e in found["edges"]] == NAMES


def test_a_mistake_is_charged_to_its_own_line_beside_blanks() -> None:
    found = edges(NET.replace(SLOPE, "___").replace(SUM, "dz1"))
    assert states(found) == all_right_but(dz2="blank", db1="wrong")
    assert edge(found, "db1")["cause"] == "sum"


@pytest.mark.parametrize(
    ("right", "planted", "name", "cause", "says"),
    [
        (SLOPE, "dy * (y > 0)", "dz2", "slope", "sigmoid"),
        (SLOPE, "dy * z2 * (1 - z2)", "dz2", "name", "z2"),
        (SUM, "dz1", "db1", "sum", "stretched"),
        (SUM, "-dz1.sum(axis=0)", "db1", "sign", "sign"),
        (TRANSPOSE, "dz1.T @ X", "dW1", "transpose", "transpose"),
        ("dz2 @ W2.T", "dz2 @ W2", "da1", "transpose", "transpose"),
        ("(y - t) / len(X)", "(y - t)", "dy", "factor", "times 4"),
        ("a1.T @ dz2", "None", "dW2", "nothing", "gives nothing"),
    ],
)
def test_planted_bugs_and_their_cause(right: str, planted: str, name: str, cause: str, says: str) -> None:
    found = edges(NET.replace(right, planted))
    assert states(found) == all_right_but(**{name: "wrong"})
    wrong = edge(found, name)
    assert (wrong["cause"], wrong["accused"]) == (cause, wrong["line"])
    assert says in wrong["says"]


@pytest.mark.parametrize("line", ["W2 = W2 - 0.5 * dW2", "W2 -= 0.5 * dW2"])
def test_a_weight_that_was_overwritten_too_early(line: str) -> None:
    found = edges(NET.replace("    da1 =", f"    {line}\n    da1 ="))
    assert states(found) == all_right_but(da1="wrong")
    wrong = edge(found, "da1")
    assert (wrong["cause"], wrong["accused"], wrong["line"]) == ("stale", 20, 21)
    assert "W2 is overwritten" in wrong["says"]


def test_no_advice_where_no_gradient_could_tell() -> None:
    """Once all that reads a wrong line is blank, any change of it would do: none is proposed."""
    source = NET.replace("dz2 @ W2.T", "dz2 @ W2").replace("da1 * (z1 > 0)", "___")
    wrong = edge(edges(source), "da1")
    assert wrong["cause"] == "raised"
    assert wrong["remedy"] == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    dy = (y - t) / len(X)\n    dz2 = dy * y * (1 - y)\n",
            "    dz2 = (y - t) * y * (1 - y) / len(X)\n",
        ),
        ("dz2", "delta_2"),
        ("dz2", "grad_z2"),
        (f"    db1 = {SUM}\n", "    db1 = np.zeros(2)\n    for row in dz1:\n        db1 = db1 + row\n"),
        ("    dz1 = da1 * (z1 > 0)\n", "    dz1 = da1\n    dz1 *= z1 > 0\n"),
        (
            f"    dW1 = {TRANSPOSE}\n    db1 = {SUM}\n",
            f"    dW1, db1 = {TRANSPOSE}, {SUM}\n",
        ),
    ],
)
def test_ones_own_way_of_writing_is_as_good(before: str, after: str) -> None:
    found = edges(NET.replace(before, after))
    assert found["ok"], found
    assert "wrong" not in states(found).values()


@pytest.mark.parametrize("copied", [".copy()", ""])
def test_a_mask_put_on_in_place_is_judged_by_what_it_leaves(copied: str) -> None:
    masked = f"dz1 = da1{copied}\n    dz1[z1 <= 0] = 0"
    assert edges(NET.replace("dz1 = da1 * (z1 > 0)", masked))["ok"]
    found = edges(NET.replace("dz1 = da1 * (z1 > 0)", masked.replace("<=", ">")))
    assert not found["ok"] and states(found) == all_right_but(dz1="wrong")


def test_two_gradients_on_one_line_and_one_of_them_wrong() -> None:
    both = f"dW1, db1 = {TRANSPOSE}, {SUM}"
    source = NET.replace(f"dW1 = {TRANSPOSE}\n    db1 = {SUM}", both)
    assert edges(source)["ok"]
    found = edges(source.replace(SUM, "dz1.sum()"))
    assert not found["ok"] and states(found) == all_right_but(db1="wrong")


def test_an_annotated_line_is_judged_as_any_other() -> None:
    source = NET.replace("dW1 = ", "dW1: np.ndarray = ")
    assert states(edges(source)) == all_right_but()
    assert states(edges(source.replace(TRANSPOSE, "X.T @ da1"))) == all_right_but(dW1="wrong")


def test_a_gradient_handed_back_under_another_name_is_found_at_the_end() -> None:
    found = edges(NET.replace('"b1": db1', '"b1": db2'))
    assert states(found) == all_right_but()
    assert not found["ok"]
    assert found["verdict"]["line"] == 24


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        (SLOPE, "dy * y * (1 - y", "SyntaxError", 17),
        ("a1 @ W2 + b2", "a1 @ W2 + bb", "NameError", 7),
        ("z1, a1, y = cache", "z1, a1, y = ___", "BS502", 15),
        ("def backward", "def back", "BS603", None),
    ],
)
def test_what_is_no_backward_pass_is_told_with_its_line(
    before: str, after: str, code: str, line: int | None
) -> None:
    answer = handle({"kind": "edges", "source": NET.replace(before, after)})
    assert not answer["ok"]
    assert (answer["error"]["code"], answer["error"]["line"]) == (code, line)


def test_the_same_without_numpy(tmp_path: Path) -> None:
    sources = [NET, NET.replace(SLOPE, "___"), NET.replace(SLOPE, "dy * (y > 0)")]
    sources += [NET.replace("dz2 @ W2.T", "dz2 @ W2")]
    answers = alone(tmp_path, *({"kind": "edges", "source": s} for s in sources))
    right, blank, wrong, raises = (a["value"] for a in answers)
    assert right["ok"]
    assert states(blank) == all_right_but(dz2="blank")
    assert edge(wrong, "dz2")["cause"] == "slope"
    assert edge(raises, "da1")["cause"] == "transpose"
