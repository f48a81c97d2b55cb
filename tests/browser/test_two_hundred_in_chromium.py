"""The two hundred functions in Chromium: Pyodide, which has no NumPy, answers as Python does here."""

from __future__ import annotations

import numpy as np

from tests.browser.test_python_service import Typed, asked, typed  # noqa: F401  (a fixture)
from tests.test_two_hundred import REFUSED
from tests.test_two_hundred import asked as asked_here
from tests.two_hundred import FUNCTIONS


def test_the_two_hundred_work_in_the_browser(typed: Typed) -> None:  # noqa: F811
    """Sent all at once to the worker that the page itself uses."""
    kind = "value_and_grad"
    there = asked(typed, *(f.request(kind) for f in FUNCTIONS))
    assert {f.name for f, answer in zip(FUNCTIONS, there, strict=True) if not answer["ok"]} == set(REFUSED)
    for (name, mine), theirs in zip(asked_here(kind).items(), there, strict=True):
        if name in REFUSED:
            assert {**theirs["error"], "column": 0} == {**mine["error"], "column": 0}, name
            continue
        np.testing.assert_allclose(
            theirs["value"]["value_at"], mine["value"]["value_at"], rtol=1e-12, err_msg=name
        )
        for slope, other in zip(
            theirs["value"]["gradient_at"].values(), mine["value"]["gradient_at"].values(), strict=True
        ):
            np.testing.assert_allclose(slope, other, rtol=1e-10, atol=1e-12, err_msg=name)
    assert typed.wrong == []
