"""Renaming and pruning: the two mechanical rewrites that other transforms share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from backsight.ir.program import Atom, Equation, Guard, Program, Var


def substitute(program: Program, renamed: Mapping[str, Var]) -> Program:
    """Replace variables by name everywhere, where they are computed and where they are used."""

    if not renamed:
        return program

    def atom(a: Atom) -> Atom:
        return renamed.get(a.name, a) if isinstance(a, Var) else a

    def var(v: Var) -> Var:
        return renamed.get(v.name, v)

    def equation(e: Equation) -> Equation:
        inputs, output = tuple([atom(a) for a in e.inputs]), var(e.output)
        if output is e.output and inputs == e.inputs:
            return e
        return Equation(e.op, inputs, e.params, output, e.origin, e.note)

    guards = tuple(Guard(var(g.variable), g.expected, g.origin) for g in program.guards)
    equations = tuple([equation(e) for e in program.equations])
    return Program(
        program.name, tuple(map(var, program.inputs)), equations, tuple(map(atom, program.outputs)), guards
    )


def prune(program: Program) -> Program:
    """Drop equations that no output and no guard needs."""
    needed = {a.name for a in program.outputs if isinstance(a, Var)} | {
        g.variable.name for g in program.guards
    }
    kept: list[Equation] = []
    for equation in reversed(program.equations):
        if equation.output.name in needed:
            needed.update([a.name for a in equation.inputs if isinstance(a, Var)])
            kept.append(equation)
    return replace(program, equations=tuple(reversed(kept)))
