"""From a function and example arguments to a Program."""

from __future__ import annotations

import inspect
import linecache
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backsight.emit.compiled import compile as compile_program
from backsight.errors import BacksightError, TraceError
from backsight.ir.evaluate import array_type, to_array
from backsight.ir.program import ArrayType, Dim, Origin, Program
from backsight.tracing.builder import TraceBuilder
from backsight.tracing.numpy import Tracer, finish
from backsight.tracing.trees import flatten, leaf_names, unflatten
from backsight.tracing.writing import ArgumentTracer
from backsight.transforms import gradient, simplify

Axes = Mapping[str, Sequence[Dim | None]]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """An argument of which the type is known, and how to get at an example (None where there is none)."""

    type: ArrayType
    example: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Traced:
    """A Program with what is needed to call it like the function it came from.

    Attributes:
        arguments: for each argument, the names of its inputs.
        captured: what the function closes over, in the order of the inputs that follow the arguments.
        structure: how the result is nested (see `tracing.trees.flatten`).
        sizes: of named dimensions, on the example.
    """

    program: Program
    arguments: tuple[tuple[str, ...], ...]
    captured: tuple[Any, ...]
    structure: Any
    sizes: Mapping[str, int]


def trace(function: Callable[..., Any], /, *args: Any, axes: Axes | None = None) -> Program:
    """Record what a function does to example arguments, as a Program.

    Args:
        function: plain Python with operators and NumPy calls.
        args: one example per parameter: a number, an array, an `ArrayType` (then no `if` on values), or a
            tuple, list or dict of these. Arrays that the function closes over become further inputs.
        axes: names for axes whose size may vary, by argument name: `axes={"X": ("n", None)}`.

    Returns:
        The Program, with names and origins from the function's source.

    Raises:
        TraceError: the function does something that cannot be recorded; the error names the line and the
            remedy.
        ShapeError: operands do not fit together.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> def neuron(w, x, b):
        ...     z = w @ x + b
        ...     return np.tanh(z)
        >>> print(backsight.trace(neuron, np.ones(2), np.ones(2), 0.5))
        program neuron(w*: f[2], x*: f[2], b*: f[]) {
          t1: f[] = contract(w, x, spec='i,i->')
          z*: f[] = add(t1, b)
          t2: f[] = tanh(z)
          return t2
        }
    """
    return trace_call(function, args, axes or {}).program


def trace_call(
    function: Callable[..., Any],
    args: Sequence[Any],
    axes: Axes,
    names: Sequence[Sequence[str]] | None = None,
) -> Traced:
    """`trace`, keeping also how arguments and result are nested.

    Args:
        args: examples as for `trace`, or values of an enclosing trace.
        names: for each argument, what to call its inputs; the function's own names if None.
    """
    names = names or argument_names(function, args)
    builder = TraceBuilder(function_name(function), _run_quietly)
    values: list[Any] = []
    inputs: list[tuple[str, ...]] = []
    for called, argument in zip(names, args, strict=True):
        leaves, structure = flatten(argument)
        tracers = [_input(builder, name, leaf, axes) for name, leaf in zip(called, leaves, strict=True)]
        inputs.append(tuple(str(t.atom) for t in tracers))
        values.append(unflatten(structure, tracers))
    unknown = set(axes) - {name for group in inputs for name in group}
    if unknown:
        raise TraceError(
            f"axes names axes of {', '.join(map(repr, sorted(unknown)))}, but there is no argument "
            f"{sorted(unknown)[0]!r}",
            remedy=f"the arguments are {', '.join(n for group in inputs for n in group)}",
        )
    with builder.recording():
        try:
            result = function(*values)
        except (TypeError, ValueError) as error:
            raise _explained(error, function) from error
        program, structure = finish(builder, result)
    captured = builder.surroundings()
    return Traced(program, tuple(inputs), captured, structure, builder.examples.dims)


def argument_names(function: Callable[..., Any], args: Sequence[Any]) -> list[list[str]]:
    """For each argument, the names of the numbers and arrays in it.

    Raises:
        TraceError: it is no function, or takes another number of arguments.
    """
    if not callable(function):
        raise TraceError(f"{function!r} is not a function", remedy="pass the function itself, not its result")
    parameters = parameter_names(function, len(args))
    return [leaf_names(argument, name) for name, argument in zip(parameters, args, strict=True)]


