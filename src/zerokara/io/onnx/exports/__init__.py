"""The table of rules that can be written in ONNX, and of those that cannot."""

from collections.abc import Callable

from zerokara.io.onnx.exports.arrangement import (
    broadcast_to,
    clone,
    concatenate,
    cumsum,
    einsum,
    getitem,
    logsumexp,
    matmul,
    max,
    mean,
    min,
    reshape,
    scatter,
    sort,
    std,
    sum,
    transpose,
    var,
    vector_norm,
)
from zerokara.io.onnx.exports.attention import scaled_dot_product_attention
from zerokara.io.onnx.exports.elementwise import (
    absolute,
    add,
    cast,
    clip,
    cos,
    divide,
    erf,
    exp,
    gelu,
    gelu_tanh,
    leaky_relu,
    log,
    log_softmax,
    logaddexp,
    maximum,
    minimum,
    multiply,
    ndtr,
    negative,
    power,
    relu,
    relu_grad,
    scalar_power,
    sigmoid,
    sin,
    softmax,
    softplus,
    sqrt,
    step,
    subtract,
    tanh,
    where,
)
from zerokara.io.onnx.exports.layers import (
    avg_pool2d,
    batch_norm,
    batch_norm_inference,
    channel_sum,
    conv2d,
    conv2d_grad_x,
    group_norm,
    layer_norm,
    linear,
    max_pool2d,
    rms_norm,
)
from zerokara.io.onnx.exports.recurrent import gru, lstm, rnn
from zerokara.io.onnx.exports.resampling import upsample_nearest
from zerokara.io.onnx.exports.units import elu, hardsigmoid, hardswish, mish, prelu, silu

Export = Callable[..., str]
"""(step, *inputs) → the name of the value that the rule gives."""

EXPORTS: dict[str, Export] = {
    export.__name__: export
    for export in (
        add, subtract, multiply, divide, negative, power, scalar_power, exp, log, logaddexp, sqrt, sin, cos, absolute,
        maximum, minimum, clip, where, cast,
        sum, mean, var, std, max, min, vector_norm, logsumexp, cumsum,
        clone, reshape, transpose, broadcast_to, getitem, scatter, concatenate, sort,
        matmul, linear, einsum, scaled_dot_product_attention,
        step, sigmoid, tanh, relu, relu_grad, leaky_relu, erf, ndtr, gelu, gelu_tanh, softplus, softmax, log_softmax,
        elu, silu, hardsigmoid, hardswish, mish, prelu,
        conv2d, conv2d_grad_x, channel_sum, max_pool2d, avg_pool2d, upsample_nearest,
        batch_norm, batch_norm_inference, group_norm, layer_norm, rms_norm,
        rnn, lstm, gru,
    )
}  # fmt: skip
"""How each rule is written, by the rule's name."""

_LOSS = "a loss judges answers while learning; export the network that gives the answers"

REFUSED: dict[str, str] = {
    "dropout": "it drops at random while learning; use nn.Dropout, which does nothing in evaluation mode",
    "conv2d_grad_w": "it is the gradient of a convolution in its filters, which only learning needs",
    "max_pool2d_grad": "it is the gradient of a pool, which only learning needs",
    "avg_pool2d_grad": "it is the gradient of a pool, which only learning needs",
    "negative_sampling": _LOSS,
    "gelu_tanh_grad": "it is the gradient of an activation function, which only learning needs",
    "silu_grad": "it is the gradient of an activation function, which only learning needs",
    "upsample_nearest_grad": "it is the gradient of a resize, which only learning needs",
    "squared_error": _LOSS,
    "cross_entropy": _LOSS,
    "soft_target_cross_entropy": _LOSS,
    "binary_cross_entropy_with_logits": _LOSS,
    "binary_cross_entropy_with_logits_grad": _LOSS,
    "binary_cross_entropy": _LOSS,
    "huber_loss": _LOSS,
    "gaussian_kl": _LOSS,
    "gaussian_nll": _LOSS,
    "reparametrize": "it draws at random; in evaluation mode a network gives the mean instead",
}
"""Rules that are not written, and why."""

__all__ = ["EXPORTS", "REFUSED", "Export"]
