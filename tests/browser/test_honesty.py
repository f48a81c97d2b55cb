"""Honest: one derivative rule changed in Python changes number, derivation, code and training.

The site is written twice around the same bundle: once as it is, once with a single rule of the registry off
by a factor. Whatever a page shows that does not follow was not computed by the Program.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parent.parent.parent
WEB = ROOT / "web" / "src"
FACTOR = 1.5
# Plain gradient descent: Adam would take out a factor that is the same everywhere.
START = "#v=1&data=xor&dataseed=5&hidden=3&act=tanh&out=squared&opt=gd&rate=0.5&start=xavier&seed=7"
STEPS = 4

NET = "net-1-tanh-squared"  # what START needs
# In a process of its own, so that no other test meets the crooked rule; one net of the family is quick.
WRITE = f"""
import sys
from dataclasses import replace
from pathlib import Path

import backsight.ops
from backsight.guide import payload, site
from backsight.ir.op import REGISTRY
from backsight.models.nets import family

payload.family = lambda: [net for net in family() if net.id == "{NET}"]
directory, rule = sys.argv[1:]
if rule:
    honest = REGISTRY[rule]

    def crooked(*operands, **options):
        return tuple(c if c is None else c * {FACTOR} for c in honest.vjp(*operands, **options))

    REGISTRY[rule] = replace(honest, vjp=crooked)
site.write(Path(directory))
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """The URL of the site written with one rule changed; with none, for an empty name."""
    root = tmp_path_factory.mktemp("sites")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    @cache
    def write(rule: str) -> str:
        name = rule or "honest"
        subprocess.run([sys.executable, "-c", WRITE, str(root / name), rule], check=True)
        return f"http://127.0.0.1:{server.server_port}/{name}"

    yield write
    server.shutdown()
    server.server_close()


@dataclass(frozen=True)
class Screen:
    """What a person reads in the sandbox, and the full numbers behind it."""

    gradient: float
    product: float
    factors: tuple[float, ...]
    rule_text: str
    code: str
    costs: tuple[float, ...]


def read_sandbox(page: Page, site: str) -> Screen:
    """Open the start, select its first weight, read everything, then train a few steps."""
    page.goto(f"{site}/sandbox/{START}")
    page.get_by_role("button", name="Show me one").click()
    rule = page.get_by_role("region", name="Chain rule")
    expect(rule).to_be_visible()
    factors = rule.get_by_role("list", name="Factors, cost end first")
    numbers = factors.locator("[data-number]").evaluate_all("all => all.map((e) => Number(e.dataset.number))")
    product = float(factors.locator("[data-product]").get_attribute("data-product") or "nan")
    gradient = float(rule.get_attribute("data-gradient") or "nan")
    rule_text = rule.text_content() or ""
    page.get_by_role("radio", name="code").check()
    code = page.get_by_label("Python source").text_content() or ""
    main = page.get_by_role("main")
    costs = [float(main.get_attribute("data-cost") or "nan")]
    for epoch in range(1, STEPS + 1):
        page.get_by_role("button", name="One step").click()
        expect(main).to_have_attribute("data-epoch", str(epoch))
        costs.append(float(main.get_attribute("data-cost") or "nan"))
    return Screen(gradient, product, tuple(numbers), rule_text, code, tuple(costs))


def visit(browser: Browser, site: str) -> Screen:
    """Read the sandbox in a browser that has never been here."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    try:
        return read_sandbox(context.new_page(), site)
    finally:
        context.close()


@pytest.mark.slow
def test_one_changed_rule_changes_number_derivation_code_and_training(
    browser: Browser, written: Callable[[str], str]
) -> None:
    honest, again, crooked = (visit(browser, written(rule)) for rule in ("", "", "tanh"))
    assert honest == again, "the same link gives the same numbers: what follows is the rule's doing"

    assert crooked.gradient == pytest.approx(FACTOR * honest.gradient, rel=1e-12)
    assert crooked.product == pytest.approx(crooked.gradient, rel=1e-9), "the page agrees with itself"
    ratios = [b / a for a, b in zip(honest.factors, crooked.factors, strict=True)]
    assert sorted(ratios) == pytest.approx([1.0] * (len(ratios) - 1) + [FACTOR]), "one factor: tanh's slope"
    assert crooked.rule_text != honest.rule_text

    changed = set(crooked.code.splitlines()) - set(honest.code.splitlines())
    assert any(str(FACTOR) in line and "tanh" in line for line in changed), changed

    assert crooked.costs[0] == honest.costs[0], "the way forward is untouched"
    assert all(a != b for a, b in zip(honest.costs[1:], crooked.costs[1:], strict=True))


def read_lesson(browser: Browser, address: str, quantities: Iterable[str]) -> dict[str, float]:
    """Quantities of a lesson's step, read from the table that stands beside its figure."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    try:
        page = context.new_page()
        page.goto(address)
        page.get_by_text("The figure as a table").click()
        return {name: number_in_row(page, name) for name in quantities}
    finally:
        context.close()


