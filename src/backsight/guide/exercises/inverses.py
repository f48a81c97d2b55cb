"""Slopes of what undoes a function (`inverse`): what counts is what it undoes, not how it is computed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from backsight.api import grad
from backsight.guide.exercises.structure import Number, Structure, functions, record, slope_tex, tex_lines

LEAST_Y, MOST_Y = 0.3, 1.9
"""Every function climbs between these, so that it can be undone there."""
UNDONE = (
    "y**3 + K * y",
    "y**2 + K * y",
    "K * y**3",
    "y**5 + K",
    "np.exp(y) + K * y",
    "np.exp(K * y)",
    "K * y + np.log(y)",
    "np.sqrt(y) + K * y",
    "K * y + np.sin(y)",
    "y * np.exp(y)",
    "K * y - np.cos(y)",
)
ONWARD = ("L * y + M", "L * y**2", "M - L * y", "y**3", "L * np.exp(-y)", "L * np.sin(y)")
"""What the inverse's answer is put into, on the second level."""
_MISTAKES = {
    "not_turned": "not-turned-over",
    "at_x": "at-the-other-point",
    "over_value": "over-the-value",
    "one_minus": "one-minus-slope",
    "stopped": "stopped-at-inverse",
    "opposite": "sign",
}


def inverses() -> Iterator[Structure]:
    """First each by itself, then what is made of it."""
    pairs = [*((text, "") for text in UNDONE), *itertools.product(UNDONE, ONWARD)]
    for index, (undone, onward) in enumerate(pairs):
        yield _structure(index, undone, onward)


def _structure(index: int, undone: str, onward: str) -> Structure:
    ranges: dict[str, tuple[int, int]] = {}

    def numbered(text: str) -> str:
        for letter in ("K", "L", "M"):
            if re.search(rf"\b{letter}\b", text):
                ranges[name := f"k{len(ranges) + 1}"] = (2, 3 if f"np.exp({letter}" in text else 6)
                text = re.sub(rf"\b{letter}\b", name, text)
        return text

    forward, after = numbered(undone), numbered(onward)
    inputs = ["y", *ranges]
    signature = ", ".join(inputs)
    made = functions(
        f"def forward({signature}):\n    x = {forward}\n    return x\n"
        f"def after({signature}):\n    z = {after or 'y'}\n    return z\n"
    )

    def compute(y: Number, *k: Number) -> dict[str, Number]:
        x = made["forward"](y, *k)
        by_y = grad(made["forward"])(y, *k)
        further = grad(made["after"])(y, *k) if after else 1.0
        slope = further / by_y
        return {
            "x": x,
            "slope": slope,
            "not_turned": further * by_y,
            "at_x": further / grad(made["forward"])(x, *k),
            "over_value": further / x,
            "one_minus": further * (1 - by_y),
            "stopped": 1 / by_y,
            "opposite": -slope,
        }

    program, values = record(inputs, compute, f"inverse_{index}")
    over = slope_tex(made["forward"], inputs)
    outer = [slope_tex(made["after"], inputs)] if after else []
    return Structure(
        f"inverse-{index}",
        "inverse",
        2 if after else 1,
        program,
        values,
        {name: mistake for name, mistake in _MISTAKES.items() if after or name != "stopped"},
        ranges,
        {
            "y": [LEAST_Y, MOST_Y],
            "lines": [
                *tex_lines(made["forward"], inputs),
                *(tex_lines(made["after"], inputs) if after else []),
            ],
            "solution": [*outer, rf"\frac{{1}}{{{over}}}"],
        },
    )
