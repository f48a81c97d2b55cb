"""A backward pass at work: every expression's value recorded, any of them replaced, any line rewritten.

The user's own function objects are kept; for the time of a run their code is swapped for the same code with a
probe around each expression (or with one expression rewritten), compiled from their source.
"""

from __future__ import annotations

import ast
import copy
import gc
import linecache
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

from backsight.checking.calling import children
from backsight.checking.numbers import numeric
from backsight.checking.syntax import definition_in, first_line
from backsight.ir.evaluate import Array
from backsight.tracing.source import is_library

PROBE = "__backsight_probe__"
_WATCHED = (
    ast.BinOp,
    ast.UnaryOp,
    ast.Call,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Compare,
    ast.IfExp,
    ast.ListComp,
    ast.List,
)
_LIBRARIES = tuple(
    os.path.realpath(p) + os.sep for k, p in sysconfig.get_paths().items() if k not in ("scripts", "data")
)


@dataclass(eq=False, slots=True)
class Place:
    """One expression in the source of a backward pass.

    Attributes:
        node: its syntax tree; `owner`, `slot`, `index`: where that hangs in its parent.
        statement: the statement it stands in.
        values: what it gave, each time, in the last recorded run; `times`: when.
        first: when it was first computed.
    """

    node: ast.expr
    owner: ast.AST
    slot: str
    index: int | None
    statement: ast.stmt
    source: Source
    function: str = ""
    number: int = -1
    values: list[Any] = field(default_factory=list)
    arrays: list[Array] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    first: int = -1
    held: Any = None

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def is_root(self) -> bool:
        """Whether this is the whole of what a statement assigns, adds or returns."""
        holds = self.owner is self.statement or isinstance(self.owner, ast.Tuple | ast.List | ast.Dict)
        return holds and self.slot in ("value", "elts", "values")

    def put(self, node: ast.AST) -> None:
        held = getattr(self.owner, self.slot)
        if self.index is None:
            setattr(self.owner, self.slot, node)
        else:
            held[self.index] = node


@dataclass(eq=False)
class Source:
    """A file, and those of its functions that run in the backward pass."""

    file: str
    tree: ast.Module
    functions: list[tuple[FunctionType, ast.stmt]] = field(default_factory=list)

    def compiled(
        self, transform: Callable[[ast.stmt], ast.stmt], line: int | None = None
    ) -> list[tuple[FunctionType, CodeType]]:
        """New code for each function (or for those around one line), from its (transformed) syntax tree."""
        made: dict[int, CodeType] = {}
        result = []
        for function, top in self.functions:
            if line is not None and not first_line(top) <= line <= (top.end_lineno or line):
                continue
            if id(top) not in made:
                made[id(top)] = compile(ast.Module([transform(top)], type_ignores=[]), self.file, "exec")
            code = _find(made[id(top)], function.__code__)
            if code is not None and code.co_freevars == function.__code__.co_freevars:
                result.append((function, code))
        return result


