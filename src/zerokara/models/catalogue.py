"""The models by name, with the parameter counts that are published for them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Shape
from zerokara.models.deep_conv import DeepConvNet
from zerokara.models.fast_conv import WIDE, FastConvNet
from zerokara.models.multi_layer import MultiLayerNet
from zerokara.models.reader import ReaderNet
from zerokara.models.simple_conv import SimpleConvNet
from zerokara.models.small_conv import SmallConvNet
from zerokara.models.two_layer import TwoLayerNet
from zerokara.nn import Module

Build = Callable[[Shape, int, np.random.Generator | None], Module]


@dataclass(frozen=True)
class ModelEntry:
    """A model in the catalogue: `build(input_shape, classes, rng)`, and what is known of it at its usual sizes."""

    name: str
    description: str
    build: Build
    parameters: int
    input_shape: Shape = (1, 28, 28)
    classes: int = 10


def _two_layer(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
    return TwoLayerNet(math.prod(input_shape), 50, classes, rng=rng)


def _multi_layer(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
    return MultiLayerNet(math.prod(input_shape), [100] * 4, classes, rng=rng)


def _simple_conv(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
    return SimpleConvNet(_image("simple-convnet", input_shape), classes, rng=rng)


def _deep_conv(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
    return DeepConvNet(_image("deep-convnet", input_shape), classes, rng=rng)


def _small_conv(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
    return SmallConvNet(_image("small-convnet", input_shape), classes, rng=rng)


def _fast_conv(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
    return FastConvNet(_image("fast-convnet", input_shape), classes, rng=rng)


def _fast_conv_wide(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
    return FastConvNet(_image("fast-convnet-wide", input_shape), classes, filters=WIDE, stride=1, rng=rng)


def _reader(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
    return ReaderNet(_image("reader", input_shape), classes, rng=rng)


def _image(name: str, shape: Shape) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise ValueError(f"{name} sees images (channels, height, width); got samples of shape {shape}")
    return shape[0], shape[1], shape[2]


ENTRIES = (
    ModelEntry("two-layer", "784-50-10, the book's chapters 4 and 5", _two_layer, 39_760),
    ModelEntry("multi-layer", "784-100-100-100-100-10, chapter 6", _multi_layer, 109_810),
    ModelEntry("simple-convnet", "one convolution and two linear layers, chapter 7", _simple_conv, 433_890),
    ModelEntry("deep-convnet", "six convolutions and two linear layers, chapter 8", _deep_conv, 123_552),
    ModelEntry("small-convnet", "four convolutions with batch norm, for 8×8 pictures", _small_conv, 17_754, (1, 8, 8)),
    ModelEntry("fast-convnet", "four convolutions with batch norm, which learn in seconds", _fast_conv, 18_010),
    ModelEntry("fast-convnet-wide", "the same, wider and with a closer first look", _fast_conv_wide, 63_226),
    ModelEntry("reader", "six convolutions with batch norm, which read drawn digits", _reader, 295_322),
)

MODELS: dict[str, ModelEntry] = {entry.name: entry for entry in ENTRIES}


def build_model(
    name: str,
    input_shape: Shape | None = None,
    classes: int | None = None,
    rng: np.random.Generator | None = None,
) -> Module:
    """A new model of the catalogue for samples of `input_shape` (without the batch axis); `rng` draws its weights."""
    if name not in MODELS:
        raise ValueError(f"unknown model {name!r}: choose one of {', '.join(MODELS)}")
    if classes is not None and classes < 1:
        raise ValueError(f"a model tells at least one class; got classes={classes}")
    entry = MODELS[name]
    return entry.build(input_shape or entry.input_shape, classes or entry.classes, rng)
