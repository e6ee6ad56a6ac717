"""`F` for a program of the fuzzer: zerokara's functions under their names, done by PyTorch."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as T

from tests.fuzz.peer import Tensor, both, one, taken, torches, two
from zerokara.arrays import default_generator


def _dropout(x: Any, p: float = 0.5, training: bool = True, rng: Any = None) -> Tensor:
    """With the numbers that zerokara would draw."""
    t = torches(x)
    if not training or p == 0:
        return Tensor(t)
    kept = (rng or default_generator()).random(tuple(t.shape), dtype=np.float32) >= p
    return Tensor(t * torch.as_tensor(kept).to(t.dtype) / (1 - p))


def _reduced(losses: Any, reduction: str) -> Tensor:
    return Tensor({"mean": losses.mean, "sum": losses.sum, "none": lambda: losses}[reduction]())


def _cross_entropy(scores: Any, target: Any, label_smoothing: float = 0.0, reduction: str = "mean") -> Tensor:
    s, t = torches(scores), torches(target)
    if t.ndim == 2:
        t = t.to(s.dtype)
    return Tensor(T.cross_entropy(s, t, label_smoothing=label_smoothing, reduction=reduction))


def _batch_norm(
    x: Any, mean: Any, variance: Any, weight: Any, bias: Any, training: bool, momentum: float, eps: float
) -> Tensor:
    given = [None if a is None else torch.from_numpy(a) for a in (mean, variance)]
    return Tensor(
        T.batch_norm(
            torches(x),
            *given,
            None if weight is None else torches(weight),
            None if bias is None else torches(bias),
            training,
            momentum,
            eps,
        )
    )


def _where(condition: Any, x: Any, y: Any) -> Tensor:
    return Tensor(torch.where(torches(condition), *two(x, y)))


def _global(x: Any) -> Tensor:
    return Tensor(torches(x).mean((2, 3)))


def _reduction(name: str) -> Any:
    return lambda x, axis=None, keepdims=False: getattr(Tensor(torches(x)), name)(axis, keepdims)


def _attention(
    q: Any, k: Any, v: Any, attn_mask: Any = None, is_causal: bool = False, scale: float | None = None
) -> Tensor:
    """softmax(scale·q·kᵀ + mask)·v; a row that may see nothing answers 0."""
    a, b, c = (torches(x) for x in (q, k, v))
    scores = a @ b.transpose(-2, -1) * (a.shape[-1] ** -0.5 if scale is None else scale)
    seen = torch.ones(scores.shape[-2:], dtype=torch.bool)
    if is_causal:
        seen = seen.tril()
    elif attn_mask is not None:
        mask = torch.as_tensor(np.asarray(attn_mask))
        if mask.dtype == torch.bool:
            seen = mask
        else:
            scores = scores + mask.to(scores.dtype)
    weights = scores.masked_fill(~seen, float("-inf")).softmax(-1)
    return Tensor(torch.where(seen.any(-1, keepdim=True), weights, torch.zeros_like(weights)) @ c)


def _response_norm(x: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    return Tensor(T.local_response_norm(torches(x), size, alpha, beta, k))


ONE = ("exp", "log", "sqrt", "sin", "cos", "erf", "tanh", "sigmoid", "relu", "negative", "absolute")
BOTH = ("add", "subtract", "multiply", "divide", "matmul", "maximum", "minimum", "logaddexp")
F = SimpleNamespace(
    **{name: one(getattr(torch, name)) for name in ONE},
    **{name: both(getattr(torch, name)) for name in BOTH},
    **{name: _reduction(name) for name in ("sum", "mean", "max")},
    power=both(torch.pow),
    clip=lambda x, low=None, high=None: Tensor(torches(x)).clip(low, high),
    where=_where,
    reshape=lambda x, shape: Tensor(torches(x)).reshape(shape),
    transpose=lambda x, axes=None: Tensor(torches(x)).transpose(*(axes or ())),
    broadcast_to=lambda x, shape: Tensor(torches(x).broadcast_to(shape)),
    flatten=lambda x, start_axis=1: Tensor(torches(x).flatten(start_axis)),
    getitem=lambda x, index: Tensor(taken(torches(x), index)),
    concatenate=lambda xs, axis=0: Tensor(torch.cat([torches(x) for x in xs], int(axis))),
    stack=lambda xs, axis=0: Tensor(torch.stack([torches(x) for x in xs], int(axis))),
    step=lambda x: Tensor((torches(x) > 0).to(torches(x).dtype)),
    leaky_relu=lambda x, negative_slope=0.01: Tensor(T.leaky_relu(torches(x), negative_slope)),
    gelu=lambda x, approximate="none": Tensor(T.gelu(torches(x), approximate=approximate)),
    silu=one(T.silu),
    softplus=lambda x, beta=1.0, threshold=20.0: Tensor(T.softplus(torches(x), beta, threshold)),
    softmax=lambda x, axis=-1: Tensor(torches(x).softmax(axis)),
    log_softmax=lambda x, axis=-1: Tensor(torches(x).log_softmax(axis)),
    logsumexp=lambda x, axis: Tensor(torches(x).logsumexp(axis)),
    linear=lambda x, w, b=None: Tensor(T.linear(torches(x), torches(w), None if b is None else torches(b))),
    conv2d=lambda x, w, b=None, stride=1, padding=0, dilation=1, groups=1: Tensor(
        T.conv2d(torches(x), torches(w), None if b is None else torches(b), stride, padding, dilation, groups)
    ),
    max_pool2d=lambda x, k, s=None, p=0, d=1, ceil_mode=False: Tensor(T.max_pool2d(torches(x), k, s, p, d, ceil_mode)),
    avg_pool2d=lambda x, k, s=None, p=0, ceil_mode=False, count_include_pad=True: Tensor(
        T.avg_pool2d(torches(x), k, s, p, ceil_mode, count_include_pad)
    ),
    global_avg_pool2d=_global,
    adaptive_avg_pool2d=lambda x, size: Tensor(T.adaptive_avg_pool2d(torches(x), size)),
    local_response_norm=_response_norm,
    batch_norm=_batch_norm,
    layer_norm=lambda x, shape, w=None, b=None, eps=1e-5: Tensor(
        T.layer_norm(torches(x), shape, None if w is None else torches(w), None if b is None else torches(b), eps)
    ),
    group_norm=lambda x, groups, w=None, b=None, eps=1e-5: Tensor(
        torch.group_norm(torches(x), groups, None if w is None else torches(w), None if b is None else torches(b), eps)
    ),
    interpolate=lambda x, size=None, scale_factor=None, mode="nearest": Tensor(
        T.interpolate(torches(x), size, scale_factor, mode)
    ),
    scaled_dot_product_attention=_attention,
    dropout=_dropout,
    squared_error=lambda y, t: Tensor(((torches(y) - torches(t)) ** 2).sum() / 2),
    mse_loss=lambda y, t, reduction="mean": _reduced((torches(y) - torches(t)) ** 2, reduction),
    cross_entropy=_cross_entropy,
    binary_cross_entropy_with_logits=lambda s, t, reduction="mean": Tensor(
        T.binary_cross_entropy_with_logits(torches(s), torches(t), reduction=reduction)
    ),
)  # fmt: skip
