"""The text form of a Program: prints, and parses back to an equal Program.

program neuron(x: f[], w: f[]) {
  z: f[] = mul(x, w)
  a: f[] = tanh(z)
  guard b is True
  return a
}
"""

from __future__ import annotations

import ast
import re
from typing import Any

from backsight.errors import ParseError
from backsight.ir.program import ArrayType, Atom, Constant, DType, Equation, Guard, Params, Program, Var

_DTYPES: dict[str, DType] = {"f": "float64", "i": "int64", "b": "bool"}
_HEAD = re.compile(r"program (\w+)\((.*)\) \{")
_EQUATION = re.compile(r"(\w+)(\*?): (\w\[[^\]]*\]) = (\w+)\((.*)\)")
_TYPE = re.compile(r"([fib])\[([^\]]*)\]")


def to_text(program: Program) -> str:
    lines = [f"program {program.name}({', '.join(map(_declared, program.inputs))}) {{"]
    lines += [f"  {equation_text(e)}" for e in program.equations]
    lines += [f"  guard {g.variable} is {g.expected}" for g in program.guards]
    lines += [f"  return {', '.join(_atom_text(a) for a in program.outputs)}", "}"]
    return "\n".join(lines)


def equation_text(equation: Equation) -> str:
    inputs = [_atom_text(a) for a in equation.inputs]
    params = [f"{key}={value!r}" for key, value in equation.params]
    return f"{_declared(equation.output)} = {equation.op}({', '.join(inputs + params)})"


def _declared(var: Var) -> str:
    # The star keeps "a person gave this name", so that what is printed of a parsed Program is the same code.
    return f"{var.name}{'*' if var.named else ''}: {var.type}"


def _atom_text(atom: Atom) -> str:
    if isinstance(atom, Var):
        return atom.name
    text = repr(atom.value)
    return {"inf": "1e999", "-inf": "-1e999", "nan": "nan()"}.get(text, text)


def from_text(text: str) -> Program:
    """Read a Program back.

    Raises:
        ParseError: says which line cannot be read.
    """
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    head = _HEAD.fullmatch(lines[0]) if lines else None
    if head is None or lines[-1] != "}":
        raise ParseError("a Program starts with 'program name(inputs) {' and ends with '}'")
    known: dict[str, Var] = {}
    inputs = tuple(_read_declared(part, known) for part in _split(head[2]))
    equations: list[Equation] = []
    guards: list[Guard] = []
    outputs: tuple[Atom, ...] = ()
    for number, line in enumerate(lines[1:-1], 2):
        try:
            if line.startswith("return"):
                outputs = tuple(_read_atom(part, known) for part in _split(line[len("return") :]))
            elif line.startswith("guard "):
                name, _, expected = line[len("guard ") :].partition(" is ")
                guards.append(Guard(known[name], expected == "True"))
            else:
                equations.append(_read_equation(line, known))
        except (KeyError, ValueError, SyntaxError, TypeError) as error:
            raise ParseError(
                f"line {number} cannot be read: {line!r} ({error})",
                remedy="an equation is written `name: type = operation(operands, param=value)`",
            ) from None
    return Program(head[1], inputs, tuple(equations), outputs, tuple(guards))


def _read_equation(line: str, known: dict[str, Var]) -> Equation:
    match = _EQUATION.fullmatch(line)
    if match is None:
        raise ValueError("not an equation")
    name, star, type_text, op, arguments = match.groups()
    inputs: list[Atom] = []
    params: list[tuple[str, Any]] = []
    for part in _split(arguments):
        key, equals, value = part.partition("=")
        if equals and key.isidentifier():
            params.append((key, ast.literal_eval(value)))
        else:
            inputs.append(_read_atom(part, known))
    frozen: Params = tuple(params)
    output = Var(name, _read_type(type_text), named=bool(star))
    known[name] = output
    return Equation(op, tuple(inputs), frozen, output)


def _read_declared(text: str, known: dict[str, Var]) -> Var:
    name, _, type_text = text.partition(": ")
    var = Var(name.rstrip("*"), _read_type(type_text), named=name.endswith("*"))
    known[var.name] = var
    return var


def _read_type(text: str) -> ArrayType:
    match = _TYPE.fullmatch(text)
    if match is None:
        raise ParseError(f"{text!r} is not a type such as f[n,2]")
    dims = tuple(int(d) if d.isdigit() else d for d in match[2].split(",") if d)
    return ArrayType(dims, _DTYPES[match[1]])


def _read_atom(text: str, known: dict[str, Var]) -> Atom:
    if text in known:
        return known[text]
    if text == "nan()":
        return Constant(float("nan"))
    return Constant(ast.literal_eval(text))


def _split(text: str) -> list[str]:
    """Split at commas outside brackets and quotes."""
    parts, depth, quote, current, escaped = [], 0, "", "", False
    for char in text:
        if quote:
            quote = "" if char == quote and not escaped else quote
            escaped = char == "\\" and not escaped
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        if char == "," and not depth and not quote:
            parts.append(current.strip())
            current = ""
        else:
            current += char
    return [*parts, current.strip()] if current.strip() else parts
