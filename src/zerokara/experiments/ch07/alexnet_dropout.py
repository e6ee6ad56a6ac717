"""`alexnet-dropout`: what dropout on the big layers changes."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch07.training import ConvTraining, end_chart, ended, shape_of
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential
from zerokara.report import Axis, Text, bar_chart, percent, whole

FILTERS = (16, 32, 48, 32, 32)
POOLED = (1, 2, 5)
"""Behind which convolutions a pool stands, as in AlexNet."""


@dataclass(frozen=True)
class AlexNetDropout(ConvTraining):
    """AlexNet in small: five convolutions, two wide layers; trained on few pictures, with and without dropout."""

    name = "alexnet-dropout"
    chapter = 7
    source = "DR 6-6; Ch7 §7.7.2"
    cost = "L"
    title = Text("Dropout in a small AlexNet", "小さな AlexNet のドロップアウト")
    question = Text("What does dropout on the big layers change?", "大きな全結合層のドロップアウトは何を変えるか？")
    formula = (r"\tilde h = \frac{m \odot h}{1 - p}, \qquad P(m_i = 0) = p, \quad P(m_i = 1) = 1 - p",)
    symbols = Text(
        "h are the values that a wide layer gets, p is the ratio, m is drawn anew for every picture and update; when "
        "the network is used, nothing is dropped. The original drops with p = 0.5 at its two layers of 4,096 units.",
        "h は広い全結合層に入る値、p はドロップアウト率。m は画像ごと、更新ごとに選び直し、推論時には何も消しません。"
        "オリジナルは 4,096 ユニットの 2 層で p = 0.5 としています。",
    )
    quick = {"iterations": 40, "images": 300, "judged": 100, "width": 64}
    turns = (
        Turn(Text("Drop less, or more.", "割合を変えてみます。"), {"ratio": 0.25}),
        Turn(
            Text("Digits are easier: is there a gap at all?", "やさしい数字の画像でも差はできる？"), {"data": "mnist"}
        ),
        Turn(Text("Wider layers: does the gap grow?", "層をもっと広くすると、差は広がる？"), {"width": 1024}),
    )

    data: str = knob("cifar10", "data set: cifar10, mnist, digits (bundled), …", "データセット（digits は同梱）")
    iterations: int = knob(600, "updates", "更新回数", low=2, high=10**6)
    ratio: float = knob(0.5, "p: dropout ratio", "p：ドロップアウト率", low=0, high=0.95)
    width: int = knob(512, "units of the two wide layers", "広い全結合層のニューロン数", low=2, high=4096)

    def measure(self, lab: Lab) -> Arrays:
        """The same network and mini-batches twice: without dropout, and with it."""
        data = self.pictures(lab)
        lab.plan(2 * self.iterations)
        found: Arrays = {"image_count": np.array(len(data.train))}
        for name, ratio in (("none", 0.0), ("dropout", self.ratio)):
            found |= lab.part(name, partial(self._train, lab, name, ratio, data), self.iterations)
        return found

    def _train(self, lab: Lab, name: str, ratio: float, data: Dataset) -> Arrays:
        model = small_alexnet(shape_of(data), len(data.classes), self.width, ratio, lab.rng("weights"))
        start = np.array([float(np.square(p.data).sum()) for p in model.parameters()])
        wide = sum(p.size for layer in model if isinstance(layer, Linear) for p in layer.parameters())
        found = self.train(lab, name, model, data)
        return {**found, "wide": np.array(wide), f"{name}.start": start}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Curves, where they ended, and the gaps."""
        labels = self._labels(t)
        gaps = {name: _gap(found, name) for name in labels}
        label = t("gap", "差")
        several = found.seeds > 1
        return [
            *self.curves(found, labels, t),
            end_chart(found, labels, t, t.word("dropout")),
            bar_chart(
                t("The gap: training accuracy − test accuracy", "差：訓練正答率 − テスト正答率"),
                list(labels.values()),
                {label: [float(gap.mean()) for gap in gaps.values()]},
                Axis(label, low=0),
                category=t.word("dropout"),
                low={label: [float(gap.min()) for gap in gaps.values()]} if several else {},
                high={label: [float(gap.max()) for gap in gaps.values()]} if several else {},
                lang=t.lang,
            ),
        ]

    def _labels(self, t: Tongue) -> dict[str, str]:
        return {"none": t("without dropout", "なし"), "dropout": f"p = {self.ratio:g}"}

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Sizes, both ends, and what became of the gap and of the test accuracy."""
        labels = self._labels(t)
        before, after = (float(_gap(found, name).mean()) for name in labels)
        gain = found.all("dropout.end_test") - found.all("none.end_test")
        return [
            t(
                "{wide} of the {all} parameters are in the fully connected layers; {n} training images.",
                "パラメータ {all} 個のうち {wide} が全結合層にあります。訓練画像は {n} 枚です。",
                wide=percent(found.number("wide") / found.number("none.parameters")),
                all=whole(int(found["none.parameters"])),
                n=whole(int(found["image_count"])),
            ),
            *(ended(found, name, label, t) for name, label in labels.items()),
            t(
                "With dropout the gap between training and test accuracy is {after}, without it {before}: {verdict}",
                "訓練とテストの正答率の差は、ドロップアウトありで {after}、なしで {before} です。{verdict}",
                after=percent(after),
                before=percent(before),
                verdict=t("it has become smaller.", "差は縮まりました。")
                if after < before
                else t("it has not become smaller.", "差は縮まっていません。"),
            ),
            t(
                "A smaller gap is not yet a better network: the test accuracy is {gain} points {which}, higher for "
                "{won} of {all:seed|seeds}.",
                "差が縮まっても、良いネットワークとは限りません。テスト正答率は {gain} ポイント{which}、"
                "{all} 個の乱数の種のうち {won} 個で上回りました。",
                gain=f"{100 * abs(float(gain.mean())):.2f}",
                which=t("higher", "高く") if gain.mean() > 0 else t("lower", "低く"),
                won=int((gain > 0).sum()),
                all=gain.size,
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The gap is smaller with dropout; both begin with the same weights."""
        smaller = t("the gap is smaller with dropout", "ドロップアウトで差が縮まる")
        start = t(
            "Σw² of the layers in the beginning, with dropout − without, at most",
            "学習前の各層の Σw² の差（ドロップアウトのあり・なし）の最大値",
        )
        apart = np.abs(found.all("dropout.start") - found.all("none.start")).max(axis=1)
        return [
            holds(smaller, _gap(found, "dropout") < _gap(found, "none"), "M"),
            near(start, apart, 0, evidence="A", law=True),
            *self.laws(found, ("none", "dropout"), t),
        ]


