"""What a teacher would write for moves by data, windows, diagonals, running sums and linear systems."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from backsight.emit.expressions import Text
from backsight.ir.op import ATOM
from backsight.ir.program import Dim, Equation, Shape

HELPERS: Mapping[str, str] = {
    "add_at": '''def add_at(shape, key, part):
    """Zeros of `shape` with `part` added at `key`; a place named twice gets both."""
    whole = np.zeros(shape)
    np.add.at(whole, key, part)
    return whole''',
    "beside": '''def beside(places, batch):
    """Arrays of places with a grid for each of the `batch` leading axes beside them."""
    grids = np.ix_(*(np.arange(n) for n in places[0].shape))
    return (*grids[:batch], *places)''',
    "pick": '''def pick(x, places, axis, batch):
    """x at `places` along the axes from `axis`, for every entry of the `batch` leading axes."""
    count, rank = len(places), places[0].ndim
    rows = np.moveaxis(x, range(axis, axis + count), range(batch, batch + count))
    found = rows[beside(places, batch)]
    return np.moveaxis(found, range(rank, rank + axis - batch), range(batch, axis))''',
    "put": '''def put(part, places, axis, batch, shape):
    """Zeros of `shape` with `part` added where `pick` would find it."""
    count, rank = len(places), places[0].ndim
    whole = np.zeros(shape)
    rows = np.moveaxis(whole, range(axis, axis + count), range(batch, batch + count))
    lined_up = np.moveaxis(part, range(batch, axis), range(rank, rank + axis - batch))
    np.add.at(rows, beside(places, batch), lined_up)
    return whole''',
    "search_rows": '''def search_rows(lines, x, side, batch):
    """np.searchsorted in a line of its own for every entry of the `batch` leading axes."""
    found = np.zeros(x.shape, dtype=int)
    for at in np.ndindex(*x.shape[:batch]):
        found[at] = np.searchsorted(lines[at], x[at], side)
    return found''',
    "add_windows": '''def add_windows(parts, shape, axes, sizes, strides, dilations):
    """Zeros of `shape` with every window added where it was cut out."""
    whole = np.zeros(shape)
    for at in np.ndindex(*sizes):
        key = [slice(None)] * whole.ndim
        for axis, k, stride, dilation in zip(axes, at, strides, dilations):
            key[axis] = slice(k * dilation, k * dilation + stride * (parts.shape[axis] - 1) + 1, stride)
        whole[tuple(key)] += parts[(..., *at)]
    return whole''',
    "lay_diagonal": '''def lay_diagonal(x, offset, shape):
    """Zeros of `shape` with x along the diagonal that starts `offset` to the right of the corner."""
    whole = np.zeros(x.shape[:-1] + shape)
    i = np.arange(x.shape[-1])
    whole[..., i + max(0, -offset), i + max(0, offset)] = x
    return whole''',
    "recurrence": '''def recurrence(factors, terms, axis):
    """y[k] = factors[k] * y[k - 1] + terms[k] along an axis."""
    y = np.moveaxis(np.array(terms, dtype=float), axis, 0)
    for k, factor in enumerate(np.moveaxis(factors, axis, 0)):
        if k:
            y[k] += factor * y[k - 1]
    return np.moveaxis(y, 0, axis)''',
}


class ArrayWords:
    """Methods `_op` that write one operation each; see `NumpySpeller`."""

    @abstractmethod
    def size(self, dim: Dim) -> str: ...

    @abstractmethod
    def shape(self, shape: Shape) -> str: ...

    def _arange(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"np.arange({self.size(e.options['dim'])})")

    # Places -------------------------------------------------------------------------------------------------

    def _gather(self, e: Equation, operands: Sequence[Text]) -> Text:
        axis, batch = e.options["axis"], e.options["batch"]
        x, *places = operands
        if not batch:
            return Text(f"{x.within(ATOM)}[{place_key(axis, places)}]")
        if len(places) == 1 and batch == axis == e.inputs[0].type.rank - 1 == e.inputs[1].type.rank - 1:
            return Text(f"np.take_along_axis({x.text}, {places[0].text}, axis=-1)")
        return Text(f"pick({x.text}, {tuple_text(places)}, {axis}, {batch})")

    def _scatter(self, e: Equation, operands: Sequence[Text]) -> Text:
        axis, batch, shape = e.options["axis"], e.options["batch"], self.shape(e.options["shape"])
        part, *places = operands
        if batch:
            return Text(f"put({part.text}, {tuple_text(places)}, {axis}, {batch}, {shape})")
        key = place_key(axis, places)
        return Text(f"add_at({shape}, {f'np.s_[{key}]' if axis or len(places) > 1 else key}, {part.text})")

    def _argsort(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f'np.argsort({operands[0].text}{along(e)}, kind="stable")')

    def _sort(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"np.sort({operands[0].text}{along(e)})")

    def _searchsorted(self, e: Equation, operands: Sequence[Text]) -> Text:
        side = ', side="right"' if e.options["right"] else ""
        if not e.options["batch"]:
            return Text(f"np.searchsorted({operands[0].text}, {operands[1].text}{side})")
        rows = ", ".join(t.text for t in operands)
        return Text(
            f'search_rows({rows}, "{"right" if e.options["right"] else "left"}", {e.options["batch"]})'
        )

    # Running ------------------------------------------------------------------------------------------------

    def _cumsum(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"np.cumsum({operands[0].text}{_unless_only(e)})")

    def _cumprod(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"np.cumprod({operands[0].text}{_unless_only(e)})")

    def _recurrence(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"recurrence({operands[0].text}, {operands[1].text}, {e.options['axis']})")

    # Windows, diagonals, triangles --------------------------------------------------------------------------

    def _window(self, e: Equation, operands: Sequence[Text]) -> Text:
        o = e.options
        axes, count, rank = o["axes"], len(o["axes"]), e.inputs[0].type.rank
        reach = tuple((k - 1) * d + 1 for k, d in zip(o["sizes"], o["dilations"], strict=True))
        size, axis = (reach[0], axes[0]) if count == 1 else (reach, axes)
        steps = [1] * (rank + count)
        for number, a in enumerate(axes):
            steps[a], steps[rank + number] = o["strides"][number], o["dilations"][number]
        while steps and steps[-1] == 1:
            steps.pop()
        key = ", ".join(":" if s == 1 else f"::{s}" for s in steps)
        view = f"np.lib.stride_tricks.sliding_window_view({operands[0].text}, {size}, axis={axis})"
        return Text(f"{view}[{key}]" if key else view)

    def _unwindow(self, e: Equation, operands: Sequence[Text]) -> Text:
        o = e.options
        rest = ", ".join(str(o[name]) for name in ("axes", "sizes", "strides", "dilations"))
        return Text(f"add_windows({operands[0].text}, {self.shape(o['shape'])}, {rest})")

    def _diagonal(self, e: Equation, operands: Sequence[Text]) -> Text:
        offset = e.options["offset"]
        if e.inputs[0].type.rank == 2:
            return Text(f"np.diag({operands[0].text}{f', {offset}' if offset else ''})")
        return Text(f"np.diagonal({operands[0].text}, {offset}, -2, -1)")

    def _undiagonal(self, e: Equation, operands: Sequence[Text]) -> Text:
        offset, (rows, columns) = e.options["offset"], e.options["shape"]
        size = e.inputs[0].type.shape[-1]
        whole = size if not offset else size + abs(offset) if isinstance(size, int) else None
        if e.inputs[0].type.rank == 1 and rows == columns == whole:
            return Text(f"np.diag({operands[0].text}{f', {offset}' if offset else ''})")
        return Text(f"lay_diagonal({operands[0].text}, {offset}, {self.shape(e.options['shape'])})")

    def _tril(self, e: Equation, operands: Sequence[Text]) -> Text:
        k = e.options["k"]
        return Text(f"np.{e.op}({operands[0].text}{f', {k}' if k else ''})")

    _triu = _tril

    # Linear systems -----------------------------------------------------------------------------------------

    def _solve(self, e: Equation, operands: Sequence[Text]) -> Text:
        a, b = (x.type.rank for x in e.inputs)
        if b == a or a == 2:
            return Text(f"np.linalg.solve({operands[0].text}, {operands[1].text})")
        return Text(f"np.linalg.solve({operands[0].text}, {operands[1].within(ATOM)}[..., None])[..., 0]")

    def _inv(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"np.linalg.{e.op}({operands[0].text})")

    _det = _cholesky = _inv

    def _slogdet_sign(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"np.linalg.slogdet({operands[0].text})[0]")

    def _slogdet_log(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"np.linalg.slogdet({operands[0].text})[1]")


def place_key(axis: int, places: Sequence[Text]) -> str:
    """An index with arrays of places from `axis` on."""
    return ", ".join([*[":"] * axis, *(p.text for p in places)])


def tuple_text(texts: Sequence[Text]) -> str:
    return f"({', '.join(t.text for t in texts)}{',' if len(texts) == 1 else ''})"


def along(e: Equation) -> str:
    """The axis a line runs along, unless it is the last."""
    axis: Any = e.options["axis"]
    return "" if axis == e.output.type.rank - 1 else f", axis={axis}"


def _unless_only(e: Equation) -> str:
    return "" if e.output.type.rank == 1 else f", axis={e.options['axis']}"
