"""Which network an estimator trains: one of the given hidden sizes, a copy of a given module, or one that is made."""

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from zerokara import arrays
from zerokara.arguments import is_whole, short
from zerokara.arrays import Array, DTypeLike
from zerokara.autodiff import Tensor, no_grad
from zerokara.models import MultiLayerNet
from zerokara.nn import Linear, Module
from zerokara.training.evaluation import evaluation_mode

Network = int | Sequence[int] | Module | Callable[[int, int], Module]


def made(network: Any, x: Array, outputs: int, activation: str, seed: int) -> Module:
    """The network to train on examples like `x` (N, D, …), with `outputs` outputs.

    Sizes: `MultiLayerNet` in the dtype of x, its initial values functions of `seed`. A module is copied, with
    the weights it has; a function is called with the numbers of inputs and of outputs. ValueError or TypeError for what
    is none of these, and for a network that does not answer a batch (N, D, …) with (N, outputs).
    """
    if isinstance(network, Module):
        model = copy.deepcopy(network)
    elif callable(network) and not isinstance(network, type):
        model = network(int(np.prod(x.shape[1:])), outputs)
        if not isinstance(model, Module):
            raise TypeError(f"the function given as network returns a Module; got {short(model)}")
    else:
        model = _of_sizes(_sizes(network), int(np.prod(x.shape[1:])), outputs, activation, seed).astype(x.dtype)
    _expect_outputs(model, x, outputs)
    return model


def dtype_of(model: Module) -> DTypeLike:
    """The dtype that a network computes in: that of its first floating-point parameter."""
    kinds = (parameter.data.dtype for parameter in model.parameters())
    return next((kind for kind in kinds if np.issubdtype(kind, np.floating)), np.dtype(np.float32))


def _of_sizes(sizes: list[int], inputs: int, outputs: int, activation: str, seed: int) -> Module:
    """Linear – activation – … – Linear, weights and biases uniform in ±√(6 / (inputs + outputs of the layer)).

    Source: Glorot and Bengio 2010. Biases are drawn too: of few inputs, units that all bend at the origin see little.
    """
    rng = arrays.generator(seed, "network")
    model = MultiLayerNet(inputs, sizes, outputs, activation=activation, rng=rng)
    for layer in model.modules():
        if isinstance(layer, Linear):
            bound = np.sqrt(6 / sum(layer.weight.shape))
            for _, parameter in layer.named_parameters():
                parameter.data = rng.uniform(-bound, bound, parameter.shape).astype(parameter.dtype)
    return model


def _sizes(network: Any) -> list[int]:
    sizes = [network] if is_whole(network) else list(network) if _is_list(network) else None
    if sizes is None or not all(is_whole(size) and size >= 1 for size in sizes):
        hint = ": make one of it, as Net()" if isinstance(network, type) and issubclass(network, Module) else ""
        raise ValueError(
            "network is a list of hidden sizes, as [100, 50], a Module, or a function (inputs, outputs) → Module; "
            f"got {short(network)}{hint}"
        )
    return [int(size) for size in sizes]


def _is_list(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | dict)


def _expect_outputs(model: Module, x: Array, outputs: int) -> None:
    two = x[np.zeros(2, int)].astype(dtype_of(model))
    with evaluation_mode(model), no_grad(), np.errstate(all="ignore"):
        answer = model(Tensor(two))
    shape = getattr(answer, "shape", None)
    if shape != (2, outputs):
        raise ValueError(
            f"the network has to answer a batch (N, {', '.join(map(str, x.shape[1:]))}) with (N, {outputs}), one "
            f"output a class or target; of two examples it made {short(answer) if shape is None else shape}"
        )
