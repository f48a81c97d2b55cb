"""The line to write instead of one that changes an array in place, read off the user's own source."""

from __future__ import annotations

import ast
from textwrap import dedent

_PLAIN = "build a new array: np.where(mask, new, old), np.stack([...]) or np.concatenate([...])"
_CALLS = {"fill": "np.full_like({0}, {1})", "sort": "np.sort({0})", "partition": "np.partition({0}, {1})"}
_OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.Mod: "%",
    ast.FloorDiv: "//",
    ast.BitAnd: "&",
    ast.BitOr: "|",
}


def out_of_place(line: str) -> str:
    """The remedy for a line of source that assigns into an array; a general one where it cannot be read."""
    try:
        (statement,) = ast.parse(dedent(line).strip()).body
    except (SyntaxError, ValueError):
        return _PLAIN
    written = _rewritten(statement)
    return f"write {written}" if written else _PLAIN


def _rewritten(statement: ast.stmt) -> str:
    match statement:
        case ast.AugAssign(target=ast.Name() as target, op=op, value=value) if type(op) in _OPERATORS:
            return f"{target.id} = {_combined(target.id, op, value)}"
        case ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name), slice=key), op=op, value=value):
            if type(op) in _OPERATORS:
                return _placed(name, key, _combined(f"{name}[{ast.unparse(key)}]", op, value))
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=key)], value=value):
            return _placed(name, key, ast.unparse(value))
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
            return _without_out(name, call)
        case ast.Expr(value=ast.Call() as call):
            return _call(call)
    return ""


def _combined(old: str, op: ast.operator, value: ast.expr) -> str:
    """old op value; a product needs no parentheses in a sum, anything longer does."""
    text = ast.unparse(value)
    simple = isinstance(value, ast.Name | ast.Constant | ast.Call | ast.Subscript | ast.Attribute)
    product = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult | ast.MatMult)
    bare = simple or (product and isinstance(op, ast.Add | ast.Sub))
    return f"{old} {_OPERATORS[type(op)]} {text if bare else f'({text})'}"


def _placed(name: str, key: ast.expr, value: str) -> str:
    """x[key] = value: by a mask, or through the function that puts a part into a copy."""
    if isinstance(key, ast.Compare | ast.BoolOp) or (
        isinstance(key, ast.UnaryOp) and isinstance(key.op, ast.Invert)
    ):
        return f"{name} = np.where({ast.unparse(key)}, {value}, {name})"
    text = ast.unparse(key)
    if isinstance(key, ast.Slice) or (
        isinstance(key, ast.Tuple) and any(isinstance(k, ast.Slice) for k in key.elts)
    ):
        text = f"np.s_[{text}]"
    return f"{name} = bnp.with_part({name}, {text}, {value}), with import backsight.numpy as bnp"


def _call(call: ast.Call) -> str:
    arguments = [ast.unparse(a) for a in call.args]
    match call.func:
        case ast.Attribute(value=ast.Attribute(attr="add"), attr="at") if len(arguments) == 3:
            array, key, value = arguments
            return f"{array} = bnp.add_at({array}, {key}, {value}), with import backsight.numpy as bnp"
        case ast.Attribute(value=ast.Name(id=array), attr=method) if method in _CALLS:
            if _CALLS[method].count("{") <= 1 + len(arguments):
                return f"{array} = {_CALLS[method].format(array, *arguments)}"
    out = next((k.value for k in call.keywords if k.arg == "out"), None)
    return _without_out(ast.unparse(out), call) if out is not None else ""


def _without_out(name: str, call: ast.Call) -> str:
    keywords = [k for k in call.keywords if k.arg != "out"]
    if len(keywords) == len(call.keywords):
        return ""
    return f"{name} = {ast.unparse(ast.Call(call.func, call.args, keywords))}"
