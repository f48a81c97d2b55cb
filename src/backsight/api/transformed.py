"""Functions made of functions: traced on demand, kept for each kind of arguments, inlined in other traces."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from backsight.api.recording import Axes, Traced, argument_names, function_name, trace_call
from backsight.api.surroundings import Surroundings
from backsight.emit.calling import MISS
from backsight.emit.compiled import compile as compile_program
from backsight.errors import GuardError, TraceError
from backsight.ir.program import ArrayType, Atom, Constant, Program, Var
from backsight.ops.value import apply
from backsight.tracing.numpy import Tracer, has_tracer, innermost_tracer, located
from backsight.tracing.trees import flatten, leaves_like, unflatten
from backsight.transforms import simplify

Names = Callable[[Sequence[Any]], Sequence[Sequence[str]]]


class Transformed:
    """A function made of another one.

    Called with plain numbers and arrays, it is traced at the first call, and again when shapes change, when
    an `if` goes another way, or when something has changed that the function reads besides its arguments; one
    that draws random numbers is traced at every call. It is then NumPy code, at hand as `.source(*args)` and
    as `.program(*args)`. Called while another function is being traced, it is recorded there: so these
    functions nest.

    Args:
        function: what it is made of; gives it its name and its parameters.
        body: what it does to traced values.
        kind: its Program is called after this and the function.
        pick: the part of the answer of `body` that is returned; the Program computes all of it.
        names: what to call the arguments, if not as the function does.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        body: Callable[..., Any],
        kind: str,
        axes: Axes | None = None,
        pick: Callable[[Any], Any] = lambda answer: answer,
        names: Names | None = None,
    ) -> None:
        self._function, self._body, self._axes, self._pick = function, body, axes or {}, pick
        self._names = names or (lambda args: argument_names(function, args))
        self._variants: list[_Variant] = []
        self._surroundings: Surroundings | None = None
        functools.update_wrapper(self, function, updated=())
        self.program_name = f"{kind}_{function_name(function)}"

    def __call__(self, *args: Any, **named: Any) -> Any:
        if named:
            raise TraceError(
                f"{function_name(self._function)} was given {', '.join(named)} by name",
                remedy="pass all arguments by position: argnums counts them",
            )
        found = self._fitting(args)
        return found[1] if found is not None else self._first(args)

    def program(self, *args: Any) -> Program:
        """What it computes, as a Program, for arguments like these (or types: `ArrayType`)."""
        found = self._fitting(args)
        return found[0].program if found is not None else self._made(args)[0]

    def source(self, *args: Any) -> str:
        """What it computes, as NumPy source, for arguments like these."""
        return self.program(*args).emit("numpy")

    def _fitting(self, args: tuple[Any, ...]) -> tuple[_Variant, Any] | None:
        """The variant made for such arguments, and its answer; the latest used is tried first."""
        if self._surroundings is not None and not self._surroundings.unchanged():
            self._surroundings = None
            self._variants.clear()
        for variant in self._variants:
            try:
                result = variant.entry(args)
            except GuardError:
                continue
            if result is not MISS:
                if variant is not self._variants[0]:
                    self._variants.remove(variant)
                    self._variants.insert(0, variant)
                return variant, result
        return None

    def _first(self, args: tuple[Any, ...]) -> Any:
        """The answer to a new kind of arguments."""
        leaves, _ = flatten(args)
        if has_tracer(leaves):
            return self._pick(self._body(*args))
        program, traced = self._made(args)
        if has_tracer(traced.captured):
            results = call(program, [*leaves, *traced.captured])
            return self._pick(unflatten(traced.structure, results))
        kept = self._variants[0].entry if self._variants else self._entry(program, traced, args)
        return kept(args)

    def _made(self, args: tuple[Any, ...]) -> tuple[Program, Traced]:
        """The Program for a new kind of arguments; compiled and kept if there are numbers to run it on."""
        body = functools.wraps(self)(lambda *values: self._body(*values))  # under the name of the Program
        around = self._surroundings or Surroundings(self._function)
        before = around.randomness()
        traced = trace_call(body, args, self._axes, self._names(args))
        program = simplify(traced.program)
        leaves, _ = flatten(args)
        plain = not has_tracer([*leaves, *traced.captured]) and not any(
            isinstance(x, ArrayType) for x in leaves
        )
        if plain and around.randomness() == before:
            self._surroundings = around
            self._variants.insert(0, _Variant(program, self._entry(program, traced, args)))
        return program, traced

    def _entry(
        self, program: Program, traced: Traced, args: tuple[Any, ...]
    ) -> Callable[[tuple[Any, ...]], Any]:
        leaves, structures = flatten(args)
        shapes = [v.type.shape for v in program.inputs[: len(leaves)]]
        answer = self._pick(traced.structure)
        return compile_program(program).entry(structures, leaves, shapes, traced.captured, answer)


@dataclass(frozen=True, slots=True)
class _Variant:
    program: Program
    entry: Callable[[tuple[Any, ...]], Any]


def call(program: Program, values: Sequence[Any]) -> list[Any]:
    """Run a Program on values; among values of a trace, record it there instead.

    Raises:
        ShapeError: a value does not fit the Program.
    """
    owner = innermost_tracer(values)
    if owner is None:
        return compile_program(program)(*values)
    atoms = [
        _widened(owner, handed_over(owner, value, var.name), var)
        for var, value in zip(program.inputs, values, strict=True)
    ]
    return [owner.like(a) for a in located(lambda: owner.builder.inline(program, atoms))]


def handed_over(owner: Tracer, value: Any, name: str) -> Atom:
    """A value as an operand in the trace of `owner`; an array becomes an input of that name.

    Raises:
        TraceError: it is neither a number nor an array.
    """
    is_array = hasattr(value, "shape") and hasattr(value, "tolist") and not isinstance(value, Tracer)
    atom = owner.builder.capture(value, name) if is_array and value.shape else owner.lift(value)
    if atom is None:
        raise TraceError(f"{name} cannot be a {type(value).__name__}", remedy="pass numbers or arrays")
    return atom


def _widened(owner: Tracer, atom: Atom, var: Var) -> Atom:
    """Integers and truth values as the floating-point numbers that an input takes."""
    if var.type.dtype != "float64" or atom.type.dtype == "float64":
        return atom
    if isinstance(atom, Constant):
        return Constant(float(atom.value))
    widened: Atom = apply("mul", owner.like(atom), 1.0).atom
    return widened


def compile(
    program: Program | Callable[..., Any], /, *examples: Any, axes: Axes | None = None
) -> Callable[..., Any]:
    """A Python function that runs a Program with NumPy (with plain Python numbers where NumPy is missing).

    Args:
        program: a Program, or a function to trace with `examples`.

    Raises:
        GuardError: (when called) the arguments take another branch than the example did.
        ShapeError: (when called) the arguments have other shapes, or are nested otherwise.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> program = backsight.trace(lambda x: np.sum(x**2), np.ones(3), axes={"x": ("n",)})
        >>> total = backsight.compile(program)
        >>> total(np.arange(5.0))
        [np.float64(30.0)]
    """
    if isinstance(program, Program):
        return compile_program(program)
    traced = trace_call(program, examples, axes or {})
    compiled = compile_program(simplify(traced.program))
    structure = flatten(tuple(examples))[1]

    @functools.wraps(program)
    def run(*args: Any) -> Any:
        return unflatten(traced.structure, compiled(*leaves_like(structure, args), *traced.captured))

    return run
