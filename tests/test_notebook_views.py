"""Views without a browser: their state, what they refuse, and what stands for them where no widget runs."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backsight as bs
from backsight.errors import ViewError
from backsight.explaining.page.paper import PAPER
from backsight.notebook import ExplanationView, View, view
from backsight.notebook.pictures import FATES

SVG = "{http://www.w3.org/2000/svg}"


def neuron(x, w, b, t):
    z = x * w + b
    a = 1 / (1 + np.exp(-z))
    cost = (a - t) ** 2 / 2
    return cost


def bent(x):
    y = x * x if x > 0 else -3 * x
    return y


def layer(W, x):
    z = W @ x
    cost = np.sum(np.tanh(z))
    return cost


@pytest.fixture
def no_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "widgets_run", lambda: False)


def live() -> ExplanationView:
    return bs.explain(neuron, 0.8, 1.0, -0.5, 1.0, argnums=(1, 2)).view()


def from_browser(seen: View, **state: Any) -> None:
    """What a message from the browser does."""
    for name, value in state.items():
        setattr(seen.widget, name, value)


def test_both_sides_hold_one_state() -> None:
    seen = live()
    heard: list[Any] = []
    seen.observe(heard.append, "inputs")
    from_browser(seen, inputs={**seen.inputs, "w": 2.0})
    assert seen.inputs == {"x": 0.8, "w": 2.0, "b": -0.5, "t": 1.0}
    seen.inputs = {"b": np.float64(0.25)}
    assert seen.widget.inputs == seen.inputs == heard[-1] == {"x": 0.8, "w": 2.0, "b": 0.25, "t": 1.0}
    assert len(heard) == 2
    assert seen.value == neuron(0.8, 2.0, 0.25, 1.0)
    assert seen.gradient == bs.grad(neuron, (1, 2))(0.8, 2.0, 0.25, 1.0)


def test_what_a_cell_shows_is_what_view_gives() -> None:
    how = bs.explain(neuron, 0.8, 1.0, -0.5, 1.0)
    data, _ = how._repr_mimebundle_()
    shown = data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert shown == how.view().widget.model_id
    assert how._display_() is how.view().widget


def test_arrays_keep_their_kind() -> None:
    seen = bs.explain(layer, np.ones((2, 2)), np.array([0.5, -1.0])).view()
    assert seen.inputs["W"] == [[1.0, 1.0], [1.0, 1.0]]
    seen.inputs = {"W": np.eye(2) / 2}
    assert isinstance(seen.gradient, np.ndarray)
    np.testing.assert_allclose(seen.gradient, bs.grad(layer)(np.eye(2) / 2, np.array([0.5, -1.0])))


def test_another_branch_is_another_derivation() -> None:
    seen = bs.explain(bent, 2.0).view()
    before = seen.content
    assert seen.gradient == 4.0
    from_browser(seen, inputs={"x": -1.0})
    assert (seen.value, seen.gradient) == (3.0, -3.0)
    assert seen.content["body"] != before["body"]
    assert seen.widget.content == seen.content


def test_numbers_that_json_lacks_travel() -> None:
    seen = live()
    seen.inputs = {"w": float("inf")}
    json.dumps(seen.widget.inputs, allow_nan=False)
    with np.errstate(all="ignore"):
        assert seen.value == 0.0


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("inputs", {"q": 1.0}, "no input 'q'"),
        ("inputs", {"w": [1.0, 2.0]}, "has shape"),
        ("inputs", {"w": [[1.0], [2.0, 3.0]]}, "cannot be"),
        ("inputs", {"w": "two"}, "cannot be 'two'"),
        ("inputs", 3.0, "set by name"),
        ("selected", "nobody", "called 'nobody'"),
        ("step", 1, "no 'step' to set"),
    ],
)
def test_what_does_not_fit_changes_nothing(name: str, value: Any, message: str) -> None:
    seen = live()
    before = (seen.inputs, seen.selected)
    with pytest.raises(ViewError, match=message) as caught:
        setattr(seen, name, value)
    assert caught.value.origin is not None and caught.value.remedy
    assert (seen.inputs, seen.selected) == before


def test_a_graph_says_what_is_pointed_at() -> None:
    seen = bs.graph(neuron, 0.8, 1.0, -0.5, 1.0)
    from_browser(seen, selected="z")
    assert repr(seen) == "<Graph of neuron: 13 values, z selected>"
    detail = next(d for d in seen.content["details"] if d["name"] == "z")
    assert detail["how"].startswith("add") and float(detail["number"]) == pytest.approx(0.3)
    with pytest.raises(ViewError, match="called 'q'"):
        seen.selected = "q"


def test_a_graph_needs_no_numbers() -> None:
    program = bs.trace(layer, bs.ArrayType((2, 3)), bs.ArrayType((3,)))
    assert "2 × 3" in bs.graph(program).content["svg"]
    assert not any(d["number"] for d in bs.graph(program).content["details"])
    assert "image/svg+xml" in program._repr_mimebundle_()[0]


def test_a_graph_nobody_could_read() -> None:
    def long(x):
        for _ in range(300):
            x = np.sin(x) * 1.5
        return x

    with pytest.raises(ViewError, match="values"):
        bs.graph(long, 0.1)
    data = bs.trace(long, 0.1)._repr_mimebundle_()
    assert "text/plain" in (data if isinstance(data, dict) else data[0])


@pytest.mark.usefixtures("no_widgets")
def test_where_no_widget_runs() -> None:
    how = bs.explain(neuron, 0.8, 1.0, -0.5, 1.0)
    data = how._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html", "image/svg+xml"}
    assert data["text/html"].startswith("<iframe")
    mime, text = how._display_()._mime_()
    assert mime == "text/html" and "<iframe" in text
    seen = how.view()
    seen.inputs = {"w": 2.0}
    assert seen.gradient == bs.grad(neuron)(0.8, 2.0, -0.5, 1.0)
    with pytest.raises(ViewError, match="anywidget"):
        _ = seen.widget


@pytest.mark.parametrize("make", [live, lambda: bs.graph(neuron, 0.8, 1.0, -0.5, 1.0)])
def test_a_picture_is_a_file_of_its_own(make: Any) -> None:
    picture = ElementTree.fromstring(make().picture()["image/svg+xml"])
    assert picture.tag == f"{SVG}svg" and picture.get("aria-label")
    words = [t.text for t in picture.iter(f"{SVG}text")]
    assert {"cost", "0.3", "0.5744"} <= set(words)


def test_text_of_the_person_cannot_leave_its_place(tmp_path: Path) -> None:
    def hostile(x):
        y = x * 2  # </script><script>alert(1)</script><!--
        return y

    for text in (bs.explain(hostile, 1.0).html(), bs.graph(hostile, 1.0).html()):
        scripts = re.findall(r"<(/?)script", text)
        assert scripts == ["", "/"] * (len(scripts) // 2)
        assert "alert(1)</script>" not in text.replace("&lt;", "<") or "&lt;/script" in text


def test_a_page_asks_for_nothing() -> None:
    for text in (live().html(), bs.graph(neuron, 0.8, 1.0, -0.5, 1.0).html()):
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
        assert policy and policy[1].startswith("default-src 'none'") and "connect-src" not in policy[1]
        assert not re.search(r'\b(src|href)="(?!data:|#)', text)


# Nets -------------------------------------------------------------------------------------------------------

POINTS = [[0.0, 1.0], [2.0, -1.0], [1.0, 1.0]]
FOLDED = {"W1": [[1.0, -1.0], [0.5, 1.0]], "b1": [0.2, -0.3], "W2": [[1.0], [1.0]], "b2": [-1.0]}


@pytest.fixture(autouse=True)
def built(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Views of nets need the figures as the build writes them; here any script will do."""
    kept = (view.module, view._widget_class)
    for made in kept:
        made.cache_clear()
    monkeypatch.setattr(view, "_figures", lambda: "var figures = {};")
    yield
    for made in kept:
        made.cache_clear()


