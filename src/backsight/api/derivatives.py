"""The modes people call: gradients, products with Jacobians, Jacobians and Hessians."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import index
from typing import Any

from backsight.api.recording import Axes, Traced, argument_names, trace_call
from backsight.api.transformed import Transformed, call
from backsight.errors import DifferentiationError, ShapeError
from backsight.ir.evaluate import array_type
from backsight.ir.program import ArrayType, Program
from backsight.ops.shapes import show
from backsight.tracing.numpy import Tracer, located
from backsight.tracing.source import user_origin
from backsight.tracing.trees import flatten, leaf_names, leaves_like, unflatten
from backsight.transforms import Mode, gradient, pullback, pushforward, simplify, split
from backsight.transforms import jacobian as jacobian_program

Argnums = int | Sequence[int]


def value_and_grad(
    function: Callable[..., Any], argnums: Argnums = 0, *, axes: Axes | None = None
) -> Callable[..., tuple[Any, Any]]:
    """A function that returns the value of `function` and its gradient.

    The function is traced and differentiated at the first call, and again when shapes change or an `if` goes
    another way; the gradient is then plain NumPy code, at hand as `.source(*args)` and as `.program(*args)`.

    Args:
        function: returns one number.
        argnums: which arguments to differentiate by; the gradient has the argument's structure and shapes.
        axes: names for axes whose size may vary (see `trace`).

    Raises:
        DifferentiationError: the output is not a single number, or an argument holds integers.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> def cost(w, x, t):
        ...     error = x @ w - t
        ...     return np.mean(error**2)
        >>> step = backsight.value_and_grad(cost)
        >>> w, x, t = np.zeros(2), np.eye(2), np.array([1.0, -2.0])
        >>> step(w, x, t)
        (np.float64(2.5), array([-1.,  2.]))
    """
    return Transformed(function, _value_and_gradient(function, argnums), "grad", axes)


def grad(function: Callable[..., Any], argnums: Argnums = 0, *, axes: Axes | None = None) -> Transformed:
    """A function that returns the gradient of `function`; see `value_and_grad`.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> slope = backsight.grad(lambda x: np.sum(np.sin(x)))
        >>> slope(np.array([0.0, np.pi]))
        array([ 1., -1.])
        >>> backsight.grad(backsight.grad(lambda x: x**3))(2.0)
        np.float64(12.0)
    """
    body = _value_and_gradient(function, argnums)
    return Transformed(function, body, "grad", axes, pick=lambda answer: answer[1])


def vjp(function: Callable[..., Any], /, *args: Any) -> tuple[Any, Pullback]:
    """The value of a function, and how a cotangent of it is pulled back to the arguments.

    The function runs once; what the way back needs is kept. It is traced anew at every call, so it may close
    over values that change; in a loop, `compile` a function that calls `vjp`.

    Returns:
        The value, and a function that takes a cotangent, nested and shaped as the value, and returns a tuple
        with a cotangent for each argument. For y = f(x) and cotangent g: g · ∂y/∂x.

    Raises:
        DifferentiationError: an argument or the value holds something else than floating-point numbers.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> value, back = backsight.vjp(lambda x: x**2, np.array([1.0, 2.0, 3.0]))
        >>> back(np.array([1.0, 0.0, 10.0]))
        (array([ 2.,  0., 60.]),)
    """
    traced = _recorded(function, args)
    wrt = [name for group in traced.arguments for name in group]
    whole = simplify(located(lambda: pullback(traced.program, wrt)).program)
    count = len(traced.program.outputs)
    late = [v.name for v in whole.inputs[len(traced.program.inputs) :]]
    first, second = split(whole, late, count)
    results = call(first, _values(traced, args))
    structure = flatten(tuple(args))[1]
    value = unflatten(traced.structure, results[:count])
    return value, Pullback(whole, second, tuple(results[count:]), traced.structure, structure)


@dataclass(frozen=True)
class Pullback:
    """The way back from a value to the arguments, made by `vjp`."""

    _whole: Program
    _back: Program
    _kept: tuple[Any, ...]
    _value: Any
    _arguments: Any

    def __call__(self, cotangent: Any) -> Any:
        """A cotangent for each argument.

        Raises:
            ShapeError: the cotangent is nested or shaped otherwise than the value.
        """
        leaves = located(lambda: leaves_like(self._value, cotangent))
        expected = self._back.inputs[len(self._kept) :]
        for leaf, var in zip(leaves, expected, strict=True):
            _require_shape(f"the cotangent {var.name}", leaf, var.type, "the value")
        return unflatten(self._arguments, call(self._back, [*self._kept, *leaves]))

    def program(self, *_: Any) -> Program:
        """The value and the cotangents of the arguments, as one Program."""
        return self._whole

    def source(self, *_: Any) -> str:
        """The value and the cotangents of the arguments, as NumPy source."""
        return self._whole.emit("numpy")


def jvp(function: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any], /) -> tuple[Any, Any]:
    """The value of a function, and how it moves when the arguments do.

    Traced anew at every call, as `vjp`.

    Args:
        args: the arguments, as a tuple.
        tangents: for each argument how fast it moves, nested and shaped as it; None where something stands
            still.

    Returns:
        The value and its tangent, nested alike. For y = f(x) and tangent v: ∂y/∂x · v.

    Raises:
        DifferentiationError: something moves that holds no floating-point numbers.
        ShapeError: a tangent is nested or shaped otherwise than its argument.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> backsight.jvp(lambda x: x**2, (np.array([1.0, 2.0]),), (np.array([0.1, 0.0]),))
        (array([1., 4.]), array([0.2, 0. ]))
    """
    if len(args) != len(tangents):
        raise ShapeError(
            f"{len(args)} arguments have {len(tangents)} tangents",
            origin=user_origin(),
            remedy="give one tangent for each argument, None for those that stand still",
        )
    traced = _recorded(function, args)
    moves = located(lambda: _tangents(traced, range(len(args)), args, tangents))
    pushed = simplify(located(lambda: pushforward(traced.program, list(moves))))
    results = call(pushed, [*_values(traced, args), *moves.values()])
    count = len(traced.program.outputs)
    return unflatten(traced.structure, results[:count]), unflatten(traced.structure, results[count:])


def jacobian(
    function: Callable[..., Any],
    argnums: Argnums = 0,
    *,
    mode: Mode | None = None,
    axes: Axes | None = None,
) -> Transformed:
    """A function that returns all derivatives of all outputs of `function`.

    Args:
        function: returns arrays or numbers, nested as you like.
        argnums: which arguments to differentiate by.
        mode: "forward" or "reverse"; None chooses the one that takes fewer passes.
        axes: names for axes whose size may vary (see `trace`).

    Returns:
        (when called) For each array of the result, nested as the result, the derivatives by the argument, or
        a tuple of them; of the shape of the output followed by the shape of the input.

    Raises:
        DifferentiationError: (when called) an argument or the result holds no floating-point numbers.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> backsight.jacobian(lambda x: np.stack([x[0] * x[1], x[0] + x[1]]))(np.array([2.0, 3.0]))
        array([[3., 2.],
               [1., 1.]])
    """
    if mode not in (None, "forward", "reverse"):
        raise DifferentiationError(f"there is no mode {mode!r}", remedy='say "forward", "reverse" or None')

    def body(*args: Any) -> Any:
        traced = _recorded(function, args)
        positions, wrt = _chosen(traced, argnums, args)
        program = located(lambda: jacobian_program(traced.program, wrt, mode=mode, sizes=traced.sizes))
        blocks = iter(call(program, _values(traced, args)))
        rows = [_like_arguments(args, positions, argnums, blocks) for _ in traced.program.outputs]
        return unflatten(traced.structure, rows)

    return Transformed(function, body, "jacobian", axes)


def hessian(function: Callable[..., Any], argnums: Argnums = 0, *, axes: Axes | None = None) -> Transformed:
    """A function that returns all second derivatives of `function`, which returns one number.

    It is the Jacobian of the gradient, in forward mode over reverse mode. With several `argnums`, a tuple of
    tuples: row i, column j holds the derivatives by argument i and then by argument j.

    Raises:
        DifferentiationError: (when called) the result is not one number, or an argument holds integers.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> backsight.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
        array([[6., 2.],
               [2., 0.]])
    """

    def body(*args: Any) -> Any:
        return jacobian(grad(function, argnums), argnums, mode="forward")(*args)

    return Transformed(function, body, "hessian", axes)


def hvp(function: Callable[..., Any], argnums: Argnums = 0, *, axes: Axes | None = None) -> Transformed:
    """A function of the arguments and a direction: how the gradient moves when the arguments move along it.

    `hvp(f)(*args, v)` is the Hessian of `f` times `v`, for the cost of a few gradients, without ever building
    the Hessian. Method: forward mode over reverse mode (Pearlmutter, Fast exact multiplication by the
    Hessian, Neural Computation 6, 1994).

    Args:
        function: returns one number.
        argnums: which arguments move; `v` is nested and shaped as that argument, or a tuple for several.

    Raises:
        DifferentiationError: (when called) the result is not one number, or an argument holds integers.
        ShapeError: (when called) `v` is nested or shaped otherwise than the argument.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> backsight.hvp(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]), np.array([1.0, 0.0]))
        array([6., 2.])
    """

    def body(*given: Any) -> Any:
        *args, v = given
        traced = _recorded(function, args)
        positions, wrt = _chosen(traced, argnums, args)
        directions = (v,) if isinstance(argnums, int) else v
        moves = located(lambda: _tangents(traced, positions, args, directions))
        slopes = located(lambda: gradient(traced.program, wrt)).program
        pushed = pushforward(simplify(replace(slopes, outputs=slopes.outputs[1:])), wrt)
        product = replace(pushed, outputs=pushed.outputs[len(wrt) :])
        results = iter(call(product, [*_values(traced, args), *(moves[name] for name in wrt)]))
        return _like_arguments(args, positions, argnums, results)

    def names(given: Sequence[Any]) -> list[list[str]]:
        *args, v = given if given else ((),)
        called = argument_names(function, args)
        moved = [name for p in _positions(argnums, len(args)) for name in called[p]]
        leaves = leaf_names(v, "v")
        fitting = [f"{name}_dot" for name in moved] if len(leaves) == len(moved) else leaves
        return [*called, fitting]

    made = Transformed(function, body, "hvp", axes, names=names)
    made.__signature__ = _with_direction(function)  # type: ignore[attr-defined]
    return made


# What they share --------------------------------------------------------------------------------------------


def _recorded(function: Callable[..., Any], args: Sequence[Any]) -> Traced:
    traced = trace_call(function, args, {})
    return replace(traced, program=simplify(traced.program))


def _values(traced: Traced, args: Sequence[Any]) -> list[Any]:
    """What the inputs of a traced function's Program are, at these arguments."""
    return [*flatten(tuple(args))[0], *traced.captured]


