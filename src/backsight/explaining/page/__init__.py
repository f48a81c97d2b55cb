"""An explanation as one HTML page that needs no other file: to open from a disk, to send, to print."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any

from backsight.explaining.explanation import Adjoint, Explanation, Nudge, Paths, Route, Step, Use
from backsight.explaining.mathml import mathml
from backsight.explaining.page.graph import graph
from backsight.explaining.plain import entry_name, remarks
from backsight.explaining.shown import Shown, number
from backsight.explaining.spelling import Symbols
from backsight.ir.program import Origin

_FONTS = Path(__file__).resolve().parents[2] / "static" / "assets"
_LONG, _FEW = 60, 8
"""Of paths with more stops than the first, only the second many are written out."""


def page(e: Explanation) -> str:
    """The whole page."""
    here = files(__package__)
    style = here.joinpath("style.css").read_text("utf-8")
    script = here.joinpath("script.js").read_text("utf-8")
    title = f"The chain rule in {e.name}"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title>
<style>{_fonts()}{style}</style>
</head>
<body>
{_head(e)}
<main>
{_stage(e)}
{_steps(e)}
{_below(e)}
</main>
<footer>Computed by backsight at the numbers shown; nothing on this page is loaded from elsewhere.</footer>
<script>{script}</script>
</body>
</html>
"""


_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; font-src data:; img-src data:"
)


def fragment(e: Explanation) -> str:
    """The page in a frame, for notebooks: its styles and keys stay its own."""
    source = escape(page(e), quote=True)
    title = escape(f"The chain rule in {e.name}", quote=True)
    return f'<iframe srcdoc="{source}" title="{title}" style="width:100%;height:46rem;border:0"></iframe>'


def _fonts() -> str:
    """The guide's own fonts, where the built guide is at hand; else fonts of the system."""
    faces = []
    for family, pattern in (("Backsight Hand", "hand-*.woff2"), ("Backsight Prose", "prose-[!i]*.woff2")):
        for file in sorted(_FONTS.glob(pattern))[:1]:
            data = b64encode(file.read_bytes()).decode("ascii")
            faces.append(
                f"@font-face{{font-family:'{family}';src:url(data:font/woff2;base64,{data}) format('woff2')}}"
            )
    return "\n".join(faces)


# Head -------------------------------------------------------------------------------------------------------


def _head(e: Explanation) -> str:
    given = ", ".join(s.name for s in e.forward if s.kind == "input")
    file = ""
    if e.listings:
        where = f"{PurePath(e.listings[0].file).name}:{e.listings[0].first}"
        file = f" <span class='spoken'>in </span><code>{escape(where)}</code>"
    wrt = _list([f"<code>{escape(w)}</code>" for w in e.wrt])
    return (
        f"<header><h1>The chain rule in <code>{escape(e.name)}({escape(given)})</code></h1>"
        f"<p>How much does <code>{escape(e.output)}</code> move per unit of {wrt}?{file}</p></header>"
    )


