"""Losses: how wrong is the answer? Each is a mean over the batch, unless another `reduction` is asked for."""

import math
from typing import Any

import numpy as np

from zerokara import rules
from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.classes import expect_classes
from zerokara.functional.shared import Like, fractional, reduced, same_shape
from zerokara.kernels import tracing
from zerokara.kernels.tracing import as_array


def squared_error(y: Like, t: Like) -> Tensor:
    """The book's ½ Σ (y − t)²: a sum, so it grows with the batch"""
    y = fractional(y)
    t = same_shape("squared_error", y, t)
    return apply(rules.squared_error, y, t)


def mse_loss(y: Like, t: Like, reduction: str = "mean") -> Tensor:
    """(y − t)², its mean by default"""
    y = fractional(y)
    d = y - same_shape("mse_loss", y, t)
    return reduced(d * d, reduction)


def l1_loss(y: Like, t: Like, reduction: str = "mean") -> Tensor:
    """|y − t|, its mean by default"""
    y = fractional(y)
    return reduced((y - same_shape("l1_loss", y, t)).abs(), reduction)


def huber_loss(y: Like, t: Like, reduction: str = "mean", delta: float = 1.0) -> Tensor:
    """½(y − t)² where |y − t| ≤ δ, else δ·(|y − t| − ½δ)"""
    y = fractional(y)
    if not delta > 0:
        raise ValueError(
            f"huber_loss expects delta above 0; got {short(delta)}: l1_loss is what remains without the square"
        )
    return reduced(apply(rules.huber_loss, y, same_shape("huber_loss", y, t), delta=float(delta)), reduction)


