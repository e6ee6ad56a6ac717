"""Normalisation, and dropout."""

import math
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara import kernels, rules
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.io.onnx.operator import Call, Value, known, numbers_of, operator
from zerokara.io.onnx.operators.shape import padded


@operator("BatchNormalization", learned={1: "weight", 2: "bias"}, kept={3: "running_mean", 4: "running_var"})
def batch_normalization(call: Call, x: Value, weight: Value, bias: Value, mean: Value, variance: Value) -> Value:
    """Every channel brought to mean 0 and spread 1.

    Evaluation: y = weight·(x − mean)/√(variance + ε) + bias with the running statistics. Training: with those of the
    batch, and running ← momentum·running + (1 − momentum)·batch. As ONNX defines it, the variance is the biased one.
    """
    if not call.get("spatial", 1):
        raise ValueError("statistics for every pixel (spatial=0, before opset 9) are not supported")
    x, mean, variance = as_tensor(x), numbers_of(mean), numbers_of(variance)
    eps, images = call.get("epsilon", 1e-5), _as_images(x)
    if not call.training:
        y = F.batch_norm(images, mean, variance, weight, bias, eps=eps)
        return y.reshape(x.shape) if call.outputs == 1 else (y.reshape(x.shape), mean, variance)
    if images.size <= images.shape[1]:
        raise ValueError(f"batch normalisation cannot learn from one value per channel; got {x.shape}: use more images")
    batch_mean, batch_variance = kernels.batch_statistics(images.data)
    options: dict[str, Any] = {"mean": batch_mean, "variance": batch_variance, "eps": eps}
    y = apply(rules.batch_norm, images, weight, bias, **options).reshape(x.shape)
    if call.outputs > 1:
        return y, _moved(call, mean, batch_mean), _moved(call, variance, batch_variance)
    if call.has_buffers:  # not what was given from outside
        for running, batch in ((mean, batch_mean), (variance, batch_variance)):
            kernels.update_running(running, batch, 1 - call.get("momentum", 0.9), 1.0)
    return y


def _moved(call: Call, running: Any, batch: Any) -> Any:
    momentum = call.get("momentum", 0.9)
    return (running * momentum + batch * (1 - momentum)).astype(running.dtype)


def _as_images(x: Tensor) -> Tensor:
    """(N, C) and (N, C, H, W) as they are; other axes become one."""
    return x if x.ndim in (2, 4) else x.reshape(*x.shape[:2], math.prod(x.shape[2:]), 1)


@operator("InstanceNormalization", learned={1: "weight", 2: "bias"})
def instance_normalization(call: Call, x: Value, weight: Value, bias: Value) -> Value:
    """Every channel of every image brought to mean 0 and spread 1    (Ulyanov et al., 2016)"""
    x = as_tensor(x)
    y = _normal(x, tuple(range(2, x.ndim)), call.get("epsilon", 1e-5))[0]
    return y * _per_channel(weight, x) + _per_channel(bias, x)


@operator("GroupNormalization", learned={1: "weight", 2: "bias"})
def group_normalization(call: Call, x: Value, weight: Value, bias: Value) -> Value:
    """The channels of every image in groups, each brought to mean 0 and spread 1    (Wu and He, 2018)"""
    x, groups = as_tensor(x), int(call.get("num_groups", 1))
    parts = x.reshape(x.shape[0], groups, x.shape[1] // groups, *x.shape[2:])
    y = _normal(parts, tuple(range(2, parts.ndim)), call.get("epsilon", 1e-5))[0]
    if len(weight) == x.shape[1]:  # since opset 21 there is one weight a channel, before one a group
        return y.reshape(x.shape) * _per_channel(weight, x) + _per_channel(bias, x)
    return (y * _per_channel(weight, parts) + _per_channel(bias, parts)).reshape(x.shape)


@operator("LayerNormalization", learned={1: "weight", 2: "bias"})
def layer_normalization(call: Call, x: Value, weight: Value, bias: Value | None = None) -> Value:
    """Every sample brought to mean 0 and spread 1, over the axes from `axis` on    (Ba et al., 2016)"""
    x, eps = as_tensor(x), call.get("epsilon", 1e-5)
    axis = call.get("axis", -1) % x.ndim
    if call.outputs == 1 and all(w is None or w.shape == x.shape[axis:] for w in (weight, bias)):
        return F.layer_norm(x, x.shape[axis:], weight, bias, eps)
    y, mean, inverse = _normal(x, tuple(range(axis, x.ndim)), eps)
    y = F.multiply(y, weight)
    y = y if bias is None else y + bias
    return y if call.outputs == 1 else (y, mean, inverse)


def _normal(x: Tensor, axes: tuple[int, ...], eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """(x − mean)/√(variance + ε) over the axes, the mean, and 1/√(variance + ε)."""
    mean = x.mean(axes, keepdims=True)
    centred = x - mean
    inverse = 1 / F.sqrt((centred * centred).mean(axes, keepdims=True) + eps)
    return centred * inverse, mean, inverse


def _per_channel(values: Value, x: Value) -> Value:
    return values.reshape((1, -1, *[1] * (x.ndim - 2)))


@operator("LRN")
def local_response_normalization(call: Call, x: Value) -> Value:
    """y = x / (bias + α/size · Σ x² over the `size` neighbouring channels)^β    (Krizhevsky et al., 2012)"""
    x, size = as_tensor(x), int(call.get("size", 1))
    sides = ((size - 1) // 2, size // 2)
    squares = padded(x * x, [(0, 0), sides, *[(0, 0)] * (x.ndim - 2)])
    total = squares[:, : x.shape[1]]
    for i in range(1, size):
        total = total + squares[:, i : i + x.shape[1]]
    scale = total * (call.get("alpha", 1e-4) / size) + call.get("bias", 1.0)
    return x / scale ** call.get("beta", 0.75)


@operator("Dropout", settings=(1, 2))
def dropout(call: Call, x: Value, ratio: Value | None = None, training_mode: Value | None = None) -> Value:
    """In training mode a share `ratio` of the numbers becomes 0; in evaluation mode, x.

    The mode is the module's, whatever the file says: `train()` and `eval()` decide.
    """
    p = float(known(ratio, "a ratio").reshape(())) if ratio is not None else call.get("ratio", 0.5)
    y = F.dropout(x, p, training=call.training)
    if call.outputs == 1:
        return y
    kept = np.ones(x.shape, bool)
    if call.training and p:
        kept = numbers_of(F.dropout(np.ones(x.shape, x.dtype), p)) > 0
        y = F.multiply(x, kept.astype(x.dtype)) / (1 - p)
    return y, kept
