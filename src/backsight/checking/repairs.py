"""Small changes to a line of a backward pass, each tried for real: does it make every gradient right?

A change that does is evidence of where the mistake lies, and it says what the line should have been. There
are two sorts: an expression is rewritten (another operator, another name, a transpose, …), or its value is
replaced by something true (an adjoint, a local slope).
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from backsight.checking.numbers import like, same_data, squeezed, transposed
from backsight.checking.truth import Quantity, Truth
from backsight.checking.watching import Place, Watch
from backsight.ir.evaluate import Array

Sizes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A rewritten expression (or statement): what to put where, and what that means."""

    place: Place
    node: ast.AST
    cause: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Splice:
    """Something true in the place of a value: one array for each time the place is computed."""

    place: Place
    arrays: tuple[Array, ...]
    quantity: Quantity

    def change(self, value: Any, count: int) -> Any:
        wanted = self.arrays[min(count, len(self.arrays) - 1)]
        return like(value, wanted.shape, list(wanted.data))


_SWAPS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add, ast.Sub),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
_FAMILIES = (
    ("sum", "mean", "max", "min"),
    ("exp", "log", "sqrt", "square", "tanh", "sin", "cos", "sign", "abs"),
    ("maximum", "minimum"),
    ("zeros_like", "ones_like"),
)
_OPPOSITE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.Lt, ast.LtE),
    ast.GtE: (ast.Lt, ast.LtE),
    ast.Lt: (ast.Gt, ast.GtE),
    ast.LtE: (ast.Gt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}


def edits(place: Place, watch: Watch) -> Iterator[Edit]:
    """Rewritings of one expression, the smallest first."""
    node = place.node
    match node:
        case ast.BinOp():
            yield from _of_operation(place, node)
        case ast.Compare(ops=[op]):
            for other in _OPPOSITE.get(type(op), ()):
                yield Edit(place, ast.Compare(node.left, [other()], node.comparators), "comparison")
        case ast.UnaryOp(operand=operand):
            yield Edit(place, operand, "sign")
        case ast.Call():
            yield from _of_call(place, node)
        case ast.Attribute(attr="T", value=value):
            yield Edit(place, value, "transpose")
        case ast.Constant(value=value):
            yield from _of_constant(place, value)
            return
    yield from _other_names(place, watch)
    yield from _of_index(place)
    if not _is_arithmetic(place):
        return
    if any(len(a.shape) == 2 for a in place.arrays[:1]):
        yield Edit(place, ast.Attribute(node, "T", ast.Load()), "transpose")
    if place.is_root and hasattr(place.values[0], "sum"):
        yield from _of_sum(place)


def _of_sum(place: Place) -> Iterator[Edit]:
    """A sum over an axis that may be missing."""
    for axis in range(len(place.arrays[0].shape)):
        for keepdims in (True, False):
            keywords = [
                ast.keyword("axis", ast.Constant(axis)),
                ast.keyword("keepdims", ast.Constant(keepdims)),
            ]
            summed = ast.Attribute(place.node, "sum", ast.Load())
            yield Edit(place, ast.Call(summed, [], keywords[: 1 + keepdims]), "sum")


def negated(place: Place) -> Iterator[Edit]:
    """The value with the other sign."""
    if _is_arithmetic(place) and not isinstance(place.node, ast.Constant):
        yield Edit(place, ast.UnaryOp(ast.USub(), place.node), "sign")


def _is_arithmetic(place: Place) -> bool:
    return bool(place.arrays) and not isinstance(place.values[0], bool)


def _of_operation(place: Place, node: ast.BinOp) -> Iterator[Edit]:
    for other in _SWAPS.get(type(node.op), ()):
        cause = "sign" if {type(node.op), other} == {ast.Add, ast.Sub} else "operator"
        yield Edit(place, ast.BinOp(node.left, other(), node.right), cause)
    if isinstance(node.op, ast.MatMult | ast.Div | ast.Sub | ast.Pow):
        cause = "sign" if isinstance(node.op, ast.Sub) else "order"
        yield Edit(place, ast.BinOp(node.right, node.op, node.left), cause)
    left_dropped = ast.UnaryOp(ast.USub(), node.right) if isinstance(node.op, ast.Sub) else node.right
    yield Edit(place, node.left, "extra")
    yield Edit(place, left_dropped, "extra")


