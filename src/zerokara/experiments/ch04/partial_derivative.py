"""`partial-derivative`: the slope along one axis, everything else held still."""

from dataclasses import dataclass

import numpy as np

from zerokara.autodiff import numerical_diff, numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch04.functions import SURFACES
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Contours, Figure, Line, Points, Rule, Table, Text, chart, significant

F = SURFACES["bowl"]


@dataclass(frozen=True)
class PartialDerivative(Experiment):
    """∂f/∂x₀ at (a, b) is the slope of the function of one number x₀ ↦ f(x₀, b) at a; likewise ∂f/∂x₁."""

    name = "partial-derivative"
    chapter = 4
    source = "Ch4 §4.3.3"
    title = Text("Partial derivatives", "偏微分")
    question = Text("What is the slope along one axis only?", "1 つの軸だけに沿った傾きとは？")
    formula = (
        r"\frac{\partial f}{\partial x_0} \approx \frac{f(x_0+h,\ x_1) - f(x_0-h,\ x_1)}{2h}",
        r"f(x_0, x_1) = x_0^2 + x_1^2, \qquad \frac{\partial f}{\partial x_0} = 2x_0, \quad "
        r"\frac{\partial f}{\partial x_1} = 2x_1",
    )
    symbols = Text("Only one of the numbers is moved by h.", "h だけ動かすのは一方の変数だけ。")
    turns = (
        Turn(
            Text("At the bottom every partial derivative is 0.", "谷底ではすべての偏微分が 0 になります。"),
            {"point": (0.0, 0.0)},
        ),
    )

    point: tuple[float, ...] = knob((3.0, 4.0), "the point: x₀,x₁", "調べる点 x₀,x₁", low=-100, high=100, least=2)
    h: float = knob(1e-4, "half the step of the difference", "中心差分の h", low=1e-7, high=1)

    def measure(self, lab: Lab) -> Arrays:
        """The slopes of the two cuts, the numerical gradient, the exact one, and that at whole numbers."""
        a, b = self.point[:2]
        reach = max(2.0, 1.2 * abs(a), 1.2 * abs(b))
        moved = np.linspace(-reach, reach, 81)
        return {
            "partial": np.array(
                [numerical_diff(lambda x0: F([x0, b]), a, self.h), numerical_diff(lambda x1: F([a, x1]), b, self.h)]
            ),
            "gradient": numerical_gradient(F, [a, b], self.h),
            "exact": F.gradient([a, b]),
            "integers": numerical_gradient(F, np.array([a, b]).astype(int), self.h),
            "moved": moved,
            "cuts": np.array([F([moved, np.full(81, b)]), F([np.full(81, a), moved])]),
            "height": F([a, b]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The surface from above with the two cuts, each cut with its tangent, and the numbers."""
        moved, (a, b) = found["moved"], self.point[:2]
        bowl = Contours("", moved, moved, F(np.meshgrid(moved, moved)))
        here = Points("", [a], [b], [f"({a:g}, {b:g})"])
        cuts = [Rule(t("cut 2", "断面 2"), x=a), Rule(t("cut 1", "断面 1"), y=b)]
        title = t("f = {f} from above, and the two cuts", "真上から見た f = {f} と 2 つの断面", f=F.written)
        above = chart(title, [bowl, *cuts, here], Axis("x₀"), Axis("x₁"), equal=True, lang=t.lang)
        heads = ["", t("slope of the cut", "断面の傾き"), t("exact", "厳密な値")]
        rows = [[f"∂f/∂x{'₀₁'[k]}", f"{found['partial'][k]:.12g}", f"{found['exact'][k]:.12g}"] for k in range(2)]
        return [above, self._cut(0, found, t), self._cut(1, found, t), Table(heads, rows)]

    def _cut(self, k: int, found: Found, t: Tongue) -> Figure:
        moved, slope, height = found["moved"], float(found["partial"][k]), float(found["height"])
        held = t("x{j} = {v} is held", "x{j} = {v} は固定", j="₁₀"[k], v=f"{self.point[1 - k]:g}")
        x = f"x{'₀₁'[k]}"
        return chart(
            t("Cut {k}: along {x}, {held}", "断面 {k}：{x} に沿って（{held}）", k=k + 1, x=x, held=held),
            [
                Line("f", moved, found["cuts"][k]),
                Line(t("tangent", "接線"), moved, height + slope * (moved - self.point[k])),
                Points(t("the point", "調べる点"), [self.point[k]], [height]),
            ],
            Axis(x),
            Axis("f"),
            lang=t.lang,
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The slopes, and what they say."""
        d0, d1 = (significant(float(f"{d:.9g}")) for d in found["partial"])
        steeper = int(np.abs(found["partial"][1]) > np.abs(found["partial"][0]))
        alike = np.isclose(*np.abs(found["partial"]))
        return [
            t(
                "∂f/∂x₀ = {d0} and ∂f/∂x₁ = {d1}: both cuts go through the same point and have slopes of their own.",
                "∂f/∂x₀ = {d0}、∂f/∂x₁ = {d1}。2 つの断面は同じ点を通りますが、傾きはそれぞれ別です。",
                d0=d0,
                d1=d1,
            ),
            t("Both directions are equally steep here.", "この点ではどちらの方向も同じ急さです。")
            if alike
            else t("Here it is steeper along {x}.", "この点では {x} の方向のほうが急です。", x=f"x{'₀₁'[steeper]}"),
            t(
                "All partial derivatives together are the gradient: the numerical gradient gives ({g0}, {g1}).",
                "すべての偏微分をまとめたものが勾配です。数値微分による勾配は ({g0}, {g1}) です。",
                g0=significant(float(f"{found['gradient'][0]:.9g}")),
                g1=significant(float(f"{found['gradient'][1]:.9g}")),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """6 and 8; and the derivatives are the exact ones, for whole numbers too."""
        # f is a square: the central difference has no error but the rounding of f, divided by h
        allowed = 1e-15 * (1 + float(found["height"])) / self.h
        exact, cut = found["exact"], np.trunc(self.point[:2])
        return [
            near(t("∂f/∂x₀ at (3, 4)", "(3, 4) での ∂f/∂x₀"), found["partial"][0], 6, 1e-9, "A"),
            near(t("∂f/∂x₁ at (3, 4)", "(3, 4) での ∂f/∂x₁"), found["partial"][1], 8, 1e-9, "A"),
            at_most(
                t("slopes of the cuts: distance from the exact ones", "断面の傾きと厳密な値の差"),
                np.abs(found["partial"] - exact).max(),
                allowed,
                "A",
                law=True,
            ),
            at_most(
                t("numerical gradient: distance from the slopes of the cuts", "数値微分による勾配と断面の傾きの差"),
                np.abs(found["gradient"] - found["partial"]).max(),
                2 * allowed,
                "A",
                law=True,
            ),
            at_most(
                t(
                    "a point of whole numbers is not cut to whole numbers when it is moved by h",
                    "整数で与えた点も、h だけ動かすときに整数へ切り捨てられない（厳密な値との差）",
                ),
                np.abs(found["integers"] - F.gradient(cut)).max(),
                allowed,
                "A",
                law=True,
            ),
        ]
