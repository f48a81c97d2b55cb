"""The source an explanation points into: the function's own lines, and those of functions it calls."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable
from typing import Any

from backsight.explaining.explanation import Listing
from backsight.ir.program import Program

LONGEST = 120
"""A longer function is shown around the lines that matter."""


def listings(function: Callable[..., Any], program: Program) -> tuple[Listing, ...]:
    """Each function that computes something here, the explained one first; () where there is no source."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    origins = [e.origin for e in program.equations if e.origin is not None and e.origin.text]
    places = [(code.co_filename, code.co_firstlineno)] if code is not None else []
    places += [(o.file, o.line) for o in origins]
    spans: dict[tuple[str, int, int], None] = {}
    for file, line in dict.fromkeys(places):
        if any(f == file and first <= line <= last for f, first, last in spans):
            continue
        lines = linecache.getlines(file)
        if lines:
            spans[(file, *_around("".join(lines), line))] = None
    used = {(o.file, o.line) for o in origins}
    return tuple(
        _listing(file, *_clipped(first, last, [line for f, line in used if f == file]))
        for file, first, last in spans
    )


def _around(source: str, line: int) -> tuple[int, int]:
    """The lines of the innermost function around a line, or of the statement where it is in none."""
    best = (line, line)
    widest = None
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return best
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or node.end_lineno is None:
            continue
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        if not first <= line <= node.end_lineno:
            continue
        span = node.end_lineno - first
        kind = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if widest is None or (kind, -span) > widest:
            best, widest = (first, node.end_lineno), (kind, -span)
    return best


def _clipped(first: int, last: int, used: list[int]) -> tuple[int, int]:
    inside = [line for line in used if first <= line <= last]
    if last - first < LONGEST or not inside:
        return first, min(last, first + LONGEST)
    return max(first, min(inside) - 2), min(last, max(inside) + 2, min(inside) + LONGEST)


def _listing(file: str, first: int, last: int) -> Listing:
    lines = [line.rstrip("\n") for line in linecache.getlines(file)[first - 1 : last]]
    margin = min((len(s) - len(s.lstrip()) for s in lines if s.strip()), default=0)
    return Listing(file, first, tuple(s[margin:] for s in lines))
