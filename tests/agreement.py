"""One Program, several answers: the reference evaluator, the NumPy source and the kernel, all executed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from backsight.emit.jax import JaxSpeller
from backsight.emit.numpy import function_name
from backsight.emit.python import python_name
from backsight.ir.builder import Builder
from backsight.ir.evaluate import bind_dims, evaluate, to_array
from backsight.ir.program import ArrayType, Constant, Program, Var
from backsight.ops import Value, apply
from tests.javascript import execute, job

Arrays = list[np.ndarray]


def run_reference(program: Program, inputs: Sequence[Any]) -> Arrays:
    """The plain Python evaluator's answers."""
    results = evaluate(program, [np.asarray(x) for x in inputs])
    return [np.array(r.data, dtype=float).reshape(r.shape) for r in results]


def run_numpy(program: Program, inputs: Sequence[Any]) -> Arrays:
    """The answers of the emitted NumPy source, run as a person would run it: pasted into an empty file."""
    namespace: dict[str, Any] = {}
    exec(program.emit("numpy"), namespace)
    function = namespace[function_name(program)]
    # NumPy's functions of numbers want NumPy's numbers: 1 / np.float64(0) is inf, 1 / 0.0 raises.
    arguments = [np.asarray(x)[()] for x in inputs]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        result = function(*arguments)
    results = result if len(program.outputs) > 1 else (result,)
    return [np.asarray(r, dtype=float) for r in results]


def run_jax(tasks: Sequence[tuple[Program, Sequence[Any]]]) -> list[Arrays]:
    """The answers of the emitted JAX sources, each pasted into an empty file; compiled as one function."""
    functions, operands = [], []
    for program, inputs in tasks:
        namespace: dict[str, Any] = {}
        exec(program.emit("jax"), namespace)
        functions.append(namespace[python_name(program, JaxSpeller.reserved)])
        operands.append([np.asarray(x) for x in inputs])

    @jax.jit
    def run(operands: list[list[Any]]) -> list[Any]:
        return [function(*xs) for function, xs in zip(functions, operands, strict=True)]

    found = []
    for (program, _), result in zip(tasks, run(operands), strict=True):
        results = result if len(program.outputs) > 1 else (result,)
        found.append([np.asarray(r, dtype=float) for r in results])
    return found


def run_javascript(tasks: Sequence[tuple[Program, Sequence[Any]]], mode: str = "fused") -> list[Arrays]:
    """The answers of executed kernels: one Node process for all tasks."""
    if not tasks:
        return []
    results = execute([job(program, inputs, mode=mode) for program, inputs in tasks])
    return [_picked(program, inputs, found) for (program, inputs), found in zip(tasks, results, strict=True)]


def _picked(program: Program, inputs: Sequence[Any], found: Mapping[str, list[float]]) -> Arrays:
    dims = bind_dims(program, [to_array(np.asarray(x)) for x in inputs])
    answers = []
    for output in program.outputs:
        shape = tuple(dims[d] if isinstance(d, str) else d for d in output.type.shape)
        values = found[output.name] if isinstance(output, Var) else [float(output.value)]
        answers.append(np.array(values, dtype=float).reshape(shape))
    return answers


def assert_close(
    ours: Sequence[Any], theirs: Sequence[Any], tolerance: float, what: str, terms: float = 0.0
) -> None:
    """Equal up to `tolerance` times the largest finite entry; infinities and NaN at the same places.

    Args:
        terms: how large the terms are that may have cancelled, where nothing but their rounding is left.

    Raises:
        AssertionError: shows both.
    """
    assert len(ours) == len(theirs), what
    for a, b in zip(ours, theirs, strict=True):
        left, right = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
        assert left.shape == right.shape, f"{what}: shapes {left.shape} and {right.shape}"
        finite = np.abs(right[np.isfinite(right)])
        scale = max(1e-300, terms, float(finite.max(initial=0.0)))
        np.testing.assert_allclose(
            left, right, rtol=tolerance, atol=tolerance * min(scale, 1e150), err_msg=what
        )


