"""What a model is made of: one row a layer, found by running it once."""

import math
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Shape
from zerokara.autodiff import Tensor, no_grad
from zerokara.kernels import use_kernels
from zerokara.nn import Conv2d, Linear, Module, observe
from zerokara.nn.init import fan_in


@dataclass(frozen=True)
class LayerRow:
    """One call of one layer. Shapes are without the batch axis; () for a layer that the forward pass never calls."""

    name: str
    kind: str
    output_shape: Shape
    parameters: int
    multiply_adds: int


def summarize(model: Module, input_shape: Shape) -> list[LayerRow]:
    """The rows of `model` for samples of `input_shape` (no batch axis), in the order of computing.

    The model runs once, in evaluation mode and without recording, on a batch of one sample of zeros; afterwards it is
    as before. A layer is a module without modules inside, or with parameters of its own. Parameters that are shared
    are counted in the first row that uses them; a layer that is never called comes last: the rows add up to the model.
    """
    calls = _calls(model, input_shape)
    called = {id(layer) for layer, _ in calls}
    calls += [(layer, ()) for layer in model.modules() if id(layer) not in called]
    names = {id(layer): name for name, layer in model.named_modules()}
    counted: set[int] = set()
    return [_row(names.get(id(layer), ""), layer, shape, counted) for layer, shape in calls if _is_layer(layer)]


def count_parameters(model: Module) -> int:
    """How many numbers the model learns, shared ones once."""
    return sum(parameter.size for parameter in model.parameters())


def _calls(model: Module, input_shape: Shape) -> list[tuple[Module, Shape]]:
    calls: list[tuple[Module, Shape]] = []
    modes = [(module, module.training) for module in model.modules()]
    dtype = next((parameter.dtype for parameter in model.parameters()), np.dtype(np.float32))
    zeros = Tensor(np.zeros((1, *input_shape), dtype))
    try:
        with no_grad(), use_kernels("reference"), observe(lambda layer, y: calls.append((layer, y.shape[1:]))):
            model.eval()(zeros)
    finally:
        for module, mode in modes:
            module.training = mode
    return calls


def _is_layer(module: Module) -> bool:
    return bool(_own_parameters(module)) or not any(module.children())


def _own_parameters(module: Module) -> dict[int, int]:
    """{identity: size} of the parameters that no inner module holds."""
    inner = {id(p) for child in module.children() for p in child.parameters()}
    return {id(p): p.size for p in module.parameters() if id(p) not in inner}


def _row(name: str, layer: Module, shape: Shape, counted: set[int]) -> LayerRow:
    own = _own_parameters(layer)
    new = sum(size for identity, size in own.items() if identity not in counted)
    counted.update(own)
    return LayerRow(name, type(layer).__name__, shape, new, _multiply_adds(layer, shape))


def _multiply_adds(layer: Module, output: Shape) -> int:
    """Multiplications, each with its addition, for one sample: every output of a weighted layer sums n_in products."""
    if not output or not isinstance(layer, Linear | Conv2d):
        return 0
    return math.prod(output) * fan_in(layer.weight.shape)
