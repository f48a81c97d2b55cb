"""Plain arrays that models start from: grids, places of a triangle, windows of a filter."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from backsight.ir.evaluate import to_array
from backsight.numpy.calls import array_library
from backsight.numpy.making import linspace
from backsight.numpy.plain import plain

__all__ = [
    "bartlett",
    "blackman",
    "diag_indices",
    "hamming",
    "hanning",
    "mgrid",
    "tri",
    "tril_indices",
    "triu_indices",
]


def _library(name: str, *args: Any) -> Any:
    library = array_library()
    return None if library is None else getattr(library, name)(*args)


def _window(name: str, height: Callable[[float, int], float]) -> Callable[[int], Any]:
    def window(M: int) -> Any:
        if (found := _library(name, M)) is not None:
            return found
        if M < 2:
            return plain(to_array([1.0] * M))
        return plain(to_array([height(2 * math.pi * n / (M - 1), M) for n in range(M)]))

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"The {name} window of M numbers, as np.{name} gives it."
    return window


hanning = _window("hanning", lambda angle, M: 0.5 - 0.5 * math.cos(angle))
hamming = _window("hamming", lambda angle, M: 0.54 - 0.46 * math.cos(angle))
blackman = _window("blackman", lambda angle, M: 0.42 - 0.5 * math.cos(angle) + 0.08 * math.cos(2 * angle))
bartlett = _window("bartlett", lambda angle, M: 1 - abs(angle / math.pi - 1))


def tri(N: int, M: int | None = None, k: int = 0) -> Any:
    """Ones at and below the k-th diagonal."""
    columns = N if M is None else M
    return plain(to_array([[float(j <= i + k) for j in range(columns)] for i in range(N)]))


def _places(pairs: list[tuple[int, int]]) -> tuple[Any, Any]:
    library = array_library()
    columns = [[i for i, _ in pairs], [j for _, j in pairs]]
    made = [library.array(c, dtype=int) if library else plain(to_array(c)) for c in columns]
    return made[0], made[1]


def triu_indices(n: int, k: int = 0, m: int | None = None) -> tuple[Any, Any]:
    """Rows and columns of the entries at and above the k-th diagonal."""
    return _places([(i, j) for i in range(n) for j in range(n if m is None else m) if j >= i + k])


def tril_indices(n: int, k: int = 0, m: int | None = None) -> tuple[Any, Any]:
    """Rows and columns of the entries at and below the k-th diagonal."""
    return _places([(i, j) for i in range(n) for j in range(n if m is None else m) if j <= i + k])


def diag_indices(n: int, ndim: int = 2) -> tuple[Any, ...]:
    """The places of a diagonal, once for each axis."""
    return (_places([(i, i) for i in range(n)])[0],) * ndim


class _Grid:
    """np.mgrid: `np.mgrid[0:1:5j, 0:3]` gives the rows and the columns of a grid."""

    def __getitem__(self, key: Any) -> Any:
        if (library := array_library()) is not None:
            return library.mgrid[key]
        parts = [self._line(s) for s in (key if isinstance(key, tuple) else (key,))]
        if not isinstance(key, tuple):
            return plain(to_array(parts[0]))
        return plain(to_array(_crossed(parts)))

    @staticmethod
    def _line(part: slice) -> list[Any]:
        start = 0 if part.start is None else part.start
        step = 1 if part.step is None else part.step
        if isinstance(step, complex):
            return [float(x) for x in linspace(start, part.stop, int(abs(step)))]
        return [start + i * step for i in range(max(0, math.ceil((part.stop - start) / step)))]


def _crossed(lines: list[list[Any]]) -> list[Any]:
    """For each axis, its number at every place of the grid, as nested lists."""

    def nested(axis: int, at: int, number: Any) -> Any:
        if at == len(lines):
            return number
        return [nested(axis, at + 1, x if at == axis else number) for x in lines[at]]

    return [nested(axis, 0, None) for axis in range(len(lines))]


mgrid = _Grid()
