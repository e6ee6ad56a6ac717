"""Rows of a large table: the same numbers as with the whole gradient, and memory by the rows that are asked for."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F
from zerokara import optim

WORDS = np.random.default_rng(0).integers(0, 12, (6, 2, 3))  # 12 of 20 rows are ever asked for
TARGET = np.random.default_rng(1).standard_normal((2, 3, 4))


def table() -> zk.nn.Parameter:
    return zk.nn.Parameter(np.random.default_rng(2).standard_normal((20, 4)))


def by_rows(make: Callable[..., optim.Optimizer], **settings: float) -> tuple[np.ndarray, optim.Rows]:
    w = table()
    rows = optim.Rows(w, make([w], **settings))
    for ids in WORDS:
        part, places = rows.take(ids)
        F.mse_loss(F.embedding(places, part), TARGET, reduction="sum").backward()
        rows.step()
    return w.data, rows


@pytest.mark.parametrize("make", [optim.SGD, optim.AdaGrad])
def test_methods_without_a_memory_of_their_own_are_the_same(make: Callable[..., optim.Optimizer]) -> None:
    w = table()
    optimizer = make([w], lr=0.05)
    for ids in WORDS:
        optimizer.zero_grad()
        F.mse_loss(F.embedding(ids, w), TARGET, reduction="sum").backward()
        optimizer.step()
    np.testing.assert_allclose(by_rows(make, lr=0.05)[0], w.data, rtol=1e-12)


def test_adam_is_pytorchs_sparse_adam() -> None:
    torch = pytest.importorskip("torch")
    layer = torch.nn.Embedding(20, 4, sparse=True, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(table().data))
    optimizer = torch.optim.SparseAdam(layer.parameters(), lr=0.05, eps=1e-30)
    for ids in WORDS:
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(layer(torch.tensor(ids)), torch.tensor(TARGET), reduction="sum").backward()
        optimizer.step()
    got, rows = by_rows(optim.Adam, lr=0.05, eps=1e-30)  # its ε stands before the correction
    np.testing.assert_allclose(got, layer.weight.detach().numpy(), rtol=1e-9)
    assert int(rows.state["step"]) == len(WORDS)
    np.testing.assert_array_equal(got[12:], table().data[12:])  # never asked for, never touched


def test_a_step_of_word2vec_costs_the_words_of_the_batch_not_of_the_language() -> None:
    """V = 100,000 words of D = 100: a dense gradient alone would be 40 MB, with Adam's step three times that."""
    words = np.random.default_rng(0).integers(0, 100_000, (100, 6))
    w = zk.nn.Parameter(np.zeros((100_000, 100), np.float32))
    rows = optim.Rows(w, optim.Adam([w], lr=0.01))
    h = zk.Tensor(np.ones((100, 100), np.float32), requires_grad=True)

    def step() -> None:
        part, places = rows.take(words)
        F.negative_sampling_loss(h, part, places).backward()
        rows.step()

    step()
    tracemalloc.start()
    step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4e6


def test_what_cannot_be_lent_is_said() -> None:
    w = table()
    rows = optim.Rows(w, optim.SGD([w]))
    with pytest.raises(ValueError, match="whole numbers, 0 to 19"):
        rows.take([20])
    with pytest.raises(ValueError, match="whole numbers"):
        rows.take([0.5])
    with pytest.raises(RuntimeError, match="take some first"):
        rows.step()
    with pytest.raises(ValueError, match="other parameters"):
        optim.Rows(w, optim.SGD([table()]))
    with pytest.raises(ValueError, match=r"table \(V, D\)"):
        optim.Rows(zk.nn.Parameter(np.zeros(3)), optim.SGD([w]))
    before = w.data.copy()
    rows.take([1, 2])
    rows.step()  # no gradient: nothing happens
    np.testing.assert_array_equal(w.data, before)
