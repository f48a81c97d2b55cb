"""What is exported: a person's function and source, traced at the numbers of an example."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from backsight.api import trace_call
from backsight.errors import DifferentiationError, TraceError
from backsight.explaining.segments import with_stops
from backsight.ir.program import Program
from backsight.tracing.trees import flatten, unflatten
from backsight.transforms import gradient, simplify


@dataclass(frozen=True)
class Subject:
    """A function with all that an export says about it.

    Attributes:
        source: the person's Python, whole.
        file: what the source is called; "" if nobody knows.
        forward: the function's Program, simplified, with the stops of its explanation.
        reverse: that of its value and gradient; without what to differentiate by, of its value alone.
        wrt: the inputs to differentiate by, by name.
        argnums: their arguments, by position.
        structure: the arguments, with the position of an input in the place of each number or array.
        values: of the Program's inputs: the arguments' leaves, then the arrays that the function closes over.
    """

    function: Callable[..., Any]
    source: str
    file: str
    forward: Program
    reverse: Program
    wrt: tuple[str, ...]
    argnums: tuple[int, ...]
    structure: tuple[Any, ...]
    values: tuple[Any, ...]

    @classmethod
    def of(
        cls,
        function: Callable[..., Any],
        arguments: Sequence[Any],
        argnums: Sequence[int],
        source: str | None = None,
    ) -> Subject:
        """Trace a function at these arguments.

        Args:
            argnums: which arguments to differentiate by; none: the forward pass alone.
            source: the text that defines the function and all that it needs; found out where None.

        Raises:
            BacksightError: the function cannot be traced or differentiated.
        """
        traced = trace_call(function, list(arguments), {})
        if len(traced.program.outputs) != 1:
            raise DifferentiationError(
                f"{traced.program.name} returns {len(traced.program.outputs)} values",
                remedy="return the cost alone",
            )
        forward = with_stops(simplify(traced.program))
        for position in argnums:
            if position not in range(len(arguments)):
                raise DifferentiationError(f"{forward.name} has no argument {position}")
        wrt = tuple(dict.fromkeys(leaf for position in argnums for leaf in traced.arguments[position]))
        reverse = forward
        if wrt:
            reverse = simplify(gradient(forward, wrt, name=f"grad_{forward.name}").program)
        leaves, structure = flatten(tuple(arguments))
        text, file = (source, "") if source is not None else source_of(function)
        return cls(
            function,
            text,
            file,
            forward,
            reverse,
            wrt,
            tuple(argnums),
            structure,
            (*leaves, *traced.captured),
        )

    @property
    def name(self) -> str:
        return self.forward.name

    def called_with(self, leaves: Sequence[Any]) -> list[Any]:
        """The arguments of the function, with these in the place of the numbers and arrays."""
        return list(unflatten(self.structure, leaves))

    @property
    def leaves(self) -> int:
        """How many of the values are the arguments' own."""
        return len(flatten(self.structure)[0])


def source_of(function: Callable[..., Any]) -> tuple[str, str]:
    """The file a function stands in, whole, or its own lines where that is no script; and the file's name.

    Raises:
        TraceError: its source is not known.
    """
    function = inspect.unwrap(function)
    try:
        file = inspect.getsourcefile(function) or ""
        lines = linecache.getlines(file)
        text = "".join(lines) if lines else inspect.getsource(function)
    except (OSError, TypeError) as error:
        name = getattr(function, "__name__", repr(function))
        raise TraceError(
            f"the source of {name} is not known", remedy="write it into a file, or give source="
        ) from error
    return text, file
