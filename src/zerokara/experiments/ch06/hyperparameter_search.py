"""`hyperparameter-search`: can random search find good settings?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset, Split
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch06.searching import Range, Trial, kept_apart
from zerokara.experiments.checks import Check, at_least, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Panel, Points, Text, chart, panels, percent, significant

SHOWN = 20
"""So many of the best trainings are shown, as in the book."""

BEST = 5
"""So many of the best say where a second round looks."""

_LEVELS = (0.0, 0.2, 0.4, 0.6, 0.8)
"""The scatter has a colour for each of these accuracies and above."""


@dataclass(frozen=True)
class HyperparameterSearch(OnImages):
    """A hundred short trainings with learning rates and weight decays drawn at random, on a logarithmic scale."""

    name = "hyperparameter-search"
    chapter = 6
    source = "Ch6 §6.5.2–6.5.3 hyperparameter_optimization"
    cost = "L"
    title = Text("Random search for hyper-parameters", "ハイパーパラメータのランダム探索")
    question = Text("Can random search find good settings?", "ランダムに探すだけで、よい設定は見つかるか？")
    formula = (r"\eta = 10^{U(-6,\, -2)}, \qquad \lambda = 10^{U(-8,\, -4)}",)
    symbols = Text(
        "η is the learning rate, λ the weight decay, U(a, b) a random number between a and b.",
        "η は学習率、λ は荷重減衰の係数、U(a, b) は a から b までの一様乱数。",
    )
    quick = {"trials": 6, "epochs": 5, "images": 200, "validation": 50}
    turns = (
        Turn(
            Text("Look again, only where the best five were.", "上位 5 つがあった範囲だけを、もう一度探します。"),
            {"refine": 30},
        ),
        Turn(
            Text("Does a larger range hold something better?", "範囲を広げると、もっとよい値があるでしょうか。"),
            {"lr_high": 0.0},
        ),
    )

    trials: int = knob(100, "trainings", "訓練の回数（試行数）", low=2, high=10_000)
    lr_low: float = knob(-6.0, "least power of ten of the learning rate", "学習率の指数の下限", low=-12, high=2)
    lr_high: float = knob(-2.0, "greatest power of ten of the learning rate", "学習率の指数の上限", low=-12, high=2)
    decay_low: float = knob(-8.0, "least power of ten of the weight decay", "荷重減衰の指数の下限", low=-12, high=2)
    decay_high: float = knob(-4.0, "greatest power of ten of the weight decay", "荷重減衰の指数の上限", low=-12, high=2)
    refine: int = knob(
        0,
        "trainings of a second round, in the range of the best five",
        "上位 5 つの範囲での再探索の回数",
        low=0,
        high=10_000,
    )
    images: int = knob(500, "images, those for validation among them", "画像の枚数（検証用を含む）", low=4, high=60_000)
    validation: int = knob(100, "images kept for validation", "検証用の画像の枚数", low=1, high=59_999)
    epochs: int = knob(50, "epochs", "エポック数", low=1, high=10_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    depth: int = knob(6, "hidden layers", "隠れ層の数", low=1, high=50)
    width: int = knob(100, "units in a hidden layer", "隠れ層のニューロン数", low=1, high=10_000)
    sampling: str = knob("replacement", "how mini-batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self._ranges

    @property
    def _ranges(self) -> tuple[Range, Range]:
        """Of the learning rate and of the weight decay."""
        return Range(self.lr_low, self.lr_high), Range(self.decay_low, self.decay_high)

    def measure(self, lab: Lab) -> Arrays:
        """The first round, and the second in the range of the best five of the first."""
        data = lab.load(self.data)
        train, validation = kept_apart(data.train, self.images, self.validation, lab.rng("kept apart"))
        updates = self._trial.updates(train)
        lab.plan((self.trials + self.refine) * updates)
        rates, decays = (r.draw(self.trials, lab.rng("drawn", k)) for k, r in enumerate(self._ranges))
        rounds = [self._round(lab, data, train, validation, rates, decays, 0)]
        if self.refine:
            best = np.argsort(-rounds[0]["validation"][:, -1], kind="stable")[:BEST]
            narrow = [Range(*np.log10([values[best].min(), values[best].max()])) for values in (rates, decays)]
            rates, decays = (r.draw(self.refine, lab.rng("drawn again", k)) for k, r in enumerate(narrow))
            rounds.append(self._round(lab, data, train, validation, rates, decays, self.trials))
        return {key: np.concatenate([one[key] for one in rounds]) for key in rounds[0]} | {
            "epochs_at": np.arange(rounds[0]["train"].shape[1]),
        }

    def _round(
        self, lab: Lab, data: Dataset, train: Split, validation: Split, rates: Array, decays: Array, first: int
    ) -> Arrays:
        """So many trainings, ten of them a part that is kept when done."""
        curves = []
        for start in range(0, len(rates), 10):
            chosen = range(start, min(start + 10, len(rates)))

            def ten(chosen: range = chosen) -> Arrays:
                scores = [
                    self._trial.learn(
                        lab, data, train, [train, validation], float(rates[k]), float(decays[k]), first + k
                    )[1].scores
                    for k in chosen
                ]
                return {"scores": np.array(scores)}

            curves.append(lab.part(f"{first + start}", ten, len(chosen) * self._trial.updates(train))["scores"])
        scores = np.concatenate(curves)
        return {"lr": rates, "decay": decays, "train": scores[:, 0], "validation": scores[:, 1]}

    @property
    def _trial(self) -> Trial:
        return Trial([self.width] * self.depth, self.epochs, self.batch_size, self.sampling)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The best twenty with their curves, and all of them by what was drawn."""
        final, order = found["validation"][:, -1], _order(found["validation"])
        small = [
            Panel(
                t(
                    "no. {k}: η {lr}, λ {wd}",
                    "{k} 位：η {lr}、λ {wd}",
                    k=k + 1,
                    lr=f"{found['lr'][i]:.2g}",
                    wd=f"{found['decay'][i]:.1g}",
                ),
                [
                    Line(t.word("validation"), found["epochs_at"], found["validation"][i]),
                    Line(t.word("training"), found["epochs_at"], found["train"][i]),
                ],
            )
            for k, i in enumerate(order[:SHOWN])
        ]
        level = np.digitize(final, _LEVELS) - 1
        marks = []
        for k in range(len(_LEVELS) - 1, -1, -1):
            name = t("accuracy from {a}", "正答率 {a} 以上", a=percent(_LEVELS[k], 0))
            if np.any(level == k):
                marks.append(Points(name, found["lr"][level == k], found["decay"][level == k]))
        return [
            panels(
                t("The best {n}", "上位 {n}", n=len(small)),
                small,
                Axis(t.word("epoch"), whole=True),
                Axis(t.word("accuracy"), low=0, high=1),
                columns=5,
                lang=t.lang,
            ),
            chart(
                t("What was drawn, and how well it did", "引いた値と検証データの正答率"),
                marks,
                Axis(t.word("learning rate"), log=True),
                Axis(t.word("weight decay"), log=True),
                lang=t.lang,
                note=t("The validation accuracy in the end.", "最後の検証データの正答率。"),
            ),
            chart(
                t("Validation accuracy and learning rate", "学習率と検証データの正答率"),
                [Points("", found["lr"], final)],
                Axis(t.word("learning rate"), log=True),
                Axis(t("validation accuracy", "検証データの正答率"), low=0, high=1),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The best, where the best five lie, and which of the two settings decides."""
        final, order = found["validation"][:, -1], _order(found["validation"])
        best, five = order[0], found["lr"][order[:BEST]]
        with_lr, with_decay = self._correlations(final, found["lr"], found["decay"])
        said = [
            t(
                "The best of {n} trainings gets {a} of the validation images right, with lr {lr} and weight decay "
                "{wd}; "
                "half of them stay below {m}.",
                "{n} 回の訓練のうち最もよいものは検証データの {a} を正しく読みます（学習率 {lr}、荷重減衰 {wd}）。"
                "半数は {m} に届きません。",
                n=len(final),
                a=percent(final[best]),
                lr=significant(found["lr"][best], 2),
                wd=significant(found["decay"][best], 2),
                m=percent(float(np.median(final))),
            ),
            t(
                "The best five have learning rates from {low} to {high}.",
                "上位 5 つの学習率は {low} から {high} です。",
                low=significant(five.min(), 2),
                high=significant(five.max(), 2),
            ),
            t(
                "Correlation of the accuracy with log lr: {a}, with log weight decay: {b}. In this range the {which} "
                "decides.",
                "正答率との相関は、log 学習率が {a}、log 荷重減衰が {b} です。この範囲で効いているのは{which}です。",
                a=significant(with_lr, 2),
                b=significant(with_decay, 2),
                which=t.word("learning rate" if abs(with_lr) > abs(with_decay) else "weight decay"),
            ),
        ]
        if self.refine:
            again = final[self.trials :].max()
            said.append(
                t(
                    "The second round, in the range of the best five, reaches {a}.",
                    "上位 5 つの範囲での再探索では {a} になりました。",
                    a=percent(float(again)),
                )
            )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers; that everything was drawn from its range, and what that means for the mean."""
        final, rates, decays = found.all("validation")[:, : self.trials, -1], found.all("lr"), found.all("decay")
        order = np.argsort(-final, axis=1, kind="stable")
        sorted_final = np.take_along_axis(final, order, axis=1)
        five = np.take_along_axis(rates[:, : self.trials], order[:, :BEST], axis=1)
        correlations = np.array(
            [
                self._correlations(f, r[: self.trials], d[: self.trials])
                for f, r, d in zip(final, rates, decays, strict=True)
            ]
        )
        inside = all(r.holds(v[:, : self.trials]) for r, v in zip(self._ranges, (rates, decays), strict=True))
        return [
            between(t("best validation accuracy", "検証データの正答率の最高"), sorted_final[:, 0], 0.76, 0.87, "N, M"),
            between(t("20th best", "20 位"), sorted_final[:, min(19, self.trials - 1)], 0.25, 0.45, "N, M"),
            between(t("median", "中央値"), np.median(final, axis=1), 0.09, 0.15, "N, M"),
            at_least(t("best five: least learning rate", "上位 5 つの学習率の最小"), five.min(axis=1), 0.003, "N, M"),
            between(t("correlation with log learning rate", "log 学習率との相関"), correlations[:, 0], 0.65, 0.85, "M"),
            between(t("correlation with log weight decay", "log 荷重減衰との相関"), correlations[:, 1], -0.2, 0.2, "M"),
            near(
                t("mean power of ten of the learning rates", "学習率の指数の平均"),
                np.log10(rates[:, : self.trials]).mean(),
                (self.lr_low + self.lr_high) / 2,
                5 * (self.lr_high - self.lr_low) / np.sqrt(12 * rates[:, : self.trials].size) + 1e-9,
                "A",
                law=True,
            ),
            holds(t("everything was drawn from its range", "すべて指定した範囲から引かれた"), inside, "A", law=True),
        ]

    def _correlations(self, final: Array, rates: Array, decays: Array) -> tuple[float, float]:
        """Of the accuracy with the logarithms of learning rate and weight decay; 0 where nothing varies."""
        return _correlation(np.log(rates), final), _correlation(np.log(decays), final)


def _correlation(x: Array, y: Array) -> float:
    return float(np.corrcoef(x, y)[0, 1]) if np.ptp(x) > 0 and np.ptp(y) > 0 else 0.0


def _order(validation: Array) -> Array:
    """The trainings, the best in the end first."""
    order: Array = np.argsort(-validation[:, -1], kind="stable")
    return order
