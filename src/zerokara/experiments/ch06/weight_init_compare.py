"""`weight-init-compare`: do initial values matter for learning?"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import learn, smooth
from zerokara.experiments.tongue import Tongue
from zerokara.models import MultiLayerNet
from zerokara.optim import SGD
from zerokara.report import Axis, Band, Line, Mark, Text, bar_chart, chart, percent, significant

INITS: dict[str, Any] = {"0.01": 0.01, "xavier": "xavier", "he": "he"}


@dataclass(frozen=True)
class WeightInitCompare(OnImages):
    """Three networks that differ only in where their weights start: N(0, 0.01²), N(0, 1/n), N(0, 2/n)."""

    name = "weight-init-compare"
    chapter = 6
    source = "Ch6 §6.2.4 weight_init_compare"
    cost = "M"
    title = Text("Initial values and learning", "重みの初期値と学習")
    question = Text("Do initial values matter for learning?", "重みの初期値は学習を左右するか？")
    formula = (
        r"w \sim \mathcal N(0,\ 0.01^2) \qquad w \sim \mathcal N\!\left(0,\ \tfrac 1 n\right)\ \text{Xavier} \qquad "
        r"w \sim \mathcal N\!\left(0,\ \tfrac 2 n\right)\ \text{He}",
    )
    symbols = Text("n is the number of inputs of a layer.", "n は層の入力の数。")
    seeds = 3
    quick = {"iterations": 300}
    turns = (
        Turn(
            Text(
                "With sigmoid instead of ReLU it is Xavier that fits.",
                "ReLU の代わりにシグモイドにすると、合うのは Xavier です。",
            ),
            {"activation": "sigmoid"},
        ),
    )

    iterations: int = knob(2000, "updates", "更新回数", low=2, high=1_000_000)
    batch_size: int = knob(128, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    lr: float = knob(0.01, "learning rate of SGD", "SGD の学習率", low=0, high=100)
    activation: str = knob("relu", "activation function", "活性化関数", choices=("relu", "sigmoid", "tanh"))
    depth: int = knob(4, "hidden layers", "隠れ層の数", low=1, high=50)
    width: int = knob(100, "units in a hidden layer", "隠れ層のニューロン数", low=1, high=10_000)

    def measure(self, lab: Lab) -> Arrays:
        """Losses and test accuracy for each of the three."""
        data = lab.load(self.data)
        found: Arrays = {"classes": np.array(len(data.classes))}
        lab.plan(len(INITS) * self.iterations)
        for name, init in INITS.items():
            model = MultiLayerNet(
                int(np.prod(data.train.shape)),
                [self.width] * self.depth,
                len(data.classes),
                activation=self.activation,
                init=init,
                rng=lab.rng("weights"),
            )
            learned = learn(
                lab,
                model,
                SGD(model, lr=self.lr),
                data.train,
                iterations=self.iterations,
                batch_size=self.batch_size,
                judge=[data.test],
                every=self.iterations,
            )
            found |= {
                f"{name}.losses": learned.losses,
                f"{name}.end_loss": np.array(learned.end_loss()),
                f"{name}.test": learned.final[0],
            }
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Smoothed losses, with the spread over the seeds, and the test accuracies."""
        updates = np.arange(1, self.iterations + 1)
        marks: list[Mark] = []
        for name in INITS:
            each = np.array([smooth(losses) for losses in found.all(f"{name}.losses")])
            marks.append(Line(_label(name, t), updates, each.mean(axis=0)))
            if found.seeds > 1:
                marks.append(Band(_label(name, t), updates, each.min(axis=0), each.max(axis=0)))
        tests = {t.word("test accuracy"): [found.number(f"{name}.test") for name in INITS]}
        return [
            chart(
                t("The loss while learning", "学習中の損失"),
                marks,
                Axis(t.word("updates"), whole=True),
                Axis(t.word("loss"), low=0, high=2.5),
                lang=t.lang,
                note=t(
                    "Smoothed as in the book; the band is the spread of the seeds.",
                    "本と同じ平滑化。帯は乱数の種による幅。",
                ),
            ),
            bar_chart(
                t("After learning", "学習のあと"),
                [_label(name, t) for name in INITS],
                tests,
                Axis(t.word("test accuracy"), low=0, high=1),
                category=t.word("initial values"),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How far each got."""
        return [
            t(
                "{name}: the loss ends at {loss} and {test} of the test images are classified correctly.",
                "{name}：損失は最後に {loss}、テスト画像の {test} を正しく読みます。",
                name=_label(name, t),
                loss=significant(found.number(f"{name}.end_loss"), 3),
                test=percent(found.number(f"{name}.test")),
            )
            for name in INITS
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers, and the order for every seed."""
        expected = {"0.01": (2.301, 0.1135), "xavier": (0.317, 0.914), "he": (0.230, 0.933)}
        checks = []
        for name, (loss, test) in expected.items():
            label = _label(name, t)
            checks.append(near(f"{label}: {t.word('loss')}", found.all(f"{name}.end_loss"), loss, 0.02, "M"))
            checks.append(near(f"{label}: {t.word('test accuracy')}", found.all(f"{name}.test"), test, 0.006, "M"))
        ends = {name: found.all(f"{name}.end_loss") for name in INITS}
        ordered = (ends["he"] < ends["xavier"]) & (ends["xavier"] < ends["0.01"])
        order = t("He learns faster than Xavier, Xavier than 0.01", "He は Xavier より、Xavier は 0.01 より速い")
        first = found.all("0.01.losses")[:, 0]
        guessing = t(
            "std 0.01: the first loss is that of guessing, ln(classes)",
            "標準偏差 0.01：最初の損失は当てずっぽうの ln(クラス数)",
        )
        chance = float(np.log(found["classes"]))
        return [*checks, holds(order, ordered, "M"), near(guessing, first, chance, 0.05, "A", law=True)]


def _label(name: str, t: Tongue) -> str:
    return {"0.01": t("std 0.01", "標準偏差 0.01"), "xavier": "Xavier", "he": "He"}[name]
