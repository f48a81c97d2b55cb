"""A function in a person's own file, and what to call it with: for the command line.

Example values come from, first to last: what is given in words (`x=1.0, w=[1, 2]`), a module-level `example`
(or `EXAMPLE`), the function's defaults.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from backsight.checking.pairing import EXAMPLES, pair_in
from backsight.errors import BacksightError, LoadError
from backsight.ir.program import Origin
from backsight.tracing.trees import flatten, unflatten


@dataclass(frozen=True, slots=True)
class Call:
    """A function and one value per parameter.

    Attributes:
        file: the function's.
        names: of the parameters.
    """

    function: Callable[..., Any]
    file: Path
    names: tuple[str, ...]
    values: tuple[Any, ...]

    def argnums(self, asked: str) -> tuple[int, ...]:
        """The parameters to differentiate by: numbers or names with commas. If "": all that hold
        floating-point numbers (whole ones may be counts), or all that hold numbers.

        Raises:
            LoadError: there is no such parameter.
        """
        if not asked.strip():
            floats = tuple(i for i, v in enumerate(self.values) if _holds(v, "float"))
            return floats or tuple(i for i, v in enumerate(self.values) if _holds(v, "int"))
        return tuple(self._position(word.strip()) for word in asked.split(","))

    def _position(self, word: str) -> int:
        if word in self.names:
            return self.names.index(word)
        try:
            number = int(word)
            return range(len(self.names))[number]
        except (ValueError, IndexError):
            raise LoadError(
                f"{self.function.__name__} has no parameter {word!r}",
                remedy=f"its parameters are {', '.join(self.names)}; or count them from 0",
            ) from None

    def moved(self, argnums: Sequence[int]) -> tuple[Any, ...]:
        """The values, where whole numbers that are to be nudged become floating-point ones."""
        return tuple(_as_floats(v) if i in argnums else v for i, v in enumerate(self.values))


def load(target: str, at: str = "") -> Call:
    """The function that `FILE:FUNCTION` names, with example values.

    Args:
        target: the function may be left out where the file defines only one.
        at: values by name, as in a call; they are literals: nothing in it is run.

    Raises:
        LoadError: the file, the function or a value is missing or wrong; the origin is the line in the file.
    """
    file, name = _split(target)
    module = _run(file)
    function = _function(module, file, name)
    names, values = _values(function, _given(at), _example(module, function), file)
    return Call(function, file, names, values)


def load_pair(
    file: str, forward: str = "forward", backward: str = "backward"
) -> tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]:
    """A forward and a backward function of a file, and the arguments to call them with.

    Args:
        forward, backward: their names; `net.forward` is a method of the file's `net`. Where the file has no
            such function, the method of the one object that has it.

    The arguments are the file's `example`: a tuple, a dict by forward's parameters, or a function that gives
    either.

    Raises:
        LoadError: the file, a function or the example is missing.
    """
    path, _ = _split(file)
    module = _run(path)
    with blamed_on(path):
        remedy = "name it with --forward or --backward"
        return pair_in(vars(module), str(path), forward, backward, remedy)


@contextmanager
def blamed_on(file: Path) -> Iterator[None]:
    """An exception out of a person's code becomes an error that names their line."""
    try:
        yield
    except BacksightError:
        raise
    except (Exception, SystemExit) as error:
        raise LoadError(_message(error), origin=_place(error, file)) from error


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"this is not Python: {error.msg}"
    words = str(error)
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _place(error: BaseException, file: Path) -> Origin | None:
    """The innermost line of the file that an error came through."""
    if isinstance(error, SyntaxError) and error.lineno is not None and error.filename == str(file):
        return Origin(str(file), error.lineno, (error.text or "").strip())
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(file)]
    return Origin(str(file), frames[-1].lineno or 1, frames[-1].line or "") if frames else None


# The file and the function ----------------------------------------------------------------------------------


def _split(target: str) -> tuple[Path, str]:
    before, colon, after = target.rpartition(":")
    file, name = (before, after) if colon and not Path(target).is_file() else (target, "")
    path = Path(file)
    if not path.is_file():
        near = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*.py")], 1)
        remedy = f"did you mean {path.with_name(near[0])}?" if near else "name it as FILE:FUNCTION"
        raise LoadError(f"there is no file {file!r}", remedy=remedy)
    return path, name


def _run(file: Path) -> ModuleType:
    """Run the file as a module; beside it lie the modules it may import."""
    # A name of its own: the file may be called like a module that others need.
    module = ModuleType(f"_backsight_{file.stem}")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    sys.path.insert(0, str(file.resolve().parent))
    with blamed_on(file):
        exec(compile(file.read_bytes(), str(file), "exec"), module.__dict__)
    return module


