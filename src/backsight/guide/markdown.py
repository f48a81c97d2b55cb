"""A lesson's Markdown becomes its page: prose as HTML, directives as checked data for the lesson runtime.

A lesson folder holds index.md, model.py (traced functions), start.py and solution.py. In index.md:

- TOML front matter between `---`: number, title, question, minutes, and optionally `next`;
- optionally made.json: `data` that the stage has besides its own, and sets of `inputs` that scenes begin with
  by name (`from = "trained"`): numbers that a script of the lesson computed, such as trained weights;
- a `:::{stage}` directive before the first heading: the figure that stays while the steps go by;
- every `## Heading {#slug}` starts a step, with prose and directives (see `backsight.guide.directives`);
- roles: {live}`name` is a computed number, {quantity}`name` its symbol, lit wherever it appears;
- $…$ is TeX.

Numbers are never typed as answers: they are expressions over the lesson's own functions, evaluated by the
kernels in the browser (see `backsight.guide.expression`).
"""

from __future__ import annotations

import html
import json
import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from backsight.errors import LessonError
from backsight.guide import expression
from backsight.guide.directives import DIRECTIVES, STAGE
from backsight.guide.excerpts import excerpt
from backsight.guide.model import LessonFunction, load_functions
from backsight.guide.reading import Names, Place, nearest, number, record, text
from backsight.ir.program import Origin

_FRONT = record({"number": number, "title": text, "question": text, "minutes": number}, {"part": number})
_HEADING_SLUG = re.compile(r"\s*\{#([a-z0-9-]+)\}\s*$")
_DIRECTIVE = re.compile(r"^\{([a-z]+)\}\s*([a-z0-9-]*)$")


@dataclass(frozen=True)
class Lesson:
    """A rendered lesson.

    Attributes:
        slug: the folder's name and the last part of its address.
        part: 1, 2 … where several pages are one lesson of the course; else 0.
        html: the prose, as it stands in the page's body.
        data: what the runtime needs, embedded as JSON; the types are in web/src/lesson/data.ts.
        functions: the functions whose payload the lesson's figures run.
        lines: where in index.md each step begins, by its slug, and each block, by its id.
    """

    slug: str
    title: str
    number: int
    part: int
    question: str
    minutes: int
    html: str
    data: dict[str, Any]
    functions: dict[str, LessonFunction]
    lines: dict[str, int]

    @property
    def tasks(self) -> int:
        """How many things its pages ask for."""
        return sum(len(step["blocks"]) + int(step["scene"].get("blanks", 0)) for step in self.data["steps"])


def render_lesson(folder: Path) -> Lesson:
    """Read a lesson's folder.

    Raises:
        LessonError: with the file and line of what is wrong, and what to do about it.
    """
    path = folder / "index.md"
    if not path.exists():
        raise LessonError(
            f"{folder.name} has no index.md", origin=Origin(str(path), 1, ""), remedy="write the lesson there"
        )
    return _Renderer(folder, path).render()


def _markdown() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable("smartquotes").enable("table")
    md.use(front_matter_plugin).use(colon_fence_plugin).use(myst_role_plugin)
    md.use(dollarmath_plugin, allow_space=False, allow_digits=False)
    return md


