"""`pool-by-im2col`: pooling as a maximum over the rows of a matrix."""

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
from zerokara.report import Grid, Text, grids

DRAWN = 16
"""At most so many rows of the matrix are drawn."""


@dataclass(frozen=True)
class PoolByIm2col(Experiment):
    """The windows of every channel become rows of their own; pooling takes the maximum of each row."""

    name = "pool-by-im2col"
    chapter = 7
    source = "N7 7.4.4; Ch7 §7.4.4"
    title = Text("Pooling by im2col", "im2col によるプーリング")
    question = Text("How can pooling be a maximum over rows?", "プーリングはどのようにして「行ごとの最大値」になるか？")
    formula = (r"y_{n,c,i,j} = \max_{(p,q)}\ \text{col}_{(n,i,j,c),\ (p,q)}",)
    symbols = Text(
        "A row for every image n, place (i, j) and channel c; a column for every cell (p, q) of the window.",
        "画像 n、位置 (i, j)、チャンネル c ごとに 1 行、窓の中の位置 (p, q) ごとに 1 列。",
    )
    random = True
    turns = (
        Turn(Text("More channels, more rows.", "チャンネルを増やすと、行が増えます。"), {"channels": 5}),
        Turn(
            Text("A larger window has more columns.", "窓を大きくすると、列が増えます。"),
            {"height": 6, "width": 6, "pool": 3},
        ),
    )

    images: int = knob(2, "N: images", "N：画像の数", low=1, high=100)
    channels: int = knob(3, "C: channels", "C：チャンネル数", low=1, high=16)
    height: int = knob(4, "H: rows of an image", "H：画像の行数", low=1, high=12)
    width: int = knob(4, "W: columns of an image", "W：画像の列数", low=1, high=12)
    pool: int = knob(
        2, "rows and columns of the window; also the stride", "窓の行数・列数（ストライドも同じ）", low=1, high=6
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        expect_fit(min(self.height, self.width), self.pool, self.pool, 0)

    @property
    def places(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        return expect_fit(self.height, self.pool, self.pool, 0), expect_fit(self.width, self.pool, self.pool, 0)

    def measure(self, lab: Lab) -> Arrays:
        """The matrix, the largest number of every row put back in shape, and the layer's output."""
        shape = (self.images, self.channels, self.height, self.width)
        x = lab.rng("images").integers(0, 10, shape).astype(np.float64)
        window = (self.pool, self.pool)
        col = im2col(x, window, window, (0, 0), (1, 1))
        rows = col.reshape(-1, self.pool**2)
        together = col.reshape(-1, self.channels * self.pool**2)
        return {
            "images": x,
            "matrix": rows,
            "maxima": rows.max(axis=1),
            "output": self._shaped(rows.max(axis=1)),
            "means": self._shaped(rows.mean(axis=1)),
            "max_layer": F.max_pool2d(Tensor(x), self.pool).data,
            "average_layer": F.avg_pool2d(Tensor(x), self.pool).data,
            "convolution": np.array(together.shape),
        }

    def _shaped(self, values: Array) -> Array:
        """One number a row → (N, C, I, J)."""
        return values.reshape(self.images, *self.places, self.channels).transpose(0, 3, 1, 2)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The first image, the rows that it becomes, their maxima, and the output."""
        x, matrix = found["images"][0].astype(int), found["matrix"].astype(int)
        first = covered(x.shape[1:], (0, 0), (self.pool, self.pool))
        shown = min(DRAWN, len(matrix) // self.images)
        names = [self._row_name(r) for r in range(shown)]
        mark = np.zeros((shown, self.pool**2), dtype=bool)
        mark[: self.channels] = True
        best = matrix[:shown] == found["maxima"][:shown, None]
        return [
            grids(
                t("The first image: {C} channels", "最初の画像：{C} チャンネル", C=self.channels),
                [Grid(one, t("channel {c}", "チャンネル {c}", c=c), first) for c, one in enumerate(x)],
                lang=t.lang,
                note=t("Outlined: the window at place (0, 0).", "枠：位置 (0, 0) の窓。"),
            ),
            grids(
                t("Its rows and their maxima", "その行列と行ごとの最大値"),
                [
                    Grid(matrix[:shown], t("rows (i, j) channel", "行：(i, j) チャンネル"), mark, best, (names, ())),
                    "→ max →",
                    Grid(found["maxima"][:shown, None].astype(int), t("maximum", "最大値")),
                ],
                lang=t.lang,
                note=t(
                    "Outlined: the rows of the first window. Dashed: the maxima.",
                    "実線の枠：最初の窓の行。破線の枠：最大値。",
                ),
            ),
            grids(
                t("Back in shape: the output", "形を戻した出力"),
                [
                    Grid(one.astype(int), t("channel {c}", "チャンネル {c}", c=c), covered(one.shape, (0, 0), (1, 1)))
                    for c, one in enumerate(found["output"][0])
                ],
                lang=t.lang,
            ),
        ]

    def _row_name(self, r: int) -> str:
        place, c = divmod(r, self.channels)
        i, j = divmod(place, self.places[1])
        return f"({i}, {j}) {c}"

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many rows and columns; why the channels are apart; the output is the layer's."""
        rows, columns = found["matrix"].shape
        r, c = found["convolution"].tolist()
        same = np.array_equal(found["output"], found["max_layer"])
        return [
            t(
                "{N} images of {C} channels become {rows} rows of {columns} numbers.",
                "{C} チャンネルの画像 {N} 枚が、{columns} 個の数からなる {rows} 行になります。",
                N=self.images, C=self.channels, rows=rows, columns=columns,
            ),
            t(
                "A filter would need {r} rows of {c}, all channels of a place together; pooling keeps channels apart: "
                "it has {C} times as many rows.",
                "フィルターなら、全チャンネルをまとめた {c} 個の数が {r} 行です。"
                "プーリングはチャンネルごとに別々なので、行数は {C} 倍です。",
                r=r, c=c, C=self.channels,
            ),
            t(
                "The maxima, put back in shape, are the output of the pooling layer.",
                "行ごとの最大値を元の形に戻すと、プーリング層の出力と一致します。",
            )
            if same
            else t(
                "The maxima are not the output of the pooling layer.",
                "行ごとの最大値は、プーリング層の出力と一致しません。",
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """24 rows of 4; and for any sizes the layer's output."""
        I, J = self.places  # noqa: E741
        gap = np.abs(found.all("means") - found.all("average_layer")).max(axis=(1, 2, 3, 4))
        return [
            near(t("rows", "行数"), found["matrix"].shape[0], 24, evidence="A"),
            near(t("columns", "列数"), found["matrix"].shape[1], 4, evidence="A"),
            holds(
                t("rows = N·I·J·C, columns = window", "行数 = N·I·J·C、列数 = 窓の要素数"),
                found["matrix"].shape == (self.images * I * J * self.channels, self.pool**2),
                "A",
                law=True,
            ),
            holds(
                t("maxima of the rows = max pooling layer", "行ごとの最大値 = Max プーリング層"),
                (found.all("output") == found.all("max_layer")).all(axis=(1, 2, 3, 4)),
                "A",
                law=True,
            ),
            at_most(
                t("means of the rows − average pooling layer", "行ごとの平均 − Average プーリング層"),
                gap,
                1e-12,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """N7 7.4.4."""
        rows = found["matrix"].shape[0]
        r = int(found["convolution"][0])
        return [
            Question(
                t("How many rows does the matrix for pooling have?", "プーリング用の行列は何行になるでしょうか？"),
                t(
                    "The rows of the filter case times the channels: {r} · {C} = {rows}.",
                    "フィルターの場合の行数 × チャンネル数です：{r} · {C} = {rows}。",
                    r=r,
                    C=self.channels,
                    rows=rows,
                ),
            )
        ]
