"""Matrices of derivatives: Jacobian, Hessian, and the product of a Hessian with a vector. PyTorch's names."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff.gradients import gradients
from zerokara.autodiff.tensor import Tensor, as_tensor, tensor

Function = Callable[..., Tensor]


def jacobian(f: Function, inputs: Any, *, create_graph: bool = False) -> Any:
    """J[i…, j…] = ∂y[i…]/∂x[j…] of y = f(x), one backward pass a number of y.

    `inputs` is a tensor, an array or a number, or a tuple of them, the arguments of f; f gets tensors and returns one.
    The result has the shape of y, then that of x: an array for one input, for a tuple a tuple of arrays; with
    `create_graph` tensors that can be differentiated again. As torch.autograd.functional.jacobian.
    """
    points, several = _points(inputs)
    rows = _rows(_value("jacobian", f, points), points, create_graph)
    return tuple(rows) if several else rows[0]


def hessian(f: Function, inputs: Any, *, create_graph: bool = False) -> Any:
    """H[i…, j…] = ∂²y/∂x[i…]∂x[j…] of a function whose value y is one number: the Jacobian of its gradient.

    `inputs` as for `jacobian`; for a tuple the result is a tuple of tuples, H[a][b] by the inputs a and b. It costs a
    backward pass for each number in x: `hvp` gives its product with a vector for the price of about two. As
    torch.autograd.functional.hessian.
    """
    points, several = _points(inputs)
    slopes = gradients(_number("hessian", f, points), points, create_graph=True)
    blocks = [tuple(_rows(slope, points, create_graph)) for slope in slopes]
    return tuple(blocks) if several else blocks[0][0]


def hvp(f: Function, inputs: Any, v: Any) -> tuple[Any, Any]:
    """(f(x), H·v): the Hessian of f times a vector, without ever writing the matrix down.

    H·v = ∇⟨∇f(x), v⟩, since v is constant: two backward passes, whatever the size of x (Pearlmutter, 1994, doi
    10.1162/neco.1994.6.1.147). `inputs` as for `jacobian`, and v of the same shape, or a tuple of such. As
    torch.autograd.functional.hvp.
    """
    points, several = _points(inputs)
    vectors = [np.asarray(part) for part in (v if several and isinstance(v, tuple) else (v,))]
    if [part.shape for part in vectors] != [x.shape for x in points]:
        raise ValueError(
            f"hvp expects v in the shapes of the inputs, {[tuple(x.shape) for x in points]}; "
            f"got {[part.shape for part in vectors]}"
        )
    y = _number("hvp", f, points)
    slopes = gradients(y, points, create_graph=True)
    along = sum((slope * part.astype(slope.dtype)).sum() for slope, part in zip(slopes, vectors, strict=True))
    products = gradients(along, points)
    return y.data, tuple(products) if several else products[0]


def _points(inputs: Any) -> tuple[list[Tensor], bool]:
    """The inputs as tensors that want gradients, and whether there are several. One with a history keeps it."""
    several = isinstance(inputs, tuple)
    points = [
        x if isinstance(x, Tensor) and x.requires_grad else tensor(x, requires_grad=True)
        for x in (inputs if several else (inputs,))
    ]
    return points, several


def _value(name: str, f: Function, points: list[Tensor]) -> Tensor:
    y = f(*points)
    if not isinstance(y, Tensor):
        raise TypeError(f"{name} expects a function that returns a tensor; got {type(y).__name__}")
    return y


def _number(name: str, f: Function, points: list[Tensor]) -> Tensor:
    y = _value(name, f, points)
    if y.size != 1:
        raise ValueError(f"{name} expects a function whose value is one number; got the shape {y.shape}")
    return y


def _rows(y: Tensor, points: list[Tensor], create_graph: bool) -> list[Any]:
    """∂y/∂x for each x, in the shape of y and then that of x."""
    found: list[list[Any]] = [[] for _ in points]
    for i in range(int(y.size)):
        one: Array = np.zeros(y.size, y.dtype)
        one[i] = 1
        row = gradients(y, points, one.reshape(y.shape), create_graph=create_graph, retain_graph=True)
        for parts, part in zip(found, row, strict=True):
            parts.append(part)
    shaped = [
        np.stack(parts).reshape((*y.shape, *x.shape)) if parts else np.zeros((*y.shape, *x.shape), x.dtype)
        for parts, x in zip(found, points, strict=True)
    ]
    return [as_tensor(part) for part in shaped] if create_graph else shaped
