"""The graph on the workbench: numbers that move, what is pointed at, keys, folding, pictures to keep."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.test_lesson_walks import serious
from tests.browser.test_workbench import HEAVY, SLOW, Bench, context

__all__ = ["context"]  # a fixture

LAYERS = """import numpy as np

def layer(x, W, b):
    z = x @ W + b
    return np.tanh(z)

def cost(X, W1, b1, W2, b2):
    a1 = layer(X, W1, b1)
    a2 = layer(a1, W2, b2)
    return np.sum(a2**2)
"""
NUMBERS = """X = [[1.0, 0.5], [0.2, -0.4]]
W1 = [[0.3, -0.1, 0.2], [0.4, 0.6, -0.5]]
b1 = [0.0, 0.1, 0.2]
W2 = [[0.7], [-0.3], [0.2]]
b2 = [0.1]
"""


@pytest.fixture
def bench(context: BrowserContext) -> Iterator[Bench]:
    """The workbench with its first example, and the graph beside the slow motion."""
    opened = Bench(context.new_page())
    opened.page.emulate_media(reduced_motion="reduce")
    opened.open("/workbench/")
    opened.page.get_by_label("View").first.select_option("graph")
    expect(opened.page.locator("[data-level=arrays]")).to_be_visible()
    opened.view("Graph").get_by_text("The graph as a list").click()
    yield opened
    opened.page.evaluate("localStorage.clear()")
    opened.page.close()


def rows(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.get_by_role("treeitem").all_inner_texts()]


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("treeitem", name=re.compile(rf"^{re.escape(name)},"))


def painted(page: Page) -> int:
    """How many pixels of the scene have ink, once nothing moves any more; the page remembers which."""
    return int(
        page.evaluate("""async () => {
            const canvas = document.querySelector('[data-places] canvas');
            for (let still = 0; still < 4; still += 1) await new Promise(requestAnimationFrame);
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            window.scenes = [...(window.scenes ?? []), data];
            return data.reduce((sum, value, i) => sum + (i % 4 === 3 && value > 0 ? 1 : 0), 0);
        }""")
    )


def differing(page: Page, one: int, other: int) -> int:
    """Of two scenes painted, how many pixels have ink in one and about none in the other."""
    script = """([one, other]) => window.scenes[one].reduce((sum, value, i) =>
        sum + (i % 4 === 3 && Math.abs(value - window.scenes[other][i]) > 120 ? 1 : 0), 0)"""
    return int(page.evaluate(script, [one, other]))


def test_steps_that_nobody_named_have_numbers_that_follow(bench: Bench) -> None:
    """w @ x on the way to z: its value, and an adjoint that is b's, as both are only added."""
    view = bench.view("Graph")
    view.get_by_role("button", name="Unfold all").click()
    product = view.get_by_role("treeitem", name=re.compile("^Σ ×,"))
    b = view.get_by_role("treeitem", name=re.compile("^b,"))
    expect(product).to_contain_text(re.compile(r", 0\.350, d −0\.\d+"))
    slider = bench.page.get_by_role("slider", name="b", exact=True)
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    a = np.tanh(0.35 + float(slider.input_value()))
    back = f"{2 * (a - 1.0) * (1 - a**2):.3f}".replace("-", "−")
    expect(b).to_contain_text(f"db {back}")
    expect(product).to_contain_text(f"d {back}")
    assert [url for url in bench.requests if HEAVY.search(url)] == []
    assert bench.errors() == []


def test_numbers_move_with_a_slider_and_need_no_python(bench: Bench) -> None:
    page = bench.page
    assert rows(page)[:2] == ["· w, input, 2, given; goes to z", "· b, input, 0.100, db −0.950"]
    slider = page.get_by_role("slider", name="b", exact=True)
    slider.focus()
    slider.press("End")
    b = float(slider.input_value())
    z = 0.5 * 1.0 - 0.3 * 0.5 + b
    a = np.tanh(z)
    expect(row(page, "z")).to_contain_text(f"{z:.2f}")
    back = 2 * (a - 1.0) * (1 - a**2)
    expect(row(page, "b")).to_contain_text(f"db {back:.3f}"[:7].replace("-", "−"))
    assert [url for url in bench.requests if HEAVY.search(url)] == []
    assert serious(page) == []
    assert bench.errors() == []


def test_what_is_pointed_at_is_lit_here_and_elsewhere(bench: Bench) -> None:
    page = bench.page
    row(page, "a").click()
    expect(row(page, "a")).to_have_class(re.compile("lit"))
    expect(page.locator(".cm-lit, [data-lit], .lit").first).to_be_visible()
    expect(row(page, "a")).to_contain_text("from z; goes to miss")
    page.get_by_role("region", name="Inputs").get_by_role("slider", name="target").hover()
    expect(row(page, "target")).to_have_class(re.compile("lit"))
    expect(row(page, "a")).not_to_have_class(re.compile("lit"))


