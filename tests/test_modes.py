"""The modes and their nestings, against JAX; each resulting Program in NumPy, JavaScript and plain Python."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from backsight import (
    ArrayType,
    Program,
    compile,
    custom_vjp,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    stop_gradient,
    trace,
    value_and_grad,
    vjp,
    vmap,
)
from backsight.errors import BacksightError, BatchError, DifferentiationError, ShapeError, TraceError
from backsight.ir.text import from_text
from backsight.tracing.trees import flatten
from tests.agreement import Batch, assert_close, run_numpy, run_reference

jax.config.update("jax_enable_x64", True)

X = np.array([[0.3, -0.7, 1.2], [2.0, 0.1, -0.4]])
V = np.array([0.5, -1.0, 2.0])
W = np.array([[0.2, -0.3], [0.5, 0.7], [-0.6, 0.1]])


def leaves(tree: Any) -> list[Any]:
    return flatten(tree)[0]


def agree(ours: Any, theirs: Any, what: str) -> None:
    assert_close(leaves(ours), [np.asarray(x) for x in leaves(theirs)], 1e-11, what)


# Functions to transform: written once, with the library as a parameter --------------------------------------


def layer(np: Any) -> Callable[..., Any]:
    return lambda x, W: np.tanh(x @ W)


def norm(np: Any) -> Callable[..., Any]:
    return lambda x: np.sqrt(np.sum(x**2) + 1.0)


def softly(np: Any) -> Callable[..., Any]:
    def f(x: Any) -> Any:
        e = np.exp(x - np.max(x))
        return e / np.sum(e)

    return f


def moves(np: Any) -> Callable[..., Any]:
    def f(x: Any) -> Any:
        both = np.stack([x[0] * x[1], np.sin(x[2]) + x[0]])
        return np.concatenate([both, x[1:][:, None].T.reshape(2) * 2.0])

    return f


def chosen(np: Any) -> Callable[..., Any]:
    return lambda x: np.where(x > 0, x**3, np.exp(x)) * np.mean(x)


def matrix(np: Any) -> Callable[..., Any]:
    return lambda x: np.outer(x, x) @ x + np.log(x**2 + 1.0)


def scalar(np: Any) -> Callable[..., Any]:
    return lambda x: np.sum(np.sin(x) * x) / (1.0 + np.sum(x**2))


def nothing_of_it(np: Any) -> Callable[..., Any]:
    return lambda x: np.stack([np.sum(x) * 0.0 + 1.0, x[0] - x[0]])


OF_ONE: list[Callable[[Any], Callable[..., Any]]] = [
    norm,
    softly,
    moves,
    chosen,
    matrix,
    scalar,
    nothing_of_it,
]
SCALAR: list[Callable[[Any], Callable[..., Any]]] = [norm, scalar]


@pytest.mark.parametrize("make", OF_ONE, ids=lambda f: f.__name__)
def test_every_mode_against_jax(make: Callable[[Any], Callable[..., Any]]) -> None:
    ours, theirs = make(np), make(jnp)
    direction = np.array([1.0, 0.3, -2.0])
    agree(jvp(ours, (V,), (direction,)), jax.jvp(theirs, (V,), (direction,)), "jvp")
    value, back = vjp(ours, V)
    expected, pull = jax.vjp(theirs, V)
    agree(value, expected, "value of vjp")
    cotangent = np.linspace(1.0, 2.0, max(1, np.size(value))).reshape(np.shape(value))[()]
    agree(back(cotangent), pull(jnp.asarray(cotangent)), "vjp")
    full = jax.jacfwd(theirs)(V)
    for mode in ("forward", "reverse", None):
        agree(jacobian(ours, mode=mode)(V), full, f"jacobian, {mode}")  # type: ignore[arg-type]
    rows = np.stack([V, 2 * V, V - 1, V * 0.1])
    agree(vmap(ours)(rows), jax.vmap(theirs)(rows), "vmap")
    agree(vmap(ours, 1)(rows.T), jax.vmap(theirs, 1)(rows.T), "vmap along columns")
    if np.ndim(value):
        agree(vmap(ours, 0, 1)(rows), jax.vmap(theirs, 0, 1)(rows), "vmap into columns")
    agree(vmap(jacobian(ours))(rows), jax.vmap(jax.jacfwd(theirs))(rows), "Jacobian of each example")
    agree(jacobian(vmap(ours))(rows), jax.jacfwd(jax.vmap(theirs))(rows), "Jacobian of all examples")
    twice = jax.jacfwd(jax.jacrev(theirs))(V)
    agree(jacobian(jacobian(ours, mode="reverse"), mode="forward")(V), twice, "Jacobian twice")
    moved = jvp(lambda x: jvp(ours, (x,), (direction,))[1], (V,), (direction,))
    agree(
        moved,
        jax.jvp(lambda x: jax.jvp(theirs, (x,), (direction,))[1], (V,), (direction,)),
        "jvp twice",
    )


@pytest.mark.parametrize("make", SCALAR, ids=lambda f: f.__name__)
def test_second_order_against_jax(make: Callable[[Any], Callable[..., Any]]) -> None:
    ours, theirs = make(np), make(jnp)
    direction = np.array([1.0, 0.3, -2.0])
    exact = jax.hessian(theirs)(V)
    agree(hessian(ours)(V), exact, "Hessian")
    agree(jacobian(grad(ours), mode="reverse")(V), exact, "Hessian, reverse over reverse")
    agree(hvp(ours)(V, direction), exact @ direction, "Hessian times vector")
    agree(jvp(grad(ours), (V,), (direction,))[1], exact @ direction, "jvp of grad")
    agree(grad(lambda x: np.sum(grad(ours)(x) * direction))(V), exact @ direction, "grad of grad")
    agree(vjp(grad(ours), V)[1](direction), (exact @ direction,), "vjp of grad")
    third = jax.grad(lambda x: direction @ jax.hessian(theirs)(x) @ direction)(V)
    agree(grad(lambda x: np.sum(hvp(ours)(x, direction) * direction))(V), third, "grad of hvp")
    rows = np.stack([V, 2 * V])
    agree(vmap(hessian(ours))(rows), jax.vmap(jax.hessian(theirs))(rows), "Hessian of each example")
    ups = np.stack([direction, V])
    agree(
        vmap(hvp(ours))(rows, ups),
        jax.vmap(lambda x, v: jax.hessian(theirs)(x) @ v)(rows, ups),
        "Hessian times vector, of each example",
    )
    agree(
        grad(lambda xs: np.sum(vmap(ours)(xs) ** 2))(rows),
        jax.grad(lambda xs: jnp.sum(jax.vmap(theirs)(xs) ** 2))(rows),
        "grad through vmap",
    )
    agree(
        value_and_grad(lambda x: ours(x) + np.sum(grad(ours)(x)))(V),
        jax.value_and_grad(lambda x: theirs(x) + jnp.sum(jax.grad(theirs)(x)))(V),
        "a gradient in a cost",
    )


# A net ------------------------------------------------------------------------------------------------------


def cost(np: Any) -> Callable[..., Any]:
    def f(params: Any, x: Any, t: Any) -> Any:
        z1 = x @ params["W"] + params["b"]
        a1 = np.tanh(z1)
        return np.sum((a1 - t) ** 2) / 2

    return f


PARAMS = {"W": W, "b": np.array([0.1, -0.2])}
T = np.array([[0.5, 1.0], [0.0, -1.0]])


def test_gradients_of_each_example() -> None:
    ours = vmap(grad(cost(np)), in_axes=(None, 0, 0))
    theirs = jax.vmap(jax.grad(cost(jnp)), in_axes=(None, 0, 0))(PARAMS, X, T)
    found = ours(PARAMS, X, T)
    assert found.keys() == PARAMS.keys()
    agree(found, {k: theirs[k] for k in PARAMS}, "per-example gradients")
    source = ours.source(PARAMS, X, T)
    assert "for " not in source.split("\n\n\n")[1].replace("for inputs", ""), "no loop is written out"


def test_nested_arguments_and_results() -> None:
    exact = jax.hessian(cost(jnp))(PARAMS, X, T)
    found = hessian(cost(np))(PARAMS, X, T)
    for one in PARAMS:
        for other in PARAMS:
            agree(found[one][other], exact[one][other], f"Hessian, {one} and {other}")
    directions = {"W": W[::-1] * 0.5, "b": np.array([1.0, 2.0])}
    along = jax.jvp(lambda p: jax.grad(cost(jnp))(p, X, T), (PARAMS,), (directions,))[1]
    product = hvp(cost(np))(PARAMS, X, T, directions)
    agree(product, {k: along[k] for k in PARAMS}, "Hessian times vector")

    def two(x: Any, y: Any) -> Any:
        return {"sum": x + y, "parts": (x * y, [x[0]])}

    ours, theirs = jacobian(two, (0, 1))(V, V + 1), jax.jacrev(two, (0, 1))(V, V + 1)
    assert type(ours["parts"]) is tuple and type(ours["parts"][1]) is list
    agree(
        leaves(ours["sum"]) + leaves(ours["parts"]), leaves(theirs["sum"]) + leaves(theirs["parts"]), "trees"
    )
    value, back = vjp(two, V, V + 1)
    expected, pull = jax.vjp(two, V, V + 1)
    weights = {"sum": V, "parts": (V * 2, [3.0])}
    assert value.keys() == expected.keys()
    agree(back(weights), pull(jax.tree.map(jnp.asarray, weights)), "vjp of a tree")
    with pytest.raises(ShapeError, match="keys"):
        back({"sum": V})


def test_several_argnums() -> None:
    ours, theirs = layer(np), layer(jnp)
    for argnums in (0, 1, (0, 1), (1, 0), -1):
        expected = jax.jacrev(theirs, argnums)(X, W)
        agree(jacobian(ours, argnums)(X, W), expected, f"jacobian by {argnums}")
    agree(jvp(ours, (X, W), (None, W))[1], jax.jvp(lambda w: theirs(X, w), (W,), (W,))[1], "one stands still")
    whole = hessian(lambda x, w: np.sum(ours(x, w) ** 2), (0, 1))(X, W)
    exact = jax.hessian(lambda x, w: jnp.sum(theirs(x, w) ** 2), (0, 1))(X, W)
    agree(leaves(whole), leaves(exact), "Hessian by two arguments")
    product = hvp(lambda x, w: np.sum(ours(x, w) ** 2), (0, 1))(X, W, (X, W))
    along = jax.jvp(jax.grad(lambda x, w: jnp.sum(theirs(x, w) ** 2), (0, 1)), (X, W), (X, W))[1]
    agree(product, along, "Hessian times vector by two arguments")


def test_the_cheaper_mode() -> None:
    """Counted in passes: the basis has as many directions as the smaller side has numbers."""

    def directions(f: Callable[..., Any], *args: Any) -> set[Any]:
        return {e.options["dim"] for e in jacobian(f).program(*args).equations if e.op == "eye"}

    wide = np.ones((3, 7))
    assert directions(lambda x: np.tanh(x) @ wide, V) == {3}
    assert directions(lambda x: np.tanh(wide @ x), np.ones(7)) == {3}


def test_jacobians_read_as_one_writes_them() -> None:
    """Products with the identity are left out, and the derivative of y by x is called dy_dx."""

    def f(x: Any) -> Any:
        y = np.tanh(x @ W)
        return y

    for mode in ("forward", "reverse"):
        source = jacobian(f, mode=mode).source(V)  # type: ignore[arg-type]
        assert "return dy_dx" in source
        agree(jacobian(f, mode=mode)(V), jax.jacfwd(_in_jax(f))(V), mode)  # type: ignore[arg-type]
    assert "eye" not in jacobian(f, mode="forward").source(V)


# Names of axes, edge shapes, targets ------------------------------------------------------------------------


def test_named_axes_survive_every_mode() -> None:
    def f(x: Any, w: Any) -> Any:
        return np.tanh(x @ w) * np.mean(x)

    def total(x: Any, w: Any) -> Any:
        return np.sum(f(x, w) ** 2)

    axes = {"x": ("n", None)}
    made = [
        (grad(total, 1, axes=axes), jax.grad(_in_jax(total), 1), ()),
        (jacobian(f, 0, mode="forward", axes=axes), jax.jacfwd(_in_jax(f), 0), ()),
        (jacobian(f, 0, mode="reverse", axes=axes), jax.jacrev(_in_jax(f), 0), ()),
        (jacobian(f, 1, axes=axes), jax.jacfwd(_in_jax(f), 1), ()),
        (hessian(total, 1, axes=axes), jax.hessian(_in_jax(total), 1), ()),
        (vmap(f, (0, None), axes=axes), jax.vmap(_in_jax(f), (0, None)), ()),
        (vmap(grad(total), (0, None), axes=axes), jax.vmap(jax.grad(_in_jax(total)), (0, None)), ()),
    ]
    for ours, theirs, _ in made:
        program = ours.program(X, V)
        assert program.dims == ("n",)
        assert from_text(str(program)) == program
        for n in (2, 4, 1):
            rows = np.linspace(-1, 1, 3 * n).reshape(n, 3)
            agree(ours(rows, V), theirs(rows, V), f"{program.name} of {n} rows")
        assert len(ours._variants) == 1, "one Program serves every number of rows"
    typed = jacobian(f, 1).program(ArrayType(("n", 3)), ArrayType((3,)))
    assert typed.dims == ("n",)


def _in_jax(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, run by JAX: NumPy's functions replaced by JAX's for the while."""

    def run(*args: Any) -> Any:
        import types

        names = {**function.__globals__, "np": jnp}
        cells = function.__closure__
        inner = None
        if cells:
            inner = tuple(
                types.CellType(_in_jax(c.cell_contents)) if callable(c.cell_contents) else c for c in cells
            )
        return types.FunctionType(function.__code__, names, closure=inner)(*args)

    return run


