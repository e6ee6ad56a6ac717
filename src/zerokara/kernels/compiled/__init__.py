"""The compiled kernels: the reference's names and signatures, in Numba.

What is missing here is taken from the reference: NumPy's own loops are as good for those.
"""

from collections.abc import Callable
from typing import Any

from zerokara.kernels.compiled.activation import add_relu, relu, relu_grad
from zerokara.kernels.compiled.attention import attention, attention_grads
from zerokara.kernels.compiled.binary import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
)
from zerokara.kernels.compiled.build import warm_up
from zerokara.kernels.compiled.conv import (
    channel_sum,
    conv2d,
    conv2d_fused,
    conv2d_grad_w,
    conv2d_grad_x,
    conv2d_grad_x_fused,
)
from zerokara.kernels.compiled.curves import exp, logaddexp, sigmoid
from zerokara.kernels.compiled.elementwise import add, copy_to, divide, fill, multiply, negative, scale, subtract
from zerokara.kernels.compiled.fingerprint import fingerprint
from zerokara.kernels.compiled.gelu import gelu_tanh, gelu_tanh_grad
from zerokara.kernels.compiled.group_norm import group_norm, group_norm_grads
from zerokara.kernels.compiled.index import scatter
from zerokara.kernels.compiled.layer_norm import layer_norm, layer_norm_grads
from zerokara.kernels.compiled.learning import (
    matmul_adagrad_step,
    matmul_adam_step,
    matmul_momentum_step,
    matmul_rmsprop_step,
    matmul_sgd_step,
)
from zerokara.kernels.compiled.loss import cross_entropy, cross_entropy_grad, cross_entropy_mean
from zerokara.kernels.compiled.matmul import linear_fused, matmul, matmul_masked, row_sum
from zerokara.kernels.compiled.memory import keep_freed_memory
from zerokara.kernels.compiled.norm import (
    batch_norm,
    batch_norm_grads,
    batch_norm_train,
    batch_norm_train_grads,
    batch_statistics,
    count_up,
    update_running,
)
from zerokara.kernels.compiled.optimizer import (
    adagrad_step,
    adam_step,
    momentum_step,
    rmsprop_step,
    sgd_step,
    together,
)
from zerokara.kernels.compiled.pool import (
    avg_pool2d,
    avg_pool2d_grad,
    max_pool2d,
    max_pool2d_grad,
    max_pool2d_places,
    max_pool2d_places_grad,
    relu_max_pool2d_places,
)
from zerokara.kernels.compiled.recurrent import gru, gru_grads, lstm, lstm_grads, rnn, rnn_grads
from zerokara.kernels.compiled.resampling import upsample_nearest, upsample_nearest_grad
from zerokara.kernels.compiled.scaling import scale_into
from zerokara.kernels.compiled.silu import silu, silu_grad
from zerokara.kernels.compiled.squares import square_sum, total

FUSED: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        add,
        add_relu,
        batch_norm_train,
        batch_norm_train_grads,
        conv2d_fused,
        conv2d_grad_x_fused,
        copy_to,
        cross_entropy_mean,
        divide,
        exp,
        fill,
        matmul_adagrad_step,
        matmul_adam_step,
        matmul_momentum_step,
        matmul_rmsprop_step,
        matmul_sgd_step,
        max_pool2d_places,
        max_pool2d_places_grad,
        linear_fused,
        logaddexp,
        matmul_masked,
        multiply,
        negative,
        relu_max_pool2d_places,
        row_sum,
        scale,
        subtract,
        total,
    )
}
"""Kernels that only recorded steps use: several kernels, or a NumPy operation, in one pass over the memory."""

__all__ = [
    "FUSED",
    "adagrad_step",
    "adam_step",
    "attention",
    "attention_grads",
    "avg_pool2d",
    "avg_pool2d_grad",
    "batch_norm",
    "batch_norm_grads",
    "batch_statistics",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad",
    "channel_sum",
    "conv2d",
    "conv2d_grad_w",
    "conv2d_grad_x",
    "count_up",
    "cross_entropy",
    "cross_entropy_grad",
    "fingerprint",
    "gelu_tanh",
    "gelu_tanh_grad",
    "group_norm",
    "group_norm_grads",
    "gru",
    "gru_grads",
    "layer_norm",
    "layer_norm_grads",
    "lstm",
    "lstm_grads",
    "matmul",
    "max_pool2d",
    "max_pool2d_grad",
    "momentum_step",
    "relu",
    "relu_grad",
    "rmsprop_step",
    "rnn",
    "rnn_grads",
    "scale_into",
    "scatter",
    "sgd_step",
    "sigmoid",
    "silu",
    "silu_grad",
    "square_sum",
    "together",
    "update_running",
    "upsample_nearest",
    "upsample_nearest_grad",
    "warm_up",
]

keep_freed_memory()
