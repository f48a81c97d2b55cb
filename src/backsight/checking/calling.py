"""How a forward and a backward function of somebody else's are called, again and again, without side effects.

Arguments and objects are copied before every run, so that a backward pass may overwrite what it was given or
update the parameters on the way.
"""

from __future__ import annotations

import copy
import inspect
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from backsight.checking.numbers import numeric
from backsight.checking.syntax import unpacked
from backsight.errors import CheckCallError

Path = tuple[Any, ...]
"""Keys, positions and attribute names from the root of a bundle down to a value."""

UPSTREAM = {"dout", "grad_output", "grad_out", "upstream", "seed", "dL", "dcost", "dloss", "dJ"}
"""Parameters that stand for the gradient of the cost by itself, which is 1."""

_LEFT_AS_THEY_ARE = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType, str, bytes, int, float)


@dataclass(frozen=True, slots=True)
class Part:
    """A value among the arguments or in an object: a number, an array, or a container of these."""

    name: str
    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run gave: the cost, what `backward` returned, and arguments and objects afterwards."""

    cost: Any
    result: Any
    bundle: dict[str, Any]


def is_object(value: Any) -> bool:
    """Whether a value is an instance of a class of the user's, with attributes."""
    return (
        hasattr(value, "__dict__")
        and not isinstance(value, _LEFT_AS_THEY_ARE)
        and type(value).__module__.partition(".")[0] not in ("numpy", "functools", "random")
    )