def _of_call(place: Place, node: ast.Call) -> Iterator[Edit]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for family in _FAMILIES:
        for other in family if name in family else ():
            if other != name:
                func: ast.expr = (
                    ast.Attribute(node.func.value, other, ast.Load())
                    if isinstance(node.func, ast.Attribute)
                    else ast.Name(other, ast.Load())
                )
                yield Edit(place, ast.Call(func, node.args, node.keywords), "function", other)
    if len(node.args) >= 2:
        for i in range(len(node.args) - 1):
            swapped = list(node.args)
            swapped[i], swapped[i + 1] = swapped[i + 1], swapped[i]
            yield Edit(place, ast.Call(node.func, swapped, node.keywords), "order")
    if name == "range":
        yield from _of_range(place, node)
    elif name == "reversed" and node.args:
        yield Edit(place, node.args[0], "loop")
    elif node.args:
        yield Edit(place, node.args[0], "extra", name)
    elif isinstance(node.func, ast.Attribute):
        yield Edit(place, node.func.value, "extra", name)
    if name in ("sum", "mean", "max", "min") and not node.keywords:
        for axis in (0, 1, -1):
            keyword = ast.keyword("axis", ast.Constant(axis))
            yield Edit(place, ast.Call(node.func, node.args, [keyword]), "axis")
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in ("axis", "keepdims"):
            options: tuple[Any, ...] = (0, 1, -1, None) if keyword.arg == "axis" else (True, False)
            for option in options:
                changed = ast.keyword(keyword.arg, ast.Constant(option))
                keywords = [*node.keywords[:i], changed, *node.keywords[i + 1 :]]
                yield Edit(place, ast.Call(node.func, node.args, keywords), "axis")


def _of_range(place: Place, node: ast.Call) -> Iterator[Edit]:
    one = ast.Constant(1)
    yield Edit(place, ast.Call(ast.Name("reversed", ast.Load()), [node], []), "loop")
    for i, arg in enumerate(node.args):
        for op in (ast.Add(), ast.Sub()):
            changed = [*node.args[:i], ast.BinOp(arg, op, one), *node.args[i + 1 :]]
            yield Edit(place, ast.Call(node.func, changed, []), "loop")
    if len(node.args) == 1:
        yield Edit(place, ast.Call(node.func, [one, node.args[0]], []), "loop")
    if len(node.args) == 2:
        yield Edit(place, ast.Call(node.func, [node.args[1]], []), "loop")


def _of_constant(place: Place, value: Any) -> Iterator[Edit]:
    options: list[Any] = [0, 1, 2, -1, 0.5, 3, -value, value + 1, value - 1]
    for option in options if not isinstance(value, bool) else [not value]:
        if option != value:
            yield Edit(place, ast.Constant(option), "sign" if option == -value else "constant")


def _of_index(place: Place) -> Iterator[Edit]:
    """`h[t]` for `h[t - 1]`, and the like."""
    if not isinstance(place.node, ast.Subscript):
        return
    node = place.node
    inside = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    for i, item in enumerate(inside):
        changed: list[ast.expr] = []
        match item:
            case ast.Slice() | ast.Constant(value=str() | None):
                continue
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub()):
                changed.append(left)
                other = ast.Sub() if isinstance(item.op, ast.Add) else ast.Add()
                changed.append(ast.BinOp(left, other, item.right))
            case _:
                changed += [ast.BinOp(item, op, ast.Constant(1)) for op in (ast.Add(), ast.Sub())]
        for option in changed:
            items = [*inside[:i], option, *inside[i + 1 :]]
            key = ast.Tuple(items, ast.Load()) if isinstance(node.slice, ast.Tuple) else option
            yield Edit(place, ast.Subscript(node.value, key, ast.Load()), "index")
    if len(inside) == 2 and not any(isinstance(i, ast.Slice) for i in inside):
        key = ast.Tuple(inside[::-1], ast.Load())
        yield Edit(place, ast.Subscript(node.value, key, ast.Load()), "index")


