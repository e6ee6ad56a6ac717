"""Layers, containers and initial values: PyTorch's names, layouts and conventions."""

from zerokara.nn import init
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
from zerokara.nn.container import ModuleList, Sequential
from zerokara.nn.conv import Conv2d
from zerokara.nn.dropout import Dropout
from zerokara.nn.linear import Linear
from zerokara.nn.module import Module, observe, observing
from zerokara.nn.norm import BatchNorm1d, BatchNorm2d, LayerNorm, LocalResponseNorm
from zerokara.nn.parameter import Parameter
from zerokara.nn.pool import AdaptiveAvgPool2d, AvgPool2d, GlobalAvgPool2d, MaxPool2d
from zerokara.nn.shape import Flatten, Identity

__all__ = [
    "ACTIVATIONS",
    "GELU",
    "AdaptiveAvgPool2d",
    "AvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv2d",
    "Dropout",
    "Flatten",
    "GlobalAvgPool2d",
    "Identity",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "MaxPool2d",
    "Module",
    "ModuleList",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "activation_by_name",
    "init",
    "observe",
    "observing",
]