def children(value: Any) -> Iterator[tuple[Any, Any]]:
    """What lies directly in a container or an object, by key."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)
    elif is_object(value):
        yield from vars(value).items()


def is_array(value: Any) -> bool:
    return hasattr(value, "dtype") and hasattr(type(value), "tolist")


def parts(value: Any, name: str, path: Path = (), seen: set[int] | None = None) -> Iterator[Part]:
    """A value and everything in it, outer first."""
    seen = set() if seen is None else seen
    if not isinstance(value, int | float | str):
        if id(value) in seen:
            return
        seen.add(id(value))
    yield Part(name, path, value)
    if is_array(value):
        return
    for key, child in children(value):
        child_name = key if isinstance(key, str) and key.isidentifier() else f"{name}_{key}"
        yield from parts(child, child_name, (*path, key), seen)


def at(root: Any, path: Path) -> Any:
    """What lies at a path; raises LookupError or AttributeError where nothing does."""
    for key in path:
        root = getattr(root, key) if is_object(root) else root[key]
    return root


class Copier:
    """Copies arguments and objects, putting other values in the place of some; shared parts stay shared."""

    def __init__(self, swap: Mapping[Path, Any]) -> None:
        self._swap, self._made, self._keep = swap, {}, []  # type: Mapping[Path, Any], dict[int, Any], list[Any]

    def __call__(self, value: Any, path: Path = ()) -> Any:
        if id(value) in self._made and not isinstance(value, int | float):
            return self._made[id(value)]
        if path in self._swap:
            return self._remember(value, self._swap[path])
        if isinstance(value, MethodType):
            return MethodType(value.__func__, self(value.__self__, (*path, "__self__")))
        if isinstance(value, dict):
            made = self._remember(value, copy.copy(value))
            made.update({k: self(v, (*path, k)) for k, v in value.items()})
            return made
        if isinstance(value, list):
            made = self._remember(value, copy.copy(value))
            made[:] = [self(v, (*path, i)) for i, v in enumerate(value)]
            return made
        if isinstance(value, tuple):
            items = [self(v, (*path, i)) for i, v in enumerate(value)]
            return self._remember(value, type(value)(*items) if hasattr(value, "_fields") else tuple(items))
        if is_array(value):
            return self._remember(value, value.copy() if hasattr(value, "copy") else value)
        if isinstance(value, random.Random) or type(value).__module__.startswith("numpy."):
            return self._remember(value, copy.deepcopy(value))
        if is_object(value):
            made = self._remember(value, copy.copy(value))
            made.__dict__.update({k: self(v, (*path, k)) for k, v in vars(value).items()})
            return made
        return value

    def _remember(self, value: Any, made: Any) -> Any:
        self._keep.append(value)
        self._made[id(value)] = made
        return made


class Pair:
    """A forward and a backward function with the arguments to call them at.

    Raises:
        CheckCallError: one of them cannot be called this way; the message says how they are called.
    """

    def __init__(
        self, forward: Callable[..., Any], backward: Callable[..., Any], args: Sequence[Any]
    ) -> None:
        for role, function in (("forward", forward), ("backward", backward)):
            if not callable(function):
                raise CheckCallError(
                    f"{role} is a {type(function).__name__}, not a function",
                    remedy="pass the functions themselves: check(forward, backward, *args)",
                )
        self.forward, self.backward = forward, backward
        self.names = _positional(forward, len(args))
        self._signature = inspect.signature(backward)
        self.aliases: dict[Path, str] = {
            ("args", number, key): name for number, key, name in unpacked(forward, self.names)
        }
        self.bundle: dict[str, Any] = {
            "args": tuple(args),
            "forward": getattr(forward, "__self__", None),
            "backward": getattr(backward, "__self__", None),
        }

    def parts(self) -> list[Part]:
        """Every value the cost may depend on, with the name it goes by."""
        found: list[Part] = []
        seen: set[int] = set()
        for i, (name, value) in enumerate(zip(self.names, self.bundle["args"], strict=True)):
            found += parts(value, name, ("args", i), seen)
        for side in ("forward", "backward"):
            if is_object(self.bundle[side]):
                found += parts(self.bundle[side], "self", (side,), seen)
        return [Part(self.aliases.get(p.path, p.name), p.path, p.value) for p in found]

    def run_forward(self, bundle: dict[str, Any]) -> tuple[Any, tuple[Any, ...]]:
        """The cost, and whatever else `forward` returned."""
        return split_cost(_call(self.forward, bundle["forward"], bundle["args"]))

    def copied(self, swap: Mapping[Path, Any]) -> dict[str, Any]:
        """Arguments and objects to use up, with some values replaced."""
        fresh = {path: v.copy() if is_array(v) and hasattr(v, "copy") else v for path, v in swap.items()}
        bundle: dict[str, Any] = Copier(fresh)(self.bundle)
        return bundle

    def run(
        self, swap: Mapping[Path, Any], around: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> Outcome:
        """Both passes, at the arguments with some replaced; the backward pass within a context of its own."""
        bundle = self.copied(swap)
        cost, extra = self.run_forward(bundle)
        arguments = arrange(self._signature, self.names, bundle["args"], extra)
        with around():
            return Outcome(cost, _call(self.backward, bundle["backward"], arguments), bundle)


def _call(function: Callable[..., Any], owner: Any, arguments: Sequence[Any]) -> Any:
    if owner is not None and hasattr(function, "__func__"):
        return function.__func__(owner, *arguments)
    return function(*arguments)


def split_cost(output: Any) -> tuple[Any, tuple[Any, ...]]:
    """The cost among what `forward` returned (the first single number), and the rest in order.

    Raises:
        CheckCallError: nothing of it is a single number.
    """
    items = output if isinstance(output, tuple) else (output,)
    for i, item in enumerate(items):
        if _is_single(item):
            return item, (*items[:i], *items[i + 1 :])
    raise CheckCallError(
        f"forward returns {_described(output)}, and no single number among it is the cost",
        remedy="return the cost, or (cost, cache) with what backward needs",
    )


def _is_single(item: Any) -> bool:
    if isinstance(item, bool | str) or item is None:
        return False
    shape = getattr(item, "shape", None)
    return shape == () if shape is not None else isinstance(item, int | float)


def _described(value: Any) -> str:
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"an array of shape {tuple(shape)}"
    return "nothing" if value is None else f"a {type(value).__name__}"


def _positional(function: Callable[..., Any], count: int) -> list[str]:
    """The names of the arguments `forward` is called with."""
    try:
        signature = inspect.signature(function)
        signature.bind(*([None] * count))
    except ValueError:
        return [f"x{i + 1}" for i in range(count)]
    except TypeError as error:
        raise CheckCallError(
            f"forward cannot be called with {count} arguments: {error}",
            remedy=f"check(forward, backward, *args) calls forward(*args); its signature is {signature}",
        ) from None
    names: list[str] = []
    for p in signature.parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            names += [f"{p.name}_{i}" for i in range(count - len(names))]
        elif p.kind is not p.KEYWORD_ONLY and p.kind is not p.VAR_KEYWORD:
            names.append(p.name)
    return names[:count]


def arrange(
    backward: inspect.Signature, names: Sequence[str], args: Sequence[Any], extra: Sequence[Any]
) -> list[Any]:
    """The arguments for `backward`: those of `forward` by name, then what `forward` returned beside the cost.

    Raises:
        CheckCallError: some parameter could be neither.
    """
    parameters = [
        p for p in backward.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    if any(p.kind is p.VAR_POSITIONAL for p in backward.parameters.values()):
        return list(args)
    known = dict(zip(names, args, strict=True))
    if not extra and len(parameters) == len(args) and not all(p.name in known for p in parameters):
        return list(args)
    open_ones = [p.name for p in parameters if p.name not in known and p.default is p.empty]
    upstream = [name for name in open_ones if name in UPSTREAM and len(open_ones) > len(extra)]
    known.update(dict.fromkeys(upstream, 1.0))
    open_ones = [name for name in open_ones if name not in upstream]
    if len(open_ones) == 1 and len(extra) > 1:
        extra = [tuple(extra)]
    if len(open_ones) > len(extra):
        raise CheckCallError(
            f"backward wants {', '.join(open_ones)}, but forward's arguments are {', '.join(names) or 'none'}"
            f" and it returns {len(extra) or 'nothing'} beside the cost",
            remedy="give backward's parameters the names of forward's, or let forward return (cost, cache)",
        )
    known.update(zip(open_ones, extra, strict=False))
    return [known[p.name] for p in parameters if p.name in known]


def is_number_like(value: Any) -> bool:
    """A float or an array of floats: something that can be nudged."""
    if isinstance(value, bool | int):
        return False
    if isinstance(value, float):
        return True
    return is_array(value) and str(value.dtype).startswith("float") and numeric(value) is not None
