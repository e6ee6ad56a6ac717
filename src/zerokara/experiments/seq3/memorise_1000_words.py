"""`memorise-1000-words`: the first language model learns its text by heart."""

from dataclasses import dataclass

import numpy as np

from zerokara.data.text import Windows
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, between, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.reading import book_initial, corpus, learn
from zerokara.experiments.reading_sizes import dimensions_knob, epochs_knob, hidden_knob, streams_knob, time_knob
from zerokara.experiments.reading_texts import text_knob, tokens_knob
from zerokara.experiments.tongue import Tongue
from zerokara.models import LanguageModel
from zerokara.models.language import CELLS
from zerokara.optim import SGD
from zerokara.report import Axis, Line, Text, line_chart, significant


@dataclass(frozen=True)
class Memorise1000Words(Experiment):
    """The first words of a text, read a hundred times; judged on these words and on the ones behind them."""

    name = "memorise-1000-words"
    chapter = "seq3"
    source = "V2 ch5 train"
    cost = "M"
    title = Text("A thousand words by heart", "1,000 語を暗記する")
    question = Text("What does a first RNN language model learn?", "最初の RNN 言語モデルは何を学ぶか？")
    formula = (r"\text{perplexity} = \exp\left(-\frac{1}{n} \sum_{t=1}^{n} \ln p(x_{t+1} \mid x_1 \dots x_t)\right)",)
    symbols = Text("n is the number of predicted words.", "n は予測した語の数。")
    random = True
    seeds = 3
    quick = {"epochs": 2, "words": 300, "hidden": 20, "dimensions": 20}
    turns = (
        Turn(
            Text(
                "Ten times as many words are learned by rule, not by heart.",
                "10 倍の語なら、暗記ではなく規則を学びます。",
            ),
            {"words": 10_000},
        ),
        Turn(
            Text(
                "PyTorch's initial values: embeddings a hundred times as large.",
                "PyTorch の初期値（埋め込みが 100 倍大きい）で。",
            ),
            {"init": "torch"},
        ),
        Turn(Text("A smaller memory.", "状態を小さくしてみましょう。"), {"hidden": 30}),
    )

    text: str = text_knob()
    tokens: str = tokens_knob()
    kind: str = knob("rnn", "cell", "セル", choices=tuple(CELLS))
    words: int = knob(
        1000,
        "words that are learned, and as many behind them",
        "学習する語の数（その後の同数で評価）",
        low=100,
        high=100_000,
    )
    time: int = time_knob(5)
    batch_size: int = streams_knob(10)
    dimensions: int = dimensions_knob(100)
    hidden: int = hidden_knob(100)
    init: str = knob(
        "small",
        "initial values: PyTorch's with embeddings N(0, 0.01²), the book's, or PyTorch's",
        "初期値（PyTorch で埋め込みだけ N(0, 0.01²)、本、PyTorch のまま）",
        choices=("small", "book", "torch"),
    )
    lr: float = knob(0.1, "learning rate of SGD", "SGD の学習率", low=0, high=100)
    epochs: int = epochs_knob(100, 1000)

    def measure(self, lab: Lab) -> Arrays:
        """Perplexity by epoch."""
        text = corpus(lab, self.text, tokenizer=self.tokens)
        seen, unseen = text.train[: self.words], text.train[self.words : 2 * self.words]
        types = np.unique(seen).size
        model = LanguageModel(
            len(text.vocabulary),
            self.dimensions,
            self.hidden,
            cell=self.kind,
            embedding_init=0.01 if self.init == "small" else None,
            rng=lab.rng("weights"),
        )
        if self.init == "book":
            book_initial(model, lab.rng("initial"))
        lab.plan(self.epochs)
        windows = Windows(seen, self.batch_size, self.time)
        training, judged = learn(model, windows, SGD(model, lr=self.lr), lab, epochs=self.epochs, judge=(seen, unseen))
        return {
            "training": training,
            "seen": judged[0],
            "unseen": judged[1],
            "types": np.array([types, len(text.vocabulary)]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both curves."""
        epochs = np.arange(1, self.epochs + 1)
        curves = {t("its own words", "学習した語"): "seen", t("the next words", "その後の語"): "unseen"}
        return [
            line_chart(
                t("Perplexity by epoch", "エポックごとのパープレキシティ"),
                [Line(label, epochs, found.mean(name)) for label, name in curves.items()],
                Axis(t.word("epoch"), whole=True),
                Axis(t("perplexity", "パープレキシティ"), log=True),
                lang=t.lang,
                wide=True,
                note=t("Mean over the seeds; logarithmic.", "乱数の種についての平均。対数目盛。"),
            )
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The ends, and the turn."""
        seen, unseen = found.mean("seen"), found.mean("unseen")
        best = int(unseen.argmin())
        return [
            t(
                "After {n} epochs the perplexity of its own {w} words is {a}, that of the next {w} words {b}.",
                "{n} エポック後のパープレキシティは、学習した {w} 語で {a}、その後の {w} 語で {b} です。",
                n=self.epochs,
                w=f"{self.words:,}",
                a=significant(seen[-1], 3),
                b=significant(unseen[-1], 3),
            ),
            t(
                "The unseen side is lowest, {v}, after {k} epochs; from there on it learns by heart.",
                "未学習の語では {k} エポック目の {v} が最低で、その後は暗記が進みます。",
                v=significant(unseen[best], 3),
                k=best + 1,
            )
            if best + 1 < self.epochs
            else t(
                "The unseen side is lowest, {v}, in the last epoch: it has not begun to learn by heart.",
                "未学習の語では最後のエポックの {v} が最低で、暗記はまだ始まっていません。",
                v=significant(unseen[best], 3),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's curve."""
        seen, unseen = found.all("seen"), found.all("unseen")
        at = {10: (25, 50, 28, 55), 50: (4.5, 7.5, 7, 10.5), 100: (3.2, 4.4, 7, 10)}
        told = []
        for k, (a, b, c, d) in at.items():
            if k <= self.epochs:
                told.append(
                    between(t("its own words, epoch {k}", "学習した語、{k} エポック", k=k), seen[:, k - 1], a, b, "M")
                )
                told.append(
                    between(
                        t("the next words, epoch {k}", "その後の語、{k} エポック", k=k), unseen[:, k - 1], c, d, "M"
                    )
                )
        best = unseen.argmin(axis=1) + 1
        return [
            *told,
            between(t("epoch at which the next words are best", "その後の語が最良になるエポック"), best, 45, 100, "M"),
            at_least(
                t("the next words over its own, at the end", "その後の語と学習した語の比（最後）"),
                unseen[:, -1] / seen[:, -1],
                1.7,
                "M",
            ),
            holds(
                t("a perplexity is at least 1", "パープレキシティは 1 以上"),
                (seen >= 1).all() and (unseen >= 1).all(),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Against a uniform guess."""
        kinds, known = (int(v) for v in found["types"])
        return [
            Question(
                t("What would guessing evenly give?", "語を均等に当てずっぽうで選ぶと？"),
                t(
                    "{v}, the number of words; {k} of them occur in what it learned.",
                    "語の種類と同じ {v} です。学習した部分にはそのうち {k} 種類が現れます。",
                    v=known,
                    k=kinds,
                ),
            )
        ]
