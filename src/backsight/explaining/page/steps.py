"""The steps of the page: the way forward, the way back, and the sum over paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise

from backsight.explaining.explanation import Adjoint, Explanation, Nudge, Paths, Route, Step, Use
from backsight.explaining.mathml import mathml
from backsight.explaining.page.pieces import (
    formula,
    known,
    line_key,
    live,
    math,
    minus,
    name_of,
    number_of,
    paragraph,
    partial,
    place,
    short,
    value_of,
    where,
)
from backsight.explaining.plain import entry_name
from backsight.explaining.shown import number
from backsight.ir.program import Origin

_LONG, _FEW, _TERMS = 60, 8, 6
"""Of paths with more stops than the first, only the second many are written out; in a sum, the third."""
_Panel = tuple[str, list[str]]


def steps(e: Explanation) -> str:
    """Three ways through the derivation, one of them shown."""
    numbers = known(e)
    panels = (
        ("forward", "Forward", *_forward(e, numbers)),
        ("backward", "Backward", *_backward(e, numbers)),
        ("paths", "Paths", *_paths(e)),
    )
    tabs = "".join(
        f'<button role="tab" id="tab-{key}" aria-controls="{key}">{name}</button>'
        for key, name, _, _ in panels
    )
    bodies = "".join(
        f'<section class="panel" id="{key}" role="tabpanel" aria-labelledby="tab-{key}">'
        f'<h2 class="spoken">{name}</h2><p class="lead">{lead}</p><ol class="steps">{"".join(found)}</ol>'
        "</section>"
        for key, name, lead, found in panels
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
    summary: str,
    body: str,
    *,
    nodes: Iterable[str],
    edges: Iterable[tuple[str, str]] = (),
    lines: Iterable[Origin | None] = (),
    about: str = "",
) -> str:
    keys = " ".join(dict.fromkeys(line_key(o.file, o.line) for o in lines if o is not None))
    data = {
        "nodes": " ".join(nodes),
        "edges": " ".join(f"{a}>{b}" for a, b in edges),
        "lines": keys,
        "about": about,
    }
    attributes = "".join(f' data-{key}="{escape(value, quote=True)}"' for key, value in data.items() if value)
    return (
        f'<li class="step"{attributes}><h3><button>{title}<span class="short">{summary}</span></button></h3>'
        f'<div class="body">{body}</div></li>'
    )


# Forward ----------------------------------------------------------------------------------------------------


def _forward(e: Explanation, numbers: Mapping[str, str]) -> _Panel:
    given = [s for s in e.forward if s.kind != "step"]
    rows = [(name_of(s), "=", value_of(s.value, f"value {s.name}")) for s in given]
    names = [s.name for s in given]
    first = _step(
        "What goes in",
        f"{len(given)} value{'s' if len(given) != 1 else ''}",
        formula(rows),
        nodes=names,
        about=" ".join(names),
    )
    formulas = e.recipe.formulas if e.recipe is not None else {}
    found = [_forward_step(s, formulas.get(s.name, ""), numbers) for s in e.forward if s.kind == "step"]
    return f"Follow the values from what goes in to <code>{escape(e.output)}</code>.", [first, *found]


def _forward_step(s: Step, places: str, numbers: Mapping[str, str]) -> str:
    rows = [("", where(w)) for w in s.symbols.where] + [("=", math(s.symbols))]
    if s.numbers is not None:
        rows.append(("=", mathml(places, live=numbers) if places else math(s.numbers)))
    rows.append(("=", value_of(s.value, f"value {s.name}")))
    table = [
        (name_of(s) if i == len(s.symbols.where) else "", sign, body) for i, (sign, body) in enumerate(rows)
    ]
    return _step(
        escape(s.name),
        short(s.value, f"value {s.name}"),
        formula(table) + paragraph(f"This step {s.words}.") + place([s.origin]),
        nodes=[s.name],
        edges=[(source, s.name) for source in s.sources],
        lines=[s.origin],
        about=s.name,
    )


# Backward ---------------------------------------------------------------------------------------------------


def _backward(e: Explanation, numbers: Mapping[str, str]) -> _Panel:
    lead = (
        f"Hand the blame back: {partial(e, 'z')} is how much <code>{escape(e.output)}</code> moves per unit "
        "of a value z. Each step multiplies what came back so far by one local slope."
    )
    top = next((s.tex for s in e.forward if s.name == e.output), "")
    if re.sub(r"\\mathrm|[{}_]", "", top) != e.output.replace("_", ""):
        lead += f" ({mathml(top)} is short for <code>{escape(e.output)}</code>.)"
    return lead, [_backward_step(e, a, numbers) for a in e.reverse]


def _backward_step(e: Explanation, a: Adjoint, numbers: Mapping[str, str]) -> str:
    key = f"adjoint {a.name}"
    rows = _shares(a, numbers)
    head = mathml(a.tex) if a.tex else f"<code>{escape(a.symbol)}</code>"
    rows.append(("" if rows else head, "=", value_of(a.value, key)))
    rows[0] = (head, *rows[0][1:])
    says = [f"{w[0].upper()}{w[1:]}." for w in dict.fromkeys(w for u in a.uses for w in u.why)] or [
        f"{a.words}."
    ]
    if len(a.uses) > 1:
        says.insert(0, f"<code>{escape(a.name)}</code> is used in {len(a.uses)} places; the shares add up.")
    body = formula(rows) + _slopes(a) + "".join(map(paragraph, says)) + _why(e, a)
    body += place([u.origin for u in a.uses])
    return _step(
        f"∂{escape(e.output)}/∂{escape(a.name)}",
        short(a.value, key),
        body,
        nodes=[a.name],
        edges=[(a.name, u.through) for u in a.uses],
        lines=[u.origin for u in a.uses],
        about=a.name,
    )


def _shares(a: Adjoint, numbers: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The sum of the shares, in symbols and then in numbers."""
    rows: list[tuple[str, str, str]] = []
    for i, use in enumerate(a.uses):
        rows.append(("", "=" if i == 0 else "+", math(use.symbols)))
        rows += [("", "", where(w)) for w in use.symbols.where]
    if a.uses and all(u.numbers for u in a.uses):
        products = (
            rf"\live{{adjoint {u.through}}} \times \live{{slope {a.name} {u.through}}}" for u in a.uses
        )
        rows.append(("", "=", mathml(" + ".join(products), live=numbers)))
    if a.numbers:
        terms = (rf"\live{{share {a.name} {u.through}}}" for u in a.uses)
        rows.append(("", "=", mathml(" + ".join(terms), live=numbers)))
    return rows


