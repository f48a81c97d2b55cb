"""The workbench as a person uses it: begin, type, err, mend, move, step, share, open, stop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import backsight
from backsight.guide.starters import starters
from tests.browser.test_lesson_walks import serious

ROOT = Path(__file__).resolve().parent.parent.parent
SLOW = 90_000
"""Milliseconds that Python may take to start on a busy machine."""
HEAVY = re.compile(r"pyodide|python\.worker|/py/")
# Chromium's own editing puts a style on what it deletes, and our policy takes it off again.
EDITING = "Applying inline style"

MINE = """import numpy as np

def cost(w, x):
    z = np.sum(w * x)
    y = np.tanh(z)
    return (y - 1.0) ** 2
"""


class Bench:
    """The page, and what went wrong there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, address: str) -> None:
        self.page.goto("about:blank")
        self.page.goto(address)
        expect(self.page.locator("html")).to_have_attribute("data-ready", "true")

    def write(self, label: str, text: str) -> None:
        field = self.page.get_by_role("textbox", name=label)
        field.click()
        expect(self.page.locator("[data-editor]:visible").first).to_be_visible()
        field = self.page.get_by_role("textbox", name=label)
        field.press("Control+a")
        self.page.keyboard.insert_text(text)

    def run(self, source: str | None = None, example: str | None = None) -> None:
        if source is not None:
            self.write("The function", source)
        if example is not None:
            self.write("Where to look", example)
        self.page.get_by_role("button", name="Run", exact=True).click()
        expect(self.page.locator("main[data-busy=false]")).to_be_visible(timeout=SLOW)

    def view(self, name: str) -> Any:
        return self.page.get_by_role("region", name=name)

    def choose(self, instead_of: str, name: str) -> Any:
        """Another view in the place of one; the region it has then."""
        self.view(instead_of).get_by_role("combobox", name="View").select_option(name)
        shown = self.page.locator(f"[data-view={name}]")
        expect(shown).to_be_visible()
        return shown

    def errors(self) -> list[str]:
        return [text for text in self.wrong if EDITING not in text]


@pytest.fixture(scope="module")
def context(browser: Browser, site_url: str) -> Iterator[BrowserContext]:
    """One for all: Python's snapshot is kept in it."""
    made = browser.new_context(viewport={"width": 1280, "height": 720}, base_url=site_url)
    made.grant_permissions(["clipboard-read", "clipboard-write"])
    yield made
    made.close()


@pytest.fixture
def bench(context: BrowserContext) -> Iterator[Bench]:
    opened = Bench(context.new_page())
    opened.open("/workbench/")
    yield opened
    opened.page.evaluate("localStorage.clear()")  # what one test wrote is not the next one's
    opened.page.close()


def number(text: str | None) -> float:
    found = re.findall(r"[−-]?[\d.]+(?:e[−+-]?\d+)?", (text or "").rpartition("=")[2])
    return float(found[0].replace("−", "-"))


def test_an_example_is_there_at_once_and_needs_no_python(bench: Bench) -> None:
    expect(bench.view("Derivation").locator("[data-adjoint]")).to_have_count(5)
    bench.page.get_by_role("button", name="Examples").click()
    bench.page.get_by_role("button", name=re.compile("^Used twice")).click()
    row = bench.view("Derivation").locator("[data-adjoint=x]")
    x, u = 0.8, np.sin(0.8)
    true = u + (x - np.exp(-u)) * np.cos(x)
    assert number(row.locator(".sum").text_content()) == pytest.approx(true, rel=1e-3)
    assert [url for url in bench.requests if HEAVY.search(url)] == []
    assert serious(bench.page) == []
    assert bench.errors() == []


def test_a_slider_moves_every_number(bench: Bench) -> None:
    bench.page.get_by_role("button", name="Examples").click()
    bench.page.get_by_role("button", name=re.compile("^x²")).click()
    slider = bench.page.get_by_role("slider", name="x", exact=True)
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    x = float(slider.input_value())
    assert x != 1.5
    row = bench.view("Derivation").locator("[data-adjoint=x] .numbers")
    expect(row).to_contain_text(f"{2 * x:.3f}")
    steps = bench.choose("Graph", "steps")
    steps.get_by_role("slider").focus()
    steps.get_by_role("slider").press("End")
    assert number(steps.locator("[data-moment]").text_content()) == pytest.approx(2 * x, rel=1e-3)
    bench.page.get_by_role("button", name="As typed").click()
    expect(row).to_contain_text("3.000")
    assert [url for url in bench.requests if HEAVY.search(url)] == []


