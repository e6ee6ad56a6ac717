from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.families import agree, dtypes, numbers, seeds
from zerokara.kernels import compiled, reference


@given(st.integers(0, 9), st.integers(1, 30), dtypes, st.sampled_from(["rows", "scattered"]), seeds)
def test_the_families_agree_on_cross_entropy(n: int, k: int, dtype: Any, layout: str, seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, k, n)
    _, probabilities = agree("cross_entropy", 10 * numbers(seed, (n, k), dtype, layout), labels)
    agree("cross_entropy_grad", numbers(seed + 1, (n,), dtype, layout), probabilities, labels)


@pytest.mark.parametrize("family", [reference, compiled])
def test_a_large_shared_offset_changes_nothing(family: Any) -> None:
    """The loss depends only on differences of scores; the largest is taken away before exp, so nothing overflows."""
    scores, labels = np.array([[1.0, 2.0, 4.0]]), np.array([1])
    losses, probabilities = family.cross_entropy(scores + 1e4, labels)
    np.testing.assert_allclose(losses, family.cross_entropy(scores, labels)[0])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


@pytest.mark.parametrize("family", [reference, compiled])
def test_a_certain_answer_costs_nothing_and_a_wrong_one_its_distance(family: Any) -> None:
    losses, _ = family.cross_entropy(np.array([[1000.0, 0.0], [1000.0, 0.0]], np.float32), np.array([0, 1]))
    np.testing.assert_allclose(losses, [0, 1000])


@pytest.mark.parametrize("family", [reference, compiled])
def test_a_nan_score_gives_a_nan_loss(family: Any) -> None:
    losses, _ = family.cross_entropy(np.array([[1.0, np.nan], [1.0, 2.0]], np.float32), np.array([0, 1]))
    assert np.isnan(losses).tolist() == [True, False]


@pytest.mark.parametrize("family", [reference, compiled])
@pytest.mark.parametrize(
    ("scores", "labels", "words"),
    [
        (np.zeros((2, 3)), np.array([0, 3]), r"labels 0…2; got 0…3"),
        (np.zeros((2, 3)), np.array([-1, 0]), r"labels 0…2; got -1…0"),
        (np.zeros((2, 3)), np.array([0]), r"integer labels \(2,\)"),
        (np.zeros((2, 3)), np.array([0.0, 1.0]), r"integer labels"),
        (np.zeros(3), np.array([0]), r"scores \(N, K\)"),
    ],
)
def test_labels_that_do_not_fit_are_refused_in_words(family: Any, scores: Any, labels: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        family.cross_entropy(scores, labels)
