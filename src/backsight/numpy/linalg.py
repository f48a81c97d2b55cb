"""`np.linalg` for traced functions anywhere; see `backsight.numpy`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backsight.numpy.calls import function
from backsight.tracing.functions import FUNCTIONS


def __getattr__(name: str) -> Callable[..., Any]:
    return function(f"linalg.{name}", "backsight.numpy.linalg")


def __dir__() -> list[str]:
    return sorted(name.removeprefix("linalg.") for name in FUNCTIONS if name.startswith("linalg."))
