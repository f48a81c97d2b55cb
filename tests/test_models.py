"""Optimisers, starts and data sets: traced functions, held against JAX and against what they promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from backsight import ArrayType, trace
from backsight.ir.program import Program
from backsight.models import nudges, training
from backsight.models.random import DATA, START, Random
from backsight.transforms import simplify
from tests.agreement import assert_close, run_javascript, run_numpy, run_reference

P, N, SCALAR = ArrayType(("p",)), ArrayType(("n",)), ArrayType()
RANDOM = np.random.default_rng(3)
THETA = RANDOM.normal(size=7)

# Written a second time, from the papers, as pure functions of a state.


def jax_gd(state: Any, g: Any, lr: float) -> Any:
    (theta,) = state
    return (theta - lr * g,)


def jax_momentum(state: Any, g: Any, lr: float) -> Any:
    theta, v = state
    v = 0.9 * v + g
    return (theta - lr * v, v)


def jax_adam(state: Any, g: Any, lr: float) -> Any:
    theta, m, v, t = state
    t = t + 1
    m = m + (1 - 0.9) * (g - m)
    v = v + (1 - 0.999) * (jnp.square(g) - v)
    corrected = lr * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    # Kingma & Ba's efficient form moves epsilon along; here it stands where algorithm 1 has it.
    return (theta - corrected * m / (jnp.sqrt(v) + 1e-8 * jnp.sqrt(1 - 0.999**t)), m, v, t)


OPTIMISERS: dict[str, tuple[Callable[..., Any], Callable[..., Any], list[ArrayType], list[Any]]] = {
    "gd": (training.gd, jax_gd, [P, P, SCALAR], []),
    "momentum": (training.momentum, jax_momentum, [P, P, SCALAR, P], [np.zeros(7)]),
    "adam": (training.adam, jax_adam, [P, P, SCALAR, P, P, SCALAR], [np.zeros(7), np.zeros(7), 0.0]),
}


def bowl_slope(theta: Any) -> Any:
    """The gradient of a function with a valley that turns."""
    return jax.grad(lambda t: jnp.sum((t - jnp.roll(t, 1) ** 2) ** 2) + jnp.sum(t**2))(theta)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_optimisers_follow_their_papers(name: str) -> None:
    """Steps beside JAX: by the reference, by the NumPy source and by the kernel."""
    function, theirs, types, extra = OPTIMISERS[name]
    program = simplify(trace(function, *types))
    slope = jax.jit(bowl_slope)
    for run in (run_reference, run_numpy, lambda p, xs: run_javascript([(p, xs)])[0]):
        steps = 3 if run not in (run_reference, run_numpy) else 20
        ours: list[Any] = [THETA, *extra]
        expected: Any = (jnp.asarray(THETA), *map(jnp.asarray, extra))
        for _ in range(steps):
            g = np.asarray(slope(jnp.asarray(ours[0])))
            expected = theirs(expected, slope(expected[0]), 0.03)
            ours = run(program, [ours[0], g, 0.03, *ours[1:]])
        assert_close(ours, expected, 1e-10, name)


def test_the_names_of_an_optimisers_results() -> None:
    for function, _, types, _ in OPTIMISERS.values():
        program = simplify(trace(function, *types))
        state = [v.name for v in program.inputs if v.name not in ("g", "lr")]
        assert [str(o) for o in program.outputs] == [f"{name}_next" for name in state]


def test_the_length_of_a_gradient() -> None:
    program = simplify(trace(training.norm, P))
    assert run_numpy(program, [np.array([3.0, 4.0])])[0] == 5


# Starts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "variance"), [(training.he, 2 / 5), (training.xavier, 2 / 13), (training.uniform, 1 / 12)]
)
def test_starts_have_their_variance(start: Callable[..., Any], variance: float) -> None:
    u = np.array(Random(1, START).uniforms(20_000))
    (weights,) = run_numpy(simplify(trace(start, P, SCALAR, SCALAR)), [u, 5.0, 8.0])
    assert weights.var() == pytest.approx(variance, rel=0.03)
    assert abs(weights.mean()) < 0.02
    assert np.abs(weights).max() <= np.sqrt(3 * variance) + 1e-12


# Data sets --------------------------------------------------------------------------------------------------

DATA_SETS = {f.__name__: f for f in (training.fruit, training.rings, training.xor, training.spiral)}


def drawn(name: str, noise: float, seed: int = 5, count: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Points (count, 2) and labels, by the NumPy source."""
    random = Random(seed, DATA)
    u = np.array(random.uniforms(4 * count)).reshape(count, 4)
    label = np.arange(count) % 2.0
    return np.stack(run_numpy(data_program(name), [u, noise, label]), axis=1), label


