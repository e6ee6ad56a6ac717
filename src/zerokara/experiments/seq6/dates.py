"""`dates`: what a plain encoder and decoder cannot learn, and one with attention learns in a few epochs."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.experiments.answering import accuracy_by_epoch, answer_table, loss_by_epoch
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.exercises import Exercise, answers_alike, told_of
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq6.reading_dates import OnDates
from zerokara.experiments.tongue import Tongue
from zerokara.models.seq2seq import DECODERS
from zerokara.report import Text, percent, significant

NAMES = {
    "attention": Text("with attention", "アテンションあり"),
    "plain": Text("without", "なし"),
    "peeky": Text("peeky", "覗き見"),
}
SHOWN = 8
"""So many test dates are listed with their answers."""


@dataclass(frozen=True)
class Dates(OnDates):
    """The same dates for two networks, one of which may look back at the question; answers are judged as a whole."""

    name = "dates"
    larger_judged = True
    chapter = "seq6"
    source = "V2 ch8 train"
    title = Text("Rewriting dates", "日付の書き換え")
    question = Text(
        "Does attention solve what plain seq2seq cannot?", "通常の seq2seq に解けない問題を、アテンションは解けるか？"
    )
    formula = (
        r"a_{ts} = \mathrm{softmax}_s(d_t \cdot h_s) \qquad c_t = \sum_s a_{ts} h_s",
        r"P(y_{t+1}) = \mathrm{softmax}(W [c_t, d_t] + b)",
    )
    symbols = Text(
        "h_s are the encoder's vectors of the question, d_t the decoder's; a are the weights of attention.",
        "h_s は問題の各文字に対するエンコーダのベクトル、d_t はデコーダのベクトル、a はアテンションの重み。",
    )
    turns = (
        Turn(
            Text(
                "Four times the weights, half the speed: it learns less.",
                "ユニット数 2 倍、学習率半分ではどうでしょうか。",
            ),
            {"hidden_size": 128, "lr": 0.002},
        ),
        Turn(
            Text("Does peeking help instead?", "覗き見で代わりになるでしょうか。"), {"decoders": ("attention", "peeky")}
        ),
    )

    decoders: tuple[str, ...] = knob(
        ("attention", "plain"), "decoders", "デコーダの種類（複数）", choices=tuple(DECODERS)
    )

    def measure(self, lab: Lab) -> Arrays:
        """One training for every decoder, on the same batches."""
        data = self.exercise(lab)
        lab.plan(len(self.decoders) * self.steps(data))
        found: Arrays = data.shown(SHOWN)
        for decoder in self.decoders:
            found |= lab.part(decoder, partial(self._trained, lab, data, decoder), self.steps(data))
        return found

    def _trained(self, lab: Lab, data: Exercise, decoder: str) -> Arrays:
        model, learned = self.train(lab, data, decoder)
        made = told_of(data, model, learned, data.test.reversed(), SHOWN)
        return {f"{decoder}.{key}": value for key, value in made.items()}

    def _names(self, t: Tongue) -> dict[str, str]:
        return {decoder: t.of(NAMES[decoder]) for decoder in self.decoders}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy and loss by epoch, and some dates with their answers."""
        names = self._names(t)
        said = {told: list(found[f"{decoder}.said"]) for decoder, told in names.items()}
        return [
            accuracy_by_epoch(found, names, t),
            loss_by_epoch(found, names, t),
            answer_table(list(found["questions"]), list(found["right"]), said, t),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The share of right dates, and from which epoch on nearly all are."""
        ends, losses = (
            {decoder: float(found.all(f"{decoder}.{key}")[:, -1].mean()) for decoder in self.decoders}
            for key in ("accuracies", "losses")
        )
        names = self._names(t)
        sentences = [
            t(
                "Share of test dates that are right in every character after {n} epochs: {told}. No test day "
                "occurs in the training.",
                "{n} エポック後に全文字が正しいテスト日付の割合：{told}。テストの日は訓練に一度も現れません。",
                n=self.used.epochs,
                told=t.list(None, *(f"{name} {percent(ends[decoder])}" for decoder, name in names.items())),
            )
        ]
        for decoder, name in names.items():
            good = np.flatnonzero(found.mean(f"{decoder}.accuracies") >= 0.9)
            sentences.append(
                t(
                    "{name}: over nine tenths are right from epoch {n} on.",
                    "{name}：{n} エポック目で 9 割を超えます。",
                    name=name,
                    n=good[0] + 1,
                )
                if len(good)
                else t("{name}: nine tenths are never reached.", "{name}：9 割には達しません。", name=name)
            )
        sentences.append(
            t(
                "The loss at the end, in nats a character: {losses}. A date is right only if all ten characters are.",
                "最後の損失（1 文字あたりのナット数）：{losses}。日付は 10 文字すべてが合って初めて正解です。",
                losses=t.list(None, *(f"{name} {significant(losses[d], 2)}" for d, name in names.items())),
            )
        )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies, and what holds for any settings."""
        rows: list[Check] = []
        if "attention" in self.decoders:
            what = t("with attention: accuracy at the end", "アテンションあり：最後の正答率")
            rows.append(at_least(what, found.all("attention.accuracies")[:, -1], 0.99, "M"))
        if "plain" in self.decoders:
            what = t("without attention: accuracy at the end", "アテンションなし：最後の正答率")
            rows.append(at_most(what, found.all("plain.accuracies")[:, -1], 0.02, "M"))
        new = t("no day of the test is in the training", "テストの日は訓練に含まれない")
        return [
            *rows,
            answers_alike(found, self.decoders, t),
            holds(new, found["overlap"] == 0, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """From characters to dates."""
        decoder = self.decoders[-1]
        loss = float(found.all(f"{decoder}.losses")[:, -1].mean())
        return [
            Question(
                t(
                    "“{name}” ends with a loss of {l} nats a character. How probable does it find a whole date of ten "
                    "characters?",
                    "「{name}」の最後の損失は 1 文字あたり {l} ナットです。10 文字の日付全体には、"
                    "どれだけの確率を与えているか？",
                    name=self._names(t)[decoder],
                    l=significant(loss, 3),
                ),
                t(
                    "e^(−10·{l}) = {p}, the geometric mean over the training, and with the right characters told "
                    "(teacher forcing). On its own it gets {a} of the test dates right.",
                    "e^(−10·{l}) = {p}。訓練データについての幾何平均で、直前までの正解を教わったとき（教師強制）の"
                    "値です。自力では、テスト日付の {a} を正しく書きます。",
                    l=significant(loss, 3),
                    p=significant(math.exp(-10 * loss), 2),
                    a=percent(float(found.all(f"{decoder}.accuracies")[:, -1].mean())),
                ),
            )
        ]
