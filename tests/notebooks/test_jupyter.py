"""Widgets in a real JupyterLab and Jupyter Notebook: they appear, and both sides see what the other does."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page, expect

from tests.notebooks.doing import await_starts, look_further, nudge, take_one_step

SETUP = """\
import numpy as np
import backsight as bs

def neuron(x, w, b, t):
    z = x * w + b
    a = 1 / (1 + np.exp(-z))
    cost = (a - t) ** 2 / 2
    return cost
"""


class Lab:
    """A notebook open in JupyterLab or Jupyter Notebook."""

    def __init__(self, page: Page, served: tuple[str, Path], cells: list[str]) -> None:
        address, folder = served
        self.page = page
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        name = f"{abs(hash(tuple(cells)))}.ipynb"
        nbformat.write(book, folder / name)
        page.goto(f"{address}/{name}")
        idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        expect(idle).to_be_visible(timeout=60_000)

    def cell(self, place: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(place)

    def run(self, place: int) -> Locator:
        """Run a cell and give its output when it is done."""
        cell = self.cell(place)
        prompt = cell.locator(".jp-InputPrompt").first
        cell.locator(".cm-content").click()
        # JupyterLab drops what comes before it has settled.
        for _ in range(10):
            self.page.locator("jp-button[data-command^='notebook:run-cell']").click()
            with suppress(AssertionError):
                expect(prompt).not_to_have_text("[ ]:", timeout=2_000)
                break
            cell.locator(".cm-content").click()
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=60_000)
        return cell.locator(".jp-OutputArea-output")


def test_an_explanation_and_a_graph(watched: Page, jupyter: tuple[str, Path]) -> None:
    lab = Lab(
        watched,
        jupyter,
        [
            SETUP + "how = bs.explain(neuron, 0.8, 1.0, -0.5, 1.0, argnums=(1, 2))\nhow",
            "view = how.view()\nprint('w is', view.inputs['w'], 'selected', view.selected or 'nothing')",
            "view.inputs = {'w': -1.25}; view.selected = 'a'",
            "print(f'cost {view.value:.4g}')",
            "picture = bs.graph(neuron, 0.8, 1.0, -0.5, 1.0)\npicture",
            "print('at', picture.selected); picture.selected = 'z'",
        ],
    )
    lab.run(0)

    # The browser moves, Python sees it.
    cost = nudge(watched, times=2)
    expect(watched.get_by_label("w, typed")).to_have_value("1.02")
    watched.get_by_role("button", name="Next").click()
    expect(lab.run(1)).to_have_text("w is 1.02 selected z\n")

    # Python moves, the browser shows it.
    lab.run(2)
    expect(watched.get_by_label("w, typed")).to_have_value("−1.25")
    expect(watched.locator(".step.lit h3").first).to_contain_text("a")
    expect(lab.run(3)).to_have_text(f"cost {cost.text_content()}\n")

    lab.run(4)
    node = watched.locator(".graph [data-node=cost]")
    expect(node).to_be_visible()
    node.click()
    expect(watched.locator(".graph .says")).to_contain_text("cost")
    expect(lab.run(5)).to_have_text("at cost\n")
    expect(watched.locator(".graph [data-node=z]")).to_have_class("node moves lit")


def test_classic_notebook(watched: Page, classic: tuple[str, Path]) -> None:
    lab = Lab(
        watched,
        classic,
        [
            SETUP + "how = bs.explain(neuron, 0.8, 1.0, -0.5, 1.0, argnums=(1, 2))\nhow",
            "view = how.view()\nprint('w is', view.inputs['w'], 'selected', view.selected or 'nothing')",
            "view.inputs = {'w': -1.25}",
            "net = bs.train('xor', hidden=(3,), seed=3)\nnet",
            "print(f'epoch {net.epoch}')\nnet.learning_rate = 0.1",
        ],
    )
    lab.run(0)
    nudge(watched)
    expect(lab.run(1)).to_have_text("w is 1.01 selected nothing\n")
    lab.run(2)
    expect(watched.get_by_label("w, typed")).to_have_value("−1.25")
    lab.run(3)
    train = take_one_step(watched)
    expect(lab.run(4)).to_have_text("epoch 1\n")
    expect(train.get_by_role("slider", name="learning rate")).to_have_attribute("aria-valuetext", "0.1")


def test_nets(watched: Page, jupyter: tuple[str, Path]) -> None:
    lab = Lab(
        watched,
        jupyter,
        [
            "import numpy as np\nimport backsight as bs\nnet = bs.train('xor', hidden=(3,), seed=3)\nnet",
            "print(f'epoch {net.epoch}, W1 {net.weights[\"W1\"][0, 0]:.4g}, playing {net.playing}')",
            "net.learning_rate = 0.1; net.weights = {'b2': [7.5, -7.5]}",
            "net.playing = True",
            "sheet = bs.fold(net)\nsheet",
            "print('looks at', round(sheet.t, 2)); sheet.weights = {'b1': [4.25, 0, 0]}",
            "starts = bs.atlas('xor', units=2, epochs=50)\nstarts",
            "print(len(starts.outcomes), 'starts,', starts.selected); starts.selected = 7",
        ],
    )
    lab.run(0)
    train = take_one_step(watched)
    expect(lab.run(1)).to_contain_text(re.compile(r"epoch 1, W1 -?\d\.\d+, playing False"))
    lab.run(2)
    expect(train.get_by_text("b 7.50", exact=True)).to_be_visible()
    expect(train.get_by_role("slider", name="learning rate")).to_have_attribute("aria-valuetext", "0.1")
    lab.run(3)
    expect(train).to_have_attribute("data-status", "running")
    watched.get_by_role("button", name="Pause").click()
    expect(train).to_have_attribute("data-status", "paused")
    watched.wait_for_timeout(500)

    lab.run(4)
    shown = look_further(watched)
    expect(lab.run(5)).to_contain_text(f"looks at {float(shown):g}")
    expect(watched.locator(".fold").get_by_text("4.25").first).to_be_visible()

    lab.run(6)
    await_starts(watched)
    expect(lab.run(7)).to_contain_text("400 starts, 1")
    expect(watched.get_by_text("Start 7", exact=True)).to_be_visible()

    dark = "rgb(30, 34, 39)"
    papers = watched.locator(".paper")
    expect(papers.first).not_to_have_css("background-color", dark)
    watched.get_by_role("menuitem", name="Settings").click()
    watched.get_by_text("Theme", exact=True).hover()
    watched.get_by_text("JupyterLab Dark", exact=True).first.click()
    for paper in papers.all():
        expect(paper).to_have_css("background-color", dark)
