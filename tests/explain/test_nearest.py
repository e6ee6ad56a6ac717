"""The nearest words are those of the smallest angle: length counts for nothing, zeros point nowhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara.explain import nearest_words
from zerokara.explain.nearest import cosine_similarity
from zerokara.nn import Embedding

WORDS = ["you", "say", "hello", "i", "nothing"]
VECTORS = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0], [-5.0, 0.0], [0.0, 0.0]])


def test_the_nearest_come_first_and_the_word_itself_is_no_answer() -> None:
    found = nearest_words(VECTORS, "you", WORDS)
    assert [one.word for one in found] == ["hello", "say", "i", "nothing"]
    np.testing.assert_allclose([one.cosine for one in found], [np.sqrt(0.5), 0, -1, 0], atol=1e-12)


def test_vectors_of_zeros_come_last_whatever_the_angles_are() -> None:
    """Their cosine is 0, above that of the opposite vector: sorted by it alone they would stand before that one."""
    assert nearest_words(VECTORS, "you", WORDS, count=4)[-1].word == "nothing"


def test_words_that_are_left_out_are_no_answers() -> None:
    assert [n.word for n in nearest_words(VECTORS, "you", WORDS, 2, leave_out=["hello"])] == ["say", "i"]


@given(st.floats(1e-300, 1e300), st.integers(0, 2**31))
def test_only_the_direction_counts(size: float, seed: int) -> None:
    """No vector is so long or so short that its square is lost, and no cosine passes 1."""
    rows = np.random.default_rng(seed).normal(size=(6, 3))
    plain = cosine_similarity(rows, rows[0])
    np.testing.assert_allclose(cosine_similarity(rows * size, rows[0]), plain, atol=1e-12)
    assert plain.max() <= 1
    np.testing.assert_allclose(plain, rows @ rows[0] / np.linalg.norm(rows, axis=1) / np.linalg.norm(rows[0]))


def test_it_takes_the_weight_of_an_embedding() -> None:
    layer = Embedding(5, 3)
    assert nearest_words(layer.weight, "say", WORDS) == nearest_words(layer.weight.data, "say", WORDS)


def test_what_cannot_be_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"5 words need vectors \(5, D\); got \(4, 2\)"):
        nearest_words(VECTORS[:4], "you", WORDS)
    with pytest.raises(ValueError, match="no word 'yuo'"):
        nearest_words(VECTORS, "yuo", WORDS)
    with pytest.raises(ValueError, match="NaN"):
        nearest_words(VECTORS * np.nan, "you", WORDS)
    with pytest.raises(ValueError, match="count is a whole number"):
        nearest_words(VECTORS, "you", WORDS, 0)
