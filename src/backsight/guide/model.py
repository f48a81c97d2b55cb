"""A lesson's traced functions: `lessons/<slug>/model.py`, its FIGURES, and their Programs."""

from __future__ import annotations

import importlib.util
import inspect as python_inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from backsight.errors import LessonError
from backsight.explaining.inspection import Inspection, inspect
from backsight.ir.program import Origin, Var
from backsight.loading import blamed_on


@dataclass(frozen=True)
class LessonFunction:
    """One function that crosses to the browser.

    Attributes:
        name: its key in FIGURES; the browser asks for `lesson-<slug>-<name>`.
        function: plain NumPy-style Python returning one scalar.
        example: arguments to trace it with, by name.
        wrt: the arguments its gradient is taken by.
    """

    name: str
    function: Callable[..., Any]
    example: Mapping[str, Any]
    wrt: tuple[str, ...]

    @cached_property
    def inspection(self) -> Inspection:
        """Every value, adjoint and local slope in one Program: what the browser's inspect kernel computes."""
        from backsight.api import example_program
        from backsight.transforms import simplify

        file = Path(python_inspect.getfile(self.function))
        with blamed_on(file):
            program = example_program(self.function, self.example)
        self._refuse_closures(file, {v.name for v in program.inputs} - set(self.example))
        with blamed_on(file):
            return inspect(simplify(program), self.wrt)

    def _refuse_closures(self, file: Path, closed_over: set[str]) -> None:
        """The browser gives a kernel its arguments and nothing else: other arrays would be zeros there."""
        if closed_over:
            line = python_inspect.getsourcelines(self.function)[1]
            raise _error(
                file,
                line,
                f"`{self.name}` uses an array that is none of its arguments",
                "make it an argument, with its numbers in the stage's `data`, or compute it from them",
            )

    def names(self) -> dict[str, str | float]:
        """What an expression may name, and what it is called in the Program (or the number it always is).

        An adjoint is `d` and its variable's name, a local slope `slope_<to>_<from>`; two that are one value
        share one Var.
        """
        adjoints = {f"d{name}": atom for name, atom in self.inspection.adjoints.items()}
        slopes = {f"slope_{e.target.name}_{e.source.name}": e.slope for e in self.inspection.edges}
        found: dict[str, str | float] = {
            name: atom.name if isinstance(atom, Var) else float(atom.value)
            for name, atom in {**adjoints, **slopes}.items()
        }
        return {**found, **{name: name for name in self.inspection.program.variables()}}

    @cached_property
    def derivatives(self) -> frozenset[str]:
        """Of `names`, those that are adjoints or local slopes of single numbers: what has a ladder."""
        program = self.inspection.forward.variables()
        single = {name for name, v in program.items() if v.type.shape == ()}
        slopes = {
            f"slope_{e.target.name}_{e.source.name}"
            for e in self.inspection.edges
            if {e.target.name, e.source.name} <= single
        }
        adjoints = {f"d{name}" for name in self.inspection.adjoints if name in single}
        return frozenset((adjoints | slopes) - set(program))  # a value of the function's own is none

    def run(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Every variable's value, by the reference evaluator."""
        from backsight.ir.evaluate import evaluate_all

        program = self.inspection.program
        values = evaluate_all(program, [arguments[v.name] for v in program.inputs])
        return {name: array.tolist() for name, array in values.items()}


def load_functions(folder: Path) -> dict[str, LessonFunction]:
    """Import a lesson's model.py and read its FIGURES: `{"name": (function, {"x": 1.0}, ["x"])}`.

    Raises:
        LessonError: model.py or its FIGURES are missing or have another form.
        LoadError: model.py cannot be run; the origin is its line.
    """
    path = folder / "model.py"
    if not path.exists():
        raise _error(path, 1, f"the lesson {folder.name} has no model.py", "write its traced functions there")
    name = f"backsight_lesson_{folder.name.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise _error(path, 1, "model.py cannot be imported", "check the file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with blamed_on(path):
        spec.loader.exec_module(module)
    figures = getattr(module, "FIGURES", None)
    if not isinstance(figures, dict):
        raise _error(
            path, 1, "model.py has no FIGURES", 'write FIGURES = {"press": (press, {"x": 1.0}, ["x"])}'
        )
    return {key: _read(path, key, entry) for key, entry in figures.items()}


def _read(path: Path, key: str, entry: Any) -> LessonFunction:
    match entry:
        case (function, dict() as example, list() as wrt) if callable(function) and set(wrt) <= set(example):
            return LessonFunction(key, function, example, tuple(wrt))
    raise _error(
        path,
        1,
        f"FIGURES[{key!r}] is not (function, example arguments, names to differentiate by)",
        'write for example "press": (press, {"x": 1.0}, ["x"])',
    )


def _error(path: Path, line: int, message: str, remedy: str) -> LessonError:
    return LessonError(message, origin=Origin(str(path), line, ""), remedy=remedy)
