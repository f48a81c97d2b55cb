"""Nets in a notebook: one that learns, one that is seen as folds, and four hundred starts of one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, get_args

from backsight.errors import BacksightError
from backsight.ir.evaluate import Array, to_array
from backsight.models.nets import Activation, Net, Output
from backsight.notebook.pictures import atlas_picture, net_picture
from backsight.notebook.view import View, refused, sendable_tree

DATA = ("fruit", "rings", "xor", "spiral")
OPTIMISERS = ("gd", "momentum", "adam")
STARTS = ("he", "xavier", "uniform")
MOST_LAYERS, MOST_UNITS, MOST_ROWS, MOST_CLASSES = 6, 8, 5000, 6
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
    hidden = _hidden(hidden)
    _choice("activation", activation, get_args(Activation))
    _choice("output", output, get_args(Output))
    _choice("start", start, STARTS)
    _choice("optimiser", optimiser, OPTIMISERS)
    points, names = _points(data, labels)
    widths = (2, *hidden, max(2, len(names)))
    settings = {
        "hidden": list(hidden),
        "activation": activation,
        "output": output,
        "data": "fruit" if points else data,
        "start": start,
        "seed": int(seed),
        "rate": _positive("learning_rate", learning_rate),
        "optimiser": optimiser,
        "batch": int(batch),
        "standardise": bool(standardise),
        "testShare": min(0.5, max(0.0, float(test_share))),
    }
    called = "your data" if points else str(data)
    content = {
        "files": _files(Net(len(hidden), activation, output)),
        "settings": settings,
        "csv": _csv(points, names) if points else "",
        "weights": _weights(weights, widths) if weights is not None else None,
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
    _choice("activation", activation, get_args(Activation))
    _choice("output", output, get_args(Output))
    widths = _widths(given)
    points, _ = _points(data, labels) if len(data) else ([], [])
    content = {
        "files": _files(Net(len(widths) - 2, activation, output)),
        "widths": list(widths),
        "activation": activation,
        "output": output,
        "points": [{"x1": x1, "x2": x2, "label": label} for x1, x2, label in points],
        "domain": _domain(points),
        "title": "How the net folds the plane",
    }
    return FoldView(content, widths, _weights(given, widths))


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
    _choice("data", data, DATA)
    _choice("activation", activation, ("relu", "leaky_relu", "tanh", "sigmoid", "softplus"))
    _choice("output", output, get_args(Output))
    _choice("start", start, STARTS)
    _choice("optimiser", optimiser, OPTIMISERS)
    (units,) = _hidden((units,))
    settings = {
        "hidden": [units],
        "activation": activation,
        "output": output,
        "data": data,
        "noise": 0.2,
        "points": 120,
        "testShare": 0.25,
        "dataSeed": 1,
        "rate": _positive("learning_rate", learning_rate),
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
        "epochs": int(epochs),
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
            return _weights(value, self.widths, known)
        return bool(value) if name == "playing" else _positive(name, value)

    def shown(self, name: str, value: Any) -> Any:
        if name == "weights":
            return _arrays(value)
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
            return _weights(value, self.widths, self.__dict__["_state"]["weights"])
        if name == "t":
            return _finite("t", value)
        turn, tilt = value
        return [_finite("turn", turn), _finite("tilt", tilt)]

    def shown(self, name: str, value: Any) -> Any:
        return _arrays(value) if name == "weights" else value

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


# What people give -------------------------------------------------------------------------------------------


def _choice(name: str, value: Any, among: Sequence[str]) -> None:
    if value not in among:
        raise refused(f"there is no {name} {value!r}", f"choose one of {', '.join(among)}")


def _finite(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise refused(f"{name} cannot be {value!r}", "give it a number")
    return number


def _positive(name: str, value: Any) -> float:
    number = _finite(name, value)
    if number <= 0:
        raise refused(f"{name} cannot be {value!r}", "give it a number above 0")
    return number


def _hidden(hidden: Sequence[int]) -> tuple[int, ...]:
    sizes = tuple(int(size) for size in hidden)
    if len(sizes) > MOST_LAYERS or any(not 1 <= size <= MOST_UNITS for size in sizes):
        raise refused(
            f"hidden layers {sizes} do not fit a screen",
            f"use up to {MOST_LAYERS} layers of 1 to {MOST_UNITS} units",
        )
    return sizes


def _points(data: Any, labels: Any) -> tuple[list[tuple[float, float, int]], list[str]]:
    """Own points with the number of their class, and the names of the classes; none for a set of ours."""
    if isinstance(data, str):
        _choice("data", data, DATA)
        return [], []
    array = _numbers("data", data)
    named = [str(x) for x in (labels.tolist() if hasattr(labels, "tolist") else labels or [])]
    if len(array.shape) != 2 or array.shape[1] != 2 or len(named) != array.shape[0] or not named:
        raise refused(
            f"data of shape {array.shape} and {len(named)} labels do not fit together",
            "give points of shape (n, 2) and one label for each",
        )
    names = sorted(
        set(named), key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name)
    )
    if len(named) > MOST_ROWS or not 2 <= len(names) <= MOST_CLASSES:
        raise refused(
            f"{len(named):,} points of {len(names)} classes cannot be shown",
            f"use up to {MOST_ROWS:,} points of 2 to {MOST_CLASSES} classes",
        )
    rows = [array.data[i : i + 2] for i in range(0, len(array.data), 2)]
    return [
        (_finite("data", x1), _finite("data", x2), names.index(name))
        for (x1, x2), name in zip(rows, named, strict=True)
    ], names


def _csv(points: Sequence[tuple[float, float, int]], names: Sequence[str]) -> str:
    """As the reader of files takes them: the kinds in the order of their numbers."""
    ordered = sorted(points, key=lambda p: p[2])
    quoted = [name.replace('"', "'") for name in names]
    return "\n".join(["x1,x2,kind", *(f'{x1!r},{x2!r},"{quoted[label]}"' for x1, x2, label in ordered)])


def _domain(points: Sequence[tuple[float, float, int]]) -> dict[str, list[float]]:
    """The rectangle that is drawn: all points with a margin, else four units to either side of zero."""
    reach: dict[str, list[float]] = {}
    for axis, name in enumerate(("x1", "x2")):
        values = [p[axis] for p in points] or [-4.0, 4.0]
        margin = 0.08 * (max(values) - min(values)) or 1.0
        reach[name] = [min(values) - margin, max(values) + margin]
    return reach


def _widths(weights: Any) -> tuple[int, ...]:
    """The sizes of a net with these weights."""
    widths: list[int] = []
    for number in range(1, MOST_LAYERS + 2):
        if not isinstance(weights, Mapping) or f"W{number}" not in weights:
            break
        shape = _numbers(f"W{number}", weights[f"W{number}"]).shape
        if len(shape) != 2 or (widths and shape[0] != widths[-1]):
            raise refused(
                f"W{number} of shape {shape} does not follow the layer before it", "use X @ W1 + b1, …"
            )
        widths += [*shape] if not widths else [shape[1]]
    if len(widths) < 3 or widths[0] != 2 or max(widths) > MOST_UNITS:
        raise refused(
            "these weights are no net with two inputs and a hidden layer",
            f"give W1 of shape (2, h), b1 of shape (h,), W2, b2, …, with h up to {MOST_UNITS}",
        )
    return tuple(widths)


def _shapes(widths: Sequence[int]) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for number, (before, here) in enumerate(pairwise(widths), 1):
        shapes[f"W{number}"], shapes[f"b{number}"] = (before, here), (here,)
    return shapes


def _weights(given: Any, widths: Sequence[int], known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Weights by name as JSON has them; those that are not given stay as they were."""
    shapes = _shapes(widths)
    if not isinstance(given, Mapping) or (unknown := set(given) - set(shapes)):
        what = f"there is no {sorted(unknown)[0]!r}" if isinstance(given, Mapping) else "weights go by name"
        raise refused(what, f"the weights are {', '.join(shapes)}")
    found = dict(known or {})
    for name, value in given.items():
        array = _numbers(name, value)
        if array.shape != shapes[name]:
            raise refused(f"{name} has shape {shapes[name]}, not {array.shape}", "this net's sizes stay")
        found[name] = sendable_tree(Array(array.shape, [float(x) for x in array.data]).tolist())
    return found


def _numbers(name: str, value: Any) -> Array:
    try:
        array = to_array(value)
    except BacksightError as error:
        raise refused(f"{name}: {error.message}", error.remedy) from None
    if not all(isinstance(x, bool | int | float) for x in array.data):
        raise refused(f"{name} holds something that is no number", "give it numbers alone")
    return array


def _arrays(weights: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Weights as NumPy arrays."""
    import numpy

    if weights is None:
        return None
    return {name: numpy.array(value, dtype=float) for name, value in weights.items()}


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