def number_in_row(page: Page, name: str) -> float:
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))
    text = row.get_by_role("cell").first.text_content() or ""
    return float(text.strip().replace("−", "-"))


@dataclass(frozen=True)
class Lesson:
    """A step that shows slopes, the rule that some of them rest on, and which follow it."""

    address: str
    rule: str
    follow: tuple[str, ...]
    stay: tuple[str, ...]


LESSONS = (
    Lesson(
        "how-slopes-combine/#decide",
        "sqrt",
        follow=("slope of the glass at u", "slope of the whole"),
        stay=("slope of the press at x", "height of the juice"),
    ),
    Lesson(
        "one-neuron/#error",
        "sigmoid",
        follow=("change of cost per unit of z", "change of cost per unit of w1"),
        stay=("change of cost per unit of a", "the neuron's answer", "cost"),
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.rule)
def test_one_changed_rule_changes_a_lesson(
    browser: Browser, written: Callable[[str], str], lesson: Lesson
) -> None:
    honest, crooked = (
        read_lesson(browser, f"{written(rule)}/lessons/{lesson.address}", lesson.follow + lesson.stay)
        for rule in ("", lesson.rule)
    )
    for name in lesson.follow:
        assert honest[name] != 0
        assert crooked[name] == pytest.approx(FACTOR * honest[name], abs=0.01), name
    for name in lesson.stay:
        assert crooked[name] == honest[name], name


# TypeScript indexes, formats and draws. Functions of a net's mathematics have no business in it; angles and
# distances belong to what draws.
MATHEMATICS = re.compile(
    r"Math\.(tanh|sinh|cosh|exp|expm1|log|log1p|log2|pow|sqrt|cbrt)\b"
    r"|\b(function|const|let)\s+\w*(sigmoid|tanh|relu|softplus|softmax|crossEntropy)\w*\s*[(=]",
    re.IGNORECASE,
)
GEOMETRY = re.compile(r"Math\.(sin|cos|tan|asin|acos|atan|atan2|hypot)\b")
CHANCE = re.compile(r"Math\.random|crypto\.getRandomValues|randomUUID")
DRAWING = ("figures", "parts", "look", "pages", "exercises/views")
# A formula that a learner typed is worked out as it stands; what it is compared with comes from kernels.
TYPED = "exercises/tree.ts"
# Which exercise comes next is chance, and nothing else: all of it follows from its number.
NEXT_EXERCISE = "exercises/fresh.ts"


def found(pattern: re.Pattern[str], *, outside: tuple[str, ...] = ()) -> list[str]:
    files = [p for p in WEB.rglob("*") if p.suffix in (".ts", ".svelte") and not p.name.endswith(".test.ts")]
    assert len(files) > 50, "the sources moved"
    return [
        f"{path.relative_to(WEB)}:{number}: {line.strip()}"
        for path in sorted(files)
        if not path.relative_to(WEB).as_posix().startswith(outside)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_typescript_knows_the_mathematics_of_a_net() -> None:
    assert found(MATHEMATICS, outside=(TYPED,)) == []
    assert found(GEOMETRY, outside=(*DRAWING, TYPED)) == []


def test_no_number_on_a_page_is_drawn_by_chance() -> None:
    assert found(CHANCE, outside=(NEXT_EXERCISE,)) == []
