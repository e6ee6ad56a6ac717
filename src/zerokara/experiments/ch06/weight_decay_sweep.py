"""`weight-decay-sweep`: how strong should weight decay be?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.ch06.overfitting import (
    SYMBOLS,
    OnFewImages,
    Restraint,
    ends,
    forward_law,
    penalty_difference,
    penalty_law,
    size,
    weights,
)
from zerokara.experiments.checks import Check, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Module
from zerokara.optim import SGD
from zerokara.report import Axis, Bars, Line, Panel, Text, line_chart, panels, percent, significant

BINS = 60


@dataclass(frozen=True)
class WeightDecaySweep(OnFewImages):
    """The same training for many strengths λ, up to one that lets nothing grow."""

    name = "weight-decay-sweep"
    source = "Ch6 §6.4.2; DR 6-4-1, 6-4-4-1"
    title = Text("The strength of weight decay", "荷重減衰の強さ")
    question = Text("How strong should weight decay be?", "荷重減衰はどのくらい強くすべきか？")
    formula = (
        r"W \leftarrow W - \eta \left( \frac{\partial L}{\partial W} + \lambda W \right) "
        r"= (1 - \eta \lambda)\, W - \eta \frac{\partial L}{\partial W}",
    )
    symbols = SYMBOLS
    quick = {"iterations": 60, "weight_decay": (0.0, 0.1, 0.5)}
    turns = (
        Turn(
            Text(
                "Where between 0.1 and 0.2 does learning break down?", "0.1 と 0.2 の間のどこで学習できなくなるのか？"
            ),
            {"weight_decay": (0.0, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2)},
        ),
        Turn(
            Text("More images pull harder against the decay.", "画像が多いと、減衰に逆らう力は強くなるでしょうか。"),
            {"images": 3000},
        ),
    )

    weight_decay: tuple[float, ...] = knob(
        (0.0, 0.001, 0.01, 0.05, 0.1, 0.15, 0.2, 0.5), "the strengths λ", "λ の値（複数）", low=0, high=10, least=2
    )

    def measure(self, lab: Lab) -> Arrays:
        """One training a strength; accuracies, losses, ‖W‖, the biases, and how the weights are spread."""
        lab.plan(len(self.weight_decay) * self.iterations)
        found: Arrays = {"edges": np.linspace(-0.3, 0.3, BINS + 1)}
        for k, strength in enumerate(self.weight_decay):
            model, trained = self.train(lab, f"{k}", Restraint(weight_decay=strength), judgements=1)
            every = np.concatenate([w.ravel() for w in weights(model)])
            counts = np.histogram(every, found["edges"])[0]
            found |= trained | {
                f"{k}.share": counts / every.size,
                f"{k}.biases": np.array(size([p.data for p in model.parameters() if p.data.ndim == 1])),
            }
            if strength == max(self.weight_decay):
                found["pull.weights"], found["pull.biases"] = _pull(model, strength)
        strongest = Restraint(weight_decay=max(self.weight_decay))
        return found | {"penalty_difference": penalty_difference(lab, self.optimizer, self.lr, strongest)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy, loss and ‖W‖ against λ; histograms of the weights."""
        order = np.argsort(self.weight_decay, kind="stable")
        strengths = np.array(self.weight_decay)[order]
        x = Axis("λ", low=0)

        def curve(name: str, key: str) -> Line:
            return Line(name, strengths, [float(ends(found, f"{k}.{key}").mean()) for k in order])

        training, test = t.word("training"), t.word("test")
        top = float(max(found.mean(f"{k}.share").max() for k in order))
        histograms = [
            Panel(f"λ = {self.weight_decay[k]:g}", [Bars("", found["edges"], found.mean(f"{k}.share"))]) for k in order
        ]
        return [
            line_chart(
                t("Accuracy against the strength", "強さと正答率"),
                [curve(training, "train"), curve(test, "test")],
                x,
                Axis(t.word("accuracy"), low=0, high=1),
                lang=t.lang,
            ),
            line_chart(
                t("Loss against the strength", "強さと損失"),
                [curve(training, "train_loss"), curve(test, "test_loss")],
                x,
                Axis(t.word("loss"), low=0),
                lang=t.lang,
                note=t("Without the penalty.", "罰則の項は含みません。"),
            ),
            line_chart(
                t("Size of the weights and of the biases", "重みとバイアスの大きさ"),
                [
                    curve("‖W‖", "size"),
                    Line("‖b‖", strengths, [found.number(f"{k}.biases") for k in order]),
                ],
                x,
                Axis(t("root of the sum of squares", "二乗和の平方根"), low=0),
                lang=t.lang,
            ),
            panels(
                t("The weights after learning", "学習後の重みの分布"),
                histograms,
                Axis(t.word("weight")),
                Axis(t("share of the weights", "重みの割合"), low=0, high=top),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The best strength for each judge, and what the strongest one does."""
        tests, losses = self._over(found, "test"), self._over(found, "test_loss")
        best, least, strongest = int(tests.argmax()), int(losses.argmin()), int(np.argmax(self.weight_decay))
        start = float(found.mean(f"{strongest}.size")[0])
        return [
            t(
                "The test accuracy is greatest, {test}, at λ = {best}; the test loss is least, {loss}, at λ = {least}.",
                "テストデータの正答率が最大（{test}）なのは λ = {best}、"
                "テスト損失が最小（{loss}）なのは λ = {least} です。",
                test=percent(float(tests[best])),
                best=f"{self.weight_decay[best]:g}",
                loss=significant(float(losses[least]), 3),
                least=f"{self.weight_decay[least]:g}",
            ),
            t(
                "At λ = {strongest} the weights shrink from ‖W‖ = {start} to {end}, and {train} of the training images "
                "are classified correctly.",
                "λ = {strongest} では重みは ‖W‖ = {start} から {end} まで縮み、訓練画像の正答率は {train} です。",
                strongest=f"{self.weight_decay[strongest]:g}",
                start=significant(start, 3),
                end=significant(float(self._over(found, "size")[strongest]), 3),
                train=percent(float(self._over(found, "train")[strongest])),
            ),
        ]

    def _over(self, found: Found, key: str) -> Array:
        return np.array([ends(found, f"{k}.{key}").mean() for k in range(len(self.weight_decay))])

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers for each strength, as far as it names them; the larger λ, the smaller ‖W‖."""
        checks = []
        expected = {
            0.01: {"train": (0.99, 1.0), "test": (0.73, 0.79)},
            0.05: {"train": (0.96, 1.0), "test": (0.73, 0.79), "test_loss": (0.72, 0.82)},
            0.15: {"train": (0.49, 0.77), "test": (0.40, 0.64)},
            0.2: {"train": (0.12, 0.41), "test": (0.11, 0.35)},
            0.5: {"train": (0.10, 0.16), "test": (0.084, 0.144), "size": (1.6, 1.8)},
        }
        for strength, keys in expected.items():
            if strength not in self.weight_decay:
                continue
            k = self.weight_decay.index(strength)
            for key, (low, high) in keys.items():
                what = f"λ = {strength:g}: {_name(key, t)}"
                checks.append(between(what, ends(found, f"{k}.{key}"), low, high, "M"))
        order = np.argsort(self.weight_decay, kind="stable")
        sizes = np.array([ends(found, f"{k}.size") for k in order])
        return [
            *checks,
            holds(
                t("the larger λ, the smaller ‖W‖", "λ が大きいほど ‖W‖ は小さい"),
                (np.diff(sizes, axis=0) < 0).all(axis=0),
                "A",
            ),
            near(
                t("the penalty's pull on the biases", "罰則がバイアスを引く力"),
                found.all("pull.biases"),
                0.0,
                0.0,
                "A",
                law=True,
            ),
            penalty_law(found, t),
            forward_law(found, [f"{k}" for k in range(len(self.weight_decay))], t),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-4-1-1."""
        strongest = int(np.argmax(self.weight_decay))
        weakest = int(np.argmin(self.weight_decay))
        sizes = self._over(found, "size")
        return [
            Question(
                t(
                    "Which is true of regularization? (a) A large strength drives all weights towards 0. (b) With "
                    "strength 0 it becomes a non-linear regression. (c) The biases are regularized as well. (d) The "
                    "penalty is put on the hidden layer.",
                    "正則化について正しいのはどれ？（a）強くすると、すべての重みが 0 に近づく。（b）強さ 0 なら非線形"
                    "回帰になる。（c）バイアスも正則化される。（d）罰則は隠れ層に加えられる。",
                ),
                t(
                    "(a). Here ‖W‖ ends at {free} with λ = {weak}, and at {held} with λ = {strong}. (b) With strength "
                    "0 nothing but the plain loss is left. (c) The pull on the weights is {pull} at the end, that on "
                    "the biases {none}. (d) The penalty is added to the loss.",
                    "（a）です。ここでは ‖W‖ は λ = {weak} のとき最後に {free}、λ = {strong} のとき {held} です。"
                    "（b）強さ 0 なら、もとの損失が残るだけです。（c）最後に罰則が重みを引く力は {pull}、バイアスを"
                    "引く力は {none} です。（d）罰則は損失に加えられます。",
                    free=significant(float(sizes[weakest]), 3),
                    weak=f"{self.weight_decay[weakest]:g}",
                    held=significant(float(sizes[strongest]), 3),
                    strong=f"{self.weight_decay[strongest]:g}",
                    pull=significant(found.number("pull.weights"), 3),
                    none=significant(found.number("pull.biases"), 3),
                ),
            )
        ]


def _pull(model: Module, strength: float) -> list[Array]:
    """How far the penalty alone moves all weights, and all biases, in a step of SGD with lr 1 without a gradient."""
    parameters = list(model.parameters())
    before = [p.data.copy() for p in parameters]
    for p in parameters:
        p.grad = np.zeros_like(p.data)
    SGD(model, lr=1.0, weight_decay=strength, decay="weights").step()
    moved = [b - p.data for b, p in zip(before, parameters, strict=True)]
    return [np.array(size([m for m in moved if (m.ndim > 1) == matrices])) for matrices in (True, False)]


def _name(key: str, t: Tongue) -> str:
    return {
        "train": t.word("training accuracy"),
        "test": t.word("test accuracy"),
        "test_loss": t.word("test loss"),
        "size": "‖W‖",
    }[key]