def test_a_mistake_has_its_line_and_is_mended(bench: Bench) -> None:
    bench.run(MINE.replace("np.tanh", "np.tahn"), "w = [0.5, -0.3]\nx = [1.0, 2.0]")
    said = bench.page.locator("[data-mishap]")
    expect(said).to_contain_text("Line 5")
    expect(said).to_contain_text("np.tanh")
    expect(bench.page.locator(".cm-wrong")).to_have_text("    y = np.tahn(z)")
    bench.run(MINE)
    expect(said).to_have_count(0)
    z = 0.5 - 0.6
    back = 2 * (np.tanh(z) - 1) * (1 - np.tanh(z) ** 2)
    row = bench.view("Derivation").locator("[data-adjoint=w] .numbers")
    expect(row).to_contain_text(f"{back * 1.0:.2f}".replace("-", "−"))
    # Further on in the pass the line is lit that computes what is shown.
    bench.choose("Graph", "steps").get_by_role("button", name="A step on").click()
    expect(bench.page.locator(".cm-lit")).to_have_text("    y = np.tanh(z)")
    assert bench.errors() == []


def test_another_branch_is_traced_when_a_slider_goes_there(bench: Bench) -> None:
    bench.page.get_by_role("button", name="Examples").click()
    bench.page.get_by_role("button", name=re.compile("^A hill with a cliff")).click()
    slider = bench.page.get_by_role("slider", name="x", exact=True)
    slider.focus()
    slider.press("End")
    expect(bench.view("Derivation")).to_contain_text("No step leads from y to height", timeout=SLOW)
    bench.page.get_by_role("button", name="As typed").click()
    expect(bench.view("Derivation")).not_to_contain_text("No step leads", timeout=SLOW)


def test_a_link_brings_code_and_numbers_and_runs_nothing(context: BrowserContext, bench: Bench) -> None:
    bench.run(MINE, "w = [0.5, -0.3]\nx = [1.0, 2.0]")
    entry = bench.page.get_by_label("w[0]", exact=True)
    entry.fill("0.9")
    entry.press("Enter")
    bench.page.get_by_role("button", name="Share").click()
    expect(bench.page.get_by_text("The link is copied")).to_be_visible()
    link = bench.page.url
    other = Bench(context.new_page())
    other.open(link)
    expect(other.page.get_by_text("This code came with the link.")).to_be_visible()
    expect(other.page.get_by_label("The function")).to_have_value(MINE)
    other.page.wait_for_load_state("networkidle")
    assert [url for url in other.requests if HEAVY.search(url)] == []
    other.run()
    expect(other.page.get_by_label("w[0]", exact=True)).to_have_value(re.compile(r"0\.90*"))
    assert other.errors() == []
    other.page.close()


@pytest.mark.parametrize("format", ["xlsx", "py", "ipynb", "html"])
def test_it_can_be_taken_along(bench: Bench, format: str) -> None:
    """With the numbers as they are now; that each is right is held by tests/test_exporting.py and others."""
    entry = bench.page.get_by_label("w[0]", exact=True)
    entry.fill("0.9")
    entry.press("Enter")
    bench.page.get_by_role("button", name="Take along").click()
    with bench.page.expect_download(timeout=SLOW) as taken:
        bench.page.get_by_role("group", name="Take it along").get_by_role(
            "button", name=f".{format}", exact=False
        ).click()
    assert taken.value.suggested_filename.endswith(f".{format}")
    content = Path(taken.value.path()).read_bytes()
    assert (b"0.9" in content) if format != "xlsx" else content.startswith(b"PK")
    assert bench.errors() == []


