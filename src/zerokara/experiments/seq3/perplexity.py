"""`perplexity`: among how many words a model hesitates, with the floor below which nobody comes."""

import math
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import NGram, Vocabulary, toy_sentences
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.reading import corpus
from zerokara.experiments.reading_texts import grammar_of, text_knob, tokens_knob
from zerokara.experiments.seq3.telling import asked_perplexities, told_perplexities
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, bar_chart, line_chart
from zerokara.training import perplexity

EXPECTED = {1: (39.54, 0.3), 2: (5.24, 0.05), 3: (4.95, 0.1), 5: (7.6, 0.3)}
"""n → perplexity of the n-gram model and by how much another draw of the text may differ."""

SIZES = 8
"""Sizes of the training text for which the n-grams are drawn again."""


@dataclass(frozen=True)
class Perplexity(Experiment):
    """The perplexity of models by counting on a language whose entropy is known, and of the language itself."""

    name = "perplexity"
    chapter = "seq3"
    source = "V2 ch5"
    title = Text("Among how many words it hesitates", "パープレキシティ")
    question = Text("Is a perplexity of 5 good?", "パープレキシティ 5 は良いのか？")
    formula = (
        r"\mathrm{perplexity} = \exp\left(-\frac{1}{N} \sum_{t=1}^{N} \ln p(x_t \mid x_1 \ldots x_{t-1})\right)",
        r"p(w \mid c) = \frac{\mathrm{count}(c\, w) + k}{\mathrm{count}(c) + k V}",
    )
    symbols = Text(
        "N tokens are predicted; c are the n − 1 words before w, V the number of words.",
        "N は予測したトークンの数、c は w の前の n − 1 単語、V は語彙数。",
    )
    turns = (
        Turn(
            Text("A tenth of the text: long contexts suffer first.", "テキストを 1/10 に：長い文脈ほど悪化します。"),
            {"sentences": 1_200},
        ),
        Turn(Text("More smoothing.", "平滑化を強めます。"), {"k": 0.1}),
        Turn(
            Text("Python's help texts, whose source nobody knows.", "Python のヘルプ（生成元は分かりません）で。"),
            {"text": "pydoc", "tokens": "lower-words"},
        ),
    )
    quick = {"sentences": 1_000, "tests": 300, "words": 5_000}

    text: str = text_knob()
    tokens: str = tokens_knob()
    k: float = knob(0.01, "added to every count", "すべての回数に足す数", low=1e-9, high=10)
    longest: int = knob(6, "longest n-gram", "最長の n", low=1, high=8)
    sentences: int = knob(
        12_000, "sentences of toy or toy-ja that are counted", "数える文の数（toy、toy-ja）", low=100, high=200_000
    )
    tests: int = knob(
        3_000, "sentences of toy or toy-ja that are judged", "評価する文の数（toy、toy-ja）", low=100, high=50_000
    )
    words: int = knob(
        200_000,
        "words of another text that are counted, and that are judged, at most",
        "ほかのテキストで数える語数、評価する語数の上限",
        low=1_000,
        high=10_000_000,
    )

    def measure(self, lab: Lab) -> Arrays:
        """Every model on the test text; the n-grams also by the size of the training text."""
        learned, judged, V, source = self._read(lab)
        orders = range(1, self.longest + 1)
        models = [NGram(learned, V, n, self.k) for n in orders]
        sizes = np.unique(np.geomspace(100, len(learned), SIZES).astype(int))
        by_size = [
            [perplexity(NGram(learned[:size], V, n, self.k).log_probabilities(judged)) for size in sizes]
            for n in orders
        ]
        certain = np.zeros(10)
        return source | {
            "n_gram": np.array([perplexity(model.log_probabilities(judged)) for model in models]),
            "unseen": np.array([model.unseen(judged) for model in models]),
            "uniform": np.array(perplexity(np.full(len(judged), -math.log(V)))),
            "perfect": np.array(perplexity(certain)),
            "impossible": np.array(perplexity([*certain, -math.inf])),
            "sizes": sizes,
            "by_size": np.array(by_size),
            "tokens": np.array([len(learned), len(judged), V]),
        }

    def _read(self, lab: Lab) -> tuple[Array, Array, int, Arrays]:
        """(numbers of the words that are counted, and of those that are judged, V, what is known of the source)."""
        grammar = grammar_of(self.text, self.tokens)
        if grammar is None:
            text = corpus(lab, self.text, tokenizer=self.tokens).cut(self.words, self.words)
            return text.train, text.test, len(text.vocabulary), {}
        vocabulary = Vocabulary(tuple(grammar.words()), "blanks")  # type: ignore[arg-type]
        train, test = (toy_sentences(n, seed, self.text) for n, seed in ((self.sentences, 0), (self.tests, 1)))
        learned, judged = (vocabulary.encode([w for sentence in part for w in sentence]) for part in (train, test))
        nats = -sum(grammar.log_probability(sentence) for sentence in test)
        known = {
            "source": np.array(perplexity(np.full(len(judged), -nats / len(judged)))),
            "floor": np.array(grammar.facts().perplexity),
            "rate": np.array(grammar.facts().entropy_rate),
        }
        return learned, judged, len(vocabulary), known

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """All models beside the floor; the n-grams by the size of their text."""
        orders = range(1, self.longest + 1)
        names = [t("uniform", "一様"), *(t("{n}-gram", "{n}-gram", n=n) for n in orders)]
        values = [float(found["uniform"]), *found["n_gram"]]
        lines = [Line(f"n = {n}", found["sizes"], found["by_size"][n - 1]) for n in orders]
        if "source" in found:
            names, values = [*names, t("the source", "生成元")], [*values, float(found["source"])]
            floor = np.full(2, float(found["floor"]))
            lines.append(Line(t("floor", "下限"), found["sizes"][[0, -1]], floor, faint=True))
        return [
            bar_chart(
                t("Perplexity on the test text", "テストテキストのパープレキシティ"),
                names,
                {t("perplexity", "パープレキシティ"): values},
                Axis(t("perplexity", "パープレキシティ"), log=True, low=1),
                lang=t.lang,
            ),
            line_chart(
                t("Long contexts need much text", "長い文脈には多くのテキストが要る"),
                lines,
                Axis(t("words counted", "数えた単語の数"), log=True),
                Axis(t("perplexity", "パープレキシティ"), log=True),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The best n-gram, the floor, why longer is worse."""
        return told_perplexities(found, self.longest, t)

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """What is exact, and what was counted."""
        V = int(found["tokens"][2])
        uniform = t("uniform guess among {V} words", "{V} 語からの一様な当て推量", V=V)
        source = t("the source, by arithmetic", "生成元（計算による）")
        toy = self.text == "toy" and "floor" in found
        told = [
            near(uniform, found["uniform"], V, 1e-9 * max(1.0, V / 88), "A", law=True),
            *([near(source, found["floor"], 3.437236, 5e-7, "A", law=True)] if toy else []),
            near(t("a perfect guess", "完全な予測"), found["perfect"], 1, 0, "A", law=True),
            holds(t("one certain error: ∞", "確信した誤りが 1 つ：∞"), np.isinf(found["impossible"]), "A", law=True),
        ]
        if not toy:
            return told
        told.append(
            near(t("the source on the test text", "生成元（テストテキスト）"), found["source"], 3.437, 0.04, "M")
        )
        for n, (value, tolerance) in EXPECTED.items():
            if n <= self.longest:
                told.append(near(t("{n}-gram", "{n}-gram", n=n), found["n_gram"][n - 1], value, tolerance, "M"))
        if self.longest >= 5:
            rise = found["n_gram"][4] / found["n_gram"][2]
            told.append(at_least(t("5-gram ÷ trigram", "5-gram ÷ トライグラム"), rise, 1.2, "M"))
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Guessing, the 5-gram, nats."""
        return asked_perplexities(found, self.longest, t)
