"""`vgg-anatomy`: what VGG16 is made of."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
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
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import VGG, count_parameters
from zerokara.nn import Conv2d
from zerokara.nn.init import unset
from zerokara.report import Axis, Table, Text, bar_chart, percent, whole

VARIANTS = ("11", "13", "16", "19")
KNOWN = {"11": 132_863_336, "13": 133_047_848, "16": 138_357_544, "19": 143_667_240}


@dataclass(frozen=True)
class VggAnatomy(Experiment):
    """The network is built without initial values, and the shape of one picture is sent through; nothing is computed.

    Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014.
    """

    name = "vgg-anatomy"
    chapter = 8
    source = "Ch8 §8.2.2"
    title = Text("VGG, taken apart", "VGG を分解する")
    question = Text("What is VGG16 made of?", "VGG16 は何でできているか？")
    formula = COUNTED
    symbols = Text(
        "Parameters, and multiply-adds for one picture: F filters of k×k on C channels (in g groups, here one) give "
        "maps of H'×W'; n outputs of m inputs.",
        "パラメータ数と、画像 1 枚の積和演算の回数。F：フィルター数、k：その行数、C：入力チャンネル数、"
        "g：グループ数（ここでは 1）、H'×W'：出力の大きさ、n と m：全結合層の出力数と入力数。",
    )
    turns = (
        Turn(Text("The deepest one.", "いちばん深い VGG19 では？"), {"variant": "19"}),
        Turn(Text("With 10 classes in place of 1000?", "1000 クラスではなく 10 クラスなら？"), {"classes": 10}),
        Turn(
            Text("A picture of 448×448: what grows?", "448×448 の画像では、何が増える？"),
            {"size": 448},
        ),
    )

    variant: str = knob("16", "how many layers with weights", "重みのある層の数", choices=VARIANTS)
    size: int = knob(224, "rows and columns of a picture", "画像の行数・列数", low=32, high=2000)
    classes: int = knob(1000, "classes", "クラス数", low=2, high=10**5)

    def measure(self, lab: Lab) -> Arrays:
        """Every layer of the chosen variant, and the parameters of all variants."""
        with unset():
            model = VGG(int(self.variant), self.classes)
            variants = [count_parameters(VGG(int(variant), self.classes)) for variant in VARIANTS]
        kernels = [layer.kernel_size for layer in model.modules() if isinstance(layer, Conv2d)]
        return {
            **taken_apart("vgg", model, (3, self.size, self.size)),
            "variants": np.array(variants),
            "kernels": np.array(kernels),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Bars of parameters, of multiply-adds and of what the layers give; all variants; every layer."""
        name = f"VGG{self.variant}"
        return [
            *layer_bars(found, {"vgg": name}, t),
            bar_chart(
                t("Numbers that each layer gives, for one picture", "各層が出力する数の個数（画像 1 枚）"),
                [str(layer) for layer in found["vgg.layers"]],
                {name: found["vgg.numbers"] / 1e6},
                Axis(t("numbers", "数の個数"), t("millions", "百万"), low=0),
                category=t.word("layer"),
                lang=t.lang,
            ),
            Table(
                [t.word("network"), t.word("parameters")],
                [[f"VGG{v}", n] for v, n in zip(VARIANTS, found["variants"].tolist(), strict=True)],
                t("The variants", "VGG の種類"),
            ),
            layer_table(found, "vgg", name, t),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What it is made of, where the parameters and the work are, and how little depth costs."""
        linear = found["vgg.linear"]
        counts, numbers = found["vgg.counts"], found["vgg.numbers"]
        small, large = int(found["variants"][0]), int(found["variants"][-1])
        return [
            t(
                "VGG{v} has {conv} convolutions, all of 3×3, and {fc} fully connected layers: {n} parameters.",
                "VGG{v} は 3×3 の畳み込み層 {conv} 層と全結合層 {fc} 層からなり、パラメータは {n} 個です。",
                v=self.variant,
                conv=int((~linear).sum()),
                fc=int(linear.sum()),
                n=whole(int(found["vgg.total"])),
            ),
            where(found, "vgg", f"VGG{self.variant}", t),
            t(
                "One picture of {s}×{s} takes {all} million multiply-adds; at most {share} in one layer ({layers}).",
                "{s}×{s} の画像 1 枚で積和演算は {all} 百万回。1 層あたりの最大は {share}（{layers}）です。",
                s=self.size,
                all=millions(counts[:, 1].sum()),
                layers=_most(found, counts[:, 1], t),
                share=percent(float(counts[:, 1].max() / counts[:, 1].sum())),
            ),
            t(
                "The memory is elsewhere: of {all} million numbers that the layers give, at most {share} "
                "come from one layer ({layers}).",
                "メモリを使う場所はまた別です。"
                "層の出力 {all} 百万個のうち、1 層で最大 {share} を占めます（{layers}）。",
                all=millions(numbers.sum()),
                layers=_most(found, numbers, t),
                share=percent(float(numbers.max() / numbers.sum())),
            ),
            t(
                "From VGG11 to VGG19, eight more convolutions add only {more} of the parameters.",
                "VGG11 から VGG19 へ畳み込みを 8 層増やしても、パラメータは {more} しか増えません。",
                more=percent(large / small - 1),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """138,357,544, of which 89 % are in the fully connected layers; 13 + 3 layers."""
        linear, what = found["vgg.linear"], t.word("parameters")
        return [
            *(
                near(f"VGG{variant}: {what}", count, KNOWN[variant], evidence="A")
                for variant, count in zip(VARIANTS, found["variants"], strict=True)
            ),
            near(t("share of the fully connected layers", "全結合層の割合"), shares(found, "vgg")[0], 0.89, 0.005, "A"),
            near(t("convolutions", "畳み込み層の数"), (~linear).sum(), 13, evidence="A"),
            holds(
                t(
                    "as many layers with weights as its name says, and all convolutions 3×3",
                    "重みのある層の数が名前どおりで、畳み込みはすべて 3×3",
                ),
                len(linear) == int(self.variant) and (found["kernels"] == 3).all(),
                "A",
                law=True,
            ),
            *counting_laws(found, ("vgg",), t),
        ]


def _most(found: Found, counts: Array, t: Tongue) -> str:
    """The layers with the largest count."""
    return t.list(None, *found["vgg.layers"][counts == counts.max()])
