"""`word-map`: a map of all words of a text, from their neighbours alone."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import KINDS, Vocabulary, co_occurrence, load_text, ppmi
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq1.kinds import neighbours, plane_of, points, same_kind
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, chart, line_chart, percent


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
    )
    quick = {"words": 20_000, "windows": (1,)}
    shows = Shows.QUICKLY

    text: str = knob("toy", "text: toy or toy-ja", "テキスト：toy か toy-ja", choices=("toy", "toy-ja"))
    words: int = knob(1_000_000, "words of the training text that are read", "読む単語の数", low=2_000, high=10_000_000)
    window: int = knob(2, "window of the map", "地図のウィンドウサイズ", low=1, high=20)
    windows: tuple[int, ...] = knob(
        (1, 2, 3, 4, 5, 6), "windows that are compared", "比べるウィンドウサイズ", low=1, high=20
    )
    dimensions: int = knob(16, "dimensions that are kept", "残す次元の数", low=1, high=60)

    def measure(self, lab: Lab) -> Arrays:
        """The vectors, the share of words whose nearest is of their kind for every window, and the map."""
        text = load_text(self.text).train.split(" ")[: self.words]
        vocabulary = Vocabulary.of(text, "blanks")
        ids, V = vocabulary.encode(text), len(vocabulary)
        kinds = np.array([KINDS.get(word, "") for word in vocabulary.tokens])
        shares = [same_kind(self._vectors(ids, V, window), kinds) for window in self.windows]
        vectors = self._vectors(ids, V, self.window)
        return {
            "words": np.array(vocabulary.tokens),
            "kinds": kinds,
            "vectors": vectors,
            "plane": plane_of(vectors),
            "shares": np.array(shares),
            "share": np.array(same_kind(vectors, kinds)),
        }

    def _vectors(self, ids: Array, size: int, window: int) -> Array:
        U, values, _ = np.linalg.svd(ppmi(co_occurrence(ids, size, window)))
        found: Array = (U * values)[:, : self.dimensions]
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The map, the nearest words of one of each kind, and the share by window."""
        words = [str(word) for word in found["words"]]
        line = Line(t("nearest word of the same kind", "最も近い語が同じ種類"), np.array(self.windows), found["shares"])
        return [
            chart(
                t("The words of {text}", "{text} の単語", text=self.text),
                points(words, found["kinds"], found["plane"], t),
                Axis(t("first direction", "第 1 方向")),
                Axis(t("second direction", "第 2 方向")),
                lang=t.lang,
                wide=True,
                note=t(
                    "Unit vectors, seen from where they spread most.", "単位ベクトルを、最も広がって見える向きから。"
                ),
            ),
            neighbours(words, found["kinds"], found["vectors"], t),
            line_chart(
                t("Share by window", "ウィンドウサイズと割合"),
                [line],
                Axis(t("window", "ウィンドウサイズ"), whole=True),
                Axis(t.word("share"), low=0, high=1),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The share."""
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
        return [
            holds(t("all vectors are numbers", "ベクトルはすべて有限"), finite, "A", law=True),
            at_least(own, found["share"], 0.98, "M"),
            at_least(what, found["shares"].min(), 0.98, "M"),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """By chance."""
        known = found["kinds"][found["kinds"] != ""]
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