def test_training_is_told_and_obeys() -> None:
    net = bs.train("xor", hidden=(3,))
    assert (net.playing, net.epoch, net.cost, net.weights) == (False, 0, None, None)
    drawn = {
        "W1": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
        "b1": [0.0] * 3,
        "W2": [[0.0, 1.0]] * 3,
        "b2": [0.0, 0.0],
    }
    from_browser(net, weights=drawn, epoch=7, cost="NaN", playing=True)
    assert (net.epoch, net.playing) == (7, True) and np.isnan(net.cost)
    np.testing.assert_array_equal(net.weights["W1"], drawn["W1"])
    net.weights = {"b2": np.array([0.5, -0.5])}
    assert net.widget.weights == {**drawn, "b2": [0.5, -0.5]}
    net.learning_rate = 0.1
    assert net.widget.learning_rate == 0.1
    assert repr(net) == "<Net 2-3-2 on xor, epoch 7>"


def test_own_points_travel_as_a_table() -> None:
    net = bs.train(np.array(POINTS), ["rind", "core", 'a "b"'], hidden=())
    assert net.content["csv"].splitlines()[0] == "x1,x2,kind"
    assert sorted(net.content["csv"].splitlines()[1:]) == [
        '0.0,1.0,"rind"',
        "1.0,1.0,\"a 'b'\"",
        '2.0,-1.0,"core"',
    ]
    assert net.widths == (2, 3)


