"""The emitted JAX source, executed: every op, its derivatives, random functions, and how it reads."""

from __future__ import annotations

from random import Random
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from backsight import grad, trace, value_and_grad
from backsight.models.nets import Net
from tests.agreement import assert_close, run_jax, run_reference
from tests.golden import Golden, goldens
from tests.random_nets import gradient_program
from tests.random_programs import programs, random_function, refused
from tests.test_every_op import (
    JAX_AT_EDGES,
    SOME,
    cases,
    differentiable,
    edge_case,
    first_order,
    second_order,
)

CASES = list(goldens())


@pytest.mark.parametrize("name", SOME)
def test_every_op_agrees(name: str) -> None:
    """Values, edge values of maps, first and second derivatives: against the reference evaluator."""
    labels, tasks = [], []
    edges = edge_case(name) if name not in JAX_AT_EDGES else None
    for case in [*cases(name), *([edges] if edges else [])]:
        labels.append(str(case))
        tasks.append((case.program, case.inputs))
    for case in filter(differentiable, cases(name)):
        for program, inputs in (first_order(case), second_order(case)):
            labels.append(f"{program.name} of {case}")
            tasks.append((program, inputs))
    for label, (program, inputs), found in zip(labels, tasks, run_jax(tasks), strict=True):
        assert_close(found, run_reference(program, inputs), 1e-11, f"JAX source of {label}")


@pytest.mark.parametrize("seed", range(4))
def test_random_functions_agree(seed: int) -> None:
    """Ten functions at a time: the traced Program, and its gradient with algebra."""
    tasks, labels = [], []
    for case in range(10):
        function = random_function(Random(f"jax {seed} {case}"), lines=6)
        if not refused(function):
            traced, _, short = programs(function)
            tasks += [(traced, function.inputs), (short, function.inputs)]
            labels += [str(function)] * 2
    for label, (program, inputs), found in zip(labels, tasks, run_jax(tasks), strict=True):
        expected = run_reference(program, inputs)
        scale = max(float(np.max(np.abs(x), initial=0)) for x in expected) + 1e-3
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-11 * scale, err_msg=label)


@pytest.mark.parametrize("golden", CASES, ids=lambda golden: golden.title)
def test_golden_functions_agree(golden: Golden) -> None:
    program = value_and_grad(golden.define(), eval(golden.argnums)).program(*golden.values())
    namespace: dict[str, Any] = {}
    exec(program.emit("jax"), namespace)
    name = next(n for n in namespace if n.startswith("grad_"))
    values = [jnp.asarray(x) for x in golden.values()]
    for ours, theirs in zip(namespace[name](*values), run_reference(program, golden.values()), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-14, atol=1e-15)


def test_it_reads_as_a_person_would_write_it() -> None:
    source = gradient_program(Net(1, "relu", "softmax")).emit("jax")
    assert source.startswith("import jax\nimport jax.numpy as jnp\n\n\ndef grad_net(")
    assert "    a1 = jax.nn.relu(z1)\n" in source
    assert "jnp.sum(jax.nn.logsumexp(z2, axis=1) - jnp.sum(T * z2, axis=1)) / n" in source
    assert "jax.nn.softmax(z2, axis=1)" in source
    code = "\n".join(line.partition("  # ")[0] for line in source.splitlines())
    assert "np." not in code.replace("jnp.", "")


def test_a_forward_pass_can_be_differentiated_by_jax() -> None:
    """The forward half alone is an ordinary JAX function: its own gradient is ours."""

    def cost(w: Any, x: Any) -> Any:
        return np.sum(np.maximum(x @ w, 0) ** 2) + np.logaddexp.reduce(w)

    w, x = np.array([0.3, -0.2]), np.array([[1.0, 2.0], [0.5, -1.0]])
    namespace: dict[str, Any] = {}
    exec(trace(cost, w, x).emit("jax"), namespace)
    theirs = jax.grad(namespace["cost"])(jnp.asarray(w), jnp.asarray(x))
    np.testing.assert_allclose(theirs, grad(cost)(w, x), rtol=1e-13)


def test_a_part_put_back_is_an_addition_at_its_place() -> None:
    program = value_and_grad(lambda x: x[1] ** 2).program(np.ones(3))
    assert ".at[1].add(" in program.emit("jax") and "place" not in program.emit("jax")


def test_a_decision_is_checked() -> None:
    def huber(x: Any) -> Any:
        return x**2 / 2 if np.abs(x) < 1 else np.abs(x) - 0.5

    namespace: dict[str, Any] = {}
    exec(trace(huber, 0.25).emit("jax"), namespace)
    assert float(namespace["huber"](jnp.asarray(0.5))) == 0.125
    with pytest.raises(namespace["OtherBranch"], match="the decision in"):
        namespace["huber"](jnp.asarray(2.0))


def test_names_that_jax_needs() -> None:
    def jnp_(jnp: Any, jax: Any, special: Any) -> Any:
        return np.tanh(jnp) * jax + special

    program = trace(jnp_, 1.0, 2.0, 3.0)
    assert_close(run_jax([(program, [1.0, 2.0, 3.0])])[0], [np.tanh(1.0) * 2 + 3], 1e-15, "names")
