"""`hessian-vector`: the curvature along one direction, without the matrix."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, between
from zerokara.experiments.dz.curvature import cost, product, small_loss, small_network
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Points, Text, chart, heat_map, line_chart, significant

WIDTHS = (2, 4, 8, 16, 32)


@dataclass(frozen=True)
class HessianVector(Experiment):
    """H·v = ∇⟨∇L, v⟩ of a small network's loss, beside the whole matrix times v; how many operations each takes."""

    name = "hessian-vector"
    chapter = "dz"
    source = "OWN"
    title = Text("The Hessian times a vector", "ヘッセ行列とベクトルの積")
    question = Text(
        "Can the curvature be felt without writing the matrix?", "ヘッセ行列を書き下さずに曲がり具合を知れるか？"
    )
    formula = (
        r"H v = \nabla \langle \nabla L, v \rangle",
        r"H_{ij} = \frac{\partial^2 L}{\partial w_i\, \partial w_j}",
    )
    symbols = Text(
        "L: loss, w: all weights in a row, v: a fixed vector as long as w.",
        "L：損失、w：すべての重みを並べたベクトル、v：同じ長さの固定ベクトル。",
    )
    random = True
    seeds = 3
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text(
                "Twice as wide: twice the weights, four times the matrix.",
                "幅を 2 倍にすると重みは 2 倍、行列は 4 倍になります。",
            ),
            {"hidden": 16},
        ),
        Turn(
            Text("ReLU bends nowhere: much of the curvature is gone.", "ReLU は曲がらないので、曲率の多くが消えます。"),
            {"activation": "relu"},
        ),
    )

    hidden: int = knob(8, "hidden units", "隠れ層のニューロン数", low=1, high=40)
    examples: int = knob(40, "examples", "データの数", low=2, high=1000)
    activation: str = knob("tanh", "activation function", "活性化関数", choices=("tanh", "sigmoid", "relu"))

    def measure(self, lab: Lab) -> Arrays:
        """H·v both ways, the matrix and its eigenvalues, and the operations by width."""
        rng = lab.rng("data")
        x = rng.standard_normal((self.examples, 2))
        labels = (np.prod(x, axis=1) > 0).astype(np.float64)[:, None]
        v = lab.rng("direction")
        costs = [cost(small_network(h, lab.rng("weights", h)), lambda w: self._loss(w, x, labels), v) for h in WIDTHS]
        weights = small_network(self.hidden, lab.rng("weights", self.hidden))
        n = sum(w.size for w in weights)
        direction = v.standard_normal(n)
        rows = [product(weights, self._loss(weights, x, labels), e) for e in np.eye(n)]
        matrix = np.array(rows)
        return {
            "product": product(weights, self._loss(weights, x, labels), direction),
            "whole": matrix @ direction,
            "matrix": matrix,
            "eigenvalues": np.linalg.eigvalsh((matrix + matrix.T) / 2)[::-1],
            "costs": np.array(costs),
        }

    def _loss(self, weights: list[Tensor], x: Array, labels: Array) -> Tensor:
        return small_loss(weights, x, labels, self.activation)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both products, the matrix, its eigenvalues, and the cost by width."""
        both, n = np.array([found["product"], found["whole"]]), len(found["product"])
        side = float(np.abs(both).max()) * 1.1 or 1.0
        sizes, gradient, product = found["costs"].T
        eigen, h = found["eigenvalues"], self.hidden
        names = [*(f"W{i}" for i in range(2 * h)), *(f"b{i}" for i in range(h)), *(f"V{i}" for i in range(h)), "c"]
        return [
            chart(
                t("H·v, number by number", "H·v（要素ごと）"),
                [Line(t("equal", "等しい"), [-side, side], [-side, side], faint=True), Points("H·v", both[1], both[0])],
                Axis(t("the whole matrix times v", "行列全体 × v"), low=-side, high=side),
                Axis("∇⟨∇L, v⟩", low=-side, high=side),
                equal=True,
                lang=t.lang,
            ),
            heat_map(
                t("The whole matrix H", "ヘッセ行列 H の全体"),
                found["matrix"],
                names,
                names,
                Axis(t.word("value")),
                numbers=False,
                lang=t.lang,
                note=t(
                    "W: first layer, b: its biases, V and c: the second.",
                    "W：第 1 層、b：そのバイアス、V と c：第 2 層。",
                ),
            ),
            line_chart(
                t("Eigenvalues of H", "H の固有値"),
                [Line(t("eigenvalue", "固有値"), np.arange(1, n + 1), eigen)],
                Axis(t("number", "番号"), whole=True),
                Axis(t("eigenvalue", "固有値")),
                lang=t.lang,
                note=t(
                    "Below 0 the loss bends down along that direction: this is no minimum.",
                    "0 未満の方向では損失が下向きに曲がっていて、ここは極小ではありません。",
                ),
            ),
            line_chart(
                t("Operations on arrays", "配列演算の回数"),
                [
                    Line(t("one gradient", "勾配 1 回"), sizes, gradient),
                    Line("H·v", sizes, product),
                    Line(t("the whole matrix, row by row", "行列全体（1 行ずつ）"), sizes, product * sizes),
                ],
                Axis(t("weights", "重みの数"), log=True),
                Axis(t("operations", "演算の回数"), log=True),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The agreement, the cost, the signs."""
        eigen, n = found["eigenvalues"], len(found["product"])
        return [
            t(
                "For {n} weights both ways to H·v agree to {e:.0e}; the matrix has {m} numbers.",
                "重み {n} 個の場合、2 通りの H·v の差は {e:.0e} です。行列には {m} 個の数があります。",
                n=n,
                e=float(np.abs(found["product"] - found["whole"]).max()),
                m=n * n,
            ),
            t(
                "One H·v takes {r} times the operations of a gradient, whatever the width; the matrix takes {k} times.",
                "H·v 1 回の演算は、幅によらず勾配 1 回の {r} 倍です。行列全体では {k} 倍になります。",
                r=significant(_ratio(found)[-1], 3),
                k=significant(_ratio(found)[-1] * n, 3),
            ),
            t(
                "Of the eigenvalues {up} are above 10⁻⁶ and {down} below −10⁻⁶; the greatest is {top}.",
                "固有値のうち {up} 個が 10⁻⁶ より大きく、{down} 個が −10⁻⁶ より小さく、最大は {top} です。",
                up=int((eigen > 1e-6).sum()),
                down=int((eigen < -1e-6).sum()),
                top=significant(eigen[0], 3),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Equal, symmetric, cheap."""
        scale = np.maximum(1, np.abs(found.all("matrix")).max(axis=(1, 2)))
        gap = np.abs(found.all("product") - found.all("whole")).max(axis=1) / scale
        skew = np.abs(found.all("matrix") - found.all("matrix").transpose(0, 2, 1)).max(axis=(1, 2)) / scale
        return [
            at_most(t("H·v: distance of both ways", "H·v：2 通りの計算の差"), gap.max(), 1e-10, "A", law=True),
            at_most(t("|H − Hᵀ|, largest", "|H − Hᵀ| の最大値"), skew.max(), 1e-10, "A", law=True),
            between(
                t("operations of H·v over those of a gradient", "H·v の演算数と勾配の演算数の比"),
                _ratio(found).max(),
                2,
                5,
                "M",
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's."""
        return [
            Question(
                t(
                    "How many gradients does one Hessian-vector product cost?",
                    "H·v を 1 回求める手間は、勾配何回分か？",
                ),
                t(
                    "{r}, counted in operations on arrays ({a} against {b}).",
                    "配列演算の数で {r} 回分です（{a} 対 {b}）。",
                    r=significant(_ratio(found)[-1], 3),
                    a=int(found["costs"][-1, 2]),
                    b=int(found["costs"][-1, 1]),
                ),
            )
        ]


def _ratio(found: Found) -> Array:
    ratio: Array = found["costs"][:, 2] / found["costs"][:, 1]
    return ratio