def atoms(place: Place, watch: Watch) -> Iterator[tuple[ast.expr, Array]]:
    """Names, attributes and entries that the same function uses, with what they held, each once."""
    seen = set()
    for other in watch.of_function(place):
        if isinstance(other.node, ast.Name | ast.Attribute | ast.Subscript) and other.arrays:
            spelled = ast.dump(other.node)
            if spelled not in seen:
                seen.add(spelled)
                yield other.node, other.arrays[0]
    for name, array in watch.names(place).items():
        node = ast.Name(name, ast.Load())
        if ast.dump(node) not in seen:
            seen.add(ast.dump(node))
            yield node, array


def _other_names(place: Place, watch: Watch) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.Name) and isinstance(place.held, list | dict):
        names = [n for n in watch.held_names(place) if n != node.id]
        yield from (Edit(place, ast.Name(n, ast.Load()), "name") for n in names)
    if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript) or not place.arrays:
        return
    mine = ast.dump(node)
    for other, array in atoms(place, watch):
        if ast.dump(other) != mine and array.shape == place.arrays[0].shape:
            yield Edit(place, other, "name")
    for key, array in watch.siblings(place):
        if array.shape == place.arrays[0].shape:
            if isinstance(node, ast.Subscript):
                yield Edit(place, ast.Subscript(node.value, ast.Constant(key), ast.Load()), "name")
            elif isinstance(node, ast.Attribute):
                yield Edit(place, ast.Attribute(node.value, key, ast.Load()), "name")


def any_names(place: Place, watch: Watch) -> Iterator[Edit]:
    """Other names, of whatever shape, in the place of one."""
    node = place.node
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and place.arrays:
        for other, array in atoms(place, watch):
            if array.shape != place.arrays[0].shape:
                yield Edit(place, other, "name")


def of_statement(place: Place) -> Iterator[tuple[ast.stmt, str]]:
    """Rewritings of the statement whose value `place` is: += for =, and so on."""
    statement = place.statement
    match statement:
        case ast.AugAssign(target=target, op=op, value=value):
            for other in _SWAPS.get(type(op), ()):
                yield (
                    ast.AugAssign(target, other(), value),
                    "sign" if other in (ast.Add, ast.Sub) else "operator",
                )
            yield ast.Assign([target], value), "accumulated"
        case ast.Assign(targets=[ast.Name() | ast.Attribute() | ast.Subscript() as target], value=value):
            yield ast.AugAssign(target, ast.Add(), value), "overwritten"
            yield ast.AugAssign(target, ast.Mult(), value), "overwritten"


_SLOPES = (
    "{0} * (1 - {0})",
    "1 - {0} ** 2",
    "({0} > 0) * 1.0",
    "1 - {0}",
    "2 * {0}",
    "1 / {0}",
    "1.0 + 0 * {0}",
)


def slopes(place: Place, watch: Watch) -> Iterator[Edit]:
    """The slopes of common activations, of whatever the expression is made of."""
    if not place.arrays or not (
        isinstance(place.node, ast.BinOp | ast.Compare | ast.UnaryOp) or place.is_root
    ):
        return
    shape, seen = place.arrays[0].shape, set()
    for part in [place, *watch.inside(place)] if place.is_root else watch.inside(place):
        spelled = ast.unparse(part.node)
        if part.arrays and part.arrays[0].shape == shape and spelled not in seen:
            seen.add(spelled)
            for formula in _SLOPES:
                text = formula.format(f"({spelled})")
                yield Edit(place, ast.parse(text, mode="eval").body, "slope", formula.format(spelled))


def insertions(place: Place, watch: Watch) -> Iterator[Edit]:
    """A term or a factor that may be missing: another value of the function's, or a common number."""
    if not _is_arithmetic(place) or not any(isinstance(v, float) for v in place.arrays[0].data):
        return
    shape = place.arrays[0].shape
    for other, array in atoms(place, watch):
        if array.shape == shape or (_broadcasts(array.shape, shape) and array.shape != ()):
            yield Edit(place, ast.BinOp(place.node, ast.Mult(), other), "missing factor")
            yield Edit(place, ast.BinOp(place.node, ast.Div(), other), "missing factor")
        elif array.shape == ():
            yield Edit(place, ast.BinOp(place.node, ast.Div(), other), "factor")
            yield Edit(place, ast.BinOp(place.node, ast.Mult(), other), "factor")
        if array.shape == shape:
            for formula in _SLOPES[:3]:
                factor = ast.parse(formula.format(f"({ast.unparse(other)})"), mode="eval").body
                yield Edit(place, ast.BinOp(place.node, ast.Mult(), factor), "slope")
            yield Edit(place, ast.BinOp(place.node, ast.Add(), other), "missing term")
            yield Edit(place, ast.BinOp(place.node, ast.Sub(), other), "missing term")


