"""Attention: queries look at keys, and get values."""

import math
from typing import Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Array, Shape, default_generator
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.shared import Like, fractions
from zerokara.kernels import tracing
from zerokara.kernels.tracing import as_array


def scaled_dot_product_attention(
    query: Like,
    key: Like,
    value: Like,
    attn_mask: Like | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    *,
    past: int = 0,
    rng: np.random.Generator | None = None,
) -> Tensor:
    """softmax(scale·query·keyᵀ + bias)·value, over the keys that each query may see

    Shapes: query (…, T, D), key (…, S, D), value (…, S, E)  →  (…, T, E); the leading axes (samples, heads) fit one
    another as in NumPy. `scale` is 1/√D unless given. `attn_mask` fits (…, T, S): of bools, **True = may be seen**; of
    fractions, it is added to the scores, and learns if it asks for a gradient. With `is_causal` query t sees the keys
    up to t + `past`: the keys of a cache are older than the first query, and `past` counts them; both masks may be
    given. A query that may see nothing gets 0. `dropout_p` of the weights are 0, the others divided by 1 − p: there is
    no `training` here, as in PyTorch; give 0 outside of it. The second derivative is refused.

    Memory grows with T + S, not with T·S, unless there is dropout or a bias that learns.
    """
    name = "scaled_dot_product_attention"
    q, k, v, lead = _inputs(name, query, key, value)
    queries, keys = q.shape[-2], k.shape[-2]
    if not 0 <= dropout_p < 1:
        raise ValueError(f"{name} needs 0 <= dropout_p < 1; got {dropout_p}")
    mask, bias = _masks(name, attn_mask, (*lead, queries, keys), q.dtype)
    q, k, v = (_four(t.broadcast_to((*lead, *t.shape[-2:]))) for t in (q, k, v))
    keep = None
    if dropout_p:
        kept = np.asarray(1 / (1 - dropout_p), q.dtype)
        shape = (*q.shape[:2], queries, keys)

        def draw() -> Array:
            return np.where((rng or default_generator()).random(shape, dtype=np.float32) >= dropout_p, kept, 0 * kept)

        keep = tracing.again(draw, shape, q.dtype)
    y = apply(
        rules.scaled_dot_product_attention, q, k, v, _four_of_mask(bias, lead), scale=_scale(scale, q),
        mask=_four_of_mask(mask, lead), keep=keep,
        past=past if is_causal else None,
    )  # fmt: skip
    return y if len(lead) == 2 else y.reshape(*lead, *y.shape[2:])


def attention_weights(
    query: Like,
    key: Like,
    attn_mask: Like | None = None,
    is_causal: bool = False,
    scale: float | None = None,
    *,
    past: int = 0,
) -> Tensor:
    """softmax(scale·query·keyᵀ + bias): how much each query takes of each value, (…, T, S)

    The arguments are those of `scaled_dot_product_attention`. Each row sums to 1; a key that may not be seen has 0, and
    a query that may see nothing has a row of zeros. Written with other functions: it has all derivatives, and takes the
    memory of T·S numbers.
    """
    q, k, _, lead = _inputs("attention_weights", query, key, key)
    queries, keys = q.shape[-2], k.shape[-2]
    seen, bias = _masks("attention_weights", attn_mask, (*lead, queries, keys), q.dtype)
    scores = (q * _scale(scale, q)) @ k.swapaxes(-1, -2)
    if bias is not None:  # −∞ in it is a mask, too
        seen = np.not_equal(as_array(bias), -np.inf)
        scores = scores + apply(rules.where, bias, bias.dtype.type(0), condition=seen)
    if is_causal:
        causal = np.arange(keys) <= np.arange(queries)[:, None] + past
        seen = causal if seen is None else np.logical_and(seen, causal)
    if seen is None:
        return scores.softmax()
    nothing = np.logical_not(np.any(seen, axis=-1, keepdims=True))
    scores = apply(rules.where, scores, scores.dtype.type(-np.inf), condition=np.logical_or(seen, nothing))
    return apply(rules.where, scores.softmax(), scores.dtype.type(0), condition=np.broadcast_to(seen, scores.shape))


def _inputs(name: str, query: Like, key: Like, value: Like) -> tuple[Tensor, Tensor, Tensor, Shape]:
    """The three as fractions of one type, and the leading axes that all of them fit."""
    q, k, v = (as_tensor(x) for x in (query, key, value))
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(
            f"{name} expects queries (…, T, D), keys (…, S, D) and values (…, S, E); "
            f"got {q.shape}, {k.shape} and {v.shape}"
        )
    if q.shape[-1] == 0:
        raise ValueError(f"{name} expects queries and keys of at least one number; got {q.shape}")
    try:
        lead = np.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    except ValueError:
        raise ValueError(
            f"{name}: the axes before the last two must fit one another; got {q.shape}, {k.shape} and {v.shape}"
        ) from None
    return (*fractions(q, k, v), lead)


def _scale(scale: float | None, q: Tensor) -> float:
    return 1 / math.sqrt(q.shape[-1]) if scale is None else float(scale)


def _masks(name: str, given: Like | None, shape: Shape, dtype: np.dtype[Any]) -> tuple[Any, Tensor | None]:
    """(mask of bools, bias), each of four axes or None."""
    if given is None:
        return None, None
    mask = given if isinstance(given, Tensor) else as_tensor(as_array(given))
    kind = mask.dtype.kind
    if kind not in "bf":
        raise TypeError(f"{name} expects a mask of bools (True = may be seen) or of fractions to add; got {mask.dtype}")
    try:
        fits = np.broadcast_shapes(mask.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"{name} expects a mask that fits {shape}, (…, T, S); got {mask.shape}")
    return (as_array(mask), None) if kind == "b" else (None, mask.astype(dtype))


def _four(x: Tensor) -> Tensor:
    """(…, T, D) as (N, H, T, D): more leading axes become one, missing ones 1."""
    return x if x.ndim == 4 else x.reshape(_four_axes(x.shape))


def _four_of_mask(mask: Any, lead: Shape) -> Any:
    """A mask that fits (…, T, S) as (1 or N, 1 or H, 1 or T, 1 or S)."""
    if mask is None:
        return None
    wide = mask.reshape((1,) * (len(lead) + 2 - mask.ndim) + mask.shape)
    if len(lead) > 2:
        wide = np.broadcast_to(wide, (*lead, *wide.shape[-2:]))
    return wide if len(lead) == 2 else wide.reshape(_four_axes(wide.shape))


def _four_axes(shape: Shape) -> Shape:
    """(…, T, S) → (N, H, T, S)"""
    if len(shape) > 4:
        return (-1, *shape[-3:])
    return (*((1, 1) if len(shape) == 2 else (shape[0], 1)), *shape[-2:])
