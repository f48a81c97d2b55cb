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
from backsight import grad, trace
from backsight.errors import BacksightError, DataShapeError, InPlaceError, ShapeError, TraceError
from backsight.ir.evaluate import evaluate
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
            np.outer(v, v); np.interp(v, np.sort(v[:3]), v[2:]); np.interp(V + 0.1, np.sort(v), v ** 2);
            np.searchsorted(np.sort(V), v) * v; np.inner(v, v); np.vdot(v, v); np.kron(v[:2], v)
            np.split(v, [1, 3])[1]; np.array_split(v, 3)[0]; np.hsplit(v, 5)[2]
            np.atleast_2d(v); np.atleast_1d(v[0]); np.atleast_3d(v); np.expand_dims(v, (0, -1))
            np.stack([v, 2 * v]); np.vstack([v, v]); np.hstack([v, v[:1]]); np.dstack([v, v])
            np.column_stack([v, v * v]); np.concatenate([v, v[1:], V]); np.broadcast_to(v, (2, 5))
            np.meshgrid(v, v[:2])[1]; np.meshgrid(v, v[:2], indexing="ij")[0] + 0
            np.zeros_like(v) + v; np.ones_like(v) * v; np.full_like(v, 2.0) * v; np.reshape(v, (5, 1))
            np.select([v > 1, v > 0], [v, v ** 2], 0.5); np.cross(v[:3], v[2:]); np.trapezoid(v, v ** 3)
            np.where(v > 0, v, 0.0)[SOME]
            np.polyval(v, v[:2]); np.polyfit(V, v, 2); np.gradient(v); np.gradient(v, 0.5); np.cov(v) * v
            np.piecewise(v, [v < 0, v > 1], [lambda u: u ** 2, 3.0, lambda u: u])
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
            a.trace(); np.cov(a); np.cov(a, rowvar=False); np.corrcoef(a); np.gradient(a)[1]
            np.gradient(a, axis=0); np.apply_along_axis(lambda r: r / np.sum(r ** 2), 1, a)
            np.apply_along_axis(lambda r: r @ r, 0, a); np.linalg.pinv(a); np.linalg.pinv(a.T)
            np.linalg.qr(a.T)[0]; np.linalg.qr(a.T)[1]; np.linalg.qr(a[:, :3])[0]
            np.linalg.lstsq(a.T, V[:4])[0]; np.linalg.lstsq(a.T, B)[0]
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


# What cannot be recorded, and what to write instead -------------------------------------------------------


def _update(w: Any, g: Any) -> Any:
    W = V.copy()
    W -= 0.1 * g
    return np.sum(W * w)


def _update_of_a_sum(w: Any, g: Any) -> Any:
    total = V.copy()
    total -= w + g
    return np.sum(total)


def _entry(x: Any, v: Any) -> Any:
    x[1] = v[0]
    return np.sum(x)


def _stretch(x: Any, v: Any) -> Any:
    x[1:3] += v[1:3] * 2
    return np.sum(x)


def _by_mask(x: Any, v: Any) -> Any:
    x[x < 0] = 0.0
    return np.sum(x * v)


def _add_at(x: Any, v: Any) -> Any:
    np.add.at(x, [0, 0, 1], v[:3])
    return np.sum(x)


def _out(x: Any, v: Any) -> Any:
    np.multiply(x, v, out=x)
    return np.sum(x)


def _fill(x: Any, v: Any) -> Any:
    x.fill(v[0])
    return np.sum(x)


def _sort(x: Any, v: Any) -> Any:
    x.sort()
    return np.sum(x * v)


def _copyto(x: Any, v: Any) -> Any:
    np.copyto(x, v)
    return np.sum(x)


@pytest.mark.parametrize(
    ("function", "line", "remedy"),
    [
        (_update, "W -= 0.1 * g", "W = W - 0.1 * g"),
        (_update_of_a_sum, "total -= w + g", "total = total - (w + g)"),
        (_entry, "x[1] = v[0]", "x = bnp.with_part(x, 1, v[0])"),
        (_stretch, "x[1:3] += v[1:3] * 2", "x = bnp.with_part(x, np.s_[1:3], x[1:3] + v[1:3] * 2)"),
        (_by_mask, "x[x < 0] = 0.0", "x = np.where(x < 0, 0.0, x)"),
        (_add_at, "np.add.at(x, [0, 0, 1], v[:3])", "x = bnp.add_at(x, [0, 0, 1], v[:3])"),
        (_out, "np.multiply(x, v, out=x)", "x = np.multiply(x, v)"),
        (_fill, "x.fill(v[0])", "x = np.full_like(x, v[0])"),
        (_sort, "x.sort()", "x = np.sort(x)"),
        (_copyto, "np.copyto(x, v)", "np.where"),
    ],
)
def test_changes_in_place_are_refused_with_the_line_to_write(
    function: Callable[..., Any], line: str, remedy: str
) -> None:
    with pytest.raises(InPlaceError) as caught:
        trace(function, V, V)
    assert caught.value.origin is not None and caught.value.origin.text == line
    assert remedy in caught.value.remedy
    if "bnp." in remedy or remedy.startswith(("x = ", "W = ", "total = ")):
        # The line that is offered does what the refused one does to a plain array.
        names: dict[str, Any] = {"np": np, "bnp": bnp, "w": V, "g": V**2, "v": V**2}
        names |= {"x": V.copy(), "W": V.copy(), "total": V.copy()}
        changed, offered = dict(names), dict(names)
        changed |= {name: names[name].copy() for name in ("x", "W", "total")}
        exec(line, changed)
        exec(remedy, offered)
        for name in ("x", "W", "total"):
            np.testing.assert_allclose(offered[name], changed[name], err_msg=remedy)


