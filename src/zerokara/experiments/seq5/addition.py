"""`addition`: a network that adds by reading and writing characters."""

from dataclasses import dataclass
from functools import partial

from zerokara.experiments.answering import (
    accuracy_by_epoch,
    answer_table,
    learn_to_answer,
    loss_by_epoch,
    steps_of,
)
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, between, holds, near
from zerokara.experiments.exercises import Exercise, answers_alike, sums, told_of
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import Seq2Seq
from zerokara.report import Text, percent

WAYS = {
    "plain": Text("as it stands", "そのまま"),
    "reverse": Text("question reversed", "入力反転"),
    "peeky": Text("reversed, peeky", "入力反転＋覗き見"),
    "peeky-plain": Text("as it stands, peeky", "そのまま＋覗き見"),
}
USUAL = ("plain", "reverse", "peeky")
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
    larger_judged = True
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
            Text("Does peeking help without reversing?", "反転せずに覗き見だけをすると？"),
            {"ways": ("plain", "peeky-plain")},
        ),
        Turn(
            Text("Hand over the whole state, not h alone.", "h だけでなく状態全体を渡してみます。"),
            {"carry_cell": True},
        ),
    )

    ways: tuple[str, ...] = knob(
        USUAL, "plain, reverse, peeky (reversed too), peeky-plain", "plain、reverse、peeky（反転も）、peeky-plain",
        choices=tuple(WAYS),
    )  # fmt: skip
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
        """A training for each way, on the same questions."""
        mine = self.used
        data = sums(mine.examples, mine.digits, lab.seed)
        steps = steps_of(len(data.train), mine.batch_size, mine.epochs)
        lab.plan(len(self._ways) * steps)
        found: Arrays = data.shown(SHOWN)
        for way in self._ways:
            found |= lab.part(way, partial(mine._train, lab, data, way), steps)
        return found

    @property
    def _ways(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.ways))

    def _train(self, lab: Lab, data: Exercise, way: str) -> Arrays:
        read = way in ("reverse", "peeky")
        train, test = (pairs.reversed() if read else pairs for pairs in (data.train, data.test))
        sizes, decoder = (self.embedding_dim, self.hidden_size), "peeky" if "peeky" in way else "plain"
        kind = {"decoder": decoder, "cell": self.cell, "carry_cell": self.carry_cell}
        model = Seq2Seq(len(data.vocabulary), *sizes, **kind, rng=lab.rng("weights"))  # type: ignore[arg-type]
        learned = learn_to_answer(
            lab, model, train, test, epochs=self.epochs, batch_size=self.batch_size, lr=self.lr, clip=self.clip
        )
        return {f"{way}.{key}": value for key, value in told_of(data, model, learned, test, SHOWN).items()}

    def _names(self, t: Tongue) -> dict[str, str]:
        """Way → in words."""
        return {way: t.of(WAYS[way]) for way in self._ways}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy and loss by epoch, and some questions with their answers."""
        names = self._names(t)
        said = {name: list(found[f"{way}.said"]) for way, name in names.items()}
        return [
            accuracy_by_epoch(found, names, t),
            loss_by_epoch(found, names, t),
            answer_table(list(found["questions"]), list(found["right"]), said, t),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many sums are right, and what reversing and peeking change."""
        ends = {way: self._best(found, way) for way in self._ways}
        shares = t.list(None, *(f"{name} {percent(ends[way])}" for way, name in self._names(t).items()))
        sentences = [
            t(
                "Share of the test sums that are right in every digit after {n} epochs: {told}. None of them was in "
                "the training.",
                "{n} エポック後、テストの足し算のうち全桁が正しい割合：{told}。テストの問題は訓練に含まれていません。",
                n=self.used.epochs,
                told=shares,
            )
        ]
        if {"plain", "reverse"} <= ends.keys():
            sentences.append(
                t(
                    "Reversing {helps}: the first character of the question then stands next to the first of the "
                    "answer. The mean distance is the same; the first steps become short.",
                    "反転すると正答率は{helps}。問題の先頭の文字が答えの先頭のすぐ隣に来るからです。"
                    "平均の距離は変わりませんが、最初の数歩が短くなります。",
                    helps=t("helps", "上がりました")
                    if ends["reverse"] > ends["plain"]
                    else t("did not help here", "上がりませんでした"),
                )
            )
        for way, without in (("peeky", "reverse"), ("peeky-plain", "plain")):
            if {way, without} <= ends.keys():
                sentences.append(
                    t(
                        "With {d} digits, seeing the question in every step {adds} ({name}).",
                        "{d} 桁では、毎回覗き見ることの効果は{adds}（{name}）。",
                        d=self.used.digits,
                        adds=t("decides", "決定的です")
                        if ends[way] > ends[without] + 0.2
                        else t("adds little", "わずかです"),
                        name=self._names(t)[way],
                    )
                )
        return sentences

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
            if way in self._ways
        ]
        late = [found.all(f"{way}.accuracies")[:, 25:] for way in ("plain", "reverse") if way in self._ways]
        if len(late) == 2 and late[0].size:
            plain, reverse = late
            what = t("reversed is ahead in every epoch from the 26th on", "26 エポック目以降は常に反転が上")
            rows.append(holds(what, (reverse > plain).all(axis=1), "M"))
        single = 4 * self.hidden_size  # PyTorch's layers have a second bias vector, which the book's have not
        if self.cell == "lstm":
            what = t("{w}: parameters with one bias a layer", "{w}：バイアスが 1 組のときのパラメータ数", w="{w}")
            rows += [
                near(what.format(w=self._names(t)[way]), found[f"{way}.parameters"] - 2 * single, count, 0, "A")
                for way, count in (("plain", 150_573), ("peeky", 217_773))
                if way in self._ways
            ]
        new = t(
            "no question of the test, in either order of its numbers, is in the training",
            "テストの問題は、足す順を替えても訓練に含まれない",
        )
        return [*rows, answers_alike(found, self._ways, t), holds(new, found["overlap"] == 0, "A", law=True)]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """From answers to characters."""
        way, name = next(iter(self._names(t).items()))
        characters, share = self.used.digits + 1, float(found.all(f"{way}.accuracies")[:, -1].mean())
        return [
            Question(
                t(
                    "{name}: {a} of the answers are right in all {n} characters. If the characters were right "
                    "independently of each other, how often would each be right?",
                    "{name}：{n} 文字すべてが正しい答えは {a} です。文字ごとに独立だとすると、1 文字の正答率は？",
                    name=name,
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
