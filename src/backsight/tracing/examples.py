"""The example's values while a function is being traced: what a decision looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
        sizes: those of named dimensions, as far as they are known already.
    """

    def __init__(self, run: Run | None, sizes: Mapping[str, int]) -> None:
        self._run = run
        self._known: dict[str, Any] = {}
        self._later: dict[str, tuple[Var, Callable[[], Any]]] = {}
        self.dims: dict[str, int] = dict(sizes)
        self._evaluation = Evaluation(self.dims)
        self._done = 0

    def add(self, var: Var, value: Any) -> None:
        """The example of an input."""
        self._known[var.name] = value

    def add_later(self, var: Var, value: Callable[[], Any]) -> None:
        """The example of an input, to be computed when a decision asks; it may answer None."""
        self._later[var.name] = (var, value)

    def bind(self, dim: str, size: int) -> int:
        """The size of a named dimension: this one, unless another example has said so before."""
        return self.dims.setdefault(dim, size)

    def __contains__(self, var: Var) -> bool:
        return var.name in self._known

    def value(self, var: Var, inputs: Sequence[Var], equations: Sequence[Equation]) -> Any:
        """What a value is on the example; None if it depends on an input that has none."""
        for waiting, example in self._later.values():
            if (found := example()) is not None:
                self._known[waiting.name] = found
                for dim, size in zip(waiting.type.shape, getattr(found, "shape", ()), strict=True):
                    if isinstance(dim, str):
                        self.bind(dim, int(size))
        self._later.clear()
        new = self._computable(equations[self._done :])
        self._done = len(equations)
        if self._run is not None and sum(map(self._work, new)) > _MUCH_WORK:
            self._by_library(self._run, [v for v in inputs if v in self], new)
        else:
            self._in_python(new)
        return self._known.get(var.name)

    def _computable(self, new: Sequence[Equation]) -> list[Equation]:
        """Those equations that follow from what is known."""
        known: set[str] = set()
        found = []
        for e in new:
            operands = (a.name for a in e.inputs if isinstance(a, Var))
            dims = {d for d in (*e.output.type.shape, e.options.get("dim")) if isinstance(d, str)}
            if dims <= self.dims.keys() and all(n in known or n in self._known for n in operands):
                known.add(e.output.name)
                found.append(e)
        return found

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
                size.update(zip(letters, sizes(a.type, self.dims), strict=True))
            return prod(size.values())
        return sum(prod(sizes(a.type, self.dims)) for a in (*e.inputs, e.output))
