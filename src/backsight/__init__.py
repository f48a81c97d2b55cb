"""backsight: a small compiler that differentiates Python functions and shows how."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backsight.api import compile, grad, trace, value_and_grad
    from backsight.checking import check_grads
    from backsight.ir.program import ArrayType, Program

__version__ = "0.1.0"
__all__ = ["ArrayType", "Program", "check_grads", "compile", "grad", "numpy", "trace", "value_and_grad"]

_HOMES = {
    "trace": "api",
    "grad": "api",
    "value_and_grad": "api",
    "compile": "api",
    "check_grads": "checking",
    "Program": "ir.program",
    "ArrayType": "ir.program",
}


def __getattr__(name: str) -> Any:
    """Public names are imported on first use, so that `import backsight` costs nothing."""
    if name == "numpy":
        return import_module("backsight.numpy")
    if name not in _HOMES:
        raise AttributeError(f"backsight has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"backsight.{_HOMES[name]}"), name)
