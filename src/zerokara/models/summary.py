"""What a model is made of: one row a layer, found by sending the shape of one sample through it."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from zerokara.arrays import Shape
from zerokara.autodiff import Tensor, no_grad
from zerokara.kernels import use_kernels
from zerokara.models.outline import Outline
from zerokara.nn import Conv1d, Conv2d, ConvTranspose2d, Linear, Module, Parameter, observe
from zerokara.nn.init import fan_in
from zerokara.nn.recurrent import Recurrent


@runtime_checkable
class Counted(Protocol):
    """A layer that says its own kind, and its multiplications for one sample: an operator of an ONNX file."""

    kind: str

    def multiply_adds(self, output: Shape) -> int:
        """Multiplications for an output of this shape."""


@dataclass(frozen=True)
class LayerRow:
    """One call of one layer. Shapes are without the batch axis; () for a layer that the forward pass never calls.

    `parameter_bytes` and `output_bytes` are the memory of the parameters counted here, and of the layer's result for
    one sample.
    """

    name: str
    kind: str
    output_shape: Shape
    parameters: int
    multiply_adds: int
    parameter_bytes: int = 0
    output_bytes: int = 0


@dataclass(frozen=True)
class Totals:
    """What the rows of a summary add up to, for one sample; shared parameters once.

    `memory` is that of parameters and results of all layers together: what the forward pass of a training step keeps.
    Gradients and an optimizer's numbers come on top, each as much as the parameters.
    """

    parameters: int
    multiply_adds: int
    parameter_bytes: int
    output_bytes: int

    @property
    def memory(self) -> int:
        """Bytes of parameters and outputs."""
        return self.parameter_bytes + self.output_bytes


def totals(rows: Sequence[LayerRow]) -> Totals:
    """The sums over the rows."""
    fields = ("parameters", "multiply_adds", "parameter_bytes", "output_bytes")
    return Totals(*(sum(getattr(row, field) for row in rows) for field in fields))


def summarize(model: Module, input_shape: Shape) -> list[LayerRow]:
    """The rows of `model` for samples of `input_shape` (no batch axis), in the order of computing.

    The shape of a batch of one sample goes through the model once, in evaluation mode; nothing is computed, so that the
    size of the model does not matter. (A model that looks at numbers gets zeros and computes.) Afterwards it is as
    before. A layer is a module without modules inside, or with parameters of its own. Parameters that are shared
    are counted in the first row that uses them; a layer that is never called comes last: the rows add up to the model.
    """
    calls = _calls(model, input_shape)
    called = {id(layer) for layer, _ in calls}
    calls += [(layer, ()) for layer in model.modules() if id(layer) not in called]
    names = {id(layer): name for name, layer in model.named_modules()}
    counted: set[int] = set()
    itemsize = _dtype(model).itemsize
    return [
        _row(names.get(id(layer), ""), layer, shape, counted, itemsize) for layer, shape in calls if _is_layer(layer)
    ]


def count_parameters(model: Module) -> int:
    """How many numbers the model learns, shared ones once."""
    return sum(parameter.size for parameter in model.parameters())


def _calls(model: Module, input_shape: Shape) -> list[tuple[Module, Shape]]:
    shape, dtype = (1, *input_shape), _dtype(model)
    with _evaluating(model), no_grad(), use_kernels("reference"):
        try:
            return _observed(model, Outline(shape, dtype))
        except (TypeError, AttributeError):  # it wants an array: if that is not the reason, the error comes again
            return _observed(model, np.zeros(shape, dtype))


def _observed(model: Module, x: Any) -> list[tuple[Module, Shape]]:
    calls: list[tuple[Module, Shape]] = []
    with observe(lambda layer, y: calls.append((layer, y.shape[1:]))):
        model(Tensor(x))
    return calls


@contextmanager
def _evaluating(model: Module) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def _dtype(model: Module) -> np.dtype[Any]:
    return next((parameter.dtype for parameter in model.parameters()), np.dtype(np.float32))


def _is_layer(module: Module) -> bool:
    return bool(_own_parameters(module)) or not any(module.children())


def _own_parameters(module: Module) -> list[Parameter]:
    """The parameters that no inner module holds."""
    inner = {id(p) for child in module.children() for p in child.parameters()}
    return [p for p in module.parameters() if id(p) not in inner]


def _row(name: str, layer: Module, shape: Shape, counted: set[int], itemsize: int) -> LayerRow:
    new = [p for p in _own_parameters(layer) if id(p) not in counted]
    counted.update(map(id, new))
    return LayerRow(
        name,
        layer.kind if isinstance(layer, Counted) else type(layer).__name__,
        shape,
        parameters=sum(p.size for p in new),
        multiply_adds=_multiply_adds(layer, shape),
        parameter_bytes=sum(p._data.nbytes for p in new),
        output_bytes=math.prod(shape) * itemsize if shape else 0,
    )


def _multiply_adds(layer: Module, output: Shape) -> int:
    """Multiplications, each with its addition, for one sample: every output of a weighted layer sums n_in products."""
    if output and isinstance(layer, Counted):
        return layer.multiply_adds(output)
    if output and isinstance(layer, ConvTranspose2d):  # every pixel that comes in lays out its filters
        sizes = zip(
            output[1:],
            layer.kernel_size,
            layer.stride,
            layer.padding,
            layer.output_padding,
            layer.dilation,
            strict=True,
        )
        pixels: list[int] = [(n - 1 - d * (k - 1) - more + 2 * p) // s + 1 for n, k, s, p, more, d in sizes]
        return layer.in_channels * math.prod(pixels) * fan_in(layer.weight.shape)
    if output and isinstance(layer, Recurrent):  # every weight is used at every step
        return math.prod(output[:-1]) * sum(p.size for p in layer.parameters() if p.ndim == 2)
    if not output or not isinstance(layer, Linear | Conv1d | Conv2d):
        return 0
    return math.prod(output) * fan_in(layer.weight.shape)