@pytest.mark.parametrize("shape", [(0,), (1,), (0, 3), (1, 1), (2, 0)])
def test_edge_shapes(shape: tuple[int, ...]) -> None:
    def f(x: Any) -> Any:
        return np.sin(x) * np.sum(x)

    x = np.full(shape, 0.5)
    theirs = _in_jax(f)
    agree(jvp(f, (x,), (x,)), jax.jvp(theirs, (x,), (x,)), "jvp")
    agree(vjp(f, x)[1](x), jax.vjp(theirs, x)[1](x), "vjp")
    agree(jacobian(f, mode="forward")(x), jax.jacfwd(theirs)(x), "forward")
    agree(jacobian(f, mode="reverse")(x), jax.jacrev(theirs)(x), "reverse")
    agree(
        hessian(lambda x: np.sum(f(x)))(x), jax.jacrev(jax.grad(lambda x: jnp.sum(theirs(x))))(x), "Hessian"
    )
    if len(shape) == 2:
        agree(vmap(f)(x), jax.vmap(theirs)(x) if shape[0] else np.zeros(shape), "vmap")
        agree(vmap(lambda row: np.sum(row))(x), np.sum(x, axis=1), "vmap of a sum")


def test_every_target_computes_the_same() -> None:
    """The Programs of modes and nestings: reference, NumPy source, JavaScript kernel, and the text form."""
    direction = np.array([1.0, 0.3, -2.0])
    tasks: list[tuple[Program, Sequence[Any]]] = []
    for make in OF_ONE:
        f = make(np)
        for made, args in (
            (jacobian(f, mode="forward"), (V,)),
            (jacobian(f, mode="reverse"), (V,)),
            (vmap(f), (np.stack([V, 2 * V]),)),
            (vmap(jacobian(f)), (np.stack([V, 2 * V]),)),
        ):
            tasks.append((made.program(*args), args))
        pushed = trace(lambda x, v, f=f: jvp(f, (x,), (v,)), V, direction)
        tasks.append((pushed, (V, direction)))
    for make in SCALAR:
        f = make(np)
        tasks.append((hessian(f).program(V), (V,)))
        tasks.append((hvp(f).program(V, direction), (V, direction)))
    batch = Batch(tolerance=1e-11)
    for program, inputs in tasks:
        expected = run_reference(program, inputs)
        assert_close(run_numpy(program, inputs), expected, 1e-12, f"NumPy of {program.name}")
        assert from_text(str(program)) == program
        batch.add(program, inputs, expected, program.name)
    batch.check()


