"""A loss that punishes steep slopes, a network for it, and its gradient by differences."""

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, numerical_gradient, tensor
from zerokara.nn import Linear, Sequential, Tanh


def penalised(net: Sequential, x: Array | Tensor, t: Array | Tensor, strength: float) -> tuple[Tensor, Tensor]:
    """(mean squares + λ·mean (dy/dx)², the mean squared slope)"""
    at = x if isinstance(x, Tensor) else tensor(x)
    at = at.detach().requires_grad_()
    y = net(at)
    (slope,) = gradients(y.sum(), [at], create_graph=True)
    penalty = (slope * slope).mean()
    return F.mse_loss(y, t) + strength * penalty, penalty


def network(rng: np.random.Generator, width: int) -> Sequential:
    """1 – width – width – 1 with tanh between, float64."""
    layers = [Linear(a, b, rng=rng, dtype=np.float64) for a, b in ((1, width), (width, width), (width, 1))]
    return Sequential(layers[0], Tanh(), layers[1], Tanh(), layers[2])


def checked(rng: np.random.Generator, x: Array, t: Array) -> float:
    """The largest relative difference between the gradient of the penalised loss and central differences."""
    net, worst = network(rng, 4), 0.0
    penalised(net, x, t, 0.1)[0].backward()
    for parameter in net.parameters():
        kept = parameter.data

        def at(w: Array, parameter: Tensor = parameter) -> float:
            parameter.data = w
            return float(penalised(net, x, t, 0.1)[0].item())

        numerical = numerical_gradient(at, kept, 1e-5)
        parameter.data = kept
        back = parameter.grad if parameter.grad is not None else np.zeros(kept.shape)
        worst = max(worst, float(np.abs(numerical - back).max() / max(1e-2, float(np.abs(back).max()))))
    return worst
