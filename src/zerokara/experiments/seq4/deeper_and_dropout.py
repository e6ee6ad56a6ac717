"""`deeper-and-dropout`: what a second layer, dropout and tied weights change, on a large language and a small text."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import Windows
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.reading import corpus, learn
from zerokara.experiments.reading_sizes import adam_knob, clip_knob, epochs_knob, streams_knob, time_knob, words_knob
from zerokara.experiments.reading_texts import GRAMMARS, tokens_knob
from zerokara.experiments.seq4.telling import what_it_changes
from zerokara.experiments.tongue import Tongue
from zerokara.models import LanguageModel
from zerokara.models.language import CELLS
from zerokara.optim import Adam
from zerokara.report import Axis, Cell, Table, Text, bar_chart, significant

VARIANTS: dict[str, tuple[bool, bool, bool]] = {
    "one": (False, False, False),
    "two": (True, False, False),
    "dropout": (True, True, False),
    "tied": (True, True, True),
}
"""With more layers than one, with dropout, with tied weights."""

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
    turns = (
        Turn(
            Text(
                "Ten epochs: only now it learns by heart, and dropout narrows the gap.",
                "10 エポック：ここでやっと暗記が始まり、ドロップアウトが差を縮めます。",
            ),
            {"epochs": 10},
        ),
        Turn(Text("Less dropout.", "ドロップアウトを弱くする。"), {"ratio": 0.2}),
    )

    texts: tuple[str, ...] = knob(
        ("toy", "pydoc"),
        "texts: toy has a known source, pydoc is small; any of `zerokara data list`, text:FILE",
        "テキスト（toy は生成元が既知、pydoc は小さい。ほかも可、text:ファイル も）",
    )
    tokens: str = tokens_knob()
    least: int = knob(
        10,
        "words of a text other than toy and toy-ja that come less often are <unk>",
        "toy、toy-ja 以外で、これより少ない単語は <unk>",
        low=1,
        high=1000,
    )
    variants: tuple[str, ...] = knob(
        tuple(VARIANTS),
        "models: one layer, two, these with dropout, and with tied weights",
        "モデル（1 層、2 層、ドロップアウト、重み共有）",
        choices=tuple(VARIANTS),
    )
    kind: str = knob("lstm", "cell", "セル", choices=tuple(CELLS))
    layers: int = knob(2, "layers of the deeper models", "深いモデルの層の数", low=2, high=8)
    hidden: int = knob(
        128, "units of a layer, and numbers of a word", "層のユニット数（単語ベクトルの次元）", low=4, high=2000
    )
    ratio: float = knob(0.5, "share that dropout drops", "ドロップアウト率", low=0, high=0.9)
    time: int = time_knob(35)
    batch_size: int = streams_knob(20)
    lr: float = adam_knob(0.005)
    clip: float = clip_knob(0.25)
    words: int = words_knob(40_000)
    epochs: int = epochs_knob(4)

    def measure(self, lab: Lab) -> Arrays:
        """Perplexity on read and on new words, and parameters, of every variant and text."""
        lab.plan(len(self.texts) * len(self.variants) * self.epochs)
        parts = [
            [lab.part(f"{k}-{v}", partial(self._learn, lab, text, v), self.epochs) for v in self.variants]
            for k, text in enumerate(self.texts)
        ]
        return {
            key: np.array([[part[key] for part in row] for row in parts]) for key in ("seen", "new", "size", "table")
        }

    def _learn(self, lab: Lab, name: str, variant: str) -> Arrays:
        deeper, drops, tied = VARIANTS[variant]
        made = name in GRAMMARS
        tokens = self.tokens or ("" if made or name == "ptb" else "lower-words")
        text = corpus(lab, name, tokenizer=tokens, least=1 if made else self.least).cut(self.words, self.words // 8)
        size = len(text.vocabulary)
        model = LanguageModel(
            size,
            self.hidden,
            self.hidden,
            cell=self.kind,
            num_layers=self.layers if deeper else 1,
            tied=tied,
            dropout=self.ratio if drops else 0.0,
            embedding_init=0.1,
            rng=lab.rng("weights"),
        )
        part = text.train[: len(text.test)]
        windows, optimizer = Windows(text.train, self.batch_size, self.time), Adam(model, lr=self.lr)
        judge = {"epochs": self.epochs, "every": self.epochs, "judge": (part, text.test)}
        _, judged = learn(model, windows, optimizer, lab, clip=self.clip, **judge)  # type: ignore[arg-type]
        parameters, table = sum(p.size for p in model.parameters()), size * self.hidden
        return {"seen": judged[0, -1], "new": judged[1, -1], "size": np.array(parameters), "table": np.array(table)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both perplexities by variant, and the numbers."""
        labels, read, new = self._labels(t), t("read", "読んだ"), t("new", "新しい")
        charts: list[Piece] = [
            bar_chart(
                t("{text}: words that were read, and new ones", "{text}：読んだ単語と新しい単語", text=text),
                labels,
                {read: found.mean("seen")[k], new: found.mean("new")[k]},
                Axis(t("perplexity", "パープレキシティ"), low=0),
                category=t("model", "モデル"),
                lang=t.lang,
            )
            for k, text in enumerate(self.texts)
        ]
        rows: list[list[Cell]] = [
            [text, label, int(found["size"][k, i]), *(significant(found.mean(key)[k, i], 4) for key in ("seen", "new"))]
            for k, text in enumerate(self.texts)
            for i, label in enumerate(labels)
        ]
        heads = [t("text", "テキスト"), t("model", "モデル"), t.word("parameters"), read, new]
        return [*charts, Table(heads, rows)]

    def _labels(self, t: Tongue) -> list[str]:
        every = {
            "one": t("1 layer", "1 層"),
            "two": t("{n} layers", "{n} 層", n=self.layers),
            "dropout": t("with dropout", "ドロップアウト"),
            "tied": t("and tied", "＋重み共有"),
        }
        return [every[name] for name in self.variants]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The gap, and what tying costs."""
        of = {key: self._by_variant(found.mean(key)) for key in ("seen", "new", "size")}
        return [line for k, text in enumerate(self.texts) for line in what_it_changes(text, of, k, self.layers, t)]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The arithmetic of tying; dropout narrows the gap on the small text, and helps nothing where words abound."""
        what = t(
            "the book's model: 13,275,200 numbers instead of 19,775,200", "本のモデル：19,775,200 個が 13,275,200 個に"
        )
        told = [holds(what, _book() == BOOK, "A", law=True)]
        if {"dropout", "tied"} <= set(self.variants):
            size, table = (self._by_variant(found[key]) for key in ("size", "table"))
            saved = (size["dropout"] - size["tied"] == table["tied"]).all()
            told.insert(
                0, holds(t("tied weights save V·D numbers", "重み共有は V·D 個の数を節約する"), saved, "A", law=True)
            )
        if set(VARIANTS) - set(self.variants):
            return told
        seen, new = (self._by_variant(found.all(key)) for key in ("seen", "new"))
        if "pydoc" in self.texts:
            k = self.texts.index("pydoc")
            gap = {v: new[v][:, k] / seen[v][:, k] for v in VARIANTS}
            narrowed = t(
                "pydoc: the gap with dropout, in parts of that without", "pydoc：ドロップアウトありの差（なしとの比）"
            )
            tied = t("pydoc: new words, tied against not", "pydoc：新しい単語、重み共有ありとなしの比")
            told.append(at_most(narrowed, gap["dropout"] / gap["two"], 0.95, "M"))
            told.append(at_most(tied, new["tied"][:, k] / new["dropout"][:, k], 1.05, "M"))
        if "toy" in self.texts:
            k = self.texts.index("toy")
            best = np.minimum(new["dropout"], new["tied"]) / np.minimum(new["one"], new["two"])
            what = t("toy: dropout does not help", "toy：ドロップアウトは役に立たない")
            told.append(holds(what, (best[:, k] > 0.99).all(), "M"))
        return told

    def _by_variant(self, values: Array) -> dict[str, Array]:
        """Numbers (…, texts, variants) by the variant: (…, texts)."""
        return {name: values[..., i] for i, name in enumerate(self.variants)}

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
