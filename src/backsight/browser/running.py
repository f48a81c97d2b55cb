"""Runs a person's own source: `np` is there also without NumPy, and what it prints is kept, up to a limit."""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib.util
import io
import linecache
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType, ModuleType
from typing import Any

from backsight.errors import TraceError
from backsight.ir.program import Origin

FILE = "your code"
"""What the source is called in messages and origins."""
EXAMPLE = "your numbers"
"""What the assignments are called that give the arguments."""
MOST_OUTPUT = 100_000
"""Characters kept of what is printed."""
_OURS = {"math": "backsight.numpy.mathematics", "numpy": "backsight.numpy", "scipy": "backsight.numpy.scipy"}
"""What stands in for a module: for `math` always, so that traced numbers can be given to it."""
_CLOSED = ("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "micropip")


class Output(io.TextIOBase):
    """Keeps what is written to it, up to a limit: an endless loop that prints must not fill the memory."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = MOST_OUTPUT
        self.cut = False

    def write(self, text: str) -> int:
        kept = text[: self._room]
        if kept:
            self._parts.append(kept)
            self._room -= len(kept)
        self.cut = self.cut or len(kept) < len(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def text(self) -> str:
        """What was kept, and a line that says so if it is not all."""
        whole = "".join(self._parts)
        return f"{whole}\n… (cut after {MOST_OUTPUT:,} characters)\n" if self.cut else whole


@contextlib.contextmanager
def captured() -> Iterator[tuple[Output, Output]]:
    """What is printed meanwhile: on standard output, and on standard error."""
    out, err = Output(), Output()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("default")  # warnings are printed too, however this Python was started
        yield out, err


def run_source(source: str) -> dict[str, Any]:
    """Run the source as a script; its global names.

    Raises:
        BaseException: whatever the source raises.
    """
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": _own_builtins()}
    exec(compile(_remembered(source, FILE), FILE, "exec", dont_inherit=True), namespace)
    return namespace


def run_example(source: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """The names that a few assignments give, worked out among the names of the source."""
    text = textwrap.dedent(source)
    scope = dict(namespace)
    exec(compile(_remembered(text, EXAMPLE), EXAMPLE, "exec", dont_inherit=True), scope)
    stored = [
        n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    ]
    return {name: scope[name] for name in stored if name in scope}


def functions(source: str, namespace: dict[str, Any]) -> list[FunctionType]:
    """The functions that the source itself defines at its top, in order."""
    names = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    found = [namespace.get(name) for name in dict.fromkeys(names)]
    return [f for f in found if isinstance(f, FunctionType) and f.__code__.co_filename == FILE]


def chosen(source: str, namespace: dict[str, Any], name: str | None) -> Callable[..., Any]:
    """The function of that name, or the last one the source defines.

    Raises:
        TraceError: there is none.
    """
    known = functions(source, namespace)
    if name is None:
        if not known:
            raise TraceError(
                "there is no function here to differentiate", remedy="write one: def cost(w): return w**2"
            )
        return known[-1]
    function = namespace.get(name)
    if not callable(function):
        names = ", ".join(f.__name__ for f in known) or "none"
        raise TraceError(f"there is no function {name!r} here", remedy=f"the functions here: {names}")
    return function  # type: ignore[no-any-return]


def origin_of(function: Callable[..., Any]) -> Origin | None:
    """Where a function of the person's begins."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_filename != FILE:
        return None
    line = code.co_firstlineno
    return Origin(FILE, line, linecache.getline(FILE, line).strip())


def raised_in(error: BaseException) -> Origin | None:
    """The innermost line of the person's that was being run, None if there was none."""
    found, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE:
            found = trace.tb_lineno
        trace = trace.tb_next
    return Origin(FILE, found, linecache.getline(FILE, found).strip()) if found else None


def _remembered(source: str, file: str) -> str:
    """The source, where Python and we look for the text of a line."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return source


def _own_builtins() -> dict[str, Any]:
    return {**vars(builtins), "__import__": _import, "input": _no_input}


def _no_input(prompt: object = "") -> str:
    raise EOFError("nobody is asked for input() here: write the value into the code")


def _import(
    name: str,
    globals: dict[str, Any] | None = None,
    locals: dict[str, Any] | None = None,
    fromlist: Sequence[str] = (),
    level: int = 0,
) -> ModuleType:
    """Python's own import, but some modules are ours, and the page is out of reach."""
    top = name.partition(".")[0]
    if level == 0 and top in _OURS and (top == "math" or importlib.util.find_spec(top) is None):
        return _our_module(name, fromlist)
    if top in _CLOSED and importlib.util.find_spec("js") is not None:
        raise ModuleNotFoundError(f"{top!r} is closed here: your code stays apart from the page", name=name)
    return builtins.__import__(name, globals, locals, fromlist, level)


def _our_module(name: str, fromlist: Sequence[str]) -> ModuleType:
    top, *parts = name.split(".")
    module = importlib.import_module(_OURS[top])
    part: Any = module
    for step in parts:
        part = getattr(part, step, None)
    if part is None:
        raise ModuleNotFoundError(f"{name!r} is not part of the {top} that is here", name=name)
    return part if fromlist else module
