"""Tracing: names and places from the person's own source, decisions remembered, nothing lost in silence."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import backsight
from backsight import ArrayType, grad, trace, value_and_grad
from backsight import numpy as bnp
from backsight.errors import (
    BacksightError,
    DataShapeError,
    DifferentiationError,
    InPlaceError,
    LostGradientError,
    ShapeError,
    TraceError,
)
from backsight.ir.evaluate import Evaluation, evaluate
from backsight.ir.program import Constant, Program
from backsight.ir.text import from_text

X = np.array([[0.5, -1.0, 2.0], [0.3, 0.7, -0.2]])


def names(program: Program) -> list[str]:
    """Names a person gave, in order."""
    return [e.output.name for e in program.equations if e.output.named]


def line_of(function: Callable[..., Any], text: str) -> int:
    """The line of the test file on which the function says `text`."""
    import inspect

    lines, first = inspect.getsourcelines(function)
    return next(first + i for i, line in enumerate(lines) if text in line)


# Names and places -------------------------------------------------------------------------------------------


def test_names_from_plain_assignments() -> None:
    def f(x: Any, w: Any) -> Any:
        z = x * w
        a = np.tanh(z)
        cost = (a - 1) ** 2
        return cost

    program = trace(f, 0.5, 2.0)
    assert [v.name for v in program.inputs] == ["x", "w"]
    assert names(program) == ["z", "a", "cost"]
    assert program.outputs[0] == program.variables()["cost"]
    assert program.name == "f"


def test_names_from_every_form_of_assignment() -> None:
    def f(x: Any) -> Any:
        a, b = x + 1, x * 2
        (c, [d, _]) = (a - b, [a / 2, b])
        e: Any = c * d
        e += 3 * x
        first = second = e * e
        if (walrus := first + second) is not None:
            long = walrus + np.sin(
                x,
            )
        return long

    assert names(trace(f, 0.3)) == ["a", "b", "c", "d", "e", "e_2", "second", "walrus", "long"]


def test_a_name_belongs_to_the_last_step_of_its_expression() -> None:
    def f(x: Any, w: Any) -> Any:
        y = np.sum(np.tanh(x @ w) * 2) + 1
        return y

    program = trace(f, X, np.ones(3))
    assert program.equations[-1].output.name == "y"
    assert names(program) == ["y"]


def test_composed_functions_have_one_name_too() -> None:
    def f(x: Any) -> Any:
        clipped = np.clip(x, -1, 1)
        both = np.logaddexp(x, clipped)
        spread = np.mean(both)
        return spread

    assert names(trace(f, np.array([0.3, 2.0]))) == ["clipped", "both", "spread"]


def square(x: Any) -> Any:
    """A helper whose own names stay its own."""
    return x * x


def scaled(x: Any) -> Any:
    inner = 2 * x
    return inner


def test_helpers_pass_on_the_name_of_their_caller() -> None:
    def f(x: Any) -> Any:
        area = square(x)
        wide = scaled(x)
        return area + wide

    program = trace(f, 3.0)
    assert names(program) == ["area", "inner"]
    scopes = {e.output.name: e.origin.scope.rsplit(".", 1)[-1] for e in program.equations if e.origin}
    assert scopes["area"] == "square" and scopes["inner"] == "scaled"


def test_loops_give_numbered_names() -> None:
    def f(x: Any) -> Any:
        a = x
        for _ in range(3):
            a = np.tanh(a)
        return a

    assert names(trace(f, 0.3)) == ["a", "a_2", "a_3"]


def test_a_name_that_is_taken_is_numbered() -> None:
    def f(x: Any, t1: Any) -> Any:
        x = x + t1
        x = x * (t1 + 2)
        return x

    program = trace(f, 1.0, 2.0)
    assert names(program) == ["x_2", "x_3"]
    assert len(program.variables()) == 2 + len(program.equations)


def test_lambdas_and_comprehensions() -> None:
    program = trace(lambda x: sum(square(x[i]) for i in range(3)), np.ones(3))
    assert program.name == "function"
    assert evaluate(program, [[1.0, 2.0, 3.0]])[0].tolist() == 14.0


def test_origins_point_into_the_source() -> None:
    def f(x: Any) -> Any:
        z = x * 2
        y = np.exp(z)
        return y

    program = trace(f, 0.5)
    z, y = program.equations
    assert z.origin is not None and y.origin is not None
    assert z.origin.file == y.origin.file == __file__
    assert (z.origin.line, z.origin.text) == (line_of(f, "z = x"), "z = x * 2")
    assert (y.origin.line, y.origin.text) == (line_of(f, "y = np"), "y = np.exp(z)")
    assert y.origin.scope.endswith("test_origins_point_into_the_source.<locals>.f")


def test_source_that_is_nowhere_to_be_read_still_traces() -> None:
    namespace: dict[str, Any] = {"np": np}
    exec("def f(x):\n    y = np.sin(x)\n    return y * 2\n", namespace)
    program = trace(namespace["f"], 0.5)
    assert evaluate(program, [0.5])[0].tolist() == pytest.approx(2 * math.sin(0.5), abs=0)
    # With nothing to say about the line, the code says nothing.
    source = grad(namespace["f"]).source(0.5)
    assert "back through" not in source


def test_the_same_function_by_numpy_and_by_backsight_numpy() -> None:
    def f(np: Any) -> Callable[..., Any]:
        def body(x: Any) -> Any:
            return np.sum(
                np.maximum(x, 0) * np.exp(-x) + np.where(x > 0, x, 1.0) @ np.ones((3, 2)) @ np.ones((2, 3))
            )

        return body

    assert trace(f(np), X) == trace(f(_WithOnes()), X)


class _WithOnes:
    """backsight.numpy, which has no np.ones, with NumPy's."""

    ones = staticmethod(np.ones)

    def __getattr__(self, name: str) -> Any:
        return getattr(bnp, name)


