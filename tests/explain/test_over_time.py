"""How far back a gradient reaches, and what units follow."""

import numpy as np
import pytest

import zerokara as zk
from zerokara import explain, nn
from zerokara.models import LanguageModel
from zerokara.report import coloured_text


def test_the_reach_is_that_of_the_jacobian_written_out() -> None:
    """h_T = W·h_{T−1} where tanh is straight: a step back multiplies the gradient by W."""
    layer = nn.RNN(2, 2, bias=False, dtype=np.float64)
    layer.weight_ih_l0.data[...] = np.eye(2)
    layer.weight_hh_l0.data[...] = 0.5 * np.eye(2)
    reach = explain.gradient_by_step(layer, np.zeros((6, 2)))
    np.testing.assert_allclose(reach.norms, np.sqrt(2) * 0.5 ** np.arange(5, -1, -1), rtol=1e-12)
    assert reach.factor == pytest.approx(0.5)


@pytest.mark.parametrize("make", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("batch_first", [False, True])
def test_a_batch_reaches_as_its_sequences_together(make: type, batch_first: bool) -> None:
    layer = make(2, 3, batch_first=batch_first, dtype=np.float64, rng=zk.generator(0))
    x = zk.generator(1).standard_normal((3, 5, 2))
    whole = explain.gradient_by_step(layer, x if batch_first else x.swapaxes(0, 1)).norms
    each = [explain.gradient_by_step(layer, row).norms for row in x]
    np.testing.assert_allclose(whole, np.linalg.norm(each, axis=0), rtol=1e-12)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_gradient_by_token_is_the_slope_of_the_score(cell: str) -> None:
    """Moving the embedding of one token along its gradient changes the score by the square of the norm."""
    model = LanguageModel(7, 3, 4, cell=cell, rng=zk.generator(2), dtype=np.float64)
    ids = [1, 4, 2, 6]
    norms = explain.gradient_by_token(model, ids, 3).norms

    def score(words: np.ndarray) -> float:
        return float(model.score(model.rnn(zk.tensor(words[None]))[0][:, -1]).data[0, 3])

    words = model.embedding.weight.data[ids]
    slopes = zk.numerical_gradient(score, words)
    np.testing.assert_allclose(norms, np.linalg.norm(slopes, axis=1), rtol=1e-5)
    assert explain.gradient_by_token(model, ids).norms.shape == (4,)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_units_hold_what_the_layer_says_and_the_best_follower_is_found(cell: str) -> None:
    model = LanguageModel(7, 3, 4, cell=cell, rng=zk.generator(3))
    ids = np.array([1, 4, 2, 6, 0])
    found = explain.follow_units(model, ids)
    assert (found.of, found.values.shape) == ("c" if cell == "lstm" else "h", (5, 4))
    with zk.no_grad():
        _, state = model(ids[None])
    last = state[1] if cell == "lstm" else state
    np.testing.assert_allclose(found.values[-1], last.data[-1, 0], atol=1e-6)
    unit, correlation = found.most(-3 * found.values[:, 2] + 1)
    assert unit == 2
    assert correlation == pytest.approx(-1)


def test_what_cannot_be_is_said() -> None:
    model = LanguageModel(7, 3, 4)
    for call, sentence in (
        (lambda: explain.gradient_by_step(nn.Linear(2, 2), np.ones((3, 2))), "expects an nn.RNN, nn.LSTM or nn.GRU"),
        (lambda: explain.follow_units(nn.Linear(2, 2), [1]), "Linear has no embedding and no rnn and no score"),
        (lambda: explain.follow_units(model, []), "at least one token"),
        (lambda: explain.gradient_by_token(model, [1], 9), "target is a token from 0 to 6; got 9"),
        (lambda: explain.follow_units(model, [1, 2]).most([1]), "one number for each of the 2 tokens"),
        (lambda: coloured_text("", ["a"], [1, 2], "c"), "a value for each of the 1 tokens; got 2"),
    ):
        with pytest.raises((TypeError, ValueError), match=sentence):
            call()


def test_a_coloured_text_tells_its_numbers() -> None:
    figure = coloured_text("Unit 3", ["the", "<king>", "sees"], [0.0, -2.0, 1.0], "c", lang="ja")
    html = str(figure.html("ja"))
    assert "&lt;king&gt;" in html
    assert "var(--warm) 45%" in html
    assert "var(--accent) 22%" in html
    assert "3 個のトークン" in figure.words
    assert "−2" in figure.words