def _why(e: Explanation, a: Adjoint) -> str:
    """The rungs below and above: what each slope is, as a limit; and that `grad` gives the same number."""
    parts = []
    for use in a.uses:
        if use.nudges and use.slope_value is not None:
            says = f"Move <code>{escape(a.name)}</code> by h, all else held still: how far does "
            says += f"<code>{escape(use.through)}</code> move, per h?"
            edge = f"{a.name} {use.through}"
            limit = live(f"slope {edge}", "plain", escape(minus(use.slope_value.text)))
            parts.append(paragraph(says) + _nudges(use.nudges, limit, f"nudge {edge}"))
    if a.nudges:
        says = f"The whole of <code>{escape(e.name)}</code> at once, per h of <code>{escape(a.name)}</code>:"
        given = [s.name for s in e.forward if s.kind == "input"]
        position = given.index(a.name)
        wrt = f", {position}" if position else ""
        limit = live(f"adjoint {a.name}", "plain", escape(minus(a.value.text)))
        parts.append(paragraph(says) + _nudges(a.nudges, limit, f"nudge {a.name}"))
        parts.append(paragraph(f"<code>grad({escape(e.name)}{wrt})</code> gives the same number."))
    return f"<details><summary>Why? Down to a nudge</summary>{''.join(parts)}</details>" if parts else ""


def _nudges(nudges: Sequence[Nudge], limit: str, key: str) -> str:
    def quotient(value: float, nudge: float) -> str:
        return live(key, "quotient", minus(f"{value:.6g}"), nudge=str(nudge))

    rows = "".join(
        f"<tr><th scope='row'>{_plain_size(n.size)}</th><td>{quotient(n.ahead, n.size)}</td>"
        f"<td>{quotient(n.behind, -n.size)}</td></tr>"
        for n in nudges
    )
    meets = f'<tr class="limit"><th scope="row">→ 0</th><td colspan="2">{limit}</td></tr>'
    head = "<tr><th scope='col'>h</th><th scope='col'>ahead</th><th scope='col'>behind</th></tr>"
    return f'<table class="nudges"><thead>{head}</thead><tbody>{rows}{meets}</tbody></table>'


def _plain_size(size: float) -> str:
    return f"{size:.5f}".rstrip("0")


