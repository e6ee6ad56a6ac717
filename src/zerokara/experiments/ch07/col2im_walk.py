"""`col2im-walk`: col2im is no inverse of im2col, it adds."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch07.windows import covered, expect_fit
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.kernels import col2im, im2col
from zerokara.report import Grid, Text, grids, significant

DRAWN = 9
"""At most so many steps are drawn."""

Window = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Col2imWalk(Experiment):
    """Windows are cut out of a picture of ones and added back where they came from: every cell counts its windows."""

    name = "col2im-walk"
    chapter = 7
    source = "DR 6-5-6; Ch7 §7.4"
    title = Text("col2im, step by step", "col2im を一歩ずつ")
    question = Text("Is col2im the inverse of im2col?", "col2im は im2col の逆変換か？")
    formula = (
        r"\langle \text{im2col}(x),\ y \rangle = \langle x,\ \text{col2im}(y) \rangle",
        r"\text{col2im}(\text{im2col}(x)) = \text{count} \cdot x",
    )
    symbols = Text(
        "⟨a, b⟩ is the sum of the products a·b; count: how many windows a cell lies in.",
        "⟨a, b⟩ は要素ごとの積の和。count は各要素が入る窓の数。",
    )
    random = True
    turns = (
        Turn(
            Text(
                "A filter of 3: the middle lies in nine windows.", "フィルターが 3×3 だと、中央は 9 個の窓に入ります。"
            ),
            {"size": 6, "filter_size": 3},
        ),
    )

    size: int = knob(4, "rows and columns of the picture", "画像の行数・列数", low=1, high=10)
    filter_size: int = knob(2, "F: rows and columns of the filter", "F：フィルターの行数・列数", low=1, high=10)
    strides: tuple[int, ...] = knob((1, 2, 1), "S: strides, one a case", "S：ストライド（場合ごと）", low=1, high=10)
    paddings: tuple[int, ...] = knob((0, 0, 1), "P: paddings, one a case", "P：パディング（場合ごと）", low=0, high=5)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.strides) != len(self.paddings):
            raise ValueError(
                f"every case has a stride and a padding; got {len(self.strides)} strides, {len(self.paddings)} paddings"
            )
        for S, P in zip(self.strides, self.paddings, strict=True):
            expect_fit(self.size, self.filter_size, S, P)

    def _window(self, k: int) -> Window:
        F, S, P = self.filter_size, self.strides[k], self.paddings[k]
        return (F, F), (S, S), (P, P), (1, 1)

    def measure(self, lab: Lab) -> Arrays:
        """The counts of every case, the steps of the first, and the two inner products."""
        ones = np.ones((1, 1, self.size, self.size))
        found: Arrays = {"steps": self._steps(ones)}
        products, back = [], []
        for k in range(len(self.strides)):
            window = self._window(k)
            found[f"count.{k}"] = col2im(im2col(ones, *window), ones.shape, *window)[0, 0]
            x = lab.rng("x", k).normal(size=(2, 3, self.size, self.size))
            col = im2col(x, *window)
            y = lab.rng("y", k).normal(size=col.shape)
            products.append(((col * y).sum(), (x * col2im(y, x.shape, *window)).sum(), np.abs(col * y).sum()))
            back.append(np.abs(col2im(col, x.shape, *window) - found[f"count.{k}"] * x).max())
        return {**found, "products": np.array(products), "back": np.array(back)}

    def _steps(self, ones: Array) -> Array:
        """The sum so far, after each window of the first case was added back."""
        window = self._window(0)
        col = im2col(ones, *window)
        steps = []
        for n in range(col.shape[1] * col.shape[2]):
            only = np.arange(col.shape[1] * col.shape[2]).reshape(1, *col.shape[1:3], 1, 1, 1) <= n
            steps.append(col2im(col * only, ones.shape, *window)[0, 0])
        return np.array(steps)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The counts, and the first case step by step."""
        ones = np.ones((self.size, self.size), int)
        cases: list[list[Grid | str]] = [
            [
                Grid(ones, t("ones", "すべて 1")),
                "→ im2col → col2im →",
                Grid(found[f"count.{k}"].astype(int), self._case(k, t)),
            ]
            for k in range(len(self.strides))
        ]
        steps = found["steps"]
        places = expect_fit(self.size, self.filter_size, self.strides[0], self.paddings[0])
        S, P = self.strides[0], self.paddings[0]
        walk = []
        for n, step in enumerate(steps[:DRAWN]):
            i, j = divmod(n, places)
            whole = covered((self.size + 2 * P,) * 2, (i * S, j * S), (self.filter_size,) * 2)
            mask = whole[P : P + self.size, P : P + self.size]
            walk.append(Grid(step.astype(int), t("window {n}", "窓 {n}", n=n + 1), mask))
        return [
            grids(t("There and back", "行って戻る"), cases, lang=t.lang),
            grids(
                t("{case}: windows are added back", "{case}：窓を足し戻す", case=self._case(0, t)),
                walk,
                lang=t.lang,
                note=t("The sum after each window.", "窓を 1 つ足すごとの途中経過。")
                + (
                    t(" The first {n} of {all}.", "最初の {n} 個（全 {all} 個）。", n=DRAWN, all=len(steps))
                    if len(steps) > DRAWN
                    else ""
                ),
            ),
        ]

    def _case(self, k: int, t: Tongue) -> str:
        return t("stride {S}, padding {P}", "ストライド {S}、パディング {P}", S=self.strides[k], P=self.paddings[k])

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How often the cells were added, case by case; what it is instead of an inverse."""
        told = []
        for k in range(len(self.strides)):
            low, high = int(found[f"count.{k}"].min()), int(found[f"count.{k}"].max())
            told.append(
                t(
                    "{case}: every cell comes back {n} times.",
                    "{case}：どの要素も {n} 倍になって戻ります。",
                    case=self._case(k, t),
                    n=low,
                )
                if low == high != 1
                else t(
                    "{case}: every cell comes back as it was.",
                    "{case}：どの要素も元のまま戻ります。",
                    case=self._case(k, t),
                )
                if low == high
                else t(
                    "{case}: cells come back {low} to {high} times.",
                    "{case}：要素は {low}〜{high} 倍になって戻ります。",
                    case=self._case(k, t),
                    low=low,
                    high=high,
                )
            )
        gap = self._gaps(found).max()
        return [
            *told,
            t(
                "col2im is the transpose of im2col: both inner products agree to {gap} (relative). That is what the "
                "gradient needs: a cell that was used several times gets all of their gradients, by += and not by =.",
                "col2im は im2col の転置です。2 つの内積は相対誤差 {gap} で一致します。"
                "勾配に必要なのもこれで、何度も使われた要素には、そのすべての勾配が（= ではなく += で）届きます。",
                gap=significant(float(gap), 2),
            )
            if gap < 1e-9
            else t(
                "The two inner products differ by {gap}: col2im is not the transpose of im2col.",
                "2 つの内積が {gap} 異なり、col2im は im2col の転置になっていません。",
                gap=significant(float(gap), 2),
            ),
        ]

    def _gaps(self, found: Found) -> Array:
        products = found.all("products")
        gaps: Array = np.abs(products[..., 0] - products[..., 1]) / np.maximum(products[..., 2], 1e-300)
        return gaps

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The counts of the notes, and the law of the transpose."""
        first = [[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]]
        expected = (first, np.ones((4, 4)), np.full((4, 4), 4))
        told = (
            t("rows 1 2 2 1 / 2 4 4 2 / 2 4 4 2 / 1 2 2 1", "各行は 1 2 2 1 / 2 4 4 2 / 2 4 4 2 / 1 2 2 1"),
            t("all 1", "すべて 1"),
            t("all 4", "すべて 4"),
        )
        checks = [
            holds(f"{self._case(k, t)}: {told[k]}", np.array_equal(found[f"count.{k}"], expected[k]), "A, C")
            for k in range(min(3, len(self.strides)))
        ]
        return [
            *checks,
            at_most(
                t("⟨im2col x, y⟩ − ⟨x, col2im y⟩, relative", "⟨im2col x, y⟩ − ⟨x, col2im y⟩（相対値）"),
                self._gaps(found).max(axis=1),
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("col2im(im2col x) − count · x, the largest", "col2im(im2col x) − count · x の最大値"),
                found.all("back").max(axis=1),
                1e-12,
                "A",
                law=True,
            ),
        ]
