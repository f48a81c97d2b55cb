"""Elementwise functions by their NumPy names."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from backsight.errors import TraceError
from backsight.ops.value import apply, innermost
from backsight.tracing.functions.common import Table, direct, listed, quiet

_DEGREE = math.pi / 180
_LARGEST = 1.7976931348623157e308


def bitwise(op: str) -> Callable[..., Any]:
    """& | ^ ~ of truth values; of numbers they work on bits, which have no slope."""

    def run(*xs: Any) -> Any:
        if any(
            not isinstance(x, bool) and getattr(getattr(x, "type", None), "dtype", "") != "bool" for x in xs
        ):
            raise TraceError("& | ^ ~ work on the bits of numbers", remedy="compare first: (x > 0) & (y > 0)")
        return apply(op, *xs)

    return run


def square(x: Any) -> Any:
    return apply("pow", listed(x), 2)


def clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """np.clip; a missing bound does not bind."""
    low, high = a_min if a_min is not None else min, a_max if a_max is not None else max
    if low is None or high is None:
        return x if low is high else apply("minimum", x, high) if low is None else apply("maximum", x, low)
    return apply("clip", x, low, high)


def logaddexp(a: Any, b: Any) -> Any:
    for zero, other in ((b, a), (a, b)):
        if isinstance(zero, int | float) and zero == 0:
            return apply("softplus", other)
    return apply("logaddexp", a, b)


def logaddexp2(a: Any, b: Any) -> Any:
    """The same in powers of two: both are turned into natural logarithms and back."""
    both = quiet(innermost((a, b)), lambda: apply("logaddexp", a * math.log(2), b * math.log(2)))
    return apply("div", both, math.log(2))


def where(condition: Any, a: Any = None, b: Any = None) -> Any:
    if a is None or b is None:
        raise TraceError(
            "np.where with a condition alone gives as many places as the data say",
            remedy="give both choices: np.where(condition, a, b)",
        )
    return apply("where", condition, a, b)


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """np.select: the first condition that holds chooses."""
    if len(condlist) != len(choicelist) or not condlist:
        raise TraceError("np.select needs as many choices as conditions", remedy="give one choice for each")

    def others() -> Any:
        result = default
        for condition, choice in list(zip(condlist, choicelist, strict=True))[:0:-1]:
            result = apply("where", condition, choice, result)
        return result

    return apply("where", condlist[0], choicelist[0], quiet(condlist[0], others))


def round_(x: Any, decimals: int = 0) -> Any:
    """np.round: halves go to the even digit."""
    if decimals == 0:
        return apply("rint", x)
    scale = 10.0 ** abs(decimals)
    if decimals > 0:
        return apply("div", quiet(x, lambda: apply("rint", x * scale)), scale)
    return apply("mul", quiet(x, lambda: apply("rint", x / scale)), scale)


def nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    def number() -> Any:
        return apply("where", apply("isnan", x), float(nan), x)

    low, high = (-_LARGEST if neginf is None else neginf), (_LARGEST if posinf is None else posinf)
    if neginf is None and posinf is None:
        return apply("clip", quiet(x, number), low, high)

    def bounded() -> Any:
        known = number()
        return apply("where", apply("eq", known, math.inf), float(high), known)

    finite = quiet(x, bounded)
    return apply("where", quiet(x, lambda: apply("eq", finite, -math.inf)), float(low), finite)


def divmod_(a: Any, b: Any) -> tuple[Any, Any]:
    return apply("floor_divide", a, b), apply("mod", a, b)


def signbit(x: Any) -> Any:
    return apply("lt", quiet(x, lambda: apply("copysign", 1.0, x)), 0.0)


def isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8) -> Any:
    """np.isclose: whether the distance is at most `atol + rtol * |b|`."""
    owner = innermost((a, b))
    distance = quiet(owner, lambda: apply("abs", apply("sub", a, b)))
    return apply("le", distance, quiet(owner, lambda: atol + rtol * abs(b)))


SAME_NAME = (
    *("exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "abs", "sign", "hypot"),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinc"),
    *("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"),
    *("floor", "ceil", "trunc", "rint", "floor_divide", "mod", "fmod"),
    *("maximum", "minimum", "fmax", "fmin", "heaviside", "copysign", "isnan", "isinf", "isfinite"),
    *("logical_and", "logical_or", "logical_xor", "logical_not"),
)
_OTHER_NAME = {
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "negative": "neg",
    "power": "pow",
    "float_power": "pow",
    "absolute": "abs",
    "fabs": "abs",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
    "equal": "eq",
    "not_equal": "ne",
    "remainder": "mod",
    "fix": "trunc",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
}
TABLE: Table = {
    **{name: direct(name) for name in ("add", *SAME_NAME)},
    **{name: direct(op) for name, op in _OTHER_NAME.items()},
    "pow": direct("pow"),
    "positive": lambda x: x,
    "reciprocal": lambda x: apply("div", 1.0, x),
    "square": square,
    "clip": clip,
    "logaddexp": logaddexp,
    "logaddexp2": logaddexp2,
    "deg2rad": lambda x: apply("mul", x, _DEGREE),
    "radians": lambda x: apply("mul", x, _DEGREE),
    "rad2deg": lambda x: apply("div", x, _DEGREE),
    "degrees": lambda x: apply("div", x, _DEGREE),
    "round": round_,
    "around": round_,
    "nan_to_num": nan_to_num,
    "divmod": divmod_,
    "signbit": signbit,
    "isclose": isclose,
    "where": where,
    "select": select,
    "bitwise_and": bitwise("logical_and"),
    "bitwise_or": bitwise("logical_or"),
    "bitwise_xor": bitwise("logical_xor"),
    "invert": bitwise("logical_not"),
}