def smooth_l1_loss(y: Like, t: Like, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """½(y − t)²/β where |y − t| ≤ β, else |y − t| − ½β: the Huber loss divided by β; with β = 0, |y − t|"""
    y = fractional(y)
    target = same_shape("smooth_l1_loss", y, t)
    if not beta >= 0:
        raise ValueError(f"smooth_l1_loss expects beta of at least 0; got {short(beta)}")
    if beta == 0:
        return l1_loss(y, target, reduction)
    return reduced(apply(rules.huber_loss, y, target, delta=float(beta)) / float(beta), reduction)


def cross_entropy(
    scores: Like,
    target: Like,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
    *,
    weight: Like | None = None,
    ignore_index: int | None = None,
) -> Tensor:
    """−ln softmax(scores) at the target.

    Scores (N, K); target either labels (N,) of integers or one-hot rows / probabilities (N, K). With `label_smoothing`
    ε the target becomes (1 − ε)·target + ε/K. Labels and one-hot rows give the same loss and gradient. Scores of
    pictures (N, K, H, W) have labels (N, H, W), a loss for every pixel.

    `weight` (K,) says how much each class counts: a sample's loss is multiplied by the weight of its label, and the
    mean divides by the sum of these weights (for targets that are probabilities: by N, as in PyTorch). Samples with
    the label `ignore_index` do not count at all: their scores are not read, and where all are such, loss and gradient
    are 0 (PyTorch gives 0/0, NaN). There is no default for it: a label of −100 is an error unless you say that it is
    meant to be left out.
    """
    scores = fractional(scores)
    if scores.ndim < 2:
        raise ValueError(f"cross_entropy expects (N, K) scores; got {scores.shape}: {_as_batch('scores')}")
    if not isinstance(label_smoothing, int | float | np.number):
        raise TypeError("cross_entropy: label_smoothing is a number; the weights of the classes are given as weight=…")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing lies between 0 and 1; got {label_smoothing}")
    weights = _class_weights("cross_entropy", weight, scores)
    t = target if isinstance(target, Tensor) else as_array(target)
    if t.ndim == scores.ndim:
        if ignore_index is not None:
            raise ValueError("cross_entropy: ignore_index names a label; targets that are probabilities have none")
        t = _rows(same_shape("cross_entropy", scores, t))
        if label_smoothing:
            t = t * (1 - label_smoothing) + label_smoothing / scores.shape[1]
        if weights is not None:
            t = t * weights
        losses = apply(rules.soft_target_cross_entropy, _rows(scores), t)
        return reduced(_as_pictures(losses, scores), reduction)
    labels, kept = _labels("cross_entropy", scores, as_array(t), ignore_index)
    rows = _counted(_rows(scores), kept)
    losses = apply(rules.cross_entropy, rows, labels=labels)
    if weights is not None:
        losses = losses * weights[labels]
    if label_smoothing:
        logs = apply(rules.log_softmax, rows, axis=1)
        logs = logs if weights is None else logs * weights
        losses = losses * (1 - label_smoothing) - logs.mean(axis=1) * label_smoothing
    return _judged(losses, labels, kept, weights, scores, reduction)


def nll_loss(
    log_probabilities: Like,
    target: Like,
    weight: Like | None = None,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> Tensor:
    """−log_probabilities at the target: cross-entropy behind a `log_softmax`

    Shapes, `weight` and `ignore_index` as in `cross_entropy`, which takes the scores and is more exact.
    """
    logs = fractional(log_probabilities)
    if logs.ndim < 2:
        raise ValueError(
            f"nll_loss expects (N, K) logarithms of probabilities; got {logs.shape}: {_as_batch('log_probabilities')}"
        )
    weights = _class_weights("nll_loss", weight, logs)
    labels, kept = _labels("nll_loss", logs, as_array(target), ignore_index)
    rows = _counted(_rows(logs), kept)
    losses = -apply(rules.getitem, rows, index=(np.arange(rows.shape[0]), labels))
    if weights is not None:
        losses = losses * weights[labels]
    return _judged(losses, labels, kept, weights, logs, reduction)


def binary_cross_entropy(p: Like, target: Like, weight: Like | None = None, reduction: str = "mean") -> Tensor:
    """−t·ln p − (1 − t)·ln(1 − p) for probabilities p from 0 to 1; no answer costs more than 100

    From scores, `binary_cross_entropy_with_logits` is exact for any of them. `weight` multiplies the losses.
    """
    p = fractional(p)
    t = same_shape("binary_cross_entropy", p, target)
    tracing.look(_expect_probabilities, p._data)
    losses = apply(rules.binary_cross_entropy, p, t)
    return reduced(losses if weight is None else _weighted(losses, weight), reduction)


def binary_cross_entropy_with_logits(
    scores: Like,
    target: Like,
    reduction: str = "mean",
    *,
    weight: Like | None = None,
    pos_weight: Like | None = None,
) -> Tensor:
    """−t·ln σ(s) − (1 − t)·ln(1 − σ(s)), from the scores themselves

    `weight` multiplies the losses; `pos_weight` the part of them that belongs to t = 1, for classes that are rare:
    −p·t·ln σ(s) − (1 − t)·ln(1 − σ(s)). Both have a shape that fits that of the scores.
    """
    scores = fractional(scores)
    t = same_shape("binary_cross_entropy_with_logits", scores, target)
    if pos_weight is None:
        losses = apply(rules.binary_cross_entropy_with_logits, scores, t)
    else:  # the loss is the sum of its parts at t = 1 and at t = 0
        ones, zeros = (np.broadcast_to(scores.dtype.type(value), scores.shape) for value in (1, 0))
        right, wrong = (apply(rules.binary_cross_entropy_with_logits, scores, fixed) for fixed in (ones, zeros))
        losses = _weighted(right * t, pos_weight) + wrong * (1 - t)
    return reduced(losses if weight is None else _weighted(losses, weight), reduction)


def kl_div(log_q: Like, target: Like, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """t·(ln t − log_q): how far the distribution q is from t; `reduction="batchmean"` gives the divergence per sample

    `log_q` holds logarithms, the target probabilities (or with `log_target` their logarithms too). t = 0 costs nothing.
    """
    log_q = fractional(log_q)
    t = same_shape("kl_div", log_q, target)
    if log_target:
        losses = apply(rules.exp, t) * (t - log_q)
    else:
        none = np.less_equal(t._data, 0)
        safe = apply(rules.where, np.ones((), log_q.dtype), t, condition=none)
        losses = t * apply(rules.log, safe) - t * log_q
    if reduction == "batchmean":
        return apply(rules.divide, losses.sum(), np.asarray(log_q.shape[0], log_q.dtype))
    return reduced(losses, reduction)


# what the losses above share


def _rows(x: Tensor) -> Tensor:
    """(N, K, …) → (N·…, K): every pixel is a sample of its own."""
    if x.ndim == 2:
        return x
    n, k, *rest = x.shape
    return x.transpose(0, *range(2, x.ndim), 1).reshape(math.prod((n, *rest)), k)


def _counted(rows: Tensor, kept: Array | None) -> Tensor:
    """Rows of scores, with 0 in those that do not count: whatever stands there, NaN too, touches nothing."""
    if kept is None:
        return rows
    return apply(rules.where, rows, np.zeros((), rows.dtype), condition=kept[:, None])


def _as_pictures(losses: Tensor, scores: Tensor) -> Tensor:
    """One loss a pixel, in the shape of the pictures."""
    return losses if scores.ndim == 2 else losses.reshape(scores.shape[0], *scores.shape[2:])


def _judged(
    losses: Tensor, labels: Array, kept: Array | None, weights: Array | None, scores: Tensor, reduction: str
) -> Tensor:
    """The losses of samples with labels, reduced: those left out are 0, and the mean divides by all that count."""
    if kept is not None:
        losses = apply(rules.where, losses, np.zeros((), losses.dtype), condition=kept)
    if reduction != "mean" or (kept is None and weights is None):
        return reduced(_as_pictures(losses, scores), reduction)
    wide = np.float32 if losses.dtype == np.float16 else losses.dtype  # a float16 counts no further than 2048
    counts = kept.astype(wide) if weights is None else weights[labels].astype(wide)  # type: ignore[union-attr]
    if weights is not None and kept is not None:
        counts = np.where(kept, counts, 0)
    total = np.sum(counts)
    total = np.where(np.equal(total, 0), np.ones((), wide), total)  # nobody counts: 0/1, not 0/0
    return (losses.astype(wide).sum() / as_tensor(total)).astype(losses.dtype)


def _labels(name: str, scores: Tensor, labels: Array, ignore_index: int | None) -> tuple[Array, Array | None]:
    """One label a row, and which of them count (None: all); those left out are 0."""
    n, k, *rest = scores.shape
    if labels.shape != (n, *rest):
        inner = ", ".join(map(str, (n, *rest)))
        raise ValueError(
            f"{name}: scores {scores.shape} need labels of shape ({inner}{',' if not rest else ''}) or one-hot targets "
            f"of shape {scores.shape}; got {labels.shape}{_advice(labels.shape, n)}"
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"labels are integers; got {labels.dtype}")
    tracing.repeat(expect_classes, labels, k, ignore_index)
    flat = labels if not rest else np.reshape(labels, (-1,))
    if ignore_index is None:
        return flat, None
    kept = np.not_equal(flat, ignore_index)
    return np.where(kept, flat, 0), kept


def _advice(shape: tuple[int, ...], n: int) -> str:
    if shape == (n, 1):
        return ": labels in a column, (N, 1), become a row with labels.reshape(-1)"
    return ": give one label for each row of scores, or a one-hot row"


def _as_batch(what: str) -> str:
    return f"make a batch of one sample with {what}[None]"


def _class_weights(name: str, weight: Like | None, scores: Tensor) -> Any:
    """The weight of every class, as an array in the type of the scores."""
    if weight is None:
        return None
    weights = tracing.constant(as_array(weight))
    if weights.shape != scores.shape[1:2]:
        raise ValueError(
            f"{name}: weight has one number for each of the {scores.shape[1]} classes; got {weights.shape}"
        )
    return weights.astype(scores.dtype)


def _weighted(losses: Tensor, weight: Like) -> Tensor:
    """Losses times weights that are repeated to their shape."""
    w = as_tensor(weight)
    fits = w.ndim <= losses.ndim and all(a in (1, b) for a, b in zip(w.shape[::-1], losses.shape[::-1], strict=False))
    if not fits:
        raise ValueError(f"weights of shape {w.shape} do not fit losses of shape {losses.shape}")
    return losses * (w if w.dtype == losses.dtype else w.astype(losses.dtype))


def _expect_probabilities(p: Array) -> None:
    if p.size and not (p.min() >= 0 and p.max() <= 1):
        raise ValueError(
            f"binary_cross_entropy expects probabilities from 0 to 1; got {p.min():g} to {p.max():g}: "
            "for scores there is binary_cross_entropy_with_logits"
        )
