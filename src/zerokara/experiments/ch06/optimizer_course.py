"""`optimizer-course`: the optimizers on a network that barely learns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, OnImages, Piece, Question, Turn, knob
from zerokara.experiments.ch06.networks import (
    ACTIVATIONS,
    BOOK_EPS,
    initial,
    network,
    optimizer_label,
    paired,
)
from zerokara.experiments.checks import Check, at_most, between
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn
from zerokara.experiments.tongue import Tongue
from zerokara.optim import OPTIMIZERS, optimizer_by_name
from zerokara.report import Axis, Line, Mark, Panel, Text, heat_map, panels, percent

EXPECTED: dict[tuple[str, str], tuple[float, float, str]] = {
    ("course", "sgd"): (0.0955, 0.1215, "M, C"),
    ("course", "momentum"): (0.930, 0.946, "M"),
    ("course", "adagrad"): (0.928, 0.952, "M"),
    ("course", "rmsprop"): (0.930, 0.956, "M"),
    ("course", "adam"): (0.941, 0.957, "M"),
    ("lr 0.01", "momentum"): (0.090, 0.1215, "M"),
    ("lr 0.01", "adagrad"): (0.21, 0.64, "M"),
    ("lr 0.1", "rmsprop"): (0.10, 0.54, "M"),
    ("lr 0.1", "adam"): (0.10, 0.31, "M"),
    ("relu", "sgd"): (0.852, 0.868, "M"),
    ("relu", "momentum"): (0.926, 0.942, "M"),
    ("relu", "adam"): (0.940, 0.962, "M"),
    ("batch norm", "sgd"): (0.58, 0.64, "M, C"),
    ("batch norm", "adam"): (0.951, 0.967, "M, C"),
}
"""Test accuracy, from … to …

Three are wider than the catalogue's (.948 ± .008, .29–.48, .954 ± .008, of three trainings each): sixteen trainings,
eight of them with plain NumPy, spread over .930–.952, .21–.64 and .941–.960.
"""


class Setup(NamedTuple):
    """What one training is told."""

    optimizer: str
    lr: float
    activation: str
    init: str
    batch_norm: bool


CONDITIONS: dict[str, Callable[[Setup], Setup]] = {
    "course": lambda s: s,
    "lr 0.01": lambda s: s._replace(lr=0.01),
    "lr 0.1": lambda s: s._replace(lr=0.1),
    "relu": lambda s: s._replace(lr=0.01, activation="relu", init="xavier"),
    "batch norm": lambda s: s._replace(batch_norm=True),
}
"""The course's trainings, and the same with something changed."""


