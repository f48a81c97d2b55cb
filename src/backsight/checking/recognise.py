"""What a value on the way back is: which true quantity it equals, or how it differs from the right one."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from backsight.checking.matching import spellings
from backsight.checking.numbers import ratio, same, same_data, squeezed, summed, transposed
from backsight.checking.repairs import candidates
from backsight.checking.truth import Quantity, Truth, stem
from backsight.checking.verdict import Adjoint
from backsight.checking.watching import Place, Watch
from backsight.ir.evaluate import Array


def targets(statement: ast.stmt) -> list[str]:
    """What a statement assigns to, as its last name: `dW` for `self.dW` and for `grads["dW"]`."""
    match statement:
        case ast.Assign(targets=found):
            pass
        case ast.AugAssign(target=one) | ast.AnnAssign(target=one):
            found = [one]
        case _:
            return []
    return [name for t in found if (name := _last_name(t))]


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key
        case ast.Subscript(value=value):
            return _last_name(value)
    return ""


def called(place: Place) -> str:
    """The name that a statement gives to this value."""
    if isinstance(place.owner, ast.Tuple) and isinstance(place.statement, ast.Assign):
        target = place.statement.targets[0]
        if isinstance(target, ast.Tuple) and place.index is not None and place.index < len(target.elts):
            return _last_name(target.elts[place.index])
        return ""
    names = targets(place.statement)
    return names[0] if names else ""


def recognised(place: Place, truth: Truth, kinds: tuple[str, ...] = ("adjoint", "value")) -> list[Quantity]:
    """The true quantities that a place's values equal, run by run."""
    if not place.arrays:
        return []
    return [
        q
        for q, stack in candidates(truth, kinds, [a.shape for a in place.arrays])
        if all(same_data(a.data, b.data) for a, b in zip(place.arrays, stack, strict=True))
    ]


def means(name: str, truth: Truth) -> list[str]:
    """The forward values whose gradient a name seems to speak of: `dz1`, `delta_z1` and `grad_z1` mean z1."""
    known = {stem(n) for n, v in truth.program.variables().items() if v.named} | set(
        truth.program.variables()
    )
    return [s for s in spellings(name) if s != name and s in known]


def _slope_named(name: str, truth: Truth) -> Quantity | None:
    """The local slope that a name speaks of: of p by q for `dp_dq`."""
    after, divided, before = name.removeprefix("d").partition("_d")
    if not divided or not name.startswith("d") or after not in truth.values or before not in truth.values:
        return None
    return truth.slope(after, before)


def by_name(place: Place, truth: Truth) -> list[Quantity]:
    """What a name speaks of: the gradient by z1 for `dz1`, the value z1 for `z1`, a slope for `dp_dq`."""
    name = called(place)
    meant = means(name, truth)
    if not meant and (slope := _slope_named(name, truth)) is not None:
        return [slope]
    return [
        q
        for q in truth.quantities
        if (q.kind == "adjoint" and (q.of in meant or stem(q.of) in meant))
        or (q.kind == "value" and name in (q.of, stem(q.of)) and not meant)
    ]


def scale_of(arrays: Sequence[Array], truth: Truth, meant: Sequence[str] = ()) -> float | None:
    """The positive factor, which another line may well supply, by which a value differs from an adjoint.

    Args:
        meant: the forward values it may be the adjoint of; all that have names by default.
    """
    named = truth.program.variables()
    for q, stack in candidates(truth, ("adjoint",), [a.shape for a in arrays]):
        if q.of not in named or not named[q.of].named or (meant and q.of not in meant):
            continue
        factors = [ratio(a, b) or 1.0 for a, b in zip(arrays, stack, strict=True)]
        alike = all(f > 0 and abs(f / factors[0] - 1) < 1e-6 for f in factors)
        if alike and factors[0] != 1 and (len(factors) > 1 or len(arrays[0].data) > 1):
            return factors[0]
    return None


def _lies_across(place: Place, quantity: Quantity, truth: Truth) -> bool:
    """Whether a value is a parameter's gradient transposed: that has to lie as the parameter does."""
    if quantity.kind != "adjoint" or quantity.of not in truth.inputs or len(place.arrays) != 1:
        return False
    return not same_data(place.arrays[0].data, quantity.array.data)


