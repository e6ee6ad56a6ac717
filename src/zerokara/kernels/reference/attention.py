"""Attention: every query looks at the keys that it may see, and gets their values mixed."""

import numpy as np

from zerokara.arrays import Array


def attention(
    q: Array,
    k: Array,
    v: Array,
    bias: Array | None,
    mask: Array | None,
    keep: Array | None,
    scale: float,
    past: int | None,
) -> tuple[Array, Array]:
    """(y, shares):  y_t = Σ_s p_ts·v_s,   p_ts = e^(z_ts − m_t)/Σ_r e^(z_tr − m_t),   z_ts = scale·(q_t·k_s) + bias_ts

    over the keys s that query t may see: `mask` says so (True = may be seen), and with `past` only those up to t + past
    (0: causal; more: so many keys are older than the first query). A query that may see nothing gets y = 0.
    `keep` (dropout) multiplies the weights p.

    Shapes: q (N, H, T, D), k (N, H, S, D), v (N, H, S, E), bias, mask and keep of four axes, (1 or N, 1 or H, 1 or T,
    1 or S)  →  y (N, H, T, E), shares (N, H, T, 2): m_t = max z_t, the largest score, and 1/Σ_r e^(z_tr − m_t); with
    them the gradient computes the weights anew. Both are 0 where nothing may be seen.
    """
    scores, shares = _scores(q, k, bias, mask, scale, past), np.zeros((*q.shape[:3], 2), _wide(q).dtype)
    largest = scores.max(axis=-1, initial=-np.inf)
    shares[..., 0] = np.where(largest == -np.inf, 0, largest)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.exp(scores - shares[..., :1]).sum(axis=-1)
        shares[..., 1] = np.where(largest == -np.inf, 0, 1 / total)
    weights = _weights(scores, shares)
    y = (weights if keep is None else weights * keep) @ _wide(v)
    return y.astype(q.dtype), shares


def attention_grads(
    g: Array,
    q: Array,
    k: Array,
    v: Array,
    y: Array,
    shares: Array,
    bias: Array | None,
    mask: Array | None,
    keep: Array | None,
    scale: float,
    past: int | None,
) -> tuple[Array, Array, Array]:
    """Gradients (dq, dk, dv), with y and shares as `attention` gave them.

    dv_s = Σ_t p_ts·g_t,   dz_ts = p_ts·(g_t·v_s − g_t·y_t),   dq_t = scale·Σ_s dz_ts·k_s,   dk_s = scale·Σ_t dz_ts·q_t
    (with dropout: keep_ts·p_ts in dv, keep_ts·(g_t·v_s) in dz)
    """
    weights = _weights(_scores(q, k, bias, mask, scale, past), shares)
    slopes = _slopes(g, v, y, weights, keep) * scale
    dq, dk = slopes @ _wide(k), np.swapaxes(slopes, -1, -2) @ _wide(q)
    dv = np.swapaxes(weights if keep is None else weights * keep, -1, -2) @ _wide(g)
    return dq.astype(q.dtype), dk.astype(k.dtype), dv.astype(v.dtype)


def attention_grad_bias(
    g: Array,
    q: Array,
    k: Array,
    v: Array,
    y: Array,
    shares: Array,
    bias: Array | None,
    mask: Array | None,
    keep: Array | None,
    scale: float,
    past: int | None,
) -> Array:
    """The gradient of the bias before it is summed to its shape: dz (N, H, T, S) of `attention_grads`."""
    weights = _weights(_scores(q, k, bias, mask, scale, past), shares)
    return _slopes(g, v, y, weights, keep).astype(q.dtype)


def _wide(x: Array) -> Array:
    """Sums of float16 run in float32."""
    return x.astype(np.float32) if x.dtype == np.float16 else x


def _scores(q: Array, k: Array, bias: Array | None, mask: Array | None, scale: float, past: int | None) -> Array:
    """z, and −∞ where a key may not be seen."""
    scores: Array = _wide(q) @ np.swapaxes(_wide(k), -1, -2) * _wide(q).dtype.type(scale)
    scores = scores if bias is None else scores + _wide(bias)
    scores = scores if mask is None else np.where(mask, scores, scores.dtype.type(-np.inf))
    if past is None:
        return scores
    queries, keys = np.arange(scores.shape[-2])[:, None], np.arange(scores.shape[-1])
    return np.where(keys <= queries + past, scores, scores.dtype.type(-np.inf))


def _weights(scores: Array, shares: Array) -> Array:
    """p from the scores; of a key that may not be seen, exactly 0."""
    with np.errstate(invalid="ignore"):  # a score of ∞ or NaN
        p: Array = np.exp(scores - shares[..., :1]) * shares[..., 1:]
    return p


def _slopes(g: Array, v: Array, y: Array, weights: Array, keep: Array | None) -> Array:
    """dz; where a weight is 0, exactly 0."""
    wide = _wide(g)
    along = wide @ np.swapaxes(_wide(v), -1, -2)
    along = along if keep is None else along * keep
    centre = (wide * _wide(y)).sum(axis=-1, keepdims=True)
    return np.where(weights == 0, weights, weights * (along - centre))
