"""A function as a landscape: its kernels, run by Node, against JAX, differences and NumPy's eigenvectors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from backsight import browser
from backsight.browser.landscape import RING, bends, direction, model
from tests.javascript import Job, execute
from tests.two_hundred import FUNCTIONS

jax.config.update("jax_enable_x64", True)

Numbers = Mapping[str, Sequence[float]]


class Written:
    """What Python answers about a source, and its kernels to run."""

    def __init__(self, source: str, example: str, **more: Any) -> None:
        request = {"kind": "landscape", "source": source, "example": example, **more}
        answer = browser.handle(request)
        assert answer["ok"], answer["error"]
        self.value = answer["value"]

    def job(self, kernel: str, arrays: Numbers) -> Job:
        return Job(self.value["module"], kernel, {}, arrays)

    def read(self, kernel: str, found: Mapping[str, list[float]]) -> dict[str, Any]:
        about = self.value["kernels"][kernel]
        places = {**about["outputs"], **{f"moved {k}": p for k, p in about["moved"].items()}}
        numbers = {k: found[p] if isinstance(p, str) else [p] for k, p in places.items()}
        same = all((found[g["name"]][0] != 0) == g["expected"] for g in about["guards"])
        return {**numbers, "same": same}

    def run(self, kernel: str, arrays: Numbers) -> dict[str, Any]:
        return self.read(kernel, execute([self.job(kernel, arrays)])[0])


def at(arguments: Numbers, along: Numbers, across: Numbers, s: float, t: float) -> dict[str, Sequence[float]]:
    """All inputs of the kernels of phi, where no name of the source is one of ours."""
    ways = {
        f"{name}_{way}": d for way, ds in (("along", along), ("across", across)) for name, d in ds.items()
    }
    return {**arguments, **ways, "s": [s], "t": [t]}


NET = """
import numpy as np

def cost(W, b, x):
    h = np.tanh(W @ x + b)
    return np.sum(h**2) + np.exp(-b[0]) * h[1]