def test_the_keyboard_follows_links_and_folds(bench: Bench) -> None:
    page = bench.page
    row(page, "b").click()
    page.keyboard.press("ArrowRight")
    focused = page.locator("[role=treeitem]:focus")
    expect(focused).to_contain_text("z, steps to z")
    places = int(page.locator("[data-places]").get_attribute("data-places") or 0)
    page.keyboard.press("Enter")
    expect(page.locator("[data-places]")).to_have_attribute("data-places", str(places + 1))
    expect(focused).to_contain_text("z, 0.450")
    page.keyboard.press("ArrowLeft")
    expect(focused).to_contain_text("Σ ×, multiplies")
    page.get_by_role("button", name="Fold all", exact=True).click()
    expect(page.locator("[data-places]")).to_have_attribute("data-places", str(places))
    picture = page.get_by_role("application")
    picture.focus()
    scale = float(picture.get_attribute("data-scale") or 0)
    page.keyboard.press("+")
    assert float(picture.get_attribute("data-scale") or 0) == pytest.approx(1.25 * scale)
    page.keyboard.press("0")
    assert float(picture.get_attribute("data-scale") or 0) == pytest.approx(scale)


def test_panning_adds_strips_that_fit_without_a_seam(bench: Bench) -> None:
    """What was moved and added to looks as if it were painted anew."""
    page = bench.page
    picture = page.get_by_role("application")
    page.get_by_role("button", name="Nearer").click()
    page.get_by_role("button", name="Nearer").click()
    assert painted(page) > 3000, "there is something to see"
    box = picture.bounding_box()
    assert box is not None
    x, y = box["x"] + 60, box["y"] + box["height"] - 40
    page.mouse.move(x, y)
    page.mouse.down()
    for dx, dy in ((17, -9), (40, -31), (63, -52), (51, -90)):
        page.mouse.move(x + dx, y + dy)
        page.evaluate("new Promise(requestAnimationFrame)")
    page.mouse.up()
    painted(page)
    assert differing(page, 0, 1) > 1000
    toggle = page.get_by_role("button", name=re.compile("dark|light", re.IGNORECASE))
    for _ in "dark", "light again":
        toggle.click()
        painted(page)
    # A rasteriser smooths edges a little otherwise where a shape is cut off: that is all.
    assert differing(page, 1, 3) == 0


def test_pictures_to_keep(bench: Bench, tmp_path: Path) -> None:
    page = bench.page
    with page.expect_download() as kept:
        page.get_by_role("button", name=".svg").click()
    kept.value.save_as(tmp_path / "graph.svg")
    root = ET.parse(tmp_path / "graph.svg").getroot()
    words = {e.text for e in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"w", "z", "miss", "cost", "0.450", "−0.950"} <= words
    a = np.tanh(0.45)
    slopes = {f"×{1 - a**2:.3f}", f"×{2 * (a - 1):.2f}".replace("-", "−"), "×1.00"}
    assert slopes <= words, "a by z, cost by miss, miss by a"
    with page.expect_download() as kept:
        page.get_by_role("button", name=".png").click()
    kept.value.save_as(tmp_path / "graph.png")
    assert (tmp_path / "graph.png").read_bytes()[:4] == b"\x89PNG"


def test_arrays_neurons_and_scalars_of_my_own_net(bench: Bench) -> None:
    page = bench.page
    bench.run(LAYERS, NUMBERS)
    picture = page.locator("[data-level]")
    expect(page.get_by_role("treeitem", name=re.compile("^call of layer")).first).to_be_visible()
    page.get_by_text("neurons", exact=True).click()
    expect(page.locator("[data-level=neurons]")).to_have_attribute("data-places", "7", timeout=SLOW)
    X = np.array([[1.0, 0.5], [0.2, -0.4]])
    W1 = np.array([[0.3, -0.1, 0.2], [0.4, 0.6, -0.5]])
    a1 = np.tanh(X @ W1 + np.array([0.0, 0.1, 0.2]))
    for example in (0, 1):
        expect(row(page, "a1[:,1]")).to_contain_text(f"{a1[example, 1]:.3f}"[:5].replace("-", "−"))
        page.get_by_role("slider", name="Example shown").focus()
        page.keyboard.press("ArrowRight")
    page.get_by_text("scalars", exact=True).click()
    expect(page.locator("[data-level=scalars]")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Unfold all", exact=True).click()
    expect(picture).to_have_attribute(
        "data-places", str(2 * 2 + 6 + 3 + 3 + 1 + 2 * (3 * 4 + 3 + 6 + 1) + 2 + 1)
    )
    bench.run("def f(x):\n    return x**2\n", "x = 3.0")
    page.get_by_text("neurons", exact=True).click()
    expect(page.get_by_text("f has no layers")).to_be_visible(timeout=SLOW)
    assert bench.errors() == []