def is_right(place: Place, truth: Truth, supplied: bool = True) -> bool:
    """Whether a statement's value is true and what its name says, where a name says anything.

    Args:
        supplied: whether a later line may supply a constant factor.
    """
    name, variables = called(place), truth.program.variables()
    meant = means(name, truth)
    slope = _slope_named(name, truth) if not meant else None
    if slope is not None:
        return len(place.arrays) == 1 and same_data(place.arrays[0].data, slope.array.data)
    if name not in variables and any(isinstance(v, bool | int) for v in place.values):
        return all(not isinstance(v, int) or v >= 0 for v in place.values)  # no count is negative
    found = [q for q in recognised(place, truth) if not _lies_across(place, q, truth)]
    if not found:
        return not meant and name not in variables and supplied and scale_of(place.arrays, truth) is not None
    if meant:
        return any(q.kind == "adjoint" and (q.of in meant or stem(q.of) in meant) for q in found)
    if name in variables:
        return any(q.kind == "value" and stem(q.of) == stem(name) for q in found)
    recomputed = not isinstance(place.node, ast.Name) and len(place.arrays[0].data) > 1
    return bool(name) and any(
        recomputed if q.kind == "value" else q.of in variables and variables[q.of].named for q in found
    )


def is_true(place: Place, truth: Truth) -> bool:
    """Whether a value without a name is an adjoint, by more than one number."""
    return len(place.arrays[0].data) > 1 and bool(recognised(place, truth, ("adjoint",)))


def is_right_sum(place: Place, total: Array, truth: Truth, supplied: bool) -> bool:
    """Whether what a statement adds to ends as the gradient its name speaks of, or that times a constant."""
    meant = means(called(place), truth)
    ends = [q for q in truth.quantities if q.kind == "adjoint" and q.of in meant]
    if any(q.array.shape == total.shape and same_data(q.array.data, total.data) for q in ends):
        return True
    return supplied and bool(meant) and scale_of([total], truth, meant) is not None


def false_from(place: Place, truth: Truth) -> int:
    """When a value was first not what its name says; when it was first computed, if the name says nothing."""
    own = by_name(place, truth)
    if not own or len(place.arrays) < 2:
        return place.first
    names = {stem(q.of) for q in own}
    right = [
        next(
            (
                i
                for i, (a, b) in enumerate(zip(place.arrays, stack, strict=True))
                if not same_data(a.data, b.data)
            ),
            len(place.arrays) - 1,
        )
        for q, stack in candidates(truth, (own[0].kind,), [a.shape for a in place.arrays])
        if stem(q.of) in names
    ]
    return place.times[max(right, default=0)]


def table(watch: Watch, truth: Truth) -> Iterator[Adjoint]:
    """Every named value of the backward pass, and what it was recognised as."""
    for place in sorted((p for p in watch.places if p.is_root and p.first > 0), key=lambda p: p.first):
        name = called(place)
        if not name or not any(isinstance(v, float) for a in place.arrays for v in a.data):
            continue
        found = recognised(place, truth, ("adjoint", "value", "slope"))
        meant = means(name, truth)
        fitting = [q for q in found if q.kind == "adjoint" and stem(q.of) in {stem(m) for m in meant}]
        says = (fitting or found)[0].says if found else ""
        yield Adjoint(name, place.line, says, bool(fitting) if meant else True if found else None)


@dataclass(frozen=True, slots=True)
class Fault:
    """How a value differs from what it should be."""

    cause: str
    says: str
    remedy: str = ""


def compared(array: Array, quantity: Quantity, truth: Truth) -> Fault | None:
    """The likely cause of a value that should be a quantity but is not, by value."""
    right = quantity.array
    what = quantity.says
    factor = ratio(array, right)
    if factor is not None and abs(factor + 1) < 1e-6:
        return Fault("sign", f"this is {what} with the wrong sign")
    if factor is not None:
        return Fault(
            "factor", f"this is {what} times {_plain(factor)}", f"a factor {_plain(1 / factor)} is missing"
        )
    if len(array.shape) == 2 and array.shape != right.shape and same(transposed(array), right):
        return Fault("transpose", f"this is {what}, transposed", "transpose it with .T")
    for axis in range(len(array.shape)):
        total = summed(array, axis)
        if squeezed(total.shape) == squeezed(right.shape) and same_data(total.data, right.data):
            return Fault(
                "sum",
                f"going forward, {quantity.of} was stretched over axis {axis}: its gradient sums over it",
                f"sum over it: .sum(axis={axis})",
            )
    return _slope(array, quantity, truth) or _one_use(array, quantity, truth)


