"""The witnesses themselves: what differences may excuse, and what not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.agreement import assert_slopes


def test_a_wrong_slope_is_seen() -> None:
    x = np.linspace(-2.0, 2.0, 9)
    ones = np.ones_like(x)
    assert_slopes([1 - np.tanh(x) ** 2], lambda xs: [np.tanh(xs[0])], [x], [ones], 1e-9, "tanh")
    for wrong in (1 - np.tanh(x), (1 - np.tanh(x) ** 2) * (1 + 1e-6), np.full_like(x, np.nan)):
        with pytest.raises(AssertionError, match="tanh"):
            assert_slopes([wrong], lambda xs: [np.tanh(xs[0])], [x], [ones], 1e-9, "tanh")


def test_a_jump_within_reach_is_excused_and_what_lies_beside_it_is_not() -> None:
    x, along = np.array([0.99995, 0.5]), np.ones(2)
    assert_slopes([np.zeros(2)], lambda xs: [np.ceil(xs[0])], [x], [along], 1e-9, "ceil")
    with pytest.raises(AssertionError, match="ceil"):
        assert_slopes([np.array([0.0, 1.0])], lambda xs: [np.ceil(xs[0])], [x], [along], 1e-9, "ceil")