# Closing over traced values, decisions ----------------------------------------------------------------------


def test_inner_functions_close_over_outer_values() -> None:
    def f(np: Any, grad: Any, vmap: Any) -> Callable[..., Any]:
        def outer(x: Any, y: Any) -> Any:
            inner = grad(lambda z: np.sum(z**2 * y) + np.sum(x) * z[0])
            each = vmap(lambda a: a * x[0] + np.sum(np.sin(y)))
            return np.sum(inner(x * 2.0) * x) + np.sum(each(y))

        return outer

    ours, theirs = f(np, grad, vmap), f(jnp, jax.grad, jax.vmap)
    assert ours(V, V + 1) == pytest.approx(float(theirs(V, V + 1)))
    agree(grad(ours, (0, 1))(V, V + 1), jax.grad(theirs, (0, 1))(V, V + 1), "grad")
    agree(hessian(ours)(V, V + 1), jax.hessian(theirs)(V, V + 1), "Hessian")


def test_a_gradient_by_a_value_that_no_argument_mentions() -> None:
    """x * grad(y -> x * y): the classic confusion of perturbations."""
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert jvp(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1], (1.0,), (1.0,)) == (1.0, 1.0)
    assert grad(lambda x: grad(lambda y: x * y**2)(3.0) * x)(2.0) == 24.0


