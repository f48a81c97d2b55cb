"""`explain`: its numbers are JAX's, its parts add up to the gradient, its counts are those of a person."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import backsight
import backsight.ops
from backsight import explain, grad
from backsight.errors import BacksightError, DifferentiationError, TraceError
from backsight.explaining.deriving import Question, derive
from backsight.explaining.explanation import (
    Adjoint,
    Counts,
    Decision,
    Explanation,
    Listing,
    Nudge,
    Paths,
    Route,
    Step,
    Use,
)
from backsight.explaining.shown import Shown, number, shown
from backsight.explaining.spelling import Symbols
from backsight.ir.builder import Builder
from backsight.ir.evaluate import evaluate, to_array
from backsight.ir.op import REGISTRY
from backsight.ir.program import ArrayType, Constant, Origin, Program
from backsight.transforms import gradient
from tests.random_programs import random_function, refused

ROOT = Path(__file__).resolve().parent.parent
DETAILS = ("auto", "names", "operations")


# Functions to explain: made for a library, so that JAX can run them too -------------------------------------


def neuron(np: Any) -> Callable[..., Any]:
    def neuron(x1, x2, w1, w2, b, t):
        z = x1 * w1 + x2 * w2 + b
        a = 1 / (1 + np.exp(-z))
        cost = (a - t) ** 2 / 2
        return cost

    return neuron


def nested(np: Any) -> Callable[..., Any]:
    return lambda x, y: np.sin(x * y) + np.exp(x) * y


def reused(np: Any) -> Callable[..., Any]:
    def f(x, y):
        u = x * y
        v = np.tanh(u) + u
        w = u * v * x
        return w

    return f


def softmax_net(np: Any) -> Callable[..., Any]:
    def cost(W1, b1, W2, b2, X, T):
        z1 = X @ W1 + b1
        a1 = np.tanh(z1)
        z2 = a1 @ W2 + b2
        top = np.max(z2, axis=1, keepdims=True)
        shares = np.exp(z2 - top)
        y = shares / np.sum(shares, axis=1, keepdims=True)
        cost = -np.mean(np.sum(T * np.log(y), axis=1))
        return cost

    return cost


def relu_net(np: Any) -> Callable[..., Any]:
    def cost(W1, b1, W2, X, T):
        a1 = np.maximum(X @ W1 + b1, 0)
        error = np.tanh(a1 @ W2) - T
        return np.mean(error**2) + 0.01 * np.sum(W1**2)

    return cost


def loop(np: Any) -> Callable[..., Any]:
    def f(h, W, xs):
        for i in range(3):
            h = np.tanh(W @ h + xs[i])
        return np.sum(h**2)

    return f


def broadcasting(np: Any) -> Callable[..., Any]:
    def f(x, y, s):
        u = x[:, None] * y + s
        v = u / (1 + x[:, None] ** 2)
        return np.sum(v * v)

    return f


def choosing(np: Any) -> Callable[..., Any]:
    def f(x, y):
        u = np.where(x > 0, x * y, np.sin(x))
        return np.sum(np.maximum(u, y) * u)

    return f


R = np.random.default_rng(4).normal
CASES: dict[str, tuple[Callable[[Any], Callable[..., Any]], tuple[Any, ...]]] = {
    "neuron": (neuron, (0.8, -0.6, 1.0, 0.5, -0.5, 1.0)),
    "nested": (nested, (0.7, -1.3)),
    "reused": (reused, (0.4, 1.7)),
    "softmax net": (
        softmax_net,
        (R(size=(2, 3)), R(size=3), R(size=(3, 2)), R(size=2), R(size=(5, 2)), np.eye(2)[[0, 1, 1, 0, 1]]),
    ),
    "relu net": (relu_net, (R(size=(3, 4)), R(size=4), R(size=(4, 2)), R(size=(6, 3)), R(size=(6, 2)))),
    "loop": (loop, (R(size=4), R(size=(4, 4)), R(size=(3, 4)))),
    "broadcasting": (broadcasting, (R(size=3), R(size=4), 0.3)),
    "choosing": (choosing, (R(size=5), R(size=5))),
}


def of_case(name: str, detail: str = "auto") -> tuple[Explanation, list[Any]]:
    made, inputs = CASES[name]
    everything = tuple(range(len(inputs)))
    expected = jax.grad(made(jnp), everything)(*inputs)
    return explain(made(np), *inputs, argnums=everything, detail=detail), [np.asarray(g) for g in expected]


# Numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("name", CASES)
def test_the_last_adjoints_are_the_gradient_of_jax(name: str, detail: str) -> None:
    found, expected = of_case(name, detail)
    adjoints = {a.name: a for a in found.reverse}
    for wrt, theirs in zip(found.wrt, expected, strict=True):
        same(adjoints[wrt].value, theirs)
        same(found.gradients[wrt], theirs)


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_is_that_of_grad_to_the_last_bit(name: str) -> None:
    made, inputs = CASES[name]
    for argnums in (0, tuple(range(len(inputs))), -1):
        ours, theirs = explain(made(np), *inputs, argnums=argnums).gradient, grad(made(np), argnums)(*inputs)
        for a, b in zip(*map(flat, (ours, theirs)), strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("name", CASES)
def test_shares_add_up_to_adjoints_and_slopes_make_shares(name: str, detail: str) -> None:
    adds_up(of_case(name, detail)[0])


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("name", CASES)
def test_paths_add_up_to_the_gradient(name: str, detail: str) -> None:
    found, expected = of_case(name, detail)
    for paths, theirs in zip(found.paths, expected, strict=True):
        assert paths.entry is not None
        derivative = theirs[paths.entry]
        assert close(paths.derivative, derivative)
        assert abs(derivative) == np.max(np.abs(theirs)), "the entry that matters most is followed"
        assert paths.count == len(paths.listed)
        assert close(sum(r.contribution for r in paths.listed), derivative)
        assert close(paths.contributions, derivative)
        sizes = [abs(r.contribution) for r in paths.listed]
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("name", ["neuron", "nested", "reused"])
def test_a_path_is_the_product_of_its_slopes(name: str) -> None:
    found, _ = of_case(name)
    slopes = {(a.name, u.through): u.slope_value for a in found.reverse for u in a.uses}
    for paths in found.paths:
        for route in paths.listed:
            product = 1.0
            for edge in zip(route.stops, route.stops[1:], strict=False):
                product *= slopes[edge].entries  # type: ignore[union-attr]
            assert close(product, route.contribution)
            assert route.numbers.count("×") == len(route.stops) - 2


def test_random_functions() -> None:
    random, checked = Random(11), 0
    while checked < 18:
        function = random_function(random)
        if refused(function):
            continue
        checked += 1
        everything = tuple(range(len(function.inputs)))
        expected = jax.grad(function.with_numpy(jnp), everything)(*map(jnp.asarray, function.inputs))
        scale = max(float(np.max(np.abs(g))) for g in expected) + 1e-3
        found = explain(
            function.with_numpy(np), *function.inputs, argnums=everything, detail=DETAILS[checked % 3]
        )
        adds_up(found)
        str(found)
        json.dumps(found.data(), allow_nan=False)
        for paths, theirs in zip(found.paths, expected, strict=True):
            assert paths.entry is not None
            assert abs(paths.derivative - theirs[paths.entry]) < 1e-9 * scale, str(function)
            assert paths.count == brute_force(found, paths.source), str(function)
            if paths.count == len(paths.listed):
                assert abs(paths.contributions - paths.derivative) < 1e-9 * scale, str(function)


def test_an_entry_of_ones_own_choice() -> None:
    made, inputs = CASES["relu net"]
    gradient = grad(made(np))(*inputs)
    for entry in ((2, 1), {"W1": (2, 1)}, (-1, -3)):
        (paths,) = explain(made(np), *inputs, entry=entry).paths
        assert paths.entry == (2, 1)
        assert close(paths.contributions, gradient[2, 1])
    for wrong in ((3, 0), (0,), {"W1": (0, 4)}, {"W7": (0, 0)}):
        with pytest.raises(DifferentiationError, match="W1"):
            explain(made(np), *inputs, entry=wrong)


# Counting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_a_ladder_has_two_to_the_n_paths(steps: int) -> None:
    def ladder(x):
        for _ in range(steps):
            u = np.sin(x)
            v = np.cos(x)
            x = u * v + 0.5
        return x

    found = explain(ladder, 0.3)
    (paths,) = found.paths
    assert paths.count == 2**steps
    assert len(paths.listed) == min(64, 2**steps)
    # Four edges with a slope in each rung: crossed once by reverse mode, and once by each path.
    assert found.counts.reverse == found.counts.forward == 4 * steps
    assert found.counts.by_paths == 2 * steps * 2**steps
    assert any("Not every path" in note for note in found.notes) == (steps == 100 or steps == 7)


def test_every_value_used_by_all_later_ones() -> None:
    def f(x):
        a = np.sin(x)
        b = np.sin(x + a)
        c = np.sin(x + a + b)
        d = np.sin(x + a + b + c)
        return d

    # Each new value doubles the ways there.
    assert explain(f, 0.3).paths[0].count == 8


def test_multiplies_counted_by_hand() -> None:
    # z by w1 and w2 (one slope each; b has slope 1), a by z, cost by a: 4. Forward: 3 for each w, 2 for b.
    counts = explain(neuron(np), 0.8, -0.6, 1.0, 0.5, -0.5, 1.0, argnums=(2, 3, 4)).counts
    assert (counts.reverse, counts.forward, counts.passes, counts.by_paths) == (4, 8, 3, 8)
    assert counts.cheaper == "reverse"

    def chain(x):
        u = np.sin(x)
        v = np.exp(u)
        w = v**2
        return w

    counts = explain(chain, 0.3).counts
    assert (counts.reverse, counts.forward, counts.passes, counts.by_paths) == (3, 3, 1, 3)
    assert counts.cheaper == "both"

    def fit(w, X, t):
        z = X @ w
        error = z - t
        cost = np.sum(error**2)
        return cost

    # cost by error: 5 slopes; error by z: slope 1; z by w: a product of 5 × 3 with a vector.
    counts = explain(fit, R(size=3), R(size=(5, 3)), R(size=5)).counts
    assert (counts.reverse, counts.forward, counts.passes, counts.by_paths) == (20, 60, 3, None)

    def scaled(x):
        u = 3 * x
        v = -u
        y = np.sum(v)
        return y

    # Only the 3 is multiplied by; signs and sums are free.
    assert explain(scaled, R(size=4)).counts.reverse == 4

    def shares(z, t):
        y = np.exp(z) / np.sum(np.exp(z))
        return np.sum(y * t)

    counts = explain(shares, R(size=3), R(size=3), detail="operations").counts
    # By y t: 3; the quotient: 3 by each side; the exponential: 3 (it is one value, used twice).
    assert counts.reverse == 12


def brute_force(found: Explanation, source: str) -> int:
    """Paths by walking all of them."""
    onward: dict[str, list[str]] = {}
    for adjoint in found.reverse:
        for use in adjoint.uses:
            onward.setdefault(adjoint.name, []).append(use.through)

    def walk(name: str) -> int:
        return 1 if name == found.output else sum(map(walk, onward.get(name, [])))

    return walk(source)


# What is said -----------------------------------------------------------------------------------------------


def test_forward_steps() -> None:
    found, _ = of_case("neuron")
    z = next(s for s in found.forward if s.name == "z")
    assert z.symbols.text == "x1 * w1 + x2 * w2 + b"
    assert z.numbers is not None and z.numbers.text == "0.8 * 1 + (-0.6) * 0.5 + (-0.5)"
    assert (z.value.entries, z.sources, z.depth) == (0.0, ("x1", "w1", "x2", "w2", "b"), 1)
    assert z.origin is not None and z.origin.text == "z = x1 * w1 + x2 * w2 + b"
    assert z.words == "multiplies, then adds"
    assert [s.name for s in found.forward] == ["x1", "x2", "w1", "w2", "b", "t", "z", "a", "cost"]


def test_reverse_steps() -> None:
    found, _ = of_case("neuron")
    assert [a.name for a in found.reverse][:3] == ["cost", "a", "z"]
    a = found.reverse[1]
    assert (a.value.entries, len(a.uses)) == (-0.5, 1)
    use = a.uses[0]
    assert (use.through, use.kind, use.numbers) == ("cost", "number", "1 × (-0.5)")
    assert use.slope is not None and use.slope.text == "a - t"
    assert use.origin is not None and use.origin.text == "cost = (a - t) ** 2 / 2"
    assert found.reverse[2].uses[0].why == ("the slope is the output times what it lacks to 1",)


def test_a_value_used_twice_gets_a_share_from_each_use() -> None:
    def f(x):
        u = x * x
        v = u * x
        return v

    found = explain(f, 3.0)
    x = found.reverse[-1]
    assert [u.through for u in x.uses] == ["v", "u"]
    assert [u.share.entries for u in x.uses] == [9.0, 18.0]
    assert (x.numbers, x.value.entries) == ("9 + 18", 27.0)


def test_what_has_no_name_is_shown_operation_by_operation() -> None:
    found = explain(lambda x: np.sin(x**2), 2.0)
    assert [s.name for s in found.forward] == ["x", "v1", "f"]
    assert [s.symbols.text for s in found.forward] == ["x", "x ** 2", "np.sin(v1)"]
    assert found.name == "f"


def test_names_alone_and_all_operations() -> None:
    def f(x):
        u = np.sin(x**2)
        return np.log(1 + np.exp(u))

    stops = {detail: [s.name for s in explain(f, 2.0, detail=detail).forward] for detail in DETAILS}
    assert stops["names"] == ["x", "u", "f"]
    assert stops["auto"] == ["x", "v1", "u", "v2", "f"]
    assert len(stops["operations"]) == 6
    with pytest.raises(DifferentiationError, match="detail"):
        explain(f, 2.0, detail="everything")


def test_decisions_are_mentioned() -> None:
    def f(x):
        return x**2 if x > 0 else -x

    found = explain(f, 3.0)
    (decision,) = found.decisions
    assert (decision.text, decision.outcome, decision.numbers) == ("x > 0", True, "3 > 0")
    assert decision.origin is not None and "if x > 0" in decision.origin.text
    assert f"x > 0 (3 > 0) is True at line {decision.origin.line}" in str(found)


def test_an_input_that_does_nothing_has_no_path() -> None:
    found = explain(lambda x, y: y * 2, 3.0, 2.0, argnums=(0, 1))
    assert [p.count for p in found.paths] == [0, 1]
    assert [p.derivative for p in found.paths] == [0.0, 2.0]
    assert any("x" in note and "0" in note for note in found.notes)
    assert explain(lambda x: x, 3.0).paths[0].derivative == 1.0
    assert explain(lambda x: 0 * x + 4, 3.0).paths[0].derivative == 0.0
    assert explain(lambda x: np.sum(x), np.zeros(0)).paths[0].entry is None


def test_names_that_look_like_adjoints_stay_apart() -> None:
    def f(z, dz):
        u = np.sin(z) * dz
        f = u * z
        return f

    found = explain(f, 0.3, 2.0, argnums=(0, 1))
    symbols = [a.symbol for a in found.reverse]
    assert symbols == ["df", "du", "dz_", "ddz"]
    assert "dz_ " in str(found)


def test_nested_arguments_and_closures() -> None:
    weights = np.array([0.5, -1.5])

    def f(net, x):
        z = net["a"] * x + np.sum(weights * net["b"])
        return z**2

    found = explain(f, {"a": 2.0, "b": 3.0}, 0.5)
    assert found.wrt == ("a", "b")
    assert found.gradient == grad(f)({"a": 2.0, "b": 3.0}, 0.5)
    assert [s.name for s in found.forward if s.kind == "captured"] == ["weights"]


def test_refuses_what_grad_refuses() -> None:
    with pytest.raises(DifferentiationError, match="single number"):
        explain(lambda x: x * 2, np.ones(3))
    with pytest.raises(DifferentiationError, match="int"):
        explain(lambda x: x * 2.0, 3)
    with pytest.raises(DifferentiationError, match="argnums"):
        explain(lambda x: x * 2, 3.0, argnums=1)
    with pytest.raises(TraceError):
        explain(lambda x: x, "three")


def test_nan_and_infinity_are_shown_as_they_are() -> None:
    def f(x):
        u = np.log(x)
        return u * 2

    with np.errstate(all="ignore"):
        found = explain(f, 0.0)
    assert found.reverse[-1].value.text == "inf"
    data = json.loads(json.dumps(found.data(), allow_nan=False))
    assert data["gradient"] == "Infinity" and data["value"] == "-Infinity"


# How it is shown --------------------------------------------------------------------------------------------


def test_numbers_have_sensible_digits() -> None:
    written = {
        0.0: "0", -0.5: "-0.5", 3.0: "3", 1 / 3: "0.3333", 123456.789: "123457", 2.0**40: "1.100e+12",
        1e-9: "1.000e-09", -12.3456: "-12.35", math.inf: "inf", -math.inf: "-inf", 0.1 + 0.2: "0.3",
    }  # fmt: skip
    assert {x: number(x) for x in written} == written
    assert number(math.nan) == "nan"
    assert number(True) == "True"


def test_arrays_are_whole_or_summed_up() -> None:
    assert shown(to_array([[1.0, 2.0], [3.0, 4.5]])).text == "[[1, 2], [3, 4.5]]"
    large = shown(to_array(np.arange(12.0).reshape(2, 6)))
    assert large.entries is None and large.text == "2 × 6, 0 to 11, norm 22.49"
    assert shown(to_array([1e200] * 5)).norm == pytest.approx(math.sqrt(5) * 1e200)
    assert shown(to_array([math.nan] * 5)).text == "5 numbers, nan to nan, norm nan"
    assert shown(to_array(np.zeros((0, 3)))).text == "0 × 3, none at all"
    assert shown(to_array([True, False, True, True, False])).text == "5 numbers, true for 3 of 5"


def test_it_prints() -> None:
    text = str(of_case("neuron")[0])
    for line in (
        "neuron(x1, x2, w1, w2, b, t), differentiated by",
        "= 1 / (1 + np.exp(-z))",
        "= da × (a * (1 - a))",
        "= (-0.5) × 0.25",
        "cost ← a ← z ← w1",
        "= -0.5 × 0.25 × 0.8 = -0.1",
        "reverse mode",
    ):
        assert line.strip() in text, text


def test_it_prints_in_colour(capsys: pytest.CaptureFixture[str]) -> None:
    found = of_case("softmax net")[0]
    found.show()
    whole = capsys.readouterr().out
    assert "Backward" in whole and "X.T @ dz1" in whole
    found.show("paths")
    part = capsys.readouterr().out
    assert "Sum over paths" in part and "Backward" not in part
    with pytest.raises(BacksightError, match="sideways"):
        found.show("sideways")


def test_long_functions_stay_readable() -> None:
    def f(x):
        for _ in range(300):
            x = np.tanh(x) + 0.1
        return x

    found = explain(f, 0.3)
    assert len(found.forward) == 301
    assert len(str(found).splitlines()) < 700 and "241 more" in str(found)


def test_data_has_the_documented_form() -> None:
    data = of_case("softmax net")[0].data()
    assert data["schema"] == "backsight/explanation/1"
    assert set(data) == {"schema", *Explanation.__dataclass_fields__} - {"recipe"}
    assert set(data["reverse"][0]) == set(Adjoint.__dataclass_fields__)
    assert set(data["reverse"][1]["uses"][0]) == set(Use.__dataclass_fields__)
    json.dumps(data, allow_nan=False)
    page = (ROOT / "docs/reference/explain.md").read_text("utf-8")
    for form in (
        Explanation,
        Step,
        Adjoint,
        Use,
        Paths,
        Route,
        Counts,
        Decision,
        Listing,
        Symbols,
        Shown,
        Origin,
    ):
        for field in form.__dataclass_fields__:
            assert f"`{field}`" in page, (
                f"{form.__name__}.{field} is not described in docs/reference/explain.md"
            )


def test_explains_without_numpy() -> None:
    """In an interpreter that sees no installed packages: as in the browser."""
    program = f"""
