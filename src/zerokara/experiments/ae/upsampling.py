"""`upsampling`: how does a picture grow back?"""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.nn import ConvTranspose2d
from zerokara.report import Cell, Grid, Table, Text, grids, significant

BOARD = (3, 2, 1, 0)
"""Rows of the filter, stride, padding, output padding: of the layer that makes a chessboard."""


@dataclass(frozen=True)
class Upsampling(Experiment):
    """How often each pixel of a larger picture is touched by transposed convolutions; what they are transposes of."""

    name = "upsampling"
    chapter = "ae"
    source = "V3 s59; ONNX"
    title = Text("Transposed convolution", "転置畳み込み")
    question = Text("How does a picture grow back?", "小さくした画像は、どうやって大きくなるのか？")
    formula = (
        r"H' = (H - 1)\, s - 2 p + k + o",
        r"\langle \operatorname{conv}(x), y \rangle = \langle x, \operatorname{conv}^\top(y) \rangle",
    )
    symbols = Text(
        "k: rows of the filter, s: stride, p: padding, o: output padding; ⟨a, b⟩: the sum of all products.",
        "k：フィルターの行数、s：ストライド、p：パディング、o：出力パディング、⟨a, b⟩：対応する要素の積の和。",
    )
    turns = (
        Turn(Text("A larger picture.", "もっと大きな画像では？"), {"size": 7}),
        Turn(
            Text("A stride of 3: which filters are even?", "ストライド 3 で均等なのは？"),
            {"k": (3, 4, 6), "s": (3,), "p": (0,), "o": (0,)},
        ),
    )
    shows = Shows.ALWAYS
    random = True
    quick = {"size": 4}

    size: int = knob(4, "rows and columns of the small picture", "小さい画像の行数と列数", low=2, high=32)
    k: tuple[int, ...] = knob((2, 4, 3, 3), "rows of the filters", "フィルターの行数 k", low=1, high=16)
    s: tuple[int, ...] = knob((2,), "strides, or one for all", "ストライド s（1 つなら共通）", low=1, high=8)
    p: tuple[int, ...] = knob((0, 1, 1, 1), "paddings, or one for all", "パディング p（1 つなら共通）", low=0, high=8)
    o: tuple[int, ...] = knob(
        (0, 0, 0, 1), "output paddings, or one for all", "出力パディング o（1 つなら共通）", low=0, high=7
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("s", "p", "o"):
            count = len(getattr(self, name))
            if count not in (1, len(self.k)):
                raise ValueError(f"{name} has one value, or one for each of the {len(self.k)} filters; got {count}")
        for k, s, p, o in self._ways:
            if o >= s or (self.size - 1) * s - 2 * p + k + o < 1:
                layer = f"k {k}, stride {s}, padding {p}, output padding {o}"
                least = "an output padding below its stride" if o >= s else f"something left of {self.size} rows"
                raise ValueError(f"a transposed convolution has {least}; got {layer}")

    @property
    def _ways(self) -> list[tuple[int, int, int, int]]:
        """k, s, p, o of each layer."""
        count = len(self.k)
        s, p, o = (values * count if len(values) == 1 else values for values in (self.s, self.p, self.o))
        return list(zip(self.k, s, p, o, strict=True))

    def measure(self, lab: Lab) -> Arrays:
        """Touches of every output pixel, sizes, and both sides of the transpose's equation."""
        found: Arrays = {}
        sizes, sides = [], []
        for i, (k, s, p, o) in enumerate(self._ways):
            layer = ConvTranspose2d(1, 1, k, s, p, o, bias=False, dtype=np.float64)
            layer.weight.data[...] = 1
            touched = layer(np.ones((1, 1, self.size, self.size))).data[0, 0]
            found[f"touched {i}"] = touched
            sizes.append(touched.shape[0])
            rng = lab.rng("transpose", i)
            w = rng.standard_normal((3, 2, k, k))
            x = rng.standard_normal((1, 2, *touched.shape))
            small = F.conv2d(x, w, stride=s, padding=p).data
            y = rng.standard_normal(small.shape)
            large = F.conv_transpose2d(y, w, stride=s, padding=p, output_padding=o).data
            sides.append([np.sum(small * y), np.sum(x[..., : large.shape[2], : large.shape[3]] * large)])
        nearest = F.interpolate(np.ones((1, 1, self.size, self.size)), scale_factor=2).data
        repeated = F.conv2d(nearest, np.ones((1, 1, 3, 3)), padding=1).data[0, 0]
        return {**found, "sizes": np.array(sizes), "sides": np.array(sides), "nearest": repeated}

    def _called(self, i: int, t: Tongue) -> str:
        k, s, p, o = self._ways[i]
        more = t(", output padding {o}", "、出力パディング {o}", o=o) if o else ""
        return t("k {k}, stride {s}, padding {p}{m}", "k {k}、ストライド {s}、パディング {p}{m}", k=k, s=s, p=p, m=more)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Touches as grids; sizes."""
        order = sorted(range(len(self._ways)), key=lambda i: self._ways[i] != BOARD)  # the chessboard first
        shown = [Grid(found[f"touched {i}"], self._called(i, t)) for i in order]
        shown.append(
            Grid(found["nearest"], t("nearest × 2, then k 3, padding 1", "最近傍で 2 倍、次に k 3、パディング 1"))
        )
        heads = [t("layer", "層"), t("size", "大きさ"), t("by the formula", "式による値")]
        body: list[list[Cell]] = [
            [self._called(i, t), f"{self.size} → {int(n)}", self._by_formula(i)] for i, n in enumerate(found["sizes"])
        ]
        title = t("How often each pixel is touched", "各画素が触れられる回数")
        return [*(grids(title, [one], lang=t.lang) for one in shown), Table(heads, body)]

    def _even(self, found: Found, i: int) -> bool:
        """Whether all pixels are touched as often that no border is in reach of, if there are such."""
        k, s, p, _ = self._ways[i]
        inside = slice(max(0, k - s - p), max(0, self.size * s - p))
        touched = found[f"touched {i}"][inside, inside]
        return bool(np.ptp(touched) == 0) if touched.size else True

    def _by_formula(self, i: int) -> int:
        k, s, p, o = self._ways[i]
        return (self.size - 1) * s - 2 * p + k + o

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Even or like a chessboard."""
        even: list[str] = []
        uneven: list[str] = []
        for i in range(len(self._ways)):
            (even if self._even(found, i) else uneven).append(self._called(i, t))
        counts = sorted({int(n) for i in range(len(self._ways)) for n in np.unique(found[f"touched {i}"]) if n})
        told = []
        if even:
            told.append(t("Touched evenly inside: {a}.", "内側が均等に触れられるもの：{a}。", a=t.list(None, *even)))
        if uneven:
            told.append(
                t(
                    "Touched unevenly, like a chessboard: {b}. A filter whose rows are no multiple of the stride "
                    "overlaps itself unevenly.",
                    "市松模様のように不均等なもの：{b}。フィルターの行数がストライドの倍数でないと、"
                    "重なりが不均等になります。",
                    b=t.list(None, *uneven),
                )
            )
        counted = t("Pixels are touched {n} times.", "触れられる回数は {n} 回です。", n=t.list(None, *counts))
        return [*told, counted]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Sizes by the formula; even or not; the transpose."""
        left, right = found["sides"].T
        apart = float(np.abs(left - right).max())
        return [
            *(
                near(
                    t("rows with {w}", "{w} の行数", w=self._called(i, t)),
                    int(n), self._by_formula(i), 0, "A", law=True,
                )
                for i, n in enumerate(found["sizes"])
            ),
            *self._known(found, t),
            at_most(t("⟨conv x, y⟩ − ⟨x, convT y⟩", "⟨conv x, y⟩ と ⟨x, convT y⟩ の差"), apart, 1e-10, "A", law=True),
        ]  # fmt: skip

    def _known(self, found: Found, t: Tongue) -> list[Check]:
        """Layers with k a multiple of s are even inside; k 3, s 2, p 1 makes a chessboard."""
        rows = []
        for i, (k, s, _, _) in enumerate(self._ways):
            if k % s == 0:
                what = t("{w}: even inside", "{w}：内側は均等", w=self._called(i, t))
                rows.append(holds(what, self._even(found, i), "A", law=True))
            elif self._ways[i] == BOARD:
                first = found[f"touched {i}"][0, :4].tolist()
                board = first == [1, 2, 1, 2][: len(first)]
                rows.append(holds(t("k 3: 1-2-1-2", "k 3：1-2-1-2"), board, "A", law=True))
        return rows

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """A size."""
        layer = ConvTranspose2d(1, 1, 4, 2, 1)
        rows = layer(np.zeros((1, 1, 7, 7), np.float32)).shape[2]
        return [
            Question(
                t("How large is the output of k 4, stride 2, padding 1 on 7×7?",
                  "7×7 に k 4、ストライド 2、パディング 1 の転置畳み込みを施すと？"),
                t("(7 − 1)·2 − 2 + 4 = {n}.", "(7 − 1)·2 − 2 + 4 = {n}。", n=significant(rows, 2)),
            )
        ]  # fmt: skip
