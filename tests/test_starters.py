"""The workbench's functions to begin with: their kernels say what the functions themselves do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backsight.browser import handle, running
from backsight.guide.starters import ORDER, Starter, answers, starters
from tests.javascript import Job, execute

EVERY = starters()


def test_there_are_twenty_and_each_says_what_it_is() -> None:
    assert len(EVERY) >= 20
    assert len({s.slug for s in EVERY}) == len(EVERY)
    assert {s.group for s in EVERY} == set(ORDER)
    for starter in EVERY:
        assert starter.title and 10 < len(starter.about) < 70, starter.slug
        assert "def " in starter.source and "=" in starter.example


@pytest.fixture(scope="module")
def kernels() -> dict[str, tuple[dict[str, Any], list[dict[str, np.ndarray[Any, Any]]]]]:
    """Each one's answer, and what its kernel computes: at the example, and a little beside it."""
    answered = {slug: found["workbench"] for slug, found in answers(EVERY, ["workbench"]).items()}
    jobs = [
        Job(found["module"], "live", {}, arrays)
        for found in answered.values()
        for arrays in (_arrays(found, 0.0), _arrays(found, 0.01))
    ]
    runs = iter(execute(jobs))
    return {slug: (found, [_numbers(next(runs)), _numbers(next(runs))]) for slug, found in answered.items()}


def _arrays(found: dict[str, Any], moved: float) -> dict[str, list[float]]:
    given = {a["name"]: [float(x) + moved for x in a["data"]] for a in found["arguments"]}
    return given | {a["name"]: [float(x) for x in a["data"]] for a in found["captured"]}


def _numbers(arrays: dict[str, list[float]]) -> dict[str, np.ndarray[Any, Any]]:
    return {name: np.array([float(x) for x in numbers]) for name, numbers in arrays.items()}


@pytest.mark.parametrize("starter", EVERY, ids=lambda s: s.slug)
@pytest.mark.parametrize("place", [0, 1], ids=["example", "beside"])
def test_its_kernel_has_the_value_and_the_slopes(starter: Starter, place: int, kernels: Any) -> None:
    """The value is the function's own; each slope that of differences of the function run by NumPy."""
    found, runs = kernels[starter.slug]
    arrays = runs[place]
    function, arguments = _function(starter, 0.01 * place)

    def at(where: Any) -> np.ndarray[Any, Any]:
        return np.array([where]) if isinstance(where, float | int) else arrays[where]

    value = at(found["values"][found["explanation"]["output"]])[0]
    assert value == pytest.approx(float(function(**arguments)), rel=1e-12, abs=1e-14)
    for name in found["explanation"]["wrt"]:
        slopes = at(found["adjoints"].get(name, 0.0))
        for index in range(np.size(arguments[name])):
            expected = _difference(function, arguments, name, index)
            slope = slopes[index % len(slopes)]
            assert slope == pytest.approx(expected, rel=2e-5, abs=2e-6), (starter.slug, name, index)


def _function(starter: Starter, moved: float) -> tuple[Any, dict[str, Any]]:
    namespace = running.run_source(starter.source)
    function = running.functions(starter.source, namespace)[-1]
    given = running.run_example(starter.example, namespace)
    return function, {name: np.asarray(x, dtype=float) + moved for name, x in given.items()}


def _difference(function: Any, arguments: dict[str, Any], name: str, index: int) -> float:
    def value(step: float) -> float:
        moved = np.array(arguments[name], dtype=float)
        moved.reshape(-1)[index] += step
        return float(function(**{**arguments, name: moved}))

    h = 1e-6
    return (value(h) - value(-h)) / (2 * h)


def test_a_request_may_have_other_numbers_than_the_example() -> None:
    """By leaf, in order: a list of arrays is two of them."""
    source = "def f(ws, x):\n    return ws[0] * x + ws[1] * x ** 2"
    request = {"kind": "workbench", "source": source, "example": "ws = [1.0, 2.0]\nx = 3.0"}
    first = handle(request)["value"]
    assert [a["name"] for a in first["arguments"]] == ["ws", "x"]
    there = handle({**request, "at": [[0.5, -1.0], 2.0]})["value"]
    assert there["explanation"]["value"] == 0.5 * 2 - 4
    short = handle({**request, "at": [1.0]})
    assert not short["ok"] and "2 inputs" in short["error"]["message"]


def test_numbers_that_json_lacks_are_taken_as_words() -> None:
    request = {"kind": "workbench", "source": "def f(x):\n    return x * 2", "example": "x = 1.0"}
    with np.errstate(invalid="ignore"):
        assert handle({**request, "at": ["Infinity"]})["value"]["explanation"]["value"] == "Infinity"
