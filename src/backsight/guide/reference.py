"""The reference: what every public name does, every operation, every error, as pages of the site.

Public names are described by their own docstrings, operations by their records, errors by docs/errors, and
the rest by the Markdown of docs/reference. All of it is text in the page: it reads without JavaScript.
"""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from markdown_it import MarkdownIt

PACKAGE = Path(__file__).resolve().parent.parent
# Beside the package in a checkout, inside it in a wheel.
DOCS = next((p for p in (PACKAGE / "docs", PACKAGE.parent.parent / "docs") if p.is_dir()), None)

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Record and run", ("trace", "compile", "Program", "ArrayType")),
    (
        "Differentiate",
        ("grad", "value_and_grad", "vjp", "jvp", "jacobian", "hessian", "hvp", "vmap"),
    ),
    ("Rules of your own", ("stop_gradient", "custom_vjp")),
    ("Understand and check", ("explain", "check", "check_grads")),
    ("Look around", ("graph", "train", "fold", "atlas")),
    ("Take along", ("export",)),
)
_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Examples?|Yields):$")
_ITEM = re.compile(r"^(\*{0,2}[\w., ]+?)(?: \([^)]*\))?: (.*)$", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """A page of the reference; `slug` is its folder below reference/, "" for the first one."""

    slug: str
    title: str
    group: str
    html: str


def pages() -> list[Page]:
    """Every page, in the order of the list beside them."""
    found = [Page("", "Start here", "", _overview())]
    found += [Page(_slug(title), title, "Python", _names(title, names)) for title, names in GROUPS]
    found.append(Page("operations", "Operations", "Python", _operations()))
    if DOCS is not None:
        for path in sorted((DOCS / "reference").glob("*.md")):
            title, body = _document(path)
            found.append(Page(path.stem, title, "How to", body))
        for path in sorted((DOCS / "errors").glob("BS*.md")):
            title, body = _document(path)
            found.append(Page(f"errors/{path.stem}", title, "Errors", body))
    return found


def page_html(page: Page, everything: Sequence[Page]) -> str:
    """The body of a page: the list of all pages, and the text."""
    up = "../" * (1 + len([part for part in page.slug.split("/") if part]))
    return (
        f'<div class="reference" data-root="{up}">\n'
        f'<p class="to-pages"><a href="#pages">All pages of the reference</a></p>\n'
        f'<main id="main">\n{page.html}</main>\n'
        f'<nav id="pages" aria-label="Reference">\n{_list(page, everything, up)}</nav>\n</div>\n'
    )


def _list(page: Page, everything: Sequence[Page], up: str) -> str:
    parts: list[str] = []
    group: str | None = None
    for other in everything:
        if other.group != group:
            parts.append("</ul>\n" if group is not None else "")
            parts.append(f"<h2>{other.group}</h2>\n" if other.group else "")
            parts.append("<ul>\n")
            group = other.group
        address = f"{up}reference/{other.slug}{'/' if other.slug else ''}"
        here = ' aria-current="page"' if other == page else ""
        parts.append(f'<li><a href="{address}"{here}>{html.escape(other.title)}</a></li>\n')
    return "".join([*parts, "</ul>\n"])


def _slug(title: str) -> str:
    return title.lower().replace(" ", "-")


# Markdown ---------------------------------------------------------------------------------------------------


def _markdown() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable("smartquotes").enable("table")
    md.add_render_rule("table_open", lambda *_: '<div class="table"><table>\n')
    md.add_render_rule("table_close", lambda *_: "</table></div>\n")
    md.add_render_rule("fence", _fence)
    return md


def _fence(self: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    kind = ' class="message"' if token.info == "text" and "[BS" in token.content else ""
    lines = (html.escape(line) for line in token.content.rstrip("\n").split("\n"))
    marked = (f'<span class="wrong-line">{line}</span>' if "# ←" in line else line for line in lines)
    return f"<pre{kind}><code>{chr(10).join(marked)}</code></pre>\n"


def _document(path: Path) -> tuple[str, str]:
    """The title and the text of a Markdown file."""
    source = path.read_text("utf-8")
    title = source.split("\n", 1)[0].removeprefix("# ").strip()
    return title, _markdown().render(source)


# Names ------------------------------------------------------------------------------------------------------


def _public() -> list[str]:
    import backsight

    return [name for name in backsight.__all__ if name != "numpy"]


def _overview() -> str:
    public = set(_public())
    lines = [
        "# backsight for your own Python",
        "",
        "The guide's figures and everything here run on one small compiler. It records what a function does",
        "to its arguments, differentiates the record, and writes the result as code you can read and run.",
        "",
        "```python",
        "import numpy as np",
        "",
        "import backsight as bs",
        "",
        "",
        "def cost(w, x, t):",
        "    a = 1 / (1 + np.exp(-(x @ w)))",
        "    return np.mean((a - t) ** 2)",
        "",
        "",
        "x, t, w = np.eye(3), np.array([1.0, 0.0, 1.0]), np.zeros(3)",
        "print(bs.grad(cost)(w, x, t))         # the slope by each weight",
        "print(bs.grad(cost).source(w, x, t))  # the same as NumPy code",
        "```",
        "",
        "| | |",
        "|-|-|",
    ]
    for title, names in GROUPS:
        for name in names:
            if name in public:
                lines.append(f"| [`{name}`]({_slug(title)}/#{name}) | {_summary(name)} |")
    return str(_markdown().render("\n".join(lines)))


def _object(name: str) -> Any:
    import backsight

    return getattr(backsight, name)


def _summary(name: str) -> str:
    return (inspect.getdoc(_object(name)) or "").split("\n\n", 1)[0].replace("\n", " ").replace("|", r"\|")


def _names(title: str, names: Sequence[str]) -> str:
    public = set(_public())
    parts = [f"<h1>{title}</h1>\n"]
    for name in names:
        if name in public:
            parts.append(f'<h2 id="{name}"><code>{name}</code></h2>\n')
            parts.append(f'<pre class="signature"><code>{html.escape(signature(name))}</code></pre>\n')
            parts.append(docstring_html(inspect.getdoc(_object(name)) or ""))
    return "".join(parts)


def signature(name: str) -> str:
    """`backsight.name(arguments)`, without annotations where they would only be Any."""
    thing = _object(name)
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return f"backsight.{name}"
    kept = [
        p.replace(annotation=inspect.Parameter.empty) for p in found.parameters.values() if p.name != "self"
    ]
    return f"backsight.{name}{found.replace(parameters=kept, return_annotation=inspect.Signature.empty)}"


def docstring_html(text: str) -> str:
    """A docstring in Google's style as HTML."""
    md = _markdown()
    parts: list[str] = []
    for title, body in _sections(text):
        if title:
            parts.append(f'<p class="what">{title}</p>\n')
        if title.startswith("Example"):
            parts.append(f"<pre><code>{html.escape(body.strip())}</code></pre>\n")
        elif title in ("Args", "Raises", "Attributes"):
            items = "".join(
                f"<dt>{html.escape(n)}</dt><dd>{md.renderInline(t)}</dd>\n" for n, t in _items(body)
            )
            parts.append(f"<dl>\n{items}</dl>\n")
        else:
            parts.append(_with_examples(md, body))
    return "".join(parts)


def _with_examples(md: MarkdownIt, body: str) -> str:
    """Prose, in which paragraphs that begin with >>> are examples."""
    parts = []
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        if paragraph.lstrip().startswith(">>>"):
            parts.append(f"<pre><code>{html.escape(dedent(paragraph))}</code></pre>\n")
        else:
            parts.append(md.render(paragraph))
    return "".join(parts)


def _sections(text: str) -> Iterator[tuple[str, str]]:
    title, lines = "", list[str]()
    for line in text.split("\n"):
        match = _SECTION.match(line)
        if match or (title and line and not line.startswith(" ")):
            yield title, dedent("\n".join(lines))
            title, lines = (match[1], []) if match else ("", [line])
        else:
            lines.append(line)
    yield title, dedent("\n".join(lines))


def _items(body: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"\n(?=\S)", body.strip()):
        match = _ITEM.match(part)
        yield (match[1], " ".join(match[2].split())) if match else ("", " ".join(part.split()))


# Operations -------------------------------------------------------------------------------------------------

_FAMILIES = {
    "map": "One number at a time",
    "contract": "Sums of products",
    "reduce": "Along axes",
    "move": "Moving numbers",
    "routine": "Whole arrays",
}


def _operations() -> str:
    import backsight.ops  # noqa: F401  (fills the registry)
    from backsight.ir.op import REGISTRY, Family

    lines = [
        "# Operations",
        "",
        "A recorded Program is made of these; NumPy's names are recorded as one or a few of them.",
        "Each carries its slope, and a test compares all answers about it.",
    ]
    for family in Family:
        ops = [op for name, op in sorted(REGISTRY.items()) if op.family is family]
        if ops:
            lines += [
                "",
                f"## {_FAMILIES[family.value]}",
                "",
                "| operation | what it does | its slope |",
                "|-|-|-|",
            ]
            lines += [f"| `{op.name}` | {_cell(op.says)} | {_cell(op.why)} |" for op in ops]
    return str(_markdown().render("\n".join(lines)))


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("*", r"\*")
