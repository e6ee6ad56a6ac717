"""`ppmi`: how much more often than by chance two words meet."""

from dataclasses import dataclass

import numpy as np

from zerokara.data.text import ppmi
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq1.sentence import OnSentence, index, square, words_of
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, significant


@dataclass(frozen=True)
class Ppmi(OnSentence):
    """A pair of frequent words meets often by chance alone; what counts is how much more often than that."""

    name = "ppmi"
    chapter = "seq1"
    source = "V2 ch2 ppmi"
    title = Text("More often than by chance", "正の相互情報量（PPMI）")
    question = Text("Why are plain counts unfair to rare pairs?", "ただの回数では、まれな組がなぜ不利になるか？")
    formula = (r"\mathrm{PPMI}(i, j) = \max\left(0,\ \log_2 \frac{C_{ij}\, N}{S_i\, S_j}\right)",)
    symbols = Text(
        "C counts neighbours; S are the sums of its rows, N the sum of all.", "C は共起の回数、S は行の合計、N は総和。"
    )
    turns = (
        Turn(
            Text("Smoothing: rare words count for less.", "平滑化すると、まれな単語が強調されすぎません。"),
            {"smoothing": 0.75},
        ),
        Turn(Text("In nats instead of bits.", "ビットの代わりにナットで。"), {"base": 2.718281828459045}),
    )

    base: float = knob(2.0, "base of the logarithm", "対数の底", low=1.01, high=100)
    smoothing: float = knob(1.0, "power of the columns' sums", "列の合計の指数", low=0, high=2)

    def measure(self, lab: Lab) -> Arrays:
        """Counts and PPMI."""
        words, _, C = self.counted()
        return {"words": words, "counts": C, "ppmi": ppmi(C, self.base, self.smoothing)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The counts beside PPMI."""
        note = t("Where a pair never met, PPMI is exactly 0.", "一度も隣り合わない組の PPMI はちょうど 0 です。")
        unit = t("bits", "ビット") if self.base == 2 else "PPMI"
        return [
            square(found, "counts", t("Neighbours counted", "共起行列"), t("count", "回数"), t),
            square(found, "ppmi", t("More often than by chance", "PPMI"), unit, t, note),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The highest value, and how often that pair met."""
        words, C, M = words_of(found), found["counts"], found["ppmi"]
        if not M.any():
            return [t("No pair meets more often than by chance.", "偶然より多く隣り合う組はありません。")]
        i, j = np.unravel_index(int(M.argmax()), M.shape)
        return [
            t(
                "The highest value, {v}, belongs to the pair ({a}, "
                "{b}), which met {n:time|times}; the most frequent pair "
                "met {m:time|times}.",
                "最大値 {v} は組 ({a}, {b}) のもので、隣り合ったのは {n} 回です。最も多い組は {m} 回でした。",
                v=significant(M[i, j], 5),
                a=words[i],
                b=words[j],
                n=int(C[i, j]),
                m=int(C.max()),
            )
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Zeros stay zeros; the values of the book's sentence."""
        C, M = found["counts"], found["ppmi"]
        told = [
            holds(t("a count of 0 gives exactly 0", "回数 0 ならちょうど 0"), np.all(M[C == 0] == 0), "A", law=True),
            holds(t("no value is below 0", "負の値はない"), np.all(M >= 0), "A", law=True),
        ]
        if self.is_books and self.base == 2 and self.smoothing == 1:
            words = words_of(found)
            pairs = (("you", "say", 1.8074), ("say", "goodbye", 0.8074), ("hello", ".", 2.8074))
            told += [
                near(
                    t("PPMI of ({a}, {b})", "({a}, {b}) の PPMI", a=a, b=b),
                    M[words.index(a), words.index(b)],
                    v,
                    5e-5,
                    "C",
                )
                for a, b, v in pairs
            ]
            highest = M[words.index("hello"), words.index(".")] == M.max()
            told.append(holds(t("(hello, .) is the highest", "(hello, .) が最大"), highest, "A"))
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Rarer partners, larger values."""
        words, C, M = words_of(found), found["counts"], found["ppmi"]
        hello, dot, you, say = (index(words, word) for word in ("hello", ".", "you", "say"))
        if min(hello, dot, you, say) < 0:
            return []
        S = C.sum(axis=1)
        return [
            Question(
                t("Is log₂ of a rarer pair larger or smaller?", "まれな単語どうしの組の log₂ は大きいか、小さいか？"),
                t(
                    "Larger: ({a}) has {x}, ({b}) has {y}, though both "
                    "met once. The sums of their rows are {p} · {q} and "
                    "{r} · {s}: rarer partners, larger value.",
                    "大きくなります：({a}) は {x}、({b}) は {y} で、どちらも隣り合ったのは 1 回です。行の合計の積は "
                    "{p} · {q} と {r} · {s} で、まれな相手ほど値が大きくなります。",
                    a="hello, .",
                    x=significant(M[hello, dot], 5),
                    b="you, say",
                    y=significant(M[you, say], 5),
                    p=int(S[hello]),
                    q=int(S[dot]),
                    r=int(S[you]),
                    s=int(S[say]),
                )
                if C[hello, dot] == C[you, say] == 1 and M[hello, dot] > M[you, say]
                else t(
                    "({a}) has {x}, ({b}) has {y}.",
                    "({a}) は {x}、({b}) は {y}。",
                    a="hello, .",
                    x=significant(M[hello, dot], 5),
                    b="you, say",
                    y=significant(M[you, say], 5),
                ),
            )
        ]
