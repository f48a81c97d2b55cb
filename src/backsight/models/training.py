"""Optimisers, starts and data sets: ordinary functions, traced like everything else.

Optimisers work on one flat vector of all parameters. Starts and data sets turn uniform random draws into
numbers, so that the randomness itself stays in one place (`models/random.py` and its twin in the browser).
"""

from __future__ import annotations

from typing import Any

from backsight import numpy as np

# Optimisers -------------------------------------------------------------------------------------------------


def gd(theta: Any, g: Any, lr: Any) -> Any:
    """Plain gradient descent."""
    theta_next = theta - lr * g
    return theta_next


def momentum(theta: Any, g: Any, lr: Any, velocity: Any) -> Any:
    """Gradient descent with a heavy ball (Polyak 1964), friction 0.9."""
    velocity_next = 0.9 * velocity + g
    theta_next = theta - lr * velocity_next
    return theta_next, velocity_next


def adam(theta: Any, g: Any, lr: Any, m: Any, v: Any, t: Any) -> Any:
    """Adam (Kingma & Ba 2015, algorithm 1) with its usual constants."""
    t_next = t + 1
    m_next = 0.9 * m + 0.1 * g
    v_next = 0.999 * v + 0.001 * g**2
    m_fair = 1 - 0.9**t_next
    v_fair = 1 - 0.999**t_next
    theta_next = theta - lr * (m_next / m_fair) / (np.sqrt(v_next / v_fair) + 1e-8)
    return theta_next, m_next, v_next, t_next


def norm(g: Any) -> Any:
    """The length of a gradient."""
    length = np.sqrt(np.sum(g**2))
    return length


# Starts -----------------------------------------------------------------------------------------------------


def he(u: Any, fan_in: Any, fan_out: Any) -> Any:
    """Uniform draws of variance 2 / fan_in (He et al. 2015); sqrt is exact, so all browsers agree."""
    reach = np.sqrt(6 / fan_in)
    W = (2 * u - 1) * reach
    return W


def xavier(u: Any, fan_in: Any, fan_out: Any) -> Any:
    """Uniform draws of variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010)."""
    reach = np.sqrt(6 / (fan_in + fan_out))
    W = (2 * u - 1) * reach
    return W


def uniform(u: Any, fan_in: Any, fan_out: Any) -> Any:
    """Uniform draws in ±0.5, as many first programs do."""
    W = u - 0.5
    return W


# Data sets: four uniform draws per point, the label 0 or 1, and noise from 0 to 1 ---------------------------


def _rounded(x: Any) -> Any:
    """Four decimals: a last-bit difference between two browsers' sines is never seen."""
    return np.floor(x * 10000 + 0.5) / 10000


def fruit(u: Any, noise: Any, label: Any) -> Any:
    """Two kinds of fruit that a line separates: small and dark, or large and pale; features from 0 to 10."""
    spread = 1.4 + 2.2 * noise
    across = (u[:, 0] + u[:, 1] - 1) * spread
    along = (u[:, 2] + u[:, 3] - 1) * spread
    x1 = _rounded(np.where(label > 0.5, 6.8, 3.2) + across)
    x2 = _rounded(np.where(label > 0.5, 6.4, 3.4) + along)
    return x1, x2


def rings(u: Any, noise: Any, label: Any) -> Any:
    """A disc inside a ring."""
    angle = 2 * np.pi * u[:, 0]
    radius = np.where(label > 0.5, 3.6 + 1.6 * u[:, 1], 2.0 * np.sqrt(u[:, 1]))
    x1 = _rounded(radius * np.cos(angle) + 2.4 * noise * (u[:, 2] - 0.5))
    x2 = _rounded(radius * np.sin(angle) + 2.4 * noise * (u[:, 3] - 0.5))
    return x1, x2


def xor(u: Any, noise: Any, label: Any) -> Any:
    """Four corners; corners across from each other belong together."""
    right = u[:, 2] > 0.5
    side = np.where(right, 1.0, -1.0)
    x1 = _rounded(side * (0.6 + 4.2 * u[:, 0]) + 3.0 * noise * (u[:, 3] - 0.5))
    other = np.where(label > 0.5, -side, side)
    x2 = _rounded(other * (0.6 + 4.2 * u[:, 1]))
    return x1, x2


def spiral(u: Any, noise: Any, label: Any) -> Any:
    """Two arms wound into each other."""
    reach = np.sqrt(0.02 + 0.98 * u[:, 0])
    angle = 1.75 * np.pi * reach + np.pi * label
    x1 = _rounded(5.2 * reach * np.cos(angle) + 1.6 * (0.1 + noise) * (u[:, 2] - 0.5))
    x2 = _rounded(5.2 * reach * np.sin(angle) + 1.6 * (0.1 + noise) * (u[:, 3] - 0.5))
    return x1, x2


def standardise(X: Any) -> Any:
    """The mean and the standard deviation of each feature; 1 where all values are equal."""
    mean = np.mean(X, axis=0)
    variance = np.mean((X - mean) ** 2, axis=0)
    deviation = np.sqrt(np.where(variance > 0, variance, 1.0))
    return mean, deviation


def scaled(X: Any, mean: Any, deviation: Any) -> Any:
    """Features with mean 0 and deviation 1."""
    S = (X - mean) / deviation
    return S