def _value_and_gradient(function: Callable[..., Any], argnums: Argnums) -> Callable[..., tuple[Any, Any]]:
    def body(*args: Any) -> tuple[Any, Any]:
        traced = _recorded(function, args)
        positions, wrt = _chosen(traced, argnums, args)
        if len(traced.program.outputs) != 1:
            raise DifferentiationError(
                f"{traced.program.name} returns {len(traced.program.outputs)} values",
                origin=user_origin(),
                remedy="return the cost alone",
            )
        program = located(lambda: gradient(traced.program, wrt)).program
        value, *slopes = call(program, _values(traced, args))
        return value, _like_arguments(args, positions, argnums, iter(slopes))

    return body


def _positions(argnums: Argnums, count: int) -> tuple[int, ...]:
    try:
        positions = tuple(map(index, [argnums] if isinstance(argnums, int | str) else argnums))
    except TypeError:
        raise DifferentiationError(
            f"argnums={argnums!r} is no position",
            origin=user_origin(),
            remedy="write a number or a tuple of numbers: positions count from 0",
        ) from None
    if any(not -count <= p < count for p in positions):
        raise DifferentiationError(
            f"argnums={argnums!r} names an argument that {count} arguments lack",
            origin=user_origin(),
            remedy="positions count from 0",
        )
    return positions


