"""An explanation as one HTML page that needs no other file: to open from a disk, to send, to print.

Its numbers are marked with keys; kernels in the page compute them anew when a person moves an input.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from html import escape
from importlib.resources import files
from pathlib import Path, PurePath

from backsight.explaining.explanation import Explanation
from backsight.explaining.page.graph import graph
from backsight.explaining.page.pieces import formula, line_key, listed, value_of
from backsight.explaining.page.steps import steps
from backsight.explaining.plain import remarks

_FONTS = Path(__file__).resolve().parents[2] / "static" / "assets"
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; font-src data:; img-src data:"
)


def page(e: Explanation) -> str:
    """The whole page."""
    kernels = e.recipe.kernels() if e.recipe is not None else ""
    told = e.recipe.data() if e.recipe is not None and kernels else {}
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(f"The chain rule in {e.name}")}</title>
<style>{fonts()}{style()}</style>
</head>
<body>
{body(e)}
<footer>Computed by backsight at the numbers shown; nothing on this page is loaded from elsewhere.</footer>
<script type="application/json" id="live">{in_script(json.dumps(told, allow_nan=False))}</script>
<script>{in_script(script())}
walk(document, document.documentElement);</script>
<script type="module">{in_script(kernels)}
{_START if kernels else ""}</script>
</body>
</html>
"""


_START = """const told = JSON.parse(document.getElementById('live').textContent);
const kernel = (module) => module && module.create({});
live(document, document.documentElement, told, {
  numbers: typeof numbers === 'undefined' ? null : kernel(numbers),
  nudges: typeof nudges === 'undefined' ? null : kernel(nudges),
  paths: typeof paths === 'undefined' ? null : kernel(paths),
});"""


def in_script(text: str) -> str:
    """Text within a script element: nothing in it can end the element or open a comment."""
    return re.sub(r"<(?=/script|!--|script)", r"\\x3c", text, flags=re.IGNORECASE)


def body(e: Explanation) -> str:
    """What the page shows."""
    return f"""{_head(e)}
<form class="inputs" aria-label="Inputs" hidden></form>
<p class="elsewhere" role="status" hidden></p>
<main>
{_stage(e)}
{steps(e)}
{_below(e)}
</main>"""


def style() -> str:
    """The style of the page, in which `:root` is the page."""
    return _read("style.css")


def script() -> str:
    """Two functions: `walk(root, host)` and `live(root, host, told, kernels, moved)`."""
    return f"{_read('walk.js')}\n{_read('live.js')}"


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def fragment(e: Explanation) -> str:
    """The page in a frame, where no widgets run: its styles and keys stay its own."""
    source = escape(page(e), quote=True)
    title = escape(f"The chain rule in {e.name}", quote=True)
    return f'<iframe srcdoc="{source}" title="{title}" style="width:100%;height:46rem;border:0"></iframe>'


def fonts() -> str:
    """The guide's own fonts, where the built guide is at hand; else fonts of the system."""
    return "\n".join(
        f"@font-face{{font-family:'{family}';src:url(data:font/woff2;base64,{data}) format('woff2')}}"
        for family, data in font_data().items()
    )


def font_data() -> dict[str, str]:
    """By family, the font in base64."""
    found = {}
    for family, pattern in (("Backsight Hand", "hand-*.woff2"), ("Backsight Prose", "prose-[!i]*.woff2")):
        for file in sorted(_FONTS.glob(pattern))[:1]:
            found[family] = b64encode(file.read_bytes()).decode("ascii")
    return found


# Head -------------------------------------------------------------------------------------------------------


def _head(e: Explanation) -> str:
    given = ", ".join(s.name for s in e.forward if s.kind == "input")
    file = ""
    # A notebook's cell is a file whose name is a number: nothing to tell.
    if e.listings and not PurePath(e.listings[0].file).stem.isdigit():
        where = f"{PurePath(e.listings[0].file).name}:{e.listings[0].first}"
        file = f" <span class='spoken'>in </span><code>{escape(where)}</code>"
    wrt = listed([f"<code>{escape(w)}</code>" for w in e.wrt])
    return (
        f"<header><h1>The chain rule in <code>{escape(e.name)}({escape(given)})</code></h1>"
        f"<p>How much does <code>{escape(e.output)}</code> move per unit of {wrt}?{file}</p></header>"
    )


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
                f'<li data-line="{line_key(listing.file, line)}"{gap}>'
                f'<span class="number">{line}</span>{escape(text) or " "}</li>'
            )
    label = 'aria-label="Source" tabindex="0" role="region"'
    return f'<pre class="source" {label}><ol>{"".join(lines)}</ol></pre>'


# What it costs ----------------------------------------------------------------------------------------------


def _below(e: Explanation) -> str:
    c = e.counts
    rows: list[tuple[str, int, str]] = [
        ("reverse mode", c.reverse, "1 pass"),
        ("forward mode", c.forward, f"{c.passes:,} passes" if c.passes != 1 else "1 pass"),
    ]
    if c.by_paths is not None:
        rows.append(("by paths", c.by_paths, "each path on its own"))
    largest = max(1, *(n for _, n, _ in rows))
    bars = "".join(
        f'<tr class="{name.replace(" ", "-")}"><th scope="row">{name}</th><td><span class="bar" '
        f'style="width:{100 * n / largest:.2f}%"></span>{n:,} multiplies, {passes}</td></tr>'
        for name, n, passes in rows
    )
    gradient = formula(
        [
            (f"∂{escape(e.output)}/∂{escape(w)}", "=", value_of(g, f"adjoint {w}"))
            for w, g in e.gradients.items()
        ]
    )
    notes = "".join(f"<li>{escape(r)}</li>" for r in remarks(e))
    note_list = f'<ul class="notes" data-stale>{notes}</ul>' if notes else ""
    return (
        f'<div class="below"><section><h2>The gradient</h2>{gradient}{note_list}</section>'
        '<section><h2>What it costs</h2><table class="bars">'
        f'<caption class="spoken">Multiplies by local slopes</caption>{bars}</table>'
        f"<p>{escape(c.words)}.</p></section></div>"
    )