"""
W, b, x = [[0.5, -1.0], [0.3, 2.0]], [0.1, -0.4], [1.5, -0.5]
ALONG = {"W": [0.3, -0.1, 0.7, 0.2], "b": [0.0, 1.0], "x": [0.5, 0.0]}
ACROSS = {"W": [-0.4, 0.9, 0.1, 0.1], "b": [1.0, 0.0], "x": [0.0, -1.0]}


def phi(place: Any) -> Any:
    """The same in JAX."""
    shapes = {"W": (2, 2), "b": (2,), "x": (2,)}
    ways = [{k: jnp.array(way[k]).reshape(shapes[k]) for k in shapes} for way in (ALONG, ACROSS)]
    moved = {
        k: jnp.array({"W": W, "b": b, "x": x}[k]) + place[0] * ways[0][k] + place[1] * ways[1][k]
        for k in shapes
    }
    h = jnp.tanh(moved["W"] @ moved["x"] + moved["b"])
    return jnp.sum(h**2) + jnp.exp(-moved["b"][0]) * h[1]


@pytest.fixture(scope="module")
def net() -> Written:
    return Written(NET, f"W = {W}\nb = {b}\nx = {x}")


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.7, -1.3), (-20.0, 3.0)])
def test_value_slopes_and_bends_agree_with_jax(net: Written, place: tuple[float, float]) -> None:
    arguments = {"W": np.ravel(W).tolist(), "b": b, "x": x}
    given = at(arguments, ALONG, ACROSS, *place)
    found = [net.job(k, given) for k in ("along", "curvature")]
    found.append(net.job("descent", {**given, "rate": [0.05]}))
    along, curvature, descent = (
        net.read(k, arrays)
        for k, arrays in zip(("along", "curvature", "descent"), execute(found), strict=True)
    )
    p = jnp.array(place)
    value, slopes, hessian = phi(p), jax.grad(phi)(p), jax.hessian(phi)(p)
    assert (
        along["value"] == curvature["value"] == descent["value"] == pytest.approx([float(value)], rel=1e-12)
    )
    assert [*curvature["slope_s"], *curvature["slope_t"]] == pytest.approx(slopes.tolist(), rel=1e-10)
    second = [curvature[k][0] for k in ("ss", "st", "tt")]
    assert second == pytest.approx(hessian.ravel()[jnp.array([0, 1, 3])].tolist(), rel=1e-10, abs=1e-13)
    assert [*descent["s_next"], *descent["t_next"]] == pytest.approx((p - 0.05 * slopes).tolist(), rel=1e-12)
    moved = np.array(x) + place[0] * np.array(ALONG["x"]) + place[1] * np.array(ACROSS["x"])
    assert along["moved x"] == pytest.approx(moved.tolist())


def test_a_step_in_everything_is_the_gradient_step(net: Written) -> None:
    arguments = {"W": np.ravel(W).tolist(), "b": b, "x": x}
    found = net.run("everything", {**arguments, "rate": [0.1]})
    slopes = jax.grad(lambda b: _cost(jnp.array(W), b, jnp.array(x)))(jnp.array(b))
    assert found["slope b"] == pytest.approx(slopes.tolist(), rel=1e-12)
    assert found["moved b"] == pytest.approx((jnp.array(b) - 0.1 * slopes).tolist(), rel=1e-12)


def _cost(W: Any, b: Any, x: Any) -> Any:
    h = jnp.tanh(W @ x + b)
    return jnp.sum(h**2) + jnp.exp(-b[0]) * h[1]


def test_names_of_the_source_and_ours_keep_apart() -> None:
    source = "def f(s, value, rate):\n    t = s * value\n    return t * t + rate * s"
    written = Written(source, "s = 2.0\nvalue = 3.0\nrate = 0.5")
    names = [n for m in written.value["moving"] for n in (m["along"], m["across"])]
    given = {"s": [2.0], "value": [3.0], "rate": [0.5], **{n: [0.0] for n in names}}
    given[written.value["moving"][0]["along"]] = [1.0]
    s, t = written.value["at"]
    assert "s" not in (s, t)
    given |= {s: [0.5], t: [0.0], written.value["kernels"]["descent"]["rate"]: [0.1]}
    found = written.run("descent", given)
    assert found["value"] == [57.5]  # (2.5 · 3)² + 0.5 · 2.5
    assert found["slope_s"] == [pytest.approx(45.5)]
    assert found["s_next"] == [pytest.approx(0.5 - 4.55)]


@pytest.mark.parametrize(
    ("source", "example", "slopes", "second"),
    [
        ("def f(x):\n    return x", "x = 1.0", 1.0, 0.0),
        ("def f(x):\n    return 3.0 + 0 * x", "x = 1.0", 0.0, 0.0),
        ("def f(x):\n    return x**3", "x = 2.0", 12.0, 12.0),
        ("import numpy as np\ndef f(x):\n    return np.sum(np.abs(x))", "x = [2.0]", 1.0, 0.0),
        ("import numpy as np\nk = np.ones(2)\ndef f(x):\n    return np.sum(k) * x", "x = 2.0", 2.0, 0.0),
    ],
)
def test_the_simplest_functions(source: str, example: str, slopes: float, second: float) -> None:
    written = Written(source, example)
    x = [float(example.strip("x =[]"))]
    given = at({"x": x}, {"x": [1.0]}, {"x": [0.0]}, 0.0, 0.0)
    found = written.run("curvature", {**given, **({"k": [1.0, 1.0]} if "k =" in source else {})})
    assert (found["slope_s"], found["slope_t"]) == ([slopes], [0.0])
    assert (found["ss"], found["st"], found["tt"]) == ([second], [0.0], [0.0])


def test_a_direction_that_does_not_matter_is_level() -> None:
    written = Written("def f(x, c):\n    return c**2", "x = 1.0\nc = 3.0")
    given = at({"x": [1.0], "c": [3.0]}, {"x": [1.0], "c": [0.0]}, {"x": [0.0], "c": [1.0]}, 5.0, 0.0)
    found = written.run("curvature", given)
    assert [found[k][0] for k in ("value", "slope_s", "slope_t", "ss", "st", "tt")] == [9, 0, 6, 0, 0, 2]


def test_decisions_say_where_they_no_longer_hold() -> None:
    written = Written("def f(x):\n    return x if x > 0 else -x * 3", "x = 2.0")
    for s, same in ((0.0, True), (-1.9, True), (-2.0, False), (-5.0, False)):
        found = written.run("along", at({"x": [2.0]}, {"x": [1.0]}, {"x": [0.0]}, s, 0.0))
        assert found["same"] is same
        assert found["value"] == [pytest.approx(2.0 + s)]


def test_numbers_that_are_none() -> None:
    written = Written("import numpy as np\ndef f(x):\n    return np.log(x)", "x = 1.0")
    for s, value in ((-1.0, -math.inf), (math.inf, math.inf)):
        found = written.run("along", at({"x": [1.0]}, {"x": [1.0]}, {"x": [0.0]}, s, 0.0))
        assert found["value"] == [value]
    assert math.isnan(
        written.run("along", at({"x": [1.0]}, {"x": [1.0]}, {"x": [0.0]}, -2.0, 0.0))["value"][0]
    )


def test_whole_numbers_and_chosen_arguments_stay() -> None:
    written = Written("def f(x, n):\n    return x**n", "x = 2.0\nn = 3.0", wrt=["x"])
    assert [m["name"] for m in written.value["moving"]] == ["x"]
    found = written.run("along", at({"x": [2.0], "n": [3.0]}, {"x": [1.0]}, {"x": [0.0]}, 1.0, 0.0))
    assert found["value"] == [27.0]


def test_two_values_are_refused_in_words() -> None:
    answer = browser.handle(
        {"kind": "landscape", "source": "def f(x):\n    return x, x", "example": "x = 1.0"}
    )
    assert not answer["ok"]
    assert answer["error"]["code"] == "BS301" and answer["error"]["remedy"]


# The geometry of a quadratic --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hessian", [(2.0, 0.5, 1.0), (1.0, 0.0, 4.0), (3.0, -1.2, 3.0), (0.2, 0.0, 0.2), (-1.0, 0.3, -3.0)]
)
def test_the_ellipse_is_where_the_model_is_as_high_as_here(hessian: tuple[float, float, float]) -> None:
    ss, st, tt = hessian
    matrix, slope, here = np.array([[ss, st], [st, tt]]), np.array([0.7, -0.3]), np.array([1.0, 2.0])
    share = np.arange(RING) / RING
    steep, gentle, axis_s, axis_t, low_s, low_t, ring_s, ring_t = bends(*here, *slope, *hessian, 0.0, share)
    assert [gentle, steep] == pytest.approx(np.linalg.eigvalsh(matrix).tolist(), abs=1e-14)
    axis = np.array([axis_s, axis_t])
    assert matrix @ axis == pytest.approx(steep * axis)
    assert np.array([low_s, low_t]) == pytest.approx(here - np.linalg.solve(matrix, slope))
    _, heights = model(10.0, *slope, *hessian, *here, ring_s, ring_t)
    assert heights == pytest.approx(np.full(RING, 10.0))
    assert len(set(np.round(ring_s, 9))) > RING // 3, "it goes all the way round"


def test_at_the_lowest_point_the_ellipse_is_still_to_be_seen() -> None:
    share = np.arange(4) / 4
    *_, ring_s, ring_t = bends(0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 2.0, 0.25, share)
    assert np.hypot(ring_s, ring_t) == pytest.approx(np.full(4, 0.5))


@pytest.mark.parametrize("hessian", [(1.0, 0.0, -1.0), (0.0, 2.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 0.0)])
def test_where_there_is_neither_bowl_nor_dome_there_is_no_ellipse(
    hessian: tuple[float, float, float],
) -> None:
    with np.errstate(all="ignore"):
        *_, ring_s, _ = bends(0.0, 0.0, 1.0, 0.5, *map(np.float64, hessian), 0.0, np.arange(8) / 8)
    assert np.isnan(ring_s).all()


def test_tangent_and_model_are_taylors() -> None:
    tangent, quadratic = model(2.0, 3.0, -1.0, 4.0, 0.5, -2.0, 1.0, 1.0, 1.5, 0.0)
    assert tangent == pytest.approx(2 + 1.5 + 1)
    assert quadratic == pytest.approx(4.5 + (4 * 0.25 + 2 * 0.5 * 0.5 * -1 - 2) / 2)


def test_directions_are_units_at_right_angles() -> None:
    first = np.array([0.6, 0.8, 0.0])
    unit, length = direction(np.array([3.0, 1.0, 2.0]), first)
    assert (unit @ unit, unit @ first) == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-15))
    assert length > 0
    alone, reach = direction(np.array([3.0, 0.0, 4.0]), np.zeros(3))
    assert (alone.tolist(), reach) == ([0.6, 0.0, 0.8], 5.0)
    nothing, none = direction(np.zeros(3), first)
    assert none == 0 and not nothing.any()


def test_chance_prefers_no_direction() -> None:
    written = Written("def f(x, y, z):\n    return x * y * z", "x = 1.0\ny = 1.0\nz = 1.0")
    draws = written.run("chance", {"u": [0.5, 0.975, 0.025]})["raw"]
    assert draws == pytest.approx([0.0, 1.959963985, -1.959963985])


# Functions as people write them -----------------------------------------------------------------------------

EVERY = 9
"""Of the two hundred functions, one in so many."""


def test_along_a_random_direction_slopes_and_bends_agree_with_differences() -> None:
    chance, step = np.random.default_rng(7), 1e-4
    jobs, read = [], []
    for function in FUNCTIONS[::EVERY]:
        bench = browser.handle(function.request("workbench"))
        if not bench["ok"]:  # that it is refused is no matter of the landscape's
            continue
        written = Written(function.source, function.example, wrt=function.wrt)
        given = {
            x["name"]: [float(number) for number in x["data"]]
            for x in (*bench["value"]["arguments"], *bench["value"]["captured"])
        }
        for m in written.value["moving"]:
            size = math.prod(m["shape"])
            given |= {m["along"]: chance.normal(size=size).tolist(), m["across"]: [0.0] * size}
        s, t = written.value["at"]
        jobs += [written.job("along", {**given, s: [x], t: [0.0]}) for x in (-step, 0.0, step)]
        jobs.append(written.job("curvature", {**given, s: [0.0], t: [0.0]}))
        read.append((function.name, written))
    found = execute(jobs)
    assert len(read) > 12
    for number, (name, written) in enumerate(read):
        *values, last = found[4 * number : 4 * number + 4]
        before, value, after = (written.read("along", x)["value"][0] for x in values)
        here = written.read("curvature", last)
        slope, bend = here["slope_s"][0], here["ss"][0]
        close = 1e-4 * (1 + abs(slope) + abs(bend))
        assert slope == pytest.approx((after - before) / (2 * step), abs=close), name
        second = (after - 2 * value + before) / step**2
        assert bend == pytest.approx(second, abs=2e-2 * (1 + abs(bend) + abs(value))), name
