"""Counts of neighbours, n-grams and drawn words: against loops that are written from the definitions."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zerokara.data import DataError
from zerokara.data.text import (
    Negatives,
    NGram,
    Vocabulary,
    analogy,
    co_occurrence,
    contexts,
    cosine_similarity,
    load_text,
    nearest,
    ppmi,
    svd_vectors,
    unit,
)

texts = st.lists(st.integers(0, 4), min_size=1, max_size=30)
SENTENCE = "You say goodbye and I say hello."
IDS = Vocabulary.of(SENTENCE, "lower-words").encode(SENTENCE)


@given(texts, st.integers(1, 6))
def test_neighbours_are_counted_as_in_a_loop(ids: list[int], window: int) -> None:
    wanted = np.zeros((5, 5), int)
    for i, word in enumerate(ids):
        for j in range(max(0, i - window), min(len(ids), i + window + 1)):
            if i != j:
                wanted[word, ids[j]] += 1
    np.testing.assert_array_equal(co_occurrence(ids, 5, window), wanted)


def test_the_sentence_of_the_book() -> None:
    C = co_occurrence(IDS, 7)
    assert C.sum() == 14
    np.testing.assert_array_equal(C[0], [0, 1, 0, 0, 0, 0, 0])
    assert cosine_similarity(C[0], C[4]) == pytest.approx(math.sqrt(0.5), abs=1e-12)
    rows, cosines = nearest(C, C[0], 6, leave_out=[0])
    assert rows.tolist() == [2, 4, 5, 1, 3, 6]  # goodbye, i, hello alike; the rest at 0
    np.testing.assert_allclose(cosines, [math.sqrt(0.5)] * 3 + [0] * 3, atol=1e-12)
    M = ppmi(C)
    assert np.round(M[0, 1], 4) == 1.8074
    assert np.round(M[1, 2], 4) == 0.8074
    assert np.round(M[5, 6], 4) == 2.8074
    assert np.all(M[C == 0] == 0)
    values = np.linalg.svd(M, compute_uv=False)
    np.testing.assert_allclose(values, [3.1680, 3.1680, 2.7030, 2.7030, 1.5145, 1.5145, 0], atol=5e-5)


def test_the_base_and_the_smoothing_are_those_of_the_formula() -> None:
    C = co_occurrence([0, 1, 2, 1, 0, 3, 3, 1], 4, 2)
    np.testing.assert_allclose(ppmi(C, base=np.e) / np.log(2), ppmi(C), rtol=1e-12)
    rows, columns = C.sum(axis=1), C.sum(axis=0) ** 0.75
    wanted = np.log2((C[0, 1] / C.sum()) / ((rows[0] / C.sum()) * (columns[1] / columns.sum())))
    assert ppmi(C, smoothing=0.75)[0, 1] == pytest.approx(max(0, wanted))
    assert not ppmi(np.zeros((3, 3))).any()


def test_a_word_without_a_direction_comes_last() -> None:
    vectors = np.array([[1.0, 0], [0, 0], [-1, 0], [2, 1e-9]])
    rows, cosines = nearest(vectors, vectors[0], 4)
    assert rows.tolist() == [0, 3, 1, 2]  # of equal ones the first; −1 for the one of zeros, and for the opposite
    assert cosines.max() <= 1
    assert cosine_similarity([0.0, 0], [1, 1]) == 0
    v = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1.0]])
    assert analogy(v, 0, 1, 2)[0][0] == 3
    assert 3 not in analogy(v, 0, 1, 3, count=9)[0]


def test_scores_of_analogies_are_cosines() -> None:
    """However long the vectors are, and the sum of three of them; a word of zeros is the last answer, not a chance."""
    v = np.random.default_rng(0).standard_normal((40, 3)) * np.logspace(-3, 3, 40)[:, None]
    v[17] = 0
    for a, b, c in ((0, 1, 2), (3, 3, 3), (39, 0, 20)):
        rows, cosines = analogy(v, a, b, c, count=40, leave_out=False)
        assert -1 <= cosines.min() <= cosines.max() <= 1
        assert rows[-1] == 17
        np.testing.assert_array_equal(analogy(1e4 * v, a, b, c, count=40, leave_out=False)[0], rows)


def test_contexts_are_the_words_around() -> None:
    around, centres = contexts(IDS)
    np.testing.assert_array_equal(around, [[0, 2], [1, 3], [2, 4], [3, 1], [4, 5], [1, 6]])
    np.testing.assert_array_equal(centres, [1, 2, 3, 4, 1, 5])
    around, centres = contexts(np.arange(9), 3)
    np.testing.assert_array_equal(around, [[i - 3, i - 2, i - 1, i + 1, i + 2, i + 3] for i in centres])
    with pytest.raises(DataError, match="7 are needed"):
        contexts([1, 2, 3], 3)


@pytest.mark.parametrize(
    ("power", "wanted"), [(0.75, [0.64196878, 0.33150408, 0.02652714]), (0, [1 / 3] * 3), (1, [0.7, 0.29, 0.01])]
)
def test_the_power_makes_rare_words_less_rare(power: float, wanted: list[float]) -> None:
    np.testing.assert_allclose(Negatives(np.array([70, 29, 1]), power).probabilities, wanted, atol=1e-8)


def test_a_wrong_word_is_drawn_by_the_rule_and_never_the_right_one() -> None:
    draws = Negatives(np.array([5, 0, 20, 1, 9]))
    rng = np.random.default_rng(0)
    for right in (0, 2, 3, 4):
        found = draws.draw(np.full(20_000, right), 3, rng)
        assert found.shape == (20_000, 3)
        shares = np.bincount(found.ravel(), minlength=5) / found.size
        p = np.where(np.arange(5) == right, 0, draws.probabilities)
        p /= p.sum()
        assert shares[right] == shares[1] == 0
        np.testing.assert_allclose(shares, p, atol=5 * np.sqrt(0.25 / found.size))
    twice = (found[:, 0] == found[:, 1]).mean()
    assert abs(twice - (p**2).sum()) < 0.02  # with replacement
    with pytest.raises(DataError, match="two words or more"):
        Negatives(np.array([0, 3, 0]))


class _Edge:
    """A generator that gives the very ends of 0 … 1."""

    def __init__(self, value: float) -> None:
        self.value = value

    def random(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.full(shape, self.value)


@pytest.mark.parametrize("value", [0.0, np.nextafter(1, 0), 0.5])
def test_rounding_never_draws_what_cannot_be(value: float) -> None:
    for counts in ([1, 2, 0], [0, 1, 3], [3, 3, 3], [1e-9, 1, 1e9]):
        draws = Negatives(np.array(counts))
        for right in np.flatnonzero(counts):
            found = draws.draw(right, 4, _Edge(value))  # type: ignore[arg-type]
            assert np.all(found != right)
            assert np.all(np.array(counts)[found] > 0)


@given(texts, texts, st.integers(1, 5), st.sampled_from([0.01, 1.0]))
@settings(max_examples=60, deadline=None)
def test_n_grams_are_counted_as_in_a_loop(learned: list[int], judged: list[int], n: int, k: float) -> None:
    def rows(ids: list[int]) -> list[tuple[int, ...]]:
        whole = [5] * (n - 1) + ids
        return [tuple(whole[i : i + n]) for i in range(len(ids))]

    grams = rows(learned)
    wanted = []
    for row in rows(judged):
        seen = sum(gram == row for gram in grams)
        before = sum(gram[:-1] == row[:-1] for gram in grams)
        wanted.append(math.log((seen + k) / (before + k * 5)))
    np.testing.assert_allclose(NGram(learned, 5, n, k).log_probabilities(judged), wanted, rtol=1e-12)


def test_the_probabilities_after_a_context_sum_to_one() -> None:
    model = NGram([0, 1, 2, 0, 1, 1, 2, 0], 3, 3, 0.5)
    total = sum(math.exp(model.log_probabilities([0, 1, w])[-1]) for w in range(3))
    assert total == pytest.approx(1)


def test_long_grams_of_many_words_are_told_apart_too() -> None:
    """n·log₂ V beyond 62 bits: rows are compared as they are."""
    ids = np.random.default_rng(0).integers(0, 50_000, 300)
    model = NGram(np.concatenate([ids, ids]), 50_000, 6, 0.01)
    logs = model.log_probabilities(ids)
    np.testing.assert_allclose(logs[10:], math.log((2 + 0.01) / (2 + 500)), rtol=1e-12)
    assert model.unseen(ids[::-1].copy()) > 0.9


def test_toy_by_counting() -> None:
    """From 1 to 5 words: better, then worse again, as too many cases were never seen."""
    text = load_text("toy")
    vocabulary = Vocabulary.of(text.train, "blanks")
    train, test = vocabulary.encode(text.train), vocabulary.encode(text.test)
    found = [math.exp(-NGram(train, 88, n).log_probabilities(test).mean()) for n in (1, 2, 3, 5)]
    np.testing.assert_allclose(found, [39.54, 5.24, 4.95, 7.60], atol=0.01)


@pytest.mark.parametrize("make", [
    lambda: NGram([0, 1], 2, 0), lambda: NGram([0, 5], 2, 1), lambda: NGram([], 2, 1), lambda: NGram([0], 2, 1, -1.0),
    lambda: co_occurrence([0, 3], 3), lambda: co_occurrence([0], 3, 0), lambda: ppmi(np.zeros((2, 3))),
    lambda: ppmi(np.zeros((2, 2)), base=1),
])  # fmt: skip
def test_what_cannot_be_is_said(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError):
        make()


@given(texts, st.integers(1, 6))
def test_a_sparse_count_has_the_same_numbers(ids: list[int], window: int) -> None:
    C, sparse = co_occurrence(ids, 5, window), co_occurrence(ids, 5, window, sparse=True)
    np.testing.assert_array_equal(sparse.toarray(), C)
    for smoothing in (1.0, 0.75):
        np.testing.assert_allclose(ppmi(sparse, 2, smoothing).toarray(), ppmi(C, 2, smoothing), rtol=1e-14, atol=0)


def test_a_random_sample_finds_the_columns_that_stand_out() -> None:
    """Of a low rank exactly; else the singular values are those of the whole decomposition, and so are distances."""
    rng = np.random.default_rng(0)
    low = rng.standard_normal((60, 8)) @ rng.standard_normal((8, 60))
    whole, sampled = svd_vectors(low, 8), svd_vectors(low, 8, rng)
    np.testing.assert_allclose(sampled @ sampled.T, whole @ whole.T, atol=1e-9)
    words = load_text("toy").train.split(" ")[:20_000]
    vocabulary = Vocabulary.of(words, "blanks")
    ids = vocabulary.encode(words)
    dense = ppmi(co_occurrence(ids, len(vocabulary), 2))
    sparse = ppmi(co_occurrence(ids, len(vocabulary), 2, sparse=True))
    whole, sampled = svd_vectors(dense, 10), svd_vectors(sparse, 10, rng)
    np.testing.assert_allclose(np.linalg.norm(sampled, axis=0), np.linalg.norm(whole, axis=0), rtol=0.01)
    assert svd_vectors(dense, 500).shape == svd_vectors(sparse, 500, rng).shape == dense.shape
    every = svd_vectors(sparse, len(vocabulary), rng)
    np.testing.assert_allclose(every @ every.T, dense @ dense.T, atol=1e-6)


def test_what_is_no_matrix_has_no_vectors() -> None:
    for matrix, dimensions in (([1, 2], 2), ("text", 1), (None, 1), (np.eye(3), 0), (np.eye(3), 1.5), ([[1j]], 1)):
        with pytest.raises(DataError, match="a matrix and a whole number of dimensions from 1 on are expected; got "):
            svd_vectors(matrix, dimensions)
    with pytest.raises(TypeError, match="rng is a generator of random numbers"):
        svd_vectors(np.eye(3), 1, rng=0)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="a whole number of words, at least 1; got '3'"):
        co_occurrence([0, 1], "3")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: unit("x"), r"vectors are an array of numbers \(…, D\); got 'x'"),
        (lambda: unit(3), r"vectors are an array of numbers \(…, D\); got 3"),
        (lambda: cosine_similarity([1, 2], [1, 2, 3]), r"compares vectors of one length; got \(2,\) and \(3,\)"),
        (lambda: nearest([1, 2], [1, 2]), r"nearest: vectors are rows \(V, D\); got \(2,\)"),
        (lambda: nearest(np.eye(3), [1, 2]), r"rows \(V, D\) with a vector \(D,\); got \(3, 3\) and \(2,\)"),
        (lambda: nearest(np.eye(3), [1, 2, 3], 0), "nearest: count is a whole number of rows, at least 1; got 0"),
        (lambda: nearest(np.eye(3), [1, 2, 3], leave_out=[3]), r"leave_out names rows .*, 0 to 2; got \[3\]"),
        (lambda: analogy(np.eye(3), 0, 1, 3), "analogy: c names rows by their numbers, 0 to 2; got 3"),
        (lambda: analogy(np.eye(3), "king", 1, 2), "analogy: a names rows by their numbers, 0 to 2; got 'king'"),
        (lambda: Negatives.of([0, 1], "2"), "a whole number of words, at least 1; got '2'"),  # type: ignore[arg-type]
        (lambda: Negatives("ab"), "counts are how often each word is there"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_are_no_vectors_and_no_words_is_said(ask: Callable[[], Any], says: str) -> None:
    with pytest.raises(DataError, match=says):
        ask()
