"""A script that runs by itself: the person's function, its gradient in NumPy, the numbers, a check."""

from __future__ import annotations

import ast
import math
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from backsight.emit.numpy import function_name
from backsight.exporting.subject import Subject
from backsight.ir.evaluate import Array, to_array

_WIDTH = 100


@dataclass(frozen=True)
class Section:
    """A part of the script, a cell of the notebook.

    Attributes:
        title: what it is, in a line.
        code: Python.
    """

    title: str
    code: str


def script(subject: Subject) -> str:
    """The whole script.

    Raises:
        EmitError: the gradient has no NumPy spelling.
    """
    top = f"# {subject.name} and its gradient, written by backsight: run it to see them agree."
    parts = [f"# {s.title}\n\n{s.code}" for s in sections(subject)]
    return "\n\n\n".join([top, *parts]) + "\n"


def sections(subject: Subject) -> list[Section]:
    """The parts in the order in which they run.

    Raises:
        EmitError: the gradient has no NumPy spelling.
    """
    names = Names.of(subject)
    return [
        Section("The function, as you wrote it", subject.source.strip("\n").rstrip()),
        Section("Its value and gradient, in NumPy", names.gradient_source(subject)),
        Section("The numbers", _numbers(subject, names)),
        Section("Both, and a check: nudge each number, see how far the value moves", _check(subject, names)),
    ]


def call_text(subject: Subject, names: Names) -> str:
    """How the person's function is called with the numbers."""
    written = [f"{names.numbers}[{v.name!r}]" for v in subject.reverse.inputs[: subject.leaves]]
    arguments = [_nested(part, written) for part in subject.structure]
    return ", ".join(arguments)


def _nested(structure: Any, written: Sequence[str]) -> str:
    if isinstance(structure, dict):
        return "{" + ", ".join(f"{k!r}: {_nested(v, written)}" for k, v in structure.items()) + "}"
    if isinstance(structure, list):
        return "[" + ", ".join(_nested(v, written) for v in structure) + "]"
    if isinstance(structure, tuple):
        inside = ", ".join(_nested(v, written) for v in structure)
        return f"({inside}{',' if len(structure) == 1 else ''})"
    return str(written[structure])


@dataclass(frozen=True)
class Names:
    """What the script calls its own things, so that none hides a name of the person's.

    Attributes:
        np: NumPy.
        gradient: the function that gives value and gradient.
        hidden: the gradient's helpers have names that the source has, too, and stay inside a function.
    """

    np: str
    gradient: str
    numbers: str
    value_at: str
    nudged: str
    check: str
    hidden: bool

    @classmethod
    def of(cls, subject: Subject) -> Names:
        tree = ast.parse(subject.source)
        taken = _bound(tree)
        plain = "np" not in taken or _imports_numpy(tree)
        emitted = ast.parse(subject.reverse.emit("numpy"))
        own = _bound(emitted)
        clash = (own & taken) - ({"np"} if plain else set())
        free = {name: _free(name, taken | own) for name in ("numbers", "value_at", "nudged", "check")}
        name = function_name(subject.reverse)
        gradient = _free(name, taken) if clash else name
        return cls("np" if plain else "numpy", gradient, **free, hidden=bool(clash))

    def gradient_source(self, subject: Subject) -> str:
        source = subject.reverse.emit("numpy").rstrip()
        if not self.hidden:
            return source
        name = function_name(subject.reverse)
        inside = textwrap.indent(f"{source}\n\nreturn {name}", "    ")
        return f"def _{self.gradient}():\n{inside}\n\n\n{self.gradient} = _{self.gradient}()"


def _free(wanted: str, taken: Collection[str]) -> str:
    while wanted in taken:
        wanted += "_"
    return wanted


