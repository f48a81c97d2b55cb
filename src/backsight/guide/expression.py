"""Value expressions: how a lesson names a number instead of typing it.

An expression is a name or a call of one of the lesson's own traced functions, never arithmetic:

    u                        a quantity or an input of the stage
    now.dx                   a variable of a call that the stage has named `now`
    press(x=2).dx            a variable of a call made here; arguments are expressions or numbers
    glass(u=press(x=2).u).y  calls nest
    3.5                      a number the lesson chooses (an argument, never an answer)

The variable may be any name of the function's gradient Program: the values of its own lines and the adjoints.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from typing import Any

Expression = float | str | dict[str, Any]
"""As it crosses to the browser: a number, a name, {function, arguments, variable} or {call, variable}.

A variable may be a fixed number: a slope that is the same everywhere."""


class BadExpression(ValueError):
    """The text is not a value expression, or names something that does not exist."""


def parse(
    text: str | int | float, variables: Callable[[str], Mapping[str, str | float]], calls: Collection[str]
) -> Expression:
    """Read one expression.

    Args:
        text: the expression, or a number.
        variables: the variable names of a lesson function; raises KeyError if there is no such function.
        calls: the names of the stage's calls.

    Raises:
        BadExpression: with the reason.
    """
    if isinstance(text, int | float):
        return float(text)
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise BadExpression(f"`{text}` is not a value: {error.msg}") from None
    return _read(node, variables, calls)


def parse_call(
    text: str, variables: Callable[[str], Mapping[str, str | float]], calls: Collection[str]
) -> dict[str, Any]:
    """Read `function(name=value, …)` without a variable: a call that the stage names.

    Raises:
        BadExpression: with the reason.
    """
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise BadExpression(f"`{text}` is not a call: {error.msg}") from None
    if not isinstance(node, ast.Call):
        raise BadExpression(f"`{text}` is not a call such as press(x=x)")
    return _call(node, variables, calls)


def _read(
    node: ast.expr, variables: Callable[[str], Mapping[str, str | float]], calls: Collection[str]
) -> Expression:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -float(number)
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=name), attr=variable):
            if name not in calls:
                raise BadExpression(f"the stage has no call named `{name}`; it has: {_list(calls)}")
            return {"call": name, "variable": variable}
        case ast.Attribute(value=ast.Call() as call, attr=variable):
            found = _call(call, variables, calls)
            known = variables(found["function"])
            if variable not in known:
                raise BadExpression(
                    f"{found['function']} computes no `{variable}`; it computes: {_list(known)}"
                )
            return {**found, "variable": known[variable]}
    raise BadExpression(f"`{ast.unparse(node)}` is neither a name nor function(argument=value).variable")


def _call(
    node: ast.Call, variables: Callable[[str], Mapping[str, str | float]], calls: Collection[str]
) -> dict[str, Any]:
    if not isinstance(node.func, ast.Name) or node.args:
        raise BadExpression(f"`{ast.unparse(node)}`: name the function and every argument, as in press(x=2)")
    name = node.func.id
    try:
        known = variables(name)
    except KeyError as error:
        raise BadExpression(str(error.args[0])) from None
    arguments = {str(k.arg): _read(k.value, variables, calls) for k in node.keywords}
    for argument in arguments:
        if argument not in known:
            raise BadExpression(f"{name} takes no argument `{argument}`")
    return {"function": name, "arguments": arguments}


def _list(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def evaluate(
    expression: Expression,
    names: Mapping[str, Any],
    calls: Mapping[str, Mapping[str, Any]],
    run: Callable[[str, dict[str, Any]], Mapping[str, Any]],
) -> Any:
    """The value of an expression, by the reference evaluator; what the tests compare the browser with.

    Args:
        names: inputs by name, and quantities as expressions.
        calls: the stage's calls as `parse_call` returned them.
        run: evaluates a lesson function: name and arguments to every variable's value.
    """

    def value(e: Expression) -> Any:
        if isinstance(e, str):
            found = names[e]
            return value(found) if isinstance(found, dict | str) else found
        if not isinstance(e, dict):
            return e
        call = calls[e["call"]] if "call" in e else e
        variable = e["variable"]
        if not isinstance(variable, str):
            return variable
        return run(call["function"], {k: value(v) for k, v in call["arguments"].items()})[variable]

    return value(expression)
