"""What lesson 8, part two, says of its fruit net is so: the claims of its prose, by its own functions."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from backsight.guide.markdown import render_lesson
from backsight.guide.model import load_functions

FOLDER = Path(__file__).resolve().parent.parent / "lessons/fruit-net"
FUNCTIONS = load_functions(FOLDER)
SIGMOID, RELU, STRAIGHT = 0.0, 1.0, 2.0
Place = dict[str, object]


def start(kind: float = SIGMOID) -> Place:
    return {**FUNCTIONS["epoch"].example, "kind": kind}


def trained(kind: float, rate: float, epochs: int) -> Place:
    place = {**start(kind), "rate": rate}
    for _ in range(epochs):
        values = FUNCTIONS["epoch"].run(place)
        place |= {name: values[f"new_{name}"] for name in FUNCTIONS["net"].wrt}
    return place


def read(function: str, place: Place, name: str) -> float:
    entry = FUNCTIONS[function]
    found = entry.names()[name]
    if not isinstance(found, str):
        return found
    return float(entry.run({key: place[key] for key in entry.example})[found])


def cost(place: Place) -> float:
    return read("bowl", place, "cost")


def right(place: Place) -> int:
    return int(read("hits", place, "count"))


def test_no_straight_line_gets_more_than_nine_of_the_twelve() -> None:
    x1, x2, t = (np.asarray(start()[name]) for name in ("x1", "x2", "t"))
    best = 0
    for angle in np.linspace(0, 2 * np.pi, 2000):
        along = x1 * np.cos(angle) + x2 * np.sin(angle)
        for edge in [*(along - 1e-9), np.inf]:
            best = max(best, int(np.sum((along > edge) == (t == 1))))
    assert best == 9


def test_the_learning_rates_do_what_the_prediction_says() -> None:
    small, good, large = (trained(SIGMOID, rate, 200) for rate in (0.1, 10.0, 150.0))
    assert cost(start()) == pytest.approx(0.237, abs=5e-4)
    assert cost(small) == pytest.approx(0.227, abs=5e-4)
    assert right(small) < 12
    assert right(good) == 12
    assert right(large) == 8
    # All fruit are plums, with full confidence: four of twelve cost one, and no slope is left to leave it.
    assert cost(large) == pytest.approx(1 / 3, abs=1e-3)
    slopes = [read("bowl", large, f"d{name}") for name in FUNCTIONS["net"].wrt]
    assert max(map(abs, slopes)) < 1e-3


def test_a_bend_is_what_the_second_layer_is_for() -> None:
    for rate in (1.0, 5.0, 10.0):
        assert right(trained(STRAIGHT, rate, 200)) <= 9
        assert right(trained(RELU, rate, 200)) == 12
    assert right(trained(SIGMOID, 10.0, 200)) == 12


def test_two_layers_without_a_bend_are_the_merged_one() -> None:
    place = {**trained(STRAIGHT, 5.0, 50), "x1": 0.8, "x2": 0.1, "t": 1.0}
    assert read("straight", place, "z") == pytest.approx(read("net", place, "z2_1"), rel=1e-12)


def test_backward_passes_move_nothing_and_a_step_does() -> None:
    before = cost(start())
    read("bowl", start(), "dw1_11")
    assert cost(start()) == before
    after = {rate: read("epoch", {**start(), "rate": rate}, "after") for rate in (1.0, 10.0)}
    assert after[10.0] < after[1.0] < before


def test_the_paths_of_hidden_neuron_2_disagree_and_their_sum_is_the_slope() -> None:
    place = FUNCTIONS["net"].example
    shares = [read("net", place, f"dz2_{j}") * float(place[f"w2_{j}2"]) for j in (1, 2)]
    assert shares[0] < 0 < shares[1]
    assert sum(shares) == pytest.approx(read("net", place, "da1_2"), rel=1e-12)
    assert read("nudged", {**place, "h": 1e-6}, "rate") == pytest.approx(
        read("net", place, "dw1_21"), rel=1e-4
    )


def test_two_trained_nets_disagree_on_the_fruit_that_nobody_labelled() -> None:
    says = {}
    for kind in (SIGMOID, RELU):
        net = trained(kind, 10.0, 200)
        assert right(net) == 12
        guest = {**net, "x1": 0.15, "x2": -0.3, "t": 1.0}
        says[kind] = read("net", guest, "a2_1") > read("net", guest, "a2_2")
    assert says == {SIGMOID: False, RELU: True}


def test_the_code_has_the_weights_the_lesson_begins_with() -> None:
    lesson = render_lesson(FOLDER)
    inputs = lesson.data["stage"]["inputs"]
    code = next(b["code"] for step in lesson.data["steps"] for b in step["blocks"] if b["kind"] == "code")
    written = [float(x) for x in re.findall(r"-?\d+\.\d+", "".join(re.findall(r"^[Wb]\d = .*$", code, re.M)))]
    names = FUNCTIONS["net"].wrt
    assert written == [inputs[name]["value"] for name in names]
    assert written == [FUNCTIONS["net"].example[name] for name in names]


def test_the_stage_shows_the_bowl_that_the_functions_were_traced_with() -> None:
    data = render_lesson(FOLDER).data["stage"]["data"]
    for shown, traced in (("sour", "x1"), ("colour", "x2"), ("lemon", "t")):
        assert data[shown] == np.asarray(start()[traced]).tolist()
