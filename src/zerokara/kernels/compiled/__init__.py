"""The compiled kernels: the reference's names and signatures, in Numba.

What is missing here is taken from the reference: NumPy's own loops are as good for those.
"""

from zerokara.kernels.compiled.activation import relu, relu_grad
from zerokara.kernels.compiled.build import warm_up
from zerokara.kernels.compiled.conv import channel_sum, conv2d, conv2d_grad_w, conv2d_grad_x
from zerokara.kernels.compiled.index import scatter
from zerokara.kernels.compiled.loss import cross_entropy
from zerokara.kernels.compiled.matmul import matmul
from zerokara.kernels.compiled.memory import keep_freed_memory
from zerokara.kernels.compiled.norm import (
    batch_norm,
    batch_norm_grads,
    batch_statistics,
    layer_norm,
    layer_norm_grads,
)
from zerokara.kernels.compiled.optimizer import adagrad_step, adam_step, momentum_step, rmsprop_step, sgd_step
from zerokara.kernels.compiled.pool import avg_pool2d, avg_pool2d_grad, max_pool2d, max_pool2d_grad

__all__ = [
    "adagrad_step",
    "adam_step",
    "avg_pool2d",
    "avg_pool2d_grad",
    "batch_norm",
    "batch_norm_grads",
    "batch_statistics",
    "channel_sum",
    "conv2d",
    "conv2d_grad_w",
    "conv2d_grad_x",
    "cross_entropy",
    "layer_norm",
    "layer_norm_grads",
    "matmul",
    "max_pool2d",
    "max_pool2d_grad",
    "momentum_step",
    "relu",
    "relu_grad",
    "rmsprop_step",
    "scatter",
    "sgd_step",
    "warm_up",
]

keep_freed_memory()
