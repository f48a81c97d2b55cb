"""Derivatives that a person decides: `stop_gradient` and `custom_vjp`."""

from __future__ import annotations

import functools
import inspect
import linecache
from collections.abc import Callable, Sequence
from typing import Any

from backsight.api.recording import Placeholder, Traced, function_name, trace_call
from backsight.api.transformed import call, handed_over
from backsight.errors import DifferentiationError
from backsight.ir.builder import Builder
from backsight.ir.evaluate import array_type
from backsight.ir.program import ArrayType, Constant, Origin, Program, Var
from backsight.ops.shapes import show
from backsight.ops.value import apply
from backsight.tracing.functions.common import quiet
from backsight.tracing.numpy import Tracer, has_tracer, innermost_tracer
from backsight.tracing.source import user_origin
from backsight.tracing.trees import flatten, leaves_like, unflatten
from backsight.transforms import simplify


def stop_gradient(x: Any) -> Any:
    """The same values, but constants for every derivative: no slope passes through them.

    Args:
        x: a number, an array, or tuples, lists and dicts of them.

    Example:
        >>> import backsight
        >>> backsight.grad(lambda x: backsight.stop_gradient(x) * x)(3.0)
        np.float64(3.0)
    """
    leaves, structure = flatten(x)
    return unflatten(
        structure, [apply("stop_gradient", leaf) if isinstance(leaf, Tracer) else leaf for leaf in leaves]
    )


