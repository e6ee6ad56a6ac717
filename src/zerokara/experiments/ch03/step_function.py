"""`step-function`: what a perceptron's activation looks like."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch03.along_x import AlongX, slope
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Rule, Text, chart, significant


@dataclass(frozen=True)
class StepFunction(AlongX):
    """0 up to the threshold, 1 above it."""

    name = "step-function"
    chapter = 3
    source = "Ch3 §3.2 step_function"
    title = Text("The step function", "ステップ関数")
    question = Text(
        "What does a perceptron's activation look like?", "パーセプトロンの活性化関数はどんな形をしているか？"
    )
    formula = (r"h(x) = \begin{cases} 0 & (x \le \theta) \\ 1 & (x > \theta) \end{cases}",)
    symbols = Text("θ is the threshold.", "θ は閾値。")
    turns = (
        Turn(
            Text(
                "Another threshold moves the step; a perceptron does it by its bias, b = −θ.",
                "閾値を変えると段差の位置が動きます。パーセプトロンではバイアス b = −θ がその役目をします。",
            ),
            {"threshold": 2.0},
        ),
    )

    threshold: float = knob(0.0, "where the step is", "閾値（段差の位置）", low=-1000, high=1000)

    def measure(self, lab: Lab) -> Arrays:
        """The step at every x, at the threshold itself, and its slope."""
        at = np.array([self.threshold])
        return {
            "x": self.x,
            "y": F.step(self.x - self.threshold).data,
            "at_threshold": F.step(at - self.threshold).data[0],
            "slope": slope(lambda x: F.step(x - self.threshold), self.x),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The curve."""
        return [
            chart(
                t("The step function", "ステップ関数"),
                [Line("h(x)", found["x"], found["y"]), Rule("θ", x=self.threshold)],
                Axis("x"),
                Axis("h(x)", low=-0.1, high=1.1),
                lang=t.lang,
                note=t(
                    "Between two points the drawing joins 0 and 1; the function itself jumps.",
                    "図では隣り合う点を線で結んでいますが、関数そのものは 0 から 1 へ跳びます。",
                ),
            )
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Values, the threshold, and the slope."""
        x, y = found["x"], found["y"]
        nearest = float(x[np.abs(x - self.threshold).argmin()])
        flat = int(np.count_nonzero(found["slope"] == 0))
        sentences = [
            t(
                "{zeros} of the {n} points give 0 and {ones} give 1; other values: {other}.",
                "{n} 個の点のうち {zeros} 個が 0、{ones} 個が 1 で、それ以外の値は {other} 個です。",
                zeros=int((y == 0).sum()),
                ones=int((y == 1).sum()),
                n=len(y),
                other=int(((y != 0) & (y != 1)).sum()),
            ),
            t(
                "At the threshold itself the value is {v}.",
                "閾値ちょうどでの値は {v} です。",
                v=significant(float(found["at_threshold"])),
            ),
            t(
                "The slope is 0 at {k} of the {n} points: a gradient has nothing to follow, which is why networks that "
                "learn need another activation.",
                "{n} 個の点のうち {k} 個で傾きは 0 です。"
                "勾配をたどりようがないので、学習するネットワークには別の活性化関数が必要です。",
                k=flat,
                n=len(y),
            ),
        ]
        if 0 < abs(nearest - self.threshold) < 1e-6 * self.step:
            sentences.append(
                t(
                    "The point that should be {theta} is {x}: arange adds up rounded steps.",
                    "{theta} になるはずの点は、実際には {x} です。arange の刻みには丸め誤差があるためです。",
                    theta=significant(self.threshold),
                    x=significant(nearest, 2),
                )
            )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """0 and 1 only; 0 at the threshold; flat."""
        y = found["y"]
        ones = sum(1 for x in found["x"].tolist() if x > self.threshold)
        return [
            holds(t("every value is 0 or 1", "値は 0 か 1 だけ"), np.isin(y, [0.0, 1.0]).all(), "A", law=True),
            near(t("h at the threshold", "閾値での h"), found["at_threshold"], 0, evidence="A", law=True),
            near(
                t("how many are 1: as many as lie above the threshold", "1 の個数（閾値より大きい点の数）"),
                y.sum(),
                ones,
                evidence="A",
                law=True,
            ),
            near(t("largest |slope|", "|傾き| の最大値"), np.abs(found["slope"]).max(), 0, evidence="A", law=True),
        ]
