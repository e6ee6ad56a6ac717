"""`positions`: how attention, which sees a set, learns of the order."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara import nn
from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, chart, heat_map, significant

KINDS = {
    "sinusoidal": Text("sines", "正弦波"),
    "rotary": Text("rotary", "回転（RoPE）"),
    "learned": Text("learned, untrained", "学習型（未学習）"),
}


@dataclass(frozen=True)
class Positions(Experiment):
    """Sines, rotations and untrained vectors: which products of positions depend on the distance alone."""

    name = "positions"
    chapter = "seq7"
    source = "OWN; V6 ch5 rope"
    title = Text("Where a word stands", "単語の位置")
    question = Text("How does it know the order?", "順番をどうやって知るのか？")
    formula = (
        r"p_{t,2i} = \sin(t\,\omega_i), \quad p_{t,2i+1} = \cos(t\,\omega_i), \quad \omega_i = 10000^{-2i/d}"
        r" \qquad p_t \cdot p_s = \sum_i \cos((t - s)\,\omega_i)",
    )
    symbols = Text("t and s are positions, d is the width.", "t と s は位置、d は幅。")
    random = True
    shows = Shows.ALWAYS
    turns = (Turn(Text("Few numbers a position.", "各位置の数を少なくすると？"), {"width": 4}),)

    length: int = knob(64, "positions T", "位置の数 T", low=4, high=512)
    width: int = knob(32, "numbers d of a position, even", "各位置の数 d（偶数）", low=2, high=512)

    def measure(self, lab: Lab) -> Arrays:
        """Tables, their products, and what a permutation of the input does without positions."""
        T, d, rng = self.length, self.width // 2 * 2, lab.rng("vectors")
        sines = F.sinusoidal_positions(T, d, dtype=np.float64).data
        learned = nn.LearnedPositions(T, d, rng=rng, dtype=np.float64).weight.data.copy()
        q, k = (F.rotary_positions(np.broadcast_to(v, (T, d))).data for v in rng.standard_normal((2, d)))
        x, order = rng.standard_normal((T, d)), rng.permutation(T)
        found: Arrays = {
            "sinusoidal.table": sines,
            "learned.table": learned,
            "rotary.table": q,
            "sinusoidal.products": sines @ sines.T,
            "learned.products": learned @ learned.T,
            "rotary.products": q @ k.T,
        }
        for name, shift in (("without", 0 * sines), ("with", sines)):
            y, z = (F.scaled_dot_product_attention(a, a, a).data for a in (x + shift, x[order] + shift))
            found[f"{name}.moved"] = np.array(np.abs(y[order] - z).max())
        return found

    def _spread(self, products: Array) -> float:
        """How far products of equal distances differ, as a share of the largest product."""
        T = len(products)
        each = [np.ptp(np.diagonal(products, k)) for k in range(-T + 2, T - 1)]
        return float(max(each) / np.abs(products).max())

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The three tables, and products of the position in the middle with all others."""
        names, columns = [str(k) for k in range(self.length)], [str(k) for k in range(self.width // 2 * 2)]
        tables = [
            heat_map(
                t.of(told),
                found[f"{kind}.table"],
                names,
                columns,
                Axis(t.word("value")),
                row_name=t.word("position"),
                column_name=t("number", "成分"),
                numbers=False,
                lang=t.lang,
            )
            for kind, told in KINDS.items()
        ]
        middle = self.length // 2
        lines = [
            Line(t.of(told), np.arange(self.length) - middle, found[f"{kind}.products"][middle])
            for kind, told in KINDS.items()
        ]
        return [
            *tables,
            chart(
                t("Products with the position in the middle", "中央の位置との内積"),
                lines,
                Axis(t("distance", "距離")),
                Axis(t("dot product", "内積")),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Which products know the distance; what a permutation does."""
        spread = {kind: self._spread(found[f"{kind}.products"]) for kind in KINDS}
        return [
            t(
                "Products of positions at equal distances differ by {s} (sines) and {r} (rotary) of the largest "
                "product, by "
                "{p} where the vectors are not trained yet.",
                "同じ距離の位置どうしの内積の差は、最大の内積に対して正弦波 {s}、回転 {r}、未学習のベクトルでは "
                "{p} です。",
                s=significant(spread["sinusoidal"], 2),
                r=significant(spread["rotary"], 2),
                p=significant(spread["learned"], 2),
            ),
            t(
                "Without positions, permuting the input permutes the output and nothing else: the largest "
                "difference is {w}. "
                "With the sines it is {y}.",
                "位置情報がないと、入力を並べ替えれば出力も同じように並べ替わるだけです（差の最大 {w}）。"
                "正弦波を足すと {y} になります。",
                w=significant(float(found["without.moved"]), 2),
                y=significant(float(found["with.moved"]), 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Distances alone; permutations."""
        spread = {kind: self._spread(found[f"{kind}.products"]) for kind in KINDS}
        apart = t("products of equal distances differ by", "同じ距離の内積の差")
        return [
            at_most(f"{t.of(KINDS['sinusoidal'])}: {apart}", spread["sinusoidal"], 1e-6, "A", law=True),
            at_most(f"{t.of(KINDS['rotary'])}: {apart}", spread["rotary"], 1e-6, "A", law=True),
            at_least(f"{t.of(KINDS['learned'])}: {apart}", spread["learned"], 0.1, "A"),
            at_most(
                t("without positions: permuted in, permuted out", "位置なし：並べ替えれば並べ替わるだけ"),
                found["without.moved"], 1e-12, "A", law=True,
            ),
            at_least(t("with positions it is not", "位置ありではそうならない"), found["with.moved"], 0.01, "A"),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The order without positions."""
        return [
            Question(
                t(
                    "Does attention without positions notice that two words were swapped?",
                    "位置情報のない注意は、2 語の入れ替えに気づきますか？",
                ),
                t(
                    "No: each word gets the same output as before, to {w}.",
                    "いいえ。どの単語の出力も入れ替え前と同じです（差 {w}）。",
                    w=significant(float(found["without.moved"]), 2),
                ),
            )
        ]
