"""Functions to begin with on the workbench, and what Python answers about each when the site is built.

Each is a file of its own beside this one: a docstring of two lines (title and what it is about; the group),
the function, and after the line `# Where to look` the numbers.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import backsight.numpy
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
    for slug, found in answers(everything).items():
        _write(folder / f"{slug}.json", found)


def answers(asked: Iterable[Starter], kinds: Iterable[str] = KINDS) -> dict[str, dict[str, Any]]:
    """What Python says about each starter, by slug and kind, from a process without NumPy and SciPy.

    The page's Python has neither, so the answers are the same wherever a site is built. A process of its own,
    because a NumPy that is already loaded cannot be hidden: its C code imports parts of itself later.

    Raises:
        SiteError: it cannot.
    """
    requests = [
        {"kind": kind, "source": starter.source, "example": starter.example, "slug": starter.slug}
        for starter in asked
        for kind in kinds
    ]
    source = Path(backsight.__file__).parents[1]
    child = subprocess.run(
        [sys.executable, "-c", _WITHOUT_NUMPY, str(source)],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if child.returncode:
        raise SiteError(f"the starters' Python stopped: {child.stderr.strip()}", remedy="mend what it says")
    found: dict[str, dict[str, Any]] = {}
    for request, line in zip(requests, child.stdout.splitlines(), strict=True):
        reply = json.loads(line)
        if not reply["ok"]:
            raise SiteError(
                f"the starter {request['slug']} fails: {reply['error']['message']}", remedy="mend its file"
            )
        found.setdefault(request["slug"], {})[request["kind"]] = reply["value"]
    return found


_WITHOUT_NUMPY = """
import json, sys
sys.modules.update(numpy=None, scipy=None)
sys.path.insert(0, sys.argv[1])
from backsight import browser
print("\\n".join(browser.handle_text(json.dumps(request)) for request in json.load(sys.stdin)))
"""


def _names(module: ModuleType) -> list[str]:
    return sorted(n for n in dir(module) if not n.startswith("_") and callable(getattr(module, n)))


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), "utf-8")
