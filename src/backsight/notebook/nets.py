"""Nets in a notebook: one that learns, one that is seen as folds, and four hundred starts of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, get_args

from backsight.models.nets import Activation, Net, Output
from backsight.notebook.given import (
    DATA,
    arrays,
    choice,
    finite,
    hidden_sizes,
    labelled_points,
    positive,
    rectangle,
    sendable_weights,
    sizes_of,
    table,
    whole,
)
from backsight.notebook.pictures import atlas_picture, net_picture
from backsight.notebook.view import View, refused

OPTIMISERS = ("gd", "momentum", "adam")
STARTS = ("he", "xavier", "uniform")
ATLAS = 400

_STATIC = Path(__file__).resolve().parent.parent / "static"


def train(
    data: Any = "rings",
    labels: Any = None,
    *,
    hidden: Sequence[int] = (4,),
    activation: Activation = "tanh",
    output: Output = "softmax",
    weights: Mapping[str, Any] | None = None,
    start: str = "xavier",
    seed: int = 1,
    learning_rate: float = 0.5,
    optimiser: str = "gd",
    batch: int = 0,
    standardise: bool = True,
    test_share: float = 0.25,
) -> TrainView:
    """A net that learns while you watch, and that you may interrupt at any time.

    Args:
        data: "fruit", "rings", "xor" or "spiral", or an array (n, 2) of your own points.
        labels: of your own points, n names or whole numbers.
        hidden: units of each hidden layer: up to 6 layers of up to 8.
        activation: of the hidden layers.
        output: "softmax" with cross-entropy, or "squared": sigmoids with half the mean squared error.
        weights: to begin with, by name (W1, b1, W2, …); else those of `start` and `seed`.
        start: "he", "xavier" or "uniform".
        seed: of the start and of the order of batches.
        learning_rate: how far a step goes.
        optimiser: "gd", "momentum" or "adam".
        batch: examples per step; 0 for all.
        standardise: whether inputs are scaled to mean 0 and deviation 1.
        test_share: how many of the points are kept for testing, 0 to 0.5.

    Returns:
        A view: `playing`, `learning_rate` and `weights` are yours to set; `epoch`, `cost` and `accuracy`
        follow.

    Raises:
        ViewError: there is no such data, activation, …; or weights or labels do not fit.

    Example:
        >>> import backsight
        >>> view = backsight.train("xor", hidden=(3,), learning_rate=0.3)
        >>> view.playing = True
        >>> view
        <Net 2-3-2 on xor, epoch 0>
    """
    hidden = hidden_sizes(hidden)
    choice("activation", activation, get_args(Activation))
    choice("output", output, get_args(Output))
    choice("start", start, STARTS)
    choice("optimiser", optimiser, OPTIMISERS)
    points, names = labelled_points(data, labels)
    widths = (2, *hidden, max(2, len(names)))
    settings = {
        "hidden": list(hidden),
        "activation": activation,
        "output": output,
        "data": "fruit" if points else data,
        "start": start,
        "seed": whole("seed", seed),
        "rate": positive("learning_rate", learning_rate),
        "optimiser": optimiser,
        "batch": whole("batch", batch),
        "standardise": bool(standardise),
        "testShare": min(0.5, max(0.0, finite("test_share", test_share))),
    }
    called = "your data" if points else str(data)
    content = {
        "files": _files(Net(len(hidden), activation, output)),
        "settings": settings,
        "csv": table(points, names) if points else "",
        "weights": sendable_weights(weights, widths) if weights is not None else None,
        "title": f"A net learns {called}",
    }
    return TrainView(content, widths, called)


def fold(
    weights: Mapping[str, Any] | TrainView,
    data: Any = (),
    labels: Any = (),
    *,
    activation: Activation = "relu",
    output: Output = "squared",
) -> FoldView:
    """What a net does to the plane of its inputs: layer by layer, it stretches, shifts and folds it.

    Args:
        weights: of a net with two inputs, by name (W1, b1, W2, …): arrays as in `X @ W1 + b1`; or what
            `train` gave: its present weights, in the scale that it learns in.
        data: points (n, 2) to lay on the sheet.
        labels: whole numbers from 0, one per point.
        activation, output: as for `train`; of a `TrainView`, its own.

    Returns:
        A view: `weights`, `t` (how far through the layers one looks) and `view` (turn and tilt) are shared.

    Raises:
        ViewError: the weights are no net with two inputs, or the data do not fit.

    Example:
        >>> import numpy as np
        >>> import backsight
        >>> view = backsight.fold({"W1": np.eye(2), "b1": [0, 0], "W2": [[1], [1]], "b2": [-1]})
        >>> view.t = 2
        >>> view
        <Fold of a net 2-2-1, at 2>
    """
    if isinstance(weights, TrainView):
        settings = weights.content["settings"]
        activation, output, given = settings["activation"], settings["output"], weights.weights
        if given is None:
            raise refused("this net has no weights yet", "show it first, or give it `weights`")
    else:
        given = weights
    choice("activation", activation, get_args(Activation))
    choice("output", output, get_args(Output))
    widths = sizes_of(given)
    points, _ = labelled_points(data, labels) if len(data) else ([], [])
    content = {
        "files": _files(Net(len(widths) - 2, activation, output)),
        "widths": list(widths),
        "activation": activation,
        "output": output,
        "points": [{"x1": x1, "x2": x2, "label": label} for x1, x2, label in points],
        "domain": rectangle(points),
        "title": "How the net folds the plane",
    }
    return FoldView(content, widths, sendable_weights(given, widths))


def atlas(
    data: str = "rings",
    *,
    units: int = 3,
    activation: Activation = "relu",
    output: Output = "softmax",
    start: str = "he",
    learning_rate: float = 0.5,
    optimiser: str = "gd",
    epochs: int = 500,
    selected: int = 1,
) -> AtlasView:
    """Four hundred starts of one net: which learn, and which are stuck for good.

    Args:
        data: "fruit", "rings", "xor" or "spiral".
        units: of the one hidden layer.
        activation, output, start, learning_rate, optimiser: as for `train`.
        epochs: how long each start is trained.
        selected: the start that is looked at closely, 1 to 400.

    Returns:
        A view: `selected` is shared, `outcomes` fills while it trains: a dict per start with its seed, its
        fate ("learned", "still slow", "evidence", "proved" or "overflow"), cost and accuracy.

    Raises:
        ViewError: there is no such data, activation, ….

    Example:
        >>> import backsight
        >>> view = backsight.atlas("xor", units=2)
        >>> view.selected = 17
        >>> view
        <Atlas of 400 starts on xor: 0 trained, start 17 selected>
    """
    choice("data", data, DATA)
    choice("activation", activation, ("relu", "leaky_relu", "tanh", "sigmoid", "softplus"))
    choice("output", output, get_args(Output))
    choice("start", start, STARTS)
    choice("optimiser", optimiser, OPTIMISERS)
    (units,) = hidden_sizes((units,))
    settings = {
        "hidden": [units],
        "activation": activation,
        "output": output,
        "data": data,
        "noise": 0.2,
        "points": 120,
        "testShare": 0.25,
        "dataSeed": 1,
        "rate": positive("learning_rate", learning_rate),
        "batch": 0,
        "optimiser": optimiser,
        "start": start,
        "standardise": True,
        "seed": 1,
        "speed": "brisk",
    }
    content = {
        "files": _files(Net(1, activation, output)),
        "settings": settings,
        "epochs": whole("epochs", epochs, least=1),
        "title": f"Four hundred starts on {data}",
    }
    return AtlasView(content, selected)


class TrainView(View):
    """A net that learns in a notebook; see `train`."""

    kind = "train"
    shared = ("playing", "learning_rate", "weights", "epoch", "cost", "accuracy")
    read_only: ClassVar[tuple[str, ...]] = ("epoch", "cost", "accuracy")

    def __init__(self, content: Mapping[str, Any], widths: Sequence[int], data: str) -> None:
        self.__dict__.update(widths=tuple(widths), data=data)
        state = {
            "playing": False,
            "learning_rate": content["settings"]["rate"],
            "weights": content["weights"],
            "epoch": 0,
            "cost": None,
            "accuracy": None,
        }
        super().__init__(content, state)

    def accepted(self, name: str, value: Any) -> Any:
        if name in self.read_only:
            raise refused(f"{name} follows from training", "set playing, learning_rate or weights")
        if name == "weights":
            known = self.__dict__["_state"]["weights"]
            return sendable_weights(value, self.widths, known)
        return bool(value) if name == "playing" else positive(name, value)

    def shown(self, name: str, value: Any) -> Any:
        if name == "weights":
            return arrays(value)
        return float(value) if isinstance(value, str) else value

    def title(self) -> str:
        return str(self.content["title"])

    def picture(self) -> dict[str, str]:
        drawn = net_picture(self.widths, self.__dict__["_state"]["weights"], self.title())
        return {"image/svg+xml": drawn}

    def __repr__(self) -> str:
        return f"<Net {'-'.join(map(str, self.widths))} on {self.data}, epoch {self.epoch}>"


class FoldView(View):
    """A net seen as folds in a notebook; see `fold`."""

    kind = "fold"
    shared = ("weights", "t", "view")

    def __init__(self, content: Mapping[str, Any], widths: Sequence[int], weights: dict[str, Any]) -> None:
        self.__dict__["widths"] = tuple(widths)
        super().__init__(content, {"weights": weights, "t": 0.0, "view": [35.0, 25.0]})

    def accepted(self, name: str, value: Any) -> Any:
        if name == "weights":
            return sendable_weights(value, self.widths, self.__dict__["_state"]["weights"])
        if name == "t":
            return finite("t", value)
        try:
            turn, tilt = value
        except (TypeError, ValueError):
            raise refused(
                f"view cannot be {value!r}", "give turn and tilt, in degrees: view = (35, 25)"
            ) from None
        return [finite("turn", turn), finite("tilt", tilt)]

    def shown(self, name: str, value: Any) -> Any:
        return arrays(value) if name == "weights" else value

    def title(self) -> str:
        return str(self.content["title"])

    def picture(self) -> dict[str, str]:
        drawn = net_picture(self.widths, self.__dict__["_state"]["weights"], self.title())
        return {"image/svg+xml": drawn}

    def __repr__(self) -> str:
        return f"<Fold of a net {'-'.join(map(str, self.widths))}, at {self.t:g}>"


class AtlasView(View):
    """Four hundred starts in a notebook; see `atlas`."""

    kind = "atlas"
    shared = ("selected", "outcomes")

    def __init__(self, content: Mapping[str, Any], selected: int) -> None:
        super().__init__(content, {"selected": self.accepted("selected", selected), "outcomes": []})

    def accepted(self, name: str, value: Any) -> Any:
        if name == "outcomes":
            raise refused("outcomes follow from training", "set selected")
        if not isinstance(value, int) or not 1 <= value <= ATLAS:
            raise refused(f"there is no start {value!r}", f"select one from 1 to {ATLAS}")
        return value

    def picture(self) -> dict[str, str]:
        drawn = atlas_picture(self.__dict__["_state"]["outcomes"], ATLAS, self.selected, self.title())
        return {"image/svg+xml": drawn}

    def title(self) -> str:
        return str(self.content["title"])

    def __repr__(self) -> str:
        data = self.content["settings"]["data"]
        trained = len(self.outcomes)
        return f"<Atlas of {ATLAS} starts on {data}: {trained} trained, start {self.selected} selected>"


# Kernels ----------------------------------------------------------------------------------------------------


def _files(net: Net) -> dict[str, str]:
    """The kernels that the figures need, by file name: those of the built site, else made now."""
    names = (f"{net.id}.js", f"{net.id}.json", "data.js", "starts.js", "optimisers.js")
    for folder in sorted((_STATIC / "payload").glob("*")):
        if all((folder / name).is_file() for name in names):
            return {name: (folder / name).read_text("utf-8") for name in names}
    return {**_made(net), **_shared()}


@cache
def _made(net: Net) -> dict[str, str]:
    from backsight.guide.payload import write_net

    with TemporaryDirectory() as folder:
        write_net(Path(folder), net)
        return {path.name: path.read_text("utf-8") for path in Path(folder).iterdir()}


@cache
def _shared() -> dict[str, str]:
    from backsight.guide.payload import write_shared

    with TemporaryDirectory() as folder:
        write_shared(Path(folder))
        return {path.name: path.read_text("utf-8") for path in Path(folder).iterdir()}
