"""`overfit-weight-decay`: does weight decay stop overfitting?"""

from dataclasses import dataclass

from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch06.overfitting import (
    SYMBOLS,
    OnFewImages,
    Restraint,
    accuracy_chart,
    end,
    ends,
    forward_law,
    loss_chart,
    penalty_difference,
    penalty_law,
    size_chart,
)
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, percent, significant


@dataclass(frozen=True)
class OverfitWeightDecay(OnFewImages):
    """The same network twice, without and with ½λΣW² in its loss."""

    name = "overfit-weight-decay"
    source = "Ch6 §6.4.2 overfit_weight_decay; DR 6-4-2"
    title = Text("Weight decay against overfitting", "荷重減衰で過学習を抑える")
    question = Text("Does weight decay stop overfitting?", "荷重減衰は過学習を止めるか？")
    formula = (
        r"L' = L + \frac{1}{2} \lambda \sum W^2",
        r"W \leftarrow W - \eta \left( \frac{\partial L}{\partial W} + \lambda W \right)",
    )
    symbols = SYMBOLS
    quick = {"iterations": 120}
    turns = (
        Turn(
            Text(
                "A tenth of the strength: the weights shrink less.", "強さを 10 分の 1 にすると、重みの縮みも減ります。"
            ),
            {"weight_decay": 0.01},
        ),
        Turn(
            Text("Three times the updates: does the gap stay narrow?", "更新を 3 倍にしても差は小さいままでしょうか？"),
            {"iterations": 1803},
        ),
    )

    weight_decay: float = knob(0.1, "λ, on every weight matrix", "すべての重み行列にかかる λ", low=0, high=10)

    def measure(self, lab: Lab) -> Arrays:
        """Both trainings, from the same initial values and with the same mini-batches."""
        lab.plan(2 * self.iterations)
        restraint = Restraint(weight_decay=self.weight_decay)
        found = self.train(lab, "without")[1] | self.train(lab, "with", restraint)[1]
        difference = penalty_difference(lab, self.optimizer, self.lr, restraint)
        return found | {"penalty_difference": difference}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracies, losses and ‖W‖."""
        labels = self._labels(t)
        return [accuracy_chart(found, labels, t), loss_chart(found, labels, t), size_chart(found, labels, t)]

    def _labels(self, t: Tongue) -> dict[str, str]:
        return {"without": "λ = 0", "with": f"λ = {self.weight_decay:g}"}

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The gaps, whether the test images gain, and the size of the weights."""
        train, test, bare_train, bare_test = (
            end(found, f"{name}.{k}") for name in ("with", "without") for k in ("train", "test")
        )
        before, after = bare_train - bare_test, train - test
        return [
            t(
                "Without decay {bare_train} of the training and {bare_test} of the test images are classified "
                "correctly, with it "
                "{train} and {test}.",
                "減衰なしでは訓練画像の {bare_train}、テスト画像の {bare_test}、減衰ありでは {train} と {test} を"
                "正しく読みます。",
                bare_train=percent(bare_train),
                bare_test=percent(bare_test),
                train=percent(train),
                test=percent(test),
            ),
            t(
                "The gap narrows from {before} to {after}.",
                "訓練とテストの差は {before} から {after} に縮まります。",
                before=f"{before:.2f}",
                after=f"{after:.2f}",
            )
            if after < before
            else t(
                "The gap does not narrow: {before} before, {after} now.",
                "訓練とテストの差は縮まりません。{before} だったものが {after} になります。",
                before=f"{before:.2f}",
                after=f"{after:.2f}",
            ),
            t(
                "The test images gain by it, too.",
                "テスト画像の正答率も上がります。",
            )
            if test > bare_test
            else t(
                "Yet the test images gain nothing by it: the gap is smaller only because the training images are "
                "learned less well.",
                "ただしテスト画像の正答率は上がりません。訓練画像を覚えきれなくなった分だけ差が小さくなったのです。",
            ),
            t(
                "‖W‖ goes from {begin} to {end}; without decay it ends at {bare}.",
                "‖W‖ は {begin} から {end} になります。減衰なしでは最後に {bare} です。",
                begin=significant(float(found.mean("with.size")[0]), 3),
                end=significant(end(found, "with.size"), 3),
                bare=significant(end(found, "without.size"), 3),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers, and what decay does to the size of the weights."""
        train, test = ends(found, "with.train"), ends(found, "with.test")
        bare_train, bare_test = ends(found, "without.train"), ends(found, "without.test")
        # ±0.02 is the row's; one run scatters by 0.017 (0.707 on the average of ten seeds).
        return [
            near(t("training accuracy with decay", "減衰ありの訓練データの正答率"), train, 0.90, 0.02, "M"),
            near(t("test accuracy with decay", "減衰ありのテストデータの正答率"), test, 0.72, 0.037, "M"),
            near(t("‖W‖ without decay", "減衰なしの ‖W‖"), ends(found, "without.size"), 35.3, 0.5, "M"),
            near(t("‖W‖ with decay", "減衰ありの ‖W‖"), ends(found, "with.size"), 19.9, 0.5, "M"),
            holds(
                t("decay narrows the gap between training and test", "減衰により訓練とテストの差が縮まる"),
                train - test < bare_train - bare_test,
                "M",
            ),
            holds(
                t("decay does not raise the test accuracy", "減衰によってテストデータの正答率は上がらない"),
                test < bare_test,
                "M",
            ),
            penalty_law(found, t),
            forward_law(found, ["without", "with"], t),
        ]
