"""The directives of a lesson and the form of each one's TOML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backsight.guide.exercises import OFFERED
from backsight.guide.reading import (
    Place,
    Reader,
    anything,
    block,
    computed,
    inline,
    input_name,
    many,
    nearest,
    number,
    options,
    quantity,
    record,
    settings,
    table,
    text,
    value,
    yes_no,
)

_input = record({"value": number, "min": number, "max": number, "step": number, "says": text}, {"unit": text})

_quantity = record(
    {"of": value, "tex": text, "says": text},
    {
        "unit": text,
        "digits": number,
        "figures": number,
        "shows": text,
        "how": text,
        "from": many(text),
    },
)

_choice = record({"says": inline}, {"value": value, "right": yes_no, "because": inline})

# A question: a number to type (answer and tolerance) or a choice among several.
_part = record(
    {"ask": inline},
    {
        "given": table(value),
        "label": text,
        "answer": computed,
        "tolerance": number,
        "choices": many(_choice),
        "unit": text,
        "hint": inline,
        "because": inline,
        "digits": number,
    },
)

_slot = record({"options": many(record({"says": text, "value": value}))})

_exercise_form = record({"kind": text, "family": text}, {"level": number, "seed": number, "ask": inline})


def _exercise(raw: Any, place: Place) -> Mapping[str, Any]:
    """Where an exercise is drawn from: kind, family and level, and a seed if it is always the same one."""
    found = _exercise_form(raw, place)
    kind, family, level = found["kind"], found["family"], found.get("level", 1)
    if kind not in OFFERED:
        raise place.inside("kind").fail(f"there is no kind of exercise `{kind}`", nearest(kind, OFFERED))
    if family not in OFFERED[kind]:
        raise place.inside("family").fail(
            f"`{kind}` has no family `{family}`", nearest(family, OFFERED[kind])
        )
    if level not in (1, 2, 3):
        raise place.inside("level").fail(f"expected 1, 2 or 3, found {level}", "1 is gentle, 3 is hard")
    seed = found.get("seed", 0)
    if seed != int(seed) or not 0 <= seed < 2**32:
        raise place.inside("seed").fail(
            f"expected a whole number, found {seed}", "write 0 or more, such as 7"
        )
    drawn = {key: found[key] for key in ("kind", "family", "seed") if key in found}
    asked = {"ask": found["ask"]} if "ask" in found else {}
    return {"exercise": {"level": level, **drawn}, **asked}


# What the figure shows on its own page, /figures/<name>/: else what the lesson's last scene shows.
_demo = record({}, {"from": text, "set": settings, "options": options, "inputs": many(input_name)})

STAGE: Reader = record(
    {"figure": text, "inputs": table(_input), "quantities": table(_quantity)},
    {
        "data": table(anything),
        # Numbers that the figure finds out, 0 to begin with: nobody sets them.
        "found": table(text),
        "calls": table(text),
        "ledger": many(text),
        "options": options,
        "demo": _demo,
    },
)
"""The stage: read in two passes, because its quantities name its calls (see `backsight.guide.markdown`)."""

DIRECTIVES: dict[str, Reader] = {
    # What the stage shows in this step; `cover` hides quantities until the step's prediction is locked.
    "scene": record(
        {},
        {
            "from": text,
            "set": settings,
            "cover": many(quantity),
            "ledger": many(quantity),
            "blanks": number,
            "options": options,
        },
    ),
    "quiz": record({"from": inline, "question": many(_part)}),
    "predict": record({"part": many(_part)}, {"ask": inline, "lock": text, "then": inline}),
    "check": record({"part": many(_part)}, {"ask": inline}),
    # Something to bring about on the stage.
    "goal": record(
        {"ask": inline, "value": value},
        {
            "near": computed,
            "number": number,
            "at_least": number,
            "at_most": number,
            "tolerance": number,
            "hint": inline,
            "done": inline,
        },
    ),
    # A rule put together from factors, checked by value at several settings of the stage.
    "rule": record(
        {
            "ask": inline,
            "left": text,
            "slot": many(_slot),
            "joins": many(text),
            "answer": computed,
            "at": many(settings),
        },
        {"hint": inline, "right": inline, "tolerance": number, "because": table(inline)},
    ),
    "code": record(
        {"code": text, "inputs": many(input_name), "checks": table(quantity)},
        {"ask": inline, "line": text, "right": inline, "wrong": inline, "exercise": text},
    ),
    "misconception": record(
        {
            "number": number,
            "name": inline,
            "ask": inline,
            "choices": many(_choice),
            "try": text,
            "rows": many(
                record({"says": inline, "value": value}, {"wrong": yes_no, "unit": text, "digits": number})
            ),
            "rule": inline,
        },
        {"set": settings, "live": yes_no},
    ),
    "exercise": _exercise,
    "decision": record(
        {"ask": inline, "option": many(record({"says": inline, "reply": inline}, {"set": settings}))},
        {"then": inline, "go": record({"href": text, "says": text})},
    ),
    "notes": record({"text": block}),
}