def _plain(number: float) -> str:
    for whole in range(1, 1001):
        if abs(number * whole - round(number * whole)) < 1e-6 and round(number * whole):
            top = round(number * whole)
            return f"{top}" if whole == 1 else f"{top}/{whole}"
    return f"{number:.4g}"


def _one_use(array: Array, quantity: Quantity, truth: Truth) -> Fault | None:
    uses = truth.users.get(quantity.of, [])
    if quantity.kind != "adjoint" or len(uses) < 2:
        return None
    for step in truth.quantities:
        if step.kind in ("step", "adjoint") and same(step.array, array):
            return Fault(
                "second use",
                f"{quantity.of} is used {len(uses)} times, and this is the gradient through one use only",
                "add the gradient that comes back through the other uses",
            )
    return None


def _sigma(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


NO_SLOPE = "the identity"

# Slopes of activations by input x and output y, as formulas in the names of these: {x}, {y}.
SLOPES: tuple[tuple[str, str, Callable[[float, float], float]], ...] = (
    ("ReLU", "({x} > 0)", lambda x, y: float(x > 0)),
    ("tanh", "(1 - {y}**2)", lambda x, y: 1 - y * y),
    ("the sigmoid", "{y} * (1 - {y})", lambda x, y: y * (1 - y)),
    (NO_SLOPE, "1", lambda x, y: 1.0),
    ("the sigmoid, taken at its input", "{x} * (1 - {x})", lambda x, y: x * (1 - x)),
    ("tanh, taken at its input", "(1 - {x}**2)", lambda x, y: 1 - x * x),
    ("softplus", "sigmoid({x})", lambda x, y: _sigma(x)),
    ("exp", "{y}", lambda x, y: y),
    ("the sine", "np.cos({x})", lambda x, y: math.cos(x)),
    ("the square", "2 * {x}", lambda x, y: 2 * x),
    ("the logarithm", "1 / {x}", lambda x, y: 1 / x if x else math.inf),
    ("the identity minus its own square", "(1 - {y})", lambda x, y: 1 - y),
)


def slope_of(values: list[float], x: list[float], y: list[float]) -> tuple[str, str] | None:
    """The activation that has this slope, and the slope's formula."""
    for name, formula, function in SLOPES:
        try:
            if same_data(values, [function(a, b) for a, b in zip(x, y, strict=True)]):
                return name, formula
        except OverflowError:
            continue
    return None


def _slope(array: Array, quantity: Quantity, truth: Truth) -> Fault | None:
    """Whether a value is the gradient above it times another activation's slope, or none."""
    after, before, _ = truth.edge(quantity.of)
    above, x, y = truth.adjoints.get(after), truth.values.get(before), truth.values.get(after)
    if quantity.kind != "adjoint" or above is None or x is None or y is None:
        return None
    shapes = {a.shape for a in (above, x, y, quantity.array)}
    if len(shapes) != 1 or len(array.data) != len(x.data) or not all(above.data):
        return None
    given = [v / a for v, a in zip(array.data, above.data, strict=True)]
    true = [v / a for v, a in zip(quantity.array.data, above.data, strict=True)]
    should = slope_of(true, x.data, y.data)
    # Where every input is positive, a ReLU's slope is 1 too: but what nobody wrote is simply missing.
    missing = same_data(given, [1.0] * len(given))
    used = (NO_SLOPE, "1") if missing else slope_of(given, x.data, y.data)
    if used is None:
        return None
    remedy = f"multiply by {should[1].format(x=before, y=after)}" if should else ""
    tail = f", but {after} comes from {before} by {should[0]}" if should else ""
    if used[0] == NO_SLOPE:
        says = f"the activation's slope is missing: this passes on as if {after} were {before} itself"
        return Fault("slope", f"{says}{tail}", remedy)
    return Fault("slope", f"this multiplies by the slope of {used[0]}{tail}", remedy)
