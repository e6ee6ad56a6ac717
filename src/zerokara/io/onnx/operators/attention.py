"""Attention of ONNX, with its masks, its causal form, and the keys and values of a cache."""

from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor, as_tensor
from zerokara.io.onnx.operator import Call, Value, numbers_of, operator


@operator("Attention")
def attention(
    call: Call, q: Value, k: Value, v: Value, mask: Value | None = None, past_key: Value | None = None,
    past_value: Value | None = None, lengths: Value | None = None,
) -> Value:  # fmt: skip
    """softmax(scale·q·kᵀ + mask)·v, of four axes (N, heads, T, D), or of three with the heads side by side

    A mask of bools: True = may be seen. `is_causal`: in opset 23 query t sees the keys up to t, since 24 those of the
    cache before it too. Groups of query heads may share a key head. Scores that are capped (softcap), seen through a
    window or handed out (qk_matmul_output) are not supported.
    """
    windowed = any(call.get(f"{side}_window_size", -1) >= 0 for side in ("left", "right"))
    if call.get("softcap", 0.0) or call.outputs > 3 or lengths is not None or windowed:
        raise ValueError(
            "an Attention with softcap, a window, nonpad_kv_seqlen or the output qk_matmul_output is not supported"
        )
    flat = q.ndim == 3
    heads = int(call.get("q_num_heads", 0)), int(call.get("kv_num_heads", 0))
    q, k, v = as_tensor(q), as_tensor(k), as_tensor(v)
    if flat:
        q, k, v = (_apart(x, n) for x, n in zip((q, k, v), (heads[0], heads[1], heads[1]), strict=True))
    before = 0
    if past_key is not None and past_value is not None:
        before = past_key.shape[2]
        k, v = F.concatenate([as_tensor(past_key), k], 2), F.concatenate([as_tensor(past_value), v], 2)
    present = k, v
    k, v = _shared(k, q.shape[1]), _shared(v, q.shape[1])
    causal = bool(call.get("is_causal", 0))
    options: dict[str, Any] = {"past": before if call.opset >= 24 else 0}
    if mask is not None:
        mask = numbers_of(mask) if np.asarray(mask.data if isinstance(mask, Tensor) else mask).dtype == bool else mask
    y = F.scaled_dot_product_attention(q, k, v, mask, 0.0, causal, call.get("scale"), **options)
    y = y.permute(0, 2, 1, 3).reshape(y.shape[0], y.shape[2], -1) if flat else y
    return y if call.outputs == 1 else (y, *present)[: call.outputs]


def _apart(x: Tensor, heads: int) -> Tensor:
    """(N, T, heads·D) → (N, heads, T, D)"""
    if not heads or x.shape[-1] % heads:
        raise ValueError(f"an Attention of three axes needs heads that divide {x.shape[-1]}; got {heads}")
    return x.reshape(*x.shape[:2], heads, -1).permute(0, 2, 1, 3)


def _shared(x: Tensor, heads: int) -> Tensor:
    """Each key or value head repeated for the query heads that share it."""
    n, own, s, d = x.shape
    if own == heads:
        return x
    if heads % own:
        raise ValueError(f"{heads} query heads cannot share {own} key heads evenly")
    return x.reshape(n, own, 1, s, d).broadcast_to((n, own, heads // own, s, d)).reshape(n, heads, s, d)


@operator("RMSNormalization", learned={1: "weight"})
def rms_normalization(call: Call, x: Value, weight: Value) -> Value:
    """x/√(mean x² + ε)·weight over the axes from `axis` on    (Zhang and Sennrich, 2019)"""
    x = as_tensor(x)
    axis = call.get("axis", -1) % x.ndim
    return F.multiply(F.rms_norm(x, x.shape[axis:], None, call.get("epsilon", 1e-5)), weight)
