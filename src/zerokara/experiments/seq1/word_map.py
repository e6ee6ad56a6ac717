"""`word-map`: a map of all words of a text, from their neighbours alone."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import Vocabulary, co_occurrence, ppmi, svd_vectors
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.reading_texts import text_knob, tokens_knob, words_of
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq1.kinds import (
    asked_of,
    company,
    kinds_of,
    nearest_of,
    neighbours,
    plane_of,
    points,
    queries_knob,
    same_kind,
    told_nearest,
)
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, chart, line_chart, percent

WHOLE = 1_000
"""Of more words than this the decomposition is found by a random sample, and only pairs that met are kept."""


@dataclass(frozen=True)
class WordMap(Experiment):
    """PPMI of a whole text, squeezed by SVD: words of a kind come to lie together though nobody told the kinds."""

    name = "word-map"
    chapter = "seq1"
    source = "V2 ch2 count_method_big"
    title = Text("A map of words", "単語の地図")
    question = Text("Do neighbours in a text become neighbours on a map?", "文中の隣どうしは、地図の上でも隣になるか？")
    formula = (r"x_i = (U S)_{i, 1:k}, \qquad \mathrm{PPMI} = U S V^{\top}",)
    symbols = Text("k is the number of dimensions that are kept.", "k は残す次元の数。")
    turns = (
        Turn(Text("In Japanese order.", "日本語の語順で。"), {"text": "toy-ja"}),
        Turn(Text("Two numbers a word.", "1 単語あたり 2 個の数で。"), {"dimensions": 2}),
        Turn(
            Text("The book's text, newspapers: 10,000 words.", "本と同じ新聞のテキスト（1 万語）で。"),
            {"text": "ptb", "dimensions": 100, "queries": ("you", "year", "car", "toyota")},
        ),
    )
    quick = {"words": 20_000, "windows": (1,)}
    shows = Shows.QUICKLY

    text: str = text_knob()
    tokens: str = tokens_knob()
    queries: tuple[str, ...] = queries_knob()
    words: int = knob(1_000_000, "words of the training text that are read", "読む単語の数", low=2_000, high=10_000_000)
    window: int = knob(2, "window of the map", "地図のウィンドウサイズ", low=1, high=20)
    windows: tuple[int, ...] = knob(
        (1, 2, 3, 4, 5, 6), "windows that are compared", "比べるウィンドウサイズ", low=1, high=20
    )
    dimensions: int = knob(16, "dimensions that are kept", "残す次元の数", low=1, high=500)

    def measure(self, lab: Lab) -> Arrays:
        """The vectors, the share of words whose nearest is of their kind for every window, and the map."""
        text = words_of(lab, self.text, self.tokens)[: self.words]
        vocabulary = Vocabulary.of(text, "blanks")
        ids, kinds = vocabulary.encode(text), kinds_of(vocabulary, self.text)
        windows = self.windows if kinds.any() else ()
        shares = [same_kind(self._vectors(lab, ids, len(vocabulary), window), kinds) for window in windows]
        vectors = self._vectors(lab, ids, len(vocabulary), self.window)
        return {
            "words": np.array(vocabulary.tokens),
            "kinds": kinds,
            "vectors": vectors,
            "plane": plane_of(vectors),
            "shares": np.array(shares),
            "share": np.array(same_kind(vectors, kinds)),
            "asked": asked_of(vocabulary, ids, self.queries),
        }

    def _vectors(self, lab: Lab, ids: Array, size: int, window: int) -> Array:
        large = size > WHOLE
        M = ppmi(co_occurrence(ids, size, window, sparse=large))
        return svd_vectors(M, self.dimensions, lab.rng("svd") if large else None)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The map, the nearest words of one of each kind, and the share by window."""
        words, vectors, known = [str(word) for word in found["words"]], found["vectors"], found["kinds"].any()
        kinds = points(words, found["kinds"], found["plane"], t)
        pieces: list[Piece] = [
            chart(
                t("The words of {text}", "{text} の単語", text=self.text),
                kinds if known else company(words, vectors, found["asked"]),
                Axis(t("first direction", "第 1 方向")),
                Axis(t("second direction", "第 2 方向")),
                lang=t.lang,
                wide=True,
                note=t(
                    "Unit vectors, seen from where they spread most.", "単位ベクトルを、最も広がって見える向きから。"
                ),
            ),
            neighbours(words, found["kinds"], vectors, t) if known else nearest_of(words, vectors, found["asked"], t),
        ]
        if not known:
            return pieces
        line = Line(t("nearest word of the same kind", "最も近い語が同じ種類"), np.array(self.windows), found["shares"])
        share = line_chart(
            t("Share by window", "ウィンドウサイズと割合"),
            [line],
            Axis(t("window", "ウィンドウサイズ"), whole=True),
            Axis(t.word("share"), low=0, high=1),
            lang=t.lang,
        )
        return [*pieces, share]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The share; of a text without kinds what is near."""
        if not found["kinds"].any():
            return [told_nearest([str(word) for word in found["words"]], found["vectors"], found["asked"], t)]
        return [
            t(
                "The nearest word is of the same kind for {share} of "
                "the words that have one ({n} of {v} words); nobody "
                "told the kinds.",
                "種類のある {n} 語（全 {v} 語）のうち {share} で、最も近い語が同じ種類でした。種類は教えていません。",
                share=percent(float(found["share"]), 1),
                n=int(np.sum(found["kinds"] != "")),
                v=len(found["words"]),
            )
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """At least .98 for the windows 1 to 6."""
        finite = np.isfinite(found["vectors"]).all()
        what = t("least share over the windows", "ウィンドウサイズごとの割合の最小値")
        own = t("share with the window of the map", "地図のウィンドウサイズでの割合")
        law = holds(t("all vectors are numbers", "ベクトルはすべて有限"), finite, "A", law=True)
        if not found["kinds"].any():
            return [law]
        return [
            law,
            at_least(own, found["share"], 0.98, "M"),
            at_least(what, found["shares"].min(), 0.98, "M"),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """By chance."""
        known = found["kinds"][found["kinds"] != ""]
        if not len(known):
            return []
        same = np.array([np.sum(known == kind) - 1 for kind in known])
        chance = float(np.mean(same / (len(found["words"]) - 1)))
        return [
            Question(
                t(
                    "How often would a word that is picked at random be of the same kind?",
                    "でたらめに選んだ単語が同じ種類である割合は？",
                ),
                t(
                    "In {p} of the cases: a kind of n words has n − 1 others among the {v} that are left. The nearest "
                    "word on the map is of the same kind in {q}.",
                    "{p} です。n 語ある種類なら、残り {v} 語のうち n − 1 語が仲間です。地図で最も近い語では {q} です。",
                    p=percent(chance),
                    v=len(found["words"]) - 1,
                    q=percent(float(found["share"])),
                ),
            )
        ]
