"""Attention: a soft look-up. Every query gets the values mixed by how well their keys fit it."""

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.rules.rule import Ruled, once


def scaled_dot_product_attention(
    q: Array,
    k: Array,
    v: Array,
    bias: Array | None = None,
    *,
    scale: float,
    mask: Array | None = None,
    keep: Array | None = None,
    past: int | None = None,
) -> Ruled:
    """y_t = Σ_s p_ts·v_s,   p_t = softmax over s of z_ts,   z_ts = scale·(q_t·k_s) + bias_ts        scale: 1/√D

    ∂L/∂v_s = Σ_t p_ts·g_t
    ∂L/∂z_ts = p_ts·(g_t·v_s − Σ_r p_tr·(g_t·v_r)) = p_ts·(g_t·v_s − g_t·y_t)
    ∂L/∂q_t = scale·Σ_s ∂L/∂z_ts·k_s        ∂L/∂k_s = scale·Σ_t ∂L/∂z_ts·q_t        ∂L/∂bias_ts = ∂L/∂z_ts

    The sums run over the keys that a query may see: where `mask` is True, and, with `past`, where s ≤ t + past (0 is
    the causal mask; a larger one counts the keys that are older than the first query). A key that may not be seen has
    exactly the weight 0; a query that may see nothing gets 0, and so do its gradients.
    Dropout multiplies the weights: y_t = Σ keep_ts·p_ts·v_s, so keep_ts·(g_t·v_s) stands in ∂L/∂z_ts, and
    keep_ts·p_ts in ∂L/∂v_s.

    Shapes: N samples, H heads, T queries, S keys; q (N, H, T, D), k (N, H, S, D), v (N, H, S, E), bias, mask and keep
    of four axes that fit (N, H, T, S)  →  y (N, H, T, E). Of each query its largest score and its sum are kept, and the
    weights are computed anew on the way back: memory grows with T, not with T·S. (The gradient of a bias has its size.)

    Vaswani et al., 2017 (arXiv 1706.03762), section 3.2.1; in blocks as by Dao et al., 2022 (arXiv 2205.14135).
    """
    y, shares = kernels.attention(q, k, v, bias, mask, keep, scale, past)
    rest = (q, k, v, y, shares, bias, mask, keep, scale, past)
    grads = once(lambda g: kernels.attention_grads(g, *rest))
    return y, (
        lambda g: grads(g)[0],
        lambda g: grads(g)[1],
        lambda g: grads(g)[2],
        lambda g: kernels.attention_grad_bias(g, *rest),
    )
