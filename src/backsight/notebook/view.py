"""What all views share: a state that Python and the browser both hold, a picture, and a page to save."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from backsight.errors import ViewError
from backsight.explaining import page
from backsight.explaining.live import sendable
from backsight.tracing.source import user_origin

Handler = Callable[[Any], None]
FIGURES = ("train", "fold", "atlas")
"""Kinds that the guide's own figures draw."""


def refused(message: str, remedy: str) -> ViewError:
    """What is wrong, at the person's own line."""
    return ViewError(message, origin=user_origin(), remedy=remedy)


class View:
    """Something to look at and to move.

    The names in `shared` are attributes that a person moves in the view and that Python reads and sets.

    Attributes:
        kind: what the browser draws.
        shared: names of the shared state.
        content: what the browser is told beside the state.
    """

    kind: ClassVar[str] = ""
    shared: ClassVar[tuple[str, ...]] = ()
    content: dict[str, Any]

    def __init__(self, content: Mapping[str, Any], state: Mapping[str, Any]) -> None:
        self.__dict__.update(content=dict(content), _state=dict(state), _handlers={}, _widget=None)

    # State --------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name in type(self).shared:
            return self.shown(name, self.__dict__["_state"][name])
        raise AttributeError(
            f"{type(self).__name__} has no {name!r}; what can be moved: {', '.join(self.shared)}"
        )

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.shared:
            raise refused(
                f"{type(self).__name__} has no {name!r} to set", remedy=f"set one of {', '.join(self.shared)}"
            )
        self._take(name, self.accepted(name, value))

    def accepted(self, name: str, value: Any) -> Any:
        """A value for the state, as JSON has it.

        Raises:
            ViewError: the view cannot show it.
        """
        return value

    def shown(self, name: str, value: Any) -> Any:
        """The state's value as Python reads it."""
        return value

    def moved(self, name: str) -> None:
        """Called after either side has changed something, before those who observe it."""

    def observe(self, handler: Handler, name: str) -> None:
        """Call `handler(value)` whenever that part of the state changes, from either side.

        Raises:
            ViewError: the view has no such state.
        """
        if name not in self.shared:
            raise refused(
                f"{type(self).__name__} has no {name!r}", remedy=f"observe one of {', '.join(self.shared)}"
            )
        self.__dict__["_handlers"].setdefault(name, []).append(handler)

    def _take(self, name: str, value: Any) -> None:
        state = self.__dict__["_state"]
        if state[name] == value:
            return
        state[name] = value
        if self._widget is not None and getattr(self._widget, name) != value:
            setattr(self._widget, name, value)
        self.moved(name)
        for handler in self.__dict__["_handlers"].get(name, ()):
            handler(getattr(self, name))

    def _tell(self, **content: Any) -> None:
        """Show something else."""
        self.__dict__["content"] = {**self.content, **content}
        if self._widget is not None:
            self._widget.content = dict(self.content)

    # Widget -------------------------------------------------------------------------------------------------

    @property
    def widget(self) -> Any:
        """The anywidget that shows this view, for layouts and for `mo.ui.anywidget`.

        Raises:
            ViewError: anywidget is not installed.
        """
        if self._widget is None:
            if not widgets_run():
                raise refused("anywidget is not installed", remedy="pip install 'backsight[notebook]'")
            widget = _widget_class(self.kind, self.shared)(
                content=dict(self.content), **self.__dict__["_state"]
            )
            for name in self.shared:
                widget.observe(lambda change, name=name: self._take(name, change["new"]), name)
            self.__dict__["_widget"] = widget
        return self._widget

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """For Jupyter: the widget, and a picture for where it does not run."""
        picture = {"text/plain": repr(self), **self.picture()}
        if not widgets_run():
            return {**picture, "text/html": self.framed()}
        bundle = self.widget._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, **picture}, metadata

    def _display_(self) -> Any:
        """For marimo."""
        return self.widget if widgets_run() else _Html(self.framed())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    # Pictures and pages -------------------------------------------------------------------------------------

    def picture(self) -> dict[str, str]:
        """What stands for the view where nothing can move, by MIME type."""
        return {}

    def title(self) -> str:
        """The page's title."""
        return "backsight"

    def html(self) -> str:
        """One HTML page that stays interactive and asks for nothing: to open from a disk, to send."""
        state = {"kind": self.kind, "content": self.content, **self.__dict__["_state"]}
        told = page.in_script(json.dumps(sendable_tree(state), allow_nan=False))
        return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(self.title())}</title>
<style>:root{{color-scheme:light dark}}body{{margin:0;background:light-dark(#fdfbf4,#1e2227)}}</style>
</head>
<body>
<script type="application/json" id="state">{told}</script>
<script type="module">{page.in_script(module(self.kind))}
standAlone(JSON.parse(document.getElementById('state').textContent), document.body);</script>
</body>
</html>
"""

    def save(self, path: str | Path) -> None:
        """Write `html()` to a file."""
        Path(path).write_text(self.html(), "utf-8")

    def framed(self) -> str:
        """The page in a frame."""
        source, title = escape(self.html(), quote=True), escape(self.title(), quote=True)
        return f'<iframe srcdoc="{source}" title="{title}" style="width:100%;height:46rem;border:0"></iframe>'


_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:; style-src 'unsafe-inline'; "
    "font-src data:; img-src data: blob:"
)


class _Html:
    """Markup, as marimo asks for it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _mime_(self) -> tuple[str, str]:
        return ("text/html", self.text)


def widgets_run() -> bool:
    """Whether anywidget is installed."""
    return find_spec("anywidget") is not None


@cache
def _widget_class(kind: str, shared: tuple[str, ...]) -> Any:
    import anywidget
    import traitlets

    traits = {name: traitlets.Any().tag(sync=True) for name in ("content", *shared)}
    traits["kind"] = traitlets.Any(kind).tag(sync=True)
    return type(f"{kind.title()}Widget", (anywidget.AnyWidget,), {"_esm": module(kind), **traits})


@cache
def module(kind: str) -> str:
    """The JavaScript module that draws a kind of view: anywidget's `render`, and `standAlone` for pages."""
    host = files(__package__).joinpath("widget.js").read_text("utf-8")
    if kind in FIGURES:
        return "\n".join([_figures(), f"const LOOK = {json.dumps({'fonts': page.font_data()})};", host])
    style = page.style() + files(__package__).joinpath("widget.css").read_text("utf-8")
    look = f"const LOOK = {json.dumps({'style': style, 'fonts': page.font_data()})};"
    return "\n".join([page.script(), look, host])


def _figures() -> str:
    """The guide's figures as one script, which the build has written."""
    path = Path(page.__file__).resolve().parents[2] / "static" / ".widget" / "figures.js"
    if not path.is_file():
        raise refused(
            "the figures of nets are not built", "install backsight anew, or `make web` in a checkout"
        )
    return path.read_text("utf-8")


def sendable_tree(value: Any) -> Any:
    """Numbers that JSON lacks as words, however deep they are."""
    if isinstance(value, Mapping):
        return {str(k): sendable_tree(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [sendable_tree(v) for v in value]
    return sendable(value)
