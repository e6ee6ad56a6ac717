"""`zero-init`: what if all weights start at 0, or equal?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, OnImages, Piece, Question, Turn, knob
from zerokara.experiments.ch06.networks import ACTIVATIONS, activation_label
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn
from zerokara.experiments.tongue import Tongue
from zerokara.models import MultiLayerNet
from zerokara.nn.init import Constant, Init
from zerokara.optim import SGD
from zerokara.report import (
    Axis,
    Figure,
    Line,
    Picture,
    Text,
    Tile,
    bar_chart,
    gallery,
    line_chart,
    percent,
    significant,
)

SHOWN = 4
"""So many hidden units are shown as pictures."""

POINTS = 20
"""So many times the hidden units are compared while they learn."""


@dataclass(frozen=True)
class ZeroInit(OnImages):
    """Units that begin alike get the same gradient, and so stay alike: the network has one hidden unit, many times."""

    name = "zero-init"
    chapter = 6
    source = "Ch6 §6.2.1; DR 6-2-2-1"
    cost = "M"
    title = Text("Weights that start at 0, or equal", "重みの初期値を 0 や同じ値にする")
    question = Text("What if all weights start at 0, or equal?", "すべての重みを 0 や同じ値から始めるとどうなるか？")
    formula = (
        r"\frac{\partial L}{\partial W_1} = \left( \delta\, W_2 \odot f'(z) \right)^{T} x",
        r"W_1[i] = W_1[j],\ \ W_2[:, i] = W_2[:, j] \quad \Rightarrow \quad "
        r"\frac{\partial L}{\partial W_1[i]} = \frac{\partial L}{\partial W_1[j]}",
    )
    symbols = Text(
        "x is the input, z = x W₁ᵀ + b₁, f the activation function, δ the gradient at the scores; a row of W₁ is a "
        "unit.",
        "x は入力、z = x W₁ᵀ + b₁、f は活性化関数、δ は出力での勾配。W₁ の 1 行が 1 つのニューロン。",
    )
    seeds = 3
    quick = {"iterations": 40}
    turns = (
        Turn(Text("A larger equal value changes nothing.", "もっと大きい同じ値でも同じことです。"), {"value": 0.1}),
        Turn(
            Text("tanh(0) = 0: does it behave like ReLU?", "tanh(0) = 0 です。ReLU と同じになるでしょうか。"),
            {"second": "tanh"},
        ),
    )

    value: float = knob(0.01, "the equal value", "同じ値", low=-10, high=10)
    std: float = knob(0.01, "standard deviation of the random start", "乱数の初期値の標準偏差", low=0, high=10)
    first: str = knob("relu", "activation of the networks, unless said", "基本の活性化関数", choices=ACTIVATIONS)
    second: str = knob(
        "sigmoid", "another activation for weights of 0", "重み 0 で比べる別の活性化関数", choices=ACTIVATIONS
    )
    hidden: int = knob(50, "hidden units", "隠れ層のニューロン数", low=2, high=1000)
    lr: float = knob(0.1, "learning rate of SGD", "SGD の学習率", low=0, high=100)
    iterations: int = knob(1000, "updates", "更新回数", low=2, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    sampling: str = knob("replacement", "how mini-batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    @property
    def starts(self) -> list[tuple[str, Init]]:
        """Activation function and initial values of the networks compared."""
        return [
            (self.first, Constant(0.0)),
            (self.second, Constant(0.0)),
            (self.first, Constant(self.value)),
            (self.second, Constant(self.value)),
            (self.first, self.std),
        ]

    def measure(self, lab: Lab) -> Arrays:
        """For each start: how many units differ, again and again; test accuracy; what the weights have become."""
        data = lab.load(self.data)
        lab.plan(len(self.starts) * self.iterations)
        runs = [self._learn(lab, data, *start) for start in self.starts]
        return {key: np.array([run[key] for run in runs]) for key in runs[0]}

    def _learn(self, lab: Lab, data: Dataset, activation: str, init: Init) -> dict[str, Array]:
        inputs = int(np.prod(data.train.shape))
        model = MultiLayerNet(
            inputs, [self.hidden], len(data.classes), activation=activation, init=init, rng=lab.rng("weights")
        )
        first, first_bias, last, last_bias = model.parameters()
        every = max(1, self.iterations // POINTS)
        at, different = [0], [_different(first.data)]

        def look(i: int) -> None:
            if i % every == 0 or i == self.iterations:
                at.append(i)
                different.append(_different(first.data))

        learned = learn(
            lab,
            model,
            SGD(model, lr=self.lr),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            judge=[data.test],
            every=self.iterations,
            sampling=self.sampling,
            after=look,
        )
        weights = np.asarray(first.data, dtype=np.float64)
        C, H, W = data.train.shape
        pictures = weights.reshape(self.hidden, C, H, W).mean(axis=1)
        return {
            "at": np.array(at),
            "different": np.array(different),
            "rank": np.array(_rank(weights)),
            "test": learned.final[0],
            "largest": np.array([np.abs(p.data).max() for p in (first, first_bias, last, last_bias)]),
            "pictures": pictures[:SHOWN],
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Different units against updates, what the units look like, and the accuracies."""
        labels = self._labels(t)
        different = found.mean("different")
        lines = [Line(label, found["at"][k], different[k]) for k, label in enumerate(labels)]
        return [
            line_chart(
                t("How many hidden units differ", "互いに異なる隠れニューロンの数"),
                lines,
                Axis(t.word("updates"), whole=True),
                Axis(t("different hidden units", "異なる隠れニューロンの数"), low=0),
                lang=t.lang,
                note=t(
                    "Two units count as equal if all their weights agree to a thousandth of the largest weight.",
                    "重みがすべて、最大の重みの 1000 分の 1 以内で一致するものは同じとみなす。",
                ),
            ),
            bar_chart(
                t("After learning", "学習のあと"),
                labels,
                {t.word("test accuracy"): found.mean("test")},
                Axis(t.word("test accuracy"), low=0, high=1),
                category=t("start", "初期値"),
                lang=t.lang,
            ),
            self._pictures(found["pictures"], labels, t),
        ]

    def _pictures(self, pictures: Array, labels: Sequence[str], t: Tongue) -> Figure:
        tiles = []
        for label, units in zip(labels, pictures, strict=True):
            largest = np.abs(units).max() or 1.0
            shown = [
                Picture(0.5 + 0.5 * unit / largest, t("weights of unit {k}", "ニューロン {k} の重み", k=k + 1))
                for k, unit in enumerate(units)
            ]
            tiles.append(
                Tile(shown, label, t("largest weight {w}", "最大の重み {w}", w=significant(np.abs(units).max(), 3)))
            )
        return gallery(
            t("The first hidden units", "はじめの隠れニューロン"),
            tiles,
            note=t(
                "The weights of a unit from the picture's pixels: grey is 0, white positive, black negative.",
                "各画素からニューロンへの重み。灰色が 0、白が正、黒が負。",
            ),
            large=True,
            lang=t.lang,
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """For each start: how many units differ in the end, the rank, and how much is read."""
        return [
            t(
                "{start}: in the end {n} of {all} hidden units differ, W₁ has rank {rank}, and {a} of the test images "
                "are classified correctly.",
                "{start}：最後に互いに異なる隠れニューロンは {all} 個中 {n} 個、W₁ の階数は {rank}、"
                "テスト画像の正答率は {a} です。",
                start=label,
                n=significant(found.mean("different")[k, -1], 3),
                all=self.hidden,
                rank=significant(found.mean("rank")[k], 3),
                a=percent(found.mean("test")[k]),
            )
            for k, label in enumerate(self._labels(t))
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers; and that equal units stay equal while random ones differ, whatever the settings."""
        labels, test, largest = self._labels(t), found.all("test"), found.all("largest")
        expected = [(0.1135, 0.015), (0.27, 0.08), (0.29, 0.08), None, (0.92, 0.015)]
        checks = [
            near(f"{labels[k]}: {t.word('test accuracy')}", test[:, k], *numbers, "M")
            for k, numbers in enumerate(expected)
            if numbers
        ]
        different = found.all("different")
        what = t("equal units stay equal: number that differ, at most", "同じニューロンは同じまま：異なる数（最大）")
        checks.append(at_most(what, different[:, :-1].max(), 1, "A", law=True))
        what = t("random units all differ", "乱数から始めたニューロンはすべて異なる")
        checks.append(holds(what, np.isin(different[:, -1], (self.hidden, 0)).all(axis=1), "A", law=True))
        checks.append(
            holds(
                t("rank of equal units ≤ 1", "同じニューロンの階数 ≤ 1"), found.all("rank")[:, :-1] <= 1, "A", law=True
            )
        )
        for k, (activation, _) in enumerate(self.starts[:2]):
            if activation != "sigmoid":  # f(0) = 0: nothing gets through
                what = t(
                    "{start}: largest weight or hidden bias; only the output biases move",
                    "{start}：重みと隠れ層のバイアスの最大値（出力層のバイアスだけが動く）",
                    start=labels[k],
                )
                checks.append(near(what, largest[:, k, :3].max(), 0, 0, "A", law=True))
        return checks

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-2-2-1."""
        different, largest, labels = found.mean("different")[:, -1], found["largest"], self._labels(t)
        return [
            Question(
                t(
                    "What goes wrong when all weights start at 0?",
                    "重みの初期値を 0 にすると、どのような問題が起こるか？",
                ),
                t(
                    "Every weight gets the same value and the same gradient, so they cannot become different: of {n} "
                    "hidden units {a} differ in the end ({first}) and {b} ({second}), against {c} with random weights. "
                    "The largest weight in the end: {w} ({first}) and {v} ({second}). Where it is 0, nothing but the "
                    "biases of the output has moved.",
                    "すべての重みが同じ値で、勾配も同じなので、互いに異なる値になれません。最後に互いに異なる隠れ"
                    "ニューロンは {n} 個中、{a} 個（{first}）、{b} 個（{second}）、乱数から始めると {c} 個でした。"
                    "最後の重みの最大値は {w}（{first}）と {v}（{second}）です。"
                    "0 のままなら、動いたのは出力層のバイアスだけです。",
                    a=significant(different[0], 3),
                    b=significant(different[1], 3),
                    c=significant(different[-1], 3),
                    n=self.hidden,
                    w=significant(float(largest[0, [0, 2]].max()), 3),
                    v=significant(float(largest[1, [0, 2]].max()), 3),
                    first=labels[0],
                    second=labels[1],
                ),
            )
        ]

    def _labels(self, t: Tongue) -> list[str]:
        first, second = activation_label(self.first, t), activation_label(self.second, t)
        zero = t("all 0", "すべて 0")
        equal = t("all {v:g}", "すべて {v:g}", v=self.value)
        random = t("random, std {s:g}", "乱数、標準偏差 {s:g}", s=self.std)
        starts = [(zero, first), (zero, second), (equal, first), (equal, second), (random, first)]
        return [t.list(None, *start) for start in starts]


def _different(weights: Array) -> int:
    """How many rows equal no earlier one, to a thousandth of the largest weight; 0 if they are no numbers."""
    w = np.asarray(weights, dtype=np.float64)
    if not np.isfinite(w).all():
        return 0
    tolerance = 1e-3 * np.abs(w).max()
    kept: list[Array] = []
    for row in w:
        if not kept or np.abs(np.array(kept) - row).max(axis=1).min() > tolerance:
            kept.append(row)
    return len(kept)


def _rank(weights: Array) -> int:
    """The rank, where singular values below a thousandth of the greatest count as 0."""
    if not np.isfinite(weights).all():
        return 0
    values = np.linalg.svd(weights, compute_uv=False)
    return int(np.sum(values > 1e-3 * values[0])) if values[0] > 0 else 0
