"""`matrix-product`: a layer is one matrix product."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch03.vectors import written
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Cell, Grid, Layer, Paragraph, Table, Text, grids, network_diagram, significant


@dataclass(frozen=True)
class MatrixProduct(Experiment):
    """y = x · W: every output is the sum of all inputs, each times the weight of the edge between them."""

    name = "matrix-product"
    chapter = 3
    source = "Ch3 §3.3; MEMO p.58"
    title = Text("A layer as a matrix product", "行列の積としての層")
    question = Text("How is a layer a matrix product?", "層の計算はどのように行列の積になるか？")
    formula = (
        r"y_j = \sum_i x_i\, w_{ij} \qquad\Longleftrightarrow\qquad y = x\, W",
        r"\left( \begin{matrix} x_1 & x_2 \end{matrix} \right) "
        r"\left( \begin{matrix} 1 & 3 & 5 \\ 2 & 4 & 6 \end{matrix} \right) = "
        r"\left( \begin{matrix} x_1 + 2 x_2 & 3 x_1 + 4 x_2 & 5 x_1 + 6 x_2 \end{matrix} \right)",
    )
    symbols = Text(
        "wᵢⱼ is the weight from input i to output j; the second line has the recipe's own W.",
        "wᵢⱼ は入力 i から出力 j への重み。2 行目は標準の W の場合。",
    )
    turns = (
        Turn(
            Text("With x = (1, 0) the output is the first row of W.", "x = (1, 0) にすると、出力は W の 1 行目です。"),
            {"x": (1.0, 0.0)},
        ),
        Turn(
            Text("Three inputs and two outputs: W has three rows.", "入力 3 個・出力 2 個なら、W は 3 行になります。"),
            {"x": (1.0, 2.0, 3.0)},
        ),
    )

    x: tuple[float, ...] = knob((1.0, 2.0), "inputs", "入力", low=-1e6, high=1e6)
    w: tuple[float, ...] = knob(
        (1.0, 3.0, 5.0, 2.0, 4.0, 6.0), "weights, row by row", "重み（行ごと）", low=-1e6, high=1e6
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.w) % len(self.x):
            raise ValueError(
                f"{len(self.w)} weights are no full rows for {len(self.x)} inputs: give a multiple of {len(self.x)}"
            )

    @property
    def matrix(self) -> Array:
        """W, a row for every input."""
        return np.array(self.w).reshape(len(self.x), -1)

    def measure(self, lab: Lab) -> Arrays:
        """The product, what it is made of, the same by a layer, and what a wrong shape is told."""
        x, W = Tensor(np.array(self.x)), Tensor(self.matrix)
        return {
            "y": (x @ W).data,
            "terms": np.array([[x_i * w for w in row] for x_i, row in zip(self.x, self.matrix, strict=True)]),
            "layer": F.linear(x, W.T).data,
            "rows": (Tensor(np.eye(len(self.x))) @ W).data,
            "complaint": np.array(_complaint(W)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The network with its weights on the edges, the product as grids, the sums, and the refusal."""
        W = self.matrix
        inputs = [f"x{i}" for i in range(1, len(self.x) + 1)]
        outputs = [f"y{j}" for j in range(1, W.shape[1] + 1)]
        sums: list[list[Cell]] = [[name, _sum(self.x, W[:, j]), float(found["y"][j])] for j, name in enumerate(outputs)]
        return [
            network_diagram(
                t("The layer as a network", "ネットワークとして見た層"),
                [
                    Layer(t.word("input"), inputs, self.x),
                    Layer(t.word("output"), outputs, [float(v) for v in found["y"]]),
                ],
                [W.T],
                lang=t.lang,
            ),
            grids(
                t("The layer as a product", "積として見た層"),
                [
                    Grid(np.array(self.x), "x", names=((), inputs)),
                    "·",
                    Grid(W, "W", names=(inputs, outputs)),
                    "=",
                    Grid(found["y"], "y", names=((), outputs)),
                ],
                lang=t.lang,
                wide=False,
            ),
            Table([t.word("output"), t("sum", "和"), t.word("value")], sums),
            Paragraph(
                t(
                    "With one input too many, zerokara says: “{said}”",
                    "入力を 1 個増やすと、zerokara はこう答えます：“{said}”",
                    said=found.text("complaint"),
                )
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The numbers, and what a row and a column of W are."""
        i, j = self.matrix.shape
        return [
            t("{x} · W = {y}.", "{x} · W = {y}。", x=written(self.x), y=written(found["y"], 6)),
            t(
                "W has a row for each of the {i} inputs and a column for each of the {j} outputs: {n} edges, {n} "
                "weights, and one product does them all.",
                "W には {i} 個の入力それぞれに行、{j} 個の出力それぞれに列があります。辺は {n} 本、重みも {n} 個で、1 "
                "回の積ですべてを計算します。",
                i=i,
                j=j,
                n=i * j,
            ),
            t(
                "zerokara's layers, like PyTorch's, keep the transpose of the book's W, shape ({j}, {i}); the largest "
                "difference of the outputs is {gap}.",
                "zerokara の層は（PyTorch と同じく）本の W の転置、形状 ({j}, {i}) を持ちます。出力の差は最大 {gap} "
                "です。",
                i=i,
                j=j,
                gap=significant(float(np.abs(found["layer"] - found["y"]).max())),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """(1, 2) → (5, 11, 17), and for any numbers: the product is the sums."""
        W, size = self.matrix, max(1.0, float(np.abs(found["terms"]).sum()))
        gap = np.abs(found["terms"].sum(axis=0) - found["y"]).max() / size
        layer = np.abs(found["layer"] - found["y"]).max() / size
        spoken = "matmul" in found.text("complaint") and str(W.shape) in found.text("complaint")
        return [
            holds("(1, 2) → (5, 11, 17)", np.array_equal(found["y"], [5, 11, 17]), "S, A"),
            holds(
                t(
                    "unit vectors give the rows of W: (x₁+2x₂, 3x₁+4x₂, 5x₁+6x₂)",
                    "単位ベクトルを入れると W の行になる：(x₁+2x₂, 3x₁+4x₂, 5x₁+6x₂)",
                ),
                np.array_equal(found["rows"], [[1, 3, 5], [2, 4, 6]]),
                "S, A",
            ),
            at_most(t("difference from the sums, relative", "和との差（相対値）"), gap, 1e-12, "A", law=True),
            at_most(
                t("difference from the layer with Wᵀ, relative", "Wᵀ をもつ層との差（相対値）"),
                layer,
                1e-12,
                "A",
                law=True,
            ),
            holds(
                t("a wrong shape is refused, and both shapes are named", "形状が合わないと、両方の形状を挙げて拒む"),
                spoken,
                "A",
                law=True,
            ),
        ]


def _complaint(W: Tensor) -> str:
    """What is said when x has one number too many; nothing if nothing is said."""
    try:
        Tensor(np.ones(W.shape[0] + 1)) @ W
    except ValueError as error:
        return str(error)
    return ""


def _sum(x: tuple[float, ...], w: Array) -> str:
    return " + ".join(f"{significant(a)}·{significant(float(b))}" for a, b in zip(x, w, strict=True))
