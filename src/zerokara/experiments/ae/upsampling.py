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

WAYS = ((2, 2, 0, 0), (4, 2, 1, 0), (3, 2, 1, 0), (3, 2, 1, 1))
"""Rows of the filter, stride, padding, output padding."""


@dataclass(frozen=True)
class Upsampling(Experiment):
    """How often each pixel of a larger picture is touched by a transposed convolution; and what it is the "
    "transpose of.
    """

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
    turns = (Turn(Text("A larger picture.", "もっと大きな画像では？"), {"size": 7}),)
    shows = Shows.ALWAYS
    random = True
    quick = {"size": 4}

    size: int = knob(4, "rows and columns of the small picture", "小さい画像の行数と列数", low=2, high=32)

    def measure(self, lab: Lab) -> Arrays:
        """Touches of every output pixel, sizes, and both sides of the transpose's equation."""
        found: Arrays = {}
        sizes, sides = [], []
        for i, (k, s, p, o) in enumerate(WAYS):
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

    @staticmethod
    def _called(i: int, t: Tongue) -> str:
        k, s, p, o = WAYS[i]
        more = t(", output padding {o}", "、出力パディング {o}", o=o) if o else ""
        return t("k {k}, stride {s}, padding {p}{m}", "k {k}、ストライド {s}、パディング {p}{m}", k=k, s=s, p=p, m=more)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Touches as grids; sizes."""
        order = (2, 0, 1, 3)  # the chessboard first
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

    def _by_formula(self, i: int) -> int:
        k, s, p, o = WAYS[i]
        return (self.size - 1) * s - 2 * p + k + o

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Even or like a chessboard."""
        even: list[str] = []
        uneven: list[str] = []
        for i in range(len(WAYS)):
            (even if _inner(found[f"touched {i}"]) else uneven).append(self._called(i, t))
        return [
            t("Touched evenly inside: {a}.", "内側が均等に触れられるもの：{a}。", a=t.list(None, *even)),
            t(
                "Touched in a chessboard of 1, 2 and 4: {b}. A filter whose rows are no multiple of the stride "
                "overlaps "
                "itself unevenly.",
                "1・2・4 回の市松模様になるもの：{b}。フィルターの行数がストライドの倍数でないと、"
                "重なりが不均等になります。",
                b=t.list(None, *uneven),
            ),
        ]  # fmt: skip

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
            holds(t("k 2 and 4: even inside", "k 2 と 4：内側は均等"),
                  _inner(found["touched 0"]) and _inner(found["touched 1"]), "A", law=True),
            holds(t("k 3: 1-2-1-2", "k 3：1-2-1-2"), found["touched 2"][0, :4].tolist() == [1, 2, 1, 2], "A", law=True),
            at_most(t("⟨conv x, y⟩ − ⟨x, convT y⟩", "⟨conv x, y⟩ と ⟨x, convT y⟩ の差"), apart, 1e-10, "A", law=True),
        ]  # fmt: skip

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


def _inner(touched: object) -> bool:
    """Whether every pixel off the border is touched as often."""
    inside = np.asarray(touched)[1:-1, 1:-1]
    return bool(inside.min() == inside.max())
