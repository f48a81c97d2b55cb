"""The bank of exercises: every slope against JAX, every step of a pass by what it computes."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from backsight.guide.exercises import FAMILIES, Structure, structures, write_exercises
from backsight.ir.evaluate import evaluate_all
from backsight.models.random import Random

STEEP = ("chain", "reuse", "graph", "relu")
"""Families whose slope is that of their last line."""
TEX = {r"\sin": "jnp.sin", r"\cos": "jnp.cos", r"\tanh": "jnp.tanh", r"\ln": "jnp.log"}


def numbers_of(structure: Structure, seed: int) -> dict[str, float]:
    """Coefficients and a place, as the browser might draw them."""
    random = Random(seed, 7)
    drawn = {n: float(low + random.below(high - low + 1)) for n, (low, high) in structure.ranges.items()}
    if name := next((n for n in ("x", "y") if n in structure.details), None):
        low, high = structure.details[name]
        drawn[name] = low + (high - low) * random.uniform()
    return drawn


def off_corners(numbers: Mapping[str, float]) -> dict[str, float]:
    """No sum of these is exactly zero, as sums of whole numbers often are."""
    return {name: value + 0.01 * i for i, (name, value) in enumerate(numbers.items(), 1)}


def computed(structure: Structure, numbers: Mapping[str, float]) -> dict[str, float]:
    found = evaluate_all(structure.program, [numbers[v.name] for v in structure.program.inputs])
    return {k: float(found[v].data[0]) if isinstance(v, str) else v for k, v in structure.values.items()}


def in_jax(structure: Structure) -> Any:
    """The structure's lines as a function for JAX: read back from the TeX that people see."""
    lines = structure.details["lines"]

    def run(numbers: Mapping[str, Any]) -> dict[str, Any]:
        known = dict(numbers)
        for line in lines:
            known[line["name"]] = eval(python_of(line["tex"]), {"jnp": jnp}, known)
        return known

    return run


def python_of(tex: str) -> str:
    """Python of the small TeX that the engine writes for these lines."""
    text = tex.replace(r"\left", "").replace(r"\right", "").replace(r"\,", " ").replace(r"\cdot", " ")
    text = text.replace(r"\operatorname{ReLU}(", "jnp.maximum(0.0, ")
    text = re.sub(r"k_\{(\d+)\}", r"k\1", text)
    for _ in range(4):  # from the inside out
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
        text = re.sub(r"\\sqrt\{([^{}]*)\}", r"jnp.sqrt(\1)", text)
        text = re.sub(r"\be\^\{([^{}]*)\}", r"jnp.exp(\1)", text)
        text = re.sub(r"\^\{([^{}]*)\}", r"**(\1)", text)
        text = re.sub(r"\\(sin|cos|tanh)\*\*\(2\)\s*\(([^()]*)\)", r"(\\\1(\2))**2", text)
    for name, python in TEX.items():
        text = re.sub(re.escape(name) + r"\s*([a-z]\d?)\b", python + r"(\1)", text)
        text = re.sub(re.escape(name) + r"\s*\(", python + "(", text)
    # What stands side by side is multiplied.
    text = re.sub(r"(?<=[\w)])\s+(?=[\w(])", " * ", text)
    return re.sub(r"(?<=\))(?=\()", " * ", text)


ALL = [s for family in FAMILIES for s in structures(family)]


@pytest.mark.parametrize("family", STEEP)
def test_the_slope_is_that_of_jax(family: str) -> None:
    with jax.enable_x64(True):
        for structure, seed in itertools.product(structures(family), range(3)):
            by, *_ = structure.details.get("sources", "x")
            end = "C" if "sources" in structure.details else structure.details["lines"][-1]["name"]
            numbers = numbers_of(structure, seed)
            if family == "relu":  # away from corners, where a slope is a choice
                numbers = off_corners(numbers)
            run = in_jax(structure)
            found = computed(structure, numbers)
            value, slope = jax.value_and_grad(lambda at: run({**numbers, by: at})[end])(numbers[by])  # noqa: B023
            assert found["slope"] == pytest.approx(float(slope), rel=1e-9, abs=1e-9), structure.id
            assert found[end] == pytest.approx(float(value), rel=1e-12), structure.id


