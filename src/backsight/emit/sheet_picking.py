"""Entries picked by data, and added up where data say: CHOOSE and IF over the cells there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from backsight.emit.sheet_cells import Piece, number
from backsight.ir.evaluate import Array, indices
from backsight.ir.op import ADD, COMPARE, MULTIPLY
from backsight.ir.program import Equation


@dataclass(frozen=True, slots=True)
class Pick:
    """One entry of the part, and where in the whole it may come from.

    Attributes:
        which: the number of the one that it does come from, counted from 0.
        candidates: positions in the flat data of the whole.
    """

    which: Piece
    candidates: list[int]


def gathered(e: Equation, operands: Sequence[Array], shape: tuple[int, ...]) -> list[Piece]:
    """Each entry as a choice among those it may be; a place outside the array is an error."""
    x, *places = operands
    result = []
    for pick in _picks(x.shape, shape, places, **e.options):
        entries = ",".join(x.data[k].as_number().text for k in pick.candidates)
        result.append(Piece(f"CHOOSE({pick.which.within(ADD)}+1,{entries})"))
    return result


def scattered(e: Equation, operands: Sequence[Array], shape: tuple[int, ...]) -> list[Piece]:
    """Each entry as the sum of those that are meant for it."""
    part, *places = operands
    options = {k: v for k, v in e.options.items() if k != "shape"}
    result = [number(0.0)] * prod(shape)
    for pick, entry in zip(_picks(shape, part.shape, places, **options), part.data, strict=True):
        for count, k in enumerate(pick.candidates):
            meant = f"IF({pick.which.within(COMPARE + 1)}={count},{entry.as_number().text},0)"
            result[k] = Piece(meant) if result[k].text == "0" else result[k] + Piece(meant)
    return result


def _picks(
    whole: tuple[int, ...], part: tuple[int, ...], places: Sequence[Array], axis: int, batch: int
) -> Iterator[Pick]:
    """For each entry of the part, row by row; see `backsight.ops.gathering`."""
    steps = Array(whole, []).strides()
    inner, sizes = len(places[0].shape) - batch, whole[axis : axis + len(places)]
    for at in indices(part):
        row = (*at[:batch], *at[axis : axis + inner])
        full = [(*at[:axis], *chosen, *at[axis + inner :]) for chosen in indices(sizes)]
        candidates = [sum(i * s for i, s in zip(index, steps, strict=True)) for index in full]
        yield Pick(_which([p.at(row) for p in places], sizes), candidates)


def _which(places: Sequence[Piece], sizes: Sequence[int]) -> Piece:
    """Places along several axes as one number, row-major; those below 0 count from the end."""
    found: Piece | None = None
    for place, size in zip(places, sizes, strict=True):
        counted = Piece(f"IF({place.within(COMPARE + 1)}<0,{place.within(ADD)}+{size},{place.text})")
        found = counted if found is None else Piece(f"{found.within(MULTIPLY)}*{size}+{counted.text}", ADD)
    assert found is not None  # a gather has places
    return found
