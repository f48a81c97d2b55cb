"""Functions as people write them, with arguments to try them at: models, losses and styles of many fields.

`test_functions_people_write.py` runs this very text again with JAX, and with `backsight.numpy`, for NumPy.
"""

from __future__ import annotations

import functools
import math
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.linalg as la
import scipy.special as special

import backsight.numpy as bnp


@dataclass(frozen=True)
class Case:
    """A function, arguments to try it at, other values for them, and which to differentiate by."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    others: tuple[Any, ...] | None
    argnums: tuple[int, ...]
    name: str


CASES: list[Case] = []


def at(*args: Any, others: tuple[Any, ...] | None = None, argnums: Any = (0,), name: str = "") -> Any:
    """Adds the decorated function to `CASES`."""

    def add(function: Any) -> Any:
        CASES.append(
            Case(
                function,
                args,
                others,
                argnums,
                name or getattr(function, "__name__", type(function).__name__),
            )
        )
        return function

    return add


def some(*shape: int, seed: int = 0, scale: float = 1.0) -> Any:
    """Numbers that are no round ones, the same at every run."""
    count = math.prod(shape)
    return (scale * np.sin(np.arange(1.0, count + 1.0) * (1.3 + 0.37 * seed) + seed)).reshape(shape)


# Styles of writing ------------------------------------------------------------------------------------------

GRAVITY = 9.81
MASK = np.array([True, False, True, True, False])
WEIGHTS = np.arange(5)
STENCIL = [0.25, 0.5, 0.25]
ROWS = np.array([2, 0, 1, 1])
LABELS = np.array([0, 2, 1, 0])


@at(some(5), others=(some(5, seed=3),))
def loop_with_accumulator(x):
    total = 0
    for i in range(len(x)):
        total += x[i] ** 2 * (i + 1)
    return total


@at(some(5))
def builtin_sum_of_comprehension(x):
    return sum([math.pi * xi**3 for xi in x])


@at(some(5))
def generator_expression(x):
    return sum(xi * w for xi, w in zip(x, [1, 2.5, -1, True, 0.5]))


@at(some(5), others=(some(5, seed=9),))
def builtin_max_and_min(x):
    return max(x) * 2 + min(x[1], x[2]) ** 2 + abs(x[0])


@at(some(5))
def nested_helpers(x):
    def center(v):
        return v - np.mean(v)

    def scaled(v, by=2.0):
        c = center(v)
        return by * c / np.sqrt(np.sum(c**2))

    return np.sum(scaled(x)[:3] * WEIGHTS[:3])


def power_mean(p, x):
    return np.mean(np.abs(x) ** p) ** (1 / p)


at(some(5), name="partial")(functools.partial(power_mean, 3))
at(some(5), name="partial_of_a_fraction")(functools.partial(power_mean, 2.5))
at(2.0, name="lambda_of_a_scalar")(lambda t: t * math.exp(-1) + np.exp(-t) / (1 + t**2))


class Quadratic:
    def __init__(self, A, b):
        self.A, self.b = A, b

    def energy(self, x):
        return 0.5 * x @ self.A @ x - self.b @ x

    def __call__(self, x):
        return self.energy(x)


at(some(3), name="callable_object")(Quadratic(some(3, 3), np.ones(3)))
at(some(3), name="bound_method")(Quadratic(some(3, 3, seed=4), np.ones(3)).energy)


@at({"W": some(3, 2), "b": some(2)}, some(4, 3), argnums=(0, 1))
def dict_of_parameters(params, X):
    return np.mean((X @ params["W"] + params["b"]) ** 2)


@at([(some(3, 4), some(4)), (some(4, 2), some(2))], some(5, 3))
def list_of_layers(layers, X):
    h = X
    for W, b in layers[:-1]:
        h = np.tanh(h @ W + b)
    W, b = layers[-1]
    return ((h @ W + b) ** 2).sum()


Params = namedtuple("Params", "slope offset")


@at(Params(some(3), 0.5), some(4, 3))
def named_tuple(p, X):
    return np.sum(np.maximum(X.dot(p.slope) + p.offset, 0))


@at(0.7, 0.3, 1.2, argnums=(0, 1, 2))
def star_args(*args):
    total = 1.0
    for a in args:
        total = total * np.cos(a)
    return total


@at(some(4))
def defaults(x, power=3, weights=(1.0, 2.0, 3.0, 4.0), *, scale=0.5):
    return scale * np.sum(np.array(weights) * x**power)


@at(some(5), others=(some(5, seed=2),))
def global_constants(x):
    return GRAVITY * np.sum(np.where(MASK, x, 0.1 * x**2)) + np.dot(WEIGHTS, x)


@at(some(5))
def recursion(x):
    def fold(v):
        if len(v) == 1:
            return v[0]
        middle = len(v) // 2
        return fold(v[:middle]) * 1.5 + np.sin(fold(v[middle:]))

    return fold(x)


@at(1.7, others=(-0.4,))
def if_and_while(x):
    y = x
    steps = 0
    while y > 0.1 and steps < 20:
        y = y / 2 if y > 1 else y * y - 0.01
        steps += 1
    return y * steps + x


@at(3, 2.0, argnums=(1,))
def python_integer_argument(n, x):
    return n**2 * x + n


@at(np.float64(0.5), np.array(2.0), argnums=(0, 1))
def zero_dimensional(a, b):
    return a * b[()] + b**2


@at(some(4).astype(np.float32))
def single_precision(x):
    return (x * np.float32(2.0)).sum() ** 2


@at(np.zeros((0, 3)) + 1.0, some(3), argnums=(1,))
def nothing_at_all(X, w):
    return np.sum((X @ w) ** 2) + np.sum(w)


@at(some(1, 3), some(4, 1), some(1), argnums=(0, 1, 2))
def every_kind_of_broadcasting(a, b, c):
    return np.sum((a * b + c) ** 2 / (1 + b**2) - c)


@at(some(3, 4), argnums=(0,))
def methods(X):
    return (
        X.T.reshape(2, -1).mean(axis=1).sum()
        + X.max(axis=0).min()
        + X.std()
        + X.var(axis=1, ddof=1).sum()
        + X.clip(-0.5, 0.5).sum()
        + X.flatten().dot(X.ravel())
        + X.swapaxes(0, 1).cumsum(axis=1)[-1, -1]
        + X.prod()
        + X.squeeze().transpose(1, 0).copy()[0].sum()
        + X.trace()
        + X.diagonal().sum()
        + X.repeat(2).mean()
    )


@at(some(4), others=(some(4, seed=5),))
def rebuilt_instead_of_assigned(x):
    rows = []
    state = x[0]
    for i in range(1, 4):
        state = 0.5 * state + x[i]
        rows.append(state)
    return np.sum(np.array(rows) ** 2)


@at(some(4))
def augmented_assignments(x):
    y = x * 1.0
    y += x
    y *= 2
    y -= 0.5
    y /= 3
    y **= 2
    return y.sum()


@at(some(2, 2), some(2), argnums=(0, 1))
def array_of_arrays(A, b):
    top = np.array([[A[0, 0], 1.0], [0.0, A[1, 1]]])
    return np.sum(top @ b) + np.array([b[0], 2 * b[1]]).sum() + np.asarray(A)[0, 1]


@at(some(2, 3), some(3, 4), some(4), argnums=(0, 1, 2))
def einsum_chain(A, B, c):
    return (
        np.einsum("ij,jk,k->i", A, B, c) @ np.array([1.0, -2.0])
        + np.einsum("ij->", A)
        + np.einsum("ij,ij", A, A)
    )


@at(some(3, 3))
def einsum_trace(A):
    return np.einsum("ii", A) ** 2 + np.einsum("ii->i", A).prod()


@at(some(2, 3, 4), some(2, 4, 3), argnums=(0, 1))
def einsum_ellipsis(A, B):
    return np.einsum("...ij,...jk->...ik", A, B).sum()


@at(some(4, 3), argnums=(0,))
def slices_of_every_kind(X):
    return (
        X[::2].sum()
        + X[-1] @ X[0]
        + (X[:, ::-1] * np.array([1.0, 2, 3])).sum()
        + X[..., 0].prod()
        + X[1:3, None, 1:].sum()
        + X[[0, 2], [1, 1]].sum()
        + (X[ROWS] * X).sum()
        + X[:, MASK[:3]].sum() ** 2
        + X[np.array([True, False, True, False])].prod()
    )


@at(some(3, 4))
def unpacking(X):
    a, b, c = X
    (p, *rest) = a
    return p * sum(rest) + b @ c


@at(some(3), some(3, seed=2), argnums=(0, 1))
def operators(x, y):
    return np.sum(
        (x > y) * x + (x <= 0) * y - -x / (2.0 - y) + abs(y) + x**2.0 + 2.0**y + (+x) + x % 0.7 + y // 0.5
    )


@at(some(3) + 2, argnums=(0,))
def numpy_keywords(x):
    return (
        np.sum(np.tile(x, (2, 1)), axis=0, keepdims=True).sum()
        + np.mean(x, axis=-1)
        + np.linalg.norm(x, ord=1)
        + la.norm(x)
    )


# Test functions of optimisation -----------------------------------------------------------------------------


@at(some(4), others=(np.ones(4),))
def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@at(0.3, -0.8, argnums=(0, 1))
def himmelblau(x, y):
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


@at(some(3))
def ackley(x):
    n = x.size
    return (
        -20 * np.exp(-0.2 * np.sqrt(np.sum(x**2) / n)) - np.exp(np.sum(np.cos(2 * np.pi * x)) / n) + 20 + np.e
    )


@at(some(3))
def rastrigin(x):
    return 10 * len(x) + np.sum(x**2 - 10 * np.cos(2 * np.pi * x))


@at(some(3))
def griewank(x):
    i = np.arange(1, x.shape[0] + 1)
    return 1 + np.sum(x**2) / 4000 - np.prod(np.cos(x / np.sqrt(i)))


# Regression and classification ------------------------------------------------------------------------------


@at(some(3), 0.1, some(5, 3), np.array([0, 1, 1, 0, 1]), argnums=(0, 1))
def logistic_regression(w, b, X, y):
    p = 1 / (1 + np.exp(-(X @ w + b)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@at(some(3), some(5, 3), np.array([0, 1, 1, 0, 1]))
def stable_logistic(w, X, y):
    z = X @ w
    return np.mean(np.logaddexp(0, -z * (2 * y - 1))) + 0.01 * w @ w


@at(some(3), some(5, 3), np.array([0.0, 1, 1, 0, 1]))
def logistic_by_expit(w, X, y):
    p = special.expit(X @ w)
    return -np.sum(special.xlogy(y, p) + special.xlog1py(1 - y, -p))


@at(some(3, 3), some(4, 3), LABELS, argnums=(0, 1))
def softmax_regression_picking_labels(W, X, y):
    logits = X @ W
    logits = logits - logits.max(axis=1, keepdims=True)
    logp = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
    return -logp[np.arange(len(y)), y].mean()


@at(some(3, 3), some(4, 3), np.eye(3)[LABELS])
def softmax_regression_one_hot(W, X, T):
    Z = X @ W
    E = np.exp(Z - np.max(Z, axis=1)[:, None])
    P = E / E.sum(1, keepdims=True)
    return -np.sum(T * np.log(P + 1e-12)) / len(X)


@at(some(3, 3), some(4, 3))
def cross_entropy_by_take_along_axis(W, X):
    logits = X @ W
    logp = logits - bnp.logsumexp(logits, axis=-1, keepdims=True)
    return -np.take_along_axis(logp, LABELS[:, None], axis=1).sum()


@at(some(2), some(5), some(5, seed=1))
def huber(w, x, y):
    r = y - (w[0] * x + w[1])
    return np.sum(np.where(np.abs(r) <= 0.5, 0.5 * r**2, 0.5 * (np.abs(r) - 0.25)))


@at(some(2), some(5, 2), np.array([1, -1, 1, 1, -1]))
def hinge(w, X, y):
    return np.maximum(0, 1 - y * (X @ w)).mean() + 0.5 * np.sum(np.square(w))


@at(some(2), some(5, 2), some(5, seed=3))
def pinball(w, X, y, tau=0.9):
    r = y - X @ w
    return np.sum(np.maximum(tau * r, (tau - 1) * r))


@at(some(4), some(6), some(6, seed=2))
def polynomial_fit(c, x, y):
    powers = np.stack([x**k for k in range(len(c))], axis=1)
    return np.sum((powers @ c - y) ** 2)


@at(some(4), np.linspace(-1, 1, 6))
def horner(c, x):
    y = np.zeros_like(x)
    for ci in c:
        y = y * x + ci
    return np.sum(y**2)


@at(some(3), some(3, seed=1), some(6), argnums=(0, 1))
def fourier_features(w, phase, x):
    features = np.concatenate([np.sin(np.outer(x, w) + phase), np.cos(np.outer(x, w) + phase)], axis=1)
    return np.mean(features.sum(axis=1) ** 2)


@at(some(4), some(5, 4), np.array([3, 0, 1, 5, 2]))
def poisson_regression(w, X, k):
    eta = X @ w
    return np.sum(np.exp(eta) - k * eta + special.gammaln(k + 1))


@at(some(3) + 2, 0.7, some(5) + 2, argnums=(0, 1))
def gamma_and_beta(a, b, x):
    return (
        np.sum(special.gammaln(a) - special.digamma(a) * b)
        + np.sum(special.betaln(a, b))
        + np.sum(special.erf(x))
    )


@at(np.array([0.2, 0.3, 0.5]), np.array([0.1, 0.6, 0.3]), argnums=(0, 1))
def kl_divergence(p, q):
    return np.sum(p * np.log(p / q))


@at(some(3), some(3, seed=2), argnums=(0, 1))
def kl_of_gaussians(mu, log_var):
    return -0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var))


@at(some(4, 3), some(4, 3, seed=1), argnums=(0, 1))
def contrastive(a, b, temperature=0.5):
    a = a / np.linalg.norm(a, axis=1, keepdims=True)
    b = b / np.linalg.norm(b, axis=1, keepdims=True)
    S = a @ b.T / temperature
    return np.mean(bnp.logsumexp(S, axis=1) - np.diag(S))


@at(some(3), some(3, seed=1), some(3, seed=2), argnums=(0, 1, 2))
def triplet(a, p, n):
    return np.maximum(np.sum((a - p) ** 2) - np.sum((a - n) ** 2) + 1.0, 0.0)


@at(some(7), others=(some(7, seed=2),))
def medians_and_trimmed_means(x):
    s = np.sort(x)
    return np.median(x) ** 2 + s[1:-1].mean() + s[len(x) // 2] * 2


@at(some(7), others=(some(7, seed=2),))
def sorting_by_argsort(x):
    order = np.argsort(x)
    return np.sum(x[order] * np.arange(7))


@at(some(6), some(6, seed=2), argnums=(0, 1))
def ranking_loss(s, t):
    d = s[:, None] - s[None, :]
    sign = np.sign(t[:, None] - t)
    return np.sum(np.log1p(np.exp(-sign * d))) / d.size


@at(some(6))
def cumulative(x):
    return np.sum(np.cumsum(x) ** 2) + np.sum(np.diff(x) ** 2) + np.cumprod(1 + 0.1 * x)[-1]


# Neural nets ------------------------------------------------------------------------------------------------


def relu(x):
    return np.maximum(0.0, x)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


ACTIVATIONS = {
    "relu": relu,
    "leaky": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "gelu": gelu,
    "exact_gelu": lambda x: x * 0.5 * (1 + special.erf(x / math.sqrt(2))),
    "swish": lambda x: x / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "sin": np.sin,
    "arctan": np.arctan,
    "sigmoid": special.expit,
    "hard": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "ndtr": special.ndtr,
    "cauchy": lambda x: x / np.hypot(1.0, x),
}


@at(some(3, 4), some(4, 2), some(5, 3), argnums=(0, 1))
def mlp_of_every_activation(W1, W2, X):
    total = 0.0
    for activation in ACTIVATIONS.values():
        total = total + np.sum(activation(X @ W1) @ W2) ** 2
    return total


@at(some(3, 3), some(2, 3), some(3), some(5, 2), argnums=(0, 1, 2))
def rnn(Wh, Wx, b, xs):
    h = np.zeros(3)
    for x in xs:
        h = np.tanh(h @ Wh + x @ Wx + b)
    return np.sum(h**2)


@at(some(5, 12), some(12), some(4, 2), argnums=(0, 1, 2))
def lstm(W, b, xs):
    h, c = np.zeros(3), np.zeros(3)
    for t in range(xs.shape[0]):
        gates = np.concatenate([xs[t], h]) @ W + b
        i, f, o, g = np.split(gates, 4)
        c = special.expit(f) * c + special.expit(i) * np.tanh(g)
        h = special.expit(o) * np.tanh(c)
    return h.sum()


@at({"Wz": some(5, 3), "Wr": some(5, 3, seed=1), "Wh": some(5, 3, seed=2)}, some(4, 2))
def gru(p, xs):
    h = np.zeros(3)
    for x in xs:
        xh = np.hstack((x, h))
        z = special.expit(xh @ p["Wz"])
        r = special.expit(xh @ p["Wr"])
        h = (1 - z) * h + z * np.tanh(np.hstack((x, r * h)) @ p["Wh"])
    return np.linalg.norm(h)


@at(some(3, 3), some(6, 6), argnums=(0, 1))
def convolution_by_shifts(K, image):
    n = image.shape[0] - 2
    out = sum(K[i, j] * image[i : i + n, j : j + n] for i in range(3) for j in range(3))
    pooled = relu(out).reshape(2, 2, 2, 2).max(axis=(1, 3))
    return pooled.sum()


@at(some(3), some(8), argnums=(0, 1))
def convolution_by_windows(k, x):
    windows = x[np.arange(6)[:, None] + np.arange(3)]
    return np.sum((windows @ k) ** 2) + np.sum(np.convolve(x, k, mode="valid"))


@at(some(5))
def moving_average_with_padding(x):
    padded = np.pad(x, 1, mode="edge")
    return sum(w * (padded[i : i + 5] ** 2).sum() for i, w in enumerate(STENCIL)) + np.pad(x, (2, 1)).mean()


@at(some(4, 6), some(4, 6, seed=1), some(4, 6, seed=2), argnums=(0, 1, 2))
def attention(Q, K, V):
    scores = Q @ K.T / np.sqrt(Q.shape[-1])
    scores = np.where(np.tril(np.ones((4, 4))) == 0, -1e9, scores)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights = weights / weights.sum(-1, keepdims=True)
    return np.sum((weights @ V) ** 2)


@at(some(2, 4, 6), some(6, 18), argnums=(0, 1))
def multi_head_attention(X, W):
    q, k, v = np.split(X @ W, 3, axis=-1)
    heads = [m.reshape(2, 4, 3, 2).transpose(0, 2, 1, 3) for m in (q, k, v)]
    scores = heads[0] @ np.swapaxes(heads[1], -1, -2) / math.sqrt(2)
    out = bnp.softmax(scores, axis=-1) @ heads[2]
    return np.sum(np.moveaxis(out, 1, 2).reshape(2, 4, 6) ** 2)


@at(some(4, 6), some(6), some(6, seed=1), argnums=(0, 1, 2))
def layer_norm(x, gamma, beta):
    mu = x.mean(axis=-1, keepdims=True)
    var = x.var(axis=-1, keepdims=True)
    return np.sum((gamma * (x - mu) / np.sqrt(var + 1e-5) + beta) ** 3)


@at(some(4, 3), np.ones(3), argnums=(0, 1))
def batch_norm(X, gamma):
    normed = (X - np.mean(X, axis=0)) / np.std(X, axis=0)
    return np.sum(np.tanh(normed * gamma)[:2])


@at(some(5, 3), np.array([[0, 1], [2, 2], [4, 0]]))
def embedding(E, tokens):
    return np.sum(E[tokens].mean(axis=1) ** 2)


@at(some(4, 3), some(3, 3), argnums=(0, 1))
def graph_convolution(H, W):
    A = np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]])
    A = A + np.eye(4)
    D = np.diag(1 / np.sqrt(A.sum(axis=1)))
    return np.sum(relu(D @ A @ D @ H @ W)[ROWS])


@at(some(4, 5), some(5, 2), some(3, 5), argnums=(0, 1))
def dropout_with_mask(W1, W2, X, keep=0.8):
    mask = np.array([[1, 0, 1, 1], [0, 1, 1, 1], [1, 1, 0, 1]]) / keep
    h = relu(X @ W1.T) * mask
    return np.sum((h @ W1) @ W2)


# Probability and statistics ---------------------------------------------------------------------------------


@at(np.array([0.5, -0.3]), some(6), some(6, seed=1))
def gp_log_likelihood(theta, x, y):
    length, noise = np.exp(theta)
    d = x[:, None] - x[None, :]
    K = np.exp(-0.5 * d**2 / length**2) + noise**2 * np.eye(len(x))
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ alpha + np.sum(np.log(np.diag(L))) + 0.5 * len(x) * np.log(2 * np.pi)


@at(some(3), np.eye(3) * 2 + 0.3, argnums=(0, 1))
def multivariate_normal(x, S):
    sign, logdet = np.linalg.slogdet(2 * np.pi * S)
    return -0.5 * (logdet + x @ np.linalg.inv(S) @ x) + np.log(la.det(S))


@at(np.array([0.1, 0.2]), some(5))
def kalman_filter(q, zs):
    x = np.zeros(2)
    P = np.eye(2)
    F = np.array([[1.0, 1.0], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    ll = 0.0
    for z in zs:
        x = F @ x
        P = F @ P @ F.T + np.diag(q**2)
        innovation = z - (H @ x)[0]
        S = (H @ P @ H.T)[0, 0] + 0.5
        gain = (P @ H.T)[:, 0] / S
        x = x + gain * innovation
        P = P - np.outer(gain, H @ P)
        ll += -0.5 * (np.log(2 * np.pi * S) + innovation**2 / S)
    return ll


@at(some(3), some(3, seed=1), some(3, seed=2), some(6), argnums=(0, 1, 2))
def gaussian_mixture(logits, mu, log_sigma, x):
    log_pi = logits - bnp.logsumexp(logits)
    z = (x[:, None] - mu) / np.exp(log_sigma)
    return -np.mean(bnp.logsumexp(log_pi - 0.5 * z**2 - log_sigma - 0.5 * np.log(2 * np.pi), axis=1))


@at(some(3, 3), some(3), some(5, 3), argnums=(0, 1, 2))
def hmm_forward(A_logits, start, log_emission):
    log_A = A_logits - bnp.logsumexp(A_logits, axis=1, keepdims=True)
    alpha = start - bnp.logsumexp(start) + log_emission[0]
    for t in range(1, len(log_emission)):
        alpha = bnp.logsumexp(alpha[:, None] + log_A, axis=0) + log_emission[t]
    return bnp.logsumexp(alpha)


@at(100.0, 105.0, 0.2, 0.01, 1.5, argnums=(0, 1, 2, 3, 4))
def black_scholes(S, K, sigma, r, T):
    d1 = (np.log(S / K) + (r + sigma**2 / 2) * T) / (sigma * np.sqrt(T))
    d2 = d1 - sigma * np.sqrt(T)
    return S * special.ndtr(d1) - K * np.exp(-r * T) * special.ndtr(d2)


@at(0.3, 0.5, np.array([0.1, 0.4, 0.9]), argnums=(0, 1))
def quantile_model(mu, log_sigma, levels):
    q = mu + np.exp(log_sigma) * special.ndtri(levels)
    return np.sum(np.maximum(levels * (1 - q), (levels - 1) * (1 - q))) + special.ndtri(special.ndtr(mu))


@at(some(5), some(5, 5))
def pagerank(p, links):
    M = np.exp(links) / np.exp(links).sum(axis=0)
    r = np.full(5, 1 / 5)
    teleport = np.exp(p) / np.exp(p).sum()
    for _ in range(20):
        r = 0.85 * M @ r + 0.15 * teleport
    return r[0]


@at(some(4, 3))
def covariance_and_correlation(X):
    c = X - X.mean(0)
    C = c.T @ c / (len(X) - 1)
    d = np.sqrt(np.diag(C))
    return np.sum(C / np.outer(d, d)) + np.trace(C) + np.triu(C, 1).sum()


@at(some(3), some(3, seed=1), argnums=(0, 1))
def cosine_similarity(a, b):
    return np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b))


@at(some(4, 2), some(3, 2), argnums=(0, 1))
def kernel_matrices(X, Y):
    sq = (X**2).sum(1)[:, None] + (Y**2).sum(1)[None] - 2 * X @ Y.T
    return np.exp(-sq / 2).sum() + ((X @ Y.T + 1) ** 3).mean() + np.sqrt(sq + 1e-6).sum()


# Physics, geometry and time ---------------------------------------------------------------------------------


@at(np.array([0.5, 0.0]), 1.0, argnums=(0, 1))
def pendulum_by_runge_kutta(y0, length):
    def f(y):
        theta, omega = y
        return np.array([omega, -GRAVITY / length * np.sin(theta)])

    y, h = y0, 0.05
    for _ in range(6):
        k1 = f(y)
        k2 = f(y + h / 2 * k1)
        k3 = f(y + h / 2 * k2)
        k4 = f(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y[0]


@at(0.1, 0.02, others=(0.3, 0.1), argnums=(0, 1))
def lotka_volterra_by_euler(a, b):
    prey, predators = 10.0, 5.0
    for _ in range(30):
        prey, predators = (
            prey + 0.1 * (a * prey - b * prey * predators),
            predators + 0.1 * (b * prey * predators - 0.4 * predators),
        )
    return prey + predators


@at(some(4, 2))
def springs(positions):
    pairs = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)]
    energy = 0.0
    for i, j in pairs:
        stretch = np.sqrt(np.sum((positions[i] - positions[j]) ** 2)) - 1.0
        energy = energy + 0.5 * 10 * stretch**2
    return energy + GRAVITY * np.sum(positions[:, 1])


@at(some(4, 3))
def lennard_jones(X):
    i, j = np.triu_indices(4, 1)
    r2 = np.sum((X[i] - X[j]) ** 2, axis=1)
    return np.sum(4 * (r2**-6.0 - r2**-3.0))


@at(np.array([0.4, 1.1]), np.array([0.3, -0.2]), argnums=(0, 1))
def double_pendulum_lagrangian(q, q_dot):
    (t1, t2), (w1, w2) = q, q_dot
    T = w1**2 + 0.5 * w2**2 + w1 * w2 * np.cos(t1 - t2)
    return T - (-2 * GRAVITY * np.cos(t1) - GRAVITY * np.cos(t2))


@at(0.6, 1.0, others=(1.4, 1.0))
def waiting_time(arrivals, service):
    rho = arrivals / service
    return rho / (1 - rho) if rho < 1 else 1e3 * rho


@at(np.array([0.2, 0.9, 0.4]), np.array([0.5, 0.3, 0.8]), argnums=(0, 1))
def lindley_queue(arrivals, services):
    wait, total = 0.0, 0.0
    for a, s in zip(arrivals, services):
        wait = np.maximum(0.0, wait + s - a)
        total += wait
    return total


@at(some(3, 2), argnums=(0,))
def triangle_area_and_angles(P):
    a, b, c = P
    u, v = b - a, c - a
    cross = u[0] * v[1] - u[1] * v[0]
    return 0.5 * np.abs(cross) + np.arctan2(cross, u @ v) + np.arccos(u @ v / la.norm(u) / la.norm(v))


@at(0.3, some(4, 3), argnums=(0, 1))
def rotation(theta, points):
    c, s = np.cos(theta), np.sin(theta)
    R = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return np.sum((points @ R.T)[:, 0] ** 3) + np.cross(points[0], points[1])[2]


@at(some(3), some(3, seed=1), argnums=(0, 1))
def haversine(a, b):
    h = np.sin((b[0] - a[0]) / 2) ** 2 + np.cos(a[0]) * np.cos(b[0]) * np.sin((b[1] - a[1]) / 2) ** 2
    return 2 * 6371 * np.arcsin(np.sqrt(h))


@at(some(6))
def heat_equation(u):
    for _ in range(5):
        u = u + 0.2 * (np.roll(u, 1) - 2 * u + np.roll(u, -1))
    return np.sum(u**4)


@at(some(6))
def heat_equation_by_concatenation(u):
    for _ in range(3):
        inner = u[1:-1] + 0.2 * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = np.concatenate([u[:1], inner, u[-1:]])
    return u[2] ** 2


@at(2.0, others=(9.0,))
def newton_square_root(a):
    x = a / 2
    for _ in range(6):
        x = 0.5 * (x + a / x)
    return x


@at(0.5, 0.1)
def kepler(M, e):
    E = M
    for _ in range(8):
        E = E - (E - e * np.sin(E) - M) / (1 - e * np.cos(E))
    return E


@at(some(5) + 1.5, others=(some(5, seed=2) + 1.5,))
def portfolio(w):
    w = w / np.sum(w)
    C = np.eye(5) + 0.1
    r = np.array([0.1, 0.12, 0.07, 0.03, 0.2])
    return w @ r / np.sqrt(w @ C @ w) - np.sum(w * np.log(w))


@at(some(3, 3))
def matrix_functions(A):
    S = A @ A.T + 3 * np.eye(3)
    return (
        np.trace(np.linalg.inv(S))
        + np.linalg.slogdet(S)[1]
        + np.linalg.matrix_power(A, 3).sum()
        + np.linalg.det(S)
        + np.kron(A, np.ones((2, 1))).sum()
    )


@at(some(4), some(4, 4), argnums=(0, 1))
def implicit_least_squares(lam, A):
    x = np.linalg.solve(A.T @ A + np.diag(np.exp(lam)), A.T @ np.ones(4))
    return x @ x


@at(some(3, 2), some(3, 4), argnums=(0, 1))
def joins(A, B):
    return (
        (np.hstack([A, B]).sum(0) ** 2).sum()
        + np.vstack([A.T, B[:, :3]]).prod(1).sum()
        + np.column_stack([A, B])[0, 0]
        + np.block([[A, B]]).max()
        + np.append(A, B, axis=1).mean()
        + np.dstack([A, A]).sum()
    )


@at(some(3, 4))
def reductions_along_axes(X):
    return (
        X.sum(axis=(0, 1))
        + X.max(1).sum()
        + np.min(X, axis=0, keepdims=True).sum()
        + np.ptp(X)
        + np.average(X, axis=1, weights=np.array([1, 2, 3, 4])).sum()
        + np.amax(X)
        + np.nansum(X)
        + np.percentile(X, 50)
        + np.quantile(X[0], 0.3)
        + (X.argmax() * X[0, 0])
    )


@at(some(4) * 0.5, argnums=(0,))
def elementary_functions(x):
    return np.sum(
        np.sinh(x)
        + np.cosh(x) * np.tan(x)
        + np.arcsin(x)
        + np.arctanh(x)
        + np.arcsinh(x)
        + np.exp2(x)
        + np.log10(x + 2)
        + np.log2(x + 3)
        + np.cbrt(x + 1)
        + np.reciprocal(x + 2)
        + np.square(x)
        + np.float_power(x + 1, 1.5)
        + np.sinc(x)
        + np.deg2rad(x)
        + np.heaviside(x, 0.5) * x
        + np.copysign(x, -1.0)
        + np.fmax(x, 0.1)
        + np.rint(x)
        + np.power(x + 1, 2)
        + np.hypot(x, 1.0)
    )


@at(some(3), some(4), argnums=(0, 1))
def products(a, b):
    return (
        np.outer(a, b).sum()
        + np.inner(a, a)
        + np.vdot(b, b)
        + np.tensordot(a, np.outer(a, b), axes=1).sum()
        + np.multiply.outer(a, b).max()
        + np.kron(a, b).sum()
        + np.add.reduce(a)
        + np.matmul(np.outer(b, a), a).sum()
        + np.trapezoid(b, dx=0.5)
    )


@at(some(5))
def like_constructors(x):
    return np.sum(
        np.ones_like(x) * x
        + np.zeros(x.shape)
        + np.full_like(x, 2.0) * x
        + np.arange(x.size) * x
        + np.linspace(0, 1, len(x)) * x
        + np.eye(x.shape[0]) @ x
        + np.zeros_like(x)
        + np.broadcast_to(x[0], x.shape)
        + np.atleast_1d(x)
    )


@at(some(5))
def interpolation_table(x):
    grid = np.linspace(-1.2, 1.2, 7)
    values = grid**2
    k = np.searchsorted(grid[1:-1], x)
    return np.sum(bnp.take(values, k) + (x - bnp.take(grid, k)) * 0.5)


@at(some(4), others=(np.array([0.5, -1.0, np.inf, 2.0]),))
def finite_only(x):
    return np.sum(np.where(np.isfinite(x), x, 0.0) ** 2) + np.nan_to_num(x, posinf=0.5).max()


@at(some(3, 4))
def if_on_reductions(X):
    if np.any(X > 0.9) and not np.all(X > 0):
        return X.sum() ** 2
    elif X.sum() > 100:
        return X.max()
    return X.mean()


@at(some(4), some(4), argnums=(0, 1))
def assertions_and_shapes(x, y):
    assert x.shape == y.shape and x.ndim == 1
    (n,) = x.shape
    if len(x) != len(y) or x.dtype == bool:
        raise ValueError("shapes differ")
    return np.dot(x, y) / n


@at(some(3))
def swish_with_try(x):
    try:
        return np.sum(x / (1 + np.exp(-x)))
    except ZeroDivisionError:
        return 0.0


@at(some(6), argnums=(0,))
def map_filter_reduce(x):
    squares = list(map(lambda v: v * v, x))
    big = list(filter(lambda v: v > 0.3, x))
    return functools.reduce(lambda a, b: a * b + 1, squares) + sum(big) + sorted(x)[2] * 3


@at(some(3, 2), argnums=(0,))
def enumerate_rows(X):
    return sum(i * np.linalg.norm(row) for i, row in enumerate(X)) + np.prod(
        np.array([row.sum() for row in X])
    )


@at(some(4, 4))
def neighbours_on_a_grid(f):
    gx = f[1:, :] - f[:-1, :]
    gy = np.diff(f, axis=1)
    return np.sum(np.sqrt(gx[:, :-1] ** 2 + gy[:-1, :] ** 2 + 1e-3)) + np.flip(f, 0)[0, 0] + np.rot90(f)[0, 1]


@at(some(2, 3), argnums=(0,))
def where_of_three_kinds(X):
    root = np.where(X > 0, np.sqrt(np.where(X > 0, X, 1.0)), 0.0)
    return np.sum(root) + np.select([X < -0.5, X < 0.5], [X, X**2], default=1.0).sum()


# Objects, closures and iterators ----------------------------------------------------------------------------


@dataclass
class Layer:
    weight: Any
    bias: Any
    activation: Callable[[Any], Any]

    def __call__(self, x):
        return self.activation(x @ self.weight + self.bias)


@at(some(3, 4), some(4), some(4, 2), some(5, 3), argnums=(0, 1, 2))
def dataclass_layers(W1, b1, W2, X):
    h = X
    for layer in [Layer(W1, b1, np.tanh), Layer(W2, 0.0, lambda z: z)]:
        h = layer(h)
    return np.mean(h**2)


def compose(*functions):
    return functools.reduce(lambda f, g: lambda x: g(f(x)), functions)


@at(some(4))
def composed_closures(x):
    scale = [lambda v, k=k: v * (1 + k) for k in range(3)]
    return compose(*scale, np.sin, np.sum)(x)


@at(0.8, others=(-0.2,))
def match_on_a_choice(x):
    match "cubic":
        case "square":
            return x**2
        case "cubic":
            return (y := x * x) * x + y


@at(some(6))
def generator_with_state(x):
    def running(values):
        level = 0.0
        for v in values:
            level = 0.9 * level + 0.1 * v
            yield level

    return sum(level**2 for level in running(x))


@at(some(3), some(3, seed=1), argnums=(0, 1))
def nested_tuples_and_swaps(a, b):
    a, b = b, a
    (first, second), third = (a, b * 2), a + b
    return np.dot(first, second) + third.sum()


class Account:
    """Keeps a running balance on itself, as simulations do."""

    def __init__(self, balance):
        self.balance = balance

    def pay(self, amount):
        self.balance = self.balance * 1.01 - amount
        return self


@at(100.0, some(4), argnums=(0, 1))
def object_with_state(start, amounts):
    account = Account(start)
    for amount in amounts:
        account.pay(amount).pay(amount * 0.5)
    return account.balance


@at(some(5))
def dictionary_of_parts(x):
    parts = {"mean": x.mean(), "spread": np.sqrt(np.mean((x - x.mean()) ** 2))}
    parts |= {"ratio": parts["mean"] / parts["spread"]}
    return sum(parts[key] * weight for key, weight in {"mean": 2.0, "ratio": -0.5}.items())
