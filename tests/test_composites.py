"""Models built from arrays: convolution, pooling, layer norm, attention, recurrent cells, linear systems.

Values and gradients against JAX (and its own layers, where it has them), in NumPy and in JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import backsight.numpy as bnp
from backsight import trace
from backsight.errors import BacksightError, EmitError
from backsight.transforms import gradient, simplify
from tests.agreement import assert_close, run_javascript, run_numpy, run_reference

RANDOM = np.random.default_rng(7)


def normal(*shape: int) -> Any:
    return RANDOM.normal(size=shape)


IMAGES, KERNELS = normal(2, 3, 7, 6), normal(4, 3, 3, 2)
SIGNALS, FILTERS = normal(2, 3, 8), normal(4, 3, 3)
TARGETS = normal(2, 4)
WIDE = normal(2, 4, 9, 9)
MASK = RANDOM.random((5, 4)) < 0.7


def _conv2d_cost(library: Any) -> Callable[..., Any]:
    def cost(x: Any, w: Any, b: Any) -> Any:
        h = np.tanh(library.conv2d(x, w, b, stride=(2, 1), padding=(1, 2), dilation=(1, 2)))
        pooled = library.max_pool2d(h, 2)
        return np.sum(np.mean(pooled, axis=(2, 3)) * TARGETS)

    return cost


def _conv2d_in_jax(x: Any, w: Any, b: Any) -> Any:
    h = jax.lax.conv_general_dilated(x, w, (2, 1), ((1, 1), (2, 2)), rhs_dilation=(1, 2))
    h = jnp.tanh(h + b[:, None, None])
    pooled = jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    return jnp.sum(jnp.mean(pooled, axis=(2, 3)) * TARGETS)


def _pools(x: Any) -> Any:
    largest = bnp.max_pool2d(x, 3, stride=2, padding=1)
    return np.sum(largest**2) + np.sum(np.sin(bnp.avg_pool2d(x, (2, 3), stride=(1, 2), padding=1)))


def _pools_in_jax(x: Any) -> Any:
    window, strides = (1, 1, 3, 3), (1, 1, 2, 2)
    around = ((0, 0), (0, 0), (1, 1), (1, 1))
    largest = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, strides, around)
    sums = jax.lax.reduce_window(x, 0.0, jax.lax.add, (1, 1, 2, 3), (1, 1, 1, 2), around)
    return jnp.sum(largest**2) + jnp.sum(jnp.sin(sums / 6))


def _conv1d(x: Any, w: Any) -> Any:
    return np.sum(np.tanh(bnp.conv1d(x, w, stride=2, padding=1)) ** 2)


def _conv1d_in_jax(x: Any, w: Any) -> Any:
    return jnp.sum(jnp.tanh(jax.lax.conv_general_dilated(x, w, (2,), ((1, 1),))) ** 2)


def _layer_norm(x: Any, scale: Any, shift: Any) -> Any:
    return np.sum(np.tanh(bnp.layer_norm(x, scale, shift)) ** 2)


def _layer_norm_in_jax(x: Any, scale: Any, shift: Any) -> Any:
    return jnp.sum(jnp.tanh(jax.nn.standardize(x, axis=-1, epsilon=1e-5) * scale + shift) ** 2)


def _attention(q: Any, k: Any, v: Any) -> Any:
    return np.sum(bnp.attention(q, k, v, mask=MASK) ** 2) + np.sum(bnp.attention(q, k, v, scale=0.3))


def _attention_in_jax(q: Any, k: Any, v: Any) -> Any:
    def attend(scale: float, mask: Any) -> Any:
        scores = jnp.einsum("...nd,...md->...nm", q, k) * scale
        return jax.nn.softmax(jnp.where(mask, scores, -jnp.inf), axis=-1) @ v

    return jnp.sum(attend(1 / np.sqrt(3), MASK) ** 2) + jnp.sum(attend(0.3, True))


DROPPED = RANDOM.random((3, 4)) >= 0.4


def _dropout(x: Any) -> Any:
    return np.sum(bnp.dropout(x, DROPPED, 0.4) ** 2)


def _dropout_in_jax(x: Any) -> Any:
    return jnp.sum(jnp.where(DROPPED, x / 0.6, 0.0) ** 2)


LABELS = np.array([2, 0, 1, 2])


def _classes(x: Any, w: Any) -> Any:
    logits = x @ w
    shares = np.log(bnp.softmax(logits, axis=1))
    return -np.mean(shares[np.arange(4), LABELS])


def _classes_in_jax(x: Any, w: Any) -> Any:
    return -jnp.mean(jax.nn.log_softmax(x @ w)[np.arange(4), LABELS])


def _one_hot(x: Any, labels: Any) -> Any:
    return np.sum(bnp.one_hot(labels, 3) * np.tanh(x))


def _lstm(x: Any, w: Any, u: Any, b: Any) -> Any:
    h = np.zeros((2, 3))
    c = np.zeros((2, 3))
    for t in range(4):
        z = x[:, t] @ w + h @ u + b
        i, f, g, o = np.split(z, 4, axis=1)
        c = bnp.sigmoid(f) * c + bnp.sigmoid(i) * np.tanh(g)
        h = bnp.sigmoid(o) * np.tanh(c)
    return np.sum(h**2)


def _lstm_in_jax(x: Any, w: Any, u: Any, b: Any) -> Any:
    def step(state: Any, row: Any) -> Any:
        h, c = state
        i, f, g, o = jnp.split(row @ w + h @ u + b, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    start = (jnp.zeros((2, 3)), jnp.zeros((2, 3)))
    return jnp.sum(jax.lax.scan(step, start, jnp.swapaxes(x, 0, 1))[0][0] ** 2)


def _gru(x: Any, w: Any, u: Any) -> Any:
    h = np.zeros(3)
    for row in x:
        r, z, n = row @ w[0], row @ w[1], row @ w[2]
        reset = bnp.sigmoid(r + h @ u[0])
        keep = bnp.sigmoid(z + h @ u[1])
        h = keep * h + (1 - keep) * np.tanh(n + reset * (h @ u[2]))
    return np.sum(np.cumsum(h) ** 2)


def _gru_in_jax(x: Any, w: Any, u: Any) -> Any:
    def step(h: Any, row: Any) -> Any:
        reset, keep = jax.nn.sigmoid(row @ w[0] + h @ u[0]), jax.nn.sigmoid(row @ w[1] + h @ u[1])
        return keep * h + (1 - keep) * jnp.tanh(row @ w[2] + reset * (h @ u[2])), None

    return jnp.sum(jnp.cumsum(jax.lax.scan(step, jnp.zeros(3), x)[0]) ** 2)


def _likelihood(library: Any) -> Callable[..., Any]:
    def cost(points: Any, mean: Any, root: Any) -> Any:
        covariance = root @ root.T + 0.5 * library.eye(3)
        offsets = points - mean
        distances = library.sum(offsets * library.linalg.solve(covariance, offsets.T).T)
        return 0.5 * distances + 0.5 * 6 * library.linalg.slogdet(covariance)[1]

    return cost


def _by_cholesky(library: Any) -> Callable[..., Any]:
    def cost(points: Any, mean: Any, root: Any) -> Any:
        lower = library.linalg.cholesky(root @ root.T + 0.5 * library.eye(3))
        whitened = library.linalg.solve(lower, (points - mean).T)
        return 0.5 * library.sum(whitened**2) + 6 * library.sum(library.log(library.diag(lower)))

    return cost


def _regression(library: Any) -> Callable[..., Any]:
    def cost(x: Any, y: Any, ridge: Any) -> Any:
        hat = x @ library.linalg.inv(x.T @ x + ridge * library.eye(3)) @ x.T
        left = y - hat @ y
        return library.sum(left**2) / (6 - library.trace(hat)) ** 2 + library.log(library.linalg.det(x.T @ x))

    return cost


GAUSS = (normal(6, 3), normal(3), normal(3, 3))
CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]] = {
    "conv2d": (_conv2d_cost(bnp), _conv2d_in_jax, (IMAGES, KERNELS, normal(4))),
    "pools": (_pools, _pools_in_jax, (WIDE,)),
    "conv1d": (_conv1d, _conv1d_in_jax, (SIGNALS, FILTERS)),
    "layer norm": (_layer_norm, _layer_norm_in_jax, (normal(3, 5), normal(5), normal(5))),
    "attention": (_attention, _attention_in_jax, (normal(2, 5, 3), normal(2, 4, 3), normal(2, 4, 2))),
    "dropout": (_dropout, _dropout_in_jax, (normal(3, 4),)),
    "labels": (_classes, _classes_in_jax, (normal(4, 5), normal(5, 3))),
    "lstm": (_lstm, _lstm_in_jax, (normal(2, 4, 2), normal(2, 12), normal(3, 12), normal(12))),
    "gru": (_gru, _gru_in_jax, (normal(4, 2), normal(3, 2, 3), normal(3, 3, 3))),
    "likelihood": (_likelihood(np), _likelihood(jnp), GAUSS),
    "cholesky": (_by_cholesky(np), _by_cholesky(jnp), GAUSS),
    "regression": (_regression(np), _regression(jnp), (normal(6, 3), normal(6), np.array(0.7))),
}


def _program(name: str) -> tuple[Any, list[Any], int]:
    """The gradient as a Program, what it runs on, and how many arguments there are."""
    from backsight.api import trace_call

    ours, _, operands = CASES[name]
    traced = trace_call(ours, operands, {})
    wrt = [v.name for v in traced.program.inputs[: len(operands)]]
    derived = simplify(gradient(simplify(traced.program), wrt).program)
    return derived, [*operands, *traced.captured], len(operands)


def _answers(name: str) -> list[Any]:
    _, theirs, operands = CASES[name]
    value, slopes = jax.value_and_grad(theirs, tuple(range(len(operands))))(*operands)
    return [value, *slopes]


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_agree(name: str) -> None:
    program, inputs, _ = _program(name)
    expected = _answers(name)
    assert_close(run_numpy(program, inputs), expected, 1e-9, f"NumPy: {name}")
    assert_close(run_reference(program, inputs), expected, 1e-9, f"reference: {name}")


def test_kernels_agree() -> None:
    tasks = [_program(name)[:2] for name in CASES]
    for mode in ("fused", "inspect"):
        for name, found in zip(CASES, run_javascript(tasks, mode), strict=True):
            assert_close(found, _answers(name), 1e-9, f"{mode}: {name}")


def test_one_hot_of_traced_labels() -> None:
    program = trace(_one_hot, normal(4, 3), LABELS)
    x = normal(4, 3)
    expected = np.sum(np.eye(3)[LABELS] * np.tanh(x))
    assert_close(run_numpy(program, [x, LABELS]), [expected], 1e-14, "NumPy")
    assert_close(run_javascript([(program, [x, LABELS])])[0], [expected], 1e-14, "JavaScript")


def test_plain_values_are_computed_too() -> None:
    """Outside of a trace the same functions answer with arrays."""
    found = bnp.conv2d(IMAGES, KERNELS, padding=1)
    expected = jax.lax.conv_general_dilated(IMAGES, KERNELS, (1, 1), ((1, 1), (1, 1)))
    np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_allclose(bnp.linalg.solve(GAUSS[2], GAUSS[1]), np.linalg.solve(GAUSS[2], GAUSS[1]))


def test_a_named_number_of_examples() -> None:
    """Convolution, attention and layer norm serve any number of examples."""

    def cost(x: Any) -> Any:
        return np.sum(bnp.max_pool2d(bnp.conv2d(x, KERNELS, padding=1), 2) ** 2)

    program = trace(cost, IMAGES, axes={"x": ("n", None, None, None)})
    slope = simplify(gradient(program, ["x"]).program)
    for count in (1, 3):
        x = normal(count, 3, 7, 6)
        captured = [KERNELS] if len(program.inputs) > 1 else []
        fixed = simplify(gradient(trace(cost, x), ["x"]).program)
        assert_close(run_numpy(slope, [x, *captured]), run_numpy(fixed, [x, *captured]), 1e-13, str(count))


def test_a_kernel_on_a_window_of_rows_refuses_routines() -> None:
    program = trace(lambda x: np.sum(np.sort(x, axis=0)), normal(4, 2), axes={"x": ("n", None)})
    with pytest.raises(EmitError, match="sort needs all examples") as caught:
        program.emit("javascript", rows="n")
    assert caught.value.origin is not None


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda x: bnp.conv2d(x, KERNELS[:, :2]), "does not fit"),
        (lambda x: bnp.conv2d(x, normal(4, 3, 9, 9)), "does not fit an axis of size 7"),
        (lambda x: bnp.conv2d(x, KERNELS, stride=0), "must be 1 or more"),
        (lambda x: bnp.conv2d(x, KERNELS, stride=(1, 1, 1)), "2 of them"),
        (lambda x: bnp.max_pool2d(x[0], 2), "max_pool2d takes"),
        (lambda x: bnp.dropout(x, x > 0, 1.0), "leaves nothing"),
        (lambda x: bnp.attention(x, x, x, mask=x), "true where a query may look"),
        (lambda x: np.linalg.solve(x[0, 0], x[0, 0]), "square"),
        (lambda x: np.linalg.cholesky(x), "square"),
    ],
)
def test_misuse_names_the_line(build: Callable[..., Any], words: str) -> None:
    with pytest.raises(BacksightError, match=words) as caught:
        trace(build, IMAGES)
    assert caught.value.origin is not None and "test_composites" in caught.value.origin.file
