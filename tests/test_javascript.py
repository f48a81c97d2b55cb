"""The JavaScript that is printed: its contract, its edge values, its refusals."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from backsight.api import trace
from backsight.emit.javascript import emit_module
from backsight.errors import EmitError
from backsight.ir.builder import Builder
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import ArrayType, Program
from backsight.lower import lower
from backsight.models.nets import Net
from backsight.transforms import gradient, simplify
from tests.javascript import Job, execute, job

EDGES = [np.nan, np.inf, -np.inf, -0.0, 0.0, 1.0, -1.0, 0.5, -2.5, 1e308, -1e308, 5e-324, 800.0, -800.0]


def net_gradient(net: Net) -> Program:
    return simplify(gradient(simplify(net.program()), net.parameters, name="net_gradient").program)


def applied(op: str, count: int, **params: Any) -> Program:
    """An operation on rows of an open number of numbers: the form with loops inside a row."""
    b = Builder(op)
    inputs = [b.input(f"x{i}", ArrayType(("n", "d"))) for i in range(count)]
    return b.finish([b.apply(op, inputs, name="y", **params)])


def test_edge_values_are_numpys() -> None:
    """Every elementwise op of one or two numbers, in kernels with and without loops inside a row."""
    jobs, wanted = [], []
    for op in REGISTRY.values():
        count = len(op.try_at)
        if op.family is not Family.MAP or count > 2 or op.name.startswith("logical"):
            continue
        pairs = np.array([(a, b) for a in EDGES for b in EDGES]).T
        inputs = [x.reshape(-1, 2) for x in (pairs if count == 2 else [np.array(EDGES)])]
        program = applied(op.name, count, **op.try_params[0])
        for bind in ({}, {"d": 2}):
            jobs.append(job(program, inputs, rows="n", bind=bind))
            wanted.append((op, inputs))
    for (op, inputs), arrays in zip(wanted, execute(jobs), strict=True):
        assert op.scalar is not None
        columns = zip(*(x.ravel().tolist() for x in inputs), strict=True)
        expected = [float(op.scalar(*xs, **op.try_params[0])) for xs in columns]
        np.testing.assert_allclose(arrays["y"], expected, 1e-14, 1e-323, err_msg=op.name)


def test_a_run_allocates_nothing_and_draws_nothing() -> None:
    net = Net(2, "softplus", "softmax")
    program = net_gradient(net)
    text = emit_module({m: lower(program, rows="n", mode=m) for m in ("fused", "inspect")}, "x")  # type: ignore[arg-type]
    assert not re.search(r"\b(eval|Function|random)\b", text)
    for body in text.split("run(lo = 0")[1:]:
        run = body.split("\n      },")[0]
        assert not re.search(r"\bnew\b|=>|\bfunction\b|\.(map|fill|slice|subarray)\(", run)
        assert "= [" not in run and "= {" not in run


def test_ports_say_what_a_kernel_needs() -> None:
    text = emit_module({"gradient": lower(net_gradient(Net(1, "tanh", "squared")), rows="n")}, "two\nlines")
    assert text.startswith("// two\n// lines\n")
    assert '{ name: "W1", shape: ["d", "h1"], role: "input" }' in text
    assert '{ name: "dW1", shape: ["d", "h1"], role: "output" }' in text
    assert 'dims: ["n", "d", "k", "h1"]' in text
    assert 'rows: "n"' in text


def test_variants_serve_the_sizes_they_are_for() -> None:
    """The same numbers, whichever of the two is behind the name."""
    program = net_gradient(Net(1, "relu", "squared"))
    whole = lower(program, rows="n")
    special = lower(program, rows="n", bind={"h1": 3})
    text = emit_module({"kernel": [whole, special]}, "variants")
    assert "if (h1 === 3) return kernel_h1_3.create(" in text
    rng = np.random.default_rng(1)
    jobs = []
    for h1 in (3, 4):
        dims = {"n": 7, "d": 2, "k": 2, "h1": h1}
        arrays = {
            v.name: rng.normal(size=int(np.prod([dims[str(d)] for d in v.type.shape]))).tolist()
            for v in program.inputs
        }
        for source in (text, emit_module({"kernel": [whole]}, "whole")):
            jobs.append(Job(source, "kernel", dims, arrays))
    first, second, third, fourth = execute(jobs)
    for a, b in ((first, second), (third, fourth)):
        for name, values in b.items():
            np.testing.assert_allclose(a[name], values, 1e-12, 1e-15)


def test_arrays_of_the_wrong_length_are_refused() -> None:
    work = job(trace(lambda x: x * 2, ArrayType(("p",))), [np.ones(3)])
    work.dims = {"p": 4}
    with pytest.raises(RuntimeError, match="needs 4 numbers, not 3"):
        execute([work])


def test_a_program_emits_itself() -> None:
    program = trace(lambda x: x * 2 + 1, ArrayType(("p",)))
    assert "export const" in program.emit("javascript", mode="inspect")
    assert "export const" in program.emit("javascript")
    with pytest.raises(EmitError, match="there is no mode"):
        program.emit("javascript", mode="swift")
    with pytest.raises(EmitError, match="there is no target"):
        program.emit("cobol")


def test_powers_are_products_where_they_can_be() -> None:
    def powers(x: Any) -> Any:
        return x**2 + x**3 + x**-1 + x**2.5

    text = trace(powers, ArrayType(())).emit("javascript")
    assert text.count("Math.pow") == 1
