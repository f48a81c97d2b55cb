"""A Program as a graph to explore: of its arrays, of its neurons, or of its numbers, in scopes that fold."""

from __future__ import annotations

from collections.abc import Collection

from backsight.errors import DifferentiationError
from backsight.explaining.graphs.arrays import arrays
from backsight.explaining.graphs.neurons import neurons
from backsight.explaining.graphs.parts import LEVELS, Frame, Graph, Level
from backsight.explaining.graphs.scalars import numbers
from backsight.explaining.segments import with_stops
from backsight.ir.program import Program

__all__ = ["LEVELS", "Graph", "draw"]


def draw(program: Program, level: Level, root: str = "", arguments: Collection[str] | None = None) -> Graph:
    """The graph of a (simplified) Program with one output. Its named values are the stops of `explain`.

    Args:
        root: the qualified name of the traced function, which needs no scope of its own.
        arguments: the inputs that are arguments; the others are constants. All if None.

    Raises:
        DifferentiationError: there are several outputs.
        EmitError: of neurons, there are no layers; of scalars, there are too many.
    """
    if len(program.outputs) != 1:
        raise DifferentiationError(
            f"{program.name} returns {len(program.outputs)} values", remedy="return the cost alone"
        )
    stopped = with_stops(program)
    inputs = {v.name for v in program.inputs}
    captured = inputs - set(inputs if arguments is None else arguments)
    own = {e.output.name for e in program.equations if e.output.named} | {str(stopped.outputs[0])}
    frame = Frame(root, frozenset(captured), frozenset(own | inputs))
    drawing = {"arrays": arrays, "neurons": neurons, "scalars": numbers}[level]
    return drawing(stopped, frame)