@pytest.mark.parametrize(
    "build",
    [
        lambda x: np.sum(x[x > 0]),
        lambda x: np.nonzero(x)[0],
        lambda x: np.unique(x),
        lambda x: np.flatnonzero(x > 0),
        lambda x: np.extract(x > 0, x),
        lambda x: np.compress(x > 0, x),
    ],
)
def test_shapes_that_depend_on_data_are_refused(build: Callable[..., Any]) -> None:
    with pytest.raises(DataShapeError, match="depends on data") as caught:
        trace(build, V)
    assert "np.where" in caught.value.remedy and caught.value.origin is not None


@pytest.mark.parametrize(
    ("build", "kind", "words"),
    [
        (lambda x: x[7], ShapeError, "outside an axis of size 5"),
        (lambda x: x[[0, 7]], ShapeError, "outside an axis of size 5"),
        (lambda x: x[np.array([-6])], ShapeError, "outside an axis of size 5"),
        (lambda x: x[0, 0], ShapeError, "too many indices"),
        (lambda x: x[[0.5]], TraceError, "not integers"),
        (lambda x: x[1.0], TraceError, "cannot be a float"),
        (lambda x: x["a"], TraceError, "cannot be a str"),
        (lambda x: x[x], TraceError, "holds float64, not integers"),
        (lambda x: np.split(x, 2), ShapeError, "2 equal parts"),
        (lambda x: np.pad(x, -1), ShapeError, "0 or more"),
        (lambda x: np.pad(x, 9, mode="reflect"), ShapeError, "entries to take from"),
        (lambda x: np.pad(x, 1, mode="linear_ramp"), TraceError, "linear_ramp"),
        (lambda x: np.einsum("ij->i", x), ShapeError, "names 2 axes"),
        (lambda x: np.einsum("i,i->i", x), ShapeError, "names 2 operands"),
        (lambda x: np.einsum("i->j", x), ShapeError, "must name letters"),
        (lambda x: np.einsum("i;->i", x), ShapeError, "no letters"),
        (lambda x: np.tensordot(x, x[:3], 1), ShapeError, "sizes 5 and 3"),
        (lambda x: np.matmul(x, x[:3]), ShapeError, "do not fit"),
        (lambda x: np.cross(x, x), ShapeError, "3 numbers"),
        (lambda x: np.stack([x, x[:2]]), ShapeError, "equal shapes"),
        (lambda x: np.concatenate([x[0], x]), ShapeError, "scalars"),
        (lambda x: np.take_along_axis(x, np.array([[0]]), 0), ShapeError, "as many axes"),
        (lambda x: np.linalg.inv(x[:4].reshape(2, 2) @ np.ones((2, 3))), ShapeError, "square"),
        (lambda x: np.tril(x), ShapeError, "matrix"),
        (lambda x: np.diag(x.reshape(1, 1, 5)), ShapeError, "vector or a matrix"),
        (lambda x: np.squeeze(x, 0), ShapeError, "size 1"),
        (lambda x: np.fft.fft(x), TraceError, "np.fft.fft"),
        (lambda x: np.linalg.svd(x.reshape(1, 5)), TraceError, "np.linalg.svd"),
        (lambda x: bnp.one_hot(x, 3), TraceError, "must be integers"),
        (lambda x: np.sort(x[0]), ShapeError, "not a single number"),
    ],
)
def test_misuse_names_the_line(build: Callable[..., Any], kind: type[BacksightError], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        trace(build, V)
    assert caught.value.origin is not None and "test_arrays" in caught.value.origin.file


NAMED = {"x": ("n", None)}


@pytest.mark.parametrize(
    "build",
    [
        lambda x: x[::-1],
        lambda x: x[:, ::-1],
        lambda x: np.sort(x, axis=1),
        lambda x: np.cumsum(x, axis=0),
        lambda x: np.cumprod(x, axis=1),
        lambda x: np.pad(x, ((0, 0), (1, 2))),
        lambda x: np.tile(x, (2, 1, 1)),
        lambda x: np.roll(x, 1, axis=1),
        lambda x: x[:, np.array([0, 2, 2])],
        lambda x: np.take_along_axis(x, np.argsort(x, axis=1), axis=1),
        lambda x: np.median(x, axis=1),
        lambda x: np.einsum("ij,ik->jk", x, x),
        lambda x: bnp.arange(x.shape[0]) * np.sum(x, axis=1),
        lambda x: bnp.eye(x.shape[0]) @ x,
        lambda x: np.linalg.inv(x.T @ x),
        lambda x: bnp.sliding_window_view(x, 2, axis=1),
    ],
)
def test_named_axes(build: Callable[..., Any]) -> None:
    """One Program serves any number of rows; its values are those of a fixed number."""
    x = RANDOM.normal(size=(4, 3))
    program = trace(build, x, axes=NAMED)
    extra = [np.array([0, 2, 2])] * (len(program.inputs) - 1)
    for count in (4, 6):
        rows = RANDOM.normal(size=(count, 3))
        expected = [build(rows)]
        assert_close(run_numpy(program, [rows, *extra]), expected, 1e-12, str(count))
        assert_close(run_javascript([(program, [rows, *extra])])[0], expected, 1e-11, f"JavaScript {count}")


@pytest.mark.parametrize(
    "build",
    [
        lambda x: x[1:],
        lambda x: x[-1],
        lambda x: np.roll(x, 1, axis=0),
        lambda x: np.pad(x, 1),
        lambda x: np.tile(x, (2, 1)),
        lambda x: np.split(x, 2),
        lambda x: np.concatenate([x, x]),
        lambda x: np.median(x, axis=0),
        lambda x: bnp.sliding_window_view(x, 2, axis=0),
        lambda x: np.repeat(x, 2, axis=0),
        lambda x: np.diagonal(x),
    ],
)
def test_named_axes_are_refused_by_name(build: Callable[..., Any]) -> None:
    with pytest.raises(BacksightError, match=r"\bn\b") as caught:
        trace(build, RANDOM.normal(size=(4, 3)), axes=NAMED)
    assert caught.value.origin is not None


def test_entries_by_a_traced_place() -> None:
    """An index may itself be an argument: the same code serves every place."""

    def pick(x: Any, i: Any, j: Any) -> Any:
        return np.sum(x[:, i] ** 2) * x[j, i] + np.sum(x[j])

    program = trace(pick, A, PLACES, 2)
    for places, place in ((PLACES, 2), (np.array([0, 3, -2, 1]), -1)):
        inputs, expected = [A, places, place], [pick(A, places, place)]
        assert_close(run_reference(program, inputs), expected, 1e-14, "reference")
        assert_close(run_numpy(program, inputs), expected, 1e-14, "NumPy")
        assert_close(run_javascript([(program, inputs)])[0], expected, 1e-14, "JavaScript")


def test_what_ufuncs_do_besides() -> None:
    """`.outer` and `.accumulate` of sums and products, as their gradients have it."""

    def cost(v: Any) -> Any:
        sums = np.add.outer(v, v**2)
        return np.sum(np.multiply.outer(v, sums) ** 2) + np.sum(np.multiply.accumulate(v) * v)

    def theirs(v: Any) -> Any:
        sums = v[:, None] + v**2
        return jnp.sum((v[:, None, None] * sums) ** 2) + jnp.sum(jnp.cumprod(v) * v)

    np.testing.assert_allclose(cost(V), theirs(V))
    np.testing.assert_allclose(grad(cost)(V), jax.grad(theirs)(V), rtol=1e-12)


def test_a_place_outside_its_axis_is_nan_in_a_kernel_and_an_error_elsewhere() -> None:
    program = trace(lambda x, i: x[i], V, np.array([0]))
    assert np.isnan(run_javascript([(program, [V, np.array([9])])])[0][0][0])
    with pytest.raises(ShapeError, match="outside"):
        evaluate(program, [V, np.array([9])])


def test_without_numpy_the_same_names_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference evaluator stands in for NumPy: sort, solve, take, pad … on nested lists."""
    monkeypatch.setattr("backsight.numpy.calls.array_library", lambda: None)
    monkeypatch.setattr("backsight.numpy.making.array_library", lambda: None)
    import sys

    monkeypatch.setitem(sys.modules, "numpy", None)
    assert bnp.sort([3.0, 1.0, 2.0]).tolist() == [1.0, 2.0, 3.0]
    assert bnp.cumsum([1.0, 2.0, 3.0]).tolist() == [1.0, 3.0, 6.0]
    assert bnp.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [1.0, 1.0]).tolist() == [0.5, 0.25]
    assert bnp.eye(2).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert bnp.arange(1, 4).tolist() == [1, 2, 3]
    assert bnp.linspace(0.0, 1.0, 3).tolist() == [0.0, 0.5, 1.0]
    assert bnp.zeros((1, 2)).tolist() == [[0.0, 0.0]]
