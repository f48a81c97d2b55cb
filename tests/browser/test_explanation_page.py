"""The page of an explanation, opened from the disk as people do: walked through, and nothing else loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Request, expect

from backsight import explain
from backsight.explaining.explanation import Explanation

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"


def neuron() -> Explanation:
    def neuron(x, w, b, t):
        z = x * w + b
        a = 1 / (1 + np.exp(-z))
        cost = (a - t) ** 2 / 2
        return cost

    return explain(neuron, 0.8, 1.0, -0.5, 1.0, argnums=(1, 2))


def net() -> Explanation:
    def net(X, W1, b1, W2, T):
        z1 = X @ W1 + b1
        a1 = np.tanh(z1)
        y = a1 @ W2
        error = y - T
        cost = np.mean(error**2)
        return cost

    normal = np.random.default_rng(1).normal
    shapes = ((5, 2), (2, 3), (3,), (3, 2), (5, 2))
    return explain(net, *(normal(size=s) for s in shapes), argnums=(1, 2, 3))


def loop() -> Explanation:
    def loop(x, w):
        for _ in range(4):
            u = np.sin(x) * w
            v = np.cos(x)
            x = u * v
        return x if x > 0 else -x

    return explain(loop, 0.7, 1.2, argnums=(0, 1))


PAGES = {"neuron": neuron, "net": net, "loop": loop}


@pytest.fixture
def opened(page: Page, tmp_path: Path) -> Iterator[Page]:
    """A page that fails its test when it logs an error or asks for anything beyond its own file."""
    wrong: list[str] = []
    page.on(
        "console",
        lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def asked(request: Request) -> None:
        if not request.url.startswith(("file://", "data:")):
            wrong.append(request.url)

    page.on("request", asked)
    yield page
    assert not wrong


def show(page: Page, explanation: Explanation, folder: Path, place: str = "") -> None:
    file = folder / "explanation.html"
    explanation.save(file)
    page.goto(f"{file.as_uri()}{place}")


def test_it_is_walked_by_arrow_keys(opened: Page, tmp_path: Path) -> None:
    explanation = neuron()
    show(opened, explanation, tmp_path)
    step = opened.locator(".panel:not([hidden]) .step.lit")
    counter = opened.get_by_label("Step", exact=True)
    expect(counter).to_have_text("1 of 4")
    expect(step).to_contain_text("What goes in")
    opened.keyboard.press("ArrowRight")
    expect(step).to_contain_text("z")
    expect(opened.locator(".node.lit:visible .name")).to_have_text("z")
    expect(opened.locator(".source li.lit")).to_contain_text("z = x * w + b")
    for _ in range(2):
        opened.keyboard.press("ArrowRight")
    expect(step).to_contain_text("0.09055")
    # On from the last step forward is the first one back.
    opened.keyboard.press("ArrowRight")
    expect(opened.get_by_role("tab", name="Backward")).to_have_attribute("aria-selected", "true")
    for adjoint in explanation.reverse:
        expect(step).to_contain_text(f"∂cost/∂{adjoint.name}")
        expect(step.locator(".short")).to_have_text(adjoint.value.text.replace("-", "−"))
        expect(opened.locator(".edge.lit:visible")).to_have_count(len(adjoint.uses))
        opened.keyboard.press("ArrowRight")
    expect(opened.get_by_role("tab", name="Paths")).to_have_attribute("aria-selected", "true")
    opened.keyboard.press("ArrowLeft")
    expect(step).to_contain_text("∂cost/∂b")


def test_numbers_appear_when_they_are_reached(opened: Page, tmp_path: Path) -> None:
    show(opened, neuron(), tmp_path)
    value = opened.locator(".sideways .node[data-node=a] .value")
    adjoint = opened.locator(".sideways .node[data-node=a] .adjoint")
    slope = opened.locator('.sideways .slope[data-edge="z>a"]')
    expect(value).to_be_hidden()
    opened.goto(f"{opened.url.partition('#')[0]}#forward-3")
    opened.reload()
    expect(value).to_be_visible()
    expect(adjoint).to_be_hidden()
    opened.get_by_role("tab", name="Backward").click()
    opened.get_by_role("button", name="Next").click()
    expect(adjoint).to_be_visible()
    expect(slope).to_be_hidden()
    opened.get_by_role("button", name="Next").click()
    expect(slope).to_be_visible()
    expect(slope).to_have_text(re.compile(r"×0\.24"))


def test_mouse_and_address(opened: Page, tmp_path: Path) -> None:
    show(opened, loop(), tmp_path, "#backward-3")
    expect(opened.get_by_label("Step", exact=True)).to_have_text(re.compile("^3 of"))
    opened.locator(".sideways .node[data-node=v]").click()
    expect(opened.locator(".panel:not([hidden]) .step.lit")).to_contain_text("/∂v")
    opened.get_by_role("tab", name="Paths").click()
    opened.locator("#paths .step").nth(1).get_by_role("button").click()
    assert opened.locator(".sideways .edge.lit").count() == 8
    assert opened.url.endswith("#paths-2")
    opened.get_by_role("tab", name="Paths").press("ArrowRight")
    expect(opened.get_by_role("tab", name="Forward")).to_be_focused()
    expect(opened.get_by_text("x > 0")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(opened: Page, tmp_path: Path, name: str, scheme: str) -> None:
    opened.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    show(opened, PAGES[name](), tmp_path)
    # The page's policy keeps every script out: axe comes in the way a debugger does.
    for order in ("forward", "backward", "paths"):
        opened.get_by_role("tab", name=order, exact=False).click()
        opened.evaluate(AXE.read_text("utf-8"))
        found = opened.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        assert not [
            (v["id"], [n["target"] for n in v["nodes"]])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone_nothing_runs_off_the_side(opened: Page, tmp_path: Path, name: str) -> None:
    opened.set_viewport_size({"width": 390, "height": 844})
    show(opened, PAGES[name](), tmp_path, "#backward-3")
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390
    step, controls = (
        opened.locator(".panel:not([hidden]) .step.lit"),
        opened.get_by_role("button", name="Next"),
    )
    expect(controls).to_be_in_viewport()
    expect(opened.locator(".drawing")).to_be_in_viewport()
    expect(step).to_be_in_viewport()


def test_a_box_fades_where_there_is_more(opened: Page, tmp_path: Path) -> None:
    """At the edges beyond which its drawing goes on, and at no other; a box that shows all does not."""
    opened.set_viewport_size({"width": 900, "height": 700})
    show(opened, loop(), tmp_path)
    drawing = opened.locator(".drawing")

    def faded(edge: str) -> bool:
        width: str = drawing.evaluate(f"box => box.style.getPropertyValue('--{edge}')")
        return width != "0px"

    expect(drawing).to_have_class(re.compile("more"))
    assert drawing.evaluate("box => getComputedStyle(box).maskImage") != "none"
    assert (faded("left"), faded("right")) == (False, True)
    drawing.evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    opened.wait_for_function("document.querySelector('.drawing').style.getPropertyValue('--right') === '0px'")
    assert faded("left")
    opened.set_viewport_size({"width": 2600, "height": 2000})
    show(opened, neuron(), tmp_path)
    expect(opened.locator(".drawing svg:visible")).to_be_visible()
    expect(drawing).not_to_have_class(re.compile("more"))


def test_without_script_everything_can_be_read(browser, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "explanation.html"
    neuron().save(file)
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        for body in page.locator(".step .body").all():
            expect(body).to_be_visible()


def test_in_a_notebook(opened: Page) -> None:
    opened.set_content(f"<!doctype html><title>notebook</title>{neuron().view().framed()}")
    frame = opened.frame_locator("iframe")
    frame.get_by_role("button", name="Next").click()
    expect(frame.get_by_label("Step", exact=True)).to_have_text("2 of 4")


READ = "all => all.map((e) => [e.dataset.live, e.dataset.form, e.dataset.nudge ?? '', e.textContent])"


def move(page: Page, name: str, value: float) -> None:
    field = page.get_by_label(f"{name}, typed")
    field.fill(repr(float(value)))
    field.press("Enter")


@pytest.mark.parametrize(("name", "given"), [("neuron", "x"), ("loop", "w")])
def test_a_moved_input_moves_every_number(opened: Page, tmp_path: Path, name: str, given: str) -> None:
    """The kernels in the page say what Python says, to the last digit shown, wherever an input is moved."""
    example = PAGES[name]()
    show(opened, example, tmp_path)
    assert example.recipe is not None
    numbers = [*example.recipe.inputs]
    place = [s.name for s in example.forward].index(given)
    for value in (0.25, -1.5, 1e-7):
        move(opened, given, value)
        numbers[place] = value
        assert example.recipe.again is not None
        expect(opened.locator("html")).to_have_class(re.compile("moved"))
        there = example.recipe.again(numbers)
        here = {(k, f): text for k, f, n, text in opened.locator("[data-live]").evaluate_all(READ) if not n}
        for step in there.forward:
            assert here["value " + step.name, "plain"] == minus(step.value.text), (value, step.name)
        for adjoint in there.reverse:
            assert here["adjoint " + adjoint.name, "plain"] == minus(adjoint.value.text), (
                value,
                adjoint.name,
            )
        total = opened.locator(".below .formula").inner_text().replace("\u2212", "-")
        assert all(g.text in total for g in there.gradients.values())


def test_the_example_again_gives_the_page_again(opened: Page, tmp_path: Path) -> None:
    """Formulas, quotients, paths and matrices: all come back as Python wrote them."""
    for name in ("neuron", "loop", "net"):
        example = PAGES[name]()
        show(opened, example, tmp_path)
        marked = opened.locator("[data-live]")
        written = [w for w in marked.evaluate_all(READ) if "norm" not in w[3]]
        details = opened.locator(".inputs details").first
        if details.count():
            details.locator("summary").click()
        field = opened.locator(".inputs [type=text]").first
        at = field.input_value()
        field.fill("0.123")
        field.press("Enter")
        expect(opened.locator("html")).to_have_class(re.compile("moved"))
        changed = [w for w in marked.evaluate_all(READ) if "norm" not in w[3]]
        assert len([1 for a, b in zip(written, changed, strict=False) if a != b]) > 10
        field.fill(at)
        field.press("Enter")
        expect(marked.first).to_have_text(written[0][3])
        after = marked.evaluate_all(READ)
        assert [w for w in written if w not in after] == []


def test_the_other_branch_is_announced(opened: Page, tmp_path: Path) -> None:
    def bent(x):
        y = x * x if x > 0 else -x
        return y

    show(opened, explain(bent, 2.0), tmp_path)
    says = opened.get_by_role("status").filter(has_text="goes the other way")
    expect(says).to_be_hidden()
    move(opened, "x", -1)
    expect(says).to_be_visible()
    move(opened, "x", 3)
    expect(says).to_be_hidden()


def minus(text: str) -> str:
    return text.replace("-", "\u2212") if text.startswith("-") else text


def test_the_palette_is_the_guides() -> None:
    ours = (ROOT / "src/backsight/explaining/page/style.css").read_text("utf-8")
    theirs = (ROOT / "web/src/look/tokens.css").read_text("utf-8")
    pattern = re.compile(r"(--[\w-]+): (.*);")
    tokens = dict(pattern.findall(theirs))
    mine = dict(pattern.findall(ours))
    assert len(mine) > 12
    assert {k: tokens.get(k) for k in mine} == mine
