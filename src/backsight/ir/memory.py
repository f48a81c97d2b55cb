"""Keeping Python's search for dead cycles out of the way while a Program is built."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """A transform makes many small objects that all stay alive: searching them again and again for dead ones
    would take a third of its time, and more the longer the Program is. Usable as a decorator."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
