r"""Pieces of LaTeX: an array with its entries, indices below a name, slices in colon notation, shapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from backsight.emit.expressions import Text
from backsight.emit.tex import name_tex
from backsight.ir.program import Dim, Shape

Index = Sequence[str]
_BARE = re.compile(r"\\?[A-Za-z]+(\{\w+\})?")


@dataclass(frozen=True, slots=True)
class Piece(Text):
    """An array's text, and the text of one of its entries."""

    entry: Callable[[Index], Text] | None = None
    shape: Shape = ()


def scalar(text: Text) -> Piece:
    return Piece(text.text, text.strength, lambda index: text)


def subscript(index: Index) -> str:
    if not index:
        return ""
    return f"_{{{('' if all(c.isalpha() for c in index) else ',').join(index)}}}"


def aligned(index: Index, own: Shape, whole: Shape) -> Index:
    """The index of an operand that is stretched to `whole`."""
    offset = len(whole) - len(own)
    return ["0" if d == 1 and whole[offset + i] != 1 else index[offset + i] for i, d in enumerate(own)]


def shifted(item: tuple[Any, ...], letter: str, dim: Dim = 1) -> str:
    """Where an entry of a slice lies in the whole, an axis of size `dim`."""
    if item[0] == "int":
        return str(item[1])
    if item[0] == "new" or item == ("slice", 0, None, 1):
        return letter
    _, start, stop, step = item
    if step < 0:  # counted back from the first that is picked
        first = slice(start, stop, step).indices(dim)[0] if isinstance(dim, int) else f"{dim}-1"
        if letter.isdigit() and isinstance(first, int):
            return str(first + int(letter) * step)
        return f"{first}-{letter if step == -1 else f'{-step}{letter}'}"
    scaled = letter if step == 1 else str(int(letter) * step) if letter.isdigit() else f"{step}{letter}"
    if letter.isdigit():
        return str(int(scaled) + start)
    return f"{scaled}+{start}" if start else scaled


def colons(key: Sequence[tuple[Any, ...]]) -> str:
    """A key in the colon notation of numerical mathematics: `:, 1:3`; a dot is a new axis."""
    words = []
    for item in key:
        if item[0] == "int":
            words.append(str(item[1]))
        elif item[0] == "new":
            words.append(r"\bullet")
        else:
            _, start, stop, step = item
            words.append(f"{start or ''}:{'' if stop is None else stop}{f':{step}' if step != 1 else ''}")
    return r",\,".join(words)


def bracketed(x: Text) -> str:
    return x.text if _BARE.fullmatch(x.text) else rf"\left[{x.text}\right]"


def sizes_tex(shape: Shape) -> str:
    return r" \times ".join(str(d) if isinstance(d, int) else name_tex(d) for d in shape)


def size_tex(dims: Sequence[int | str]) -> str:
    number = prod(d for d in dims if isinstance(d, int))
    names = [name_tex(d) for d in dims if isinstance(d, str)]
    return r" \, ".join([*([str(number)] if number != 1 or not names else []), *names])
