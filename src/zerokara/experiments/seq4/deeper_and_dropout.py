"""`deeper-and-dropout`: what a second layer, dropout and tied weights change, on a large language and a small text."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.data.text import Windows
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.reading import corpus, learn
from zerokara.experiments.tongue import Tongue
from zerokara.models import LanguageModel
from zerokara.optim import Adam
from zerokara.report import Axis, Cell, Table, Text, bar_chart, significant

VARIANTS: dict[str, tuple[int, bool, bool]] = {
    "one": (1, False, False),
    "two": (2, False, False),
    "dropout": (2, True, False),
    "tied": (2, True, True),
}
"""Layers, with dropout, with tied weights."""

BOOK = 19_775_200, 13_275_200
"""The parameters of the book's larger model, 10,000 words and 650 units, without and with tied weights."""


@dataclass(frozen=True)
class DeeperAndDropout(Experiment):
    """LM(LSTM) with one layer, two, two with dropout, and these with tied weights, on two texts."""

    name = "deeper-and-dropout"
    chapter = "seq4"
    source = "V2 ch6 better_rnnlm"
    cost = "M"
    title = Text("A second layer, dropout, tied weights", "2 層目・ドロップアウト・重み共有")
    question = Text(
        "What do a second layer, dropout and tied weights change?", "2 層目、ドロップアウト、重み共有で何が変わるか？"
    )
    formula = (r"\text{scores}_t = E\,\mathrm{drop}(h_t) + b, \qquad e_t = \mathrm{drop}(E_{x_t})",)
    symbols = Text(
        "E is the one table of V×D numbers of a model with tied weights.", "E は重み共有モデルのただ 1 つの V×D の表。"
    )
    random = True
    seeds = 1
    quick = {"epochs": 1, "words": 1500, "hidden": 16, "texts": ("toy",)}
    turns = (Turn(Text("Less dropout.", "ドロップアウトを弱くする。"), {"ratio": 0.2}),)

    texts: tuple[str, ...] = knob(
        ("toy", "pydoc"),
        "texts: toy has a known source, pydoc is small",
        "テキスト",
        choices=("toy", "pydoc", "unicode"),
    )
    hidden: int = knob(
        128, "units of a layer, and numbers of a word", "層のユニット数（単語ベクトルの次元）", low=4, high=2000
    )
    ratio: float = knob(0.5, "share that dropout drops", "ドロップアウト率", low=0, high=0.9)
    words: int = knob(
        40_000, "words of the training text, at most", "訓練テキストの語数の上限", low=1000, high=10_000_000
    )
    epochs: int = knob(4, "epochs", "エポック数", low=1, high=100)

    def measure(self, lab: Lab) -> Arrays:
        """Perplexity on read and on new words, and parameters, of every variant and text."""
        lab.plan(len(self.texts) * len(VARIANTS) * self.epochs)
        parts = [
            [lab.part(f"{text}-{name}", partial(self._learn, lab, text, name), self.epochs) for name in VARIANTS]
            for text in self.texts
        ]
        return {
            key: np.array([[part[key] for part in row] for row in parts]) for key in ("seen", "new", "size", "table")
        }

    def _learn(self, lab: Lab, name: str, variant: str) -> Arrays:
        layers, drops, tied = VARIANTS[variant]
        text = corpus(lab, name, tokenizer="" if name == "toy" else "lower-words", least=1 if name == "toy" else 10)
        text = text.cut(self.words, self.words // 8)
        model = LanguageModel(
            len(text.vocabulary),
            self.hidden,
            self.hidden,
            num_layers=layers,
            tied=tied,
            dropout=self.ratio if drops else 0.0,
            embedding_init=0.1,
            rng=lab.rng("weights"),
        )
        part = text.train[: len(text.test)]
        _, judged = learn(
            model,
            Windows(text.train, 20, 35),
            Adam(model, lr=0.005),
            lab,
            epochs=self.epochs,
            clip=0.25,
            judge=(part, text.test),
            every=self.epochs,
        )
        size = sum(p.size for p in model.parameters())
        table = len(text.vocabulary) * self.hidden
        return {"seen": judged[0, -1], "new": judged[1, -1], "size": np.array(size), "table": np.array(table)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both perplexities by variant, and the numbers."""
        labels = _labels(t)
        charts: list[Piece] = [
            bar_chart(
                t("{text}: words that were read, and new ones", "{text}：読んだ単語と新しい単語", text=text),
                [labels[name] for name in VARIANTS],
                {t("read", "読んだ"): found.mean("seen")[k], t("new", "新しい"): found.mean("new")[k]},
                Axis(t("perplexity", "パープレキシティ"), low=0),
                category=t("model", "モデル"),
                lang=t.lang,
            )
            for k, text in enumerate(self.texts)
        ]
        rows: list[list[Cell]] = [
            [
                text,
                labels[name],
                int(found["size"][k, i]),
                *(significant(found.mean(key)[k, i], 4) for key in ("seen", "new")),
            ]
            for k, text in enumerate(self.texts)
            for i, name in enumerate(VARIANTS)
        ]
        heads = [
            t("text", "テキスト"),
            t("model", "モデル"),
            t.word("parameters"),
            t("read", "読んだ"),
            t("new", "新しい"),
        ]
        return [*charts, Table(heads, rows)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The gap, and what tying costs."""
        told = []
        for k, text in enumerate(self.texts):
            ratio = found.mean("new")[k] / found.mean("seen")[k]
            told.append(
                t(
                    "{text}: with a second layer the perplexity on new words goes from {a} to {b}.",
                    "{text}：2 層目を加えると、新しい単語のパープレキシティは {a} から {b} になります。",
                    text=text,
                    a=significant(found.mean("new")[k, 0], 4),
                    b=significant(found.mean("new")[k, 1], 4),
                )
            )
            told.append(
                t(
                    "{text}: new words are {a} times as perplexing as those that were read with two layers, "
                    "{b} times with dropout; perplexity on new words {c} and {d}.",
                    "{text}：新しい単語のパープレキシティは、2 層では読んだ単語の {a} 倍、"
                    "ドロップアウトを加えると {b} 倍です（新しい単語では {c} と {d}）。",
                    text=text,
                    a=significant(ratio[1], 3),
                    b=significant(ratio[2], 3),
                    c=significant(found.mean("new")[k, 1], 4),
                    d=significant(found.mean("new")[k, 2], 4),
                )
            )
            told.append(
                t(
                    "{text}: tied weights save {n} of {all} numbers; perplexity goes from {a} to {b}.",
                    "{text}：重み共有は {all} 個のうち {n} 個の数を節約します。"
                    "パープレキシティは {a} から {b} になります。",
                    text=text,
                    n=f"{int(found['size'][k, 2] - found['size'][k, 3]):,}",
                    all=f"{int(found['size'][k, 2]):,}",
                    a=significant(found.mean("new")[k, 2], 4),
                    b=significant(found.mean("new")[k, 3], 4),
                )
            )
        return told

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The arithmetic of tying; dropout narrows the gap on the small text, and helps nothing where words abound."""
        saved = found["size"][:, 2] - found["size"][:, 3]
        told = [
            holds(
                t("tied weights save V·D numbers", "重み共有は V·D 個の数を節約する"),
                (saved == found["table"][:, 0]).all(),
                "A",
                law=True,
            ),
            holds(
                t(
                    "the book's model: 13,275,200 numbers instead of 19,775,200",
                    "本のモデル：19,775,200 個が 13,275,200 個に",
                ),
                _book() == BOOK,
                "A",
                law=True,
            ),
        ]
        seen, new = found.all("seen"), found.all("new")
        if "pydoc" in self.texts:
            k = self.texts.index("pydoc")
            gap = new[:, k] / seen[:, k]
            told.append(
                at_most(
                    t(
                        "pydoc: the gap with dropout, in parts of that without",
                        "pydoc：ドロップアウトありの差（なしとの比）",
                    ),
                    gap[:, 2] / gap[:, 1],
                    0.95,
                    "M",
                )
            )
            told.append(
                at_most(
                    t("pydoc: new words, tied against not", "pydoc：新しい単語、重み共有ありとなしの比"),
                    new[:, k, 3] / new[:, k, 2],
                    1.05,
                    "M",
                )
            )
        if "toy" in self.texts:
            k = self.texts.index("toy")
            best = np.minimum(new[:, k, 2], new[:, k, 3]) / np.minimum(new[:, k, 0], new[:, k, 1])
            told.append(
                holds(t("toy: dropout does not help", "toy：ドロップアウトは役に立たない"), (best > 0.99).all(), "M")
            )
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The book's count."""
        return [
            Question(
                t(
                    "10,000 words, 650 units: how many numbers do tied weights save?",
                    "単語数 10,000、650 ユニット：重み共有で節約できる数はいくつか？",
                ),
                t("{n}: one table of V·D.", "{n} 個：V·D の表 1 つ分です。", n=f"{BOOK[0] - BOOK[1]:,}"),
            )
        ]


def _book(V: int = 10_000, H: int = 650, layers: int = 2) -> tuple[int, int]:
    """Parameters without and with tied weights; the book's LSTM has one bias."""
    inner = layers * (4 * H * 2 * H + 4 * H)
    return 2 * V * H + inner + V, V * H + inner + V


def _labels(t: Tongue) -> dict[str, str]:
    return {
        "one": t("1 layer", "1 層"),
        "two": t("2 layers", "2 層"),
        "dropout": t("with dropout", "ドロップアウト"),
        "tied": t("and tied", "＋重み共有"),
    }