def _bound(tree: ast.Module) -> set[str]:
    """The global names that a script binds."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)  # what it binds inside is its own
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        waiting += ast.iter_child_nodes(node)
    return found


def _imports_numpy(tree: ast.Module) -> bool:
    """Whether `np` is NumPy, and nothing else, in the source."""
    known = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (alias.asname or alias.name) == "np"
    ]
    stored = any(
        isinstance(n, ast.Name) and n.id == "np" and isinstance(n.ctx, ast.Store) for n in ast.walk(tree)
    )
    return bool(known) and set(known) == {"numpy"} and not stored


def _numbers(subject: Subject, names: Names) -> str:
    imported = "import numpy as np" if names.np == "np" else "import numpy"
    rows = [
        f"    {var.name!r}: {literal(value, names.np, 8)},"
        for var, value in zip(subject.reverse.inputs, subject.values, strict=True)
    ]
    return "\n".join([imported, "", f"{names.numbers} = {{", *rows, "}"])


def literal(value: Any, np: str, indent: int = 0) -> str:
    """A number or an array as Python source, of exactly that value."""
    array = to_array(value)
    if not array.shape:
        text = _number(array.data[0], np)
        # NumPy's numbers have methods and shapes that Python's lack.
        return _own(array, text, np) if hasattr(value, "dtype") else text
    if not array.data:
        return f"{np}.zeros({array.shape})"
    kind = "" if array.dtype == "float64" else f", dtype={'bool' if array.dtype == 'bool' else 'int'}"
    flat = f"{np}.array({_rows(array, np)}{kind})"
    if len(flat) + indent <= _WIDTH:
        return flat
    margin = " " * indent
    return f"{np}.array(\n{margin}{_wrapped(array, np, indent)}{kind}\n{margin[4:]})"


def _own(array: Array, text: str, np: str) -> str:
    kind = {"float64": "float64", "int64": "int64", "bool": "bool_"}[array.dtype]
    return f"{np}.{kind}({text})"


def _rows(array: Array, np: str) -> str:
    if not array.shape:
        return _number(array.data[0], np)
    return f"[{', '.join(_rows(part, np) for part in _parts(array))}]"


def _wrapped(array: Array, np: str, indent: int) -> str:
    flat = _rows(array, np)
    if len(flat) + indent <= _WIDTH or not array.shape:
        return flat
    inner = indent + 4
    if len(array.shape) == 1:
        lines = textwrap.wrap(flat[1:-1], _WIDTH - inner, break_long_words=False, break_on_hyphens=False)
    else:
        lines = [f"{_wrapped(part, np, inner)}," for part in _parts(array)]
    body = "\n".join(" " * inner + line for line in lines)
    return f"[\n{body}\n{' ' * indent}]"


def _parts(array: Array) -> list[Array]:
    size = len(array.data) // array.shape[0]
    return [
        Array(array.shape[1:], array.data[i * size : (i + 1) * size], array.dtype)
        for i in range(array.shape[0])
    ]


def _number(value: Any, np: str) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f"{np}.nan" if math.isnan(value) else f"{'-' if value < 0 else ''}{np}.inf"
    return repr(value)


def _check(subject: Subject, names: Names) -> str:
    """Prints value and gradient; with something to differentiate by, also whether differences agree."""
    np, numbers, value_at, nudged = names.np, names.numbers, names.value_at, names.nudged
    called = call_text(subject, names)
    if not subject.wrt:
        return f"print({subject.function.__name__}({called}))"
    return f'''\
def {value_at}({numbers}):
    return {subject.function.__name__}({called})


def {nudged}(name, place, by):
    """The numbers with one of them moved."""
    array = {np}.array({numbers}[name], dtype=float)
    array.flat[place] += by
    return {{**{numbers}, name: array[()]}}


def {names.check}():
    value, *slopes = {names.gradient}(*{numbers}.values())
    print("value", value, "and by the function itself", {value_at}({numbers}))
    agree = {np}.allclose(value, {value_at}({numbers}))
    for name, slope in zip({list(subject.wrt)!r}, slopes):
        slope = {np}.asarray(slope, dtype=float)
        print(f"slope by {{name}}")
        print(slope)
        furthest = 0.0
        for place in range(0, slope.size, slope.size // 50 or 1):  # at most about 50 of a large array
            size = {np}.abs({np}.asarray({numbers}[name], dtype=float).flat[place])
            off = []
            for step in (1e-5 * {np}.maximum(1.0, size), 1e-5 * (size or 1.0)):  # a number may be tiny
                ahead = {value_at}({nudged}(name, place, step))
                behind = {value_at}({nudged}(name, place, -step))
                difference = (ahead - behind) / (2 * step)
                off.append({np}.abs(difference - slope.flat[place]) / {np}.maximum(1.0, {np}.abs(difference)))
            furthest = {np}.maximum(furthest, {np}.min(off))
        agree = agree and furthest < 1e-5
        print(f"furthest from differences: {{furthest:.1e}}")
    missed = "It does NOT agree: is there a kink here, or a stop_gradient?"
    print("The gradient agrees with differences." if agree else missed)
    return agree


{names.check}()'''
