"""Names and origins: which line of the user's source is being run, and what it assigns its value to."""

from __future__ import annotations

import ast
import linecache
import os
import sys
from functools import lru_cache
from types import CodeType, FrameType

from backsight.ir.program import Origin

_PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__))) + os.sep
# Ordinary traced functions that lie within the package (the lessons in a wheel) are the user's code.
_TRACED = (_PACKAGE + "models" + os.sep, _PACKAGE + "lessons" + os.sep)
_ARRAY_LIBRARIES = ("/numpy/", "\\numpy\\", "/scipy/", "\\scipy\\")

Span = tuple[int | None, int | None, int | None, int | None]


def locate() -> tuple[Origin | None, str]:
    """The innermost line of user code, and the name it gives to the value being computed ("" for none)."""
    frame = _user_frame()
    if frame is None:
        return None, ""
    code = frame.f_code
    text = linecache.getline(code.co_filename, frame.f_lineno).strip()
    origin = Origin(code.co_filename, frame.f_lineno, text, code.co_qualname)
    return origin, _target(frame)


def user_origin() -> Origin | None:
    return locate()[0]


def name_in_caller(value: object) -> str:
    """What the user's code calls an object, or ""."""
    frame = _user_frame()
    while frame is not None:
        for scope in (frame.f_locals, frame.f_globals):
            for name, held in scope.items():
                if held is value and not name.startswith("_"):
                    return name
        frame = frame.f_back
    return ""


def _user_frame() -> FrameType | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_library(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


@lru_cache(maxsize=4096)
def is_library(filename: str) -> bool:
    if filename.startswith(_TRACED):
        return False
    return filename.startswith((_PACKAGE, "<frozen")) or any(part in filename for part in _ARRAY_LIBRARIES)


def _target(frame: FrameType) -> str:
    """The assigned name; a value that is returned as it is takes the name the caller gives to the call."""
    here: FrameType | None = frame
    while here is not None:
        span = _position(here.f_code, here.f_lasti)
        names, returned = _assignments(here.f_code.co_filename)
        if span not in names and span not in returned:
            span = _indented(span)
        if span in names:
            return names[span]
        if span not in returned:
            return ""
        here = here.f_back
        if here is None or is_library(here.f_code.co_filename):
            return ""
    return ""


def _indented(span: Span) -> Span:
    """Where marimo has a cell's code in its file: it runs it without the four spaces that it has there."""
    line, last, start, end = span
    return (line, last, None if start is None else start + 4, None if end is None else end + 4)


@lru_cache(maxsize=1024)
def _positions(code: CodeType) -> tuple[Span, ...]:
    return tuple(code.co_positions())


def _position(code: CodeType, last: int) -> Span:
    positions = _positions(code)
    return positions[last // 2] if 0 <= last // 2 < len(positions) else (None, None, None, None)


def _parsed(source: str) -> tuple[dict[Span, str], frozenset[Span]]:
    names: dict[Span, str] = {}
    returned: set[Span] = set()
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return names, frozenset()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                _pair(target, node.value, names)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            _pair(node.target, node.value, names)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            names[_span(node)] = node.target.id
        elif isinstance(node, ast.Return | ast.Lambda):
            value = node.value if isinstance(node, ast.Return) else node.body
            if value is not None:
                returned.add(_span(value))
    return names, frozenset(returned)


_known: dict[str, tuple[list[str], dict[Span, str], frozenset[Span]]] = {}
"""By file: its lines as `linecache` holds them, and what they assign and return."""


def _assignments(filename: str) -> tuple[dict[Span, str], frozenset[Span]]:
    lines = linecache.getlines(filename)
    if filename not in _known or _known[filename][0] is not lines:
        _known[filename] = (lines, *_parsed("".join(lines)))
    return _known[filename][1:]


def _pair(target: ast.expr, value: ast.expr, names: dict[Span, str]) -> None:
    if isinstance(target, ast.Name):
        names[_span(value)] = target.id
        return
    sequence = (ast.Tuple, ast.List)
    if isinstance(target, sequence) and isinstance(value, sequence) and len(target.elts) == len(value.elts):
        for t, v in zip(target.elts, value.elts, strict=True):
            _pair(t, v, names)


def _span(node: ast.expr | ast.stmt) -> Span:
    return (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
