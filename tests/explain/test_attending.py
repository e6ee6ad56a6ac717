"""Maps of attention: the weights with which the network computed, each row named, and nothing of the model changed."""

import numpy as np
import pytest

import zerokara as zk
from zerokara import explain, nn
from zerokara.models import Seq2Seq

NAMES = [*"_0123456789-/", " "]


def net() -> Seq2Seq:
    return Seq2Seq(len(NAMES), 6, 8, decoder="attention", rng=np.random.default_rng(0))


def test_a_row_is_named_by_the_symbol_that_is_written_after_looking() -> None:
    model, question, answer = net(), [3, 12, 4, 13], [0, 2, 5, 6]
    seen = explain.looks_at(model, question, answer, NAMES)
    assert seen.rows == ("1", "4", "5")
    assert seen.columns == ("2", "/", "3", " ")
    np.testing.assert_array_equal(seen.weights, model.attention(np.array([question]), np.array([answer[:-1]])).data[0])
    np.testing.assert_array_equal(seen.most, seen.weights.argmax(axis=1))
    np.testing.assert_allclose(seen.weights.sum(axis=1), 1, rtol=1e-6)


def test_a_map_shows_itself() -> None:
    seen = explain.looks_at(net(), [3, 12, 4, 13], [0, 2, 5, 6], NAMES)
    assert "␣" in seen.figure("map", row_name="written", column_name="read").content
    assert "<svg" in seen._repr_html_()


@pytest.mark.parametrize("norm_first", [True, False])
def test_heads_are_those_with_which_the_layer_computes(norm_first: bool) -> None:
    layer = nn.TransformerEncoderLayer(
        8, 2, 16, dropout=0.5, batch_first=True, norm_first=norm_first, rng=np.random.default_rng(0)
    )
    x = zk.tensor(np.random.default_rng(1).normal(size=(1, 5, 8)).astype(np.float32))
    (name, seen), *others = explain.heads(layer, x, rows=list("abcde")).items()
    assert (name, others) == ("self_attn", [])
    assert seen.weights.shape == (2, 5, 5)
    at = layer.norm1(x) if norm_first else x
    expected = layer.self_attn.eval()(at, at, at, average_attn_weights=False)[1].data[0]
    np.testing.assert_allclose(seen.weights, expected, rtol=1e-6)
    assert layer.training  # as it was
    assert "forward" not in vars(layer.self_attn)
    layer.eval()
    np.testing.assert_array_equal(layer(x).data, layer(x).data)


def test_what_does_not_fit_is_refused_in_words() -> None:
    model, x = net(), zk.tensor(np.zeros((1, 5, 8), np.float32))
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    with pytest.raises(ValueError, match=r"no attention looks from 4 words at 4; the model has \(5, 5\)"):
        explain.heads(layer, x, rows=list("abcd"))
    with pytest.raises(ValueError, match="no attention at all"):
        explain.heads(nn.Linear(8, 2), x, rows=list("abcde"))
    with pytest.raises(ValueError, match="one sequence; got a batch of 3"):
        explain.heads(layer, zk.tensor(np.zeros((3, 5, 8), np.float32)), rows=list("abcde"))
    with pytest.raises(ValueError, match="answer is one sequence of at least 2"):
        explain.looks_at(model, [1, 2], [0], NAMES)
    with pytest.raises(ValueError, match="question has symbols from 0 to 13; got 1 to 14"):
        explain.looks_at(model, [1, 14], [0, 1], NAMES)
    with pytest.raises(ValueError, match=r"needs weights \(…, 2, 3\); got \(3, 2\)"):
        explain.AttentionMap(np.ones((3, 2)), ("a", "b"), ("x", "y", "z"))
