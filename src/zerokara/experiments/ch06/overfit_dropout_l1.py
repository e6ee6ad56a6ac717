"""`overfit-dropout-l1`: do dropout and L1 combine?"""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch06.overfitting import (
    OnFewImages,
    Restraint,
    accuracy_chart,
    dropout_laws,
    end,
    end_chart,
    ends,
    forward_law,
    loss_chart,
    masked_mean,
    near_zero,
    penalty_difference,
    penalty_law,
)
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Text, bar_chart, percent


@dataclass(frozen=True)
class OverfitDropoutL1(OnFewImages):
    """The same network with neither, with dropout, with L1, and with both."""

    name = "overfit-dropout-l1"
    source = "Ch6 §6.4; DR 6-4-4-2"
    title = Text("Dropout and L1 together", "ドロップアウトと L1 正則化の併用")
    question = Text("Do dropout and L1 combine?", "ドロップアウトと L1 正則化は併用できるか？")
    formula = (r"L' = L(m \odot x) + \lambda \sum \left| W \right|, \qquad P(m = 0) = p",)
    symbols = Text(
        "L is the loss with dropout's masks m between the layers (p: dropout ratio); W stands for all weight matrices.",
        "L は層の間にドロップアウトのマスク m を置いたときの損失（p はドロップアウト率）、W はすべての重み行列。",
    )
    quick = {"iterations": 60}
    turns = (
        Turn(
            Text("A stronger L1: which of the two wins?", "L1 を強くすると、どちらの効果が勝つでしょうか？"),
            {"l1": 0.01},
        ),
        Turn(Text("More dropout.", "ドロップアウトを増やします。"), {"ratio": 0.15}),
    )

    iterations: int = knob(1000, "updates", "更新回数", low=2, high=1_000_000)
    ratio: float = knob(0.08, "dropout ratio", "ドロップアウト率", low=0, high=0.95)
    l1: float = knob(0.004, "strength λ of L1", "L1 の強さ λ", low=0, high=1)
    threshold: float = knob(1e-3, "|w| below this is near zero", "|w| がこれ未満なら「ほぼ 0」", low=0, high=1)

    def measure(self, lab: Lab) -> Arrays:
        """Four trainings from the same initial values and with the same mini-batches."""
        lab.plan(4 * self.iterations)
        both = self._restraints()["both"]
        found: Arrays = {
            "masked": masked_mean(lab, both),
            "penalty_difference": penalty_difference(lab, self.optimizer, self.lr, both),
        }
        for name, restraint in self._restraints().items():
            model, trained = self.train(lab, name, restraint)
            found |= trained | {f"{name}.near_zero": np.array(near_zero(model, self.threshold))}
        return found

    def _restraints(self) -> dict[str, Restraint]:
        return {
            "neither": Restraint(),
            "dropout": Restraint(dropout=self.ratio),
            "l1": Restraint(l1=self.l1),
            "both": Restraint(l1=self.l1, dropout=self.ratio),
        }

    def _labels(self, t: Tongue) -> dict[str, str]:
        dropout, l1 = f"p = {self.ratio:g}", f"λ = {self.l1:g}"
        return {"neither": t("neither", "どちらもなし"), "dropout": dropout, "l1": l1, "both": f"{dropout}, {l1}"}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Curves with neither and with both; the ends of all four; weights near zero."""
        labels = self._labels(t)
        extremes = {n: labels[n] for n in ("neither", "both")}
        shares = {t.word("share"): [found.number(f"{n}.near_zero") for n in labels]}
        category = t("method", "手法")
        return [
            accuracy_chart(found, extremes, t),
            loss_chart(found, extremes, t),
            end_chart(found, labels, t, category),
            bar_chart(
                t("Weights near zero", "ほぼ 0 の重み"),
                list(labels.values()),
                shares,
                Axis(t("share with |w| < {limit}", "|w| < {limit} の割合", limit=f"{self.threshold:g}"), low=0, high=1),
                category=category,
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The four ends, which reads most test images, and which gap is narrowest."""
        labels = self._labels(t)
        tests = {n: end(found, f"{n}.test") for n in labels}
        gaps = {n: end(found, f"{n}.train") - tests[n] for n in labels}
        best, narrowest = max(tests, key=lambda n: tests[n]), min(gaps, key=lambda n: gaps[n])
        sentences = [
            t(
                "{label}: {train} of the training and {test} of the test images are classified correctly; {share} "
                "of the weights are "
                "near zero.",
                "{label}：正答率は訓練 {train}、テスト {test}。重みの {share} がほぼ 0 です。",
                label=labels[n],
                train=percent(end(found, f"{n}.train")),
                test=percent(tests[n]),
                share=percent(found.number(f"{n}.near_zero")),
            )
            for n in labels
        ]
        return [
            *sentences,
            t(
                "The gap is narrowest ({gap}) for: {narrowest}. The most test images are right with: {best}.",
                "差が最も小さい（{gap}）のは「{narrowest}」、テストの正答率が最も高いのは「{best}」です。",
                gap=f"{gaps[narrowest]:.2f}",
                narrowest=labels[narrowest],
                best=labels[best],
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers; L1 makes weights vanish with dropout as without."""
        both = t("both", "両方")
        zeros = {n: found.all(f"{n}.near_zero") for n in self._restraints()}
        sparser = t(
            "L1 brings more weights near zero, with dropout and without", "L1 はどちらの場合も 0 付近の重みを増やす"
        )
        # The row's ±0.02 and ±0.01, and the scatter of a mean of three runs.
        return [
            near(f"{both}: {t.word('training accuracy')}", ends(found, "both.train"), 0.96, 0.03, "M"),
            near(f"{both}: {t.word('test accuracy')}", ends(found, "both.test"), 0.733, 0.025, "M"),
            near(t("both: share of weights near zero", "両方：ほぼ 0 の重みの割合"), zeros["both"], 0.43, 0.03, "M"),
            holds(sparser, (zeros["l1"] > zeros["neither"]) & (zeros["both"] > zeros["dropout"]), "M"),
            *dropout_laws(found, self._restraints()["both"], t),
            penalty_law(found, t),
            forward_law(found, list(self._restraints()), t),
        ]