def test_decisions_in_inner_functions_follow_the_outer_example() -> None:
    def inner(x: Any) -> Any:
        return x**3 if x > 1 else x**2

    def outer(x: Any) -> Any:
        slope = grad(inner)(x * 2.0)
        return slope * (2.0 if slope > 5 else 1.0) * x

    derivative = grad(outer)
    for x in (0.1, 0.4, 0.55, 2.0, 0.2):
        inside = (lambda z: 3 * z**2) if 2 * x > 1 else (lambda z: 2 * z)
        factor = 2.0 if inside(2 * x) > 5 else 1.0
        exact = jax.grad(lambda x: inside(2 * x) * factor * x)(x)  # noqa: B023
        assert derivative(x) == pytest.approx(float(exact)), x
    assert len(derivative.program(2.0).guards) == 2
    assert len(derivative._variants) == 3


def test_long_arrays_decide_too() -> None:
    """Values on the example are then computed by the array library."""
    x = np.linspace(-1, 1, 30_000)

    def f(x: Any) -> Any:
        return np.sum(x**2) if np.sum(x) < 1e-6 else np.sum(x)

    agree(grad(lambda x: np.sum(grad(f)(x) ** 2))(x), 8 * x, "grad of grad")


def test_decisions_under_vmap() -> None:
    def f(x: Any, w: Any) -> Any:
        y = x * w
        if w > 0:
            return y
        return -y

    assert vmap(f, (0, None))(V, -2.0).tolist() == (2 * V).tolist()

    def g(x: Any) -> Any:
        if x > 0:
            return x
        return -x

    with pytest.raises(BatchError, match="differently for different examples") as caught:
        vmap(g)(V)
    assert caught.value.origin is not None and caught.value.origin.text == "if x > 0:"
    assert "np.where" in caught.value.remedy


