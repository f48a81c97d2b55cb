"""The family of nets the guide offers, each as the plain NumPy function a person would write for it."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from backsight.api import trace
from backsight.ir.program import ArrayType, Program, Shape

Activation = Literal["linear", "sigmoid", "tanh", "relu", "leaky_relu", "softplus"]
Output = Literal["squared", "softmax"]

DEPTHS = range(7)
ACTIVATIONS: tuple[Activation, ...] = ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "softplus")
OUTPUTS: tuple[Output, ...] = ("squared", "softmax")

_WRITTEN = {
    "sigmoid": "1 / (1 + np.exp(-{z}))",
    "tanh": "np.tanh({z})",
    "relu": "np.maximum({z}, 0)",
    "leaky_relu": "np.where({z} > 0, {z}, 0.01 * {z})",
    "softplus": "np.logaddexp({z}, 0)",
}


@dataclass(frozen=True, slots=True)
class Layer:
    """The names of one layer's variables."""

    weights: str
    bias: str
    input: str
    z: str
    a: str


@dataclass(frozen=True, slots=True)
class Net:
    """A net with `depth` hidden layers; widths and the number of examples stay open."""

    depth: int
    activation: Activation
    output: Output

    @property
    def id(self) -> str:
        return f"net-{self.depth}-{self.activation}-{self.output}"

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Hidden layers first. A linear unit's activation is its sum itself: it has no value of its own."""
        result: list[Layer] = []
        before = "X"
        for number in range(1, self.depth + 2):
            last = number == self.depth + 1
            a = "y" if last else f"z{number}" if self.activation == "linear" else f"a{number}"
            result.append(Layer(f"W{number}", f"b{number}", before, f"z{number}", a))
            before = a
        return tuple(result)

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(name for layer in self.layers for name in (layer.weights, layer.bias))

    def source(self) -> str:
        """The cost of the net on examples X (n, d) with one-hot targets T (n, k)."""
        last = self.layers[-1].z
        lines = [f"def net(X, T, {', '.join(self.parameters)}):", "    n = X.shape[0]", *self._sums()]
        if self.output == "squared":
            lines += [
                f"    y = {_WRITTEN['sigmoid'].format(z=last)}",
                "    error = y - T",
                "    cost = np.sum(error ** 2) / (2 * n)",
            ]
        else:
            lines += [
                "    # softmax with cross-entropy, in one stable step",
                f"    cost = np.sum(np.logaddexp.reduce({last}, axis=1) - np.sum(T * {last}, axis=1)) / n",
            ]
        return "\n".join([*lines, "    return cost", ""])

    def predicting_source(self) -> str:
        """The outputs alone."""
        last = self.layers[-1].z
        lines = [f"def predict(X, {', '.join(self.parameters)}):", *self._sums()]
        lines.append(
            f"    y = {_WRITTEN['sigmoid'].format(z=last)}"
            if self.output == "squared"
            else f"    y = softmax({last}, axis=1)"
        )
        return "\n".join([*lines, "    return y", ""])

    def _sums(self) -> Iterator[str]:
        for layer in self.layers:
            yield f"    {layer.z} = {layer.input} @ {layer.weights} + {layer.bias}"
            if layer.a not in ("y", layer.z):
                yield f"    {layer.a} = {_WRITTEN[self.activation].format(z=layer.z)}"

    def types(self) -> dict[str, ArrayType]:
        """The type of every input: `d` inputs, hidden widths `h1`, `h2` …, `k` outputs, `n` examples."""
        widths = ["d", *(f"h{i}" for i in range(1, self.depth + 1)), "k"]
        shapes: dict[str, Shape] = {"X": ("n", "d"), "T": ("n", "k")}
        for number, layer in enumerate(self.layers):
            shapes[layer.weights] = (widths[number], widths[number + 1])
            shapes[layer.bias] = (widths[number + 1],)
        return {name: ArrayType(shape) for name, shape in shapes.items()}

    def program(self) -> Program:
        """The traced cost."""
        return self._traced(self.source(), "net")

    def predicting_program(self) -> Program:
        return self._traced(self.predicting_source(), "predict")

    def _traced(self, source: str, name: str) -> Program:
        types = self.types()
        function = define(source, name, f"{self.id}-{name}.py")
        inputs = [types[p] for p in function.__code__.co_varnames[: function.__code__.co_argcount]]
        return trace(function, *inputs)


def define(source: str, name: str, filename: str) -> Callable[..., Any]:
    """Define a function from its source, known to Python's line cache so that origins point into it."""
    from backsight import numpy

    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"np": numpy, "softmax": numpy.softmax}
    exec(compile(source, filename, "exec"), namespace)
    function: Callable[..., Any] = namespace[name]
    return function


def family() -> Iterator[Net]:
    """Every net the sandbox offers; without hidden layers the activation plays no part."""
    for depth in DEPTHS:
        for activation in ACTIVATIONS:
            for output in OUTPUTS:
                yield Net(depth, activation, output)
