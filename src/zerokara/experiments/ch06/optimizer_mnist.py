"""`optimizer-mnist`: which optimizer learns digits fastest?"""

from dataclasses import dataclass

import numpy as np

from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch06.networks import ACTIVATIONS, initial, network, optimizer_label, paired
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, Learned, learn, smooth
from zerokara.experiments.tongue import Tongue
from zerokara.optim import OPTIMIZERS, optimizer_by_name
from zerokara.report import Axis, Line, Text, bar_chart, chart, percent, significant

EXPECTED = {
    ("sgd", 0.01): (0.230, 0.935),
    ("momentum", 0.01): (0.076, 0.968),
    ("adagrad", 0.01): (0.060, 0.971),
    ("rmsprop", 0.01): (0.17, 0.944),
    ("rmsprop", 0.001): (0.05, 0.973),
    ("adam", 0.001): (0.054, 0.972),
}

FIRST = {"adagrad": 1.0, "rmsprop": 10.0, "adam": 1.0, "adamw": 1.0}
"""The first step of a bias in learning rates, as the formulas give it: |g|/√g², |g|/√(0.01·g²), |m̂|/√v̂."""


@dataclass(frozen=True)
class OptimizerMnist(OnImages):
    """One network, the same initial weights and the same mini-batches; only the rule of the step differs."""

    name = "optimizer-mnist"
    chapter = 6
    source = "Ch6 §6.1.8 optimizer_compare_mnist"
    cost = "M"
    title = Text("Optimizers on handwritten digits", "手書き数字で最適化手法を比べる")
    question = Text("Which optimizer learns digits fastest?", "数字をいちばん速く学ぶ最適化手法はどれか？")
    formula = (
        r"\text{SGD:}\quad w \leftarrow w - \eta\, g",
        r"\text{Momentum:}\quad v \leftarrow 0.9\, v + g, \quad w \leftarrow w - \eta\, v",
        r"\text{AdaGrad:}\quad h \leftarrow h + g^2, \quad w \leftarrow w - \eta\, \frac{g}{\sqrt h}",
        r"\text{RMSprop:}\quad h \leftarrow 0.99\, h + 0.01\, g^2, \quad w \leftarrow w - \eta\, \frac{g}{\sqrt h}",
        r"\text{Adam:}\quad m \leftarrow 0.9\, m + 0.1\, g, \quad v \leftarrow 0.999\, v + 0.001\, g^2, \quad "
        r"w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v}}",
    )
    symbols = Text(
        "g is the gradient, η the learning rate; the hats correct the start at 0. "
        "A small ε keeps every division finite.",
        "g は勾配、η は学習率。ハットは 0 から始まる偏りの補正。割り算には小さな ε が加わる。",
    )
    seeds = 3
    quick = {"iterations": 60}
    turns = (
        Turn(
            Text("One learning rate for all is not fair: try 0.1.", "同じ学習率では公平ではありません。0.1 では？"),
            {"lr": 0.1},
        ),
        Turn(
            Text("Does the order stay with one hidden layer?", "隠れ層が 1 つでも順位は同じでしょうか。"), {"depth": 1}
        ),
    )

    optimizers: tuple[str, ...] = knob(
        ("sgd", "momentum", "adagrad", "rmsprop", "rmsprop", "adam"),
        "optimizers",
        "最適化手法",
        choices=tuple(OPTIMIZERS),
    )
    lr: tuple[float, ...] = knob(
        (0.01, 0.01, 0.01, 0.01, 0.001, 0.001),
        "their learning rates, or one for all",
        "それぞれの学習率（1 つなら共通）",
        low=0,
        high=100,
    )
    iterations: int = knob(2000, "updates", "更新回数", low=2, high=1_000_000)
    batch_size: int = knob(128, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    sampling: str = knob("replacement", "how mini-batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)
    depth: int = knob(4, "hidden layers", "隠れ層の数", low=1, high=50)
    width: int = knob(100, "units in a hidden layer", "隠れ層のニューロン数", low=1, high=10_000)
    activation: str = knob("relu", "activation function", "活性化関数", choices=ACTIVATIONS)
    init: str = knob("he", "initial values: he, xavier or a standard deviation", "重みの初期値（he、xavier、標準偏差）")

    def __post_init__(self) -> None:
        super().__post_init__()
        initial(self.init)
        paired(self.optimizers, self.lr)

    def measure(self, lab: Lab) -> Arrays:
        """Losses, test accuracy, and how far the very first step moved the output biases, for each optimizer."""
        data = lab.load(self.data)
        runs = paired(self.optimizers, self.lr)
        lab.plan(len(runs) * self.iterations)
        learned = [self._learn(lab, data, *run) for run in runs]
        return {
            "losses": np.array([one.losses for one, _ in learned]),
            "end": np.array([one.end_loss() for one, _ in learned]),
            "test": np.array([one.final[0] for one, _ in learned]),
            "first_step": np.array([first for _, first in learned]),
        }

    def _learn(self, lab: Lab, data: Dataset, name: str, lr: float) -> tuple[Learned, float]:
        hidden = [self.width] * self.depth
        model = network(data, hidden, activation=self.activation, init=self.init, rng=lab.rng("weights"))
        biases = list(model.parameters())[-1]  # of the output layer; they start at 0
        moved: list[float] = []
        learned = learn(
            lab,
            model,
            optimizer_by_name(name, model, lr=lr),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            judge=[data.test],
            every=self.iterations,
            sampling=self.sampling,
            after=lambda i: moved.append(float(np.abs(biases.data).max())) if i == 1 else None,
        )
        return learned, moved[0]

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Smoothed losses, and the test accuracies."""
        each = found.all("losses")
        updates = np.arange(1, self.iterations + 1)
        lines = [Line(name, updates, smooth(each[:, k].mean(axis=0))) for k, name in enumerate(self._labels(t))]
        return [
            chart(
                t("The loss while learning", "学習中の損失"),
                lines,
                Axis(t.word("updates"), whole=True),
                Axis(t.word("loss"), low=0, high=1),
                lang=t.lang,
                wide=True,
                note=t(
                    "Mean over the seeds, smoothed as in the book; losses above 1 are out of the picture.",
                    "乱数の種についての平均を、本と同じ方法で平滑化。1 を超える損失は図の外。",
                ),
            ),
            bar_chart(
                t("After learning", "学習のあと"),
                self._labels(t),
                {t.word("test accuracy"): found.mean("test")},
                Axis(t.word("test accuracy"), low=0, high=1),
                low={t.word("test accuracy"): found.low("test")} if found.seeds > 1 else {},
                high={t.word("test accuracy"): found.high("test")} if found.seeds > 1 else {},
                category=t.word("optimizer"),
                lang=t.lang,
            ),
            bar_chart(
                t("The very first step", "最初の 1 歩"),
                self._labels(t),
                {t.word("bias"): found.mean("first_step")},
                Axis(t("greatest change of an output bias", "出力層のバイアスの最大の変化"), log=True),
                category=t.word("optimizer"),
                lang=t.lang,
                note=t(
                    "All optimizers saw the same first mini-batch. The scale is logarithmic.",
                    "最初のミニバッチはどの手法でも同じ。縦軸は対数目盛。",
                ),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The order, how far apart first and last are, and how the first steps compare."""
        labels, end, test = self._labels(t), found.mean("end"), found.mean("test")
        order = np.argsort(end)
        best, worst = order[0], order[-1]
        said = [
            t(
                "From the smallest loss at the end to the greatest: {order}.",
                "最後の損失が小さい順：{order}。",
                order=t.list(None, *(f"{labels[k]} ({significant(end[k], 3)})" for k in order)),
            ),
            t(
                "{best} gets {a} of the test images right, {worst} {b}, after the same number of updates.",
                "同じ更新回数のあと、テスト画像の正答率は {best} が {a}、{worst} が {b} です。",
                best=labels[best],
                a=percent(test[best]),
                worst=labels[worst],
                b=percent(test[worst]),
            ),
        ]
        rms = [(k, lr) for k, (name, lr) in enumerate(paired(self.optimizers, self.lr)) if name == "rmsprop" and lr]
        if rms:
            said.append(
                t(
                    "The first step of RMSprop is {x} times its learning rate: the memory h starts at 0 and has "
                    "taken in only a hundredth of g². It therefore needs a smaller learning rate than it seems.",
                    "RMSprop の最初の 1 歩は学習率の {x} 倍です。記憶 h は 0 から始まり、まだ g² の 100 分の 1 しか"
                    "取り込んでいないからです。そのため、見かけより小さい学習率が合います。",
                    x=significant(found.mean("first_step")[rms[0][0]] / rms[0][1], 3),
                )
            )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers; that nothing but the optimizer differed; that each took the step of its formula."""
        runs, labels = paired(self.optimizers, self.lr), self._labels(t)
        end, test, losses = found.all("end"), found.all("test"), found.all("losses")
        checks = []
        for k, run in enumerate(runs):
            if run in EXPECTED:
                loss, accuracy = EXPECTED[run]
                checks.append(near(f"{labels[k]}: {t.word('loss')}", end[:, k], loss, 0.02, "M"))
                checks.append(near(f"{labels[k]}: {t.word('test accuracy')}", test[:, k], accuracy, 0.008, "M"))
        others = [k for k, (name, _) in enumerate(runs) if name != "sgd"]
        if ("sgd", 0.01) in runs and others:
            sgd = end[:, [runs.index(("sgd", 0.01))]]
            checks.append(holds(t("SGD is last", "SGD が最下位"), (end[:, others] < sgd).all(axis=1), "M, N"))
        spread = np.ptp(losses[:, :, 0], axis=1).max()
        checks.append(
            at_most(
                t(
                    "difference of the losses on the first mini-batch: all start alike",
                    "最初のミニバッチの損失の差（出発点は全手法で同じ）",
                ),
                spread,
                1e-6,
                "A",
                law=True,
            )
        )
        for k, (name, lr) in enumerate(runs):
            if name in FIRST and lr:
                what = t("{name}: first step / learning rate", "{name}：最初の 1 歩 / 学習率", name=labels[k])
                first = found.all("first_step")[:, k] / lr
                checks.append(near(what, first, FIRST[name], 1e-3 * FIRST[name], "A", law=True))
        return checks

    def _labels(self, t: Tongue) -> list[str]:
        return [f"{optimizer_label(name, t)} {lr:g}" for name, lr in paired(self.optimizers, self.lr)]
