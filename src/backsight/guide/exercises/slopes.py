"""Slopes of functions in a row (`chain`) and side by side (`reuse`), with what mistakes make of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backsight.api import grad
from backsight.guide.exercises.structure import (
    Number,
    Structure,
    functions,
    plus,
    record,
    slope_tex,
    tex_lines,
    times,
)
from backsight.models.random import Random

LEAST_X, MOST_X = 0.3, 1.9
"""Every structure is smooth between these; inner functions marked positive are positive there."""


@dataclass(frozen=True)
class Block:
    """One function of X, with coefficients K and L that are drawn.

    Attributes:
        text: Python.
        positive: whether it is positive for every X of the range, whatever the coefficients.
        needs_positive: whether X has to be.
        most: the largest coefficient.
        from_output: its slope written with its output Y; a mistake writes X there.
        slips: what a slip of the power rule makes of its slope.
        level: how hard it is.
    """

    text: str
    positive: bool = False
    needs_positive: bool = False
    most: int = 9
    from_output: str = ""
    slips: tuple[str, ...] = ()
    level: int = 1


INNER = (
    Block("K * X + L", positive=True),
    Block("X**2 + K", positive=True),
    Block("K * X**2", positive=True, most=5),
    Block("X**2 + K * X", positive=True, most=5),
    Block("K * X - L", most=6),
    Block("K - X**2", most=6),
    Block("X**3 + K", positive=True, most=6),
    Block("np.sqrt(X) + K", positive=True, most=6, level=2),
    Block("np.log(X) + K", most=6, level=2),
    Block("np.cos(K * X)", most=3, level=2),
    Block("np.sin(X) + K", positive=False, most=4, level=2),
    Block("np.exp(-X) + K", positive=True, most=4, level=2),
)
OUTER = (
    Block("X**2", positive=True, slips=("X", "2 * X**2")),
    Block("X**3", slips=("X**2", "3 * X**3", "2 * X**3")),
    Block("K * X**2", most=5, slips=("K * X", "2 * K * X**2")),
    Block("X**4", positive=True, slips=("X**3", "4 * X**4")),
    Block("np.sin(X)"),
    Block("K * np.sin(X)", most=5),
    Block("np.cos(X)"),
    Block("np.exp(X)", positive=True, from_output="Y"),
    Block("np.exp(-X)", positive=True, from_output="-Y"),
    Block("np.sqrt(X)", positive=True, needs_positive=True, slips=("1 / np.sqrt(X)", "np.sqrt(X) / 2")),
    Block("np.log(X)", needs_positive=True),
    Block("1 / X", needs_positive=True, positive=True, slips=("-1 / X", "-2 / X**3"), level=2),
    Block("np.tanh(X)", from_output="1 - Y**2", level=2),
    Block("1 / (1 + np.exp(-X))", positive=True, from_output="Y * (1 - Y)", level=2),
)
JOINS = ("U * V", "U / V", "U - V**2", "U**2 * V", "U * V + U", "U * np.sin(V)", "U * np.exp(-V)")


class _Writer:
    """Numbers the coefficients of blocks as they are put together."""

    def __init__(self) -> None:
        self.ranges: dict[str, tuple[int, int]] = {}

    def take(self, block: Block) -> Callable[..., str]:
        """The block's text (or another) with its own coefficients, as a function of its argument's text."""
        names: dict[str, str] = {}
        for letter in ("K", "L"):
            if re.search(rf"\b{letter}\b", block.text):
                names[letter] = f"k{len(self.ranges) + 1}"
                self.ranges[names[letter]] = (2, block.most)

        def write(argument: str, text: str = block.text) -> str:
            for letter, name in names.items():
                text = re.sub(rf"\b{letter}\b", name, text)
            simple = argument.isidentifier() or text == f"np.{text[3:].split('(')[0]}(X)"
            return re.sub(r"\bX\b", argument if simple else f"({argument})", text)

        return write


# In a row ---------------------------------------------------------------------------------------------------


def chains() -> Iterator[Structure]:
    """Every pair of an inner and an outer function, and triples by seed."""
    rows: list[tuple[Block, ...]] = [
        (inner, outer) for inner in INNER for outer in OUTER if inner.positive or not outer.needs_positive
    ]
    random = Random(2026, 1)
    while len(rows) < 170:
        inner, middle, outer = (t[random.below(len(t))] for t in (INNER, OUTER, OUTER))
        calm = "exp(X)" not in middle.text and "**4" not in middle.text and middle != outer
        fits = (inner.positive or not middle.needs_positive) and (middle.positive or not outer.needs_positive)
        if calm and fits and (inner, middle, outer) not in rows:
            rows.append((inner, middle, outer))
    for index, blocks in enumerate(rows):
        yield _chain(index, blocks)


def _chain(index: int, blocks: tuple[Block, ...]) -> Structure:
    writer = _Writer()
    texts = [writer.take(block) for block in blocks]
    names = ["x", "u", "y"] if len(blocks) == 2 else ["x", "u", "v", "y"]
    inputs = ["x", *writer.ranges]
    signature = ", ".join(inputs)
    lines = [f"    {b} = {t(a)}" for t, a, b in zip(texts, names, names[1:], strict=False)]
    nested = "x"
    for write in texts:
        nested = write(nested)
    source = f"def parts({signature}):\n" + "\n".join(lines) + f"\n    return {names[-1]}\n"
    source += f"def whole({signature}):\n    return {nested}\n"
    for position, text in enumerate(texts):
        at = ", ".join([names[position], *writer.ranges])
        source += f"def step{position}({at}):\n    return {text(names[position])}\n"
    for number, slip in enumerate(blocks[-1].slips):
        source += (
            f"def slip{number}({', '.join(['x', *writer.ranges])}):\n    return {texts[-1]('x', slip)}\n"
        )
    made = functions(source)
    slips = [made[f"slip{number}"] for number in range(len(blocks[-1].slips))]
    steps = [made[f"step{position}"] for position in range(len(texts))]
    mixed = _mixed_up(blocks[-1])

    def compute(x: Number, *k: Number) -> dict[str, Number]:
        bound = [lambda value, step=step: step(value, *k) for step in steps]
        slipped = [lambda value, slip=slip: slip(value, *k) for slip in slips]
        return _chain_values(bound, x, mixed, slipped)

    program, values = record(inputs, compute, f"chain_{index}")
    level = max(block.level for block in blocks) + (1 if len(blocks) == 3 else 0)
    return Structure(
        f"chain-{index}",
        "chain",
        min(level, 3),
        program,
        values,
        {name: _CHAIN_MISTAKES[name] for name in values if name in _CHAIN_MISTAKES},
        writer.ranges,
        {
            "x": [LEAST_X, MOST_X],
            "lines": tex_lines(made["parts"], inputs),
            "whole": tex_lines(made["whole"], inputs)[-1]["tex"],
            "named": names[1:-1],
            "factors": [f"factor{i}" for i in reversed(range(len(blocks)))],
            "solution": [
                [slope_tex(step, [name, *writer.ranges]) for name, step in zip(names, steps, strict=False)][
                    ::-1
                ]
            ],
        },
    )


_CHAIN_MISTAKES = {
    "outer_at_x": "outer-at-x",
    "outer_at_slope": "slope-into-slope",
    "added": "added",
    "forgot_inner": "forgot-inner",
    "forgot_middle": "forgot-inner",
    "forgot_outer": "forgot-outer",
    "value": "value-for-slope",
    "product": "composition-is-multiplication",
    "input_kept": "input-for-output",
    "slip0": "power-rule",
    "slip1": "power-rule",
    "slip2": "power-rule",
    "opposite": "sign",
}


def _mixed_up(block: Block) -> Callable[[Number], Number] | None:
    """The block's slope formula with the input put where its output belongs."""
    if not block.from_output:
        return None
    text = re.sub(r"\bY\b", "x", block.from_output)
    found: Callable[[Number], Number] = functions(f"def slope(x):\n    return {text}\n")["slope"]
    return found


