"""Contractions that are matrix products: which operand stands left, and which must be transposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backsight.ops.linalg import contract_spec, read_spec

Factor = tuple[int, bool]
"""The number of an operand, and whether it is transposed."""


@dataclass(frozen=True, slots=True)
class MatrixProduct:
    """`left @ right`, or the outer product of two vectors."""

    left: Factor
    right: Factor
    outer: bool = False


def matrix_product(letters: Sequence[str], right: str) -> MatrixProduct | None:
    """A contraction of two operands as a product of matrices or vectors, where it is one."""
    if len(letters) != 2 or any(len(set(x)) != len(x) for x in letters):
        return None
    first, second = letters
    if len(first) == len(second) == 1:
        if first == second and right == "":
            return MatrixProduct((0, False), (1, False))
        if first != second and len(right) == 2:
            order = (0, 1) if right == first + second else (1, 0)
            return MatrixProduct((order[0], False), (order[1], False), outer=True)
        return None
    for one, other in ((0, 1), (1, 0)):
        turns = _turns(letters[one], letters[other], right)
        if turns is not None:
            return MatrixProduct((one, turns[0]), (other, turns[1]))
    return None


def _turns(left: str, last: str, right: str) -> tuple[bool, bool] | None:
    """Which of two operands must be transposed so that `left @ last` has the letters `right`."""
    for turn_left in (False, True):
        for turn_last in (False, True):
            a = left[::-1] if turn_left else left
            b = last[::-1] if turn_last else last
            if (turn_left and len(left) != 2) or (turn_last and len(last) != 2):
                continue
            if _is_matmul(a, b, right):
                return turn_left, turn_last
    return None


def _is_matmul(a: str, b: str, right: str) -> bool:
    if not a or not b:
        return False
    (pa, pb), pr = read_spec(contract_spec(len(a), len(b)))
    names: dict[str, str] = {}
    for mine, theirs in zip(a + b + right, pa + pb + pr, strict=False):
        if names.setdefault(theirs, mine) != mine:
            return False
    return len(right) == len(pr) and len(set(names.values())) == len(names)
