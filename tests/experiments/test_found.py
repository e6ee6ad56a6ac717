"""Results of several seeds, and what is expected of them."""

import math

import numpy as np
import pytest

from zerokara.experiments.checks import at_least, at_most, between, holds, near
from zerokara.experiments.found import Found


def test_seeds_are_stacked_and_averaged() -> None:
    found = Found([{"a": np.array([1.0, 2.0])}, {"a": np.array([3.0, np.nan])}])
    assert found.seeds == 2
    assert found["a"].tolist() == [1, 2]
    assert found.all("a").shape == (2, 2)
    assert found.mean("a").tolist() == [2, 2]
    assert found.low("a").tolist() == [1, 2]
    assert found.high("a").tolist() == [3, 2]


def test_what_every_seed_lacks_stays_missing() -> None:
    found = Found([{"a": np.array(np.nan)}] * 2)
    assert math.isnan(found.number("a"))


def test_a_result_has_at_least_one_run() -> None:
    with pytest.raises(ValueError, match="at least one run"):
        Found([])


def test_a_number_is_judged_by_its_mean_and_shown_with_its_range() -> None:
    check = near("x", np.array([0.9, 1.0, 1.1]), 1.0, 0.01)
    assert check.holds
    assert check.spread == (0.9, 1.1)
    assert not near("x", 1.02, 1.0, 0.01).holds
    assert near("x", 3, 3).holds
    assert not near("x", 3.0000001, 3).holds


def test_bounds_and_statements() -> None:
    assert at_least("x", 1, 1).holds
    assert not at_least("x", 0.99, 1).holds
    assert at_most("x", 1, 1).holds
    assert not at_most("x", 1.01, 1).holds
    assert between("x", 0.5, 0, 1).holds
    assert holds("x", True).holds
    assert not holds("x", np.array([True, False])).holds


def test_not_a_number_is_never_as_expected() -> None:
    assert not at_least("x", math.nan, -math.inf).holds
    assert not near("x", np.array([]), 0, 10).holds
    assert not holds("x", np.array([], bool)).holds
