"""The language model: its size, its state, its tied weights; a text read in windows is the text read at once."""

from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara.models import LanguageModel, count_parameters
from zerokara.models.language import CELLS, detached

WORDS = np.random.default_rng(0).integers(0, 7, (3, 12))


def model(cell: str = "lstm", **settings: Any) -> LanguageModel:
    return LanguageModel(7, 4, 5, cell=cell, rng=zk.generator(1), **settings)


def test_the_books_count() -> None:
    """88·32 + 64·(32 + 64 + 2) + 88·65 = 14,808; tied weights of the book's 2×650 save V·D: 19,775,200 → 13,275,200."""
    assert count_parameters(LanguageModel(88, 32, 64, cell="rnn")) == 14_808
    sizes = {tied: _book(tied) for tied in (False, True)}
    assert sizes == {False: 19_775_200, True: 13_275_200}


def _book(tied: bool) -> int:
    """The book has one bias a layer where we have two: 4H less a layer."""
    net = LanguageModel(10_000, 650, 650, num_layers=2, tied=tied)
    return count_parameters(net) - 2 * 4 * 650


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
def test_the_state_carries_a_text_across_windows(cell: str, layers: int) -> None:
    net = model(cell, num_layers=layers)
    with zk.no_grad():
        whole, last = net(WORDS)
        state: Any = None
        parts = []
        for begin in (0, 5, 6):
            scores, state = net(WORDS[:, begin : {0: 5, 5: 6, 6: 12}[begin]], state)
            parts.append(scores.data)
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole.data, atol=1e-5)
    pairs = zip(*((s if isinstance(s, tuple) else (s,)) for s in (state, last)), strict=True)
    for a, b in pairs:
        np.testing.assert_allclose(a.data, b.data, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_the_loss_cuts_the_gradient_and_not_the_state(cell: str) -> None:
    net = model(cell)
    loss, state = net.loss(WORDS[:, :-1], WORDS[:, 1:])
    with zk.no_grad():
        scores = net(WORDS[:, :-1])[0].data.astype(np.float64)
    logs = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
    expected = -np.mean(np.take_along_axis(logs, WORDS[:, 1:, None], -1))
    assert loss.item() == pytest.approx(expected, abs=1e-5)
    assert not any(part.requires_grad for part in (state if isinstance(state, tuple) else (state,)))
    assert detached(None) is None


def test_tied_weights_are_one_parameter() -> None:
    net = LanguageModel(7, 5, 5, tied=True)
    assert net.score.weight is net.embedding.weight
    assert [name for name, _ in net.named_parameters()].count("embedding.weight") == 1
    x = np.array([[1, 2]])
    net.loss(x, np.array([[2, 3]]))[0].backward()
    grad = net.embedding.weight.grad
    assert grad is not None
    assert np.abs(grad[6]).sum() > 0  # as part of the last layer every word learns, not the two that were read
    with pytest.raises(ValueError, match="so D = H; got D 4, H 5"):
        model(tied=True)


def test_equal_numbers_are_not_a_tie() -> None:
    """Tying is being one parameter: two that happen to hold the same numbers have gradients of their own."""
    net = LanguageModel(7, 5, 5)
    net.score.weight.data[...] = net.embedding.weight.data
    assert count_parameters(net) == count_parameters(LanguageModel(7, 5, 5, tied=True)) + 7 * 5
    net.loss(np.array([[1, 2]]), np.array([[2, 3]]))[0].backward()
    read, said = net.embedding.weight.grad, net.score.weight.grad
    assert read is not None
    assert said is not None
    assert not read[6].any()  # never read
    assert said[6].any()


def test_dropout_is_for_learning_only() -> None:
    net = model(dropout=0.5)
    one, other = (net(WORDS)[0].data for _ in range(2))
    assert np.abs(one - other).max() > 0
    net.eval()
    one, other = (net(WORDS)[0].data for _ in range(2))
    assert np.array_equal(one, other)


def test_an_unknown_cell_is_answered() -> None:
    with pytest.raises(ValueError, match="cell"):
        model("lstn")