# Arguments --------------------------------------------------------------------------------------------------


class Layer(NamedTuple):
    W: Any
    b: Any


def test_nested_arguments() -> None:
    def f(net: dict[str, Any], data: tuple[Any, Any]) -> Any:
        inputs, targets = data
        hidden = np.tanh(inputs @ net["first"].W + net["first"].b)
        return np.mean((hidden @ net["out"] - targets) ** 2)

    net = {"first": Layer(np.ones((3, 2)), np.zeros(2)), "out": np.ones(2)}
    value, slopes = value_and_grad(f)(net, (X, np.zeros(2)))
    assert isinstance(slopes["first"], Layer)
    assert (
        slopes["first"].W.shape == (3, 2) and slopes["first"].b.shape == (2,) and slopes["out"].shape == (2,)
    )
    program = trace(f, net, (X, np.zeros(2)))
    assert [v.name for v in program.inputs] == ["first_0", "first_1", "out", "data_0", "data_1"]
    assert value == f(net, (X, np.zeros(2)))


def test_two_leaves_may_want_the_same_name() -> None:
    def f(a: dict[str, Any], b: dict[str, Any]) -> Any:
        return a["w"] * 2 + b["w"] * 3

    one, two = grad(f, (0, 1))({"w": 1.0}, {"w": 1.0})
    assert (one, two) == ({"w": 2.0}, {"w": 3.0})


def test_argnums() -> None:
    def f(x: Any, y: Any) -> Any:
        return x**2 * y

    assert grad(f)(3.0, 4.0) == 24
    assert grad(f, 1)(3.0, 4.0) == 9
    assert grad(f, (1, 0))(3.0, 4.0) == (9, 24)
    assert grad(f, -1)(3.0, 4.0) == 9
    with pytest.raises(DifferentiationError, match="argnums"):
        grad(f, 2)(3.0, 4.0)


def test_default_and_star_arguments() -> None:
    def f(x: Any, power: Any = 2.0, *rest: Any) -> Any:
        return x**power + sum(rest)

    assert grad(f)(3.0) == 6
    assert grad(f)(3.0, 3.0) == 27
    assert grad(f, 2)(3.0, 3.0, 1.0, 5.0) == 1
    with pytest.raises(TraceError, match="takes 1 arguments, but 0"):
        trace(f)
    with pytest.raises(TraceError, match="by position"):
        grad(f)(3.0, power=2.0)


