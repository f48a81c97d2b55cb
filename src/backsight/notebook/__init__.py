"""Widgets for notebooks, which are also reports: what you see can be moved, and Python and the view agree.

Where widgets run (anywidget in JupyterLab, Notebook, marimo) a view is live and its state is shared;
elsewhere it is a picture. `save("report.html")` writes one page that stays interactive and asks for nothing.
"""

from __future__ import annotations

from backsight.notebook.explanation import ExplanationView, view_of
from backsight.notebook.nets import AtlasView, FoldView, TrainView, atlas, fold, train
from backsight.notebook.programs import GraphView, graph, graph_of
from backsight.notebook.view import View

__all__ = [
    "AtlasView",
    "ExplanationView",
    "FoldView",
    "GraphView",
    "TrainView",
    "View",
    "atlas",
    "fold",
    "graph",
    "graph_of",
    "train",
    "view_of",
]
