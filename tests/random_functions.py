"""Random functions as people write them: lines of NumPy, names, broadcasting, nested expressions, modes.

The source is executed three ways: on arrays by NumPy, on Tracers by backsight, on JAX's own tracers with
jax.numpy as `np` and JAX's transformations as `bs`. Its lines keep numbers of moderate size and away from
poles.
"""

from __future__ import annotations

import linecache
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from typing import Any

import numpy as np

import backsight as bs
from backsight.errors import BatchError, DifferentiationError, ShapeError, TraceError

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
# What only some witnesses know; `more=True` draws from these, too.
MORE_UNARY = (
    "np.expm1(np.tanh({x}))",
    "np.arctan({x})",
    "np.arcsinh({x})",
    "np.cosh(np.tanh({x}))",
    "np.sinh(np.tanh({x}))",
    "np.tan(np.tanh({x}))",
    "np.arcsin(np.tanh({x}) * 0.9)",
    "np.log2(1.5 + {x} ** 2)",
    "np.exp2(np.tanh({x}))",
    "np.cbrt(0.5 + {x} ** 2)",
    "np.hypot({x}, 1.3)",
    "np.sinc({x})",
    "np.trunc({x}) + {x}",
    "np.var({x})",
    "np.sqrt(0.1 + np.var({x}))",
    "np.prod(np.cos({x}))",
    "np.min({x})",
    "np.flip({x})",
    "np.atleast_2d({x})",
    "np.triu(np.atleast_2d({x}))",
    "np.linalg.inv(6 * np.eye(3) + {x})",
    "np.linalg.slogdet(6 * np.eye(3) + {x})[1]",
    "np.linalg.det(3 * np.eye(2) + np.tanh({x}))",
)
MORE_AXIS = (
    "np.cumsum({x}, axis={a})",
    "np.cumprod(np.cos({x}), axis={a})",
    "np.sort({x}, axis={a})",
    "np.var({x}, axis={a}, keepdims=True)",
    "np.prod(np.cos({x}), axis={a})",
    "np.min({x}, axis={a}, keepdims=True)",
    "np.max({x}, axis={a}) + np.argmax({x}, axis={a})",
    "np.flip({x}, axis={a})",
    "np.roll({x}, 1, axis={a})",
    "np.repeat({x}, 2, axis={a})",
    "np.tile({x}, 2)",
    "np.diff({x}, axis={a})",
    "{x}[::-1]",
    "np.pad({x}, 1)",
    "np.take({x}, np.array([0, 0]), axis={a})",
    "{x}[np.array([0, -1])]",
    "np.linalg.norm({x} + 3, axis={a})",
    "np.moveaxis({x}, 0, -1)",
    "{x}[..., None]",
)
MORE_BINARY = (
    "np.hypot({x}, 1 + {y} ** 2)",
    "np.arctan2({x}, 1.5 + {y} ** 2)",
    "np.tensordot({x}, {y}, axes=0)",
    "np.inner({x}, {y})",
    "np.kron({x}, {y})",
    "np.vstack([{x}, {y}])",
    "np.hstack([{x}, {y}])",
    "np.convolve({x}, {y})",
    "np.linalg.solve(6 * np.eye(3) + {x}, {y})",
    "np.mod({x}, 1.7) * {y}",
    "np.einsum('ij,jk->ki', {x}, {y})",
)
SHAPES = ((), (1,), (3,), (2,), (2, 3), (3, 2), (1, 3), (2, 1), (2, 2, 3), (1, 1), (3, 3))


# A function of one value is handed to a mode; `{f}` returns a number, `{g}` an array.
MODES = (
    "bs.grad({f})({x})",
    "bs.jvp({f}, ({x},), ({y},))[1]",
    "bs.jvp({g}, ({x},), ({y},))[1]",
    "bs.hvp({f})({x}, {y})",
    "bs.jacobian({g})({x})",
    "bs.hessian({f})({x})",
    "bs.vmap({g})({x})",
    "bs.vmap({f})({x})",
    "bs.vmap(bs.grad({f}))({x})",
    "bs.grad(lambda u: np.sum(bs.vmap({g})(u)))({x})",
    "bs.stop_gradient({x}) * {x}",
)
BRANCH = "{x} if np.sum({y}) > 0.1 else np.tanh({x})"
INDENT = "    "
_REFUSALS = (ShapeError, TraceError, DifferentiationError, BatchError)


Templates = tuple[tuple[str, ...], ...]
PLAIN: Templates = (UNARY, BINARY, AXIS)


@dataclass(frozen=True)
class _Choice:
    """What lines are drawn from."""

    modes: float
    templates: Templates


@dataclass(frozen=True)
class RandomFunction:
    """A function of arrays, and a number `s` to divide by, that returns one number; away from kinks."""

    lines: tuple[str, ...]
    arguments: Mapping[str, Any]

    @property
    def source(self) -> str:
        head = f"def function({', '.join(self.arguments)}):"
        return "\n".join([head, *(INDENT + line for line in self.lines), ""])

    @property
    def inputs(self) -> tuple[Any, ...]:
        return tuple(self.arguments.values())

    @property
    def decides(self) -> bool:
        return " if " in self.source

    def with_numpy(self, library: Any, modes: Any = bs) -> Callable[..., Any]:
        """The function, with that library as its `np` and those transformations as its `bs`."""
        file = f"<random function {next(_files)}>"
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(keepends=True), file)
        namespace: dict[str, Any] = {"np": library, "bs": modes}
        exec(compile(self.source, file, "exec"), namespace)
        found: Callable[..., Any] = namespace["function"]
        return found

    def with_lines(self, lines: tuple[str, ...]) -> RandomFunction:
        return replace(self, lines=lines)

    def __str__(self) -> str:
        return "\n".join([self.source, *(f"{name} = {x!r}" for name, x in self.arguments.items())])