def data_program(name: str) -> Program:
    return simplify(trace(DATA_SETS[name], ArrayType(("n", 4)), SCALAR, N))


@pytest.mark.parametrize("name", DATA_SETS)
@pytest.mark.parametrize("noise", [0.0, 0.3, 1.0])
def test_data_are_in_range(name: str, noise: float) -> None:
    points, _ = drawn(name, noise)
    low, high = (-1.0, 11.0) if name == "fruit" else (-7.0, 7.0)
    assert np.isfinite(points).all() and points.min() >= low and points.max() <= high
    assert np.ptp(points, axis=0).min() > (4 if name == "fruit" else 7)
    # Four decimals: the same in every browser.
    np.testing.assert_allclose(points, np.round(points, 4), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", DATA_SETS)
def test_more_noise_is_more_noise(name: str) -> None:
    calm, wild = drawn(name, 0.0)[0], drawn(name, 1.0)[0]
    assert not np.array_equal(calm, wild)


def test_what_each_data_set_promises_without_noise() -> None:
    points, label = drawn("fruit", 0.0)
    assert ((points.sum(1) > 10.1) == (label > 0.5)).mean() > 0.98, "a line separates the fruit"
    points, label = drawn("rings", 0.0)
    assert ((np.hypot(*points.T) > 2.8) == (label > 0.5)).all(), "a circle separates the rings"
    points, label = drawn("xor", 0.0)
    assert ((points.prod(1) < 0) == (label > 0.5)).all(), "corners across from each other are of one kind"
    points, label = drawn("spiral", 0.0)
    nearest = np.argsort(((points[:, None] - points[None]) ** 2).sum(2) + 1e9 * np.eye(len(points)), axis=1)[
        :, 0
    ]
    assert (label[nearest] == label).mean() > 0.97, "the arms of the spiral keep apart"


def test_classes_are_those_asked_for() -> None:
    """A label says which class a point is drawn from: swapping labels swaps the classes."""
    for name in ("fruit", "rings", "xor"):
        u = np.array(Random(9, DATA).uniforms(40)).reshape(10, 4)
        ones = run_numpy(data_program(name), [u, 0.2, np.ones(10)])
        zeros = run_numpy(data_program(name), [u, 0.2, np.zeros(10)])
        assert not np.allclose(ones, zeros)


@pytest.mark.parametrize("name", DATA_SETS)
def test_data_are_the_same_in_javascript(name: str) -> None:
    """To the last bit, and so in every browser whose sine is right to the last two."""
    u = np.array(Random(5, DATA).uniforms(400)).reshape(100, 4)
    inputs = [u, 0.4, np.arange(100) % 2.0]
    (javascript,) = run_javascript([(data_program(name), inputs)])
    for ours, theirs in zip(run_numpy(data_program(name), inputs), javascript, strict=True):
        np.testing.assert_array_equal(ours, theirs)


# Standardising ----------------------------------------------------------------------------------------------


def test_standardised_features() -> None:
    X = RANDOM.normal(size=(50, 2)) * [3, 0.1] + [5, -2]
    mean, deviation = run_numpy(simplify(trace(training.standardise, ArrayType(("n", 2)))), [X])
    np.testing.assert_allclose(mean, X.mean(0), rtol=1e-13)
    np.testing.assert_allclose(deviation, X.std(0), rtol=1e-13)
    scaled = simplify(trace(training.scaled, ArrayType(("n", 2)), ArrayType((2,)), ArrayType((2,))))
    (S,) = run_numpy(scaled, [X, mean, deviation])
    np.testing.assert_allclose(S.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(S.std(0), 1, rtol=1e-12)


@pytest.mark.parametrize("X", [np.array([[2.0, 3.0]]), np.array([[2.0, 1.0], [2.0, 4.0]])])
def test_a_feature_that_never_changes_is_left_alone(X: np.ndarray) -> None:
    _, deviation = run_numpy(simplify(trace(training.standardise, ArrayType(("n", 2)))), [X])
    assert deviation[0] == 1 and np.isfinite(deviation).all()


# Nudges -----------------------------------------------------------------------------------------------------


def nudge_program(function: Callable[..., Any], count: int) -> Program:
    return simplify(trace(function, *[SCALAR] * count))


def answers(program: Program, given: list[list[float]]) -> list[float]:
    """The kernel's, and to the last bit those of the NumPy source."""
    numpy = [float(run_numpy(program, row)[0]) for row in given]
    kernel = [float(found[0]) for found in run_javascript([(program, row) for row in given])]
    np.testing.assert_array_equal(numpy, kernel)
    return numpy


def test_a_quotient_goes_to_the_slope_as_the_nudge_shrinks() -> None:
    nudged, quotient = nudge_program(nudges.nudged, 2), nudge_program(nudges.quotient, 4)
    w, sizes = 0.7, [0.1, 0.01, 0.001, 0.0001, 0.00001]
    slope = float(jax.grad(jnp.tanh)(w))
    for sign in (1, -1):
        moved = answers(nudged, [[w, sign * h] for h in sizes])
        rates = answers(quotient, [[np.tanh(w), np.tanh(m), w, m] for m in moved])
        away = np.abs(np.array(rates) - slope)
        assert (away[1:] < away[:-1] / 5).all() and away[-1] < 1e-5
    # The way as it was, not as it was meant: near 1e12 a nudge of 0.0001 is 0.0001220703125.
    (far,) = answers(nudged, [[1e12, 1e-4]])
    assert answers(quotient, [[0.0, far - 1e12, 1e12, far]]) == [1.0]


def test_a_quotient_at_the_edges() -> None:
    inf = float("inf")
    given = [[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 2.0, 2.0], [0.0, inf, 0.0, 1.0], [inf, inf, 0.0, 1.0]]
    nothing, at_once, leap, lost = answers(nudge_program(nudges.quotient, 4), given)
    assert np.isnan(nothing) and at_once == inf and leap == inf and np.isnan(lost)


@pytest.mark.parametrize(
    ("function", "w", "expected"),
    [
        (abs, 0.0, 1),
        (lambda x: max(x, 0.0), 0.0, 1),
        (lambda x: 1e6 + abs(x), 0.0, 1),
        (abs, 1.0, 0),
        (lambda x: max(x, 0.0), 0.005, 0),
        (lambda x: x * x, 0.0, 0),
        (np.tanh, 0.3, 0),
        (lambda x: 1e6 + np.sin(x), 0.3, 0),
        (lambda x: 3.0 * x + 1e-7, 0.123, 0),
        (lambda x: 0.25, 2.0, 0),
        (lambda x: float("nan"), 2.0, 0),
    ],
)
def test_a_corner_is_where_two_quotients_stay_apart(
    function: Callable[[float], float], w: float, expected: int
) -> None:
    """Neither a curve, nor a corner nearby, nor rounding of a large cost is one."""
    given = [(function(w + sign * h) - function(w)) / (sign * h) for h in (1e-5, 1e-2) for sign in (1, -1)]
    assert answers(nudge_program(nudges.corner, 5), [[*given, function(w)]]) == [expected]


# Training ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["fruit", "rings", "xor"])
def test_a_net_learns(name: str) -> None:
    """Data, start, gradient and Adam together, all of them emitted: over 95% in 400 steps."""
    from backsight.models.nets import Net
    from tests.random_nets import gradient_program

    points, label = drawn(name, 0.1, count=120)
    X = (points - points.mean(0)) / points.std(0)
    T = np.eye(2)[label.astype(int)]
    net = Net(1, "tanh", "softmax")
    u = np.array(Random(2, START).uniforms(2 * 6 + 6 * 2))
    W1, W2 = (2 * u[:12] - 1).reshape(2, 6), (2 * u[12:] - 1).reshape(6, 2)
    theta = [W1, np.zeros(6), W2, np.zeros(2)]
    gradient = gradient_program(net)
    step = simplify(trace(training.adam, P, P, SCALAR, P, P, SCALAR))
    state: list[Any] = [np.concatenate([p.ravel() for p in theta]), np.zeros(32), np.zeros(32), 0.0]
    from backsight import compile as compile_program

    run, update = compile_program(gradient), compile_program(step)
    for _ in range(400):
        parts = np.split(state[0], [12, 18, 30])
        theta = [part.reshape(p.shape) for part, p in zip(parts, theta, strict=True)]
        _, *slopes = run(X, T, *theta)
        state = update(state[0], np.concatenate([g.ravel() for g in slopes]), 0.05, *state[1:])
    hidden = np.tanh(X @ theta[0] + theta[1])
    assert (np.argmax(hidden @ theta[2] + theta[3], axis=1) == label).mean() > 0.95
