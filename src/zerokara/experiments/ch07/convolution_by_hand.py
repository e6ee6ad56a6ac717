"""`convolution-by-hand`: what a filter computes, window by window."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch07.windows import covered, so_far, square
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Cell, Grid, Table, Text, grids, significant

STEPS = 9
"""At most so many windows are drawn."""


@dataclass(frozen=True)
class ConvolutionByHand(Experiment):
    """A filter lies on a window of the input: what meets is multiplied, the products and the bias are added up."""

    name = "convolution-by-hand"
    chapter = 7
    source = "Ch7 §7.2.2; DR 6-5-1"
    title = Text("Convolution by hand", "手で計算する畳み込み")
    question = Text("What does a filter compute?", "フィルターは何を計算するか？")
    formula = (r"y_{i,j} = \sum_{p}\sum_{q} x_{i+p,\ j+q}\; w_{p,q} + b",)
    symbols = Text(
        "x is the input, w the filter, b the bias; i, j count places of the window, p, q cells of the filter.",
        "x は入力、w はフィルター、b はバイアス。i, j は窓の位置、p, q はフィルターの中の位置。",
    )
    turns = (
        Turn(
            Text(
                "A filter that takes left from right finds upright edges.",
                "右から左を引くフィルターは、縦のエッジに反応します。",
            ),
            {"filter": (-1.0, 0.0, 1.0, -1.0, 0.0, 1.0, -1.0, 0.0, 1.0), "bias": 0.0},
        ),
        Turn(
            Text("A filter of 2×2 has nine places in 4×4.", "2×2 のフィルターなら、4×4 の中に 9 か所あります。"),
            {"filter": (1.0, -1.0, -1.0, 1.0)},
        ),
    )

    input: tuple[float, ...] = knob(
        (3.0, 1.0, 0.0, 2.0, 2.0, 4.0, 1.0, 0.0, 0.0, 1.0, 5.0, 3.0, 1.0, 0.0, 2.0, 4.0),
        "the input, row by row",
        "入力（行ごと）",
        low=-1e6,
        high=1e6,
    )
    filter: tuple[float, ...] = knob(
        (0.0, 1.0, 0.0, 1.0, 2.0, 0.0, 0.0, -1.0, 1.0),
        "the filter, row by row",
        "フィルター（行ごと）",
        low=-1e6,
        high=1e6,
    )
    bias: float = knob(3.0, "the bias", "バイアス", low=-1e6, high=1e6)

    def __post_init__(self) -> None:
        super().__post_init__()
        x, w = square(self.input, "input"), square(self.filter, "filter")
        if len(w) > len(x) or len(x) > 12:
            raise ValueError(
                f"the filter has to fit into the input, which has at most 12 rows; got {len(x)} rows, filter {len(w)}"
            )

    def measure(self, lab: Lab) -> Arrays:
        """The sums by explicit loops, and the same by the library with and without bias."""
        x, w = square(self.input, "input"), square(self.filter, "filter")
        places = len(x) - len(w) + 1
        products = np.empty((places, places, *w.shape))
        for i in range(places):
            for j in range(places):
                for p in range(len(w)):
                    for q in range(len(w)):
                        products[i, j, p, q] = x[i + p, j + q] * w[p, q]
        images, filters = Tensor(x[None, None]), Tensor(w[None, None])
        return {
            "products": products,
            "sums": products.sum(axis=(2, 3)),
            "plain": F.conv2d(images, filters).data[0, 0],
            "output": F.conv2d(images, filters, Tensor(np.array([self.bias]))).data[0, 0],
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The window step by step, the bias, and the sums written out."""
        x, w = square(self.input, "input"), square(self.filter, "filter")
        sums, size = found["sums"], len(found["sums"])
        walk: list[list[Grid | str]] = []
        for k in range(min(sums.size, STEPS)):
            i, j = divmod(k, size)
            shown = k == 0
            walk.append(
                [
                    Grid(x, t.word("input") if shown else "", covered(x.shape, (i, j), w.shape)),
                    "·",
                    Grid(w, t.word("filter") if shown else ""),
                    "→",
                    Grid(found["products"][i, j], t("products", "積") if shown else ""),
                    "→",
                    Grid(
                        so_far(sums, k + 1),
                        t("their sums", "積の和") if shown else "",
                        covered(sums.shape, (i, j), (1, 1)),
                    ),
                ]
            )
        rows: list[list[Cell]] = [
            [
                f"({i}, {j})",
                _written(x[i : i + len(w), j : j + len(w)], w),
                float(sums[i, j]),
                float(found["output"][i, j]),
            ]
            for i, j in np.ndindex(sums.shape)
        ]
        heads = [
            t("place", "位置"),
            t("sum of products", "積の和"),
            t("sum", "和"),
            t("with the bias", "バイアスを加算"),
        ]
        return [
            grids(
                t("The window slides", "窓がスライドする"),
                walk,
                lang=t.lang,
                note=t("The first {n} places.", "最初の {n} か所。", n=STEPS) if sums.size > STEPS else "",
            ),
            grids(
                t("The bias is added everywhere", "バイアスはすべての要素に加わる"),
                [
                    Grid(found["plain"], t("sums", "和")),
                    "+",
                    Grid([[self.bias]], t.word("bias")),
                    "=",
                    Grid(found["output"], t.word("output")),
                ],
                lang=t.lang,
                wide=False,
            ),
            Table(heads, rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many products there are, which place answers most, and the one bias."""
        sums, output = found["sums"], found["output"]
        H, P = len(square(self.input, "input")), len(square(self.filter, "filter"))
        best = np.unravel_index(int(np.argmax(sums)), sums.shape)
        return [
            t(
                "The filter of {P}×{P} has {I}×{I} places in the input of {H}×{H}, so the output is {I}×{I}: "
                "{n} products in all.",
                "{P}×{P} のフィルターは {H}×{H} の入力の中に {I}×{I} か所置けるので、出力は {I}×{I} です。"
                "積は全部で {n} 個です。",
                P=P, H=H, I=len(sums), n=found["products"].size,
            ),
            t(
                "The window at ({i}, {j}) has the largest sum, {v}.",
                "和がいちばん大きいのは位置 ({i}, {j}) の窓で、値は {v} です。",
                i=int(best[0]), j=int(best[1]), v=significant(float(sums[best])),
            ),
            t(
                "The bias is one number for the whole filter: it changes each of the {n} outputs by {b}.",
                "バイアスはフィルター 1 つにつき 1 つの数で、{n} 個の出力すべてを {b} だけ変えます。",
                n=output.size, b=significant(float(np.median(output - found["plain"]))),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """2×2; the library computes the sums; the bias is in every cell."""
        output, size = found["output"], max(1.0, float(np.abs(found["products"]).sum()))
        added = np.abs(output - found["plain"] - self.bias).max() / (size + abs(self.bias))
        H, P = len(square(self.input, "input")), len(square(self.filter, "filter"))
        return [
            holds(t("the output is 2×2", "出力は 2×2"), output.shape == (2, 2), "A"),
            at_most(
                t("difference from the explicit loops, relative", "明示的なループとの差（相対値）"),
                np.abs(found["plain"] - found["sums"]).max() / size,
                1e-12,
                "A",
                law=True,
            ),
            at_most(t("output − sums − bias, relative", "出力 − 和 − バイアス（相対値）"), added, 1e-12, "A", law=True),
            holds(
                t(
                    "rows of the output = rows of the input − rows of the filter + 1",
                    "出力の行数 = 入力の行数 − フィルターの行数 + 1",
                ),
                output.shape == (H - P + 1, H - P + 1),
                "A",
                law=True,
            ),
        ]


def _written(window: Array, w: Array) -> str:
    """`3·0 + 1·1 + …`, a negative number in brackets."""
    pairs = zip(window.ravel().tolist(), w.ravel().tolist(), strict=True)
    return " + ".join(f"{_number(a)}·{_number(b)}" for a, b in pairs)


def _number(value: float) -> str:
    return f"({significant(value)})" if value < 0 else significant(value)
