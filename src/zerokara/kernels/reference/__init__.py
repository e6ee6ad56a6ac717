"""The reference kernels: every formula as the textbook writes it, in plain NumPy.

These functions are the definition. Any other family repeats their names and signatures and has to agree with them on
every case. Shapes throughout: images (N, C, H, W), filters (F, C/groups, P, Q); pairs are (rows, columns); the result
has the dtype of the input (float32 or float64); nothing but the optimizer steps changes an argument.
"""

from zerokara.kernels.reference.activation import (
    erf,
    gelu_tanh,
    gelu_tanh_grad,
    ndtr,
    relu,
    relu_grad,
    sigmoid,
    silu,
    silu_grad,
)
from zerokara.kernels.reference.attention import attention, attention_grad_bias, attention_grads
from zerokara.kernels.reference.conv import (
    channel_sum,
    col2im,
    conv2d,
    conv2d_grad_w,
    conv2d_grad_x,
    conv_output_size,
    im2col,
)
from zerokara.kernels.reference.fingerprint import fingerprint
from zerokara.kernels.reference.index import scatter
from zerokara.kernels.reference.loss import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
    cross_entropy,
    cross_entropy_grad,
)
from zerokara.kernels.reference.matmul import matmul
from zerokara.kernels.reference.norm import (
    batch_norm,
    batch_norm_grads,
    batch_statistics,
    count_up,
    group_norm,
    group_norm_grads,
    layer_norm,
    layer_norm_grads,
    update_running,
)
from zerokara.kernels.reference.optimizer import adagrad_step, adam_step, momentum_step, rmsprop_step, sgd_step
from zerokara.kernels.reference.pool import (
    avg_pool2d,
    avg_pool2d_grad,
    max_pool2d,
    max_pool2d_grad,
    pool_output_size,
)
from zerokara.kernels.reference.recurrent import gru, gru_grads, lstm, lstm_grads, rnn, rnn_grads
from zerokara.kernels.reference.resampling import upsample_nearest, upsample_nearest_grad
from zerokara.kernels.reference.scaling import scale_into
from zerokara.kernels.reference.squares import square_sum

__all__ = [
    "adagrad_step",
    "adam_step",
    "attention",
    "attention_grad_bias",
    "attention_grads",
    "avg_pool2d",
    "avg_pool2d_grad",
    "batch_norm",
    "batch_norm_grads",
    "batch_statistics",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad",
    "channel_sum",
    "col2im",
    "conv2d",
    "conv2d_grad_w",
    "conv2d_grad_x",
    "conv_output_size",
    "count_up",
    "cross_entropy",
    "cross_entropy_grad",
    "erf",
    "fingerprint",
    "gelu_tanh",
    "gelu_tanh_grad",
    "group_norm",
    "group_norm_grads",
    "gru",
    "gru_grads",
    "im2col",
    "layer_norm",
    "layer_norm_grads",
    "lstm",
    "lstm_grads",
    "matmul",
    "max_pool2d",
    "max_pool2d_grad",
    "momentum_step",
    "ndtr",
    "pool_output_size",
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
    "update_running",
    "upsample_nearest",
    "upsample_nearest_grad",
]
