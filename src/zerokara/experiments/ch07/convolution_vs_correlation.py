"""`convolution-vs-correlation`: what the layers compute, and what mathematicians call convolution."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch07.windows import covered, so_far, square
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Grid, Line, Text, grids, line_chart, significant

STEPS = 8
"""At most so many places are drawn."""


@dataclass(frozen=True)
class ConvolutionVsCorrelation(Experiment):
    """Both slide, multiply and add up; the mathematicians' convolution turns the filter round before.

    The layers of all libraries compute the cross-correlation and call it convolution. A learned filter does not mind:
    it is learned the way round in which it is used.
    """

    name = "convolution-vs-correlation"
    chapter = 7
    source = "RYO (用語: 畳み込み); Ch7 §7.2.2"
    title = Text("Convolution and cross-correlation", "畳み込みと相互相関")
    question = Text("Is it the mathematicians' convolution?", "数学でいう畳み込みと同じものか？")
    formula = (
        r"y_i = \sum_p x_{i+p}\; w_p",
        r"(x * w)_i = \sum_p x_{i+p}\; w_{P-1-p}",
    )
    symbols = Text(
        "First the cross-correlation, then the convolution, of a signal x and a filter w of P numbers, at the places "
        "where the whole filter fits.",
        "1 行目は相互相関、2 行目は畳み込み。x は信号、w は P 個の数からなるフィルター。"
        "フィルター全体が収まる位置だけを数えます。",
    )
    turns = (
        Turn(
            Text(
                "With a filter that is the same from both ends there is no difference.",
                "左右対称なフィルターでは違いがなくなります。",
            ),
            {"kernel": (1.0, 2.0, 1.0)},
        ),
    )

    signal: tuple[float, ...] = knob(
        (0.0, 0.0, 1.0, 3.0, 3.0, 3.0, 1.0, 0.0, 2.0, 0.0),
        "the signal of one axis",
        "1 次元の信号",
        low=-1e6,
        high=1e6,
    )
    kernel: tuple[float, ...] = knob((1.0, 2.0, -1.0), "its filter", "そのフィルター", low=-1e6, high=1e6)
    filter: tuple[float, ...] = knob(
        (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0),
        "the filter of two axes, row by row",
        "2 次元のフィルター（行ごと）",
        low=-1e6,
        high=1e6,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        w = square(self.filter, "filter")
        if len(self.kernel) > len(self.signal) or len(w) > 7:
            raise ValueError(
                f"the kernel may not be longer than the signal, nor the filter have more than 7 rows; got a kernel of "
                f"{len(self.kernel)}, a signal of {len(self.signal)} and a filter of {len(w)} rows"
            )

    def measure(self, lab: Lab) -> Arrays:
        """The layer with the filter as it is and turned round, beside NumPy's convolution and the definition."""
        x, w = np.array(self.signal), np.array(self.kernel)
        w2 = square(self.filter, "filter")
        dot = np.zeros((2 * len(w2) - 1,) * 2)
        dot[len(w2) - 1, len(w2) - 1] = 1
        return {
            "layer": _layer(x[None], w[None])[0],
            "flipped": _layer(x[None], w[None, ::-1])[0],
            "numpy": np.convolve(x, w, "valid"),
            "dot": dot,
            "dot.layer": _layer(dot, w2),
            "dot.flipped": _layer(dot, w2[::-1, ::-1]),
            "dot.stamped": _stamped(dot, w2),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both ways step by step, their outputs, and what becomes of a single point."""
        w, w2, dot = np.array(self.kernel), square(self.filter, "filter"), found["dot"]
        places = np.arange(len(found["layer"]))
        return [
            self._walk(t("Correlation: what a layer does", "相互相関：層がしていること"), w, found["layer"], t),
            self._walk(
                t("Convolution: the filter is turned round first", "畳み込み：先にフィルターを反転する"),
                w[::-1],
                found["flipped"],
                t,
            ),
            line_chart(
                t("Both outputs", "2 つの出力"),
                [
                    Line(t("correlation", "相互相関"), places, found["layer"]),
                    Line(t("convolution", "畳み込み"), places, found["numpy"]),
                ],
                Axis(t.word("position"), whole=True),
                Axis(t.word("output")),
                lang=t.lang,
            ),
            grids(
                t("What becomes of a single point", "1 つの点はどうなるか"),
                [
                    [
                        Grid(dot, t("a point", "1 つの点"), dot != 0),
                        "·",
                        Grid(w2, t.word("filter")),
                        "→",
                        Grid(found["dot.layer"], t("correlation: turned round", "相互相関：反転して現れる")),
                    ],
                    [
                        Grid(dot, t("a point", "1 つの点"), dot != 0),
                        "·",
                        Grid(w2[::-1, ::-1], t("filter turned round", "反転したフィルター")),
                        "→",
                        Grid(found["dot.flipped"], t("convolution: as it is", "畳み込み：そのまま現れる")),
                    ],
                ],
                lang=t.lang,
                note=t(
                    "Convolution stamps the filter onto every point of the picture.",
                    "畳み込みは、画像の各点にフィルターを「スタンプ」のように押していく演算です。",
                ),
            ),
        ]

    def _walk(self, title: str, w: Array, y: Array, t: Tongue) -> Piece:
        x = np.array(self.signal)
        rows: list[list[Grid | str]] = [
            [
                Grid(x, t("signal", "信号") if i == 0 else "", covered((1, len(x)), (0, i), (1, len(w)))),
                "·",
                Grid(w, t.word("filter") if i == 0 else ""),
                "→",
                Grid(so_far(y, i + 1), t.word("output") if i == 0 else "", covered((1, len(y)), (0, i), (1, 1))),
            ]
            for i in range(min(len(y), STEPS))
        ]
        return grids(title, rows, lang=t.lang)

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Which of the two a layer is, and by how much they differ."""
        gap = float(np.abs(found["layer"] - found["numpy"]).max())
        same = float(np.abs(found["flipped"] - found["numpy"]).max())
        turned = np.array_equal(found["dot.layer"], square(self.filter, "filter")[::-1, ::-1])
        return [
            t(
                "The layer's output and NumPy's convolution differ by up to {gap}.",
                "層の出力と NumPy の畳み込みの差は最大 {gap} です。",
                gap=significant(gap),
            )
            if gap
            else t(
                "The layer's output is NumPy's convolution: this filter is the same turned round.",
                "層の出力は NumPy の畳み込みと一致します。このフィルターは反転しても同じだからです。",
            ),
            t(
                "With the filter turned round the largest difference is {same}: the layer computes the "
                "cross-correlation.",
                "フィルターを反転して層に渡すと、差は最大 {same} です。層が計算しているのは相互相関です。",
                same=significant(same),
            ),
            t(
                "A single point becomes the filter turned round by 180° under the layer{so}.",
                "層に 1 つの点を入力すると、180° 回転したフィルターが{so}。",
                so=t("", "現れます") if turned else t(": not here", "現れるはずですが、ここでは異なりました"),
            ),
            t(
                "For learning it makes no difference: the filter is learned the way round in which it is used.",
                "学習には影響しません。フィルターは、使われる向きのまま学習されるからです。",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Flipped it is np.convolve exactly; in two axes it is the definition."""
        size = max(1.0, float(np.abs(self.signal).max() * np.abs(self.kernel).sum()))
        exact = np.array_equal(found["flipped"], found["numpy"])
        away = np.abs(found["flipped"] - found["numpy"]).max() / size
        w2 = square(self.filter, "filter")
        stamped = np.abs(found["dot.flipped"] - found["dot.stamped"]).max() / max(1.0, float(np.abs(w2).max()))
        return [
            holds(
                t("with the filter turned round it equals np.convolve exactly", "反転すると np.convolve と完全に一致"),
                exact,
                "A",
            ),
            at_least(
                t("largest difference without turning it", "反転しない場合の差の最大値"),
                np.abs(found["layer"] - found["numpy"]).max(),
                1,
                "A",
            ),
            at_most(
                t("one axis: difference from np.convolve, relative", "1 次元：np.convolve との差（相対値）"),
                away,
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t(
                    "two axes: difference from stamping the filter, relative",
                    "2 次元：フィルターを押していく定義との差（相対値）",
                ),
                stamped,
                1e-12,
                "A",
                law=True,
            ),
            holds(
                t("the layer turns a point into the turned filter", "層は 1 つの点を反転したフィルターに変える"),
                np.array_equal(found["dot.layer"], w2[::-1, ::-1]),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """RYO's question on the word."""
        terms = " + ".join(
            f"{significant(x)}·{significant(w) if w >= 0 else f'({significant(w)})'}"
            for x, w in zip(self.signal, self.kernel, strict=False)
        )
        return [
            Question(
                t("Does 畳み込み (“folding in”) fold anything?", "「畳み込み」は何かを畳んでいるのでしょうか？"),
                t(
                    "No: it slides, multiplies and adds up. The first output here is {terms} = {y}.",
                    "いいえ。ずらしながら掛けて足し合わせます。ここでの最初の出力は {terms} = {y} です。",
                    terms=terms,
                    y=significant(float(found["layer"][0])),
                ),
            )
        ]


def _layer(x: Array, w: Array) -> Array:
    """What F.conv2d makes of one picture and one filter, (H, W) and (P, Q)."""
    y: Array = F.conv2d(Tensor(x[None, None]), Tensor(np.ascontiguousarray(w)[None, None])).data[0, 0]
    return y


def _stamped(x: Array, w: Array) -> Array:
    """The definition of convolution: every point adds the filter times its value; only where the whole filter fits."""
    (H, W), (P, Q) = x.shape, w.shape
    full = np.zeros((H + P - 1, W + Q - 1))
    for i, j in np.ndindex(x.shape):
        full[i : i + P, j : j + Q] += x[i, j] * w
    return full[P - 1 : H, Q - 1 : W]
