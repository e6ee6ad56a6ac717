"""`svd-words`: seven numbers a word, squeezed into two."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import ppmi
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq1.sentence import OnSentence, index, words_of
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Points, Text, bar_chart, chart, significant

VALUES = (3.1680, 3.1680, 2.7030, 2.7030, 1.5145, 1.5145, 0.0)


@dataclass(frozen=True)
class SvdWords(OnSentence):
    """The singular value decomposition turns the rows of PPMI so that the first columns hold as much as possible."""

    name = "svd-words"
    chapter = "seq1"
    source = "V2 ch2 count_method_small"
    title = Text("Seven numbers squeezed into two", "SVD による次元削減")
    question = Text("Can seven numbers a word be squeezed into two?", "1 単語あたり 7 個の数を 2 個に縮められるか？")
    formula = (r"M = U S V^{\top}, \qquad x_i = (U S)_{i, 1:k}",)
    symbols = Text(
        "M is PPMI, S holds the singular values, k is how many numbers are kept.",
        "M は PPMI、S は特異値、k は残す数の個数。",
    )
    turns = (
        Turn(Text("A wider window.", "ウィンドウを広げます。"), {"window": 2}),
        Turn(Text("Kept: four numbers a word.", "1 単語につき 4 個の数を残します。"), {"kept": 4}),
    )

    kept: int = knob(2, "numbers that are kept of each word", "1 単語に残す数の個数", low=1, high=50)

    def measure(self, lab: Lab) -> Arrays:
        """The decomposition, and the distances of all words before and after."""
        words, _, C = self.counted()
        M = ppmi(C)
        U, values, _ = np.linalg.svd(M)
        places = U * values
        whole, short = distances(M), distances(places[:, : self.kept])
        return {"words": words, "ppmi": M, "values": values, "places": places, "whole": whole, "short": short}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The points of the plane, and the singular values."""
        places = found["places"]
        note = t(
            "Pairs of singular values are equal, so another machine may turn or mirror the picture: only distances "
            "within such a pair say something.",
            "特異値は 2 つずつ等しいため、別のマシンでは図が回転・反転する"
            "ことがあります。意味があるのは、その組の中での距離だけです。",
        )
        x, y = (Axis(t("column {n}", "第 {n} 列", n=n)) for n in (1, 2))
        points = Points("", places[:, 0], places[:, min(1, places.shape[1] - 1)], labels=words_of(found))
        names = [str(k + 1) for k in range(len(found["values"]))]
        return [
            chart(t("Words in the plane", "平面上の単語"), [points], x, y, equal=True, lang=t.lang, note=note),
            bar_chart(
                t("Singular values", "特異値"),
                names,
                {t("value", "値"): found["values"]},
                Axis(t.word("value")),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How much is kept."""
        squares = found["values"] ** 2
        share = squares[: self.kept].sum() / max(squares.sum(), 1e-300)
        return [
            t(
                "The first {k} of {n} columns hold {share} % of the squares; the rank is {rank}.",
                "{n} 列のうち最初の {k} 列が二乗和の {share} % を占めます。階数は {rank} です。",
                k=min(self.kept, len(squares)),
                n=len(squares),
                share=significant(100 * share, 3),
                rank=self._rank(found),
            )
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """All columns keep every distance; the book's values."""
        away = np.abs(distances(found["places"]) - found["whole"]).max()
        squares = abs((found["values"] ** 2).sum() - (found["ppmi"] ** 2).sum())
        told = [
            at_most(t("all columns: distances changed by", "全列を使ったときの距離の変化"), away, 1e-6, "A", law=True),
            at_most(t("Σ values² − Σ PPMI²", "Σ 特異値² − Σ PPMI²"), squares, 1e-9, "A", law=True),
        ]
        if self.is_books:
            words = words_of(found)
            told += [
                near(t("singular value {k}", "特異値 {k}", k=k + 1), found["values"][k], v, 5e-5, "A")
                for k, v in enumerate(VALUES)
            ]
            together = found["whole"][words.index("goodbye"), words.index("i")]
            told += [
                near(t("rank", "階数"), self._rank(found), 6, 0, "A"),
                at_most(t("distance of goodbye and i", "goodbye と i の距離"), together, 1e-12, "A"),
            ]
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Coordinates need not agree."""
        v = found["values"]
        equal = int(np.sum(np.abs(np.diff(v[v > 1e-9])) < 1e-9))
        words = words_of(found)
        a, b = index(words, "goodbye"), index(words, "i")
        told = t(
            "Not if singular values are equal: here {n:pair is|pairs are}. "
            "Distances within such a pair agree, coordinates "
            "need not.",
            "等しい特異値があると一致するとは限りません（ここでは {n} 組）"
            "。組の中での距離は一致しますが、座標は違ってもかまいません。",
            n=equal,
        )
        if min(a, b) >= 0:
            told += t(
                " goodbye and i are {d} apart on every machine.",
                "goodbye と i の距離はどのマシンでも {d} です。",
                d=significant(round(float(found["whole"][a, b]), 9), 4),
            )
        return [Question(t("Do two machines draw the same map?", "2 台のマシンは同じ図を描くか？"), told)]

    def _rank(self, found: Found) -> int:
        return int(np.sum(found["values"] > 1e-9))


def distances(rows: Array) -> Array:
    """The distance of every pair of rows."""
    found: Array = np.linalg.norm(rows[:, None] - rows[None], axis=-1)
    return found
