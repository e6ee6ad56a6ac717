"""Layers, containers and initial values: PyTorch's names, layouts and conventions."""

from typing import TYPE_CHECKING, Any

from zerokara.autodiff.elsewhere import absent
from zerokara.nn import functional, init
from zerokara.nn.activation import (
    ACTIVATIONS,
    GELU,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Softplus,
    Tanh,
    activation_by_name,
)
from zerokara.nn.attention import MultiheadAttention
from zerokara.nn.cells import GRUCell, LSTMCell, RNNCell
from zerokara.nn.container import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from zerokara.nn.conv import Conv1d, Conv2d, ConvTranspose2d
from zerokara.nn.dropout import Dropout, Dropout2d
from zerokara.nn.embedding import Embedding
from zerokara.nn.group_norm import GroupNorm, InstanceNorm1d, InstanceNorm2d
from zerokara.nn.linear import Linear
from zerokara.nn.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    GaussianNLLLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from zerokara.nn.module import Module, observe, observing
from zerokara.nn.norm import BatchNorm1d, BatchNorm2d, LayerNorm, LocalResponseNorm, RMSNorm
from zerokara.nn.parameter import Parameter
from zerokara.nn.pool import AdaptiveAvgPool2d, AvgPool1d, AvgPool2d, GlobalAvgPool2d, MaxPool1d, MaxPool2d
from zerokara.nn.positions import LearnedPositions, SinusoidalPositions
from zerokara.nn.recurrent import GRU, LSTM, RNN
from zerokara.nn.shape import Flatten, Identity, Unflatten, Upsample, ZeroPad2d
from zerokara.nn.sync_norm import SyncBatchNorm
from zerokara.nn.transformer import (
    TransformerDecoder,
    TransformerDecoderLayer,
    TransformerEncoder,
    TransformerEncoderLayer,
)
from zerokara.nn.units import (
    ELU,
    GLU,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LogSigmoid,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU6,
    SiLU,
)
from zerokara.refusing import speaking, speaking_methods

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "GLU",
    "GRU",
    "LSTM",
    "RNN",
    "AdaptiveAvgPool2d",
    "AvgPool1d",
    "AvgPool2d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv1d",
    "Conv2d",
    "ConvTranspose2d",
    "CrossEntropyLoss",
    "Dropout",
    "Dropout2d",
    "Embedding",
    "Flatten",
    "GRUCell",
    "GaussianNLLLoss",
    "GlobalAvgPool2d",
    "GroupNorm",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "HuberLoss",
    "Identity",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "KLDivLoss",
    "L1Loss",
    "LSTMCell",
    "LayerNorm",
    "LeakyReLU",
    "LearnedPositions",
    "Linear",
    "LocalResponseNorm",
    "LogSigmoid",
    "LogSoftmax",
    "MSELoss",
    "MaxPool1d",
    "MaxPool2d",
    "Mish",
    "Module",
    "ModuleDict",
    "ModuleList",
    "MultiheadAttention",
    "NLLLoss",
    "PReLU",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "RMSNorm",
    "RNNCell",
    "ReLU",
    "ReLU6",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SinusoidalPositions",
    "SmoothL1Loss",
    "Softmax",
    "Softplus",
    "SyncBatchNorm",
    "Tanh",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "Unflatten",
    "Upsample",
    "ZeroPad2d",
    "activation_by_name",
    "functional",
    "init",
    "observe",
    "observing",
]

ELSEWHERE = {
    "utils": ": zk.optim.clip_grad_norm and clip_grad_value clip gradients",
    "DataParallel": ": one process uses all cores",
    "Transformer": ": nn.TransformerEncoder and nn.TransformerDecoder are its two halves",
    **dict.fromkeys(("Conv3d", "BatchNorm3d", "MaxPool3d", "AvgPool3d"), ": pictures have two axes of pixels here"),
}
"""What PyTorch's users look for, and what is said of it."""

if not TYPE_CHECKING:  # a type checker is to know which names there are

    def __getattr__(name: str) -> Any:
        raise absent("zerokara.nn", name, ELSEWHERE, __all__)


speaking(globals(), __all__)
speaking_methods(Module, "apply", "astype", "load_state_dict", "register_buffer", "to", "train")
speaking_methods(Sequential, "__getitem__")
