"""What lesson 15 says in words about its models is true of them, and its data are what its script makes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from backsight.guide.markdown import Lesson, render_lesson

FOLDER = Path(__file__).resolve().parent.parent / "lessons/just-call-grad"


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return render_lesson(FOLDER)


def data(lesson: Lesson, name: str) -> list[float]:
    return list(lesson.data["stage"]["data"][name])


def spring(lesson: Lesson, **settings: float) -> dict[str, Any]:
    first = {"k": 2.0, "c": 0.1, "friction": 1.0, "kind": 0.0}
    return lesson.functions["spring"].run({**first, **settings, "seen": data(lesson, "seen")})


def counter(lesson: Lesson, s: float, guard: float = 0.0) -> dict[str, Any]:
    arguments = {"s": s, "guard": guard, "arrivals": data(lesson, "arrivals")}
    return lesson.functions["counter"].run(arguments)


def fifty(start: dict[str, float], rate: float, run: Any) -> dict[str, float]:
    """Where fifty steps downhill lead."""
    here = dict(start)
    for _ in range(50):
        values = run(**here)
        here = {name: value - rate * values[f"d{name}"] for name, value in here.items()}
    return here


def test_the_made_up_data_come_from_the_script(lesson: Lesson) -> None:
    spec = importlib.util.spec_from_file_location("data_of_lesson_15", FOLDER / "data.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert data(lesson, "seen") == script.spring()
    assert data(lesson, "arrivals") == script.bakery()


def test_the_spring_is_found_but_not_without_friction_nor_by_counting(lesson: Lesson) -> None:
    found = fifty({"k": 2.0, "c": 0.1}, 0.01, lambda **at: spring(lesson, **at))
    assert found["k"] == pytest.approx(3, abs=0.05)
    assert found["c"] == pytest.approx(0.25, abs=0.05)
    assert spring(lesson, **found)["score"] < 0.5
    assert spring(lesson, **found)["count"] <= 3
    without = fifty({"k": 2.0}, 0.01, lambda **at: spring(lesson, **at, friction=0.0))
    assert spring(lesson, **without, friction=0.0)["score"] == pytest.approx(10.9, abs=0.05)
    counted = spring(lesson, kind=2.0)
    assert (counted["score"], counted["dk"], counted["dc"]) == (17, 0, 0)


def test_the_bakery_is_cheapest_near_39_and_breaks_beyond_its_wall(lesson: Lesson) -> None:
    best = fifty({"s": 60.0}, 1.0, lambda s: counter(lesson, s))["s"]
    assert best == pytest.approx(39.5, abs=0.1)
    assert counter(lesson, best)["ds"] == pytest.approx(0, abs=0.05)
    beyond = 60 - 5 * counter(lesson, 60.0)["ds"]
    assert 20 < beyond < 29
    assert counter(lesson, beyond)["cost"] < counter(lesson, best)["cost"] / 2
    assert min(counter(lesson, beyond)["minutes"]) < 0
    held = fifty({"s": beyond}, 0.2, lambda s: counter(lesson, s, 1.0))["s"]
    assert held == pytest.approx(26, abs=0.1)
    assert counter(lesson, held, 1.0)["cost"] / counter(lesson, best)["cost"] == pytest.approx(14, abs=0.1)


def test_a_slope_per_minute_is_sixty_times_as_steep(lesson: Lesson) -> None:
    arguments = {"r": 1.0, "arrivals": data(lesson, "arrivals")}
    steep = lesson.functions["per_minute"].run(arguments)["dr"]
    assert steep == pytest.approx(60 * counter(lesson, 60.0)["ds"], rel=1e-12)


def test_the_bell_is_what_least_squares_finds(lesson: Lesson) -> None:
    seen, shares = data(lesson, "light"), data(lesson, "shares")
    assert seen == sorted(seen)
    assert shares == pytest.approx([(i + 0.5) / 20 for i in range(20)])
    z = np.array([NormalDist().inv_cdf(share) for share in shares])
    (m, d), *_ = np.linalg.lstsq(np.stack([np.ones(20), z], axis=1), np.array(seen), rcond=None)
    found = lesson.functions["light"].run({"m": float(m), "d": float(d), "shares": shares, "seen": seen})
    assert (found["dm"], found["dd"]) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9))
    assert found["score"] < 900
    assert round(float(m)) == 909


def test_the_quantiles_slope_is_one_over_the_bells_height(lesson: Lesson) -> None:
    for p in (0.01, 0.5, 0.9, 0.99):
        z = lesson.functions["ppf"].run({"p": p})
        height = NormalDist().pdf(NormalDist().inv_cdf(p))
        assert z["dp"] == pytest.approx(1 / height, rel=1e-9)
        assert lesson.functions["share"].run({"z": z["z"]})["dz"] == pytest.approx(height, rel=1e-9)
