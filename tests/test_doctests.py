"""Every example in a public docstring, in the docs and in the README says what it prints, and prints it."""

from __future__ import annotations

import doctest
import inspect
import sys
from pathlib import Path

import pytest

import backsight
from tests.conftest import ROOT

PUBLIC = [name for name in backsight.__all__ if callable(getattr(backsight, name))]
# Types and Programs are described by what makes and takes them.
WITHOUT = {"ArrayType", "Program"}
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs/reference").glob("*.md"))]


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - WITHOUT))
def test_public_names_have_examples_that_are_true(name: str) -> None:
    thing = getattr(backsight, name)
    text = inspect.getdoc(thing) or ""
    file = sys.modules[thing.__module__].__file__ or name
    test = doctest.DocTestParser().get_doctest(text, {}, name, file, 0)
    assert test.examples, f"{name} has no example"
    run(test)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_the_docs_are_true(page: Path) -> None:
    text = page.read_text("utf-8").replace("```", "\n")
    run(doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0))


def run(test: doctest.DocTest) -> None:
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(test, out=report.append)
    assert not runner.failures, "".join(report)
