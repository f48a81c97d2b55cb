"""Which of the things a backward pass gives is the gradient by which parameter."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backsight.checking.calling import (
    Outcome,
    Pair,
    Part,
    Path,
    at,
    children,
    is_number_like,
    is_object,
    parts,
)
from backsight.checking.numbers import numeric, same_data
from backsight.checking.syntax import definition_of
from backsight.errors import CheckCallError
from backsight.ir.evaluate import Array

_BEFORE = re.compile(
    r"^(?:grads?_?wrt_|gradients?_|grads?_|nabla_|delta_|del_|d[LJCE]_?d|d(?:loss|cost)_d|d_|g_|grad|d|g)(?=.)"
)
_AFTER = re.compile(r"(?<=.)(?:_gradient|_grad|_g|_bar|_dot|\.grad)$")
_HOLDERS = ("grads", "grad", "gradients", "g", "dparams")


@dataclass(frozen=True, slots=True)
class Match:
    """A gradient and the parameter it belongs to.

    Attributes:
        name: of the parameter.
        parameter: its path among arguments and objects.
        gradient: the path of its gradient: ("result", …) or ("bundle", …).
    """

    name: str
    parameter: Path
    gradient: Path

    def read(self, outcome: Outcome) -> Array | None:
        """The numbers of the gradient in one outcome; None if it is missing or holds something else."""
        try:
            return numeric(at({"result": outcome.result, "bundle": outcome.bundle}, self.gradient))
        except (LookupError, AttributeError, TypeError):
            return None


def spellings(label: str) -> Iterator[str]:
    """What a gradient called `label` may be the gradient of: `dW1`, `grad_W1`, `W1_grad` and `W1` mean W1."""
    yield label
    for pattern in (_BEFORE, _AFTER):
        short = pattern.sub("", label)
        if short != label:
            yield short
            yield from (s for s in (_BEFORE.sub("", short), _AFTER.sub("", short)) if s != short)


def match(pair: Pair, backward: Callable[..., Any], outcome: Outcome) -> list[Match]:
    """Match what `backward` returned, or left in its object, with the parameters.

    Raises:
        CheckCallError: nothing could be matched.
    """
    if not any(is_number_like(p.value) for p in pair.parts()):
        raise CheckCallError(
            "no argument holds floating-point numbers, so there is nothing to differentiate by",
            remedy="give parameters as floats: 3.0 instead of 3",
        )
    result, start = _without_cost(outcome)
    known = pair.parts()
    by_label = _by_label(result, start, known, pair, backward)
    by_structure = _by_structure(result, start, known, pair, backward)
    if by_label or by_structure:
        return _named(by_structure if len(by_structure) > len(by_label) else by_label, pair)
    found = list(_in_objects(pair, outcome))
    if found:
        return _named(found, pair)
    named = ", ".join(p.name for p in known if _floats(p.value))
    raise CheckCallError(
        f"what backward returns ({_shown(outcome.result)}) cannot be matched with the parameters ({named})",
        remedy="return a dict like {'W1': dW1, 'b1': db1}, or name what is returned dW1, db1",
    )


def _shown(result: Any) -> str:
    if isinstance(result, dict):
        return "a dict with " + ", ".join(map(repr, result))
    if isinstance(result, list | tuple):
        return f"a {type(result).__name__} of {len(result)}"
    return "nothing" if result is None else f"a {type(result).__name__}"


def _floats(value: Any) -> bool:
    array = numeric(value)
    return array is not None and any(isinstance(x, float) for x in array.data)


def _without_cost(outcome: Outcome) -> tuple[Any, Path]:
    """The gradients of `return cost, gradients`."""
    result = outcome.result
    cost = numeric(outcome.cost)
    if isinstance(result, tuple) and len(result) == 2 and cost is not None:
        for i in (0, 1):
            own, other = numeric(result[i]), result[1 - i]
            if (
                own is not None
                and own.shape == ()
                and same_data(own.data, cost.data)
                and numeric(other) is None
            ):
                return other, ("result", 1 - i)
    return result, ("result",)


def _by_label(
    result: Any, start: Path, known: Sequence[Part], pair: Pair, backward: Callable[..., Any]
) -> list[Match]:
    found: list[Match] = []
    for key, label in _labels(result, backward).items():
        part = at(result, key)
        target = next(
            (p for s in spellings(label) for p in known if p.name == s and _fits(part, p.value)), None
        )
        if target is None:
            found += _without_numbers(part, label, (*start, *key), known)
        else:
            found += list(_together(part, target.value, (*start, *key), target.path, target.name))
    return found if len({m.parameter for m in found}) == len(found) else []


def _without_numbers(part: Any, label: str, key: Path, known: Sequence[Part]) -> Iterator[Match]:
    """What is called a parameter's gradient and holds no numbers: a gradient all the same, but wrong."""
    meant = next((p for s in spellings(label) for p in known if p.name == s and _floats(p.value)), None)
    if meant is not None and part is not None and numeric(part) is None:
        yield Match(meant.name, meant.path, key)


def _fits(gradient: Any, value: Any) -> bool:
    """Whether they are nested alike, whatever the shapes of arrays."""
    if numeric(value) is not None:
        return numeric(gradient) is not None and _floats(value)
    return next(iter(_together(gradient, value, (), (), "")), None) is not None


