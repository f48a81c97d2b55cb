"""Arrays that are written into give NumPy's numbers, through views and other names too, and their slopes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backsight.numpy as bnp
from backsight import grad, trace, value_and_grad
from backsight.errors import BacksightError, DataShapeError, InPlaceError, ShapeError, TraceError
from tests.agreement import assert_close, assert_slopes
from tests.test_browser_service import alone

X = np.array([[0.4, -1.2, 0.7], [1.5, 0.3, -0.6]])
# Every part begins with x, which is traced, and an array y of the function's own.
PARTS = """
y[0] = x[1]; y[1, 2] = x[0, 0]; y[:, 1] = x[:, 0] * 2; y[..., -1] = 3.0; y[:] = x * x; y[...] = 1.5
y[0] += x[1]; y[:, 1:] *= x[:, :2]; y[1] -= y[0]; y[0, 0] /= x[1, 1]; y += x; y *= 2; y -= x[0]; y **= 2
y[[0, 1], [2, 0]] = x[0, :2]; y[:, [2, 0]] = x[:, :2]; y[1, [0, 2]] = 5.0; y[np.array([1, 0])] = x * 3
y[y > 0] = 0.5; y[np.array([True, False])] = x[0]; y[x > y] = x[0, 1]; y[1] = y[0]; y[:, 0] = y[:, 2]
v = y[0]; v[1] = x[1, 1]; v += 1.0; y[0, 2] = v[0] * 3; y = y + v
v = y[:, 1:]; w = v[0]; w[:] = x[1, :2]; y[0, 1] *= 2; y[1, 0] = v[0, 0] * w[1]
v = y.T; y[0, 1] = 7.0; y[1] = v[1, 0] * 2.0; v[2, 0] = x[0, 0] ** 2
v = y.reshape(3, 2); v[1] = x[0, :2]; y[0, 0] = v[1, 1] + 1; r = y.ravel(); r[5] = x[1, 0] * r[0]
v = np.transpose(y); w = np.squeeze(y[:1]); y[0] = x[1]; y = y + v[1, 0] * w[2]
z = y; z += x; z[0] = 1.0; y[1] = z[0] * x[0]; z = z.copy(); z[...] = 9.0
z = y[0].copy(); z[0] = 9.0; w = +y; w[1] = 0.0; u = y.flatten(); u[0] = 8.0; y = y + w * u[0] + z
np.fill_diagonal(y, x[0, :2]); np.copyto(y[1], x[0]); y[0].fill(x[1, 1]); np.add.at(y, [0, 0, 1], x[0])
np.multiply(y, x, out=y); np.exp(x[0], out=y[1]); y[1].sort(); np.subtract.at(y, [1], x[:1])
buffer = np.zeros(3); y[0] = y[0] + buffer; buffer[1] = 4.0; y[1] = y[1] * buffer; y[0] += buffer
y = np.zeros((2, 3)) + 0 * y; y[0] = x[1]; y[1] = y[0] * y[0, 1]
"""
BLOCKS = PARTS.strip().splitlines()


def functions(block: str) -> dict[str, Any]:
    """The statements as one function of x: y is a copy of what x makes."""
    lines = "".join(f"    {statement}\n" for statement in block.split("; "))
    source = f"def cost(x):\n    y = x * x - 0.5\n{lines}    return np.sum(y * WEIGHTS + y ** 2)\n"
    names: dict[str, Any] = {"np": np, "WEIGHTS": np.array([[1.0, -2.0, 0.5], [3.0, 0.3, -1.0]])}
    exec(source, names)
    return names | {"source": source}


@pytest.mark.parametrize("block", BLOCKS)
def test_writing_is_numpys(block: str) -> None:
    cost = functions(block)["cost"]
    value, slopes = value_and_grad(cost)(X)
    assert_close([value], [np.asarray(cost(X.copy()))], 1e-13, block)
    for place in np.ndindex(X.shape):
        along = np.zeros_like(X)
        along[place] = 1.0
        plain: Callable[[Any], Any] = lambda xs: [np.asarray(cost(np.array(xs[0])))]  # noqa: E731
        assert_slopes([slopes[place]], plain, [X], [along], 1e-7, block, terms=float(np.abs(slopes).max()))


BUFFERS = """
y = np.zeros((2, 3)); y[0] = x[1]; y[1, 2] = x[0, 0]; y[1] += y[0]
y = np.ones(6).reshape(2, 3); y[:, 1] = x[:, 0]; v = y[1]; v[0] = x[0, 1] * 2; y[0, 2] = v[0]
b = np.array([1.0, 2.0, 3.0]); v = b[1:]; b[1] = x[0, 0]; v[1] = v[0] * 2; y = x * b + v[1]
b = np.arange(6.0).reshape(2, 3); t = b.T; t[1, 0] = x[1, 1]; b += x; y = b * t[1, 0] + np.max(t[0])
b = np.empty(3); b[:] = x[0]; c = b.copy(); b[0] = 5.0; y = x * b + c; y = y * (b.sum() + b[1:].mean())
b = np.zeros(2); c = b; c[1] = x[0, 0]; y = x * b[1] + sum(b) + float(b.size); a, d = b; y = y * d + a
b = np.zeros(3); y = x + b; b[1] = x[0, 0]; y = y * b; np.add.at(b, [0, 2, 2], x[1]); y[1] = b
b = np.eye(3); np.fill_diagonal(b, x[0]); y = x @ b + b[0] @ b; z = b.reshape(-1); z[1] = x[1, 2]; y = y @ b
b = np.zeros((2, 3)); b[0], b[1] = x[1], x[0] * 2; y = np.where(b > 0, b, 0.1 * b) + np.stack([b[0], b[1]])
"""


def test_arrays_of_our_own_np_are_written_into(tmp_path: Path) -> None:
    """Where NumPy is missing, an array of plain numbers may be filled with traced ones."""
    blocks = BUFFERS.strip().splitlines() + BLOCKS
    costs = [functions(block) for block in blocks]
    head = "import numpy as np\nWEIGHTS = np.array([[1.0, -2.0, 0.5], [3.0, 0.3, -1.0]])\n"
    requests = [
        {"kind": "value_and_grad", "source": head + cost["source"], "example": {"x": X.tolist()}}
        for cost in costs
    ]
    for block, names, answer in zip(blocks, costs, alone(tmp_path, *requests), strict=True):
        assert answer["ok"], (block, answer)
        value, slopes = answer["value"]["value_at"], np.array(answer["value"]["gradient_at"]["x"])
        assert_close([value], [np.asarray(names["cost"](X.copy()))], 1e-13, block)
        along = np.cos(np.arange(6.0)).reshape(2, 3)
        slope = np.asarray(np.sum(slopes * along))
        plain: Callable[[Any], Any] = lambda xs, f=names["cost"]: [np.asarray(f(np.array(xs[0])))]  # noqa: E731
        assert_slopes([slope], plain, [X], [along], 1e-7, block, terms=float(np.abs(slopes).max()))


PRINTED = """
import json
import numpy as np
a = np.arange(12.0).reshape(3, 4)
row, column, turned, flat, tail = a[1], a[:, 2], a.T, a.reshape(-1), a[1:, ::2]
row[0] = 50.0
column += 100.0
turned[3, 0] = -1.0
flat[5] *= 2
tail[...] = 0.5
tail[0][1] = 7.0
a[2] -= 1
b = a.copy()
b[:] = 0.0
c = a[[0, 1]]
c[0] = 9.0
row.fill(3.0)
a[0].sort()
np.copyto(a[2, 1:3], np.array([8.0, 9.0]))
print(json.dumps([v.tolist() for v in (a, b, c, row, column, turned, flat, tail, a[-1:, None])]))
print(len(row), [float(v) for v in column], bool(row[0] > 2), str(turned[0, 0]), a.T.T.shape)
"""


def test_views_of_plain_arrays_are_numpys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (there,) = alone(tmp_path, {"kind": "execute", "source": PRINTED})
    assert there["ok"], there
    exec(PRINTED, {})
    mine, theirs = there["stdout"].splitlines(), capsys.readouterr().out.splitlines()
    assert json.loads(mine[0]) == json.loads(theirs[0])
    assert mine[1] == theirs[1]


def test_what_cannot_be_written_is_refused() -> None:
    def refused(function: Callable[..., Any], kind: type[BacksightError], remedy: str) -> None:
        with pytest.raises(kind) as caught:
            trace(function, X)
        assert remedy in caught.value.remedy
        assert caught.value.origin is not None and caught.value.origin.file == __file__

    def write(make: Callable[[Any], Any], key: Any, value: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def cost(x: Any) -> Any:
            y = make(x)
            y[key] = value(x)
            return np.sum(y)

        return cost

    refused(write(lambda x: x, 0, lambda x: 1.0), InPlaceError, "with_part")
    refused(write(lambda x: np.flip(2 * x), 0, lambda x: 1.0), InPlaceError, ".copy()")
    refused(write(lambda x: x > 0, 0, lambda x: x[0]), TraceError, "floats")
    refused(write(lambda x: 2 * x, [0, 0], lambda x: x), TraceError, "once")
    refused(write(lambda x: 2 * x, (0, 5), lambda x: 1.0), ShapeError, "")
    refused(write(lambda x: 2 * x, 0, lambda x: np.concatenate([x[0], x[1]])), ShapeError, "")
    refused(lambda x: _masked(2 * x), DataShapeError, "np.where")
    with pytest.raises(ShapeError, match="does not fit"):
        trace(_grown, X)


def _masked(y: Any) -> Any:
    y[y > 0] = y[0]
    return np.sum(y)


def _grown(x: Any) -> Any:
    y = x[0] * 2
    y += x
    return np.sum(y)


def test_arrays_of_whole_numbers_keep_no_traced_number(tmp_path: Path) -> None:
    source = (
        "import numpy as np\ndef f(x):\n    n = np.zeros(3, dtype=int)\n    n[0] = x[0]\n    return np.sum(n)"
    )
    (answer,) = alone(tmp_path, {"kind": "trace", "source": source, "example": {"x": [1.0]}})
    assert (answer["error"]["line"], answer["ok"]) == (4, False)
    assert "floats" in answer["error"]["remedy"]


def test_a_buffer_that_is_captured_is_as_it_was_when_it_was_used() -> None:
    kept = np.ones(2)

    def cost(x: Any) -> Any:
        scratch, weights = np.zeros(2), [1.0, 2.0]
        y = x + scratch * weights + kept
        scratch[0], weights[1] = 5.0, 7.0
        return np.sum(y * scratch * weights * x)

    x = np.array([2.0, 3.0])
    for _ in range(2):
        value, slope = value_and_grad(cost)(x)
        assert value == cost(x)
        np.testing.assert_allclose(slope, [25.0, 0.0])
    derived = grad(cost)
    derived(x)
    kept[0] = 3.0
    np.testing.assert_allclose(derived(x), [35.0, 0.0])


def test_functions_that_were_written_before_still_take_parts() -> None:
    x = X[0]
    for key in (0, np.s_[1:], np.array([2, 0]), x > 0, np.s_[::-2]):
        part = x[key] * 0 + 2.0
        changed = x.copy()
        changed[key] = part
        part = 2.0 if np.asarray(key).dtype == bool else part
        filled: Callable[[Any], Any] = lambda x, k=key, p=part: np.sum(bnp.with_part(x, k, p) ** 2)  # noqa: E731
        np.testing.assert_allclose(grad(filled)(x), 2 * changed * (changed == x))
