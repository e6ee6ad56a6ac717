"""`learning-rate-sweep`: learning rates on a real network."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import learn
from zerokara.experiments.tongue import Tongue
from zerokara.models import TwoLayerNet
from zerokara.optim import SCHEDULES, SGD, schedule_by_name
from zerokara.report import Axis, Band, Line, Mark, Rule, Text, chart, percent


@dataclass(frozen=True)
class LearningRateSweep(OnImages):
    """The same short training again and again, from a learning rate that crawls to one that explodes."""

    name = "learning-rate-sweep"
    chapter = 4
    source = "DR 6-3"
    cost = "M"
    title = Text("Learning rates on a real network", "実際のネットワークでの学習率")
    question = Text(
        "What does a learning rate that is too large or too small do to a real network?",
        "学習率が大きすぎたり小さすぎたりすると、実際のネットワークはどうなるか？",
    )
    formula = (r"W \leftarrow W - \eta\, \frac{\partial L}{\partial W}",)
    symbols = Text("η is the learning rate, L the loss of a mini-batch.", "η は学習率、L はミニバッチの損失。")
    seeds = 3
    quick = {"lr": (1e-3, 0.1, 10.0), "iterations": 100}
    turns = (
        Turn(
            Text(
                "Large at first and smaller later: the largest rates that still learn gain from it.",
                "最初は大きく、あとで小さくします。まだ学習できる大きめの学習率で効果が出ます。",
            ),
            {"schedule": "cosine"},
        ),
        Turn(
            Text(
                "Ten times as many updates: the small rates catch up.",
                "更新回数を 10 倍にすると、小さい学習率が追いつきます。",
            ),
            {"iterations": 10_000, "lr": (1e-3, 0.01, 0.1)},
        ),
    )

    lr: tuple[float, ...] = knob(
        (1e-4, 1e-3, 0.01, 0.1, 0.5, 1.0, 3.0, 10.0, 30.0), "learning rates of SGD", "SGD の学習率", low=1e-8, high=1e6
    )
    schedule: str = knob(
        "constant",
        "how the rate changes while learning; all but constant: large, then smaller",
        "学習中の学習率の変え方（constant 以外は、大きい値からだんだん小さくする）",
        choices=tuple(SCHEDULES),
    )
    iterations: int = knob(1000, "updates", "更新回数", low=1, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    hidden: int = knob(50, "hidden units", "隠れ層のニューロン数", low=1, high=10_000)
    std: float = knob(0.01, "standard deviation of the initial weights", "重みの初期値の標準偏差", low=0, high=10)
    sampling: str = knob(
        "replacement",
        "how mini-batches are drawn: replacement (the book) or shuffle",
        "ミニバッチの選び方：replacement（本と同じ復元抽出）か shuffle",
        choices=("replacement", "shuffle"),
    )

    def measure(self, lab: Lab) -> Arrays:
        """One training a rate, all from the same weights and on the same mini-batches."""
        data = lab.load(self.data)
        lab.plan(len(self.lr) * self.iterations)
        first, end, test = [], [], []
        for lr in self.lr:
            model = TwoLayerNet(
                int(np.prod(data.train.shape)), self.hidden, len(data.classes), init=self.std, rng=lab.rng("weights")
            )
            learned = learn(
                lab,
                model,
                SGD(model, lr=lr),
                data.train,
                iterations=self.iterations,
                batch_size=self.batch_size,
                judge=[data.test],
                every=self.iterations,
                sampling="shuffle" if self.sampling == "shuffle" else "replacement",
                schedule=schedule_by_name(self.schedule, lr, self.iterations),
            )
            first.append(learned.losses[0])
            end.append(learned.end_loss())
            test.append(learned.final[0])
        largest = np.bincount(data.test.labels).max() / len(data.test)
        return {
            "first_loss": np.array(first),
            "end_loss": np.array(end),
            "test": np.array(test),
            "chance": np.array(largest),
            "classes": np.array(len(data.classes)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy and loss against the learning rate."""
        rates = Axis(t.word("learning rate"), log=True)
        chance = Rule(t("always the same answer", "いつも同じ答えの場合"), y=float(found["chance"]))
        nothing = Rule(
            t("knows nothing: ln {k}", "何も知らない場合：ln {k}", k=int(found["classes"])), y=self._surprise(found)
        )
        gone = t(
            " Where there is no point, the loss has become NaN or infinite.",
            "点がないところでは、損失がもはや数値ではありません。",
        )
        lost = gone if np.isnan(found.mean("end_loss")).any() else ""
        return [
            chart(
                t("Test accuracy after learning", "学習後のテスト正答率"),
                [*self._curve("test", t.word("test accuracy"), found), chance],
                rates,
                Axis(t.word("accuracy"), low=0, high=1),
                lang=t.lang,
                note=t("The scale of the learning rate is logarithmic.", "横軸（学習率）は対数目盛。"),
            ),
            chart(
                t("Loss at the end of learning", "学習の最後の損失"),
                [*self._curve("end_loss", t.word("loss"), found), nothing],
                rates,
                Axis(t.word("loss"), log=True),
                lang=t.lang,
                note=t("Mean of the last mini-batches.", "最後のミニバッチの平均。") + lost,
            ),
        ]

    def _curve(self, what: str, name: str, found: Found) -> list[Mark]:
        order = np.argsort(self.lr)
        rates = np.array(self.lr)[order]
        marks: list[Mark] = [Line(name, rates, found.mean(what)[order])]
        if found.seeds > 1:
            marks.append(Band(name, rates, found.low(what)[order], found.high(what)[order]))
        return marks

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The best rate, how far the ends are from it, and where learning stops."""
        test, rates = found.mean("test"), np.array(self.lr)
        best, slow = int(test.argmax()), int(rates.argmin())
        told = [
            t(
                "Best of these is lr = {lr}: {test} of the test images after {n} updates.",
                "この中では lr = {lr} が最もよく、{n} 回の更新でテスト画像の {test} を正しく読みました。",
                lr=f"{rates[best]:g}",
                test=percent(test[best]),
                n=self.iterations,
            )
        ]
        if slow != best:
            told.append(
                t(
                    "The smallest, lr = {lr}, reaches {test} in the same time: it goes the right way, but too slowly.",
                    "最も小さい lr = {lr} では、同じ更新回数で {test} でした。向きは正しくても、進み方が遅すぎます。",
                    lr=f"{rates[slow]:g}",
                    test=percent(test[slow]),
                )
            )
        lost = np.sort(rates[(rates > rates[best]) & self._at_chance(found).all(axis=0)])
        told.append(
            t(
                "With lr = {lost} nothing is learned: the accuracy is that of guessing.",
                "lr = {lost} では何も学習できず、正答率は当てずっぽうと同じです。",
                lost=t.list(None, *(f"{lr:g}" for lr in lost)),
            )
            if lost.size
            else t(
                "None of these rates is so large that all is lost.",
                "何も学習できないほど大きい学習率はありませんでした。",
            )
        )
        return told

    def _at_chance(self, found: Found) -> Array:
        """For every seed and rate: whether the answers are no better than guessing. Shape: (seeds, rates)."""
        guessing: Array = found.all("test") <= float(found["chance"]) + 0.01
        return guessing

    def _surprise(self, found: Found) -> float:
        return float(np.log(float(found["classes"])))

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Accuracies of the catalogue (one seed there), chance from 3 up; all rates begin alike."""
        # one seed each there; how far a slow rate gets, and how rough a rate of 1 is, depends much on the seed
        expected = {
            1e-4: (0.18, 0.1),
            1e-3: (0.35, 0.1),
            0.01: (0.73, 0.05),
            0.1: (0.92, 0.01),
            0.5: (0.957, 0.01),
            1.0: (0.93, 0.03),
        }
        tests = dict(zip(self.lr, found.all("test").T, strict=True))
        nothing = np.full(found.seeds, np.nan)
        what = t("lr = {lr}: test accuracy", "lr = {lr}：テスト正答率", lr="{lr}")
        told = [near(what.format(lr=f"{lr:g}"), tests.get(lr, nothing), *v, "M") for lr, v in expected.items()]
        large = [tests.get(lr, nothing) for lr in (3.0, 10.0, 30.0)]
        first = found.all("first_loss")
        small = self.std <= 0.01 and self.hidden <= 1000
        return [
            *told,
            at_most(
                t("lr from 3 up: best test accuracy", "lr ≥ 3：テスト正答率の最大値"),
                np.max(large, axis=0),
                0.1235,
                "M",
            ),
            near(
                t(
                    "the first loss is the same for every rate: largest difference",
                    "最初の損失はどの学習率でも同じ：最大の差",
                ),
                np.ptp(first, axis=1),
                0,
                0,
                "A",
                law=True,
            ),
            near(
                t(
                    "first loss − ln(classes), where the initial weights are small",
                    "最初の損失 − ln(クラス数)（重みの初期値が小さい場合）",
                ),
                first.mean(axis=1) - self._surprise(found),
                0,
                0.05 if small else np.inf,
                "A",
                law=True,
            ),
        ]
