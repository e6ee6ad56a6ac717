"""`sigmoid-derivative`: how large the slope of the sigmoid can be."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch05.graphs import leaf
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Points, Text, chart, significant

CHOICES = (0.15, 0.25, 0.35, 0.45)
"""What DR 6-1-2 offers."""


@dataclass(frozen=True)
class SigmoidDerivative(Experiment):
    """σ′(u) = σ(u)(1 − σ(u)) is greatest at 0, where it is (1 − ½)·½."""

    name = "sigmoid-derivative"
    chapter = 5
    source = "DR 6-1-2"
    title = Text("The slope of the sigmoid", "シグモイド関数の微分")
    question = Text("How large can σ′ be?", "σ′ はどこまで大きくなるか？")
    formula = (
        r"\sigma(u) = \frac{1}{1 + e^{-a u}}, \qquad \sigma'(u) = a\,\sigma(u)\,\bigl(1 - \sigma(u)\bigr)",
        r"\max_u \sigma'(u) = \sigma'(0) = a \left(1 - \tfrac 1 2\right) \tfrac 1 2 = \tfrac a 4",
    )
    symbols = Text("a is the gain, 1 for the ordinary sigmoid.", "a はゲイン。普通のシグモイド関数では 1 です。")
    turns = (
        Turn(
            Text("With gain 4 the greatest slope is 1.", "ゲインを 4 にすると、最大の傾きは 1 になります。"),
            {"gain": 4.0},
        ),
    )

    gain: float = knob(1.0, "gain a in σ(a·u)", "σ(a·u) のゲイン a", low=1e-3, high=100)
    side: float = knob(6.0, "u from −side to side", "u の範囲 −side ～ side", low=0.1, high=100)
    points: int = knob(2401, "points of the grid", "格子点の数", low=3, high=1_000_001)
    layers: int = knob(6, "layers one behind the other", "重ねる層の数", low=1, high=1000)

    def measure(self, lab: Lab) -> Arrays:
        """σ and σ′ on a grid, σ′ by backpropagation; and by differences at a few places."""
        grid = np.linspace(-self.side, self.side, self.points)
        u = leaf(grid)
        y = F.sigmoid(u * self.gain)
        y.backward(np.ones(grid.shape))
        assert u.grad is not None
        some = grid[:: max(1, self.points // 50)]
        numerical = numerical_gradient(lambda v: F.sigmoid(leaf(v) * self.gain).sum(), some, h=1e-4 / self.gain)
        return {
            "u": grid,
            "sigmoid": y.data,
            "slope": u.grad,
            "at": np.array(grid[np.argmax(u.grad)]),
            "greatest": np.array(u.grad.max()),
            "numerical error": np.array(np.abs(numerical - u.grad[:: max(1, self.points // 50)]).max() / self.gain),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """σ and σ′, the maximum marked; and its powers."""
        greatest, at = float(found["greatest"]), float(found["at"])
        label = t("largest: {value}", "最大値 {value}", value=significant(greatest, 4))
        n = np.arange(1, self.layers + 1)
        return [
            chart(
                t("σ and its slope", "σ とその微分"),
                [
                    Line("σ(u)", found["u"], found["sigmoid"]),
                    Line("σ′(u)", found["u"], found["slope"]),
                    Points(t("largest slope", "最大の傾き"), [at], [greatest], [label]),
                ],
                Axis("u"),
                Axis(t("σ and σ′", "σ と σ′"), low=0),
                lang=t.lang,
            ),
            chart(
                t("Through several layers", "層を重ねると"),
                [Line(t("at most", "上限"), n, greatest**n)],
                Axis(t.word("layer"), whole=True),
                Axis(t("factor of the gradient", "勾配に掛かる係数"), log=True),
                lang=t.lang,
                note=t(
                    "The largest slope, multiplied once for every layer (weights not counted).",
                    "最大の傾きを層の数だけ掛けたもの（重みは含みません）。",
                ),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Where and how large; what layers make of it."""
        greatest = float(found["greatest"])
        return [
            t(
                "σ′ is largest at u = {at}, where it is {value}.",
                "σ′ が最大になるのは u = {at} で、その値は {value} です。",
                at=significant(float(found["at"]), 3), value=significant(greatest, 6),
            ),
            t(
                "At the ends of the range, u = ±{side}, it is only {end}.",
                "範囲の端 u = ±{side} では {end} しかありません。",
                side=significant(self.side, 3), end=significant(float(found["slope"][-1]), 3),
            ),
            t(
                "Through {k} such layers a gradient keeps at most {value} of its size: it vanishes."
                if greatest < 1
                else "Through {k} such layers a gradient may grow up to {value} times.",
                "このような層を {k} 層通ると、勾配は最大でも {value} 倍になり、消えていきます。"
                if greatest < 1
                else "このような層を {k} 層通ると、勾配は最大で {value} 倍になりえます。",
                k=self.layers, value=significant(greatest**self.layers, 3),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """¼ at 0."""
        y = found["sigmoid"]
        what = t("largest slope", "最大の傾き")
        return [
            near(what, found["greatest"], 0.25, 1e-15, "S"),
            near(t("where it is", "その位置 u"), found["at"], 0, 1e-12, "S"),
            at_most(f"{what} / (a/4)", found["greatest"] / (self.gain / 4), 1 + 1e-12, "A", law=True),
            at_most(
                t("largest slope − slope nearest to 0, per a", "最大の傾きと 0 に最も近い点の傾きの差（a が単位）"),
                (found["greatest"] - found["slope"][np.argmin(np.abs(found["u"]))]) / self.gain, 1e-15, "A", law=True,
            ),
            at_most(
                "|σ′ − a·σ(1 − σ)| / a",
                np.abs(found["slope"] / self.gain - y * (1 - y)).max(), 1e-15, "A", law=True,
            ),
            at_most(
                t("σ′ − central difference, relative", "σ′ と中心差分の差（相対）"),
                found["numerical error"], 1e-9, "A", law=True,
            ),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-1-2."""
        greatest = float(found["greatest"])
        nearest = min(CHOICES, key=lambda c: abs(c - greatest))
        offered = t.list(None, *CHOICES)
        answer = significant(greatest, 6)
        return [
            Question(
                t(
                    "How large is σ′(u) at most, at u = 0: {offered}?",
                    "σ′(u) は u = 0 で最大になります。その値はどれでしょうか：{offered}",
                    offered=offered,
                ),
                t(
                    "{value}, the largest on a grid of {n} points, by backpropagation: (1 − 0.5)·0.5.",
                    "{value} です。{n} 個の格子点で誤差逆伝播法により求めた最大値で、(1 − 0.5)·0.5 に当たります。",
                    value=answer, n=self.points,
                )
                if abs(nearest - greatest) < 1e-6
                else t(
                    "With gain {a} none of these: {value}. Gain 1 gives a quarter.",
                    "ゲイン {a} ではどれでもなく {value} です。ゲイン 1 なら 4 分の 1 です。",
                    a=significant(self.gain, 3), value=answer,
                ),
            )
        ]  # fmt: skip
