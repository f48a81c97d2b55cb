"""The formats to take a function along in, and the one call that writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backsight.errors import EmitError
from backsight.exporting.notebook import notebook
from backsight.exporting.script import script
from backsight.exporting.step import RATE, Step
from backsight.exporting.subject import Subject
from backsight.exporting.workbook import write_workbook

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "py": "text/x-python",
    "ipynb": "application/x-ipynb+json",
}
"""The media type of each format."""


@dataclass(frozen=True)
class Exported:
    """A file: its name, what it is, and its bytes."""

    name: str
    media_type: str
    content: bytes


def exported(subject: Subject, format: str, rate: float = RATE) -> Exported:
    """A function as a file of one of `FORMATS`.

    Raises:
        EmitError: there is no such format, or the format cannot express an operation.
    """
    if format not in FORMATS:
        raise EmitError(f"there is no export called {format!r}", remedy=f"take one of {', '.join(FORMATS)}")
    if format == "xlsx":
        content = write_workbook(Step.of(subject, rate).sheet(), subject.source)
    else:
        content = (script(subject) if format == "py" else notebook(subject)).encode("utf-8")
    return Exported(f"{subject.name}.{format}", FORMATS[format], content)


def export(
    function: Callable[..., Any],
    /,
    *args: Any,
    to: str | Path,
    argnums: int | Sequence[int] = 0,
    source: str | None = None,
    rate: float = RATE,
) -> Path:
    """Write a function and its gradient to a file that works without backsight.

    Args:
        function: returns one number.
        args: what to call it with.
        to: the file. Its ending says what it becomes: .xlsx, a spreadsheet whose formulas follow every change
            of an input, forward, backward and one step of gradient descent; .py, a script with the gradient
            in NumPy and a check by differences; .ipynb, the same as a notebook.
        argnums: which arguments to differentiate by.
        source: the text that defines the function; its own file where None.
        rate: the learning rate on the sheet, a cell like the others.

    Returns:
        The file.

    Raises:
        EmitError: no such ending, an operation has no formula, the arrays are too large for a sheet, or the
            file cannot be written.
        TraceError, DifferentiationError: as `grad` does.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> def cost(w, x):
        ...     return np.sum(np.tanh(w * x))
        >>> file = backsight.export(cost, 0.5, np.array([1.0, 2.0]), to="cost.xlsx")
        >>> file.read_bytes()[:2]  # an .xlsx file is a zip file
        b'PK'
        >>> file.unlink()
    """
    path = Path(to)
    positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    subject = Subject.of(function, args, positions, source)
    content = exported(subject, path.suffix.removeprefix("."), rate).content
    try:
        path.write_bytes(content)
    except OSError as error:
        raise EmitError(f"{path} cannot be written: {error.strerror}") from error
    return path
