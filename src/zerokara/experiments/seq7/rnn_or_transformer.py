"""`rnn-or-transformer`: an LSTM and a GPT of the same size learn the same language."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import Snippets, Vocabulary, Windows, load_text
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.gpts import BETAS, CLIP, DECAY, LEAST, WARMUP
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import GPT, LanguageModel, count_parameters
from zerokara.models.language import CELLS
from zerokara.nn import Module
from zerokara.optim import Adam, AdamW, CosineLR, Schedule
from zerokara.report import Axis, Line, Rule, Text, chart, significant
from zerokara.training import fit_language

KINDS = {"lstm": Text("LSTM", "LSTM"), "gpt": Text("GPT", "GPT")}
FLOOR = {"toy": 3.437236}
"""Texts whose perplexity is known."""


SIZES = ("cell", "embedding_dim", "hidden_size", "layers", "width", "context")
"""Settings on which the numbers of parameters depend."""


@dataclass(frozen=True)
class RnnOrTransformer(Experiment):
    """The same text for a recurrent network and a GPT, of about 33,000 parameters each by default, as many tokens."""

    name = "rnn-or-transformer"
    chapter = "seq7"
    source = "OWN"
    cost = "M"
    title = Text("LSTM or Transformer", "LSTM か Transformer か")
    question = Text("Who learns the language faster?", "言語を速く学ぶのはどちらか？")
    formula = (r"\mathrm{perplexity} = e^{L}, \qquad L = -\frac{1}{n}\sum_t \ln P(x_t \mid x_1, \ldots, x_{t-1})",)
    symbols = Text(
        "x are the words of the text; in the small language toy the perplexity cannot fall below 3.437. The LSTM "
        "carries its state through the text; the GPT sees half of its context or more.",
        "x はテキストの単語。小さな言語 toy ではパープレキシティの下限は 3.437。LSTM は状態を引き継いで全文を読み、"
        "GPT は文脈長の半分以上を見る。",
    )
    quick = {"rounds": 1, "words": 800, "tested": 300}
    random = True
    turns = (
        Turn(Text("Half of the training.", "学習を半分にすると？"), {"rounds": 3}),
        Turn(Text("Both twice as wide.", "両方の幅を 2 倍にすると？"), {"hidden_size": 128, "width": 64}),
        Turn(Text("Characters instead of words.", "単語ではなく文字では？"), {"text": "unicode"}),
    )

    text: str = knob(
        "toy", "text: toy, toy-ja, unicode, pydoc, tiny-shakespeare, text:FILE", "テキスト（text:ファイル も可）"
    )
    rounds: int = knob(6, "rounds through the training text", "訓練テキストを読む回数", low=1, high=100)
    words: int = knob(126_211, "tokens of the training text, at most", "訓練の語数（最大）", low=750, high=10**7)
    tested: int = knob(31_779, "tokens of the test, at most", "テストの語数（最大）", low=100, high=10**7)
    cell: str = knob("lstm", "recurrent layer", "リカレント層の種類", choices=tuple(CELLS))
    embedding_dim: int = knob(32, "LSTM: size of a word's vector D", "LSTM：単語ベクトルの大きさ D", low=1, high=1024)
    hidden_size: int = knob(64, "LSTM: units H", "LSTM：ユニット数 H", low=1, high=4096)
    streams: int = knob(20, "LSTM: streams side by side", "LSTM：並列に読む本数", low=1, high=1000)
    time: int = knob(35, "LSTM: steps of a window T", "LSTM：展開するステップ数 T", low=1, high=1000)
    layers: int = knob(2, "GPT: blocks", "GPT：ブロック数", low=1, high=12)
    heads: int = knob(4, "GPT: heads", "GPT：ヘッド数", low=1, high=16)
    width: int = knob(32, "GPT: width C", "GPT：幅 C", low=1, high=1024)
    context: int = knob(64, "GPT: context", "GPT：文脈長", low=2, high=1024)
    pieces: int = knob(11, "GPT: pieces in an update", "GPT：ミニバッチの断片数", low=1, high=1000)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.heads:
            raise ValueError(f"a width C is a multiple of the heads; got {self.width} and {self.heads}")

    def measure(self, lab: Lab) -> Arrays:
        """Two trainings, each judged after every round."""
        text = load_text(self.text, data_dir=lab.data_dir)
        between = " " if text.tokenizer == "blanks" else ""
        known = Vocabulary.of(text.train + between + text.test, text.tokenizer)
        train, test = known.encode(text.train)[: self.words], known.encode(text.test)[: self.tested]
        lab.plan(2 * self.rounds)
        found: Arrays = {"vocabulary": np.array(len(known))}
        for kind in KINDS:
            found |= lab.part(kind, partial(self._train, lab, kind, len(known), train, test), self.rounds)
        return found

    def _train(self, lab: Lab, kind: str, size: int, train: Array, test: Array) -> Arrays:
        rng = lab.rng(kind, "weights")
        model: Module
        batches: Windows | Snippets
        schedule: Schedule | None = None
        if kind == "lstm":
            model = LanguageModel(size, self.embedding_dim, self.hidden_size, cell=self.cell, rng=rng)
            batches, optimizer, clip = Windows(train, self.streams, self.time), Adam(model, lr=0.005), 0.25
        else:
            shape = {"layers": self.layers, "heads": self.heads, "width": self.width, "context": self.context}
            model = GPT(size, **shape, rng=rng)  # type: ignore[arg-type]
            count = max(1, round(len(train) / (self.pieces * self.context)))
            batches, steps = Snippets(train, self.pieces, self.context, count, lab.seed), self.rounds * count
            optimizer = AdamW(model, lr=0.003, betas=BETAS, weight_decay=DECAY, decay="weights")
            schedule, clip = CosineLR(0.003, steps, warmup=min(WARMUP, steps - 1), minimum=LEAST * 0.003), CLIP
        training = fit_language(
            model, batches, optimizer, epochs=self.rounds, validation=test, clip_norm=clip, schedule=schedule
        )
        rows = []
        for record in training:
            if record.kind == "epoch":
                rows.append((record.images, np.exp(record.val_loss or np.nan), record.seconds))
                lab.advance()
        tokens, perplexity, seconds = np.array(rows, float).T
        made = {"tokens": tokens, "perplexity": perplexity, "seconds": seconds}
        made["parameters"] = np.array(count_parameters(model))
        return {f"{kind}.{key}": value for key, value in made.items()}

    def _names(self, t: Tongue) -> dict[str, str]:
        """Kind → in words."""
        return {"lstm": self.cell.upper(), "gpt": t.of(KINDS["gpt"])}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Perplexity against tokens, and against seconds, which are shown and never judged."""
        y = Axis(t("test perplexity", "テストのパープレキシティ"))
        floor = [Rule(t("floor {x}", "下限 {x}", x=x), y=x) for text, x in FLOOR.items() if text == self.text]

        def against(name: str, title: str, x: Axis) -> Piece:
            lines = [
                Line(told, found.mean(f"{kind}.{name}"), found.mean(f"{kind}.perplexity"))
                for kind, told in self._names(t).items()
            ]
            return chart(title, [*lines, *floor], x, y, lang=t.lang)

        return [
            against("tokens", t("Against the words read", "読んだ単語数に対して"), Axis(t("words", "単語数"), low=0)),
            against(
                "seconds",
                t("Against time, on this machine", "時間に対して（この計算機）"),
                Axis(t.word("time"), "s", low=0),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The ends, and the time."""
        ends = {kind: significant(float(found.mean(f"{kind}.perplexity")[-1]), 4) for kind in KINDS}
        took = {kind: significant(float(found.mean(f"{kind}.seconds")[-1]), 2) for kind in KINDS}
        names = self._names(t)
        told = t.list(None, *(f"{name} {ends[kind]}" for kind, name in names.items()))
        after = t(
            "Test perplexity after {n} rounds: {told}",
            "{n} 回読んだ後のテストのパープレキシティ：{told}",
            n=self.rounds,
            told=told,
        )
        floor = "".join(
            t("; the language itself has {x}", "（言語そのものの下限は {x}）", x=x)
            for text, x in FLOOR.items()
            if text == self.text
        )
        return [
            f"{after}{floor}{t('.', '。')}",
            t(
                "On this machine the trainings took {a} s and {b} s. Which is faster depends on the machine and "
                "the sizes.",
                "この計算機での学習時間は {a} 秒と {b} 秒です。どちらが速いかは計算機と大きさによります。",
                a=took["lstm"],
                b=took["gpt"],
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's perplexities; the floor; the sizes."""
        ends = {kind: found.all(f"{kind}.perplexity")[:, -1] for kind in KINDS}
        what = t("test perplexity", "テストのパープレキシティ")
        sizes = {kind: int(found[f"{kind}.parameters"]) for kind in KINDS}
        vocabulary, C, L = int(found["vocabulary"]), self.width, self.layers
        formula = L * (12 * C * C + 13 * C) + 2 * C + self.context * C + 2 * vocabulary * C
        own = not any(name in self.changed for name in SIZES)
        rows: list[Check] = []
        if self.text == "toy":
            least = float(np.min([ends[kind].min() for kind in KINDS]))
            rows = [
                between(f"{self._names(t)['lstm']}: {what}", ends["lstm"], 3.5, 3.62, "M"),
                between(f"GPT: {what}", ends["gpt"], 3.45, 3.65, "M"),
                at_least(t("never far below the floor", "下限を大きく下回らない"), least, 3.3, "A"),
            ]
        if own and self.text == "toy":
            apart = abs(sizes["lstm"] - sizes["gpt"])
            there_are = t("the GPT has 33,152 parameters", "GPT のパラメータは 33,152 個")
            rows.append(at_most(t("sizes differ by", "パラメータ数の差"), apart, 1000, "A", law=True))
            rows.append(holds(there_are, sizes["gpt"] == 33_152, "A", law=True))
        counted = t("GPT: parameters by the formula", "GPT：式によるパラメータ数")
        return [*rows, near(counted, sizes["gpt"], formula, 0, "A", law=True)]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """How near the floor."""
        ends = {name: float(found.mean(f"{kind}.perplexity")[-1]) for kind, name in self._names(t).items()}
        floor = FLOOR.get(self.text, 1.0)
        told = t.list(None, *(f"{name} {significant(np.log(x / floor), 2)}" for name, x in ends.items()))
        if self.text in FLOOR:
            asked = t("How many nats a word are left to learn?", "1 語あたり、まだ学べるナットは？")
            answer = t(
                "The logarithm of perplexity ÷ floor: {told}.", "パープレキシティ ÷ 下限の対数：{told}。", told=told
            )
        else:
            asked = t("How many nats a token does each still need?", "1 トークンあたり何ナット必要か？")
            answer = t("The logarithm of the perplexity: {told}.", "パープレキシティの対数：{told}。", told=told)
        return [Question(asked, answer)]
