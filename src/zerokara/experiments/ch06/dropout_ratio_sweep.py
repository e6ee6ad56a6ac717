"""`dropout-ratio-sweep`: which dropout ratio?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch06.overfitting import (
    ACCURACIES,
    DROPOUT,
    DROPOUT_SYMBOLS,
    METHODS,
    OnFewImages,
    Restraint,
    dropout_laws,
    ends,
    forward_law,
    masked_mean,
)
from zerokara.experiments.checks import Check, between, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Band, Line, Mark, Text, chart, percent

NAMES = {
    "sgd": "SGD",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}
ADAPTIVE = ("adagrad", "rmsprop", "adam")


@dataclass(frozen=True)
class DropoutRatioSweep(OnFewImages):
    """The same training for many dropout ratios, by SGD and by faster optimizers."""

    name = "dropout-ratio-sweep"
    source = "Ch6 §6.4.3; DR 6-4-4-2"
    title = Text("The dropout ratio", "ドロップアウト率")
    question = Text("Which dropout ratio is right?", "ドロップアウト率はいくつがよいか？")
    formula = DROPOUT
    symbols = DROPOUT_SYMBOLS
    quick = {"iterations": 30, "others_iterations": 30, "ratio": (0.0, 0.2, 0.5), "others": ("adam",)}
    turns = (
        Turn(
            Text(
                "Three times the updates: do larger ratios catch up?",
                "更新を 3 倍にすると、大きい率も追いつくでしょうか？",
            ),
            {"iterations": 2709},
        ),
    )

    iterations: int = knob(903, "updates: 301 of the book's epochs", "更新回数（本の 301 エポック）", low=2, high=10**6)
    ratio: tuple[float, ...] = knob(
        (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5), "the dropout ratios", "ドロップアウト率（複数）", low=0, high=0.95
    )
    others: tuple[str, ...] = knob(
        ("momentum", "adam"), "further optimizers", "ほかの最適化手法", choices=METHODS, least=0
    )
    others_iterations: int = knob(1000, "their updates", "その更新回数", low=2, high=10**6)
    adaptive_lr: float = knob(
        0.001, "learning rate of AdaGrad, RMSprop, Adam", "AdaGrad・RMSprop・Adam の学習率", low=0, high=100
    )

    def measure(self, lab: Lab) -> Arrays:
        """One training for each optimizer and ratio."""
        each = {m: self.iterations if m == self.optimizer else self.others_iterations for m in self._methods}
        lab.plan(len(self.ratio) * sum(each.values()))
        found: Arrays = {"masked": masked_mean(lab, Restraint(dropout=max(self.ratio)))}
        for method, iterations in each.items():
            lr = self.adaptive_lr if method in ADAPTIVE else self.lr
            for k, ratio in enumerate(self.ratio):
                restraint = Restraint(dropout=ratio)
                found |= self.train(
                    lab,
                    f"{method}.{k}",
                    restraint,
                    iterations=iterations,
                    optimizer=method,
                    lr=lr,
                    judgements=1,
                )[1]
        return found

    @property
    def _methods(self) -> list[str]:
        return list(dict.fromkeys((self.optimizer, *self.others)))

    def _against_ratio(self, found: Found, method: str, key: str) -> Array:
        """Shape: (ratios, seeds), the ratios in rising order."""
        order = np.argsort(self.ratio, kind="stable")
        return np.array([ends(found, f"{method}.{k}.{key}") for k in order])

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Training and test accuracy against the ratio."""
        ratios = np.sort(self.ratio)
        pieces: list[Piece] = []
        for key, word in ACCURACIES.items():
            marks: list[Mark] = []
            for method in self._methods:
                values = self._against_ratio(found, method, key)
                marks.append(Line(NAMES[method], ratios, values.mean(axis=1)))
                if found.seeds > 1:
                    marks.append(Band(NAMES[method], ratios, values.min(axis=1), values.max(axis=1)))
            note = t("The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else ""
            x, y = Axis(t.word("dropout ratio"), low=0), Axis(t.word("accuracy"), low=0, high=1)
            pieces.append(chart(t.word(word), marks, x, y, lang=t.lang, note=note))
        return pieces

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The best ratio for each optimizer, and up to which ratio the training images are learned."""
        ratios, sentences = np.sort(self.ratio), []
        for method in self._methods:
            tests = self._against_ratio(found, method, "test").mean(axis=1)
            learned = ratios[self._against_ratio(found, method, "train").mean(axis=1) > 0.9]
            best = int(tests.argmax())
            sentences.append(
                t(
                    "{name}: the test accuracy is greatest, {test}, at p = {p}; over 90 % of the training images are "
                    "learned {learned}.",
                    "{name}：テストの正答率が最大（{test}）なのは p = {p}。訓練画像の 90 % 超を覚えるのは{learned}。",
                    name=NAMES[method],
                    test=percent(float(tests[best])),
                    p=f"{ratios[best]:g}",
                    learned=t("up to p = {p}", " p = {p} までです", p=f"{learned[-1]:g}")
                    if len(learned)
                    else t("with no ratio", "どの率でもありません"),
                )
            )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers, and that the other optimizers bear more dropout."""
        # The catalogue's values ±0.03, wider in the middle: there learning has only begun, and runs differ most. Over
        # eleven seeds p = 0.2 learns 0.57 … 0.74 of the training images, p = 0.3 learns 0.25 … 0.39 (0.295 on average).
        expected = {
            ("sgd", 0.05): ((0.97, 1.0), (0.744, 0.804)),
            ("sgd", 0.1): ((0.96, 1.0), (0.726, 0.786)),
            ("sgd", 0.15): ((0.85, 0.95), (0.64, 0.74)),
            ("sgd", 0.2): ((0.60, 0.70), (0.46, 0.58)),
            ("sgd", 0.3): ((0.18, 0.34), (0.16, 0.28)),
            ("sgd", 0.5): ((0.07, 0.16), (0.07, 0.144)),
            ("adam", 0.2): ((0.97, 1.0), (0.77, 0.83)),
        }
        checks = []
        for (method, ratio), ranges in expected.items():
            if method not in self._methods or ratio not in self.ratio:
                continue
            for (key, word), (low, high) in zip(ACCURACIES.items(), ranges, strict=True):
                measured = ends(found, f"{method}.{self.ratio.index(ratio)}.{key}")
                checks.append(between(f"{NAMES[method]}, p = {ratio:g}: {t.word(word)}", measured, low, high, "M"))
        first = self._against_ratio(found, self.optimizer, "train")
        for method in self._methods[1:]:
            what = t(
                "{a} learns more of the training images than {b} at every ratio of 0.2 and more",
                "率 0.2 以上では、{a} は {b} より多くの訓練画像を覚える",
                a=NAMES[method],
                b=NAMES[self.optimizer],
            )
            large = np.sort(self.ratio) >= 0.2
            more = self._against_ratio(found, method, "train")[large] > first[large]
            checks.append(holds(what, more.all(axis=0), "M"))
        names = [f"{m}.{k}" for m in self._methods for k in range(len(self.ratio))]
        return [
            *checks,
            *dropout_laws(found, Restraint(dropout=max(self.ratio)), t),
            forward_law(found, names, t),
        ]
