"""Checking gradients."""

from backsight.checking.gradients import check_grads

__all__ = ["check_grads"]