def test_what_undoes_a_function_has_the_slope_of_a_search() -> None:
    """y is found from x by halving; its difference quotient is the slope, whatever the inverse rule says."""
    for structure in structures("inverse"):
        numbers = numbers_of(structure, 3)
        found = computed(structure, numbers)
        forward, *further = (python_of(line["tex"]) for line in structure.details["lines"])

        def after(x: float, forward: str = forward, further: Any = further, numbers: Any = numbers) -> float:
            low, high = 1e-9, 50.0
            for _ in range(90):
                y = (low + high) / 2
                below = float(eval(forward, {"jnp": np}, {**numbers, "y": y})) < x
                low, high = (y, high) if below else (low, y)
            return float(eval(further[0], {"jnp": np}, {**numbers, "y": low})) if further else low

        h = 1e-5 * max(1.0, abs(found["x"]))
        quotient = (after(found["x"] + h) - after(found["x"] - h)) / (2 * h)
        assert found["slope"] == pytest.approx(quotient, rel=1e-4, abs=1e-7), structure.id


def test_where_a_unit_sleeps_its_paths_bring_nothing() -> None:
    """And the mistake of not looking differs from the truth just if something could have come that way."""
    caught = 0
    for structure, seed in itertools.product(structures("relu"), range(6)):
        found = computed(structure, off_corners(numbers_of(structure, seed)))
        sleeping = {n[len("sum_") :] for n in found if n.startswith("sum_") and found[n] < 0}
        start, *_ = structure.details["sources"]
        for i, path in enumerate(structure.details["paths"][start]):
            if sleeping & set(path):
                assert found[f"path_{i}"] == 0.0
        if not sleeping:
            assert found["all_awake"] == pytest.approx(found["slope"])
        caught += found["all_awake"] != found["slope"]
    assert caught > 60


def test_what_a_graph_shows_is_that_of_jax() -> None:
    """Values, what arrives at every node, local slopes, shares, and what each path brings."""
    with jax.enable_x64(True):
        for structure in structures("graph"):
            numbers = numbers_of(structure, 1)
            found, run = computed(structure, numbers), in_jax(structure)
            values = run(numbers)
            lines = {line["name"]: python_of(line["tex"]) for line in structure.details["lines"]}

            def with_held(
                name: str, at: Any, run: Any = run, numbers: Any = numbers, lines: Any = lines
            ) -> Any:
                known = {**numbers, name: at}
                for line, text in lines.items():
                    if line != name:
                        known[line] = eval(text, {"jnp": jnp}, known)
                return known["C"]

            for node in structure.details["nodes"]:
                name = node["name"]
                assert found[name] == pytest.approx(float(values[name])), (structure.id, name)
                if f"d{name}" in found and name != "C":
                    arrived = jax.grad(lambda at, name=name: with_held(name, at))(float(values[name]))
                    assert found[f"d{name}"] == pytest.approx(float(arrived), abs=1e-9), (structure.id, name)
            for source, target in structure.details["edges"]:
                own = {n: float(v) for n, v in values.items()}
                slope = jax.grad(
                    lambda at, s=source, t=target, own=own: eval(lines[t], {"jnp": jnp}, {**own, s: at})  # noqa: B023
                )(own[source])
                assert found[f"slope_{target}_{source}"] == pytest.approx(float(slope), abs=1e-9)
                if f"share_{target}_{source}" in found:
                    share = found[f"d{target}"] * float(slope)
                    assert found[f"share_{target}_{source}"] == pytest.approx(share, abs=1e-9)
            brought = [
                np.prod([found[f"slope_{b}_{a}"] for a, b in itertools.pairwise(path)])
                for path in structure.details["paths"]["w"]
            ]
            assert [found[f"path_{i}"] for i in range(len(brought))] == pytest.approx(brought)
            assert sum(brought) == pytest.approx(found["slope"])