# Rules a person gives ---------------------------------------------------------------------------------------


def test_stop_gradient_under_each_mode() -> None:
    def f(np: Any, stop: Any) -> Callable[..., Any]:
        return lambda x: np.sum(x**2 * stop(np.sin(x))) * stop(x)[0]

    ours, theirs = f(np, stop_gradient), f(jnp, jax.lax.stop_gradient)
    agree(grad(ours)(V), jax.grad(theirs)(V), "grad")
    agree(jvp(ours, (V,), (V,)), jax.jvp(theirs, (V,), (V,)), "jvp")
    agree(hessian(ours)(V), jax.hessian(theirs)(V), "Hessian")
    agree(jacobian(ours, mode="reverse")(V), jax.jacrev(theirs)(V), "Jacobian")
    agree(vmap(grad(ours))(np.stack([V, V + 1])), jax.vmap(jax.grad(theirs))(np.stack([V, V + 1])), "vmap")
    assert stop_gradient({"a": 1.0, "b": (V,)})["a"] == 1.0
    program = grad(ours).program(V)
    batch = Batch(tolerance=1e-12)
    batch.add(program, [V], run_reference(program, [V]), "stop_gradient")
    batch.check()


def log1pexp(np: Any) -> Callable[..., Any]:
    """With a slope that is twice the true one, so that nobody mistakes the rule for the function's own."""

    def forward(x: Any, w: Any) -> Any:
        return np.log(1.0 + np.exp(x * w))

    def back(g: Any, y: Any, x: Any, w: Any) -> Any:
        shared = 2.0 * g * (1.0 - np.exp(-y))
        return shared * w, np.sum(shared * x)

    if np is jnp:
        made = jax.custom_vjp(forward)
        # The rule holds for every derivative of the function: so it does in JAX when `made` calls itself.
        made.defvjp(lambda x, w: (made(x, w), (made(x, w), x, w)), lambda kept, g: back(g, *kept))
        return made
    ours = custom_vjp(forward)
    ours.defvjp(back)
    return ours


