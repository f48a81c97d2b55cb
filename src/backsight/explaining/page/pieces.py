"""What sentences and formulas of the page are made of; the script may write a number with a key anew."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import PurePath
from typing import Any

from backsight.emit.tex import number_tex
from backsight.explaining.explanation import Explanation, Step
from backsight.explaining.mathml import mathml
from backsight.explaining.shown import DIGITS, Shown, number
from backsight.explaining.spelling import Symbols
from backsight.ir.program import Origin

# Numbers that move ------------------------------------------------------------------------------------------


def live(key: str, form: str, inner: str, **more: str) -> str:
    """A number that the script writes anew, in that form, when a person moves an input; "" stays as it is."""
    if not key:
        return inner
    marks = {"live": key, "form": form, **more}
    attributes = "".join(f' data-{name}="{escape(text, quote=True)}"' for name, text in marks.items())
    return f"<span{attributes}>{inner}</span>"


def known(e: Explanation) -> dict[str, str]:
    """By key, the TeX of every single number of the explanation: what `\\live{key}` stands for."""
    found: dict[str, Shown | None] = {f"value {s.name}": s.value for s in e.forward}
    for a in e.reverse:
        found[f"adjoint {a.name}"] = a.value
        for u in a.uses:
            found[f"share {a.name} {u.through}"] = u.share
            found[f"slope {a.name} {u.through}"] = u.slope_value
    return {
        key: number_tex(value.entries, DIGITS).text
        for key, value in found.items()
        if value is not None and not value.shape
    }


# Numbers ----------------------------------------------------------------------------------------------------


def number_of(value: float) -> str:
    sign = "negative" if value < 0 else "positive" if value > 0 else "zero"
    return f'<span class="{sign}">{escape(minus(number(value)))}</span>'


def minus(text: str) -> str:
    return text.replace("-", "−") if text[:1] == "-" else text


def value_of(value: Shown | None, key: str = "") -> str:
    """A number, a matrix between brackets, or what sums up a larger array."""
    return live(key, "value", _value(value)) if value is not None else ""


def _value(value: Shown) -> str:
    if value.entries is None or not all(value.shape) or len(value.shape) > 2:
        return f"<span>{escape(value.text)}</span>"
    if not value.shape:
        return number_of(value.entries) if not isinstance(value.entries, bool) else escape(value.text)
    rows: Any = value.entries if len(value.shape) == 2 else [value.entries]
    cells = "".join(number_of(x) if not isinstance(x, bool) else escape(str(x)) for row in rows for x in row)
    columns = value.shape[-1]
    label = escape(value.text, quote=True)
    style = f"grid-template-columns:repeat({columns},auto)"
    return f'<span class="matrix" role="img" aria-label="{label}" style="{style}">{cells}</span>'


def short(value: Shown, key: str = "") -> str:
    """A number, or the shape of an array."""
    return live(key, "plain", escape(minus(value.text))) if not value.shape else shape_of(value)


def shape_of(value: Shown) -> str:
    return " × ".join(map(str, value.shape))


# Formulas and words -----------------------------------------------------------------------------------------


def name_of(s: Step) -> str:
    return mathml(s.tex) if s.tex else f"<code>{escape(s.name)}</code>"


def partial(e: Explanation, below: str) -> str:
    top = next((s.tex for s in e.forward if s.name == e.output and s.tex), e.output)
    return mathml(rf"\frac{{\partial {top}}}{{\partial {below}}}")


def math(symbols: Symbols) -> str:
    return mathml(symbols.tex) if symbols.tex else f"<code>{escape(symbols.text)}</code>"


def where(line: str) -> str:
    return f"<code>{escape(line)}</code>"


def formula(rows: Sequence[tuple[str, str, str]]) -> str:
    cells = "".join(
        f"<span>{left}</span><span>{sign}</span><span class={'result' if i == len(rows) - 1 else 'step-on'}>"
        f"{body}</span>"
        for i, (left, sign, body) in enumerate(rows)
    )
    return f'<div class="formula" tabindex="0" role="group" aria-label="Formula">{cells}</div>'


def paragraph(text: str) -> str:
    return f"<p>{text}</p>"


def listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def place(origins: Sequence[Origin | None]) -> str:
    found = dict.fromkeys((o.line, o.text) for o in origins if o is not None)
    lines = [f"line {line}: <code>{escape(text)}</code>" for line, text in found if text]
    return f'<p class="place">{"<br>".join(lines)}</p>' if lines else ""


def line_key(file: str, line: int) -> str:
    return escape(f"{PurePath(file).name.replace(' ', '-')}:{line}", quote=True)
