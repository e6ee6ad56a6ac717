"""A function for each network of the zoo, under torchvision's name: `models.resnet18(num_classes=10)`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.models.catalogue import MODELS, ZOO, build_model, model_name
from zerokara.nn import Module


def create(name: str, num_classes: int | None = None, in_channels: int | None = None, **settings: Any) -> Module:
    """A new model by its name, in which case, `_`, `-` and `.` do not matter: `create("ResNet_18", num_classes=10)`

    `num_classes`: as many answers, else those that it is published with; `in_channels`: of the pictures, else 3 (1 for
    the book's networks); `rng` draws the weights. For another size of picture there is `build_model`.
    """
    return _made(model_name(name), num_classes, in_channels, **settings)


def _made(
    name: str,
    num_classes: int | None = None,
    in_channels: int | None = None,
    weights: Any = None,
    rng: np.random.Generator | None = None,
    **unknown: Any,
) -> Module:
    if weights is not None or unknown.pop("pretrained", False):
        raise ValueError(
            f"{name} is made with random weights; for published ones: "
            f"model = models.create({name!r}), then model.load_state_dict(io.load_weights(FILE))"
        )
    if unknown:
        raise TypeError(f"{name} expects num_classes, in_channels and rng; got {', '.join(unknown)}")
    shape = MODELS[name].input_shape
    if in_channels is not None:
        shape = (in_channels, *shape[1:])
    return build_model(name, shape, num_classes, rng)


def _function(name: str) -> Callable[..., Module]:
    def make(num_classes: int | None = None, in_channels: int | None = None, **settings: Any) -> Module:
        return _made(name, num_classes, in_channels, **settings)

    make.__name__ = make.__qualname__ = python_name(name)
    make.__doc__ = f"{name}, as `create({name!r}, …)`."
    return make


def python_name(name: str) -> str:
    """`vgg16-bn` → `vgg16_bn`, `squeezenet1.0` → `squeezenet1_0`: torchvision's names."""
    return name.replace("-", "_").replace(".", "_")


FUNCTIONS: dict[str, Callable[..., Module]] = {python_name(entry.name): _function(entry.name) for entry in ZOO}
"""By torchvision's name; `models` has them as attributes."""
