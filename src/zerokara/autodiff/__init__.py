"""Automatic differentiation: the tensor, the graph, and the derivatives by differences that check it."""

from zerokara.autodiff.drawing import Drawing, draw
from zerokara.autodiff.gradients import gradients
from zerokara.autodiff.graph import enable_grad, no_grad, recording, set_grad_enabled
from zerokara.autodiff.noting import noting
from zerokara.autodiff.numerical import check_gradients, numerical_diff, numerical_gradient
from zerokara.autodiff.second import hessian, hvp, jacobian
from zerokara.autodiff.tensor import Tensor, apply, as_tensor, tensor
from zerokara.refusing import speaking, speaking_methods

__all__ = [
    "Drawing",
    "Tensor",
    "apply",
    "as_tensor",
    "check_gradients",
    "draw",
    "enable_grad",
    "gradients",
    "hessian",
    "hvp",
    "jacobian",
    "no_grad",
    "noting",
    "numerical_diff",
    "numerical_gradient",
    "recording",
    "set_grad_enabled",
    "tensor",
]

speaking(
    globals(), set(__all__) - {"Tensor", "apply", "as_tensor"}, naming=True
)  # in these three, every operation comes past
SELDOM = "add add_ all any argmax argmin argsort matmul norm requires_grad_ sort sub sub_ to topk"
speaking_methods(Tensor, *SELDOM.split())
