"""The two hundred functions of tests/two_hundred as the browser runs them: from their text, without NumPy.

Each value and each entry of each gradient is held to the plain function, run by NumPy and SciPy, and to its
differences; two_hundred_in_jax.py holds those to JAX that it can differentiate. `REFUSED` cannot be done.
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
from collections.abc import Callable, Sequence
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
    "implied_volatility_newton": ("N.cdf(d1)", "np.* instead of math.*"),  # statistics.NormalDist
    "masked_assignment": ("x[x < 0]", "np.where(mask, x, 0.0)"),
    "in_place_on_the_argument": ("x[0] = ", "x = x.copy()"),
    "smallest_eigenvalue": ("np.linalg.eigh(", "v = A @ v"),
    "eigenvalues_only": ("np.linalg.eigvalsh(", "v = A @ v"),
    "singular_values": ("np.linalg.svd(", "v = A @ v"),
    "norms_of_every_kind": ("LA.norm(A, 2)", "use ord=1"),
    "mahalanobis_whitening": ("np.linalg.eigh(", "v = A @ v"),
    "huckel_energy": ("np.linalg.eigvalsh(", "v = A @ v"),
    "variational_hydrogen": ("1j * k", "the real and the imaginary part"),
    "spectral_energy": ("np.fft.rfft(", "sines and cosines"),
    "numpy_random_data": ("np.random.seed(", "Python's own random"),
    "default_rng_dropout": ("np.random.default_rng(", "Python's own random"),
    "printing_arrays": ('"loss = %.3f" % c', "f-string"),
    "scalars_from_float": ("float(rate)", "keep it an array"),
}

ALONE = f"""
import sys, json
sys.path.insert(0, {str(SOURCE)!r})
from backsight.browser import handle_text
print(json.dumps([json.loads(handle_text(line)) for line in sys.stdin]))
"""


def asked(kind: str, functions: Sequence[Written] = FUNCTIONS) -> dict[str, Any]:
    """The answers about them, from a Python that sees neither NumPy nor anything else installed."""
    requests = "\n".join(json.dumps(f.request(kind)) for f in functions)
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ALONE], input=requests, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return {f.name: answer for f, answer in zip(functions, json.loads(run.stdout), strict=True)}


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    return asked("value_and_grad")


class Plain:
    """The function as plain Python with NumPy: what its author would have run."""

    def __init__(self, written: Written, swap: Callable[[str], str] = str) -> None:
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


def test_at_least_a_hundred_and_eighty_five_work(answers: dict[str, Any]) -> None:
    """None of those in `REFUSED` works by now, and nothing else is refused."""
    refused = {name for name, answer in answers.items() if not answer["ok"]}
    assert refused == set(REFUSED)
    assert len(FUNCTIONS) - len(refused) >= 185


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


def test_what_works_can_be_looked_at() -> None:
    """The page's whole answer, where a derivation would need names for axes too; and the workbench's."""
    some = [f for f in FUNCTIONS if f.name in ("expm_by_series", "sequential_module", "views_see_changes")]
    for kind in ("trace", "workbench"):
        assert all(answer["ok"] for answer in asked(kind, some).values()), kind