class _Renderer:
    """One lesson on its way to HTML; holds what the text may name."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder, self.file = folder, str(path)
        self.source = path.read_text(encoding="utf-8")
        self.functions = load_functions(folder)
        made = folder / "made.json"
        self.made: dict[str, Any] = json.loads(made.read_text("utf-8")) if made.exists() else {}
        self.names = Names(variables=self._variables)
        self._stage_calls: dict[str, Any] = {}
        self.lines: dict[str, int] = {}
        self.md = _markdown()
        self.md.add_render_rule("myst_role", _render_role)
        self.md.add_render_rule("math_inline", _render_math)
        self.md.add_render_rule("math_block", _render_math)

    @cache  # noqa: B019  one renderer per lesson, gone with it
    def _variables(self, function: str) -> dict[str, str | float]:
        if function not in self.functions:
            raise KeyError(f"model.py has no function `{function}`; {nearest(function, self.functions)}")
        return self.functions[function].names()

    def _bench(self, calls: dict[str, Any]) -> dict[str, str]:
        """What may be taken to the workbench: the source of each function that the stage calls."""
        text = (self.folder / "model.py").read_text("utf-8")
        names = dict.fromkeys(call["function"] for call in calls.values())
        return {name: excerpt(text, self.functions[name].function.__name__) for name in names}

    # The whole lesson

    def render(self) -> Lesson:
        tokens = self.md.parse(self.source)
        front = self._front(tokens)
        start = next((i for i, t in enumerate(tokens) if t.type == "heading_open"), len(tokens))
        stage = self._stage(tokens[:start])
        steps, sections = self._steps(tokens[start:])
        data = {
            "slug": self.folder.name,
            **front,
            "functions": list(self.functions),
            "stage": {**stage, "bench": self._bench(stage["calls"])},
            "steps": steps,
            "files": self._files(),
        }
        page = _page(data, "".join(sections))
        return Lesson(
            self.folder.name,
            front["title"],
            int(front["number"]),
            int(front.get("part", 0)),
            front["question"],
            int(front["minutes"]),
            page,
            data,
            self.functions,
            self.lines,
        )

    def _files(self) -> dict[str, str]:
        return {p.name: p.read_text(encoding="utf-8") for p in (self.folder / "start.py",) if p.exists()}

    def _front(self, tokens: Sequence[Token]) -> dict[str, Any]:
        if not tokens or tokens[0].type != "front_matter":
            raise self._error(
                "the lesson has no front matter", 1, "begin with --- and number, title, question, minutes"
            )
        return self._read(_FRONT, tokens[0].content, 1)

    def _stage(self, tokens: Sequence[Token]) -> dict[str, Any]:
        found = [t for t in tokens if t.type == "colon_fence" and t.info.strip().startswith("{stage}")]
        if len(found) != 1:
            raise self._error(
                f"found {len(found)} stages", 1, "write one :::{stage} before the first heading"
            )
        token = found[0]
        line = _line(token)
        raw = self._toml(token.content, line)
        if self.made:
            raw["data"] = {**self.made.get("data", {}), **raw.get("data", {})}
        self.names = replace(
            self.names,
            inputs=frozenset([*raw.get("inputs", {}), *raw.get("found", {}), *raw.get("data", {})]),
            quantities=frozenset(raw.get("quantities", {})),
            calls=frozenset(raw.get("calls", {})),
        )
        stage = STAGE(raw, self._place(token.content, line))
        stage["calls"] = {name: self._call(c, token, name) for name, c in stage.get("calls", {}).items()}
        self._stage_calls = stage["calls"]
        self._mark_derivatives(stage, raw)
        self._check_call_variables(stage, token, self._stage_calls)
        if "demo" in stage:
            stage["demo"] = self._begun(stage["demo"], line)
        return dict(stage)

    def _mark_derivatives(self, stage: dict[str, Any], raw: dict[str, Any]) -> None:
        """What a quantity is called in its function, where it is a derivative: figures ask for its ladder."""
        for name, quantity in stage["quantities"].items():
            asked = str(raw["quantities"][name]["of"]).rpartition(".")[2]
            parsed = quantity["of"]
            if isinstance(parsed, dict):
                call = self._stage_calls[parsed["call"]] if "call" in parsed else parsed
                if asked in self.functions[call["function"]].derivatives:
                    quantity["derivative"] = asked

    def _call(self, source: str, token: Token, name: str) -> dict[str, Any]:
        try:
            return expression.parse_call(source, self._variables, self.names.calls)
        except expression.BadExpression as error:
            place = self._place(token.content, _line(token)).inside(name)
            raise place.fail(str(error), "write function(argument=value)") from None

    def _check_call_variables(self, node: Any, token: Token, calls: dict[str, Any]) -> None:
        """Every `call.variable` names something the called function computes."""
        if isinstance(node, dict):
            if set(node) == {"call", "variable"}:
                function = calls[node["call"]]["function"]
                if node["variable"] not in self._variables(function):
                    raise self._error(
                        f"`{node['call']}` ({function}) computes no `{node['variable']}`",
                        _line(token),
                        nearest(node["variable"], self._variables(function)),
                    )
                node["variable"] = self._variables(function)[node["variable"]]
            for item in node.values():
                self._check_call_variables(item, token, calls)
        elif isinstance(node, list):
            for item in node:
                self._check_call_variables(item, token, calls)

    # Steps

    def _steps(self, tokens: Sequence[Token]) -> tuple[list[dict[str, Any]], list[str]]:
        starts = [i for i, t in enumerate(tokens) if t.type == "heading_open" and t.tag == "h2"]
        if not starts:
            raise self._error("the lesson has no steps", 1, "start each step with ## and its title")
        steps: list[dict[str, Any]] = []
        sections = []
        for begin, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
            step, section = self._step(tokens[begin:end], {s["slug"] for s in steps})
            steps.append(step)
            sections.append(section)
        return steps, sections

    def _step(self, tokens: Sequence[Token], taken: Collection[str]) -> tuple[dict[str, Any], str]:
        heading = tokens[1]
        slug, title = _slug(heading.content)
        if slug in taken:
            raise self._error(
                f"two steps are called #{slug}", _line(tokens[0]), "give one of them {#another-slug}"
            )
        heading.content = title
        self.lines[slug] = _line(tokens[0])
        step: dict[str, Any] = {"slug": slug, "title": title, "scene": {}, "blocks": []}
        parts = []
        prose: list[Token] = []
        for token in tokens[3:]:
            if token.type == "colon_fence":
                parts.append(self._prose(prose))
                prose = []
                parts.append(self._directive(token, step))
            else:
                prose.append(token)
        parts.append(self._prose(prose))
        inner = self._inline(title, self._place("", _line(tokens[0])))
        section = f'<section class="step" id="{slug}"><h2>{inner}</h2>\n{"".join(parts)}</section>\n'
        return step, section

    def _prose(self, tokens: Sequence[Token]) -> str:
        if not tokens:
            return ""
        self._check_roles(tokens, self.names.values)
        return str(self.md.renderer.render(tokens, self.md.options, {}))

    def _directive(self, token: Token, step: dict[str, Any]) -> str:
        line = _line(token)
        match = _DIRECTIVE.match(token.info.strip())
        if match is None:
            raise self._error(f"`:::{token.info}` is not a directive", line, "write :::{name}")
        kind, label = match.groups()
        if kind not in DIRECTIVES:
            raise self._error(f"there is no directive `{kind}`", line, nearest(kind, DIRECTIVES))
        data = self._read(DIRECTIVES[kind], token.content, line)
        self._check_call_variables(data, token, self._stage_calls)
        if kind == "scene":
            step["scene"] = self._begun(data, line)
            return ""
        if kind == "notes":
            step["notes"] = data["text"]
            return ""
        name = label or f"{step['slug']}-{kind}"
        if any(b["id"] == name for b in step["blocks"]):
            raise self._error(
                f"two directives are called `{name}`", line, f"write :::{{{kind}}} another-name"
            )
        self.lines[name] = line
        step["blocks"].append({"id": name, "kind": kind, **data})
        return f'<div class="block" data-block="{name}"></div>\n'

    def _begun(self, scene: dict[str, Any], line: int) -> dict[str, Any]:
        """A scene, or a demo, that begins with inputs of made.json; its own `set` goes before them."""
        name = scene.pop("from", None)
        if name is None:
            return scene
        known = self.made.get("inputs", {})
        if name not in known:
            raise self._error(f"made.json has no inputs called `{name}`", line, nearest(name, known))
        return {**scene, "set": {**known[name], **scene.get("set", {})}}

    # Small parts

    def _read(self, form: Any, content: str, line: int) -> dict[str, Any]:
        return dict(form(self._toml(content, line), self._place(content, line)))

    def _toml(self, content: str, line: int) -> dict[str, Any]:
        try:
            return tomllib.loads(content)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+)", str(error))
            at = line + (int(found.group(1)) if found else 1)
            raise self._error(
                f"this is not TOML: {error}", at, "strings stand in quotes, tables in { }"
            ) from None

    def _place(self, content: str, line: int) -> Place:
        return Place(self.file, line, content, self.names, self._inline, self._block)

    def _inline(self, source: str, place: Place) -> str:
        tokens = self.md.parseInline(source)
        self._check_roles(tokens, place.names.values, place)
        return str(self.md.renderer.render(tokens, self.md.options, {}))

    def _block(self, source: str, place: Place) -> str:
        tokens = self.md.parse(source)
        self._check_roles(tokens, place.names.values, place)
        return str(self.md.renderer.render(tokens, self.md.options, {}))

    def _check_roles(
        self, tokens: Sequence[Token], known: Collection[str], place: Place | None = None
    ) -> None:
        for token in tokens:
            for child in token.children or []:
                if child.type != "myst_role":
                    continue
                role, name = child.meta["name"], child.content.split("|")[0].strip()
                if role not in ("live", "quantity"):
                    message, remedy = f"there is no role `{role}`", nearest(role, ("live", "quantity"))
                else:
                    names = self.names.quantities if role == "quantity" else known
                    if name in names:
                        continue
                    message, remedy = f"nothing is called `{name}`", nearest(name, names)
                if place is not None:
                    raise place.fail(message, remedy)
                raise self._error(message, self._line_with(f"{{{role}}}`{child.content}", token), remedy)

    def _line_with(self, text: str, token: Token) -> int:
        """The line of a paragraph that a text stands on."""
        first, last = token.map or (0, 0)
        lines = self.source.splitlines()[first:last]
        return first + 1 + next((i for i, line in enumerate(lines) if text in line), 0)

    def _error(self, message: str, line: int, remedy: str) -> LessonError:
        lines = self.source.splitlines()
        excerpt = lines[line - 1] if 0 < line <= len(lines) else ""
        return LessonError(message, origin=Origin(self.file, line, excerpt), remedy=remedy)


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _slug(title: str) -> tuple[str, str]:
    match = _HEADING_SLUG.search(title)
    if match:
        return match.group(1), title[: match.start()]
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-"), title


def _render_role(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    name, _, digits = token.content.partition("|")
    escaped = html.escape(name.strip())
    if token.meta["name"] == "quantity":
        return f'<span class="quantity" data-quantity="{escaped}"></span>'
    return f'<span class="live" data-live="{escaped}" data-digits="{html.escape(digits.strip())}"></span>'


def _render_math(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    display = token.type == "math_block"
    tag, style = ("div", "math display") if display else ("span", "math")
    return f'<{tag} class="{style}">{html.escape(token.content.strip())}</{tag}>'


def _page(data: dict[str, Any], sections: str) -> str:
    return (
        f'<main id="lesson" data-lesson="{data["slug"]}">\n'
        f"<h1>{html.escape(data['title'])}</h1>\n"
        f"{sections}</main>\n"
    )
