"""Products of arrays, by NumPy's names."""

from __future__ import annotations

from typing import Any

from backsight.errors import TraceError
from backsight.ops.linalg import contract_spec
from backsight.ops.value import apply
from backsight.tracing.functions.common import Table, rank
from backsight.tracing.functions.shaping import ravel


def matmul(a: Any, b: Any) -> Any:
    return apply("contract", a, b, spec=contract_spec(rank(a), rank(b)))


def dot(a: Any, b: Any) -> Any:
    if rank(a) == 0 or rank(b) == 0:
        return apply("mul", a, b)
    if rank(b) > 2:
        raise TraceError("np.dot of stacks of matrices is not traced", remedy="write a @ b, or np.einsum")
    return matmul(a, b)


def outer(a: Any, b: Any) -> Any:
    return apply("contract", ravel(a), ravel(b), spec="i,j->ij")


def einsum(spec: str, *operands: Any) -> Any:
    cleaned = spec.replace(" ", "")
    if "." in cleaned:
        raise TraceError("einsum with '...' is not traced", remedy="name every axis with a letter")
    if "->" not in cleaned:
        letters = sorted(set(cleaned.replace(",", "")))
        cleaned += "->" + "".join(c for c in letters if cleaned.count(c) == 1)
    return apply("contract", *operands, spec=cleaned)


TABLE: Table = {"matmul": matmul, "dot": dot, "outer": outer, "einsum": einsum}
