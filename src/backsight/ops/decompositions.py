"""Linear systems and what goes with them: solve, inv, det, slogdet in two halves, cholesky.

All work on stacks of matrices along leading axes. Slopes: M. B. Giles, "Collected matrix derivative results
for forward and reverse mode algorithmic differentiation" (2008); of cholesky: I. Murray, "Differentiation of
the Cholesky decomposition" (2016).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from backsight.errors import ShapeError
from backsight.ir.evaluate import Array
from backsight.ir.op import Family, Op, register
from backsight.ir.program import ArrayType, Dim, Shape
from backsight.ops.arithmetic import divide, plus
from backsight.ops.shapes import show
from backsight.ops.shaping import every_example
from backsight.ops.value import Value, apply

Matrix = list[list[float]]

_TYPES = Sequence[ArrayType]
_MATRIX = [[2.0, -1.0, 0.5], [0.3, 1.7, -0.2], [0.4, 0.1, -1.6]]
_POSITIVE = [[2.0, -0.3, 0.5], [-0.3, 1.7, 0.2], [0.5, 0.2, 1.1]]
_LEADING = "abcdefgh"


def _square(type: ArrayType, name: str) -> Dim:
    if type.rank < 2 or type.shape[-1] != type.shape[-2]:
        raise ShapeError(
            f"{name} needs a square matrix, not an array of shape {show(type.shape)}",
            remedy="the last two axes must have the same size",
        )
    return type.shape[-1]


def _product(left: Any, right: Any) -> Any:
    """`left @ right` for stacks of the same leading axes."""
    lead = _LEADING[: left.ndim - 2]
    return apply("contract", left, right, spec=f"{lead}ij,{lead}jk->{lead}ik")


def turned(x: Any) -> Any:
    """Every matrix of a stack transposed."""
    count = x.ndim
    return apply("transpose", x, axes=(*range(count - 2), count - 1, count - 2))


def _scaled(numbers: Any, matrices: Any) -> Any:
    """One number per matrix, times that matrix."""
    count = matrices.ndim
    return apply("expand_dims", numbers, axes=(count - 2, count - 1)) * matrices


def _trace_of_product(left: Any, right: Any) -> Any:
    lead = _LEADING[: left.ndim - 2]
    return apply("contract", left, right, spec=f"{lead}ij,{lead}ji->{lead}")


# matrices of plain numbers ----------------------------------------------------------------------------------


def _matrices(array: Array, columns: int) -> list[Matrix]:
    """The matrices of a stack; `columns` numbers make a row."""
    rows = [array.data[i : i + columns] for i in range(0, len(array.data), columns)] if columns else []
    height = array.shape[-2] if len(array.shape) > 1 else 1
    return [rows[i : i + height] for i in range(0, len(rows), height)]


def eliminate(a: Matrix, b: Matrix) -> tuple[Matrix, float]:
    """Solve a x = b by Gaussian elimination with partial pivoting; also the determinant of a.

    A singular matrix has the determinant 0, and what it is divided by is that 0: the solution is inf or NaN.
    """
    n = len(a)
    rows = [[float(v) for v in (*left, *right)] for left, right in zip(a, b, strict=True)]
    determinant = 1.0
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k]))
        if best != k:
            rows[k], rows[best] = rows[best], rows[k]
            determinant = -determinant
        determinant *= rows[k][k]
        for i in range(k + 1, n):
            factor = divide(rows[i][k], rows[k][k])
            rows[i] = [v - factor * w for v, w in zip(rows[i], rows[k], strict=True)]
    solution: Matrix = [[] for _ in range(n)]
    for k in reversed(range(n)):
        known = rows[k][n:]
        for j in range(k + 1, n):
            known = [v - rows[k][j] * w for v, w in zip(known, solution[j], strict=True)]
        solution[k] = [divide(v, rows[k][k]) for v in known]
    return solution, determinant if not any(r[k] == 0 for k, r in enumerate(rows)) else 0.0


def _pivots(a: Matrix) -> tuple[float, float]:
    """The sign of the determinant and the logarithm of its size."""
    sign, size = 1.0, 0.0
    rows = [[float(v) for v in row] for row in a]
    for k in range(len(rows)):
        best = max(range(k, len(rows)), key=lambda i: abs(rows[i][k]))
        if best != k:
            rows[k], rows[best] = rows[best], rows[k]
            sign = -sign
        pivot = rows[k][k]
        if math.isnan(pivot):
            return math.nan, math.nan
        if pivot == 0:
            return 0.0, -math.inf
        sign *= math.copysign(1.0, pivot)
        size += math.log(abs(pivot))
        for i in range(k + 1, len(rows)):
            factor = rows[i][k] / pivot
            rows[i] = [v - factor * w for v, w in zip(rows[i], rows[k], strict=True)]
    return sign, size


def _identity(n: int) -> Matrix:
    return [[float(i == j) for j in range(n)] for i in range(n)]


def _lower_root(a: Matrix) -> Matrix:
    n = len(a)
    root = [[0.0] * n for _ in range(n)]
    for j in range(n):
        left = a[j][j] - sum(root[j][k] ** 2 for k in range(j))
        root[j][j] = math.sqrt(left) if left > 0 else math.nan
        for i in range(j + 1, n):
            root[i][j] = divide(a[i][j] - sum(root[i][k] * root[j][k] for k in range(j)), root[j][j])
    return root


def _flat(matrices: Sequence[Matrix]) -> list[float]:
    return [v for m in matrices for row in m for v in row]


def _each(function: Callable[[Matrix], Matrix]) -> Callable[..., list[float]]:
    def reference(arrays: Sequence[Array], shape: Any, dims: Any) -> list[float]:
        return _flat([function(m) for m in _matrices(arrays[0], arrays[0].shape[-1])])

    return reference


def _number_of_each(function: Callable[[Matrix], float]) -> Callable[..., list[float]]:
    def reference(arrays: Sequence[Array], shape: tuple[int, ...], dims: Any) -> list[float]:
        matrices = _matrices(arrays[0], arrays[0].shape[-1])
        return [function(m) for m in matrices] if arrays[0].shape[-1] else [function([])] * prod(shape)

    return reference


# solve ------------------------------------------------------------------------------------------------------


def _solve_result(types: _TYPES) -> ArrayType:
    a, b = types
    size = _square(a, "solve")
    fits = b.rank in (a.rank - 1, a.rank) and b.shape[: a.rank - 2] == a.shape[:-2]
    if not fits or b.shape[a.rank - 2] != size:
        raise ShapeError(
            f"shapes {show(a.shape)} and {show(b.shape)} do not fit for solve",
            remedy="the right side needs as many rows as the matrix, and the same leading axes",
        )
    return ArrayType(b.shape)


def _solve_reference(arrays: Sequence[Array], shape: Any, dims: Any) -> list[float]:
    a, b = arrays
    n, rank = a.shape[-1], len(a.shape)
    columns = prod(b.shape[rank - 1 :])
    rights = _matrices(Array((*a.shape[:-1], columns), b.data), columns)
    return _flat([eliminate(m, r)[0] for m, r in zip(_matrices(a, n), rights, strict=bool(columns))])


def _solve_sizes(types: _TYPES) -> list[Shape]:
    a, b = types
    return [a.shape[:-2], a.shape[-1:], b.shape[a.rank - 1 :]]


def _outer(rank: int, left: Any, right: Any) -> Any:
    """left rightᵀ: of vectors, or of matrices summed over their columns."""
    lead = _LEADING[: rank - 2]
    column = "k" if left.ndim == rank else ""
    return apply("contract", left, right, spec=f"{lead}i{column},{lead}j{column}->{lead}ij")


def _times(a: Any, y: Any) -> Any:
    lead = _LEADING[: a.ndim - 2]
    column = "k" if y.ndim == a.ndim else ""
    return apply("contract", a, y, spec=f"{lead}ij,{lead}j{column}->{lead}i{column}")


def _solve_vjp(g: Value, y: Value, a: Value, b: Value) -> tuple[Any, Any]:
    right = apply("solve", turned(a), g)
    return (-_outer(a.ndim, right, y), right)


def _solve_jvp(da: Any, db: Any, y: Value, a: Value, b: Value) -> Any:
    moved = plus(None if da is None else -_times(da, y), db)
    return None if moved is None else apply("solve", a, moved)


def _solve_batch(batched: Sequence[bool], a: Value, b: Value) -> Any:
    return apply("solve", *every_example(batched, [a, b]))


solve = register(
    Op(
        "solve",
        Family.ROUTINE,
        says="solves a system of linear equations",
        result=_solve_result,
        reference=_solve_reference,
        vjp=_solve_vjp,
        jvp=_solve_jvp,
        batch=_solve_batch,
        sizes=_solve_sizes,
        why="nudging both sides of a x = b gives a dx = db - da x; backward, the system is solved transposed",
        try_at=(_MATRIX, [0.5, -1.0, 2.0]),
    )
)

# inv, det, slogdet ------------------------------------------------------------------------------------------


def _same(name: str) -> Callable[..., ArrayType]:
    def result(types: _TYPES) -> ArrayType:
        _square(types[0], name)
        return ArrayType(types[0].shape)

    return result


def _number_per_matrix(name: str) -> Callable[..., ArrayType]:
    def result(types: _TYPES) -> ArrayType:
        _square(types[0], name)
        return ArrayType(types[0].shape[:-2])

    return result


def _matrix_sizes(types: _TYPES) -> list[Shape]:
    return [types[0].shape[:-2], types[0].shape[-1:]]


def _leading(op: str) -> Callable[..., Any]:
    """Stacks of matrices already have leading axes."""
    return lambda batched, x: apply(op, x)


inv = register(
    Op(
        "inv",
        Family.ROUTINE,
        says="inverts the matrix",
        result=_same("inv"),
        reference=_each(lambda m: eliminate(m, _identity(len(m)))[0]),
        vjp=lambda g, y, x: (-_product(_product(turned(y), g), turned(y)),),
        jvp=lambda dx, y, x: -_product(_product(y, dx), y),
        batch=_leading("inv"),
        sizes=_matrix_sizes,
        why="x times its inverse stays 1, so the inverse must give way on both sides",
        try_at=(_MATRIX,),
    )
)
det = register(
    Op(
        "det",
        Family.ROUTINE,
        says="takes the determinant",
        result=_number_per_matrix("det"),
        reference=_number_of_each(lambda m: eliminate(m, _identity(len(m)))[1]),
        vjp=lambda g, y, x: (_scaled(g * y, turned(apply("inv", x))),),
        jvp=lambda dx, y, x: y * _trace_of_product(apply("inv", x), dx),
        batch=_leading("det"),
        sizes=_matrix_sizes,
        why="a nudge scales the volume by the trace of the inverse times the nudge (Jacobi)",
        try_at=(_MATRIX,),
    )
)
slogdet_sign = register(
    Op(
        "slogdet_sign",
        Family.ROUTINE,
        says="takes the sign of the determinant",
        result=_number_per_matrix("slogdet"),
        reference=_number_of_each(lambda m: _pivots(m)[0]),
        vjp=lambda g, y, x: (None,),
        jvp=lambda dx, y, x: None,
        batch=_leading("slogdet_sign"),
        sizes=_matrix_sizes,
        why="a sign does not move with a small nudge",
        try_at=(_MATRIX,),
    )
)
slogdet_log = register(
    Op(
        "slogdet_log",
        Family.ROUTINE,
        says="takes the logarithm of the size of the determinant",
        result=_number_per_matrix("slogdet"),
        reference=_number_of_each(lambda m: _pivots(m)[1]),
        vjp=lambda g, y, x: (_scaled(g, turned(apply("inv", x))),),
        jvp=lambda dx, y, x: _trace_of_product(apply("inv", x), dx),
        batch=_leading("slogdet_log"),
        sizes=_matrix_sizes,
        why="the determinant's own slope over the determinant leaves the inverse, transposed",
        try_at=(_MATRIX,),
    )
)

# cholesky ---------------------------------------------------------------------------------------------------


def _half(x: Any) -> Any:
    """The lower triangle with half of the diagonal."""
    return (apply("tril", x, k=0) + apply("tril", x, k=-1)) * 0.5


def _cholesky_vjp(g: Value, y: Value, x: Value) -> tuple[Any]:
    p = _half(_product(turned(y), g))
    left = apply("solve", turned(y), p + turned(p))
    return (_half(turned(apply("solve", turned(y), turned(left)))),)


def _cholesky_jvp(dx: Value, y: Value, x: Value) -> Any:
    # Only the lower triangle is read; the upper one stands for the same numbers.
    moved = apply("tril", dx, k=0) + turned(apply("tril", dx, k=-1))
    left = apply("solve", y, moved)
    return _product(y, _half(turned(apply("solve", y, turned(left)))))


cholesky = register(
    Op(
        "cholesky",
        Family.ROUTINE,
        says="takes the lower triangular root",
        result=_same("cholesky"),
        reference=_each(_lower_root),
        vjp=_cholesky_vjp,
        jvp=_cholesky_jvp,
        batch=_leading("cholesky"),
        sizes=_matrix_sizes,
        why="the root times its transpose stays the matrix, of which only the lower triangle is read",
        try_at=(_POSITIVE,),
    )
)