def _chain_values(
    steps: Sequence[Callable[[Number], Number]],
    x: Number,
    mixed: Callable[[Number], Number] | None,
    slips: Sequence[Callable[[Number], Number]],
) -> dict[str, Number]:
    """Values, factors, the slope and what mistakes make of it; innermost step first."""
    places = [x]
    for step in steps:
        places.append(step(places[-1]))
    factors = [grad(step)(place) for step, place in zip(steps, places, strict=False)]
    inner = times(factors[:-1])
    outer = steps[-1]

    def whole(value: Number) -> Number:
        for step in steps:
            value = step(value)
        return value

    def product(value: Number) -> Number:
        return times([step(value) for step in steps])

    slope = grad(whole)(x)
    found: dict[str, Number] = {"y": places[-1], "slope": slope}
    found |= dict(zip("uv", places[1:-1], strict=False))
    found |= {f"factor{i}": factor for i, factor in enumerate(factors)}
    found["outer_at_x"] = grad(outer)(x) * inner
    found["outer_at_slope"] = grad(outer)(inner)
    found["added"] = plus(factors)
    found["forgot_inner"] = times(factors[1:])
    found["forgot_outer"] = inner
    if len(factors) > 2:
        found["forgot_middle"] = factors[0] * factors[2]
    found["value"] = places[-1] * inner
    found["product"] = grad(product)(x)
    if mixed is not None:
        found["input_kept"] = mixed(places[-2]) * inner
    found |= {f"slip{i}": slip(places[-2]) * inner for i, slip in enumerate(slips)}
    found["opposite"] = -slope
    return found