def test_a_trained_net_can_be_folded() -> None:
    net = bs.train("xor", hidden=(2,), activation="relu", output="squared")
    with pytest.raises(ViewError, match="no weights yet"):
        bs.fold(net)
    drawn = {**FOLDED, "W2": [[1.0, 0.0], [0.0, 1.0]], "b2": [0.0, 0.0]}
    from_browser(net, weights=drawn)
    sheet = bs.fold(net)
    assert sheet.widths == (2, 2, 2)
    sheet.t = 2
    sheet.view = (10, 20)
    assert (sheet.widget.t, sheet.widget.view) == (2.0, [10.0, 20.0])
    from_browser(sheet, weights={**drawn, "b1": [9.0, 9.0]})
    np.testing.assert_array_equal(sheet.weights["b1"], [9.0, 9.0])


def test_nets_have_a_picture() -> None:
    for made, signs in ((bs.fold(FOLDED), {"#1f66a8", "#c2501c"}), (bs.train("xor"), {"#8b91a0"})):
        picture = ElementTree.fromstring(made.picture()["image/svg+xml"])
        assert len(picture.findall(f"{SVG}circle")) == sum(made.widths)
        assert {line.get("stroke") for line in picture.iter(f"{SVG}path")} == signs


def test_starts_are_picked_and_told() -> None:
    starts = bs.atlas("xor", units=2, selected=3)
    from_browser(starts, outcomes=[{"seed": 1, "fate": "learned", "cost": 0.1, "accuracy": 1.0}], selected=9)
    assert starts.outcomes[0]["fate"] == "learned" and starts.selected == 9


def test_still_pictures_have_the_colours_of_the_guide() -> None:
    web = Path(__file__).parent.parent / "web/src"
    tokens = dict(
        re.findall(r"--([\w-]+): light-dark\((#\w+), #\w+\);", (web / "look/tokens.css").read_text("utf-8"))
    )
    assert {name: tokens.get(name) for name in PAPER} == PAPER
    painter = (web / "figures/Atlas/painter.ts").read_text("utf-8")
    signs = re.findall(r"^  '?([\w ]+)'?: \{.*line: '--([\w-]+)'", painter, re.MULTILINE)
    assert {name: line for name, line in signs if name != "waiting"} == FATES


