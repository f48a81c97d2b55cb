"""Exercises: structures computed here, numbers drawn in the browser (decision 0007).

A *structure* is a small traced function whose coefficients are inputs. Its kernel computes, for any numbers,
the values, the true slope and the slopes that mistakes give: all of them Programs, all differentiated by
backsight. `web/src/exercises` draws numbers from a seed and compares.
"""

from backsight.guide.exercises.bank import FAMILIES, OFFERED, structures, write_exercises
from backsight.guide.exercises.structure import Structure

__all__ = ["FAMILIES", "OFFERED", "Structure", "structures", "write_exercises"]