import sys; sys.path.insert(0, {str(ROOT / "src")!r})
import backsight
from backsight import numpy as np
def f(x, W):
    z = np.tanh(W @ x)
    return np.sum(z * z)
e = backsight.explain(f, np.array([0.5, -1.0]), np.array([[1.0, 2.0], [0.5, 0.3]]), argnums=1)
print(e)
assert "numpy" not in sys.modules
"""
    run = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "Sum over paths" in run.stdout


# Helpers ----------------------------------------------------------------------------------------------------


def adds_up(found: Explanation) -> None:
    """Every adjoint is the sum of its shares, and a share the adjoint beyond it times the local slope."""
    adjoints = {a.name: a for a in found.reverse}
    for adjoint in found.reverse:
        if not adjoint.uses:
            assert adjoint.name == found.output and adjoint.value.entries == 1
        elif adjoint.value.entries is not None:
            total = sum(np.array(u.share.entries) for u in adjoint.uses)
            np.testing.assert_allclose(total, adjoint.value.entries, rtol=1e-9, atol=1e-12)
        for use in adjoint.uses:
            beyond = adjoints[use.through].value.entries
            slope = use.slope_value.entries if use.slope_value is not None else None
            if use.kind in ("number", "entries") and slope is not None:
                product = beyond * np.array(slope)
                np.testing.assert_allclose(product, use.share.entries, rtol=1e-9, atol=1e-12)
            elif use.kind == "elementwise" and slope is not None and beyond is not None:
                product = beyond * np.array(slope)
                product = undone(product, use.share.shape)
                np.testing.assert_allclose(product, use.share.entries, rtol=1e-9, atol=1e-12)


def undone(array: Any, shape: tuple[int, ...]) -> Any:
    """Summed over the axes that were stretched."""
    array = np.sum(array, axis=tuple(range(array.ndim - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and array.shape[i] != 1)
    return np.sum(array, axis=axes, keepdims=True)


def same(ours: Shown, theirs: Any) -> None:
    if ours.entries is not None:
        np.testing.assert_allclose(np.array(ours.entries), theirs, rtol=1e-9, atol=1e-12)
    else:
        assert ours.shape == theirs.shape
        assert close(ours.norm, np.linalg.norm(theirs.ravel()))
        assert close(ours.least, np.min(theirs)) and close(ours.greatest, np.max(theirs))


def close(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= 1e-9 * max(abs(a), abs(b)) + 1e-12)


def flat(tree: Any) -> Iterator[Any]:
    if isinstance(tree, tuple | list):
        for part in tree:
            yield from flat(part)
    else:
        yield tree


def test_it_is_public() -> None:
    assert "explain" in backsight.__all__


# Every operation -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(n for n, op in REGISTRY.items() if op.vjp is not None and op.try_at))
def test_every_operation_can_be_explained(name: str) -> None:
    """At what its record tries it at, against reverse mode over the whole Program."""
    program, inputs = one_operation(name)
    floats = [v.name for v in program.inputs if v.type.dtype == "float64"]
    if program.outputs[0].type.dtype != "float64" or not floats:
        return
    with np.errstate(all="ignore"):
        expected = evaluate(gradient(program, floats).program, inputs)[1:]
        question = Question(program, inputs, floats, 0, lambda: None, None, None)
        found = derive(question, "operations")
    for wrt, theirs in zip(floats, expected, strict=True):
        ours = found.gradients[wrt]
        if ours.entries is not None:
            np.testing.assert_allclose(np.array(ours.entries), theirs.tolist(), rtol=1e-9, atol=1e-12)
    assert all(p.count == brute_force(found, p.source) for p in found.paths)
    json.dumps(found.data(), allow_nan=False)
    assert str(found) and found.html()


def one_operation(name: str) -> tuple[Program, list[Any]]:
    """A Program that applies an operation to what its record tries, and sums the result with weights."""
    op = REGISTRY[name]
    builder = Builder("f")
    inputs = list(map(to_array, op.try_at))
    operands = [builder.input(f"x{i}", ArrayType(a.shape, a.dtype)) for i, a in enumerate(inputs)]
    y = builder.apply(name, operands, **op.try_params[0])
    if y.type.dtype != "float64":
        return builder.finish((y,)), inputs
    z = builder.apply("mul", (y, Constant(0.75)))
    total = builder.apply("sum", (z,), axes=tuple(range(y.type.rank)), keepdims=False)
    return builder.finish((total,)), inputs


def test_entries_picked_from_the_end_are_explained() -> None:
    """A slice that runs backwards has no start of its own."""

    def neighbours(f: Any) -> Any:
        gx = f[1:, :] - f[:-1, :]
        gy = np.diff(f, axis=1)
        return np.sum(np.sqrt(gx[:, :-1] ** 2 + gy[:-1, :] ** 2 + 1e-3)) + np.flip(f, 0)[0, 0] + f[::-2, 1][0]

    x = np.random.default_rng(0).normal(size=(4, 4))
    found = backsight.explain(neighbours, x)
    np.testing.assert_allclose(found.gradient, backsight.grad(neighbours)(x))
    assert "gx" in str(found) and "</html>" in found.html()


def test_every_slope_of_single_numbers_is_the_limit_of_its_nudges() -> None:
    def f(w: float, b: float) -> float:
        z = w * 2.0 + b
        a = 1 / (1 + np.exp(-z))
        loss = (a - 1) ** 2 + abs(w) * b**3
        return loss

    found = backsight.explain(f, 0.5, -0.3, argnums=(0, 1))
    checked = 0
    for adjoint in found.reverse:
        for use in adjoint.uses:
            assert use.kind == "number" and use.slope_value is not None
            assert_limit(use.nudges, use.slope_value.entries)
            checked += 1
        if adjoint.name in found.wrt:
            assert_limit(adjoint.nudges, adjoint.value.entries)
    assert checked >= 5
    page = found.html()
    assert "grad(f)</code> gives the same" in page and "grad(f, 1)</code>" in page


def assert_limit(nudges: tuple[Nudge, ...], slope: float) -> None:
    assert [n.size for n in nudges] == [0.1, 0.01, 0.001, 0.0001, 0.00001]
    misses = [abs((n.ahead + n.behind) / 2 - slope) for n in nudges]
    assert misses[-1] <= 1e-6 and misses[-1] <= misses[0] + 1e-9


def test_arrays_have_no_table_of_nudges() -> None:
    found = backsight.explain(lambda x: np.sum(np.sin(x)), np.array([1.0, 2.0]))
    assert all(not adjoint.nudges for adjoint in found.reverse)
