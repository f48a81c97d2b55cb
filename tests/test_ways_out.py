"""Every way out of a Program: targets, round trips, refusals, and what the comments say."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from hashlib import sha256
from itertools import count, permutations
from random import Random
from typing import Any

import numpy as np
import pytest

from backsight import trace, value_and_grad
from backsight.emit import TARGETS
from backsight.emit.numpy import function_name
from backsight.errors import EmitError
from backsight.ir.builder import Builder
from backsight.ir.op import REGISTRY, Family, Op
from backsight.ir.program import ArrayType, Atom, Constant, Equation, Origin, Program, Var
from backsight.ir.text import from_text
from backsight.ops import Value, apply
from backsight.ops.shapes import normal_axes
from backsight.transforms import simplify
from tests.agreement import run_reference
from tests.golden import Golden, goldens
from tests.random_programs import programs, random_function, refused

_files = count(1)


# Round trips ------------------------------------------------------------------------------------------------


def same(program: Program, other: Program) -> bool:
    """Whether two Programs are equal up to names and origins.

    Nor does it matter in which order independent equations stand, which letters a contraction uses and which
    of its factors comes first, or whether a number is written 2 or 2.0.
    """
    return _written(program) == _written(other)


def _written(program: Program) -> tuple[Any, ...]:
    """Inputs by position, and every output and decision as a digest of the operations that compute it."""
    known = {v.name: _digest("input", i, v.type) for i, v in enumerate(program.inputs)}

    def atom(a: Atom) -> str:
        return known[a.name] if isinstance(a, Var) else _digest("number", float(a.value))

    for e in program.equations:
        operands, op, params = tuple(map(atom, e.inputs)), e.op, e.params
        if op == "contract":
            operands, params = _contraction(operands, e.options["spec"])
        if _only_axes(e):
            op, params = "reshape", ()
        known[e.output.name] = _digest(op, operands, params, e.output.type)
    guards = tuple((atom(g.variable), g.expected) for g in program.guards)
    return tuple(v.type for v in program.inputs), tuple(map(atom, program.outputs)), guards


def _digest(*parts: Any) -> str:
    return sha256(repr(parts).encode()).hexdigest()


def _only_axes(e: Equation) -> bool:
    """Whether axes of size 1 come and go, which can be said in several ways."""
    if e.op == "index":
        return all(item[0] == "new" or item == ("slice", 0, None, 1) for item in e.options["key"])
    return e.op in ("expand_dims", "squeeze", "reshape")


def _contraction(operands: tuple[str, ...], spec: str) -> tuple[tuple[str, ...], Any]:
    """The same product with its factors in order and its letters named in order."""
    left, _, right = spec.partition("->")
    found = []
    for pairs in permutations(zip(operands, left.split(","), strict=True)):
        letters = dict.fromkeys("".join(names for _, names in pairs))
        renamed = {ord(c): chr(ord("a") + i) for i, c in enumerate(letters)}
        whole = ",".join(names for _, names in pairs) + "->" + right
        found.append((tuple(o for o, _ in pairs), whole.translate(renamed)))
    return min(found)


class _Recorded:
    """NumPy, but that an array of one number is recorded too instead of being made at once."""

    def __init__(self) -> None:
        self.anchor: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def full(self, shape: Any, value: Any) -> Any:
        sizes = (shape,) if isinstance(shape, int) else tuple(shape)
        number = value if isinstance(value, Value) else self.anchor.like(Constant(float(value)))
        return apply("broadcast", number, shape=sizes)

    def ones(self, shape: Any) -> Any:
        return self.full(shape, 1.0)

    def zeros(self, shape: Any) -> Any:
        return self.full(shape, 0.0)

    def reshape(self, value: Any, shape: Any) -> Any:
        return np.reshape(value, shape) if isinstance(value, Value) else self.full(shape, value)

    def place(self, part: Any, key: Any, shape: Any) -> Any:
        """What the helper of that name does in place."""
        value = part if isinstance(part, Value) else self.anchor.like(Constant(float(part)))
        return apply("unindex", value, key=_key(key), shape=shape)

    def softmax(self, z: Any, axis: int) -> Any:
        return apply("softmax", z, axis=axis)

    def logsumexp(self, z: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return apply("logsumexp", z, axes=normal_axes(axis, z.ndim), keepdims=keepdims)


def _key(key: Any) -> tuple[Any, ...]:
    """An index key as Programs have it, of one that we wrote."""
    return tuple(
        ("int", item)
        if isinstance(item, int)
        else ("new",)
        if item is None
        else ("slice", item.start or 0, item.stop, item.step or 1)
        for item in (key if isinstance(key, tuple) else (key,))
    )


def retraced(program: Program) -> Program:
    """The Program of the emitted NumPy source, run on the types of the Program's inputs, with algebra.

    Its helper functions stand for operations, and count as such.
    """
    source = program.emit("numpy", comments=False)
    file = f"<emitted {next(_files)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {}
    exec(compile(source, file, "exec"), namespace)
    recorded = _Recorded()
    function = namespace[function_name(program)]
    namespace |= {"np": recorded} | {k: getattr(recorded, k) for k in ("place", "softmax", "logsumexp")}

    def run(*args: Any) -> Any:
        recorded.anchor = args[0]
        return function(*args)

    return simplify(trace(run, *(v.type for v in program.inputs)))


@pytest.mark.parametrize("case", range(40))
def test_text_reads_back(case: int) -> None:
    function = random_function(Random(f"ways out {case}"))
    if not refused(function):
        for program in programs(function):
            again = from_text(program.emit("text"))
            assert again == program and same(again, program)


@pytest.mark.parametrize("case", range(40))
def test_emitted_python_rebuilds_the_program(case: int) -> None:
    """What a person wrote comes back as it is; so does a gradient, once it has been Python.

    (A gradient may hold what no code says in the same way: a stretched number is its own transpose.)
    """
    function = random_function(Random(f"ways out {case}"))
    if refused(function):
        return
    traced, plain, short = programs(function)
    whole = simplify(traced)
    assert same(retraced(whole), whole), f"{whole}\n{whole.emit('numpy')}\n{retraced(whole)}"
    for program in (plain, short):
        once = retraced(simplify(program))
        assert same(retraced(once), once), f"{once}\n{once.emit('numpy')}\n{retraced(once)}"
        expected = run_reference(program, function.inputs)
        scale = max(float(np.max(np.abs(x), initial=0)) for x in expected) + 1e-3
        for ours, theirs in zip(run_reference(once, function.inputs), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-11 * scale)


def test_same_looks_at_structure_alone() -> None:
    one = trace(lambda x, y: np.tanh(x) * y, 1.0, 2.0)
    two = trace(lambda a, b: np.tanh(a) * b, 3.0, 4.0)
    assert same(one, two) and not same(one, trace(lambda x, y: y * np.tanh(x), 1.0, 2.0))
    assert not same(one, trace(lambda x, y: np.tanh(y) * x, 1.0, 2.0))
    assert not same(one, trace(lambda x, y: np.tanh(x) * y, np.ones(2), 2.0))


# Refusals ---------------------------------------------------------------------------------------------------


@pytest.fixture
def fake() -> Iterator[Program]:
    """A Program with an operation that no target has heard of."""
    REGISTRY["fake"] = Op(
        "fake", Family.ROUTINE, "fakes", lambda types: types[0], None, None, "it does not", try_at=(1.0,)
    )
    builder = Builder("f")
    builder.origin = Origin("model.py", 12, "y = fake(x)")
    yield builder.finish([builder.apply("fake", [builder.input("x", ArrayType((2,)))], name="y")])
    del REGISTRY["fake"]


@pytest.mark.parametrize("target", ["numpy", "jax", "latex", "javascript"])
def test_what_a_target_cannot_express_is_named_with_its_place(target: str, fake: Program) -> None:
    with pytest.raises(EmitError, match="fake") as caught:
        fake.emit(target)
    assert "model.py:12: y = fake(x)" in str(caught.value) and caught.value.remedy


@pytest.mark.parametrize("target", ["text", "graphviz", "edges"])
def test_a_graph_names_any_operation(target: str, fake: Program) -> None:
    assert "fake" in fake.emit(target)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_writes_a_gradient(target: str) -> None:
    program = value_and_grad(lambda w, x: np.sum(np.tanh(x @ w))).program(np.ones(2), np.ones((3, 2)))
    assert program.emit(target).strip()


def test_there_is_no_such_target() -> None:
    with pytest.raises(EmitError, match="no target 'fortran'") as caught:
        trace(lambda x: x, 1.0).emit("fortran")
    assert all(f'"{target}"' in caught.value.remedy for target in TARGETS)


# What the backward lines say --------------------------------------------------------------------------------


def said(function: str, arguments: str, argnums: str) -> dict[str, str]:
    """The comment of each backward line, without the source it goes back through."""
    source = Golden("comments", function, arguments, argnums, "").source()
    lines = source.partition("# backward")[2].splitlines()[1:]
    pairs = (line.strip().split("  # ") for line in lines if "  # " in line)
    return {code.partition(" = ")[0]: comment.partition("   (")[0] for code, comment in pairs}


def test_the_slope_of_each_step() -> None:
    function = """def f(x, W, b):
    z = x @ W + b
    a = np.tanh(z)
    s = np.exp(a)
    r = np.sin(s)
    return np.sum(r * 3)