def _slopes(a: Adjoint) -> str:
    """The local slopes that are arrays, in numbers: a formula of names alone would hide them."""
    rows = [
        (
            f"slope through <code>{escape(u.through)}</code>",
            "=",
            f"{math(u.slope)} = {value_of(u.slope_value, f'slope {a.name} {u.through}')}",
        )
        for u in a.uses
        if u.slope is not None and _tells_more(u)
    ]
    if not rows:
        return ""
    title = "The local slopes in numbers" if len(rows) > 1 else "The local slope in numbers"
    return f"<details><summary>{title}</summary>{formula(rows)}</details>"


def _tells_more(u: Use) -> bool:
    shown = u.slope_value is not None and u.slope_value.entries is not None
    return u.kind in ("entries", "elementwise") and u.slope != u.symbols and shown


# Paths ------------------------------------------------------------------------------------------------------


def _paths(e: Explanation) -> _Panel:
    lead = (
        "Multiply the local slopes along each path from the result back to an input; then add up the paths."
    )
    return lead, [step for p in e.paths for step in _path_steps(e, p)]


def _at(p: Paths) -> str:
    """Which entry of an array a path's number is."""
    return " ".join(map(str, p.entry or ()))


def _path_steps(e: Explanation, p: Paths) -> list[str]:
    of = f"∂{escape(e.output)}/∂{escape(entry_name(p))}"
    count = "no path" if p.count == 0 else "1 path" if p.count == 1 else f"{p.count:,} paths"
    some = p.listed if all(len(r.stops) <= _LONG for r in p.listed) else p.listed[:_FEW]
    every = [r.stops for r in some]
    terms = " + ".join(_contribution(r, p, "signed", _signed(r.contribution)) for r in p.listed[:_TERMS])
    if p.count > _TERMS:
        terms += " + …"
    whole = live(f"adjoint {p.source}", "number", number_of(p.derivative), entry=_at(p))
    body = formula([(of, "=", terms or "0"), ("", "=", whole)])
    body += paragraph(f"{count[0].upper()}{count[1:]} from <code>{escape(p.source)}</code> to the result.")
    if p.count > len(some):
        rest = p.derivative - sum(r.contribution for r in some)
        body += paragraph(
            f"{len(some)} of them are listed below<span data-stale>; the others together add "
            f"{escape(number(rest))}</span>. Reverse mode never lists them: it adds up at every fork."
        )
    plain = live(f"adjoint {p.source}", "plain", minus(number(p.derivative)), entry=_at(p))
    head = _step(
        of,
        f"{plain}, by {count}",
        body,
        nodes=dict.fromkeys(n for stops in every for n in stops) or [p.source],
        edges=dict.fromkeys(edge for stops in every for edge in pairwise(stops)),
        about=p.source,
    )
    return [head, *(_route_step(r, p) for r in some)]


def _contribution(r: Route, p: Paths, form: str, inner: str) -> str:
    return live(f"path {' '.join(r.stops)}", form, inner, entry=_at(p))


def _route_step(r: Route, p: Paths) -> str:
    names = list(reversed(r.stops))
    cut = names if len(names) <= 14 else [*names[:6], "…", *names[-7:]]
    rows = [("", "", f'<span class="product">{_product(r)}</span>')] if "×" in r.numbers else []
    rows.append(("", "=" if rows else "", _contribution(r, p, "number", number_of(r.contribution))))
    along = f"<p>{' ← '.join(f'<code>{escape(name)}</code>' for name in names)}</p>" if cut != names else ""
    gets = f"What <code>{escape(entry_name(p))}</code> gets along this path."
    return _step(
        f'<span class="path">{escape(" ← ".join(cut))}</span>',
        _contribution(r, p, "plain", minus(number(r.contribution))),
        along + formula(rows) + (paragraph(gets) if p.entry else ""),
        nodes=r.stops,
        edges=pairwise(r.stops),
    )


def _product(r: Route) -> str:
    """The slopes along a path, from the result back."""
    edges = list(pairwise(r.stops))[::-1]
    factors = [escape(text.replace("-", "−")) for text in r.numbers.split(" × ")]
    return " × ".join(
        live(f"slope {source} {target}", "signed" if i else "plain", factor)
        for i, ((source, target), factor) in enumerate(zip(edges, factors, strict=True))
    )


def _signed(value: float) -> str:
    text = number(value).replace("-", "−")
    return f"({text})" if text.startswith("−") else text