def _list(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _stage(e: Explanation) -> str:
    return f'<div class="stage">{graph(e)}{_source(e)}</div>'


def _source(e: Explanation) -> str:
    if not e.listings:
        return ""
    lines = []
    for i, listing in enumerate(e.listings):
        for offset, text in enumerate(listing.lines):
            line = listing.first + offset
            gap = ' class="gap"' if i and not offset else ""
            lines.append(
                f'<li data-line="{_line_key(listing.file, line)}"{gap}>'
                f'<span class="number">{line}</span>{escape(text) or " "}</li>'
            )
    label = 'aria-label="Source" tabindex="0" role="region"'
    return f'<pre class="source" {label}><ol>{"".join(lines)}</ol></pre>'


def _line_key(file: str, line: int) -> str:
    return escape(f"{PurePath(file).name.replace(' ', '-')}:{line}", quote=True)


# Steps ------------------------------------------------------------------------------------------------------


def _steps(e: Explanation) -> str:
    panels = (
        ("forward", "Forward", *_forward(e)),
        ("backward", "Backward", *_backward(e)),
        ("paths", "Paths", *_paths(e)),
    )
    tabs = "".join(
        f'<button role="tab" id="tab-{key}" aria-controls="{key}">{name}</button>'
        for key, name, _, _ in panels
    )
    bodies = "".join(
        f'<section class="panel" id="{key}" role="tabpanel" aria-labelledby="tab-{key}">'
        f'<h2 class="spoken">{name}</h2><p class="lead">{lead}</p><ol class="steps">{"".join(steps)}</ol>'
        "</section>"
        for key, name, lead, steps in panels
    )
    walk = (
        '<div class="walk" role="group" aria-label="Walk through the steps">'
        '<button class="quiet">Back</button><button>Next</button><output aria-label="Step"></output>'
        '<span class="keys" aria-hidden="true"><kbd>←</kbd> <kbd>→</kbd></span></div>'
    )
    orders = f'<div class="orders" role="tablist" aria-label="Order">{tabs}</div>'
    return f'<div class="what">{orders}{walk}{bodies}</div>'


def _step(
    title: str,
    short: str,
    body: str,
    *,
    nodes: Iterable[str],
    edges: Iterable[tuple[str, str]] = (),
    lines: Iterable[Origin | None] = (),
    about: str = "",
) -> str:
    keys = " ".join(dict.fromkeys(_line_key(o.file, o.line) for o in lines if o is not None))
    data = {
        "nodes": " ".join(nodes),
        "edges": " ".join(f"{a}>{b}" for a, b in edges),
        "lines": keys,
        "about": about,
    }
    attributes = "".join(f' data-{key}="{escape(value, quote=True)}"' for key, value in data.items() if value)
    return (
        f'<li class="step"{attributes}><h3><button>{title}<span class="short">{short}</span></button></h3>'
        f'<div class="body">{body}</div></li>'
    )


def _forward(e: Explanation) -> tuple[str, list[str]]:
    given = [s for s in e.forward if s.kind != "step"]
    rows = [(_name(s), "=", _value(s.value)) for s in given]
    names = [s.name for s in given]
    steps = [
        _step(
            "What goes in",
            f"{len(given)} value{'s' if len(given) != 1 else ''}",
            _formula(rows),
            nodes=names,
            about=" ".join(names),
        )
    ]
    steps += [_forward_step(s) for s in e.forward if s.kind == "step"]
    return f"Follow the values from what goes in to <code>{escape(e.output)}</code>.", steps


def _forward_step(s: Step) -> str:
    rows = [("", _where(w)) for w in s.symbols.where] + [("=", _math(s.symbols))]
    if s.numbers is not None:
        rows.append(("=", _math(s.numbers)))
    rows.append(("=", _value(s.value)))
    table = [
        (_name(s) if i == len(s.symbols.where) else "", sign, body) for i, (sign, body) in enumerate(rows)
    ]
    return _step(
        escape(s.name),
        _short(s.value),
        _formula(table) + _words(f"This step {s.words}.") + _place([s.origin]),
        nodes=[s.name],
        edges=[(source, s.name) for source in s.sources],
        lines=[s.origin],
        about=s.name,
    )


def _backward(e: Explanation) -> tuple[str, list[str]]:
    lead = (
        f"Hand the blame back: {_partial(e, 'z')} is how much <code>{escape(e.output)}</code> moves per unit "
        "of a value z. Each step multiplies what came back so far by one local slope."
    )
    top = next((s.tex for s in e.forward if s.name == e.output), "")
    if re.sub(r"\\mathrm|[{}_]", "", top) != e.output.replace("_", ""):
        lead += f" ({mathml(top)} is short for <code>{escape(e.output)}</code>.)"
    return lead, [_backward_step(e, a) for a in e.reverse]


def _backward_step(e: Explanation, a: Adjoint) -> str:
    rows: list[tuple[str, str, str]] = []
    head = mathml(a.tex) if a.tex else f"<code>{escape(a.symbol)}</code>"
    for i, use in enumerate(a.uses):
        rows.append((head if i == 0 else "", "=" if i == 0 else "+", _share(use)))
        rows += [("", "", _where(w)) for w in use.symbols.where]
    products = [u.numbers for u in a.uses]
    if products and all(products):
        rows.append(("", "=", mathml(" + ".join(products))))
    if a.numbers:
        rows.append(("", "=", mathml(a.numbers)))
    rows.append(("" if rows else head, "=", _value(a.value)))
    words = [f"{w[0].upper()}{w[1:]}." for w in dict.fromkeys(w for u in a.uses for w in u.why)] or [
        f"{a.words}."
    ]
    if len(a.uses) > 1:
        words.insert(0, f"<code>{escape(a.name)}</code> is used in {len(a.uses)} places; the shares add up.")
    body = _formula(rows) + _slopes(a) + "".join(map(_words, words)) + _why(e, a)
    body += _place([u.origin for u in a.uses])
    return _step(
        f"∂{escape(e.output)}/∂{escape(a.name)}",
        _short(a.value),
        body,
        nodes=[a.name],
        edges=[(a.name, u.through) for u in a.uses],
        lines=[u.origin for u in a.uses],
        about=a.name,
    )


def _share(use: Use) -> str:
    """The adjoint times the slope, as one formula."""
    return _math(use.symbols)


def _why(e: Explanation, a: Adjoint) -> str:
    """The rungs below and above: what each slope is, as a limit; and that `grad` gives the same number."""
    parts = []
    for use in a.uses:
        if use.nudges and use.slope_value is not None:
            says = f"Move <code>{escape(a.name)}</code> by h, all else held still: how far does "
            says += f"<code>{escape(use.through)}</code> move, per h?"
            parts.append(_words(says) + _nudges(use.nudges, use.slope_value.text))
    if a.nudges:
        says = f"The whole of <code>{escape(e.name)}</code> at once, per h of <code>{escape(a.name)}</code>:"
        given = [s.name for s in e.forward if s.kind == "input"]
        place = given.index(a.name)
        wrt = f", {place}" if place else ""
        parts.append(_words(says) + _nudges(a.nudges, a.value.text))
        parts.append(_words(f"<code>grad({escape(e.name)}{wrt})</code> gives the same number."))
    return f"<details><summary>Why? Down to a nudge</summary>{''.join(parts)}</details>" if parts else ""


def _nudges(nudges: Sequence[Nudge], limit: str) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{_plain_size(n.size)}</th><td>{_minus(f'{n.ahead:.6g}')}</td>"
        f"<td>{_minus(f'{n.behind:.6g}')}</td></tr>"
        for n in nudges
    )
    meets = f'<tr class="limit"><th scope="row">→ 0</th><td colspan="2">{escape(_minus(limit))}</td></tr>'
    head = "<tr><th scope='col'>h</th><th scope='col'>ahead</th><th scope='col'>behind</th></tr>"
    return f'<table class="nudges"><thead>{head}</thead><tbody>{rows}{meets}</tbody></table>'


