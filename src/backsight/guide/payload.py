"""Writes what crosses to the browser: Programs, derivations, passes and kernels. Standard library only.

The JSON has the types of web/src/engine/payload.ts; ARCHITECTURE.md has the contract of the kernels.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from backsight.api import trace
from backsight.emit.javascript import emit_module
from backsight.explaining.inspection import Inspection, inspect
from backsight.explaining.ladder import ladder
from backsight.explaining.payload import function_payload
from backsight.guide.exercises import write_exercises
from backsight.guide.model import LessonFunction, load_functions
from backsight.guide.starters import write_starters
from backsight.ir.program import ArrayType, Program, Var
from backsight.lower import LoopProgram, lower
from backsight.models import nudges, training
from backsight.models.nets import Net, family
from backsight.transforms import gradient, simplify
from backsight.transforms.rewrite import substitute

_SCALAR, _VECTOR, _ROWS = ArrayType(), ArrayType(("p",)), ArrayType(("n",))
_Shared = tuple[Callable[..., Any], Sequence[ArrayType], str | None]
"""A function, the types to trace it with, and its batch dimension."""
UNROLLED_WIDTHS = (2, 3)
"""Widths of a single hidden layer that have a kernel of their own, without loops inside an example."""

_HEADER = "Written by backsight from traced Python; see the .json beside it. Do not edit."


def write(directory: Path, processes: int = 1, kept: Path | None = None) -> None:
    """Write the whole payload into an existing directory.

    Args:
        processes: how many to spread the work over; several copy this process, which must have no threads.
        kept: a folder with the nets and exercises of this very code, or where to keep them: they take most of
            the time, and a lesson's author changes none.

    Raises:
        LessonError: a lesson's functions cannot be read.
    """
    if kept is not None and kept.is_dir():
        shutil.copytree(kept, directory, dirs_exist_ok=True)
    else:
        _spread(write_net, [(directory, net) for net in family()], processes)
        write_shared(directory)
        write_exercises(directory)
        if kept is not None:
            _keep(directory, kept)
    write_lessons(directory)
    write_starters(directory)


def _keep(directory: Path, kept: Path) -> None:
    """Only the newest: what another state of the code computed goes."""
    shutil.rmtree(kept.parent, ignore_errors=True)
    fresh = kept.with_suffix(".part")
    shutil.copytree(directory, fresh)
    fresh.rename(kept)


def _spread(work: Callable[..., None], arguments: Sequence[tuple[Any, ...]], processes: int) -> None:
    if processes == 1 or "fork" not in multiprocessing.get_all_start_methods():
        for each in arguments:
            work(*each)
        return
    # A fork sees this process as it is, also an operation that somebody changed to try something.
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        pool.starmap(work, arguments, chunksize=4)


# Nets -------------------------------------------------------------------------------------------------------


def write_net(directory: Path, net: Net) -> None:
    """`<id>.json` and `<id>.js` of one net."""
    forward = simplify(net.program())
    reverse = _with_outputs_named(simplify(gradient(forward, net.parameters, name="net_gradient").program))
    inspection = inspect(forward, net.parameters)
    inspection = replace(inspection, program=_with_outputs_named(inspection.program))
    kernels: dict[str, LoopProgram | Sequence[LoopProgram]] = {
        **training_kernels(reverse, net.depth),
        "inspect": lower(inspection.program, rows="n", mode="inspect"),
        "predict": lower(simplify(net.predicting_program()), rows="n", mode="fused"),
    }
    (directory / f"{net.id}.js").write_text(emit_module(kernels, _HEADER), "utf-8")
    payload = {
        **function_payload(net.id, forward, reverse, inspection, net.parameters, "n", net.source()),
        "depth": net.depth,
        "activation": net.activation,
        "output": net.output,
        "layers": [
            {"weights": x.weights, "bias": x.bias, "input": x.input, "z": x.z, "a": x.a} for x in net.layers
        ],
    }
    _write_json(directory / f"{net.id}.json", payload)


def training_kernels(reverse: Program, depth: int) -> dict[str, list[LoopProgram]]:
    """The gradient of a net for any sizes, and one for two inputs and two outputs, as nets begin."""
    ends = {"d": 2, "k": 2}
    sizes = [{**ends, "h1": width} for width in UNROLLED_WIDTHS] if depth == 1 else []
    return {
        "gradient": [lower(reverse, rows="n", mode="fused")],
        "gradient22": [lower(reverse, rows="n", mode="fused", bind=bind) for bind in (ends, *sizes)],
    }


def _with_outputs_named(program: Program) -> Program:
    """Softmax with cross-entropy computes the shares only on the way back: call them `y`."""
    shares = next((e.output for e in program.equations if e.op == "softmax" and not e.output.named), None)
    if shares is None or "y" in program.variables():
        return program
    return substitute(program, {shares.name: Var("y", shares.type, named=True)})


# Functions --------------------------------------------------------------------------------------------------


def write_function(directory: Path, id: str, inspection: Inspection) -> None:
    """A function with fixed shapes, as the lessons have: `<id>.js`, and the two of its ladder."""
    kernels = {"inspect": lower(inspection.program, rows=None, mode="inspect")}
    (directory / f"{id}.js").write_text(emit_module(kernels, _HEADER), "utf-8")
    down = ladder(inspection)
    if down is not None:
        rungs = {"ladder": lower(down.program, rows=None, mode="fused")}
        (directory / f"{id}-ladder.js").write_text(emit_module(rungs, _HEADER), "utf-8")
        _write_json(directory / f"{id}-ladder.json", down.data())


def write_lessons(directory: Path) -> None:
    """The functions of every lesson."""
    from backsight.guide.site import LESSONS

    for folder in sorted(path.parent for path in LESSONS.glob("*/model.py")) if LESSONS else []:
        write_lesson(directory, folder.name, load_functions(folder))


def write_lesson(directory: Path, slug: str, functions: Mapping[str, LessonFunction]) -> None:
    """The functions of one lesson."""
    for name, entry in functions.items():
        write_function(directory, f"lesson-{slug}-{name}", entry.inspection)


# Optimisers, starts, data -----------------------------------------------------------------------------------


def write_shared(directory: Path) -> None:
    """The kernels that all nets share."""
    points = [ArrayType(("n", 4)), _SCALAR, _ROWS]
    pair = ArrayType((2,))
    sets = (training.fruit, training.rings, training.xor, training.spiral)
    data: dict[str, _Shared] = {f.__name__: (f, points, None) for f in sets}
    data["standardise"] = (training.standardise, [ArrayType(("n", 2))], None)
    data["scaled"] = (training.scaled, [ArrayType(("n", 2)), pair, pair], "n")
    _write_module(directory / "data.js", data)
    start = [_VECTOR, _SCALAR, _SCALAR]
    _write_module(
        directory / "starts.js",
        {f.__name__: (f, start, None) for f in (training.he, training.xavier, training.uniform)},
    )
    step = [_VECTOR, _VECTOR, _SCALAR]
    optimisers: dict[str, _Shared] = {
        "gd": (training.gd, step, None),
        "momentum": (training.momentum, [*step, _VECTOR], None),
        "adam": (training.adam, [*step, _VECTOR, _VECTOR, _SCALAR], None),
        "norm": (training.norm, [_VECTOR], None),
    }
    _write_module(directory / "optimisers.js", optimisers)
    slopes: dict[str, _Shared] = {
        "nudged": (nudges.nudged, [_SCALAR] * 2, None),
        "quotient": (nudges.quotient, [_SCALAR] * 4, None),
        "corner": (nudges.corner, [_SCALAR] * 5, None),
    }
    _write_module(directory / "nudges.js", slopes)


def _write_module(path: Path, functions: Mapping[str, _Shared]) -> None:
    kernels = {
        name: lower(simplify(trace(function, *types)), rows=rows, mode="fused")
        for name, (function, types, rows) in functions.items()
    }
    path.write_text(emit_module(kernels, _HEADER), "utf-8")


# JSON -------------------------------------------------------------------------------------------------------


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, separators=(",", ":"), ensure_ascii=False), "utf-8")
