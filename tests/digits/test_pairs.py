"""Two networks decide between a one and a seven, a five and a six; nothing else changes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from zerokara.arrays import generator
from zerokara.digits.pairs import PAIRS, WEIGHT, told_apart


def shares(seed: int, count: int = 5) -> np.ndarray:
    return generator(seed, "shares").dirichlet(np.full(10, 0.3), count)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_what_a_pair_shares_and_all_others_stay(seed: int) -> None:
    ten, second = shares(seed), shares(seed + 1)
    told = told_apart(ten, second)
    paired = [digit for pair in PAIRS for digit in pair]
    others = [digit for digit in range(10) if digit not in paired]
    np.testing.assert_array_equal(told[:, others], ten[:, others])
    for a, b in PAIRS:
        np.testing.assert_allclose(told[:, a] + told[:, b], ten[:, a] + ten[:, b], rtol=1e-12)
    assert (told >= 0).all()


def test_the_odds_are_those_of_the_formula() -> None:
    ten, second = shares(3) + 0.01, shares(4) + 0.01
    told = told_apart(ten, second)
    for a, b in PAIRS:
        expected = ten[:, a] / ten[:, b] * (second[:, a] / second[:, b]) ** WEIGHT
        np.testing.assert_allclose(told[:, a] / told[:, b], expected, rtol=1e-6)


def test_one_who_does_not_know_changes_nothing() -> None:
    ten = shares(5)
    np.testing.assert_allclose(told_apart(ten, np.full((5, 10), 0.1)), ten, rtol=1e-9, atol=1e-12)