def _plain_size(size: float) -> str:
    return f"{size:.5f}".rstrip("0")


def _slopes(a: Adjoint) -> str:
    """The local slopes that are arrays, in numbers: a formula of names alone would hide them."""
    found = [
        u
        for u in a.uses
        if u.kind in ("entries", "elementwise") and u.slope is not None and u.slope != u.symbols
    ]
    rows = [
        (
            f"slope through <code>{escape(u.through)}</code>",
            "=",
            f"{_math(u.slope)} = {_value(u.slope_value)}",
        )
        for u in found
        if u.slope is not None and u.slope_value is not None and u.slope_value.entries is not None
    ]
    if not rows:
        return ""
    title = "The local slopes in numbers" if len(rows) > 1 else "The local slope in numbers"
    return f"<details><summary>{title}</summary>{_formula(rows)}</details>"


def _paths(e: Explanation) -> tuple[str, list[str]]:
    lead = (
        "Multiply the local slopes along each path from the result back to an input; then add up the paths."
    )
    return lead, [step for p in e.paths for step in _path_steps(e, p)]


def _path_steps(e: Explanation, p: Paths) -> list[str]:
    of = f"∂{escape(e.output)}/∂{escape(entry_name(p))}"
    count = "no path" if p.count == 0 else "1 path" if p.count == 1 else f"{p.count:,} paths"
    listed = p.listed if all(len(r.stops) <= _LONG for r in p.listed) else p.listed[:_FEW]
    every = [r.stops for r in listed]
    rest = p.derivative - sum(r.contribution for r in listed)
    terms = " + ".join(_signed(r.contribution) for r in p.listed[:6])
    if p.count > 6:
        terms += " + …"
    body = _formula([(of, "=", f"{escape(terms)}" if terms else "0"), ("", "=", _number(p.derivative))])
    body += _words(f"{count[0].upper()}{count[1:]} from <code>{escape(p.source)}</code> to the result.")
    if p.count > len(listed):
        body += _words(
            f"{len(listed)} of them are listed below; the others together add {escape(number(rest))}. "
            "Reverse mode never lists them: it adds up at every fork."
        )
    head = _step(
        of,
        f"{_minus(number(p.derivative))}, by {count}",
        body,
        nodes=dict.fromkeys(n for stops in every for n in stops) or [p.source],
        edges=dict.fromkeys(edge for stops in every for edge in pairwise(stops)),
        about=p.source,
    )
    return [head, *(_route_step(r, entry_name(p) if p.entry else "") for r in listed)]