class Watch:
    """What runs during a backward pass, and the places in it where a value can be seen or changed.

    Args:
        run: runs the backward pass once, from scratch.
        shared: code that the forward pass runs too, which is left as it is.
        entry: the qualified name of the function that the pass begins with.
    """

    def __init__(self, run: Callable[[], Any], shared: set[CodeType], entry: str) -> None:
        self.entry = entry
        codes, calls = called_codes(run)
        self.most_calls = 20 * calls + 2000
        self.sources = _sources(codes - shared)
        self.places: list[Place] = []
        for source in self.sources:
            done: set[int] = set()
            for function, top in source.functions:
                body = definition_in(top, function.__code__)
                if body is not None and id(body) not in done:
                    done.add(id(body))
                    for place in _places(body, source):
                        place.function = function.__code__.co_qualname
                        self.places.append(place)
        self.places = list({id(p.node): p for p in self.places}.values())
        for number, place in enumerate(self.places):
            place.number = number
        seen = [p for p in self.places if p.is_root or not isinstance(p.node, ast.Constant)]
        self._numbers = {id(p.node): p.number for p in seen}
        self._probed = [pair for s in self.sources for pair in s.compiled(self._instrumented)]
        self.statements = {id(p.statement): p.statement for p in self.places}
        self._blocks = {id(s): b for source in self.sources for b in _blocks(source.tree) for s in b}

    def _instrumented(self, top: ast.stmt) -> ast.stmt:
        marked = _copied_with_marks(top, self._numbers)
        changed: ast.stmt = ast.fix_missing_locations(_Prober().visit(marked))
        return changed

    def recorded(self, run: Callable[[], Any]) -> Any:
        """Run with every value recorded at its place."""
        for place in self.places:
            place.values, place.arrays, place.times, place.first, place.held = [], [], [], -1, None
        count = 0
        self._locals: dict[str, dict[str, Any]] = {}
        self._names: dict[str, dict[str, Array]] = {}

        def probe(number: int, value: Any) -> Any:
            nonlocal count
            place, count = self.places[number], count + 1
            frame = sys._getframe(1)
            if frame.f_code.co_qualname == place.function:
                self._locals[place.function] = frame.f_locals
            array = numeric(value)
            if array is None:
                place.held = value
            else:
                place.first = count if place.first < 0 else place.first
                place.values.append(value)
                place.times.append(count)
                place.arrays.append(array)
            return value

        with swapped(self._probed, probe):
            return run()

    def of_function(self, place: Place) -> list[Place]:
        """The places in the same function."""
        return [p for p in self.places if p.function == place.function]

    def inside(self, place: Place) -> list[Place]:
        """The places within one, itself left out."""
        nodes = {id(n) for n in ast.walk(place.node)} - {id(place.node)}
        return [p for p in self.places if id(p.node) in nodes]

    def names(self, place: Place) -> dict[str, Array]:
        """The numbers that the names of a place's function held when it was last seen."""
        if place.function not in self._names:
            found = {n: numeric(v) for n, v in self._locals.get(place.function, {}).items()}
            self._names[place.function] = {n: a for n, a in found.items() if a is not None}
        return self._names[place.function]

    def held_names(self, place: Place) -> list[str]:
        """The names in a place's function that hold an array or a container of them."""
        held = self._locals.get(place.function, {})
        return [n for n, v in held.items() if numeric(v) is not None or isinstance(v, list | dict)]

    def siblings(self, place: Place) -> list[tuple[str, Array]]:
        """What lies beside an entry of a dict or an attribute of an object, by key."""
        if not isinstance(place.node, ast.Subscript | ast.Attribute):
            return []
        holder = next((p.held for p in self.places if p.node is place.node.value), None)
        pairs = [(k, numeric(v)) for k, v in children(holder) if isinstance(k, str)]
        return [(k, a) for k, a in pairs if a is not None]

    def replaced(self, place: Place, change: Callable[[Any, int], Any], run: Callable[[], Any]) -> Any:
        """Run with what one place gives changed: `change(value, how often before)`."""
        count = 0

        def probe(number: int, value: Any) -> Any:
            nonlocal count
            if number != place.number or numeric(value) is None:
                return value
            count += 1
            return change(value, count - 1)

        with swapped(self._probed, probe):
            return run()

    def with_statement(self, place: Place, statement: ast.stmt, attempt: Callable[[], bool]) -> bool:
        """Whether an attempt works with another statement in the place of the one a value belongs to."""
        block = self._blocks[id(place.statement)]
        index = block.index(place.statement)
        block[index] = ast.fix_missing_locations(ast.copy_location(statement, place.statement))
        try:
            return attempt()
        finally:
            block[index] = place.statement

    def rewritten(self, place: Place, run: Callable[[], Any]) -> Any:
        """Run with the source's syntax tree as it is now, after an edit at a place."""
        with swapped(place.source.compiled(lambda top: top, place.statement.lineno), None):
            return run()


@contextmanager
def swapped(pairs: Sequence[tuple[FunctionType, CodeType]], probe: Any) -> Iterator[None]:
    """Functions with other code for a while."""
    before = [(f, f.__code__) for f, _ in pairs]
    try:
        for function, code in pairs:
            function.__code__ = code
            if probe is not None:
                function.__globals__[PROBE] = probe
        yield
    finally:
        for function, code in before:
            function.__code__ = code
            function.__globals__.pop(PROBE, None)


class RanTooLong(Exception):
    """A changed backward pass makes far more calls than the original: it may never end."""


