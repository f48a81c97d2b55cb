"""A forward and a backward pass among the names of somebody's file, and what to call them with."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from backsight.errors import LoadError

EXAMPLES = ("example", "EXAMPLE")


def pair_in(
    names: Mapping[str, Any],
    file: str,
    forward: str = "forward",
    backward: str = "backward",
    remedy: str = "call your functions forward and backward",
) -> tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]:
    """The two functions, and the arguments of forward.

    Args:
        names: the file's global names.
        file: what messages call it.
        forward, backward: their names; `net.forward` is a method of the file's `net`. Where the file has no
            such function, the method of the one object that has it.
        remedy: what to do about a name that is missing.

    The arguments are the file's `example`: a tuple, a dict by forward's parameters, or a function that gives
    either.

    Raises:
        LoadError: a function or the example is missing.
    """
    first, second = (_member(names, file, name, remedy) for name in (forward, backward))
    example = next((names[name] for name in EXAMPLES if name in names), None)
    example = example() if callable(example) else example
    if isinstance(example, Mapping):
        example = tuple(example[name] for name in inspect.signature(first).parameters if name in example)
    if not isinstance(example, tuple | list):
        raise LoadError(
            f"{file} has no example to call {forward} with",
            remedy="write example = (…,) in the file: the arguments of forward",
        )
    return first, second, tuple(example)


def _member(names: Mapping[str, Any], file: str, name: str, remedy: str) -> Callable[..., Any]:
    """A function by its dotted name, or that method of the one object that has it."""
    first, *rest = name.split(".")
    found = names.get(first)
    for part in rest:
        found = getattr(found, part, None)
    if found is None and not rest:
        owners = [v for v in names.values() if not isinstance(v, type) and hasattr(v, name)]
        found = getattr(owners[0], name) if len(owners) == 1 else None
    if not callable(found):
        own = [k for k, v in names.items() if inspect.isfunction(v)]
        raise LoadError(
            f"{file} has no function {name!r}",
            remedy=f"{remedy}; the file defines {', '.join(own) or 'none'}",
        )
    result: Callable[..., Any] = found
    return result
