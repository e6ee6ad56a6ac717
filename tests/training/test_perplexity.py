"""Perplexity is defined once: every predicted token counts once, and how a text is cut changes nothing."""

import math

import numpy as np
import pytest

from zerokara.models import LanguageModel
from zerokara.training import evaluate_text, log_probabilities, perplexity
from zerokara.training.perplexity import from_loss

IDS = np.random.default_rng(0).integers(0, 7, 61)


def test_by_definition() -> None:
    assert perplexity(np.log(np.full(10, 1 / 88))) == pytest.approx(88)
    assert perplexity(np.zeros(3)) == 1
    assert perplexity([0.0, -np.inf]) == math.inf
    assert perplexity(np.log([0.5, 0.125])) == pytest.approx(4)  # the geometric mean, not the mean of 2 and 8
    assert from_loss(1.2346677671863497) == pytest.approx(3.437236, abs=1e-6)
    assert from_loss(1e9) == math.inf


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_window_changes_nothing(cell: str) -> None:
    model = LanguageModel(7, 4, 5, cell=cell, num_layers=2, dropout=0.5, dtype=np.float64)
    whole = evaluate_text(model, IDS)
    for window in (1, 7, 60, 59, 1000):
        assert evaluate_text(model, IDS, window=window) == pytest.approx(whole, rel=1e-12)
    assert model.training  # it is in the mode that it was in


def test_every_token_is_the_softmax_of_its_scores() -> None:
    model = LanguageModel(7, 4, 5, cell="lstm", dtype=np.float64)
    logs, state = log_probabilities(model, IDS, window=9)
    assert logs.shape == (60,)
    scores, _ = model(IDS[None, :-1])
    p = np.exp(scores.data[0]) / np.exp(scores.data[0]).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(logs, np.log(p[np.arange(60), IDS[1:]]), rtol=1e-10)
    more, _ = log_probabilities(model, [IDS[-1], 3, 1], state=state)  # the text goes on
    joined, _ = log_probabilities(model, np.concatenate([IDS, [3, 1]]))
    np.testing.assert_allclose(more, joined[-2:], rtol=1e-10)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: perplexity([]), "there are none"),
        (lambda: perplexity([np.nan]), "at most 0; got up to nan"),
        (lambda: perplexity([0.5]), "at most 0; got up to 0.5"),
        (lambda: evaluate_text(LanguageModel(7, 2, 2), [1]), "two tokens or more"),
        (lambda: evaluate_text(LanguageModel(7, 2, 2), IDS, window=0), "at least 1"),
        (
            lambda: evaluate_text(LanguageModel(7, 2, 2), [1, 9]),
            "scores 7 tokens, 0 to 6; the text has the numbers 9 to 9",
        ),
    ],
)
def test_what_cannot_be_is_said(make, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=says):
        make()