def small_alexnet(
    shape: tuple[int, int, int], classes: int, width: int, ratio: float, rng: np.random.Generator
) -> Sequential:
    """Five convolutions of 3×3, pools behind the 1st, 2nd and 5th, and dropout before the two wide layers."""
    channels, rows, columns = shape
    layers: dict[str, Module] = {}
    for i, filters in enumerate(FILTERS, 1):
        layers[f"conv{i}"] = Conv2d(channels, filters, 3, padding=1, init="he", rng=rng)
        layers[f"relu{i}"] = ReLU()
        channels = filters
        if i in POOLED and min(rows, columns) > 1:
            layers[f"pool{i}"], rows, columns = MaxPool2d(2), rows // 2, columns // 2
    return Sequential(
        **layers,
        flatten=Flatten(),
        drop6=Dropout(ratio),
        fc6=Linear(channels * rows * columns, width, init="he", rng=rng),
        relu6=ReLU(),
        drop7=Dropout(ratio),
        fc7=Linear(width, width, init="he", rng=rng),
        relu7=ReLU(),
        fc8=Linear(width, classes, init="he", rng=rng),
    )


def _gap(found: Found, name: str) -> Array:
    """Training − test accuracy in the end, for each seed."""
    gap: Array = found.all(f"{name}.end_train") - found.all(f"{name}.end_test")
    return gap
