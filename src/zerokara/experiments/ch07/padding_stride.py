"""`padding-stride`: what padding and stride change."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch07.windows import covered, expect_fit
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.kernels import col2im, im2col
from zerokara.nn import Conv2d
from zerokara.report import Axis, Grid, Text, grids, heat_map


@dataclass(frozen=True)
class PaddingStride(Experiment):
    """Every padding with every stride: how large the output is, and which pixels are seen how often.

    Picture and filter hold ones only, so every output is the number of real pixels under its window.
    """

    name = "padding-stride"
    chapter = 7
    source = "Ch7 §7.2.3–4; DR 6-5-2, 6-5-3; N7"
    title = Text("Padding and stride", "パディングとストライド")
    question = Text("What do padding and stride change?", "パディングとストライドは何を変えるか？")
    formula = (r"I = \left\lfloor \frac{H + 2P - F}{S} \right\rfloor + 1",)
    symbols = Text(
        "H: rows of the picture, F: of the filter, P: padding, S: stride, I: rows of the output.",
        "H：画像の行数、F：フィルターの行数、P：パディング、S：ストライド、I：出力の行数。",
    )
    turns = (
        Turn(
            Text(
                "A filter of 5 keeps the size with padding 2.",
                "フィルターが 5×5 なら、パディング 2 でサイズが保たれます。",
            ),
            {"filter_size": 5},
        ),
        Turn(
            Text(
                "A stride larger than the filter leaves holes.",
                "ストライドがフィルターより大きいと、見られない画素が出ます。",
            ),
            {"strides": (1, 3, 4)},
        ),
    )

    size: int = knob(7, "rows and columns of the picture", "画像の行数・列数", low=1, high=12)
    filter_size: int = knob(3, "rows and columns of the filter", "フィルターの行数・列数", low=1, high=12)
    paddings: tuple[int, ...] = knob((0, 1, 2), "paddings", "パディング", low=0, high=3)
    strides: tuple[int, ...] = knob((1, 2, 3), "strides", "ストライド", low=1, high=12)

    def __post_init__(self) -> None:
        super().__post_init__()
        expect_fit(self.size, self.filter_size, 1, min(self.paddings))

    def measure(self, lab: Lab) -> Arrays:
        """A layer of ones for every pair, and how often its windows touch every pixel, those of the padding too."""
        found: Arrays = {}
        ones = np.ones((1, 1, self.size, self.size))
        for S, P in self._pairs():
            layer = Conv2d(1, 1, self.filter_size, stride=S, padding=P, bias=False, dtype=np.float64)
            layer.weight.data[...] = 1
            found[f"{S}.{P}.output"] = layer(Tensor(ones)).data[0, 0]
            found[f"{S}.{P}.used"] = self._used(S, P)
        return found

    def _used(self, S: int, P: int) -> Array:
        padded = np.ones((1, 1, self.size + 2 * P, self.size + 2 * P))
        window = (self.filter_size,) * 2, (S, S), (0, 0), (1, 1)
        counts: Array = col2im(im2col(padded, *window), padded.shape, *window)[0, 0]
        return counts

    def _pairs(self) -> Iterator[tuple[int, int]]:
        for S in self.strides:
            for P in self.paddings:
                yield S, P

    def _real(self, P: int) -> Array:
        """A mask of the padded picture: true where the picture is."""
        padded = self.size + 2 * P
        return covered((padded, padded), (P, P), (self.size, self.size))

    def _sizes(self, found: Found) -> Array:
        sizes = [[len(found[f"{S}.{P}.output"]) for P in self.paddings] for S in self.strides]
        return np.array(sizes)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """How often each pixel is used, what each output sees, and all sizes."""
        used, seen = [], []
        for S in self.strides:
            used.append([self._used_grid(found, S, P, t) for P in self.paddings])
            seen.append([Grid(found[f"{S}.{P}.output"].astype(int), self._caption(S, P, t)) for P in self.paddings])
        return [
            heat_map(
                t("Rows of the output", "出力の行数"),
                self._sizes(found),
                [str(S) for S in self.strides],
                [str(P) for P in self.paddings],
                Axis(t("rows", "行数"), low=0),
                row_name=t.word("stride"),
                column_name=t.word("padding"),
                lang=t.lang,
            ),
            grids(
                t("How many windows use each pixel", "各画素を使う窓の数"),
                used,
                lang=t.lang,
                note=t(
                    "Outlined: the first window. Dashed: the padding.",
                    "実線の枠：最初の窓。破線の枠：パディング。",
                ),
            ),
            grids(
                t("The outputs: real pixels under each window", "出力：各窓に入る画像の画素数"),
                seen,
                lang=t.lang,
                note=t(
                    "With padding, windows at the border see fewer real pixels.",
                    "パディングがあると、端の窓に入る画像の画素は少なくなります。",
                ),
            ),
        ]

    def _used_grid(self, found: Found, S: int, P: int, t: Tongue) -> Grid:
        counts = found[f"{S}.{P}.used"].astype(int)
        window = covered(counts.shape, (0, 0), (self.filter_size,) * 2)
        return Grid(counts, self._caption(S, P, t), window, ~self._real(P) if P else None)

    def _caption(self, S: int, P: int, t: Tongue) -> str:
        size = expect_fit(self.size, self.filter_size, S, P)
        return t("stride {S}, padding {P}: {I}×{I}", "ストライド {S}、パディング {P}：{I}×{I}", S=S, P=P, I=size)

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What keeps the size, what halves it, what is left out, and what the padding costs."""
        kept = [
            t("stride {S}, padding {P}", "ストライド {S}・パディング {P}", S=S, P=P)
            for S, P in self._pairs()
            if len(found[f"{S}.{P}.output"]) == self.size
        ]
        missed = {
            (S, P): int(np.count_nonzero((found[f"{S}.{P}.used"] == 0) & self._real(P))) for S, P in self._pairs()
        }
        left = [
            t(
                "stride {S}, padding {P}: {n} pixels",
                "ストライド {S}・パディング {P} で {n} 画素",
                S=S,
                P=P,
                n=missed[S, P],
            )
            for S, P in self._pairs()
            if missed[S, P]
        ]
        S, P = self.strides[0], max(self.paddings)
        corner, middle = found[f"{S}.{P}.output"][0, 0], found[f"{S}.{P}.output"].max()
        sizes = self._sizes(found)
        return [
            t("The size stays with {kept}.", "サイズが変わらないのは、{kept} のときです。", kept=t.list(None, *kept))
            if kept
            else t("None of these pairs keeps the size.", "この中に、サイズが保たれる組はありません。"),
            t(
                "Padding makes the output larger, stride makes it smaller: from {least}×{least} to {most}×{most}.",
                "パディングは出力を大きくし、ストライドは小さくします（{least}×{least} から {most}×{most} まで）。",
                least=int(sizes.min()),
                most=int(sizes.max()),
            ),
            t(
                "Some pixels no window looks at: {left}.",
                "どの窓にも入らない画素があります：{left}。",
                left=t.list(None, *left),
            )
            if left
            else t("Every pixel is seen by some window.", "どの画素も、いずれかの窓に入ります。"),
            t(
                "With stride {S} and padding {P}, real pixels under the window at the corner: {a}, in the middle: {b}.",
                "ストライド {S}・パディング {P} では、隅の窓に入る画像の画素は {a} 個、中央の窓では {b} 個です。",
                S=S,
                P=P,
                a=int(corner),
                b=int(middle),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The formula for every pair; "same"; and both ways of counting agree."""
        F = self.filter_size
        sizes = {(S, P): len(found[f"{S}.{P}.output"]) for S, P in self._pairs()}
        formula = [size == (self.size + 2 * P - F) // S + 1 for (S, P), size in sizes.items()]
        same = [sizes[S, P] == self.size for S, P in sizes if S == 1 and 2 * P == F - 1]
        counted = [
            found[f"{S}.{P}.used"][self._real(P)].sum() - found[f"{S}.{P}.output"].sum() for S, P in self._pairs()
        ]
        return [
            near("7, F = 3, S = 2, P = 0", sizes.get((2, 0), -1), 3, evidence="A"),
            near("7, F = 3, S = 1, P = (F − 1)/2 = 1", sizes.get((1, 1), -1), 7, evidence="A"),
            holds(
                t(
                    "stride 1, padding (F − 1)/2: the size stays",
                    "ストライド 1、パディング (F − 1)/2 でサイズが保たれる",
                ),
                all(same),
                "A",
                law=True,
            ),
            holds(t("every size is that of the formula", "どのサイズも式どおり"), all(formula), "A", law=True),
            near(
                t(
                    "pixels counted by windows − windows counted by pixels, the largest",
                    "窓ごとに数えた画素数 − 画素ごとに数えた窓の数（最大）",
                ),
                np.abs(counted).max(),
                0,
                evidence="A",
                law=True,
            ),
        ]
