"""The functions that benchmarks differentiate: by hand, and as each library wants them written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Answer = tuple[Any, Sequence[Any]]


@dataclass(frozen=True)
class Case:
    """A function to differentiate.

    Attributes:
        arguments: the parameters to differentiate by, then the data.
        parameters: how many of the arguments those are.
        by_hand: the cost and the gradient as one writes them oneself.
        write: the cost, written with that library's functions.
        in_torch: the cost in PyTorch's words, `(torch, *arguments)`.
    """

    name: str
    arguments: tuple[np.ndarray, ...]
    parameters: int
    by_hand: Callable[..., Answer]
    write: Callable[[Any], Callable[..., Any]]
    in_torch: Callable[..., Any]


# The small net ----------------------------------------------------------------------------------------------


def small_by_hand(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Answer:
    """2-3-2 with sigmoids and squared error."""
    n = X.shape[0]
    a1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
    y = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
    error = y - T
    cost = np.sum(error**2) / (2 * n)
    dz2 = error / n * (y * (1 - y))
    dW2 = a1.T @ dz2
    db2 = np.sum(dz2, axis=0)
    dz1 = dz2 @ W2.T * (a1 * (1 - a1))
    dW1 = X.T @ dz1
    db1 = np.sum(dz1, axis=0)
    return cost, (dW1, db1, dW2, db2)


def small(np: Any) -> Callable[..., Any]:
    def cost(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Any:
        n = X.shape[0]
        a1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
        y = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
        return np.sum((y - T) ** 2) / (2 * n)

    return cost


# The large net ----------------------------------------------------------------------------------------------


def large_by_hand(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Answer:
    """784-128-10 with ReLU and softmax with cross-entropy."""
    n = X.shape[0]
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    top = np.max(z2, axis=1, keepdims=True)
    shares = np.exp(z2 - top)
    total = np.sum(shares, axis=1, keepdims=True)
    cost = (np.sum(np.log(total) + top) - np.sum(T * z2)) / n
    dz2 = (shares / total - T) / n
    dW2 = a1.T @ dz2
    db2 = np.sum(dz2, axis=0)
    dz1 = dz2 @ W2.T * (z1 > 0)
    dW1 = X.T @ dz1
    db1 = np.sum(dz1, axis=0)
    return cost, (dW1, db1, dW2, db2)


def large(np: Any) -> Callable[..., Any]:
    def cost(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Any:
        n = X.shape[0]
        a1 = np.maximum(X @ W1 + b1, 0)
        z2 = a1 @ W2 + b2
        return np.sum(log_sum_exp(np, z2) - np.sum(T * z2, axis=1)) / n

    return cost


def log_sum_exp(library: Any, z: Any) -> Any:
    """Along the last axis, as each library wants it written: a stable one of its own where it has one."""
    if library is np:
        return np.logaddexp.reduce(z, axis=-1)
    top = library.max(z, axis=-1, keepdims=True)
    return library.log(library.sum(library.exp(z - top), axis=-1)) + top[..., 0]


# In the words of PyTorch ------------------------------------------------------------------------------------


def small_in_torch(torch: Any, W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Any:
    y = torch.sigmoid(torch.sigmoid(X @ W1 + b1) @ W2 + b2)
    return torch.sum((y - T) ** 2) / (2 * X.shape[0])


def large_in_torch(torch: Any, W1: Any, b1: Any, W2: Any, b2: Any, X: Any, T: Any) -> Any:
    return torch.nn.functional.cross_entropy(torch.relu(X @ W1 + b1) @ W2 + b2, T)


# A step of a recurrent net ----------------------------------------------------------------------------------


def lstm_by_hand(Wx: Any, Wh: Any, b: Any, X: Any, H: Any, C: Any, T: Any) -> Answer:
    """One step of a long short-term memory, and the squared error of what it says."""
    n, k = H.shape
    z = X @ Wx + H @ Wh + b
    i = 1 / (1 + np.exp(-z[:, :k]))
    f = 1 / (1 + np.exp(-z[:, k : 2 * k]))
    o = 1 / (1 + np.exp(-z[:, 2 * k : 3 * k]))
    g = np.tanh(z[:, 3 * k :])
    c = f * C + i * g
    s = np.tanh(c)
    error = o * s - T
    cost = np.sum(error**2) / (2 * n)
    dh = error / n
    dc = dh * o * (1 - s**2)
    dz = np.concatenate(
        [dc * g * i * (1 - i), dc * C * f * (1 - f), dh * s * o * (1 - o), dc * i * (1 - g**2)], axis=1
    )
    return cost, (X.T @ dz, H.T @ dz, np.sum(dz, axis=0))


def lstm(np: Any) -> Callable[..., Any]:
    def cost(Wx: Any, Wh: Any, b: Any, X: Any, H: Any, C: Any, T: Any) -> Any:
        n, k = H.shape
        z = X @ Wx + H @ Wh + b
        i = 1 / (1 + np.exp(-z[:, :k]))
        f = 1 / (1 + np.exp(-z[:, k : 2 * k]))
        o = 1 / (1 + np.exp(-z[:, 2 * k : 3 * k]))
        g = np.tanh(z[:, 3 * k :])
        c = f * C + i * g
        return np.sum((o * np.tanh(c) - T) ** 2) / (2 * n)

    return cost


def lstm_in_torch(torch: Any, Wx: Any, Wh: Any, b: Any, X: Any, H: Any, C: Any, T: Any) -> Any:
    i, f, o, g = torch.chunk(X @ Wx + H @ Wh + b, 4, dim=1)
    c = torch.sigmoid(f) * C + torch.sigmoid(i) * torch.tanh(g)
    return torch.sum((torch.sigmoid(o) * torch.tanh(c) - T) ** 2) / (2 * X.shape[0])


# A mixture of Gaussians, with a decision --------------------------------------------------------------------


def mixture_by_hand(means: Any, log_scales: Any, logits: Any, X: Any) -> Answer:
    """The mean negative log-likelihood of points under a mixture of Gaussians with axes of their own.

    Collapsed scales are met by a penalty: the decision is a guard in what backsight compiles.
    """
    n = X.shape[0]
    inverse = np.exp(-log_scales)
    distance = (X[:, None] - means) * inverse
    joint = (
        logits - np.logaddexp.reduce(logits) - np.sum(log_scales, axis=1) - 0.5 * np.sum(distance**2, axis=2)
    )
    total = np.logaddexp.reduce(joint, axis=1)
    cost = -np.sum(total) / n
    shares = np.exp(joint - total[:, None]) / -n
    dmeans = np.sum(shares[:, :, None] * distance, axis=0) * inverse
    dscales = np.sum(shares[:, :, None] * (distance**2 - 1), axis=0)
    weight = np.exp(logits - np.logaddexp.reduce(logits))
    dlogits = np.sum(shares, axis=0) + weight
    if np.max(-log_scales) > 5:
        cost = cost + np.sum(log_scales**2)
        dscales = dscales + 2 * log_scales
    return cost, (dmeans, dscales, dlogits)


def mixture(np: Any) -> Callable[..., Any]:
    def cost(means: Any, log_scales: Any, logits: Any, X: Any) -> Any:
        distance = (X[:, None] - means) * np.exp(-log_scales)
        prior = logits - log_sum_exp(np, logits)
        joint = prior - np.sum(log_scales, axis=1) - 0.5 * np.sum(distance**2, axis=2)
        evidence = log_sum_exp(np, joint)
        value = -np.mean(evidence)
        if decided(np, np.max(-log_scales) > 5):
            value = value + np.sum(log_scales**2)
        return value

    return cost


def decided(library: Any, condition: Any) -> bool:
    """jax.jit takes no decisions: there the branch of the example is written down beforehand."""
    return False if library.__name__ == "jax.numpy" else bool(condition)


def mixture_in_torch(torch: Any, means: Any, log_scales: Any, logits: Any, X: Any) -> Any:
    distance = (X[:, None] - means) * torch.exp(-log_scales)
    joint = torch.log_softmax(logits, 0) - log_scales.sum(1) - 0.5 * (distance**2).sum(2)
    value = -torch.logsumexp(joint, 1).mean()
    return value + (log_scales**2).sum() if log_scales.min() < -5 else value


# The list ---------------------------------------------------------------------------------------------------


def cases() -> list[Case]:
    random = np.random.default_rng(7)

    def net(d: int, h: int, k: int, n: int) -> tuple[np.ndarray, ...]:
        parameters = (
            random.normal(size=(d, h)) * d**-0.5,
            np.zeros(h),
            random.normal(size=(h, k)) * h**-0.5,
            np.zeros(k),
        )
        return (*parameters, random.normal(size=(n, d)), np.eye(k)[random.integers(0, k, n)])

    def memory(d: int, k: int, n: int) -> tuple[np.ndarray, ...]:
        sizes = ((d, 4 * k), (k, 4 * k), (4 * k,), (n, d), (n, k), (n, k), (n, k))
        return tuple(random.normal(size=size) * 0.3 for size in sizes)

    def points(d: int, k: int, n: int) -> tuple[np.ndarray, ...]:
        return tuple(random.normal(size=size) for size in ((k, d), (k, d), (k,), (n, d)))

    return [
        Case("2-3-2, 100 points", net(2, 3, 2, 100), 4, small_by_hand, small, small_in_torch),
        Case("784-128-10, batch 128", net(784, 128, 10, 128), 4, large_by_hand, large, large_in_torch),
        Case("LSTM step, 32-64, batch 32", memory(32, 64, 32), 3, lstm_by_hand, lstm, lstm_in_torch),
        Case(
            "Gaussian mixture, 500 points", points(2, 5, 500), 3, mixture_by_hand, mixture, mixture_in_torch
        ),
    ]