@dataclass(frozen=True)
class OptimizerCourse(OnImages):
    """A small sigmoid network from weights of N(0, 0.01²): its gradient is so faint that the optimizer decides."""

    name = "optimizer-course"
    chapter = 6
    source = "DR 6-3-5"
    cost = "M"
    title = Text("Optimizers on a network that barely learns", "学習しにくいネットワークで最適化手法を比べる")
    question = Text(
        "Which optimizer gets a network going that barely learns?",
        "学習がなかなか進まないネットワークを動かせる最適化手法はどれか？",
    )
    formula = (
        r"\text{SGD:}\quad w \leftarrow w - \eta\, g",
        r"\text{Momentum:}\quad v \leftarrow 0.9\, v + g, \quad w \leftarrow w - \eta\, v",
        r"\text{AdaGrad:}\quad h \leftarrow h + g^2, \quad w \leftarrow w - \eta\, \frac{g}{\sqrt h}",
        r"\text{RMSprop:}\quad h \leftarrow 0.99\, h + 0.01\, g^2, \quad w \leftarrow w - \eta\, \frac{g}{\sqrt h}",
        r"\text{Adam:}\quad m \leftarrow 0.9\, m + 0.1\, g, \quad v \leftarrow 0.999\, v + 0.001\, g^2, \quad "
        r"w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v}}",
    )
    symbols = Text(
        "g is the gradient, η the learning rate. Dividing by √h or √v̂ makes the step independent of how faint g is.",
        "g は勾配、η は学習率。√h や √v̂ で割ると、勾配がどんなに小さくても歩幅が変わらない。",
    )
    seeds = 3
    quick = {"iterations": 40, "every": 20, "optimizers": ("sgd", "adam"), "lr": (0.01,)}
    turns = (
        Turn(
            Text("With ReLU and He the race is another one.", "ReLU と He の初期値なら、まったく違う競争になります。"),
            {"activation": "relu", "init": "he"},
        ),
        Turn(
            Text("Batch normalization helps every optimizer.", "バッチ正規化はどの手法も助けるでしょうか。"),
            {"batch_norm": True},
        ),
    )

    optimizers: tuple[str, ...] = knob(
        ("sgd", "momentum", "adagrad", "rmsprop", "adam"), "optimizers", "最適化手法", choices=tuple(OPTIMIZERS)
    )
    lr: tuple[float, ...] = knob(
        (0.01, 0.3, 0.1, 0.01, 0.01),
        "their learning rates, or one for all",
        "それぞれの学習率（1 つなら共通）",
        low=0,
        high=100,
    )
    activation: str = knob("sigmoid", "activation function", "活性化関数", choices=ACTIVATIONS)
    init: str = knob(
        "0.01", "initial values: a standard deviation, xavier or he", "重みの初期値（標準偏差、xavier、he）"
    )
    batch_norm: bool = knob(False, "batch normalization", "バッチ正規化")
    variations: bool = knob(
        True, "also with other learning rates, ReLU, batch norm", "学習率・ReLU・バッチ正規化も試すか"
    )
    hidden: tuple[int, ...] = knob((40, 20), "units of the hidden layers", "隠れ層のニューロン数", low=1, high=10_000)
    iterations: int = knob(1000, "updates", "更新回数", low=2, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=2, high=10_000)
    every: int = knob(50, "updates from one point of the curves to the next", "曲線の点の間隔（更新回数）", low=1)
    sampling: str = knob("replacement", "how mini-batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def __post_init__(self) -> None:
        super().__post_init__()
        initial(self.init)
        paired(self.optimizers, self.lr)

    @property
    def setups(self) -> list[list[Setup]]:
        """The trainings: a row for each condition, one for each optimizer in it."""
        own = [Setup(*run, self.activation, self.init, self.batch_norm) for run in paired(self.optimizers, self.lr)]
        changes = list(CONDITIONS.values()) if self.variations else [CONDITIONS["course"]]
        return [[change(setup) for setup in own] for change in changes]

    def measure(self, lab: Lab) -> Arrays:
        """Final accuracies of every condition, the course's curves too; what occurs twice is trained once."""
        data = lab.load(self.data)
        different = list(dict.fromkeys(setup for row in self.setups for setup in row))
        lab.plan(len(different) * self.iterations)
        curves = {
            s: self._learn(lab, data, s, self.every if s in self.setups[0] else self.iterations) for s in different
        }
        own = [curves[s] for s in self.setups[0]]
        return {
            "at": own[0][0],
            "train_curves": np.array([scores[0] for _, scores, _ in own]),
            "test_curves": np.array([scores[1] for _, scores, _ in own]),
            "train": np.array([[curves[s][1][0, -1] for s in row] for row in self.setups]),
            "test": np.array([[curves[s][1][1, -1] for s in row] for row in self.setups]),
            "first_loss": np.array([[curves[s][2] for s in row] for row in self.setups]),
            "classes": np.array(len(data.classes)),
            "largest_class": np.array(np.bincount(data.test.labels).max() / len(data.test)),
        }

    def _learn(self, lab: Lab, data: Dataset, setup: Setup, every: int) -> tuple[Array, Array, float]:
        model = network(
            data,
            self.hidden,
            activation=setup.activation,
            init=setup.init,
            batch_norm="before" if setup.batch_norm else "",
            eps=BOOK_EPS,
            rng=lab.rng("weights"),
        )
        learned = learn(
            lab,
            model,
            optimizer_by_name(setup.optimizer, model, lr=setup.lr),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            judge=[data.train.take(len(data.test)), data.test],
            every=every,
            sampling=self.sampling,
        )
        return learned.at, learned.scores, float(learned.losses[0])

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The course's curves, an optimizer a panel, and a map of all conditions."""
        at, small = found["at"], []
        for k, name in enumerate(self._labels(t)):
            marks: list[Mark] = [
                Line(t.word("training"), at, found.mean("train_curves")[k]),
                Line(t.word("test"), at, found.mean("test_curves")[k]),
            ]
            small.append(Panel(name, marks))
        shown = [
            panels(
                t("Accuracy while learning", "学習中の正答率"),
                small,
                Axis(t.word("updates"), whole=True),
                Axis(t.word("accuracy"), low=0, high=1),
                columns=3,
                lang=t.lang,
                note=t("Mean over the seeds.", "乱数の種についての平均。"),
            )
        ]
        if self.variations:
            shown.append(
                heat_map(
                    t("The same, with something changed", "条件を変えた場合"),
                    found.mean("test"),
                    [self._condition(name, t) for name in CONDITIONS],
                    [optimizer_label(name, t) for name in self.optimizers],
                    Axis(t.word("test accuracy"), low=0, high=1),
                    row_name=t("condition", "条件"),
                    column_name=t.word("optimizer"),
                    lang=t.lang,
                    wide=True,
                )
            )
        return [*shown]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Who learned in the course's setting, and how much each depends on its learning rate."""
        labels, test, chance = self._labels(t), found.mean("test"), found.number("largest_class")
        still = [name for name, a in zip(labels, test[0], strict=True) if a < _stuck(chance)]
        best = int(np.argmax(test[0]))
        said = [
            t(
                "{best} is best: it gets {a} of the test images right.",
                "最もよいのは {best} で、テスト画像の正答率は {a} です。",
                best=labels[best],
                a=percent(test[0, best]),
            ),
            t(
                "Not above chance (always naming one class gives {c}): {names}.",
                "偶然の水準（いつも同じクラスを答えると {c}）にとどまったもの：{names}。",
                c=percent(chance),
                names=t.list(None, *still) or t("none", "なし"),
            ),
        ]
        return said + (self._varied(found, t) if self.variations else [])

    def _varied(self, found: Found, t: Tongue) -> list[str]:
        test, others = found.mean("test"), list(CONDITIONS)
        relu, normed = test[others.index("relu")], test[others.index("batch norm")]
        return [
            t(
                "Worst and best test accuracy over the learning rates tried: {ranges}.",
                "試した学習率の範囲での正答率の幅：{ranges}。",
                ranges=self._ranges(found, t),
            ),
            t(
                "The worst optimizer reaches {a} with ReLU and Xavier, {b} with batch normalization, {c} as set.",
                "最も悪い手法の正答率は、ReLU と Xavier なら {a}、バッチ正規化なら {b}、設定どおりなら {c} です。",
                a=percent(relu.min()),
                b=percent(normed.min()),
                c=percent(test[0].min()),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers, and that all trainings of one network began at the same loss."""
        where = {(c, o): (i, k) for i, c in enumerate(CONDITIONS) for k, o in enumerate(self.optimizers)}
        test = found.all("test")
        checks = [
            between(f"{self._condition(c, t)}: {optimizer_label(o, t)}", test[:, *where[c, o]], *expected)
            for (c, o), expected in EXPECTED.items()
            if o in self.optimizers and (self.variations or c == "course")
        ]
        first, setups = found.all("first_loss"), self.setups
        checks.append(
            at_most(
                t(
                    "difference of first losses: every optimizer starts with the same network and mini-batch",
                    "最初の損失の差（どの手法も同じネットワークとミニバッチから出発する）",
                ),
                max(float(np.ptp(first[:, row], axis=1).max()) for row in range(len(setups))),
                1e-6,
                "A",
                law=True,
            )
        )
        if self._faint:
            away = np.abs(first[:, 0] - np.log(found["classes"])).max()
            what = t(
                "distance of the first loss from ln(classes): faint weights answer alike for all",
                "最初の損失と ln(クラス数) の差（重みが小さいと、どのクラスも同じ確率になる）",
            )
            checks.append(at_most(what, away, 0.05, "A", law=True))
        return checks

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-3-1."""
        if not self.variations:
            return []
        return [
            Question(
                t(
                    "What are the strengths of Momentum, AdaGrad and RMSprop?",
                    "モメンタム、AdaGrad、RMSprop の特徴は？",
                ),
                t(
                    "Momentum runs through a narrow valley fast; AdaGrad comes close to the optimum on gentle slopes; "
                    "RMSprop needs little tuning. How far each depends on its learning rate all the same (worst and "
                    "best test accuracy here): {ranges}. None of them promises the global minimum.",
                    "モメンタムは谷を速く抜け、AdaGrad は緩やかな斜面でも最適値に近づき、RMSprop は調整が少なくて済む、"
                    "とされます。それでも学習率には左右されます（ここでの最低と最高の正答率）：{ranges}。"
                    "また、どれも大域的最適解を保証するものではありません。",
                    ranges=self._ranges(found, t),
                ),
            )
        ]

    @property
    def _faint(self) -> bool:
        """Whether initial weights are so small, and the last hidden layer so bounded, that all scores are near 0."""
        std = initial(self.init)
        bounded = self.activation in ("sigmoid", "tanh") and not self.batch_norm
        return bounded and isinstance(std, float) and std * self.hidden[-1] ** 0.5 <= 0.1

    def _ranges(self, found: Found, t: Tongue) -> str:
        """The worst and the best mean accuracy of each optimizer over the learning rates."""
        rates, names = found.mean("test")[:3], [optimizer_label(name, t) for name in self.optimizers]
        ends = zip(names, rates.min(axis=0), rates.max(axis=0), strict=True)
        return t.list(None, *(f"{name} {percent(low)} – {percent(high)}" for name, low, high in ends))

    def _labels(self, t: Tongue) -> list[str]:
        return [f"{optimizer_label(name, t)} {lr:g}" for name, lr in paired(self.optimizers, self.lr)]

    def _condition(self, name: str, t: Tongue) -> str:
        return {
            "course": t("as set", "設定どおり"),
            "lr 0.01": t("learning rate 0.01", "学習率 0.01"),
            "lr 0.1": t("learning rate 0.1", "学習率 0.1"),
            "relu": t("ReLU, Xavier, lr 0.01", "ReLU、Xavier、0.01"),
            "batch norm": t.word("batch norm"),
        }[name]


def _stuck(largest_class: float) -> float:
    """Below this accuracy a network is said not to have learned."""
    return 1.2 * largest_class
