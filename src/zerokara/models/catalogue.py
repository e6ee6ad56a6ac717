"""The models by name, with the parameter counts that are published for them."""

import difflib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array, Shape
from zerokara.autodiff import Tensor
from zerokara.models import stack
from zerokara.models.alexnet import AlexNet
from zerokara.models.cifar_resnet import CifarResNet
from zerokara.models.deep_conv import DeepConvNet
from zerokara.models.fast_conv import WIDE, FastConvNet
from zerokara.models.googlenet import GoogLeNet, auxiliary_cross_entropy
from zerokara.models.lenet import LeNet5
from zerokara.models.mobilenet import MobileNetV1
from zerokara.models.multi_layer import MultiLayerNet
from zerokara.models.reader import ReaderNet
from zerokara.models.resnet import ResNet
from zerokara.models.simple_conv import SimpleConvNet
from zerokara.models.small_conv import SmallConvNet
from zerokara.models.squeezenet import SqueezeNet
from zerokara.models.two_layer import TwoLayerNet
from zerokara.models.vgg import VGG
from zerokara.models.whitened import WhitenedConvNet
from zerokara.nn import Module

Build = Callable[[Shape, int, np.random.Generator | None], Module]
IMAGENET: Shape = (3, 224, 224)


@dataclass(frozen=True)
class ModelEntry:
    """A model in the catalogue: `build(input_shape, classes, rng)`, and what is known of it at its usual sizes.

    `least` is how many pixels a side a picture must have. `loss` is what its answers in training mode are judged by.
    `parameters` is 0 where they depend on the picture, as for a stack of layers. `begin` gives a new one the initial
    values that it takes from the training images.
    """

    name: str
    description: str
    build: Build
    parameters: int
    input_shape: Shape = (1, 28, 28)
    classes: int = 10
    least: int = 1
    loss: Callable[..., Tensor] = F.cross_entropy
    begin: Callable[[Any, Array], None] | None = None


