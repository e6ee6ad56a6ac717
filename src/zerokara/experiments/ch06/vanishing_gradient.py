"""`vanishing-gradient`: which activation function and initial values let a deeper network learn?"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch06.networks import (
    ACTIVATIONS,
    activation_label,
    first_gradients,
    gradient_error,
    init_label,
    initial,
    network,
)
from zerokara.experiments.checks import Check, at_most, between
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn
from zerokara.experiments.tongue import Tongue
from zerokara.optim import SGD
from zerokara.report import Axis, Line, Panel, Text, heat_map, panels, percent, significant

EXPECTED: dict[tuple[str, str, str], tuple[float, float]] = {
    ("40-20", "sigmoid", "0.01"): (0.096, 0.114),
    ("40-20", "sigmoid", "xavier"): (0.872, 0.883),
    ("40-20", "sigmoid", "he"): (0.884, 0.898),
    ("40-20", "relu", "0.01"): (0.900, 0.925),
    ("40-20", "relu", "xavier"): (0.943, 0.958),
    ("40-20", "relu", "he"): (0.948, 0.959),
    ("40-20", "tanh", "xavier"): (0.943, 0.949),
    ("10-5", "sigmoid", "0.01"): (0.096, 0.114),
    ("10-5", "sigmoid", "xavier"): (0.72, 0.76),
    ("10-5", "sigmoid", "he"): (0.77, 0.79),
    ("10-5", "relu", "0.01"): (0.70, 0.84),
    ("10-5", "relu", "xavier"): (0.89, 0.92),
    ("10-5", "relu", "he"): (0.90, 0.91),
    ("80-40", "sigmoid", "0.01"): (0.096, 0.114),
    ("80-40", "sigmoid", "xavier"): (0.887, 0.893),
    ("80-40", "sigmoid", "he"): (0.900, 0.906),
    ("80-40", "relu", "0.01"): (0.931, 0.936),
    ("80-40", "relu", "xavier"): (0.958, 0.959),
    ("80-40", "relu", "he"): (0.960, 0.962),
    ("1000-500", "sigmoid", "0.01"): (0.65, 0.65),
    ("1000-500", "sigmoid", "xavier"): (0.897, 0.897),
    ("1000-500", "sigmoid", "he"): (0.905, 0.905),
    ("1000-500", "relu", "0.01"): (0.957, 0.957),
    ("1000-500", "relu", "xavier"): (0.968, 0.968),
    ("1000-500", "relu", "he"): (0.971, 0.971),
}
"""Test accuracy, from … to …, over three trainings (one of 1000-500)."""

LARGE = 100_000
"""A network with more weights than this is trained once only."""


@dataclass(frozen=True)
class VanishingGradient(OnImages):
    """The same training for every activation function and initial value, in networks of four sizes."""

    name = "vanishing-gradient"
    chapter = 6
    source = "DR 6-2-4"
    cost = "L"
    title = Text("Vanishing gradients and learning", "勾配消失と学習")
    question = Text(
        "Which activation and initial values let a deeper network learn?",
        "どの活性化関数と初期値なら、深いネットワークが学習できるか？",
    )
    formula = (
        r"\frac{\partial L}{\partial z_k} = f'(z_k) \odot \left( \frac{\partial L}{\partial z_{k+1}} W_{k+1} \right), "
        r"\qquad \frac{\partial L}{\partial W_k} = \left( \frac{\partial L}{\partial z_k} \right)^{T} a_{k-1}",
        r"\sigma'(z) \le \tfrac 1 4, \qquad \text{ReLU}'(z) \in \{0, 1\}, \qquad \tanh'(z) \le 1",
    )
    symbols = Text(
        "Towards the input the gradient is multiplied by f′ and by the weights at every layer; both may be small.",
        "入力側へ 1 層進むごとに、勾配には f′ と重みが掛かる。どちらも小さいと勾配は消えていく。",
    )
    quick = {
        "hidden": ("20-10",),
        "activation": ("sigmoid", "relu"),
        "init": ("0.01", "he"),
        "iterations": 30,
        "repeats": 1,
    }
    turns = (
        Turn(
            Text(
                "Does a larger step make up for a faint gradient?", "学習率を上げれば、小さい勾配を補えるでしょうか。"
            ),
            {"lr": 1.0, "hidden": ("40-20",)},
        ),
        Turn(
            Text("Four hidden layers make it harder.", "隠れ層を 4 つにすると、さらに難しくなります。"),
            {"hidden": ("40-40-40-20",)},
        ),
    )

    hidden: tuple[str, ...] = knob(
        ("40-20", "10-5", "80-40", "1000-500"), "hidden layers, such as 40-20", "隠れ層（40-20 のように）"
    )
    activation: tuple[str, ...] = knob(
        ("sigmoid", "relu", "tanh"), "activation functions", "活性化関数", choices=ACTIVATIONS
    )
    init: tuple[str, ...] = knob(
        ("0.01", "xavier", "he"),
        "initial values: standard deviations, xavier, he",
        "重みの初期値（標準偏差、xavier、he）",
    )
    lr: float = knob(0.1, "learning rate of SGD", "SGD の学習率", low=0, high=100)
    iterations: int = knob(2000, "updates", "更新回数", low=2, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    repeats: int = knob(
        3,
        "trainings of each network; large ones are trained once",
        "各設定の訓練回数（大きいものは 1 回）",
        low=1,
        high=50,
    )
    sampling: str = knob("replacement", "how mini-batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.init:
            initial(name)
        for name in self.hidden:
            _sizes(name)

    def measure(self, lab: Lab) -> Arrays:
        """Curves and first gradients of every combination; a size of network is a part that is kept when done."""
        data = lab.load(self.data)
        combinations = len(self.activation) * len(self.init)
        steps = [self._times(name, data) * combinations * self.iterations for name in self.hidden]
        lab.plan(sum(steps))
        parts = [
            lab.part(name, partial(self._size, lab, data, name), count)
            for name, count in zip(self.hidden, steps, strict=True)
        ]
        layers = max(part["gradients"].shape[-1] for part in parts)
        gradients = [_filled(part["gradients"], layers) for part in parts]
        curves = np.array([part["curves"] for part in parts])
        chance = np.bincount(data.test.labels).max() / len(data.test)
        return {
            "at": parts[0]["at"],
            "curves": curves,
            "test": curves[..., -1],
            "gradients": np.array(gradients),
            "largest_class": np.array(chance),
            "gradient_error": np.array(self._gradient_error(lab, data)),
        }

    def _size(self, lab: Lab, data: Dataset, hidden: str) -> Arrays:
        """All combinations for one size. curves: (activations, initial values, repeats, points)."""
        sizes, every = _sizes(hidden), max(1, self.iterations // 8)
        at, curves, gradients = np.zeros(0), [], []
        for activation, init in self._combinations:
            tests = []
            for repeat in range(self._times(hidden, data)):
                rng = lab.rng("weights", hidden, repeat)
                model = network(data, sizes, activation=activation, init=init, rng=rng)
                if repeat == 0:
                    gradients.append(first_gradients(model, data.train.take(1000)))
                learned = learn(
                    lab,
                    model,
                    SGD(model, lr=self.lr),
                    data.train,
                    iterations=self.iterations,
                    batch_size=self.batch_size,
                    judge=[data.test],
                    every=every,
                    sampling=self.sampling,
                    stream=f"batches {repeat}",
                )
                at = learned.at
                tests.append(learned.scores[0])
            curves.append(_filled(np.array(tests).T, self.repeats).T)
        shape = len(self.activation), len(self.init)
        return {
            "at": at,
            "curves": np.array(curves).reshape(*shape, self.repeats, -1),
            "gradients": np.array(gradients).reshape(*shape, -1),
        }

    def _gradient_error(self, lab: Lab, data: Dataset) -> float:
        """The worst of all combinations, in networks of the first size."""
        sizes, few = _sizes(self.hidden[0]), data.train.take(100)
        return max(
            gradient_error(network(data, sizes, activation=activation, init=init, rng=lab.rng("checked")), few)
            for activation, init in self._combinations
        )

    def _times(self, hidden: str, data: Dataset) -> int:
        sizes = [int(np.prod(data.train.shape)), *_sizes(hidden)]
        weights = sum(a * b for a, b in pairwise(sizes))
        return 1 if weights > LARGE else self.repeats

    @property
    def _combinations(self) -> Iterator[tuple[str, str]]:
        return ((activation, init) for activation in self.activation for init in self.init)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy curves and first gradients for each combination, and a map of what was reached."""
        curves, gradients = np.nanmean(found["curves"], axis=3), found["gradients"]
        where = [(i, j) for i in range(len(self.activation)) for j in range(len(self.init))]
        captions = [self._label(activation, init, t) for activation, init in self._combinations]
        learning, fading = [], []
        for (i, j), caption in zip(where, captions, strict=True):
            learning.append(
                Panel(caption, [Line(name, found["at"], curves[h, i, j]) for h, name in enumerate(self.hidden)])
            )
            fading.append(
                Panel(
                    caption,
                    [
                        Line(name, np.arange(1, gradients.shape[-1] + 1), gradients[h, i, j])
                        for h, name in enumerate(self.hidden)
                    ],
                )
            )
        final = np.nanmean(found["test"], axis=3).reshape(len(self.hidden), -1)
        note = t("A line for each size of the hidden layers.", "線は隠れ層の大きさごと。")
        return [
            heat_map(
                t("Test accuracy in the end", "最後のテスト正答率"),
                final,
                list(self.hidden),
                captions,
                Axis(t.word("test accuracy"), low=0, high=1),
                row_name=t("hidden layers", "隠れ層"),
                column_name=t("activation, initial values", "活性化関数、初期値"),
                lang=t.lang,
                wide=True,
            ),
            panels(
                t("Accuracy while learning", "学習中の正答率"),
                learning,
                Axis(t.word("updates"), whole=True),
                Axis(t.word("test accuracy"), low=0, high=1),
                columns=len(self.init),
                lang=t.lang,
                note=note,
            ),
            panels(
                t("The first gradient, layer by layer", "学習前の勾配（層ごと）"),
                fading,
                Axis(t.word("layer"), whole=True),
                Axis(t("mean |∂L/∂W|", "|∂L/∂W| の平均"), log=True),
                columns=len(self.init),
                lang=t.lang,
                note=note + t(" The scale is logarithmic.", "縦軸は対数目盛。"),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Best and worst for each size; who did not learn; what wider layers do; the faintest first gradient."""
        test, gradients = np.nanmean(found["test"], axis=3), found["gradients"]
        captions = [self._label(activation, init, t) for activation, init in self._combinations]
        said = []
        for name, row in zip(self.hidden, test.reshape(len(self.hidden), -1), strict=True):
            best, worst = int(np.nanargmax(row)), int(np.nanargmin(row))
            said.append(
                t(
                    "{h}: best is {best} with {a}, worst {worst} with {b}.",
                    "{h}：最もよいのは {best}（{a}）、最も悪いのは {worst}（{b}）です。",
                    h=name,
                    best=captions[best],
                    a=percent(row[best]),
                    worst=captions[worst],
                    b=percent(row[worst]),
                )
            )
        stuck = int(np.sum(test < 1.2 * found["largest_class"]))
        said.append(
            t(
                "{n} of {all} combinations are no better than naming one class always.",
                "{all} 通りのうち {n} 通りは、いつも同じクラスを答えるのと変わりません。",
                n=stuck,
                all=test.size,
            )
        )
        first = gradients[..., 0].reshape(len(self.hidden), -1)
        h, k = np.unravel_index(int(np.nanargmin(first)), first.shape)
        said.append(
            t(
                "The faintest first gradient at the first layer is {g} ({combination}, {h}); the greatest is {most}.",
                "第 1 層の学習前の勾配が最も小さいのは {combination}（{h}）の {g} で、最大は {most} です。",
                g=significant(float(first[h, k]), 2),
                combination=captions[k],
                h=self.hidden[h],
                most=significant(float(np.nanmax(first)), 2),
            )
        )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers, and that the gradients are the slopes of the loss."""
        checks = []
        for (hidden, activation, init), (low, high) in EXPECTED.items():
            if hidden in self.hidden and activation in self.activation and init in self.init:
                at = self.hidden.index(hidden), self.activation.index(activation), self.init.index(init)
                each = found["test"][at]
                more = _tolerance(hidden, activation, init)
                what = f"{hidden}, {self._label(activation, init, t)}: {t.word('test accuracy')}"
                checks.append(between(what, each[~np.isnan(each)], low - more, high + more, "M, C"))
        what = t(
            "first gradients by backpropagation against slopes of the loss, worst relative error",
            "誤差逆伝播法による学習前の勾配と損失の傾きの相対誤差（最大）",
        )
        return [*checks, at_most(what, found.all("gradient_error").max(), 1e-3, "A", law=True)]

    def _label(self, activation: str, init: str, t: Tongue) -> str:
        return t.list(None, activation_label(activation, t), init_label(init, t))


def _tolerance(hidden: str, activation: str, init: str) -> float:
    """How much wider than the catalogue's range a range may be.

    With five units before the output trainings scatter widely. The large sigmoid network with faint weights, trained
    once, is in the middle of its way up when it is judged.
    """
    if (hidden, activation, init) == ("1000-500", "sigmoid", "0.01"):
        return 0.1
    return 0.03 if hidden == "10-5" else 0.01


def _sizes(name: str) -> list[int]:
    """`40-20` → [40, 20]."""
    parts = name.split("-")
    if not all(part.isdigit() and 0 < int(part) <= 10_000 for part in parts):
        raise ValueError(
            f"hidden layers are written as numbers of units with - between them, such as 40-20; got {name!r}"
        )
    return [int(part) for part in parts]


def _filled(values: np.ndarray, length: int) -> np.ndarray:
    """The last axis made `length` long with not-a-numbers."""
    filled = np.full((*values.shape[:-1], length), np.nan)
    filled[..., : values.shape[-1]] = values
    return filled
