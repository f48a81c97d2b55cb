"""The functions people call: trace, compile, and the modes that make functions of functions."""

from backsight.api.custom import CustomVjp, custom_vjp, stop_gradient
from backsight.api.derivatives import (
    Pullback,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)
from backsight.api.examples import vmap
from backsight.api.explanations import explain
from backsight.api.recording import (
    Traced,
    example_program,
    gradient_program,
    trace,
    trace_call,
)
from backsight.api.transformed import Transformed, compile

__all__ = [
    "CustomVjp",
    "Pullback",
    "Traced",
    "Transformed",
    "compile",
    "custom_vjp",
    "example_program",
    "explain",
    "grad",
    "gradient_program",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "stop_gradient",
    "trace",
    "trace_call",
    "value_and_grad",
    "vjp",
    "vmap",
]