# Side by side -----------------------------------------------------------------------------------------------


def reuses() -> Iterator[Structure]:
    """One value used twice: y is made of u and v, and both are made of x."""
    random = Random(2026, 2)
    seen: set[tuple[str, str, str]] = set()
    while len(seen) < 90:
        inner = INNER[: 7 if len(seen) < 40 else len(INNER)]
        first, second = (inner[random.below(len(inner))] for _ in range(2))
        join = JOINS[random.below(len(JOINS))]
        key = (first.text, second.text, join)
        if first is second or key in seen or ("/" in join and not second.positive):
            continue
        seen.add(key)
        yield _reuse(len(seen) - 1, first, second, join)


def _reuse(index: int, first: Block, second: Block, join: str) -> Structure:
    writer = _Writer()
    u, v = writer.take(first)("x"), writer.take(second)("x")
    inputs = ["x", *writer.ranges]
    signature = ", ".join(inputs)
    joined = re.sub(r"\bU\b", "u", re.sub(r"\bV\b", "v", join))
    nested = re.sub(r"\bU\b", f"({u})", re.sub(r"\bV\b", f"({v})", join))
    source = f"def parts({signature}):\n    u = {u}\n    v = {v}\n    y = {joined}\n    return y\n"
    source += f"def whole({signature}):\n    return {nested}\n"
    source += f"def first({signature}):\n    return {u}\ndef second({signature}):\n    return {v}\n"
    source += f"def join(u, v):\n    return {joined}\ndef joined_by_v(v, u):\n    return {joined}\n"
    made = functions(source)

    def compute(x: Number, *k: Number) -> dict[str, Number]:
        return _reuse_values(made, x, k)

    program, values = record(inputs, compute, f"reuse_{index}")
    hard = max(first.level, second.level) + (join not in ("U * V", "U - V**2"))
    return Structure(
        f"reuse-{index}",
        "reuse",
        min(hard, 3),
        program,
        values,
        {name: _REUSE_MISTAKES[name] for name in values if name in _REUSE_MISTAKES},
        writer.ranges,
        {
            "x": [LEAST_X, MOST_X],
            "lines": tex_lines(made["parts"], inputs),
            "whole": tex_lines(made["whole"], inputs)[-1]["tex"],
            "named": ["u", "v"],
            "factors": [],
            "solution": [
                [slope_tex(made["join"], ["u", "v"]), slope_tex(made["first"], inputs)],
                [slope_tex(made["joined_by_v"], ["v", "u"]), slope_tex(made["second"], inputs)],
            ],
        },
    )


_REUSE_MISTAKES = {
    "first_only": "overwritten",
    "second_only": "overwritten",
    "slopes_multiplied": "paths-multiplied",
    "added": "added",
    "forgot_inner": "forgot-inner",
    "subtracted": "paths-subtracted",
    "doubled": "doubled",
    "opposite": "sign",
}


def _reuse_values(made: Mapping[str, Any], x: Number, k: tuple[Number, ...]) -> dict[str, Number]:
    def first(x: Number) -> Number:
        return made["first"](x, *k)

    def second(x: Number) -> Number:
        return made["second"](x, *k)

    def whole(x: Number) -> Number:
        return made["join"](first(x), second(x))

    u, v = first(x), second(x)
    by_u = grad(lambda u: made["join"](u, v))(u)
    by_v = grad(lambda v: made["join"](u, v))(v)
    along_u, along_v = by_u * grad(first)(x), by_v * grad(second)(x)
    slope = grad(whole)(x)
    return {
        "u": u,
        "v": v,
        "y": whole(x),
        "slope": slope,
        "first_only": along_u,
        "second_only": along_v,
        "slopes_multiplied": grad(first)(x) * grad(second)(x),
        "added": grad(first)(x) + grad(second)(x),
        "forgot_inner": by_u + by_v,
        "subtracted": along_u - along_v,
        "doubled": slope + slope,
        "opposite": -slope,
    }