def _run_quietly(program: Program, inputs: Sequence[Any]) -> Sequence[Any]:
    """Run a Program on an example: an overflow there is for the function itself to warn of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return compile_program(program)(*inputs)


def _explained(error: Exception, function: Callable[..., Any]) -> Exception:
    """An error about a Tracer means a call that cannot be recorded; any other is the user's own."""
    if isinstance(error.__cause__, BacksightError):
        return error.__cause__  # NumPy's words around a refusal of ours
    if "Tracer" not in str(error) and "must be real number" not in str(error):
        return error
    trace_back, origin = error.__traceback__, None
    code = inspect.unwrap(function).__code__ if hasattr(inspect.unwrap(function), "__code__") else None
    while trace_back is not None:
        if code is None or trace_back.tb_frame.f_code.co_filename == code.co_filename:
            file, line = trace_back.tb_frame.f_code.co_filename, trace_back.tb_lineno
            origin = Origin(file, line, linecache.getline(file, line).strip())
        trace_back = trace_back.tb_next
    remedy = "use operators and np.* functions"
    if "complex" in str(error):
        remedy = "there are no complex numbers here: write the real and the imaginary part, np.cos and np.sin"
    return TraceError(re.sub(r"\w*Tracer", "traced value", str(error)), origin=origin, remedy=remedy)


def _input(builder: TraceBuilder, name: str, leaf: Any, axes: Axes) -> Tracer:
    if isinstance(leaf, Tracer | Placeholder):
        var = builder.add_input(name, leaf.type)
        builder.examples.add_later(var, leaf.example)
        return ArgumentTracer(builder, var)
    if isinstance(leaf, ArrayType):
        return ArgumentTracer(builder, builder.add_input(name, _checked_names(leaf)))
    try:
        type = array_type(leaf)
    except (BacksightError, TypeError, AttributeError):
        raise TraceError(
            f"the argument {name!r} is a {leaf.__class__.__name__}, not a number or an array of numbers",
            remedy="pass numbers, NumPy arrays, or tuples, lists and dicts of them",
        ) from None
    sizes = type.shape
    if name in axes:
        if len(axes[name]) != len(type.shape):
            raise TraceError(
                f"axes[{name!r}] names {len(axes[name])} axes, but {name} has shape {type.shape}"
            )
        shape = tuple(size if dim is None else dim for dim, size in zip(axes[name], type.shape, strict=True))
        type = _checked_names(ArrayType(shape, type.dtype))
    return ArgumentTracer(builder, builder.add_input(name, type, sizes, leaf))


def _checked_names(type: ArrayType) -> ArrayType:
    for dim in type.shape:
        if isinstance(dim, str) and not dim.isidentifier():
            raise TraceError(
                f"{dim!r} is not a name for an axis", remedy="use letters, digits and _, as in 'n'"
            )
    return type


def function_name(function: Callable[..., Any]) -> str:
    """What to call the Program of a function."""
    named: str = getattr(function, "__name__", type(function).__name__)
    name: str = getattr(function, "program_name", named)
    return name if name.isidentifier() else "function"


def parameter_names(function: Callable[..., Any], count: int) -> list[str]:
    """The names of a function's first `count` parameters.

    Raises:
        TraceError: it takes another number of arguments.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return [f"x{i + 1}" for i in range(count)]
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [
        p
        for p in parameters
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty
    ]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
    if count < len(required) or (count > len(positional) and rest is None):
        raise TraceError(
            f"{function_name(function)} takes {len(required)} arguments, but {count} examples were given",
            remedy=f"give one example for each of: {', '.join(positional)}",
        )
    names = positional[:count]
    return names + [f"{rest}_{i}" for i in range(count - len(names))]


def gradient_program(function: Callable[..., Any], example: Mapping[str, Any], wrt: Sequence[str]) -> Program:
    """The value and the gradient of a function as a Program, traced at named example arguments.

    Args:
        function: returns one number.
        example: an argument for each parameter; lists are arrays.
        wrt: the parameters to differentiate by.

    Raises:
        TraceError: see `trace`.
        DifferentiationError: see `value_and_grad`.
    """
    program = simplify(example_program(function, example))
    return simplify(gradient(program, wrt, name=f"grad_{function_name(function)}").program)


def example_program(function: Callable[..., Any], example: Mapping[str, Any]) -> Program:
    """`trace` at named example arguments; lists are arrays."""
    return trace(function, *(to_array(example[name]) for name in parameter_names(function, len(example))))