def factors(place: Place, sizes: Sequence[int]) -> Iterator[Edit]:
    if not _is_arithmetic(place) or not any(isinstance(v, float) for v in place.arrays[0].data):
        return
    for number in dict.fromkeys([2, *sizes]):
        for op in (ast.Mult(), ast.Div()):
            yield Edit(place, ast.BinOp(place.node, op, ast.Constant(number)), "factor", str(number))


def _broadcasts(small: Sizes, large: Sizes) -> bool:
    """Whether an array of the first shape stretches to the second."""
    if len(small) > len(large):
        return False
    return all(s in (1, b) for s, b in zip(reversed(small), reversed(large), strict=False))


def splices(
    place: Place, truth: Truth, kinds: Sequence[str], named: Sequence[Quantity] = ()
) -> Iterator[Splice]:
    """True values that fit this place: one for all its runs, or one for each run of a loop.

    Args:
        named: what its name speaks of, which is tried even if it has another shape.
    """
    if not place.arrays or isinstance(place.values[0], bool):
        return
    shapes, count = [a.shape for a in place.arrays], len(place.arrays)
    tried: list[tuple[Array, ...]] = []
    whole = [(q, (q.array,)) for q in named if count == 1]
    for quantity, stack in [*whole, *candidates(truth, kinds, shapes)]:
        if any(_equal(stack, t) for t in tried) or _equal(stack, tuple(place.arrays)):
            continue
        tried.append(stack)
        yield Splice(place, stack, quantity)


def _equal(a: Sequence[Array], b: Sequence[Array]) -> bool:
    return all(x.shape == y.shape and same_data(x.data, y.data) for x, y in zip(a, b, strict=True))


def candidates(
    truth: Truth, kinds: Sequence[str], shapes: Sequence[Sizes]
) -> Iterator[tuple[Quantity, tuple[Array, ...]]]:
    """Quantities in pieces of these shapes, one for each run of a place; a loop may run either way."""
    count, wanted = len(shapes), sum(map(prod, shapes))
    for q in (q for q in truth.quantities if q.kind in kinds and len(q.array.data) == wanted):
        if count == 1:
            if squeezed(q.array.shape) == squeezed(shapes[0]):
                yield q, (Array(shapes[0], q.array.data),)
            if len(q.array.shape) == 2 and transposed(q.array).shape == shapes[0]:
                yield q, (Array(shapes[0], transposed(q.array).data),)
        elif len(set(shapes)) == 1:
            yield from _both_ways(q, q.array.data, shapes[0], count)
    for members in truth.groups(kinds) if count > 1 else ():
        if sum(len(m.array.data) for m in members) != wanted:
            continue
        for run in (members, members[::-1]):
            if len(set(shapes)) == 1:
                data = [x for m in run for x in m.array.data]
                yield members[0], tuple(_pieces(data, shapes[0], count))
            elif [squeezed(m.array.shape) for m in run] == [squeezed(s) for s in shapes]:
                yield members[0], tuple(Array(s, m.array.data) for s, m in zip(shapes, run, strict=True))


def _both_ways(
    q: Quantity, data: list[Any], shape: Sizes, count: int
) -> Iterator[tuple[Quantity, tuple[Array, ...]]]:
    pieces = tuple(_pieces(data, shape, count))
    yield q, pieces
    yield q, pieces[::-1]


def _pieces(data: list[Any], shape: Sizes, count: int) -> Iterator[Array]:
    step = prod(shape)
    for i in range(count):
        yield Array(shape, data[i * step : (i + 1) * step])


def clone(node: ast.AST) -> ast.AST:
    """A copy with places for every part, so that it can be compiled on the line of the original."""
    return copy.deepcopy(node)
