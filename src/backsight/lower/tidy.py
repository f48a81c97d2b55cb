"""Makes written loops readable: a value used once stands where it is used, and locals get short names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from backsight.lower.index import Index
from backsight.lower.loops import (
    Apply,
    Call,
    Expression,
    Let,
    LetIndex,
    LetWhole,
    Load,
    Local,
    Loop,
    Number,
    Run,
    Statement,
    Store,
    Update,
    Whole,
    children,
)

TEMPORARY = "t"
"""The wanted name of a value that needs none of its own."""


def tidy(body: tuple[Statement, ...], taken: Iterable[str]) -> tuple[Statement, ...]:
    """The same statements, short. `taken` are names of buffers and dimensions."""
    uses = Counter(name for s in body for name in _all_locals(s))
    return tuple(_Renamer(frozenset(taken)).block(_inline(body, uses), {}))


def _all_locals(statement: Statement) -> Iterator[str]:
    if isinstance(statement, Loop):
        for inner in statement.body:
            yield from _all_locals(inner)
    else:
        yield from _own_locals(statement)


def _own_locals(statement: Statement) -> Iterator[str]:
    if isinstance(statement, Let | Update | Store):
        yield from _locals(statement.value)


def _locals(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Local):
        yield expression.name
    for child in children(expression):
        yield from _locals(child)


# Values used once -------------------------------------------------------------------------------------------


def _inline(body: tuple[Statement, ...], uses: Mapping[str, int]) -> tuple[Statement, ...]:
    user = {name: i for i, s in enumerate(body) for name in _own_locals(s)}
    values: dict[str, Expression] = {}
    result: list[Statement] = []
    for position, statement in enumerate(body):
        if isinstance(statement, Loop):
            result.append(replace(statement, body=_inline(statement.body, uses)))
            continue
        if isinstance(statement, Let | Update | Store):
            statement = replace(statement, value=_substitute(statement.value, values))
        if isinstance(statement, Let) and _short_lived(statement, uses):
            between = body[position + 1 : user.get(statement.name, position)]
            if statement.name in user and not _disturbed(statement.value, between):
                values[statement.name] = statement.value
                continue
        result.append(statement)
    return tuple(result)


def _short_lived(let: Let, uses: Mapping[str, int]) -> bool:
    nameless = isinstance(let.value, Load | Whole) or let.name.partition("@")[0] == TEMPORARY
    return nameless and not let.changes and uses.get(let.name, 0) == 1


def _disturbed(value: Expression, between: Iterable[Statement]) -> bool:
    """Whether a statement in between might change the value: any store might, arrays can be shared."""
    loads, names = _has_load(value), set(_locals(value))
    for statement in between:
        for inner in _flat(statement):
            if isinstance(inner, Store | Call | Run) and loads:
                return True
            if isinstance(inner, Update) and inner.name in names:
                return True
    return False


def _flat(statement: Statement) -> Iterator[Statement]:
    if isinstance(statement, Loop):
        for inner in statement.body:
            yield from _flat(inner)
    else:
        yield statement


def _has_load(expression: Expression) -> bool:
    return isinstance(expression, Load) or any(map(_has_load, children(expression)))


def _substitute(expression: Expression, values: Mapping[str, Expression]) -> Expression:
    if isinstance(expression, Local):
        return values.get(expression.name, expression)
    if isinstance(expression, Apply):
        return replace(expression, inputs=tuple(_substitute(e, values) for e in expression.inputs))
    return expression


# Names ------------------------------------------------------------------------------------------------------


class _Renamer:
    """Gives every `wanted@number` the shortest name that is free where it is visible."""

    def __init__(self, taken: frozenset[str]) -> None:
        self.taken = taken

    def block(self, body: Iterable[Statement], outer: Mapping[str, str]) -> list[Statement]:
        names, used = dict(outer), {*outer.values(), *self.taken}
        return [self._statement(s, names, used) for s in body]

    def _declare(self, name: str, names: dict[str, str], used: set[str]) -> str:
        wanted, _, _ = name.partition("@")
        found, number = wanted, 1
        while found in used:
            number += 1
            found = f"{wanted}_{number}"
        used.add(found)
        names[name] = found
        return found

    def _statement(self, s: Statement, names: dict[str, str], used: set[str]) -> Statement:
        match s:
            case Let():
                value = _rename(s.value, names)
                return replace(s, name=self._declare(s.name, names, used), value=value)
            case LetIndex():
                value_index = _rename_index(s.value, names)
                return replace(s, name=self._declare(s.name, names, used), value=value_index)
            case LetWhole():
                start, stop = _rename_index(s.start, names), _rename_index(s.stop, names)
                return replace(s, name=self._declare(s.name, names, used), start=start, stop=stop)
            case Update():
                return replace(s, name=names.get(s.name, s.name), value=_rename(s.value, names))
            case Store():
                return replace(s, at=_rename_index(s.at, names), value=_rename(s.value, names))
            case Loop():
                start, stop = _rename_index(s.start, names), _rename_index(s.stop, names)
                inner = dict(names)
                variable = self._declare(s.variable, inner, set(used))
                return replace(
                    s, variable=variable, start=start, stop=stop, body=tuple(self.block(s.body, inner))
                )
            case Call():
                return replace(s, arguments=tuple(_rename_index(a, names) for a in s.arguments))
            case Run():
                return replace(s, sizes=tuple(_rename_index(a, names) for a in s.sizes))
            case _:
                return s


def _rename(expression: Expression, names: Mapping[str, str]) -> Expression:
    match expression:
        case Local():
            return Local(names.get(expression.name, expression.name))
        case Load():
            return Load(expression.buffer, _rename_index(expression.at, names))
        case Whole():
            return Whole(_rename_index(expression.index, names))
        case Apply():
            return replace(expression, inputs=tuple(_rename(e, names) for e in expression.inputs))
        case Number():
            return expression


def _rename_index(index: Index, names: Mapping[str, str]) -> Index:
    return index.replace({symbol: Index.of(names[symbol]) for symbol in index.symbols if symbol in names})
