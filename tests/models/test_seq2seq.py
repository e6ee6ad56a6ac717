"""Encoder and decoder: formulas written out give the same numbers, and a batch is its questions one by one."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zerokara as zk
from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import gradients
from zerokara.models import Seq2Seq, count_parameters
from zerokara.models.seq2seq import DECODERS

V, D, H = 13, 5, 7
CASES = list(product(DECODERS, (True, False)))


def made(decoder: str = "plain", **options: Any) -> Seq2Seq:
    net = Seq2Seq(V, D, H, decoder=decoder, rng=np.random.default_rng(1), dtype=np.float64, **options)
    for p in net.parameters():  # embeddings as large as the rest, so that every symbol matters
        p.write()[...] = np.random.default_rng(p.size).normal(0, 0.6, p.shape)
    return net


def asked(N: int = 4, S: int = 6, T: int = 3, seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    return rng.integers(1, V, (N, S)), rng.integers(1, V, (N, T))


# ── the formulas by hand ─────────────────────────────────────────────────────────────────────────────────────────────


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def lstm(w: dict[str, Array], x: Array, h: Array, c: Array) -> tuple[Array, Array, Array]:
    """One question: x (T, I) → h of every step, and the last h and c."""
    rows = []
    for x_t in x:
        a = w["weight_ih_l0"] @ x_t + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"]
        i, f, g, o = np.split(a, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        rows.append(h)
    return np.array(rows), h, c


def by_hand(net: Seq2Seq, decoder: str, x: Array, y: Array) -> tuple[Array, Array | None]:
    """The scores (T, V) of one question, and where it looked (T, S)."""
    w = net.state_dict()
    part = {
        name: {k.rpartition(".")[2]: v for k, v in w.items() if k.startswith(f"{name}.rnn")}
        for name in ("encoder", "decoder")
    }
    zero = np.zeros(H)
    hs, h, c = lstm(part["encoder"], w["encoder.embedding.weight"][x], zero, zero)
    told = w["decoder.embedding.weight"][y]
    if decoder == "peeky":
        told = np.hstack([np.tile(h, (len(y), 1)), told])
    out = lstm(part["decoder"], told, h, c if net.carry_cell else zero)[0]
    looked = None
    if decoder == "attention":
        e = np.exp(out @ hs.T)
        looked = e / e.sum(axis=1, keepdims=True)
        out = np.hstack([looked @ hs, out])
    if decoder == "peeky":
        out = np.hstack([np.tile(h, (len(y), 1)), out])
    return out @ w["decoder.score.weight"].T + w["decoder.score.bias"], looked


@pytest.mark.parametrize(("decoder", "carry"), CASES)
def test_its_scores_are_those_of_the_formulas(decoder: str, carry: bool) -> None:
    """Also whether the cell is handed over whole or dropped, as the book's code does."""
    net, (x, y) = made(decoder, carry_cell=carry), asked()
    scores = net(x, y).data
    for n in range(len(x)):
        expected, looked = by_hand(net, decoder, x[n], y[n])
        np.testing.assert_allclose(scores[n], expected, rtol=1e-10)
        if looked is not None:
            np.testing.assert_allclose(net.attention(x, y).data[n], looked, rtol=1e-10)


def test_the_cell_makes_a_difference() -> None:
    x, y = asked()
    assert np.abs(made(carry_cell=True)(x, y).data - made(carry_cell=False)(x, y).data).max() > 1e-3


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("decoder", DECODERS)
def test_its_gradients_are_those_of_differences(decoder: str, cell: str) -> None:
    net, (x, y) = made(decoder, cell=cell), asked(2, 4)
    parameters = list(net.parameters())
    pulled = gradients(F.cross_entropy(net(x, y).reshape(-1, V), y.reshape(-1)), parameters)
    rng, h = np.random.default_rng(3), 1e-6
    directions = [rng.normal(size=p.shape) for p in parameters]

    def loss(step: float) -> float:
        for p, u in zip(parameters, directions, strict=True):
            p.write()[...] += step * u
        return float(F.cross_entropy(net(x, y).reshape(-1, V), y.reshape(-1)).item())

    numerical = (loss(h) - loss(-2 * h)) / (2 * h)
    assert sum(float(np.sum(g * u)) for g, u in zip(pulled, directions, strict=True)) == pytest.approx(numerical, 1e-6)


# ── all at once, one by one, step by step ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize(("decoder", "carry"), CASES)
def test_a_whole_answer_equals_its_steps(decoder: str, carry: bool, cell: str) -> None:
    net, (x, y) = made(decoder, carry_cell=carry, cell=cell), asked()
    encoded = net.encode(x)
    state, steps = net.start(encoded), []
    for t in range(y.shape[1]):
        scores, state = net.decoder.forward(y[:, t : t + 1], state, encoded)
        steps.append(scores.data)
    np.testing.assert_allclose(np.concatenate(steps, axis=1), net(x, y).data, rtol=1e-10)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(CASES), st.integers(1, 6), st.integers(1, 5))
