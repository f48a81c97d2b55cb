"""Checking gradients."""

from backsight.check.gradients import check_grads

__all__ = ["check_grads"]