def test_an_edge_carries_where_a_cut_is_felt() -> None:
    """Cut an edge (its end reads the old value), nudge a node: C moves otherwise just if the edge carries."""
    for structure in structures("graph"):
        lines = {line["name"]: python_of(line["tex"]) for line in structure.details["lines"]}
        edges = [tuple(edge) for edge in structure.details["edges"]]
        for node in structure.details["nodes"]:
            name = node["name"]
            felt: set[int] = set()
            for seed in range(4):
                numbers = numbers_of(structure, seed) | {"x": 1.7, "b": 2.3}
                old = _run(lines, numbers, {}, None, {})
                moved = {name: old[name] + 0.37}
                whole = _run(lines, numbers, moved, None, old)["C"]
                felt |= {
                    i
                    for i, edge in enumerate(edges)
                    if abs(_run(lines, numbers, moved, edge, old)["C"] - whole) > 1e-9
                }
            assert sorted(felt) == structure.details["carrying"][name], (structure.id, name)


def _run(
    lines: Mapping[str, str],
    numbers: Mapping[str, float],
    held: Mapping[str, float],
    cut: tuple[str, str] | None,
    old: Mapping[str, float],
) -> dict[str, float]:
    known = {**numbers, **held}
    for name, text in lines.items():
        if name not in held:
            seen = {**known, cut[0]: old[cut[0]]} if cut and cut[1] == name else known
            known[name] = eval(text, {}, seen)
    return known


def test_steps_in_any_allowed_order_are_the_backward_pass() -> None:
    """Run as written, each step once: dw is the slope; with a step before what it needs, it is not."""
    caught = tried = 0
    for structure in structures("graph"):
        numbers = numbers_of(structure, 2)
        found = computed(structure, numbers)
        steps = structure.details["steps"]
        random = Random(5, 5)
        for _ in range(3):
            order = _any_order(steps, random)
            assert _pass(steps, order, found) == pytest.approx(found["slope"]), structure.id
        for last, needed in [(i, n) for i, step in enumerate(steps) for n in step["needs"]]:
            if not found[f"share_{steps[needed]['to']}_{steps[needed]['from']}"]:
                continue
            order = [i for i in _any_order(steps, random) if i != last]
            order.insert(order.index(needed), last)
            tried += 1
            got = _pass_all(steps, order, found)
            caught += got != pytest.approx({k: found[k] for k in got})
    assert tried > 400
    assert caught > 0.95 * tried


def _any_order(steps: list[dict[str, Any]], random: Random) -> list[int]:
    order: list[int] = []
    while len(order) < len(steps):
        ready = [i for i, s in enumerate(steps) if i not in order and set(s["needs"]) <= set(order)]
        order.append(ready[random.below(len(ready))])
    return order


def _pass_all(steps: list[dict[str, Any]], order: list[int], found: Mapping[str, float]) -> dict[str, float]:
    arrived = {f"d{s['from']}": 0.0 for s in steps} | {"dC": 1.0}
    for i in order:
        a, b = steps[i]["from"], steps[i]["to"]
        arrived[f"d{a}"] += arrived[f"d{b}"] * found[f"slope_{b}_{a}"]
    return arrived


def _pass(steps: list[dict[str, Any]], order: list[int], found: Mapping[str, float]) -> float:
    return _pass_all(steps, order, found)["dw"]


def test_levels_ids_and_names_are_whole() -> None:
    assert len({s.id for s in ALL}) == len(ALL) > 300
    for structure in ALL:
        assert structure.level in (1, 2, 3)
        assert set(structure.wrong) <= set(structure.values)
        assert json.dumps(structure.json())


def test_no_line_of_a_picture_runs_over_a_node() -> None:
    for structure in [*structures("graph"), *structures("relu")]:
        at = {n["name"]: np.array(n["at"]) * (262, 190) for n in structure.details["nodes"]}
        for (a, b), other in itertools.product(structure.details["edges"], at):
            if other not in (a, b):
                t = np.clip(np.dot(at[other] - at[a], at[b] - at[a]) / np.sum((at[b] - at[a]) ** 2), 0, 1)
                assert np.linalg.norm(at[other] - at[a] - t * (at[b] - at[a])) > 25, structure.id


def test_what_is_written_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_exercises(tmp_path / name)
        structures.cache_clear()
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
