"""What people write with arrays in plain NumPy: the same values when traced, gradients as JAX says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import backsight.numpy as bnp
from backsight import compile as compile_function
from backsight import trace
from backsight.transforms import gradient, simplify
from tests.agreement import assert_close, differences, run_javascript, run_numpy, run_reference, weighted_sum

RANDOM = np.random.default_rng(20)
V = RANDOM.normal(size=5)
A = RANDOM.normal(size=(3, 4))
B = RANDOM.normal(size=(4, 2))
S = RANDOM.normal(size=(3, 3))
T = RANDOM.normal(size=(2, 3, 4))
PLACES = np.array([2, 0, 0, -1])
ROWS, COLUMNS = np.array([[0, 2], [1, 1]]), np.array([3, 0])
MASK = np.array([True, False, True])
NOWHERE, TWO, TIMES = np.array([], dtype=int), np.array(2), np.array([1, 0, 2, 0, 1])
SOME, CHOICES = np.array([True, False, True, True, False]), np.array([0, 1, 1])
GRID = A > 0
WINDOW = np.lib.stride_tricks.sliding_window_view

# Written with `np`, which stands for NumPy, for JAX and for backsight.numpy in turn.
WRITTEN: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    text: (eval(f"lambda np, {names}: {text}"), operands)
    for names, operands, texts in (
        (
            "v",
            (V,),
            """
            v[::-1]; v[-2]; v[3:0:-1]; v[::2]; v[-3:]; v[None]; v[..., None]; v[1:1]; v[PLACES]; v[ROWS]
            v[[0, 0, 3]]; v[[]]; v[PLACES][1:]; np.take(v, PLACES); np.take(v, 2)
            np.diag(v); np.diag(v, 2); np.diag(v, -1); np.diagflat(v)
            np.roll(v, 2); np.roll(v, -1); np.roll(v, 0); np.roll(v, 7)
            np.pad(v, 2); np.pad(v, (1, 3)); np.pad(v, 1, constant_values=2.5); np.pad(v, 2, mode="edge")
            np.pad(v, (2, 3), mode="reflect"); np.pad(v, 3, mode="wrap"); np.pad(v, 2, mode="symmetric")
            np.tile(v, 3); np.tile(v, (2, 2)); np.repeat(v, 2); np.repeat(v, TIMES)
            np.flip(v); np.append(v, 1.0); np.append(v, v[:2]); np.cumsum(v); np.cumprod(v)
            np.sort(v); v[np.argsort(v)]; np.partition(np.sort(v), 2); np.median(v)
            np.diff(v); np.diff(v, 2); np.trapezoid(v); np.trapezoid(v, dx=0.5); np.ediff1d(v)
            np.convolve(v, v[:3]); np.convolve(v[:3], v, mode="same"); np.convolve(v, v[:2], mode="valid")
            np.convolve(v, v[:2], mode="same"); np.correlate(v, v[:3]); np.correlate(v[:2], v, mode="full")
            np.outer(v, v); np.inner(v, v); np.vdot(v, v); np.kron(v[:2], v)
            np.split(v, [1, 3])[1]; np.array_split(v, 3)[0]; np.hsplit(v, 5)[2]
            np.atleast_2d(v); np.atleast_1d(v[0]); np.atleast_3d(v); np.expand_dims(v, (0, -1))
            np.stack([v, 2 * v]); np.vstack([v, v]); np.hstack([v, v[:1]]); np.dstack([v, v])
            np.column_stack([v, v * v]); np.concatenate([v, v[1:], V]); np.broadcast_to(v, (2, 5))
            np.meshgrid(v, v[:2])[1]; np.meshgrid(v, v[:2], indexing="ij")[0] + 0
            np.zeros_like(v) + v; np.ones_like(v) * v; np.full_like(v, 2.0) * v; np.reshape(v, (5, 1))
            np.select([v > 1, v > 0], [v, v ** 2], 0.5); np.cross(v[:3], v[2:]); np.trapezoid(v, v ** 3)
            np.where(v > 0, v, 0.0)[SOME]
            """,
        ),
        (
            "a",
            (A,),
            """
            a[MASK]; a[MASK, 1]; a[:, [0, 2]]; a[ROWS, COLUMNS]; a[ROWS]; a[:, ROWS]; a[PLACES, 1:]
            a[1, PLACES]
            a[PLACES[:, None], COLUMNS]; a[:, None, PLACES]; a[PLACES, None]; a[GRID]; a[..., PLACES]
            a[-1, ::-2]
            a[TWO]; a[NOWHERE]; a[[True, False, True]]; a[::-1, ::-1]
            np.take(a, PLACES, axis=0); np.take(a, ROWS, axis=1)
            np.take_along_axis(a, np.argsort(a, axis=1), 1)
            np.take_along_axis(a, np.argsort(a, axis=0), axis=0); np.take_along_axis(a, PLACES[None, :], 0)
            np.sort(a, axis=0); np.sort(a, axis=None); np.median(a, axis=1); np.median(a)
            np.median(a, axis=0, keepdims=True)
            np.fliplr(a); np.flipud(a); np.rot90(a); np.rot90(a, 2); np.rot90(a, 3); np.rot90(a, -1)
            np.roll(a, 1, axis=1); np.roll(a, (1, 2), axis=(0, 1)); np.roll(a, 5)
            np.pad(a, ((1, 0), (0, 2))); np.pad(a, ((0, 1), (2, 2)), mode="reflect")
            np.pad(a, 1, mode="edge")
            np.tile(a, 2); np.tile(a, (2, 1)); np.tile(a, (2, 1, 3)); np.repeat(a, 2, axis=0)
            np.repeat(a, 2)
            np.diag(a); np.diag(a, -1); np.tril(a); np.triu(a, 1); np.trace(a); np.trace(a, 1)
            np.diagonal(a, 1)
            np.cumsum(a, axis=0); np.cumsum(a); np.cumprod(a, axis=1); np.diff(a, axis=0)
            np.trapezoid(a, axis=0)
            np.einsum("ij->ji", a); np.einsum("ij->", a); np.einsum("ij", a); np.einsum("...j->...", a)
            np.einsum("ij,kj->ik", a, a); np.einsum("ij,ij->i", a, a); np.einsum("i...,i...->...", a, a)
            np.moveaxis(a, 0, -1); np.swapaxes(a, 0, 1); np.squeeze(a[:, None]); np.ravel(a)
            a.reshape(2, -1)
            np.vsplit(a, 3)[1]; np.hsplit(a, 2)[0]; np.split(a, 2, axis=1)[1]; np.vstack([a, A[:1]])
            np.dot(a, B); a @ B; np.tensordot(a, a); np.tensordot(a, B, 1)
            np.tensordot(a, a, ([0, 1], [0, 1]))
            np.inner(a, a); np.kron(a, B); np.outer(a, B); np.linalg.multi_dot([a, B, B.T])
            np.append(a, a, axis=1); np.broadcast_arrays(a, a[:1])[1]; np.atleast_3d(a)
            np.concatenate([a, a], axis=None)
            np.array_split(a, 3, axis=1)[2]; np.choose(CHOICES, [a[:, 0], a[:, 1]])
            np.cross(a[:, :3], a[:, 1:]); np.cross(a, a[::-1] ** 2, axis=0); a.cumsum(axis=1); a.diagonal()
            a.swapaxes(0, 1); a.repeat(2, axis=1); a.take([0, 2], axis=1); a.squeeze(); a.flatten()
            a.trace()
            """,
        ),
        (
            "s",
            (S,),
            """
            np.einsum("ii->", s); np.einsum("ii->i", s); np.einsum("ii,ij->j", s, s)
            np.einsum("ij,jk,kl->il", s, s, s)
            np.linalg.inv(s); np.linalg.det(s); np.linalg.slogdet(s)[1]; np.linalg.solve(s, V[:3])
            np.linalg.solve(s, s.T @ s); np.linalg.cholesky(s @ s.T + np.eye(3))
            np.linalg.matrix_power(s, 3)
            np.linalg.matrix_power(s, -2); np.linalg.matrix_power(s, 1); np.trace(s @ s)
            np.tril(s, -1) + np.triu(s)
            np.linalg.solve(s.T, np.eye(3)); np.linalg.solve(np.eye(3) + 0.1 * s, V[:3])
            """,
        ),
        (
            "t",
            (T,),
            """
            t[:, PLACES, 1]; t[0, :, PLACES]; t[COLUMNS[1:], :, PLACES]; t[..., None, 2]
            t[:, [0, 2], [1, 3]]; t[1, ..., [0, 2]]
            t[:, MASK]; t[:, GRID]; t[[0, 1], [1, 2], [3, 3]]; t[None, [0], :, [1]]; t[:, ROWS, 1:3]
            t @ B; t @ t.swapaxes(1, 2); t[0] @ B; np.matmul(t, V[:4])
            np.matmul(t[:1], t.swapaxes(1, 2)); np.dot(t, B)
            np.dot(A, t.swapaxes(1, 2)); np.dot(V[:4], t.swapaxes(1, 2)); np.dot(t, V[:4]); np.inner(t, A)
            np.einsum("...ij,...kj->...ik", t, A[None]); np.einsum("bij,bjk->bik", t[:1], t.swapaxes(1, 2))
            np.tensordot(t, t, ([0, 2], [0, 2])); np.moveaxis(t, (0, 1), (-1, 0)); np.sort(t, axis=1)
            np.cumsum(t, axis=1)
            np.linalg.inv(t[:, :, :3] + 2 * np.eye(3)); np.linalg.det(t[:, :, :3])
            np.linalg.slogdet(t[:, :, :3])[1]
            np.linalg.solve(t[:, :, :3] + 2 * np.eye(3), t)
            np.linalg.solve(t[:, :, :3] + 2 * np.eye(3), V[:3])
            np.trace(t, axis1=1, axis2=2); np.diagonal(t, 0, 1, 2); np.tril(t, 1)
            np.pad(t, ((0, 0), (1, 2), (0, 0)))
            np.repeat(t, 2, axis=1); np.flip(t, (0, 2)); np.roll(t, 1, axis=1)
            np.median(t, axis=(0, 2)); np.rollaxis(t, 2)
            """,
        ),
    )
    for text in (part.strip() for part in texts.replace("\n", ";").split(";"))
    if text
}
NOT_IN_JAX = {"np.partition(np.sort(v), 2)", "v[[]]", "a.take([0, 2], axis=1)"}
"""Lists as indices, and an order that is not fixed."""


def _with(library: Any, text: str) -> Callable[..., Any]:
    function, _ = WRITTEN[text]
    return lambda *operands: function(library, *operands)


@pytest.mark.parametrize("text", WRITTEN)
def test_traced_as_numpy_has_it(text: str) -> None:
    """Values are NumPy's, in NumPy and without it; the gradient is JAX's."""
    operands = WRITTEN[text][1]
    expected = np.asarray(_with(np, text)(*operands), dtype=float)
    program = trace(_with(np, text), *operands)
    inputs = [*operands, *_captured(text, operands)]
    assert_close(run_reference(program, inputs), [expected], 1e-12, f"reference of {text}")
    assert_close(run_numpy(simplify(program), inputs), [expected], 1e-12, f"NumPy of {text}")
    again = compile_function(_with(bnp, text), *operands)(*operands)
    np.testing.assert_allclose(again, expected, rtol=1e-12, atol=1e-12, err_msg=f"backsight.numpy: {text}")
    weight = RANDOM.normal(size=expected.shape)
    slope = simplify(gradient(weighted_sum(program, [weight], "total"), [program.inputs[0].name]).program)
    if "[[" in text or text in NOT_IN_JAX:
        direction = RANDOM.normal(size=np.shape(operands[0]))
        along = [direction, *([None] * (len(inputs) - 1))]
        moved = differences(lambda xs: run_reference(program, xs), inputs, along)
        found = np.sum(run_numpy(slope, [*inputs, weight])[1] * direction)
        np.testing.assert_allclose(found, np.sum(weight * moved[0]), rtol=1e-7, atol=1e-9, err_msg=text)
        return
    theirs = jax.grad(lambda *xs: jnp.sum(weight * _with(jnp, text)(*xs)))(*operands)
    for run in (run_reference, run_numpy):
        found = run(slope, [*inputs, weight])[1]
        np.testing.assert_allclose(found, theirs, rtol=1e-10, atol=1e-11, err_msg=f"gradient of {text}")


def _captured(text: str, operands: Any) -> list[Any]:
    from backsight.api import trace_call

    return list(trace_call(_with(np, text), operands, {}).captured)


def test_kernels_agree() -> None:
    """The same in JavaScript: values and gradients of all of them in one Node process."""
    tasks, labels = [], []
    for text, (_, operands) in WRITTEN.items():
        program = trace(_with(np, text), *operands)
        inputs = [*operands, *_captured(text, operands)]
        weight = RANDOM.normal(size=program.outputs[0].type.shape)
        slope = gradient(weighted_sum(program, [weight], "total"), [program.inputs[0].name]).program
        tasks += [(simplify(program), inputs), (simplify(slope), [*inputs, weight])]
        labels += [text, f"gradient of {text}"]
    for mode in ("fused", "inspect"):
        for (program, inputs), found, label in zip(tasks, run_javascript(tasks, mode), labels, strict=True):
            assert_close(found, run_reference(program, inputs), 1e-10, f"{mode}: {label}")
