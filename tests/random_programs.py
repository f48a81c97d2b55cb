"""Random functions looked at from all sides: every answer about them agrees; what does not is made small."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from random import Random
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from backsight.api import trace, trace_call
from backsight.errors import ShapeError, TraceError
from backsight.ir.program import Program
from backsight.ir.text import from_text
from backsight.lower import lower
from backsight.transforms import gradient, simplify
from tests.agreement import run_javascript, run_numpy, run_reference
from tests.random_functions import RandomFunction, random_function

__all__ = ["RandomFunction", "check_with_jax", "check_without_jax", "programs", "random_function", "refused"]

LINES, MODES = 24, 0.12
"""How long the functions are that `make test` and `make fuzz` draw; the share of lines that use a mode."""

IN_JAX = SimpleNamespace(
    grad=jax.grad,
    jvp=jax.jvp,
    hvp=lambda f: lambda x, v: jax.jvp(jax.grad(f), (x,), (v,))[1],
    jacobian=jax.jacfwd,
    hessian=jax.hessian,
    vmap=jax.vmap,
    stop_gradient=jax.lax.stop_gradient,
)


def programs(function: RandomFunction) -> tuple[Program, Program, Program]:
    """The traced Program, its gradient as reverse mode leaves it, and as `value_and_grad` runs it."""
    traced = trace(function.with_numpy(np), *function.inputs)
    wrt = [v.name for v in traced.inputs[: len(function.inputs)]]
    plain = gradient(traced, wrt, name="plain").program
    return traced, plain, simplify(gradient(simplify(traced), wrt, name="short").program)


def every_input(function: RandomFunction) -> list[Any]:
    """The arguments, and the arrays that the function makes for itself: inputs of the Program, too."""
    traced = trace_call(function.with_numpy(np), function.inputs, {})
    return [*function.inputs, *traced.captured]


def refused(function: RandomFunction) -> bool:
    """Whether tracing says no, with a reason, to what NumPy allows, such as an axis of a number."""
    try:
        trace(function.with_numpy(np), *function.inputs)
    except (ShapeError, TraceError) as error:
        assert error.origin is not None and error.origin.text, "a refusal without a place"
        return True
    return False


def assert_same(ours: Sequence[Any], theirs: Sequence[Any], tolerance: float, what: str) -> None:
    """Values equal to `tolerance`, gradients to `tolerance` of the largest entry of all of them.

    What cancels to nothing in one gradient is rounding of the others' size.

    Raises:
        AssertionError: shows both.
    """
    np.testing.assert_allclose(ours[0], theirs[0], rtol=tolerance, atol=1e-11, err_msg=f"value by {what}")
    scale = max(float(np.max(np.abs(g))) for g in theirs[1:]) + 1e-3
    for a, b in zip(ours[1:], theirs[1:], strict=True):
        assert np.shape(a) == np.shape(b), what
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=0.1 * tolerance * scale, err_msg=what)


def check_without_jax(function: RandomFunction) -> tuple[Program, list[Any]]:
    """NumPy itself, the traced Program, its gradient with and without algebra, as text and as source, agree.

    Returns:
        The gradient as it is run, and its answers.

    Raises:
        AssertionError: two of them differ.
    """
    traced, plain, short = programs(function)
    inputs = every_input(function)
    value = function.with_numpy(np)(*function.inputs)
    expected = run_reference(plain, inputs)
    for found in (run_reference(traced, inputs)[0], expected[0]):
        np.testing.assert_allclose(found, value, rtol=1e-11, atol=1e-11, err_msg="tracing changed the value")
    for program, run, what in (
        (plain, run_numpy, "NumPy source"),
        (short, run_reference, "simplify"),
        (short, run_numpy, "NumPy source of simplified"),
        (from_text(str(short)), run_numpy, "text and back"),
        (simplify(short), run_reference, "simplify twice"),
    ):
        assert_same(run(program, inputs), expected, 1e-10, f"{what}\n{program}")
    assert from_text(str(plain)) == plain
    return short, expected


def check_with_jax(function: RandomFunction, answers: Sequence[Any]) -> None:
    """Raises: AssertionError where JAX, running the same source, has another gradient."""
    places = tuple(range(len(function.inputs)))
    derived = jax.value_and_grad(function.with_numpy(jnp, IN_JAX), places)
    inputs = [jnp.asarray(x) for x in function.inputs]
    # A decision needs numbers, which JAX has only where nothing is compiled.
    if not function.decides:
        value, slopes = jax.jit(derived)(*inputs)
        with suppress(AssertionError):
            assert_same([value, *slopes], answers, 1e-9, "JAX, compiled")
            return
    # XLA may compute an array twice, in two roundings, and find none of it equal to its own maximum: a slope
    # of NaN (seed 20261126, number 1340). An operation at a time, JAX has the last word.
    value, slopes = derived(*inputs)
    assert_same([value, *slopes], answers, 1e-9, "JAX")


def check_in_javascript(function: RandomFunction) -> None:
    """Raises: AssertionError where the executed kernel has another gradient."""
    short, answers = check_without_jax(function)
    (found,) = run_javascript([(short, every_input(function))])
    assert_same(found, answers, 1e-9, "JavaScript")


Check = Callable[[RandomFunction], None]


def disagreements(
    seed: int, numbers: Sequence[int], jax_every: int = 1, lines: int = 10, modes: float = 0.0
) -> tuple[int, list[str]]:
    """Random functions of those numbers, in NumPy and JavaScript, and every `jax_every`th in JAX.

    What tracing refuses, such as an axis of a number, is drawn again.

    Returns:
        How many were compared, and what is wrong, each made small.
    """
    problems: list[str] = []
    tasks: list[tuple[Program, Sequence[Any]]] = []
    waiting: list[tuple[RandomFunction, str, list[Any]]] = []
    for number in numbers:
        random = Random(f"{seed} {number}")
        label = f"random function, seed {seed}, number {number}"
        function = RandomFunction(("return s",), {"s": 1.0})
        try:
            function = random_function(random, lines, modes, more=True)
            while refused(function):
                function = random_function(random, lines, modes, more=True)
            short, answers = check_without_jax(function)
            if number % jax_every == 0:
                check_with_jax(function, answers)
            lower(short)  # the kernels of a block run together: one that cannot be written is met here
        except Exception as error:  # any escape is a finding
            problems.append(_report(label, function, error, _escapes(number % jax_every == 0)))
            continue
        tasks.append((short, every_input(function)))
        waiting.append((function, label, answers))
    for (function, label, answers), found in zip(waiting, run_javascript(tasks), strict=True):
        try:
            assert_same(found, answers, 1e-9, "JavaScript")
        except AssertionError as error:
            problems.append(_report(label, function, error, check_in_javascript))
    return len(waiting), problems


def _escapes(with_jax: bool) -> Check:
    def run(function: RandomFunction) -> None:
        if refused(function):
            return
        short, answers = check_without_jax(function)
        if with_jax:
            check_with_jax(function, answers)
        lower(short)

    return run


def _report(label: str, function: RandomFunction, error: Exception, check: Check) -> str:
    small, error = shrunk(function, error, check)
    return f"{label}, made small:\n{small}\n{type(error).__name__}: {error}"


# Making a failure small -------------------------------------------------------------------------------------


def shrunk(
    function: RandomFunction, error: Exception, check: Check, tries: int = 400
) -> tuple[RandomFunction, Exception]:
    """A shorter function that fails in the same way: lines left out, expressions replaced by their parts."""
    again = True
    while again:
        again = False
        for smaller in _smaller(function):
            tries -= 1
            if tries < 0:
                return function, error
            found = _failure(smaller, check)
            if type(found) is type(error):
                function, error, again = smaller, found, True
                break
    return function, error


def _failure(function: RandomFunction, check: Check) -> Any:
    try:
        value = np.asarray(function.with_numpy(np)(*function.inputs))
        if value.shape != () or not np.isfinite(value):
            return None
    except Exception:  # a function that does not run at all says nothing
        return None
    try:
        check(function)
    except Exception as error:
        return error
    return None


def _smaller(function: RandomFunction) -> Iterator[RandomFunction]:
    statements = ast.parse("\n".join(function.lines)).body
    for position in range(len(statements) - 1):
        yield _written(function, statements[:position] + statements[position + 1 :])
        renamed = _without_alias(statements, position)
        if renamed is not None:
            yield _written(function, renamed)
    for position, statement in enumerate(statements):
        for text in _simpler(statement):
            parts = [ast.unparse(s) for s in statements]
            parts[position] = text
            yield function.with_lines(tuple("\n".join(parts).split("\n")))
    for name in function.arguments:
        if name != "s" and name not in function.source.split(":", 1)[1]:
            rest = {k: v for k, v in function.arguments.items() if k != name}
            yield RandomFunction(function.lines, rest)


def _without_alias(statements: Sequence[ast.stmt], position: int) -> list[ast.stmt] | None:
    """The statements without `a = b`, and with b in the place of a."""
    match statements[position]:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=other)):
            rest = ast.Module([*statements[:position], *statements[position + 1 :]], [])
            rest = ast.parse(ast.unparse(rest))
            for node in ast.walk(rest):
                if isinstance(node, ast.Name) and node.id == name:
                    node.id = other
            return rest.body
    return None


def _written(function: RandomFunction, statements: Sequence[ast.stmt]) -> RandomFunction:
    return function.with_lines(tuple("\n".join(map(ast.unparse, statements)).split("\n")))


def _simpler(statement: ast.stmt) -> Iterator[str]:
    """The statement with one of its expressions replaced by a part of itself."""
    count = sum(isinstance(n, ast.BinOp | ast.Call | ast.UnaryOp | ast.IfExp) for n in ast.walk(statement))
    for number in range(count):
        for part in range(3):
            changed = _Replace(number, part)
            tree = changed.visit(ast.parse(ast.unparse(statement)))
            if changed.done:
                yield ast.unparse(tree)


class _Replace(ast.NodeTransformer):
    """Puts a part of expression number `number` in its place."""

    def __init__(self, number: int, part: int) -> None:
        self.number, self.part, self.done = number, part, False

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.BinOp | ast.Call | ast.UnaryOp | ast.IfExp):
            self.number -= 1
            if self.number == -1:
                inside = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
                parts = [c for c in inside if isinstance(c, ast.expr)]
                if self.part < len(parts) and not isinstance(parts[self.part], ast.Constant):
                    self.done = True
                    return parts[self.part]
                return node
        return super().generic_visit(node)
