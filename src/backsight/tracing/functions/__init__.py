"""What each NumPy name does to traced values: one table serves NumPy's protocols and `backsight.numpy`."""

from __future__ import annotations

from backsight.tracing.functions import (
    composites,
    elementwise,
    fitting,
    joining,
    linalg,
    matrices,
    picking,
    reductions,
    shaping,
    special,
)
from backsight.tracing.functions.common import Table
from backsight.tracing.functions.linalg import matmul
from backsight.tracing.functions.picking import ACCUMULATIONS
from backsight.tracing.functions.reductions import REDUCTIONS
from backsight.tracing.functions.shaping import reshape, transpose

__all__ = ["ACCUMULATIONS", "FUNCTIONS", "REDUCTIONS", "matmul", "reshape", "transpose"]

FUNCTIONS: Table = {
    **elementwise.TABLE,
    **special.TABLE,
    **reductions.TABLE,
    **linalg.TABLE,
    **shaping.TABLE,
    **joining.TABLE,
    **picking.TABLE,
    **matrices.TABLE,
    **fitting.TABLE,
    **composites.TABLE,
}
