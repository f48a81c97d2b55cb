"""The rules of a well-formed Program, checked after every transform."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from backsight.errors import BacksightError, CheckError
from backsight.ir.op import REGISTRY, result_type
from backsight.ir.program import ArrayType, Atom, Equation, Program, Var

_REMEDY = "a traced function never does this: if yours did, please report it"


def check(program: Program) -> None:
    """Names are unique and defined before use, and every type is what the op's shape rule says.

    Raises:
        CheckError: shows the offending equation among its neighbours.
    """
    known: dict[str, Var] = {}
    for var in program.inputs:
        if var.name in known:
            raise CheckError(f"two inputs are called {var.name!r}")
        known[var.name] = var
    dims = set(program.dims)
    for position, equation in enumerate(program.equations):
        problem = _problem(equation, known, dims)
        if problem:
            raise CheckError(
                f"{problem}\n{_neighbourhood(program, position)}", origin=equation.origin, remedy=_REMEDY
            )
        known[equation.output.name] = equation.output
    if not program.outputs:
        raise CheckError(f"{program.name!r} has no output")
    for output in program.outputs:
        if isinstance(output, Var) and known.get(output.name) != output:
            raise CheckError(f"the output {output.name!r} is not defined in {program.name!r}")
    for guard in program.guards:
        if known.get(guard.variable.name) != guard.variable:
            raise CheckError(f"the decision {guard.variable.name!r} is not defined in {program.name!r}")
        if guard.variable.type != ArrayType((), "bool"):
            raise CheckError(
                f"the decision {guard.variable.name!r} is {guard.variable.type}, not a truth value"
            )


def _problem(equation: Equation, known: dict[str, Var], dims: Collection[str]) -> str:
    if equation.op not in REGISTRY:
        return f"there is no operation {equation.op!r}"
    misuse = _misuse(equation.op, len(equation.inputs), tuple([key for key, _ in equation.params]))
    if misuse:
        return misuse
    for atom in equation.inputs:
        if isinstance(atom, Var) and (found := known.get(atom.name)) is not atom and found != atom:
            return _undefined(atom, known)
    if equation.output.name in known:
        return f"{equation.output.name!r} is defined twice"
    try:
        type = result_type(equation.op, tuple([a.type for a in equation.inputs]), equation.params)
    except BacksightError as error:
        return error.message
    if type != equation.output.type:
        return f"{equation.output.name!r} is declared {equation.output.type} but computes {type}"
    unknown = [d for d in type.shape if isinstance(d, str) and d not in dims]
    return f"no input has the dimension {unknown[0]!r}" if unknown else ""


@lru_cache(maxsize=4096)
def _misuse(op: str, operands: int, params: tuple[str, ...]) -> str:
    return REGISTRY[op].misuse(operands, params)


def _undefined(atom: Atom, known: dict[str, Var]) -> str:
    if isinstance(atom, Var) and atom.name in known:
        return f"{atom.name!r} is used as {atom.type} but is {known[atom.name].type}"
    return f"{atom} is used before it is defined"


def _neighbourhood(program: Program, position: int) -> str:
    from backsight.ir.text import equation_text

    first, last = max(0, position - 2), min(len(program.equations), position + 3)
    return "\n".join(
        f"  {'>' if i == position else ' '} {equation_text(program.equations[i])}" for i in range(first, last)
    )
