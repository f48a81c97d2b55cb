"""A function and its gradient to take along: a spreadsheet with live formulas, a script, a notebook."""

from __future__ import annotations

from backsight.exporting.step import Step
from backsight.exporting.subject import Subject
from backsight.exporting.taking import FORMATS, Exported, export, exported

__all__ = ["FORMATS", "Exported", "Step", "Subject", "export", "exported"]
