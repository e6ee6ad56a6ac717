"""Negative sampling: the loss by hand and by PyTorch, exact for any score."""

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F

H = np.random.default_rng(1).standard_normal((6, 3))
W = np.random.default_rng(2).standard_normal((9, 3))
WORDS = np.array([[0, 4, 4, 1], [8, 2, 3, 0], [1, 1, 5, 6], [7, 0, 8, 8], [2, 3, 4, 5], [0, 8, 0, 1]])


def test_the_loss_is_that_of_one_choice_of_two_after_another() -> None:
    total = 0.0
    for h, row in zip(H, WORDS, strict=True):
        for k, word in enumerate(row):
            p = 1 / (1 + np.exp(-h @ W[word]))
            total -= np.log(p if k == 0 else 1 - p)
    assert F.negative_sampling_loss(H, W, WORDS, reduction="sum").item() == pytest.approx(total, rel=1e-12)
    assert F.negative_sampling_loss(H, W, WORDS).item() == pytest.approx(total / 6, rel=1e-12)
    assert F.negative_sampling_loss(H, W, WORDS, reduction="none").shape == (6,)


def test_zero_vectors_cost_a_coin_a_word() -> None:
    loss = F.negative_sampling_loss(np.zeros((5, 4)), np.zeros((7, 4)), np.zeros((5, 6), int))
    assert loss.item() == pytest.approx(6 * np.log(2))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("score", [1000.0, -1000.0])
def test_it_is_exact_for_any_score(score: float, dtype: type) -> None:
    h, w = zk.Tensor(np.array([[score]], dtype), requires_grad=True), np.ones((2, 1), dtype)
    loss = F.negative_sampling_loss(h, w, np.array([[0, 1]]))  # right and wrong at once: |score| either way
    assert loss.item() == 1000
    assert loss.dtype == dtype
    (g,) = zk.gradients(loss, [h])
    assert g.item() == np.sign(score)


def test_as_pytorch() -> None:
    torch = pytest.importorskip("torch")
    h, w = (zk.Tensor(x, requires_grad=True) for x in (H, W))
    grads = zk.gradients(F.negative_sampling_loss(h, w, WORDS), [h, w])
    th, tw = (torch.tensor(x, requires_grad=True) for x in (H, W))
    scores = (tw[torch.tensor(WORDS)] @ th[:, :, None])[..., 0]
    target = torch.zeros_like(scores)
    target[:, 0] = 1
    loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, target, reduction="sum") / len(H)
    loss.backward()
    np.testing.assert_allclose(grads[0], th.grad.numpy(), rtol=1e-12)
    np.testing.assert_allclose(grads[1], tw.grad.numpy(), rtol=1e-12, atol=1e-15)


def test_a_recorded_step_learns_the_same() -> None:
    results = []
    for recorded in (False, True):
        w = zk.nn.Parameter(W.astype(np.float32))
        optimizer = zk.optim.SGD([w], lr=0.1)

        def step(h, words, w=w, optimizer=optimizer):  # type: ignore[no-untyped-def]
            loss = F.negative_sampling_loss(h, w, words)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        run = zk.capture(step) if recorded else step
        for shift in range(3):
            loss = run(zk.Tensor(H.astype(np.float32)), (WORDS + shift) % 9)
        results.append((loss.item(), w.data.copy()))
    assert results[0][0] == pytest.approx(results[1][0], rel=1e-6)
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("h", "w", "words", "says"),
    [
        (H, W, WORDS[:3], r"words \(N, K\)"),
        (H, W[:, :2], WORDS, "expects h"),
        (H, W, WORDS[:, :0], "K ≥ 1"),
        (H, W, WORDS + 1, "rows 0 to 8; got 1 to 9"),
        (H, W, WORDS.astype(float), "whole numbers"),
    ],
)
def test_what_does_not_fit_is_said(h: np.ndarray, w: np.ndarray, words: np.ndarray, says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        F.negative_sampling_loss(h, w, words)
