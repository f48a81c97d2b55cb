"""Factors and functions of matrices, by the names of np.linalg and scipy.linalg, made of other functions."""

from __future__ import annotations

from typing import Any

from backsight.errors import ShapeError, TraceError
from backsight.ops.shapes import show
from backsight.ops.value import apply
from backsight.tracing.functions.common import Table, rank, values
from backsight.tracing.functions.joining import concatenate, cut, size_along
from backsight.tracing.functions.linalg import matmul, outer, solve
from backsight.tracing.functions.shaping import matrix_transpose

# Coefficients of the numerator, of degree 13; the denominator has the same with alternating signs.
_PADE = (
    *(64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0),
    *(10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0),
    1.0,
)
_EXACT_BELOW = 5.371920351148152
"""The 1-norm up to which the approximation is as exact as the numbers are."""


def _matrix(x: Any, what: str, square: bool = False) -> tuple[Any, int, int]:
    (x,) = values(x)
    if rank(x) != 2:
        raise ShapeError(f"{what} needs a matrix, not an array of shape {show(x.type.shape)}")
    rows, columns = size_along(x, 0, what), size_along(x, 1, what)
    if square and rows != columns:
        raise ShapeError(f"{what} needs a square matrix, not one of shape {show(x.type.shape)}")
    return x, rows, columns


def qr(a: Any, mode: str = "reduced") -> tuple[Any, Any]:
    """np.linalg.qr by Householder's reflections, with the signs of LAPACK.

    Source: Golub & Van Loan, "Matrix Computations", algorithm 5.2.1.

    Raises:
        TraceError: the matrix is wider than tall, or another mode is asked for.
    """
    a, rows, columns = _matrix(a, "np.linalg.qr")
    if mode != "reduced" or columns > rows:
        raise TraceError(
            "np.linalg.qr is recorded for matrices at least as tall as wide, with mode 'reduced'",
            remedy="transpose the matrix",
        )
    upper, reflections = a, []
    for k in range(min(columns, rows - 1)):
        column = apply("index", upper, key=(("slice", k, rows, 1), ("int", k)))
        first = cut(column, 0, 0, 1)
        length = apply("norm", column, axes=(0,), keepdims=True)
        turned = apply("where", first >= 0, first + length, first - length)
        v = concatenate([turned, cut(column, 0, 1, rows - k)]) if rows - k > 1 else turned
        scale = apply("contract", v, v, spec="i,i->")
        reflections.append((k, v, scale))
        rest = cut(upper, 0, k, rows)
        rest = rest - outer(v, matmul(v, rest)) * (2.0 / scale)
        upper = concatenate([cut(upper, 0, 0, k), rest]) if k else rest
    square = cut(upper, 0, 0, columns) if rows > columns else upper
    return _orthogonal(a, reflections, rows, columns), apply("triu", square, k=0)


def _orthogonal(a: Any, reflections: list[Any], rows: int, columns: int) -> Any:
    """The reflections one after the other, applied to the first columns of the identity."""
    identity = a.like(a.builder.apply("eye", (), dim=rows))
    q = cut(identity, 1, 0, columns) if columns < rows else identity
    for k, v, scale in reversed(reflections):
        rest = cut(q, 0, k, rows)
        rest = rest - outer(v, matmul(v, rest)) * (2.0 / scale)
        q = concatenate([cut(q, 0, 0, k), rest]) if k else rest
    return q


def pinv(a: Any) -> Any:
    """np.linalg.pinv of a matrix whose columns (or rows, where it is wide) are independent."""
    a, rows, columns = _matrix(a, "np.linalg.pinv")
    turned = matrix_transpose(a)
    if rows >= columns:
        return solve(matmul(turned, a), turned)
    return matrix_transpose(solve(matmul(a, turned), a))


def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, int, tuple[()]]:
    """np.linalg.lstsq of independent columns: the solution, what is left, the rank; no singular values."""
    a, rows, columns = _matrix(a, "np.linalg.lstsq")
    (b,) = values(a, b)[1:]
    if rows < columns:
        raise TraceError(
            "np.linalg.lstsq is recorded for at least as many equations as unknowns",
            remedy="for the shortest solution write A.T @ np.linalg.solve(A @ A.T, b)",
        )
    q, r = qr(a)
    solution = solve(r, matmul(matrix_transpose(q), b))
    left = apply("sum", (b - matmul(a, solution)) ** 2, axes=(0,), keepdims=False)
    return solution, left if rank(left) else apply("expand_dims", left, axes=(0,)), columns, ()


def cho_solve(factor: Any, b: Any) -> Any:
    """The solution of A x = b from the lower Cholesky factor of A."""
    factor, b = values(factor, b)
    return solve(matrix_transpose(factor), solve(factor, b))


def expm(a: Any) -> Any:
    """scipy.linalg.expm by Padé approximation of degree 13, scaling and squaring.

    How often it is halved depends on the example; that it is often enough is remembered as a decision.
    Source: Higham, "The Scaling and Squaring Method for the Matrix Exponential Revisited" (2005).
    """
    a, rows, _ = _matrix(a, "scipy.linalg.expm", square=True)
    sums = apply("sum", apply("abs", a), axes=(0,), keepdims=False)
    norm = apply("max", sums, axes=(0,), keepdims=False)
    halvings = 0
    while not bool(norm <= _EXACT_BELOW * 2.0**halvings):
        halvings += 1
    small = a * 0.5**halvings if halvings else a
    identity = a.like(a.builder.apply("eye", (), dim=rows))
    squares = [identity, matmul(small, small)]
    while 2 * len(squares) < len(_PADE):
        squares.append(matmul(squares[-1], squares[1]))
    even = sum(_PADE[2 * i] * power for i, power in enumerate(squares))
    odd = matmul(small, sum(_PADE[2 * i + 1] * power for i, power in enumerate(squares)))
    result = solve(even - odd, even + odd)
    for _ in range(halvings):
        result = matmul(result, result)
    return result


TABLE: Table = {
    "linalg.qr": qr,
    "linalg.pinv": pinv,
    "linalg.lstsq": lstsq,
    "cho_solve": cho_solve,
    "expm": expm,
}
