"""`embedding-row`: a product with a one-hot row is a row that is picked."""

from dataclasses import dataclass

import numpy as np

import zerokara.functional as F
from zerokara.autodiff import Tensor, gradients
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq2.timing import best_time
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, heat_map, line_chart

WIDTH, BATCH = 100, 32
"""Numbers a word, and words a batch, where times are taken."""


@dataclass(frozen=True)
class EmbeddingRow(Experiment):
    """A one-hot row times W is a row of W; so it is picked, and its gradient is added back to its place."""

    name = "embedding-row"
    chapter = "seq2"
    source = "V2 ch4 Embedding"
    title = Text("A row instead of a product", "積の代わりに行を取り出す")
    question = Text("Why multiply by a one-hot row at all?", "ワンホットの行を掛ける必要はあるのか？")
    formula = (
        r"e_i\, W = W_{i,:}",
        r"\frac{\partial L}{\partial W_{i,:}} = \sum_{n:\ x_n = i} \frac{\partial L}{\partial y_n}",
    )
    symbols = Text(
        "e is a one-hot row, x the words of a batch, y their rows.",
        "e はワンホットの行、x はバッチの単語、y はその行。",
    )
    turns = (
        Turn(
            Text("Every word the same: one row gets everything.", "全部同じ単語：1 行にすべて集まります。"),
            {"ids": (2, 2, 2, 2)},
        ),
        Turn(
            Text("No word twice: assigning would do.", "同じ単語がなければ、代入でも同じです。"), {"ids": (1, 0, 3, 2)}
        ),
    )
    quick = {"sizes": (10, 100, 1000)}
    shows = Shows.ALWAYS

    ids: tuple[int, ...] = knob((1, 0, 3, 0), "words of a batch, 0 to 6", "バッチの単語（0〜6）", low=0, high=6)
    sizes: tuple[int, ...] = knob(
        (10, 100, 1_000, 10_000, 100_000),
        "vocabularies whose times are taken",
        "時間を測る語彙数",
        low=2,
        high=1_000_000,
    )

    def measure(self, lab: Lab) -> Arrays:
        """Product and rows, the gradient added and assigned, and the time of both ways."""
        ids = np.array(self.ids)
        W = Tensor(np.arange(21.0).reshape(7, 3), requires_grad=True)
        one_hot = np.eye(7)[ids]
        picked = F.embedding(ids, W)
        g = np.arange(1.0, 1 + picked.data.size).reshape(picked.shape)
        (added,) = gradients((picked * g).sum(), [W])
        assigned = np.zeros((7, 3))
        assigned[ids] = g
        times = np.array([_times(lab.rng("times", size), size) for size in self.sizes])
        return {
            "W": W.data,
            "one_hot": one_hot,
            "product": one_hot @ W.data,
            "picked": picked.data,
            "flow": g,
            "added": added,
            "assigned": assigned,
            "times": times,
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The rows, the gradients, the times."""
        words = [str(i) for i in self.ids]
        rows, columns = [str(i) for i in range(7)], ["0", "1", "2"]
        squares = (
            ("picked", words, t("The picked rows", "取り出した行")),
            ("added", rows, t("Gradient of W, added", "W の勾配：加算")),
            ("assigned", rows, t("Gradient of W, assigned: wrong", "W の勾配：代入（誤り）")),
        )
        row, column, value = t("row of W", "W の行"), t("column", "列"), Axis(t.word("value"))
        sizes = np.array(self.sizes)
        return [
            *(
                heat_map(title, found[name], lines, columns, value, row_name=row, column_name=column, lang=t.lang)
                for name, lines, title in squares
            ),
            line_chart(
                t("Time against the vocabulary", "語彙数と時間"),
                [
                    Line(t("product with one-hot rows", "ワンホットとの積"), sizes, 1e6 * found["times"][:, 0]),
                    Line(t("rows picked", "行を取り出す"), sizes, 1e6 * found["times"][:, 1]),
                ],
                Axis("V", log=True),
                Axis(t("microseconds", "マイクロ秒"), log=True),
                lang=t.lang,
                note=t("{n} words of {d} numbers.", "{n} 単語、1 単語 {d} 個の数。", n=BATCH, d=WIDTH),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Equal; and the time."""
        twice = len(self.ids) - len(set(self.ids))
        times = found["times"]
        lost = t(
            "{n:word is|words are} there again: assigning instead of adding loses as many gradients.",
            "同じ単語が {n} 回くり返されています。加算の代わりに代入すると、その数だけ勾配が失われます。",
            n=twice,
        )
        none = t(
            "No word is there twice: here adding and assigning agree.", "同じ単語はないので、加算と代入は一致します。"
        )
        return [
            t("The product and the picked rows are equal bit for bit.", "積と取り出した行は、ビット単位で一致します。"),
            lost if twice else none,
            t(
                "From V = {a} to {b} the product takes {p} times as long, picking {q} times.",
                "V = {a} から {b} で、積の時間は {p} 倍、取り出す時間は {q} 倍になりました。",
                a=self.sizes[0],
                b=self.sizes[-1],
                p=f"{times[-1, 0] / times[0, 0]:.0f}",
                q=f"{times[-1, 1] / times[0, 1]:.1f}",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Equality, and the sum."""
        sums = np.stack([found["flow"][np.array(self.ids) == i].sum(axis=0) for i in range(7)])
        equal = np.array_equal(found["product"], found["picked"])
        adds = np.array_equal(sums, found["added"])
        told = [
            holds(t("product and rows are equal bit for bit", "積と行はビット単位で一致"), equal, "A", law=True),
            holds(t("a row's gradient is the sum of all its uses", "行の勾配は使われた分の和"), adds, "A", law=True),
        ]
        if self.ids == (1, 0, 3, 0):
            rows = found["picked"].tolist() == [[3, 4, 5], [0, 1, 2], [9, 10, 11], [0, 1, 2]]
            wrong = not np.array_equal(found["assigned"], found["added"])
            told += [
                holds(t("rows (3,4,5) (0,1,2) (9,10,11) (0,1,2)", "行 (3,4,5) (0,1,2) (9,10,11) (0,1,2)"), rows, "A"),
                holds(t("assigning loses one", "代入では 1 つ失われる"), wrong, "A"),
            ]
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The gradient of the first row that is used twice."""
        again = next((i for i in self.ids if self.ids.count(i) > 1), None)
        if again is None:
            return []
        added, assigned = (t.list(None, *(f"{v:g}" for v in found[k][again])) for k in ("added", "assigned"))
        return [
            Question(
                t(
                    "W has 7 rows; what is the gradient of row {i} if it is used {n} times?",
                    "W は 7 行。行 {i} が {n} 回使われたときの勾配は？",
                    i=again,
                    n=self.ids.count(again),
                ),
                t(
                    "The sum of all: ({a}); assigning would leave ({b}).",
                    "すべての和：({a})。代入では ({b}) になってしまいます。",
                    a=added,
                    b=assigned,
                ),
            )
        ]


def _times(rng: np.random.Generator, size: int) -> tuple[float, float]:
    """Seconds of the product with one-hot rows and of picking, the best of five."""
    W = rng.random((size, WIDTH), dtype=np.float32)
    ids = rng.integers(0, size, BATCH)
    one_hot = np.zeros((BATCH, size), np.float32)
    one_hot[np.arange(BATCH), ids] = 1
    return best_time(lambda: one_hot @ W, 5), best_time(lambda: W[ids], 5)
