"""The fully connected networks of chapter 6, and what their initial values and optimizers are called."""

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.data import Dataset, Split, scaled
from zerokara.experiments.tongue import Tongue
from zerokara.functional import cross_entropy
from zerokara.models import MultiLayerNet
from zerokara.nn import BatchNorm1d, Module, Sequential
from zerokara.nn.init import INITIALIZERS, Init

ACTIVATIONS = ("relu", "sigmoid", "tanh", "leaky_relu", "gelu")
PLACEMENTS = ("before", "after")
BOOK_EPS = 1e-6
"""The ε of the book's batch normalization; PyTorch's and our own is 1e-5."""
_FUNCTIONS = {"relu": "ReLU", "tanh": "tanh", "leaky_relu": "leaky ReLU", "gelu": "GELU"}
_METHODS = {"sgd": "SGD", "adagrad": "AdaGrad", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}


def network(
    data: Dataset,
    hidden: Sequence[int],
    *,
    rng: np.random.Generator,
    activation: str = "relu",
    init: str = "he",
    batch_norm: str = "",
    eps: float = 1e-5,
) -> Module:
    """A network of hidden layers for the pictures and classes of `data`.

    batch_norm: "before" or "after" the activation function of every hidden layer; "" is without. The same `rng` gives
    the same weights with and without.
    """
    inputs = int(np.prod(data.train.shape))
    plain = MultiLayerNet(inputs, hidden, len(data.classes), activation=activation, init=initial(init), rng=rng)
    if not batch_norm:
        return plain
    follows = {"before": "fc", "after": "act"}[batch_norm]
    layers: dict[str, Module] = {}
    for name, layer in plain.named_children():
        layers[name] = layer
        number = name.removeprefix(follows)
        if name != number and int(number) <= len(hidden):
            layers[f"bn{number}"] = BatchNorm1d(hidden[int(number) - 1], eps=eps)
    return Sequential(**layers)


def first_gradients(model: Module, examples: Split) -> Array:
    """Mean |∂L/∂W| of every linear layer, from the input to the output, for the loss of `examples`. Shape: (layers,)"""
    model.zero_grad()
    cross_entropy(model.train()(Tensor(scaled(examples.images))), examples.labels).backward()
    weights = [p for _, p in model.named_parameters() if p.ndim == 2]
    return np.array([np.mean(np.abs(np.asarray(p.grad, dtype=np.float64))) for p in weights])


def initial(name: str) -> Init:
    """The initial values meant by a name, or by a number in letters: their standard deviation.

    Raises ValueError for anything else.
    """
    if name in INITIALIZERS:
        return name
    try:
        std = float(name)
    except ValueError:
        raise ValueError(
            f"initial values are a standard deviation or one of {', '.join(INITIALIZERS)}; got {name!r}"
        ) from None
    if not 0 <= std < np.inf:
        raise ValueError(f"a standard deviation is a number, 0 or above; got {name}")
    return std


def init_label(name: str, t: Tongue) -> str:
    """`Xavier`, `He`, `std 0.01`."""
    return name.capitalize() if name in INITIALIZERS else t("std {s}", "標準偏差 {s}", s=name)


def activation_label(name: str, t: Tongue) -> str:
    """`ReLU`, `sigmoid`."""
    return _FUNCTIONS.get(name) or t("sigmoid", "シグモイド")


def optimizer_label(name: str, t: Tongue) -> str:
    """`SGD`, `Momentum`."""
    named = {"momentum": t("Momentum", "モメンタム"), "nesterov": t("Nesterov", "ネステロフ")}
    return named.get(name) or _METHODS[name]


def paired(optimizers: Sequence[str], lr: Sequence[float]) -> list[tuple[str, float]]:
    """Every optimizer with its learning rate; a single rate holds for all. ValueError if they do not pair up."""
    rates = list(lr) * len(optimizers) if len(lr) == 1 else list(lr)
    if len(rates) != len(optimizers):
        raise ValueError(f"{len(optimizers)} optimizers need as many learning rates, or one for all; got {len(lr)}")
    return list(zip(optimizers, rates, strict=True))
