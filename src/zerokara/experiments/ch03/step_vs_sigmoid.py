"""`step-vs-sigmoid`: how step and sigmoid differ and agree."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch03.along_x import AlongX
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, chart, significant


@dataclass(frozen=True)
class StepVsSigmoid(AlongX):
    """Both functions at the same points, and the gap between them for a growing gain."""

    name = "step-vs-sigmoid"
    chapter = 3
    source = "Ch3 §3.2.5 sig_step_compare"
    title = Text("Step and sigmoid", "ステップ関数とシグモイド関数")
    question = Text(
        "How do step and sigmoid differ and agree?", "ステップ関数とシグモイド関数はどこが違い、どこが同じか？"
    )
    formula = (r"\bigl| \sigma(ax) - h(x) \bigr| = \frac{1}{1 + e^{a |x|}}",)
    symbols = Text("h is the step function, a > 0 the gain.", "h はステップ関数、a > 0 はゲイン。")
    turns = (
        Turn(
            Text(
                "With a gain of 10 they can hardly be told apart.", "ゲインを 10 にすると、ほとんど見分けがつきません。"
            ),
            {"gain": 10.0},
        ),
    )

    gain: float = knob(1.0, "gain a in σ(ax) of the first figure", "最初の図の σ(ax) のゲイン a", low=1e-3, high=1e6)
    gains: tuple[float, ...] = knob(
        (1.0, 2.0, 5.0, 20.0), "gains that are compared", "比べるゲイン", low=1e-3, high=1e6
    )

    def measure(self, lab: Lab) -> Arrays:
        """The two curves; the gap at every x and at 0, for every gain; and far out."""
        x, gains = self.x, np.array(sorted({self.gain, *self.gains}))
        step = F.step(x).data
        far = np.array([-1.0, 1.0]) * 1000 / gains[:, None]
        return {
            "x": x,
            "step": step,
            "sigmoid": F.sigmoid(self.gain * x).data,
            "gains": gains,
            "gaps": np.abs(F.sigmoid(gains[:, None] * x).data - step),
            "gap_at_0": np.abs(F.sigmoid(np.zeros(1)).data - F.step(np.zeros(1)).data)[0],
            "far": F.sigmoid(gains[:, None] * far).data,
            "far_step": F.step(far).data,
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The curves, and the gaps."""
        x, step, sigmoid = found["x"], t("step", "ステップ関数"), t("sigmoid", "シグモイド関数")
        gaps = [
            Line(t("gain {a}", "ゲイン {a}", a=significant(float(a))), x, gap)
            for a, gap in zip(found["gains"], found["gaps"], strict=True)
        ]
        return [
            chart(
                t("The two functions", "2 つの関数"),
                [Line(sigmoid, x, found["sigmoid"]), Line(step, x, found["step"])],
                Axis("x"),
                Axis("y", low=-0.1, high=1.1),
                lang=t.lang,
            ),
            chart(
                t("The gap between them", "2 つの関数の差"),
                gaps,
                Axis("x"),
                Axis(t("gap |σ(ax) − h(x)|", "差 |σ(ax) − h(x)|"), low=0),
                lang=t.lang,
                note=t(
                    "The larger the gain, the narrower the gap.", "ゲインが大きいほど、差のある範囲は狭くなります。"
                ),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Limits, the largest gap, and what the gain does."""
        x, gains, means = found["x"], found["gains"], found["gaps"].mean(axis=1)
        largest = np.unravel_index(found["gaps"].argmax(), found["gaps"].shape)
        same = np.abs(found["far"] - found["far_step"]).max()
        return [
            t(
                "Far out both have the same limits, 0 and 1: they differ by {d}.",
                "十分に遠くでは、どちらも同じ極限 0 と 1 に近づきます（差は {d}）。",
                d=significant(float(same), 2),
            ),
            t(
                "The gap is largest near x = {x}: {gap}; at x = 0 itself it is {zero}.",
                "差がいちばん大きいのは x = {x} の付近で {gap}、ちょうど x = 0 では {zero} です。",
                x=significant(round(float(x[largest[1]]), 9)),
                gap=significant(float(found["gaps"].max())),
                zero=significant(float(found["gap_at_0"])),
            ),
            t(
                "The mean gap over these points is {list}.",
                "これらの点での差の平均は、{list} です。",
                list=t(", ", "、").join(
                    t("{m} for a = {a}", "a = {a} で {m}", m=significant(float(m), 3), a=significant(float(a)))
                    for a, m in zip(gains, means, strict=True)
                ),
            ),
            t(
                "At these {n} points the sigmoid takes {k} different values, the step function {s}: "
                "one answers a small change of x with a small change, the other with none or a jump.",
                "これら {n} 個の点で取る値は、シグモイド関数が {k} 通り、ステップ関数が {s} 通りです。"
                "x が少し変わると前者は少しだけ変わり、後者はまったく変わらないか、一気に跳びます。",
                n=len(x),
                k=len(np.unique(found["sigmoid"])),
                s=len(np.unique(found["step"])),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Same limits; the gap is 1/(1 + e^(a|x|)), hence ½ at most, at 0, and less for a greater gain."""
        a, x, gaps = found["gains"][:, None], found["x"], found["gaps"]
        exact = np.exp(-np.logaddexp(0, a * np.abs(x)))
        means = gaps.mean(axis=1)
        return [
            at_most(
                t("difference of the limits", "極限の差"),
                np.abs(found["far"] - found["far_step"]).max(),
                1e-12,
                "A",
                law=True,
            ),
            near(t("gap at x = 0", "x = 0 での差"), found["gap_at_0"], 0.5, evidence="A", law=True),
            at_most(t("largest gap", "差の最大値"), gaps.max(), 0.5, "A", law=True),
            at_most(
                t("distance of the gap from 1/(1 + e^(a|x|))", "差と 1/(1 + e^(a|x|)) のずれ"),
                np.abs(gaps - exact).max(),
                1e-12,
                "A",
                law=True,
            ),
            holds(
                t("the mean gap never grows with the gain", "ゲインを上げて差の平均が増えることはない"),
                (np.diff(means) <= 1e-12).all(),
                "A",
                law=True,
            ),
            at_most(t("mean gap at the largest gain", "最大のゲインでの差の平均"), means[-1], 0.02, "M"),
            # ∫ 1/(1 + e^(a|x|)) dx over all x is 2·ln 2/a; the part from −5 to 5 is 1 % less
            near(
                t("area of the gap at gain 1: 2·log 2", "ゲイン 1 での差の面積：2·log 2"),
                gaps[0].sum() * self.step,
                2 * np.log(2),
                0.03,
                "A",
            ),
        ]
