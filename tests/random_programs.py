"""Random functions as people write them: lines of NumPy, with names, broadcasting and nested expressions.

The source is executed three ways: on arrays by NumPy, on Tracers by backsight, on JAX's own tracers with
jax.numpy as `np`. Its lines keep numbers of moderate size and away from poles.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from backsight.api import trace
from backsight.errors import ShapeError, TraceError
from backsight.ir.program import Program
from backsight.ir.text import from_text
from backsight.transforms import gradient, simplify
from tests.agreement import assert_close, run_javascript, run_numpy, run_reference

LARGEST = 50.0
_files = count(1)

# Expressions of one value; `{x}` is an atom or in parentheses.
UNARY = (
    "-{x}",
    "{x} ** 2",
    "{x} ** 3",
    "2 * {x}",
    "{x} * 0.5",
    "{x} / 4",
    "3 / (2 + {x} ** 2)",
    "1 - {x}",
    "{x} - 0.25",
    "{x} + 1",
    "np.tanh({x})",
    "np.sin({x})",
    "np.cos({x})",
    "np.exp(-{x} ** 2)",
    "np.exp(np.tanh({x}))",
    "np.log(1.5 + {x} ** 2)",
    "np.log1p({x} ** 2)",
    "np.sqrt(0.3 + {x} ** 2)",
    "np.abs({x})",
    "np.maximum({x}, 0)",
    "np.minimum({x}, 0.7)",
    "np.where({x} > 0, {x}, 0.01 * {x})",
    "np.logaddexp({x}, 0)",
    "np.logaddexp(0, {x})",
    "1 / (1 + np.exp(-{x}))",
    "np.clip({x}, -1.1, 1.3)",
    "np.square({x})",
    "({x} > 0.1) * {x}",
    "(0.5 + {x} ** 2) ** -1",
    "(0.5 + {x} ** 2) ** 0.5",
    "-(2 * {x}) / 3",
    "0 * {x} + {x}",
    "{x} * 1",
    "np.sum({x})",
    "np.mean({x})",
    "np.max({x})",
    "{x}.T",
    "{x}[None]",
    "{x}.reshape(-1)",
    "np.sin({x}) * np.cos({x})",
    "{x} * {x} / (1 + {x} * {x})",
    "np.sign({x}) * {x}",
    "np.floor({x}) + {x}",
    "{x} / s",
    "-{x} / (2 * s)",
    "1 / s * {x}",
    "s * -{x} / 3",
    "3 / s * (2 * {x}) / 7",
    "1 / (2 * s) * {x} ** 2",
    "-3 / (s * (1 + {x} ** 2))",
)
# Of a value with at least one axis.
AXIS = (
    "np.sum({x}, axis={a})",
    "np.sum({x}, axis={a}, keepdims=True)",
    "np.mean({x}, axis={a})",
    "np.mean({x}, axis={a}, keepdims=True)",
    "np.max({x}, axis={a}, keepdims=True)",
    "np.logaddexp.reduce({x}, axis={a})",
    "np.expand_dims({x}, {a})",
    "{x} - np.mean({x}, axis={a}, keepdims=True)",
    "{x}[0]",
    "{x}[..., -1]",
    "{x}[1:]",
    "{x}[..., :1]",
    "{x}[::2]",
    "np.stack([{x}, 2 * {x}], axis={a})",
    "np.concatenate([{x}, {x} ** 2], axis={a})",
    "np.swapaxes({x}, 0, -1)",
)
# Of two values; those whose shapes do not fit are thrown away.
BINARY = (
    "{x} + {y}",
    "{x} - {y}",
    "{x} * {y}",
    "{x} / (1.5 + {y} ** 2)",
    "(1.2 + {x} ** 2) ** np.tanh({y})",
    "np.maximum({x}, {y})",
    "np.minimum({x}, {y})",
    "np.where({x} > {y}, {x}, {y})",
    "np.where({x} > {y}, {y}, 2.0)",
    "np.where(({x} > 0) & ({y} > 0), {x}, {y})",
    "np.logaddexp({x}, {y})",
    "{x} @ {y}",
    "{x}.T @ {y}",
    "{x} @ {y}.T",
    "np.dot({x}, {y})",
    "np.outer({x}, {y})",
    "2 * {x} * {y} / 4",
    "{x} / 3 - {y} / 3",
    "-{x} * -{y}",
    "({x} <= {y}) * {x}",
    "np.einsum('ij,ij->i', {x}, {y})",
    "np.einsum('ij,kj->ki', {x}, {y})",
    "np.stack([{x}, {y}])",
    "{x} / s + {y} / s",
    "{x} / s - {y} / s",
    "-{x} / s + {y} / s",
    "-{x} / s - {y} / s",
    "-2 * {x} / s - -2 * {y} / s",
    "-2 * {x} / s + 2 * {y} / s",
    "3 * {x} / s - -3 * {y} / s",
    "0 * {x} / s + 0 * {y} / s",
    "{x} / s * ({y} / s)",
    "-({x} * {y}) / -s",
    "{x} / (s + {y} ** 2) / s",
    "np.concatenate([{x}, {y}])",
)
SHAPES = ((), (1,), (3,), (2,), (2, 3), (3, 2), (1, 3), (2, 1), (2, 2, 3), (1, 1), (3, 3))


@dataclass(frozen=True)
class RandomFunction:
    """A function of arrays, and a number `s` to divide by, that returns one number; away from kinks."""

    source: str
    inputs: tuple[Any, ...]

    @property
    def names(self) -> list[str]:
        return ["s", *(f"x{i + 1}" for i in range(len(self.inputs) - 1))]

    def with_numpy(self, library: Any) -> Callable[..., Any]:
        """The function, with that library as its `np`."""
        file = f"<random function {next(_files)}>"
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(keepends=True), file)
        namespace: dict[str, Any] = {"np": library}
        exec(compile(self.source, file, "exec"), namespace)
        found: Callable[..., Any] = namespace["function"]
        return found

    def __str__(self) -> str:
        return "\n".join(
            [self.source, *(f"{n} = {x!r}" for n, x in zip(self.names, self.inputs, strict=True))]
        )


def random_function(random: Random, lines: int = 7) -> RandomFunction:
    """A function of 1 to 3 arrays; every line uses values before it, some of them nested."""
    inputs = [_array(random, random.choice(SHAPES)) for _ in range(random.randint(1, 3))]
    known: dict[str, Any] = {"s": np.float64(random.uniform(1.2, 3))} | {
        f"x{i + 1}": x for i, x in enumerate(inputs)
    }
    arguments = dict(known)
    body: list[str] = []
    for _ in range(random.randint(2, lines)):
        # Some lines assign to a name again, as people do.
        name = f"v{random.randint(1, 6)}"
        expression, value = _line(random, known)
        body.append(f"    {name} = {expression}")
        known[name] = value
    used = random.sample(sorted(known), min(len(known), random.randint(1, 3)))
    total = " + ".join(f"np.sum({name})" for name in [*used, name])
    source = "\n".join([f"def function({', '.join(arguments)}):", *body, f"    return {total}", ""])
    return RandomFunction(source, tuple(arguments.values()))


def _array(random: Random, shape: tuple[int, ...]) -> Any:
    return np.array([random.uniform(-2, 2) for _ in range(int(np.prod(shape)))]).reshape(shape)[()]


def _line(random: Random, known: dict[str, Any]) -> tuple[str, Any]:
    """An expression whose value is finite and not too large; a plain one if none is found."""
    for _ in range(20):
        expression = _expression(random, known, random.randint(1, 3))
        try:
            with np.errstate(all="raise"):
                value = eval(expression, {"np": np}, known)
        except (ValueError, IndexError, TypeError, AttributeError, FloatingPointError, ZeroDivisionError):
            continue
        size = np.size(value)
        if (
            0 < size <= 60
            and np.ndim(value) <= 4
            and value.dtype == float
            and np.max(np.abs(value)) < LARGEST
        ):
            return expression, value
    name = random.choice(sorted(known))
    return f"np.tanh({name})", np.tanh(known[name])


def _expression(random: Random, known: dict[str, Any], depth: int) -> str:
    if depth == 0:
        return random.choice(sorted(known))
    template = random.choice(random.choice((UNARY, BINARY, AXIS)))
    x, y = (_operand(random, known, depth - 1) for _ in range(2))
    return template.format(x=x, y=y, a=random.choice((0, -1, 1)))


def _operand(random: Random, known: dict[str, Any], depth: int) -> str:
    text = _expression(random, known, depth if random.random() < 0.6 else 0)
    return text if text.isidentifier() else f"({text})"


def programs(function: RandomFunction) -> tuple[Program, Program, Program]:
    """The traced Program, its gradient as reverse mode leaves it, and as `value_and_grad` runs it."""
    traced = trace(function.with_numpy(np), *function.inputs)
    wrt = [v.name for v in traced.inputs]
    plain = gradient(traced, wrt, name="plain").program
    return traced, plain, simplify(gradient(simplify(traced), wrt, name="short").program)


def refused(function: RandomFunction) -> bool:
    """Whether tracing says no, with a reason, to what NumPy allows, such as an axis of a number."""
    try:
        trace(function.with_numpy(np), *function.inputs)
    except (ShapeError, TraceError) as error:
        assert error.origin is not None and error.origin.text, "a refusal without a place"
        return True
    return False


def check_without_jax(function: RandomFunction) -> tuple[Program, list[Any]]:
    """NumPy itself, the traced Program, its gradient with and without algebra, as text and as source, agree.

    Returns:
        The gradient as it is run, and its answers.

    Raises:
        AssertionError: two of them differ.
    """
    traced, plain, short = programs(function)
    value = function.with_numpy(np)(*function.inputs)
    expected = run_reference(plain, function.inputs)
    for found in (run_reference(traced, function.inputs)[0], expected[0]):
        np.testing.assert_allclose(found, value, rtol=1e-12, atol=1e-12, err_msg="tracing changed the value")
    scale = max(float(np.max(np.abs(g))) for g in expected[1:]) + 1e-3
    for program, run, what in (
        (plain, run_numpy, "NumPy source"),
        (short, run_reference, "simplify"),
        (short, run_numpy, "NumPy source of simplified"),
        (from_text(str(short)), run_numpy, "text and back"),
        (simplify(short), run_reference, "simplify twice"),
    ):
        for ours, theirs in zip(run(program, function.inputs), expected, strict=True):
            assert ours.shape == theirs.shape, what
            np.testing.assert_allclose(
                ours, theirs, rtol=1e-10, atol=1e-11 * scale, err_msg=f"{what}\n{program}"
            )
    assert from_text(str(plain)) == plain
    return short, expected


def check_with_jax(function: RandomFunction, answers: Sequence[Any]) -> None:
    """Raises: AssertionError where JAX, running the same source, has another gradient."""
    places = tuple(range(len(function.inputs)))
    derived = jax.jit(jax.value_and_grad(function.with_numpy(jnp), places))
    value, slopes = derived(*map(jnp.asarray, function.inputs))
    scale = max(float(np.max(np.abs(g))) for g in answers[1:]) + 1e-3
    assert_close([value], answers[:1], 1e-11, "JAX's value")
    for ours, theirs in zip(answers[1:], slopes, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10 * scale, err_msg="JAX's gradient")


def disagreements(seed: int, number: int) -> list[str]:
    """What is wrong with that many random functions, in NumPy, JavaScript and JAX."""
    problems: list[str] = []
    tasks: list[tuple[Program, Sequence[Any]]] = []
    sources: list[tuple[str, list[Any]]] = []
    for case in range(number):
        function = random_function(Random(f"{seed} {case}"), lines=10)
        if refused(function):
            continue
        label = f"random function, seed {seed}, case {case}\n{function}\n"
        try:
            short, answers = check_without_jax(function)
            check_with_jax(function, answers)
        except Exception as error:  # any escape is a finding
            problems.append(f"{label}{type(error).__name__}: {error}")
            continue
        tasks.append((short, function.inputs))
        sources.append((label, answers))
    for (label, answers), found in zip(sources, run_javascript(tasks), strict=True):
        try:
            assert_close(found, answers, 1e-9, "JavaScript")
        except AssertionError as error:
            problems.append(f"{label}{error}")
    return problems