def _function(module: ModuleType, file: Path, name: str) -> Callable[..., Any]:
    own = {
        key: value
        for key, value in vars(module).items()
        if inspect.isfunction(value) and value.__code__.co_filename == str(file) and not key.startswith("_")
    }
    if not name and len(own) == 1:
        return next(iter(own.values()))
    offered = f"it defines {', '.join(own)}" if own else "it defines no function"
    if not name:
        raise LoadError(f"which function of {file}?", remedy=f"{offered}: name it as {file}:FUNCTION")
    found = vars(module).get(name)
    if found is None:
        near = difflib.get_close_matches(name, own, 1)
        raise LoadError(
            f"{file} has no function {name!r}", remedy=f"did you mean {near[0]}?" if near else offered
        )
    if not callable(found):
        raise LoadError(f"{name!r} in {file} is a {type(found).__name__}, not a function", remedy=offered)
    result: Callable[..., Any] = found
    return result


# The values -------------------------------------------------------------------------------------------------


def _given(at: str) -> tuple[list[Any], dict[str, Any]]:
    """Values in words, by position and by name."""
    try:
        call = ast.parse(f"f({at}\n)", mode="eval").body
        if not isinstance(call, ast.Call) or any(k.arg is None for k in call.keywords):
            raise ValueError("not the arguments of one call")
        by_position = [_as_arrays(ast.literal_eval(a)) for a in call.args]
        return by_position, {str(k.arg): _as_arrays(ast.literal_eval(k.value)) for k in call.keywords}
    except (SyntaxError, ValueError, TypeError):
        raise LoadError(
            f"the values {at!r} cannot be read", remedy='write them as in a call: --at "x=1.0, w=[1, 2, 3]"'
        ) from None


def _as_arrays(value: Any) -> Any:
    """Lists of numbers are arrays of floating-point ones; tuples and dicts stay what they are."""
    if isinstance(value, dict):
        return {k: _as_arrays(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_as_arrays, value))
    return _array(value) if isinstance(value, list) else value


def _array(value: Any) -> Any:
    from backsight import numpy

    return _as_float(numpy.array(value))


def _example(module: ModuleType, function: Callable[..., Any]) -> Any:
    """The module's example for a function: its own if the example is a dict by the names of functions."""
    found = next((getattr(module, name) for name in EXAMPLES if hasattr(module, name)), None)
    if isinstance(found, Mapping) and isinstance(found.get(function.__name__), Mapping | tuple | list):
        return found[function.__name__]
    return found


def _values(
    function: Callable[..., Any], given: tuple[list[Any], dict[str, Any]], example: Any, file: Path
) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise LoadError(f"the parameters of {function!r} cannot be read") from None
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in positional]
    found: dict[str, Any] = {p.name: p.default for p in positional if p.default is not p.empty}
    if isinstance(example, Mapping):
        found.update((k, _as_arrays(v)) for k, v in example.items() if k in names)
    elif isinstance(example, tuple | list):
        found.update(zip(names, map(_as_arrays, example), strict=False))
    by_position, by_name = given
    unknown = [k for k in by_name if k not in names] + [str(v) for v in by_position[len(names) :]]
    if unknown:
        raise LoadError(
            f"{function.__name__} has no parameter for {unknown[0]}", remedy=f"it takes {', '.join(names)}"
        )
    found.update(zip(names, by_position, strict=False))
    found.update(by_name)
    missing = [name for name in names if name not in found]
    if missing:
        wanted = ", ".join(f"{name}=…" for name in missing)
        line = getattr(getattr(function, "__code__", None), "co_firstlineno", 1)
        raise LoadError(
            f"there is no example value for {', '.join(missing)}",
            origin=Origin(str(file), line, f"def {function.__name__}({', '.join(names)})"),
            remedy=f'give --at "{wanted}", or write example = {{"{missing[0]}": …}} in the file, or defaults',
        )
    return tuple(names), tuple(found[name] for name in names)


def _holds(value: Any, kind: str) -> bool:
    """Whether all of a value are numbers of that kind."""
    leaves = flatten(value)[0]
    kinds = [str(getattr(x, "dtype", type(x).__name__)) for x in leaves]
    return bool(leaves) and all(k.startswith(kind) for k in kinds)


def _as_floats(value: Any) -> Any:
    leaves, structure = flatten(value)
    return unflatten(structure, [_as_float(x) for x in leaves])


def _as_float(leaf: Any) -> Any:
    if isinstance(leaf, bool):
        return leaf
    if isinstance(leaf, int):
        return float(leaf)
    return leaf.astype(float) if str(getattr(leaf, "dtype", "")).startswith("int") else leaf
