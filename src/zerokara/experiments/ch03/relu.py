"""`relu`: what replaced the sigmoid."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch03.along_x import AlongX, slope
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, chart, percent, significant


@dataclass(frozen=True)
class ReluFunction(AlongX):
    """max(0, x); with a slope for negative x it is called leaky."""

    name = "relu"
    chapter = 3
    source = "Ch3 §3.2.7 relu; RYO"
    title = Text("The ReLU function", "ReLU 関数")
    question = Text("What replaced the sigmoid?", "シグモイド関数に代わって使われるようになったのは？")
    formula = (
        r"h(x) = \max(0,\ x) = \begin{cases} x & (x > 0) \\ 0 & (x \le 0) \end{cases} \qquad "
        r"h'(x) = \begin{cases} 1 & (x > 0) \\ 0 & (x \le 0) \end{cases}",
    )
    symbols = Text(
        "With a negative slope a the lower line is a·x (leaky ReLU).",
        "負側の傾き a を与えると、下の行は a·x になる（Leaky ReLU）。",
    )
    turns = (
        Turn(
            Text(
                "A leaky ReLU keeps a little slope on the negative side.",
                "Leaky ReLU は負の側にもわずかな傾きを残します。",
            ),
            {"negative_slope": 0.1},
        ),
    )

    negative_slope: float = knob(0.0, "slope of the negative side", "負の側の傾き", low=-10, high=10)

    def measure(self, lab: Lab) -> Arrays:
        """The curve and its slope."""
        x = self.x
        return {"x": x, "y": self._relu(Tensor(x)).data, "slope": slope(self._relu, x)}

    def _relu(self, x: Tensor) -> Tensor:
        return F.leaky_relu(x, self.negative_slope) if self.negative_slope else F.relu(x)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The curve and its slope."""
        x = found["x"]
        own = (self.low, self.high) == (-5, 5) and not self.negative_slope
        up = Axis("ReLU(x)", low=-1, high=5.5) if own else Axis("ReLU(x)")  # the book's, where it fits
        least, most = min(0.0, self.negative_slope), max(1.0, self.negative_slope)
        return [
            chart(
                "ReLU",
                [Line("ReLU(x)", x, found["y"])],
                Axis("x"),
                up,
                lang=t.lang,
            ),
            chart(
                t("Its slope", "その傾き"),
                [Line(t.word("slope"), x, found["slope"])],
                Axis("x"),
                Axis(t.word("slope"), low=least - 0.1, high=most + 0.1),
                lang=t.lang,
                note=t("By backpropagation.", "誤差逆伝播法による値。"),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How much passes, and with which slopes."""
        x, y = found["x"], found["y"]
        return [
            t(
                "{n} of {all} points pass unchanged; {zero} of the outputs are exactly 0.",
                "{all} 個の点のうち {n} 個はそのまま通り、出力の {zero} はちょうど 0 です。",
                n=int(((x > 0) & (y == x)).sum()),
                all=len(x),
                zero=percent(float((y == 0).mean())),
            ),
            t(
                "There are only {k} slopes, {list}: on the positive side it never becomes small, however large x is.",
                "傾きは {list} の {k} 通りしかありません。正の側では、x がどれだけ大きくても傾きは小さくなりません。",
                k=len(np.unique(found["slope"])),
                list=t(" and ", " と ").join(significant(float(s)) for s in np.unique(found["slope"])),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Exactly max(0, x), and two slopes."""
        x, y, a = found["x"].tolist(), found["y"], self.negative_slope
        exact = np.array([max(0.0, v) + a * min(0.0, v) for v in x])
        slopes = np.array([1.0 if v > 0 else a for v in x])
        what = "max(0, x)" if not a else "max(0, x) + a·min(0, x)"
        return [
            near(
                t("largest difference from {f}", "{f} との最大の差", f=what),
                np.abs(y - exact).max(),
                0,
                evidence="A",
                law=True,
            ),
            holds(
                t("slope 1 where x > 0, else {a}", "傾きは x > 0 で 1、それ以外で {a}", a=significant(a)),
                np.array_equal(found["slope"], slopes),
                "A",
                law=True,
            ),
            holds(t("no negative output", "負の出力はない"), (y >= 0).all(), "A"),
        ]
