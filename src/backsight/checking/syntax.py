"""Finding a function's own text, and what it calls the parts of its arguments."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any


def first_line(node: Any) -> int:
    decorators = getattr(node, "decorator_list", [])
    return int(min([node.lineno, *(d.lineno for d in decorators)]))


def definition_in(top: ast.stmt, code: CodeType) -> ast.AST | None:
    kinds = (ast.FunctionDef, ast.Lambda)
    for node in ast.walk(top):
        name = getattr(node, "name", "<lambda>")
        if isinstance(node, kinds) and first_line(node) == code.co_firstlineno and name == code.co_name:
            return node
    return None


def definition_of(function: Callable[..., Any]) -> ast.AST | None:
    """The syntax tree of a function, or None where its source is not at hand."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None:
        return None
    try:
        tree = ast.parse("".join(linecache.getlines(code.co_filename)))
    except SyntaxError:
        return None
    return next((d for top in tree.body if (d := definition_in(top, code)) is not None), None)


def unpacked(function: Callable[..., Any], parameters: list[str]) -> Iterator[tuple[int, Any, str]]:
    """The names a function gives to parts of its arguments: `W1, b1 = params` and `W1 = params[0]`.

    Yields the number of the parameter, the key in it, and the name.
    """
    definition = definition_of(function)
    for node in ast.walk(definition) if definition is not None else ():
        match node:
            case ast.Assign([ast.Tuple(elts=targets)], ast.Name(source)) if source in parameters:
                for i, target in enumerate(targets):
                    if isinstance(target, ast.Name):
                        yield parameters.index(source), i, target.id
            case ast.Assign([ast.Name(name)], ast.Subscript(ast.Name(source), ast.Constant(key))):
                if source in parameters:
                    yield parameters.index(source), key, name
