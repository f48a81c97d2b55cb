"""Moves by data, windows and diagonals in JAX's words, whose arrays are never written in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backsight.emit.expressions import Text
from backsight.emit.numpy_arrays import ArrayWords, along, place_key, tuple_text
from backsight.ir.program import Equation

OWN: Mapping[str, str] = {
    "windows": '''def windows(x, axes, sizes, strides, dilations):
    """What a sliding window sees; its own axes come last."""
    for axis, size, stride, dilation in zip(axes, sizes, strides, dilations):
        first = jnp.arange(0, x.shape[axis] - (size - 1) * dilation, stride)
        x = jnp.moveaxis(jnp.take(x, first[:, None] + dilation * jnp.arange(size), axis), axis + 1, -1)
    return x''',
}
"""Helpers that NumPy does not need."""

HELPERS: Mapping[str, str] = {
    "put": '''def put(part, places, axis, batch, shape):
    """Zeros of `shape` with `part` added where `pick` would find it."""
    count, rank = len(places), places[0].ndim
    ahead, behind = range(batch, batch + count), range(axis, axis + count)
    rows = jnp.moveaxis(jnp.zeros(shape), behind, ahead)
    lined_up = jnp.moveaxis(part, range(batch, axis), range(rank, rank + axis - batch))
    return jnp.moveaxis(rows.at[beside(places, batch)].add(lined_up), ahead, behind)''',
    "search_rows": '''def search_rows(lines, x, side, batch):
    """jnp.searchsorted in a line of its own for every entry of the `batch` leading axes."""
    search = lambda line, row: jnp.searchsorted(line, row, side)
    for _ in range(batch):
        search = jax.vmap(search)
    return search(lines, x)''',
    "add_windows": '''def add_windows(parts, shape, axes, sizes, strides, dilations):
    """Zeros of `shape` with every window added where it was cut out."""
    view = lambda whole: windows(whole, axes, sizes, strides, dilations)
    return jax.linear_transpose(view, jnp.zeros(shape))(parts)[0]''',
    "lay_diagonal": '''def lay_diagonal(x, offset, shape):
    """Zeros of `shape` with x along the diagonal that starts `offset` to the right of the corner."""
    i = jnp.arange(x.shape[-1])
    whole = jnp.zeros(x.shape[:-1] + shape)
    return whole.at[..., i + max(0, -offset), i + max(0, offset)].set(x)''',
    "recurrence": '''def recurrence(factors, terms, axis):
    """y[k] = factors[k] * y[k - 1] + terms[k] along an axis."""
    step = lambda y, both: (both[0] * y + both[1],) * 2
    lines = jnp.moveaxis(factors, axis, 0), jnp.moveaxis(terms, axis, 0)
    return jnp.moveaxis(jax.lax.scan(step, jnp.zeros(lines[1].shape[1:]), lines)[1], 0, axis)''',
}
"""In the place of NumPy's helpers of the same name."""


class JaxArrayWords(ArrayWords):
    def _scatter(self, e: Equation, operands: Sequence[Text]) -> Text:
        axis, batch, shape = e.options["axis"], e.options["batch"], self.shape(e.options["shape"])
        part, *places = operands
        if batch:
            return Text(f"put({part.text}, {tuple_text(places)}, {axis}, {batch}, {shape})")
        return Text(f"jnp.zeros({shape}).at[{place_key(axis, places)}].add({part.text})")

    def _argsort(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"jnp.argsort({operands[0].text}{along(e)})")

    def _window(self, e: Equation, operands: Sequence[Text]) -> Text:
        rest = ", ".join(str(e.options[name]) for name in ("axes", "sizes", "strides", "dilations"))
        return Text(f"windows({operands[0].text}, {rest})")

    def _cholesky(self, e: Equation, operands: Sequence[Text]) -> Text:
        # As NumPy's: only the lower triangle is read.
        return Text(f"jnp.linalg.cholesky({operands[0].text}, symmetrize_input=False)")
