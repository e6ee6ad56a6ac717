"""`sine-prediction`: the next value of a wave, and the wave itself."""

from dataclasses import dataclass

import numpy as np

from zerokara.autodiff import no_grad
from zerokara.data.sequences import noisy_sine
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, between
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq3.waves import go_round, run_freely
from zerokara.experiments.sequence_models import Reading
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Rule, Text, chart, line_chart, significant


@dataclass(frozen=True)
class SinePrediction(Experiment):
    """Learn the next point of a noisy sine; then follow a cosine one step ahead, and run freely on its own "
    "answers.
    """

    name = "sine-prediction"
    chapter = "seq3"
    source = "V3 s59, s60"
    cost = "M"
    title = Text("Predicting a wave", "波の予測")
    question = Text("Can it continue a wave, and run freely?", "波の続きを予測し、自力で走り続けられるか？")
    formula = (
        r"\hat x_{t+1} = W h_t + b, \qquad h_t = \operatorname{cell}(x_t, h_{t-1}); \qquad \text{free: } "
        r"x_{t+1} := \hat x_{t+1}",
    )
    random = True
    seeds = 1
    quick = {"epochs": 1, "hidden": 16, "kinds": ("rnn",)}
    turns = (Turn(Text("Without noise.", "雑音をなくすと。"), {"noise": 0.0}),)

    kinds: tuple[str, ...] = knob(
        ("rnn", "lstm"), "cells: rnn, lstm, gru", "セル：rnn、lstm、gru", choices=("rnn", "lstm", "gru")
    )
    noise: float = knob(0.05, "noise: U(−noise, noise)", "雑音：U(−noise, noise)", low=0, high=1)
    points: int = knob(1000, "points of the wave, one turn", "1 周期の点の数", low=100, high=10_000)
    streams: int = knob(30, "streams side by side", "並べて読む数", low=1, high=100)
    time: int = knob(30, "unrolled steps T", "展開するステップ数 T", low=1, high=500)
    hidden: int = knob(100, "hidden size H", "隠れ状態の大きさ H", low=1, high=1000)
    lr: float = knob(0.001, "learning rate of Adam", "Adam の学習率", low=0, high=1)
    epochs: int = knob(
        20,
        "epochs, in each of which every stream goes round once",
        "エポック数（1 エポックで各系列が 1 周する）",
        low=1,
        high=1000,
    )

    def measure(self, lab: Lab) -> Arrays:
        """Training error by epoch; the cosine one step ahead and freely, for each cell.

        The training error is that of the windows after the first of an epoch: in the first the state, just set to 0,
        does not know yet where on the wave it is.
        """
        wave = noisy_sine(self.points, self.noise, seed=lab.seed)
        cosine = np.cos(np.linspace(0, 4 * np.pi, self.points)).astype(np.float32)
        lab.plan(len(self.kinds) * self.epochs)
        found: Arrays = {"cosine": cosine}
        for kind in self.kinds:
            model = Reading(kind, 1, self.hidden, 1, lab.rng("weights"))
            windows = go_round(
                lab, model, kind, wave, streams=self.streams, time=self.time, epochs=self.epochs, lr=self.lr
            )
            with no_grad():
                ahead = model(cosine[None, :-1, None])[0].data[0, :, 0]
                free = run_freely(model, cosine)
            half = self.points // 2
            found |= {
                f"{kind}.training": windows[:, 1:].mean(axis=1) if windows.shape[1] > 1 else windows[:, 0],
                f"{kind}.first_window": windows[:, 0],
                f"{kind}.ahead": ahead,
                f"{kind}.free": free,
                f"{kind}.ahead_error": np.array(np.mean((ahead - cosine[1:]) ** 2)),
                f"{kind}.free_error": np.array(np.mean((free - cosine[half + 1 :]) ** 2)),
            }
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """True and predicted, one step ahead and freely; the training."""
        at, half = np.arange(self.points), self.points // 2
        every = max(1, self.points // 250)
        ahead, free = (
            t("{k}, one step ahead", "{k}：1 歩先の予測", k="{k}"),
            t("{k}, on its own", "{k}：自力で走行", k="{k}"),
        )
        curves = [Line(t("cosine", "コサイン"), at[::every], found["cosine"][::every])]
        for k in self.kinds:
            curves.append(Line(ahead.format(k=k.upper()), at[1::every], found[f"{k}.ahead"][::every]))
            curves.append(Line(free.format(k=k.upper()), at[half + 1 :][::every], found[f"{k}.free"][::every]))
        return [
            line_chart(
                t("The wave and its continuation", "波とその続き"),
                curves,
                Axis(t("point", "点")),
                Axis("x"),
                lang=t.lang,
                wide=True,
            ),
            chart(
                t("Training error", "訓練誤差"),
                [
                    *(Line(k.upper(), np.arange(1, self.epochs + 1), found.mean(f"{k}.training")) for k in self.kinds),
                    *([Rule(t("variance of the noise", "雑音の分散"), y=self.noise**2 / 3)] if self.noise else []),
                ],
                Axis(t.word("epoch"), whole=True),
                Axis(t("mean square", "2 乗誤差の平均"), log=True),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Near one step ahead, lost on its own; a state of 0 knows nothing."""
        near = [
            t(
                "{k}: mean square {a} one step ahead; on its own for {n} steps {b}, where a flat line has 0.5.",
                "{k}：1 歩先の 2 乗誤差は {a} ですが、自力で {n} ステップ走ると {b} です（まっすぐな線なら 0.5）。",
                k=k.upper(),
                a=significant(found.number(f"{k}.ahead_error"), 2),
                b=significant(found.number(f"{k}.free_error"), 2),
                n=len(found[f"{k}.free"]),
            )
            for k in self.kinds
        ]
        unsure = [
            t(
                "{k}: in the first {n} steps after the state is set to 0 the training error is {a}, in all later ones "
                "{b}: the state has to find its place on the wave first.",
                "{k}：状態を 0 に戻した直後の {n} ステップの訓練誤差は {a}、それ以降は {b} です。"
                "状態はまず波のどこにいるかを知る必要があります。",
                k=k.upper(),
                n=self.time,
                a=significant(float(found.mean(f"{k}.first_window")[-1]), 2),
                b=significant(float(found.mean(f"{k}.training")[-1]), 2),
            )
            for k in self.kinds
        ]
        return near + unsure

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The measured errors; nobody learns the noise."""
        told = []
        for k in self.kinds:
            name, training = k.upper(), found.all(f"{k}.training")[:, -1]
            ahead, free = (
                t("{k}: cosine one step ahead", "{k}：コサインの 1 歩先", k=name),
                t("{k}: free run", "{k}：自力走行", k=name),
            )
            told += [
                between(t("{k}: training error", "{k}：訓練誤差", k=name), training, 8e-4, 1.3e-3, "M"),
                at_most(ahead, found.all(f"{k}.ahead_error"), 4e-3, "M"),
                at_least(free, found.all(f"{k}.free_error"), 0.2, "M"),
            ]
        least = min(float(found.all(f"{k}.training").min()) for k in self.kinds)
        return [
            *told,
            at_least(
                t("least training error over the variance of the noise", "訓練誤差の最小値と雑音の分散の比"),
                least / max(self.noise**2 / 3, 1e-12),
                0.7,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The least error."""
        return [
            Question(
                t("How small can the training error get?", "訓練誤差はどこまで小さくなるか？"),
                t(
                    "To the variance of the noise, {n}²/3 = {v}: noise cannot be predicted.",
                    "雑音の分散 {n}²/3 = {v} までです。雑音は予測できません。",
                    n=f"{self.noise:g}",
                    v=significant(self.noise**2 / 3, 3),
                ),
            )
        ]