def test_an_atlas_has_a_picture_of_what_is_known() -> None:
    starts = bs.atlas("xor", units=2, selected=3)
    empty = ElementTree.fromstring(starts.picture()["image/svg+xml"])
    assert len(empty.findall(f"{SVG}circle")) == 400 + 1  # and one that says what a dot is
    assert [text.text for text in empty.iter(f"{SVG}text")] == ["none trained yet"]
    fates = {1: "learned", 2: "evidence", 3: "still slow", 4: "learned", 5: "proved", 6: "overflow"}
    from_browser(
        starts,
        outcomes=[{"seed": n, "fate": fate, "cost": 0.1, "accuracy": 1.0} for n, fate in fates.items()],
    )
    picture = ElementTree.fromstring(starts.picture()["image/svg+xml"])
    said = [text.text for text in picture.iter(f"{SVG}text")]
    assert said == [
        "learned 2",
        "still slow 1",
        "evidence 1",
        "proved 1",
        "overflow 1",
        "not trained yet 394",
    ]
    assert len(picture.findall(f"{SVG}circle")) == 394 + 1 + 2 + 1


@pytest.mark.parametrize("start", ["net", "sheet", "field"])
def test_the_kernels_of_a_net_come_along(start: str) -> None:
    made = {
        "net": lambda: bs.train("spiral", hidden=(3, 3), activation="sigmoid"),
        "sheet": lambda: bs.fold(FOLDED, POINTS, [0, 1, 1]),
        "field": lambda: bs.atlas("rings"),
    }[start]()
    files = made.content["files"]
    assert {"data.js", "starts.js", "optimisers.js"} <= set(files)
    assert any(name.startswith("net-") and "export const inspect" in text for name, text in files.items())
    assert "default-src 'none'" in made.html()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bs.train("moons"), "no data 'moons'"),
        (lambda: bs.train("xor", hidden=(9,)), "do not fit a screen"),
        (lambda: bs.train("xor", hidden=(1,) * 7), "do not fit a screen"),
        (lambda: bs.train("xor", hidden=4), "hidden cannot be 4"),
        (lambda: bs.train("xor", hidden=(2.5,)), "a hidden layer cannot be 2.5"),
        (lambda: bs.train("xor", seed="one"), "seed cannot be 'one'"),
        (lambda: bs.train("xor", batch=-1), "batch cannot be -1"),
        (lambda: bs.train("xor", test_share="half"), "test_share cannot be"),
        (lambda: bs.atlas("xor", epochs=0), "epochs cannot be 0"),
        (lambda: setattr(bs.fold(FOLDED), "view", 3), "view cannot be 3"),
        (lambda: bs.train("xor", activation="gelu"), "no activation 'gelu'"),
        (lambda: bs.train("xor", learning_rate=0), "learning_rate cannot be"),
        (lambda: bs.train(POINTS), "do not fit together"),
        (lambda: bs.train(POINTS, [1, 1, 1]), "1 classes"),
        (lambda: bs.train([[0.0, float("nan")], [1.0, 1.0]], [0, 1]), "data cannot be nan"),
        (lambda: bs.train("xor", weights={"W9": 1.0}), "no 'W9'"),
        (lambda: bs.train("xor", weights={"b1": [1.0]}), "b1 has shape"),
        (lambda: bs.fold({}), "no net with two inputs"),
        (lambda: bs.fold({**FOLDED, "W2": [[1.0]]}), "does not follow"),
        (lambda: bs.fold({**FOLDED, "W1": [["a", "b"], ["c", "d"]]}), "no number"),
        (lambda: bs.atlas("csv"), "no data 'csv'"),
        (lambda: bs.atlas("xor", selected=401), "no start 401"),
        (lambda: setattr(bs.train("xor"), "epoch", 3), "epoch follows"),
        (lambda: setattr(bs.atlas("xor"), "outcomes", []), "outcomes follow"),
        (lambda: setattr(bs.fold(FOLDED), "t", "far"), "t cannot be"),
    ],
)
def test_nets_refuse_at_the_persons_line(call: Any, message: str) -> None:
    with pytest.raises(ViewError, match=message) as caught:
        call()
    assert caught.value.origin is not None and caught.value.remedy