def random_function(random: Random, lines: int = 7, modes: float = 0.0, more: bool = False) -> RandomFunction:
    """A function of 1 to 3 arrays; every line uses values before it, some of them nested.

    Args:
        lines: the most lines it has.
        modes: the share of lines that differentiate or batch a function of their own.
        more: draw from all operations that NumPy and JAX share, not from the plainest alone.
    """
    templates = (UNARY + MORE_UNARY, BINARY + MORE_BINARY, AXIS + MORE_AXIS) if more else PLAIN
    inputs = [_array(random, random.choice(SHAPES)) for _ in range(random.randint(1, 3))]
    arguments: dict[str, Any] = {"s": np.float64(random.uniform(1.2, 3))}
    arguments |= {f"x{i + 1}": x for i, x in enumerate(inputs)}
    known = dict(arguments)
    body: list[str] = []
    name = "s"
    for _ in range(random.randint(2, lines)):
        # Some lines assign to a name again, as people do.
        name = f"v{random.randint(1, 6)}"
        body += _statement(random, name, known, _Choice(modes, templates), depth=0)
    used = random.sample(sorted(known), min(len(known), random.randint(1, 3)))
    total = " + ".join(f"np.sum({name})" for name in [*used, name])
    return RandomFunction((*body, f"return {total}"), arguments)


def _statement(random: Random, name: str, known: dict[str, Any], choice: _Choice, depth: int) -> list[str]:
    """The lines that compute a value and give it a name; its value is added to what is known."""
    if random.random() < choice.modes / (depth + 1):
        made = _mode(random, name, known, choice, depth)
        if made:
            return made
    expression, value = _line(random, known, choice, branches=choice.modes > 0 and depth == 0)
    known[name] = value
    return [f"{name} = {expression}"]


def _mode(random: Random, name: str, known: dict[str, Any], choice: _Choice, depth: int) -> list[str]:
    """A function of its own, which may use what is known, and a line that hands it to a mode."""
    x = random.choice(sorted(known))
    template = random.choice(MODES)
    inside = known[x][0] if "vmap" in template and np.ndim(known[x]) else known[x]
    if ("vmap" in template) != bool(np.ndim(known[x])) and "vmap" in template:
        return []
    u, f = f"u{depth}", f"f{depth}"
    inner = {**known, u: np.asarray(inside)[()]}
    body: list[str] = []
    w = u
    for number in range(random.randint(1, 3)):
        w = f"w{depth}{number}"
        body += _statement(random, w, inner, choice, depth + 1)
    result = f"np.sum({w})" if "{f}" in template else w
    define = [f"def {f}({u}):", *(INDENT + line for line in body), f"{INDENT}return {result}"]
    y = random.choice([n for n in sorted(known) if np.shape(known[n]) == np.shape(known[x])])
    expression = template.format(f=f, g=f, x=x, y=y)
    value = _value([*define, f"value = {expression}"], known)
    if value is None:
        return []
    known[name] = value
    return [*define, f"{name} = {expression}"]


def _value(lines: list[str], known: dict[str, Any]) -> Any:
    """What lines compute, if it is finite and not too large; None otherwise."""
    namespace = {"np": np, "bs": bs, **known}
    file = f"<random lines {next(_files)}>"
    source = "\n".join(lines)
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    try:
        with np.errstate(all="raise"), warnings.catch_warnings(action="error"):
            exec(compile(source, file, "exec"), namespace)
    except (ValueError, IndexError, TypeError, AttributeError, ArithmeticError, Warning, *_REFUSALS):
        return None
    finally:
        del linecache.cache[file]
    return namespace["value"] if _moderate(namespace["value"]) else None


def _moderate(value: Any) -> bool:
    return bool(
        0 < np.size(value) <= 60
        and np.ndim(value) <= 4
        and np.asarray(value).dtype == float
        and np.max(np.abs(value)) < LARGEST
    )


def _array(random: Random, shape: tuple[int, ...]) -> Any:
    return np.array([random.uniform(-2, 2) for _ in range(int(np.prod(shape)))]).reshape(shape)[()]


def _line(random: Random, known: dict[str, Any], choice: _Choice, branches: bool = False) -> tuple[str, Any]:
    """An expression whose value is finite and not too large; a plain one if none is found."""
    for _ in range(20):
        expression = _expression(random, known, choice.templates, random.randint(1, 3))
        if branches and random.random() < 0.1:
            expression = BRANCH.format(x=f"({expression})", y=random.choice(sorted(known)))
        try:
            with np.errstate(all="raise"), warnings.catch_warnings(action="error"):
                value = eval(expression, {"np": np}, known)
        except (ValueError, IndexError, TypeError, AttributeError, ArithmeticError, Warning):
            continue
        if _moderate(value):
            return expression, value
    name = random.choice(sorted(known))
    return f"np.tanh({name})", np.tanh(known[name])


def _expression(random: Random, known: dict[str, Any], templates: Templates, depth: int) -> str:
    if depth == 0:
        return random.choice(sorted(known))
    template = random.choice(random.choice(templates))
    x, y = (_operand(random, known, templates, depth - 1) for _ in range(2))
    return template.format(x=x, y=y, a=random.choice((0, -1, 1)))


def _operand(random: Random, known: dict[str, Any], templates: Templates, depth: int) -> str:
    text = _expression(random, known, templates, depth if random.random() < 0.6 else 0)
    return text if text.isidentifier() else f"({text})"
