"""Products of arrays, by NumPy's names."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

from backsight.errors import ShapeError, TraceError
from backsight.ops.linalg import contract_spec, read_spec
from backsight.ops.shapes import broadcast_shapes, normal_axes, show
from backsight.ops.value import apply
from backsight.tracing.functions.common import Table, rank, values
from backsight.tracing.functions.shaping import moveaxis, ravel, reshape


def contraction(letters: Sequence[str], right: str, operands: Sequence[Any]) -> Any:
    """The sum of products; an axis of size 1 stretches along the others of its letter, as NumPy's do."""
    sizes: dict[str, set[Any]] = {}
    for names, x in zip(letters, operands, strict=True):
        if len(names) != rank(x):
            raise ShapeError(
                f"{names!r} names {len(names)} axes, but the operand has shape {show(x.type.shape)}"
            )
        for letter, dim in zip(names, x.type.shape, strict=True):
            sizes.setdefault(letter, set()).add(dim)
    stretched = {letter for letter, dims in sizes.items() if 1 in dims and len(dims) > 1}
    ready, spec = [], []
    for names, x in zip(letters, operands, strict=True):
        gone = tuple(
            i for i, (c, d) in enumerate(zip(names, x.type.shape, strict=True)) if c in stretched and d == 1
        )
        ready.append(apply("squeeze", x, axes=gone) if gone else x)
        spec.append("".join(c for i, c in enumerate(names) if i not in gone))
    return apply("contract", *ready, spec=f"{','.join(spec)}->{right}")


def matmul(a: Any, b: Any) -> Any:
    a, b = values(a, b)
    letters, right = read_spec(contract_spec(rank(a), rank(b)))
    return contraction(letters, right, (a, b))


def dot(a: Any, b: Any) -> Any:
    """np.dot: the last axis of a with the last but one of b, all others apart."""
    a, b = values(a, b)
    if rank(a) == 0 or rank(b) == 0:
        return apply("mul", a, b)
    if rank(b) <= 2:
        return matmul(a, b)
    return tensordot(a, b, ([-1], [-2]))


def inner(a: Any, b: Any) -> Any:
    """np.inner: the last axes of both."""
    a, b = values(a, b)
    if rank(a) == 0 or rank(b) == 0:
        return apply("mul", a, b)
    return tensordot(a, b, ([-1], [-1]))


def vdot(a: Any, b: Any) -> Any:
    a, b = values(a, b)
    return apply("contract", ravel(a), ravel(b), spec="i,i->")


def vecdot(a: Any, b: Any, axis: int = -1) -> Any:
    a, b = values(a, b)
    return einsum("...i,...i->...", moveaxis(a, axis, -1), moveaxis(b, axis, -1))


def outer(a: Any, b: Any) -> Any:
    a, b = values(a, b)
    return apply("contract", ravel(a), ravel(b), spec="i,j->ij")


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    a, b = values(a, b)
    if isinstance(axes, int):
        first, second = list(range(rank(a) - axes, rank(a))), list(range(axes))
    else:
        one, other = ([x] if isinstance(x, int) else list(x) for x in axes)
        first, second = [x % rank(a) for x in one], [x % rank(b) for x in other]
    if len(first) != len(second) or (first and min(first) < 0) or any(x >= rank(b) for x in second):
        raise ShapeError(f"tensordot cannot pair axes {first} of the first with {second} of the second")
    left = ascii_letters[: rank(a)]
    last = list(ascii_letters[rank(a) : rank(a) + rank(b)])
    for i, j in zip(first, second, strict=True):
        if a.type.shape[i] != b.type.shape[j]:
            raise ShapeError(
                f"tensordot pairs axes of sizes {a.type.shape[i]} and {b.type.shape[j]}",
                remedy="the axes that are summed over must have the same size",
            )
        last[j] = left[i]
    summed = {left[i] for i in first}
    right = "".join(c for c in (*left, *last) if c not in summed)
    return apply("contract", a, b, spec=f"{left},{''.join(last)}->{right}")


def einsum(spec: Any, *operands: Any, optimize: Any = False) -> Any:
    """np.einsum with letters: repeated ones read diagonals, '...' stands for the leading axes."""
    if not isinstance(spec, str):
        raise TraceError("einsum with lists of axes is not traced", remedy="name the axes: 'ij,jk->ik'")
    xs = values(*operands)
    left, arrow, right = spec.replace(" ", "").partition("->")
    letters = left.split(",")
    if len(letters) != len(xs):
        raise ShapeError(f"{spec!r} names {len(letters)} operands, but there are {len(xs)}")
    if not arrow:
        once = sorted(c for c in set(left) - set(".,") if left.count(c) == 1)
        right = ("..." if "..." in left else "") + "".join(once)
    letters, right = _without_dots(letters, right, xs)
    if any(not c.isalpha() for c in "".join([*letters, right])):
        raise ShapeError(f"{spec!r} has signs that are no letters", remedy="write it like 'ij,jk->ik'")
    missing = set(right) - set("".join(letters))
    if missing or len(set(right)) < len(right):
        raise ShapeError(f"the result of {spec!r} must name letters of the operands, each once")
    return contraction(letters, right, xs)


