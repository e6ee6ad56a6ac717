"""What is measured: networks with their data and optimizers, and single layers."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import networks
from zerokara.arrays import Array
from zerokara.nn import Module

BATCHES = 4
"""Different batches that take turns."""


@dataclass(frozen=True)
class Training:
    """A training step: forward, loss, backward, optimizer ("sgd", "momentum" (0.9) or "adam")."""

    name: str
    network: Callable[[np.random.Generator], Module]
    shape: tuple[int, ...]  # of an image
    batch: int
    optimizer: str
    lr: float
    classes: int = 10
    kind: str = "training"


@dataclass(frozen=True)
class Inference:
    """The scores of a batch of images, without a graph."""

    name: str
    network: Callable[[np.random.Generator], Module]
    shape: tuple[int, ...]
    batch: int
    kind: str = "inference"


MNIST, CIFAR, IMAGENET = (1, 28, 28), (3, 32, 32), (3, 224, 224)

TRAININGS = (
    Training("TwoLayerNet", networks.two_layer, MNIST, 100, "sgd", 0.1),
    Training("MultiLayerNet", networks.multi_layer, MNIST, 100, "adam", 0.001),
    Training("SimpleConvNet", networks.simple_conv, MNIST, 100, "adam", 0.001),
    Training("DeepConvNet", networks.deep_conv, MNIST, 100, "adam", 0.001),
    Training("VGG-CIFAR", networks.vgg_small, CIFAR, 32, "momentum", 0.001),
    Training("ResNet-20", networks.resnet20, CIFAR, 128, "momentum", 0.01),
    Training("ResNet-18", networks.resnet18, CIFAR, 32, "momentum", 0.001),
    Training("AlexNet", networks.alexnet, IMAGENET, 16, "momentum", 0.0001, classes=1000),
    Training("VGG-16", networks.vgg16, IMAGENET, 4, "momentum", 0.00001, classes=1000),
    Training("Inception", networks.inception, (192, 28, 28), 16, "momentum", 0.01, classes=1000),
)

WRITTEN = tuple(replace(t, name=f"{t.name}, written", kind="written") for t in TRAININGS)
"""The same steps as a loop that nobody has captured: every operation is run when its line is reached."""

INFERENCES = (
    *(
        Inference(f"{name}, {batch:,} image{'s' if batch > 1 else ''}", network, MNIST, batch)
        for name, network in (("SimpleConvNet", networks.simple_conv), ("DeepConvNet", networks.deep_conv))
        for batch in (1, 1000)
    ),
    Inference("VGG-16, 1 image", networks.vgg16, IMAGENET, 1),
)


def batches(workload: Training | Inference) -> list[tuple[Array, Array]]:
    """The images (N, C, H, W) and labels that all contestants see, the same every time.

    Four fifths of the pixels of a handwritten digit are empty, and as many are 0 here; other images are noise.
    """
    rng = np.random.default_rng(1)
    classes = workload.classes if isinstance(workload, Training) else 10
    return [(_images(workload, rng), rng.integers(0, classes, workload.batch)) for _ in range(BATCHES)]


def _images(workload: Training | Inference, rng: np.random.Generator) -> Array:
    noise = rng.standard_normal((workload.batch, *workload.shape), np.float32)
    return np.clip(noise - 0.84, 0, 1) if workload.shape == MNIST else noise


def network(workload: Training | Inference) -> Module:
    """The network before its first step, the same every time."""
    return workload.network(np.random.default_rng(0))
