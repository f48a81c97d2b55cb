"""docs/errors: one page a code. Every mistake on it is made, and its repair is run.

A page is read as it is written: under a heading, a Python block that goes wrong where `# ← here` stands, the
first line of the message, and a Python block that works.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backsight import errors
from backsight.errors import BacksightError

PAGES = Path(__file__).resolve().parent.parent / "docs" / "errors"
HERE = "# ← here"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
KINDS = 40


@dataclass(frozen=True)
class Mistake:
    """One heading of a page."""

    code: str
    title: str
    wrong: str
    line: int  # in the page, where the wrong block begins
    message: str
    mended: str
    page: Path

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


def mistakes() -> Iterator[Mistake]:
    for page in sorted(PAGES.glob("BS*.md")):
        text = page.read_text("utf-8")
        for part in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]:
            title = part.split("\n", 1)[0].removeprefix("## ")
            blocks = [
                (m[1], m[2], text[: text.index(part) + m.start()].count("\n") + 1)
                for m in BLOCK.finditer(part)
            ]
            kinds = [kind for kind, _, _ in blocks]
            assert kinds == ["python", "text", "python"], f"{page.name}, {title}: blocks are {kinds}"
            (_, wrong, line), (_, message, _), (_, mended, _) = blocks
            yield Mistake(page.stem, title, wrong, line, message.strip(), mended, page)


MISTAKES = list(mistakes())


def codes() -> dict[str, type[BacksightError]]:
    found = [v for v in vars(errors).values() if isinstance(v, type) and issubclass(v, BacksightError)]
    return {kind.code: kind for kind in found if kind is not BacksightError}


def run(source: str, file: str, before: int = 0) -> None:
    """Run a block as a file of its own; `before` lines stand above it."""
    text = "\n" * before + source
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore", RuntimeWarning)
        exec(compile(text, file, "exec"), {"__name__": "example"})


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {page.stem for page in PAGES.glob("BS*.md")} == set(codes())


def test_many_kinds_of_misuse_are_shown() -> None:
    assert len(MISTAKES) >= KINDS
    assert len({m.title for m in MISTAKES}) == len(MISTAKES)


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_the_mistake_is_met_at_its_line_and_the_repair_works(mistake: Mistake) -> None:
    file = str(mistake.page)
    with pytest.raises(BacksightError) as caught:
        run(mistake.wrong, file, mistake.line)
    error = caught.value
    assert type(error).code == mistake.code
    first = str(error).split("\n", 1)[0]
    assert first == mistake.message, "the page shows another message"
    assert error.remedy and error.remedy[0].islower() and not error.remedy.endswith("."), error.remedy
    if HERE in mistake.wrong:
        line = mistake.line + mistake.wrong[: mistake.wrong.index(HERE)].count("\n") + 1
        assert error.origin is not None, "the error does not say where"
        assert (error.origin.file, error.origin.line) == (file, line)
        assert HERE in error.origin.text
    run(mistake.mended, f"{file}, mended", mistake.line)


def test_pages_say_where_the_mistake_is() -> None:
    """Only what is no matter of a line, such as the arguments of a call, goes without."""
    without = [str(m) for m in MISTAKES if HERE not in m.wrong]
    assert len(without) <= len(MISTAKES) // 2, without