"""
    assert said(function, "np.ones((3, 2)), np.eye(2), np.zeros(2)", "(0, 1, 2)") == {
        "ds": "slopes of sin, * and sum",
        "da": "ds · slope of exp: s",
        "dz": "da · slope of tanh: 1 - a²",
        "db": "dz · slope of +: 1, summed",
        "dx": "dz · slope of @: W",
        "dW": "dz · slope of @: x",
    }


def test_a_value_with_several_uses() -> None:
    function = """def f(x, y):
    a = x * y
    b = np.tanh(x)
    c = np.sqrt(x)
    return np.sum(a ** 2) + np.sum(b ** 2) + np.sum(c * a)
"""
    comments = said(function, "np.array([2.0]), np.array([3.0])", "0")
    assert comments["dx"] == "the sum over its 3 uses"
    assert comments["db"] == "slopes of ** and sum"


def test_no_slope_passes_through_a_condition() -> None:
    function = """def f(x):
    y = np.where(x > 0, np.floor(x) + x, 2.0)
    return np.sum(y * y)
"""
    comments = said(function, "np.array([2.0, -1.0])", "0")
    assert "gt" not in comments["dx"] and "floor" not in comments["dx"] and "where" in comments["dx"]


def test_what_a_function_returns() -> None:
    source = value_and_grad(lambda w, b: np.sum(w) * b, (0, 1)).source(np.ones(2), 3.0)
    assert '    """Returns value, and how fast it moves with w and b."""\n' in source
    assert '"""' not in trace(lambda w: w * 2, 1.0).emit("numpy")


@pytest.mark.parametrize("golden", list(goldens()), ids=lambda golden: golden.title)
def test_every_named_adjoint_in_a_comment_is_on_a_line(golden: Golden) -> None:
    """A comment never speaks of an adjoint that the code does not compute."""
    source = golden.source()
    for line in source.splitlines():
        code, _, comment = line.partition("  # ")
        for part in comment.partition("   (")[0].split(" + "):
            blame, dot, _ = part.partition(" · ")
            if dot:
                assert f"    {blame} = " in source, line
                assert source.index(f"    {blame} = ") < source.index(code), line