def _two_layer(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
    return TwoLayerNet(math.prod(input_shape), 50, classes, rng=rng)


def _multi_layer(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
    return MultiLayerNet(math.prod(input_shape), [100] * 4, classes, rng=rng)


def _sized(name: str, make: Callable[..., Module], **settings: Any) -> Build:
    """A network whose layers are made for pictures of one size."""

    def build(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
        return make(_image(name, input_shape), classes, rng=rng, **settings)

    return build


def _any_size(name: str, make: Callable[..., Module], least: int, **settings: Any) -> Build:
    """A network that takes pictures of any size from `least` on."""

    def build(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
        channels, height, width = _image(name, input_shape)
        if min(height, width) < least:
            raise ValueError(f"{name} needs pictures of at least {least}×{least} pixels; got {height}×{width}")
        return make(classes=classes, channels=channels, rng=rng, **settings)

    return build


def _image(name: str, shape: Shape) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise ValueError(f"{name} sees images (channels, height, width); got samples of shape {shape}")
    return shape[0], shape[1], shape[2]


def _book(
    name: str, description: str, parameters: int, least: int, make: Callable[..., Module], **settings: Any
) -> ModelEntry:
    shape = settings.pop("input_shape", (1, 28, 28))
    return ModelEntry(name, description, _sized(name, make, **settings), parameters, shape, 10, least)


def _imagenet(
    name: str, description: str, parameters: int, least: int, make: Callable[..., Module], **settings: Any
) -> ModelEntry:
    loss = settings.pop("loss", F.cross_entropy)
    build = _any_size(name, make, least, **settings)
    return ModelEntry(name, description, build, parameters, IMAGENET, 1000, least, loss)


def _vgg(depth: int, plain: int, normed: int) -> tuple[ModelEntry, ModelEntry]:
    says = f"{depth - 3} convolutions of 3×3 and three linear layers"
    return (
        _imagenet(f"vgg{depth}", says, plain, 32, VGG, depth=depth),
        _imagenet(f"vgg{depth}-bn", f"{says}, with batch norm", normed, 32, VGG, depth=depth, batch_norm=True),
    )


def _cifar(depth: int, parameters: int) -> ModelEntry:
    name, says = f"cifar-resnet{depth}", f"{depth} layers with shortcuts, for the pictures of CIFAR-10"
    return ModelEntry(name, says, _any_size(name, CifarResNet, 1, depth=depth), parameters, (3, 32, 32), 10, 1)


BOOK = (
    ModelEntry("two-layer", "784-50-10, the book's chapters 4 and 5", _two_layer, 39_760),
    ModelEntry("multi-layer", "784-100-100-100-100-10, chapter 6", _multi_layer, 109_810),
    _book("simple-convnet", "one convolution and two linear layers, chapter 7", 433_890, 6, SimpleConvNet),
    _book("deep-convnet", "six convolutions and two linear layers, chapter 8", 123_552, 4, DeepConvNet),
    _book(
        "small-convnet",
        "four convolutions with batch norm, for 8×8 pictures",
        17_754,
        4,
        SmallConvNet,
        input_shape=(1, 8, 8),
    ),
    _book("fast-convnet", "four convolutions with batch norm, which learn in seconds", 18_010, 8, FastConvNet),
    _book(
        "fast-convnet-wide",
        "the same, wider and with a closer first look",
        63_226,
        8,
        FastConvNet,
        filters=WIDE,
        stride=1,
    ),
    _book("reader", "six convolutions with batch norm, which read drawn digits", 295_322, 8, ReaderNet),
    ModelEntry(
        "whitened-convnet",
        "seven convolutions with batch norm, which learn photographs in minutes",
        _any_size("whitened-convnet", WhitenedConvNet, 8),
        1_161_632,
        (3, 32, 32),
        10,
        8,
        begin=WhitenedConvNet.learn_patches,
    ),
)
"""The book's networks, and our own of their size."""

ZOO = (
    ModelEntry(
        "lenet5",
        "two convolutions and three linear layers, 1998",
        _sized("lenet5", LeNet5),
        61_706,
        (1, 32, 32),
        10,
        12,
    ),
    _imagenet("alexnet", "five convolutions and three linear layers, 2012", 61_100_840, 63, AlexNet),
    *_vgg(11, 132_863_336, 132_868_840),
    *_vgg(13, 133_047_848, 133_053_736),
    *_vgg(16, 138_357_544, 138_365_992),
    *_vgg(19, 143_667_240, 143_678_248),
    _imagenet(
        "googlenet",
        "nine inception modules and two auxiliary heads",
        13_004_888,
        15,
        GoogLeNet,
        loss=auxiliary_cross_entropy,
    ),
    _imagenet("resnet18", "18 layers with shortcuts", 11_689_512, 1, ResNet, depth=18),
    _imagenet("resnet34", "34 layers with shortcuts", 21_797_672, 1, ResNet, depth=34),
    _imagenet("resnet50", "50 layers with shortcuts, in narrow-waisted blocks", 25_557_032, 1, ResNet, depth=50),
    _cifar(20, 269_722),
    _cifar(32, 464_154),
    _cifar(44, 658_586),
    _cifar(56, 853_018),
    _imagenet("squeezenet1.0", "eight fire modules", 1_248_424, 21, SqueezeNet, version="1.0"),
    _imagenet("squeezenet1.1", "the same, which pools earlier", 1_235_496, 17, SqueezeNet, version="1.1"),
    _imagenet("mobilenet-v1", "thirteen separable convolutions", 4_231_976, 1, MobileNetV1),
)
"""The networks that made history, at their published sizes."""

MODELS: dict[str, ModelEntry] = {entry.name: entry for entry in (*BOOK, *ZOO)}


SIZED = ("two-layer", "multi-layer")
"""Models whose hidden layers may have other sizes, written behind the name: `two-layer:100`, `multi-layer:100-50`."""

LARGEST = 8192
"""More units than these a hidden layer of such a model may not have."""


def with_hidden(name: str, sizes: str) -> str:
    """The name of a model of `SIZED` with hidden layers of these sizes: `with_hidden("multi-layer", "100-50")`.

    ValueError for another model, or sizes that cannot be.
    """
    plain = str(name).partition(":")[0]
    if plain not in SIZED:
        raise ValueError(f"the sizes of hidden layers can be given for {' and '.join(SIZED)}; {name} has none to give")
    return f"{plain}:{'-'.join(map(str, _hidden(plain, sizes)))}"


def _hidden(name: str, sizes: str) -> list[int]:
    """`100-50` as [100, 50]."""
    parts = str(sizes).split("-")
    found = [int(part) for part in parts if part.isascii() and part.isdigit() and 1 <= int(part[:9]) <= LARGEST]
    if len(found) < len(parts) or (name == "two-layer" and len(found) > 1):
        wanted = "one number" if name == "two-layer" else "numbers with - between them, such as 100-50,"
        raise ValueError(f"the hidden layers of {name} are {wanted} from 1 to {LARGEST}; got {sizes}")
    return found


def model_name(name: str) -> str:
    """The name in the catalogue: case, `_`, `-` and `.` do not matter, so torchvision's `vgg16_bn` is `vgg16-bn`.

    A stack of layers, `stack:conv16-relu-maxpool2`, is its own name, and so is one of `SIZED` with the sizes of its
    hidden layers, `two-layer:100`. ValueError offers the nearest names.
    """
    if name in MODELS:
        return name
    if isinstance(name, str) and name.partition(":")[0] in SIZED:
        return with_hidden(name, name.partition(":")[2])
    if isinstance(name, str) and name.startswith(stack.PREFIX):
        return stack.PREFIX + "-".join(part.text for part in stack.parse(name.removeprefix(stack.PREFIX)))
    found = _SQUEEZED.get(_squeezed(str(name)))
    if found is None:
        near = difflib.get_close_matches(str(name), MODELS, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}? All: " if near else "choose one of "
        raise ValueError(f"unknown model {name!r}: {hint}{', '.join(MODELS)}")
    return found


def model_entry(name: str) -> ModelEntry:
    """The catalogue's line for a model, or one for a stack of layers (`zerokara.models.stack`).

    ValueError as `model_name`.
    """
    name = model_name(name)
    if name in MODELS:
        return MODELS[name]
    if not name.startswith(stack.PREFIX):
        return _with_hidden(*name.split(":"))
    layers = name.removeprefix(stack.PREFIX)

    def build(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
        return stack.build(layers, input_shape, classes, rng)

    return ModelEntry(name, "layers that somebody put together", build, 0)


def _with_hidden(name: str, sizes: str) -> ModelEntry:
    """One of `SIZED` with other hidden layers; its initial values are those of the catalogue's."""
    hidden = _hidden(name, sizes)

    def build(input_shape: Shape, classes: int, rng: np.random.Generator | None) -> Module:
        if name == "two-layer":
            return TwoLayerNet(math.prod(input_shape), hidden[0], classes, rng=rng)
        return MultiLayerNet(math.prod(input_shape), hidden, classes, rng=rng)

    layers = "-".join(map(str, (784, *hidden, 10)))
    return ModelEntry(f"{name}:{sizes}", f"{layers}, {MODELS[name].description.partition(', ')[2]}", build, 0)


def _squeezed(name: str) -> str:
    return re.sub(r"[-_. ]", "", name.casefold())


_SQUEEZED = {_squeezed(name): name for name in MODELS}


def build_model(
    name: str,
    input_shape: Shape | None = None,
    classes: int | None = None,
    rng: np.random.Generator | None = None,
) -> Module:
    """A new model of the catalogue for samples of `input_shape` (without the batch axis); `rng` draws its weights.

    The name may be torchvision's: `model_name`.
    """
    entry = model_entry(name)
    if classes is not None and classes < 1:
        raise ValueError(f"a model tells at least one class; got classes={classes}")
    return entry.build(input_shape or entry.input_shape, classes or entry.classes, rng)