HOSTILE = {
    "loops": ("def f(x):\n    while True:\n        pass", None),
    "allocates": ("def f(x):\n    held = []\n    while True:\n        held.append(bytearray(10**7))", None),
    "network": ("import js\ndef f(x):\n    return x", "closed here"),
    "pyodide": ("from pyodide.http import pyfetch\ndef f(x):\n    return x", "closed here"),
    "sockets": (
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1')\ndef f(x):\n    return x",
        "",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_code_of_a_stranger_is_stopped_or_shut_out(bench: Bench, name: str) -> None:
    source, says = HOSTILE[name]
    bench.write("The function", source)
    bench.write("Where to look", "x = 1.0")
    before = len(bench.requests)
    bench.page.get_by_role("button", name="Run", exact=True).click()
    if says is None:  # without end: a person sees that it runs, and stops it
        expect(bench.page.locator("main[data-state=running]")).to_be_visible(timeout=SLOW)
        bench.page.wait_for_timeout(1000)
        bench.page.get_by_role("button", name="Stop").click()
    expect(bench.page.locator("main[data-busy=false]")).to_be_visible(timeout=SLOW)
    if says is not None:
        expect(bench.page.locator("[data-mishap]")).to_contain_text(says)
    site = bench.page.url.partition("/workbench")[0]
    assert [url for url in bench.requests[before:] if not url.startswith((site, "blob:" + site))] == []
    # The page and its Python go on.
    bench.run("def f(x):\n    return x * x", "x = 3.0")
    expect(bench.view("Derivation").locator("[data-adjoint=x]")).to_contain_text("6.000")


def test_my_backward_pass_is_checked_on_its_line_and_edge(bench: Bench) -> None:
    bench.page.get_by_text("Check my backward pass").click()
    bench.page.get_by_role("button", name="Check it").click()
    expect(bench.page.locator("[data-checked=true]")).to_be_visible(timeout=SLOW)
    found = bench.page.get_by_role("region", name="What was found")
    expect(found).to_contain_text("Line 12")
    expect(found).to_contain_text("a comes from z by tanh")
    expect(found.get_by_role("img", name="Edges")).to_contain_text("dz ✗")
    field = bench.page.get_by_role("textbox", name="Your backward pass")
    text = str(field.input_value()) if field.evaluate("e => 'value' in e") else ""
    assert "dz = da * a * (1 - a)" in text
    bench.write("Your backward pass", text.replace("da * a * (1 - a)", "da * (1 - a ** 2)"))
    bench.page.get_by_role("button", name="Check it").click()
    expect(found).to_contain_text("edges are right", timeout=SLOW)
    assert serious(bench.page) == []
    assert bench.errors() == []


def test_what_i_wrote_is_there_when_i_come_back(bench: Bench) -> None:
    """Neither an example, nor a link, nor a reload loses a person's code; and none of it runs unasked."""
    bench.write("The function", MINE)
    bench.write("Where to look", "w = 2.0\nx = 0.3")
    bench.page.get_by_role("button", name="Examples").click()
    bench.page.get_by_role("button", name=re.compile("^x²")).click()
    expect(bench.page.get_by_role("textbox", name="The function")).to_contain_text("x**2")
    bench.page.get_by_role("button", name="Examples").click()
    bench.page.get_by_role("button", name=re.compile("^cost w = 2.0, x = 0.3")).click()
    expect(bench.page.get_by_role("textbox", name="The function")).to_contain_text("np.tanh(z)")
    bench.requests.clear()
    bench.open("/workbench/")
    field = bench.page.get_by_role("textbox", name="The function")  # no editor is fetched before it is needed
    expect(field).to_have_value(re.compile(r"np\.tanh\(z\)"))
    expect(bench.page.get_by_text("Your code, as you left it")).to_be_visible()
    assert [url for url in bench.requests if HEAVY.search(url)] == []
    bench.run()
    expect(bench.view("Derivation").locator("[data-adjoint=w]")).to_be_visible()
    bench.page.get_by_role("radio", name="Check my backward pass").click()
    bench.write("Your backward pass", "def forward(x): return x")
    bench.page.get_by_role("radio", name="My function").click()
    bench.page.get_by_role("radio", name="Check my backward pass").click()
    expect(bench.page.get_by_role("textbox", name="Your backward pass")).to_have_value(
        "def forward(x): return x"
    )
    bench.page.get_by_role("radio", name="My function").click()
    bench.page.get_by_role("button", name="Examples").click()
    bench.page.get_by_role("button", name="Forget these").click()
    expect(bench.page.get_by_role("heading", name="Yours")).to_have_count(0)
    assert bench.errors() == []


@pytest.mark.parametrize("fragment", ["code=", "code=%%%", "code=AAAA", "code=" + "A" * 4000, "v=1&data=xor"])
def test_a_damaged_link_leaves_the_page_as_it_is(bench: Bench, fragment: str) -> None:
    bench.open(f"/workbench/#{fragment}")
    expect(bench.view("Derivation").locator("[data-adjoint]").first).to_be_visible()
    assert bench.errors() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, site_url: str, scheme: Any) -> None:
    made = browser.new_context(
        viewport={"width": 390, "height": 844}, base_url=site_url, has_touch=True, color_scheme=scheme
    )
    bench = Bench(made.new_page())
    bench.open("/workbench/")
    for title in ("One neuron", "A net with one hidden layer", "Attention"):
        bench.page.get_by_role("button", name="Examples").click()
        bench.page.get_by_role("button", name=re.compile(f"^{title}")).click()
        expect(bench.page.locator("[data-view] canvas, [data-adjoint]").first).to_be_visible()
        assert bench.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, title
    assert serious(bench.page) == []
    made.close()


def test_every_starter_opens(bench: Bench) -> None:
    for starter in starters():
        bench.page.get_by_role("button", name="Examples").click()
        bench.page.get_by_role("button", name=re.compile("^" + re.escape(starter.title))).first.click()
        expect(bench.page.get_by_label("The function")).to_have_value(starter.source)
        expect(bench.view("Derivation").locator("[data-adjoint]").first).to_be_visible()
    assert bench.errors() == []


def test_a_figure_of_the_guide_goes_to_the_workbench(context: BrowserContext) -> None:
    bench = Bench(context.new_page())
    bench.open("/lessons/one-neuron/#forward")
    bench.page.get_by_role("button", name="Open in the workbench").click()
    expect(bench.page.get_by_text("This code came with the link.")).to_be_visible()
    expect(bench.page.get_by_label("The function")).to_have_value(re.compile(r"def neuron\(x1, x2, w1"))
    bench.run()
    expect(bench.view("Derivation").locator("[data-adjoint=w1]")).to_have_count(0)
    bench.page.close()


@pytest.mark.parametrize("scope", ["on this example", "on the whole batch"])
def test_the_net_of_the_sandbox_goes_to_the_workbench(context: BrowserContext, scope: str) -> None:
    """Trained a step, so that no number is round; the batch's cost is the one the sandbox shows."""
    bench = Bench(context.new_page())
    page = bench.page
    page.goto("/sandbox/#v=1&data=xor&points=40&hidden=3&act=relu&out=squared&seed=4")
    main = page.locator("main#sandbox[data-ready=true]")
    page.get_by_role("button", name="One step: one update").click()
    expect(page.locator("main#sandbox[data-epoch='1']")).to_be_visible()
    page.get_by_role("button", name=re.compile("^weight from x1 to hidden 1.2")).press("Enter")
    chain = page.get_by_role("region", name="Chain rule")
    page.get_by_role("radio", name=scope.removeprefix("on ")).check()
    gradient = float(chain.get_attribute("data-gradient") or "nan")
    cost = float(main.get_attribute("data-cost") or "nan")
    page.get_by_role("radio", name="code").check()
    page.get_by_role("button", name=scope).click()

    expect(page.get_by_text("This code came with the link.")).to_be_visible()
    source = page.get_by_label("The function").input_value()
    example = page.get_by_label("Where to look").input_value()
    assert "def net(X, T, W1, b1, W2, b2):" in source and "a1 = np.maximum(z1, 0)" in source
    given: dict[str, Any] = {"np": np}
    exec(source, given)
    exec(example, given)
    names = ["X", "T", "W1", "b1", "W2", "b2"]
    arguments = [np.array(given[name]) for name in names]
    value = float(given["net"](*arguments))
    assert backsight.grad(given["net"], 2)(*arguments)[0, 1] == pytest.approx(gradient, rel=1e-9)
    if scope == "on the whole batch":
        assert value == pytest.approx(cost, rel=1e-12)
    else:
        assert given["X"][1:] == []

    bench.run()
    steps = bench.choose("Graph", "steps")
    steps.get_by_role("button", name=re.compile(r"^cost\b")).click()
    shown = steps.locator("[data-moment=cost]")
    assert number(shown.text_content()) == pytest.approx(value, rel=1e-3)
    assert bench.errors() == []
    page.close()


def test_on_a_phone_every_view_can_be_chosen(browser: Browser, site_url: str) -> None:
    """One pane is in view there: the views of the others are not taken."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=site_url)
    bench = Bench(context.new_page())
    bench.open("/workbench/")
    bench.choose("Graph", "derivation")
    expect(bench.view("Derivation").locator("[data-adjoint=w]")).to_be_visible()
    bench.choose("Derivation", "graph")
    context.close()
