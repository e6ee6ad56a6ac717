"""`double-convnet`: a second convolution behind the first."""

from dataclasses import dataclass

import numpy as np

from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch06.networks import initial
from zerokara.experiments.ch07.training import (
    SimpleTraining,
    end_chart,
    ended,
    layer_table,
    shape_of,
    shown_layers,
)
from zerokara.experiments.checks import Check, at_least, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.kernels import conv_output_size
from zerokara.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from zerokara.report import Text, whole


@dataclass(frozen=True)
class DoubleConvnet(SimpleTraining):
    """Conv 10·7×7 – ReLU – pool – conv 20·3×3 – ReLU – pool – 100 – 10 beside SimpleConvNet."""

    name = "double-convnet"
    source = "DR 6-5 (course material)"
    title = Text("Two convolutions", "畳み込みを 2 層にする")
    question = Text("Does a second convolution help?", "畳み込み層をもう 1 つ増やすと良くなるか？")
    turns = (
        Turn(
            Text(
                "As many filters in the second layer as in the first.", "2 層目のフィルターを 1 層目と同じ数にします。"
            ),
            {"second": 10},
        ),
        Turn(
            Text("He's initial values for both networks.", "両方のネットワークを He の初期値にします。"), {"init": "he"}
        ),
    )

    first: int = knob(
        10, "filters of the first convolution of two", "2 層のうち 1 層目のフィルターの数", low=1, high=1000
    )
    first_size: int = knob(7, "their rows and columns", "その行数と列数", low=1, high=100)
    second: int = knob(20, "filters of the second convolution", "2 層目のフィルターの数", low=1, high=1000)
    second_size: int = knob(3, "their rows and columns", "その行数と列数", low=1, high=100)

    def measure(self, lab: Lab) -> Arrays:
        """Both networks, trained with the same mini-batches."""
        data = self.pictures(lab)
        single, double = self.network(lab, data), self.two_convolutions(lab, data)
        lab.plan(2 * self.iterations)
        return {
            **layer_table(double, shape_of(data)),
            **self.train(lab, "single", single, data),
            **self.train(lab, "double", double, data),
            "filter_parameters": np.array(_of_filters(double)),
            "flat": np.array([_into_linear(single), _into_linear(double)]),
            "channels": np.array(shape_of(data)[0]),
            "classes": np.array(len(data.classes)),
        }

    def two_convolutions(self, lab: Lab, data: Dataset) -> Sequential:
        """The network with two convolutions, each with a padding of 1 and a pool of 2 behind it."""
        channels, *image = shape_of(data)
        sizes = [conv_output_size(size, self.first_size, 1, 1, 1) // 2 for size in image]
        sizes = [conv_output_size(size, self.second_size, 1, 1, 1) // 2 for size in sizes]
        if min(sizes) < 1:
            raise ValueError(f"of pictures of {image[0]}×{image[1]} pixels nothing is left after two pools")
        rng, init = lab.rng("weights", "double"), initial(self.init)
        return Sequential(
            conv1=Conv2d(channels, self.first, self.first_size, padding=1, init=init, rng=rng),
            relu1=ReLU(),
            pool1=MaxPool2d(2),
            conv2=Conv2d(self.first, self.second, self.second_size, padding=1, init=init, rng=rng),
            relu2=ReLU(),
            pool2=MaxPool2d(2),
            flatten=Flatten(),
            fc1=Linear(self.second * sizes[0] * sizes[1], self.hidden, init=init, rng=rng),
            relu3=ReLU(),
            fc2=Linear(self.hidden, len(data.classes), init=init, rng=rng),
        )

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Curves of both, where they ended, and the layers of the deeper one."""
        labels = self._labels(t)
        return [
            *self.curves(found, labels, t),
            end_chart(found, labels, t, t.word("network")),
            shown_layers(found, t),
        ]

    def _labels(self, t: Tongue) -> dict[str, str]:
        return {"single": t("one convolution", "畳み込み 1 層"), "double": t("two convolutions", "畳み込み 2 層")}

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Where both ended, who is ahead, and what each has to learn with."""
        labels, gain = self._labels(t), found.number("double.end_test") - found.number("single.end_test")
        one, two = (whole(int(found[f"{name}.parameters"])) for name in labels)
        better, worse = (labels["double"], labels["single"]) if gain > 0 else (labels["single"], labels["double"])
        return [
            *(ended(found, name, label, t) for name, label in labels.items()),
            t(
                "On the test images {better} is ahead of {worse} by {gain} points, on the mean over the seeds.",
                "テスト正答率は、乱数の種の平均で「{better}」が「{worse}」を {gain} ポイント上回りました。",
                better=better,
                worse=worse,
                gain=f"{100 * abs(gain):.2f}",
            ),
            t(
                "The network with two convolutions has {two} parameters, the other {one}: {a} numbers enter its fully "
                "connected layers, after two pools, against {b} after one.",
                "パラメータ数は 2 層のほうが {two} 個、1 層のほうが {one} 個です。"
                "全結合層に入る数は、プーリング 2 回のあとで {a} 個、1 回のあとで {b} 個です。",
                one=one,
                two=two,
                a=whole(int(found["flat"][1])),
                b=whole(int(found["flat"][0])),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """2,320 filter parameters; not below the single one."""
        own = int(found["filter_parameters"])
        expected = self.first * (int(found["channels"]) * self.first_size**2 + 1)
        expected += self.second * (self.first * self.second_size**2 + 1)
        ahead = found.all("double.end_test") - found.all("single.end_test")
        below = t("test accuracy of two convolutions minus that of one", "テスト正答率の差（2 層 − 1 層）")
        count = t("parameters of the filters of both convolutions", "2 つの畳み込み層のフィルターのパラメータ数")
        rule = t("… minus F₁·(C·k₁² + 1) + F₂·(F₁·k₂² + 1)", "… と F₁·(C·k₁² + 1) + F₂·(F₁·k₂² + 1) との差")
        return [
            near(count, own, 2320, evidence="A"),
            at_least(below, ahead, -0.002, "M"),
            near(rule, own - expected, 0, evidence="A", law=True),
            *self.laws(found, ["single", "double"], t),
            self.guess_law(found, "single", t),
        ]


def _of_filters(model: Sequential) -> int:
    return sum(p.size for layer in model if isinstance(layer, Conv2d) for p in layer.parameters())


def _into_linear(model: Sequential) -> int:
    return next(layer.in_features for layer in model if isinstance(layer, Linear))
