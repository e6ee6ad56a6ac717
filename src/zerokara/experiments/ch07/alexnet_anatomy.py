"""`alexnet-anatomy`: where AlexNet's parameters are."""

from dataclasses import dataclass

from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch07.anatomy import (
    COUNTED,
    counting_laws,
    layer_bars,
    layer_table,
    millions,
    shares,
    taken_apart,
    where,
)
from zerokara.experiments.checks import Check, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import AlexNet
from zerokara.nn import Conv2d, Flatten, Linear, LocalResponseNorm, MaxPool2d, Module, ReLU, Sequential
from zerokara.nn.init import unset
from zerokara.report import Axis, Text, bar_chart, whole

SMALLEST = 67
"""Below this side the last pool of the original has nothing left."""


@dataclass(frozen=True)
class AlexNetAnatomy(Experiment):
    """The original, whose halves lived on two graphics cards, and the later form of one tower; nothing is computed.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012.
    """

    name = "alexnet-anatomy"
    chapter = 7
    source = "Ch7 §7.7.2; DR 6-6"
    title = Text("AlexNet, taken apart", "AlexNet を分解する")
    question = Text("Where are AlexNet's parameters?", "AlexNet のパラメータはどこにあるか？")
    formula = COUNTED
    symbols = Text(
        "Parameters, and multiply-adds for one picture: F filters of k×k on C channels in g groups give maps of H'×W'; "
        "n outputs of m inputs.",
        "パラメータ数と、画像 1 枚の積和演算の回数。F：フィルター数、k：その行数、C：入力チャンネル数、g：グループ数、"
        "H'×W'：出力の大きさ、n と m：全結合層の出力数と入力数。",
    )
    turns = (
        Turn(Text("If it were not cut into two groups?", "2 グループに分けなければ？"), {"groups": 1}),
        Turn(
            Text("With 10 classes and narrower layers, how much is left?", "10 クラスで全結合層も小さくしたら？"),
            {"classes": 10, "hidden": 512},
        ),
    )

    groups: int = knob(2, "groups of the 2nd, 4th and 5th convolution", "conv2・4・5 のグループ数", low=1, high=32)
    size: int = knob(
        227,
        "rows and columns of a picture, for the original",
        "画像の行数・列数（オリジナル）",
        low=SMALLEST,
        high=1000,
    )
    hidden: int = knob(4096, "units of the original's two wide layers", "広い全結合層のニューロン数", low=1, high=10**5)
    classes: int = knob(1000, "classes", "クラス数", low=2, high=10**5)

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(channels % self.groups for channels in (96, 256, 384)):
            raise ValueError(f"groups divides 96, 256 and 384; got {self.groups}")

    def measure(self, lab: Lab) -> Arrays:
        """Both networks, built without initial values, and the shape of one picture sent through."""
        with unset():
            original, one_tower = self._original(), AlexNet(self.classes)
        shape = (3, self.size, self.size)
        return {**taken_apart("original", original, shape), **taken_apart("one", one_tower, (3, 224, 224))}

    def _original(self) -> Module:
        g, side = self.groups, (self.size - 11) // 4 + 1
        for _ in range(3):  # the pools; the other convolutions keep the size
            side = (side - 3) // 2 + 1
        return Sequential(
            Conv2d(3, 96, 11, stride=4), ReLU(), LocalResponseNorm(5), MaxPool2d(3, 2),
            Conv2d(96, 256, 5, padding=2, groups=g), ReLU(), LocalResponseNorm(5), MaxPool2d(3, 2),
            Conv2d(256, 384, 3, padding=1), ReLU(),
            Conv2d(384, 384, 3, padding=1, groups=g), ReLU(),
            Conv2d(384, 256, 3, padding=1, groups=g), ReLU(), MaxPool2d(3, 2),
            Flatten(),
            Linear(256 * side * side, self.hidden), ReLU(),
            Linear(self.hidden, self.hidden), ReLU(),
            Linear(self.hidden, self.classes),
        )  # fmt: skip

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Bars of parameters and of multiply-adds, convolutions against linear layers, and the layers of both."""
        labels = self._labels(t)
        kinds = {t("convolutions", "畳み込み層"): False, t("fully connected layers", "全結合層"): True}
        sums = {
            label: [
                float(found[f"{name}.counts"][found[f"{name}.linear"] == linear, 0].sum() / 1e6)
                for linear in kinds.values()
            ]
            for name, label in labels.items()
        }
        return [
            *layer_bars(found, labels, t),
            bar_chart(
                t("Parameters by kind of layer", "層の種類ごとのパラメータ数"),
                list(kinds),
                sums,
                Axis(t.word("parameters"), t("millions", "百万"), low=0),
                category=t("kind", "種類"),
                lang=t.lang,
            ),
            *(layer_table(found, name, label, t) for name, label in labels.items()),
        ]

    def _labels(self, t: Tongue) -> dict[str, str]:
        original = t("original, g = {g}", "オリジナル（g = {g}）", g=self.groups)
        return {"original": original, "one": t("one tower", "1 タワー型")}

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The totals, where the parameters and the work are, and what the groups save."""
        totals = {name: int(found[f"{name}.total"]) for name in ("original", "one")}
        counts = found["original.counts"][1:5, 0]
        saved = int((counts[[0, 2, 3]] - [256, 384, 256]).sum()) * (self.groups - 1)
        return [
            t(
                "The original has {a} parameters for pictures of {s}×{s}; the later form, one tower with 64 to 384 "
                "filters, has {b}.",
                "オリジナルのパラメータ数は、{s}×{s} の画像で {a} 個です。"
                "のちの 1 タワー型（フィルター 64〜384 個）は {b} 個です。",
                a=whole(totals["original"]),
                b=whole(totals["one"]),
                s=self.size,
            ),
            *(where(found, name, label, t) for name, label in self._labels(t).items()),
            t(
                "A filter that sees only its group of the channels has fewer weights: the groups save {n} million of "
                "the weights of conv2, conv4 and conv5.",
                "フィルターが自分のグループのチャンネルだけを見ると、重みが少なくて済みます。"
                "conv2・conv4・conv5 の重みは、グループ化で {n} 百万個減ります。",
                n=millions(saved, 3),
            )
            if saved
            else t(
                "Here every filter sees all channels: nothing is saved by groups.",
                "ここではどのフィルターもすべてのチャンネルを見るので、グループ化による節約はありません。",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """60,965,224 and 61,100,840; 2.33 and 58.6 million, 96 %."""
        counts, linear = found["original.counts"], found["original.linear"]
        original, one = self._labels(t).values()
        return [
            near(f"{original}: {t.word('parameters')}", found["original.total"], 60_965_224, evidence="A"),
            near(f"{one}: {t.word('parameters')}", found["one.total"], 61_100_840, evidence="A"),
            near(
                t("parameters of the convolutions, in millions", "畳み込み層のパラメータ数（百万）"),
                counts[~linear, 0].sum() / 1e6,
                2.33,
                0.005,
                "A",
            ),
            near(
                t("parameters of the fully connected layers, in millions", "全結合層のパラメータ数（百万）"),
                counts[linear, 0].sum() / 1e6,
                58.6,
                0.05,
                "A",
            ),
            near(
                t("share of the fully connected layers", "全結合層の割合"),
                shares(found, "original")[0],
                0.96,
                0.005,
                "A",
            ),
            *counting_laws(found, ("original", "one"), t),
        ]
