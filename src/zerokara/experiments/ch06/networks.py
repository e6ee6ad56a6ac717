"""The fully connected networks of chapter 6, and what their initial values and optimizers are called."""

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
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


def gradient_error(model: Module, examples: Split, h: float = 1e-6) -> float:
    """How far backpropagation is from the slope of the loss, relative to it: the worst weight matrix of `model`.

    The slope is measured in float64 by a central difference along the gradient of one matrix at a time, where it must
    be the gradient's length. Matrices with a gradient too faint for that, below 1e-5, are left out; all: 0.
    The model is converted to float64.
    """
    model.astype(np.float64).train()
    x = Tensor(scaled(examples.images, np.float64))

    def loss() -> Tensor:
        return cross_entropy(model(x), examples.labels)

    loss().backward()
    worst = 0.0
    for weight in [p for p in model.parameters() if p.ndim == 2]:
        gradient = np.array(weight.grad)
        length = float(np.linalg.norm(gradient))
        if length > 1e-5:
            kept, step = weight.data, h * gradient / length
            ends = []
            for weight.data in (kept + step, kept - step):
                with no_grad():
                    ends.append(loss().item())
            weight.data = kept
            worst = max(worst, abs((ends[0] - ends[1]) / (2 * h) - length) / length)
    return worst


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
