"""Automatic differentiation: the tensor, the graph, and the derivatives by differences that check it."""

from zerokara.autodiff.drawing import Drawing, draw
from zerokara.autodiff.gradients import gradients
from zerokara.autodiff.graph import enable_grad, no_grad, recording, set_grad_enabled
from zerokara.autodiff.noting import noting
from zerokara.autodiff.numerical import check_gradients, numerical_diff, numerical_gradient
from zerokara.autodiff.tensor import Tensor, apply, as_tensor, tensor

__all__ = [
    "Drawing",
    "Tensor",
    "apply",
    "as_tensor",
    "check_gradients",
    "draw",
    "enable_grad",
    "gradients",
    "no_grad",
    "noting",
    "numerical_diff",
    "numerical_gradient",
    "recording",
    "set_grad_enabled",
    "tensor",
]
