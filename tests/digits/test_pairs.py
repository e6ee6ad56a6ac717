"""Two networks decide between a one and a seven, a five and a six, and the marks of a page; nothing else changes."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from zerokara.arrays import generator
from zerokara.digits.pairs import DOUBTED, FLAGGED, FLAGS, PAIRS, PLAIN, WEIGHT, of_one_hand, told_apart


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


@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
@settings(max_examples=30, deadline=None)
def test_marks_of_one_hand_are_told_by_bayes_rule(seed: int, count: int) -> None:
    """As if every page were written out: a hand with flags or without, and every mark a one or a seven."""
    rng = np.random.default_rng(seed)
    ten = np.zeros((count, 10))
    ten[:, 1] = 1 / (1 + np.exp(-rng.normal(0, 6, count)))
    ten[:, 7] = 1 - ten[:, 1]
    told = of_one_hand(ten, np.ones(count, bool))
    expected, total = np.zeros(count), 0.0
    for flags, ones in product((False, True), product((False, True), repeat=count)):
        share = FLAGS if flags else 1 - FLAGS
        for one, p in zip(ones, ten[:, 1], strict=True):
            often = FLAGGED if np.log(p / (1 - p)) < DOUBTED else PLAIN
            share *= p * (often if flags else 1) if one else 1 - p
        total += share
        expected += share * np.array(ones)
    np.testing.assert_allclose(told[:, 1], expected / total, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(told.sum(axis=1), 1)


def test_a_mark_alone_and_what_is_no_digit_stay_as_they_are() -> None:
    doubtful, clear = np.zeros(10), np.zeros(10)
    doubtful[[1, 7]], clear[[1, 7]] = (0.4, 0.6), (1e-6, 1 - 1e-6)
    alone = of_one_hand(doubtful[None], np.array([True]))
    np.testing.assert_array_equal(alone[0], doubtful)
    letters = of_one_hand(np.stack([clear, doubtful, doubtful]), np.array([True, True, False]))
    np.testing.assert_array_equal(letters[2], doubtful)
    np.testing.assert_array_equal(letters[:2], of_one_hand(np.stack([clear, doubtful]), np.array([True, True])))
    others = np.full((3, 10), 0.1)
    np.testing.assert_array_equal(of_one_hand(others, np.ones(3, bool)), others)


def test_a_one_with_a_flag_is_told_by_its_neighbours() -> None:
    """Three doubtful ones make a fourth, which alone would be a seven, a one; clear sevens stay what they are."""
    ten = np.zeros((5, 10))
    ten[:, 1] = [0.06, 0.5, 0.6, 0.7, 1e-6]
    ten[:, 7] = 1 - ten[:, 1]
    told = of_one_hand(ten, np.ones(5, bool))
    assert (told[:4, 1] > 0.75).all()
    assert told[4, 7] > 0.999
