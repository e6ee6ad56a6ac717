"""`im2col-walk`: how a picture becomes a matrix."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch07.windows import covered, expect_fit
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.kernels import im2col
from zerokara.report import Cell, Grid, Table, Text, grids, significant, whole

DRAWN = 9
"""At most so many windows are drawn."""


@dataclass(frozen=True)
class Im2colWalk(Experiment):
    """Every window becomes a row, so that one matrix product does the whole convolution."""

    name = "im2col-walk"
    chapter = 7
    source = "Ch7 §7.4.2; DR 6-5-6; N7 7.4.2–3; MEMO p.222"
    title = Text("im2col, step by step", "im2col を一歩ずつ")
    question = Text("How does a picture become a matrix?", "画像はどのようにして行列になるか？")
    formula = (
        r"\text{col}_{(n,i,j),\ (c,p,q)} = x_{n,\ c,\ iS+p,\ jS+q}",
        r"y_{(n,i,j),\ f} = \sum_{(c,p,q)} \text{col}_{(n,i,j),\ (c,p,q)}\; w_{f,\ (c,p,q)}",
    )
    symbols = Text(
        "(n, i, j): image and place, one row; (c, p, q): channel and cell of the window, one column; f: filter.",
        "(n, i, j)：画像と位置（1 行）、(c, p, q)：チャンネルと窓の中の位置（1 列）、f：フィルター。",
    )
    random = True
    turns = (
        Turn(Text("A larger stride takes fewer rows.", "ストライドを大きくすると、行が減ります。"), {"stride": 2}),
        Turn(
            Text("A smaller filter: more rows, fewer columns.", "フィルターを小さくすると、行が増え、列が減ります。"),
            {"filter_size": 3},
        ),
    )

    images: int = knob(10, "N: images in a batch", "N：バッチの画像数", low=1, high=100)
    channels: int = knob(3, "C: channels", "C：チャンネル数", low=1, high=16)
    height: int = knob(7, "H: rows of an image", "H：画像の行数", low=1, high=64)
    width: int = knob(7, "W: columns of an image", "W：画像の列数", low=1, high=64)
    filter_size: int = knob(5, "F: rows and columns of the filter", "F：フィルターの行数・列数", low=1, high=16)
    stride: int = knob(1, "S: stride", "S：ストライド", low=1, high=16)
    padding: int = knob(0, "P: padding", "P：パディング", low=0, high=8)
    drawn: int = knob(4, "rows of the numbered picture that is drawn", "図に描く画像の行数", low=2, high=6)
    drawn_filter: int = knob(3, "rows of the window in the figure", "図の窓の行数", low=1, high=4)

    def __post_init__(self) -> None:
        super().__post_init__()
        expect_fit(self.height, self.filter_size, self.stride, self.padding)
        expect_fit(self.width, self.filter_size, self.stride, self.padding)
        expect_fit(self.drawn, self.drawn_filter, 1, 0)

    def measure(self, lab: Lab) -> Arrays:
        """The matrix of a batch, its product with filters, and both with the transpose left out."""
        rng = lab.rng("images")
        x = rng.normal(size=(self.images, self.channels, self.height, self.width))
        w = lab.rng("filters").normal(size=(4, self.channels, self.filter_size, self.filter_size))
        matrix, wrong = self._matrix(x), self._matrix(x, transpose=False)
        product, layer = matrix @ w.reshape(len(w), -1).T, self._convolved(x, w)
        small = np.arange(1.0, self.drawn**2 + 1).reshape(1, 1, self.drawn, self.drawn)
        return {
            "one": np.array(self._matrix(x[:1]).shape),
            "all": np.array(matrix.shape),
            "pixels": np.array(x.size),
            "gap": np.array(_gap(product, layer)),
            "wrong_gap": np.array(_gap(wrong @ w.reshape(len(w), -1).T, layer)),
            "wrong_rows": np.array(np.count_nonzero((wrong != matrix).any(axis=1))),
            "reordered": np.array(np.array_equal(np.sort(matrix, axis=None), np.sort(wrong, axis=None))),
            "small": small[0, 0],
            "small_matrix": _rows(small, self.drawn_filter, 1, 0),
            "small_wrong": _rows(small, self.drawn_filter, 1, 0, transpose=False),
        }

    def _matrix(self, x: Array, *, transpose: bool = True) -> Array:
        return _rows(x, self.filter_size, self.stride, self.padding, transpose=transpose)

    def _convolved(self, x: Array, w: Array) -> Array:
        """The layer's output, with a row for every image and place."""
        y: Array = F.conv2d(Tensor(x), Tensor(w), None, self.stride, self.padding).data
        return y.transpose(0, 2, 3, 1).reshape(-1, len(w))

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Each row beside its window; the matrix with and without the transpose; the sizes."""
        small, matrix, wrong = found["small"], found["small_matrix"], found["small_wrong"]
        places = self.drawn - self.drawn_filter + 1
        walk: list[list[Grid | str]] = [
            [
                Grid(small.astype(int), "", covered(small.shape, divmod(r, places), (self.drawn_filter,) * 2)),
                "→",
                Grid(row.astype(int), t("row {r}", "{r} 行目", r=r)),
            ]
            for r, row in enumerate(matrix[:DRAWN])
        ]
        rows = [[*divmod(r, places)] for r in range(len(matrix))]
        names = [f"({i}, {j})" for i, j in rows]
        return [
            grids(t("One row for every window", "窓 1 つが 1 行になる"), walk, lang=t.lang),
            grids(
                t("The matrix, and what it is without the transpose", "正しい行列と、transpose を忘れた行列"),
                [
                    [
                        Grid(
                            matrix.astype(int),
                            t("a row for each place (i, j)", "位置 (i, j) ごとに 1 行"),
                            names=(names, ()),
                        )
                    ],
                    [
                        Grid(
                            wrong.astype(int),
                            t("transpose left out", "transpose を忘れた場合"),
                            wrong != matrix,
                            names=(names, ()),
                        )
                    ],
                ],
                lang=t.lang,
                note=t(
                    "Outlined: what stands at the wrong place. The numbers are the same ones, in another order.",
                    "枠：正しくない位置にある数。数の集まりは同じで、順序だけが違います。",
                ),
            ),
            self._sizes(found, t),
        ]

    def _sizes(self, found: Found, t: Tongue) -> Table:
        cwh = f"({{n}}, {self.channels}, {self.height}, {self.width})"
        heads = [
            t("images (N, C, H, W)", "画像 (N, C, H, W)"),
            t("matrix", "行列"),
            t("numbers before", "変換前の個数"),
            t("after", "変換後"),
        ]
        one, every = found["one"], found["all"]
        rows: list[list[Cell]] = [
            [cwh.format(n=n), f"({a}, {b})", n * self.channels * self.height * self.width, int(a * b)]
            for n, (a, b) in ((1, one.tolist()), (self.images, every.tolist()))
        ]
        return Table(heads, rows)

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The sizes, what the matrix costs, what it is for, and what happens without the transpose."""
        (rows, columns), more = found["all"].tolist(), float(found["all"].prod() / found["pixels"])
        right = float(found["gap"]) < 1e-12
        return [
            t(
                "{N} images become a matrix of {r} rows (places) and {c} columns (numbers under the filter): "
                "{more} times as many numbers as before.",
                "画像 {N} 枚は {r} 行（位置）× {c} 列（フィルターの下にある数）の行列になります。"
                "数の個数は元の {more} 倍です。",
                N=self.images, r=whole(rows), c=columns, more=significant(more, 2),
            ),
            t(
                "Its product with the filters is the convolution: the largest relative difference is {gap}.",
                "この行列とフィルターの積が畳み込みです（相対的な差は最大 {gap}）。",
                gap=significant(float(found["gap"]), 2),
            )
            if right
            else t(
                "Its product with the filters is not the convolution: it differs by {gap}.",
                "この行列とフィルターの積は畳み込みと一致しません（差 {gap}）。",
                gap=significant(float(found["gap"]), 2),
            ),
            t(
                "Without the transpose {n} of {r} rows are wrong; the product is off by {gap} of the largest output.",
                "transpose を忘れると {r} 行のうち {n} 行が誤りで、積は最大の出力の {gap} 倍もずれます。",
                n=whole(int(found["wrong_rows"])), r=whole(rows), gap=significant(float(found["wrong_gap"]), 2),
            )
            if found["wrong_rows"]
            else t("Here the transpose changes nothing.", "この設定では、transpose を省いても同じです。"),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """(9, 75) and (90, 75), 4.6 times as many numbers; the product is the convolution."""
        I = expect_fit(self.height, self.filter_size, self.stride, self.padding)  # noqa: E741
        J = expect_fit(self.width, self.filter_size, self.stride, self.padding)
        expected = [self.images * I * J, self.channels * self.filter_size**2]
        return [
            holds("(1, 3, 7, 7) → (9, 75)", found["one"].tolist() == [9, 75], "A"),
            holds("(10, 3, 7, 7) → (90, 75)", found["all"].tolist() == [90, 75], "A"),
            near(
                t("numbers after / numbers before", "変換後の個数 / 変換前の個数"),
                float(found["all"].prod() / found["pixels"]),
                4.6,
                0.05,
                "A",
            ),
            holds(
                t(
                    "rows = images × places, columns = channels × filter",
                    "行 = 画像数 × 位置、列 = チャンネル × フィルター",
                ),
                found["all"].tolist() == expected,
                "A",
                law=True,
            ),
            at_most(
                t("product − convolution, relative", "積 − 畳み込み（相対値）"), found["gap"], 1e-12, "A", law=True
            ),
            holds(
                t("without the transpose: the same numbers in another order", "transpose なし：同じ数で順序だけが違う"),
                found["reordered"],
                "A",
                law=True,
            ),
            holds(
                t("without the transpose: the order is wrong", "transpose なし：順序が誤り"),
                found["wrong_rows"] > 0,
                "A",
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """N7 7.4.3."""
        I = expect_fit(self.height, self.filter_size, self.stride, self.padding)  # noqa: E741
        J = expect_fit(self.width, self.filter_size, self.stride, self.padding)
        rows, columns = found["one"].tolist()
        return [
            Question(
                t(
                    "Why does one image give {r} rows and {c} columns?",
                    "画像 1 枚の行列が {r} 行 {c} 列になるのはなぜでしょうか？",
                    r=rows,
                    c=columns,
                ),
                t(
                    "{I}×{J} places of the filter are {r} rows; {C}·{F}·{F} numbers under it are {c} columns.",
                    "フィルターを置ける位置が {I}×{J} か所で {r} 行、その下の数が {C}·{F}·{F} 個で {c} 列です。",
                    I=I,
                    J=J,
                    C=self.channels,
                    F=self.filter_size,
                    r=rows,
                    c=columns,
                ),
            )
        ]


def _rows(x: Array, F: int, S: int, P: int, *, transpose: bool = True) -> Array:
    """The matrix of the batch. Without the transpose the axes stay as they were gathered: (N, C, F, F, I, J)."""
    col = im2col(x, (F, F), (S, S), (P, P), (1, 1))
    if not transpose:
        col = np.ascontiguousarray(col.transpose(0, 3, 4, 5, 1, 2))
    return col.reshape(-1, x.shape[1] * F * F)


def _gap(a: Array, b: Array) -> float:
    return float(np.abs(a - b).max() / np.abs(b).max())
