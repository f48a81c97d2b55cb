"""NumPy source that people read, copy and run: the forward pass as they wrote it, then the backward pass."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from backsight.emit import numpy_arrays
from backsight.emit.expressions import Source, Text
from backsight.emit.numpy_arrays import ArrayWords
from backsight.emit.products import matrix_product
from backsight.emit.python import PythonSpeller, python_name, reserved_names, write_function
from backsight.ir.op import ATOM, MULTIPLY, POWER, REGISTRY, Form
from backsight.ir.program import Atom, Constant, Dim, Equation, Program, Shape, Var
from backsight.ops.linalg import read_spec
from backsight.ops.shaping import WHOLE

# Functions that NumPy lacks; those that the code calls are written above it. One may call those before it.
HELPERS: Mapping[str, str] = {
    "logsumexp": '''def logsumexp(z, axis=None, keepdims=False):
    """log(sum(exp(z))) without overflow."""
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    total = np.log(np.sum(np.exp(z - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=axis)''',
    "softmax": '''def softmax(z, axis):
    """Shares that add up to 1 along an axis."""
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)''',
    "log_softmax": '''def log_softmax(z, axis):
    """Logarithms of the shares along an axis."""
    return z - logsumexp(z, axis, keepdims=True)''',
    "prod_others": '''def prod_others(x, axes):
    """For each number the product of all the others: those before it times those behind it."""
    size = 1
    for axis in axes:
        size *= x.shape[axis]
    last = range(-len(axes), 0)
    moved = np.moveaxis(x, axes, last)
    rows = moved.reshape(*moved.shape[: moved.ndim - len(axes)], size)
    ones = np.ones_like(rows[..., :1])
    before = np.cumprod(np.concatenate([ones, rows[..., :-1]], axis=-1), axis=-1)
    behind = np.cumprod(np.concatenate([ones, rows[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    return np.moveaxis((before * behind).reshape(moved.shape), last, axes)''',
    "place": '''def place(part, key, shape):
    """Zeros of `shape` with `part` at `key`."""
    whole = np.zeros(shape)
    whole[key] = part
    return whole''',
    **numpy_arrays.HELPERS,
}

FROM_SCIPY = frozenset(
    name for op in REGISTRY.values() if op.write.numpy for name in op.write.numpy.uses if name not in HELPERS
)
"""Functions that NumPy lacks and SciPy has: imported above the code."""

KNOWN: Mapping[float, Text] = {
    math.pi: Text("np.pi"),
    math.log(2): Text("np.log(2)"),
    math.log(10): Text("np.log(10)"),
    math.sqrt(2 * math.pi): Text("np.sqrt(2 * np.pi)"),
    0.5 * math.log(2 * math.pi): Text("0.5 * np.log(2 * np.pi)", MULTIPLY),
    2 / math.sqrt(math.pi): Text("2 / np.sqrt(np.pi)", MULTIPLY),
    math.sqrt(math.pi) / 2: Text("np.sqrt(np.pi) / 2", MULTIPLY),
    math.sqrt(2): Text("np.sqrt(2)"),
}
"""Numbers that say more as what they are; NumPy computes the very same ones."""

_FOLDS = {"sum", "mean", "prod", "max", "min", "var", "std", "all", "any"}
_FLOAT_FROM_INTEGERS = {
    "div",
    "mean",
    "exp",
    "log",
    "log1p",
    "sqrt",
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "softplus",
}


class NumpySpeller(ArrayWords, PythonSpeller):
    target = "numpy"
    library = "np"
    helpers = HELPERS
    reserved = reserved_names(["np", *HELPERS, *FROM_SCIPY])
    shares_memory = True

    known: ClassVar[Mapping[float, Text]] = KNOWN

    def __init__(self, program: Program, readable: bool = True) -> None:
        super().__init__(program)
        self._readable = readable
        self._sizes = _sizes(program)

    def imports(self, source: str) -> Sequence[str]:
        borrowed = [name for name in sorted(FROM_SCIPY) if re.search(rf"(?<![\w.]){name}\(", source)]
        names = [f"from scipy.special import {', '.join(borrowed)}"] if borrowed else []
        return ["import numpy as np", *names]

    def constant(self, value: Constant) -> Text:
        known = self.known.get(value.value) if self._readable else None
        return known or super().constant(value)

    def form(self, op: str) -> Form | None:
        return REGISTRY[op].write.numpy

    def operands(self, equation: Equation, operands: Sequence[Text]) -> Sequence[Text]:
        """Arithmetic on truth values and integers alone is floating-point in a Program, but not in NumPy."""
        if equation.output.type.dtype != "float64" or equation.op in ("sum", "dim"):
            return operands
        if equation.output.name in self._sizes:
            return operands
        kinds = {a.type.dtype for a in equation.inputs if isinstance(a, Var)}
        if "float64" in kinds or not kinds or ("bool" not in kinds and equation.op in _FLOAT_FROM_INTEGERS):
            return operands
        written = list(operands)
        choices = range(1, 3) if equation.op == "where" else range(len(operands))
        number = next((i for i in choices if isinstance(equation.inputs[i], Constant)), None)
        if number is not None:
            written[number] = self.number(float(equation.inputs[number].value))  # type: ignore[union-attr]
        else:
            first = choices[0]
            written[first] = Text(f"1.0 * {operands[first].within(MULTIPLY + 1)}", MULTIPLY)
        return written

    def special(self, equation: Equation, operands: Sequence[Text]) -> Text | None:
        if equation.op in _FOLDS:
            return self._fold(f"np.{equation.op}", equation, operands)
        return super().special(equation, operands)

    def size(self, dim: Dim) -> str:
        """A dimension as source: a number, or the axis of the first input that has it."""
        if isinstance(dim, int):
            return str(dim)
        for var in self._program.inputs:
            if dim in var.type.shape:
                return f"{self.name(var).text}.shape[{var.type.shape.index(dim)}]"
        return dim

    def shape(self, shape: Shape) -> str:
        return f"({', '.join(map(self.size, shape))}{',' if len(shape) == 1 else ''})"

    def filled(self, shape: Shape, value: Atom, text: Text) -> str:
        """A new array of one number."""
        size = self.size(shape[0]) if len(shape) == 1 else self.shape(shape)
        if (
            isinstance(value, Constant)
            and isinstance(value.value, float)
            and str(value.value) in ("0.0", "1.0")
        ):
            return f"np.{'ones' if value.value else 'zeros'}({size})"
        number = self.number(value.value).text if isinstance(value, Constant) else text.text
        return f"np.full({size}, {number})"

    # Contractions -------------------------------------------------------------------------------------------

    def _contract(self, equation: Equation, operands: Sequence[Text]) -> Text:
        spec = equation.options["spec"]
        letters, right = read_spec(spec)
        product = matrix_product(letters, right)
        if product is not None:
            (first, turn_first), (second, turn_second) = product.left, product.right
            if product.outer:
                return Text(f"np.outer({operands[first].text}, {operands[second].text})")
            a, b = _turned(operands[first], turn_first), _turned(operands[second], turn_second)
            return Text(f"{a.within(MULTIPLY)} @ {b.within(MULTIPLY + 1)}", MULTIPLY)
        if len(operands) == 1 and not right and len(letters[0]) == 2 and len(set(letters[0])) == 1:
            return Text(f"np.trace({operands[0].text})")
        return Text(f'np.einsum("{spec}", {", ".join(t.text for t in operands)})')

    # Reductions ---------------------------------------------------------------------------------------------

    def _fold(self, function: str, equation: Equation, operands: Sequence[Text]) -> Text:
        options = equation.options
        axes, rank = options["axes"], equation.inputs[0].type.rank
        arguments = [operands[0].text]
        if axes != tuple(range(rank)):
            arguments.append(f"axis={axes[0] if len(axes) == 1 else axes}")
        if options["keepdims"]:
            arguments.append("keepdims=True")
        if options.get("ddof"):
            arguments.append(f"ddof={options['ddof']}")
        if equation.op == "sum" and equation.inputs[0].type.dtype != "float64":
            arguments.append("dtype=float")
        return Text(f"{function}({', '.join(arguments)})")

    def _norm(self, e: Equation, operands: Sequence[Text]) -> Text:
        axes, rank = e.options["axes"], e.inputs[0].type.rank
        if rank and (axes == tuple(range(rank)) or len(axes) in (1, 2)):
            return self._fold("np.linalg.norm", e, operands)
        # What np.linalg.norm does not take: a single number, no axis, or three of four axes.
        squares = self._fold("np.sum", e, [Text(f"{operands[0].within(ATOM)} ** 2", POWER)])
        return Text(f"np.sqrt({squares.text})")

    def _argmax(self, e: Equation, operands: Sequence[Text]) -> Text:
        return self._place("np.argmax", e, operands)

    def _argmin(self, e: Equation, operands: Sequence[Text]) -> Text:
        return self._place("np.argmin", e, operands)

    def _place(self, function: str, e: Equation, operands: Sequence[Text]) -> Text:
        kept = ", keepdims=True" if e.options["keepdims"] else ""
        return Text(f"{function}({operands[0].text}, axis={e.options['axis']}{kept})")

    def _prod_others(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"prod_others({operands[0].text}, axes={e.options['axes']})")

    def _log_softmax(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"log_softmax({operands[0].text}, axis={e.options['axis']})")

    def _logsumexp(self, e: Equation, operands: Sequence[Text]) -> Text:
        return self._fold("logsumexp", e, operands)

    def _softmax(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"softmax({operands[0].text}, axis={e.options['axis']})")

    # Moves --------------------------------------------------------------------------------------------------

    def _transpose(self, e: Equation, operands: Sequence[Text]) -> Text:
        axes = e.options["axes"]
        if not axes:  # a number, turned round
            return operands[0]
        if axes == tuple(reversed(range(len(axes)))):
            return Text(f"{operands[0].within(ATOM)}.T")
        return Text(f"np.transpose({operands[0].text}, {axes})")

    def _reshape(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"np.reshape({operands[0].text}, {self.shape(e.options['shape'])})")

    def _expand_dims(self, e: Equation, operands: Sequence[Text]) -> Text:
        axes, rank = e.options["axes"], e.output.type.rank
        if e.inputs[0].type.rank == 0:
            return Text(f"np.reshape({operands[0].text}, {(1,) * rank})")
        items = ["None" if i in axes else ":" for i in range(rank)]
        while items and items[-1] == ":":
            items.pop()
        if not items:
            return operands[0]
        return Text(f"{operands[0].within(ATOM)}[{', '.join(items)}]")

    def _squeeze(self, e: Equation, operands: Sequence[Text]) -> Text:
        axes = e.options["axes"]
        return Text(f"np.squeeze({operands[0].text}, axis={axes[0] if len(axes) == 1 else axes})")

    def _broadcast(self, e: Equation, operands: Sequence[Text]) -> Text:
        (source,), shape = e.inputs, e.options["shape"]
        if source.type.shape == ():
            return Text(self.filled(shape, source, operands[0]))
        return Text(f"np.broadcast_to({operands[0].text}, {self.shape(shape)})")

    def _index(self, e: Equation, operands: Sequence[Text]) -> Text:
        if e.inputs[0].type.rank == 0:  # a Python number takes no index
            return Text(f"np.reshape({operands[0].text}, {(1,) * e.output.type.rank})")
        return Text(f"{operands[0].within(ATOM)}[{key_text(e.options['key'])}]")

    def _unindex(self, e: Equation, operands: Sequence[Text]) -> Text:
        key, shape = e.options["key"], e.options["shape"]
        widths = None if e.note else _widths(key, e.inputs[0].type.shape, shape)
        if widths is not None:
            return Text(f"np.pad({operands[0].text}, {widths})")
        text = key_text(key)
        text = f"np.s_[{text}]" if ":" in text or "," in text else text
        return Text(f"place({operands[0].text}, {text}, {self.shape(shape)})")

    def _stack(self, e: Equation, operands: Sequence[Text]) -> Text:
        axis = e.options["axis"]
        return Text(f"np.stack([{', '.join(t.text for t in operands)}]{f', axis={axis}' if axis else ''})")

    def _concatenate(self, e: Equation, operands: Sequence[Text]) -> Text:
        axis = e.options["axis"]
        return Text(
            f"np.concatenate([{', '.join(t.text for t in operands)}]{f', axis={axis}' if axis else ''})"
        )

    def _dim(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(self.size(e.options["dim"]))

    def _custom(self, e: Equation, operands: Sequence[Text]) -> Text:
        return operands[0]

    def _eye(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"np.eye({self.size(e.options['dim'])})")


def _sizes(program: Program) -> set[str]:
    """Names of scalars computed from sizes of axes alone: plain Python numbers, no matter of dtypes."""
    found: set[str] = set()
    for e in program.equations:
        whole = all(a.name in found if isinstance(a, Var) else float(a.value).is_integer() for a in e.inputs)
        if e.op == "dim" or (e.op in ("add", "sub", "mul") and whole):
            found.add(e.output.name)
    return found


def _turned(text: Text, turn: bool) -> Text:
    return Text(f"{text.within(ATOM)}.T") if turn else text


def _widths(key: Sequence[tuple[Any, ...]], part: Shape, whole: Shape) -> str | None:
    """How far an array is padded with zeros; None where its entries do not lie side by side."""
    widths = []
    for item, small, large in zip(key, part, whole, strict=False):
        if item == WHOLE:
            widths.append((0, 0))
        elif item[0] == "slice" and item[3] == 1 and isinstance(small, int) and isinstance(large, int):
            widths.append((item[1], large - item[1] - small))
        else:
            return None
    widths += [(0, 0)] * (len(whole) - len(widths))
    if len(part) != len(whole) or not widths:
        return None
    return str(widths[0]) if len(set(widths)) == 1 else str(tuple(widths))


def key_text(key: Sequence[tuple[Any, ...]]) -> str:
    """An index key as it stands between brackets."""
    return ", ".join(map(_item, key)) or "()"


def _item(item: tuple[Any, ...]) -> str:
    if item[0] == "new":
        return "None"
    if item[0] == "int":
        return str(item[1])
    _, start, stop, step = item
    first = "" if start is None or (start == 0 and step > 0) else start
    text = f"{first}:{'' if stop is None else stop}"
    return text if step == 1 else f"{text}:{step}"


def function_name(program: Program) -> str:
    """What the emitted function is called: the Program's name, unless the code needs that name itself."""
    return python_name(program, NumpySpeller.reserved)


def render(program: Program, *, standalone: bool = True, comments: bool = True) -> Source:
    """The Program as a NumPy function, line by line; see `backsight.emit.python.write_function`.

    Raises:
        EmitError: an operation has no NumPy spelling.
    """
    speller = NumpySpeller(program, readable=standalone)
    return write_function(program, speller, standalone=standalone, comments=comments)


def emit_numpy(program: Program, *, standalone: bool = True, comments: bool = True) -> str:
    """The source `render` writes, as one string."""
    return render(program, standalone=standalone, comments=comments).text
