"""The script as a notebook (nbformat 4.5), with an explanation of the gradient at its end."""

from __future__ import annotations

import json
from typing import Any

from backsight.exporting.script import Names, call_text, sections
from backsight.exporting.subject import Subject


def notebook(subject: Subject) -> str:
    """The notebook as JSON; nothing in it has been run.

    Raises:
        EmitError: the gradient has no NumPy spelling.
    """
    cells = [
        _words(
            0, f"# {subject.name} and its gradient\n\nWritten by backsight. Run the cells from top to bottom."
        )
    ]
    for section in sections(subject):
        cells += [_words(len(cells), f"## {section.title}"), _code(len(cells) + 1, section.code)]
    if subject.wrt:
        call = f"backsight.explain({subject.function.__name__}, {call_text(subject, Names.of(subject))}"
        explained = f"import backsight\n\n{call}, argnums={subject.argnums!r})"
        cells += [_words(len(cells), "## How it comes about, step by step"), _code(len(cells) + 1, explained)]
    whole = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _words(number: int, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": f"words-{number}", "metadata": {}, "source": _lines(text)}


def _code(number: int, text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"code-{number}",
        "metadata": {},
        "outputs": [],
        "source": _lines(text),
    }


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
