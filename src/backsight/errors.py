"""Every error backsight raises on purpose: a code, what happened, where, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backsight.ir.program import Origin


class BacksightError(Exception):
    """Base of all our errors.

    Args:
        message: what happened, in one sentence.
        origin: the place in the user's own source, if there is one.
        remedy: what to do about it, in one sentence.
    """

    code = "BS000"

    def __init__(self, message: str, *, origin: Origin | None = None, remedy: str = "") -> None:
        self.message, self.origin, self.remedy = message, origin, remedy
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [f"[{self.code}] {self.message}"]
        if self.origin is not None:
            lines.append(f"  at {self.origin.file}:{self.origin.line}: {self.origin.text.strip()}")
        if self.remedy:
            lines.append(f"  remedy: {self.remedy}")
        return "\n".join(lines)


class ShapeError(BacksightError):
    """Shapes or dtypes do not fit the operation."""

    code = "BS101"


class CheckError(BacksightError):
    """A Program breaks a rule of its own form (names, types, order)."""

    code = "BS102"


class ParseError(BacksightError):
    """The text of a Program cannot be read."""

    code = "BS103"


class TraceError(BacksightError):
    """Something was done to a traced value that cannot be recorded."""

    code = "BS201"


class LostGradientError(TraceError):
    """A traced value was turned into a plain number, which would lose its gradient silently."""

    code = "BS202"


class InPlaceError(TraceError):
    """A traced array was assigned into."""

    code = "BS203"


class GuardError(BacksightError):
    """A compiled Program met input that takes another branch than the example did."""

    code = "BS204"


class DataShapeError(TraceError):
    """The shape of a result would depend on data."""

    code = "BS205"


class DifferentiationError(BacksightError):
    """A derivative was asked for that does not exist or is not supported."""

    code = "BS301"


class BatchError(BacksightError):
    """A function cannot be run for many examples at once."""

    code = "BS302"


class EmitError(BacksightError):
    """A target cannot express an operation."""

    code = "BS401"


class GradientMismatch(BacksightError):
    """A gradient disagrees with finite differences."""

    code = "BS501"


class CheckCallError(BacksightError):
    """A backward pass cannot be called, or what it returns cannot be matched with the parameters."""

    code = "BS502"


class LessonError(BacksightError):
    """A lesson's Markdown or its functions are wrong; the origin is the file and line of the lesson."""

    code = "BS601"


class ViewError(BacksightError):
    """A view in a notebook cannot show something, or there is nothing to show it with."""

    code = "BS602"


class LoadError(BacksightError):
    """A person's own file cannot be run, or lacks a function or a value; the origin is their line."""

    code = "BS603"


class SiteError(BacksightError):
    """The site cannot be written or served."""

    code = "BS701"
