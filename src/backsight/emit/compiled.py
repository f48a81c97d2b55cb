"""Running a Program from Python: its emitted NumPy source, or the reference evaluator without NumPy."""

from __future__ import annotations

import builtins
import linecache
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import count
from typing import Any

from backsight.emit.numpy import HELPERS, function_name, render
from backsight.errors import GuardError, ShapeError
from backsight.ir.evaluate import evaluate, evaluate_all
from backsight.ir.program import Program

_numbers = count(1)


class Compiled:
    """A Program ready to run: call it with one value per input, get a list with one value per output."""

    def __init__(
        self, program: Program, run: Callable[..., list[Any]], checked: Callable[..., list[Any]]
    ) -> None:
        self.program, self._run, self._checked = program, run, checked

    def __call__(self, *inputs: Any) -> list[Any]:
        """Run on inputs whose shapes are known to fit.

        Raises:
            GuardError: the inputs take another branch than the example did.
        """
        return self._run(*inputs)

    def checked(self, *inputs: Any) -> list[Any]:
        """Run after checking that the inputs fit.

        Raises:
            ShapeError: an input has another shape than the Program says.
        """
        return self._checked(*inputs)


def compile(program: Program) -> Compiled:
    """Make a Program callable.

    Raises:
        EmitError: an operation has no NumPy spelling.
    """
    try:
        numpy = import_module("numpy")
    except ImportError:
        return Compiled(program, _evaluated(program), _evaluated(program))
    return _with_numpy(program, numpy)


def _evaluated(program: Program) -> Callable[..., list[Any]]:
    def run(*inputs: Any) -> list[Any]:
        values = evaluate_all(program, inputs)
        for guard in program.guards:
            if bool(values[guard.variable.name].data[0]) != guard.expected:
                raise GuardError("the inputs take another branch than the example did", origin=guard.origin)
        return [array.tolist() if not array.shape else array for array in evaluate(program, inputs)]

    return run


def _with_numpy(program: Program, numpy: Any) -> Compiled:
    source = render(program, standalone=False, comments=False).text
    helpers = "\n\n".join(text for name, text in HELPERS.items() if name != "OtherBranch")
    filename = f"<backsight {program.name} {next(_numbers)}>"
    whole = f"{helpers}\n\n{source}"
    linecache.cache[filename] = (len(whole), None, whole.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"np": numpy, "OtherBranch": GuardError}
    exec(builtins.compile(whole, filename, "exec"), namespace)  # our own source, never the user's text
    function = namespace[function_name(program)]
    ndarray, asarray, errstate = numpy.ndarray, numpy.asarray, numpy.errstate
    single = len(program.outputs) == 1

    def run(*inputs: Any) -> list[Any]:
        # Plain floats become NumPy's, so that 1 / 0 is inf here as in every other target.
        arrays = [x if type(x) is ndarray else asarray(x)[()] for x in inputs]
        with errstate(all="ignore"):
            result = function(*arrays)
        return [result] if single else list(result)

    def checked(*inputs: Any) -> list[Any]:
        _check_shapes(program, [numpy.shape(x) for x in inputs])
        return run(*inputs)

    return Compiled(program, run, checked)


def _check_shapes(program: Program, shapes: Sequence[tuple[int, ...]]) -> None:
    if len(shapes) != len(program.inputs):
        names = ", ".join(v.name for v in program.inputs)
        raise ShapeError(f"{program.name} takes {len(program.inputs)} inputs ({names}), not {len(shapes)}")
    dims: dict[str, int] = {}
    for var, shape in zip(program.inputs, shapes, strict=True):
        fits = len(shape) == var.type.rank and all(
            size == (dims.setdefault(dim, size) if isinstance(dim, str) else dim)
            for dim, size in zip(var.type.shape, shape, strict=True)
        )
        if not fits:
            raise ShapeError(
                f"{var.name} has shape {shape}, but {program.name} was traced with {var.type}",
                remedy="pass arrays of the traced shapes, or trace with named axes: axes={'X': ('n', None)}",
            )