def test_all_questions_at_once_are_answered_like_each_alone(seed: int, case: tuple[str, bool], N: int, S: int) -> None:
    net, (x, _) = made(case[0], carry_cell=case[1], padding_idx=0), asked(N, S, seed=seed)
    lengths = np.random.default_rng(seed).integers(1, S + 1, N)
    x[np.arange(S) >= lengths[:, None]] = 0
    together = net.generate(x, start=1, steps=5)
    alone = [net.generate(x[n : n + 1, : lengths[n]], start=1, steps=5)[0] for n in range(N)]
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize(("decoder", "carry"), CASES)
def test_padding_changes_no_score_and_no_gradient(decoder: str, carry: bool) -> None:
    net, (x, y) = made(decoder, carry_cell=carry, padding_idx=0), asked(3, 6)
    lengths = (6, 3, 1)
    x[np.arange(6) >= np.array(lengths)[:, None]] = 0
    parameters = list(net.parameters())
    together = gradients(net(x, y).sum(), parameters)
    alone = [gradients(net(x[n : n + 1, :k], y[n : n + 1]).sum(), parameters) for n, k in enumerate(lengths)]
    for g, *parts in zip(together, *alone, strict=True):
        np.testing.assert_allclose(g, sum(parts), atol=1e-10)
    for n, k in enumerate(lengths):
        np.testing.assert_allclose(net(x, y).data[n], net(x[n : n + 1, :k], y[n : n + 1]).data[0], atol=1e-10)


def test_it_looks_at_no_padding_and_a_row_with_nothing_to_see_is_0() -> None:
    net, (x, y) = made("attention", padding_idx=0), asked(2)
    x[0, 2:], x[1, :] = 0, 0
    weights = net.attention(x, y).data
    np.testing.assert_allclose(weights[0].sum(axis=1), 1)
    assert (weights[0, :, 2:] == 0).all()
    assert (weights[1] == 0).all()
    assert np.isfinite(net(x, y).data).all()


def test_what_is_generated_is_what_has_the_highest_score_in_the_whole_answer() -> None:
    """Fed with its own answer, the network finds every symbol of it most likely."""
    net, (x, _) = made("attention"), asked()
    said = net.generate(x, start=3, steps=6)
    scores = net(x, np.hstack([np.full((len(x), 1), 3), said[:, :-1]])).data
    np.testing.assert_array_equal(scores.argmax(axis=2), said)


def test_behind_a_stop_there_are_only_stops() -> None:
    net, (x, _) = made(), asked(20)
    free = net.generate(x, start=1, steps=8)
    stop = int(free[0, 2])
    said = net.generate(x, start=1, steps=8, stop=stop)
    for row, plain in zip(said, free, strict=True):
        end = (*np.flatnonzero(plain == stop), 8)[0]
        np.testing.assert_array_equal(row[: end + 1], plain[: end + 1])
        assert (row[end:] == stop).all()


# ── sizes, recording, errors ─────────────────────────────────────────────────────────────────────────────────────────


def test_it_has_as_many_parameters_as_the_books_and_a_second_bias_in_each_lstm() -> None:
    """The book counts 150,573 and 217,773; PyTorch's layers, and so ours, have two bias vectors of 4·128 each."""
    assert count_parameters(Seq2Seq(13, 16, 128)) == 150_573 + 2 * 512
    assert count_parameters(Seq2Seq(13, 16, 128, decoder="peeky")) == 217_773 + 2 * 512


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("padding", [None, 0])
def test_a_recorded_step_gives_the_numbers_of_the_written_one(decoder: str, padding: int | None) -> None:
    ends = []
    for record in (False, True):
        net = made(decoder, padding_idx=padding)
        optimizer = zk.optim.Adam(net, lr=0.01)

        def step(x: Array, y: Array, following: Array, net: Any = net, optimizer: Any = optimizer) -> Any:
            loss = F.cross_entropy(net(x, y).reshape(-1, V), following)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        run = zk.capture(step) if record else step
        losses = []
        for k in range(3):
            x, y = asked(seed=k)
            x[: k + 1, 4:] = 0
            losses.append(run(x, y, y.reshape(-1)).item())
        ends.append([*losses, *np.concatenate([p.data.ravel() for p in net.parameters()])])
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-9, atol=1e-12)


def test_what_cannot_be_is_refused_in_words() -> None:
    net, (x, y) = made(), asked()
    with pytest.raises(ValueError, match="every question has one answer; got 4 questions and 3 answers"):
        net(x, y[:3])
    with pytest.raises(ValueError, match=r"sequences of symbols \(N, T\)"):
        net.generate(x[0], start=1, steps=2)
    with pytest.raises(ValueError, match="start is a symbol from 0 to 12; got 13"):
        net.generate(x, start=13, steps=2)
    with pytest.raises(ValueError, match="at least one step"):
        net.generate(x, start=1, steps=0)
    with pytest.raises(ValueError, match="looks nowhere"):
        net.attention(x, y)
    with pytest.raises(ValueError, match="rows 0 to 12"):
        net.generate(x + 12, start=1, steps=2)
    with pytest.raises(ValueError, match="no decoder 'peek'"):
        Seq2Seq(V, decoder="peek")
    with pytest.raises(ValueError, match="no cell 'lst'"):
        Seq2Seq(V, cell="lst")
    x[0, 1] = 0
    with pytest.raises(ValueError, match="padding stands at the end"):
        made(padding_idx=0)(x, y)


def test_a_network_that_left_the_numbers_says_so() -> None:
    net, (x, _) = made(), asked()
    net.decoder.score.weight.write()[...] = np.nan
    with pytest.raises(ValueError, match="not numbers"):
        net.generate(x, start=1, steps=2)
