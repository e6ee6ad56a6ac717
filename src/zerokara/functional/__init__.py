"""Every rule lifted to tensors: the catalogue. Names and order of arguments are PyTorch's.

Arguments may be tensors or arrays. The formulas stand in `zerokara.rules`, under the same names.
"""

from typing import TYPE_CHECKING, Any

from zerokara.autodiff.elsewhere import absent
from zerokara.functional.activation import gelu as gelu
from zerokara.functional.activation import leaky_relu as leaky_relu
from zerokara.functional.activation import log_softmax as log_softmax
from zerokara.functional.activation import relu as relu
from zerokara.functional.activation import sigmoid as sigmoid
from zerokara.functional.activation import softmax as softmax
from zerokara.functional.activation import softplus as softplus
from zerokara.functional.activation import step as step
from zerokara.functional.activation import tanh as tanh
from zerokara.functional.arithmetic import absolute as absolute
from zerokara.functional.arithmetic import add as add
from zerokara.functional.arithmetic import clip as clip
from zerokara.functional.arithmetic import cos as cos
from zerokara.functional.arithmetic import divide as divide
from zerokara.functional.arithmetic import erf as erf
from zerokara.functional.arithmetic import exp as exp
from zerokara.functional.arithmetic import log as log
from zerokara.functional.arithmetic import logaddexp as logaddexp
from zerokara.functional.arithmetic import maximum as maximum
from zerokara.functional.arithmetic import minimum as minimum
from zerokara.functional.arithmetic import multiply as multiply
from zerokara.functional.arithmetic import ndtr as ndtr
from zerokara.functional.arithmetic import negative as negative
from zerokara.functional.arithmetic import power as power
from zerokara.functional.arithmetic import sin as sin
from zerokara.functional.arithmetic import sqrt as sqrt
from zerokara.functional.arithmetic import subtract as subtract
from zerokara.functional.arithmetic import where as where
from zerokara.functional.attention import attention_weights as attention_weights
from zerokara.functional.attention import scaled_dot_product_attention as scaled_dot_product_attention
from zerokara.functional.classes import embedding as embedding
from zerokara.functional.classes import negative_sampling_loss as negative_sampling_loss
from zerokara.functional.classes import one_hot as one_hot
from zerokara.functional.conv import conv1d as conv1d
from zerokara.functional.conv import conv2d as conv2d
from zerokara.functional.conv import conv_transpose2d as conv_transpose2d
from zerokara.functional.dropout import dropout as dropout
from zerokara.functional.dropout import dropout2d as dropout2d
from zerokara.functional.likelihood import gaussian_kl as gaussian_kl
from zerokara.functional.likelihood import gaussian_nll_loss as gaussian_nll_loss
from zerokara.functional.likelihood import reparametrize as reparametrize
from zerokara.functional.loss import binary_cross_entropy as binary_cross_entropy
from zerokara.functional.loss import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from zerokara.functional.loss import cross_entropy as cross_entropy
from zerokara.functional.loss import huber_loss as huber_loss
from zerokara.functional.loss import kl_div as kl_div
from zerokara.functional.loss import l1_loss as l1_loss
from zerokara.functional.loss import mse_loss as mse_loss
from zerokara.functional.loss import nll_loss as nll_loss
from zerokara.functional.loss import smooth_l1_loss as smooth_l1_loss
from zerokara.functional.loss import squared_error as squared_error
from zerokara.functional.matmul import einsum as einsum
from zerokara.functional.matmul import linear as linear
from zerokara.functional.matmul import matmul as matmul
from zerokara.functional.norm import batch_norm as batch_norm
from zerokara.functional.norm import group_norm as group_norm
from zerokara.functional.norm import instance_norm as instance_norm
from zerokara.functional.norm import layer_norm as layer_norm
from zerokara.functional.norm import local_response_norm as local_response_norm
from zerokara.functional.norm import rms_norm as rms_norm
from zerokara.functional.padding import pad as pad
from zerokara.functional.pool import adaptive_avg_pool2d as adaptive_avg_pool2d
from zerokara.functional.pool import avg_pool1d as avg_pool1d
from zerokara.functional.pool import avg_pool2d as avg_pool2d
from zerokara.functional.pool import global_avg_pool2d as global_avg_pool2d
from zerokara.functional.pool import max_pool1d as max_pool1d
from zerokara.functional.pool import max_pool2d as max_pool2d
from zerokara.functional.positions import rotary_positions as rotary_positions
from zerokara.functional.positions import sinusoidal_positions as sinusoidal_positions
from zerokara.functional.recurrent import gru as gru
from zerokara.functional.recurrent import lstm as lstm
from zerokara.functional.recurrent import rnn as rnn
from zerokara.functional.reduction import cumsum as cumsum
from zerokara.functional.reduction import logsumexp as logsumexp
from zerokara.functional.reduction import max as max
from zerokara.functional.reduction import mean as mean
from zerokara.functional.reduction import min as min
from zerokara.functional.reduction import sort as sort
from zerokara.functional.reduction import std as std
from zerokara.functional.reduction import sum as sum
from zerokara.functional.reduction import var as var
from zerokara.functional.reduction import vector_norm as vector_norm
from zerokara.functional.resampling import interpolate as interpolate
from zerokara.functional.shape import broadcast_to as broadcast_to
from zerokara.functional.shape import clone as clone
from zerokara.functional.shape import concatenate as concatenate
from zerokara.functional.shape import flatten as flatten
from zerokara.functional.shape import getitem as getitem
from zerokara.functional.shape import reshape as reshape
from zerokara.functional.shape import stack as stack
from zerokara.functional.shape import transpose as transpose
from zerokara.functional.units import elu as elu
from zerokara.functional.units import glu as glu
from zerokara.functional.units import hardsigmoid as hardsigmoid
from zerokara.functional.units import hardswish as hardswish
from zerokara.functional.units import hardtanh as hardtanh
from zerokara.functional.units import logsigmoid as logsigmoid
from zerokara.functional.units import mish as mish
from zerokara.functional.units import prelu as prelu
from zerokara.functional.units import relu6 as relu6
from zerokara.functional.units import silu as silu
from zerokara.refusing import speaking

CATALOGUE = tuple(
    name
    for name, thing in globals().items()
    if not name.startswith("_") and getattr(thing, "__module__", "").startswith(__name__)
)
"""The names of all functions that stand here."""

if not TYPE_CHECKING:  # a type checker is to know which names there are

    def __getattr__(name: str) -> Any:
        raise absent("zerokara.functional", name, {}, CATALOGUE)


speaking(globals(), CATALOGUE, naming=True)