def _route_step(r: Route, entry: str) -> str:
    names = list(reversed(r.stops))
    cut = names if len(names) <= 14 else [*names[:6], "…", *names[-7:]]
    product = f'<span class="product">{escape(r.numbers.replace("-", "−"))}</span>'
    rows = [("", "", product)] if "×" in r.numbers else []
    rows.append(("", "=" if rows else "", _number(r.contribution)))
    along = f"<p>{' ← '.join(f'<code>{escape(name)}</code>' for name in names)}</p>" if cut != names else ""
    return _step(
        f'<span class="path">{escape(" ← ".join(cut))}</span>',
        _minus(number(r.contribution)),
        along
        + _formula(rows)
        + (_words(f"What <code>{escape(entry)}</code> gets along this path.") if entry else ""),
        nodes=r.stops,
        edges=pairwise(r.stops),
    )


def _signed(value: float) -> str:
    text = number(value)
    return f"({text})" if text.startswith("-") else text


# Pieces -----------------------------------------------------------------------------------------------------


def _name(s: Step) -> str:
    return mathml(s.tex) if s.tex else f"<code>{escape(s.name)}</code>"


def _partial(e: Explanation, below: str) -> str:
    top = next((s.tex for s in e.forward if s.name == e.output and s.tex), e.output)
    return mathml(rf"\frac{{\partial {top}}}{{\partial {below}}}")


def _math(symbols: Symbols) -> str:
    return mathml(symbols.tex) if symbols.tex else f"<code>{escape(symbols.text)}</code>"


def _where(line: str) -> str:
    return f"<code>{escape(line)}</code>"


def _formula(rows: Sequence[tuple[str, str, str]]) -> str:
    cells = "".join(
        f"<span>{left}</span><span>{sign}</span><span class={'result' if i == len(rows) - 1 else 'step-on'}>"
        f"{body}</span>"
        for i, (left, sign, body) in enumerate(rows)
    )
    return f'<div class="formula" tabindex="0" role="group" aria-label="Formula">{cells}</div>'


def _number(value: float) -> str:
    sign = "negative" if value < 0 else "positive" if value > 0 else "zero"
    return f'<span class="{sign}">{escape(_minus(number(value)))}</span>'


def _minus(text: str) -> str:
    return text.replace("-", "−") if text[:1] == "-" else text


def _value(value: Shown | None) -> str:
    """A number, a matrix between brackets, or what sums up a larger array."""
    if value is None:
        return ""
    if value.entries is None or not all(value.shape) or len(value.shape) > 2:
        return f"<span>{escape(value.text)}</span>"
    if not value.shape:
        return _number(value.entries) if not isinstance(value.entries, bool) else escape(value.text)
    rows: Any = value.entries if len(value.shape) == 2 else [value.entries]
    cells = "".join(_number(x) if not isinstance(x, bool) else escape(str(x)) for row in rows for x in row)
    columns = value.shape[-1]
    label = escape(value.text, quote=True)
    style = f"grid-template-columns:repeat({columns},auto)"
    return f'<span class="matrix" role="img" aria-label="{label}" style="{style}">{cells}</span>'


def _short(value: Shown) -> str:
    return escape(_minus(value.text)) if not value.shape else " × ".join(map(str, value.shape))


def _words(text: str) -> str:
    return f"<p>{text}</p>"


def _place(origins: Sequence[Origin | None]) -> str:
    found = dict.fromkeys((o.line, o.text) for o in origins if o is not None)
    lines = [f"line {line}: <code>{escape(text)}</code>" for line, text in found if text]
    return f'<p class="place">{"<br>".join(lines)}</p>' if lines else ""


# What it costs ----------------------------------------------------------------------------------------------


def _below(e: Explanation) -> str:
    c = e.counts
    rows = [("reverse mode", c.reverse, "1 pass"), ("forward mode", c.forward, f"{c.passes:,} passes")]
    if c.passes == 1:
        rows[1] = ("forward mode", c.forward, "1 pass")
    if c.by_paths is not None:
        rows.append(("by paths", c.by_paths, "each path on its own"))
    largest = max(1, *(n for _, n, _ in rows))
    bars = "".join(
        f'<tr class="{name.replace(" ", "-")}"><th scope="row">{name}</th><td><span class="bar" '
        f'style="width:{100 * n / largest:.2f}%"></span>{n:,} multiplies, {passes}</td></tr>'
        for name, n, passes in rows
    )
    gradient = _formula(
        [(f"∂{escape(e.output)}/∂{escape(w)}", "=", _value(g)) for w, g in e.gradients.items()]
    )
    notes = "".join(f"<li>{escape(r)}</li>" for r in remarks(e))
    listed = f'<ul class="notes">{notes}</ul>' if notes else ""
    return (
        f'<div class="below"><section><h2>The gradient</h2>{gradient}{listed}</section>'
        '<section><h2>What it costs</h2><table class="bars">'
        f'<caption class="spoken">Multiplies by local slopes</caption>{bars}</table>'
        f"<p>{escape(c.words)}.</p></section></div>"
    )
