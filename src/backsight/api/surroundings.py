"""What a function reads besides its arguments, and whether it has changed since the function was traced.

A compiled gradient holds the numbers, arrays and functions that its function found around itself: globals,
what it closes over, attributes of `self`. A person who changes one of these expects the next call to know. So
they are noted when the function is traced, and looked at again at every call: the same objects, with the same
contents. Arrays beyond a megabyte are known by identity alone: comparing them would take longer than the
gradient. What changes in one is still seen where the array is an operand, not where a number was made of it.
"""

from __future__ import annotations

import dis
import functools
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from backsight.ops.value import Value
from backsight.tracing.source import is_library

_PLAIN = (int, float, complex, str, bytes, bool, type(None))
_MISSING = object()
_INSTALLED = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "purelib", "platlib"))
_MANY = 10_000
"""Parts of lists and dicts that are looked at; what lies beyond is not noticed."""
_LARGE = 2**20
"""Bytes of an array whose contents are looked at."""

Read = Callable[[], Any]


class Surroundings:
    """What functions read besides their arguments, as it is now."""

    def __init__(self, function: Any) -> None:
        self._parts: list[tuple[Read, Any]] = []
        self._contents: list[tuple[Any, bytes]] = []
        names: set[str] = set()
        while True:  # an attribute that is read may be a method, which reads further attributes
            walk = _Walk(frozenset(names))
            walk.visit(function)
            if walk.names == names:
                break
            names = walk.names
        self._parts = walk.parts
        self._contents = [(a, a.tobytes()) for a in walk.arrays if getattr(a, "nbytes", 0) <= _LARGE]
        self._generators = walk.generators

    def unchanged(self) -> bool:
        """Whether everything is still the same object, or an equal number, and arrays hold what they held."""
        for read, before in self._parts:
            now = read()
            if now is not before and (type(now) is not type(before) or not _equal(now, before)):
                return False
        return all(array.tobytes() == before for array, before in self._contents)

    def randomness(self) -> list[str]:
        """The states of all generators of random numbers that the functions may draw from."""
        states = [str(_state(generator)) for generator in self._generators]
        if "random" in sys.modules:
            states.append(str(sys.modules["random"].getstate()))
        if "numpy.random" in sys.modules:
            states.append(str(sys.modules["numpy.random"].get_state(legacy=False)))
        return states


def _state(generator: Any) -> Any:
    bits = getattr(generator, "bit_generator", None)
    if bits is not None:
        return bits.state
    return generator.getstate() if hasattr(generator, "getstate") else generator.get_state()


def _equal(now: Any, before: Any) -> bool:
    """Equal as plain numbers; whatever else is another object is another thing."""
    if isinstance(now, MethodType):  # made anew whenever it is read
        return now.__self__ is before.__self__ and now.__func__ is before.__func__
    if not isinstance(now, _PLAIN) and getattr(now, "shape", None) != ():
        return False
    return bool(now == before) or (now != now and before != before)


class _Walk:
    """One walk over everything that can be reached, attributes only by names that some code reads."""

    def __init__(self, attributes: frozenset[str]) -> None:
        self.attributes = attributes
        self.names = set(attributes)
        self.parts: list[tuple[Read, Any]] = []
        self.arrays: list[Any] = []
        self.generators: list[Any] = []
        self._seen: dict[int, Any] = {}

    def visit(self, value: Any) -> None:
        if isinstance(value, (*_PLAIN, BuiltinFunctionType, Value)) or id(value) in self._seen:
            return
        self._seen[id(value)] = value  # kept alive, so that no other object gets its id
        if isinstance(value, FunctionType):
            self._function(value)
        elif isinstance(value, MethodType):
            self.visit(value.__func__)
            self.visit(value.__self__)
        elif isinstance(value, functools.partial):
            for part in (value.func, value.args, value.keywords):
                self.visit(part)
        elif hasattr(value, "tobytes") and hasattr(value, "shape"):
            self.arrays.append(value)
        elif any(hasattr(value, name) for name in ("bit_generator", "getstate", "get_state")):
            self.generators.append(value)
        elif isinstance(value, dict):
            self._note(functools.partial(len, value))
            self._named(value, list(value)[:_MANY])
        elif isinstance(value, list | tuple):
            self._note(functools.partial(len, value))
            for place, part in enumerate(value[:_MANY]):
                if isinstance(value, list):
                    self._note(functools.partial(_entry, value, place))
                self.visit(part)
        elif isinstance(value, ModuleType):
            if not _installed(getattr(value, "__file__", None)):
                self._named(vars(value), self.attributes & vars(value).keys())
        elif isinstance(value, type):
            self._class(value)
        elif not _installed(getattr(sys.modules.get(type(value).__module__), "__file__", None)):
            self._object(value)
        elif hasattr(value, "__wrapped__"):  # our own transformed functions, and functools.cache
            self.visit(value.__wrapped__)

    def _note(self, read: Read) -> None:
        self.parts.append((read, read()))

    def _named(self, holder: Mapping[Any, Any], keys: Any) -> None:
        for key in keys:
            self._note(functools.partial(holder.get, key, _MISSING))
            self.visit(holder.get(key))

    def _function(self, function: FunctionType) -> None:
        if _installed(function.__code__.co_filename):
            return
        self._note(lambda: function.__code__)
        for code in _codes(function.__code__):
            read, attributes = _names(code)
            self.names |= attributes
            self._named(function.__globals__, read & function.__globals__.keys())
        for cell in function.__closure__ or ():
            self._note(functools.partial(_content, cell))
            self.visit(_content(cell))
        self.visit(function.__defaults__)
        self.visit(function.__kwdefaults__)

    def _object(self, value: Any) -> None:
        held = getattr(value, "__dict__", {})
        self._named(held, self.attributes & held.keys())
        for name in self.attributes:
            if name not in held and any(
                name in getattr(kind, "__slots__", ()) for kind in type(value).__mro__
            ):
                self._note(functools.partial(getattr, value, name, _MISSING))
                self.visit(getattr(value, name, None))
        self._class(type(value))

    def _class(self, kind: type) -> None:
        for base in kind.__mro__:
            if not _installed(getattr(sys.modules.get(base.__module__), "__file__", None)):
                called = {"__call__", "__init__", *self.attributes} & vars(base).keys()
                self._named(vars(base), called)
                for name in called:
                    member = vars(base)[name]
                    self.visit(getattr(member, "fget", getattr(member, "__func__", None)))


def _installed(file: str | None) -> bool:
    """Whether a file belongs to Python, to backsight or to an installed package, which stay as they are."""
    return file is None or is_library(file) or file.startswith(_INSTALLED)


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return _MISSING


def _entry(holder: list[Any], place: int) -> Any:
    return holder[place] if place < len(holder) else _MISSING


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code, and that of functions within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


@functools.lru_cache(maxsize=1024)
def _names(code: CodeType) -> tuple[set[str], set[str]]:
    """The globals and the attributes that code reads."""
    read: set[str] = set()
    attributes: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            read.add(instruction.argval)
        elif instruction.opname in ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR"):
            attributes.add(instruction.argval)
    return read, attributes
