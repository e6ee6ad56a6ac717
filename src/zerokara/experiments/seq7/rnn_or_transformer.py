"""`rnn-or-transformer`: an LSTM and a GPT of the same size learn the same language."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import Snippets, Vocabulary, Windows, load_text
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, between, holds
from zerokara.experiments.found import Found
from zerokara.experiments.gpts import BETAS, CLIP, DECAY, LEAST, WARMUP
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import GPT, LanguageModel, count_parameters
from zerokara.nn import Module
from zerokara.optim import Adam, AdamW, CosineLR, Optimizer, Schedule
from zerokara.report import Axis, Line, Rule, Text, chart, significant
from zerokara.training import Training, fit_language

KINDS = {"lstm": Text("LSTM", "LSTM"), "gpt": Text("GPT", "GPT")}
FLOOR = 3.437236
CONTEXT, PIECES, STREAMS, TIME = 64, 11, 20, 35


@dataclass(frozen=True)
class RnnOrTransformer(Experiment):
    """The words of the small language, an LSTM and a GPT of about 33,000 parameters each, the same number of tokens."""

    name = "rnn-or-transformer"
    chapter = "seq7"
    source = "OWN"
    cost = "M"
    title = Text("LSTM or Transformer", "LSTM か Transformer か")
    question = Text("Who learns the language faster?", "言語を速く学ぶのはどちらか？")
    formula = (r"\mathrm{perplexity} = e^{L}, \qquad L = -\frac{1}{n}\sum_t \ln P(x_t \mid x_1, \ldots, x_{t-1})",)
    symbols = Text(
        "x are words of the small language, whose perplexity cannot fall below 3.437. The LSTM carries its state "
        "through "
        "the text; the GPT sees 32 to 64 words.",
        "x は小さな言語 toy の単語で、パープレキシティの下限は 3.437。LSTM は状態を引き継いで全文を読み、"
        "GPT は 32〜64 語を見る。",
    )
    quick = {"rounds": 1, "words": 800, "tested": 300}
    random = True
    turns = (Turn(Text("Half of the training.", "学習を半分にすると？"), {"rounds": 3}),)

    rounds: int = knob(6, "rounds through the training text", "訓練テキストを読む回数", low=1, high=100)
    words: int = knob(126_211, "words of the training text, at most", "訓練の単語数（最大）", low=750, high=10**7)
    tested: int = knob(31_779, "words of the test, at most", "テストの単語数（最大）", low=100, high=10**7)

    def measure(self, lab: Lab) -> Arrays:
        """Two trainings, each judged after every round."""
        text = load_text("toy")
        known = Vocabulary.of(text.train, "blanks")
        train, test = known.encode(text.train)[: self.words], known.encode(text.test)[: self.tested]
        lab.plan(2 * self.rounds)
        found: Arrays = {}
        for kind in KINDS:
            found |= lab.part(kind, partial(self._train, lab, kind, len(known), train, test), self.rounds)
        return found

    def _train(self, lab: Lab, kind: str, size: int, train: Array, test: Array) -> Arrays:
        rng = lab.rng(kind, "weights")
        model: Module
        if kind == "lstm":
            model = LanguageModel(size, 32, 64, rng=rng)
            training = self._fit(model, Windows(train, STREAMS, TIME), Adam(model, lr=0.005), test, 0.25, None)
        else:
            model = GPT(size, layers=2, heads=4, width=32, context=CONTEXT, rng=rng)
            count = max(1, round(len(train) / (PIECES * CONTEXT)))
            batches, steps = Snippets(train, PIECES, CONTEXT, count, lab.seed), self.rounds * count
            schedule = CosineLR(0.003, steps, warmup=min(WARMUP, steps - 1), minimum=LEAST * 0.003)
            optimizer = AdamW(model, lr=0.003, betas=BETAS, weight_decay=DECAY, decay="weights")
            training = self._fit(model, batches, optimizer, test, CLIP, schedule)
        rows = []
        for record in training:
            if record.kind == "epoch":
                rows.append((record.images, np.exp(record.val_loss or np.nan), record.seconds))
                lab.advance()
        tokens, perplexity, seconds = np.array(rows, float).T
        made = {"tokens": tokens, "perplexity": perplexity, "seconds": seconds}
        made["parameters"] = np.array(count_parameters(model))
        return {f"{kind}.{key}": value for key, value in made.items()}

    def _fit(
        self,
        model: Module,
        batches: Windows | Snippets,
        optimizer: Optimizer,
        test: Array,
        clip: float,
        schedule: Schedule | None,
    ) -> Training:
        return fit_language(
            model, batches, optimizer, epochs=self.rounds, validation=test, clip_norm=clip, schedule=schedule
        )

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Perplexity against tokens, and against seconds, which are shown and never judged."""
        y, floor = Axis(t("test perplexity", "テストのパープレキシティ")), t("floor {x}", "下限 {x}", x=FLOOR)

        def against(name: str, title: str, x: Axis) -> Piece:
            lines = [
                Line(t.of(told), found.mean(f"{kind}.{name}"), found.mean(f"{kind}.perplexity"))
                for kind, told in KINDS.items()
            ]
            return chart(title, [*lines, Rule(floor, y=FLOOR)], x, y, lang=t.lang)

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
        return [
            t(
                "After {n} rounds the LSTM has the test perplexity {a}, the GPT {b}; the language itself has {floor}.",
                "{n} 回読んだ後のテストのパープレキシティは LSTM {a}、GPT {b}。言語そのものの下限は {floor} です。",
                n=self.rounds,
                a=ends["lstm"],
                b=ends["gpt"],
                floor=FLOOR,
            ),
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
        least = float(np.min([ends[kind].min() for kind in KINDS]))
        return [
            between(f"LSTM: {what}", ends["lstm"], 3.5, 3.62, "M"),
            between(f"GPT: {what}", ends["gpt"], 3.45, 3.65, "M"),
            at_least(t("never far below the floor", "下限を大きく下回らない"), least, 3.3, "A"),
            at_most(t("sizes differ by", "パラメータ数の差"), abs(sizes["lstm"] - sizes["gpt"]), 1000, "A", law=True),
            holds(
                t("the GPT has 33,152 parameters", "GPT のパラメータは 33,152 個"),
                sizes["gpt"] == 33_152,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """How near the floor."""
        told = t.list(
            None,
            *(
                f"{t.of(said)} {significant(np.log(float(found.mean(f'{kind}.perplexity')[-1]) / FLOOR), 2)}"
                for kind, said in KINDS.items()
            ),
        )
        return [
            Question(
                t("How many nats a word are left to learn?", "1 語あたり、まだ学べるナットは？"),
                t("The logarithm of perplexity ÷ floor: {told}.", "パープレキシティ ÷ 下限の対数：{told}。", told=told),
            )
        ]
