"""The house keeps its floors: the import order of ARCHITECTURE.md, and a core that stands alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "backsight"
# ARCHITECTURE.md, top to bottom: a line may import only from lines above it, and from itself.
ORDER = [
    {"errors"},
    {"ir"},
    {"ops"},
    {"transforms"},
    {"tracing"},
    {"numpy"},
    {"lower"},
    {"emit"},
    {"explaining"},
    {"api"},
    {"checking"},
    {"exporting"},
    {"browser"},
    {"models"},
    {"loading"},
    {"guide"},
    {"notebook"},
    {"server"},
    {"cli"},
    {"__init__", "__main__"},
]
# The ways up, only when called: `Program.emit` is how people ask, and `backsight.numpy` on plain numbers
# runs what it would have recorded; a notebook asks a value itself how it looks.
UPWARD_WHEN_CALLED = {("ir", "emit"), ("numpy", "api"), ("ir", "notebook"), ("explaining", "notebook")}
FLOOR = {name: floor for floor, names in enumerate(ORDER) for name in names}
CORE = {
    "errors",
    "ir",
    "ops",
    "transforms",
    "tracing",
    "numpy",
    "lower",
    "emit",
    "explaining",
    "checking",
    "exporting",
    "browser",
}


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "static" not in path.relative_to(PACKAGE).parts]


def part(path: Path) -> str:
    """The line of ARCHITECTURE.md that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, *, at_import_time: bool) -> Iterator[tuple[int, str]]:
    """Line and full name of every module imported; type-checking blocks never run and do not count."""
    relative = path.relative_to(PACKAGE.parent).with_suffix("").parts

    def walk(node: ast.AST) -> Iterator[tuple[int, str]]:
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = ".".join(relative[:-level]) if level else ""
                source = ".".join(filter(None, [base, module]))
                # `from backsight import ir` imports backsight.ir, not (only) backsight.
                yield from (
                    (node.lineno, f"{source}.{alias.name}" if source == "backsight" else source)
                    for alias in names
                )
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                for child in node.orelse:
                    yield from walk(child)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda() if at_import_time:
                return
            case _:
                for child in ast.iter_child_nodes(node):
                    yield from walk(child)

    yield from walk(ast.parse(path.read_text("utf-8")))


def test_every_part_is_in_the_plan() -> None:
    assert {part(path) for path in modules()} <= set(FLOOR)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_only_from_above(path: Path) -> None:
    mine = part(path)
    eager = set(imports(path, at_import_time=True))
    for line, name in imports(path, at_import_time=False):
        top, _, rest = name.partition(".")
        theirs = rest.partition(".")[0]
        if top != "backsight" or theirs == mine:
            continue
        if (mine, theirs) in UPWARD_WHEN_CALLED and (line, name) not in eager:
            continue
        # A name that is no part is one that the package offers, and lives in api.
        floor = FLOOR.get(theirs, FLOOR["api"])
        assert floor < FLOOR[mine], f"{path}:{line}: {mine} imports {name}, which lies below it"


@pytest.mark.parametrize(
    "path", [p for p in modules() if part(p) in CORE], ids=lambda path: path.relative_to(PACKAGE).as_posix()
)
def test_core_stands_on_the_standard_library(path: Path) -> None:
    for line, name in imports(path, at_import_time=True):
        top = name.partition(".")[0]
        assert top == "backsight" or top in sys.stdlib_module_names, f"{path}:{line}: the core imports {name}"


def test_core_runs_without_any_installed_package() -> None:
    """Imported for real, in an interpreter that sees no installed packages."""
    names = [path.relative_to(PACKAGE.parent) for path in modules() if part(path) in CORE]
    dotted = [".".join(name.with_suffix("").parts).removesuffix(".__init__") for name in names]
    program = f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n" + "\n".join(
        f"import {name}" for name in dotted
    )
    run = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
