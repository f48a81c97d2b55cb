"""backsight: a small compiler that differentiates Python functions and shows how."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backsight.api import (
        compile,
        custom_vjp,
        explain,
        grad,
        hessian,
        hvp,
        jacobian,
        jvp,
        stop_gradient,
        trace,
        value_and_grad,
        vjp,
        vmap,
    )
    from backsight.checking import check, check_grads
    from backsight.exporting import export
    from backsight.ir.program import ArrayType, Program
    from backsight.notebook import atlas, fold, graph, train

__version__ = "0.1.0"
__all__ = [
    "ArrayType",
    "Program",
    "atlas",
    "check",
    "check_grads",
    "compile",
    "custom_vjp",
    "explain",
    "export",
    "fold",
    "grad",
    "graph",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "numpy",
    "stop_gradient",
    "trace",
    "train",
    "value_and_grad",
    "vjp",
    "vmap",
]

_ELSEWHERE = {
    "check": "checking",
    "check_grads": "checking",
    "export": "exporting",
    "Program": "ir.program",
    "ArrayType": "ir.program",
    "atlas": "notebook",
    "fold": "notebook",
    "graph": "notebook",
    "train": "notebook",
}
"""Where the public names live that are not in `api`."""


def __getattr__(name: str) -> Any:
    """Public names are imported on first use, so that `import backsight` costs nothing."""
    if name == "numpy":
        return import_module("backsight.numpy")
    if name not in __all__:
        raise AttributeError(f"backsight has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"backsight.{_ELSEWHERE.get(name, 'api')}"), name)
