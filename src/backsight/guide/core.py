"""The core as a zip file: what Python in the browser imports."""

from __future__ import annotations

import ast
import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

PARTS = (
    "__init__",
    "errors",
    "ir",
    "ops",
    "transforms",
    "tracing",
    "numpy",
    "lower",
    "emit",
    "explaining",
    "api",
    "checking",
    "exporting",
    "browser",
)
"""Parts of the package that need the standard library alone, as tests/test_layers.py asserts."""

WRITER = "xlsxwriter"
"""What writes .xlsx files: pure Python, and imported only for that."""

_DATE = (2020, 2, 2, 0, 0, 0)


def write_core(directory: Path, package: Path) -> str:
    """Write `py/backsight-core-<hash>.zip` into a site; its address within the site."""
    content = zipped(package)
    address = f"py/backsight-core-{hashlib.sha256(content).hexdigest()[:12]}.zip"
    shutil.rmtree(directory / "py", ignore_errors=True)
    (directory / "py").mkdir()
    (directory / address).write_bytes(content)
    return address


def zipped(package: Path) -> bytes:
    """The core of the package; the same bytes for the same sources, whenever and wherever."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(source for part in PARTS for source in _sources(package / part)):
            info = zipfile.ZipInfo(f"backsight/{path.relative_to(package).as_posix()}", _DATE)
            archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
        for name, content in _writer():
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def _writer() -> Iterator[tuple[str, str]]:
    """XlsxWriter without its comments and docstrings, a third of it, and with its licence."""
    files = {str(file): file for file in distribution(WRITER).files or ()}
    for name, file in sorted(files.items()):
        if name.startswith(f"{WRITER}/") and name.endswith(".py"):
            yield name, _without_words(file.read_text("utf-8"))
        elif file.name.startswith("LICENSE"):
            yield f"{WRITER}/LICENSE.txt", file.read_text("utf-8")


def _without_words(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def _sources(part: Path) -> list[Path]:
    """Python, and the style and script that an explanation's page is made of."""
    if not part.is_dir():
        return [part.with_suffix(".py")]
    return [path for path in part.rglob("*") if path.suffix in (".py", ".css", ".js")]
