"""The parts a page is made of: TeX as MathML, and the drawing of a graph."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations
from random import Random

import pytest

from backsight import explain
from backsight import numpy as np
from backsight.explaining.drawing import curve, draw, point_on
from backsight.explaining.mathml import mathml
from backsight.explaining.page import page
from backsight.ir.op import REGISTRY


def shown(tex: str) -> str:
    """What a MathML element shows, its structure in brackets."""
    root = ElementTree.fromstring(mathml(tex))
    return read(root[0][0])


def read(element: ElementTree.Element) -> str:
    inner = "".join(map(read, element))
    tag = element.tag.removeprefix("m")
    if tag in ("i", "n", "o", "text", "space"):
        return (element.text or "").replace("\u2061", "")
    return inner if tag in ("row", "td") else f"{tag}[{'|'.join(map(read, element))}]"


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"x_{1}", "sub[x|1]"),
        (r"W^{\top}_{12}", "subsup[W|12|⊤]"),
        (r"\frac{\partial C}{\partial z_1}", "frac[∂C|∂sub[z|1]]"),
        (r"\left(1 - a\right)^{2}", "sup[(1−a)|2]"),
        (r"-x + (-0.5) \times 2", "−x+(−0.5)×2"),
        (r"\operatorname{softmax}\left(z\right)", "softmax(z)"),
        (r"\sum_{i,j} x_{ij}", "under[∑|i,j]sub[x|ij]"),
        (r"\mathrm{out}, \text{if so}", "out,if so"),
        (r"\sqrt{x} \odot \alpha \, \Lambda", "sqrt[x]⊙αΛ"),
        (r"\begin{pmatrix} 1 & -2 \\ 3 & 4 \end{pmatrix}", "(table[tr[1|−2]|tr[3|4]])"),
        (r"\hat{y}", "over[y|^]"),
        (r"\underset{2 \times 3}{W}", "under[W|2×3]"),
        (r"\mathbf{1}_{3}", "sub[𝟏|3]"),
        (r"\unheardof{x}", "unheardofx"),
        (r"a < b \& c", "a<b&c"),
        (r"\left\lfloor x \right\rfloor", "⌊x⌋"),
        ("", ""),
    ],
)
def test_tex_as_mathml(tex: str, expected: str) -> None:
    assert shown(tex) == expected


def test_a_sign_is_no_difference() -> None:
    for tex, form in (
        (r"-x", True),
        (r"(-x)", True),
        (r"a - x", False),
        (r"a \cdot -x", True),
        (r")-x", False),
    ):
        assert ('form="prefix">−' in mathml(tex)) == form, tex


def test_the_tex_of_every_operation_is_understood() -> None:
    """No command is written out as a word, and every formula is well-formed."""
    commands = set()
    for op in REGISTRY.values():
        if op.write.tex is not None:
            text = op.write.tex.template.format(*"abcdef", **dict.fromkeys(op.try_params[0], "k"))
            ElementTree.fromstring(mathml(text))
            commands.update(re.findall(r"\\([A-Za-z]+)", text))
    commands -= {"left", "right", "begin", "end"}
    words = {"sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "ln", "log", "exp"}
    unknown = {c for c in commands if f">{c}</mi>" in mathml(rf"\{c}{{a}}{{b}}")} - words
    assert not unknown


def test_boxes_do_not_overlap_and_edges_go_on() -> None:
    random = Random(3)
    for _ in range(30):
        names = [f"n{i}" for i in range(random.randint(1, 30))]
        sizes = {name: (random.uniform(40, 120), random.uniform(30, 70)) for name in names}
        edges = [
            (names[i], names[j])
            for i, j in combinations(range(len(names)), 2)
            if random.random() < 2 / len(names)
        ]
        for sideways in (True, False):
            drawing = draw(sizes, edges, sideways=sideways)
            for a, b in combinations(drawing.boxes.values(), 2):
                apart = (
                    abs(a.x - b.x) >= (a.width + b.width) / 2 or abs(a.y - b.y) >= (a.height + b.height) / 2
                )
                assert apart
            for box in drawing.boxes.values():
                assert box.width / 2 - 1e-6 <= box.x <= drawing.width - box.width / 2 + 1e-6
                assert box.height / 2 - 1e-6 <= box.y <= drawing.height - box.height / 2 + 1e-6
            assert set(drawing.edges) == set(edges)
            for points in drawing.edges.values():
                along = [x if sideways else y for x, y in points]
                assert along == sorted(along)
                assert point_on(points, sideways, 0.0) == points[0]
                assert point_on(points, sideways, 1.0) == pytest.approx(points[-1])
                assert curve(points, sideways).startswith("M")


def test_names_are_escaped() -> None:
    text = page(explain(lambda x: np.sin(x) * 2, 1.0))
    assert "<script>alert" not in text

    def f(a):
        b = np.where(a < 1, a, 2 * a)  # <script>alert("x")</script>
        return b

    text = page(explain(f, 0.5))
    assert "&lt;script&gt;alert" in text and "<script>alert" not in text


def test_a_long_function_still_makes_a_page() -> None:
    def f(x):
        for _ in range(150):
            x = np.tanh(x) + 0.1
        return x

    text = page(explain(f, 0.3))
    assert "too many to draw" in text
    assert text.count('class="step"') == 1 + 150 + 151 + 2
