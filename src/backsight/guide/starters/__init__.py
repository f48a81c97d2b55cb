"""Functions to begin with on the workbench, and what Python answers about each when the site is built.

Each is a file of its own beside this one: a docstring of two lines (title and what it is about; the group),
the function, and after the line `# Where to look` the numbers.
"""

from __future__ import annotations

import ast
import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import backsight.numpy
from backsight import browser
from backsight.errors import SiteError

FOLDER = Path(__file__).parent
LOOK = "# Where to look\n"
ORDER = ("First steps", "Fitting", "Nets", "Science", "Arrays")
"""Groups as they are shown."""
KINDS = ("workbench", "sources", "graph", "landscape", "sheet", "fold")
"""What is answered beforehand."""


@dataclass(frozen=True)
class Starter:
    """A function to begin with."""

    slug: str
    title: str
    about: str
    group: str
    source: str
    example: str


def starters() -> list[Starter]:
    """All of them, group by group."""
    found = [_read(path) for path in sorted(FOLDER.glob("*.py")) if path.name != "__init__.py"]
    return sorted(found, key=lambda starter: ORDER.index(starter.group))


def _read(path: Path) -> Starter:
    text = path.read_text("utf-8")
    docstring = ast.get_docstring(ast.parse(text)) or ""
    head, _, group = docstring.partition("\n")
    title, _, about = head.partition(": ")
    code, _, example = text[text.index('"""', 3) + 3 :].partition(LOOK)
    slug = path.stem.split("_", 1)[1].replace("_", "-")
    return Starter(slug, title, about, group.strip(), code.strip(), example.strip())


def write_starters(directory: Path) -> None:
    """`workbench/index.json`, and a file of answers for each.

    Raises:
        SiteError: Python cannot answer about one of them.
    """
    folder = directory / "workbench"
    folder.mkdir(exist_ok=True)
    everything = starters()
    words = {"np": _names(backsight.numpy), "np.linalg": _names(backsight.numpy.linalg)}
    _write(folder / "index.json", {"starters": [asdict(s) for s in everything], "words": words})
    for starter in everything:
        _write(folder / f"{starter.slug}.json", {kind: answer(starter, kind) for kind in KINDS})


@contextlib.contextmanager
def as_in_the_browser() -> Iterator[None]:
    """Without NumPy and SciPy, as the page's Python is: the answers are the same wherever a site is built."""
    absent = {name: sys.modules.get(name) for name in ("numpy", "scipy")}
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None: "there is no such module"
    try:
        yield
    finally:
        for name, module in absent.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def answer(starter: Starter, kind: str) -> Any:
    """What Python says about a starter.

    Raises:
        SiteError: it cannot.
    """
    request = {"kind": kind, "source": starter.source, "example": starter.example}
    with as_in_the_browser():
        found = json.loads(browser.handle_text(json.dumps(request)))
    if not found["ok"]:
        raise SiteError(
            f"the starter {starter.slug} fails: {found['error']['message']}", remedy="mend its file"
        )
    return found["value"]


def _names(module: ModuleType) -> list[str]:
    return sorted(n for n in dir(module) if not n.startswith("_") and callable(getattr(module, n)))


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), "utf-8")
