"""Automatic differentiation: the tensor, the graph, and the derivatives by differences that check it."""

from zerokara.autodiff.drawing import Drawing, draw
from zerokara.autodiff.gradients import gradients
from zerokara.autodiff.graph import no_grad, recording
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
    "gradients",
    "no_grad",
    "noting",
    "numerical_diff",
    "numerical_gradient",
    "recording",
    "tensor",
]
