"""Activation functions."""

import math
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor, as_tensor
from zerokara.io.onnx.operator import Call, Value, is_tensor, known, operator
from zerokara.kernels.tracing import Traced

operator("Sigmoid")(lambda call, x: F.sigmoid(x))
operator("Tanh")(lambda call, x: F.tanh(x))
operator("Erf")(lambda call, x: F.erf(x))
operator("Softplus")(lambda call, x: F.softplus(x))
operator("Softsign")(lambda call, x: x / (1 + F.absolute(x)))
operator("LeakyRelu")(lambda call, x: F.leaky_relu(x, call.get("alpha", 0.01)))


@operator("Relu")
def relu(call: Call, x: Value) -> Value:
    """max(x, 0)"""
    return F.relu(x) if is_tensor(x) else np.maximum(x, x.dtype.type(0))


@operator("Clip", settings=(1, 2))
def clip(call: Call, x: Value, low: Value | None = None, high: Value | None = None) -> Value:
    """min(max(x, low), high)"""
    low = call.get("min") if low is None else low
    high = call.get("max") if high is None else high
    if _is_computed(low) or _is_computed(high):
        x = x if low is None else F.maximum(x, low)
        return x if high is None else F.minimum(x, high)
    if is_tensor(x):
        return F.clip(x, _number(low), _number(high))
    x = x if low is None else np.maximum(x, np.asarray(low, x.dtype))
    return x if high is None else np.minimum(x, np.asarray(high, x.dtype))


def _is_computed(bound: Any) -> bool:
    return isinstance(bound, Traced) or (isinstance(bound, Tensor) and bound.requires_grad)


def _number(bound: Any) -> float | None:
    return None if bound is None else float(known(bound, "a bound").reshape(()))


@operator("HardSigmoid")
def hard_sigmoid(call: Call, x: Value) -> Value:
    """min(max(α·x + β, 0), 1)"""
    return F.clip(as_tensor(x) * call.get("alpha", 0.2) + call.get("beta", 0.5), 0.0, 1.0)


@operator("HardSwish")
def hard_swish(call: Call, x: Value) -> Value:
    """x · min(max(x/6 + ½, 0), 1)    (Howard et al., 2019)"""
    x = as_tensor(x)
    return x * F.clip(x * (1 / 6) + 0.5, 0.0, 1.0)


@operator("PRelu", learned={1: "slope"})
def prelu(call: Call, x: Value, slope: Value) -> Value:
    """x where x ≥ 0, else slope·x    (He et al., 2015)"""
    return F.where(_positive(x), x, F.multiply(slope, x))


@operator("Elu")
def elu(call: Call, x: Value) -> Value:
    """x where x > 0, else α·(eˣ − 1)    (Clevert et al., 2015)"""
    return F.where(_positive(x), x, _below(x) * call.get("alpha", 1.0))


@operator("Selu")
def selu(call: Call, x: Value) -> Value:
    """γ·x where x > 0, else γ·α·(eˣ − 1)    (Klambauer et al., 2017)"""
    alpha, gamma = call.get("alpha", 1.6732632423543772), call.get("gamma", 1.0507009873554805)
    return F.where(_positive(x), x, _below(x) * alpha) * gamma


@operator("Celu")
def celu(call: Call, x: Value) -> Value:
    """x where x > 0, else α·(e^(x/α) − 1)    (Barron, 2017)"""
    alpha = call.get("alpha", 1.0)
    return F.where(_positive(x), x, _below(x / alpha) * alpha)


@operator("ThresholdedRelu")
def thresholded_relu(call: Call, x: Value) -> Value:
    """x where x > α, else 0"""
    x = as_tensor(x)
    return F.where(x > call.get("alpha", 1.0), x, np.zeros((), x.dtype))


@operator("Gelu")
def gelu(call: Call, x: Value) -> Value:
    """x·Φ(x), or its approximation ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))    (Hendrycks and Gimpel, 2016)"""
    return F.gelu(x, "tanh" if call.get("approximate", "none") == "tanh" else "none")


@operator("Mish")
def mish(call: Call, x: Value) -> Value:
    """x·tanh(ln(1 + eˣ))    (Misra, 2019)"""
    return F.multiply(x, F.tanh(F.softplus(x)))


@operator("Swish")
def swish(call: Call, x: Value) -> Value:
    """x·σ(α·x)    (Ramachandran et al., 2017)"""
    x = as_tensor(x)
    alpha = call.get("alpha", 1.0)
    return x * F.sigmoid(x if alpha == 1 else x * alpha)


@operator("Softmax")
def softmax(call: Call, x: Value) -> Value:
    """Scores become probabilities along an axis; before opset 13, along all axes from `axis` on."""
    return _along(F.softmax, call, as_tensor(x))


operator("LogSoftmax")(lambda call, x: _along(F.log_softmax, call, as_tensor(x)))


def _along(function: Any, call: Call, x: Tensor) -> Tensor:
    axis = call.get("axis", -1 if call.opset >= 13 else 1)
    if call.opset >= 13 or axis in (-1, x.ndim - 1):
        return function(x, axis)  # type: ignore[no-any-return]
    lengths = x.shape[:axis] if axis else ()
    rows = x.reshape(*(math.prod(lengths), -1))
    return function(rows, -1).reshape(x.shape)  # type: ignore[no-any-return]


def _positive(x: Value) -> Any:
    return as_tensor(x) > 0


def _below(x: Value) -> Tensor:
    """e^min(x, 0) − 1, which never overflows."""
    return F.exp(F.clip(x, None, 0.0)) - 1
