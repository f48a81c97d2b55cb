"""The example's values while a function is being traced: what a decision looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from backsight.ir.evaluate import Array, Evaluation, sizes, to_array
from backsight.ir.program import Equation, Program, Var

Run = Callable[[Program, Sequence[Any]], Sequence[Any]]

_MUCH_WORK = 20_000
"""Numbers handled; above this, compiling for the array library takes less time than plain Python."""


class Examples:
    """Values on the example, computed when a decision asks, each once.

    Args:
        run: runs a Program fast, for long arrays; without it everything is computed in plain Python.
    """

    def __init__(self, run: Run | None) -> None:
        self._run = run
        self._known: dict[str, Any] = {}
        self._dims: dict[str, int] = {}
        self._evaluation = Evaluation(self._dims)
        self._done = 0

    def add(self, var: Var, value: Any) -> None:
        """The example of an input."""
        self._known[var.name] = value

    def bind(self, dim: str, size: int) -> int:
        """The size of a named dimension: this one, unless another example has said so before."""
        return self._dims.setdefault(dim, size)

    def __contains__(self, var: Var) -> bool:
        return var.name in self._known

    def value(self, var: Var, inputs: Sequence[Var], equations: Sequence[Equation]) -> Any:
        """The number that a scalar is on the example, once all equations so far have been computed."""
        new = equations[self._done :]
        self._done = len(equations)
        if self._run is not None and sum(map(self._work, new)) > _MUCH_WORK:
            self._by_library(self._run, inputs, new)
        else:
            self._in_python(new)
        return self._array(var.name).data[0]

    def _in_python(self, new: Sequence[Equation]) -> None:
        for e in new:
            for a in e.inputs:
                if isinstance(a, Var):
                    self._array(a.name)
            array = self._evaluation.step(e.op, e.inputs, e.options, e.output.type)
            self._evaluation.values[e.output.name] = array
            self._known[e.output.name] = array

    def _by_library(self, run: Run, inputs: Sequence[Var], new: Sequence[Equation]) -> None:
        made = {e.output.name for e in new}
        used = {a.name: a for e in new for a in e.inputs if isinstance(a, Var) and a.name not in made}
        # All inputs, since sizes of named dimensions are read off them.
        needed = {**{v.name: v for v in inputs}, **used}
        outputs = tuple(e.output for e in new)
        program = Program("example", tuple(needed.values()), tuple(new), outputs)
        results = run(program, [self._known[name] for name in needed])
        self._known.update((o.name, x) for o, x in zip(outputs, results, strict=True))

    def _array(self, name: str) -> Array:
        if name not in self._evaluation.values:
            self._evaluation.values[name] = to_array(self._known[name])
        return self._evaluation.values[name]

    def _work(self, e: Equation) -> int:
        """About how many numbers an equation handles."""
        if e.op == "contract":
            size: dict[str, int] = {}
            for letters, a in zip(e.options["spec"].split("->")[0].split(","), e.inputs, strict=True):
                size.update(zip(letters, sizes(a.type, self._dims), strict=True))
            return prod(size.values())
        return sum(prod(sizes(a.type, self._dims)) for a in (*e.inputs, e.output))
