"""Errors as data: what happened, where in the person's own source, and what to do about it."""

from __future__ import annotations

import difflib
import linecache
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from backsight.browser.running import EXAMPLE, FILE
from backsight.errors import BacksightError

_REMEDIES: list[tuple[type[BaseException], str]] = [
    (RecursionError, "make sure that the function stops calling itself"),
    (MemoryError, "use fewer or smaller arrays"),
    (EOFError, "write the value into the code"),
    (ModuleNotFoundError, "Python's own modules and np are here; other packages are not"),
    (ZeroDivisionError, "keep the divisor away from 0; np.divide gives inf or nan instead"),
    (NameError, "check the spelling, or give the name a value before this line"),
    (IndentationError, "put the lines of a block under each other, four spaces in"),
    (SyntaxError, "compare this line and the one before with what Python expects"),
]


def described(error: BaseException) -> dict[str, Any]:
    """An error as JSON values: code, message, remedy, and the place in the source or in the example.

    Lines and columns count from 1; they are None where the error has no place in what the person wrote.
    """
    if isinstance(error, BacksightError):
        place = _placed(error)
        return {"code": error.code, "message": error.message, "remedy": error.remedy, **place}
    place = _syntax_place(error) if isinstance(error, SyntaxError) else _raised_at(error.__traceback__)
    return {"code": type(error).__name__, "message": _message(error), "remedy": _remedy(error), **place}


def _placed(error: BacksightError) -> dict[str, Any]:
    raised = _raised_at(error.__traceback__)
    origin = error.origin
    if origin is None or origin.file not in (FILE, EXAMPLE):
        return raised
    if raised["line"] == origin.line:
        return raised  # it knows the column too
    return _place(origin.file, origin.line, None)


def _message(error: BaseException) -> str:
    """Python's own words, with what it thinks was meant."""
    if isinstance(error, SyntaxError):
        return error.msg
    if isinstance(error, RecursionError):
        return "a function calls itself without end"
    if isinstance(error, MemoryError):
        return "there is not enough memory for this"
    if isinstance(error, SystemExit):
        return "the code ended itself with exit()"
    lines = traceback.TracebackException.from_exception(error).format_exception_only()
    text = "".join(lines).strip()
    if _ours(error):
        text = text.partition(". Did you mean")[0]  # the remedy knows better
    return text.partition(": ")[2] or text


def _remedy(error: BaseException) -> str:
    name = getattr(error, "name", None)
    if _ours(error):
        from backsight.tracing.functions import FUNCTIONS
        from backsight.tracing.functions.remedies import INSTEAD, instead

        wanted = str(name if isinstance(error, AttributeError) else str(error).split("'")[1])
        near = difflib.get_close_matches(wanted, FUNCTIONS, 3) if wanted not in INSTEAD else []
        return f"did you mean np.{', np.'.join(near)}?" if near else instead(wanted, FUNCTIONS)
    return next((remedy for kind, remedy in _REMEDIES if isinstance(error, kind)), "")


def _ours(error: BaseException) -> bool:
    """Whether a name was asked of our np that it lacks."""
    return isinstance(error, AttributeError | ImportError) and "backsight.numpy" in str(error)


def _syntax_place(error: SyntaxError) -> dict[str, Any]:
    if error.filename not in (FILE, EXAMPLE):
        return _raised_at(error.__traceback__)
    return _place(error.filename, error.lineno, error.offset)


def _raised_at(trace: TracebackType | None) -> dict[str, Any]:
    """The innermost line of what the person wrote that was being run."""
    last = None
    for frame, line, column in _frames(trace):
        if frame in (FILE, EXAMPLE):
            last = (frame, line, column)
    return _place(*last) if last else _place(FILE, None, None)


def _frames(trace: TracebackType | None) -> Iterator[tuple[str, int, int | None]]:
    while trace is not None:
        code = trace.tb_frame.f_code
        column = None
        for number, position in enumerate(code.co_positions()):
            if number == trace.tb_lasti // 2:
                column = position[2]
                break
        yield code.co_filename, trace.tb_lineno, None if column is None else column + 1
        trace = trace.tb_next


def _place(file: str, line: int | None, column: int | None) -> dict[str, Any]:
    text = linecache.getline(file, line).rstrip("\n") if line is not None else ""
    return {"where": "example" if file == EXAMPLE else "source", "line": line, "column": column, "text": text}