def _without_dots(letters: list[str], right: str, xs: Sequence[Any]) -> tuple[list[str], str]:
    """Letters in the place of '...': the same from the right."""
    if "..." not in "".join([*letters, right]):
        return letters, right
    counts = [rank(x) - len(names.replace("...", "")) for names, x in zip(letters, xs, strict=True)]
    most = max((n for n, names in zip(counts, letters, strict=True) if "..." in names), default=0)
    free = [c for c in ascii_letters if c not in "".join([*letters, right])][: max(0, most)]
    dots = "".join(free)
    filled = [
        names.replace("...", dots[len(dots) - max(0, n) :]) for names, n in zip(letters, counts, strict=True)
    ]
    return filled, right.replace("...", dots)


def kron(a: Any, b: Any) -> Any:
    """np.kron: every entry of a times all of b."""
    a, b = values(a, b)
    count = max(rank(a), rank(b))
    a, b = (reshape(x, (1,) * (count - rank(x)) + tuple(x.type.shape)) for x in (a, b))
    left, last = ascii_letters[:count], ascii_letters[count : 2 * count]
    both = apply(
        "contract", a, b, spec=f"{left},{last}->{''.join(x + y for x, y in zip(left, last, strict=True))}"
    )
    if any(isinstance(d, str) for d in (*a.type.shape, *b.type.shape)):
        raise ShapeError("np.kron of arrays with named axes has no known shape", remedy="trace fixed sizes")
    return reshape(both, tuple(m * n for m, n in zip(a.type.shape, b.type.shape, strict=True)))


def cross(a: Any, b: Any, axis: int = -1) -> Any:
    """np.cross of vectors of three numbers along an axis."""
    a, b = values(a, b)
    a, b = moveaxis(a, axis, -1), moveaxis(b, axis, -1)
    if a.type.shape[-1] != 3 or b.type.shape[-1] != 3:
        raise ShapeError(
            f"np.cross needs vectors of 3 numbers, not {a.type.shape[-1]} and {b.type.shape[-1]}",
            remedy="for two numbers write a[0] * b[1] - a[1] * b[0]",
        )
    ahead, behind = ([_entry(x, i) for i in (1, 2, 0)] for x in (a, b))
    later, last = ([_entry(x, i) for i in (2, 0, 1)] for x in (a, b))
    parts = [p * s - q * r for p, s, q, r in zip(ahead, last, later, behind, strict=True)]
    return moveaxis(apply("stack", *parts, axis=parts[0].ndim), -1, axis)


def _entry(x: Any, i: int) -> Any:
    return apply("index", x, key=(("slice", 0, None, 1),) * (rank(x) - 1) + (("int", i),))


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    (x,) = values(x)
    first, second = (normal_axes(a, rank(x))[0] for a in (axis1, axis2))
    if offset or x.type.shape[first] != x.type.shape[second]:
        last = moveaxis(x, (first, second), (-2, -1))
        return apply("sum", apply("diagonal", last, offset=offset), axes=(rank(x) - 2,), keepdims=False)
    letters = list(ascii_letters[: rank(x)])
    letters[second] = letters[first]
    right = "".join(c for i, c in enumerate(letters) if i not in (first, second))
    return apply("contract", x, spec=f"{''.join(letters)}->{right}")


def matrix_power(x: Any, n: int) -> Any:
    """np.linalg.matrix_power by repeated squaring."""
    (x,) = values(x)
    if n < 0:
        return matrix_power(apply("inv", x), -n)
    if n == 0:
        raise TraceError("matrix_power(x, 0) does not depend on x", remedy="write np.eye(n)")
    if n == 1:
        return x
    half = matrix_power(x, n // 2)
    square = matmul(half, half)
    return matmul(square, x) if n % 2 else square


def multi_dot(arrays: Sequence[Any]) -> Any:
    result, *rest = arrays
    for x in rest:
        result = matmul(result, x)
    return result


# linear systems ---------------------------------------------------------------------------------------------


def solve(a: Any, b: Any) -> Any:
    """np.linalg.solve: b is a vector if it has one axis, else a stack of matrices."""
    a, b = values(a, b)
    if rank(a) < 2 or rank(b) == 0:
        raise ShapeError(
            f"solve needs a square matrix and a right side, not {show(a.type.shape)} and {show(b.type.shape)}"
        )
    columns = 0 if rank(b) == 1 else 1
    lead = broadcast_shapes([a.type.shape[:-2], b.type.shape[: rank(b) - 1 - columns]])
    a = _stretched(a, lead, 2)
    b = _stretched(b, lead, 1 + columns)
    return apply("solve", a, b)


def _stretched(x: Any, lead: Any, own: int) -> Any:
    shape = (*lead, *x.type.shape[rank(x) - own :])
    return x if x.type.shape == shape else apply("broadcast", x, shape=shape)


def slogdet(x: Any) -> tuple[Any, Any]:
    return apply("slogdet_sign", x), apply("slogdet_log", x)


def _one(op: str) -> Any:
    return lambda x: apply(op, x)


TABLE: Table = {
    "matmul": matmul,
    "dot": dot,
    "inner": inner,
    "vdot": vdot,
    "vecdot": vecdot,
    "outer": outer,
    "tensordot": tensordot,
    "einsum": einsum,
    "kron": kron,
    "cross": cross,
    "trace": trace,
}
TABLE.update({f"linalg.{name}": TABLE[name] for name in ("matmul", "outer", "tensordot", "cross", "vecdot")})
TABLE.update(
    {
        "linalg.trace": lambda x, *, offset=0: trace(x, offset, -2, -1),
        "linalg.matrix_power": matrix_power,
        "linalg.multi_dot": multi_dot,
        "linalg.solve": solve,
        "linalg.slogdet": slogdet,
        **{f"linalg.{op}": _one(op) for op in ("inv", "det", "cholesky")},
    }
)