def _chosen(traced: Traced, argnums: Argnums, args: Sequence[Any]) -> tuple[tuple[int, ...], list[str]]:
    """Which arguments to differentiate by, and the inputs in them."""
    positions = _positions(argnums, len(args))
    return positions, [name for p in positions for name in traced.arguments[p]]


def _like_arguments(args: Sequence[Any], positions: Sequence[int], argnums: Argnums, values: Any) -> Any:
    """The next values, nested as the chosen arguments."""
    parts = []
    for p in positions:
        leaves, structure = flatten(args[p])
        parts.append(unflatten(structure, [next(values) for _ in leaves]))
    return parts[0] if isinstance(argnums, int) else tuple(parts)


def _tangents(
    traced: Traced, positions: Sequence[int], args: Sequence[Any], tangents: Sequence[Any]
) -> dict[str, Any]:
    """The tangents that are given, by the name of the input that moves."""
    types = {v.name: v.type for v in traced.program.inputs}
    if len(positions) != len(tangents):
        raise ShapeError(f"{len(positions)} arguments have {len(tangents)} directions")
    moves: dict[str, Any] = {}
    for p, tangent in zip(positions, tangents, strict=True):
        if tangent is None:
            continue
        leaves = leaves_like(flatten(args[p])[1], tangent)
        for name, leaf in zip(traced.arguments[p], leaves, strict=True):
            if leaf is not None:
                _require_shape(f"the tangent of {name}", leaf, types[name], name)
                moves[name] = leaf
    return moves


def _require_shape(what: str, value: Any, type: ArrayType, owner: str) -> None:
    """A tangent or cotangent is as its value."""
    found = value.type if isinstance(value, Tracer) else array_type(value)
    alike = len(found.shape) == len(type.shape) and all(
        a == b or isinstance(a, str) != isinstance(b, str)
        for a, b in zip(found.shape, type.shape, strict=True)
    )
    if not alike:
        raise ShapeError(
            f"{what} has shape {show(found.shape)}, but {owner} has shape {show(type.shape)}",
            origin=user_origin(),
            remedy="give it the very same shape, for example with np.broadcast_to",
        )


def _with_direction(function: Callable[..., Any]) -> inspect.Signature | None:
    """The parameters of a function, and the direction."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return inspect.Signature(parameters)
    name = "v"
    while any(p.name == name for p in parameters):
        name += "_"
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    plain = [p.replace(default=p.empty) for p in parameters if p.kind in (p.POSITIONAL_ONLY, kind)]
    return inspect.Signature([*plain, inspect.Parameter(name, kind)])
