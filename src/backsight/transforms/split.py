"""Cutting a Program in two: what can be computed at once, and what waits for inputs that come later."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from backsight.ir.checker import check
from backsight.ir.program import Guard, Program, Var


def split(program: Program, late: Collection[str], count: int) -> tuple[Program, Program]:
    """Cut a Program where its later inputs come in.

    Args:
        late: names of the inputs that come later.
        count: how many of the outputs, from the first, do not wait for them.

    Returns:
        A Program of the earlier inputs with the first `count` outputs and whatever the other one needs; and
        one that takes that, then the later inputs, and has the other outputs.
    """
    waiting = set(late)
    early, after = [], []
    for e in program.equations:
        if any(isinstance(a, Var) and a.name in waiting for a in e.inputs):
            waiting.add(e.output.name)
            after.append(e)
        else:
            early.append(e)
    now = [v for v in program.inputs if v.name not in late]
    then = [v for v in program.inputs if v.name in late]
    rest = program.outputs[count:]
    used = (a for a in (*(a for e in after for a in e.inputs), *rest) if isinstance(a, Var))
    kept = {a.name: a for a in used if a.name not in waiting}
    # Sizes of named dimensions are read off inputs: one that has them comes along.
    dims = {d for e in after for d in e.output.type.shape if isinstance(d, str)}
    dims -= {d for v in (*kept.values(), *then) for d in v.type.shape if isinstance(d, str)}
    for d in sorted(dims):
        owner = next(v for v in now if d in v.type.shape)
        kept[owner.name] = owner

    def guards(waits: bool) -> tuple[Guard, ...]:
        return tuple(g for g in program.guards if (g.variable.name in waiting) == waits)

    residuals = tuple(kept.values())
    first = Program(
        program.name, tuple(now), tuple(early), (*program.outputs[:count], *residuals), guards(False)
    )
    second = replace(
        program, inputs=(*residuals, *then), equations=tuple(after), outputs=rest, guards=guards(True)
    )
    check(first)
    check(second)
    return first, second