def test_custom_vjp_under_each_mode() -> None:
    def f(np: Any) -> Callable[..., Any]:
        special = log1pexp(np)
        return lambda x, w: np.sum(special(x, w) ** 2)

    ours, theirs = f(np), f(jnp)
    agree(grad(ours, (0, 1))(V, 0.7), jax.grad(theirs, (0, 1))(V, 0.7), "grad")
    second = jax.jacrev(jax.grad(theirs, (0, 1)), (0, 1))(V, 0.7)
    agree(leaves(jacobian(grad(ours, (0, 1)), (0, 1), mode="reverse")(V, 0.7)), leaves(second), "twice")
    agree(leaves(hessian(ours, (0, 1))(V, 0.7)), leaves(second), "Hessian, forward over reverse")
    agree(hvp(ours)(V, 0.7, V), second[0][0] @ V, "Hessian times vector")
    slopes = jax.grad(theirs, (0, 1))(V, 0.7)
    agree(jvp(ours, (V, 0.7), (V, 2.0))[1], slopes[0] @ V + 2.0 * slopes[1], "jvp follows from the rule")
    agree(jacobian(ours, mode="forward")(V, 0.7), slopes[0], "Jacobian, forward")
    rows = np.stack([V, V * 0.5])
    for axes in ((0, None), (0, 0), (None, 0)):
        args = (rows if axes[0] == 0 else V, np.array([0.7, -0.2]) if axes[1] == 0 else 0.7)
        agree(vmap(ours, axes)(*args), jax.vmap(theirs, axes)(*args), f"vmap {axes}")
        expected = jax.vmap(jax.grad(theirs, (0, 1)), axes)(*args)
        agree(vmap(grad(ours, (0, 1)), axes)(*args), expected, f"vmap of grad {axes}")
    through = jax.grad(lambda xs, w: jnp.sum(jax.vmap(theirs, (0, None))(xs, w)), (0, 1))(rows, 0.7)
    agree(
        grad(lambda xs, w: np.sum(vmap(ours, (0, None))(xs, w)), (0, 1))(rows, 0.7), through, "grad of vmap"
    )
    program = grad(ours, (0, 1)).program(V, 0.7)
    batch = Batch(tolerance=1e-12)
    batch.add(program, [V, 0.7], run_reference(program, [V, 0.7]), "custom_vjp")
    batch.add(trace(ours, V, 0.7), [V, 0.7], [np.asarray(ours(V, 0.7))], "custom_vjp, forward")
    batch.check()


def test_custom_vjp_of_trees() -> None:
    @custom_vjp
    def f(pair: Any, k: Any) -> Any:
        return {"product": pair[0] * pair[1], "sum": np.sum(pair[0])}

    @f.defvjp
    def back(g: Any, y: Any, pair: Any, k: Any) -> Any:
        return (g["product"] * pair[1] + g["sum"], g["product"] * pair[0]), None

    def total(x: Any, y: Any) -> Any:
        made = f((x, y), 3)
        return np.sum(made["product"] ** 2) * made["sum"]

    def plain(x: Any, y: Any) -> Any:
        return jnp.sum((x * y) ** 2) * jnp.sum(x)

    assert leaves(f((V, V), 3)) and f((V, V), 3)["sum"] == np.sum(V)
    agree(grad(total, (0, 1))(V, V + 1), jax.grad(plain, (0, 1))(V, V + 1), "grad")
    agree(hessian(total)(V, V + 1), jax.hessian(plain)(V, V + 1), "Hessian")


