"""Running a Program from Python: its emitted NumPy source, or the reference evaluator without NumPy."""

from __future__ import annotations

import builtins
import linecache
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from itertools import count
from typing import Any

from backsight.emit.calling import MISS, Leaf, entry
from backsight.emit.numpy import FROM_SCIPY, HELPERS, function_name, render
from backsight.emit.python import branch_message, called
from backsight.errors import GuardError, ShapeError
from backsight.ir.evaluate import Array, evaluate_all
from backsight.ir.op import REGISTRY
from backsight.ir.program import Constant, Guard, Program, Shape, Var

_numbers = count(1)


class Compiled:
    """A Program ready to run: call it with one value per input, get a list with one value per output."""

    def __init__(self, program: Program, run: Callable[..., Sequence[Any]], numpy: Any) -> None:
        self.program, self._run, self._numpy = program, run, numpy
        leaves = [self._declared(v) for v in program.inputs]
        count = len(program.outputs)
        self._entry = entry(run, range(len(leaves)), leaves, (), list(range(count)), count)

    def __call__(self, *inputs: Any) -> list[Any]:
        """Run the Program.

        Raises:
            ShapeError: an input has another shape than the Program says.
            GuardError: the inputs take another branch than the example did.
        """
        result: list[Any] = self._entry(inputs)
        if result is not MISS:
            return result
        if self._numpy is None:
            return list(self._run(*inputs))
        values = list(map(self._number, inputs))
        _check_shapes(self.program, [x.shape for x in values])
        return list(self._run(*values))

    def entry(
        self,
        arguments: Sequence[Any],
        leaves: Sequence[Any],
        shapes: Sequence[Shape],
        extra: Sequence[Any],
        result: Any,
    ) -> Callable[[tuple[Any, ...]], Any]:
        """The way in for arguments like an example's; see `backsight.emit.calling.entry`.

        Args:
            leaves: the example's numbers and arrays, in order.
            shapes: the shape of each, where a name stands for any size.
        """
        expected = [self._like(leaf, shape) for leaf, shape in zip(leaves, shapes, strict=True)]
        given = [self._captured(x) for x in extra]
        return entry(self._run, arguments, expected, given, result, len(self.program.outputs))

    def _captured(self, value: Any) -> Any:
        """An array the function closed over is seen as it is then; a list was copied when tracing."""
        if self._numpy is None or isinstance(value, self._numpy.ndarray):
            return value
        return self._number(value)

    def _declared(self, var: Var) -> Leaf:
        """The common kind of value for an input; others take the slower way."""
        if self._numpy is None:
            return Leaf((float,)) if not var.type.shape else Leaf((Array,), var.type.shape)
        if var.type.shape:
            return Leaf((self._numpy.ndarray,), var.type.shape)
        return Leaf((float, self._numpy.float64), convert=((float, self._numpy.float64),))

    def _like(self, leaf: Any, shape: Shape) -> Leaf:
        kind, known, dtype = type(leaf), getattr(leaf, "shape", None), getattr(leaf, "dtype", None)
        expected = shape if known is not None else None
        if self._numpy is None or (known and kind is self._numpy.ndarray):
            return Leaf((kind,), expected, dtype)
        return Leaf((kind,), expected, dtype, ((kind, self._number),))

    def _number(self, value: Any) -> Any:
        """The array library's own number or array: 1 / 0 is inf there, as in every other target."""
        if isinstance(value, Array):
            return self._numpy.array(value.data, dtype=value.dtype).reshape(value.shape)[()]
        return self._numpy.asarray(value)[()]


def compile(program: Program) -> Compiled:
    """Make a Program callable.

    Raises:
        EmitError: an operation has no NumPy spelling.
    """
    try:
        numpy = import_module("numpy")
    except ImportError:
        return Compiled(program, partial(_evaluated, program), None)
    return Compiled(program, _with_numpy(program, numpy), numpy)


def _evaluated(program: Program, *inputs: Any) -> list[Any]:
    values = evaluate_all(program, inputs)
    for guard in program.guards:
        if bool(values[guard.variable.name].data[0]) != guard.expected:
            raise _other_branch(guard)
    return [
        a.value if isinstance(a, Constant) else values[a.name] if a.type.shape else values[a.name].tolist()
        for a in program.outputs
    ]


def _with_numpy(program: Program, numpy: Any) -> Callable[..., Sequence[Any]]:
    source = render(program, standalone=False, comments=False).text
    helpers = "\n\n".join(called(HELPERS, source))
    filename = f"<backsight {program.name} {next(_numbers)}>"
    whole = f"{helpers}\n\n{source}"
    linecache.cache[filename] = (len(whole), None, whole.splitlines(keepends=True), filename)
    guards = {branch_message(guard): guard for guard in program.guards}
    namespace: dict[str, Any] = {"np": numpy, "OtherBranch": lambda message: _other_branch(guards[message])}
    namespace.update({name: _special(name, numpy) for name in FROM_SCIPY if f"{name}(" in source})
    exec(builtins.compile(whole, filename, "exec"), namespace)  # our own source, never the user's text
    function: Callable[..., Any] = namespace[function_name(program)]
    return function if len(program.outputs) != 1 else lambda *inputs: (function(*inputs),)


def _special(name: str, numpy: Any) -> Callable[..., Any]:
    """SciPy's function; without SciPy the op's own, entry by entry: the same numbers, more slowly."""
    try:
        function: Callable[..., Any] = getattr(import_module("scipy.special"), name)
        return function
    except ImportError:
        pass
    scalar: Any = REGISTRY[name].scalar
    if name == "polygamma":
        entrywise = numpy.vectorize(lambda order, x: scalar(x, int(order)), otypes=[float])
    else:
        entrywise = numpy.vectorize(scalar, otypes=[float])
    return lambda *operands: entrywise(*operands)[()]


def _other_branch(guard: Guard) -> GuardError:
    return GuardError(
        branch_message(guard),
        origin=guard.origin,
        remedy="choose with np.where, or trace again with an example that goes this way",
    )


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
