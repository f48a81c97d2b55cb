"""Python's `math` where traced values come: its functions of numbers are recorded, the rest is `math` itself.

A source in the browser gets this for `import math`. Where Python's own function would raise an error for the
example's numbers, such as the logarithm of 0, so does this one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from operator import mul
from typing import Any

from backsight.errors import TraceError
from backsight.ir.evaluate import to_array
from backsight.tracing.functions import FUNCTIONS
from backsight.tracing.numpy import Tracer, has_tracer, record

__all__ = [name for name in dir(math) if not name.startswith("_")]

_SAME_NAME = frozenset(
    [
        *("exp", "expm1", "exp2", "log1p", "log2", "log10", "sqrt", "cbrt", "hypot"),
        *("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh"),
        *("asinh", "acosh", "atanh", "degrees", "radians", "copysign", "fmod", "erf", "erfc"),
    ]
)
_OTHER_NAME = {"fabs": "absolute", "lgamma": "gammaln", "pow": "power"}


def _logarithm(x: Any, base: Any = math.e) -> Any:
    natural = FUNCTIONS["log"]
    if isinstance(base, float) and base == math.e:
        return natural(x)
    above = natural(x) if isinstance(x, Tracer) else math.log(x)
    return above / (natural(base) if isinstance(base, Tracer) else math.log(base))


def _distance(p: Sequence[Any], q: Sequence[Any]) -> Any:
    return FUNCTIONS["sqrt"](sum((a - b) ** 2 for a, b in zip(p, q, strict=True)))


def _length(*sides: Any) -> Any:
    return FUNCTIONS["hypot"](*sides) if len(sides) == 2 else FUNCTIONS["sqrt"](sum(s**2 for s in sides))


def _gamma(x: Any) -> Any:
    if x <= 0:
        raise TraceError("math.gamma is recorded for positive numbers", remedy="use math.lgamma(x)")
    return FUNCTIONS["exp"](FUNCTIONS["gammaln"](x))


def _product(numbers: Any, *, start: Any = 1) -> Any:
    return reduce(mul, numbers, start)


_SPECIAL: dict[str, Callable[..., Any]] = {
    "log": _logarithm,
    "hypot": _length,
    "dist": _distance,
    "gamma": _gamma,
    "fsum": sum,
    "prod": _product,
    "sumprod": lambda p, q: sum(a * b for a, b in zip(p, q, strict=True)),
}
# What they answer is a plain number, which the Program keeps in mind as a decision.
_DECIDED: dict[str, Callable[..., Any]] = {
    **{name: lambda x, name=name: bool(FUNCTIONS[name](x)) for name in ("isnan", "isinf", "isfinite")},
    **{name: lambda x, name=name: int(FUNCTIONS[name](x)) for name in ("floor", "ceil")},
    "trunc": int,
}


def __getattr__(name: str) -> Any:
    try:
        own = getattr(math, name)
    except AttributeError:
        raise AttributeError(f"module 'math' has no attribute {name!r}", name=name, obj=math) from None
    recorded = _DECIDED.get(name) or _SPECIAL.get(name)
    if recorded is None and (name in _SAME_NAME or name in _OTHER_NAME):
        recorded = FUNCTIONS[_OTHER_NAME.get(name, name)]
    if recorded is None:
        return own  # a number, or a function that refuses what is traced

    def call(*args: Any, **kwargs: Any) -> Any:
        given = [list(a) if name in ("fsum", "prod") and i == 0 else a for i, a in enumerate(args)]
        if not has_tracer([*given, *kwargs.values()]):
            return own(*given, **kwargs)
        _refuse_arrays(name, given)
        examples = [_example(a) for a in given]
        if not has_tracer(examples):
            own(*examples, **{k: _example(v) for k, v in kwargs.items()})  # its errors are Python's
        return record(recorded, f"math.{name}", given, kwargs)

    call.__name__ = call.__qualname__ = name
    return call


def __dir__() -> list[str]:
    return dir(math)


def _refuse_arrays(name: str, args: Sequence[Any]) -> None:
    for a in args:
        if isinstance(a, Tracer) and a.shape != ():
            raise TraceError(
                f"math.{name} takes one number, not an array of shape {a.shape}", remedy=f"write np.{name}"
            )


def _example(argument: Any) -> Any:
    """The number that a traced value is on the example; the value itself where there is none."""
    if isinstance(argument, list | tuple):
        return [_example(a) for a in argument]
    if not isinstance(argument, Tracer):
        return argument
    found = argument.example()
    return argument if found is None else to_array(found).data[0]