# Errors -----------------------------------------------------------------------------------------------------


def wrong_count() -> Any:
    f = custom_vjp(lambda x, y: x * y)
    f.defvjp(lambda g, v, x, y: g * y)
    return grad(lambda x: f(x, 2.0))(1.0)


def wrong_shape() -> Any:
    f = custom_vjp(lambda x: np.sum(x))
    f.defvjp(lambda g, v, x: g)
    return grad(f)(V)


def closes_over() -> Any:
    def outer(x: Any) -> Any:
        f = custom_vjp(lambda y: y * x)
        f.defvjp(lambda g, v, y: g)
        return f(x)

    return grad(outer)(1.0)


@pytest.mark.parametrize(
    ("run", "kind", "says", "remedy"),
    [
        (lambda: grad(np.sin)(V), DifferentiationError, "single number", "sum or average"),
        (lambda: grad(lambda x: x**2)(3), DifferentiationError, "int64", "3.0"),
        (lambda: grad(lambda x: x, 1)(3.0), DifferentiationError, "argnums=1", ""),
        (lambda: grad(lambda x: x, "x")(3.0), DifferentiationError, "argnums='x' is no position", ""),
        (lambda: grad(lambda x: x, [0.0])(3.0), DifferentiationError, "is no position", ""),
        (lambda: jacobian(lambda x: x > 0)(V), DifferentiationError, "does not move", "floating-point"),
        (lambda: jacobian(np.sin, mode="sideways"), DifferentiationError, "no mode", "reverse"),
        (lambda: vjp(lambda x: x > 0, V), DifferentiationError, "no cotangent", "floating-point"),
        (lambda: vjp(lambda x: x * 2, 3), DifferentiationError, "int64", "3.0"),
        (lambda: vjp(np.sin, V)[1](1.0), ShapeError, "has shape ()", "same shape"),
        (lambda: jvp(np.sin, (V,), (1.0,)), ShapeError, "tangent of", "same shape"),
        (lambda: jvp(np.sin, (V,), (V, V)), ShapeError, "2 tangents", "None"),
        (lambda: jvp(lambda x: x * 1.0, (3,), (1,)), DifferentiationError, "int64", "3.0"),
        (lambda: hvp(np.sum)(V, V[:2]), ShapeError, "has shape (2,)", "same shape"),
        (lambda: vmap(lambda x: x, (0, 0))(V), BatchError, "2 entries for 1", "one entry"),
        (lambda: vmap(lambda x: x)(1.0), BatchError, "has 0 axes", "None"),
        (lambda: vmap(lambda x: x, 2)(X), BatchError, "has 2 axes", "None"),
        (lambda: vmap(lambda x: x, None)(V), BatchError, "no argument", "number"),
        (lambda: vmap(lambda x, y: x * y)(V, V[:2]), BatchError, "3 examples, but y has 2", "same number"),
        (lambda: vmap(lambda x: x, 0, None)(V), BatchError, "differs from example", "out_axes"),
        (lambda: vmap(lambda x: x, 0, 3)(V), BatchError, "axis 3", "count the axis"),
        (lambda: vmap(lambda x: x["a"], ({"b": 0},))({"a": V}), BatchError, "in_axes", "nest"),
        (wrong_count, DifferentiationError, "1 cotangents for 2", "one for each argument"),
        (wrong_shape, DifferentiationError, "shape () for x", "stretched"),
        (closes_over, DifferentiationError, "closes over", "argument"),
        (lambda: grad(custom_vjp(lambda x: x))(1.0), DifferentiationError, "no backward pass", "defvjp"),
        (lambda: trace(vmap(np.sin), ArrayType(())), BatchError, "has 0 axes", "None"),
    ],
)
def test_errors_name_the_line_and_the_remedy(
    run: Callable[[], Any], kind: type[BacksightError], says: str, remedy: str
) -> None:
    with pytest.raises(kind) as caught:
        run()
    assert says in str(caught.value) and remedy in caught.value.remedy
    origin = caught.value.origin
    if says != "no mode":
        assert origin is not None and Path(origin.file).name == "test_modes.py", origin


