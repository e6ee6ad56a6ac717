"""`overfit-dropout`: does dropout stop overfitting?"""

from dataclasses import dataclass

from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch06.overfitting import (
    ACCURACIES,
    DROPOUT,
    DROPOUT_SYMBOLS,
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
)
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, percent, whole


@dataclass(frozen=True)
class OverfitDropout(OnFewImages):
    """The same network without dropout, with it, and with it for much longer."""

    name = "overfit-dropout"
    source = "Ch6 §6.4.3 overfit_dropout; DR 6-4-4-2"
    title = Text("Dropout against overfitting", "ドロップアウトで過学習を抑える")
    question = Text("Does dropout stop overfitting?", "ドロップアウトは過学習を止めるか？")
    formula = DROPOUT
    symbols = DROPOUT_SYMBOLS
    quick = {"iterations": 60, "long": 90, "mild_long": 90}
    turns = (
        Turn(
            Text(
                "Inverted dropout scales up while training: is learning still so slow?",
                "反転ドロップアウトは訓練中に値を拡大します。それでも学習は遅いでしょうか？",
            ),
            {"inverted": True},
        ),
        Turn(
            Text("Adam: are fewer updates enough?", "Adam なら、少ない更新で済むでしょうか？"),
            {"optimizer": "adam", "lr": 0.001},
        ),
    )

    iterations: int = knob(903, "updates: 301 of the book's epochs", "更新回数（本の 301 エポック）", low=2, high=10**6)
    ratio: float = knob(0.2, "dropout ratio", "ドロップアウト率", low=0, high=0.95)
    long: int = knob(3000, "updates of a longer training", "長い学習の更新回数", low=2, high=10**6)
    mild_ratio: float = knob(0.15, "a smaller ratio", "小さめのドロップアウト率", low=0, high=0.95)
    mild_long: int = knob(6000, "updates with the smaller ratio", "小さめの率での更新回数", low=2, high=10**6)
    inverted: bool = knob(
        False, "scale up in training, not down in evaluation", "評価時に縮めず、訓練時に拡大する（反転）"
    )

    def measure(self, lab: Lab) -> Arrays:
        """Four trainings from the same initial values and with the same mini-batches."""
        plan = self._plan()
        lab.plan(sum(iterations for _, iterations in plan.values()))
        found: Arrays = {"masked": masked_mean(lab, plan["with"][0])}
        for name, (restraint, iterations) in plan.items():
            found |= self.train(lab, name, restraint, iterations=iterations)[1]
        return found

    def _plan(self) -> dict[str, tuple[Restraint, int]]:
        dropped = Restraint(dropout=self.ratio, inverted=self.inverted)
        mild = Restraint(dropout=self.mild_ratio, inverted=self.inverted)
        return {
            "without": (Restraint(), self.iterations),
            "with": (dropped, self.iterations),
            "long": (dropped, self.long),
            "mild": (mild, self.mild_long),
        }

    def _labels(self, t: Tongue) -> dict[str, str]:
        def label(restraint: Restraint, iterations: int) -> str:
            updates = whole(iterations)
            if not restraint.dropout:
                return t("without, {n} updates", "なし・{n} 回", n=updates)
            return t("p = {p}, {n} updates", "p = {p}・{n} 回", p=f"{restraint.dropout:g}", n=updates)

        return {name: label(*planned) for name, planned in self._plan().items()}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The book's pair, the long trainings, and all ends."""
        labels = {"without": "p = 0", "with": f"p = {self.ratio:g}"}
        longer = {"long": f"p = {self.ratio:g}", "mild": f"p = {self.mild_ratio:g}"}
        return [
            accuracy_chart(found, labels, t),
            loss_chart(found, labels, t),
            accuracy_chart(found, longer, t, t("Accuracy in longer trainings", "長く学習したときの正答率")),
            end_chart(found, self._labels(t), t, t("training", "学習")),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The gaps, and whether dropout stops overfitting or only slows learning."""
        labels = self._labels(t)
        gaps = {n: end(found, f"{n}.train") - end(found, f"{n}.test") for n in labels}
        sentences = [
            t(
                "{label}: {train} of the training and {test} of the test images are classified correctly, a gap of "
                "{gap}.",
                "{label}：正答率は訓練 {train}、テスト {test} で、差は {gap} です。",
                label=label,
                train=percent(end(found, f"{name}.train")),
                test=percent(end(found, f"{name}.test")),
                gap=f"{gaps[name]:.2f}",
            )
            for name, label in labels.items()
        ]
        if gaps["with"] < gaps["without"] <= gaps["long"] + 0.05:
            sentences.append(
                t(
                    "The smaller gap is mostly slowness: after more updates it is nearly as wide as without dropout.",
                    "差が小さいのは、主に学習が遅いためです。更新を続けると、ドロップアウトなしとほぼ同じ差になります。",
                )
            )
        gain = max(end(found, "long.test"), end(found, "mild.test")) - end(found, "without.test")
        sentences.append(
            t(
                "The better of the long trainings gets {gain} more of the test images right than the network without "
                "dropout.",
                "長い学習のうち良い方は、ドロップアウトなしよりテスト画像の {gain} を多く正しく読みます。",
                gain=percent(gain),
            )
            if gain > 0
            else t(
                "Not even the long trainings read more test images than the network without dropout.",
                "長く学習しても、ドロップアウトなしよりテスト画像の正答率は上がりません。",
            )
        )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers, and what every dropout layer does."""
        # With dropout the row's ±0.02 and ±0.03, and the scatter of a mean of three: one run scatters by 0.05.
        expected = {
            "without": ((1.0, 0.005), (0.76, 0.03)),
            "with": ((0.65, 0.05), (0.52, 0.06)),
            "long": ((1.0, 0.005), (0.77, 0.03)),
            "mild": ((1.0, 0.005), (0.79, 0.03)),
        }
        checks, labels = [], self._labels(t)
        for name, numbers in expected.items():
            for key, (value, tolerance) in zip(("train", "test"), numbers, strict=True):
                what = f"{labels[name]}: {t.word(ACCURACIES[key])}"
                checks.append(near(what, ends(found, f"{name}.{key}"), value, tolerance, "M"))
        apart = {n: ends(found, f"{n}.train") - ends(found, f"{n}.test") for n in ("without", "with")}
        narrower = t("dropout narrows the gap in the same time", "同じ更新回数では、ドロップアウトにより差が縮まる")
        return [
            *checks,
            holds(narrower, apart["with"] < apart["without"], "M"),
            *dropout_laws(found, self._plan()["with"][0], t),
            forward_law(found, list(expected), t),
        ]
