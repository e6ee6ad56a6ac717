"""`lenet`: the sizes of LeNet with the units of 1998 and with today's."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch06.networks import activation_label, initial
from zerokara.experiments.ch07.training import (
    ConvTraining,
    end_chart,
    ended,
    layer_table,
    loss_chart,
    shape_of,
    shown_layers,
)
from zerokara.experiments.checks import Check, at_least, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.kernels import conv_output_size
from zerokara.nn import AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential, Sigmoid, Tanh
from zerokara.report import Text, percent, significant

ACTIVATIONS: dict[str, type[Module]] = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}
POOLINGS: dict[str, type[AvgPool2d] | type[MaxPool2d]] = {"average": AvgPool2d, "max": MaxPool2d}
EARLY = 300


@dataclass(frozen=True)
class Lenet(ConvTraining):
    """6 and 16 filters of 5×5, a pool of 2 behind each, 120 – 84 – 10 units; every pair of activation and pooling.

    Subsampling is the mean of 2×2 cells here; the original multiplied it by a learned number and added another.
    """

    name = "lenet"
    source = "Ch7 §7.7.1"
    title = Text("LeNet and today's CNN", "LeNet と現在の CNN")
    question = Text("How far is LeNet from today's CNN?", "LeNet は現在の CNN とどれだけ違うのか？")
    formula = (
        r"\sigma(x) = \frac{1}{1 + e^{-x}}, \qquad \mathrm{relu}(x) = \max(x,\ 0)",
        r"y_{h,w} = \frac 1 4 \sum_{p,q} x_{2h+p,\,2w+q}, \qquad y_{h,w} = \max_{p,q}\ x_{2h+p,\,2w+q}",
    )
    symbols = Text(
        "Above the activation functions, below the two poolings of 2×2 cells, p and q are 0 or 1.",
        "上は活性化関数、下は 2×2 の 2 種類のプーリング。p と q は 0 か 1。",
    )
    quick = {**ConvTraining.quick, "activations": ("sigmoid", "relu")}
    turns = (
        Turn(
            Text(
                "The paper of 1998 used a tanh; how far behind is that?",
                "1998 年の論文が使ったのは tanh です。ReLU との差はどれくらいでしょうか。",
            ),
            {"activations": ("tanh", "relu")},
        ),
        Turn(
            Text(
                "Plain SGD, as in those days: does the sigmoid network learn at all?",
                "当時のような、ただの SGD。シグモイドのネットワークは学習するでしょうか。",
            ),
            {"optimizer": "sgd", "lr": 0.1},
        ),
    )

    images: int = knob(60_000, "training images, the first ones", "訓練画像の数（先頭から）", low=2, high=10**7)
    activations: tuple[str, ...] = knob(
        ("sigmoid", "relu"), "activation functions", "活性化関数", choices=tuple(ACTIVATIONS)
    )
    poolings: tuple[str, ...] = knob(
        ("average", "max"), "kinds of pooling", "プーリングの種類", choices=tuple(POOLINGS)
    )
    init: str = knob("xavier", "initial weights", "重みの初期値")

    def __post_init__(self) -> None:
        super().__post_init__()
        initial(self.init)

    def measure(self, lab: Lab) -> Arrays:
        """Every pair, from the same initial weights and with the same mini-batches."""
        data = self.pictures(lab)
        lab.plan(len(self.pairs) * self.iterations)
        found: Arrays = {"classes": np.array(len(data.classes))}
        for activation, pooling in self.pairs:
            model = self.lenet(lab, data, activation, pooling)
            found |= layer_table(model, shape_of(data))
            name = f"{activation}.{pooling}"
            found |= lab.part(name, lambda m=model, n=name: self.train(lab, n, m, data), self.iterations)  # type: ignore[misc]
        return found

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(activation, pooling) of each training."""
        return [(a, p) for a in dict.fromkeys(self.activations) for p in dict.fromkeys(self.poolings)]

    def lenet(self, lab: Lab, data: Dataset, activation: str, pooling: str) -> Sequential:
        """The network; small pictures have padding around the second convolution, too."""
        channels, *image = shape_of(data)
        padding = 0 if min(image) >= 12 else 2
        sizes = [conv_output_size(conv_output_size(s, 5, 1, 2, 1) // 2, 5, 1, padding, 1) // 2 for s in image]
        if min(sizes) < 1:
            raise ValueError(f"LeNet needs pictures of at least 4×4 pixels; got {image[0]}×{image[1]}")
        act, pool, rng, init = ACTIVATIONS[activation], POOLINGS[pooling], lab.rng("weights"), initial(self.init)
        return Sequential(
            conv1=Conv2d(channels, 6, 5, padding=2, init=init, rng=rng),
            act1=act(),
            pool1=pool(2),
            conv2=Conv2d(6, 16, 5, padding=padding, init=init, rng=rng),
            act2=act(),
            pool2=pool(2),
            flatten=Flatten(),
            fc1=Linear(16 * sizes[0] * sizes[1], 120, init=init, rng=rng),
            act3=act(),
            fc2=Linear(120, 84, init=init, rng=rng),
            act4=act(),
            fc3=Linear(84, len(data.classes), init=init, rng=rng),
        )

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Losses, accuracies at the end, and the layers."""
        labels = self._labels(t)
        return [
            loss_chart(found, labels, t),
            end_chart(found, labels, t, t.word("network")),
            shown_layers(found, t),
        ]

    def _labels(self, t: Tongue) -> dict[str, str]:
        pools = {"average": t("average", "平均"), "max": t("maximum", "最大値")}
        return {f"{a}.{p}": f"{activation_label(a, t)}, {pools[p]}" for a, p in self.pairs}

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Where each ended, and how fast each was."""
        labels = self._labels(t)
        early = {name: float(_early(found, name).mean()) for name in labels}
        order = sorted(early, key=early.__getitem__)
        return [
            *(ended(found, name, label, t) for name, label in labels.items()),
            t(
                "Over the first {n} updates the mean loss is lowest with {fast} ({low}) and highest with {slow} "
                "({high}).",
                "最初の {n} 回の更新での平均の損失は、「{fast}」が最も低く（{low}）、"
                "「{slow}」が最も高くなりました（{high}）。",
                n=min(EARLY, self.iterations),
                fast=labels[order[0]],
                low=significant(early[order[0]], 2),
                slow=labels[order[-1]],
                high=significant(early[order[-1]], 2),
            ),
            *self._parts(early, found, t),
        ]

    def _parts(self, early: dict[str, float], found: Found, t: Tongue) -> list[str]:
        """What the activation alone changes, and what the pooling alone."""
        if not {"sigmoid.average", "sigmoid.max", "relu.average"} <= early.keys():
            return []
        start = found.number("sigmoid.average.end_test")
        return [
            t(
                "Starting from sigmoid and average with {start} of the test images, ReLU alone gives {relu}, maximum "
                "pooling alone {maximum}.",
                "シグモイドと平均プーリングのテスト正答率 {start} に対し、ReLU だけに替えると {relu}、"
                "最大値プーリングだけに替えると {maximum} です。",
                start=percent(start),
                relu=percent(found.number("relu.average.end_test")),
                maximum=percent(found.number("sigmoid.max.end_test")),
            )
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """ReLU with maximum pooling learns faster; the number of parameters."""
        names = list(self._labels(t))
        counts = np.array([int(found[f"{name}.parameters"]) for name in names])
        checks = [near(t("parameters", "パラメータの個数"), counts[0], 61_706, evidence="A")]
        if {"sigmoid.average", "relu.max"} <= set(names):
            old, new = "sigmoid.average", "relu.max"
            faster = t("ReLU with maximum pooling learns faster", "ReLU と最大値プーリングのほうが速く学習する")
            gain = t("its lead in test accuracy at the end", "最後のテスト正答率の差")
            checks += [
                holds(faster, _early(found, new) < _early(found, old), "M"),
                at_least(gain, found.all(f"{new}.end_test") - found.all(f"{old}.end_test"), 0.03, "M"),
            ]
        same = t("difference of parameters between the variants", "種類によるパラメータ数の差")
        return [*checks, near(same, np.ptp(counts), 0, evidence="A", law=True), *self.laws(found, names, t)]


def _early(found: Found, name: str) -> Array:
    """The mean of the first losses, one number a seed."""
    return np.asarray(found.all(f"{name}.losses")[:, :EARLY].mean(axis=1))
