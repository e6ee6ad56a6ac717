"""`convnet-init`: do initial values matter for a convolutional network, too?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.ch06.networks import init_label, initial
from zerokara.experiments.ch07.training import SimpleTraining, end_chart, ended
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, percent, significant

EARLY = 100


@dataclass(frozen=True)
class ConvnetInit(SimpleTraining):
    """SimpleConvNet twice, with weights from N(0, 0.01²) and from N(0, 2/n)."""

    name = "convnet-init"
    source = "N7 7.5"
    title = Text("Initial values of a CNN", "CNN の重みの初期値")
    question = Text("Does the CNN need He values too?", "CNN にも He の初期値は必要か？")
    formula = (r"w \sim \mathcal N(0,\ 0.01^2) \qquad w \sim \mathcal N\!\left(0,\ \tfrac 2 n\right), \quad n = C k^2",)
    symbols = Text(
        "n is the number of inputs that one output adds up: C channels times k·k cells of a filter, or the inputs of a "
        "linear layer.",
        "n は出力 1 つが足し合わせる入力の数。フィルターならチャンネル数 C × k·k、全結合層なら入力の数。",
    )
    turns = (
        Turn(
            Text(
                "What do Xavier's values, half the variance of He's, do?",
                "分散が He の半分の Xavier ではどうなるでしょうか。",
            ),
            {"other": "xavier"},
        ),
        Turn(
            Text(
                "Does plain SGD forgive a small start as Adam does?",
                "SGD でも、小さな初期値から抜け出せるでしょうか。",
            ),
            {"optimizer": "sgd", "lr": 0.01},
        ),
    )

    other: str = knob("he", "the initial weights compared with it", "比べる相手の重みの初期値")

    def __post_init__(self) -> None:
        super().__post_init__()
        if initial(self.other) == initial(self.init):
            raise ValueError(f"init and other are two different initial values; both are {self.other}")

    def measure(self, lab: Lab) -> Arrays:
        """Both trainings, with the same mini-batches."""
        data = self.pictures(lab)
        lab.plan(2 * self.iterations)
        found: Arrays = {"classes": np.array(len(data.classes))}
        for name, init in (("one", self.init), ("other", self.other)):
            model = self.network(lab, data, init)
            weights = [p.data for p in model.parameters() if p.ndim > 1]
            found[f"{name}.spread"] = np.array([w.std() for w in weights])
            found[f"{name}.inputs"] = np.array([w[0].size for w in weights])
            found[f"{name}.counts"] = np.array([w.size for w in weights])
            found |= self.train(lab, name, model, data)
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Losses, accuracies, and where they ended."""
        return [*self.curves(found, self._labels(t), t), end_chart(found, self._labels(t), t, t.word("initial values"))]

    def _labels(self, t: Tongue) -> dict[str, str]:
        return {"one": init_label(self.init, t), "other": init_label(self.other, t)}

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Where both ended, and who was ahead early and late."""
        labels = self._labels(t)
        early = {name: _early(found, name).mean() for name in labels}
        late = {name: found.number(f"{name}.end_test") for name in labels}
        return [
            *(ended(found, name, label, t) for name, label in labels.items()),
            t(
                "Over the first {n} updates the loss is lower with {label} ({low} against {high} on average); in the "
                "end more test images are classified correctly with {best}, by {gap} points.",
                "最初の {n} 回の更新では「{label}」のほうが損失が低く（平均 {low}、他方は {high}）、"
                "最後のテスト正答率は「{best}」のほうが {gap} ポイント高くなりました。",
                n=min(EARLY, self.iterations),
                label=labels[min(early, key=early.__getitem__)],
                low=significant(min(early.values()), 2),
                high=significant(max(early.values()), 2),
                best=labels[max(late, key=late.__getitem__)],
                gap=f"{100 * abs(late['one'] - late['other']):.2f}",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies; He is faster."""
        labels, test = self._labels(t), t.word("test accuracy")
        faster = t("the losses of the first updates are lower with He", "He のほうが最初の損失が低い")
        better = t("He reads more test images, on the mean", "平均すると He のほうがテスト正答率が高い")
        he = [i for i, name in (("one", self.init), ("other", self.other)) if name == "he"]
        spread = t(
            "He: initial spread against √(2/n), in standard errors",
            "He：初期値の標準偏差と √(2/n) との差（標準誤差で測る）",
        )
        laws = [at_most(spread, _he_error(found, name), 5, "A", law=True) for name in he]
        return [
            near(f"{labels['other']}: {t.word('training accuracy')}", found.all("other.end_train"), 1.0, 0.002, "M"),
            near(f"{labels['other']}: {test}", found.all("other.end_test"), 0.969, 0.005, "M"),
            near(f"{labels['one']}: {test}", found.all("one.end_test"), 0.963, 0.005, "M"),
            holds(faster, _early(found, "other") < _early(found, "one"), "M"),
            holds(better, found.number("other.end_test") > found.number("one.end_test"), "M"),
            *laws,
            *self.laws(found, ["one", "other"], t),
            self.guess_law(found, "one", t),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The open question of the notes."""
        labels = self._labels(t)
        scores = {label: percent(found.number(f"{name}.end_test"), 2) for name, label in labels.items()}
        (a, one), (b, other) = scores.items()
        return [
            Question(
                t(
                    "Why does the book take plain random values again here, not He's?",
                    "本はなぜここで He の初期値ではなく、ただの乱数に戻るのか？",
                ),
                t(
                    "The book does not say. Measured: {a} gets {one} of the test images right, {b} {other}. The "
                    "network has "
                    "only three layers with weights, and Adam adapts its steps, so a small start costs little time; "
                    "in deeper networks it costs everything.",
                    "本に説明はありません。測定では、テスト正答率は「{a}」が {one}、「{b}」が {other} でした。"
                    "重みのある層は 3 つだけで、Adam が更新の幅を調整するため、"
                    "小さな初期値でも少し遅れるだけで済みます。"
                    "もっと深いネットワークでは学習が進まなくなります。",
                    a=a,
                    b=b,
                    one=one,
                    other=other,
                ),
            )
        ]


def _early(found: Found, name: str) -> Array:
    """The mean of the first losses, one number a seed."""
    return np.asarray(found.all(f"{name}.losses")[:, :EARLY].mean(axis=1))


def _he_error(found: Found, name: str) -> Array:
    """How many standard errors the spread of the weights is away from He's, in the worst layer; one number a seed."""
    away = found.all(f"{name}.spread") * np.sqrt(found.all(f"{name}.inputs") / 2) - 1
    worst: Array = (np.abs(away) * np.sqrt(2 * found.all(f"{name}.counts"))).max(axis=-1)
    return worst
