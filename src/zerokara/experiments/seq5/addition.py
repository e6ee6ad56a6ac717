"""`addition`: a network that adds by reading and writing characters."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.experiments.answering import (
    Numbered,
    accuracy_by_epoch,
    answer_table,
    answered,
    learn_to_answer,
    loss_by_epoch,
    steps_of,
)
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, between, holds, near
from zerokara.experiments.exercises import Exercise, sums
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import Seq2Seq, count_parameters
from zerokara.report import Text, percent

WAYS = {
    "plain": Text("as it stands", "そのまま"),
    "reverse": Text("question reversed", "入力反転"),
    "peeky": Text("reversed, peeky", "入力反転＋覗き見"),
}
SHOWN = 10
"""So many test questions are listed with their answers."""


@dataclass(frozen=True)
class Addition(Experiment):
    """An LSTM reads "57+5" character by character, another writes "62": plain, reversed, and with a peeky decoder."""

    name = "addition"
    chapter = "seq5"
    source = "V2 ch7 seq2seq, peeky_seq2seq, train_seq2seq"
    cost = "M"
    title = Text("Learning to add from examples", "例から足し算を学ぶ")
    question = Text(
        "Can a network learn to add from examples, and why reverse the question?",
        "例だけから足し算を学べるか？ 入力を反転するのはなぜか？",
    )
    formula = (
        r"(h, c) = \mathrm{LSTM}(x_1, \ldots, x_S) \qquad d_t = \mathrm{LSTM}(y_t;\ d_{t-1}), \quad d_0 = (h, 0)",
        r"P(y_{t+1}) = \mathrm{softmax}(W d_t + b) \qquad \mathrm{peeky}:\ \ [h, y_t] \to d_t,\ \ [h, d_t] \to W",
    )
    symbols = Text(
        "x is the question, y the answer, character by character; h is the encoder's last hidden state.",
        "x は問題、y は答え（1 文字ずつ）、h はエンコーダの最後の隠れ状態。",
    )
    quick = {"examples": 400, "epochs": 2, "hidden_size": 32}
    larger = {"digits": 3, "examples": 50_000, "batch_size": 128, "epochs": 25}  # the book's own
    random = True
    turns = (
        Turn(
            Text(
                "The book's own setting, three digits and 50,000 questions: several minutes.",
                "本の設定（3 桁、5 万問）では数分かかります。",
            ),
            {"full": True},
        ),
        Turn(
            Text("Hand over the whole state, not h alone.", "h だけでなく状態全体を渡してみます。"),
            {"carry_cell": True},
        ),
    )

    digits: int = knob(2, "digits of a number, at most", "数の最大桁数", low=1, high=6)
    examples: int = knob(
        5_000, "questions, a tenth of them for the test", "問題数（1 割はテスト用）", low=50, high=10**6
    )
    embedding_dim: int = knob(16, "size of a character's vector D", "文字ベクトルの大きさ D", low=1, high=1024)
    hidden_size: int = knob(128, "units of an LSTM H", "LSTM のユニット数 H", low=1, high=4096)
    batch_size: int = knob(64, "questions in an update", "ミニバッチの問題数", low=1, high=10_000)
    epochs: int = knob(40, "epochs", "エポック数", low=1, high=10_000)
    lr: float = knob(0.001, "learning rate", "学習率", low=0, high=10)
    clip: float = knob(5.0, "largest norm of the gradient", "勾配ノルムの上限", low=1e-6, high=1e9)
    cell: str = knob("lstm", "recurrent layer", "リカレント層の種類", choices=("lstm", "gru", "rnn"))
    carry_cell: bool = knob(False, "hand over the cell c too (the book does not)", "記憶セル c も渡す（本は渡さない）")
    full: bool = knob(False, "the book's own setting: 3 digits, 50,000 questions", "本の設定：3 桁、5 万問")

    def measure(self, lab: Lab) -> Arrays:
        """Three trainings on the same questions."""
        mine = self.used
        data = sums(mine.examples, mine.digits, lab.seed)
        lab.plan(len(WAYS) * steps_of(len(data.train), mine.batch_size, mine.epochs))
        found: Arrays = data.shown(SHOWN)
        for way in WAYS:
            found |= lab.part(
                way,
                partial(mine._train, lab, data, way),
                steps_of(len(data.train), mine.batch_size, mine.epochs),
            )
        return found

    def _train(self, lab: Lab, data: Exercise, way: str) -> Arrays:
        train, test = (pairs if way == "plain" else pairs.reversed() for pairs in (data.train, data.test))
        model = Seq2Seq(
            len(data.vocabulary),
            self.embedding_dim,
            self.hidden_size,
            decoder="peeky" if way == "peeky" else "plain",
            cell=self.cell,
            carry_cell=self.carry_cell,
            rng=lab.rng("weights"),
        )
        learned = learn_to_answer(
            lab, model, train, test, epochs=self.epochs, batch_size=self.batch_size, lr=self.lr, clip=self.clip
        )
        few = Numbered(test.questions[:SHOWN], test.answers[:SHOWN])
        alone = [
            answered(model, Numbered(few.questions[i : i + 1], few.answers[i : i + 1]))[0] for i in range(len(few))
        ]
        made = {
            "accuracies": learned.accuracies,
            "losses": learned.losses,
            "said": np.array([data.written(row) for row in learned.said[:SHOWN]]),
            "alone": np.array([data.written(row) for row in alone]),
            "parameters": np.array(count_parameters(model)),
        }
        return {f"{way}.{key}": value for key, value in made.items()}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy and loss by epoch, and some questions with their answers."""
        names = {way: t.of(told) for way, told in WAYS.items()}
        said = {names[way]: list(found[f"{way}.said"]) for way in WAYS}
        return [
            accuracy_by_epoch(found, names, t),
            loss_by_epoch(found, names, t),
            answer_table(list(found["questions"]), list(found["right"]), said, t),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many sums are right, and what reversing changes."""
        ends = {way: self._best(found, way) for way in WAYS}
        digits = self.used.digits
        better = ends["reverse"] > ends["plain"]
        return [
            t(
                "After {n} epochs {plain} of the test sums are right in every digit, {reverse} with the question "
                "reversed, and {peeky} if the decoder sees the question in every step. None of them was in the "
                "training.",
                "{n} エポック後、テストの足し算のうち全桁が正しいのは {plain}。入力を反転すると {reverse}、"
                "さらにデコーダが毎回入力を覗き見ると {peeky} です。テストの問題は訓練に含まれていません。",
                n=self.used.epochs,
                **{way: percent(end) for way, end in ends.items()},
            ),
            t(
                "Reversing {helps}: the first character of the question then stands next to the first of the "
                "answer. The "
                "mean distance is the same; the first steps become short.",
                "反転すると正答率は{helps}。問題の先頭の文字が答えの先頭のすぐ隣に来るからです。"
                "平均の距離は変わりませんが、最初の数歩が短くなります。",
                helps=t("helps", "上がりました") if better else t("did not help here", "上がりませんでした"),
            ),
            t(
                "With {d} digits, seeing the question in every step {adds}.",
                "{d} 桁では、毎回覗き見ることの効果は{adds}。",
                d=digits,
                adds=t("decides", "決定的です")
                if ends["peeky"] > ends["reverse"] + 0.2
                else t("adds little", "わずかです"),
            ),
        ]

    def _best(self, found: Found, way: str) -> float:
        """The accuracy at the end; of ragged curves, as in the full setting, the best of the last five epochs."""
        curves = found.all(f"{way}.accuracies")
        return float((curves[:, -5:].max(axis=1) if self.full else curves[:, -1]).mean())

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies, and what holds for any settings."""
        expected = (
            {"plain": (0.02, 0.15), "reverse": (0.25, 0.6), "peeky": (0.85, 1.0)}
            if self.full
            else {"plain": (0.2, 0.7), "reverse": (0.9, 1.0), "peeky": (0.9, 1.0)}
        )
        last = t("accuracy at the end", "最後の正答率")
        rows = [
            between(f"{t.of(WAYS[way])}: {last}", self._best(found, way), low, high, "M")
            for way, (low, high) in expected.items()
        ]
        plain, reverse = (found.all(f"{way}.accuracies")[:, 25:] for way in ("plain", "reverse"))
        if plain.size:
            what = t("reversed is ahead in every epoch from the 26th on", "26 エポック目以降は常に反転が上")
            rows.append(holds(what, (reverse > plain).all(axis=1), "M"))
        single = 4 * self.hidden_size  # PyTorch's layers have a second bias vector, which the book's have not
        if self.cell == "lstm":
            for way, count in (("plain", 150_573), ("peeky", 217_773)):
                what = t(
                    "{way}: parameters with one bias a layer",
                    "{way}：バイアスが 1 組のときのパラメータ数",
                    way=t.of(WAYS[way]),
                )
                rows.append(near(what, found[f"{way}.parameters"] - 2 * single, count, 0, "A"))
        same = [(found[f"{way}.said"] == found[f"{way}.alone"]).all() for way in WAYS]
        return [
            *rows,
            holds(
                t("all questions at once are answered like each alone", "まとめて解いても 1 問ずつ解いても同じ答え"),
                all(same),
                "A",
                law=True,
            ),
            holds(
                t(
                    "no question of the test, in either order of its numbers, is in the training",
                    "テストの問題は、足す順を替えても訓練に含まれない",
                ),
                found["overlap"] == 0,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """From answers to characters."""
        characters, share = self.used.digits + 1, float(found.all("plain.accuracies")[:, -1].mean())
        return [
            Question(
                t(
                    "As it stands, {a} of the answers are right in all {n} characters. If the characters were right "
                    "independently of each other, how often would each be right?",
                    "そのままの入力では、{n} 文字すべてが正しい答えは {a} です。文字ごとに独立だとすると、"
                    "1 文字の正答率は？",
                    a=percent(share),
                    n=characters,
                ),
                t(
                    "In {p} of the cases, the root of order {n}: many single characters are right where few whole "
                    "answers are.",
                    "{n} 乗根をとって {p} です。答え全体の正答率が低くても、1 文字ずつならもっと合っています。",
                    p=percent(share ** (1 / characters)),
                    n=characters,
                ),
            )
        ]
