"""`co-occurrence`: which words stand next to which."""

from dataclasses import dataclass

import numpy as np

from zerokara.data.text import cosine_similarity, nearest
from zerokara.experiments.base import Arrays, Piece, Question, Turn
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq1.sentence import OnSentence, square, words_of
from zerokara.experiments.tongue import Tongue
from zerokara.report import Cell, Table, Text, significant


@dataclass(frozen=True)
class CoOccurrence(OnSentence):
    """A word is known by the company it keeps: the row of its neighbours is a vector, and vectors can be compared."""

    name = "co-occurrence"
    chapter = "seq1"
    source = "V2 ch2 similarity, most_similar"
    title = Text("The company of a word", "共起行列：単語の周り")
    question = Text("What does the company of a word say?", "周りの単語から、その単語の何が分かるか？")
    formula = (
        r"C_{ij} = \text{how often } i \text{ and } j \text{ stand at most } w \text{ places apart}",
        r"\cos(x, y) = \frac{\langle x, y \rangle}{\lVert x \rVert\, \lVert y \rVert}",
    )
    symbols = Text("w is the window; x and y are rows of C.", "w はウィンドウサイズ、x と y は C の行。")
    turns = (
        Turn(
            Text("A wider window makes all words alike.", "ウィンドウを広げると、どの単語も似てきます。"), {"window": 3}
        ),
        Turn(
            Text(
                "Another sentence: cat and dog keep the same company.",
                "別の文：cat と dog は同じ単語に囲まれています。",
            ),
            {"sentence": "The cat eats. The dog eats. The cat sleeps. The dog sleeps."},
        ),
    )

    def measure(self, lab: Lab) -> Arrays:
        """The counts, and the cosine of every pair of rows."""
        words, ids, C = self.counted()
        return {"words": words, "ids": ids, "counts": C, "cosines": cosine_similarity(C[:, None], C[None])}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both squares, and the nearest words."""
        words = words_of(found)
        rows: list[list[Cell]] = []
        for i, word in enumerate(words):
            others, cosines = nearest(found["counts"], found["counts"][i], 3, leave_out=[i])
            row = [f"{words[j]} {c:.4f}" for j, c in zip(others, cosines, strict=True)]
            rows.append([word, *row, *[""] * (3 - len(row))])
        return [
            square(found, "counts", t("Neighbours counted", "共起行列"), t("count", "回数"), t),
            square(found, "cosines", t("How alike two words are", "単語の類似度"), t("cosine", "コサイン類似度"), t),
            Table([t("word", "単語"), "1", "2", "3"], rows, t("the nearest words", "最も近い単語")),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The nearest of the first word."""
        words = words_of(found)
        top, names = self._top(found, t)
        return [
            t(
                "“{word}” is most like {names}: cosine {c}.",
                "「{word}」に最も近いのは {names}（コサイン類似度 {c}）。",
                word=words[0],
                names=names,
                c=significant(top, 4),
            ),
            t(
                "{n} words of the text give {m} pairs of neighbours, each counted from both sides: the sum is {s}.",
                "{n} 単語のテキストに隣り合う対は {m} 組あり、両側から数えて合計 {s} です。",
                n=len(found["ids"]),
                m=int(found["counts"].sum()) // 2,
                s=int(found["counts"].sum()),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Symmetry and sum for any text; the book's row and cosine."""
        C, n = found["counts"], len(found["ids"])
        pairs = 2 * sum(max(n - d, 0) for d in range(1, self.window + 1))
        told = [
            holds(t("C is symmetric", "C は対称"), np.array_equal(C, C.T), "A", law=True),
            near(t("sum of C: twice the pairs", "C の合計（対の 2 倍）"), C.sum(), pairs, 0, "A", law=True),
        ]
        if self.is_books:
            words = words_of(found)
            you, i = words.index("you"), words.index("i")
            alike = sorted(words[j] for j in np.flatnonzero(np.isclose(found["cosines"][you], np.sqrt(0.5))))
            told += [
                near(t("sum of C", "C の合計"), C.sum(), 14, 0, "A"),
                holds(
                    t("the row of “you” is 0100000", "you の行は 0100000"),
                    C[you].tolist() == [0, 1, 0, 0, 0, 0, 0],
                    "C",
                ),
                near("cos(you, i)", found["cosines"][you, i], 0.70710678, 1e-8, "C"),
                holds(
                    t("goodbye, i and hello tie", "goodbye・i・hello が同点"), alike == ["goodbye", "hello", "i"], "A"
                ),
                near("cos(you, say)", found["cosines"][you, words.index("say")], 0, 0, "A"),
            ]
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Why those."""
        words, C = words_of(found), found["counts"]
        beside = [words[j] for j in np.flatnonzero(C[0])]
        return [
            Question(
                t(
                    "Which words look most like “{w}” by counting, and why those?",
                    "数えただけで「{w}」に最も似て見える単語はどれか。なぜか？",
                    w=words[0],
                ),
                t(
                    "{names}: like “{w}” they stand next to {beside}.",
                    "{names}。「{w}」と同じく {beside} の隣に現れるからです。",
                    names=self._top(found, t)[1],
                    w=words[0],
                    beside=t.list(None, *beside),
                ),
            )
        ]

    def _top(self, found: Found, t: Tongue) -> tuple[float, str]:
        """The highest cosine of the first word with another one, and who has it."""
        cosines = found["cosines"][0].copy()
        cosines[0] = -np.inf
        top = float(cosines.max())
        words = words_of(found)
        return top, t.list(None, *(words[j] for j in np.flatnonzero(np.isclose(cosines, top))))
