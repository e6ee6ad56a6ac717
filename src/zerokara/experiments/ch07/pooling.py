"""`pooling`: what max and average pooling keep."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.data import scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch07.pictures import tile
from zerokara.experiments.ch07.windows import covered, square
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.models import count_parameters
from zerokara.nn import AvgPool2d, MaxPool2d
from zerokara.report import Grid, Text, gallery, grids, significant

KINDS = ("max", "average")


@dataclass(frozen=True)
class Pooling(OnImages):
    """A window of pixels becomes one number, its largest or its mean; and the way that the gradient takes back."""

    name = "pooling"
    chapter = 7
    source = "Ch7 §7.3; DR 6-5-7; N7 7.3"
    title = Text("Pooling", "プーリング")
    question = Text("What do max and average pooling keep?", "Max プーリングと Average プーリングは何を残すか？")
    formula = (
        r"y_{c,i,j} = \max_{p,q}\ x_{c,\ iS+p,\ jS+q} \qquad "
        r"y_{c,i,j} = \frac{1}{k^2} \sum_{p,q} x_{c,\ iS+p,\ jS+q}",
    )
    symbols = Text(
        "k is the size of the window, S the stride; every channel c is pooled by itself.",
        "k は窓のサイズ、S はストライド。チャンネル c ごとに別々に計算します。",
    )
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text(
                "With stride 1 windows overlap, and one cell can get the gradient of several.",
                "ストライド 1 では窓が重なり、1 つの要素に複数の窓の勾配が届きます。",
            ),
            {"stride": 1},
        ),
        Turn(
            Text("A larger window keeps less of the digit.", "窓を大きくすると、数字の細部が失われます。"),
            {"size": 4, "stride": 4},
        ),
    )

    kind: str = knob("both", "which pooling", "プーリングの種類", choices=("both", *KINDS))
    size: int = knob(2, "rows and columns of a window", "窓の行数・列数", low=1, high=4)
    stride: int = knob(2, "stride", "ストライド", low=1, high=4)
    numbers: tuple[float, ...] = knob(
        (4.0, 1.0, 0.0, 2.0, 2.0, 3.0, 5.0, 5.0, 1.0, 6.0, 2.0, 2.0, 0.0, 2.0, 7.0, 1.0),
        "the numbers, row by row",
        "数値（行ごと）",
        low=-1e6,
        high=1e6,
        least=16,
    )
    index: int = knob(0, "which test image", "テスト画像の番号", low=0, high=1_000_000)

    def measure(self, lab: Lab) -> Arrays:
        """Outputs and gradients of both on the numbers, and what becomes of a digit."""
        x = square(self.numbers, "numbers")
        if len(x) > 10:
            raise ValueError(f"at most 10 rows of numbers can be drawn; got {len(x)}")
        data = lab.load(self.data)
        images = scaled(data.test.images[[self.index % len(data.test)]]).astype(np.float64)
        three = np.stack([x, -x, 2 * x])[None]
        found: Arrays = {"digit": images[0].mean(axis=0), "weights": np.array(self._learned())}
        for kind in KINDS:
            y, g = self._pooled(kind, x[None, None])
            found[f"{kind}.output"], found[f"{kind}.gradient"] = y[0, 0], g[0, 0]
            found[f"{kind}.channels"] = np.array(self._pooled(kind, three)[0].shape[1])
            found[f"{kind}.digit"] = self._pooled(kind, images)[0][0].mean(axis=0)
        return found

    def _learned(self) -> list[int]:
        return [count_parameters(layer(self.size, self.stride)) for layer in (MaxPool2d, AvgPool2d)]

    def _pooled(self, kind: str, x: Array) -> tuple[Array, Array]:
        """The output for x, and the gradient of its sum."""
        pool = F.max_pool2d if kind == "max" else F.avg_pool2d
        inputs = Tensor(x, requires_grad=True)
        y = pool(inputs, self.size, self.stride)
        (g,) = gradients(y.sum(), [inputs])
        return y.data, np.asarray(g)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Those that are shown."""
        return KINDS if self.kind == "both" else (self.kind,)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Numbers in, numbers out, the gradient back; and a digit."""
        x = square(self.numbers, "numbers")
        first = covered(x.shape, (0, 0), (self.size, self.size))
        rows: list[list[Grid | str]] = [
            [
                Grid(x, t.word("input"), first, found["max.gradient"] > 0 if kind == "max" else None),
                "→",
                Grid(found[f"{kind}.output"], _label(kind, t), covered(found[f"{kind}.output"].shape, (0, 0), (1, 1))),
                t("  gradient:", "  勾配："),
                Grid(np.ones_like(found[f"{kind}.output"]), t("arriving", "届く勾配")),
                "→",
                Grid(found[f"{kind}.gradient"], t("passed back", "逆伝播した勾配"), found[f"{kind}.gradient"] > 0),
            ]
            for kind in self.kinds
        ]
        shapes = {kind: found[f"{kind}.digit"].shape for kind in KINDS}
        digit = found["digit"]
        tiles = [tile(digit, t.word("input"), f"{digit.shape[0]}×{digit.shape[1]}", span=(0, 1))]
        tiles += [
            tile(found[f"{kind}.digit"], _label(kind, t), f"{shapes[kind][0]}×{shapes[kind][1]}", span=(0, 1))
            for kind in self.kinds
        ]
        return [
            grids(
                t("Forward and back", "順伝播と逆伝播"),
                rows,
                lang=t.lang,
                note=t(
                    "Outlined: the first window. Dashed: the cells that are a maximum.",
                    "実線の枠：最初の窓。破線の枠：最大値になった要素。",
                )
                if "max" in self.kinds
                else t("Outlined: the first window.", "実線の枠：最初の窓。"),
            ),
            gallery(
                t("A digit before and after", "数字の画像で見る"),
                tiles,
                lang=t.lang,
                words=t("A digit and its pooled maps.", "数字とプーリング後のマップ。"),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What is kept, where the gradient goes, what it costs."""
        told = [
            t(
                "{H}×{H} numbers become {I}×{I}; channels stay {C}, and there is nothing to learn ({n} parameters).",
                "{H}×{H} の数値が {I}×{I} になります。チャンネル数は {C} のままで、"
                "学習するパラメータはありません（{n} 個）。",
                H=len(square(self.numbers, "numbers")),
                I=len(found["max.output"]),
                C=int(found["max.channels"]),
                n=int(found["weights"].sum()),
            )
        ]
        for kind in self.kinds:
            g = found[f"{kind}.gradient"]
            told.append(
                t(
                    "{kind}: {n} of {all} cells get a gradient, at most {most} each.",
                    "{kind}：{all} 個の要素のうち {n} 個に勾配が届き、1 つの要素には最大 {most} です。",
                    kind=_label(kind, t),
                    n=int(np.count_nonzero(g)),
                    all=g.size,
                    most=significant(float(g.max())),
                )
            )
        ties = self._ties()
        if ties and "max" in self.kinds:
            told.append(
                t(
                    "Windows in which the largest number stands more than once: {n}. The first one gets the gradient.",
                    "{n} 個の窓では最大値が複数あり、勾配は最初の 1 つだけに届きます。",
                    n=ties,
                )
            )
        told.append(
            t(
                "The mean brightness of the digit is {a}, after max pooling {b}, after average pooling {c}: the "
                "maximum makes strokes thicker, the mean greyer.",
                "数字の画像の平均の明るさは {a}、Max プーリング後は {b}、Average プーリング後は {c} です。"
                "最大値を取ると線は太くなり、平均を取ると灰色にぼけます。",
                a=significant(float(found["digit"].mean()), 3),
                b=significant(float(found["max.digit"].mean()), 3),
                c=significant(float(found["average.digit"].mean()), 3),
            )
        )
        return told

    def _windows(self) -> Array:
        x = square(self.numbers, "numbers")
        view = np.lib.stride_tricks.sliding_window_view(x, (self.size, self.size))[:: self.stride, :: self.stride]
        return view.reshape(*view.shape[:2], -1)

    def _ties(self) -> int:
        w = self._windows()
        return int(np.count_nonzero((w == w.max(axis=2, keepdims=True)).sum(axis=2) > 1))

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """No parameters, channels stay; maxima and means of the windows; the gradient's way, ties included."""
        w, I = self._windows(), len(found["max.output"])  # noqa: E741
        size = max(1.0, float(np.abs(w).max()))
        away = [
            np.abs(found["max.output"] - w.max(axis=2)).max(),
            np.abs(found["average.output"] - w.mean(axis=2)).max(),
        ]
        to_one, to_all = self._expected_gradients(w.argmax(axis=2))
        sent = [found[f"{kind}.gradient"].sum() / I**2 for kind in KINDS]
        return [
            near(t("parameters", "パラメータ数"), found["weights"].sum(), 0, evidence="A", law=True),
            holds(
                t("3 channels stay 3 channels", "3 チャンネルは 3 チャンネルのまま"),
                found["max.channels"] == 3 and found["average.channels"] == 3,
                "A",
                law=True,
            ),
            at_most(
                t("difference from the windows' maxima and means, relative", "窓の最大値・平均との差（相対値）"),
                max(away) / size,
                1e-12,
                "A",
                law=True,
            ),
            holds(
                t(
                    "max: the gradient of a window goes to one cell, the first of equals",
                    "Max：窓の勾配は 1 つの要素（同じ値なら最初）に届く",
                ),
                np.array_equal(found["max.gradient"], to_one),
                "A",
                law=True,
            ),
            at_most(
                t("average: difference from equal shares for all cells", "Average：全要素に等分した勾配との差"),
                np.abs(found["average.gradient"] - to_all).max(),
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t(
                    "gradient passed back / gradient arrived, difference from 1",
                    "逆伝播した勾配の和 / 届いた勾配の和 と 1 との差",
                ),
                np.abs(np.array(sent) - 1).max(),
                1e-12,
                "A",
                law=True,
            ),
        ]

    def _expected_gradients(self, best: Array) -> tuple[Array, Array]:
        x = square(self.numbers, "numbers")
        to_one, to_all = np.zeros_like(x), np.zeros_like(x)
        for i, j in np.ndindex(best.shape):
            p, q = divmod(int(best[i, j]), self.size)
            to_one[i * self.stride + p, j * self.stride + q] += 1
            corner = i * self.stride, j * self.stride
            to_all += covered(x.shape, corner, (self.size, self.size)) / self.size**2
        return to_one, to_all


def _label(kind: str, t: Tongue) -> str:
    return t("max pooling", "Max プーリング") if kind == "max" else t("average pooling", "Average プーリング")
