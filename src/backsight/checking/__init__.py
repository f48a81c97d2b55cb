"""Checking gradients: ours against differences, and somebody's own backward pass, line by line."""

from backsight.checking.backward import check
from backsight.checking.gradients import check_grads
from backsight.checking.verdict import Verdict

__all__ = ["Verdict", "check", "check_grads"]
