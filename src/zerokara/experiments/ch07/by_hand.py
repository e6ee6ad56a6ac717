"""A convolutional network once more, written out with windows in double precision."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.experiments.ch07.side_by_side import SideBySide
from zerokara.nn import AvgPool2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential, Sigmoid, Tanh


def difference(model: Sequential, x: Array) -> float:
    """How far the scores of `model` are from those of the formulas, relative to the largest score. x: (N, C, H, W)."""
    with no_grad():
        own = model.eval()(Tensor(x)).data
    hand = scores(model, x)
    return float(np.abs(own - hand).max() / max(1e-3, float(np.abs(hand).max())))


def scores(model: Sequential, x: Array) -> Array:
    """The scores of a network of convolutions, pools and linear layers, in evaluation mode; float64."""
    x = x.astype(np.float64)
    for layer in model:
        x = _after(layer, x)
    return x


def _after(layer: Module, x: Array) -> Array:
    match layer:
        case Conv2d():
            return _convolved(layer, x)
        case MaxPool2d():
            around = [(0, 0), (0, 0), *((p, p) for p in layer.padding)]
            x = np.pad(x, around, constant_values=-np.inf)
            pooled: Array = windows(x, layer.kernel_size, layer.stride).max(axis=(4, 5))
            return pooled
        case AvgPool2d():
            return np.asarray(windows(x, layer.kernel_size, layer.stride).mean(axis=(4, 5)))
        case Linear():
            return x @ layer.weight.data.T.astype(np.float64) + (0 if layer.bias is None else layer.bias.data)
        case ReLU():
            return np.maximum(x, 0)
        case Sigmoid():
            return 1 / (1 + np.exp(-x))
        case Tanh():
            return np.tanh(x)
        case Flatten():
            return x.reshape(len(x), -1)
        case Dropout():
            return x
        case SideBySide():
            return np.concatenate([scores(path, x) for _, path in layer.paths()], axis=1)
    raise TypeError(f"there is no formula here for {type(layer).__name__}")


def _convolved(layer: Conv2d, x: Array) -> Array:
    """y[n,f,h,w] = Σ_cpq x[n, c, h·s+p, w·s+q] · weight[f,c,p,q] + bias[f]"""
    rows, columns = layer.padding
    x = np.pad(x, ((0, 0), (0, 0), (rows, rows), (columns, columns)))
    seen = windows(x, layer.kernel_size, layer.stride)
    y: Array = np.einsum("nchwpq,fcpq->nfhw", seen, layer.weight.data, optimize=True)
    return y if layer.bias is None else y + layer.bias.data[:, None, None]


def windows(x: Array, size: tuple[int, int], stride: tuple[int, int]) -> Array:
    """Every window of the pictures x (N, C, H, W). Shape: (N, C, H', W', P, Q)."""
    return sliding_window_view(x, size, axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
