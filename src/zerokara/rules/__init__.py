"""The rules: each formula of the textbook, and its gradient beside it. See `rule.py` for what a rule is."""

from zerokara.rules.activation import (
    erf,
    gelu,
    gelu_tanh,
    gelu_tanh_grad,
    leaky_relu,
    log_softmax,
    ndtr,
    relu,
    relu_grad,
    sigmoid,
    softmax,
    softplus,
    step,
    tanh,
)
from zerokara.rules.arithmetic import (
    absolute,
    add,
    cast,
    clip,
    cos,
    divide,
    exp,
    log,
    logaddexp,
    maximum,
    minimum,
    multiply,
    negative,
    power,
    scalar_power,
    sin,
    sqrt,
    subtract,
    where,
)
from zerokara.rules.attention import scaled_dot_product_attention
from zerokara.rules.axes import in_short, index_refusal, new_shape, one_axis, several_axes, whole_number
from zerokara.rules.conv import channel_sum, conv2d, conv2d_grad_w, conv2d_grad_x
from zerokara.rules.dropout import dropout
from zerokara.rules.einsum import einsum, written_out
from zerokara.rules.likelihood import gaussian_kl, gaussian_nll, reparametrize
from zerokara.rules.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
    cross_entropy,
    huber_loss,
    negative_sampling,
    soft_target_cross_entropy,
    squared_error,
)
from zerokara.rules.matmul import linear, matmul
from zerokara.rules.norm import batch_norm, batch_norm_inference, group_norm, layer_norm, rms_norm
from zerokara.rules.order import along, sort
from zerokara.rules.pool import avg_pool2d, avg_pool2d_grad, max_pool2d, max_pool2d_grad
from zerokara.rules.recurrent import gru, lstm, rnn
from zerokara.rules.reduction import cumsum, logsumexp, max, mean, min, std, sum, var, vector_norm
from zerokara.rules.resampling import upsample_nearest, upsample_nearest_grad
from zerokara.rules.rule import Pullback, Rule, Ruled
from zerokara.rules.shape import broadcast_to, clone, concatenate, getitem, reshape, scatter, transpose
from zerokara.rules.twice import ONCE, expect_twice
from zerokara.rules.units import elu, hardsigmoid, hardswish, mish, prelu, silu, silu_grad

RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        # arithmetic
        add, subtract, multiply, divide, negative, power, scalar_power, exp, log, logaddexp, sqrt, sin, cos, absolute,
        maximum, minimum, clip, where, cast,
        # reductions
        sum, mean, var, std, max, min, vector_norm, logsumexp, cumsum,
        # arrangement
        clone, reshape, transpose, broadcast_to, getitem, scatter, concatenate, sort,
        # products
        matmul, linear, einsum, scaled_dot_product_attention,
        # activations
        step, sigmoid, tanh, relu, relu_grad, leaky_relu, erf, ndtr, gelu, gelu_tanh, gelu_tanh_grad, softplus,
        softmax, log_softmax, elu, silu, silu_grad, hardsigmoid, hardswish, mish, prelu,
        # images
        conv2d, conv2d_grad_x, conv2d_grad_w, channel_sum, max_pool2d, max_pool2d_grad, avg_pool2d,
        avg_pool2d_grad, upsample_nearest, upsample_nearest_grad,
        # normalisation
        batch_norm, batch_norm_inference, group_norm, layer_norm, rms_norm, dropout,
        # sequences
        rnn, lstm, gru,
        # losses
        squared_error, cross_entropy, soft_target_cross_entropy, binary_cross_entropy_with_logits,
        binary_cross_entropy_with_logits_grad, binary_cross_entropy, huber_loss, negative_sampling,
        # normal distributions
        gaussian_kl, gaussian_nll, reparametrize,
    )
}  # fmt: skip
"""Every rule by its name; the tests walk this table, so a rule without a gradient check fails by name."""

__all__ = [
    *RULES, "ONCE", "RULES", "Pullback", "Rule", "Ruled", "along", "expect_twice", "in_short", "index_refusal",
    "new_shape", "one_axis",
    "several_axes", "whole_number", "written_out",
]  # fmt: skip
