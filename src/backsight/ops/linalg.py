"""`contract`: a sum of products over named axes. Matrix products, dot, outer and einsum are all this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backsight.errors import ShapeError
from backsight.ir.evaluate import Array, indices
from backsight.ir.op import Family, Op, register
from backsight.ir.program import ArrayType, Dim
from backsight.ops.shapes import show
from backsight.ops.value import Value, apply


def read_spec(spec: str) -> tuple[list[str], str]:
    """The letters of each operand and of the result: "ij,jk->ik" is (["ij", "jk"], "ik")."""
    left, _, right = spec.partition("->")
    return left.split(","), right


def letter_dims(spec: str, types: Sequence[ArrayType]) -> dict[str, Dim]:
    """The dimension of each letter.

    Raises:
        ShapeError: a letter would have two sizes, or an operand has another number of axes.
    """
    operands, _ = read_spec(spec)
    dims: dict[str, Dim] = {}
    for letters, type in zip(operands, types, strict=True):
        if len(letters) != type.rank:
            raise ShapeError(
                f"{spec!r} expects {len(letters)} axes where the operand has shape {show(type.shape)}"
            )
        for letter, dim in zip(letters, type.shape, strict=True):
            if dims.setdefault(letter, dim) != dim:
                raise ShapeError(
                    f"shapes {' and '.join(show(t.shape) for t in types)} do not fit for {spec!r}: "
                    f"{dims[letter]} against {dim}",
                    remedy="the axes that are summed over must have the same size; transpose one operand?",
                )
    return dims


def _result(types: Sequence[ArrayType], spec: str) -> ArrayType:
    dims = letter_dims(spec, types)
    return ArrayType(tuple(dims[c] for c in read_spec(spec)[1]))


def _reference(
    arrays: Sequence[Array], shape: tuple[int, ...], dims: Mapping[str, int], spec: str
) -> list[Any]:
    operands, right = read_spec(spec)
    size = {
        c: n
        for letters, a in zip(operands, arrays, strict=True)
        for c, n in zip(letters, a.shape, strict=True)
    }
    summed = [c for c in size if c not in right]
    steps = [
        {c: sum(s for d, s in zip(letters, a.strides(), strict=True) if d == c) for c in letters}
        for letters, a in zip(operands, arrays, strict=True)
    ]
    data = []
    for outer in indices(shape):
        at = dict(zip(right, outer, strict=True))
        total = 0.0
        for inner in indices(tuple(size[c] for c in summed)):
            at.update(zip(summed, inner, strict=True))
            term = 1.0
            for array, step in zip(arrays, steps, strict=True):
                term *= array.data[sum(s * at[c] for c, s in step.items())]
            total += term
        data.append(total)
    return data


def _vjp(g: Value, y: Value, *xs: Value, spec: str) -> tuple[Any, ...]:
    """Each operand's cotangent is a contraction of g with the other operands, over the letters it lacks."""
    operands, right = read_spec(spec)
    dims = letter_dims(spec, [x.type for x in xs])
    result = []
    for position, letters in enumerate(operands):
        others = [o for i, o in enumerate(operands) if i != position]
        rest = [x for i, x in enumerate(xs) if i != position]
        once = "".join(dict.fromkeys(letters))
        known = "".join(c for c in once if c in right or any(c in o for o in others))
        alone = not others and known == right
        partial = g if alone else apply("contract", g, *rest, spec=f"{','.join([right, *others])}->{known}")
        # A letter only this operand has was summed over: its slope is the same all along that axis.
        inserted = tuple(i for i, c in enumerate(once) if c not in known)
        if inserted:
            widened = apply("expand_dims", partial, axes=inserted)
            partial = apply("broadcast", widened, shape=tuple(dims[c] for c in once))
        result.append(partial if once == letters else _on_diagonals(partial, once, letters, dims))
    return tuple(result)


def _on_diagonals(x: Any, have: str, letters: str, dims: Mapping[str, Dim]) -> Any:
    """A slope with one axis per letter, laid along the diagonals that repeated letters read."""
    for letter in dict.fromkeys(letters):
        for _ in range(letters.count(letter) - 1):
            place = have.index(letter)
            order = [*(i for i in range(len(have)) if i != place), place]
            have = "".join(have[i] for i in order) + letter
            x = apply("transpose", x, axes=tuple(order))
            x = apply("undiagonal", x, offset=0, shape=(dims[letter], dims[letter]))
    waiting = {c: [i for i, other in enumerate(have) if other == c] for c in letters}
    return apply("transpose", x, axes=tuple(waiting[c].pop(0) for c in letters))


def _jvp(*values: Any, spec: str) -> Any:
    count = len(read_spec(spec)[0])
    dxs, xs = values[:count], values[count + 1 :]
    total = None
    for position, dx in enumerate(dxs):
        if dx is not None:
            term = apply("contract", *[dx if i == position else x for i, x in enumerate(xs)], spec=spec)
            total = term if total is None else total + term
    return total


contract = register(
    Op(
        "contract",
        Family.CONTRACT,
        says="multiplies and sums",
        result=_result,
        reference=_reference,
        vjp=_vjp,
        jvp=_jvp,
        why="each product's nudge is scaled by the other factor, and the sums pass nudges on as they are",
        try_at=([[0.5, -1.0, 2.0], [0.3, 0.7, -0.2]], [[1.0, 0.5], [-0.4, 2.0], [0.1, 0.6]]),
        try_params=({"spec": "ij,jk->ik"},),
        variadic=True,
    )
)


def contract_spec(left: int, right: int) -> str:
    """The letters of `left @ right` for operands of those ranks, as NumPy's matmul.

    Raises:
        ShapeError: one of them is a scalar.
    """
    if left == 0 or right == 0:
        raise ShapeError("@ needs arrays, not scalars", remedy="use * for a scalar")
    if left == 1 and right == 1:
        return "i,i->"
    if left == 1:
        batch = "abcdefgh"[: right - 2]
        return f"j,{batch}jk->{batch}k"
    if right == 1:
        batch = "abcdefgh"[: left - 2]
        return f"{batch}ij,j->{batch}i"
    batch = "abcdefgh"[: max(left, right) - 2]
    return f"{batch[len(batch) - left + 2 :]}ij,{batch[len(batch) - right + 2 :]}jk->{batch}ik"
