"""Mistakes made on purpose: every small change of certain kinds to the syntax tree of a backward pass.

The kinds are those of real bugs in hand-written gradients. Nothing here is chosen by hand: each operator is
applied wherever it applies; where it could put in any of several names, a seeded draw picks one.
"""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Change = tuple[str, ast.AST]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed source.

    Attributes:
        kind: the operator that made it.
        first, last: the lines of the statement that was changed (of a loop or branch: of its head).
        source: the whole file, with the same number of lines.
        was, now: the statement before and after.
    """

    kind: str
    first: int
    last: int
    source: str
    was: str
    now: str


# Slopes of activations as people write them, recognised by shape: `1 - a**2`, `a * (1 - a)`, `z > 0`.
def _slopes(node: ast.expr) -> Iterator[Change]:
    match node:
        case ast.BinOp(ast.Constant(1), ast.Sub(), ast.BinOp(inner, ast.Pow(), ast.Constant(2))):
            yield "slope", _parsed("{0} * (1 - {0})", inner)
            yield "slope", _parsed("{0} > 0", inner)
        case ast.BinOp(
            ast.BinOp(rest, ast.Mult(), left), ast.Mult(), ast.BinOp(ast.Constant(1), ast.Sub(), right)
        ):
            if ast.dump(left) == ast.dump(right):
                yield "slope", _parsed("({1}) * (1 - {0} ** 2)", left, rest)
                yield "slope", _parsed("({1}) * ({0} > 0)", left, rest)
        case ast.BinOp(left, ast.Mult(), ast.BinOp(ast.Constant(1), ast.Sub(), right)):
            if ast.dump(left) == ast.dump(right):
                yield "slope", _parsed("1 - {0} ** 2", left)
                yield "slope", _parsed("{0} > 0", left)
        case ast.Compare(left, [ast.Gt()], [ast.Constant(0)]):
            yield "slope", _parsed("1 - {0} ** 2", left)
            yield "slope", _parsed("{0} * (1 - {0})", left)
            yield "slope", _parsed("1.0 + 0 * {0}", left)


def _parsed(template: str, *parts: ast.expr) -> ast.expr:
    return ast.parse(template.format(*(f"({ast.unparse(p)})" for p in parts)), mode="eval").body


_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], str]] = {
    ast.Add: (ast.Sub, "sign"),
    ast.Sub: (ast.Add, "sign"),
    ast.Mult: (ast.Div, "times and divided by"),
    ast.Div: (ast.Mult, "times and divided by"),
}


def _operators(node: ast.expr) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        other, kind = _OPERATORS[type(node.op)]
        yield kind, ast.BinOp(node.left, other(), node.right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", node.operand


def _dropped(node: ast.expr) -> Iterator[Change]:
    if isinstance(node, ast.BinOp):
        kind = "term dropped" if isinstance(node.op, ast.Add | ast.Sub) else "factor dropped"
        if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.MatMult):
            yield kind, node.left
        if isinstance(node.op, ast.Add | ast.Mult | ast.MatMult):
            yield kind, node.right
        if isinstance(node.op, ast.Sub):
            yield kind, ast.UnaryOp(ast.USub(), node.right)


def _order(node: ast.expr) -> Iterator[Change]:
    match node:
        case ast.BinOp(left, ast.MatMult(), right):
            yield "operands exchanged", ast.BinOp(right, ast.MatMult(), left)
        case ast.BinOp(left, ast.Div() | ast.Sub() as op, right):
            yield "operands exchanged", ast.BinOp(right, op, left)
        case ast.Call(func=ast.Attribute(attr="dot" | "outer"), args=[a, b]):
            yield "operands exchanged", ast.Call(node.func, [b, a], node.keywords)


def _transposes(node: ast.expr) -> Iterator[Change]:
    match node:
        case ast.Attribute(value, "T"):
            yield "transpose", value
        case ast.BinOp(left, ast.MatMult(), right):
            if not isinstance(left, ast.Attribute) or left.attr != "T":
                yield "transpose", ast.BinOp(ast.Attribute(left, "T", ast.Load()), ast.MatMult(), right)
            if not isinstance(right, ast.Attribute) or right.attr != "T":
                yield "transpose", ast.BinOp(left, ast.MatMult(), ast.Attribute(right, "T", ast.Load()))


def _sums(node: ast.expr) -> Iterator[Change]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    if node.func.attr not in ("sum", "mean", "max"):
        return
    method = not (isinstance(node.func.value, ast.Name) and node.func.value.id == "np")
    yield "sum dropped", node.func.value if method else node.args[0]
    other = {"sum": "mean", "mean": "sum", "max": "sum"}[node.func.attr]
    yield "sum or mean", ast.Call(ast.Attribute(node.func.value, other, ast.Load()), node.args, node.keywords)
    for i, keyword in enumerate(node.keywords):
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            axis = {0: 1, 1: 0}.get(keyword.value.value, 0)
            changed = [*node.keywords[:i], ast.keyword("axis", ast.Constant(axis)), *node.keywords[i + 1 :]]
            yield "axis", ast.Call(node.func, node.args, changed)
        if keyword.arg == "keepdims":
            yield "axis", ast.Call(node.func, node.args, [*node.keywords[:i], *node.keywords[i + 1 :]])


def _constants(node: ast.expr) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "constant", ast.Constant(node.value * 2 if node.value else 1)
        if node.value not in (0, 1):
            yield "constant", ast.Constant(type(node.value)(1))
        if node.value == 1:
            yield "constant", ast.Constant(type(node.value)(0))


def _functions(node: ast.expr) -> Iterator[Change]:
    pairs = {"cos": "sin", "sin": "cos", "exp": "log", "tanh": "exp", "square": "sqrt", "sqrt": "square"}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in pairs:
        func = ast.Attribute(node.func.value, pairs[node.func.attr], ast.Load())
        yield "function", ast.Call(func, node.args, node.keywords)
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Gt):
        yield "function", ast.Compare(node.left, [ast.Lt()], node.comparators)


def _indices(node: ast.expr) -> Iterator[Change]:
    match node:
        case ast.Subscript(value, ast.BinOp(left, ast.Add() | ast.Sub(), ast.Constant(1)) as index):
            yield "index", ast.Subscript(value, left, ast.Load())
            other = ast.Sub() if isinstance(index.op, ast.Add) else ast.Add()
            yield "index", ast.Subscript(value, ast.BinOp(left, other, ast.Constant(1)), ast.Load())
        case ast.Subscript(value, ast.Name() as index):
            yield "index", ast.Subscript(value, ast.BinOp(index, ast.Sub(), ast.Constant(1)), ast.Load())
        case ast.Subscript(value, ast.UnaryOp(ast.USub(), ast.Constant(int(k)))):
            yield "index", ast.Subscript(value, ast.Constant(-k - 1), ast.Load())
        case ast.Call(ast.Name("reversed"), [argument]):
            yield "loop", argument
        case ast.Call(ast.Name("range"), [*rest, last]):
            yield "loop", ast.Call(node.func, [*rest, ast.BinOp(last, ast.Sub(), ast.Constant(1))], [])


_ON_EXPRESSIONS: tuple[Callable[[ast.expr], Iterator[Change]], ...] = (
    _slopes, _operators, _dropped, _order, _transposes, _sums, _constants, _functions, _indices,
)  # fmt: skip


def mutants(source: str, functions: set[str], seed: int = 0) -> Iterator[Mutant]:
    """Every mutant of the named functions (`backward`, or `Class.backward`) of a source."""
    tree = ast.parse(source)
    draw = random.Random(seed)
    for definition in _definitions(tree, functions):
        names = _names_by_use(definition)
        for statement in _statements(definition):
            yield from _of_statement(tree, statement, names, draw)


def _definitions(tree: ast.Module, wanted: set[str]) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in wanted:
            yield node
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and f"{node.name}.{inner.name}" in wanted:
                    yield inner


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
            yield from _statements(child)


def _spellings(node: ast.AST) -> Iterator[ast.expr]:
    """Names, attributes of self and entries by key that are read: what may be mistaken for one another."""
    for n in ast.walk(node):
        match n:
            case ast.Name(ctx=ast.Load()) if n.id not in _NO_VALUES:
                yield n
            case ast.Attribute(value=ast.Name("self"), ctx=ast.Load()):
                yield n
            case ast.Subscript(slice=ast.Constant(str()), ctx=ast.Load()):
                yield n


_NO_VALUES = {"np", "math", "self", "len", "range", "reversed", "zip", "softmax", "sigmoid", "sigmoid_prime"}


def _names_by_use(definition: ast.FunctionDef) -> dict[str, ast.expr]:
    assigned = {
        n.id: ast.Name(n.id, ast.Load())
        for n in ast.walk(definition)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    read = {ast.unparse(n): n for n in _spellings(definition)}
    return {**assigned, **read}


def _of_statement(
    tree: ast.Module, statement: ast.stmt, names: dict[str, ast.expr], draw: random.Random
) -> Iterator[Mutant]:
    before = ast.unparse(statement)
    for owner, slot, index, node in _expressions(statement):
        changes = [c for operator in _ON_EXPRESSIONS for c in operator(node)]
        changes += _another_name(node, names, draw)
        for kind, changed in changes:
            yield _made(tree, statement, owner, slot, index, changed, kind, before)
    value = statement.value if isinstance(statement, ast.Assign | ast.AugAssign | ast.Return) else None
    if value is not None and not isinstance(value, ast.Tuple | ast.List | ast.Dict):
        negated = ast.UnaryOp(ast.USub(), value)
        yield _made(tree, statement, statement, "value", None, negated, "sign", before)
    if isinstance(statement, ast.AugAssign):
        yield _replaced(tree, statement, ast.Assign([statement.target], statement.value), "+= and =", before)
        other = ast.Sub() if isinstance(statement.op, ast.Add) else ast.Add()
        yield _replaced(
            tree, statement, ast.AugAssign(statement.target, other, statement.value), "sign", before
        )


def _another_name(node: ast.expr, names: dict[str, ast.expr], draw: random.Random) -> list[Change]:
    """Two other names in the place of this one; those of another shape mostly crash."""
    own = ast.unparse(node)
    if own not in names or not isinstance(getattr(node, "ctx", None), ast.Load):
        return []
    others = sorted(n for n in names if n != own)
    return [("another value", names[n]) for n in draw.sample(others, min(3, len(others)))]


def _expressions(statement: ast.stmt) -> Iterator[tuple[ast.AST, str, int | None, ast.expr]]:
    """Every expression that belongs to this statement itself, and where it hangs."""

    def inside(owner: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.expr]]:
        for slot, value in ast.iter_fields(owner):
            if slot in ("func", "targets", "target", "annotation"):
                if slot == "func" and isinstance(value, ast.Attribute):
                    yield from inside(value)
                continue
            for i, item in enumerate(value if isinstance(value, list) else [value]):
                where = i if isinstance(value, list) else None
                if isinstance(item, ast.expr):
                    yield owner, slot, where, item
                if isinstance(item, ast.expr | ast.keyword | ast.comprehension):
                    yield from inside(item)

    yield from inside(statement)


def _made(
    tree: ast.Module,
    statement: ast.stmt,
    owner: ast.AST,
    slot: str,
    index: int | None,
    changed: ast.AST,
    kind: str,
    before: str,
) -> Mutant:
    held = getattr(owner, slot)
    old = held if index is None else held[index]

    def put(node: ast.AST) -> None:
        if index is None:
            setattr(owner, slot, node)
        else:
            held[index] = node

    put(copy.deepcopy(changed))
    try:
        return _mutant(tree, statement, statement, kind, before)
    finally:
        put(old)


def _replaced(tree: ast.Module, statement: ast.stmt, new: ast.stmt, kind: str, before: str) -> Mutant:
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and statement in value:
                index = value.index(statement)
                value[index] = ast.copy_location(new, statement)
                try:
                    return _mutant(tree, statement, new, kind, before)
                finally:
                    value[index] = statement
    raise LookupError(before)


def _mutant(tree: ast.Module, statement: ast.stmt, now: ast.stmt, kind: str, before: str) -> Mutant:
    """The whole file printed again, and where the statement stands in that print."""
    text = ast.unparse(ast.fix_missing_locations(tree))
    again = ast.parse(text)
    at = [id(s) for s in _all(tree)].index(id(now))
    found = list(_all(again))[at]
    body = getattr(found, "body", None)
    last = body[0].lineno - 1 if body else found.end_lineno
    return Mutant(kind, found.lineno, last or found.lineno, text, _head(before), _head(ast.unparse(now)))


def _all(tree: ast.AST) -> Iterator[ast.stmt]:
    return _statements(tree)


def _head(text: str) -> str:
    return text.splitlines()[0]
