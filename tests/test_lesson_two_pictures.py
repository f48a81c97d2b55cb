"""What lesson 10 says in words about its nets and its distances is true of them, by plain NumPy as well."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backsight.guide.demos import demos
from backsight.guide.markdown import Lesson, render_lesson

FOLDER = Path(__file__).resolve().parent.parent / "lessons/two-pictures"
MADE = json.loads((FOLDER / "made.json").read_text("utf-8"))
POINTS = {"x1": MADE["data"]["x1s"], "x2": MADE["data"]["x2s"], "ring": MADE["data"]["ring"]}
TRAINED = ["seed1", "seed2", "seed3", "seed4", "seed5"]


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return render_lesson(FOLDER)


def folds(inputs: dict[str, float]) -> np.ndarray:
    """Columns are units."""
    return np.array([[inputs[f"w{i}{j}"] for j in (1, 2, 3)] for i in (1, 2)])


def right(inputs: dict[str, float]) -> int:
    """Points on their own side, without backsight."""
    X = np.stack([POINTS["x1"], POINTS["x2"]], axis=1)
    b, v = ([inputs[f"{letter}{j}"] for j in (1, 2, 3)] for letter in "bv")
    out = np.maximum(X @ folds(inputs) + b, 0) @ v + inputs["c"]
    return int(np.sum((out > 0) == (np.array(POINTS["ring"]) == 1)))


@pytest.mark.parametrize("name", MADE["inputs"])
def test_both_ways_of_counting_agree_with_numpy(lesson: Lesson, name: str) -> None:
    inputs, weights = MADE["inputs"][name], MADE["data"][name]
    counted = lesson.functions["hits"].run({**POINTS, **inputs, "act": 0.0})["count"]
    listed = lesson.functions["hits_of"].run({**POINTS, "weights": weights})["count"]
    assert counted == listed == right(inputs)


def test_only_the_star_separates_the_rings() -> None:
    counts = {name: right(MADE["inputs"][name]) for name in ("parallel", "fan", "star")}
    assert counts["star"] == 200
    assert max(counts["parallel"], counts["fan"]) < 200


def test_of_five_starts_one_is_stuck_and_its_lines_run_side_by_side() -> None:
    assert [name for name in TRAINED if right(MADE["inputs"][name]) < 200] == ["seed3"]
    lines = folds(MADE["inputs"]["seed3"])
    lines /= np.linalg.norm(lines, axis=0)
    assert np.abs(lines.T @ lines).min() > 0.99


@pytest.mark.parametrize("act", [0.0, 1.0])
def test_no_net_of_two_neurons_rises_along_its_way_out(lesson: Lesson, act: float) -> None:
    random = np.random.default_rng(10)
    names = ["w11", "w21", "b1", "w12", "w22", "b2", "v1", "v2", "c"]
    for _ in range(300):
        net = dict(zip(names, random.normal(size=9) * 3, strict=True))
        outs = [
            lesson.functions["escape"].run({**net, "act": act, "far": far})["out"] for far in (0, 2.2, 4.4)
        ]
        assert np.all(np.diff(outs) <= 1e-9)


def test_distances_level_out(lesson: Lesson) -> None:
    cloud, order = MADE["data"]["cloud"], MADE["data"]["order"]
    points = np.reshape(cloud, (24, 100))
    shares = []
    for dim in (2, 10, 100):
        gaps = np.linalg.norm(points[:, None, :dim] - points[None, :, :dim], axis=2)
        share = np.sort(gaps, axis=1)[:, 1] / gaps.max(axis=1)
        found = lesson.functions["neighbours"].run({"cloud": cloud, "order": order, "dim": float(dim)})
        assert found["ratio"] == pytest.approx(share.mean(), abs=1e-6)
        shares.append(share.mean())
    assert shares[0] < 0.2 < shares[1] < shares[2]
    assert shares[2] > 0.7


def test_the_trained_weights_come_from_the_script() -> None:
    spec = importlib.util.spec_from_file_location("make_of_lesson_10", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    script: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    X, T = script.rings()
    assert X[:, 0].tolist() == POINTS["x1"]
    trained = script.named(script.train(script.start(3, 3), X, T))
    assert trained == MADE["inputs"]["seed3"]


def test_the_figure_by_itself_begins_with_a_net_that_is_right(lesson: Lesson) -> None:
    scene = demos([lesson])["fold"]["scene"]
    assert right(scene["set"]) == 200
    assert set(scene) == {"set", "options"}
