"""A network trained for a short time, to look into: its filters, its maps, where it looks."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from zerokara.arguments import counted
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, Cost, OnImages, knob
from zerokara.experiments.ch07.training import METHODS, accuracy, expect_pictures, shape_of
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn
from zerokara.models import DeepConvNet, SimpleConvNet
from zerokara.nn import Conv2d, Sequential
from zerokara.optim import OPTIMIZERS

MODELS = ("simple", "deep")


@dataclass(frozen=True)
class OnTrained(OnImages):
    """An experiment that looks into SimpleConvNet or DeepConvNet after a short training."""

    chapter = 7
    cost: ClassVar[Cost] = "M"
    quick = {"iterations": 40}

    model: str = knob("simple", "SimpleConvNet or DeepConvNet", "SimpleConvNet か DeepConvNet", choices=MODELS)
    iterations: int = knob(600, "updates before the look inside", "観察の前に学習する更新回数", low=1, high=10**6)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    optimizer: str = knob("adam", "optimizer", "最適化手法", choices=METHODS)
    lr: float = knob(0.001, "learning rate", "学習率", low=0, high=100)
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def pictures(self, lab: Lab) -> Dataset:
        """The data set."""
        return expect_pictures(lab.load(self.data))

    def untrained(self, lab: Lab, data: Dataset) -> Sequential:
        """The network with its initial weights: the book's for both."""
        network = DeepConvNet if self.model == "deep" else SimpleConvNet
        return network(shape_of(data), len(data.classes), rng=lab.rng("weights"))

    def trained(self, lab: Lab, data: Dataset) -> tuple[Sequential, Arrays]:
        """The network after its training, and its test accuracy as `accuracy`. Plan `iterations` steps before."""
        model = self.untrained(lab, data)
        learned = lab.part("training", lambda: self._learned(lab, model, data), self.iterations)
        test = learned.pop("accuracy")
        model.load_state_dict(learned)
        return model.eval(), {"accuracy": test}

    def _learned(self, lab: Lab, model: Sequential, data: Dataset) -> Arrays:
        learn(
            lab,
            model,
            OPTIMIZERS[self.optimizer](model, lr=self.lr),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            sampling=self.sampling,
        )
        return {**model.state_dict(), "accuracy": np.array(accuracy(model, data.test))}


def convolutions(model: Sequential) -> list[Conv2d]:
    """The convolutions of a network in order."""
    return [layer for layer in model if isinstance(layer, Conv2d)]


def convolution(model: Sequential, number: int) -> Conv2d:
    """The convolution with that number, counted from 1; ValueError in words if there is none."""
    found = convolutions(model)
    if not 1 <= number <= len(found):
        raise ValueError(
            f"{type(model).__name__} has {counted(len(found), 'convolution')}, counted from 1; got {number}"
        )
    return found[number - 1]


def outputs(model: Sequential, x: Array) -> dict[str, Tensor]:
    """What every layer gives for the pictures x (N, C, H, W), in evaluation mode."""
    found, value = {}, Tensor(x)
    with no_grad():
        for name, layer in model.eval().named_children():
            value = found[name] = layer(value)
    return found
