"""Products: collect the constants of a chain of `*`, `/` and `-` into one coefficient.

`1 / (2 * n) * (2 * error)` becomes `error / n`, as a person would write it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from backsight.ir.program import Atom, Constant
from backsight.ops.shapes import broadcast_shapes
from backsight.transforms.rewriting import Inputs, Params, Rewriting, is_number

_MOST_STEPS = 12
"""Nobody writes longer products; opening one from each of its steps would take its length squared."""


@dataclass
class _Product:
    """coefficient * above[0] * above[1] … / below[0] / below[1] …, and the steps it was written in before."""

    coefficient: float = 1.0
    above: list[Atom] = field(default_factory=list)
    below: list[Atom] = field(default_factory=list)
    steps: int = 0

    def open(self, state: Rewriting, op: str, inputs: Inputs, above: bool) -> None:
        self.steps += 1
        self._take(state, inputs[0], above)
        if op == "neg":
            self.coefficient = -self.coefficient
        else:
            self._take(state, inputs[1], above == (op == "mul"))

    def _take(self, state: Rewriting, a: Atom, above: bool) -> None:
        if isinstance(a, Constant) and not isinstance(a.value, bool) and (above or a.value != 0):
            self.coefficient = self.coefficient * a.value if above else self.coefficient / a.value
            return
        source = state.source(a)
        opens = source is not None and source.op in ("mul", "div", "neg") and state.may_dissolve(a)
        if source is not None and opens and self.steps < _MOST_STEPS:
            self.open(state, source.op, source.inputs, above)
        else:
            (self.above if above else self.below).append(a)

    def plainer(self) -> bool:
        """Whether writing it anew takes fewer steps."""
        return bool(self.above or self.below) and self.sane() and self._cost() < self.steps

    def sane(self) -> bool:
        """Whether the constants multiply to a number; products with 0, infinity or NaN stay as they are."""
        return math.isfinite(self.coefficient) and self.coefficient != 0

    def _cost(self) -> int:
        coefficient, _, divisor = self._coefficients()
        below = len(self.below) + (divisor != 1 and not self._scalars())
        factor = coefficient != 1 and bool(self.above)
        return max(0, len(self.above) - 1) + factor + below + self._needs_sign()

    def _coefficients(self) -> tuple[float, bool, float]:
        """The factor above the line, whether the sign is left over, and the whole number below the line."""
        size, negative = abs(self.coefficient), self.coefficient < 0
        inverse = 1 / size
        if self.above and size < 1 and inverse.is_integer() and 1 / inverse == size:
            return 1.0, negative, inverse
        return size, negative, 1.0

    def _needs_sign(self) -> bool:
        factor, negative, _ = self._coefficients()
        return negative and (factor == 1 and bool(self.above))

    def _scalars(self) -> list[Atom]:
        return [a for a in self.below if a.type.shape == ()]

    def write(self, state: Rewriting) -> Atom:
        factor, negative, divisor = self._coefficients()
        leading: list[Atom] = []
        if factor != 1 or not self.above:
            leading, negative = [Constant(-factor if negative else factor)], False
        result = _chain(state, "mul", [*leading, *self.above])
        # Scalars below the line are multiplied first: one division instead of several.
        divisors: list[Atom] = [Constant(divisor)] if divisor != 1 else []
        divisors += self._scalars()
        arrays = [a for a in self.below if a.type.shape != ()]
        result = _chain(
            state, "div", [result, *([_chain(state, "mul", divisors)] if divisors else []), *arrays]
        )
        return state.append("neg", (result,), {}) if negative else result


def _chain(state: Rewriting, op: str, atoms: Sequence[Atom]) -> Atom:
    """a op b op c …, from the left."""
    result = atoms[0]
    for a in atoms[1:]:
        result = state.append(op, (result, a), {})
    return result


def collect(op: str) -> Callable[[Rewriting, Inputs, Params], Atom | None]:
    """The rule for `op`, one of mul, div and neg."""

    def rule(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
        if any(a.type.dtype != "float64" and not isinstance(a, Constant) and a.type.shape for a in inputs):
            return None
        product = _Product()
        product.open(state, op, inputs, True)
        if not product.plainer():
            return None
        result = product.write(state)
        whole = broadcast_shapes([a.type.shape for a in inputs])
        if result.type.dtype != "float64":
            return None
        if isinstance(result, Constant) and is_number(result, 1):
            return None
        return result if result.type.shape == whole else state.emit("broadcast", (result,), {"shape": whole})

    return rule


def common_divisor(op: str) -> Callable[[Rewriting, Inputs, Params], Atom | None]:
    """a / n - b / n becomes (a - b) / n, and 2 * a - 2 * b becomes 2 * (a - b); `op` is "add" or "sub"."""

    def rule(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
        left, right = (_opened(state, a) for a in inputs)
        if left is None or right is None:
            return None
        if left.below != right.below or any(a.type.shape for a in left.below):
            return None
        if abs(left.coefficient) != abs(right.coefficient) or not left.sane():
            return None
        if not left.below and abs(left.coefficient) == 1:
            return None
        # left ± right is k (A ± B) / n: k is left's coefficient, and B has the sign that is left over.
        same = left.coefficient == right.coefficient
        first, second, coefficient = left, right, left.coefficient
        minus = same if op == "sub" else not same
        if minus and coefficient < 0:
            first, second, coefficient = right, left, -coefficient
        numerator = state.append("sub" if minus else "add", (_above(state, first), _above(state, second)), {})
        return _Product(coefficient, [numerator], left.below).write(state)

    return rule


def _opened(state: Rewriting, a: Atom) -> _Product | None:
    source = state.source(a)
    if source is None or source.op not in ("mul", "div", "neg") or not state.may_dissolve(a):
        return None
    product = _Product()
    product.open(state, source.op, source.inputs, True)
    return product if product.above else None


def _above(state: Rewriting, product: _Product) -> Atom:
    return _Product(1.0, product.above).write(state)