def test_arrays_that_are_closed_over_become_inputs() -> None:
    weights = np.array([1.0, 2.0, 3.0])

    def f(x: Any) -> Any:
        return np.sum(weights * x) + x @ weights + (weights @ x)

    program = trace(f, np.ones(3))
    assert [v.name for v in program.inputs] == ["x", "weights"]
    derivative = grad(f)
    assert derivative(np.ones(3)).tolist() == [3, 6, 9]
    weights[0] = 5  # the array itself is read at each call, not a copy of it
    assert derivative(np.ones(3)).tolist() == [15, 6, 9]


def test_numbers_that_are_closed_over_become_constants() -> None:
    rate, count, flag = np.float64(0.5), np.int64(3), np.bool_(True)

    def f(x: Any) -> Any:
        return rate * x**count * flag

    program = trace(f, 2.0)
    constants = [a for e in program.equations for a in e.inputs if isinstance(a, Constant)]
    assert {type(c.value) for c in constants} <= {float, int, bool}
    assert from_text(str(program)) == program
    assert "float64" not in program.emit("numpy")
    assert grad(f)(2.0) == 0.5 * 3 * 4


def test_integers_and_truth_values_among_the_arguments() -> None:
    def f(x: Any, labels: Any, mask: Any) -> Any:
        return np.sum((x - labels) ** 2 * mask)

    x, labels, mask = np.array([0.5, 2.0]), np.array([1, 0]), np.array([True, False])
    assert grad(f)(x, labels, mask).tolist() == [-1, 0]


def test_large_arrays_are_not_read_entry_by_entry() -> None:
    """A data set of ten million numbers is traced by its shape; only a decision asks for its entries."""
    data = np.broadcast_to(np.array([0.5]), (10_000, 1_000))

    class Unread(np.ndarray):
        def tolist(self) -> Any:
            raise AssertionError("the entries were read")

    program = trace(lambda X, w: np.sum(X @ w), data.view(Unread), np.ones(1_000))
    assert program.inputs[0].type.shape == (10_000, 1_000)


def test_complex_arrays_that_are_closed_over_are_refused() -> None:
    phase = np.array([1j, 2])
    with pytest.raises(TraceError, match="does not hold numbers: complex") as caught:
        trace(lambda x: np.sum(x * phase), np.ones(2))
    assert caught.value.origin is not None


# Symbolic dimensions ----------------------------------------------------------------------------------------


def mean_square(X: Any, w: Any) -> Any:
    n = X.shape[0]
    error = X @ w
    return np.sum(error**2) / n


def test_named_axes() -> None:
    program = trace(mean_square, X, np.ones(3), axes={"X": ("n", None)})
    assert program.inputs[0].type.shape == ("n", 3) and program.dims == ("n",)
    assert names(program) == ["n", "error"]
    for rows in (1, 2, 7):
        data = np.arange(3.0 * rows).reshape(rows, 3)
        assert evaluate(program, [data, np.ones(3)])[0].tolist() == pytest.approx(
            mean_square(data, np.ones(3))
        )


def test_types_alone_are_enough_without_decisions() -> None:
    program = trace(mean_square, ArrayType(("n", "d")), ArrayType(("d",)))
    assert program.dims == ("n", "d")

    def decides(x: Any) -> Any:
        return x if x > 0 else -x

    with pytest.raises(TraceError, match="only a type") as caught:
        trace(decides, ArrayType())
    assert caught.value.origin is not None and "if x > 0" in caught.value.origin.text


def test_one_trace_serves_every_size_of_a_named_axis(traces: list[int]) -> None:
    def f(X: Any, w: Any) -> Any:
        return mean_square(X, w)

    derivative = grad(f, 1, axes={"X": ("n", None)})
    for rows in (2, 5, 2, 9):
        data = np.arange(3.0 * rows).reshape(rows, 3)
        expected = 2 * data.T @ (data @ np.ones(3)) / rows
        np.testing.assert_allclose(derivative(data, np.ones(3)), expected, rtol=1e-14)
    assert len(traces) == 1


