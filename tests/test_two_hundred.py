"""The two hundred functions of tests/two_hundred as the browser runs them: from their text, without NumPy.

Each value and each entry of each gradient is held to the plain function, run by NumPy and SciPy, and to its
differences; the slow test holds those that JAX can differentiate to JAX. What cannot be done is in `REFUSED`.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import subprocess
import sys
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backsight
from backsight.tracing.trees import flatten, unflatten
from tests.agreement import assert_close, assert_slopes
from tests.two_hundred import FUNCTIONS, Written

SOURCE = Path(backsight.__file__).parent.parent
# Refused: what the person's line says there, and what the remedy says.
REFUSED: dict[str, tuple[str, str]] = {
    "implied_volatility_newton": (
        "return S * N.cdf(d1) - K * N.cdf(d1 - sigma * math.sqrt(T))",
        "keep it an array: np.* instead",
    ),
    "fill_a_vector": ("y[i] = np.sin(x[i]) * (i + 1)", "keep it an array: np.* instead"),
    "fill_a_matrix": (
        "K[i, j] = np.exp(-0.5 * np.sum((X[i] - X[j]) ** 2))",
        "keep it an array: np.* instead",
    ),
    "rows_of_a_history": ("xs[0] = x0", "keep it an array: np.* instead"),
    "heat_by_slices": ("u[1:-1] += 0.2 * (u[2:] - 2 * u[1:-1] + u[:-2])", "write u = bnp.with_part(u, np."),
    "boundary_conditions": ("v[0] = 0", "write v = bnp.with_part(v, 0, "),
    "accumulate_in_place": ("h[b] += wi", "keep it an array: np.* instead"),
    "masked_assignment": ("y[x < 0] = 0.1 * x[x < 0]", "keep all entries and choose by"),
    "clip_by_mask": ("y[y > 1] = 1", "write y = np.where(y > 1, 1, y"),
    "rotation_matrix_filled": ("R[0, 0] = np.cos(theta)", "keep it an array: np.* instead"),
    "tridiagonal_system": ("c[0] = c[0] / b[0]", "keep it an array: np.* instead"),
    "cholesky_by_hand": ("L[i, j] = np.sqrt(s)", "write L = bnp.with_part(L, (i,"),
    "gaussian_elimination": ("A[i] -= m * A[k]", "write A = bnp.with_part(A, i, "),
    "edit_distance_soft": (
        "D[i, j] = cost - np.log(np.sum(np.exp(-options)))",
        "keep it an array: np.* instead",
    ),
    "in_place_on_the_argument": ("x[0] = x[0] * 0.5", "write x = bnp.with_part(x, 0, "),
    "aliases_see_changes": ("z[1] = x * x", "keep it an array: np.* instead"),
    "views_see_changes": ("row[:] = x", "keep it an array: np.* instead"),
    "add_at": ("np.add.at(out, [0, 2, 0, 1], w)", ""),
    "diagonal_filled": ("np.fill_diagonal(B, np.diag(B) + lam)", "did you mean np.diagonal, np.l"),
    "out_keyword": ("np.multiply(x, x, out=y)", "use the plain form of this fun"),
    "smallest_eigenvalue": ("w, v = np.linalg.eigh((A + A.T) / 2)", "write it with operators"),
    "eigenvalues_only": ("return np.log(np.linalg.eigvalsh(S)).sum()", "write it with operators"),
    "singular_values": ("U, s, Vt = np.linalg.svd(A, full_matrices=False)", "the singular values are np.sqr"),
    "norms_of_every_kind": ("+ LA.norm(A, axis=1).sum() + LA.norm(A, 2))", "use ord=1, 2 or np.inf of vect"),
    "mahalanobis_whitening": ("w, V = np.linalg.eigh(S)", "write it with operators"),
    "huckel_energy": ("return 2 * np.sum(np.linalg.eigvalsh(H)[:2])", "write it with operators"),
    "variational_hydrogen": (
        "wave = np.exp(1j * k) + 0.5 * np.exp(2j * k)",
        "use operators and np.* functio",
    ),
    "spectral_energy": ("X = np.fft.rfft(x)", "write it as a product with a m"),
    "numpy_random_data": ("np.random.seed(0)", "draw the numbers elsewhere and"),
    "default_rng_dropout": ("rng = np.random.default_rng(3)", "draw the numbers elsewhere and"),
    "printing_arrays": ('print("loss = %.3f" % c)', 'write an f-string: f"{x:.3f}" '),
    "scalars_from_float": ("r = float(rate)", "keep it an array: np.* instead"),
}
ALONE = f"""
import sys, json
sys.path.insert(0, {str(SOURCE)!r})
from backsight.browser import handle_text
print(json.dumps([json.loads(handle_text(line)) for line in sys.stdin]))
"""


def asked(kind: str) -> dict[str, Any]:
    """The answers to all of them, from a Python that sees neither NumPy nor anything else installed."""
    requests = "\n".join(json.dumps(f.request(kind)) for f in FUNCTIONS)
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ALONE], input=requests, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return {f.name: answer for f, answer in zip(FUNCTIONS, json.loads(run.stdout), strict=True)}


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    return asked("value_and_grad")


class Plain:
    """The function as plain Python with NumPy: what its author would have run."""

    def __init__(self, written: Written, library: Any = np, swap: Callable[[str], str] = str) -> None:
        self.written = written
        source = swap(written.source)
        module = types.ModuleType(f"two_hundred_{written.name}")
        sys.modules[module.__name__] = module  # a dataclass looks itself up
        try:
            exec(compile(source, written.name, "exec", dont_inherit=True), module.__dict__)
        finally:
            del sys.modules[module.__name__]
        defined = [n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
        self.function: Callable[..., Any] = getattr(module, defined[-1])
        given: dict[str, Any] = {"np": np}
        exec(written.example, given)
        self.arguments = {k: _arrays(v) for k, v in given.items() if k not in ("np", "__builtins__")}
        names = written.wrt or tuple(self.arguments)
        self.moved = {n: _moving(self.arguments[n]) for n in names}
        self.fixed = {n: v for n, v in self.arguments.items() if n not in names}
        self.start, self.structure = flatten(self.moved)

    def __call__(self, leaves: list[Any]) -> list[Any]:
        """The value at other leaves: each call has arrays of its own, whatever the function does to them."""
        moved = unflatten(self.structure, [np.array(x, float)[()] for x in leaves])
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [np.asarray(self.function(**{**self.fixed, **moved}))]


def _arrays(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _arrays(v) for k, v in value.items()}
    return np.array(value) if isinstance(value, list) else value


def _moving(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _moving(v) for k, v in value.items()}
    return np.array(value, float)


def test_there_are_two_hundred_of_them() -> None:
    assert len({f.name for f in FUNCTIONS}) == len(FUNCTIONS) == 200


def test_at_least_a_hundred_and_seventy_work(answers: dict[str, Any]) -> None:
    """None of those in `REFUSED` works by now, and nothing else is refused."""
    refused = {name for name, answer in answers.items() if not answer["ok"]}
    assert refused == set(REFUSED)
    assert len(FUNCTIONS) - len(refused) >= 168


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_the_gradient_is_that_of_differences(function: Written, answers: dict[str, Any]) -> None:
    answer = answers[function.name]
    if function.name in REFUSED:
        _refused_with_the_line(function, answer["error"])
        return
    assert answer["ok"], answer["error"]
    plain = Plain(function)
    leaves = [np.array(x, float) for x in plain.start]
    value, slopes = answer["value"]["value_at"], list(answer["value"]["gradient_at"].values())
    assert_close([value], plain(leaves), 1e-11, "the value")
    assert len(slopes) == len(leaves)
    for number, (slope, leaf) in enumerate(zip(slopes, leaves, strict=True)):
        found = np.array(slope, float)
        assert found.shape == leaf.shape
        scale = float(np.max(np.abs(found), initial=1e-6))
        for place in np.ndindex(leaf.shape):
            along: list[Any] = [None] * len(leaves)
            along[number] = np.zeros_like(leaf)
            along[number][place] = 1.0
            assert_slopes([found[place]], plain, leaves, along, 1e-7, f"{number}{place}", terms=scale)


def _refused_with_the_line(function: Written, error: dict[str, Any]) -> None:
    call, remedy = REFUSED[function.name]
    assert error["where"] == "source"
    assert error["text"] == function.source.splitlines()[error["line"] - 1]
    assert call in error["text"]
    assert remedy in error["remedy"]
    assert error["message"]
