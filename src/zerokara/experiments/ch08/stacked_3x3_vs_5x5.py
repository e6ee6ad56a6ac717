"""`stacked-3x3-vs-5x5`: small filters in a stack against one large filter."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import count_parameters
from zerokara.nn import Conv2d, Sequential
from zerokara.report import Axis, Cell, Grid, Table, Text, bar_chart, grids, percent


@dataclass(frozen=True)
class Stacked3x3Vs5x5(Experiment):
    """Layers are built and their numbers counted; the receptive field is where one output has a gradient."""

    name = "stacked-3x3-vs-5x5"
    chapter = 8
    source = "Ch8 §8.1.3; RYO (うまく理解できない部分)"
    title = Text("Two 3×3 for one 5×5", "5×5 の代わりに 3×3 を 2 回")
    question = Text("Is two 3×3 really better than one 5×5?", "3×3 を 2 回重ねるのは、5×5 を 1 回より本当に良いのか？")
    formula = (r"k^2 \cdot C^2 \quad \text{vs.} \quad 9\, n \cdot C^2, \qquad k = 2n + 1",)
    symbols = Text(
        "k: rows of the large filter, n: layers of the stack, C: channels in and out; biases not counted.",
        "k：大きなフィルターの行数、n：重ねる層の数、C：入力と出力のチャンネル数（バイアスは除く）。",
    )
    turns = (
        Turn(
            Text("Fewer channels: the biases count a little.", "チャンネルを減らすと、バイアスの割合が増えます。"),
            {"channels": 4},
        ),
        Turn(Text("Larger kernels save more.", "カーネルが大きいほど節約できます。"), {"kernels": (3, 9, 13)}),
    )

    kernels: tuple[int, ...] = knob(
        (5, 7, 11), "k: rows of the large filters (odd)", "k：大きなフィルターの行数（奇数）", low=3, high=15
    )
    channels: int = knob(64, "C: channels in and out", "C：入力と出力のチャンネル数", low=1, high=256)

    def __post_init__(self) -> None:
        super().__post_init__()
        even = [k for k in self.kernels if k % 2 == 0]
        if even:
            raise ValueError(f"a stack of 3×3 filters reaches over an odd number of pixels; got kernels {even}")

    def measure(self, lab: Lab) -> Arrays:
        """Parameters with and without biases, and the receptive fields of both."""
        counted: dict[str, list[list[int]]] = {"with": [], "without": []}
        fields, found = [], {}
        for k in self.kernels:
            for kind, bias in (("with", True), ("without", False)):
                pair = [self._layers([k], bias), self._layers([3] * (k // 2), bias)]
                counted[kind].append([count_parameters(layers) for layers in pair])
            large, stack = _ways([k], k), _ways([3] * (k // 2), k)
            fields.append([_extent(large), _extent(stack)])
            found[f"ways.{k}"] = stack
        return {
            **found,
            "with": np.array(counted["with"]),
            "without": np.array(counted["without"]),
            "fields": np.array(fields),
        }

    def _layers(self, sizes: list[int], bias: bool) -> Sequential:
        return Sequential(*(Conv2d(self.channels, self.channels, k, bias=bias, init=0.01) for k in sizes))

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Parameters for each pair of channels; the receptive fields; all counts."""
        pair = found["without"] / self.channels**2
        names = [f"{k}×{k}" for k in self.kernels]
        k = self.kernels[0]
        field = np.ones((k, k), int)
        return [
            bar_chart(
                t("Parameters per pair of channels", "チャンネルの組 1 つあたりのパラメータ数"),
                names,
                {
                    t("one large filter", "大きなフィルター 1 つ"): pair[:, 0],
                    t("stack of 3×3", "3×3 を重ねる"): pair[:, 1],
                },
                Axis(t.word("parameters"), low=0),
                category=t("receptive field", "受容野"),
                lang=t.lang,
            ),
            grids(
                t("What one output sees", "1 つの出力が見る範囲"),
                [
                    Grid(field, t("one {k}×{k}: every pixel by one weight", "{k}×{k} を 1 回：各画素に重み 1 つ", k=k)),
                    Grid(
                        found[f"ways.{k}"].astype(int),
                        t(
                            "{n} times 3×3: ways from pixel to output",
                            "3×3 を {n} 回：画素から出力への経路の数",
                            n=k // 2,
                        ),
                    ),
                ],
                lang=t.lang,
                wide=False,
                note=t(
                    "The same square; the stack looks more at its middle.", "範囲は同じ。重ねたほうは中央をよく見ます。"
                ),
            ),
            self._table(found, t),
        ]

    def _table(self, found: Found, t: Tongue) -> Table:
        heads = [
            t("receptive field", "受容野"),
            t("one filter", "大きなフィルター"),
            t("stack of 3×3", "3×3 の積み重ね"),
            t("saved", "節約"),
            t("with biases, one filter", "バイアス込み、大きなフィルター"),
            t("with biases, stack", "バイアス込み、積み重ね"),
            t("ReLUs in the stack", "積み重ねの ReLU の数"),
        ]
        rows: list[list[Cell]] = [
            [f"{k}×{k}", int(a), int(b), percent(1 - b / a, 0), int(c), int(d), k // 2]
            for k, (a, b), (c, d) in zip(self.kernels, found["without"], found["with"], strict=True)
        ]
        return Table(heads, rows, t("{C} channels in and out.", "入力・出力とも {C} チャンネル。", C=self.channels))

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The savings, the equal receptive fields, and what else is gained."""
        saved = 1 - found["without"][:, 1] / found["without"][:, 0]
        told = [
            t(
                "{n} layers of 3×3 see {k}×{k} pixels like one filter of {k}×{k}, with {s} fewer parameters.",
                "3×3 の層を {n} つ重ねると、{k}×{k} のフィルター 1 つと同じ {k}×{k} 画素を見ながら、"
                "パラメータは {s} 少なくなります。",
                n=k // 2,
                k=k,
                s=percent(float(s), 0),
            )
            for k, s in zip(self.kernels, saved, strict=True)
        ]
        return [
            *told,
            t(
                "The saving alone is modest for small kernels; between the layers of a stack stands another ReLU: "
                "it is more than a cheaper large filter.",
                "カーネルが小さいうちは、節約だけ見ればわずかです。"
                "しかし重ねた層の間には ReLU が入り、単に安い大きなフィルター以上の表現ができます。",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """25 : 18, 49 : 27, 121 : 45; 102,464 : 73,856; equal receptive fields."""
        expected = {5: (25, 18, 0.28), 7: (49, 27, 0.45), 11: (121, 45, 0.63)}
        checks = []
        for k, (large, small) in zip(self.kernels, found["without"] / self.channels**2, strict=True):
            a, b, s = expected.get(k, (k * k, 9 * (k // 2), 1 - 9 * (k // 2) / k**2))
            what = t("{k}×{k}: parameters per pair of channels", "{k}×{k}：チャンネルの組あたりのパラメータ数", k=k)
            checks.append(near(what, large, a, evidence="A"))
            checks.append(near(t("{n} times 3×3", "3×3 を {n} 回", n=k // 2), small, b, evidence="A"))
            checks.append(near(t("{k}×{k}: share saved", "{k}×{k}：節約の割合", k=k), 1 - small / large, s, 0.005, "A"))
        C = self.channels
        sizes = [(k * k * C * C + C, (k // 2) * (9 * C * C + C)) for k in self.kernels]
        return [
            *checks,
            near(
                t("5×5, 64 channels, with biases", "5×5、64 チャンネル、バイアス込み"),
                found["with"][0, 0],
                102_464,
                evidence="A",
            ),
            near(
                t("twice 3×3, 64 channels, with biases", "3×3 を 2 回、64 チャンネル、バイアス込み"),
                found["with"][0, 1],
                73_856,
                evidence="A",
            ),
            holds(
                t("both have the receptive field k", "どちらの受容野も k"),
                (found["fields"] == np.array(self.kernels)[:, None]).all(),
                "A",
                law=True,
            ),
            holds(
                t("counts = k²·C² + C and n·(9·C² + C)", "個数 = k²·C² + C と n·(9·C² + C)"),
                found["with"].tolist() == [list(pair) for pair in sizes],
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """RYO's doubt."""
        pair = (found["without"] / self.channels**2).astype(int)
        saved = [percent(1 - b / a, 0) for a, b in pair.tolist()]
        listed = t.list(None, *(f"{a} : {b} ({s})" for (a, b), s in zip(pair.tolist(), saved, strict=True)))
        return [
            Question(
                t("Is 25 against 18 a real saving?", "25 個が 18 個になるのは、本当に節約といえるでしょうか？"),
                t(
                    "Alone it is modest; it grows with the kernel: {listed}; and there is a second non-linearity.",
                    "それだけではわずかですが、カーネルが大きいほど増えます：{listed}。"
                    "さらに、間に非線形な活性化関数が入ります。",
                    listed=listed,
                ),
            )
        ]


def _ways(sizes: list[int], field: int) -> Array:
    """How often each pixel counts for one output of stacked filters of ones; the picture is larger than the field."""
    side = 2 * field + 1
    x = Tensor(np.ones((1, 1, side, side)), requires_grad=True)
    y = x
    for k in sizes:
        y = F.conv2d(y, Tensor(np.ones((1, 1, k, k))))
    middle = y.shape[2] // 2
    (g,) = gradients(y[0, 0, middle, middle], [x])
    ways: Array = np.asarray(g)[0, 0]
    used = np.flatnonzero(ways.any(axis=1))
    return ways[used[0] : used[-1] + 1, used[0] : used[-1] + 1]


def _extent(ways: Array) -> int:
    return len(ways)