def _labels(result: Any, backward: Callable[..., Any]) -> dict[Path, str]:
    """What the parts of a result are called: keys, names in the `return`, or nothing."""
    if isinstance(result, dict):
        return {(k,): str(k) for k in result}
    if hasattr(result, "_fields"):
        return {(i,): name for i, name in enumerate(result._fields)}
    node = _returned(backward)
    if isinstance(result, list | tuple) and isinstance(node, ast.Tuple | ast.List):
        if len(node.elts) == len(result):
            return {(i,): _spelled(e) for i, e in enumerate(node.elts) if _spelled(e)}
        return {}
    label = _spelled(node) if node is not None else ""
    return {(): label} if label else {}


def _returned(backward: Callable[..., Any]) -> ast.expr | None:
    definition = definition_of(backward)
    returns = [n for n in ast.walk(definition) if isinstance(n, ast.Return)] if definition else []
    return returns[-1].value if returns else None


def _spelled(node: ast.expr | None) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key
        case ast.BinOp(left=left, op=ast.Div() | ast.Mult()):
            return _spelled(left)
    return ""


def _by_structure(
    result: Any, start: Path, known: Sequence[Part], pair: Pair, backward: Callable[..., Any]
) -> list[Match]:
    """Nested like an argument, or one part for each of the first arguments."""
    arguments = [p for p in known if len(p.path) == 2 and p.path[0] == "args"]
    nested = [a for a in arguments if numeric(a.value) is None or numeric(result) is not None]
    found = [list(_together(result, a.value, start, a.path, a.name)) for a in nested]
    alike = [f for f in found if f and _same_shapes(f, result, start, pair)]
    if alike:
        return alike[0]
    whole = [f for f, a in zip(found, nested, strict=True) if f and isinstance(a.value, list | tuple | dict)]
    if whole:
        return whole[0]
    if isinstance(result, list | tuple) and len(result) <= len(arguments):
        each = [
            list(_together(part, a.value, (*start, i), a.path, a.name))
            for i, (part, a) in enumerate(zip(result, arguments, strict=False))
        ]
        if all(each):
            return [m for group in each for m in group]
    return []


def _same_shapes(found: Sequence[Match], result: Any, start: Path, pair: Pair) -> bool:
    for m in found:
        gradient = numeric(at(result, m.gradient[len(start) :]))
        value = numeric(at(pair.bundle, m.parameter))
        if gradient is None or value is None or gradient.shape != value.shape:
            return False
    return True


def _together(gradient: Any, value: Any, where: Path, path: Path, name: str) -> Iterator[Match]:
    """Walk a gradient and a parameter side by side."""
    if numeric(value) is not None and numeric(gradient) is not None:
        if _floats(value):
            yield Match(name, path, where)
        return
    held = dict(children(value))
    if isinstance(gradient, list | tuple) and isinstance(value, list | tuple) and len(gradient) != len(value):
        return
    numbers, empty = [], []
    for key, part in children(gradient) if not is_object(gradient) else ():
        keys = spellings(key) if isinstance(key, str) else [key]
        chosen = next((k for k in keys if k in held), None)
        if chosen is None:
            continue
        below = chosen if isinstance(chosen, str) else f"{name}[{chosen}]"
        inside = list(_together(part, held[chosen], (*where, key), (*path, chosen), below))
        numbers += inside
        if part is not None and not inside and _floats(held[chosen]):
            empty.append(Match(below, (*path, chosen), (*where, key)))
    yield from numbers
    if numbers:  # what lies beside gradients is one too, if only without numbers
        yield from empty


def _named(found: Sequence[Match], pair: Pair) -> list[Match]:
    """Matches under the names that the forward function itself uses."""
    return [replace(m, name=pair.aliases.get(m.parameter, m.name)) for m in found]


def _in_objects(pair: Pair, outcome: Outcome) -> Iterator[Match]:
    """Attributes such as dW beside W, or a dict of gradients beside the parameters."""
    for owner in [p for p in pair.parts() if is_object(p.value)]:
        after = at(outcome.bundle, owner.path)
        held = dict(children(owner.value))
        inside = {p.name: p for p in parts(owner.value, owner.name, owner.path)}
        for key, value in children(after):
            if key in _HOLDERS and isinstance(value, dict):
                for k, v in value.items():
                    target = next((inside[s] for s in spellings(str(k)) if s in inside), None)
                    if target is not None:
                        yield from _together(
                            v, target.value, ("bundle", *owner.path, key, k), target.path, target.name
                        )
                continue
            for s in spellings(key):
                if s != key and s in held and numeric(held[s]) is not None:
                    prefix = f"{owner.name}." if len(owner.path) > 1 else ""
                    for m in _together(value, held[s], ("bundle", *owner.path, key), (*owner.path, s), s):
                        yield Match(f"{prefix}{m.name}", m.parameter, m.gradient)
                    break


def true_gradient(m: Match, pair: Pair, gradients: Mapping[Path, Array]) -> Array:
    """The gradient by a parameter, put together from those by its numbers."""
    if m.parameter in gradients:
        return gradients[m.parameter]
    value = numeric(at(pair.bundle, m.parameter))
    assert value is not None
    inside = [p for p in parts(at(pair.bundle, m.parameter), "", m.parameter) if numeric(p.value) is not None]
    scalars = [p for p in inside if numeric(p.value).shape == ()]  # type: ignore[union-attr]
    data = [gradients[p.path].data[0] if p.path in gradients else 0.0 for p in scalars]
    return Array(value.shape, data)
