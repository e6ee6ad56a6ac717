"""`channel-depth`: what grows while the picture shrinks."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zerokara.autodiff import Tensor, no_grad
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import DeepConvNet, SimpleConvNet, count_parameters, summarize
from zerokara.nn import Conv2d, Linear
from zerokara.report import Axis, Box, Cell, Line, Link, Table, Text, bar_chart, block_diagram, chart, whole

MODELS = {"DeepConvNet": DeepConvNet, "SimpleConvNet": SimpleConvNet}


@dataclass(frozen=True)
class ChannelDepth(Experiment):
    """A picture goes through the network once; the shape of every layer's output is kept."""

    name = "channel-depth"
    chapter = 8
    source = "Ch8 §8.1.1 p.241; RYO (誤記かな)"
    title = Text("Fewer pixels, more channels", "画像は小さく、チャンネルは深く")
    question = Text("What grows while the picture shrinks?", "画像が小さくなるあいだに、何が増えるのか？")
    formula = (r"(C, H, W) \rightarrow (F,\ I,\ J)", r"F \cdot (C k^2 + 1)")
    symbols = Text(
        "A convolution with F filters of k×k turns C channels into F; below, how many parameters it has.",
        "k×k のフィルター F 個の畳み込みで、C チャンネルが F チャンネルになります。2 行目はそのパラメータ数。",
    )
    turns = (
        Turn(Text("The network of chapter 7.", "7 章のネットワークでは？"), {"model": "SimpleConvNet"}),
        Turn(
            Text("A photograph of 32×32 pixels in colour.", "32×32 画素のカラー写真では？"), {"size": 32, "channels": 3}
        ),
    )

    model: str = knob("DeepConvNet", "the network", "ネットワーク", choices=tuple(MODELS))
    channels: int = knob(1, "channels of an image", "画像のチャンネル数", low=1, high=16)
    size: int = knob(28, "rows and columns of an image", "画像の行数・列数", low=8, high=64)

    def measure(self, lab: Lab) -> Arrays:
        """The shape and the parameters of every layer."""
        shape = (self.channels, self.size, self.size)
        network = MODELS[self.model](shape)
        rows = [row for row in summarize(network, shape) if row.kind in ("Conv2d", "MaxPool2d", "Linear")]
        with no_grad():
            scores = network.eval()(Tensor(np.zeros((1, *shape), np.float32)))
        shapes = [(*row.output_shape, 1, 1)[:3] for row in rows]
        return {
            "names": np.array([row.name for row in rows]),
            "kinds": np.array([row.kind for row in rows]),
            "shapes": np.array(shapes),
            "parameters": np.array([row.parameters for row in rows]),
            "total": np.array(count_parameters(network)),
            "formula": np.array([_parameters(layer) for layer in network if isinstance(layer, Conv2d | Linear)]),
            "scores": np.array(scores.shape[1]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The network as boxes; rows and channels beside each other; parameters."""
        names, kinds, shapes = found["names"].tolist(), found["kinds"].tolist(), found["shapes"]
        maps = found["kinds"] != "Linear"
        steps = np.arange(1, int(maps.sum()) + 1)
        weighted = found["parameters"] > 0
        rows: list[list[Cell]] = [
            [name, kind, _shape(kind, shape), int(np.prod(shape)), int(p) or None]
            for name, kind, shape, p in zip(names, kinds, shapes.tolist(), found["parameters"].tolist(), strict=True)
        ]
        heads = [
            t.word("layer"),
            t("kind", "種類"),
            t("height·width·channels", "高さ·幅·チャンネル"),
            t("numbers", "数の個数"),
            t.word("parameters"),
        ]
        return [
            self._boxes(found, t),
            chart(
                t("Height, width and channels", "高さ・幅とチャンネル"),
                [
                    Line(t("height and width", "高さ・幅"), steps, shapes[maps, 1]),
                    Line(t("channels", "チャンネル数"), steps, shapes[maps, 0]),
                ],
                Axis(t("layer (convolutions and pools)", "層（畳み込みとプーリング）"), whole=True),
                Axis(t("size", "大きさ"), low=0),
                lang=t.lang,
            ),
            bar_chart(
                t("Parameters of each layer", "各層のパラメータ数"),
                [name for name, so in zip(names, weighted, strict=True) if so],
                {t.word("parameters"): found["parameters"][weighted]},
                Axis(t.word("parameters"), low=0),
                category=t.word("layer"),
                lang=t.lang,
            ),
            Table(heads, rows),
        ]

    def _boxes(self, found: Found, t: Tongue) -> Piece:
        """Two convolutions and a pool a row, from left to right."""
        boxes = [Box("input", f"{t.word('input')}\n{self.size}·{self.size}·{self.channels}", 0, 0, "soft")]
        column, row = 1, 0
        for name, kind, shape in zip(
            found["names"].tolist(), found["kinds"].tolist(), found["shapes"].tolist(), strict=True
        ):
            boxes.append(Box(name, f"{name}\n{_shape(kind, shape)}", column, row, _KINDS[kind]))
            column += 1
            if kind == "MaxPool2d":
                column, row = 1, row + 1
        links = [Link(a.name, b.name) for a, b in pairwise(boxes)]
        return block_diagram(
            t(
                "{model}: height·width·channels after each layer",
                "{model}：各層のあとの高さ·幅·チャンネル",
                model=self.model,
            ),
            boxes,
            links,
            lang=t.lang,
            note=t("Grey: pooling; framed in colour: convolutions.", "灰色：プーリング、色付き：畳み込み。"),
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What shrinks and what grows, and where the parameters are."""
        shapes, kinds = found["shapes"], found["kinds"]
        maps = shapes[kinds != "Linear"]
        last, numbers = maps[-1].tolist(), maps.prod(axis=1)
        biggest = int(np.argmax(found["parameters"]))
        return [
            t(
                "From height·width·channels {H}·{H}·{C} the picture becomes {h}·{w}·{c}: fewer places, more answers "
                "at each.",
                "{H}×{H}・{C} チャンネルの画像が {h}×{w}・{c} チャンネルになります。"
                "場所は減り、1 か所あたりの情報（チャンネル）が増えます。",
                H=self.size, C=self.channels, h=last[1], w=last[2], c=last[0],
            ),
            t(
                "The first convolution passes on {a} numbers, the last pool only {b}.",
                "渡される数は、最初の畳み込みのあとの {a} 個から、最後のプーリングのあとの {b} 個まで減ります。",
                a=whole(int(numbers[0])), b=whole(int(numbers[-1])),
            ),
            t(
                "Of {n} parameters most are in {layer}: {p}.",
                "パラメータは全部で {n} 個で、最も多いのは {layer} の {p} 個です。",
                n=whole(int(found["total"])), layer=str(found["names"][biggest]),
                p=whole(int(found["parameters"][biggest])),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The shapes and parameters of DeepConvNet; and for any network the formula and the sum."""
        convolutions = found["shapes"][found["kinds"] == "Conv2d"].tolist()
        expected = [[16, 28, 28], [16, 28, 28], [32, 14, 14], [32, 16, 16], [64, 8, 8], [64, 8, 8]]
        parameters = [160, 2_320, 4_640, 9_248, 18_496, 36_928, 51_250, 510]
        weighted = found["parameters"][found["parameters"] > 0]
        maps = found["shapes"][found["kinds"] != "Linear"]
        return [
            holds("28·28·16, 28·28·16, 14·14·32, 16·16·32, 8·8·64, 8·8·64", convolutions == expected, "A"),
            near("4·4·64", maps[-1].prod(), 1024, evidence="A"),
            holds(
                t("parameters {p}", "パラメータ数 {p}", p=", ".join(map(whole, parameters))),
                weighted.tolist() == parameters,
                "A",
            ),
            holds(
                t("parameters = F·(C·k² + 1), or n·(inputs + 1)", "パラメータ数 = F·(C·k² + 1)、または n·(入力 + 1)"),
                np.array_equal(weighted, found["formula"]),
                "A",
                law=True,
            ),
            near(
                t("sum of the layers − all parameters", "層ごとの和 − 全パラメータ数"),
                weighted.sum() - found["total"],
                0,
                evidence="A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """RYO's question on channels."""
        counts = ", ".join(str(c) for c in found["shapes"][found["kinds"] == "Conv2d"][:, 0])
        return [
            Question(
                t("How can “channels” be 16, 32 and 64?", "「チャンネル」が 16、32、64 になるのはなぜでしょうか？"),
                t(
                    "There is one channel per filter of the layer before. Filters of the convolutions of {model}: "
                    "{counts}.",
                    "前の層のフィルター 1 つにつき 1 チャンネルだからです。"
                    "{model} の畳み込み層のフィルター数は {counts} です。",
                    model=self.model,
                    counts=counts,
                ),
            )
        ]


_KINDS = {"Conv2d": "accent", "MaxPool2d": "soft", "Linear": ""}


def _shape(kind: str, shape: list[int]) -> str:
    C, H, W = shape
    return str(C) if kind == "Linear" else f"{H}·{W}·{C}"


def _parameters(layer: Conv2d | Linear) -> int:
    """The formula: every output has a weight for each of its inputs, and a bias."""
    if isinstance(layer, Conv2d):
        return layer.out_channels * (layer.in_channels * layer.kernel_size[0] * layer.kernel_size[1] + 1)
    return layer.weight.shape[0] * (layer.weight.shape[1] + 1)