@dataclass
class Batch:
    """Collects Programs to run in JavaScript, and checks all of them in one Node process."""

    tolerance: float = 1e-12
    tasks: list[tuple[Program, Sequence[Any]]] = field(default_factory=list)
    expected: list[tuple[Sequence[Any], str]] = field(default_factory=list)

    def add(self, program: Program, inputs: Sequence[Any], expected: Sequence[Any], what: str) -> None:
        self.tasks.append((program, inputs))
        self.expected.append((expected, what))

    def check(self) -> None:
        """Raises: AssertionError with every disagreement."""
        problems = []
        for answers, (expected, what) in zip(run_javascript(self.tasks), self.expected, strict=True):
            try:
                assert_close(answers, expected, self.tolerance, f"JavaScript of {what}")
            except AssertionError as error:
                problems.append(str(error))
        assert not problems, f"{len(problems)} disagree\n" + "\n".join(problems[:20])


def input_types(inputs: Iterable[Any]) -> list[ArrayType]:
    return [ArrayType(a.shape, a.dtype) for a in (to_array(np.asarray(x)) for x in inputs)]


def program_of(op: str, inputs: Sequence[Any], params: Mapping[str, Any]) -> Program:
    """`y = op(x1, x2, …)`."""
    builder = Builder(f"one_{op}")
    xs = [builder.input(f"x{i + 1}", type) for i, type in enumerate(input_types(inputs))]
    return builder.finish([builder.apply(op, xs, name="y", **params)])


def weighted_sum(program: Program, weights: Sequence[Any], name: str) -> Program:
    """The scalar Σ weight · output over all entries of all outputs; the weights become further inputs."""
    builder = Builder(name)
    builder.adopt(program)
    total: Any = Value(builder, Constant(0.0))
    for number, (output, weight) in enumerate(zip(program.outputs, weights, strict=True)):
        type = ArrayType(np.shape(weight))
        given = Value(builder, builder.input(f"weight{number + 1}", type))
        product = given * Value(builder, output)
        axes = tuple(range(product.ndim))
        total = total + apply("sum", product, axes=axes, keepdims=False)
    return builder.finish([total.atom])


def differences(
    function: Callable[[Arrays], Arrays], inputs: Arrays, directions: Arrays, step: float = 1e-4
) -> Arrays:
    """The derivative of a function along a direction, by central differences of fourth order."""

    def at(distance: float) -> Arrays:
        return function(
            [x + distance * d if d is not None else x for x, d in zip(inputs, directions, strict=True)]
        )

    near = zip(at(step), at(-step), at(2 * step), at(-2 * step), strict=True)
    return [(8 * (a - b) - (c - d)) / (12 * step) for a, b, c, d in near]


def assert_slopes(
    ours: Arrays,
    function: Callable[[Arrays], Arrays],
    inputs: Arrays,
    directions: Arrays,
    tolerance: float,
    what: str,
    terms: float = 0.0,
) -> None:
    """Equal to central differences, as far as these agree among themselves.

    A jump or a kink within reach, a steep curve, or a slope so small that it drowns in rounding: there other
    steps give other differences, which say how far these are to be believed.

    Raises:
        AssertionError: shows both.
    """
    measured = differences(function, inputs, directions)
    try:
        assert_close(ours, measured, tolerance, what, terms)
    except AssertionError:
        others = [differences(function, inputs, directions, step) for step in (4e-5, 2.5e-4)]
        for number, (slope, central) in enumerate(zip(ours, measured, strict=True)):
            doubt = 10 * np.max([np.abs(other[number] - central) for other in others], axis=0)
            scale = np.max(np.abs(central), where=np.isfinite(central), initial=terms)
            beyond = np.abs(slope - central) > tolerance * scale + doubt
            if np.any(beyond | (np.isfinite(central) & ~np.isfinite(slope))):
                raise
