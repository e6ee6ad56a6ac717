"""The book's first training of a network, chapters 4 and 5: mini-batch SGD, judged once an epoch."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, OnImages, Piece, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import learn, smooth
from zerokara.experiments.tongue import Tongue
from zerokara.models import TwoLayerNet
from zerokara.optim import SGD
from zerokara.report import Axis, Band, Line, Mark, chart, percent, significant

ACTIVATIONS = ("sigmoid", "relu", "tanh")


@dataclass(frozen=True)
class BookTraining(OnImages):
    """784-50-10, weights from N(0, 0.01²), batches of 100, lr 0.1, 10,000 updates; the two recipes say which units."""

    cost = "M"
    seeds = 3
    formula = (
        r"W \leftarrow W - \eta\, \frac{\partial L}{\partial W}, \qquad "
        r"L = -\frac 1 B \sum_{n=1}^{B} \log y_{n,t_n}, \qquad y = \mathrm{softmax}(a W_2 + b_2)",
    )
    quick = {"iterations": 300}

    iterations: int = knob(10_000, "updates", "更新回数", low=2, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    lr: float = knob(0.1, "learning rate of SGD", "SGD の学習率", low=0, high=100)
    hidden: int = knob(50, "hidden units", "隠れ層のニューロン数", low=1, high=10_000)
    activation: str = knob("sigmoid", "activation function", "活性化関数", choices=ACTIVATIONS)
    std: float = knob(0.01, "standard deviation of the initial weights", "重みの初期値の標準偏差", low=0, high=10)
    sampling: str = knob(
        "replacement",
        "how mini-batches are drawn: replacement (the book) or shuffle",
        "ミニバッチの選び方：replacement（本と同じ復元抽出）か shuffle",
        choices=("replacement", "shuffle"),
    )

    def measure(self, lab: Lab) -> Arrays:
        """The loss of every mini-batch; the accuracies after the first update and after every epoch."""
        data = lab.load(self.data)
        model = TwoLayerNet(
            int(np.prod(data.train.shape)),
            self.hidden,
            len(data.classes),
            activation=self.activation,
            init=self.std,
            rng=lab.rng("weights"),
        )
        lab.plan(self.iterations)
        learned = learn(
            lab,
            model,
            SGD(model, lr=self.lr),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            judge=[data.train, data.test],
            sampling="shuffle" if self.sampling == "shuffle" else "replacement",
        )
        epoch = max(1, len(data.train) // self.batch_size)
        return {
            "losses": learned.losses,
            "epochs": (learned.at - 1) / epoch,
            "updates_of_an_epoch": np.array(epoch),
            "accuracy": learned.scores,
            "classes": np.array(len(data.classes)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The loss curve, and both accuracies per epoch, with the spread over the seeds."""
        every = max(1, self.iterations // 400)
        updates = np.arange(1, self.iterations + 1)[::every]
        each = np.array([smooth(losses, 2 * every + 11)[::every] for losses in found.all("losses")])
        loss: list[Mark] = [Line(t.word("training loss"), updates, each.mean(axis=0))]
        scores: list[Mark] = []
        mean, low, high = found.mean("accuracy"), found.low("accuracy"), found.high("accuracy")
        for k, name in enumerate((t.word("training accuracy"), t.word("test accuracy"))):
            scores.append(Line(name, found["epochs"], mean[k]))
            if found.seeds > 1:
                scores.append(Band(name, found["epochs"], low[k], high[k]))
        if found.seeds > 1:
            loss.append(Band(t.word("training loss"), updates, each.min(axis=0), each.max(axis=0)))
        band = t(" The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else ""
        return [
            chart(
                t("The loss while learning", "学習中の損失"),
                loss,
                Axis(t.word("updates"), whole=True),
                Axis(t.word("loss"), low=0),
                lang=t.lang,
                note=t("Of the mini-batches, smoothed.", "ミニバッチの損失を平滑化したもの。") + band,
            ),
            chart(
                t("Accuracy per epoch", "エポックごとの正答率"),
                scores,
                Axis(t.word("epoch")),
                Axis(t.word("accuracy"), low=0, high=1),
                lang=t.lang,
                note=t(
                    "An epoch is {n} updates; judged on all images.",
                    "1 エポックは {n} 回の更新。正答率は全画像で計算。",
                    n=int(found["updates_of_an_epoch"]),
                ),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Where it started, where it was after an epoch, where it ended, and how far the two curves are apart."""
        start, first, end = (found.mean("accuracy")[:, k] for k in (0, self._first(found), -1))
        gap = float(end[0] - end[1])
        losses = found.all("losses")[:, -100:].mean()
        return [
            t(
                "After the first update {start} of the test images are classified correctly, after {epochs} "
                "epoch(s) {first}, "
                "at the end {end}.",
                "正しく読めたテスト画像は、最初の更新のあとで {start}、{epochs} エポックのあとで {first}、"
                "最後は {end} です。",
                start=percent(start[1]),
                epochs=significant(float(found["epochs"][self._first(found)]), 3),
                first=percent(first[1]),
                end=percent(end[1]),
            ),
            t(
                "The loss falls from {first} to {last} (mean of the last 100 mini-batches).",
                "損失は {first} から {last} に下がりました（最後の 100 ミニバッチの平均）。",
                first=significant(float(found.all("losses")[:, 0].mean()), 3),
                last=significant(float(losses), 3),
            )
            if losses < found.all("losses")[:, 0].mean()
            else t("The loss does not fall.", "損失は下がりませんでした。"),
            t(
                "At the end the accuracies on training and test images differ by {gap} points: {verdict}",
                "最後の訓練データとテストデータの正答率の差は {gap} ポイントでした。{verdict}",
                gap=significant(100 * gap, 2),
                verdict=self._apart(gap, t),
            ),
        ]

    def _apart(self, gap: float, t: Tongue) -> str:
        if gap < 0.005:
            return t("no overfitting to speak of.", "目立った過学習は起きていません。")
        if gap < 0.02:
            return t(
                "the network knows its training images a little better.", "訓練データのほうを少しだけよく読めます。"
            )
        return t("the network overfits.", "過学習が起きています。")

    @property
    def _ordinary(self) -> bool:
        """Whether the settings are such that a little learning is certain."""
        enough = self.iterations >= 300 and self.batch_size >= 50 and self.hidden >= 10
        return enough and 0.05 <= self.lr <= 0.2 and 0.001 <= self.std <= 0.1

    def _first(self, found: Found) -> int:
        """Which judgement is the one after the first epoch."""
        return min(1, len(found["epochs"]) - 1)

    def promised(self, found: Found, t: Tongue, first: tuple[float, float], ends: tuple[float, ...]) -> list[Check]:
        """The checks of both recipes: test accuracy after an epoch and its tolerance; training, test at the end."""
        scores = found.all("accuracy")
        start = t("test accuracy after the first update", "最初の更新のあとのテスト正答率")
        after = t("test accuracy after the first epoch", "1 エポック後のテスト正答率")
        at_end = t("{what} at the end", "最後の{what}", what="{what}")
        train, train_by, test, test_by = ends
        return [
            near(start, scores[:, 1, 0], 0.1, 0.05, "M"),
            near(after, scores[:, 1, self._first(found)], *first, "M"),
            near(at_end.format(what=t.word("training accuracy")), scores[:, 0, -1], train, train_by, "N"),
            near(at_end.format(what=t.word("test accuracy")), scores[:, 1, -1], test, test_by, "N"),
            *self._laws(found, t),
        ]

    def _laws(self, found: Found, t: Tongue) -> list[Check]:
        # small weights say nothing yet: every class has probability 1/K, whatever the image
        surprise = found.all("losses")[:, 0] - np.log(float(found["classes"]))
        small = self.std <= 0.01 and self.hidden <= 1000
        epoch = int(found["updates_of_an_epoch"])
        judged = 1 + (self.iterations - 1) // epoch + ((self.iterations - 1) % epoch > 0)
        same = t(
            "first loss − ln(number of classes), where the initial weights are small",
            "最初の損失 − ln(クラス数)（重みの初期値が小さい場合）",
        )
        return [
            near(same, surprise, 0, 0.05 if small else np.inf, "A", law=True),
            near(
                t("judgements: one an epoch", "正答率の計算回数：1 エポックに 1 回"),
                _count(found),
                judged,
                0,
                "A",
                law=True,
            ),
            holds(
                t("the loss ends lower than it began, with ordinary settings", "ふつうの設定なら損失は下がる"),
                (found.all("losses")[:, -20:].mean(axis=1) < found.all("losses")[:, 0]) | (not self._ordinary),
                "M",
                law=True,
            ),
        ]


def _count(found: Found) -> Array:
    return np.array(found.all("accuracy").shape[-1])
