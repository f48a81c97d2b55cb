"""A function of a module with all that it needs of that module: what one may take to the workbench."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def excerpt(text: str, name: str) -> str:
    """The source of a module's function, after the imports, constants and helpers it uses, in their order.

    Args:
        text: the module's source.
        name: of the function, at the module's top.
    """
    body = ast.parse(text).body
    made = {bound: node for node in body for bound in _bound(node)}
    wanted: list[ast.stmt] = []
    names = [name]
    while names:
        node = made.get(names.pop())
        if node is None or node in wanted:
            continue
        wanted.append(node)
        names += [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    parts = [ast.get_source_segment(text, node) or "" for node in body if node in wanted]
    functions = [isinstance(node, ast.FunctionDef) for node in body if node in wanted]
    joined = parts[0] if parts else ""
    for part, before, after in zip(parts[1:], functions, functions[1:], strict=False):
        joined += ("\n\n" if before or after else "\n") + part
    return joined + "\n"


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.Assign):
        yield from (n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name))