def test_two_sizes_for_one_name() -> None:
    with pytest.raises(ShapeError, match="2 and 3 at once"):
        trace(lambda a, b: np.sum(a) + np.sum(b), np.ones(2), np.ones(3), axes={"a": ("n",), "b": ("n",)})
    with pytest.raises(TraceError, match="names 1 axes"):
        trace(mean_square, X, np.ones(3), axes={"X": ("n",)})
    with pytest.raises(TraceError, match="not a name"):
        trace(mean_square, X, np.ones(3), axes={"X": ("n rows", None)})
    with pytest.raises(TraceError, match="no argument 'Z'"):
        trace(mean_square, X, np.ones(3), axes={"Z": ("n", None)})


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (lambda x: sum(row for row in x), "len()"),
        (lambda x: sum(x[i] for i in range(x.shape[0])), "known only when"),
        (lambda x: x[0:2].sum(), "named axis"),
        (lambda x: x[-1], "from the end"),
        (lambda x: np.sum(np.concatenate([x, x])), "named dimension"),
        (lambda x: np.sum(x) / float(x.shape[0]), "float()"),
    ],
)
def test_what_a_named_axis_cannot_do(body: Callable[..., Any], says: str) -> None:
    with pytest.raises(BacksightError, match=says.replace("(", r"\(").replace(")", r"\)")) as caught:
        trace(body, np.ones(3), axes={"x": ("n",)})
    assert caught.value.origin is not None and caught.value.origin.file == __file__
    assert caught.value.remedy


# Decisions --------------------------------------------------------------------------------------------------


def leaning(x: Any) -> Any:
    if x > 0:
        return x**2
    return -3 * x


def test_an_if_is_remembered() -> None:
    program = trace(leaning, 2.0)
    (guard,) = program.guards
    assert guard.expected is True
    assert guard.origin is not None and guard.origin.text == "if x > 0:"


def test_the_other_way_of_an_if_is_traced_anew() -> None:
    derivative = grad(leaning)
    assert [derivative(x) for x in (2.0, -2.0, 3.0, -1.0)] == [4, -3, 6, -3]
    compiled = backsight.compile(leaning, 2.0)
    assert compiled(3.0) == 9
    with pytest.raises(BacksightError, match="if x > 0"):
        compiled(-1.0)
    with pytest.raises(BacksightError, match="if x > 0"):
        backsight.compile(trace(leaning, 2.0))(-1.0)


def test_a_decision_on_an_argument_itself() -> None:
    def f(x: Any, flag: Any) -> Any:
        if flag:
            return x * 2
        return x * 5

    derivative = grad(f)
    assert [derivative(1.0, flag) for flag in (True, False, True)] == [2, 5, 2]
    assert [derivative(1.0, np.bool_(flag)) for flag in (True, False)] == [2, 5]


@pytest.mark.parametrize("start", [0.3, 5.0, 40.0])
def test_loops_that_depend_on_data(start: float) -> None:
    def halved(x: Any) -> Any:
        steps = 1
        while x > 1:
            x = x / 2
            steps += 1
        return x * steps

    ours = grad(halved)(start)
    h = 1e-6
    assert ours == pytest.approx((halved(start + h) - halved(start - h)) / (2 * h), rel=1e-6)


