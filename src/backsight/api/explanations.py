"""`explain`: how the gradient of a function comes about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backsight.api.derivatives import value_and_grad
from backsight.api.recording import trace_call
from backsight.tracing.trees import flatten, unflatten
from backsight.transforms import simplify

if TYPE_CHECKING:
    from backsight.explaining.deriving import Question
    from backsight.explaining.explanation import Explanation


def explain(
    function: Callable[..., Any],
    /,
    *args: Any,
    argnums: int | Sequence[int] = 0,
    detail: str = "auto",
    entry: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
) -> Explanation:
    """How the gradient of a function comes about, step by step, with the numbers at these arguments.

    Args:
        function: returns one number.
        args: as for `grad(function)(*args)`.
        argnums: which arguments to differentiate by.
        detail: where to stop on the way: at "names" (values that were assigned to a name), at all
            "operations", or "auto": names, and operations between them where several slopes meet.
        entry: which entry of an array argument the paths follow: an index, or an index by argument name. The
            entry with the largest derivative if None.

    Returns:
        An explanation to print, to save as a page, or to take apart.

    Raises:
        TraceError, DifferentiationError: as `grad` does; or there is no such detail or entry.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> def cost(w, x, t):
        ...     z = w * x
        ...     a = np.tanh(z)
        ...     return (a - t) ** 2
        >>> how = backsight.explain(cost, 0.5, 2.0, 1.0)
        >>> print(how)
        cost(w, x, t), differentiated by w  ...
        ...
        Backward: from cost to w
        ...
          dz    = da × (1 - a ** 2)                                     through a, ...
                = (-0.4768) × 0.42
                = -0.2002
        ...
        >>> how.save("how.html")  # doctest: +SKIP
    """
    from backsight.explaining.deriving import derive

    return derive(question(function, args, argnums), detail, entry)


def question(function: Callable[..., Any], args: Sequence[Any], argnums: int | Sequence[int] = 0) -> Question:
    """What `explain` asks of a function: its Program, where the numbers are, and what they come to.

    Raises:
        TraceError, DifferentiationError: as `grad` does.
    """
    from backsight.explaining.deriving import Question

    value, gradient_values = value_and_grad(function, argnums)(*args)
    traced = trace_call(function, args, {})
    positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    wrt = list(dict.fromkeys(name for p in positions for name in traced.arguments[p]))
    own, structure = flatten(tuple(args))

    def again(leaves: Sequence[Any]) -> Question:
        return question(function, unflatten(structure, leaves), argnums)

    leaves = [*own, *traced.captured]
    program = simplify(traced.program)
    return Question(program, leaves, wrt, len(traced.captured), function, value, gradient_values, again)
