"""Reports of graphs and nets, opened from a disk with no network at all: they stay interactive."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, expect

import backsight as bs
from backsight.notebook import View

AXE = Path(__file__).resolve().parents[2] / "web/node_modules/axe-core/axe.min.js"
WEIGHTS = {"W1": [[1, -1, 0.5], [0.5, 1, -1]], "b1": [0.2, -0.3, 0.5], "W2": [[1], [1], [-1]], "b2": [-1]}


def neuron(x, w, b):
    z = x * w + b
    a = np.tanh(z)
    return a


def opened(page: Page, view: View, folder: Path) -> Page:
    file = folder / "report.html"
    view.save(file)
    page.context.set_offline(True)
    page.goto(file.as_uri())
    return page


def accessible(page: Page, *, but: tuple[str, ...] = ()) -> None:
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, { rules: { 'page-has-heading-one': { enabled: false } } })")
    wrong = [v["id"] for v in found["violations"] if v["id"] not in ("region", "landmark-one-main", *but)]
    assert wrong == []


def number(of: Locator, name: str) -> float:
    return float(of.get_attribute(name) or "nan")


def test_a_graph(watched: Page, tmp_path: Path) -> None:
    page = opened(watched, bs.graph(neuron, 0.8, 1.0, -0.5), tmp_path)
    view = page.locator(".view")
    view.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".says")).to_contain_text("x goes in, here 0.8")
    page.locator("[data-node=z]").click()
    expect(page.locator(".says")).to_contain_text("z adds (t1, b), here 0.3")
    before = page.locator(".view svg").get_attribute("viewBox")
    page.get_by_role("button", name="Zoom in").click()
    assert page.locator(".view svg").get_attribute("viewBox") != before
    page.get_by_role("button", name="Show all").click()
    box = view.bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 40, steps=4)
    page.mouse.up()
    moved = [float(x) for x in (page.locator(".view svg").get_attribute("viewBox") or "").split()]
    assert moved[0] < float((before or "").split()[0])
    accessible(page)


def test_a_graph_on_a_phone_can_be_read(watched: Page, tmp_path: Path) -> None:
    watched.set_viewport_size({"width": 390, "height": 844})
    page = opened(watched, bs.graph(neuron, 0.8, 1.0, -0.5), tmp_path)
    node = page.locator("[data-node=z]")
    expect(node).to_be_visible()
    box = node.bounding_box()
    assert box and box["height"] > 44, "a finger's width"
    node.click()
    expect(page.locator(".says")).to_contain_text("z adds (t1, b), here 0.3")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_net_learns(watched: Page, tmp_path: Path) -> None:
    page = opened(watched, bs.train("xor", hidden=(4,), seed=3), tmp_path)
    train = page.locator("div.train")
    page.get_by_role("button", name="One step").click()
    expect(train).to_have_attribute("data-epoch", "1")
    before = number(train, "data-cost")
    page.get_by_role("button", name="Train").click()
    expect(train).to_have_attribute("data-epoch", re.compile(r"^\d{3,}"))
    page.get_by_role("button", name="Pause").click()
    assert number(train, "data-cost") < before / 2
    page.get_by_role("button", name="Reset").click()
    expect(train).to_have_attribute("data-epoch", "0")
    accessible(page)


def test_a_plane_folds(watched: Page, tmp_path: Path) -> None:
    page = opened(watched, bs.fold(WEIGHTS, [[0.0, 1.0], [2.0, -1.0]], [0, 1]), tmp_path)
    slider = page.get_by_role("slider", name="through the net")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).not_to_have_attribute("aria-valuetext", "0.00")
    accessible(page)


def test_four_hundred_starts(watched: Page, tmp_path: Path) -> None:
    page = opened(watched, bs.atlas("xor", units=2, epochs=100), tmp_path)
    expect(page.get_by_text("400 starts,")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("The same start, the same end")).to_be_visible()
    accessible(page)