def test_a_decision_after_much_work_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve million products are no work for plain Python; what follows them may be."""
    step, handled = Evaluation.step, []

    def counting(self: Any, op: str, inputs: Any, params: Any, type: ArrayType) -> Any:
        handled.append(sum(len(self.value(a).data) for a in inputs))
        return step(self, op, inputs, params, type)

    monkeypatch.setattr(Evaluation, "step", counting)

    def clipped(X: Any, W: Any) -> Any:
        norm = np.sqrt(np.mean((X @ W) ** 2))
        if norm > 0.5:
            half = norm / 2
            return half if half > 0.1 else norm
        return norm

    X, W = np.ones((300, 200)), np.full((200, 200), 0.1)
    program = trace(clipped, X, W, axes={"X": ("n", None)})
    assert [g.expected for g in program.guards] == [True, True]
    assert sum(handled) < 100
    assert grad(clipped, 1)(X, W).shape == (200, 200)
    assert [g.expected for g in trace(clipped, X, W / 1e3).guards] == [False]


def test_builtin_max_and_chained_comparisons_are_decisions() -> None:
    def f(x: Any, y: Any) -> Any:
        largest = max(x, y)
        return largest * 2 if 0 < largest < 10 else largest * 3

    derivative = grad(f, (0, 1))
    assert derivative(1.0, 2.0) == (0, 2)
    assert derivative(3.0, 2.0) == (2, 0)
    assert derivative(30.0, 2.0) == (3, 0)
    assert derivative(-3.0, -2.0) == (0, 3)


def test_logic_of_arrays() -> None:
    def f(x: Any) -> Any:
        inside = (x > -1) & ~(x > 1) | (x == 5)
        return np.sum(np.where(inside, x**2, 0))

    assert grad(f)(np.array([0.5, 2.0, 5.0, -3.0])).tolist() == [1, 0, 10, 0]


def test_logic_with_plain_arrays_on_either_side() -> None:
    mask = np.array([True, False, True, False])

    def f(x: Any) -> Any:
        return np.sum(np.where(mask & (x > 0) | (x > 1) & mask, x**2, 0)) + np.sum(
            np.where(True & ~(x > 0), x, 0)
        )

    x = np.array([0.5, 2.0, -5.0, 3.0])
    assert value_and_grad(f)(x)[0] == f(x)
    assert grad(f)(x).tolist() == [1, 0, 1, 0]


def _bits(x: Any) -> Any:
    return np.sum(x & 1)


def test_equality_is_recorded_too() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.where(x == 0, 7 * x, x))

    assert grad(f)(np.array([0.0, 1.0])).tolist() == [7, 1]


# What is refused: the line, the reason, the remedy ----------------------------------------------------------


def _in_place_on_tracer(x: Any) -> Any:
    x[0] = 1.0
    return np.sum(x)


def _in_place_on_array(x: Any) -> Any:
    total = np.zeros(3)
    total += x
    return np.sum(total)


def _entry_of_array(x: Any) -> Any:
    total = np.zeros(3)
    total[0] = x[0]
    return np.sum(total)


def _array_of_tracers(x: Any) -> Any:
    both = np.array([x[0], x[1]])
    return np.sum(both)


def _as_array(x: Any) -> Any:
    plain = np.asarray(x)
    return np.sum(plain)


def _as_float(x: Any) -> Any:
    return float(x[0]) * 2


def _by_math(x: Any) -> Any:
    return math.exp(x[0])


def _item(x: Any) -> Any:
    return x[0].item() * 2


def _masked(x: Any) -> Any:
    return np.sum(x[x > 0])


def _nonzero(x: Any) -> Any:
    return np.sum(np.nonzero(x)[0])


def _unknown_function(x: Any) -> Any:
    return np.sum(np.fft.fft(x))


def _unknown_attribute(x: Any) -> Any:
    return x.newbyteorder()[0]


def _unknown_operator(x: Any) -> Any:
    return np.sum(x << 2)


def _truth_of_array(x: Any) -> Any:
    return np.sum(x) if x > 0 else 0.0


def _mismatch(x: Any) -> Any:
    return np.sum(x + np.ones(2))


def _matmul_mismatch(x: Any) -> Any:
    return np.sum(x @ np.ones((2, 2)))


def _index_outside(x: Any) -> Any:
    return x[7]


def _too_many_indices(x: Any) -> Any:
    return x[0, 0]


def _index_by_numbers(x: Any) -> Any:
    return np.sum(x[[0.0, 2.0]])


def _axis_missing(x: Any) -> Any:
    return np.sum(np.sum(x, axis=1))


def _keyword(x: Any) -> Any:
    return np.sum(x, where=x > 0)


def _sum_of_truths(x: Any) -> Any:
    return np.sum(((x > 0) + (x < 1)) * x)


def _as_type(x: Any) -> Any:
    return np.sum(x.astype(int))


def _text(x: Any) -> Any:
    return x[0] + "1"


REFUSED: list[tuple[Callable[..., Any], type[BacksightError], str, str]] = [
    (_in_place_on_tracer, InPlaceError, "x[0] = 1.0", "x = bnp.with_part(x, 0, 1.0)"),
    (_in_place_on_array, InPlaceError, "total += x", "total = total + x"),
    (_entry_of_array, LostGradientError, "total[0] = x[0]", "np.stack"),
    (_array_of_tracers, LostGradientError, "np.array([x[0], x[1]])", "np.stack"),
    (_as_array, LostGradientError, "np.asarray(x)", "np.stack"),
    (_as_float, LostGradientError, "float(x[0])", "np."),
    (_by_math, LostGradientError, "math.exp", "np.* instead of math.*"),
    (_item, LostGradientError, "x[0].item()", "keep it an array"),
    (_masked, DataShapeError, "x[x > 0]", "np.where"),
    (_nonzero, DataShapeError, "np.nonzero", "np.where"),
    (_unknown_function, TraceError, "np.fft.fft", "sines and cosines"),
    (_unknown_attribute, TraceError, "x.newbyteorder()", "write it with"),
    (_unknown_operator, TraceError, "x << 2", "np."),
    (_truth_of_array, TraceError, "if x > 0", "np.where"),
    (_mismatch, ShapeError, "x + np.ones(2)", "size"),
    (_matmul_mismatch, ShapeError, "x @ np.ones((2, 2))", "transpose"),
    (_index_outside, ShapeError, "x[7]", ""),
    (_too_many_indices, ShapeError, "x[0, 0]", ""),
    (_index_by_numbers, TraceError, "x[[0.0, 2.0]]", "astype"),
    (_axis_missing, ShapeError, "axis=1", ""),
    (_keyword, TraceError, "where=x > 0", "plain form"),
    (_sum_of_truths, TraceError, "(x > 0) + (x < 1)", "1.0 * (x > 0)"),
    (_as_type, LostGradientError, "x.astype(int)", "float64"),
    (_bits, TraceError, "x & 1", "compare first"),
    (_text, TraceError, 'x[0] + "1"', "np."),
]


@pytest.mark.parametrize(
    ("function", "kind", "line", "remedy"), REFUSED, ids=lambda v: getattr(v, "__name__", "")
)
def test_refusals_name_the_line_and_the_remedy(
    function: Callable[..., Any], kind: type[BacksightError], line: str, remedy: str
) -> None:
    with pytest.raises(kind) as caught:
        trace(function, np.array([0.5, 1.0, 2.0]))
    error = caught.value
    assert type(error) is kind
    assert error.origin is not None, "no place"
    assert error.origin.file == __file__
    assert (error.origin.line, line) == (line_of(function, line), line)
    assert line in error.origin.text and remedy in error.remedy
    assert str(error).startswith(f"[{kind.code}]") and f":{error.origin.line}: " in str(error)
    assert "Tracer" not in str(error), "words of ours in the person's message"


def test_a_whole_number_is_a_decision() -> None:
    """int() has slope 0 but at the jumps, which the Program knows of as it knows of those of `if`."""

    def cost(x: Any) -> Any:
        below = int(x[0] * 3)
        return below * x[1] ** 2 + [1.0, 5.0, 7.0][np.argmax(x)] * x[0]

    x = np.array([0.9, 0.4, 1.0])
    np.testing.assert_allclose(grad(cost)(x), [7.0, 2 * 2 * 0.4, 0.0])
    np.testing.assert_allclose(grad(cost)(np.array([-0.9, 0.4, -1.0])), [5.0, -2 * 2 * 0.4, 0.0])
    program = trace(cost, x)
    assert [guard.expected for guard in program.guards] == [True, True]
    with pytest.raises(LostGradientError):
        trace(lambda x: x * int(x), ArrayType(()))
    with pytest.raises(LostGradientError):
        trace(lambda x: x * [1.0, 2.0][x], 1.0)


def test_what_is_printed_while_tracing_is_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    def cost(x: Any) -> Any:
        print(f"{x[0] * 2:.3f} at {x[1]}", x)
        return np.sum(x**2)

    grad(cost)(np.array([0.5, 2.0]))
    assert capsys.readouterr().out == "1.000 at 2.0 [0.5, 2.0]\n"
    with pytest.raises(LostGradientError, match="no number to format"):
        trace(lambda x: x * len(f"{x:.3f}"), ArrayType(()))
    with pytest.raises(LostGradientError) as caught:
        trace(lambda x: x * len("%.3f" % x), 1.0)  # noqa: UP031
    assert "f-string" in caught.value.remedy


def test_no_gradient_by_integers() -> None:
    with pytest.raises(DifferentiationError, match="int64") as caught:
        grad(lambda x: x**2)(3)
    assert "3.0" in caught.value.remedy
    with pytest.raises(DifferentiationError, match="bool"):
        grad(lambda x: x * 2.0)(True)
    with pytest.raises(DifferentiationError, match="int64"):
        grad(lambda x: np.sum(x**2))(np.array([1, 2]))


def test_the_output_must_be_one_number() -> None:
    def f(x: Any) -> Any:
        y = x * 2
        return y

    with pytest.raises(DifferentiationError, match=r"f\[3\]") as caught:
        grad(f)(np.ones(3))
    assert caught.value.origin is not None and caught.value.origin.text == "y = x * 2"
    assert "sum" in caught.value.remedy
    with pytest.raises(DifferentiationError, match="2 values"):
        grad(lambda x: (x, x))(1.0)
    with pytest.raises(DifferentiationError, match=r"b\[\]"):
        grad(lambda x: x > 0)(1.0)


@pytest.mark.parametrize("result", [None, "text", {1, 2}])
def test_what_cannot_be_returned(result: Any) -> None:
    with pytest.raises(TraceError, match="not a number"):
        trace(lambda x: result, 1.0)


@pytest.mark.parametrize("argument", ["text", None, 1j, np.array([1j]), np.array(["a"]), object()])
def test_what_cannot_be_an_argument(argument: Any) -> None:
    with pytest.raises(TraceError, match="the argument 'x'") as caught:
        trace(lambda x: x, argument)
    assert "NumPy arrays" in caught.value.remedy


def test_errors_of_the_person_pass_unchanged() -> None:
    def f(x: Any) -> Any:
        return x + [][0]

    with pytest.raises(IndexError):
        trace(f, 1.0)

    def g(x: Any) -> Any:
        return len(3) * x  # type: ignore[arg-type]

    with pytest.raises(TypeError, match="has no len"):
        trace(g, 1.0)


def test_a_traced_value_does_not_outlive_its_function() -> None:
    kept: list[Any] = []
    trace(lambda x: kept.append(x) or x, 1.0)
    for use in (
        lambda x: x * kept[0],
        lambda x: kept[0] * x,
        lambda x: np.sin(kept[0]) + x,
    ):
        with pytest.raises(TraceError, match="has returned") as caught:
            trace(use, 1.0)
        assert caught.value.origin is not None and "kept[0]" in caught.value.origin.text
    with pytest.raises(TraceError, match="has returned"):
        trace(lambda x: kept[0], 1.0)


def test_not_a_function() -> None:
    with pytest.raises(TraceError, match="not a function"):
        trace(3.0, 1.0)  # type: ignore[arg-type]


def test_a_value_that_a_call_hands_back_as_it_is_keeps_its_name() -> None:
    """Found by random programs: others may hold it already."""

    def f(x: Any) -> Any:
        first = x[0] if np.sum(x) > 0.1 else x[1]
        second = np.swapaxes(first, 0, -1)
        return np.sum(first) * np.sum(second)

    x = np.arange(6.0).reshape(2, 3)
    assert np.allclose(grad(f)(x), [[6.0, 6.0, 6.0], [0.0, 0.0, 0.0]])
