"""`stacked-3x3-trained`: two small filters in place of one large one, trained."""

from dataclasses import dataclass

import numpy as np

from zerokara.autodiff import Tensor, gradients
from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch06.networks import initial
from zerokara.experiments.ch07.training import ConvTraining, end_chart, ended, shape_of
from zerokara.experiments.checks import Check, at_least, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential
from zerokara.nn.init import Init
from zerokara.report import Axis, Text, bar_chart, percent, whole


@dataclass(frozen=True)
class Stacked3x3Trained(ConvTraining):
    """Conv 3×3 – pool – [one k×k, or (k − 1)/2 times 3×3, C channels in and out] – pool – Linear."""

    name = "stacked-3x3-trained"
    chapter = 8
    source = "Ch8 §8.1.3; RYO"
    title = Text("Stacked small filters, trained", "重ねた小さなフィルターを学習する")
    question = Text(
        "Two 3×3 in place of one 5×5: does it learn better?", "5×5 を 3×3 の 2 段にすると、学習は良くなるか？"
    )
    formula = (
        r"C\,(k^2 C + 1), \qquad \frac{k-1}{2}\; C\,(9\,C + 1)",
        r"k = 1 + 2\,n, \qquad n = \frac{k-1}{2}",
    )
    symbols = Text(
        "Parameters of one k×k convolution, and of n convolutions of 3×3, which see as far; C channels in and out.",
        "k×k の畳み込み 1 層と、同じ範囲を見る 3×3 の畳み込み n 層のパラメータ数。入出力は C チャンネル。",
    )
    turns = (
        Turn(
            Text(
                "Three 3×3 in place of one 7×7: is the gain larger?",
                "7×7 を 3×3 の 3 段にすると、効果はもっと大きいでしょうか。",
            ),
            {"kernel": 7},
        ),
        Turn(
            Text(
                "With a tenth of the images, do fewer parameters help?",
                "画像が 10 分の 1 なら、パラメータが少ないほうが有利でしょうか。",
            ),
            {"images": 500},
        ),
    )

    kernel: int = knob(
        5, "rows and columns of the large filter, odd", "大きいフィルターの行数と列数（奇数）", low=3, high=31
    )
    channels: int = knob(16, "channels in and out", "入出力のチャンネル数", low=1, high=1000)
    init: str = knob("he", "initial weights", "重みの初期値")

    def __post_init__(self) -> None:
        super().__post_init__()
        initial(self.init)
        if self.kernel % 2 == 0:
            raise ValueError(f"kernel is odd, so that 3×3 filters can reach as far; got {self.kernel}")

    def measure(self, lab: Lab) -> Arrays:
        """Both trainings, with the same mini-batches; what each stack sees and holds."""
        data = self.pictures(lab)
        lab.plan(2 * self.iterations)
        found: Arrays = {}
        for name, kernels in self.stacks.items():
            model = self._network(lab, name, data, kernels)
            stack = _stack(self.channels, kernels, initial(self.init), lab.rng("stack", name))
            found[f"{name}.stack"] = np.array(sum(p.size for layer in stack.values() for p in layer.parameters()))
            found[f"{name}.sees"] = np.array(_receptive_field(Sequential(**stack), self.channels, self.kernel))
            found |= self.train(lab, name, model, data)
        return found

    @property
    def stacks(self) -> dict[str, list[int]]:
        """Sizes of the filters one after another, of both stacks."""
        return {"large": [self.kernel], "small": [3] * ((self.kernel - 1) // 2)}

    def _network(self, lab: Lab, name: str, data: Dataset, kernels: list[int]) -> Sequential:
        channels, *image = shape_of(data)
        rows, columns = (size // 4 for size in image)
        if min(rows, columns) < 1:
            raise ValueError(f"two pools need pictures of at least 4×4 pixels; got {image[0]}×{image[1]}")
        C, init, rng = self.channels, initial(self.init), lab.rng("weights", name)
        return Sequential(
            stem=Conv2d(channels, C, 3, padding=1, init=init, rng=lab.rng("weights", "stem")),
            relu=ReLU(),
            pool1=MaxPool2d(2),
            **_stack(C, kernels, init, rng),
            pool2=MaxPool2d(2),
            flatten=Flatten(),
            fc=Linear(C * rows * columns, len(data.classes), init=init, rng=rng),
        )

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Curves, where they ended, and the parameters of the two stacks."""
        labels = self._labels(t)
        return [
            *self.curves(found, labels, t),
            end_chart(found, labels, t, t("convolutions", "畳み込み")),
            bar_chart(
                t("Parameters of the stack", "置き換えた部分のパラメータ数"),
                list(labels.values()),
                {t.word("parameters"): [int(found[f"{name}.stack"]) for name in labels]},
                Axis(t.word("parameters"), low=0),
                category=t("convolutions", "畳み込み"),
                lang=t.lang,
            ),
        ]

    def _labels(self, t: Tongue) -> dict[str, str]:
        k, n = self.kernel, (self.kernel - 1) // 2
        large = t("one {k}×{k}", "{k}×{k} を 1 層", k=k)
        return {"large": large, "small": t("{n} times 3×3", "3×3 を {n} 層", n=n)}

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Sizes, ends, and who is ahead."""
        labels = self._labels(t)
        large, small = (int(found[f"{name}.stack"]) for name in labels)
        gain = found.number("small.end_test") - found.number("large.end_test")
        seeds = found.all("small.end_test") > found.all("large.end_test")
        return [
            t(
                "Both see {a}×{a} cells. {one}: {large} parameters; {other}: {small}, which is {share} of them.",
                "どちらも {a}×{a} の範囲を見ます。"
                "パラメータは「{one}」が {large} 個、「{other}」が {small} 個（{share}）です。",
                a=int(found["small.sees"]),
                one=labels["large"],
                large=whole(large),
                other=labels["small"],
                small=whole(small),
                share=percent(small / large, 0),
            ),
            *(ended(found, name, label, t) for name, label in labels.items()),
            t(
                "On the test images the small filters are {gain} points {which}, better for {won} of {all:seed|seeds}.",
                "テスト正答率は、小さいフィルターのほうが {gain} ポイント{which}、"
                "{all} 個の乱数の種のうち {won} 個で上回りました。",
                gain=f"{100 * abs(gain):.2f}",
                which=t("ahead", "高く") if gain > 0 else t("behind", "低く"),
                won=int(seeds.sum()),
                all=seeds.size,
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Not worse, with fewer parameters; the same receptive field."""
        C, k = self.channels, self.kernel
        large, small = (int(found[f"{name}.stack"]) for name in self.stacks)
        formula = C * (k * k * C + 1), (k - 1) // 2 * C * (9 * C + 1)
        away = abs(large - formula[0]) + abs(small - formula[1])
        gain = found.all("small.end_test") - found.all("large.end_test")
        sees = np.abs(np.array([found.all(f"{name}.sees") for name in self.stacks]) - k).max(axis=0)
        return [
            at_least(
                t("lead of the small filters in test accuracy", "小さいフィルターのテスト正答率の差"), gain, -0.002, "M"
            ),
            at_most(t("parameters, as a share", "パラメータ数の比"), small / large, 0.75, "A"),
            near(t("parameters minus the formula", "パラメータ数と数式との差"), away, 0, evidence="A", law=True),
            near(
                t("side of the area with a gradient, minus k", "勾配が届く範囲の 1 辺と k との差"),
                sees,
                0,
                evidence="A",
                law=True,
            ),
            *self.laws(found, list(self.stacks), t),
        ]


def _stack(C: int, kernels: list[int], init: Init, rng: np.random.Generator) -> dict[str, Module]:
    """Convolutions that keep the size of the maps, with a ReLU behind each."""
    layers: dict[str, Module] = {}
    for i, k in enumerate(kernels, 1):
        layers[f"conv{i}"] = Conv2d(C, C, k, padding=k // 2, init=init, rng=rng)
        layers[f"relu{i}"] = ReLU()
    return layers


def _receptive_field(stack: Sequential, C: int, k: int) -> int:
    """The side of the square of inputs that reach the output in the middle: where its gradient is not 0.

    Weights are made positive for this, so that no ReLU cuts a way off.
    """
    for p in stack.parameters():
        p.data = np.abs(p.data) + np.float32(0.01)
    side = 2 * k + 1
    x = Tensor(np.ones((1, C, side, side), np.float32), requires_grad=True)
    (g,) = gradients(stack(x)[0, 0, k, k], at=[x])
    reached = np.argwhere(g[0, 0] != 0)
    return int(np.ptp(reached[:, 0])) + 1