def test_transformed_functions_take_no_names() -> None:
    with pytest.raises(TraceError, match="by name"):
        hvp(np.sum)(x=V)


# Calling ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [grad, hessian, jacobian, value_and_grad, hvp, vmap])
def test_a_function_is_traced_once_for_each_kind_of_arguments(mode: Any, traces: list[int]) -> None:
    def f(x: Any) -> Any:
        return np.sum(x**2)

    made = mode(f)
    x = np.ones((2, 3))
    extra = (x,) if mode is hvp else ()
    for _ in range(3):
        made(x, *extra)
        made.source(x, *extra)
    first = len(traces)
    assert first == 1
    made(np.ones((2, 4)), *(np.ones((2, 4)) for _ in extra))
    assert len(traces) == first + 1


def test_modes_inside_a_compiled_function() -> None:
    """How to keep what vjp and jvp would trace at every call."""
    count = 0

    def f(x: Any) -> Any:
        nonlocal count
        count += 1
        return np.tanh(x)

    run = compile(lambda x, v: jvp(f, (x,), (v,)), V, V)
    for _ in range(3):
        agree(run(V, V), (np.tanh(V), (1 - np.tanh(V) ** 2) * V), "compiled jvp")
    assert count == 1


def test_the_pullback_keeps_what_it_needs() -> None:
    """The function is not run again, and the way back can be read whole."""
    _, back = vjp(lambda x: np.exp(np.sin(x)), V)
    assert "sin" not in {e.op for e in back._back.equations} and "exp" not in {
        e.op for e in back._back.equations
    }
    assert "np.exp" in back.source()
    agree(vmap(lambda g: back(g)[0])(np.eye(3)), np.diag(np.exp(np.sin(V)) * np.cos(V)), "rows of a Jacobian")


WITHOUT_NUMPY = """
import sys
sys.path.insert(0, {path!r})
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "numpy":
            raise ImportError("no NumPy here")
sys.meta_path.insert(0, Blocked())
import backsight
from backsight import numpy as np, grad, hessian, hvp, jacobian, jvp, vjp, vmap, custom_vjp, stop_gradient
x = np.array([0.5, -1.0, 2.0])
f = lambda x: np.sum(x ** 3)
near = lambda a, b: abs(a - b) < 1e-12
flat = lambda tree: [v for row in tree for v in (flat(row) if isinstance(row, list) else [row])]
def same(a, b):
    a, b = flat(a.tolist()), flat(b)
    assert len(a) == len(b) and all(map(near, a, b)), (a, b)
same(grad(f)(x), [0.75, 3.0, 12.0])
same(hessian(f)(x), [3.0, 0, 0, 0, -6.0, 0, 0, 0, 12.0])
same(hvp(f)(x, x), [1.5, 6.0, 24.0])
same(jacobian(lambda x: x ** 2, mode="reverse")(x), [1.0, 0, 0, 0, -2.0, 0, 0, 0, 4.0])
value, tangent = jvp(f, (x,), (x,))
assert near(value, 7.125) and near(tangent, 21.375)
value, back = vjp(f, x)
same(back(2.0)[0], [1.5, 6.0, 24.0])
same(vmap(lambda v: v * 2.0)(x), [1.0, -2.0, 4.0])
same(vmap(grad(lambda v: v ** 2 if x is x else v))(x), [1.0, -2.0, 4.0])
same(grad(lambda x: np.sum(grad(f)(x) * stop_gradient(x)))(x), [1.5, 6.0, 24.0])
@custom_vjp
def half(x):
    return x * 1.0
half.defvjp(lambda g, y, x: g * 0.5)
same(grad(lambda x: np.sum(half(x)))(x), [0.5, 0.5, 0.5])
print("all of it")
"""


def test_everything_runs_without_numpy() -> None:
    path = str(Path(__file__).resolve().parent.parent / "src")
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMPY.format(path=path)], capture_output=True, text=True
    )
    assert run.returncode == 0 and "all of it" in run.stdout, run.stderr
