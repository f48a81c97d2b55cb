"""Golden sources in Markdown: a function, arguments, and the NumPy source we promise for its gradient.

`python -m tests.golden` writes the sources anew; the diff is then for people to read.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backsight import value_and_grad

FILE = Path(__file__).parent / "fixtures" / "numpy_source.md"
_CASE = re.compile(
    r"^## (?P<title>.+?)\n(?P<words>.*?)```python\n(?P<function>.*?)```\n\nArguments: `(?P<arguments>.*?)`, "
    r"by `(?P<argnums>.*?)`\n\n```python\n(?P<expected>.*?)```\n",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Golden:
    title: str
    function: str
    arguments: str
    argnums: str
    expected: str

    def define(self) -> Any:
        """The function, with its source known to Python, so that names and origins are read from it."""
        file = f"<{self.title}>"
        linecache.cache[file] = (len(self.function), None, self.function.splitlines(keepends=True), file)
        namespace: dict[str, Any] = {"np": np}
        exec(compile(self.function, file, "exec"), namespace)
        return next(v for k, v in namespace.items() if k not in ("np", "__builtins__"))

    def values(self) -> tuple[Any, ...]:
        values: tuple[Any, ...] = eval(f"({self.arguments},)", {"np": np})
        return values

    def source(self) -> str:
        return value_and_grad(self.define(), eval(self.argnums)).source(*self.values())


def goldens() -> Iterator[Golden]:
    for match in _CASE.finditer(FILE.read_text("utf-8")):
        yield Golden(**{k: v for k, v in match.groupdict().items() if k != "words"})


def rewrite() -> None:
    text = FILE.read_text("utf-8")
    for golden in goldens():
        before = f"by `{golden.argnums}`\n\n```python\n{golden.expected}```\n"
        text = text.replace(before, f"by `{golden.argnums}`\n\n```python\n{golden.source()}```\n", 1)
    FILE.write_text(text, "utf-8")


if __name__ == "__main__":
    rewrite()
