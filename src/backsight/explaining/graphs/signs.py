"""What is written on a step that nobody named: its sign, and the number that goes with it."""

from __future__ import annotations

from backsight.explaining.shown import number
from backsight.ir.program import Constant, Equation, Var

_SIGNS = {
    "add": "+",
    "sub": "−",
    "mul": "×",
    "div": "÷",
    "pow": "^",
    "neg": "−",
    "contract": "Σ ×",
    "sum": "Σ",
    "lt": "<",
    "le": "≤",
    "gt": ">",
    "ge": "≥",
    "eq": "=",
    "ne": "≠",
}


def sign(e: Equation) -> str:
    """`+`, `× 2`, `1 −`, `tanh`; a constant operand stands on its own side of the sign."""
    symbol = _SIGNS.get(e.op, e.op)
    if len(e.inputs) != 2:
        return symbol
    left, right = e.inputs
    if isinstance(left, Constant) and isinstance(right, Var):
        return f"{number(left.value)} {symbol}"
    if isinstance(right, Constant) and isinstance(left, Var):
        return f"{symbol} {number(right.value)}"
    return symbol