class CustomVjp:
    """A function with a backward pass of its own; see `custom_vjp`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._backward: Callable[..., Any] | None = None
        functools.update_wrapper(self, function)

    def defvjp(self, backward: Callable[..., Any]) -> Callable[..., Any]:
        """Say how blame goes back; usable as a decorator.

        Args:
            backward: takes the cotangent of the value, the value, and the arguments; returns a cotangent for
                each argument, as a tuple (alone for a single argument), None where there is no slope.
        """
        self._backward = backward
        return backward

    def __call__(self, *args: Any) -> Any:
        if self._backward is None:
            raise DifferentiationError(
                f"{function_name(self._function)} has no backward pass yet",
                origin=user_origin(),
                remedy=f"give it one: {function_name(self._function)}.defvjp(backward)",
            )
        owner = innermost_tracer(flatten(args)[0])
        return self._function(*args) if owner is None else self._recorded(owner, self._backward, args)

    def _recorded(self, owner: Tracer, backward: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """Record the function, and after it an equation per output that knows the way back."""
        name = function_name(self._function)
        traced = trace_call(self._function, args, {})
        if has_tracer(traced.captured):
            raise DifferentiationError(
                f"{name} closes over a traced value, whose gradient its backward pass would lose",
                origin=user_origin(),
                remedy="pass the value as an argument",
            )
        leaves = flatten(args)[0]
        values = call(simplify(traced.program), [*leaves, *traced.captured])
        rule, places = _traced_rule(name, backward, traced, values, args)
        others = rule.program.inputs[2 * len(values) :]
        given = zip([*leaves, *rule.captured], others, strict=True)
        read = [owner.like(handed_over(owner, x, v.name)) for x, v in given]
        results = []
        for number, y in enumerate(values):
            if y.type.dtype != "float64":
                results.append(y)
                continue
            if places:
                text = str(_for_output(rule.program, number, len(values)))
                rest = [*values[:number], *values[number + 1 :], *read]
                build = functools.partial(apply, "custom", y, *rest, backward=text, places=places)
            else:
                build = functools.partial(apply, "stop_gradient", y)
            results.append(quiet(owner, build) if isinstance(y.atom, Var) and y.atom.named else build())
        return unflatten(traced.structure, results)


def custom_vjp(function: Callable[..., Any]) -> CustomVjp:
    """Give a function a backward pass of your own, in the place of the derived one.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> @backsight.custom_vjp
        ... def rounded(x):
        ...     return np.floor(x + 0.5)
        >>> @rounded.defvjp
        ... def straight_through(g, y, x):
        ...     return g
        >>> print(backsight.grad(lambda x: rounded(x) ** 2)(2.8))
        6.0

    Forward mode, Jacobians and `vmap` follow from the backward pass, which must be linear in the cotangent.

    Raises:
        DifferentiationError: (when traced) the backward pass returns the wrong number or shapes of
            cotangents, or the function closes over a traced value.
    """
    return CustomVjp(function)


def _traced_rule(
    name: str, backward: Callable[..., Any], traced: Traced, values: Sequence[Tracer], args: tuple[Any, ...]
) -> tuple[Traced, tuple[int, ...]]:
    """The backward pass as a Program, and which operand of `custom` each of its outputs is for."""
    places: list[int] = []
    types = [v.type for v in traced.program.inputs]
    names = [name for group in traced.arguments for name in group]

    def kept(g: Any, y: Any, *xs: Any) -> list[Any]:
        found = _cotangents(name, backward, backward(g, y, *xs), args)
        results = []
        for number, cotangent in enumerate(found):
            if cotangent is not None and types[number].dtype == "float64":
                _check_shape(name, backward, names[number], cotangent, types[number])
                places.append(len(values) + number)
                results.append(cotangent * 1.0)
        return results or [g]

    functools.update_wrapper(kept, backward)
    cotangents = [Placeholder(y.type, lambda: None) for y in values]
    known = [Placeholder(y.type, y.example) for y in values]
    given = (unflatten(traced.structure, cotangents), unflatten(traced.structure, known), *args)
    return trace_call(kept, given, {}), tuple(places)


def _cotangents(name: str, backward: Callable[..., Any], result: Any, args: tuple[Any, ...]) -> list[Any]:
    """What a backward pass returned, number by number as in the arguments."""
    if len(args) == 1 and not (isinstance(result, tuple) and len(result) == 1):
        result = (result,)
    if not isinstance(result, tuple | list) or len(result) != len(args):
        count = len(result) if isinstance(result, tuple | list) else 1
        raise DifferentiationError(
            f"the backward pass of {name} returns {count} cotangents for {len(args)} arguments",
            origin=_origin(backward),
            remedy="return a tuple with one for each argument, None where there is no slope",
        )
    found: list[Any] = []
    for cotangent, argument in zip(result, args, strict=True):
        leaves, structure = flatten(argument)
        found += [None] * len(leaves) if cotangent is None else leaves_like(structure, cotangent)
    return found


def _check_shape(
    name: str, backward: Callable[..., Any], argument: str, cotangent: Any, type: ArrayType
) -> None:
    found = cotangent.type if isinstance(cotangent, Tracer) else array_type(cotangent)
    if found.shape != type.shape:
        raise DifferentiationError(
            f"the backward pass of {name} returns a cotangent of shape {show(found.shape)} for {argument}, "
            f"which has shape {show(type.shape)}",
            origin=_origin(backward),
            remedy="a cotangent has its argument's shape: sum over the axes along which it was stretched",
        )


def _origin(function: Callable[..., Any]) -> Origin | None:
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return user_origin()
    line = code.co_firstlineno
    text = linecache.getline(code.co_filename, line).strip()
    return Origin(code.co_filename, line, text, code.co_qualname)


def _for_output(program: Program, number: int, count: int) -> Program:
    """The backward pass of one output, which comes first; the others have no blame."""
    builder = Builder(program.name)
    builder.reserve(program)
    cotangents, values = program.inputs[:count], program.inputs[count : 2 * count]
    rest = program.inputs[2 * count :]
    own = cotangents[number]
    builder.inputs += [own, values[number], *values[:number], *values[number + 1 :], *rest]
    seeds = [
        own if v is own else builder.apply("broadcast", (Constant(0.0),), shape=v.type.shape)
        for v in cotangents
    ]
    return simplify(builder.finish(builder.inline(program, [*seeds, *values, *rest])))
