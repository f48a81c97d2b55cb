"""Programs as graphs: DOT that Graphviz reads, and edge lists that read back to the same graph."""

from __future__ import annotations

import re
import shutil
import subprocess
from random import Random
from typing import Any

import numpy as np
import pytest

from backsight import trace, value_and_grad
from backsight.emit.edges import COLUMNS, read_edges
from backsight.emit.graph import links, operation_text
from backsight.emit.graphviz import quoted
from backsight.errors import ParseError, ShapeError
from backsight.ir.program import Constant, Program, Var
from backsight.models.nets import Net
from tests.random_nets import gradient_program
from tests.random_programs import programs, random_function, refused

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|->|[{}\[\]=,;]|[A-Za-z_]\w*|-?[\d.]+)')


class Dot:
    """The part of DOT's grammar that we write: nodes, edges, attributes and subgraphs."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            assert match, f"no token of DOT: {text[position : position + 40]!r}"
            self.tokens.append(match[1])
            position = match.end()
        self.nodes: dict[str, dict[str, str]] = {}
        self.edges: list[tuple[str, str, dict[str, str]]] = []
        self.clusters: list[str] = []
        assert self.take() == "digraph"
        self.name = self.identifier()
        self.body()
        assert not self.tokens

    def take(self, expected: str | None = None) -> str:
        token = self.tokens.pop(0)
        assert expected in (None, token), f"{expected} expected, not {token}"
        return token

    def identifier(self) -> str:
        token = self.take()
        if token.startswith('"'):
            return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], token[1:-1])
        assert re.fullmatch(r"[A-Za-z_]\w*|-?[\d.]+", token), token
        return token

    def body(self) -> None:
        self.take("{")
        while self.tokens[0] != "}":
            if self.tokens[0] == "subgraph":
                self.take()
                self.clusters.append(self.identifier())
                self.body()
                continue
            self.statement()
        self.take("}")

    def statement(self) -> None:
        name = self.identifier()
        if self.tokens[0] == "=":
            self.take()
            self.identifier()
        elif self.tokens[0] == "->":
            self.take()
            self.edges.append((name, self.identifier(), self.attributes()))
        elif name in ("node", "edge", "graph"):
            self.attributes()
        else:
            assert name not in self.nodes, f"two nodes {name}"
            self.nodes[name] = self.attributes()
        self.take(";")

    def attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if self.tokens[0] == "[":
            self.take()
            while self.tokens[0] != "]":
                key = self.identifier()
                self.take("=")
                found[key] = self.identifier()
                if self.tokens[0] == ",":
                    self.take()
            self.take("]")
        return found


def check(program: Program, dot: Dot) -> None:
    """Raises: AssertionError where the graph is not that of the Program."""
    assert set(dot.nodes) == set(program.variables())
    expected = [(a.name, e.output.name) for e in program.equations for a in e.inputs if isinstance(a, Var)]
    assert sorted((a, b) for a, b, _ in dot.edges) == sorted(expected)
    for e in program.equations:
        assert e.op in dot.nodes[e.output.name]["label"]


NETS = [gradient_program(Net(1, "tanh", "softmax")), gradient_program(Net(2, "relu", "squared"))]


@pytest.mark.parametrize("program", NETS, ids=lambda p: p.name)
def test_a_gradient_as_a_graph(program: Program) -> None:
    dot = Dot(program.emit("graphviz"))
    check(program, dot)
    assert dot.name == program.name
    assert {"cluster_forward", "cluster_backward"} <= set(dot.clusters)
    assert dot.nodes["X"] == {"label": "X", "shape": "box"}
    assert dot.nodes["dW1"]["peripheries"] == "2" and "peripheries" not in dot.nodes["z1"]
    shapes = {label["label"] for _, _, label in dot.edges if "label" in label}
    assert {"n × d", "d × h1", "n × h1"} <= shapes
    again = [(a, b) for a, b, look in dot.edges if look.get("style") == "dashed"]
    assert again and all(b not in ("z1", "z2") for _, b in again)


def test_random_functions_are_graphs() -> None:
    for case in range(20):
        function = random_function(Random(f"graph {case}"))
        if not refused(function):
            for program in programs(function):
                check(program, Dot(program.emit("graphviz")))


def test_functions_that_were_called_are_framed() -> None:
    def layer(x: Any, w: Any) -> Any:
        return np.tanh(x @ w)

    def net(x: Any, w: Any) -> Any:
        return np.sum(layer(x, w) ** 2)

    dot = Dot(trace(net, np.ones(2), np.ones((2, 2))).emit("graphviz"))
    assert [c for c in dot.clusters if c.endswith("layer")] and len(dot.clusters) == 1
    program = value_and_grad(net).program(np.ones(2), np.ones((2, 2)))
    assert len(Dot(program.emit("graphviz")).clusters) == 4


def test_one_node_per_number() -> None:
    program = gradient_program(Net(1, "tanh", "squared"))
    sizes = dict.fromkeys(program.dims, 2)
    dot = Dot(program.emit("graphviz", scalars=True, sizes=sizes))
    assert {"W1_0_1", "z1_1_0", "dW1_0_1"} <= set(dot.nodes)
    with pytest.raises(ShapeError, match="must be known"):
        program.emit("graphviz", scalars=True)


def test_quotes_and_line_feeds() -> None:
    assert quoted('say "x\\y"\n') == r'"say \"x\\y\"\n"'

    def f(x: Any) -> Any:
        return x * {"a \\ b": 2.0}["a \\ b"]

    dot = Dot(trace(f, 1.0).emit("graphviz"))
    assert any('{"a \\\\ b": 2.0}' in node.get("tooltip", "") for node in dot.nodes.values())


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("scalars", [False, True])
def test_graphviz_draws_it(scalars: bool) -> None:
    program = NETS[0]
    text = program.emit("graphviz", scalars=scalars, sizes=dict.fromkeys(program.dims, 2))
    run = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True)
    assert run.returncode == 0 and not run.stderr and "<svg" in run.stdout


# Edge lists -------------------------------------------------------------------------------------------------


def rebuilt(text: str) -> tuple[Any, ...]:
    """What an edge list says of a Program: inputs, equations and outputs, by name."""
    rows = read_edges(text)
    inputs = [row.target for row in rows if row.operation == "input"]
    outputs = [row.source for row in rows if row.operation == "output" and not row.target]
    equations: dict[tuple[str, str], list[str]] = {}
    for row in rows[len(inputs) : len(rows) - len(outputs)]:
        operands = equations.setdefault((row.target, row.operation), [])
        if row.source:
            assert row.position == len(operands)
            operands.append(row.source)
    return inputs, equations, outputs


@pytest.mark.parametrize("case", range(20))
def test_an_edge_list_reads_back_to_the_same_graph(case: int) -> None:
    function = random_function(Random(f"edges {case}"))
    if refused(function):
        return
    for program in programs(function):
        inputs, equations, outputs = rebuilt(program.emit("edges"))
        assert inputs == [v.name for v in program.inputs] and outputs == list(map(str, program.outputs))
        assert list(equations.items()) == [
            ((e.output.name, operation_text(e)), list(map(str, e.inputs))) for e in program.equations
        ]
        assert read_edges(program.emit("edges")) == list(links(program))


def test_a_row_of_an_edge_list() -> None:
    def f(x: Any, y: Any) -> Any:
        z = x @ y
        return np.sum(z, axis=0) * 2

    text = trace(f, np.ones((2, 3)), np.ones((3, 4))).emit("edges")
    rows = text.splitlines()
    assert rows[0] == ",".join(COLUMNS) == "source,target,operation,position,shape,source_line"
    assert rows[1] == ",x,input,0,2 x 3,"
    row = next(r for r in read_edges(text) if r.target == "z" and r.source == "y")
    assert (row.operation, row.position, row.shape) == ("contract(spec='ij,jk->ik')", 1, "3 x 4")
    assert re.fullmatch(r"test_graphs\.py:\d+: z = x @ y", row.source_line)
    assert any(r.source == str(Constant(2)) for r in read_edges(text))


@pytest.mark.parametrize("text", ["", "a,b\n", ",".join(COLUMNS) + "\nx,y,add,first,,\n"])
def test_what_is_no_edge_list(text: str) -> None:
    with pytest.raises(ParseError):
        read_edges(text)
