"""What a graph consists of, as plain data: nodes, links, and scopes that can be folded away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from backsight.ir.op import REGISTRY
from backsight.ir.program import Origin, Shape

if TYPE_CHECKING:
    from backsight.explaining.graphs.inner import Inner

Level = Literal["arrays", "neurons", "scalars"]
Kind = Literal["input", "constant", "step", "output"]
ScopeKind = Literal["function", "loop", "turn", "steps", "array", "entry", "layer"]

LEVELS: tuple[Level, ...] = ("arrays", "neurons", "scalars")
NOWHERE = -1
"""The scope of what lies in none; the node of a scope that no single node stands for."""


@dataclass(slots=True)
class Node:
    """One value.

    Attributes:
        label: what is written on it.
        kind: an argument of the function, an array it closes over, something computed, or the result.
        op: the operation's name in the registry; "" of an input.
        shape: of the value; () for a single number.
        value: the stop of the explanation whose numbers these are; "" where none has them.
        index: which entry of that value, row by row; None for all of it.
        rows: of a neuron, how many examples it has a number for …
        stride: … and how far apart these are in the value.
        origin: the line that computes it.
        scope: the position of the innermost scope it lies in, or -1.
    """

    label: str
    kind: Kind = "step"
    op: str = ""
    shape: Shape = ()
    value: str = ""
    index: int | None = None
    rows: int = 1
    stride: int = 0
    origin: Origin | None = None
    scope: int = NOWHERE


@dataclass(frozen=True, slots=True)
class Link:
    """A node is used by another; positions. `weight`: of neurons, the value and the entry it is times."""

    source: int
    target: int
    weight: tuple[str, int] | None = None


@dataclass(slots=True)
class Scope:
    """Nodes that belong together.

    Attributes:
        label: what is written on it.
        kind: a helper function's call, a loop, one turn of it, the steps up to a named value, the entries of
            an array, the steps up to an entry, or a layer.
        parent: the position of the scope around it, or -1.
        shows: the node that stands for it when it is folded, or -1.
        value: of an array or a layer, the named value it is, when it is folded.
        shape: of that value.
    """

    label: str
    kind: ScopeKind
    parent: int = NOWHERE
    shows: int = NOWHERE
    value: str = ""
    shape: Shape = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a Program alone does not say.

    Attributes:
        root: the qualified name of the traced function.
        captured: inputs that are no arguments.
        own: names that the person gave (a stop may have been named by us), and the output's.
    """

    root: str = ""
    captured: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


@dataclass
class Graph:
    """A Program as something to look at. `inner` computes the steps that are no stops."""

    name: str
    level: Level
    nodes: list[Node] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    inner: Inner | None = None

    def data(self) -> dict[str, Any]:
        """JSON values, with the types of web/src/engine/python/graph.ts; what is as usual is left out."""
        ops = dict.fromkeys(n.op for n in self.nodes if n.op)
        lines = {n.origin.line: n.origin.text for n in self.nodes if n.origin is not None}
        return {
            "name": self.name,
            "level": self.level,
            "nodes": [_node_json(n) for n in self.nodes],
            "links": [[k.source, k.target, *(k.weight or ())] for k in self.links],
            "scopes": [_scope_json(s) for s in self.scopes],
            "operations": {op: REGISTRY[op].says for op in ops if op in REGISTRY},
            "lines": {str(line): text for line, text in lines.items()},
        }


def _node_json(node: Node) -> dict[str, Any]:
    usual: Mapping[str, Any] = {
        "kind": "step",
        "op": "",
        "shape": [],
        "value": "",
        "index": None,
        "rows": 1,
        "stride": 0,
        "line": None,
        "scope": NOWHERE,
    }
    every = {
        "kind": node.kind,
        "op": node.op,
        "shape": list(node.shape),
        "value": node.value,
        "index": node.index,
        "rows": node.rows,
        "stride": node.stride,
        "line": node.origin.line if node.origin is not None else None,
        "scope": node.scope,
    }
    return {"label": node.label, **{k: v for k, v in every.items() if v != usual[k]}}


def _scope_json(scope: Scope) -> dict[str, Any]:
    return {
        "label": scope.label,
        "kind": scope.kind,
        "parent": scope.parent,
        "shows": scope.shows,
        **({"value": scope.value, "shape": list(scope.shape)} if scope.value else {}),
    }


def entry_label(name: str, shape: Sequence[int], index: int) -> str:
    """`W1[0,2]` for an entry, counted row by row; the name alone for a single number."""
    places: list[int] = []
    for size in reversed(shape):
        places.append(index % size)
        index //= size
    return f"{name}[{','.join(map(str, reversed(places)))}]" if places else name
