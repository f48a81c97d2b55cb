"""Arrays that stand for a traced value, although they are none: see backsight.numpy.plain."""

from __future__ import annotations

from typing import Any


class Standing:
    """An array of plain numbers that a traced value has been assigned into, and may stand for one since."""

    __slots__ = ()

    @property
    def traced(self) -> Any:
        """The value that it stands for; None while it has plain numbers alone."""
        raise NotImplementedError


def current(x: Any) -> Any:
    """What an operand stands for by now."""
    if isinstance(x, Standing) and (traced := x.traced) is not None:
        return traced
    return x
