"""`positions`: how attention, which sees a set, learns of the order."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

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
    "learned": Text("learned (untrained)", "学習型（未学習）"),
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

    kind: tuple[str, ...] = knob(tuple(KINDS), "kinds of positions", "位置情報の種類（複数）", choices=tuple(KINDS))
    length: int = knob(64, "positions T", "位置の数 T", low=4, high=512)
    width: int = knob(32, "numbers d of a position, even", "各位置の数 d（偶数）", low=2, high=512)

    @property
    def _kinds(self) -> list[tuple[str, Text]]:
        return [(kind, told) for kind, told in KINDS.items() if kind in self.kind]

    def measure(self, lab: Lab) -> Arrays:
        """Tables, their products, and what a permutation of the input does without positions."""
        T, d, rng = self.length, self.width // 2 * 2, lab.rng("vectors")
        sines = F.sinusoidal_positions(T, d, dtype=np.float64).data
        learned = nn.LearnedPositions(T, d, rng=rng, dtype=np.float64).weight.data.copy()
        q, k = (F.rotary_positions(np.broadcast_to(v, (T, d))).data for v in rng.standard_normal((2, d)))
        x, order = rng.standard_normal((T, d)), rng.permutation(T)
        tables = {"sinusoidal": sines, "rotary": q, "learned": learned}
        other = {"sinusoidal": sines, "rotary": k, "learned": learned}
        found: Arrays = {"without.moved": _moved(x, order, lambda a: (a, a, a))}
        for kind in self.kind:
            found[f"{kind}.table"] = tables[kind]
            found[f"{kind}.products"] = tables[kind] @ other[kind].T
            found[f"{kind}.moved"] = _moved(x, order, partial(_placed, kind, tables[kind]))
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
            for kind, told in self._kinds
        ]
        middle = self.length // 2
        lines = [
            Line(t.of(told), np.arange(self.length) - middle, found[f"{kind}.products"][middle])
            for kind, told in self._kinds
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
        spread = {told: self._spread(found[f"{kind}.products"]) for kind, told in self._kinds}
        moved = {told: float(found[f"{kind}.moved"]) for kind, told in self._kinds}

        def of(numbers: dict[Text, float]) -> str:
            return t.list(None, *(f"{t.of(told)} {significant(value, 2)}" for told, value in numbers.items()))

        return [
            t(
                "Products of positions at equal distances differ by these shares of the largest product: {told}.",
                "同じ距離の位置どうしの内積の差（最大の内積に対する割合）：{told}。",
                told=of(spread),
            ),
            t(
                "Without positions, permuting the input permutes the output and nothing else: the largest "
                "difference is {w}. With positions it is: {told}.",
                "位置情報がないと、入力を並べ替えれば出力も同じように並べ替わるだけです（差の最大 {w}）。"
                "位置情報を加えると：{told}。",
                w=significant(float(found["without.moved"]), 2),
                told=of(moved),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Distances alone; permutations."""
        apart = t("products of equal distances differ by", "同じ距離の内積の差")
        rows = []
        for kind, told in self._kinds:
            what, spread = f"{t.of(told)}: {apart}", self._spread(found[f"{kind}.products"])
            rows.append(
                at_least(what, spread, 0.1, "A") if kind == "learned" else at_most(what, spread, 1e-6, "A", law=True)
            )
        return [
            *rows,
            at_most(
                t("without positions: permuted in, permuted out", "位置なし：並べ替えれば並べ替わるだけ"),
                found["without.moved"], 1e-12, "A", law=True,
            ),
            *(
                at_least(
                    t("with positions it is not", "位置ありではそうならない"), found["sinusoidal.moved"], 0.01, "A"
                )
                for kind in self.kind if kind == "sinusoidal"
            ),
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


def _placed(kind: str, table: Array, x: Array) -> tuple[Array, Array, Array]:
    """Queries, keys and values of x, which knows its places: by turning queries and keys, or by adding the table."""
    if kind == "rotary":
        turned = F.rotary_positions(x).data
        return turned, turned, x
    return (x + table,) * 3


def _moved(x: Array, order: Array, placed: Callable[[Array], tuple[Array, Array, Array]]) -> Array:
    """How far the outputs of attention to x, permuted, are from those of attention to the permuted x."""
    y, z = (F.scaled_dot_product_attention(*placed(a)).data for a in (x, x[order]))
    return np.array(np.abs(y[order] - z).max())