@contextmanager
def limited(most: int) -> Iterator[None]:
    """End what makes more than so many calls; a changed loop may run for ever."""
    left = most

    def profile(frame: Any, event: str, _: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise RanTooLong

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(before)


def called_codes(run: Callable[[], Any]) -> tuple[set[CodeType], int]:
    """The code of every function of the user's that runs, and how many calls there are in all."""
    seen: set[CodeType] = set()
    count = 0

    def profile(frame: Any, event: str, _: Any) -> None:
        nonlocal count
        count += 1
        if event == "call":
            seen.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(before)
    return {c for c in seen if is_users(c.co_filename)}, count


def is_users(file: str) -> bool:
    return not is_library(file) and not os.path.realpath(file).startswith(_LIBRARIES)


def _sources(codes: set[CodeType]) -> list[Source]:
    found: dict[str, Source] = {}
    functions = [
        f for c in codes for f in gc.get_referrers(c) if isinstance(f, FunctionType) and f.__code__ is c
    ]
    for function in sorted(functions, key=lambda f: f.__code__.co_firstlineno):
        file = function.__code__.co_filename
        if file not in found:
            try:
                found[file] = Source(file, ast.parse("".join(linecache.getlines(file))))
            except SyntaxError:
                continue
        top = next(
            (
                s
                for s in found[file].tree.body
                if first_line(s) <= function.__code__.co_firstlineno <= (s.end_lineno or 0)
            ),
            None,
        )
        if top is not None:
            found[file].functions.append((function, top))
    return list(found.values())


def _blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements in a file."""
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield value


def _find(code: CodeType, like: CodeType) -> CodeType | None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == like.co_qualname and constant.co_firstlineno == like.co_firstlineno:
                return constant
            inner = _find(constant, like)
            if inner is not None:
                return inner
    return None


def _places(definition: ast.AST, source: Source) -> Iterator[Place]:
    """Every expression of a function that is computed for its value."""
    body = definition.body  # type: ignore[attr-defined]
    if isinstance(body, list):
        for statement in body:
            yield from _in_statement(statement, source)


def _in_statement(statement: ast.stmt, source: Source) -> Iterator[Place]:
    for slot, value in ast.iter_fields(statement):
        if slot in ("decorator_list", "args", "returns", "annotation", "type_params"):
            continue
        items = value if isinstance(value, list) else [value]
        for i, item in enumerate(items):
            index = i if isinstance(value, list) else None
            if isinstance(item, ast.stmt):
                yield from _in_statement(item, source)
            elif isinstance(item, ast.expr):
                yield from _in_expression(item, statement, slot, index, statement, source)
            elif isinstance(item, ast.AST):
                for part in ast.walk(item):
                    if isinstance(part, ast.stmt):
                        yield from _in_statement(part, source)


def _in_expression(
    node: ast.expr, owner: ast.AST, slot: str, index: int | None, statement: ast.stmt, source: Source
) -> Iterator[Place]:
    loaded = not hasattr(node, "ctx") or isinstance(node.ctx, ast.Load)
    is_function = isinstance(owner, ast.Call) and slot == "func"
    is_number = isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    if is_number or (isinstance(node, _WATCHED) and loaded and not is_function):
        yield Place(node, owner, slot, index, statement, source)
    for field_name, value in ast.iter_fields(node):
        if isinstance(node, ast.JoinedStr | ast.Lambda) or (
            isinstance(node, ast.Subscript) and field_name == "slice"
        ):
            continue
        for i, item in enumerate(value if isinstance(value, list) else [value]):
            where = i if isinstance(value, list) else None
            if isinstance(item, ast.expr):
                yield from _in_expression(item, node, field_name, where, statement, source)
            elif isinstance(item, ast.comprehension):
                yield from _in_expression(item.iter, item, "iter", None, statement, source)
            elif isinstance(item, ast.keyword):
                yield from _in_expression(item.value, item, "value", None, statement, source)


def _copied_with_marks(top: ast.stmt, numbers: dict[int, int]) -> ast.stmt:
    for node in ast.walk(top):
        if id(node) in numbers:
            node.backsight_number = numbers[id(node)]  # type: ignore[attr-defined]
    return copy.deepcopy(top)


class _Prober(ast.NodeTransformer):
    """Puts a probe around every marked expression."""

    def visit(self, node: ast.AST) -> Any:
        visited: Any = self.generic_visit(node)
        number = getattr(node, "backsight_number", None)
        if number is None:
            return visited
        probe = ast.Call(ast.Name(PROBE, ast.Load()), [ast.Constant(number), visited], [])
        return ast.copy_location(probe, node)
